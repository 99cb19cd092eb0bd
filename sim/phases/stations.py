"""Stations take in: orphaned services first, then waiting cases in order of dispatch, then groups."""

from __future__ import annotations

from sim.compile import kernel
from sim.phases.government import owe_hours
from sim.phases.services import assign
from sim.rules import stations as rules
from sim.rules import work as work_rules
from sim.words import NONE, Kind, Line, NeedState


@kernel
def take_in(world, day, month):
    """Needs that waited for a group in vain become cases on any day; intake is on workdays."""
    _give_groups_up(world, day, month)
    if not world.place.days[day].is_workday:
        return
    _reassign(world, month)
    _open_cases(world, day, month)
    _open_groups(world, day, month)


@kernel
def _reassign(world, month):
    """Services whose worker left go to the first worker of their station with room."""
    city = world.city[0]
    unassigned = world.lines[Line.UNASSIGNED.value]
    kept = 0
    for i in range(city.n_unassigned):
        v = unassigned[i]
        service = world.services[v]
        w = find_worker(world, world.stations[service.station], service.hours_left, month)
        if w == NONE:
            unassigned[kept] = v
            kept += 1
        else:
            assign(v, w, world.workers[w], world.services)
    city.n_unassigned = kept


@kernel
def _give_groups_up(world, day, month):
    """The clocks of a case (24 hours, 60 days, patience) start on the day when the need becomes one."""
    waiting = world.lines[Line.WAITING.value]
    for i in range(world.city[0].n_waiting):
        need = world.needs[waiting[i]]
        p = world.parameters[month, world.stations[need.station].parameters]
        if need.kind == Kind.GROUP.value and rules.becomes_case(p, day - need.dispatched):
            need.kind = Kind.CASE.value
            need.waiting_since = day
            seen = world.observed.stations[month, need.station]
            seen.became_cases += 1.0
            seen.responses_due += 1.0


@kernel
def _open_cases(world, day, month):
    city = world.city[0]
    waiting = world.lines[Line.WAITING.value]
    kept = 0
    for i in range(city.n_waiting):
        n = waiting[i]
        need = world.needs[n]
        home = world.stations[need.station].served_by
        p = world.parameters[month, world.stations[home].parameters]
        w = NONE
        if need.kind == Kind.CASE.value:
            w = find_worker(world, world.stations[home], need.hours, month)
            if w == NONE:
                w = _find_partner(world, world.stations[home], need.hours, month)
                if w != NONE:
                    seen = world.observed.stations[month, home]
                    seen.overflow += 1.0
                    owe_hours(p.overflow_hours, world.stations[home], seen)
        if w == NONE:
            waiting[kept] = n
            kept += 1
            continue
        service = world.services[n]
        service.kind = Kind.CASE.value
        service.hours = need.hours
        service.deadline = need.waiting_since + int(p.case_deadline_days)
        service.response_due = _workdays_after(world.place.days, need.waiting_since, int(p.response_workdays))
        _open(n, w, day, world.workers[w], world.services)
        need.state = NeedState.IN_SERVICE.value
        need.service = n
        service.n_members = 1
        world.observed.stations[month, service.station].cases_opened += 1.0
    city.n_waiting = kept


@kernel
def _find_partner(world, station, hours, month):
    """A worker with room at the first partner station that has one, or NONE."""
    for i in range(station.n_partners):
        w = find_worker(world, world.stations[station.partners[i]], hours, month)
        if w != NONE:
            return w
    return NONE


@kernel
def _open_groups(world, day, month):
    """Each station and its partners together open groups while enough needs wait and a worker has room."""
    for s in range(len(world.stations)):
        p = world.parameters[month, world.stations[s].parameters]
        while world.city[0].n_waiting > 0 and _open_group(world, p, s, day, month):
            pass


@kernel
def _open_group(world, p, s, day, month):
    """Open one group around station `s`; True if one was opened."""
    station = world.stations[s]
    waiting = world.lines[Line.WAITING.value]
    n_waiting = 0
    oldest = day
    # The station with most of the waiting needs leads; ties go to the station itself, then to its first partner.
    lead = s
    most = -1
    for i in range(-1, station.n_partners):
        other = s if i < 0 else station.partners[i]
        here = 0
        for j in range(world.city[0].n_waiting):
            need = world.needs[waiting[j]]
            if need.kind == Kind.GROUP.value and world.stations[need.station].served_by == other:
                here += 1
                oldest = min(oldest, need.dispatched)
        n_waiting += here
        if here > most:
            most = here
            lead = other
    if n_waiting == 0 or not rules.opens_group(p, n_waiting, day - oldest):
        return False
    hours = rules.group_hours(p, int(min(n_waiting, p.group_most)))
    w = find_worker(world, world.stations[lead], hours, month)
    if w == NONE:
        return False

    first = NONE
    last = NONE
    n_members = 0
    kept = 0
    for j in range(world.city[0].n_waiting):
        n = waiting[j]
        need = world.needs[n]
        served_by = world.stations[need.station].served_by
        is_near = served_by == s
        for i in range(station.n_partners):
            is_near = is_near or served_by == station.partners[i]
        if need.kind == Kind.GROUP.value and is_near and n_members < p.group_most:
            if first == NONE:
                first = n
            else:
                world.needs[last].next_member = n
            last = n
            n_members += 1
        else:
            waiting[kept] = n
            kept += 1
    world.city[0].n_waiting = kept

    service = world.services[first]
    service.kind = Kind.GROUP.value
    service.hours = hours
    service.deadline = day + int(p.group_deadline_days)
    service.response_due = service.deadline
    _open(first, w, day, world.workers[w], world.services)
    service.n_members = n_members
    n = first
    while n != NONE:
        need = world.needs[n]
        need.state = NeedState.IN_SERVICE.value
        need.service = first
        n = need.next_member
    world.observed.stations[month, lead].groups_opened += 1.0
    return True


@kernel
def _workdays_after(days, day, n):
    """The day that is `n` workdays after `day` (the last day of the calendar at the latest)."""
    for _ in range(n):
        day = days[day].next_workday
    return day


@kernel
def _open(v, w, day, worker, services):
    service = services[v]
    service.station = worker.station
    service.is_open = 1
    service.hours_left = service.hours
    service.opened = day
    service.last_session = NONE
    service.handovers = 0
    service.left_by = NONE
    assign(v, w, worker, services)


@kernel
def find_worker(world, station, hours, month):
    """The present worker of a station with room and fewest services (ties: lowest row), or NONE."""
    p = world.parameters[month, station.parameters]
    workers = world.workers
    best = NONE
    fewest = 0
    for w in range(station.first_worker, station.last_worker):
        worker = workers[w]
        if not worker.is_filled or worker.secondment_days_left > 0:
            continue
        if best != NONE and worker.n_services >= fewest:
            continue
        productivity = work_rules.productivity(p, worker.competence, worker.burnout, station.volunteers)
        capacity = work_rules.capacity_hours(p, worker.conflict)
        if rules.has_room(worker.n_services, hours_left(worker, world.services), hours, productivity, capacity):
            best = w
            fewest = worker.n_services
    return best


@kernel
def hours_left(worker, services):
    """Hours left in a worker's services, at productivity 1."""
    total = 0.0
    for slot in range(worker.n_services):
        total += services[worker.services[slot]].hours_left
    return total


@kernel
def reputation_month(world, month):
    """Reputation follows the reported record; the month's counts start again."""
    for s in range(len(world.stations)):
        station = world.stations[s]
        p = world.parameters[month, station.parameters]
        station.reputation = rules.reputation_next(
            p, station.reputation, station.month_reported, station.month_ended, station.trust, station.month_visits
        )
        station.month_reported = 0.0
        station.month_ended = 0.0
        station.month_visits = 0.0
