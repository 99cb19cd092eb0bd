"""What must always hold (model.md, section 8). Slow and plain: for tests, and for whoever changes a rule."""

from __future__ import annotations

import numpy as np

from sim.observations import COMMUNITY_MONTH, STATION_MONTH
from sim.sums import ordered_sum
from sim.words import LEAST_HOURS, LEAST_YUAN, MAX_SERVICES, NONE, Line, NeedState
from sim.world.columns import STATE
from sim.world.tables import World, arrays

TOLERANCE = 1e-6
_DEBTS = ("balance", "receivable", "wages_owed", "operating_owed")
_ENDED = (NeedState.MET, NeedState.UNMET, NeedState.PAPER_CLOSED, NeedState.GIVEN_UP, NeedState.EXPIRED)
_HOURS = (
    "admin_hours", "reception_hours", "ledger_hours", "service_hours", "outreach_hours", "training_hours",
    "coordination_hours", "fundraising_hours", "overtime_hours", "seconded_hours",
)  # fmt: skip


def broken(world: World) -> list[str]:
    """Every invariant that does not hold now, in a sentence each; empty if all hold."""
    return [
        *_finite(world), *_shares(world), *_needs(world), *_services(world), *_hours(world), *_money(world), *_remnants(world),
        *_staff(world), *_openings(world),
    ]  # fmt: skip


def _remnants(world: World) -> list[str]:
    """No amount of hours or money lies strictly between 0 and what counts as one."""
    least = {"h": LEAST_HOURS, "yuan": LEAST_YUAN}
    tables = {"observed": (world.observed.stations, {column.name: column.unit for column in STATION_MONTH.values()})}
    tables["stations"] = (world.stations, {"backlog_hours": "h", **dict.fromkeys(_DEBTS, "yuan")})
    tables["workers"] = (world.workers, {"ledger_backlog": "h"})
    tables["services"] = (world.services, {"hours_left": "h"})
    tables["communities"] = (
        world.observed.communities,
        {column.name: column.unit for column in COMMUNITY_MONTH.values()},
    )
    return [
        f"{table}.{name} holds a remnant of rounding"
        for table, (rows, units) in tables.items()
        for name, unit in units.items()
        if unit in least and ((rows[name] > 0) & (rows[name] < least[unit])).any()
    ]


def _finite(world: World) -> list[str]:
    found = []
    for name, array in arrays(world):
        for column in array.dtype.names or (None,):
            values = array if column is None else array[column]
            if values.dtype.kind == "f" and not np.isfinite(values).all():
                found.append(f"{name}{'.' + column if column else ''} holds a number that is not finite")
    return found


def _shares(world: World) -> list[str]:
    """Shares are from 0 to 1, and what the model adds up is not below 0; what is merely a limit of writing may be passed."""
    found = []
    for table, columns in STATE.items():
        rows = getattr(world, table, None)
        for column in columns.values() if rows is not None else ():
            values, slack = getattr(rows, column.name), 0.0 if table == "residents" else TOLERANCE
            if column.within == (0, 1):
                if ((values < -slack) | (values > 1 + slack)).any():
                    found.append(f"{table}.{column.name} is outside 0-1")
            elif column.within is not None and (values < -slack).any():
                found.append(f"{table}.{column.name} is negative")
    return found


def _needs(world: World) -> list[str]:
    """Every need is in one state; the lines and the counts say the same."""
    found = []
    states = world.needs["state"]
    city = world.city[0]
    lines = {
        NeedState.QUEUED: (Line.QUEUED, city.n_queued),
        NeedState.AWAY: (Line.AWAY, city.n_away),
        NeedState.WAITING: (Line.WAITING, city.n_waiting),
    }
    hidden = sorted(world.hidden["need"][: city.n_hidden].tolist())
    if hidden != np.flatnonzero(states == NeedState.HIDDEN).tolist():
        found.append("the table of hidden needs does not hold the needs that are HIDDEN")
    for state, (line, n) in lines.items():
        listed = world.lines[line, :n]
        if sorted(listed) != np.flatnonzero(states == state).tolist():
            found.append(f"the line {line.name} does not hold the needs that are {state.name}")
    # Those of before the first day were hidden then, and are counted nowhere as arisen.
    arisen = int((world.observed.stations["arisen"]).sum())
    began = int((world.needs["onset"] < 0).sum())
    if arisen + began != int((states != NeedState.FUTURE).sum()):
        found.append("needs that arose are not the sum of the states")
    counts = {
        NeedState.EXPIRED: ("expired",),
        NeedState.GIVEN_UP: ("given_up",),
        NeedState.PAPER_CLOSED: ("paper_closed",),
        NeedState.MET: ("met_station", "met_away"),
        NeedState.UNMET: ("unmet_station", "unmet_away"),
    }
    for state in _ENDED:
        counted = ordered_sum(world.observed.stations[name].sum() for name in counts[state])
        if counted != (states == state).sum():
            found.append(f"{int(counted)} needs were counted as {state.name}, {(states == state).sum()} are")
    seen = world.observed.stations
    ends = ("cohort_open", "cohort_met", "cohort_unmet", "cohort_given_up", "cohort_expired")
    if not np.array_equal(seen["arisen"], ordered_sum(seen[name] for name in ends)):
        found.append("what became of a month's needs does not add up to those that arose")
    return found


def _services(world: World) -> list[str]:
    """No service without a station; no assigned one without a filled post; members and lists agree."""
    found = []
    open_rows = set(np.flatnonzero(world.services["is_open"]).tolist())
    held: list[int] = []
    for w, worker in enumerate(world.workers):
        mine = [int(v) for v in worker.services[: worker.n_services]]
        held += mine
        if worker.n_services > MAX_SERVICES or NONE in mine or (worker.services[worker.n_services :] != NONE).any():
            found.append(f"worker {w} has a wrong list of services")
            continue
        if mine and not worker.is_filled:
            found.append(f"worker {w} has services and no post")
        if any(world.services[v].worker != w or world.services[v].station != worker.station for v in mine):
            found.append(f"a service of worker {w} does not know its worker or station")
        deadlines = [int(world.services[v].deadline) for v in mine]
        if deadlines != sorted(deadlines):
            found.append(f"worker {w}'s services are not in order of deadline")
    unassigned = world.lines[Line.UNASSIGNED, : world.city[0].n_unassigned].tolist()
    if sorted([*held, *unassigned]) != sorted(open_rows):
        found.append("open services are not those of workers and of the line of unassigned ones")
    left = np.flatnonzero(world.services["left_by"] != NONE)
    if not set(left.tolist()) & open_rows <= set(unassigned):
        found.append("a service that somebody works on still says who left it")
    members: list[int] = []
    for v in open_rows:
        n, count = v, 0
        while n != NONE:
            members.append(n)
            count += 1
            if world.needs[n].service != v:
                found.append(f"a member of service {v} does not know it")
            n = int(world.needs[n].next_member)
        if count != world.services[v].n_members:
            found.append(f"service {v} counts its members wrong")
    if sorted(members) != np.flatnonzero(world.needs["state"] == NeedState.IN_SERVICE).tolist():
        found.append("members of open services are not the needs in service")
    return found


def _staff(world: World) -> list[str]:
    """Posts are those of the month, only they are filled; who came in and has not left is there."""
    found = []
    workers, stations, seen = world.workers, world.stations, world.observed.stations
    if (workers["is_filled"] > workers["is_post"]).any():
        found.append("somebody works where no post is")
    posts = np.bincount(workers["station"], workers["is_post"], len(stations))
    days = world.place.days["month"]
    begun = int(days[max(0, world.day - 1)])
    if not np.array_equal(posts, stations["n_posts"]) or not np.array_equal(posts, world.levers["posts"][begun]):
        found.append("posts are not those that the month gives")
    over = len(days) if world.day >= len(days) else int(days[world.day])
    after = seen["filled"][1:over]
    if not np.array_equal(
        after, (seen["filled"][:-1] + seen["hires"][1:] - seen["quits"][1:] - seen["let_go"][1:])[: len(after)]
    ):
        found.append("staff are not those of the month before, and who was hired, less who quit or was let go")
    return found


def _openings(world: World) -> list[str]:
    """A station works while it is open, and every town is served by its own or, when that has closed, by one that is open."""
    found = []
    stations = world.stations
    month = int(world.place.days["month"][max(0, world.day - 1)])
    is_open = (stations["opens"] <= month) & (month < stations["closes"])
    if not np.array_equal(is_open, stations["is_open"] != 0):
        found.append("the stations that are open are not those of the month")
    idle = ("n_posts", "n_partners", "reception_days_left")
    if any(stations[name][~is_open].any() for name in idle):
        found.append("a station that is not open has posts, partners or receptions")
    served_by, rows = stations["served_by"], np.arange(len(stations))
    is_waiting = month < stations["opens"]
    if not np.array_equal(served_by == rows, is_open | is_waiting) or not (is_open | is_waiting)[served_by].all():
        found.append("a town is served by a station that has closed")
    if not np.array_equal(np.bincount(served_by, minlength=len(rows)), stations["n_towns"]):
        found.append("stations do not know how many towns they serve")
    open_services = world.services["station"][world.services["is_open"] != 0]
    if not is_open[open_services].all():
        found.append("a station that is not open has services")
    people = np.bincount(world.communities["station"], world.communities["residents"], len(rows))
    if not np.allclose(people, stations["residents"], rtol=1e-9):
        found.append("a town's residents are not those of its communities")
    return found


def _hours(world: World) -> list[str]:
    """Hours given = hours worked; tasks that came in = done + lapsed + still there."""
    seen = world.observed.stations
    found = []
    worked = ordered_sum(seen[name] for name in _HOURS)
    if not np.allclose(worked, seen["given_hours"], rtol=1e-9, atol=TOLERANCE):
        found.append("hours given are not hours worked")
    left = seen["task_hours_in"].sum(axis=0) - seen["admin_hours"].sum(axis=0) - seen["lapsed_hours"].sum(axis=0)
    if not np.allclose(left, world.stations["backlog_hours"], rtol=1e-7, atol=1e-4):
        found.append("task hours that came in are not done, lapsed or in the backlog")
    return found


def _money(world: World) -> list[str]:
    """Money in = money out + change in balances and debts."""
    seen = world.observed.stations
    stations = world.stations
    found = []
    government = seen["government_due"].sum(axis=0) - seen["government_paid"].sum(axis=0)
    if not np.allclose(government, stations["receivable"], rtol=1e-9, atol=1e-3):
        found.append("what government owes is not what fell due less what it paid")
    for due, paid, owed in (
        ("wages_due", "wages_paid", "wages_owed"),
        ("operating_due", "operating_paid", "operating_owed"),
    ):
        if not np.allclose(seen[due].sum(axis=0) - seen[paid].sum(axis=0), stations[owed], rtol=1e-9, atol=1e-3):
            found.append(f"{owed} is not {due} less {paid}")
    flow = ordered_sum(seen[name].sum(axis=0) for name in ("government_paid", "own_revenue"))
    flow = flow - ordered_sum(seen[name].sum(axis=0) for name in ("wages_paid", "operating_paid"))
    if not np.allclose(stations["start_balance"] + flow, stations["balance"], rtol=1e-9, atol=1e-3):
        found.append("balances are not the start plus money in less money out")
    return found
