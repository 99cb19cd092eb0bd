"""Python in a run: policies that look at the city each month and set levers, and observations of one's own."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.lab.frames import COLUMNS, city_of, column, measures, month_names, values
from sim.language import counted, tr
from sim.mistakes import Mistake, did_you_mean, one_of, other_kind
from sim.months import month_number, month_start, month_text
from sim.observations import MEASURES, STATION_MONTH
from sim.scenario.parameters import LEVERS
from sim.scenario.read import allowed

if TYPE_CHECKING:
    from sim.scenario.schema import Scenario
    from sim.world.tables import World

Reaction = Callable[["CityNow"], "Mapping[str, Any] | None"]
"""Looks at the city on the morning of a month's first day; returns levers to set from that month on, e.g. ``{"pay": 3500}``
or ``{"pay": {"town_1": 3500}}``, or None."""

Observe = Callable[["CityNow"], "float | Mapping[str, float]"]
"""Looks at the city at a month's end; returns a number for the city, or one for each station by id."""


class CityNow:
    """The city as an office sees it on a month's first morning: what was observed in the months that are over."""

    def __init__(self, world: World, scenario: Scenario, n_months: int) -> None:
        self._world = world
        self._scenario = scenario
        self.n_months = n_months
        """Months that are over."""

    @property
    def month(self) -> str:
        """The month that begins, YYYY-MM."""
        return month_text(month_number(self._scenario.start) + self.n_months)

    @property
    def date(self) -> datetime.date:
        """Its first day."""
        return month_start(month_number(self.month))

    @property
    def stations(self) -> list[str]:
        """Ids of the towns, in order."""
        return [town.id for town in self._scenario.towns]

    def station(self, name: str, months: int = 1) -> dict[str, float]:
        """A column or a measure of `sim.observations` by station, over the last `months` months (NaN where there is
        nothing to divide by, or no month is over). Flows are summed, stocks and levels are means over the months,
        measures are ratios of sums."""
        found = self._pick(name, self._seen(months))
        return dict(zip(self.stations, found.tolist(), strict=True))

    def city(self, name: str, months: int = 1) -> float:
        """The same for the whole city: flows and stocks are summed over stations, levels are means."""
        seen = self._seen(months)
        return float(self._pick(name, city_of(seen)))

    def lever(self, name: str) -> dict[str, float]:
        """A lever by station, in the month that begins."""
        one_of(name, LEVERS, "lever", "政策工具")
        month = min(self.n_months, len(self._world.levers) - 1)
        return dict(zip(self.stations, self._world.levers[name][month].tolist(), strict=True))

    def _seen(self, months: int) -> np.ndarray:
        """(months, stations, columns)"""
        if not isinstance(months, int):
            raise other_kind("months must be a whole number", "months 须为整数", months)
        if months < 1:
            raise Mistake(f"months = {months}; at least 1", f"months = {months}；至少为 1")
        table = values(self._world.observed.stations)
        return table[max(0, self.n_months - months) : self.n_months]

    def _pick(self, name: str, seen: np.ndarray) -> np.ndarray:
        """From (months, ..., columns) to (...)."""
        one_of(name, [*COLUMNS, *MEASURES], "outcome", "结果")
        if not len(seen):
            return np.full(seen.shape[1:-1], np.nan)
        if name in MEASURES:
            return measures(seen.sum(axis=0))[name]
        one = column(seen, name)
        found: np.ndarray = one.sum(axis=0) if STATION_MONTH[name].kind == "flow" else one.mean(axis=0)
        return found

    def __repr__(self) -> str:
        return f"<CityNow {self._scenario.name}, {self.month}: {counted(len(self.stations), 'station')}>"


def called(function: Any) -> str:
    """What a sentence calls a user's function."""
    return str(getattr(function, "__name__", function))


def react(world: World, scenario: Scenario, month: int, reactions: Sequence[Reaction]) -> None:
    """Let every reaction set levers from month `month` on, in place; `world.levers` must be this run's own.

    Raises Mistake where one raises, or gives what no lever may be; then no lever of that reaction is set.
    """
    for reaction in reactions:
        now = CityNow(world, scenario, month)
        said = _ask(tr("policy", "政策"), reaction, now)
        if said is None:
            continue
        for name, row, value in _checked(reaction, said, now):
            world.levers[name][month:, row] = value


def observe(
    world: World, scenario: Scenario, n_months: int, observations: Mapping[str, Observe]
) -> dict[str, np.ndarray]:
    """One row of each observation: shape () for the city, (stations,) by station. Raises Mistake."""
    found: dict[str, np.ndarray] = {}
    for name, function in observations.items():
        now = CityNow(world, scenario, n_months)
        said: Any = _ask(tr("observation", "观测"), function, now)
        last = month_names(scenario)[n_months - 1]
        by_station = isinstance(said, Mapping)
        is_whole = set(said) == set(now.stations) if by_station else True
        given = [said[station] for station in now.stations] if by_station and is_whole else [said]
        if not is_whole or not all(_is_number(number) for number in given):
            raise Mistake(
                f"observation '{name}' gave {_shown(said)} in {last}; give a number, or one for each station",
                f"观测 '{name}' 在 {last} 给出 {_shown(said)}；应为一个数，或每个站点一个数",
            )
        found[name] = np.array(given if by_station else given[0], np.float64)
    return found


def join(name: str, rows: Sequence[np.ndarray]) -> np.ndarray:
    """An observation's rows of all months, (months,) or (months, stations). Raises Mistake where they are of both kinds."""
    if len({row.shape for row in rows}) > 1:
        raise Mistake(
            f"observation '{name}' gave now one number, now one for each station; give the same kind each month",
            f"观测 '{name}' 有时给出一个数，有时每个站点一个数；各月应一致",
        )
    return np.array(rows)


def check_observations(observations: Mapping[str, Observe]) -> None:
    """Raise Mistake for a name that the tables have already."""
    taken = {"month", "station", "days_to_close_median", "days_to_close_p90", *COLUMNS, *MEASURES}
    for name in observations:
        if name in taken:
            raise Mistake(
                f"observation '{name}': the tables have a column of that name; give another",
                f"观测 '{name}'：表中已有同名列；请换一个名称",
            )


def _ask(kind: str, function: Callable[[CityNow], Any], now: CityNow) -> Any:
    try:
        return function(now)
    except (Exception, SystemExit) as error:
        kind_of = "" if isinstance(error, Mistake) else f"{type(error).__name__}: "
        said = " ".join(f"{kind_of}{error}".split())[:300]
        raise Mistake(
            f"{kind} '{called(function)}': {said}, on {now.date}",
            f"{kind} '{called(function)}'：{said}，发生在 {now.date}",
        ) from None


def _checked(reaction: Reaction, said: Any, now: CityNow) -> list[tuple[str, int, float]]:
    """(lever, row of the station, value), all checked before any is set."""

    def wrong(en: str, zh: str) -> Mistake:
        return Mistake(f"policy '{called(reaction)}', {now.date}: {en}", f"政策 '{called(reaction)}'，{now.date}：{zh}")

    if not isinstance(said, Mapping):
        raise wrong(
            f"gave {_shown(said)}; give levers by name, or None",
            f"给出 {_shown(said)}；应为按名称给出的政策工具或 None",
        )
    found = []
    for name, given in said.items():
        if name not in LEVERS:
            guess = did_you_mean(name, LEVERS)
            raise wrong(f"there is no lever '{name}'{guess}", f"没有政策工具 '{name}'{guess}")
        by_station: Mapping[str, Any] = given if isinstance(given, Mapping) else dict.fromkeys(now.stations, given)
        for station, value in by_station.items():
            if station not in now.stations:
                guess = did_you_mean(station, now.stations)
                raise wrong(f"there is no station '{station}'{guess}", f"没有站点 '{station}'{guess}")
            lever = LEVERS[name]
            if not _is_number(value) or not lever.allows(value):
                en, zh = allowed(lever.least, lever.most, is_whole=lever.is_whole)
                raise wrong(f"{name} = {_shown(value)}; allowed: {en}", f"{name} = {_shown(value)}；允许 {zh}")
            found.append((name, now.stations.index(station), float(value)))
    return found


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float, np.integer, np.floating)) and not isinstance(value, bool)


def _shown(value: object) -> str:
    return " ".join(repr(value).split())[:60]
