"""A rule in place of `staff.quit_chance` that is the original or something else, as a parameter says: one compile for all."""

from __future__ import annotations

import math
from typing import Any

from sim.rules.staff import quit_chance

AS_IT_IS, HALF, ABOVE_ONE, NO_NUMBER, FAILING = 4.0, 4.1, 4.2, 4.3, 4.4
"""What `task_hours` says."""


def half(chance: float) -> float:
    return 0.5 * chance


def picky(p: Any, stay: float) -> float:
    if p.task_hours == HALF:
        return half(quit_chance(p, stay))
    if p.task_hours == ABOVE_ONE:
        return 1.5
    if p.task_hours == NO_NUMBER:
        return math.nan
    if p.task_hours == FAILING:
        raise ValueError("nobody quits here")
    return quit_chance(p, stay)
