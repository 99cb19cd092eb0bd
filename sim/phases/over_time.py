"""The city over time, on the first of a month: residents become more or fewer, stations open and close, posts are created and end."""

from __future__ import annotations

from sim.compile import kernel
from sim.phases.finance import operating_cost, set_out
from sim.phases.residents import count_trust, refresh_mean
from sim.phases.staff import vacate
from sim.rules import finance as finance_rules
from sim.rules import residents as resident_rules
from sim.words import NONE, Line


@kernel
def begin_month(world, day, month):
    """Every town comes to the residents, and every station to the posts, that the month gives it."""
    if not world.place.days[day].is_month_start:
        return
    for s in range(len(world.stations)):
        station = world.stations[s]
        if month >= station.joins and (station.growth_per_year != 0.0 or station.grown == 0.0):
            _grow(world, station, month)
        posts = int(world.levers[month, s].posts)
        if posts != station.n_posts:
            _create(station, world.workers, posts)
            while station.n_posts > posts:
                _end(world, station, _first_to_end(station, world.workers), month)
        if station.is_open and month >= station.closes:
            _close(world, s)
        elif not station.is_open and station.opens <= month < station.closes:
            _open(world.parameters[month, station.parameters], station, world.levers[month, s])


@kernel
def _grow(world, station, month):
    """As many times as many people as on the first day, or when the town joined; each simulated resident stands for so many times as
    many. A town that joins brings its residents, as they were drawn."""
    joins = station.grown == 0.0
    station.grown = resident_rules.town_size(station.growth_per_year, month - station.joins)
    station.residents = 0.0
    for c in range(station.first_community, station.last_community):
        community = world.communities[c]
        community.residents = 0.0
        for i in range(community.first_cell, community.last_cell):
            cell = world.place.cells[i]
            community.residents += (cell.last - cell.first) * cell.weight * station.grown
        station.residents += community.residents
        if joins:
            count_trust(world, c)
    if joins:
        refresh_mean(world, station)


@kernel
def _create(station, workers, posts):
    """Free rows become posts, which stand vacant; the first may fill at this month's end."""
    for w in range(station.first_worker, station.last_worker):
        if station.n_posts < posts and not workers[w].is_post:
            workers[w].is_post = 1
            station.n_posts += 1


@kernel
def _first_to_end(station, workers):
    """The post that ends before the others: a vacant one, or else that of the last hired (ties: the highest row)."""
    found = NONE
    for w in range(station.first_worker, station.last_worker):
        if workers[w].is_post and (found == NONE or not _stays_longer(workers[w], workers[found])):
            found = w
    return found


@kernel
def _stays_longer(worker, other):
    """Whether a post outlives another, of a lower row."""
    if worker.is_filled != other.is_filled:
        return worker.is_filled > other.is_filled
    return worker.is_filled != 0 and worker.tenure_days > other.tenure_days


@kernel
def _end(world, station, w, month):
    """A post ends: who holds it leaves, which is no quit; records not yet written are never written."""
    worker = world.workers[w]
    if worker.is_filled:
        vacate(w, worker, world)
        world.observed.stations[month, worker.station].let_go += 1.0
    worker.is_post = 0
    worker.vacant_months = 0
    worker.ledger_backlog = 0.0
    station.n_posts -= 1
    station.n_present = 0


@kernel
def _open(p, station, lever):
    """A station opens with its posts vacant, and with the money that others had on the first day: months of what its posts cost
    at base pay."""
    station.is_open = 1
    wages = station.n_posts * finance_rules.wage(p, lever.pay, lever.benefits)
    set_out(p, station, lever, wages + operating_cost(p, station))


@kernel
def _close(world, s):
    """A station that has no posts any more closes: its heir goes on with its services and serves its town, and the towns that
    it served; its links end; its accounts are wound up as before, month by month."""
    stations = world.stations
    station = stations[s]
    heir = stations[station.heir].served_by
    station.is_open = 0
    station.reception_days_left = 0.0
    for other in range(len(stations)):
        if stations[other].served_by == s:
            stations[other].served_by = heir
            stations[heir].n_towns += 1
    station.n_towns = 0
    for i in range(world.city[0].n_unassigned):
        service = world.services[world.lines[Line.UNASSIGNED.value, i]]
        if service.station == s:
            service.station = heir
    for k in range(station.n_partners):
        unlink(stations[station.partners[k]], s)
    for k in range(station.n_partners):
        station.partners[k] = NONE
    station.n_partners = 0


@kernel
def unlink(station, j):
    """Station `j` is a partner no more."""
    kept = 0
    for k in range(station.n_partners):
        if station.partners[k] != j:
            station.partners[kept] = station.partners[k]
            kept += 1
    for k in range(kept, station.n_partners):
        station.partners[k] = NONE
    station.n_partners = kept
