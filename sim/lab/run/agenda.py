"""What a design comes to as work: the distinct scenarios of its points, which of them share a history, and in which order
runs are done."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sim.lab.design.design import Design, Point
from sim.lab.design.windows import Months, months_of, other_months
from sim.lab.kept.store import run_id
from sim.lab.run.work import Chunk, Measuring, model_of
from sim.language import Text
from sim.mistakes import Mistake
from sim.scenario.told import against

if TYPE_CHECKING:
    import pandas as pd

    from sim.scenario.schema import Scenario

MOST_RUNS_OF_CHUNK = 24
"""Runs of one chunk, so that a crash loses little; their history is simulated once."""


MOST_SCENARIOS = 1000
"""Scenarios that are kept while a sweep runs, about 20 kB each."""


@dataclass(frozen=True)
class Arm:
    """A distinct scenario of the design, and the first point that has it."""

    scenario: str  # its hash
    model: str
    point: Point


@dataclass(frozen=True)
class Agenda:
    """A design's work. `families`: arms that share their history; `of_point`: the arm of each point; `residents`: of the
    smallest city among the points and of the largest; `warnings`: of policies that move a lever against what they are for."""

    design: Design
    measuring: Measuring
    families: tuple[tuple[Arm, ...], ...]
    of_point: tuple[Arm, ...]
    residents: tuple[int, int]
    warnings: tuple[Text, ...] = ()
    _kept: dict[str, Scenario] = field(default_factory=dict, repr=False)

    @property
    def arms(self) -> list[Arm]:
        return [arm for family in self.families for arm in family]

    def run(self, arm: Arm, seed: int) -> str:
        """The identity of a run."""
        return run_id(arm.scenario, seed, arm.model)

    def chunks(
        self, seeds: Sequence[int], done: Collection[str], *, allow_code: bool, size: Callable[[], int]
    ) -> Iterator[Chunk]:
        """The runs of these seeds that are not done, seed after seed, so that what is there at any time is balanced.

        size: how many runs the next chunk should have at most.
        """
        for seed in seeds:
            for family in self.families:
                waiting = [arm for arm in family if self.run(arm, seed) not in done]
                while waiting:
                    # Chunks of one size, rather than full ones and a rest.
                    n = math.ceil(len(waiting) / math.ceil(len(waiting) / min(MOST_RUNS_OF_CHUNK, size())))
                    yield self.chunk(waiting[:n], seed, allow_code=allow_code)
                    waiting = waiting[n:]

    def chunk(self, arms: Sequence[Arm], seed: int, *, allow_code: bool) -> Chunk:
        """Arms of one family under one seed."""
        scenarios = tuple(self._scenario(arm) for arm in arms)
        hashes = tuple(arm.scenario for arm in arms)
        if hashes != tuple(scenario.hash for scenario in scenarios):
            raise Mistake(
                f"{self.design.file}: a file of this design was edited while it ran; give the command again",
                f"{self.design.file}：运行期间该设计的文件被修改；请重新执行命令",
            )
        return Chunk(seed, scenarios, hashes, arms[0].model, self.measuring, allow_code)

    def _scenario(self, arm: Arm) -> Scenario:
        """Of few arms the scenarios are kept, since every seed asks for them again."""
        if len(self._kept) < MOST_SCENARIOS and arm.scenario not in self._kept:
            self._kept[arm.scenario] = self.design.scenario(arm.point)
        return self._kept.get(arm.scenario) or self.design.scenario(arm.point)

    def points_frame(self) -> pd.DataFrame:
        """The table "points": number, what it is called, its scenario's hash, its model, and a column per factor."""
        import pandas as pd

        rows = [
            {
                "point": point.number,
                "label": label(self.design, point),
                "scenario_hash": arm.scenario,
                "model": arm.model,
            }
            | {
                factor.name: level.value if factor.is_numeric else level.name
                for factor, level in zip(self.design.factors, point.levels, strict=True)
            }
            for point, arm in zip(self.design.points, self.of_point, strict=True)
        ]
        return pd.DataFrame(rows)


def label(design: Design, point: Point) -> str:
    """What sets a point apart from the base: "levers.pay=3000, policies=linkage"; "base" for the base. Of a comparison the arm."""
    if design.kind != "sweep":
        return point.levels[0].name
    moved = [
        f"{factor.name}={level.name}"
        for factor, level in zip(design.factors, point.levels, strict=True)
        if level is not factor.base
    ]
    return ", ".join(moved) or "base"


def agenda_of(
    design: Design, *, allow_code: bool = False, on_scenario: Callable[[Scenario], None] | None = None
) -> Agenda:
    """Resolve every point. Raises Mistake where Python is named and not allowed.

    on_scenario: called with each distinct scenario, once.
    """
    measuring = Measuring(design.window, design.keep)
    arms: dict[str, Arm] = {}
    families: dict[str, list[Arm]] = {}
    models: dict[str, str] = {}
    of_point = []
    months: dict[Months, Point] = {}
    residents = set()
    warnings: dict[Text, None] = {}
    for point in design.points:
        scenario = design.scenario(point)
        name = scenario.hash
        if name not in arms:
            history = scenario.baseline().hash
            if history not in models or scenario.code:
                models[history] = model_of(scenario, measuring, allow_code=allow_code)
            arms[name] = Arm(name, models[history], point)
            families.setdefault(history, []).append(arms[name])
            months.setdefault(months_of(design.window, scenario), point)
            residents.add(sum(town.population for town in scenario.towns))
            warnings |= dict.fromkeys(against(scenario))
            if on_scenario is not None:
                on_scenario(scenario)
        of_point.append(arms[name])
    if (wrong := other_months(design, months)) is not None:  # of very many points, a sample was read
        raise wrong[0]
    together = tuple(tuple(family) for family in families.values())
    return Agenda(design, measuring, together, tuple(of_point), (min(residents), max(residents)), tuple(warnings))
