"""The first morning: kernels that draw what differs between seeds - trust, staff, grid strength, needs."""

from __future__ import annotations

import math

import numpy as np

from sim.chance import (
    NEAR_MIDDLE,
    chance,
    exponential,
    fill_words,
    key_of,
    lognormal,
    normal,
    normal_near_middle,
    town_key,
    whole_blocks,
    word_to_unit,
)
from sim.compile import entry, kernel
from sim.phases.finance import budget, set_out
from sim.phases.needs import expired_before, expiry_threshold, hide
from sim.phases.residents import count_trust, refresh_mean
from sim.phases.staff import mean_competences, start_work, stay_of
from sim.rules import residents as resident_rules
from sim.words import DAYS_PER_YEAR, Draw


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
def start(world, seed, given_workers, given_grid):
    """The first morning: keys, residents, staff, communities, stations, offices, and the needs that are there already.

    `given_workers` and `given_grid` hold what the scenario says of workers and of communities, NaN where it says nothing.
    The stations come with the digests of their towns' ids in the place of their keys.
    """
    for s in range(len(world.stations)):
        world.stations[s].key = town_key(seed, world.stations[s].key)
    _fill_residents(world)
    _fill_workers(world, given_workers)
    _start_city(world, given_grid)
    while world.city[0].next_need < len(world.drawn) and world.drawn[world.city[0].next_need].onset < 0:
        hide(world)


@kernel
def _fill_residents(world):
    """Draw every resident's trust and awareness."""
    for c in range(len(world.communities)):
        community = world.communities[c]
        station = world.stations[community.station]
        p = world.parameters[0, station.parameters]
        place = c - station.first_community
        is_aware = world.residents.is_aware[community.first_resident : community.last_resident]
        trust = world.residents.trust[community.first_resident : community.last_resident]
        words = world.words[: whole_blocks(len(trust))]
        known = p.initial_aware if station.is_open else 0.0
        fill_words(words, station.key, Draw.START_AWARE, 0, place)
        for i in range(len(trust)):
            is_aware[i] = 1 if word_to_unit(words[i]) < known else 0
        fill_words(words, station.key, Draw.START_TRUST, 0, place)
        _first_trust(p, words, trust, world.residents.own_trust[community.first_resident : community.last_resident])


@kernel
def _first_trust(p, words, trust, own_trust):
    """Normal, clipped. Most numbers lie near the middle, whose formula needs no branch; then the others are written over."""
    mean = p.initial_trust_mean
    sd = p.initial_trust_sd
    for i in range(len(trust)):
        drawn = mean + sd * normal_near_middle(word_to_unit(words[i]) - 0.5)
        trust[i] = np.float32(min(1.0, max(0.0, drawn)))
    for i in range(len(trust)):
        u = word_to_unit(words[i])
        if abs(u - 0.5) > NEAR_MIDDLE:
            trust[i] = np.float32(min(1.0, max(0.0, mean + sd * normal(u))))
        own_trust[i] = trust[i]


@kernel
def _fill_workers(world, given):
    """Fill every post."""
    for w in range(len(world.workers)):
        worker = world.workers[w]
        if not worker.is_post:
            continue
        station = world.stations[worker.station]
        p = world.parameters[0, station.parameters]
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


@kernel
def _start_city(world, given_grid):
    """Communities, stations and offices; staff must be in their posts."""
    for c in range(len(world.communities)):
        community = world.communities[c]
        station = world.stations[community.station]
        p = world.parameters[0, station.parameters]
        drawn = lognormal(
            chance(station.key, Draw.GRID_STRENGTH, c - station.first_community, 0, 0), 1.0, p.grid_strength_cv
        )
        community.grid_strength = drawn if math.isnan(given_grid[c]) else given_grid[c]
        if station.is_open:
            community.outreach = p.initial_outreach
            community.participation = resident_rules.join_chance(p, p.initial_trust_mean, p.initial_outreach)
        community.volunteers = resident_rules.volunteers_per_1000(p, community.participation)
    for c in range(len(world.communities)):
        count_trust(world, c)
    for s in range(len(world.stations)):
        refresh_mean(world, world.stations[s])
    mean_competences(world.stations, world.workers)
    for s in range(len(world.stations)):
        station = world.stations[s]
        p = world.parameters[0, station.parameters]
        set_out(p, station, world.levers[0, s], budget(p, station, world.levers[0, s], world.workers))
        station.reputation = p.initial_reputation
        station.awareness = p.initial_awareness
        station.goodwill = p.initial_goodwill
    for w in range(len(world.workers)):
        worker = world.workers[w]
        if worker.is_post:
            station = world.stations[worker.station]
            p = world.parameters[0, station.parameters]
            worker.stay = stay_of(p, worker, world.levers[0, worker.station], station.trust)


@entry
def draw_needs(seed, place, stations, communities, parameters, drawn, ordered):
    """Draw when and whose needs arise, into `drawn` and, in order of their onset, `ordered`; returns how many there are.

    The needs of a cell are one Poisson process: as many as those of all whom its residents stand for, each of them of a
    resident drawn evenly. Where there are more than there is room for, nothing is ordered: call again with more room.
    `stations` have the digests of their towns' ids in the place of their keys.
    """
    n = 0
    for i in range(len(place.cells)):
        station = stations[communities[place.cells[i].community].station]
        p = parameters[0, station.parameters]
        n = _draw_cell(town_key(seed, station.key), station, place, p, drawn, i, n)
    if n <= len(drawn):
        earliest = 0
        for i in range(n):
            earliest = min(earliest, drawn[i].onset)
        _order(drawn[:n], ordered, earliest, np.zeros(len(place.days) - earliest + 1, np.int64))
    return n


@kernel
def _draw_cell(key, station, place, p, drawn, i, n):
    cell = place.cells[i]
    growth = station.growth_per_year
    community = cell.community - station.first_community
    horizon = float(len(place.days))
    size = cell.last - cell.first
    rate = place.groups[cell.group].needs_per_year / DAYS_PER_YEAR * cell.weight * size
    begins = _first_day(place.days, station.joins)
    # When it would arise if as many people lived here all the time, from the day on which the town is of the city.
    even = -p.need_lookback_days if begins == 0 else 0.0
    ordinal = 0
    while rate > 0.0:
        need = key_of(key, Draw.NEED_KEY, community, cell.group, ordinal)
        ordinal += 1
        even += exponential(chance(need, Draw.ONSET, 0, 0, 0)) / rate
        onset = begins + (even if growth == 0.0 else resident_rules.day_of_growth(growth, even))
        if onset >= horizon:
            break
        day = int(math.floor(onset))
        if day < 0 and expired_before(p, day) >= expiry_threshold(need):
            continue  # it went away before the first day
        if n < len(drawn):
            one = drawn[n]
            one.key = need
            one.onset = day
            one.cell = i
            one.resident = cell.first + int(size * chance(need, Draw.WHOSE, 0, 0, 0))
        n += 1
    return n


@kernel
def _first_day(days, month):
    """The first day of a month of the run."""
    day = 0
    while month > 0 and days[day].month < month:
        day += 1
    return day


@kernel
def _order(drawn, ordered, earliest, row):
    """Count the needs of each day into `row` (days,), all 0; then put each need behind those of earlier days.

    Needs of one day stay in the order of drawing.
    """
    for i in range(len(drawn)):
        row[drawn[i].onset - earliest + 1] += 1
    for day in range(1, len(row)):
        row[day] += row[day - 1]
    for i in range(len(drawn)):
        day = drawn[i].onset - earliest
        ordered[row[day]] = drawn[i]
        row[day] += 1
