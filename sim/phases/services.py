"""Services that pass from hand to hand: released by one worker, assigned to another."""

from __future__ import annotations

from sim.compile import kernel
from sim.words import NONE, Line


@kernel
def release(worker, world):
    """A worker's services return to the station, first in line."""
    city = world.city[0]
    for slot in range(worker.n_services):
        v = worker.services[slot]
        world.services[v].worker = NONE
        world.lines[Line.UNASSIGNED.value, city.n_unassigned] = v
        city.n_unassigned += 1
        worker.services[slot] = NONE
    worker.n_services = 0


@kernel
def assign(v, w, worker, services):
    """Give a service to a worker; a worker's services stand in order of deadline, then of row.

    One that was left by somebody else is a handover; its own worker, back in time, goes on with it.
    """
    service = services[v]
    service.worker = w
    if service.left_by != NONE and service.left_by != w:
        service.handovers += 1
    service.left_by = NONE
    slot = worker.n_services
    while slot > 0:
        before = services[worker.services[slot - 1]]
        if before.deadline < service.deadline:
            break
        if before.deadline == service.deadline and worker.services[slot - 1] < v:
            break
        worker.services[slot] = worker.services[slot - 1]
        slot -= 1
    worker.services[slot] = v
    worker.n_services += 1


@kernel
def hand_over_all(w, worker, world):
    """A post falls vacant: whoever takes its services, or those that its holder left when lent out, is another."""
    for i in range(world.city[0].n_unassigned):
        service = world.services[world.lines[Line.UNASSIGNED.value, i]]
        if service.left_by == w:
            service.left_by = NONE
            service.handovers += 1
    for slot in range(worker.n_services):
        world.services[worker.services[slot]].handovers += 1
    release(worker, world)
