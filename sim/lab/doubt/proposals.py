"""Proposals of a calibration, run: tasks that executors do anywhere, with the same outcome."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from sim.lab.code import engine_of
from sim.lab.doubt.emulate import FittedFigure, Number, Plan
from sim.lab.doubt.figure_laws import law_of
from sim.lab.doubt.prior import Doubtful, draw
from sim.lab.doubt.simulated import months_of, simulated_in
from sim.lab.doubt.solve import Solution, solve, targets_of
from sim.lab.doubt.worlds import TWINS
from sim.lab.kept.versions import same_bits, told_bits
from sim.lab.worlds import advance, dated
from sim.mistakes import Mistake
from sim.scenario.drawn import DrawnValues
from sim.scenario.figures import BY_COUNT, BY_RANGE, BY_SURVEY, FIT, CityFigure

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sim.scenario.schema import Scenario
    from sim.world.tables import World

PILOT = 2**41
"""What the number of a pilot's run has more than its place in the pilot."""
SCALE_OF_LAW = {BY_COUNT: "log", BY_SURVEY: "logit"}


@dataclass(frozen=True)
class Calibrated:
    """A city, what was counted in it, and what is in doubt: all that a calibration depends on, beside the model. figures: those that are
    fitted first, then the checks."""

    scenario: Scenario
    figures: tuple[CityFigure, ...]
    prior: tuple[Doubtful, ...]

    @property
    def fitted(self) -> tuple[CityFigure, ...]:
        """The figures that are fitted."""
        return tuple(figure for figure in self.figures if figure.use == FIT)

    @property
    def numbers(self) -> tuple[Number, ...]:
        """What is in doubt, as the solver sees it."""
        return tuple(Number(one.name, one.law, one.is_solved) for one in self.prior)

    def solver_figures(self) -> tuple[FittedFigure, ...]:
        """The fitted figures, as the solver sees them."""
        return tuple(
            FittedFigure(
                key(figure),
                law_of(figure),
                SCALE_OF_LAW.get(figure.law, "plain"),
                figure.law != BY_RANGE,
                self._grain(figure),
            )
            for figure in self.fitted
        )

    def _grain(self, figure: CityFigure) -> float:
        """By how much a figure can move: one that is counted, or one person in one month."""
        if figure.law == BY_COUNT:
            return 1.0
        if figure.law != BY_SURVEY:
            return 0.0
        months = months_of(figure, self.scenario)
        posts = sum(town.posts for town in self.scenario.towns if figure.station in (None, town.id))
        return 1.0 / max(1, (months.stop - months.start) * posts)

    def world(
        self, values: Mapping[str, float], seed: int, stop: threading.Event | None, *, allow_code: bool
    ) -> tuple[World, Scenario]:
        """The city under drawn values, run until the last month of any of its figures. Raises Mistake, Stopped."""
        under = self.scenario.under(DrawnValues(0, values))
        engine = engine_of(under, allow_code=allow_code)
        last = max(months_of(figure, under).stop for figure in self.figures)
        with dated(under):
            world = engine.build(under, seed)
            advance(world, last, stop=stop, engine=engine)
        return world, under


def key(figure: CityFigure) -> str:
    """What a figure is called in tables: no two have the same."""
    return " ".join(filter(None, (figure.name, figure.place, f"{figure.first}..{figure.last}")))


@dataclass(frozen=True)
class Proposal:
    """What came of one. number: of the proposal, or of the pilot's run, or TWINS more; found: (figures,) fitted and checks, NaN where it failed."""

    number: int
    found: np.ndarray
    solution: Solution | None = None


@dataclass(frozen=True)
class Proposing:
    """A task: some proposals, solved one after another. plan: None for runs of the pilot. model: the engine's digest where the work was sent
    from, `bits` its `same_bits`."""

    calibrated: Calibrated
    numbers: tuple[int, ...]
    plan: Plan | None
    model: str
    allow_code: bool = False
    bits: Mapping[str, str] = field(default_factory=same_bits)

    def done(self, stop: threading.Event | None = None) -> list[Proposal]:
        """Run them; a proposal that the model cannot run has failed. Raises Stopped."""
        self._refuse_other_worker()
        return [self._one(number, stop) for number in self.numbers]

    def _refuse_other_worker(self) -> None:
        own = engine_of(self.calibrated.scenario, allow_code=self.allow_code).digest
        if own != self.model:
            raise RuntimeError(
                f"this worker has another model than the one that sent the work ({own}, not {self.model})"
            )
        if (bits := same_bits()) != self.bits:
            raise RuntimeError(
                "this worker would come to other last digits than the one that sent the work: "
                f"{told_bits(bits)}, not {told_bits(self.bits)}"
            )

    def _one(self, number: int, stop: threading.Event | None) -> Proposal:
        base = number - TWINS if self.plan is not None and number > TWINS else number
        values = dict(draw(self.calibrated.prior, base).values)
        if self.plan is None:
            return Proposal(number, self._figures(values, number, stop))
        # The solver looks at the first of them only; what it ends with has all.
        solution = solve(self.plan, values, targets_of(self.plan, base), lambda now: self._figures(now, number, stop))
        return Proposal(number, solution.figures, solution)

    def _figures(self, values: Mapping[str, float], seed: int, stop: threading.Event | None) -> np.ndarray:
        """What a run says of all figures; NaN where the city cannot have these values."""
        try:
            world, under = self.calibrated.world(values, seed, stop, allow_code=self.allow_code)
        except Mistake:
            return np.full(len(self.calibrated.figures), np.nan)
        return simulated_in(world, under, self.calibrated.figures)


def tasks(
    calibrated: Calibrated, numbers: Sequence[int], plan: Plan | None, model: str, *, allow_code: bool, size: int = 4
) -> list[Proposing]:
    """The work of so many proposals in tasks."""
    return [
        Proposing(calibrated, tuple(numbers[first : first + size]), plan, model, allow_code)
        for first in range(0, len(numbers), size)
    ]
