"""Comparisons: independent of jobs and order; the tables and the answer say what the numbers say."""

from __future__ import annotations

import dataclasses
import re
import threading

import numpy as np
import pytest
from cities import TEXT, city
from failing import fail_of

from sim.lab.compare import arms_of, compare
from sim.lab.comparison import Comparison
from sim.lab.failed import RunFailed, Stopped
from sim.lab.frames import COLUMNS, city_of, column, measures, percentile_days, values
from sim.lab.outcomes import OUTCOMES, summarize
from sim.lab.run.work import Chunk, ChunkOutput
from sim.lab.simulate import simulate, simulate_arms
from sim.lab.sums.statistics import paired_difference
from sim.lab.worlds import advance
from sim.mistakes import Mistake
from sim.scenario.code import Code
from sim.scenario.load import load_policy, load_scenario, scenarios_folder
from sim.scenario.schema import Policy, read_policy
from sim.scenario.yaml_reader import from_plain
from sim.world.build import build
from sim.world.tables import state_bytes


def policy(name: str, **levers: object):  # type: ignore[no-untyped-def]
    text = {"en": name, "zh": name}
    plain = {"kind": "policy", "title": text, "proposer": TEXT, "source": TEXT, "levers": levers}
    return read_policy(from_plain(plain, name), name)


ARMS = arms_of(city(), [policy("free", administrative_burden=0), policy("rich", pay=6000)])


@pytest.fixture(scope="module")
def result() -> Comparison:
    return compare(ARMS, seeds=range(1, 7))


def test_one_job_is_n_jobs_is_another_order(result: Comparison) -> None:
    again = compare(ARMS, seeds=range(1, 7), jobs=4)
    assert np.array_equal(result.outcomes, again.outcomes, equal_nan=True)
    assert np.array_equal(result.months, again.months)
    turned = {name: ARMS[name] for name in ("rich", "baseline", "free")}
    other = compare(turned, seeds=[6, 5, 4, 3, 2, 1], jobs=2)
    for name in ARMS:
        for outcome in OUTCOMES:
            assert np.array_equal(other.values(name, outcome)[::-1], result.values(name, outcome), equal_nan=True)


def test_an_arm_equals_a_run(result: Comparison) -> None:
    run = simulate(ARMS["rich"], 3)
    alone = summarize(run.world, 6, 12)
    found = result.outcomes[2, 2]
    assert np.array_equal(found, np.array(list(alone.outcomes.values())), equal_nan=True)


def test_tables(result: Comparison) -> None:
    tables = result.tables()
    assert len(tables["runs"]) == 3 * 6
    assert len(tables["levels"]) == 3 * len(OUTCOMES)
    assert len(tables["effects"]) == 2 * len(OUTCOMES)
    assert len(tables["months"]) == 3 * 6 * 12
    assert len(tables["towns"]) == 3 * 6 * 2
    assert len(tables["groups"]) == 3 * 6 * 3
    runs = tables["runs"].set_index(["policy", "seed"])
    difference = (runs.loc["free"] - runs.loc["baseline"])["admin_share"]
    effects = tables["effects"].set_index(["policy", "outcome"])
    assert effects.loc[("free", "admin_share"), "mean"] == pytest.approx(difference.mean())
    assert effects.loc[("free", "admin_share"), "high"] < 0
    # The window's sums stand in the monthly table, too.
    months = tables["months"]
    window = months[(months.policy == "free") & (months.seed == 2) & (months.month >= "2023-07")]
    met = window.met_station.sum() + window.met_away.sum()
    assert runs.loc[("free", 2), "met_per_year"] == pytest.approx(met * 2)


def test_arms_must_share_their_history() -> None:
    with pytest.raises(Mistake, match=r"b and a do not share their history up to 2023-07-01"):
        compare({"a": city(), "b": city(levers={"pay": 3000})}, seeds=[1])


@pytest.mark.parametrize("key", ["start", "policy_start", "end"])
def test_arms_of_other_months_are_not_compared(key: str) -> None:
    other = {"start": "2022-12-01", "policy_start": "2023-08-01", "end": "2024-01-31"}[key]
    with pytest.raises(Mistake, match=rf"^b: {key} is {other}, but 2023-\d\d-\d\d in a; .* the same months"):
        compare({"a": city(), "b": city(**{key: other})}, seeds=[1])


@pytest.mark.parametrize(
    ("seeds", "sentence"),
    [
        ([3, 3, 3, 3], "seeds: 3 is there more than once"),
        ([1, 2, np.int64(1)], "seeds: 1 is there more than once"),
        ([], "seeds: give at least one"),
        (0, "seeds must be a number from 1 to 100,000 or a list of seeds, not 0"),
        (True, "seeds must be a number of seeds, such as 20, or a list of whole numbers"),
        ("123", "seeds must be a number of seeds, such as 20, or a list of whole numbers"),
        ([1, 1.5], "seed must be a whole number from 0 to .* not 1.5"),
        ([True], "seed must be a whole number from 0 to .* not True"),
        ([10**30], "seed must be a whole number from 0 to"),
        ([-1], "seed must be a whole number from 0 to .* not -1"),
    ],
)
def test_seeds_are_whole_numbers_each_once(seeds: object, sentence: str) -> None:
    with pytest.raises(Mistake, match=sentence):
        compare(ARMS, seeds=seeds)  # type: ignore[arg-type]


@pytest.mark.parametrize("seed", [1.5, True, "x", -1, 10**30, None])
def test_a_run_has_a_whole_number_as_its_seed(seed: object) -> None:
    with pytest.raises(Mistake, match="seed must be a whole number"):
        simulate(ARMS["rich"], seed)  # type: ignore[arg-type]
    with pytest.raises(Mistake, match="seed must be a whole number"):
        next(simulate_arms(ARMS, seed))  # type: ignore[arg-type]


def test_numpy_seeds_are_seeds(result: Comparison) -> None:
    again = compare(ARMS, seeds=np.arange(1, 3))  # type: ignore[arg-type]
    assert np.array_equal(again.outcomes, result.outcomes[:, :2], equal_nan=True)
    assert [type(seed) for seed in again.seeds] == [int, int]


def test_levels_are_means_and_sums_are_sums() -> None:
    world = simulate(city(), 1).world
    stations = values(world.observed.stations)
    whole = city_of(stations)
    assert np.allclose(column(whole, "goodwill"), column(stations, "goodwill").mean(axis=1))
    assert np.allclose(column(whole, "arisen"), column(stations, "arisen").sum(axis=1))
    total = stations.sum(axis=(0, 1))
    found = measures(total)
    assert found["coverage"] == pytest.approx(
        (column(total, "met_station") + column(total, "met_away")) / column(total, "arisen")
    )
    assert np.isnan(measures(np.zeros(len(COLUMNS)))["coverage"])


def test_groups_and_communities_add_up_to_the_city() -> None:
    world = simulate(city(), 2).world
    seen = world.observed
    for name in ("residents", "trust_sum", "aware_sum", "participants", "arisen", "detected"):
        total = seen.stations[name].sum(axis=1)
        assert np.allclose(seen.communities[name].sum(axis=1), total, rtol=1e-9), name
        assert np.allclose(seen.groups[name].sum(axis=1), total, rtol=1e-9), name
    met = seen.stations["met_station"] + seen.stations["met_away"]
    assert np.allclose(seen.groups["met"].sum(axis=1), met.sum(axis=1))
    assert np.allclose(seen.communities["met"].sum(axis=1), met.sum(axis=1))
    assert np.allclose(seen.communities["outreach_hours"].sum(), seen.stations["outreach_hours"].sum())
    assert (seen.stations["responded_in_time"].sum() <= seen.stations["responses_due"].sum()).all()


def test_percentiles_of_days() -> None:
    histogram = np.zeros((2, 300), int)
    histogram[0, 10] = 5
    histogram[1, 20] = 5
    assert percentile_days(histogram, 0.5) == 10
    assert percentile_days(histogram, 0.9) == 20
    assert np.isnan(percentile_days(np.zeros((1, 3)), 0.5))


def test_the_first_failure_stops_the_others_and_is_passed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[int] = []

    def fails(chunk: Chunk, stop: threading.Event, **_: object) -> ChunkOutput:
        begun.append(chunk.seed)
        if chunk.seed == 2:
            raise RuntimeError("broken")
        stop.wait(300)
        return ChunkOutput(chunk)

    monkeypatch.setattr("sim.lab.compare.do", fails)
    with pytest.raises(RuntimeError, match="broken"):
        compare(ARMS, seeds=range(1, 101), jobs=2)
    assert len(begun) < 10


def test_a_run_can_be_stopped_between_months() -> None:
    stop = threading.Event()
    world = build(city(), 1)

    def at(month: int) -> None:
        if month == 3:
            stop.set()

    with pytest.raises(Stopped):
        advance(world, 12, on_month=at, stop=stop)
    assert world.day == 31 + 28 + 31 + 30


def test_an_arm_that_stands_twice_leaves_the_history_to_those_between() -> None:
    """The last arm takes the history over; one before it that is the very same scenario must not."""
    first, free = ARMS["baseline"], ARMS["free"]
    worlds = [run.world for _, run in simulate_arms({"baseline": first, "free": free, "again": first}, 3)]
    alone = [simulate(scenario, 3).world for scenario in (first, free, first)]
    assert [state_bytes(world) for world in worlds] == [state_bytes(world) for world in alone]


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (Mistake("react.py: no such month"), "react.py: no such month"),
        (ValueError("out of range"), "ValueError: out of range"),
        (MemoryError(), "not enough memory"),
    ],
)
def test_a_failing_run_is_named(error: Exception, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    fail_of(monkeypatch, "free", 3, error)
    with pytest.raises(RunFailed) as caught:
        compare(ARMS, seeds=range(1, 6), jobs=2)
    assert str(caught.value).startswith(f"seed 3, 'free': {said}")
    assert str(caught.value).endswith("to repeat this run alone: simulate(arms['free'], 3)")
    assert (caught.value.arm, caught.value.seed) == ("free", 3)
    assert caught.value.__cause__ is error


def test_a_failing_history_is_the_baselines(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object, **__: object) -> None:
        raise ValueError("broken")

    monkeypatch.setattr("sim.lab.run.work.history", fails)
    with pytest.raises(RunFailed, match="seed 1, 'baseline': ValueError: broken"):
        compare(ARMS, seeds=[1])


def test_what_is_wrong_with_named_code_is_no_runs_fault() -> None:
    code = Code("react.py", "act", "def act(now):\n    pass\n")
    arm = dataclasses.replace(ARMS["free"].policies[0], code=(code,))
    with pytest.raises(Mistake, match="allow") as caught:
        compare(arms_of(ARMS["baseline"], [arm]), seeds=[1])
    assert not isinstance(caught.value, RunFailed)


# --- staged against at once


@pytest.fixture(scope="module")
def stages(tmp_path_factory: pytest.TempPathFactory) -> list[Policy]:
    """The two policies of scenarios/README.md, as a user copies them."""
    folder = tmp_path_factory.mktemp("stages")
    text = (scenarios_folder() / "README.md").read_text(encoding="utf-8")
    blocks = dict(re.findall(r"```yaml\n# (\S+\.yaml)\n(.*?)```", text, re.DOTALL))
    assert set(blocks) == {"rural-first.yaml", "at-once.yaml"}
    for name, block in blocks.items():
        (folder / name).write_text(block, encoding="utf-8")
    return [load_policy(str(folder / name)) for name in blocks]


def test_rural_towns_first_against_all_at_once(stages: list[Policy]) -> None:
    """The paired interval of one against the other, of every outcome; and what each does by tag."""
    lakeside = load_scenario("lakeside", sets=["general_sample=0.01", "end=2027-06-30"])
    result = compare(arms_of(lakeside, stages), seeds=[1, 2, 3])
    tables = result.tables()
    pair = tables["pairs"].set_index("outcome")
    assert set(pair.policy) == {"rural-first"}
    assert set(pair.other) == {"at-once"}
    for outcome in ("coverage", "met_per_year", "cost_per_year", "admin_share"):
        own = [result.values(name, outcome) for name in ("rural-first", "at-once")]
        wanted = paired_difference(*own)
        assert pair.loc[outcome, ["mean", "low", "high"]].tolist() == pytest.approx(
            [wanted.mean, wanted.low, wanted.high]
        )
        assert wanted.has_interval
    by_tag = tables["tag_outcomes"].set_index(["policy", "tag", "outcome"]).sort_index()
    assert by_tag.loc[("rural-first", "rural"), "mean"].tolist() == by_tag.loc[("at-once", "rural"), "mean"].tolist()
    less = [by_tag.loc[(name, "urban", "admin_share"), "effect"] for name in ("at-once", "rural-first")]
    assert less[0] < less[1] < 0, "a year later in towns of half the two years"


def test_until_the_others_follow_each_town_is_in_the_world_of_its_own_stage(stages: list[Policy]) -> None:
    """Nothing binds Lakeside's towns to one another, so one seed gives rural towns the same to the bit, staged or at once; and
    urban ones are the baseline's until their turn."""
    lakeside = load_scenario("lakeside", sets=["general_sample=0.01", "end=2026-12-31"])
    # What becomes of the needs of a month is known at the end only.
    seen = [place for place, name in enumerate(COLUMNS) if not name.startswith("cohort_")]
    first, at_once, none = (
        values(simulate(scenario, 5).world.observed.stations)[..., seen]
        for scenario in (*(lakeside.with_policies([one]) for one in stages), lakeside)
    )
    start, turn = lakeside.policy_month, lakeside.policy_month + 12
    urban, rural = ([row for row, town in enumerate(lakeside.towns) if tag in town.tags] for tag in ("urban", "rural"))
    assert first[:, rural].tobytes() == at_once[:, rural].tobytes()
    assert first[start, rural].tobytes() != none[start, rural].tobytes()
    assert first[:turn, urban].tobytes() == none[:turn, urban].tobytes()
    assert first[turn, urban].tobytes() != none[turn, urban].tobytes()
    assert first[start, urban].tobytes() != at_once[start, urban].tobytes()
