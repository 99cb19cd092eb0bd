"""The state of a city, as tables of columns.

``world.workers.burnout`` is the column, ``world.workers[w].burnout`` one cell; both are the same memory. The residents,
of whom there are many and who move together each month, are separate contiguous arrays; the smaller tables are record
arrays, because numba compiles a kernel in time that grows with its number of arrays (see `sim/README.md`).

`World` holds what a replicate changes, `Place` what all replicates of a scenario share.
"""

from __future__ import annotations

from typing import Any, NamedTuple, cast

import numpy as np

from sim.observations import COMMUNITY_MONTH, GROUP_MONTH, STATION_MONTH, month_dtype
from sim.words import MAX_DAYS_TO_CLOSE, MAX_PARTNERS, MAX_SERVICES, Line

f8, i4, u8 = np.float64, np.int32, np.uint64
ROW = i4
"""Of every column that counts rows, days or needs; what would pass it is refused when a city is built."""


def _columns(columns: list[tuple[Any, ...]]) -> np.dtype[Any]:
    """A row. Of columns of 4 bytes an even number stands between those of 8, where it can be; after an odd one 4 are lost."""
    return np.dtype(columns, align=True)


STATION = _columns(
    [
        ("key", u8),  # of the town's draws
        ("first_worker", i4),  # rows of `workers` from here ...
        ("last_worker", i4),  # ... to before here
        ("first_community", i4),
        ("last_community", i4),
        ("n_posts", i4),
        ("residents", f8),  # people, weighted
        ("backlog_hours", f8),  # administrative backlog, h
        ("reception_days_left", f8),  # workdays of preparing and hosting ahead
        ("balance", f8),  # yuan
        ("start_balance", f8),  # yuan, on the first morning
        ("receivable", f8),  # yuan owed by government
        ("wages_owed", f8),  # yuan
        ("operating_owed", f8),  # yuan
        ("government_revenue", f8),  # yuan per month that fell due from government, paid or not, trailing mean
        ("own_revenue", f8),  # yuan per month received from others, trailing mean
        ("planned_own", f8),  # yuan per month that fundraising works for
        ("reputation", f8),  # 0-1
        ("turn", i4),  # community visited next, counted from first_community
        ("n_partners", i4),
        ("partners", i4, (MAX_PARTNERS,)),  # rows of stations in order of linking, then NONE
        # the town office
        ("awareness", f8),  # 0-1
        ("goodwill", f8),  # 0-1
        ("restrained_months", i4),
        ("last_inspection", i4),  # day, or NONE
        # refreshed each month or workday
        ("load", f8),  # 0-1, end of last month
        ("trust", f8),  # 0-1, mean of the residents, end of last month
        ("volunteers", f8),  # V: per 1,000 residents
        ("mean_competence", f8),  # 0-1
        ("n_present", i4),  # today
        ("month_ended", f8),  # needs whose services this station ended this month
        ("month_reported", f8),  # of them, reported on time
        ("month_visits", f8),
        ("month_fundraising", f8),  # h worked this month
        ("month_fundraising_asked", f8),  # h that the plan asks for this month
    ]
)

WORKER = _columns(
    [
        ("station", i4),
        ("is_filled", i4),
        ("is_trained", i4),
        ("certificate", i4),
        ("competence", f8),  # 0-1
        ("burnout", f8),  # 0-1
        ("conflict", f8),  # role conflict, 0-1
        ("stay", f8),  # chance of meaning to stay
        ("arrears", f8),  # 0-1
        ("tenure_days", f8),
        ("secondment_days_left", i4),
        ("absence_days", i4),  # calendar days of this secondment, today counted
        ("ledger_backlog", f8),  # h; stays with the post
        ("month_service", f8),  # h this month, overtime included
        ("month_training", f8),  # h this month
        ("vacant_months", i4),  # month-ends that the post has stood vacant
        ("n_services", i4),
        ("services", i4, (MAX_SERVICES,)),  # rows of services by deadline, then NONE
    ]
)

COMMUNITY = _columns(
    [
        ("station", i4),
        ("first_cell", i4),
        ("last_cell", i4),
        ("first_resident", i4),  # rows of `residents` from here ...
        ("last_resident", i4),  # ... to before here
        ("residents", f8),  # people, weighted
        ("grid_strength", f8),  # mean 1
        ("outreach", f8),  # O: h per 1,000 residents and month
        ("month_outreach", f8),  # h this month
        ("participation", f8),  # share that joined last month's activity
        ("volunteers", f8),  # V: per 1,000 residents
        ("trust", f8),  # mean, end of last month
        ("trust_sum", f8),  # people, end of last month
        ("trust_square_sum", f8),  # people, end of last month
        ("aware_sum", f8),  # people, end of last month
        ("was_served", i4),  # someone here had a session this month
    ]
)

CELL = _columns(
    [
        # the residents of one group in one community stand together
        ("community", i4),
        ("group", i4),
        ("first", i4),
        ("last", i4),
        ("weight", f8),
    ]
)

GROUP = _columns(
    [
        ("needs_per_year", f8),  # per person
        ("group_work_share", f8),
        ("hours_scale", f8),
        ("detectability", f8),
    ]
)

NEED = _columns(
    [
        ("key", u8),  # of the need's draws
        ("resident", i4),
        ("community", i4),
        ("group", i4),
        ("station", i4),  # of the resident's town
        ("onset", i4),  # day
        ("weight", f8),  # people for whom the resident stands
        ("kind", i4),
        ("state", i4),
        ("hours", f8),  # of a case, at productivity 1
        ("giving_up_threshold", f8),
        ("dispatch_due", i4),  # workday number from which it may be dispatched
        ("dispatched", i4),  # day
        ("route", i4),
        ("waiting_since", i4),  # day; deadlines count from here
        ("ends", i4),  # day on which the centre or another organisation closes
        ("service", i4),  # row of its service, or NONE
        ("next_member", i4),  # next need of the same service, or NONE
    ]
)

DRAWN = _columns(
    [
        # a need to come, in order of onset: the rest is drawn when it arises
        ("key", u8),  # of the need's draws
        ("onset", i4),
        ("cell", i4),
        ("resident", i4),
    ]
)

HIDDEN = _columns(
    [
        # the hidden needs of the moment, in no order
        ("need", i4),
        ("resident", i4),
        ("community", i4),
        ("group", i4),
        ("since", i4),  # day on which its hazard was refreshed: monthly and after an experience
        ("hazard", f8),  # of detection, per day, from that day on
        ("detection_left", f8),  # hazard still to gather on that morning
        ("expiry_left", f8),
    ]
)

SERVICE = _columns(
    [
        # a service has the row of the need that opened it, which gives it a stable name for draws
        ("station", i4),
        ("worker", i4),  # NONE: waits for a worker
        ("kind", i4),
        ("is_open", i4),
        ("n_members", i4),
        ("opened", i4),  # day
        ("hours", f8),  # at productivity 1
        ("hours_left", f8),
        ("deadline", i4),  # day
        ("response_due", i4),  # day, cases only
        ("last_session", i4),  # day, or NONE
        ("handovers", i4),  # workers who took it over from another
        ("left_by", i4),  # row of the worker who is away and had it, or NONE
    ]
)

CITY = _columns(
    [
        ("day", i4),  # next day to run
        ("next_need", i4),  # first need whose onset lies ahead
        ("n_hidden", i4),
        ("n_queued", i4),
        ("n_away", i4),
        ("n_waiting", i4),
        ("n_unassigned", i4),
        ("n_touched", i4),
    ]
)

DAY = _columns(
    [
        ("month", i4),
        ("is_workday", i4),
        ("workdays", i4),  # workdays up to and including this day
        ("next_workday", i4),  # the day number of the next workday after this day
        ("is_month_start", i4),
        ("is_month_end", i4),
        ("month_of_year", i4),  # 1-12
        ("days_in_month", i4),
    ]
)


class Place(NamedTuple):
    """What does not change: shared by all replicates and branches, read only."""

    days: np.recarray
    groups: np.recarray
    cells: np.recarray


class Residents(NamedTuple):
    """One column each, sorted by community and group."""

    trust: np.ndarray  # float32 0-1
    own_trust: np.ndarray  # float32: the first trust, to which it returns
    is_aware: np.ndarray  # uint8
    n_hidden: np.ndarray  # int32: the resident's hidden needs; 0 spares looking for them


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
    parameters: np.recarray  # (months,)
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


def branch(world: World, *, parameters: np.recarray | None = None, levers: np.recarray | None = None) -> World:
    """A copy of the state that goes on by itself, under other parameters and levers if given.

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
        parameters=world.parameters if parameters is None else parameters,
        levers=world.levers if levers is None else levers,
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
        np.zeros((n_months, n_stations, MAX_DAYS_TO_CLOSE), i4),
    )
