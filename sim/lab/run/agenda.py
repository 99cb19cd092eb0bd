"""What a design comes to as work: the distinct scenarios of its points, which of them share a history, and in which order
runs are done."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sim.lab.design.apart import city_of, set_by
from sim.lab.design.design import Design, Point
from sim.lab.design.windows import Months, months_of, other_months
from sim.lab.doubt.choose import DOUBT, DoubtGiven, refuse_more, worlds_of
from sim.lab.doubt.worlds import TWINS, Worlds, knowing, n_twins, twin_of
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
    worlds: Worlds | None = None  # of its city; None: seeds alone


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
    doubt: DoubtGiven | None = None  # what was asked for
    _kept: dict[str, Scenario] = field(default_factory=dict, repr=False)

    @property
    def arms(self) -> list[Arm]:
        return [arm for family in self.families for arm in family]

    @property
    def worlds(self) -> dict[str, Worlds]:
        """The worlds of its cities by their digest, those of the base first."""
        arms = [self.of_point[0], *self.arms]
        return {arm.worlds.digest: arm.worlds for arm in arms if arm.worlds is not None}

    @property
    def known(self) -> tuple[str, ...]:
        """What a city of the design says is known, or was set by hand."""
        return city_of(self.design, self.design.points[0]).known

    def twins(self, n: int) -> list[int]:
        """The numbers of the twins that belong to worlds 1 to n. A single run has none."""
        worlds = self.worlds.values()
        if not worlds or self.design.kind == "run":
            return []
        return [twin_of(number) for number in range(1, min(n_twins(n, one) for one in worlds) + 1)]

    def numbers(self, n: int) -> list[int]:
        """The seeds 1 to n, or worlds and then their twins."""
        return [*range(1, n + 1), *self.twins(n)]

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
        """Arms of one family under one seed, or in one world."""
        scenarios = tuple(self.scenario(arm) for arm in arms)
        hashes = tuple(arm.scenario for arm in arms)
        if hashes != tuple(scenario.hash for scenario in scenarios):
            raise Mistake(
                f"{self.design.file}: a file of this design was edited while it ran; give the command again",
                f"{self.design.file}：运行期间该设计的文件被修改；请重新执行命令",
            )
        worlds = arms[0].worlds
        return Chunk(
            seed, scenarios, hashes, arms[0].model, self.measuring, allow_code,
            draw=None if worlds is None else worlds.draw(seed),
            is_twin=seed > TWINS and self.design.kind != "run",
        )  # fmt: skip

    def scenario(self, arm: Arm) -> Scenario:
        """Of few arms the scenarios are kept, since every seed asks for them again. What the design sets is known to them."""
        key = f"{arm.scenario} {arm.model}"
        if key in self._kept:
            return self._kept[key]
        made = self.design.scenario(arm.point)
        if arm.worlds is not None:
            made = knowing(made, set_by(self.design, made))
        if len(self._kept) < MOST_SCENARIOS:
            self._kept[key] = made
        return made

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
    design: Design,
    *,
    allow_code: bool = False,
    on_scenario: Callable[[Scenario], None] | None = None,
    doubt: DoubtGiven | None = None,
) -> Agenda:
    """Resolve every point. Raises Mistake where Python is named and not allowed, and where there are fewer worlds than it asks for.

    on_scenario: called with each distinct scenario, once. doubt: as of `worlds_of`; None: what the design says.
    """
    measuring = Measuring(design.window, design.keep)
    doubt = design.doubt if doubt is None else doubt
    worlds_of_city = _WorldsOfCities(design, doubt)
    arms: dict[tuple[str, str], Arm] = {}
    families: dict[tuple[str, str], list[Arm]] = {}
    models: dict[tuple[str, str], str] = {}
    of_point = []
    months: dict[Months, Point] = {}
    residents = set()
    warnings: dict[Text, None] = {}
    for point in design.points:
        scenario = design.scenario(point)
        worlds = worlds_of_city(point)
        digest = "" if worlds is None else worlds.digest
        name = scenario.hash, digest
        if name not in arms:
            history = scenario.baseline().hash, digest
            if history not in models or scenario.code:
                models[history] = model_of(scenario, measuring, allow_code=allow_code, worlds=worlds)
            arms[name] = Arm(scenario.hash, models[history], point, worlds)
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
    range_of_residents = min(residents), max(residents)
    return Agenda(design, measuring, together, tuple(of_point), range_of_residents, tuple(warnings), doubt)


class _WorldsOfCities:
    """The worlds of each point's city, made once for all points of a city."""

    def __init__(self, design: Design, doubt: DoubtGiven | None) -> None:
        self._design, self._doubt = design, doubt
        self._is_none = (DOUBT if doubt is None else doubt) == "none"
        self._known: dict[tuple[str, tuple[str, ...]], Worlds | None] = {}
        self._by_digest: dict[str, Worlds] = {}

    def __call__(self, point: Point) -> Worlds | None:
        if self._is_none:
            return None
        city = city_of(self._design, point)
        key = city.hash, city.known
        if key not in self._known:
            worlds = worlds_of(city, self._doubt, set_by(self._design, city))
            if worlds is not None:
                if self._design.kind != "run":
                    refuse_more(worlds, self._design.seeds.at_most, city)
                worlds = self._by_digest.setdefault(worlds.digest, worlds)
            self._known[key] = worlds
        return self._known[key]
