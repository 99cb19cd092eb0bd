"""A scenario written as one city file gives the same results as the city and the policies that it was made of."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from cities import city, town

from sim.lab.simulate import simulate
from sim.language import Text
from sim.mistakes import Mistake
from sim.scenario.changes import Change
from sim.scenario.load import load_policy, load_scenario, shipped, shipped_policies
from sim.scenario.schema import Policy, Scenario, read_policy
from sim.scenario.write import city_file
from sim.scenario.yaml_reader import from_plain
from sim.world.tables import state_bytes

CITIES = [name for name in shipped() if not name.startswith("policies/")]
TEXT = Text("t", "文")


def again(scenario: Scenario, folder: Path) -> Scenario:
    file = folder / "written.yaml"
    file.write_text(city_file(scenario), encoding="utf-8")
    return load_scenario(str(file))


BOTH = ("boundary-clarity", "linkage")
PAIRS = [("t-city", (one,)) for one in shipped_policies()] + [(name, some) for name in CITIES for some in ((), BOTH)]


@pytest.mark.parametrize(("name", "policies"), PAIRS)
def test_every_shipped_city_and_every_policy(name: str, policies: tuple[str, ...], tmp_path: Path) -> None:
    scenario = load_scenario(name, policies=policies)
    written = again(scenario, tmp_path)
    assert not written.policies
    assert (written.lever_table() == scenario.lever_table()).all()
    assert (written.parameter_table() == scenario.parameter_table()).all()
    towns, of_city = ([replace(town, post_changes=()) for town in one.towns] for one in (written, scenario))
    assert towns == of_city
    assert written.groups == scenario.groups
    assert (written.start, written.policy_start, written.end) == (scenario.start, scenario.policy_start, scenario.end)
    for other in ("en", "zh"):
        assert all(getattr(one.title, other) in getattr(written.title, other) for one in (scenario, *scenario.policies))


@pytest.mark.parametrize("policies", [(), ("boundary-clarity",), ("linkage", "boundary-clarity"), ("incentives",)])
def test_the_same_world_to_the_last_bit(policies: tuple[str, ...], tmp_path: Path) -> None:
    scenario = city().with_policies([load_policy(one) for one in policies])
    written = again(scenario, tmp_path)
    for seed in (1, 2):
        assert state_bytes(simulate(written, seed).world) == state_bytes(simulate(scenario, seed).world)
    if policies:
        assert state_bytes(simulate(written, 1).world) != state_bytes(simulate(city(), 1).world)


@pytest.mark.parametrize("schema", ["2", "0", "new", "[1]"])
def test_a_file_of_another_schema_is_one_sentence(schema: str, tmp_path: Path) -> None:
    text = city_file(city())
    assert text.startswith("schema: 1\n")
    file = tmp_path / "newer.yaml"
    # What a later version adds is told of after its schema.
    file.write_text(text.replace("schema: 1", f"schema: {schema}\nregions: {{}}", 1), encoding="utf-8")
    with pytest.raises(
        Mistake, match=r"newer.yaml:1: schema: this program reads city files of schema 1, not .*; use the"
    ):
        load_scenario(str(file))


def test_ramps_delays_stations_and_dates(tmp_path: Path) -> None:
    changes = (
        Change("pay", 5000, after_months=2, ramp_months=3, stations=("b",)),
        Change("pay", 4000, stations=("a",)),
        Change("administrative_burden", 0.5, start="2023-09"),
    )
    policy = Policy("mine", TEXT, TEXT, TEXT, changes, (Change("supervision_hours", 3.0, after_months=1),))
    scenario = city(levers={"pay": [3000, {"value": 3300, "from": "2023-03"}]}).with_policies([policy])
    written = again(scenario, tmp_path)
    assert state_bytes(simulate(written, 3).world) == state_bytes(simulate(scenario, 3).world)


def test_what_names_python_is_refused(tmp_path: Path) -> None:
    from sim.scenario.code import Code

    policy = Policy("mine", TEXT, TEXT, TEXT, (), (), (Code("react.py", "act", "def act(now): ..."),))
    with pytest.raises(Mistake, match="names Python code, so it cannot be written as one file"):
        city_file(city().with_policies([policy]))


HIRING = {"add": 2, "until": "2023-10"}


@pytest.mark.parametrize(
    "posts",
    [
        3,
        [3, {"value": 5, "from": "2023-09"}],
        [3, {"add": 1, "from": "2023-03", "ramp_months": 2}, {"at_most": 3, "from": "2023-11"}],
    ],
)
@pytest.mark.parametrize(
    "said", [None, HIRING, {**HIRING, "stations": ["b"]}, [{"value": 4}, {"factor": 0.5, "after_months": 3}]]
)
def test_posts_over_time(posts: object, said: object, tmp_path: Path) -> None:
    scenario = city(towns={"a": town(posts=posts), "b": town(posts=2, population=1200)})
    if said is not None:
        plain = {"kind": "policy", "title": "t", "proposer": "t", "source": "t", "posts": said}
        scenario = scenario.with_policies([read_policy(from_plain(plain, "p"), "p")])
    written = again(scenario, tmp_path)
    assert (written.lever_table() == scenario.lever_table()).all()
    assert Scenario.from_mapping(scenario.to_mapping()) == scenario
    assert Scenario.from_mapping(scenario.to_mapping()).hash == scenario.hash


def test_a_city_over_time(tmp_path: Path) -> None:
    towns = {
        "a": town(opens="2023-03", posts=[2, {"add": 1, "from": "2023-05"}], growth_per_year=0.02),
        "b": town(closes="2023-10", heir="a"),
    }
    scenario = city(towns=towns).with_policies([load_policy("hire-two")])
    assert scenario.lever_table()["posts"].T.tolist() == [[0, 0, 2, 2] + [3] * 2 + [5] * 6, [3] * 6 + [5] * 4 + [0, 0]]
    written = again(scenario, tmp_path)
    assert (written.lever_table() == scenario.lever_table()).all()
    assert Scenario.from_mapping(scenario.to_mapping()) == scenario
    for seed in (1, 2):
        assert state_bytes(simulate(written, seed).world) == state_bytes(simulate(scenario, seed).world)
    hashes = {
        city(towns=towns | {"b": town(**said)}).hash for said in ({}, {"opens": "2023-02"}, {"growth_per_year": 0.1})
    }
    assert len(hashes) == 3
