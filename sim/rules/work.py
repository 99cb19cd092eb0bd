"""Rules of a worker's day: hours, sessions, ledgers, overtime, strain."""

from __future__ import annotations

from sim.compile import rule
from sim.scenario.parameters import Parameters as P
from sim.words import Kind


@rule
def productivity(p: P, competence: float, burnout: float, volunteers: float) -> float:
    """Hours of progress per hour of service. Competence and burnout 0-1; volunteers per 1,000 residents.

    Source: form an assumption; burnout lowers performance (Swider & Zimmerman 2010).
    """
    helped = 1.0 + p.productivity_volunteers * min(volunteers, p.volunteers_cap)
    return (p.productivity_base + competence) * (1.0 - p.productivity_burnout * burnout) * helped


@rule
def capacity_hours(p: P, conflict: float) -> float:
    """Service hours that a worker can give in the days a case may take, given role conflict (0-1). Source: assumption."""
    return p.room_workdays * p.room_hours_per_day * (1.0 - conflict) / p.room_overhead


@rule
def admin_guarantee(p: P, power: float) -> float:
    """Share of the available day that administration may claim first (0-1). Source: paper 三(一); floor assumed."""
    return max(p.admin_floor, power)


@rule
def admin_today(owed: float, available: float, service_wants: float, guarantee: float) -> float:
    """Hours of administration today: what is owed, as far as the guarantee or the time that services leave.

    Source: paper 三(一), tasks crowd out service; form an assumption.
    """
    return max(0.0, min(owed, max(guarantee * available, available - service_wants)))


@rule
def session_hours(p: P, kind: int, hours_left: float, productivity: float) -> float:
    """Hours that the next session of a service asks for. Source: assumption."""
    longest = p.session_hours_group if kind == Kind.GROUP.value else p.session_hours_case
    return min(longest, hours_left / productivity) if productivity > 0.0 else longest


@rule
def ledger_hours(p: P, hours: float, platform: float) -> float:
    """Ledger hours that service hours add. Source: literature, a third of a case is recording."""
    return hours * p.ledger_per_service_hour * (1.0 - p.platform_ledger_gain * platform)


@rule
def fudged_hours(p: P, ledger_backlog: float) -> float:
    """Ledger hours written off on paper at the end of a day. Source: paper 三(一), ledgers fudged (捣糨糊)."""
    return p.ledger_fudged_share * ledger_backlog if ledger_backlog > p.ledger_limit_hours else 0.0


@rule
def is_worth_overtime(p: P, is_answered: bool, days_to_deadline: float) -> bool:
    """Whether a service that is due and was not reached is worth overtime: unanswered, or close to its deadline.

    Source: paper 三(一), work in spare time; form an assumption.
    """
    return (not is_answered) or (0.0 <= days_to_deadline <= p.overtime_window_days)


@rule
def admin_fraction(admin: float, ledger: float, reception: float, worked: float) -> float:
    """Share of the hours worked (overtime included) that went to administration, ledgers and receptions. Source: definition."""
    return (admin + ledger + reception) / worked if worked > 0.0 else 0.0


@rule
def conflict_next(p: P, conflict: float, admin_fraction: float) -> float:
    """Role conflict (0-1) after a workday: a moving mean of the admin fraction. Source: assumption."""
    return conflict + (admin_fraction - conflict) / p.conflict_memory_days


@rule
def strain(p: P, admin_fraction: float, overtime: float, has_links: bool, standards: float) -> float:
    """Strain of a workday (0-1). Source: job demands-resources (Demerouti et al. 2001); sizes are assumptions."""
    raw = p.strain_base + p.strain_admin * admin_fraction + p.strain_overtime * overtime
    raw -= p.strain_standards * standards
    if has_links:
        raw -= p.strain_links
    return min(1.0, max(0.0, raw))


@rule
def burnout_next(p: P, burnout: float, strain: float) -> float:
    """Burnout (0-1) after a workday. Source: recovery takes months (Shoman et al. 2022; Almén 2021); size assumed."""
    return burnout + (strain - burnout) / p.burnout_memory_days
