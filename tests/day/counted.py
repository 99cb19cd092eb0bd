"""Every kernel that counts rows, on more than a byte (255) and two bytes (32,767) hold: a line of JSON, digests by kernel.

A program of its own, since one process runs the model compiled or as plain Python (SIM_COMPILE), not both.
"""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from cities import city, town

from sim.chance import BLOCK_OF_WORDS, fill_words
from sim.compile import entry
from sim.phases import guidance, needs, observe, outcomes, residents, stations
from sim.words import NONE, Draw, Kind, Line, NeedState
from sim.world.build import build
from sim.world.start import draw_needs
from sim.world.tables import DRAWN, HIDDEN, NEED, SERVICE, World, records, state_bytes

N = 33_000
MONDAY = 58
"""27 February: nothing ends with it, a workday."""


@entry
def arise(world, day):
    needs.arise(world, day, 0)


@entry
def detect(world, day):
    needs.detect(world, day, 0)


@entry
def dispatch(world, day):
    guidance.dispatch(world, day, 0)


@entry
def take_in(world, day):
    stations.take_in(world, day, 0)


@entry
def observe_needs(world):
    observe._observe_needs(world, 0)


@entry
def close(world, day):
    outcomes.close(world, day, 0)


@entry
def close_away(world, day):
    guidance.close_away(world, day, 0)


@entry
def give_up(world, day):
    outcomes.give_up(world, day, 0)


@entry
def residents_of_a_community(rates, trust, own_trust, is_aware, words, marks):
    fill_words(words, np.uint64(3), Draw.JOIN_AND_AWARE, 1, 0)
    hears, forgets = np.int32(20_000), np.int32(600)
    half, two = np.float32(0.5), np.float32(2.0)
    residents.move_residents(rates, trust, own_trust, is_aware, words, 0.5, hears, forgets, half, two, half, marks)
    residents._run_up(marks)
    return residents._sums(marks, 0, len(marks))


def crowded(state: NeedState, line: Line | None = None) -> World:
    """A small city with N needs of one state, of its first town, in one line."""
    quiet = city(
        towns={"a": town(population=400, communities=1)},
        parameters={"centre_share": 0, "other_share": 0},
    )
    world = build(quiet, 1)
    made = records(NEED, N)
    made["resident"] = np.arange(N) % len(world.residents.trust)
    made["key"] = np.arange(N)
    made["weight"] = 1.0
    made["kind"] = Kind.GROUP
    made["state"] = state
    made["hours"] = 10.0
    made["giving_up_threshold"] = 1e9
    made["next_member"] = made["service"] = NONE
    lines = np.full((len(Line), N), NONE, np.int32)
    if line is not None:
        lines[line] = np.arange(N)
    drawn = records(DRAWN, N)
    for name in ("key", "resident"):
        drawn[name] = made[name]
    world = world._replace(
        drawn=drawn,
        needs=made,
        hidden=records(HIDDEN, N),
        leaves=np.zeros(N, np.int32),
        services=records(SERVICE, N),
        lines=lines,
    )
    for name in ("next_need", "n_hidden", "n_queued", "n_away", "n_waiting", "n_unassigned", "n_touched"):
        world.city[name] = 0
    world.parameters["group_least"] = world.parameters["group_least_late"] = 10 * N  # no group opens
    return world


def digest(*parts: Any) -> str:
    told = b"".join(part if isinstance(part, bytes) else np.asarray(part).tobytes() for part in parts)
    return hashlib.sha256(told).hexdigest()


def counted() -> dict[str, str]:
    found = {}

    world = crowded(NeedState.FUTURE)
    arise(world, 0)
    assert world.city[0].n_hidden == world.observed.stations[0, 0].arisen == N
    found["arise"] = digest(state_bytes(world))
    world.needs["kind"] = Kind.GROUP
    world.hidden["detection_left"] = 0.0
    world.hidden[:] = world.hidden[::-1].copy()  # the last row leaves first: each then queues at the end
    world.leaves[:] = 0
    detect(world, MONDAY)
    assert world.city[0].n_queued == world.observed.stations[0, 0].detected == N
    found["detect"] = digest(state_bytes(world))
    world.needs["dispatch_due"] = 0
    dispatch(world, MONDAY)
    assert world.city[0].n_waiting == world.observed.stations[0, 0].dispatched_station == N
    found["dispatch"] = digest(state_bytes(world))
    take_in(world, MONDAY)
    observe_needs(world)
    assert world.observed.stations[0, 0].waiting == N
    found["take_in"] = digest(state_bytes(world))
    world.needs["kind"] = Kind.CASE
    world.needs["giving_up_threshold"] = 0.0
    give_up(world, MONDAY)
    assert world.city[0].n_touched == world.observed.stations[0, 0].given_up == N
    found["give_up"] = digest(state_bytes(world))

    world = crowded(NeedState.AWAY, Line.AWAY)
    world.city["n_away"] = N
    close_away(world, MONDAY)
    assert world.observed.stations[0, 0].met_away + world.observed.stations[0, 0].unmet_away == N
    found["close_away"] = digest(state_bytes(world))

    world = crowded(NeedState.IN_SERVICE)  # all are members of one group, which is done
    world.needs["next_member"][:-1] = np.arange(1, N)
    world.services["deadline"] = MONDAY
    world.services[0].n_members = N
    world.workers[0].services[0] = 0
    world.workers[0].n_services = 1
    observe_needs(world)
    assert world.observed.stations[0, 0].in_service == N
    close(world, MONDAY)
    assert world.observed.days_to_close[0, 0, MONDAY] == world.observed.stations[0, 0].true_on_time == N
    found["close"] = digest(state_bytes(world))

    place = world.place._replace(cells=world.place.cells[:1].copy())
    place.cells[0].last = place.cells[0].first + 1
    place.cells[0].weight = 3e5
    no_room = records(DRAWN, 0)
    n_needs = draw_needs(np.uint64(1), place, world.stations, world.communities, world.parameters, no_room, no_room)
    assert n_needs > N
    found["draw_needs"] = digest(n_needs)

    rates = residents.Rates(*(np.float32(x) for x in (0.1, 0.3, 0.002, 0.9, 0.95, 0.04, 0.02, 0.02, 0.02)))
    n = N + N // 4
    trust = np.linspace(0, 1, n, dtype=np.float32)
    is_aware = np.ones(n, np.uint8)
    words, marks = np.zeros(-(-n // BLOCK_OF_WORDS) * BLOCK_OF_WORDS, np.uint32), np.zeros(n, np.int64)
    trusting, joined, aware = residents_of_a_community(rates, trust, trust[::-1].copy(), is_aware, words, marks)
    assert min(joined, aware) > N
    assert aware == int(is_aware.sum())
    found["residents"] = digest(trusting, joined, aware, trust, is_aware, words)
    return found


if __name__ == "__main__":
    print(json.dumps(counted()))
