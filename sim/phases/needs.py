"""Needs of residents: they arise, hidden ones are detected or expire."""

from __future__ import annotations

import numpy as np

from sim.chance import chance, geometric
from sim.compile import kernel
from sim.phases.observe import count_end
from sim.rules import guidance
from sim.rules import needs as rules
from sim.words import Draw, Line, NeedState


@kernel
def arise(world, day, month):
    """Needs whose onset is today become hidden needs."""
    city = world.city[0]
    while city.next_need < len(world.needs) and world.needs[city.next_need].onset <= day:
        n = city.next_need
        need = world.needs[n]
        hide(need, n, world.hidden[city.n_hidden])
        _refresh_hazard(world, city.n_hidden, month)
        city.n_hidden += 1
        city.next_need += 1
        world.observed.stations[month, need.station].arisen += 1.0
        world.observed.stations[month, need.station].cohort_open += 1.0
        world.observed.groups[month, need.group].arisen += 1.0
        world.observed.communities[month, need.community].arisen += 1.0


@kernel
def hide(need, n, hidden):
    """Need `n` becomes a hidden one."""
    need.state = NeedState.HIDDEN.value
    hidden.need = n
    hidden.resident = need.resident
    hidden.detection_left = need.detection_threshold
    hidden.expiry_left = need.expiry_threshold - need.expired_before


@kernel
def _refresh_hazard(world, i, month):
    need = world.needs[world.hidden[i].need]
    community = world.communities[need.community]
    world.hidden[i].hazard = rules.detection_hazard(
        world.parameters[month],
        community.grid_strength,
        world.levers[month, need.station].information_platform,
        np.float64(world.residents.is_aware[need.resident]),
        np.float64(world.residents.trust[need.resident]),
        community.outreach,
        community.volunteers,
        world.place.groups[need.group].detectability,
    )


@kernel
def _refresh_hazards(world, day, month):
    """A hazard stands for a month, unless an experience moved the resident's trust."""
    city = world.city[0]
    touched = world.lines[Line.TOUCHED.value]
    if world.place.days[day].is_month_start:
        for i in range(city.n_hidden):
            _refresh_hazard(world, i, month)
    else:
        for k in range(city.n_touched):
            for i in range(city.n_hidden):
                if world.hidden[i].resident == touched[k]:
                    _refresh_hazard(world, i, month)
    city.n_touched = 0


@kernel
def detect(world, day, month):
    """Hidden needs gather hazard; each is detected or expires when it passes its threshold."""
    _refresh_hazards(world, day, month)
    p = world.parameters[month]
    city = world.city[0]
    queued = world.lines[Line.QUEUED.value]
    expiry = rules.expiry_hazard(p)
    kept = city.n_hidden
    for i in range(city.n_hidden - 1, -1, -1):
        hidden = world.hidden[i]
        hidden.detection_left -= hidden.hazard
        hidden.expiry_left -= expiry
        if min(hidden.detection_left, hidden.expiry_left) <= 0.0:
            kept = i
    # From the first that leaves, those that stay move up, in order.
    for i in range(kept, city.n_hidden):
        hidden = world.hidden[i]
        if min(hidden.detection_left, hidden.expiry_left) > 0.0:
            world.hidden[kept] = hidden
            kept += 1
            continue
        need = world.needs[hidden.need]
        if hidden.detection_left <= 0.0:
            platform = world.levers[month, need.station].information_platform
            _found(p, need, platform, world.place.days[day])
            queued[city.n_queued] = hidden.need
            city.n_queued += 1
            world.observed.stations[month, need.station].detected += 1.0
            world.observed.groups[month, need.group].detected += 1.0
            world.observed.communities[month, need.community].detected += 1.0
        else:
            need.state = NeedState.EXPIRED.value
            count_end(need, world)
            world.observed.stations[month, need.station].expired += 1.0
            world.observed.groups[month, need.group].expired += 1.0
    city.n_hidden = kept


@kernel
def _found(p, need, platform, today):
    """A detected need enters the guidance centre's queue, with its lag in workdays."""
    lag = guidance.dispatch_lag(p, platform)
    wait = geometric(chance(need.key, Draw.DISPATCH_LAG, 0, 0, 0), lag)
    first = today.workdays if today.is_workday else today.workdays + 1
    need.state = NeedState.QUEUED.value
    need.dispatch_due = first + wait
