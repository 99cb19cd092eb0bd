"""Needs of residents: they arise, hidden ones are detected or expire."""

from __future__ import annotations

import numpy as np

from sim.chance import chance, geometric
from sim.compile import kernel
from sim.rules import guidance
from sim.rules import needs as rules
from sim.words import Draw, Line, NeedState


@kernel
def arise(world, day, month):
    """Needs whose onset is today become hidden needs."""
    city = world.city[0]
    hidden = world.lines[Line.HIDDEN.value]
    while city.next_need < len(world.needs) and world.needs[city.next_need].onset <= day:
        n = city.next_need
        need = world.needs[n]
        need.state = NeedState.HIDDEN.value
        hidden[city.n_hidden] = n
        city.n_hidden += 1
        city.next_need += 1
        world.observed.stations[month, need.station].arisen += 1.0
        world.observed.groups[month, need.group].arisen += 1.0
        world.observed.communities[month, need.community].arisen += 1.0


@kernel
def detect(world, day, month):
    """Hidden needs gather hazard; each is detected or expires when it passes its threshold."""
    p = world.parameters[month]
    city = world.city[0]
    hidden = world.lines[Line.HIDDEN.value]
    queued = world.lines[Line.QUEUED.value]
    kept = 0
    expiry = rules.expiry_hazard(p)
    for i in range(city.n_hidden):
        n = hidden[i]
        need = world.needs[n]
        community = world.communities[need.community]
        need.detection += rules.detection_hazard(
            p,
            community.grid_strength,
            world.levers[month, need.station].information_platform,
            np.float64(world.residents.is_aware[need.resident]),
            np.float64(world.residents.trust[need.resident]),
            community.outreach,
            community.volunteers,
            world.place.groups[need.group].detectability,
        )
        need.expiry += expiry
        if need.detection >= need.detection_threshold:
            platform = world.levers[month, need.station].information_platform
            _found(p, need, platform, world.place.days[day], world.seed)
            queued[city.n_queued] = n
            city.n_queued += 1
            world.observed.stations[month, need.station].detected += 1.0
            world.observed.groups[month, need.group].detected += 1.0
            world.observed.communities[month, need.community].detected += 1.0
        elif need.expiry >= need.expiry_threshold:
            need.state = NeedState.EXPIRED.value
            world.observed.stations[month, need.station].expired += 1.0
            world.observed.groups[month, need.group].expired += 1.0
        else:
            hidden[kept] = n
            kept += 1
    city.n_hidden = kept


@kernel
def _found(p, need, platform, today, seed):
    """A detected need enters the guidance centre's queue, with its lag in workdays."""
    lag = guidance.dispatch_lag(p, platform)
    wait = geometric(chance(seed, Draw.DISPATCH_LAG, need.resident, 0, need.ordinal), lag)
    first = today.workdays if today.is_workday else today.workdays + 1
    need.state = NeedState.QUEUED.value
    need.dispatch_due = first + wait
