"""How far persons lie apart in their attributes: what an effect on their mean is small or large beside."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from sim.lab.sums.statistics import intervals, ratio

PERSONS = {
    "trust": ("trust_sum", "trust_square_sum", "residents"),
    "burnout": ("burnout_sum", "burnout_square_sum", "filled"),
    "competence": ("competence_sum", "competence_square_sum", "filled"),
}
"""Attributes of persons: the columns that hold their sum, the sum of their squares and the number of persons."""


def persons_apart(last: Mapping[str, np.ndarray]) -> np.ndarray:
    """The standard deviation between persons in each of PERSONS, (..., PERSONS); NaN where there is nobody. last: of the city in the last
    month, by column, (...)."""

    def apart(total: str, squares: str, persons: str) -> np.ndarray:
        mean = ratio(last[total], last[persons])
        return np.sqrt(np.maximum(0.0, ratio(last[squares], last[persons]) - mean**2))

    return np.stack([apart(*columns) for columns in PERSONS.values()], axis=-1)


def persons_mean(last: Mapping[str, np.ndarray]) -> dict[str, float]:
    """The same as a mean over seeds, by outcome. last: (seeds,) by column."""
    return dict(zip(PERSONS, map(float, intervals(persons_apart(last), axis=0)["mean"]), strict=True))
