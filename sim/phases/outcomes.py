"""Outcomes: services close in truth or on paper, trust moves, waiting needs give up."""

from __future__ import annotations

import numpy as np

from sim.chance import chance
from sim.compile import kernel
from sim.rules import needs as need_rules
from sim.rules import residents as resident_rules
from sim.rules import stations as rules
from sim.words import MAX_DAYS_TO_CLOSE, NONE, Draw, NeedState

HOURS_DONE = 1e-9
"""Hours left below which a service is finished (rounding)."""


@kernel
def close(world, day, month):
    """Close finished services; at their deadline, others may be closed on paper."""
    p = world.parameters[month]
    for w in range(len(world.workers)):
        worker = world.workers[w]
        kept = 0
        for slot in range(worker.n_services):
            v = worker.services[slot]
            if not _ends_today(world, p, v, day, month):
                worker.services[kept] = v
                kept += 1
        for slot in range(kept, worker.n_services):
            worker.services[slot] = NONE
        worker.n_services = kept

    city = world.city[0]
    kept = 0
    for i in range(city.n_unassigned):
        v = world.lines.unassigned[i]
        if not _ends_today(world, p, v, day, month):
            world.lines.unassigned[kept] = v
            kept += 1
    city.n_unassigned = kept


@kernel
def _ends_today(world, p, v, day, month):
    """True if service `v` ended today, in truth or on paper; its members are then closed."""
    service = world.services[v]
    if service.hours_left <= HOURS_DONE:
        _close_in_truth(world, p, v, day, month)
        return True
    if day != service.deadline:
        return False
    lever = world.levers[month, service.station]
    share_done = 1.0 - service.hours_left / service.hours
    lead = world.needs[v]
    on_paper = rules.paper_chance(p, share_done, lever.supervision, lever.service_standards)
    if chance(world.seed, Draw.PAPER, lead.resident, 0, lead.ordinal) >= on_paper:
        return False
    service.is_open = 0
    station = world.stations[service.station]
    n = v
    while n != NONE:
        need = world.needs[n]
        seen = world.observed.stations[month, need.station]
        seen.paper_closed += 1.0
        seen.reported_on_time += 1.0
        station.month_ended += 1.0
        station.month_reported += 1.0
        end_need(world, n, False, False, month)
        need.state = NeedState.PAPER_CLOSED.value
        n = need.next_member
    return True


@kernel
def _close_in_truth(world, p, v, day, month):
    service = world.services[v]
    service.is_open = 0
    worker = world.workers[service.worker]
    station = world.stations[service.station]
    succeeds = rules.success_chance(p, worker.competence, worker.burnout, service.handovers)
    is_late = day > service.deadline
    n = v
    while n != NONE:
        need = world.needs[n]
        seen = world.observed.stations[month, need.station]
        is_met = chance(world.seed, Draw.SUCCESS, need.resident, 0, need.ordinal) < succeeds
        if is_met:
            seen.met_station += 1.0
        else:
            seen.unmet_station += 1.0
        station.month_ended += 1.0
        if not is_late:
            seen.true_on_time += 1.0
            seen.reported_on_time += 1.0
            station.month_reported += 1.0
        days = min(day - need.dispatched, MAX_DAYS_TO_CLOSE - 1)
        world.observed.days_to_close[month, need.station, days] += 1
        end_need(world, n, is_met, is_late, month)
        n = need.next_member


@kernel
def end_need(world, n, is_met, is_late, month):
    """A need ends with an experience: state, trust, and the counts of its group and community."""
    p = world.parameters[month]
    need = world.needs[n]
    need.state = NeedState.MET.value if is_met else NeedState.UNMET.value
    weight = world.place.cells[world.place.cell_of[need.resident]].weight
    trust = np.float64(world.residents.trust[need.resident])
    after = resident_rules.trust_after_service(p, trust, is_met, is_late, weight)
    world.residents.trust[need.resident] = np.float32(after)
    if is_met:
        world.observed.groups[month, need.group].met += 1.0
        world.observed.communities[month, need.community].met += 1.0
    else:
        world.observed.groups[month, need.group].unmet += 1.0


@kernel
def give_up(world, day, month):
    """Waiting needs give up when their patience is spent."""
    p = world.parameters[month]
    city = world.city[0]
    kept = 0
    for i in range(city.n_waiting):
        n = world.lines.waiting[i]
        need = world.needs[n]
        if need_rules.giving_up_hazard(p, day - need.dispatched) >= need.giving_up_threshold:
            need.state = NeedState.GIVEN_UP.value
            weight = world.place.cells[world.place.cell_of[need.resident]].weight
            trust = np.float64(world.residents.trust[need.resident])
            after = resident_rules.trust_after_giving_up(p, trust, weight)
            world.residents.trust[need.resident] = np.float32(after)
            world.observed.stations[month, need.station].given_up += 1.0
            world.observed.groups[month, need.group].given_up += 1.0
        else:
            world.lines.waiting[kept] = n
            kept += 1
    city.n_waiting = kept
