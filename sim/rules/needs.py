"""Rules of needs: how a hidden need is detected, expires, or gives up waiting.

Each need holds one exponential threshold per process, drawn before the process begins; it acts when the accumulated hazard
passes the threshold. That is the law of daily draws, and monotone in the hazard.
"""

from __future__ import annotations

from sim.compile import rule
from sim.scenario.parameters import Parameters as P


@rule
def detection_hazard(
    p: P,
    grid_strength: float,
    platform: float,
    aware: float,
    trust: float,
    outreach: float,
    volunteers: float,
    detectability: float,
) -> float:
    """Hazard per day that a hidden need is detected.

    grid_strength: mean 1; platform 0-1; aware 0 or 1; trust 0-1; outreach: h per 1,000 residents and month;
    volunteers per 1,000 residents; detectability of the group. Source: paper 二(二), grid and platform; sizes calibrated.
    """
    grid = p.grid_hazard * grid_strength * (1.0 + p.platform_grid_gain * platform)
    asks = p.self_hazard * aware * trust
    return (grid + asks + p.outreach_hazard * outreach + p.volunteer_hazard * volunteers) * detectability


@rule
def expiry_hazard(p: P) -> float:
    """Hazard per day that a need nobody detects goes away. Source: assumption."""
    return 1.0 / p.expiry_days


@rule
def gathered_giving_up_hazard(p: P, days_waiting: float) -> float:
    """Hazard of giving up that has gathered in so many days of waiting for a worker. Source: assumption."""
    return p.give_up_hazard * max(0.0, days_waiting - p.wait_patience_days)
