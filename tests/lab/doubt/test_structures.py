"""Other readings of a city: each singly, with its policies, and what they do to an answer."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sim.lab.doubt.prior import draw, prior
from sim.lab.doubt.structures import Answer, alternatives, answer, changed
from sim.scenario.load import load_scenario
from sim.scenario.parameters import SWITCHES


def test_t_citys_readings_differ_singly() -> None:
    base = load_scenario("t-city")
    found = {one.name: one for one in alternatives(base)}
    assert list(found) == [*SWITCHES, "figures.t-city-2022", "stay_training", "clarity_goodwill_shield"]
    for name in SWITCHES:
        assert found[name].scenario.structure == (name,)
        assert replace(found[name].scenario, structure=()) == base
    assert found["stay_training"].scenario.base_value("stay_training") == 0.0
    assert found["stay_training"].scenario.structure == ()
    assert all(one.title.en and one.title.zh for one in found.values())


def test_the_other_figures_come_with_what_was_fitted_to_them() -> None:
    base, other = load_scenario("t-city", sets=["levers.pay=3000"]), load_scenario("t-city-2022")
    found = {one.name: one.scenario for one in alternatives(base)}["figures.t-city-2022"]
    assert found.figures == other.figures
    assert found.base_value("grid_hazard") == other.base_value("grid_hazard")
    assert found.base_value("pay") == 3000
    back = {one.name: one.scenario for one in alternatives(other)}["figures.t-city"]
    assert back.base_value("grid_hazard") == load_scenario("t-city").base_value("grid_hazard")


def test_what_is_taken_away_is_in_no_doubt() -> None:
    without = {one.name: one.scenario for one in alternatives(load_scenario("t-city"))}["stay_training"]
    drawn = draw(prior(without), 1)
    assert "stay_training" not in drawn.values
    assert without.under(drawn).base_value("stay_training") == 0.0


def test_what_was_set_by_hand_is_not_taken_away() -> None:
    base = load_scenario("t-city", sets=["parameters.stay_training=0.08"])
    assert "stay_training" not in {one.name for one in alternatives(base)}


def test_a_city_without_t_citys_figures_has_no_other_set() -> None:
    names = {one.name for one in alternatives(load_scenario("lakeside"))}
    assert not any(name.startswith("figures.") for name in names)


def test_an_answer_counts_worlds() -> None:
    found = answer({"a": np.array([2.0, 2.0, 1.0, 0.0]), "b": np.array([1.0, 2.0, 2.0, -1.0])}, ("a", "b"))
    assert found.above == {"a": 0.875, "b": 0.75, "a - b": 0.625}
    assert found.first == pytest.approx({"a": 0.625, "b": 0.375})
    assert found.leader == "a"


def test_only_what_was_a_conclusion_is_flipped() -> None:
    base = Answer({"sure": 0.99, "below": 0.1, "open": 0.6}, {})
    assert changed(base, Answer({"sure": 0.4, "below": 0.9, "open": 0.1}, {})) == (("sure", "below"), ())
    assert changed(base, Answer({"sure": 0.7, "below": 0.3, "open": 0.6}, {})) == ((), ("sure", "below"))
    assert changed(base, base) == ((), ())
