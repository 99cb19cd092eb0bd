"""Posts on the first of a month: they are created, and they end."""

from __future__ import annotations

from sim.compile import kernel
from sim.phases.staff import vacate
from sim.words import NONE


@kernel
def posts_month(world, day, month):
    """Every station comes to as many posts as the month gives it."""
    if not world.place.days[day].is_month_start:
        return
    for s in range(len(world.stations)):
        station = world.stations[s]
        posts = int(world.levers[month, s].posts)
        if posts != station.n_posts:
            _create(station, world.workers, posts)
            while station.n_posts > posts:
                _end(world, station, _first_to_end(station, world.workers), month)


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
