"""The shipped scenarios load, say what they are, and are what the paper and the model's description name."""

from __future__ import annotations

import json
import random

import numpy as np
import pytest
import yaml

from sim.scenario.load import load_policy, load_scenario, shipped, shipped_policies, validate_file
from sim.scenario.parameters import LEVERS, PARAMETERS
from sim.scenario.schema import Scenario

CITIES = [name for name in shipped() if not name.startswith("policies/")]

SUB_PROPOSALS = {
    "equal-contract", "ceding-space", "supervision", "cadre-training", "classified-training", "exam-bonus",
    "third-party-pay", "full-insurance", "promotion-ladder", "payment-on-time", "other-funders", "standards",
    "own-resources", "alliances", "sharing-platform",
}  # fmt: skip
MAIN = {"boundary-clarity", "incentives", "linkage", "all-three", "five-society-linkage"}
OTHERS = {"hire-two"}
"""Not the paper's."""
MODELS = {"guangzhou", "shuangbai", "hejihua", "administration-led", "mixed"}


def test_what_is_shipped() -> None:
    assert set(shipped_policies()) == SUB_PROPOSALS | MAIN | OTHERS
    assert {name.split("/")[1] for name in shipped() if name.startswith("models/")} == MODELS
    assert {"t-city", "t-city-2022", "lakeside", "template"} <= set(shipped())


@pytest.mark.parametrize("name", list(shipped()))
def test_each_is_valid_and_says_who_proposes_it(name: str) -> None:
    assert "valid" in validate_file(name)
    loaded = load_policy(name) if name.startswith("policies/") else load_scenario(name)
    for text in (loaded.title, loaded.proposer, loaded.source):
        assert text.en.strip()
        assert any("\u4e00" <= letter <= "\u9fff" for letter in text.zh)


@pytest.mark.parametrize("policy", sorted(SUB_PROPOSALS | MAIN | OTHERS))
@pytest.mark.parametrize("city", ["t-city", "lakeside"])
def test_every_policy_fits_every_city_and_moves_something(city: str, policy: str) -> None:
    base = load_scenario(city)
    under = load_scenario(city, policies=[policy])
    before = slice(0, base.policy_month)
    assert np.array_equal(base.lever_table()[before], under.lever_table()[before])
    moved = not np.array_equal(base.lever_table(), under.lever_table())
    assert moved or not np.array_equal(base.parameter_table(), under.parameter_table())


def test_t_city_is_the_papers() -> None:
    city = load_scenario("t-city")
    assert len(city.towns) == 9
    assert sum(town.population for town in city.towns) == 523_871
    assert [town.posts for town in city.towns] == [6, 5, 4, 4, 4, 4, 3, 3, 3]
    assert sum(len(town.communities) for town in city.towns) == 150
    assert len(city.groups) == 16
    assert city.n_months == 82
    assert city.policy_month == 46
    table = city.lever_table()
    assert all((table[name] == one.default).all() for name, one in LEVERS.items())


def test_all_three_is_the_three_together() -> None:
    together = load_scenario("t-city", policies=["all-three"]).lever_table()
    one_by_one = load_scenario("t-city", policies=["boundary-clarity", "incentives", "linkage"]).lever_table()
    assert np.array_equal(together, one_by_one)


def test_the_name_of_a_policy_stands_for_t_city_under_it() -> None:
    assert load_scenario("incentives").hash == load_scenario("t-city", policies=["incentives"]).hash


@pytest.mark.parametrize("name", CITIES)
def test_resolved_in_full_and_back(name: str) -> None:
    city = load_scenario(name, policies=["all-three"])
    mapping = json.loads(json.dumps(city.to_mapping()))
    assert set(mapping["parameters"]) == set(PARAMETERS)
    assert set(mapping["levers"]) == set(LEVERS)
    back = Scenario.from_mapping(mapping)
    assert back == city
    assert back.hash == city.hash
    assert back.to_mapping() == city.to_mapping()
    assert np.array_equal(back.lever_table(), city.lever_table())


def test_the_hash(tmp_path, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    text = shipped()["t-city"].read_text(encoding="utf-8")
    data = yaml.safe_load(
        text.replace("2021-03-01", '"2021-03-01"')
        .replace("2025-01-01", '"2025-01-01"')
        .replace("2027-12-31", '"2027-12-31"')
    )
    keys = list(data)
    random.Random(1).shuffle(keys)
    (tmp_path / "other.yaml").write_text(
        yaml.safe_dump({k: data[k] for k in keys}, sort_keys=False, allow_unicode=True), encoding="utf-8"
    )
    plain = load_scenario("t-city").hash
    assert load_scenario(str(tmp_path / "other.yaml")).hash == plain, "the order of keys is no difference"
    assert load_scenario("t-city", sets=["title=Another name"]).hash == plain, "a title is no difference"
    assert load_scenario("t-city", sets=["levers.pay=2500"]).hash == plain, "a default said aloud is no difference"
    assert load_scenario("t-city", sets=["levers.pay=2501"]).hash != plain
    assert load_scenario("t-city", sets=["parameters.task_hours=4.5"]).hash != plain
    from dataclasses import replace

    from sim.scenario import schema

    monkeypatch.setitem(schema.PARAMETERS, "task_hours", replace(PARAMETERS["task_hours"], default=4.5))
    assert load_scenario("t-city").hash != plain, "a changed default is a difference"


def test_levers_over_time() -> None:
    sets = [
        "levers.pay={value: 3700, from: 2021-06, ramp_months: 4, stations: [town_2]}",
        "levers.benefits=[{value: 0.6}, {value: 1, after_months: 2}]",
    ]
    table = load_scenario("t-city", sets=sets).lever_table()
    assert table["pay"][:8, 1].tolist() == [2500, 2500, 2500, 2800, 3100, 3400, 3700, 3700]
    assert (table["pay"][:, 0] == 2500).all()
    assert (table["benefits"][:48] == 0.6).all()
    assert (table["benefits"][48:] == 1).all()
