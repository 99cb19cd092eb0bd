"""The residents' month: outreach reaches them, some take part, trust moves, awareness spreads.

Much of a run's time is spent here, so the loop over the residents of a community is straight-line: draws are filled beforehand,
choices are arithmetic, and sums are whole numbers, which come out the same in any order.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from sim.chance import chance, fill_words, whole_blocks
from sim.compile import kernel
from sim.rules import residents as rules
from sim.words import TRUST_UNIT, Draw

_16 = np.uint32(16)
_HALF = np.uint32(0xFFFF)
_HALVES = 65536.0
_TO_UNIT_16 = np.float32(1.0 / _HALVES)

# A mark holds, from its lowest bits: trust in whole multiples of 1/TRUST_UNIT, whether the resident took part, whether aware.
# So the marks of up to _MOST residents can be added, and what the sum says of each of the three read from it.
_JOINED = np.int64(37)
_AWARE = np.int64(50)
_TRUST_BITS = np.int64((1 << 37) - 1)
_JOINED_BITS = np.int64((1 << 13) - 1)
_MOST = 1 << 12


@kernel
def residents_month(world, day, month):
    """Every community's month."""
    for c in range(len(world.communities)):
        community = world.communities[c]
        if world.stations[community.station].grown == 0.0:  # the town is not of the city yet
            continue
        p = world.parameters[month, world.stations[community.station].parameters]
        if community.residents > 0.0:
            hours = community.month_outreach / (community.residents / 1000.0)
            community.outreach = rules.outreach_next(p, community.outreach, hours)
        _move(world, p, c, day)
        joined = _sum_up(world, community, month)
        world.observed.communities[month, c].participants += joined
        world.observed.stations[month, community.station].participants += joined
        if community.residents > 0.0:
            community.participation = joined / community.residents
        community.volunteers = rules.volunteers_per_1000(p, community.participation)
        community.month_outreach = 0.0
        community.was_served = 0
    for s in range(len(world.stations)):
        refresh_mean(world, world.stations[s])


@kernel
def _move(world, p, c, day):
    """Every resident of a community takes part or not, moves in trust, hears of the station or forgets it.

    A uniform number has 16 bits of the resident's own, half of a word; below these, all residents of a community share theirs.
    So its law is exact, and one word serves two draws. Residents who stand for as many people are moved, and squared, at once.
    """
    community = world.communities[c]
    station = world.stations[community.station]
    is_served = world.stations[station.served_by].is_open != 0
    cells = world.place.cells
    place = c - station.first_community
    begun = community.first_resident
    fill_words(
        world.words[: whole_blocks(community.last_resident - begun)], station.key, Draw.JOIN_AND_AWARE, day, place
    )
    low = chance(station.key, Draw.LOW_BITS, place, day, 0)
    hears = rules.aware_chance(p, community.outreach, community.was_served != 0)
    community.trust_square_sum = 0.0
    first = begun
    for i in range(community.first_cell, community.last_cell):
        last = cells[i].last
        if i + 1 == community.last_cell or cells[i + 1].weight != cells[i].weight:
            squares = move_residents(
                _rates(p, is_served),
                world.residents.trust[first:last],
                world.residents.own_trust[first:last],
                world.residents.is_aware[first:last],
                world.words[first - begun : last - begun],
                low,
                np.int32(math.ceil(hears * _HALVES - low)),
                np.int32(math.ceil(p.aware_loss * _HALVES - low)),
                np.float32(community.trust),
                np.float32(community.outreach),
                np.float32(rules.activity_substance(p, community.outreach)),
                world.marks[first - begun : last - begun],
            )
            community.trust_square_sum += squares * (cells[i].weight * station.grown)
            first = last


@kernel
def _sum_up(world, community, month):
    """Sum the marks of a community's residents by group; returns how many people took part."""
    joined = 0.0
    size = world.stations[community.station].grown
    community.trust_sum = 0.0
    community.aware_sum = 0.0
    _run_up(world.marks[: community.last_resident - community.first_resident])
    for i in range(community.first_cell, community.last_cell):
        cell = world.place.cells[i]
        place = cell.first - community.first_resident
        trusting, people, aware = _sums(world.marks, place, place + cell.last - cell.first)
        weight = cell.weight * size
        joined += people * weight
        community.trust_sum += trusting * weight
        community.aware_sum += aware * weight
        group = world.observed.groups[month, cell.group]
        group.participants += people * weight
        group.residents += (cell.last - cell.first) * weight
        group.trust_sum += trusting * weight
        group.aware_sum += aware * weight
    return joined


@kernel
def _run_up(marks):
    """Turn marks into running totals, which begin anew every _MOST residents: quicker than a sum for every cell."""
    for first in range(0, len(marks), _MOST):
        total = np.int64(0)
        for i in range(first, min(first + _MOST, len(marks))):
            total += marks[i]
            marks[i] = total


@kernel
def _sums(totals, first, last):
    """From running totals, of the residents from `first` to before `last`: trust, how many took part, how many are aware."""
    trust = 0
    joined = 0
    aware = 0
    while first < last:
        begun = first % _MOST
        end = min(last, first - begun + _MOST)
        total = totals[end - 1]
        if begun > 0:
            total -= totals[first - 1]
        trust += total & _TRUST_BITS
        joined += (total >> _JOINED) & _JOINED_BITS
        aware += total >> _AWARE
        first = end
    return trust / TRUST_UNIT, joined, aware


class Rates(NamedTuple):
    """The parameters that the loop over residents reads, in single precision, as trust is; held in registers: in the record
    they could not be, for the compiler cannot know that writing a trust leaves the record as it was."""

    join_base: np.float32
    join_trust: np.float32
    join_outreach: np.float32
    join_least: np.float32
    join_most: np.float32
    activity_gain: np.float32
    activity_loss: np.float32
    trust_neighbours: np.float32
    trust_return: np.float32


@kernel
def _rates(p, is_served):
    """Where no station is open, there are no activities to join."""
    return Rates(
        np.float32(p.join_base),
        np.float32(p.join_trust),
        np.float32(p.join_outreach),
        np.float32(p.join_least if is_served else 0.0),
        np.float32(p.join_most if is_served else 0.0),
        np.float32(p.activity_gain),
        np.float32(p.activity_loss),
        np.float32(p.trust_neighbours),
        np.float32(p.trust_return),
    )


@kernel
def move_residents(
    rates, trust, own_trust, is_aware, words, low, hears, forgets, community_trust, outreach, substance, marks
):
    """A month of residents of one community, straight-line and in single precision; what is to be summed of each is put into
    `marks`. Returns the sum of squares of their trust, of whole multiples of 1/TRUST_UNIT.

    low: what the uniform numbers share below their 16 bits, 0-1; hears, forgets: the draws below these are yes.
    """
    # Of the shared bits as many as single precision can add to 16 of one's own: so a chance of 1 is certain.
    shared = np.float32((math.floor(low * 128.0) + 0.5) / 128.0)
    squares = 0
    for i in range(len(trust)):
        t = trust[i]
        u = (np.float32(np.int32(words[i] & _HALF)) + shared) * _TO_UNIT_16
        joins = u < rules.join_chance(rates, t, outreach)
        t = rules.trust_after_activity(rates, t, substance) if joins else t
        t = np.float32(rules.trust_next(rates, t, community_trust, own_trust[i]))
        trust[i] = t
        changes = np.int32(words[i] >> _16) < (forgets if is_aware[i] else hears)
        is_aware[i] = is_aware[i] ^ (np.uint8(1) if changes else np.uint8(0))
        squares += np.int64(np.int32(t * t * np.float32(TRUST_UNIT)))
        marks[i] = (
            np.int64(np.int32(t * np.float32(TRUST_UNIT)))
            | ((np.int64(1) if joins else np.int64(0)) << _JOINED)
            | (np.int64(is_aware[i]) << _AWARE)
        )
    return squares / TRUST_UNIT


@kernel
def _trust(trust):
    """Sum of trust, in whole multiples of 1/TRUST_UNIT: exact, whatever the order."""
    total = 0
    for i in range(len(trust)):
        total += np.int64(np.int32(trust[i] * np.float32(TRUST_UNIT)))
    return total / TRUST_UNIT


@kernel
def count_trust(world, c):
    """Sum a community's trust (when its town begins to be of the city; later the month's loop does)."""
    community = world.communities[c]
    community.trust_sum = 0.0
    if community.residents > 0.0:
        for i in range(community.first_cell, community.last_cell):
            cell = world.place.cells[i]
            community.trust_sum += _trust(world.residents.trust[cell.first : cell.last]) * cell.weight


@kernel
def refresh_mean(world, station):
    """Mean trust of a station's communities and of the station, and its volunteers."""
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
