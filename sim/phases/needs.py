"""Needs of residents: they arise, hidden ones are detected or expire."""

from __future__ import annotations

import math

import numpy as np

from sim.chance import chance, exponential, geometric, lognormal
from sim.compile import kernel
from sim.phases.observe import count_end
from sim.rules import guidance
from sim.rules import needs as rules
from sim.words import NONE, Draw, Kind, Line, NeedState

NEVER = 1_000_000
"""Days, more than any calendar has."""

_BLOCK = 64


@kernel
def arise(world, day, month):
    """Needs whose onset is today become hidden needs."""
    city = world.city[0]
    while city.next_need < len(world.drawn) and world.drawn[city.next_need].onset <= day:
        need = world.needs[city.next_need]
        hide(world)
        _refresh_hazard(world, city.n_hidden - 1, day, month)
        world.observed.stations[month, need.station].arisen += 1.0
        world.observed.stations[month, need.station].cohort_open += 1.0
        world.observed.groups[month, need.group].arisen += 1.0
        world.observed.communities[month, need.community].arisen += 1.0


@kernel
def hide(world):
    """The next need arises, or has arisen before the first day: what remains to be drawn of it is drawn, and it is hidden."""
    city = world.city[0]
    n = city.next_need
    drawn = world.drawn[n]
    need = world.needs[n]
    hidden = world.hidden[city.n_hidden]
    _write_need(world, n, drawn, need)
    hidden.need = n
    hidden.resident = drawn.resident
    hidden.community = need.community
    hidden.group = need.group
    hidden.since = max(0, drawn.onset)
    hidden.hazard = 0.0
    hidden.detection_left = exponential(chance(drawn.key, Draw.DETECTION, 0, 0, 0))
    expired = expired_before(world.parameters[0, world.stations[need.station].parameters], drawn.onset)
    hidden.expiry_left = expiry_threshold(drawn.key) - expired
    world.residents.n_hidden[drawn.resident] += 1
    city.n_hidden += 1
    city.next_need += 1


@kernel
def _write_need(world, n, drawn, need):
    cell = world.place.cells[drawn.cell]
    group = world.place.groups[cell.group]
    need.key = drawn.key
    need.resident = drawn.resident
    need.community = cell.community
    need.group = cell.group
    need.station = world.communities[cell.community].station
    p = world.parameters[0, world.stations[need.station].parameters]
    need.weight = cell.weight * world.stations[need.station].grown
    need.onset = drawn.onset
    is_group = chance(drawn.key, Draw.KIND, 0, 0, 0) < group.group_work_share
    need.kind = Kind.GROUP.value if is_group else Kind.CASE.value
    hours = p.case_hours_mean * group.hours_scale
    need.hours = lognormal(chance(drawn.key, Draw.CASE_HOURS, 0, 0, 0), hours, p.case_hours_cv)
    need.state = NeedState.HIDDEN.value
    need.service = NONE
    need.next_member = NONE
    world.services[n].worker = NONE
    world.services[n].last_session = NONE


@kernel
def expiry_threshold(key):
    """Hazard at which a need expires."""
    return exponential(chance(key, Draw.EXPIRY, 0, 0, 0))


@kernel
def expired_before(p, onset):
    """Hazard of expiry gathered before the first day."""
    return rules.expiry_hazard(p) * max(0, -onset)


@kernel
def _refresh_hazard(world, i, day, month):
    """Take off what a hidden need has gathered, and look ahead to the day on which it leaves as things stand now."""
    hidden = world.hidden[i]
    community = world.communities[hidden.community]
    row = world.stations[community.station].parameters
    p = world.parameters[month, row]
    days = day - hidden.since
    if days > 0:
        hidden.detection_left -= days * hidden.hazard
        hidden.expiry_left -= days * rules.expiry_hazard(world.parameters[world.place.days[hidden.since].month, row])
        hidden.since = day
    hidden.hazard = rules.detection_hazard(
        p,
        community.grid_strength,
        world.levers[month, community.station].information_platform,
        np.float64(world.residents.is_aware[hidden.resident]),
        np.float64(world.residents.trust[hidden.resident]),
        community.outreach,
        community.volunteers,
        world.place.groups[hidden.group].detectability,
    )
    detected = _days_to(hidden.detection_left, hidden.hazard)
    expired = _days_to(hidden.expiry_left, rules.expiry_hazard(p))
    world.leaves[i] = day - 1 + min(detected, expired)


@kernel
def _days_to(left, hazard):
    """The day, today being 1, on which a constant hazard has used up what is left."""
    if left <= 0.0:
        return 1
    if left >= hazard * NEVER:
        return NEVER
    return int(math.ceil(left / hazard))


@kernel
def _refresh_hazards(world, day, month):
    """A hazard stands for a month, unless an experience moved the resident's trust."""
    city = world.city[0]
    touched = world.lines[Line.TOUCHED.value]
    if world.place.days[day].is_month_start:
        for i in range(city.n_hidden):
            _refresh_hazard(world, i, day, month)
    else:
        for k in range(city.n_touched):
            if world.residents.n_hidden[touched[k]] > 0:
                _refresh_resident(world, touched[k], day, month)
    city.n_touched = 0


@kernel
def _refresh_resident(world, resident, day, month):
    for i in range(world.city[0].n_hidden):
        if world.hidden[i].resident == resident:
            _refresh_hazard(world, i, day, month)


@kernel
def detect(world, day, month):
    """Hidden needs are detected or expire, each on the day on which it has gathered its hazard."""
    _refresh_hazards(world, day, month)
    city = world.city[0]
    n_queued = city.n_queued
    last = city.n_hidden
    while last > 0:
        first = max(0, last - _BLOCK)
        if _leaves_one(world.leaves[first:last], day):
            for i in range(last - 1, first - 1, -1):
                if world.leaves[i] <= day:
                    _leave(world, i, n_queued, day, month)
        last = first


@kernel
def _leaves_one(leaves, day):
    """Whether one of these leaves today. (No branches: nearly always none does.)"""
    n = 0
    for i in range(len(leaves)):
        n += 1 if leaves[i] <= day else 0
    return n > 0


@kernel
def _leave(world, i, n_queued, day, month):
    """One is detected and queues, or expires; the last hidden need takes its row. `n_queued`: queued before today."""
    city = world.city[0]
    hidden = world.hidden[i]
    n = hidden.need
    need = world.needs[n]
    p = world.parameters[month, world.stations[need.station].parameters]
    detected = _days_to(hidden.detection_left, hidden.hazard)
    if detected <= _days_to(hidden.expiry_left, rules.expiry_hazard(p)):
        platform = world.levers[month, need.station].information_platform
        _found(p, need, platform, world.place.days[day])
        _queue(n, world.lines[Line.QUEUED.value], n_queued, city)
        world.observed.stations[month, need.station].detected += 1.0
        world.observed.groups[month, need.group].detected += 1.0
        world.observed.communities[month, need.community].detected += 1.0
    else:
        need.state = NeedState.EXPIRED.value
        count_end(need, world)
        world.observed.stations[month, need.station].expired += 1.0
        world.observed.groups[month, need.group].expired += 1.0
    world.residents.n_hidden[hidden.resident] -= 1
    city.n_hidden -= 1
    world.hidden[i] = world.hidden[city.n_hidden]
    world.leaves[i] = world.leaves[city.n_hidden]


@kernel
def _queue(n, queued, n_queued, city):
    """Those of one day queue in order of their onset."""
    slot = city.n_queued
    while slot > n_queued and queued[slot - 1] > n:
        queued[slot] = queued[slot - 1]
        slot -= 1
    queued[slot] = n
    city.n_queued += 1


@kernel
def _found(p, need, platform, today):
    """A detected need enters the guidance centre's queue, with its lag in workdays."""
    lag = guidance.dispatch_lag(p, platform)
    wait = geometric(chance(need.key, Draw.DISPATCH_LAG, 0, 0, 0), lag)
    first = today.workdays if today.is_workday else today.workdays + 1
    need.giving_up_threshold = exponential(chance(need.key, Draw.GIVING_UP, 0, 0, 0))
    need.state = NeedState.QUEUED.value
    need.dispatch_due = first + wait
