"""From the monthly record arrays of a world to tidy tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.months import month_texts
from sim.observations import COMMUNITY_MONTH, GROUP_MONTH, MEASURES, STATION_MONTH, Observation

if TYPE_CHECKING:
    import pandas as pd

    from sim.scenario.schema import Scenario
    from sim.world.tables import World

COLUMNS = tuple(STATION_MONTH)
MONTHLY = ("city", "stations", "communities", "groups")
"""The tables of every month of a run."""

_INDEX = {name: i for i, name in enumerate(COLUMNS)}
_LEVELS = np.array([one.kind == "level" for one in STATION_MONTH.values()])


def values(table: np.recarray) -> np.ndarray:
    """A record array of float64 columns as a plain array with one axis more, (..., columns). No copy."""
    assert table.dtype.names is not None
    return table.view(np.ndarray).view((np.float64, len(table.dtype.names)))


def city_of(stations: np.ndarray) -> np.ndarray:
    """Sum of stations (months, stations, columns) to the city (months, columns); levels are averaged over those that are open."""
    summed: np.ndarray = stations.sum(axis=1)
    n = np.maximum(1.0, column(summed, "stations"))[:, np.newaxis]
    return np.where(_LEVELS, summed / n, summed)


def measures(columns: np.ndarray) -> dict[str, np.ndarray]:
    """Every measure from an array (..., columns) of sums; NaN where there is nothing to divide by."""
    found: dict[str, np.ndarray] = {}
    for name, one in MEASURES.items():
        above = columns[..., [_INDEX[c] for c in one.above]].sum(axis=-1)
        below = columns[..., [_INDEX[c] for c in one.below]].sum(axis=-1)
        with np.errstate(divide="ignore", invalid="ignore"):
            found[name] = np.where(below > 0.0, one.scale * above / below, np.nan)
    return found


def column(columns: np.ndarray, name: str) -> np.ndarray:
    """One named column of an array (..., columns)."""
    picked: np.ndarray = columns[..., _INDEX[name]]
    return picked


def percentile_days(histogram: np.ndarray, share: float) -> float:
    """The day by which `share` (0-1) of closings had happened; NaN where nothing closed. Histogram (..., days)."""
    counts = histogram.reshape(-1, histogram.shape[-1]).sum(axis=0)
    total = counts.sum()
    if total == 0:
        return float("nan")
    return float(np.searchsorted(np.cumsum(counts), share * total))


def month_names(scenario: Scenario) -> list[str]:
    """The months of a run, as YYYY-MM."""
    return month_texts(scenario.start, scenario.n_months)


def frames(world: World, scenario: Scenario) -> dict[str, pd.DataFrame]:
    """Monthly tables of a finished run: "city", "stations", "communities", "groups".

    Columns have the names of `sim.observations` (units in ``.attrs["units"]``); stations and the city carry the
    measures too.
    """
    n = int(world.place.days[world.day - 1].month) + 1 if world.day > 0 else 0
    months = month_names(scenario)[:n]
    towns = [town.id for town in scenario.towns]
    communities = [f"{town.id}/{i + 1}" for town in scenario.towns for i in range(len(town.communities))]
    groups = [group.id for group in scenario.groups]
    stations = values(world.observed.stations)[:n]
    city = city_of(stations)
    days = world.observed.days_to_close[:n]

    told: dict[str, dict[str, Any]] = {"city": {"month": months}, "stations": _cross(months, "station", towns)}
    for name, table, closed in (("city", city, days.sum(axis=1)), ("stations", stations, days)):
        told[name] |= _columns(table, STATION_MONTH)
        for percentile, share in (("days_to_close_median", 0.5), ("days_to_close_p90", 0.9)):
            told[name][percentile] = [percentile_days(one, share) for one in closed.reshape(-1, closed.shape[-1])]
        told[name] |= measures(table.reshape(-1, len(COLUMNS)))
    told["communities"] = _cross(months, "community", communities)
    told["communities"] |= _columns(values(world.observed.communities)[:n], COMMUNITY_MONTH)
    told["groups"] = _cross(months, "group", groups) | _columns(values(world.observed.groups)[:n], GROUP_MONTH)
    return {name: _frame(columns) for name, columns in told.items()}


def units(columns: Iterable[str]) -> dict[str, str]:
    """Unit by column name."""
    known: Mapping[str, Any] = {**COMMUNITY_MONTH, **GROUP_MONTH, **STATION_MONTH, **MEASURES}
    found = {name: known[name].unit for name in columns if name in known}
    return found | {name: "days" for name in columns if name.startswith("days_to_close")}


def _cross(months: Sequence[str], name: str, rows: Sequence[str]) -> dict[str, list[str]]:
    return {"month": [m for m in months for _ in rows], name: [row for _ in months for row in rows]}


def _columns(table: np.ndarray, declared: Mapping[str, Observation]) -> dict[str, np.ndarray]:
    """The columns of a table (..., columns) by name, its rows one after the other."""
    return dict(zip(declared, table.reshape(-1, len(declared)).T, strict=True))


def _frame(columns: dict[str, Any]) -> pd.DataFrame:
    import pandas as pd

    made = pd.DataFrame(columns)  # at once: pandas copies the units with every column that is set later
    made.attrs["units"] = units(columns)
    return made
