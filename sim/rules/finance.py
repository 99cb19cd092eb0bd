"""Rules of money: wages, what government owes and pays, own revenue, arrears, dependence."""

from __future__ import annotations

from sim.compile import rule
from sim.scenario.parameters import Parameters as P


@rule
def pay_received(p: P, base_pay: float, certificate: int, promotion: float) -> float:
    """Pay of a worker, yuan per month: base pay, with a step for each certificate level on an open ladder.

    Source: paper 四(二), pay by title; size assumed.
    """
    return base_pay * (1.0 + p.certificate_step * certificate * promotion)


@rule
def wage(p: P, pay: float, benefits: float) -> float:
    """The employer's cost of a worker, yuan per month: pay with insurance and housing fund. Source: paper 四(二)."""
    return pay * (1.0 + p.insurance_rate * benefits)


@rule
def payment_chance(p: P, goodwill: float, payment_delay: float) -> float:
    """Chance that government pays all that is due this month.

    At reference goodwill money waits `payment_delay` months on average, the month in which it fell due counted; at a
    delay of 1 goodwill above the reference earns nothing. Source: literature, late payment; form assumed.
    """
    pace = (p.payment_goodwill_floor + goodwill) / (p.payment_goodwill_floor + p.payment_goodwill_reference)
    return min(1.0, pace / payment_delay)


@rule
def paid_share(p: P, u: float, chance: float) -> float:
    """Share (0-1) of what it owes that government pays this month, from a uniform number: all with the chance, else nothing.

    With `payment_in_part` the chance is itself the share, every month. Source: assumption, either way.
    """
    if p.payment_in_part:
        return chance
    return 1.0 if u < chance else 0.0


@rule
def pool_share(p: P, fundraising_support: float) -> float:
    """How much of the planned own revenue funders give. Source: assumption."""
    return p.pool_base + p.pool_support * fundraising_support


@rule
def fundraising_effort(worked: float, asked: float) -> float:
    """Share (0-1) of the month's fundraising hours that were worked; 1 where none were asked. Source: assumption."""
    return min(1.0, worked / asked) if asked > 0.0 else 1.0


@rule
def fundraising_weight(p: P, planned: float, effort: float, reputation: float, links: float) -> float:
    """Weight of a station in the sharing of the city's pool. Source: paper 四(三), alliances weigh more; size assumed."""
    return planned * effort * reputation * (1.0 + p.alliance_fundraising * links)


@rule
def fundraising_hours(p: P, planned: float) -> float:
    """Fundraising hours per month for a planned own revenue in yuan. Source: assumption."""
    return p.fundraising_hours * planned / 1000.0


@rule
def moving_mean(old: float, new: float, memory: float) -> float:
    """A moving mean with a memory of so many steps. Source: exponential smoothing."""
    return old + (new - old) / memory


@rule
def dependence(government: float, own: float, planned: float) -> float:
    """Government share (0-1) of trailing revenue; the planned share where there was none.

    `government`: what fell due from it, paid or not, so that a payer who withholds does not look less powerful;
    `own`: what others gave. Both yuan per month. Source: Pfeffer & Salancik 1978.
    """
    total = government + own
    return government / total if total > 0.0 else planned
