"""How far persons lie apart, and effects that are small beside it."""

from __future__ import annotations

import math

import numpy as np
import pytest
from cities import city
from made_worlds import drawn_from, nothing_kept, policy

from sim.lab.compare import arms_of
from sim.lab.comparison import Comparison
from sim.lab.frames import COLUMNS
from sim.lab.kept.results import Results
from sim.lab.outcomes import OUTCOMES
from sim.lab.say.verdict import verdict, verdict_of_worlds
from sim.lab.sums.persons import PERSONS, persons_apart, persons_mean
from sim.lab.sums.statistics import Estimate


def last_month(*persons: float) -> dict[str, np.ndarray]:
    """Of a city in which every attribute is shared out like this."""
    own = np.array(persons)
    made = {}
    for total, squares, n in PERSONS.values():
        made |= {total: own.sum(), squares: (own**2).sum(), n: float(len(own))}
    return {name: np.array([value]) for name, value in made.items()}


def test_the_spread_is_the_standard_deviation_between_persons() -> None:
    own = [0.1, 0.4, 0.4, 0.7]
    assert persons_apart(last_month(*own))[0] == pytest.approx([np.std(own)] * 3)
    assert persons_apart(last_month(0.3, 0.3, 0.3))[0] == pytest.approx([0.0] * 3, abs=1e-7)
    assert np.isnan(persons_apart(last_month())).all(), "nobody is there"
    assert persons_mean(last_month(*own)) == pytest.approx(dict.fromkeys(PERSONS, float(np.std(own))))


@pytest.mark.parametrize(("change", "said"), [(-0.019, "slight"), (-0.021, "worse"), (0.021, "better")])
def test_an_effect_is_slight_beside_how_far_persons_lie_apart(change: float, said: str) -> None:
    """Of trust, 0.4 on average and 0.2 apart: a hundredth of the level would be 0.004."""
    assert verdict("trust", Estimate(change, change - 0.001, change + 0.001, 0.0, 9), 0.4, 0.2) == said
    ways = (1.0, 0.0) if change > 0 else (0.0, 1.0)
    assert verdict_of_worlds("trust", *ways, 100, change, 0.4, 0.2) == said
    assert verdict("trust", Estimate(change, change - 0.001, change + 0.001, 0.0, 9), 0.4) != "slight"


@pytest.mark.parametrize("of_worlds", [False, True])
def test_every_face_holds_an_effect_against_the_persons_of_the_baseline(of_worlds: bool) -> None:
    n = 100
    arms = arms_of(city(), [policy("a")])
    outcomes = np.full((2, n, len(OUTCOMES)), 0.4)
    outcomes[1, :, list(OUTCOMES).index("trust")] -= np.linspace(0.018, 0.0185, n)
    outcomes[1, :, list(OUTCOMES).index("turnover")] += np.linspace(0.018, 0.0185, n)
    months, *others = nothing_kept(2, n)
    for name, (value,) in last_month(0.2, 0.6).items():
        months[0, :, -1, COLUMNS.index(name)] = value
    made = Comparison(
        arms, tuple(range(1, n + 1)), outcomes, months, *others, worlds=drawn_from("prior") if of_worlds else None
    )
    facts = {"kind": "compare", "arms": {name: arm.to_mapping() for name, arm in arms.items()}, "n_seeds": n}
    results = Results(made.tables(), facts)
    assert results.persons("trust") == pytest.approx(0.2)
    assert math.isnan(results.persons("turnover"))
    assert results.verdict("a", "trust") == "slight"
    assert results.verdict("a", "turnover") == "worse"
    without = {name: table for name, table in results.tables.items() if name != "persons"}
    if not of_worlds:  # then the table of doubt holds what was told
        assert Results(without, facts).verdict("a", "trust") == "worse"
