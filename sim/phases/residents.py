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
    fill_words(residents.words[0], world.seed, Draw.JOIN, day)
    fill_words(residents.words[1], world.seed, Draw.AWARE, day)
    for c in range(len(world.communities)):
        community = world.communities[c]
        if community.residents > 0.0:
            hours = community.month_outreach / (community.residents / 1000.0)
            community.outreach = rules.outreach_next(p, community.outreach, hours)
        hears = rules.aware_chance(p, community.outreach, community.was_served != 0)
        substance = rules.activity_substance(p, community.outreach)
        joined = 0.0
        for i in range(community.first_cell, community.last_cell):
            cell = world.place.cells[i]
            first = cell.first
            last = cell.last
            people = cell.weight * move_trust(
                rates,
                residents.trust[first:last],
                residents.own_trust[first:last],
                residents.words[0, first:last],
                community.trust,
                community.outreach,
                substance,
            )
            world.observed.groups[month, cell.group].participants += people
            joined += people
            spread_awareness(residents.is_aware[first:last], residents.words[1, first:last], hears, p.aware_loss)
        world.observed.stations[month, community.station].participants += joined
        world.observed.communities[month, c].participants += joined
        if community.residents > 0.0:
            community.participation = joined / community.residents
        community.volunteers = rules.volunteers_per_1000(p, community.participation)
        community.month_outreach = 0.0
        community.was_served = 0
    refresh_trust(world)


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
