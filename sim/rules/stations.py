"""Rules of stations: room for a service, when a group opens, load, closing, reputation."""

from __future__ import annotations

import math

from sim.compile import rule
from sim.scenario.parameters import Parameters as P
from sim.words import MAX_SERVICES, MOST_LOGIT


@rule
def has_room(n_services: int, hours_left: float, new_hours: float, productivity: float, capacity: float) -> bool:
    """Whether a present worker can take a service on. `capacity`: see `rules.work.capacity_hours`.

    An idle worker always can. Both terms are divided by productivity, so that hours of work become hours of the clock.
    Source: assumption.
    """
    if n_services == 0:
        return True
    if n_services >= MAX_SERVICES or productivity <= 0.0:
        return False
    return (hours_left + new_hours) / productivity <= capacity


@rule
def opens_group(p: P, n_waiting: int, oldest_days: float) -> bool:
    """Whether so many waiting group needs open a group. Source: assumption."""
    return n_waiting >= p.group_least or (n_waiting >= p.group_least_late and oldest_days >= p.group_wait_days)


@rule
def group_hours(p: P, n_members: int) -> float:
    """Hours that a group project of so many members takes, at productivity 1. Source: assumption."""
    return p.group_hours_base + p.group_hours_member * n_members


@rule
def becomes_case(p: P, days_waiting: int) -> bool:
    """Whether a need that has waited for a group for so many days since dispatch becomes a case. Source: assumption."""
    return days_waiting >= p.group_to_case_days


@rule
def load(hours_left: float, capacity: float) -> float:
    """Load of a station (0-1): hours left against what present staff can do. Source: definition."""
    if capacity > 0.0:
        return min(1.0, hours_left / capacity)
    return 1.0 if hours_left > 0.0 else 0.0


@rule
def success_chance(p: P, competence: float, burnout: float, handovers: int) -> float:
    """Chance that a finished service meets the need. Source: literature, about two thirds of clients improve."""
    logit = (
        p.success_base
        + p.success_competence * (competence - p.competence_reference)
        - p.success_burnout * (burnout - p.burnout_reference)
        + math.log(p.handover_odds) * handovers
    )
    return 1.0 / (1.0 + math.exp(min(-logit, MOST_LOGIT)))


@rule
def paper_chance(p: P, share_done: float, was_inspected: bool, standards: float) -> float:
    """Chance that a service not finished at its deadline is closed on paper; none once an inspection came after it opened.

    Source: paper 三(一), work done for the indicator; 四(一), checks of practice, not only of paper; sizes assumed.
    """
    if was_inspected or share_done < p.paper_least_done:
        return 0.0
    return p.paper_chance * (1.0 - standards)


@rule
def reputation_next(
    p: P, reputation: float, reported_on_time: float, ended: float, trust: float, visits: float
) -> float:
    """Reputation (0-1) a month later: it follows the reported record and trust, and visits add fame. Source: assumption."""
    if ended > 0.0:
        score = min(1.0, reported_on_time / ended * trust / p.reputation_trust_reference)
        reputation += p.reputation_step * (score - reputation)
    return min(1.0, reputation + p.reception_fame * visits)
