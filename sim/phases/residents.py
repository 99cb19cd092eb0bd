"""The residents' month: outreach reaches them, some take part, trust moves, awareness spreads.

Nearly all of a run's time is spent here, so the loop over the residents of a cell is straight-line: draws are filled
beforehand, choices are arithmetic, and counts are whole numbers.
"""

from __future__ import annotations

import numpy as np

from sim.chance import fill_words, word_to_unit
from sim.compile import kernel
from sim.rules import residents as rules
from sim.words import TRUST_UNIT, Draw


@kernel
def residents_month(world, day, month):
    """Every community's month."""
    p = world.parameters[month]
    fill_words(world.residents.words[0], world.seed, Draw.JOIN, day)
    fill_words(world.residents.words[1], world.seed, Draw.AWARE, day)
    for c in range(len(world.communities)):
        community = world.communities[c]
        if community.residents > 0.0:
            hours = community.month_outreach / (community.residents / 1000.0)
            community.outreach = rules.outreach_next(p, community.outreach, hours)
        aware = rules.aware_chance(p, community.outreach, community.was_served != 0)
        joined = 0.0
        for i in range(community.first_cell, community.last_cell):
            joined += _cell_month(world, p, i, community.trust, community.outreach, aware, month)
        world.observed.communities[month, c].participants += joined
        if community.residents > 0.0:
            community.participation = joined / community.residents
        community.volunteers = rules.volunteers_per_1000(p, community.participation)
        community.month_outreach = 0.0
        community.was_served = 0
    refresh_trust(world)


@kernel
def _cell_month(world, p, cell_row, community_trust, outreach, aware_chance, month):
    """The month of one group in one community; returns how many people joined."""
    cell = world.place.cells[cell_row]
    first = cell.first
    last = cell.last
    joined = _move(
        p,
        world.residents.trust[first:last],
        world.residents.own_trust[first:last],
        world.residents.is_aware[first:last],
        world.residents.words[0, first:last],
        world.residents.words[1, first:last],
        community_trust,
        outreach,
        aware_chance,
    )
    people = joined * cell.weight
    world.observed.groups[month, cell.group].participants += people
    world.observed.stations[month, world.communities[cell.community].station].participants += people
    return people


@kernel
def _move(p, trust, own_trust, is_aware, words_join, words_aware, community_trust, outreach, aware_chance):
    substance = rules.activity_substance(p, outreach)
    joined = 0
    for i in range(len(trust)):
        t = np.float64(trust[i])
        joins = word_to_unit(words_join[i]) < rules.join_chance(p, t, outreach)
        joined += 1 if joins else 0
        t = rules.trust_after_activity(p, t, substance) if joins else t
        trust[i] = np.float32(rules.trust_next(p, t, community_trust, np.float64(own_trust[i])))
        u = word_to_unit(words_aware[i])
        if is_aware[i]:
            is_aware[i] = 0 if u < p.aware_loss else 1
        else:
            is_aware[i] = 1 if u < aware_chance else 0
    return joined


@kernel
def cell_trust(trust):
    """Sum of trust, in whole multiples of 1/TRUST_UNIT: exact, whatever the order."""
    total = 0
    for i in range(len(trust)):
        total += np.int64(np.int32(trust[i] * np.float32(TRUST_UNIT)))
    return total / TRUST_UNIT


@kernel
def refresh_trust(world):
    """Mean trust of communities and stations, volunteers of stations."""
    for s in range(len(world.stations)):
        station = world.stations[s]
        station_trust = 0.0
        volunteers = 0.0
        for c in range(station.first_community, station.last_community):
            community = world.communities[c]
            total = 0.0
            for i in range(community.first_cell, community.last_cell):
                cell = world.place.cells[i]
                total += cell_trust(world.residents.trust[cell.first : cell.last]) * cell.weight
            if community.residents > 0.0:
                community.trust = total / community.residents
            station_trust += total
            volunteers += community.volunteers * community.residents
        if station.residents > 0.0:
            station.trust = station_trust / station.residents
            station.volunteers = volunteers / station.residents
