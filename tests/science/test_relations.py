"""What a change of the city must and must not change, where no number is known beforehand."""

from __future__ import annotations

import numpy as np
import pytest
from cities import city, group, town

from sim.lab.frames import COLUMNS, values
from sim.lab.simulate import simulate

SEEDS = range(1, 7)
GROUPS = {"all": group(per_1000=1000, needs_per_year=3.0)}
LEVERS = {"information_platform": 1, "cadre_training": 0.5}
VISITS = {"reception_rate": 3.0}


def totals(**towns: dict[str, int]) -> dict[str, np.ndarray]:
    """Sums of every column over stations and months, by seed."""
    scenario = city(
        towns={name: town(**facts) for name, facts in towns.items()}, groups=GROUPS, levers=LEVERS, parameters=VISITS
    )
    runs = np.array([values(simulate(scenario, seed).world.observed.stations).sum(axis=(0, 1)) for seed in SEEDS])
    return dict(zip(COLUMNS, runs.T, strict=True))


Both = tuple[dict[str, np.ndarray], dict[str, np.ndarray]]


@pytest.fixture(scope="module")
def whole_and_halves() -> Both:
    half = {"population": 4000, "posts": 3, "communities": 2}
    return totals(a={"population": 8000, "posts": 6, "communities": 4}), totals(a=half, b=half)


def test_a_town_in_two_halves_has_the_needs_that_it_had(whole_and_halves: Both) -> None:
    """They arise at random, so their number has the spread of counting: 4 standard deviations of the difference."""
    whole, halves = whole_and_halves
    one, two = whole["arisen"].sum(), halves["arisen"].sum()
    assert one > 100_000
    assert abs(one - two) < 4 * np.sqrt(one + two)
    for name in ("residents", "posts", "resident_months", "cost_operating"):  # by person or by post
        assert halves[name] == pytest.approx(whole[name]), name


def test_what_is_by_station_doubles(whole_and_halves: Both) -> None:
    """Visits, the platform and the training of cadres are by station, so these totals move with the number of towns."""
    whole, halves = whole_and_halves
    for name in ("stations", "cost_platform", "cost_cadres"):
        assert halves[name] == pytest.approx(2 * whole[name]), name
    one, two = whole["visits"].sum(), halves["visits"].sum()
    assert abs(two - 2 * one) < 4 * np.sqrt(two + 4 * one) < one
