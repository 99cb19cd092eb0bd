"""The first morning: kernels that draw what differs between seeds - trust, staff, grid strength, needs."""

from __future__ import annotations

import math

import numpy as np

from sim.chance import chance, exponential, fill_words, key_of, lognormal, normal, town_key, word_to_unit
from sim.compile import entry, kernel
from sim.phases.finance import budget
from sim.phases.needs import hide
from sim.phases.residents import count_trust
from sim.phases.staff import mean_competences, start_work, stay_of
from sim.rules import needs as need_rules
from sim.rules import residents as resident_rules
from sim.words import DAYS_PER_YEAR, NONE, Draw, Kind


@entry
def town_shares(digest, n, shape):
    """Dirichlet shares of a town's `n` communities: gamma numbers of a whole shape, the same for all seeds."""
    key = town_key(np.uint64(0), digest)
    shares = np.zeros(n)
    for c in range(n):
        for k in range(shape):
            shares[c] += exponential(chance(key, Draw.TOWN_SHARES, c, 0, k))
    return shares / shares.sum()


@entry
def fill_keys(seed, stations):
    """Turn the digests of the towns' ids, which stand in the place of their keys, into the keys."""
    for s in range(len(stations)):
        stations[s].key = town_key(seed, stations[s].key)


@entry
def fill_residents(parameters, stations, communities, residents):
    """Draw every resident's trust and awareness."""
    p = parameters[0]
    for c in range(len(communities)):
        community = communities[c]
        station = stations[community.station]
        words = residents.words[0, community.first_resident : community.last_resident]
        fill_words(words, station.key, Draw.START_TRUST, 0, c - station.first_community)
        for i in range(len(words)):
            r = community.first_resident + i
            drawn = p.initial_trust_mean + p.initial_trust_sd * normal(word_to_unit(words[i]))
            residents.trust[r] = np.float32(min(1.0, max(0.0, drawn)))
            residents.own_trust[r] = residents.trust[r]
        fill_words(words, station.key, Draw.START_AWARE, 0, c - station.first_community)
        for i in range(len(words)):
            residents.is_aware[community.first_resident + i] = 1 if word_to_unit(words[i]) < p.initial_aware else 0


@entry
def fill_workers(world, given):
    """Fill every post. `given` holds what the scenario says of a worker, NaN where it says nothing."""
    p = world.parameters[0]
    for w in range(len(world.workers)):
        worker = world.workers[w]
        station = world.stations[worker.station]
        place = w - station.first_worker
        is_trained = chance(station.key, Draw.START_TRAINED, place, 0, 0) < p.trained_share
        if not math.isnan(given[w, 0]):
            is_trained = given[w, 0] > 0.5
        skill = normal(chance(station.key, Draw.START_COMPETENCE, place, 0, 0))
        start_work(p, worker, is_trained, skill, chance(station.key, Draw.START_CERTIFICATE, place, 0, 0))
        worker.tenure_days = p.initial_tenure_days * chance(station.key, Draw.START_TENURE, place, 0, 0)
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
        station = world.stations[community.station]
        drawn = lognormal(
            chance(station.key, Draw.GRID_STRENGTH, c - station.first_community, 0, 0), 1.0, p.grid_strength_cv
        )
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
def draw_onsets(place, stations, communities, parameters, drawn):
    """Draw when and whose needs arise, into `drawn`, cell by cell; returns how many there are.

    The needs of a cell are one Poisson process: as many as those of all whom its residents stand for, each of them of a
    resident drawn evenly. Where there are more than `drawn` can hold, the rest is only counted: call again with more room.
    """
    p = parameters[0]
    horizon = float(len(place.days))
    n = 0
    for i in range(len(place.cells)):
        cell = place.cells[i]
        station = stations[communities[cell.community].station]
        size = cell.last - cell.first
        rate = place.groups[cell.group].needs_per_year / DAYS_PER_YEAR * cell.weight * size
        if rate <= 0.0:
            continue
        onset = -p.need_lookback_days
        ordinal = 0
        while True:
            key = key_of(station.key, Draw.NEED_KEY, cell.community - station.first_community, cell.group, ordinal)
            ordinal += 1
            onset += exponential(chance(key, Draw.ONSET, 0, 0, 0)) / rate
            if onset >= horizon:
                break
            day = int(math.floor(onset))
            if day < 0 and _expired_before(p, day) >= _expiry_threshold(key):
                continue  # it went away before the first day
            if n < len(drawn):
                drawn[n].key = key
                drawn[n].onset = day
                drawn[n].cell = i
                drawn[n].resident = cell.first + int(size * chance(key, Draw.WHOSE, 0, 0, 0))
            n += 1
    return n


@kernel
def _expiry_threshold(key):
    return exponential(chance(key, Draw.EXPIRY, 0, 0, 0))


@kernel
def _expired_before(p, onset):
    """Hazard of expiry gathered before the first day."""
    return need_rules.expiry_hazard(p) * max(0, -onset)


@entry
def fill_needs(place, communities, parameters, drawn, needs):
    """The needs in order of onset (those of one day in order of drawing), with all that is fixed of them."""
    p = parameters[0]
    earliest = 0
    for i in range(len(drawn)):
        earliest = min(earliest, drawn[i].onset)
    row = np.zeros(len(place.days) - earliest + 1, np.int64)  # of the next need of each day
    for i in range(len(drawn)):
        row[drawn[i].onset - earliest + 1] += 1
    for day in range(1, len(row)):
        row[day] += row[day - 1]
    for i in range(len(drawn)):
        one = drawn[i]
        cell = place.cells[one.cell]
        group = place.groups[cell.group]
        need = needs[row[one.onset - earliest]]
        row[one.onset - earliest] += 1
        need.key = one.key
        need.resident = one.resident
        need.community = cell.community
        need.group = cell.group
        need.station = communities[cell.community].station
        need.weight = cell.weight
        need.onset = one.onset
        is_group = chance(one.key, Draw.KIND, 0, 0, 0) < group.group_work_share
        need.kind = Kind.GROUP.value if is_group else Kind.CASE.value
        hours = p.case_hours_mean * group.hours_scale
        need.hours = lognormal(chance(one.key, Draw.CASE_HOURS, 0, 0, 0), hours, p.case_hours_cv)
        need.expired_before = _expired_before(p, one.onset)
        need.detection_threshold = exponential(chance(one.key, Draw.DETECTION, 0, 0, 0))
        need.expiry_threshold = _expiry_threshold(one.key)
        need.giving_up_threshold = exponential(chance(one.key, Draw.GIVING_UP, 0, 0, 0))
        need.service = NONE
        need.next_member = NONE
