"""The guidance centre dispatches detected needs to itself, to other organisations, or to the resident's station."""

from __future__ import annotations

import math

from sim.chance import chance, lognormal
from sim.compile import kernel
from sim.phases.government import owe_hours
from sim.phases.outcomes import end_need
from sim.rules import guidance as rules
from sim.words import Draw, Kind, Line, NeedState, Route


@kernel
def dispatch(world, day, month):
    """Dispatch what is due, on workdays."""
    today = world.place.days[day]
    if not today.is_workday:
        return
    city = world.city[0]
    queued = world.lines[Line.QUEUED.value]
    waiting = world.lines[Line.WAITING.value]
    away = world.lines[Line.AWAY.value]
    kept = 0
    for i in range(city.n_queued):
        n = queued[i]
        need = world.needs[n]
        if need.dispatch_due > today.workdays:
            queued[kept] = n
            kept += 1
            continue
        p = world.parameters[month, world.stations[need.station].parameters]
        need.dispatched = day
        need.waiting_since = day
        need.route = rules.route(p, chance(need.key, Draw.ROUTE, 0, 0, 0))
        seen = world.observed.stations[month, need.station]
        if need.route == Route.STATION.value:
            platform = world.levers[month, need.station].information_platform
            _send_to_station(p, need, seen)
            _check_for_duplicates(world, p, need, platform, month)
            waiting[city.n_waiting] = n
            city.n_waiting += 1
        else:
            _send_away(p, need, seen, day)
            away[city.n_away] = n
            city.n_away += 1
    city.n_queued = kept


@kernel
def _send_to_station(p, need, seen):
    """A station that has not opened yet has the need waiting for it."""
    need.state = NeedState.WAITING.value
    seen.dispatched_station += 1.0
    if need.kind == Kind.CASE.value:
        seen.responses_due += 1.0


@kernel
def _check_for_duplicates(world, p, need, platform, month):
    """Where the need was registered elsewhere, too, it costs the station that serves the town hours of checking."""
    served_by = world.stations[need.station].served_by
    station = world.stations[served_by]
    if station.is_open and chance(need.key, Draw.DUPLICATE, 0, 0, 0) < rules.duplicate_chance(p, platform):
        world.observed.stations[month, need.station].duplicates += 1.0
        hours = world.parameters[month, station.parameters].duplicate_hours
        owe_hours(hours, station, world.observed.stations[month, served_by])


@kernel
def _send_away(p, need, seen, day):
    need.state = NeedState.AWAY.value
    u = chance(need.key, Draw.AWAY_DAYS, 0, 0, 0)
    need.ends = day + max(1, int(math.ceil(lognormal(u, p.away_days_mean, p.away_days_cv))))
    if need.route == Route.CENTRE.value:
        seen.dispatched_centre += 1.0
    else:
        seen.dispatched_other += 1.0


@kernel
def close_away(world, day, month):
    """The centre and other organisations close what ends today, on any day."""
    city = world.city[0]
    away = world.lines[Line.AWAY.value]
    kept = 0
    for i in range(city.n_away):
        n = away[i]
        need = world.needs[n]
        if need.ends > day:
            away[kept] = n
            kept += 1
            continue
        p = world.parameters[month, world.stations[need.station].parameters]
        is_met = chance(need.key, Draw.AWAY_SUCCESS, 0, 0, 0) < p.away_success
        is_late = day - need.dispatched > p.case_deadline_days
        seen = world.observed.stations[month, need.station]
        if is_met:
            seen.met_away += 1.0
        else:
            seen.unmet_away += 1.0
        end_need(need, is_met, is_late, world, month)
    city.n_away = kept
