"""Build a city: scenario to `Place` (once), place and seed to `World` (per replicate)."""

from __future__ import annotations

import datetime
import hashlib
import math
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from sim.chance import BLOCK_OF_WORDS
from sim.mistakes import Mistake
from sim.seeds import whole_seed
from sim.words import CERTIFICATES, DAYS_PER_YEAR, NONE, Line
from sim.world import tables
from sim.world.columns import ROW, STATE
from sim.world.start import draw_needs, start, town_shares

if TYPE_CHECKING:
    from sim.scenario.schema import Scenario


@dataclass(frozen=True)
class Ground:
    """What a scenario fixes for every seed: the place, and the tables as they stand before any draw."""

    place: tables.Place
    stations: np.recarray
    communities: np.recarray
    workers: np.recarray
    parameters: np.recarray  # (months, rows)
    levers: np.recarray  # (months, stations)
    given_workers: np.ndarray  # float64 (workers, 5): trained, certificate, competence, burnout, tenure; NaN: not given
    given_grid: np.ndarray  # float64 (communities,); NaN: not given
    n_residents: int
    most_residents: int  # of a community
    expected_needs: float


def build(scenario: Scenario, seed: int) -> tables.World:
    """The world of a scenario on the morning of its first day, for a seed (0 <= seed < 2**64). Raises Mistake."""
    number = np.uint64(whole_seed(seed))
    return _world(prepare(scenario), number)


_KEPT = 64
"""Sweeps take cities in turn; what one fixes is about 0.4 MB for T City."""

_grounds: dict[str, Ground] = {}


def prepare(scenario: Scenario) -> Ground:
    """What a scenario fixes for every seed; the last few are kept, by hash."""
    key = scenario.hash
    if key not in _grounds:
        while len(_grounds) >= _KEPT:
            _grounds.pop(next(iter(_grounds)), None)
        _grounds[key] = _prepare(scenario)
    return _grounds[key]


def _prepare(scenario: Scenario) -> Ground:
    parameters, levers = scenario.parameter_table(), scenario.lever_table()
    days = _calendar(scenario.start, scenario.end)
    groups = tables.records(tables.GROUP, len(scenario.groups))
    for g, group in enumerate(scenario.groups):
        for name in ("needs_per_year", "group_work_share", "hours_scale", "detectability"):
            groups[name][g] = getattr(group, name)

    stations = tables.records(tables.STATION, len(scenario.towns))
    n_communities = sum(len(town.communities) for town in scenario.towns)
    communities = tables.records(tables.COMMUNITY, n_communities)
    given_grid = np.full(n_communities, np.nan)
    populations = community_populations(scenario)
    row_of = {town.id: s for s, town in enumerate(scenario.towns)}
    c = w = 0
    for s, town in enumerate(scenario.towns):
        station = stations[s]
        station.key = _digest(town.id)  # a seed makes the key of it
        station.first_community, station.last_community = c, c + len(town.communities)
        station.first_worker, station.last_worker = w, w + int(levers["posts"][:, s].max())
        station.n_posts = int(levers["posts"][0, s])
        station.opens, station.closes = town.opening(scenario.start, len(parameters))
        station.is_open = station.opens == 0
        station.served_by, station.n_towns = s, 1
        station.parameters = scenario.parameter_rows[s]
        station.heir = NONE if town.heir is None else row_of[town.heir]
        station.joins = town.joining(scenario.start)
        station.growth_per_year, station.grown = town.growth_per_year, 1.0 if station.joins == 0 else 0.0
        station.partners[:] = NONE
        station.last_inspection = NONE
        for community in town.communities:
            communities[c].station = s
            if community.grid_strength is not None:
                given_grid[c] = community.grid_strength
            c += 1
        w = station.last_worker

    per_1000 = tuple(
        tuple(town.per_1000.get(one.id, one.per_1000) for one in scenario.groups) for town in scenario.towns
    )
    rest = next((g for g, group in enumerate(scenario.groups) if group.is_rest), None)
    cells = _cells(tuple(populations), tuple(communities["station"].tolist()), per_1000, rest, scenario.general_sample)
    communities["first_cell"] = np.arange(len(populations)) * len(scenario.groups)
    communities["last_cell"] = communities["first_cell"] + len(scenario.groups)
    people = (cells["last"] - cells["first"]) * cells["weight"]
    people = people * stations["grown"][communities["station"][cells["community"]]]
    communities["first_resident"] = cells["first"][communities["first_cell"]]
    communities["last_resident"] = cells["last"][communities["last_cell"] - 1]
    np.add.at(communities["residents"], cells["community"], people)
    np.add.at(stations["residents"], communities["station"][cells["community"]], people)

    workers = tables.records(tables.WORKER, w)
    workers["services"][:] = NONE
    given = np.full((w, 5), np.nan)
    for s, town in enumerate(scenario.towns):
        first = stations[s].first_worker
        workers["station"][first : stations[s].last_worker] = s
        workers["is_post"][first : first + stations[s].n_posts] = 1
        for i, worker in enumerate(town.workers):
            certificate = None if worker.certificate is None else CERTIFICATES.index(worker.certificate)
            values = (worker.trained, certificate, worker.competence, worker.burnout, worker.tenure_days)
            given[first + i] = [math.nan if value is None else float(value) for value in values]

    lived = np.array([_days_lived(town.growth_per_year, len(days)) for town in scenario.towns])
    lived += parameters[0, stations["parameters"]].need_lookback_days
    horizon = lived[communities["station"][cells["community"]]]
    sizes = cells["last"] - cells["first"]
    rates = groups["needs_per_year"][cells["group"]] * cells["weight"]
    expected = float((sizes * rates * horizon).sum()) / DAYS_PER_YEAR
    _refuse_too_many(scenario, expected)
    place = tables.Place(days, groups, cells)
    most = int(sizes.reshape(-1, len(groups)).sum(axis=1).max(initial=0))
    return Ground(
        place, stations, communities, workers, parameters, levers, given, given_grid, int(sizes.sum()), most, expected
    )


def _digest(town_id: str) -> np.uint64:
    """What names a town in its draws: a digest of its id, which may be any text."""
    return np.uint64(int.from_bytes(hashlib.blake2b(town_id.encode(), digest_size=8).digest(), "little"))


def _days_lived(growth_per_year: float, n_days: int) -> float:
    """Person-days of a calendar, for each resident of its first day."""
    pace = math.log1p(growth_per_year) / DAYS_PER_YEAR
    return math.expm1(pace * n_days) / pace if pace else float(n_days)


def _refuse_too_many(scenario: Scenario, needs: float) -> None:
    """Raise Mistake where a row of the needs might pass what a column of rows can hold."""
    most = int(np.iinfo(ROW).max)
    if _room(needs) > most:
        raise Mistake(
            f"{scenario.name}: about {needs:,.0f} needs would arise from {scenario.start} to {scenario.end}, and a run can "
            f"number {most:,}; end it earlier, or lower needs_per_year or the population",
            f"{scenario.name}：{scenario.start} 至 {scenario.end} 约产生 {needs:,.0f} 项需求，而一次运行最多可编号 {most:,} 项；"
            "请提前结束，或降低 needs_per_year 或人口",
        )


def _room(expected: float) -> int:
    """Rows that so many needs will nearly always fit into."""
    return int(expected + 8.0 * math.sqrt(expected) + 64)


@lru_cache(maxsize=_KEPT)
def _calendar(start: datetime.date, end: datetime.date) -> np.recarray:
    """One row per day from `start` to `end`, both included."""
    dates = np.arange(np.datetime64(start, "D"), np.datetime64(end, "D") + 1)
    months = dates.astype("datetime64[M]")
    firsts, nexts = months.astype("datetime64[D]"), (months + 1).astype("datetime64[D]")
    days = tables.records(tables.DAY, len(dates))
    days["month"] = (months - months[0]).astype(int)
    days["month_of_year"] = months.astype(int) % 12 + 1
    days["days_in_month"] = (nexts - firsts).astype(int)
    is_workday = (dates.astype(int) + 3) % 7 < 5  # day 0, 1970-01-01, was a Thursday
    days["is_workday"] = is_workday
    days["workdays"] = np.cumsum(is_workday)
    days["is_month_start"] = dates == firsts
    days["is_month_end"] = dates + 1 == nexts
    last = len(dates) - 1  # past the calendar nothing can be due any more
    following = np.minimum.accumulate(np.where(is_workday, np.arange(len(dates)), last)[::-1])[::-1]
    days["next_workday"] = np.append(following[1:], last)
    return days


def community_populations(scenario: Scenario) -> list[int]:
    """People per community: as given, or the town's population split by Dirichlet shares fixed by the scenario."""
    populations: list[int] = []
    parameters = scenario.parameter_table()[0]
    for town, row in zip(scenario.towns, scenario.parameter_rows, strict=True):
        given = [community.population for community in town.communities]
        if given and all(population is not None for population in given):
            populations += [int(population or 0) for population in given]
        elif given:
            shares = town_shares(_digest(town.id), len(given), int(parameters[row].town_concentration))
            edges = np.floor(np.concatenate([[0.0], np.cumsum(shares)]) * town.population + 0.5).astype(int)
            edges[-1] = town.population
            populations += np.diff(edges).tolist()
    return populations


@lru_cache(maxsize=_KEPT)
def _cells(
    populations: tuple[int, ...],
    towns: tuple[int, ...],
    per_1000: tuple[tuple[float, ...], ...],
    rest: int | None,
    general_sample: float,
) -> np.recarray:
    """Residents by community and group, for reading only: cities that differ in other numbers share them. A town's running sums are rounded,
    so that its totals are right. populations, towns: of each community; per_1000: of each town and group; rest: the group of all others."""
    rows: list[tuple[int, int, int, int, float]] = []
    n_groups = len(per_1000[0])
    r = 0
    for c, population in enumerate(populations):
        shares = per_1000[towns[c]]
        if c == 0 or towns[c] != towns[c - 1]:
            running = [0.0] * n_groups
            placed = [0] * n_groups
        priority = 0
        counts: list[tuple[int, int, float]] = []
        for g, share in enumerate(shares):
            if g == rest:
                continue
            running[g] += population * share / 1000.0
            n = max(0, min(population - priority, int(math.floor(running[g] + 0.5)) - placed[g]))
            placed[g] += n
            priority += n
            counts.append((g, n, 1.0))
        if rest is not None:
            running[rest] += (population - priority) * general_sample
            n = int(math.floor(running[rest] + 0.5)) - placed[rest]
            placed[rest] += n
            counts.append((rest, n, 1.0 / general_sample))
        for g, n, weight in counts:
            rows.append((c, g, r, r + n, weight))
            r += n
    cells = tables.records(tables.CELL, len(rows))
    cells[:] = rows
    return cells


def _world(ground: Ground, seed: np.uint64) -> tables.World:
    n = ground.n_residents
    place = ground.place
    drawn = _draw_needs(ground, seed)
    n_needs = len(drawn)
    world = tables.World(
        place,
        tables.records(tables.CITY, 1),
        ground.parameters,
        ground.levers,
        ground.stations.copy(),
        ground.workers.copy(),
        ground.communities.copy(),
        tables.Residents(*(np.zeros(n, column.dtype) for column in STATE["residents"].values())),
        drawn,
        tables.records(tables.NEED, n_needs),
        tables.records(tables.HIDDEN, n_needs),
        np.zeros(n_needs, np.int32),
        tables.records(tables.SERVICE, n_needs),
        np.zeros((len(Line), n_needs), np.int32),
        tables.observed(len(ground.parameters), len(ground.stations), len(place.groups), len(ground.communities)),
        np.zeros(-(-ground.most_residents // BLOCK_OF_WORDS) * BLOCK_OF_WORDS, np.uint32),
        np.zeros(ground.most_residents, np.int64),
    )
    start(world, seed, ground.given_workers, ground.given_grid)
    return world


def _draw_needs(ground: Ground, seed: np.uint64) -> np.recarray:
    """All needs whose onset lies within the horizon, sorted by onset."""
    room = _room(ground.expected_needs)
    while True:
        drawn, ordered = tables.records(tables.DRAWN, room), tables.records(tables.DRAWN, room)
        n = draw_needs(seed, ground.place, ground.stations, ground.communities, ground.parameters, drawn, ordered)
        if n <= room:
            return ordered[:n].view(np.recarray)
        room = n
