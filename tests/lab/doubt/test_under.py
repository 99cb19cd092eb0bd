"""A draw laid over a scenario: as if its file had said these values, under the policies as they stand."""

from __future__ import annotations

import pickle
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from cities import city
from patience import PATIENCE

from sim.lab.design.design import Keep, Window
from sim.lab.doubt.prior import draw, prior
from sim.lab.run.executors import local
from sim.lab.run.work import Chunk, Measuring, do, model_of, run_output
from sim.lab.simulate import simulate
from sim.lab.worlds import check_shared_history
from sim.mistakes import Mistake
from sim.scenario.compose import compose
from sim.scenario.drawn import DrawnValues
from sim.scenario.load import load_policy, load_scenario
from sim.scenario.parameters import LEVERS, PARAMETERS
from sim.scenario.people import GROUP_FACTS
from sim.scenario.schema import Policy, Scenario, read_policy
from sim.scenario.write import city_file
from sim.scenario.yaml_reader import from_plain, read_text

ALL = ("boundary-clarity", "incentives", "linkage", "all-three")
FOUR = ("boundary-clarity", "incentives", "linkage", "five-society-linkage")
LATER: dict[str, Any] = {
    "parameters": {
        "task_hours": [3, {"value": 5, "from": "2023-04", "ramp_months": 3, "stations": ["a"]}],
        "case_hours_mean": {"factor": 1.2, "from": "2023-05", "until": "2023-10"},
        "group_least": [5, {"at_most": 4, "from": "2023-03"}],
        "strain_base": {"value": 0.2, "stations": ["b"]},
        "session_gap_days": {"value": 3, "until": "2023-02"},
        "hire_rate": [{"add": 0.01}, 0.2],
    },
    "levers": {
        "benefits": [{"add": 0.05, "from": "2023-02"}, 0.4],
        "boundary_clarity": {"at_least": 0.1, "from": "2023-06"},
    },
}


def policy(**said: Any) -> Policy:
    text = {"en": "t", "zh": "试"}
    plain = {"kind": "policy", "title": text, "proposer": text, "source": text} | said
    return read_policy(from_plain(plain, "test"), "test")


def same_tables(ours: Scenario, theirs: Scenario) -> bool:
    pairs = [
        (ours.parameter_table(), theirs.parameter_table()),
        (ours.lever_table(), theirs.lever_table()),
        (ours.parameters_by_town(), theirs.parameters_by_town()),
    ]
    are_same = all(one.shape == other.shape and one.tobytes() == other.tobytes() for one, other in pairs)
    return are_same and ours.parameter_rows == theirs.parameter_rows and ours.groups == theirs.groups


def without_reach(drawn: DrawnValues) -> DrawnValues:
    """A draw that leaves policies as far as they say, and hazards as large as each is drawn."""
    kept = {name: value for name, value in drawn.values.items() if not name.startswith("reach.") and name != "hazards"}
    return DrawnValues(drawn.index, kept)


def sets_of(scenario: Scenario, drawn: DrawnValues) -> list[str]:
    """What `--set` would say of it."""
    values = drawn.values
    said = [f"parameters.{name}={value!r}" for name, value in values.items() if name in PARAMETERS]
    said += [f"levers.{name}={value!r}" for name, value in values.items() if name in LEVERS]
    for group in scenario.groups:
        for fact in GROUP_FACTS:
            value = getattr(group, fact) * values.get(f"groups.{fact}", 1.0) * values[f"groups.{group.id}.{fact}"]
            said.append(f"groups.{group.id}.{fact}={value!r}")
    return said


@pytest.mark.parametrize("policies", [(), FOUR], ids=["alone", "four policies"])
@pytest.mark.parametrize("name", ["t-city", "lakeside-grows", "t-city-2022"])
def test_as_if_the_file_had_said_these_values(name: str, policies: tuple[str, ...]) -> None:
    scenario = load_scenario(name, policies)
    found = prior(scenario)
    for index in range(2):
        drawn = without_reach(draw(found, index))
        under = scenario.under(drawn)
        said = load_scenario(name, policies, sets_of(scenario, drawn))
        assert same_tables(under, said)
        assert not same_tables(under, scenario)
        if not policies:
            assert under.hash == said.hash
            assert under == replace(said, known=())


def test_later_changes_and_those_of_towns_stand() -> None:
    scenario = city(**LATER)
    for index in range(5):
        drawn = without_reach(draw(prior(scenario), index))
        value = drawn.values
        said = dict(LATER["parameters"]) | {name: value[name] for name in value if name in PARAMETERS}
        for name, later in LATER["parameters"].items():
            changes = later if isinstance(later, list) else [later]
            later = [one for one in changes if isinstance(one, dict)]
            at = 1 if name == "hire_rate" else 0  # where the base value stands
            said[name] = [*later[:at], value[name], *later[at:]]
        levers = {name: value[name] for name in value if name in LEVERS}
        levers["benefits"] = [LATER["levers"]["benefits"][0], value["benefits"]]
        levers["boundary_clarity"] = [value["boundary_clarity"], LATER["levers"]["boundary_clarity"]]
        theirs = city(parameters=said, levers=levers)
        under = scenario.under(drawn)
        assert same_tables(under, replace(theirs, groups=under.groups))
        by_town = under.parameters_by_town()
        assert by_town["task_hours"][[0, 11]].tolist() == [[value["task_hours"]] * 2, [5, value["task_hours"]]]
        assert (by_town["hire_rate"] == value["hire_rate"] + 0.01).all(), (
            "added to the base value, wherever that is said"
        )
        assert by_town["strain_base"][0].tolist() == [value["strain_base"], 0.2]
        assert by_town["session_gap_days"][[0, 5], 0].tolist() == [3, value["session_gap_days"]]
        assert (by_town["group_least"][5] == min(value["group_least"], 4)).all()


def test_hazards_have_a_factor_that_they_share() -> None:
    base = city(parameters={"outreach_hazard": [0.0001, {"factor": 1.5, "from": "2023-05"}]}, known=["self_hazard"])
    table = base.under(DrawnValues(1, {"hazards": 0.5, "grid_hazard": 0.001})).parameters_by_town()
    plain = base.parameters_by_town()
    assert table["grid_hazard"][0].tolist() == [0.0005] * 2, "of what is drawn"
    assert table["volunteer_hazard"][0, 0] == 0.5 * plain["volunteer_hazard"][0, 0], "of what the city says"
    assert table["outreach_hazard"][[0, 8], 0].tolist() == pytest.approx([0.00005, 0.000075])
    assert (table["self_hazard"] == plain["self_hazard"]).all(), "what is known stays"
    known = city(known=["hazards"])
    assert same_tables(known.under(DrawnValues(1, {"hazards": 0.5})), known)
    with pytest.raises(Mistake, match=r"grid_hazard must be 0 to 0\.006"):
        city().under(DrawnValues(1, {"hazards": 3.0, "grid_hazard": 0.0021}))


def test_a_policy_moves_a_lever_as_far_as_is_drawn() -> None:
    base = city(levers={"supervision": 0.2})
    moved = base.with_policies([policy(levers={
        "boundary_clarity": {"at_least": 0.8, "ramp_months": 3},
        "benefits": {"add": 0.3},
        "pay": {"factor": 1.4},
        "supervision": 0.1,
        "cadre_training": 0.9,
    }, posts={"add": 1})])  # fmt: skip
    assert (
        moved.under(DrawnValues(0, {f"reach.{name}": 1.0 for name in LEVERS})).lever_table().tobytes()
        == moved.lever_table().tobytes()
    )
    values = {"boundary_clarity": 0.4, "benefits": 0.9, "reach.boundary_clarity": 0.5, "reach.benefits": 1.2}
    values |= {"reach.pay": 1.5, "reach.supervision": 0.5, "reach.cadre_training": 1.4}
    table = moved.under(DrawnValues(0, values)).lever_table()
    after = {name: table[name][-1, 0] for name in (*LEVERS, "posts")}
    assert after["boundary_clarity"] == pytest.approx(0.6)
    np.testing.assert_allclose(table["boundary_clarity"][5:9, 0], [0.4, 0.4 + 0.2 / 3, 0.4 + 0.4 / 3, 0.6])
    assert after["benefits"] == 1.0, "a share that stands at .9 ends at 1"
    assert after["pay"] == pytest.approx(2500 * 1.6)
    assert after["supervision"] == pytest.approx(0.15)
    assert after["cadre_training"] == 1.0
    assert after["posts"] == 4
    beyond = base.with_policies([policy(levers={"benefits": {"at_least": 0.5}})])
    assert (
        beyond.under(DrawnValues(0, {"benefits": 0.7, "reach.benefits": 1.5})).lever_table()["benefits"][-1, 0] == 0.7
    )


def test_two_policies_that_do_the_same_do_it_as_far() -> None:
    cities = [load_scenario("t-city", names) for names in (ALL[:3], ALL[3:], ALL)]
    drawn = draw(prior(cities[0]), 7)
    tables = [one.under(drawn).lever_table().tobytes() for one in cities]
    assert tables[0] == tables[1] == tables[2] != cities[0].lever_table().tobytes()


def test_what_is_known_wins_over_a_draw() -> None:
    drawn = draw(prior(load_scenario("t-city")), 2)
    sets = ["parameters.task_hours=5", "groups.lone_elderly.needs_per_year=0.03"]
    mine = load_scenario("t-city", sets=sets)
    under = mine.under(drawn)
    assert under.base_value("task_hours") == 5
    assert under.known == mine.known
    rates = {group.id: group.needs_per_year for group in under.groups}
    assert rates["lone_elderly"] == 0.03
    common, own = (drawn.values[f"groups.{name}needs_per_year"] for name in ("", "left_behind."))
    assert rates["left_behind"] == 0.03 * common * own
    by_section = load_scenario("t-city", sets=["levers={benefits: 0.6, pay: {value: 3000, stations: [town_1]}}"])
    assert by_section.known == ("benefits", "pay")


def test_unknown_names_under_known_are_refused() -> None:
    with pytest.raises(Mistake, match=r"known: 'task_hour' is no lever.*did you mean 'task_hours'"):
        load_scenario("t-city", sets=["known=task_hour"])
    with pytest.raises(Mistake, match=r"groups\.nobody\.detectability"):
        load_scenario("t-city", sets=["known=[groups.nobody.detectability]"])


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"task_hours": 41.0}, r"a draw: task_hours must be 0\.1 to 40 \(h\), not 41"),
        ({"group_least": 4.5}, "a draw: group_least must be a whole number"),
        (
            {"groups.old.hours_scale": 30.0},
            r"a draw: groups\.old\.hours_scale must be 0\.05 to 20 \(multiplier\), not 30",
        ),
        ({"trained_assistant": 0.9}, r"trained_assistant \+ .* must not be more than 1"),
    ],
)
def test_what_may_not_be_is_refused(values: dict[str, float], said: str) -> None:
    with pytest.raises(Mistake, match=said):
        city().under(DrawnValues(0, values))


def test_said_written_and_read_again() -> None:
    scenario = load_scenario("lakeside-grows", FOUR, ["parameters.task_hours=5"])
    under = scenario.under(draw(prior(scenario), 1))
    again = Scenario.from_mapping(under.to_mapping())
    assert again == under
    assert again.known == ("task_hours",)
    assert again.hash == under.hash != scenario.hash
    assert same_tables(again, under)
    assert same_tables(pickle.loads(pickle.dumps(under)), under)
    written = load_scenario("t-city", FOUR).under(draw(prior(load_scenario("t-city")), 1))
    from sim.scenario.schema import read_city

    read = read_city(read_text(city_file(written), "written", has_lines=False), "written")
    assert read.lever_table().tobytes() == written.lever_table().tobytes()
    assert read.parameters_by_town().tobytes() == written.parameters_by_town().tobytes()


def test_nothing_that_was_worked_out_before_is_kept() -> None:
    scenario = city(**LATER)
    before = (scenario.hash, scenario.lever_steps, scenario.parameter_rows, scenario.layers, scenario.bases)
    drawn = draw(prior(scenario), 4)
    under, fresh = scenario.under(drawn), city(**LATER).under(drawn)
    assert under.hash == fresh.hash != before[0]
    assert same_tables(under, fresh)
    assert under.base_value("task_hours") == drawn.values["task_hours"] != scenario.base_value("task_hours") == 3


def test_arms_under_one_draw_share_their_history() -> None:
    base = load_scenario("t-city")
    arms = {"none": base} | {name: base.with_policies([load_policy(name)]) for name in FOUR}
    found = prior(base)
    for index in range(3):
        drawn = draw(found, index)
        check_shared_history({name: arm.under(drawn) for name, arm in arms.items()})
    with pytest.raises(Mistake, match="do not share their history"):
        check_shared_history({"a": base.under(draw(found, 1)), "b": base.under(draw(found, 2))})


@pytest.fixture(scope="module")
def chunk() -> Chunk:
    base = city()
    arms = {"none": base, "clear": base.with_policies([policy(levers={"boundary_clarity": 0.8})])}
    measuring = Measuring(Window(), Keep(months=("coverage", "trust")))
    model = model_of(base, measuring, allow_code=False)
    return Chunk(3, tuple(arms.values()), tuple(arms), model, measuring, draw=draw(prior(base), 3))


@pytest.mark.parametrize("kind", ["serial", "threads", "processes"])
def test_a_chunk_runs_under_its_draw(chunk: Chunk, kind: str) -> None:
    executor = local(kind, 1)
    try:
        found = executor.submit(chunk).result(PATIENCE)
    finally:
        executor.close()
    assert not found.errors
    assert chunk.draw is not None
    plain = do(replace(chunk, draw=None))
    for name, scenario in zip(chunk.names, chunk.scenarios, strict=True):
        under = scenario.under(chunk.draw)
        alone = run_output(simulate(under, chunk.seed).world, under, chunk.measuring)
        assert found.runs[name].outcomes.tobytes() == alone.outcomes.tobytes()
        assert found.runs[name].series["months"].tobytes() == alone.series["months"].tobytes()
        assert found.runs[name].outcomes.tobytes() != plain.runs[name].outcomes.tobytes()


def test_a_draw_that_does_not_fit_is_the_error_of_its_runs(chunk: Chunk) -> None:
    found = do(replace(chunk, draw=DrawnValues(0, {"task_hours": 99.0})))
    assert not found.runs
    assert {name: "task_hours must be" in error for name, error in found.errors.items()} == dict.fromkeys(
        chunk.names, True
    )


def test_levers_by_keyword_are_known() -> None:
    assert compose("t-city", levers={"benefits": 0.6, "task_hours": 5}).known == ("benefits", "task_hours")
