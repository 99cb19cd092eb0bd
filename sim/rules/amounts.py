"""Rules of amounts: what is too small to be an hour or a yuan of anything is nothing.

Sums of floating-point numbers leave remnants such as 2e-16 h, which would count as outreach, or as a debt.
"""

from __future__ import annotations

from sim.compile import rule
from sim.words import LEAST_HOURS, LEAST_YUAN


@rule
def kept_hours(hours: float) -> float:
    """The hours, or 0 where they are fewer than `LEAST_HOURS`. Source: arithmetic."""
    return hours if hours >= LEAST_HOURS else 0.0


@rule
def kept_yuan(yuan: float) -> float:
    """The yuan, or 0 where they are fewer than `LEAST_YUAN`. Source: arithmetic."""
    return yuan if yuan >= LEAST_YUAN else 0.0
