"""Rules of residents: trust, taking part, awareness, volunteers. Monthly, but for what an experience does at once."""

from __future__ import annotations

import math

from sim.compile import hot_rule, rule
from sim.scenario.parameters import Parameters as P
from sim.words import DAYS_PER_YEAR


@rule
def town_size(growth_per_year: float, months: float) -> float:
    """How many times as many residents a town has after so many months. Source: definition."""
    return (1.0 + growth_per_year) ** (months / 12.0)


@rule
def day_of_growth(growth_per_year: float, even: float) -> float:
    """The day by which as many person-days have been lived as by day `even` without growth, which begins on day 0. Source: definition."""
    pace = math.log1p(growth_per_year) / DAYS_PER_YEAR
    if even <= 0.0 or pace == 0.0:
        return even
    return math.log1p(pace * even) / pace if pace * even > -1.0 else math.inf


@rule
def trust_after_service(p: P, trust: float, is_met: bool, is_late: bool, weight: float) -> float:
    """Trust (0-1) after an experience; a sampled resident stands for `weight` people, of whom one had it.

    Source: form an assumption.
    """
    target = 1.0 if is_met else p.trust_target_unmet
    if is_late:
        target = max(0.0, target - p.trust_late_loss)
    return trust + p.trust_step / weight * (target - trust)


@rule
def trust_after_giving_up(p: P, trust: float, weight: float) -> float:
    """Trust (0-1) after giving up: it moves towards 0. Source: assumption."""
    return trust + p.trust_step / weight * (0.0 - trust)


@hot_rule
def join_chance(p: P, trust: float, outreach: float) -> float:
    """Chance to join the month's community activity. Source: paper 三(三), participation low; sizes assumed."""
    return min(p.join_most, max(p.join_least, p.join_base + p.join_trust * (trust - 0.5) + p.join_outreach * outreach))


@rule
def activity_substance(p: P, outreach: float) -> float:
    """How much of an activity is more than form (0-1). Source: paper 三(三), form over content; form assumed."""
    return outreach / (outreach + p.activity_half_outreach)


@hot_rule
def trust_after_activity(p: P, trust: float, substance: float) -> float:
    """Trust (0-1) of a resident who took part. Source: trust follows taking part (CLDS 2018); sizes assumed."""
    return trust + p.activity_gain * substance * (1.0 - trust) - p.activity_loss * (1.0 - substance) * trust


@hot_rule
def trust_next(p: P, trust: float, community: float, own: float) -> float:
    """Trust (0-1) a month later: towards the community's mean and the resident's own level. Source: assumption."""
    return trust + p.trust_neighbours * (community - trust) + p.trust_return * (own - trust)


@rule
def aware_chance(p: P, outreach: float, was_served_here: bool) -> float:
    """Chance that an unaware resident hears of the station this month. Source: assumption, Bass-type diffusion."""
    heard = 1.0 - math.exp(-p.aware_outreach * outreach)
    return min(1.0, heard + (p.aware_served if was_served_here else 0.0))


@rule
def outreach_next(p: P, outreach: float, hours_per_1000: float) -> float:
    """Outreach intensity a month later, h per 1,000 residents and month. Source: assumption."""
    return outreach + (hours_per_1000 - outreach) / p.outreach_memory_months


@rule
def volunteers_per_1000(p: P, participation: float) -> float:
    """Volunteers per 1,000 residents who help the station, from last month's participation. Source: literature and assumption."""
    return 1000.0 * p.volunteer_adults * participation * p.volunteer_yield
