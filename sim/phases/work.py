"""Workers spend their hours: administration, services, ledgers, overtime, outreach."""

from __future__ import annotations

from sim.compile import kernel
from sim.phases.government import station_power
from sim.rules import work as rules
from sim.rules.amounts import kept_hours, kept_yuan
from sim.rules.finance import fundraising_hours
from sim.words import HOURS_DONE, NONE, WORKDAYS_PER_MONTH, Kind


@kernel
def work(world, day, month):
    """The working day of every station."""
    if not world.place.days[day].is_workday:
        return
    for s in range(len(world.stations)):
        _station_day(world, s, day, month)


@kernel
def _station_day(world, s, day, month):
    station = world.stations[s]
    p = world.parameters[month, station.parameters]
    lever = world.levers[month, s]
    seen = world.observed.stations[month, s]
    has_reception = station.reception_days_left > 0.0
    if has_reception:
        station.reception_days_left = max(0.0, station.reception_days_left - 1.0)
        seen.reception_days += 1.0
    guarantee = rules.admin_guarantee(p, station_power(p, station, lever))
    # Everyone owes the same part of the morning's backlog, so the order of workers does not matter.
    owed = station.backlog_hours / station.n_present if station.n_present > 0 else 0.0
    station.month_fundraising_asked += fundraising_hours(p, station.planned_own) / WORKDAYS_PER_MONTH
    outreach = 0.0
    admin = 0.0
    for w in range(station.first_worker, station.last_worker):
        worker = world.workers[w]
        if not worker.is_filled:
            continue
        if worker.secondment_days_left > 0:
            seen.seconded_hours += kept_hours(p.workday_hours)
            seen.given_hours += kept_hours(p.workday_hours)
            worker.conflict = rules.conflict_next(p, worker.conflict, 1.0)
            strain = rules.strain(p, 1.0, 0.0, station.n_partners > 0, lever.service_standards)
            worker.burnout = rules.burnout_next(p, worker.burnout, strain)
        else:
            admin_hours, outreach_hours = _worker_day(world, s, w, owed, guarantee, has_reception, day, month)
            admin += admin_hours
            outreach += outreach_hours
    station.backlog_hours = kept_hours(station.backlog_hours - admin)
    if outreach > 0.0:
        c = _next_community(world.stations, s)
        if c != NONE:
            world.communities[c].month_outreach += outreach
            world.observed.communities[month, c].outreach_hours += outreach


@kernel
def _next_community(stations, s):
    """The community whose turn it is, of the towns that a station serves, or NONE; the turn passes on."""
    station = stations[s]
    n = station.last_community - station.first_community
    found = station.first_community + station.turn
    if station.n_towns > 1:
        n = 0
        for town in range(len(stations)):
            if stations[town].served_by == s:
                here = stations[town].last_community - stations[town].first_community
                if n <= station.turn < n + here:
                    found = stations[town].first_community + station.turn - n
                n += here
    if n == 0:
        return NONE
    station.turn = (station.turn + 1) % n
    return found


@kernel
def _worker_day(world, s, w, owed, guarantee, has_reception, day, month):
    """One present worker's day; returns the hours of administration and of outreach."""
    station = world.stations[s]
    p = world.parameters[month, station.parameters]
    lever = world.levers[month, s]
    seen = world.observed.stations[month, s]
    worker = world.workers[w]
    services = world.services
    productivity = rules.productivity(p, worker.competence, worker.burnout, station.volunteers)

    workday = kept_hours(p.workday_hours)
    left = workday
    training = kept_hours(min(left, lever.training_hours / WORKDAYS_PER_MONTH))
    left = kept_hours(left - training)
    coordination = kept_hours(min(left, p.link_hours * station.n_partners / WORKDAYS_PER_MONTH / station.n_present))
    left = kept_hours(left - coordination)
    fundraising = fundraising_hours(p, station.planned_own) / WORKDAYS_PER_MONTH / station.n_present
    fundraising = kept_hours(min(left, fundraising))
    left = kept_hours(left - fundraising)
    reception = kept_hours(min(left, p.reception_day_share * workday)) if has_reception else 0.0
    left = kept_hours(left - reception)

    wants = worker.ledger_backlog
    for slot in range(worker.n_services):
        wants += _asks(p, services[worker.services[slot]], productivity, day)
    admin = kept_hours(rules.admin_today(min(owed, left), left, wants, guarantee))
    left = kept_hours(left - admin)

    serving = 0.0
    for slot in range(worker.n_services):
        v = worker.services[slot]
        hours = min(left, _asks(p, services[v], productivity, day))
        if hours > 0.0:
            _hold_session(services[v], v, hours * productivity, day, month, world)
            serving += hours
            left = kept_hours(left - hours)
    worker.ledger_backlog = kept_hours(
        worker.ledger_backlog + rules.ledger_hours(p, serving, lever.information_platform)
    )
    ledger = kept_hours(min(left, worker.ledger_backlog))
    worker.ledger_backlog = kept_hours(worker.ledger_backlog - ledger)
    left = kept_hours(left - ledger)

    most = p.overtime_most_hours
    for_town = 0.0
    if p.town_first_overtime:
        worth = 0.0
        for slot in range(worker.n_services):
            service = services[worker.services[slot]]
            if rules.is_worth_overtime(p, service.last_session != NONE, service.deadline - day):
                worth += _asks(p, service, productivity, day)
        most = min(most, worth)
        for_town = kept_hours(min(owed - admin, most))
        admin += for_town
        most -= for_town
    overtime = 0.0
    for slot in range(worker.n_services):
        v = worker.services[slot]
        if not rules.is_worth_overtime(p, services[v].last_session != NONE, services[v].deadline - day):
            continue
        hours = min(kept_hours(most - overtime), _asks(p, services[v], productivity, day))
        if hours > 0.0:
            _hold_session(services[v], v, hours * productivity, day, month, world)
            overtime += hours
    worker.ledger_backlog += rules.ledger_hours(p, overtime, lever.information_platform)
    fudged = kept_hours(rules.fudged_hours(p, worker.ledger_backlog))
    worker.ledger_backlog = kept_hours(worker.ledger_backlog - fudged)

    extra = overtime + for_town
    worked = workday + extra
    fraction = rules.admin_fraction(admin, ledger, reception, worked)
    worker.conflict = rules.conflict_next(p, worker.conflict, fraction)
    strain = rules.strain(p, fraction, extra, station.n_partners > 0, lever.service_standards)
    worker.burnout = rules.burnout_next(p, worker.burnout, strain)
    worker.month_service += serving + overtime
    worker.month_training += training

    seen.given_hours += worked
    seen.training_hours += training
    seen.coordination_hours += coordination
    seen.fundraising_hours += fundraising
    station.month_fundraising += fundraising
    seen.reception_hours += reception
    seen.admin_hours += admin
    seen.service_hours += serving
    seen.ledger_hours += ledger
    seen.overtime_hours += overtime
    seen.fudged_hours += fudged
    seen.outreach_hours += left
    seen.cost_training += kept_yuan(training * p.cost_training_hour)
    return admin, left


@kernel
def _asks(p, service, productivity, day):
    """Hours that a service asks for today: a session if it is unfinished and due one, else 0."""
    if service.hours_left <= HOURS_DONE:
        return 0.0
    if service.last_session != NONE and day - service.last_session < p.session_gap_days:
        return 0.0
    return rules.session_hours(p, service.kind, service.hours_left, productivity)


@kernel
def _hold_session(service, v, progress, day, month, world):
    """A session; the first one is the response to each member."""
    service.hours_left = kept_hours(service.hours_left - progress)
    is_first = service.last_session == NONE
    service.last_session = day
    n = v
    while n != NONE:
        need = world.needs[n]
        world.communities[need.community].was_served = 1
        if is_first and need.kind == Kind.CASE.value and day <= service.response_due:
            world.observed.stations[month, need.station].responded_in_time += 1.0
        n = need.next_member
