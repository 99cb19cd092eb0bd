"""Alliances at the end of the month: links end, links form."""

from __future__ import annotations

from sim.chance import chance
from sim.compile import kernel
from sim.phases.government import station_dependence
from sim.phases.over_time import unlink
from sim.phases.stations import hours_left
from sim.rules import alliances as rules
from sim.rules import stations as station_rules
from sim.rules import work as work_rules
from sim.words import MAX_PARTNERS, Draw, Line


@kernel
def alliances_month(world, day, month):
    """Every pair of stations: a link may end; where there is none, one may form. What rules links is the whole city's."""
    p = world.parameters[month, 0]
    refresh_loads(world, month)
    stations = world.stations
    n = len(world.stations)
    for i in range(n):
        for j in range(i + 1, n):
            support = 0.5 * (world.levers[month, i].alliance_support + world.levers[month, j].alliance_support)
            pair = stations[i].key ^ stations[j].key  # the same from either end
            if is_linked(stations[i], j):
                if chance(pair, Draw.UNLINK, 0, day, 0) < rules.unlink_chance(p, support):
                    unlink(stations[i], j)
                    unlink(stations[j], i)
            elif not (stations[i].is_open and stations[j].is_open):
                continue
            elif stations[i].n_partners < MAX_PARTNERS and stations[j].n_partners < MAX_PARTNERS:
                mean = station_dependence(stations[i], world.levers[month, i])
                mean = 0.5 * (mean + station_dependence(stations[j], world.levers[month, j]))
                difference = abs(stations[i].load - stations[j].load)
                if chance(pair, Draw.LINK, 0, day, 0) < rules.link_chance(p, support, mean, difference):
                    _link(stations[i], j)
                    _link(stations[j], i)


@kernel
def refresh_loads(world, month):
    """Hours left in all open services of a station against what its present staff can do."""
    for s in range(len(world.stations)):
        station = world.stations[s]
        p = world.parameters[month, station.parameters]
        left = 0.0
        capacity = 0.0
        for w in range(station.first_worker, station.last_worker):
            worker = world.workers[w]
            left += hours_left(worker, world.services)
            if worker.is_filled and worker.secondment_days_left == 0:
                pace = work_rules.productivity(p, worker.competence, worker.burnout, station.volunteers)
                capacity += work_rules.capacity_hours(p, worker.conflict) * pace
        for i in range(world.city[0].n_unassigned):
            service = world.services[world.lines[Line.UNASSIGNED.value, i]]
            if service.station == s:
                left += service.hours_left
        station.load = station_rules.load(left, capacity)


@kernel
def is_linked(station, j):
    for k in range(station.n_partners):
        if station.partners[k] == j:
            return True
    return False


@kernel
def _link(station, j):
    station.partners[station.n_partners] = j
    station.n_partners += 1
