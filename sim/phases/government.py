"""The government's day: supervision, tasks, receptions, secondments. And the town offices' month."""

from __future__ import annotations

from sim.chance import chance, gamma2, normal, poisson
from sim.compile import kernel
from sim.rules import government as rules
from sim.rules.finance import dependence
from sim.words import Draw


@kernel
def issue(world, day, month):
    """Issue tasks, receptions and secondments on workdays; supervise on the first of the month."""
    p = world.parameters[month]
    today = world.place.days[day]
    for s in range(len(world.stations)):
        station = world.stations[s]
        seen = world.observed.stations[month, s]
        _come_back(world, station)
        if today.is_month_start and station.n_posts > 0:
            _supervise(world, p, s, day, month)
        if today.is_workday:
            _issue_tasks(world, p, s, day, month)
            _announce_reception(world, p, s, day, month)
            _second(world, p, s, day, month)
        _count_staff(world, station, seen, today.is_workday)


@kernel
def _come_back(world, station):
    for w in range(station.first_worker, station.last_worker):
        worker = world.workers[w]
        if worker.secondment_days_left > 0:
            worker.secondment_days_left -= 1


@kernel
def _supervise(world, p, s, day, month):
    station = world.stations[s]
    seen = world.observed.stations[month, s]
    if chance(world.seed, Draw.SUPERVISE, s, day, 0) >= world.levers[month, s].supervision:
        return
    seen.inspections += 1.0
    seen.cost_inspection += p.cost_inspection
    seen.task_hours_in += p.supervision_hours
    station.backlog_hours += p.supervision_hours
    for w in range(station.first_worker, station.last_worker):
        worker = world.workers[w]
        if worker.secondment_days_left > 0:
            worker.secondment_days_left = 0
            station.restrained_months = int(p.restraint_months)


@kernel
def _issue_tasks(world, p, s, day, month):
    station = world.stations[s]
    lever = world.levers[month, s]
    seen = world.observed.stations[month, s]
    restraint = rules.restraint(p, station.awareness, station.restrained_months > 0)

    mean = rules.contract_tasks(p, station.n_posts, lever.administrative_burden)
    n = poisson(chance(world.seed, Draw.CONTRACT_TASKS, s, day, 0), mean)
    hours = 0.0
    for k in range(n):
        hours += gamma2(chance(world.seed, Draw.CONTRACT_HOURS, s, day, k), p.task_hours)
    seen.tasks_contract += n
    seen.tasks_accepted += n

    mean = rules.offcontract_tasks(p, station.n_posts, lever.administrative_burden, restraint)
    n = poisson(chance(world.seed, Draw.OFFCONTRACT_TASKS, s, day, 0), mean)
    voice = rules.voice(p, station.n_partners)
    accepts = rules.power(station_dependence(world, s, month), lever.boundary_clarity, voice)
    for k in range(n):
        if chance(world.seed, Draw.ACCEPT, s, day, k) < accepts:
            hours += gamma2(chance(world.seed, Draw.OFFCONTRACT_HOURS, s, day, k), p.task_hours)
            seen.tasks_accepted += 1.0
        else:
            station.goodwill = rules.goodwill_after_refusal(
                p, station.goodwill, lever.boundary_clarity, station.awareness
            )
            seen.tasks_refused += 1.0
    seen.tasks_offcontract += n
    seen.task_hours_in += hours
    station.backlog_hours += hours


@kernel
def station_dependence(world, s, month):
    """Dependence D (0-1) of a station today."""
    station = world.stations[s]
    planned = world.levers[month, s].funding_dependence
    return dependence(station.government_revenue, station.own_revenue, planned)


@kernel
def _announce_reception(world, p, s, day, month):
    station = world.stations[s]
    publicity = world.levers[month, s].publicity_emphasis
    if chance(world.seed, Draw.RECEPTION, s, day, 0) >= rules.reception_chance(p, publicity, station.reputation):
        return
    if station.n_posts == 0:
        return
    days = rules.preparation_days(p, normal(chance(world.seed, Draw.PREPARATION, s, day, 0)))
    station.reception_days_left += days + rules.hosting_days(p, chance(world.seed, Draw.HOSTING, s, day, 0))
    station.month_visits += 1.0
    world.observed.stations[month, s].visits += 1.0


@kernel
def _second(world, p, s, day, month):
    station = world.stations[s]
    restraint = rules.restraint(p, station.awareness, station.restrained_months > 0)
    second = rules.secondment_chance(p, world.levers[month, s].administrative_burden, restraint)
    for w in range(station.first_worker, station.last_worker):
        worker = world.workers[w]
        if worker.is_filled and worker.secondment_days_left == 0:
            if chance(world.seed, Draw.SECOND, w, day, 0) < second:
                days = rules.secondment_days(p, chance(world.seed, Draw.SECOND_DAYS, w, day, 0))
                worker.secondment_days_left = int(days)
                world.observed.stations[month, s].secondments += 1.0


@kernel
def _count_staff(world, station, seen, is_workday):
    n_present = 0
    for w in range(station.first_worker, station.last_worker):
        worker = world.workers[w]
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
    p = world.parameters[month]
    if not world.place.days[day].is_workday:
        return
    for s in range(len(world.stations)):
        station = world.stations[s]
        lapsed = rules.lapsed_hours(p, station.backlog_hours, station.n_posts)
        if lapsed > 0.0:
            station.backlog_hours -= lapsed
            clarity = world.levers[month, s].boundary_clarity
            station.goodwill = rules.goodwill_after_lapse(p, station.goodwill, clarity, lapsed)
            seen = world.observed.stations[month, s]
            seen.lapsed_hours += lapsed
            seen.tasks_lapsed += lapsed / p.task_hours


@kernel
def offices_month(world, month):
    """Town offices at the end of the month: awareness, goodwill, restraint."""
    p = world.parameters[month]
    for s in range(len(world.stations)):
        station = world.stations[s]
        station.awareness = rules.awareness_next(p, station.awareness, world.levers[month, s].cadre_training)
        station.goodwill = rules.goodwill_next(p, station.goodwill)
        if station.restrained_months > 0:
            station.restrained_months -= 1
