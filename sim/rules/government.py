"""Rules of the government: tasks, receptions, secondments, supervision, and the goodwill of a town office."""

from __future__ import annotations

import math

from sim.compile import rule
from sim.scenario.parameters import Parameters as P
from sim.words import WORKDAYS_PER_MONTH


@rule
def voice(p: P, links: float) -> float:
    """Voice of a station (0-1), from its number of partner stations: links / (links + voice_half_links).

    Source: resource dependence (Emerson 1962; Pfeffer & Salancik 1978); form an assumption.
    """
    return links / (links + p.voice_half_links)


@rule
def power(p: P, dependence: float, clarity: float, voice: float) -> float:
    """Power of the town office over its station (0-1): dependence * (1 - clarity) * (1 - voice).

    With `additive_protection` it is dependence * max(0, 1 - clarity - voice). It is the chance that an off-contract task is accepted. Source: power is the inverse of dependence (Emerson 1962);
    paper 三(三): funds, staff and legitimacy come from government.
    """
    if p.additive_protection:
        return dependence * max(0.0, 1.0 - clarity - voice)
    return dependence * (1.0 - clarity) * (1.0 - voice)


@rule
def restraint(p: P, awareness: float, is_restrained: bool) -> float:
    """Multiplier (0-1) on off-contract tasks and secondments: aware cadres ask less, inspected offices less still.

    Source: paper 四(一), cadre training and supervision; sizes are assumptions.
    """
    asked = 1.0 - p.awareness_restraint * awareness
    if is_restrained:
        asked *= 1.0 - p.inspection_restraint
    return asked


@rule
def contract_tasks(p: P, posts: float, burden: float) -> float:
    """Mean number of contract tasks per workday. Source: assumption."""
    return posts * p.contract_task_rate * burden


@rule
def offcontract_tasks(p: P, posts: float, burden: float, restraint: float) -> float:
    """Mean number of off-contract tasks per workday. Source: paper 三(一), street tasks; size calibrated."""
    return posts * p.offcontract_task_rate * burden * restraint


@rule
def goodwill_after_refusal(p: P, goodwill: float, clarity: float, awareness: float) -> float:
    """Goodwill (0-1) after one refused task. Source: assumption."""
    shield = (1.0 - p.clarity_goodwill_shield * clarity) * (1.0 - p.awareness_goodwill_shield * awareness)
    return goodwill * (1.0 - p.refusal_goodwill_loss * shield)


@rule
def goodwill_after_lapse(p: P, goodwill: float, clarity: float, lapsed_hours: float) -> float:
    """Goodwill (0-1) after tasks worth `lapsed_hours` were left undone. Source: assumption."""
    tasks = lapsed_hours / p.task_hours
    return goodwill * math.exp(-p.lapse_goodwill_loss * tasks * (1.0 - p.clarity_goodwill_shield * clarity))


@rule
def lapsed_hours(p: P, backlog_hours: float, posts: float) -> float:
    """Hours of the administrative backlog that lapse: what exceeds lapse_backlog_hours per post. Source: assumption."""
    return max(0.0, backlog_hours - p.lapse_backlog_hours * posts)


@rule
def reception_chance(p: P, publicity: float, reputation: float) -> float:
    """Chance per workday that a visit is announced (0-1): well-known stations host more.

    Source: paper 三(一), publicity and visits; size an assumption.
    """
    return min(1.0, p.reception_rate / WORKDAYS_PER_MONTH * publicity * (p.reception_fame_floor + reputation))


@rule
def preparation_days(p: P, normal: float) -> float:
    """Whole workdays of preparation, from a standard normal number. Source: paper 三(一): longest almost a week."""
    days = math.floor(p.preparation_median_days * math.exp(p.preparation_sigma * normal) + 0.5)
    return min(days, p.preparation_cap_days)


@rule
def hosting_days(p: P, u: float) -> float:
    """Days of hosting, 1 or 2, from a uniform number. Source: paper 三(一): one day or two."""
    return 2.0 if u < p.hosting_two_days_chance else 1.0


@rule
def secondment_chance(p: P, burden: float, restraint: float) -> float:
    """Chance per workday that a present worker is lent out. Source: paper 三(一), staff in name only; size assumed."""
    return min(1.0, p.secondment_rate / WORKDAYS_PER_MONTH * burden * restraint)


@rule
def secondment_days(p: P, u: float) -> float:
    """Calendar days of a secondment, from a uniform number. Source: assumption."""
    return math.floor(p.secondment_least_days + p.secondment_spread_days * u)


@rule
def hands_back(p: P, absence_days: int) -> bool:
    """Whether a worker lent out for so many calendar days, the first counted, hands the services back. Source: assumption."""
    return absence_days >= p.handover_after_days


@rule
def awareness_next(p: P, awareness: float, cadre_training: float) -> float:
    """Cadre awareness (0-1) a month later: training adds, turnover of cadres takes away. Source: paper 四(一); sizes assumed."""
    return min(1.0, max(0.0, awareness + cadre_training / 12.0 * (1.0 - awareness) - p.awareness_decay * awareness))


@rule
def goodwill_next(p: P, goodwill: float) -> float:
    """Goodwill (0-1) a month later: it recovers towards 1. Source: assumption."""
    return goodwill + p.goodwill_recovery * (1.0 - goodwill)
