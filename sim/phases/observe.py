"""Observation at the end of the month: the stocks, beside the flows that the phases counted."""

from __future__ import annotations

from sim.compile import kernel
from sim.phases.government import station_dependence
from sim.rules import finance as finance_rules
from sim.rules import government as government_rules
from sim.rules import staff as staff_rules
from sim.words import NONE, Certificate, Line, NeedState


@kernel
def observe_month(world, month):
    """Write the stocks and levels of the month."""
    for s in range(len(world.stations)):
        station = world.stations[s]
        p = world.parameters[month, station.parameters]
        lever = world.levers[month, s]
        seen = world.observed.stations[month, s]
        _observe_station(p, station, lever, seen)
        _observe_staff(p, station, lever, world.workers, seen)
    _observe_needs(world, month)
    _observe_residents(world, month)


@kernel
def count_end(need, world):
    """What becomes of a need is counted where and when it arose; the stock of before the first day belongs to no month."""
    if need.onset < 0:
        return
    seen = world.observed.stations[world.place.days[need.onset].month, need.station]
    seen.cohort_open -= 1.0
    if need.state == NeedState.MET.value:
        seen.cohort_met += 1.0
    elif need.state == NeedState.UNMET.value:
        seen.cohort_unmet += 1.0
    elif need.state == NeedState.GIVEN_UP.value:
        seen.cohort_given_up += 1.0
    else:
        seen.cohort_expired += 1.0


@kernel
def _observe_station(p, station, lever, seen):
    seen.balance = station.balance
    seen.receivable = station.receivable
    seen.wages_owed = station.wages_owed
    seen.operating_owed = station.operating_owed
    seen.backlog_hours = station.backlog_hours
    seen.links = station.n_partners
    if not station.is_open:
        return
    seen.stations = 1.0
    seen.dependence = station_dependence(station, lever)
    seen.awareness = station.awareness
    seen.goodwill = station.goodwill
    seen.reputation = station.reputation
    seen.voice = government_rules.voice(p, station.n_partners)
    seen.load = station.load


@kernel
def _observe_staff(p, station, lever, workers, seen):
    seen.posts = station.n_posts
    for w in range(station.first_worker, station.last_worker):
        worker = workers[w]
        seen.ledger_backlog_hours += worker.ledger_backlog
        if not worker.is_filled:
            continue
        seen.filled += 1.0
        seen.present += 1.0 if worker.secondment_days_left == 0 else 0.0
        seen.stay_sum += worker.stay
        seen.trained += worker.is_trained
        seen.strong_sum += staff_rules.strong_chance(p, worker.competence)
        seen.assistants += 1.0 if worker.certificate == Certificate.ASSISTANT.value else 0.0
        seen.social_workers += 1.0 if worker.certificate == Certificate.SOCIAL_WORKER.value else 0.0
        seen.seniors += 1.0 if worker.certificate == Certificate.SENIOR.value else 0.0
        seen.competence_sum += worker.competence
        seen.burnout_sum += worker.burnout
        seen.competence_square_sum += worker.competence * worker.competence
        seen.burnout_square_sum += worker.burnout * worker.burnout
        seen.conflict_sum += worker.conflict
        seen.arrears_sum += worker.arrears
        seen.pay_sum += finance_rules.pay_received(p, lever.pay, worker.certificate, lever.promotion)


@kernel
def _observe_needs(world, month):
    city = world.city[0]
    lines = world.lines
    needs = world.needs
    seen = world.observed.stations
    for i in range(city.n_hidden):
        seen[month, needs[world.hidden[i].need].station].hidden += 1.0
    for i in range(city.n_queued):
        seen[month, needs[lines[Line.QUEUED.value, i]].station].queued += 1.0
    for i in range(city.n_away):
        seen[month, needs[lines[Line.AWAY.value, i]].station].away += 1.0
    for i in range(city.n_waiting):
        seen[month, needs[lines[Line.WAITING.value, i]].station].waiting += 1.0
    for i in range(city.n_unassigned):
        _observe_members(lines[Line.UNASSIGNED.value, i], needs, seen, month)
    for w in range(len(world.workers)):
        for slot in range(world.workers[w].n_services):
            _observe_members(world.workers[w].services[slot], needs, seen, month)


@kernel
def _observe_members(n, needs, seen, month):
    while n != NONE:
        seen[month, needs[n].station].in_service += 1.0
        n = needs[n].next_member


@kernel
def _observe_residents(world, month):
    for c in range(len(world.communities)):
        community = world.communities[c]
        seen = world.observed.communities[month, c]
        station = world.observed.stations[month, community.station]
        seen.residents = community.residents
        seen.outreach = community.outreach
        seen.volunteers = community.volunteers * community.residents / 1000.0
        seen.trust_sum = community.trust_sum
        seen.aware_sum = community.aware_sum
        station.trust_square_sum += community.trust_square_sum
        station.residents += seen.residents
        station.resident_months += seen.residents
        station.trust_sum += seen.trust_sum
        station.aware_sum += seen.aware_sum
        station.volunteers += seen.volunteers
