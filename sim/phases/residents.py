"""The residents' month: outreach reaches them, some take part, trust moves, awareness spreads.

Nearly all of a run's time is spent here, so the loop over the residents of a cell is straight-line: draws are filled
beforehand, choices are arithmetic, and counts are whole numbers.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.chance import fill_words, word_to_unit
from sim.compile import kernel
from sim.rules import residents as rules
from sim.words import TRUST_UNIT, Draw


@kernel
def residents_month(world, day, month):
    """Every community's month."""
    p = world.parameters[month]
    rates = _rates(p)
    residents = world.residents
    words_join = residents.words[0]
    words_aware = residents.words[1]
    for c in range(len(world.communities)):
        community = world.communities[c]
        station = world.stations[community.station]
        place = c - station.first_community
        fill_words(words_join[community.first_resident : community.last_resident], station.key, Draw.JOIN, day, place)
        fill_words(words_aware[community.first_resident : community.last_resident], station.key, Draw.AWARE, day, place)
        if community.residents > 0.0:
            hours = community.month_outreach / (community.residents / 1000.0)
            community.outreach = rules.outreach_next(p, community.outreach, hours)
        hears = rules.aware_chance(p, community.outreach, community.was_served != 0)
        substance = rules.activity_substance(p, community.outreach)
        joined = 0.0
        community.trust_sum = 0.0
        community.aware_sum = 0.0
        for i in range(community.first_cell, community.last_cell):
            cell = world.place.cells[i]
            trust = residents.trust[cell.first : cell.last]
            is_aware = residents.is_aware[cell.first : cell.last]
            own_trust = residents.own_trust[cell.first : cell.last]
            joins = words_join[cell.first : cell.last]
            people = cell.weight * move_trust(
                rates, trust, own_trust, joins, community.trust, community.outreach, substance
            )
            spread_awareness(is_aware, words_aware[cell.first : cell.last], hears, p.aware_loss)
            joined += people
            trusting = cell_trust(trust) * cell.weight
            aware = cell_aware(is_aware) * cell.weight
            community.trust_sum += trusting
            community.aware_sum += aware
            group = world.observed.groups[month, cell.group]
            group.participants += people
            group.residents += len(trust) * cell.weight
            group.trust_sum += trusting
            group.aware_sum += aware
        world.observed.communities[month, c].participants += joined
        world.observed.stations[month, community.station].participants += joined
        if community.residents > 0.0:
            community.participation = joined / community.residents
        community.volunteers = rules.volunteers_per_1000(p, community.participation)
        community.month_outreach = 0.0
        community.was_served = 0
    refresh_means(world)


class Rates(NamedTuple):
    """The parameters that the loop over residents reads, held in registers: in the record they could not be, for the
    compiler cannot know that writing a trust leaves the record as it was."""

    join_base: float
    join_trust: float
    join_outreach: float
    join_least: float
    join_most: float
    activity_gain: float
    activity_loss: float
    trust_neighbours: float
    trust_return: float


@kernel
def _rates(p):
    return Rates(
        p.join_base,
        p.join_trust,
        p.join_outreach,
        p.join_least,
        p.join_most,
        p.activity_gain,
        p.activity_loss,
        p.trust_neighbours,
        p.trust_return,
    )


@kernel
def move_trust(rates, trust, own_trust, words, community_trust, outreach, substance):
    """Some residents take part; everyone's trust moves. Returns how many took part."""
    joined = 0
    for i in range(len(trust)):
        t = np.float64(trust[i])
        joins = word_to_unit(words[i]) < rules.join_chance(rates, t, outreach)
        joined += 1 if joins else 0
        t = rules.trust_after_activity(rates, t, substance) if joins else t
        trust[i] = np.float32(rules.trust_next(rates, t, community_trust, np.float64(own_trust[i])))
    return joined


@kernel
def spread_awareness(is_aware, words, hears, forgets):
    """Unaware residents hear with one chance, aware ones forget with another."""
    for i in range(len(is_aware)):
        u = word_to_unit(words[i])
        if is_aware[i]:
            is_aware[i] = 0 if u < forgets else 1
        else:
            is_aware[i] = 1 if u < hears else 0


@kernel
def cell_trust(trust):
    """Sum of trust, in whole multiples of 1/TRUST_UNIT: exact, whatever the order."""
    total = 0
    for i in range(len(trust)):
        total += np.int64(np.int32(trust[i] * np.float32(TRUST_UNIT)))
    return total / TRUST_UNIT


@kernel
def cell_aware(is_aware):
    """How many are aware."""
    total = 0
    for i in range(len(is_aware)):
        total += np.int64(is_aware[i])  # plain Python would count in bytes
    return total


@kernel
def count_trust(world):
    """Sum every community's trust (on the first morning; later the month's loop does)."""
    for c in range(len(world.communities)):
        community = world.communities[c]
        community.trust_sum = 0.0
        for i in range(community.first_cell, community.last_cell):
            cell = world.place.cells[i]
            community.trust_sum += cell_trust(world.residents.trust[cell.first : cell.last]) * cell.weight
    refresh_means(world)


@kernel
def refresh_means(world):
    """Mean trust of communities and stations, volunteers of stations."""
    for s in range(len(world.stations)):
        station = world.stations[s]
        trust = 0.0
        volunteers = 0.0
        for c in range(station.first_community, station.last_community):
            community = world.communities[c]
            if community.residents > 0.0:
                community.trust = community.trust_sum / community.residents
            trust += community.trust_sum
            volunteers += community.volunteers * community.residents
        if station.residents > 0.0:
            station.trust = trust / station.residents
            station.volunteers = volunteers / station.residents
