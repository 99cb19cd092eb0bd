"""A sample of the campaigns over worlds: their machinery and what is known in closed form, not their verdicts."""

from __future__ import annotations

import math
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "verification"))

import registered
import what_moves

from sim.lab.doubt.worlds import TWINS, GivenWorlds, PriorWorlds
from sim.scenario.drawn import DrawnValues
from sim.scenario.load import load_scenario

FIRST = (1, 2)


def test_every_registered_check_is_run_and_told() -> None:
    known = registered.registered()
    assert [one for ids in registered.RUNS for one in ids] == list(known)
    stored = pd.read_csv(registered.RESULTS / "registered.csv")
    assert list(stored.columns) == list(registered.COLUMNS)
    assert stored["id"].tolist() == list(known)
    for row in stored.itertuples():
        check = known[row.id]
        assert row.worlds == check.n_worlds
        assert row.met == (check.passes_from <= row.estimate <= check.passes_to)
        assert row.low <= row.estimate <= row.high


def test_a_verdict_goes_by_the_median() -> None:
    check = registered.registered()["V4"]
    assert check.result(np.array([0.1, 0.61, 2.0]), "prior")["met"]
    assert not check.result(np.array([0.61, 0.95, 2.0]), "prior")["met"]


def test_the_regression_finds_what_was_put_in() -> None:
    chance = np.random.default_rng(1)
    pay, autonomy = np.exp(8 + 0.3 * chance.standard_normal(400)), chance.random(400)
    z = np.column_stack([(x - x.mean()) / x.std() for x in (np.log(pay), autonomy)])
    stay = 0.4 + 0.1 * z[:, 0] + 0.2 * z[:, 1] - 0.03 * z.prod(axis=1)
    found = registered.regression(np.column_stack([pay, autonomy, stay]))
    assert found[:3] == pytest.approx([0.1, 0.2, -0.03])


def test_odds_of_leaving_are_those_of_a_constant_intention() -> None:
    city = load_scenario("t-city")
    yearly = city.parameter_table()[0, 0]
    chance = float(yearly.quit_floor + yearly.quit_span * 0.6)
    remaining = (1.0 - chance) ** 1.5
    assert registered.leaving_odds(city, np.full(18, 0.4)) == pytest.approx((1.0 - remaining) / remaining)


def test_checks_run_in_any_worlds_and_the_known_stay() -> None:
    def given(**beside: float) -> GivenWorlds:
        return GivenWorlds(
            "constructed", "0" * 16, {k: DrawnValues(k, {"task_hours": 4.0 + k, **beside}) for k in FIRST}
        )

    city = load_scenario("t-city")
    found = registered.odds_ratios(city, given(), FIRST)
    without = registered.odds_ratios(city, given(stay_training=0.0), FIRST)
    assert (found < without).all()


def test_what_moves_a_difference_is_told_from_dummies() -> None:
    chance = np.random.default_rng(2)
    inputs, dummies = chance.standard_normal((400, 3)), chance.standard_normal((400, 20))
    found = what_moves.moved(inputs, 3 * inputs[:, 0] + inputs[:, 1] + chance.standard_normal(400), dummies)
    assert found.shares == pytest.approx([9 / 11, 1 / 11, 0], abs=0.06)
    assert found.shares[1] > found.limit > found.shares[2]
    assert found.r2 == pytest.approx(10 / 11, abs=0.05)
    assert math.isclose(what_moves.standardised(np.ones((4, 1))).sum(), 0.0)


def test_our_pedigree_is_of_what_moves_most() -> None:
    from sim.lab.doubt.pedigree import read_pedigree

    stored = pd.read_csv(what_moves.SHARES)
    assert set(read_pedigree().of) == set(stored["name"].head(what_moves.N_SHOWN))


def test_a_world_is_the_same_whenever_it_is_run_and_its_twin_is_another() -> None:
    worlds = PriorWorlds.of(load_scenario("t-city"))
    assert worlds.draw(TWINS + 1).values == worlds.draw(1).values
    together = what_moves.runs_of(worlds, [1, TWINS + 1])
    assert list(together.columns) == list(pd.read_csv(what_moves.RUNS, nrows=1).columns)
    alone = what_moves.runs_of(worlds, [TWINS + 1])
    pd.testing.assert_frame_equal(together.iloc[1:].reset_index(drop=True), alone)
    assert together["baseline.coverage"].nunique() == 2
