"""Simulation-based calibration (Talts et al. 2018): where truths rank among draws of their posteriors, and whether these ranks are even.

A truth is drawn from the prior, data from the model under it, and draws from the posterior given these data: were all right, the rank of the truth
among them is uniform. The tests here have a false alarm of one in a hundred over all the ranks that are looked at together, so that right
code passes.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy import stats

FALSE_ALARM = 0.01
Toy = Callable[[np.random.Generator], tuple[np.ndarray, np.ndarray]]
"""One repetition: a truth (quantities,) and draws of its posterior (draws, quantities)."""


def rank_of(truth: np.ndarray, draws: np.ndarray, chance: np.random.Generator) -> np.ndarray:
    """How many of the draws (draws, quantities) lie below the truth (quantities,), ties by lot: 0 to draws, (quantities,)."""
    below = (draws < truth).sum(axis=0)
    ties = (draws == truth).sum(axis=0)
    found: np.ndarray = below + chance.integers(0, ties + 1)
    return found


def ranks_of(toy: Toy, n_truths: int, seed: int) -> tuple[np.ndarray, int]:
    """Ranks (truths, quantities) of a toy's repetitions, and the highest that there can be."""
    chance = np.random.default_rng(seed)
    found, n_draws = [], 0
    for _ in range(n_truths):
        truth, draws = toy(chance)
        n_draws = len(draws)
        found.append(rank_of(truth, draws, chance))
    return np.array(found), n_draws


def p_of_uniform(ranks: np.ndarray, most: int, n_bins: int = 10) -> np.ndarray:
    """Chance that even ranks look as uneven, by quantity, (quantities,): the smaller of chi-square over bins, which sees a hump or a bowl, and
    Kolmogorov-Smirnov, which sees a shift, times two for looking twice; at most 1. ranks: (truths, quantities)."""
    edges = np.linspace(0, most + 1, n_bins + 1).round()
    expected = np.diff(edges) / (most + 1) * len(ranks)
    within = np.random.default_rng(0)
    found = []
    for column in ranks.T:
        counts = np.histogram(column, edges)[0]
        # A rank is a whole number: spread evenly over its step, even ranks are uniform to the letter.
        spread = (column + within.random(len(column))) / (most + 1)
        shift = stats.kstest(spread, "uniform").pvalue
        found.append(min(1.0, 2.0 * min(stats.chisquare(counts, expected).pvalue, shift)))
    return np.array(found)


def are_even(ranks: np.ndarray, most: int) -> np.ndarray:
    """Whether the ranks of each quantity may be even, (quantities,): false alarms of one in a hundred over all of them (Bonferroni)."""
    found: np.ndarray = p_of_uniform(ranks, most) >= FALSE_ALARM / ranks.shape[1]
    return found


def least_passing(n: int, rate: float) -> int:
    """The fewest hits of n that are not significantly below a rate, one-sided at one in a hundred: right code passes with at least 99 of 100."""
    return int(stats.binom.ppf(FALSE_ALARM, n, rate))
