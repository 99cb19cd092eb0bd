"""The state of a city, as tables of columns.

``world.workers.burnout`` is the column, ``world.workers[w].burnout`` one cell; both are the same memory. The residents,
of whom there are many and who move together each month, are separate contiguous arrays; the smaller tables are record
arrays, because numba compiles a kernel in time that grows with its number of arrays (see `sim/README.md`).

`World` holds what a replicate changes, `Place` what all replicates of a scenario share.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, cast

import numpy as np

from sim.observations import COMMUNITY_MONTH, GROUP_MONTH, STATION_MONTH, month_dtype
from sim.words import MAX_DAYS_TO_CLOSE, NONE, Line
from sim.world.columns import ROW, record

if TYPE_CHECKING:
    from sim.scenario.schema import Scenario

STATION, WORKER, COMMUNITY = record("stations"), record("workers"), record("communities")
CELL, GROUP, CITY, DAY = record("cells"), record("groups"), record("city"), record("days")
NEED, DRAWN, HIDDEN, SERVICE = record("needs"), record("drawn"), record("hidden"), record("services")
"""Rows of the tables; `columns.py` declares their columns."""


class Place(NamedTuple):
    """What does not change: shared by all replicates and branches, read only."""

    days: np.recarray
    groups: np.recarray
    cells: np.recarray


class Residents(NamedTuple):
    """One column each, sorted by community and group; `columns.Residents` declares them."""

    trust: np.ndarray
    own_trust: np.ndarray
    is_aware: np.ndarray
    n_hidden: np.ndarray


class Observed(NamedTuple):
    """The monthly tables, (months, rows)."""

    stations: np.recarray
    groups: np.recarray
    communities: np.recarray
    days_to_close: np.ndarray  # int32 (months, stations, MAX_DAYS_TO_CLOSE): needs by days from dispatch to closing


class World(NamedTuple):
    """A city on a day."""

    place: Place
    city: np.recarray  # one row
    parameters: (
        np.recarray
    )  # (months, rows): towns of one row differ in no parameter; `stations.parameters` is each one's
    levers: np.recarray  # (months, stations)
    stations: np.recarray
    workers: np.recarray
    communities: np.recarray
    residents: Residents
    drawn: np.recarray  # every need to come, by onset
    needs: np.recarray  # row n is of `drawn[n]`, filled when it arises; before, all 0
    hidden: np.recarray
    leaves: (
        np.ndarray
    )  # int32 (needs,): day on which the hidden need of the same row of `hidden` is detected or expires
    services: np.recarray
    lines: np.ndarray  # int32 (words.Line, needs): what waits for something, in order; lengths are in `city`
    observed: Observed
    words: np.ndarray  # uint32 (residents of the largest community,) scratch: one community's draws of a month
    marks: np.ndarray  # int64, as long, scratch: what is summed of each of its residents

    @property
    def day(self) -> int:
        """Days since the start; the next day to run."""
        return int(self.city[0].day)


def under(world: World, scenario: Scenario) -> World:
    """The world, which is taken over, under the parameters and levers of another scenario of its city, with as many rows of
    workers as its stations' posts will need."""
    levers = scenario.lever_table()
    world.stations["parameters"] = scenario.parameter_rows
    made = _with_rows(world, levers["posts"].max(axis=0))
    return made._replace(parameters=scenario.parameter_table(), levers=levers)


def _with_rows(world: World, posts: np.ndarray) -> World:
    """The world with at least so many rows of workers at each station; those that are there keep their order."""
    first, last = world.stations["first_worker"], world.stations["last_worker"]
    most = np.maximum(last - first, posts.astype(ROW))
    if np.array_equal(most, last - first):
        return world
    begins = np.concatenate([[0], np.cumsum(most)]).astype(ROW)
    row = np.arange(len(world.workers)) + np.repeat(begins[:-1] - first, last - first)
    workers = records(WORKER, int(begins[-1]))
    workers["station"] = np.repeat(np.arange(len(most)), most)
    workers["services"] = NONE
    workers[row] = world.workers
    stations, services = world.stations.copy(), world.services.copy()
    stations["first_worker"], stations["last_worker"] = begins[:-1], begins[1:]
    for column in ("worker", "left_by"):
        # Of needs that have not arisen, services are all 0, and so are their workers.
        is_somebody = (services[column] != NONE) & (np.arange(len(services)) < world.city[0].next_need)
        services[column][is_somebody] = row[services[column][is_somebody]]
    return world._replace(stations=stations, workers=workers, services=services)


def branch(world: World) -> World:
    """A copy of the state that goes on by itself.

    What no day changes is shared: the place, the levers, the needs to come, the residents' own trust. Of the tables of what has
    happened only that part is copied; the rest is still empty.
    """
    city = world.city[0]
    began = int(city.next_need)
    days = world.place.days
    month = int(days["month"][min(int(city.day), len(days) - 1)]) + 1
    residents = world.residents
    return world._replace(
        city=world.city.copy(),
        stations=world.stations.copy(),
        workers=world.workers.copy(),
        communities=world.communities.copy(),
        residents=Residents(
            residents.trust.copy(), residents.own_trust, residents.is_aware.copy(), residents.n_hidden.copy()
        ),
        needs=_begun(world.needs, began),
        hidden=_begun(world.hidden, int(city.n_hidden)),
        leaves=_begun(world.leaves, int(city.n_hidden)),
        services=_begun(world.services, began),
        lines=_lines_begun(world.lines, line_lengths(world)),
        observed=Observed(*(_begun(table, month) for table in world.observed)),
        words=np.zeros_like(world.words),
        marks=np.zeros_like(world.marks),
    )


def _begun(table: Any, n: int) -> Any:
    """A copy of the first `n` rows, with empty ones after them (which take no memory before they are written to)."""
    copied = np.zeros(table.shape, table.dtype)
    row = f"V{table.itemsize}"  # as so many bytes: NumPy copies records column by column, in ten times the time
    copied.view(row)[:n] = table.view(np.ndarray).view(row)[:n]
    return copied.view(type(table))


def _lines_begun(lines: np.ndarray, lengths: list[int]) -> np.ndarray:
    copied = np.zeros_like(lines)
    for copy, line, n in zip(copied, lines, lengths, strict=True):
        copy[:n] = line[:n]
    return copied


def line_lengths(world: World) -> list[int]:
    """How many stand in each line (`words.Line`)."""
    city = world.city[0]
    return [int(city[f"n_{line.name.lower()}"]) for line in Line]


def arrays(value: Any, path: str = "world") -> list[tuple[str, np.ndarray]]:
    """Every array of a world (or part of one) with its dotted name."""
    if isinstance(value, np.ndarray):
        return [(path, value)]
    if isinstance(value, tuple):
        fields = cast(Any, value)._fields
        return [pair for name, one in zip(fields, value, strict=True) for pair in arrays(one, f"{path}.{name}")]
    return []


def state_bytes(world: World) -> bytes:
    """The whole changing state as bytes: equal if and only if two worlds are identical."""
    parts = [line[:n].tobytes() for line, n in zip(world.lines, line_lengths(world), strict=True)]
    n_hidden = int(world.city[0].n_hidden)
    world = world._replace(hidden=world.hidden[:n_hidden].view(np.recarray), leaves=world.leaves[:n_hidden])
    for name, array in arrays(world):
        # Behind the end of a line, and of the hidden needs, stands what once was there.
        if name.startswith("world.place") or name in {"world.lines", "world.words", "world.marks"}:
            continue
        # Column by column: the padding between the columns of a record is nobody's.
        parts += [array[column].tobytes() for column in array.dtype.names] if array.dtype.names else [array.tobytes()]
    return b"".join(parts)


def n_bytes(world: World) -> int:
    """Bytes that one replicate holds by itself."""
    shared = ("world.place", "world.parameters", "world.levers", "world.drawn", "world.residents.own_trust")
    return sum(array.nbytes for name, array in arrays(world) if not name.startswith(shared))


def records(dtype: np.dtype[Any], shape: int | tuple[int, ...]) -> np.recarray:
    """A zeroed record array."""
    return cast(np.recarray, np.zeros(shape, dtype).view(np.recarray))


def observed(n_months: int, n_stations: int, n_groups: int, n_communities: int) -> Observed:
    """Empty monthly tables."""
    return Observed(
        records(month_dtype(STATION_MONTH), (n_months, n_stations)),
        records(month_dtype(GROUP_MONTH), (n_months, n_groups)),
        records(month_dtype(COMMUNITY_MONTH), (n_months, n_communities)),
        np.zeros((n_months, n_stations, MAX_DAYS_TO_CLOSE), np.int32),
    )
