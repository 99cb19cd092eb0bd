"""Staff at the end of the month: competence, exams, staying and quitting, hiring."""

from __future__ import annotations

from sim.chance import chance, normal
from sim.compile import kernel
from sim.phases.services import hand_over_all
from sim.rules import finance as finance_rules
from sim.rules import staff as rules
from sim.rules.amounts import kept_yuan
from sim.words import Certificate, Draw


@kernel
def staff_month(world, day, month):
    """Train, examine, let quit, hire."""
    _train(world, day, month)
    if world.place.days[day].month_of_year == world.parameters[month, 0].exam_month:
        _examine(world, day, month)
    _stay_or_quit(world, day, month)
    _hire(world, day, month)


@kernel
def mean_competences(stations, workers):
    """Refresh every station's mean competence of filled posts (0 where nobody works)."""
    for s in range(len(stations)):
        station = stations[s]
        total = 0.0
        n = 0
        for w in range(station.first_worker, station.last_worker):
            if workers[w].is_filled:
                total += workers[w].competence
                n += 1
        station.mean_competence = total / n if n > 0 else 0.0


@kernel
def _train(world, day, month):
    mean_competences(world.stations, world.workers)
    for s in range(len(world.stations)):
        station = world.stations[s]
        p = world.parameters[month, station.parameters]
        partners = 0.0
        for i in range(station.n_partners):
            partners += world.stations[station.partners[i]].mean_competence
        if station.n_partners > 0:
            partners /= station.n_partners
        for w in range(station.first_worker, station.last_worker):
            worker = world.workers[w]
            if worker.is_filled:
                worker.competence = rules.competence_next(
                    p,
                    worker.competence,
                    worker.month_training,
                    world.levers[month, s].training_quality,
                    worker.month_service,
                    partners,
                    station.n_partners > 0,
                )
                worker.tenure_days += world.place.days[day].days_in_month
            worker.month_training = 0.0
            worker.month_service = 0.0


@kernel
def _examine(world, day, month):
    for w in range(len(world.workers)):
        worker = world.workers[w]
        if not worker.is_filled or worker.certificate == Certificate.SENIOR.value:
            continue
        station = world.stations[worker.station]
        p = world.parameters[month, station.parameters]
        place = w - station.first_worker
        bonus = world.levers[month, worker.station].exam_bonus
        if chance(station.key, Draw.EXAM_ATTEMPT, place, day, 0) >= rules.exam_attempt_chance(p, bonus):
            continue
        passes = rules.exam_pass_chance(p, worker.certificate, worker.competence)
        if chance(station.key, Draw.EXAM_PASS, place, day, 0) < passes:
            worker.certificate += 1
            worker.competence = rules.competence_after_exam(p, worker.competence)
            seen = world.observed.stations[month, worker.station]
            seen.exams_passed += 1.0
            seen.cost_exams += kept_yuan(bonus)


@kernel
def stay_of(p, worker, lever, trust):
    """A worker's chance of meaning to stay, as things stand; trust of the station's residents."""
    pay = finance_rules.pay_received(p, lever.pay, worker.certificate, lever.promotion)
    return rules.stay_chance(
        p,
        pay,
        lever.benefits,
        lever.promotion,
        lever.training_hours * lever.training_quality,
        worker.conflict,
        worker.is_trained != 0,
        worker.burnout,
        worker.arrears,
        trust,
    )


@kernel
def _stay_or_quit(world, day, month):
    for w in range(len(world.workers)):
        worker = world.workers[w]
        if not worker.is_filled:
            worker.vacant_months += worker.is_post
            continue
        lever = world.levers[month, worker.station]
        station = world.stations[worker.station]
        p = world.parameters[month, station.parameters]
        worker.stay = stay_of(p, worker, lever, station.trust)
        if chance(station.key, Draw.QUIT, w - station.first_worker, day, 0) < rules.quit_chance(p, worker.stay):
            vacate(w, worker, world)
            world.observed.stations[month, worker.station].quits += 1.0


@kernel
def vacate(w, worker, world):
    """A post falls vacant; its services return to the station, first in line, with one handover more."""
    worker.is_filled = 0
    worker.vacant_months = 0
    worker.secondment_days_left = 0
    worker.absence_days = 0
    hand_over_all(w, worker, world)


@kernel
def _hire(world, day, month):
    """Posts that stood vacant through the month may fill; one vacated today may fill next month."""
    for w in range(len(world.workers)):
        worker = world.workers[w]
        if worker.is_filled or worker.vacant_months == 0:
            continue
        station = world.stations[worker.station]
        p = world.parameters[month, station.parameters]
        place = w - station.first_worker
        base_pay = world.levers[month, worker.station].pay
        if chance(station.key, Draw.HIRE, place, day, 0) >= rules.hire_chance(p, base_pay):
            continue
        is_trained = chance(station.key, Draw.HIRE_TRAINED, place, day, 0) < rules.hire_trained_chance(p, base_pay)
        skill = normal(chance(station.key, Draw.HIRE_COMPETENCE, place, day, 0))
        paper = chance(station.key, Draw.HIRE_CERTIFICATE, place, day, 0)
        start_work(p, worker, is_trained, skill, paper)
        worker.burnout = p.hire_burnout
        lever = world.levers[month, worker.station]
        worker.stay = stay_of(p, worker, lever, station.trust)
        world.observed.stations[month, worker.station].hires += 1.0


@kernel
def start_work(p, worker, is_trained, skill, paper):
    """Fill a post: `skill` is a standard normal number, `paper` a uniform one."""
    worker.is_filled = 1
    worker.is_trained = 1 if is_trained else 0
    worker.competence = rules.start_competence(p, is_trained, skill)
    worker.certificate = rules.start_certificate(p, is_trained, paper)
    worker.burnout = p.initial_burnout
    worker.conflict = p.initial_conflict
    worker.arrears = 0.0
    worker.tenure_days = 0.0
    worker.secondment_days_left = 0
    worker.absence_days = 0
    worker.vacant_months = 0
