"""The government's day: supervision, tasks, receptions, secondments. And the town offices' month."""

from __future__ import annotations

from sim.chance import chance, gamma2, normal, poisson
from sim.compile import kernel
from sim.phases.services import release
from sim.rules import government as rules
from sim.rules.amounts import kept_hours, kept_yuan
from sim.rules.finance import dependence
from sim.words import Draw


@kernel
def issue(world, day, month):
    """Issue tasks, receptions and secondments on workdays; supervise on the first of the month."""
    today = world.place.days[day]
    workers = world.workers
    for s in range(len(world.stations)):
        station = world.stations[s]
        if station.n_posts == 0:
            continue
        p = world.parameters[month, station.parameters]
        lever = world.levers[month, s]
        seen = world.observed.stations[month, s]
        _come_back(station, workers)
        if today.is_month_start and chance(station.key, Draw.SUPERVISE, 0, day, 0) < lever.supervision:
            _supervise(p, station, workers, seen, day)
        if today.is_workday:
            _issue_tasks(p, station, lever, seen, day)
            _announce_reception(p, station, lever, seen, day)
            _second(p, station, workers, lever, seen, day)
        _hand_back(p, station, world)
        _count_staff(station, workers, seen, today.is_workday)


@kernel
def _come_back(station, workers):
    for w in range(station.first_worker, station.last_worker):
        worker = workers[w]
        if worker.secondment_days_left > 0:
            worker.secondment_days_left -= 1
        worker.absence_days = worker.absence_days + 1 if worker.secondment_days_left > 0 else 0


@kernel
def _supervise(p, station, workers, seen, day):
    """An inspection costs the station hours and ends its secondments; if it found any, the office is restrained."""
    seen.inspections += 1.0
    station.last_inspection = day
    seen.cost_inspection += kept_yuan(p.cost_inspection)
    owe_hours(p.supervision_hours, station, seen)
    for w in range(station.first_worker, station.last_worker):
        worker = workers[w]
        if worker.secondment_days_left > 0:
            worker.secondment_days_left = 0
            worker.absence_days = 0
            station.restrained_months = int(p.restraint_months)


@kernel
def owe_hours(hours, station, seen):
    """Hours that come into the administrative backlog."""
    hours = kept_hours(hours)
    seen.task_hours_in += hours
    station.backlog_hours += hours


@kernel
def _issue_tasks(p, station, lever, seen, day):
    restraint = rules.restraint(p, station.awareness, station.restrained_months > 0)
    mean = rules.contract_tasks(p, station.n_posts, lever.administrative_burden)
    n = poisson(chance(station.key, Draw.CONTRACT_TASKS, 0, day, 0), mean)
    hours = 0.0
    for k in range(n):
        hours += gamma2(station.key, Draw.CONTRACT_HOURS, 0, day, k, p.task_hours)
    seen.tasks_contract += n
    seen.tasks_accepted += n

    mean = rules.offcontract_tasks(p, station.n_posts, lever.administrative_burden, restraint)
    n = poisson(chance(station.key, Draw.OFFCONTRACT_TASKS, 0, day, 0), mean)
    accepts = station_power(p, station, lever)
    for k in range(n):
        if chance(station.key, Draw.ACCEPT, 0, day, k) < accepts:
            hours += gamma2(station.key, Draw.OFFCONTRACT_HOURS, 0, day, k, p.task_hours)
            seen.tasks_accepted += 1.0
        else:
            station.goodwill = rules.goodwill_after_refusal(
                p, station.goodwill, lever.boundary_clarity, station.awareness
            )
            seen.tasks_refused += 1.0
    seen.tasks_offcontract += n
    owe_hours(hours, station, seen)


@kernel
def station_dependence(station, lever):
    """Dependence D (0-1) of a station today."""
    return dependence(station.government_revenue, station.own_revenue, lever.funding_dependence)


@kernel
def station_power(p, station, lever):
    """Power (0-1) of the town office over its station today."""
    voice = rules.voice(p, station.n_partners)
    return rules.power(p, station_dependence(station, lever), lever.boundary_clarity, voice)


@kernel
def _announce_reception(p, station, lever, seen, day):
    comes = rules.reception_chance(p, lever.publicity_emphasis, station.reputation)
    if chance(station.key, Draw.RECEPTION, 0, day, 0) < comes:
        days = rules.preparation_days(p, normal(chance(station.key, Draw.PREPARATION, 0, day, 0)))
        station.reception_days_left += days + rules.hosting_days(p, chance(station.key, Draw.HOSTING, 0, day, 0))
        station.month_visits += 1.0
        seen.visits += 1.0


@kernel
def _second(p, station, workers, lever, seen, day):
    restraint = rules.restraint(p, station.awareness, station.restrained_months > 0)
    second = rules.secondment_chance(p, lever.administrative_burden, restraint)
    for w in range(station.first_worker, station.last_worker):
        worker = workers[w]
        if worker.is_filled and worker.secondment_days_left == 0:
            if chance(station.key, Draw.SECOND, w - station.first_worker, day, 0) < second:
                days = rules.secondment_days(p, chance(station.key, Draw.SECOND_DAYS, w - station.first_worker, day, 0))
                worker.secondment_days_left = int(days)
                worker.absence_days = 1 if days > 0.0 else 0
                seen.secondments += 1.0


@kernel
def _hand_back(p, station, world):
    """The services of those who have been away for long go back to the station, first in line."""
    for w in range(station.first_worker, station.last_worker):
        worker = world.workers[w]
        if worker.n_services > 0 and rules.hands_back(p, worker.absence_days):
            for slot in range(worker.n_services):
                world.services[worker.services[slot]].left_by = w
            release(worker, world)


@kernel
def _count_staff(station, workers, seen, is_workday):
    n_present = 0
    for w in range(station.first_worker, station.last_worker):
        worker = workers[w]
        if worker.is_filled:
            seen.filled_days += 1.0
            if worker.secondment_days_left == 0:
                n_present += 1
    station.n_present = n_present
    if is_workday:
        seen.present_days += n_present
        seen.post_days += station.n_posts


@kernel
def lapse(world, day, month):
    """After the day's work: what exceeds the backlog's bound lapses, and costs goodwill."""
    if not world.place.days[day].is_workday:
        return
    for s in range(len(world.stations)):
        station = world.stations[s]
        p = world.parameters[month, station.parameters]
        lapsed = kept_hours(rules.lapsed_hours(p, station.backlog_hours, station.n_posts))
        if lapsed > 0.0:
            station.backlog_hours = kept_hours(station.backlog_hours - lapsed)
            clarity = world.levers[month, s].boundary_clarity
            station.goodwill = rules.goodwill_after_lapse(p, station.goodwill, clarity, lapsed)
            seen = world.observed.stations[month, s]
            seen.lapsed_hours += lapsed
            seen.tasks_lapsed += lapsed / p.task_hours


@kernel
def offices_month(world, month):
    """Town offices at the end of the month: awareness, goodwill, restraint."""
    for s in range(len(world.stations)):
        station = world.stations[s]
        if station.grown == 0.0:  # the town is not of the city yet
            continue
        p = world.parameters[month, station.parameters]
        station.awareness = rules.awareness_next(p, station.awareness, world.levers[month, s].cadre_training)
        if station.is_open:
            station.goodwill = rules.goodwill_next(p, station.goodwill)
        if station.restrained_months > 0:
            station.restrained_months -= 1
