"""Outcomes: services close in truth or on paper, trust moves, waiting needs give up."""

from __future__ import annotations

import numpy as np

from sim.chance import chance
from sim.compile import kernel
from sim.phases.observe import count_end
from sim.rules import needs as need_rules
from sim.rules import residents as resident_rules
from sim.rules import stations as rules
from sim.words import HOURS_DONE, MAX_DAYS_TO_CLOSE, NONE, Draw, Kind, Line, NeedState


@kernel
def close(world, day, month):
    """Close finished services; at their deadline, others may be closed on paper."""
    for w in range(len(world.workers)):
        worker = world.workers[w]
        if worker.n_services == 0:
            continue
        kept = 0
        for slot in range(worker.n_services):
            v = worker.services[slot]
            service = world.services[v]
            if service.hours_left <= HOURS_DONE:
                _close_in_truth(world, v, day, month)
            elif day == service.deadline and _closes_on_paper(world, v, month):
                _close_on_paper(world, v, month)
            else:
                worker.services[kept] = v
                kept += 1
        for slot in range(kept, worker.n_services):
            worker.services[slot] = NONE
        worker.n_services = kept

    city = world.city[0]
    unassigned = world.lines[Line.UNASSIGNED.value]
    kept = 0
    for i in range(city.n_unassigned):
        v = unassigned[i]
        if day == world.services[v].deadline and _closes_on_paper(world, v, month):
            _close_on_paper(world, v, month)
        else:
            unassigned[kept] = v
            kept += 1
    city.n_unassigned = kept


@kernel
def _closes_on_paper(world, v, month):
    service = world.services[v]
    lever = world.levers[month, service.station]
    share_done = 1.0 - service.hours_left / service.hours
    lead = world.needs[v]
    station = world.stations[service.station]
    p = world.parameters[month, station.parameters]
    closes = rules.paper_chance(p, share_done, station.last_inspection > service.opened, lever.service_standards)
    return chance(lead.key, Draw.PAPER, 0, 0, 0) < closes


@kernel
def _close_on_paper(world, v, month):
    """Every member counts as on time in the report; none is met."""
    service = world.services[v]
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
        end_need(need, False, False, world, month)
        need.state = NeedState.PAPER_CLOSED.value
        n = need.next_member


@kernel
def _close_in_truth(world, v, day, month):
    service = world.services[v]
    service.is_open = 0
    worker = world.workers[service.worker]
    station = world.stations[service.station]
    p = world.parameters[month, station.parameters]
    succeeds = rules.success_chance(p, worker.competence, worker.burnout, service.handovers)
    is_late = day > service.deadline
    n = np.int32(v)
    while n != NONE:
        need = world.needs[n]
        seen = world.observed.stations[month, need.station]
        is_met = chance(need.key, Draw.SUCCESS, 0, 0, 0) < succeeds
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
        end_need(need, is_met, is_late, world, month)
        n = need.next_member


@kernel
def end_need(need, is_met, is_late, world, month):
    """A need ends with an experience: state, trust, and the counts of its group and community."""
    p = world.parameters[month, world.stations[need.station].parameters]
    need.state = NeedState.MET.value if is_met else NeedState.UNMET.value
    before = np.float64(world.residents.trust[need.resident])
    after = resident_rules.trust_after_service(p, before, is_met, is_late, need.weight)
    _set_trust(need.resident, after, world.residents.trust, world.lines[Line.TOUCHED.value], world.city[0])
    if is_met:
        world.observed.groups[month, need.group].met += 1.0
        world.observed.communities[month, need.community].met += 1.0
    else:
        world.observed.groups[month, need.group].unmet += 1.0
    count_end(need, world)


@kernel
def _set_trust(resident, trust, trusts, touched, city):
    """Trust moved by an experience; tomorrow the hazards of the resident's hidden needs follow."""
    trusts[resident] = np.float32(trust)
    touched[city.n_touched] = resident
    city.n_touched += 1


@kernel
def give_up(world, day, month):
    """Cases that wait for a worker give up when their patience is spent; a need that waits for a group does not."""
    city = world.city[0]
    trust = world.residents.trust
    waiting = world.lines[Line.WAITING.value]
    kept = 0
    for i in range(city.n_waiting):
        n = waiting[i]
        need = world.needs[n]
        p = world.parameters[month, world.stations[need.station].parameters]
        gathered = need_rules.gathered_giving_up_hazard(p, day - need.waiting_since)
        if need.kind == Kind.GROUP.value or gathered < need.giving_up_threshold:
            waiting[kept] = n
            kept += 1
            continue
        need.state = NeedState.GIVEN_UP.value
        before = np.float64(trust[need.resident])
        after = resident_rules.trust_after_giving_up(p, before, need.weight)
        _set_trust(need.resident, after, trust, world.lines[Line.TOUCHED.value], city)
        count_end(need, world)
        world.observed.stations[month, need.station].given_up += 1.0
        world.observed.groups[month, need.group].given_up += 1.0
    city.n_waiting = kept
