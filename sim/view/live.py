"""A city that is watched while it runs: levers are moved on the way, time goes back and forth, and beside it runs what
would have been. Knows nothing of the browser."""

from __future__ import annotations

import bisect
import datetime
import math
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.engine import Engine, standard
from sim.lab.frames import city_of, frames, measures, values
from sim.lab.worlds import advance, month_ends
from sim.language import listed
from sim.mistakes import Mistake
from sim.model import StationModel
from sim.scenario.moves import Move, with_moves
from sim.scenario.schema import Policy, Scenario
from sim.scenario.write import city_file
from sim.world.tables import World, n_bytes

SNAPSHOT_BYTES = 64_000_000
"""Memory that a session's snapshots may take; T City's are 10 MB each, one a year."""
MOST_COURSES = 3


@dataclass(frozen=True)
class Course:
    """A course that the city took before another was tried: its months so far, (months, columns) of the city."""

    name: str
    months: np.ndarray


class LiveCity:
    """One city under one seed, with its baseline: the same city and seed without policies and without moved levers.

    `target` is the date that was last asked for, and what is done counts from it: `model` may still be on its way there.
    """

    def __init__(
        self, city: Scenario, policies: Sequence[Policy] = (), seed: int = 1, *, engine: Engine | None = None
    ) -> None:
        self._engine = engine
        self._begin(city, tuple(policies), seed, ())

    def _begin(self, city: Scenario, policies: tuple[Policy, ...], seed: int, moves: tuple[Move, ...]) -> None:
        planned = city.with_policies(policies) if policies else city
        _refuse_acting(planned)
        model = StationModel(with_moves(planned, moves), seed=seed, engine=self._engine)
        base = (self._engine or standard()).build(city, seed)
        # All is well: only now does anything change.
        self.close()
        self.city, self.policies, self.seed, self.moves = city, policies, seed, moves
        self._planned = planned
        self.model, self.target = model, model.date
        self._base: World = base
        self._ends = month_ends(self.model.world)
        self._snapshots: dict[int, StationModel] = {0: self.model.branch()}
        self._kept: list[Course] = []

    # --- what is asked for

    def restart(
        self,
        city: Scenario | None = None,
        policies: Iterable[Policy] | None = None,
        seed: int | None = None,
        *,
        moves: Iterable[Move] | None = None,
    ) -> None:
        """Go back to the first morning, with another city, policies, seed or moves if given; moved levers stay moved in
        the same city. Raises Mistake and changes nothing where they do not fit."""
        same_city = city is None or city.hash == self.city.hash
        same_seed = seed is None or seed == self.seed
        kept = self._kept if same_city and same_seed else []
        self._begin(
            self.city if city is None else city,
            self.policies if policies is None else tuple(policies),
            self.seed if seed is None else seed,
            tuple(moves) if moves is not None else self.moves if same_city else (),
        )
        self._kept = kept

    def move(self, lever: str, value: float) -> None:
        """Set a lever for all stations from the month after `target` on; on the first morning, from the first day.

        What had been moved for later (time went back) is forgotten. Raises Mistake and changes nothing.
        """
        month = self.month_to_come
        before = tuple(
            move for move in self.moves if move.month <= month and (move.month, move.lever) != (month, lever)
        )
        moves = tuple(sorted((*before, Move(month, lever, float(value)))))
        if month == 0:
            self.restart(moves=moves)
            return
        scenario = with_moves(self._planned, moves)
        self.model.go_on_under(scenario)
        self.moves = moves
        self._forget_after(self._ends[month - 1])

    def release(self) -> None:
        """Forget every moved lever and go back to the first morning."""
        self.restart(moves=())

    def run_towards(self, date: datetime.date, seconds: float = 0.2) -> bool:
        """Ask for a date (kept within the calendar, never before the model's), and `go_on` towards it."""
        model = self.model
        self.target = model.date_of(min(max(self._day_of(date), model.day), model.n_days))
        return self.go_on(seconds)

    def go_on(self, seconds: float = 0.2) -> bool:
        """Run until `target`, or until the time is up at a month's end; True once there. Where a run is refused, the way
        ends at the date that was reached."""
        model, day = self.model, self._day_of(self.target)
        began = time.perf_counter()
        try:
            while model.day < day:
                over = bisect.bisect_right(self._ends, model.day)
                model.run_until(model.date_of(min(day, self._ends[over])))
                self._follow()
                if time.perf_counter() - began > seconds:
                    break
        except Mistake:
            self.target = model.date
            raise
        return model.day >= day

    def arrive(self) -> None:
        """Go all the way to `target`: for what is kept or shown of that date."""
        self.go_on(math.inf)

    def rewind(self, date: datetime.date, seconds: float = 0.2) -> bool:
        """Go back to a day before `target`: from the nearest snapshot before it on, as `run_towards`."""
        day = self._day_of(date)
        if not 0 <= day <= self._day_of(self.target):
            raise Mistake(
                f"rewind: {date} is not between {self.model.scenario.start} and today, {self.target}",
                f"回退：{date} 不在 {self.model.scenario.start} 与今日 {self.target} 之间",
            )
        if day < self.model.day:
            scenario = self.model.scenario
            self.model.close()
            self.model = self._snapshots[max(snapshot for snapshot in self._snapshots if snapshot <= day)].branch()
            self.model.go_on_under(scenario)
        return self.run_towards(date, seconds)

    def keep_course(self, name: str) -> None:
        """Keep the months until `target` as another line, so that what comes next can be seen beside it; the last few are
        kept."""
        self.arrive()
        self._kept = [*self._kept, Course(name, city_months(self.model))][-MOST_COURSES:]

    def forget_courses(self) -> None:
        self._kept = []

    def close(self) -> None:
        """No further step; memory returns."""
        for model in (getattr(self, "model", None), *getattr(self, "_snapshots", {}).values()):
            if model is not None:
                model.close()
        self._snapshots = {}

    # --- what is seen

    @property
    def is_there(self) -> bool:
        """Whether the model has reached `target`."""
        return self.model.day >= self._day_of(self.target)

    @property
    def month_to_come(self) -> int:
        """The next month to begin after `target`, counted from 0; on a month's first morning it is that month."""
        day = self._day_of(self.target)
        return bisect.bisect_left(self._ends, day) + 1 if day else 0

    @property
    def n_months_over(self) -> int:
        """Months of the calendar that are over, months."""
        return bisect.bisect_right(self._ends, self.model.day)

    @property
    def kept(self) -> list[Course]:
        return list(self._kept)

    @property
    def is_baseline(self) -> bool:
        """Nothing differs from the baseline: no policies, no moved levers."""
        return not self.policies and not self.moves

    def value_of(self, lever: str) -> float:
        """What a lever is set to from the month after `target` on, as the mean of the stations, in its unit."""
        table = self.model.world.levers[lever]
        return float(table[min(self.month_to_come, len(table) - 1)].mean())

    def differs_between_stations(self, lever: str) -> bool:
        """Whether stations have different values of a lever from the month after `target` on."""
        table = self.model.world.levers[lever]
        row = table[min(self.month_to_come, len(table) - 1)]
        return bool((row != row[0]).any())

    def lines(self, outcome: str, window: int = 1) -> dict[str, list[float]]:
        """An outcome (`sim.observations.MEASURES`) by month over the `window` months that end with it: "own", "baseline",
        and the kept courses by number ("0", "1" ...). Months that the baseline has run beyond today are there too."""
        n_base = bisect.bisect_right(self._ends, self._base.day)
        found = {
            "own": city_months(self.model),
            "baseline": _city_months(self._base, n_base),
            **{str(i): course.months for i, course in enumerate(self._kept)},
        }
        return {name: trailing(months, outcome, window).tolist() for name, months in found.items()}

    def yaml(self) -> str:
        """The present scenario as a file that `stations run` accepts. Raises Mistake."""
        return city_file(self.model.scenario)

    def tables(self) -> dict[str, Any]:
        """Monthly tables of the months that are over on `target` (`sim.lab.frames.frames`), the baseline's beside them:
        "baseline_city" ... It is as it was on that day, wherever it has run to: what became of a month's needs is counted as of `target`."""
        self.arrive()
        n = self.n_months_over
        baseline = self._base
        if baseline.day != self.model.day:
            engine = self._engine or standard()
            baseline = engine.build(self.city, self.seed)
            engine.run_days(baseline, self.model.day)
        tables = {name: _cut(table, n) for name, table in frames(self.model.world, self.model.scenario).items()}
        base = frames(baseline, self.city)
        return tables | {f"baseline_{name}": _cut(table, n) for name, table in base.items()}

    # --- inside

    def _day_of(self, date: datetime.date) -> int:
        return (date - self.model.scenario.start).days

    def _follow(self) -> None:
        """After a step: the baseline comes along at months' ends, and a snapshot is taken each year."""
        day = self.model.day
        over = self.n_months_over
        if over == 0 or self._ends[over - 1] != day:
            return
        if self._base.day < day:
            advance(self._base, over, engine=self._engine)
        if self.model.date.month == 1 and day not in self._snapshots and self.model.running:
            self._snapshots[day] = self.model.branch()
            self._thin_out()

    def _thin_out(self) -> None:
        """Keep within memory: of the snapshots, that whose neighbours are nearest goes."""
        n_one_world = max(1, n_bytes(self.model.world))
        while len(self._snapshots) > max(2, SNAPSHOT_BYTES // n_one_world):
            days = sorted(self._snapshots)
            spans = [later - earlier for earlier, later in zip(days, days[2:], strict=False)]
            self._snapshots.pop(days[1 + spans.index(min(spans))]).close()

    def _forget_after(self, day: int) -> None:
        for later in [snapshot for snapshot in self._snapshots if snapshot > day]:
            self._snapshots.pop(later).close()


def _refuse_acting(scenario: Scenario) -> None:
    """Raise Mistake where a policy acts by Python: what it would do each month cannot be played back and forth."""
    acting = [policy for policy in scenario.policies if policy.code]
    if acting:
        names = listed(policy.name for policy in acting)
        files = listed(dict.fromkeys(code.file for policy in acting for code in policy.code))
        raise Mistake(
            f"{names}: acts each month by Python code ({files}), which cannot be watched day by day in the browser; "
            "'stations run' and 'stations compare' run it with --allow-code",
            f"{names}：每月由 Python 代码（{files}）行动，无法在浏览器中逐日观看；请用 'stations run' 或 'stations compare' 并加 --allow-code",
        )


def city_months(model: StationModel) -> np.ndarray:
    """The months that are over, (months, columns) of the city, a copy."""
    ends = month_ends(model.world)
    return _city_months(model.world, bisect.bisect_right(ends, model.day))


def _city_months(world: World, n_months: int) -> np.ndarray:
    return city_of(values(world.observed.stations)[:n_months])


def trailing(months: np.ndarray, outcome: str, window: int) -> np.ndarray:
    """A measure over the `window` months (fewer at the start) that end with each month, from (months, columns)."""
    summed = np.array([months[max(0, m + 1 - window) : m + 1].sum(axis=0) for m in range(len(months))])
    return measures(summed.reshape(len(months), -1))[outcome] if len(months) else np.zeros(0)


def _cut(table: Any, n_months: int) -> Any:
    """The first months of a monthly table; units stay."""
    shown = table["month"].unique()[:n_months]
    cut = table[table["month"].isin(shown)]
    cut.attrs = table.attrs
    return cut
