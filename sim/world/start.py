"""The first morning: kernels that draw what differs between seeds - trust, staff, grid strength, needs."""

from __future__ import annotations

import math

import numpy as np

from sim.chance import chance, exponential, fill_words, lognormal, normal, word_to_unit
from sim.compile import entry, kernel
from sim.phases.finance import budget
from sim.phases.needs import hide
from sim.phases.residents import count_trust
from sim.phases.staff import mean_competences, start_work, stay_of
from sim.rules import needs as need_rules
from sim.rules import residents as resident_rules
from sim.words import DAYS_PER_YEAR, NONE, Draw, Kind


@entry
def town_shares(first, n, shape):
    """Dirichlet shares of `n` communities from row `first` on: gamma numbers of a whole shape, fixed for all seeds."""
    shares = np.zeros(n)
    for c in range(n):
        for k in range(shape):
            shares[c] += exponential(chance(np.uint64(0), Draw.TOWN_SHARES, first + c, 0, k))
    return shares / shares.sum()


@entry
def fill_residents(seed, parameters, residents):
    """Draw every resident's trust and awareness."""
    p = parameters[0]
    words = residents.words[0]
    fill_words(words, seed, Draw.START_TRUST, 0)
    for r in range(len(words)):
        drawn = p.initial_trust_mean + p.initial_trust_sd * normal(word_to_unit(words[r]))
        residents.trust[r] = np.float32(min(1.0, max(0.0, drawn)))
        residents.own_trust[r] = residents.trust[r]
    fill_words(words, seed, Draw.START_AWARE, 0)
    for r in range(len(words)):
        residents.is_aware[r] = 1 if word_to_unit(words[r]) < p.initial_aware else 0


@entry
def fill_workers(world, given):
    """Fill every post. `given` holds what the scenario says of a worker, NaN where it says nothing."""
    p = world.parameters[0]
    seed = world.seed
    for w in range(len(world.workers)):
        worker = world.workers[w]
        is_trained = chance(seed, Draw.START_TRAINED, w, 0, 0) < p.trained_share
        if not math.isnan(given[w, 0]):
            is_trained = given[w, 0] > 0.5
        skill = normal(chance(seed, Draw.START_COMPETENCE, w, 0, 0))
        start_work(p, worker, is_trained, skill, chance(seed, Draw.START_CERTIFICATE, w, 0, 0))
        worker.tenure_days = p.initial_tenure_days * chance(seed, Draw.START_TENURE, w, 0, 0)
        if not math.isnan(given[w, 1]):
            worker.certificate = int(given[w, 1])
        if not math.isnan(given[w, 2]):
            worker.competence = given[w, 2]
        if not math.isnan(given[w, 3]):
            worker.burnout = given[w, 3]
        if not math.isnan(given[w, 4]):
            worker.tenure_days = given[w, 4]


@entry
def start_city(world, given_grid):
    """Communities, stations and offices as they stand on the first morning; staff must be in their posts."""
    p = world.parameters[0]
    for c in range(len(world.communities)):
        community = world.communities[c]
        drawn = lognormal(chance(world.seed, Draw.GRID_STRENGTH, c, 0, 0), 1.0, p.grid_strength_cv)
        community.grid_strength = drawn if math.isnan(given_grid[c]) else given_grid[c]
        community.outreach = p.initial_outreach
        community.participation = resident_rules.join_chance(p, p.initial_trust_mean, p.initial_outreach)
        community.volunteers = resident_rules.volunteers_per_1000(p, community.participation)
    count_trust(world)
    mean_competences(world.stations, world.workers)
    for s in range(len(world.stations)):
        station = world.stations[s]
        planned = budget(p, station, world.levers[0, s], world.workers)
        dependence = world.levers[0, s].funding_dependence
        station.government_revenue = dependence * planned
        station.own_revenue = (1.0 - dependence) * planned
        station.planned_own = (1.0 - dependence) * planned
        station.balance = p.start_balance_months * planned
        station.start_balance = station.balance
        station.reputation = p.initial_reputation
        station.awareness = p.initial_awareness
        station.goodwill = p.initial_goodwill
    for w in range(len(world.workers)):
        worker = world.workers[w]
        worker.stay = stay_of(p, worker, world.levers[0, worker.station], world.stations[worker.station].trust)
    _take_hidden_needs(world)


@kernel
def _take_hidden_needs(world):
    """Needs that arose before the first day and still exist are hidden on its morning."""
    city = world.city[0]
    while city.next_need < len(world.needs) and world.needs[city.next_need].onset < 0:
        n = city.next_need
        hide(world.needs[n], n, world.hidden[city.n_hidden])
        city.n_hidden += 1
        city.next_need += 1


@entry
def fill_needs(seed, place, communities, parameters, needs):
    """Draw every resident's needs into `needs` in order of residents; returns how many there are.

    Where there are more than `needs` can hold, the rest is only counted: call again with more room.
    """
    p = parameters[0]
    lookback = p.need_lookback_days
    horizon = float(len(place.days))
    n = 0
    for i in range(len(place.cells)):
        cell = place.cells[i]
        # A sampled resident stands for `weight` people: as many needs as all of them.
        rate = place.groups[cell.group].needs_per_year / DAYS_PER_YEAR * cell.weight
        if rate <= 0.0:
            continue
        # Most residents have no need at all: their first uniform number is below this, and needs no logarithm.
        none_below = math.exp(-rate * (horizon + lookback))
        for r in range(cell.first, cell.last):
            u = chance(seed, Draw.ONSET, r, 0, 0)
            if u <= none_below:
                continue
            onset = -lookback
            ordinal = 0
            while True:
                onset += exponential(u) / rate
                if onset >= horizon:
                    break
                if _write_need(seed, place, communities, p, needs, n, r, ordinal, i, onset):
                    n += 1
                ordinal += 1
                u = chance(seed, Draw.ONSET, r, 0, ordinal)
    return n


@kernel
def _write_need(seed, place, communities, p, needs, n, r, ordinal, cell_row, onset):
    """Write one need; False where it would have expired before the first day."""
    day = int(math.floor(onset))
    threshold = exponential(chance(seed, Draw.EXPIRY, r, 0, ordinal))
    expired = need_rules.expiry_hazard(p) * max(0, -day)
    if expired >= threshold and day < 0:
        return False
    if n >= len(needs):
        return True
    cell = place.cells[cell_row]
    group = place.groups[cell.group]
    need = needs[n]
    need.resident = r
    need.ordinal = ordinal
    need.community = cell.community
    need.group = cell.group
    need.station = communities[cell.community].station
    need.weight = cell.weight
    need.onset = day
    is_group = chance(seed, Draw.KIND, r, 0, ordinal) < group.group_work_share
    need.kind = Kind.GROUP.value if is_group else Kind.CASE.value
    hours = p.case_hours_mean * group.hours_scale
    need.hours = lognormal(chance(seed, Draw.CASE_HOURS, r, 0, ordinal), hours, p.case_hours_cv)
    need.expired_before = expired
    need.detection_threshold = exponential(chance(seed, Draw.DETECTION, r, 0, ordinal))
    need.expiry_threshold = threshold
    need.giving_up_threshold = exponential(chance(seed, Draw.GIVING_UP, r, 0, ordinal))
    need.service = NONE
    need.next_member = NONE
    return True
