"""What one unit costs, over seeds: the mean cost by the mean number of units, a ratio of means.

Every other outcome is a number of each run, and its level the mean over runs. A run's own price is no such number: a run
that met few needs would weigh as much as one that met many, and one that met none has no price at all. So an average
price stands beside what an additional need costs (`statistics.price_of_gain`) as a ratio of the same kind.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np

from sim.lab.sums.statistics import ratio_of_means

PRICES = {"cost_per_met_need": ("cost_per_year", "met_per_year")}
"""The outcomes that are prices: of which outcomes each is the ratio."""


def with_parts(outcomes: Iterable[str]) -> list[str]:
    """Outcomes, and those that their values over seeds (`over_seeds`) are made of."""
    return list(dict.fromkeys(part for name in outcomes for part in (name, *PRICES.get(name, ()))))


def over_seeds(outcome: str, values: Callable[[str], np.ndarray]) -> np.ndarray:
    """One outcome by seed (..., seeds), such that its mean over seeds is what is reported.

    values: an outcome of each run, (..., seeds), NaN where there is none. Of a price these are the values of
    `statistics.ratio_of_means`, not the runs' own prices.
    """
    if outcome not in PRICES:
        return values(outcome)
    above, below = PRICES[outcome]
    return ratio_of_means(values(above), values(below))
