"""Ranks of simulation-based calibration: right toys pass, and planted faults are seen."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from scipy import stats

sys.path.insert(0, str(Path(__file__).parents[2] / "verification"))

import ranks

N_DRAWS = 99


def normal(chance: np.random.Generator, *, spread: float = 1.0, shift: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    """A standard normal truth seen with an error of 1: the posterior is normal around half of what was seen, SD the root of a half."""
    truth = chance.standard_normal(2)
    seen = truth + chance.standard_normal(2)
    return truth, seen / 2 + shift + spread * np.sqrt(0.5) * chance.standard_normal((N_DRAWS, 2))


def solved(chance: np.random.Generator, *, has_jacobian: bool) -> tuple[np.ndarray, np.ndarray]:
    """A uniform truth x in 0-2 seen as its cube with error: targets are drawn around what was seen, solved for x, and resampled by the
    Jacobian 3 x ** 2, with which the law of targets becomes one of x."""
    truth = chance.uniform(0.5, 2.0, 1)
    seen = truth**3 + chance.standard_normal(1)
    target = seen + chance.standard_normal(4000)
    x = np.cbrt(target)
    weight = ((x > 0.5) & (x < 2.0)) / (3 * x**2 if has_jacobian else 1.0)
    return truth, chance.choice(x, (N_DRAWS, 1), p=weight / weight.sum())


def test_right_toys_pass() -> None:
    assert ranks.are_even(*ranks.ranks_of(normal, 400, 1)).all()


def test_a_posterior_that_is_too_narrow_or_off_is_seen() -> None:
    for fault in ({"spread": 0.6}, {"spread": 1.6}, {"shift": 0.3}):
        found = ranks.ranks_of(lambda chance, fault=fault: normal(chance, **fault), 400, 1)
        assert not ranks.are_even(*found).any(), fault


def test_a_law_of_targets_needs_its_jacobian() -> None:
    """A target drawn evenly is no x drawn evenly: the weight divides by the slope, and left out on a curve it is seen."""
    proper, wrong = (
        ranks.ranks_of(lambda chance, has=has: solved(chance, has_jacobian=has), 400, 2) for has in (True, False)
    )
    assert ranks.are_even(*proper).all()
    assert not ranks.are_even(*wrong).any()


def test_false_alarms_are_as_rare_as_said() -> None:
    chance = np.random.default_rng(3)
    alarms = sum(not ranks.are_even(chance.integers(0, N_DRAWS + 1, (200, 5)), N_DRAWS).all() for _ in range(400))
    assert alarms <= stats.binom.ppf(0.9999, 400, ranks.FALSE_ALARM)


def test_ties_are_drawn_by_lot() -> None:
    chance = np.random.default_rng(4)
    found = np.array([ranks.rank_of(np.zeros(1), np.zeros((9, 1)), chance) for _ in range(2000)])
    assert (found.min(), found.max()) == (0, 9)
    assert ranks.are_even(found, 9).all()


def test_a_rate_passes_unless_it_is_clearly_below() -> None:
    least = ranks.least_passing(400, 0.95)
    assert stats.binom.cdf(least - 1, 400, 0.95) < 0.01 <= stats.binom.cdf(least, 400, 0.95)
