"""The Mesa model: its world is that of `stations run`, its time, its ends, its branches."""

from __future__ import annotations

import copy
import datetime
import hashlib
import pickle
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from cities import city, town
from hypothesis import given, settings
from hypothesis import strategies as st
from models import Kiosk, Reporter, Visited, Visitor, model, restless, small

from sim import language
from sim.agents import Resident, SocialWorker
from sim.day import run_days
from sim.engine import standard
from sim.lab.frames import frames
from sim.lab.simulate import simulate, simulate_arms
from sim.mistakes import Mistake
from sim.model import REPORTED, StationModel
from sim.scenario.load import load_policy, load_scenario
from sim.world.build import build
from sim.world.check import broken
from sim.world.tables import World, state_bytes


def state(world: World) -> str:
    """A digest: what differs is long and says nothing."""
    return hashlib.sha256(state_bytes(world)).hexdigest()


def assert_same_frames(one: StationModel, other: dict[str, pd.DataFrame]) -> None:
    made = frames(one.world, one.scenario)
    assert made.keys() == other.keys()
    for name, table in other.items():
        pd.testing.assert_frame_equal(made[name], table, check_exact=True)


# --- the same numbers


def test_numbers_are_those_of_stations_run_whatever_is_read() -> None:
    m = model(seed=4, collect=True)
    while m.running:
        m.step()
        if m.day % 10 == 0:
            m.agents.shuffle_do(lambda agent: repr(agent))
            m.residents.agg("trust", np.mean)
            m.random.random()
            m.rng.random()
            m.map.all_cells.select_random_cell()
    assert_same_frames(m, simulate(restless(), 4).frames())
    assert len(m.datacollector.model_vars["coverage"]) == m.n_days


def test_t_city_by_the_month() -> None:
    m = StationModel("t-city", seed=11)
    m.run_until("2021-08-15").run_until(datetime.date(2027, 12, 31)).run_model()
    assert not m.running
    assert m.steps == m.day == m.n_days
    assert_same_frames(m, simulate(load_scenario("t-city"), 11).frames())


def test_seeds_differ_and_repeat() -> None:
    worlds = [state(StationModel(small(), seed=seed).run_until("2023-03-01").world) for seed in (1, 1, 2)]
    assert worlds[0] == worlds[1] != worlds[2]


@pytest.mark.parametrize("seed", [np.int64(5), np.uint64(5), "5", 5])
def test_seed_becomes_a_plain_number(seed: object) -> None:
    m = StationModel(small(), seed=seed)
    assert (m.seed, type(m.seed)) == (5, int)
    assert state(m.world) == state(build(small(), 5))


@pytest.mark.parametrize(
    "seed", [-1, 2**64, 1.5, "x", True, np.bool_(True), np.float64(1), [1], 10**30, pytest.param(10**5000, id="long")]
)
@pytest.mark.parametrize("name", ["seed", "rng"])
def test_bad_seeds_are_refused(seed: object, name: str) -> None:
    with pytest.raises(Mistake, match="seed must be a whole number"):
        StationModel(small(), **{name: seed})


def test_a_seed_that_is_not_given_is_drawn_and_told() -> None:
    one, other = StationModel(small()), StationModel(small(), seed=None, rng=None)
    assert one.seed != other.seed
    assert state(StationModel(small(), rng=one.seed).world) == state(one.world) != state(other.world)
    assert one.reset().seed == one.seed
    assert one.reset(rng=4).seed == 4
    assert StationModel(small(), seed=4, rng=None).seed == 4
    with pytest.raises(Mistake, match="give either seed or rng"):
        StationModel(small(), seed=4, rng=4)


# --- what it is made from


def test_scenario_by_name_path_object_and_policy(tmp_path: Path) -> None:
    for city_ in ("lakeside", load_scenario("lakeside")):
        assert StationModel(city_, seed=1).scenario.hash == load_scenario("lakeside").hash
    file = tmp_path / "mine.yaml"
    file.write_text("extends: lakeside\nkind: city\nlevers: {pay: 3100}\n", encoding="utf-8")
    assert StationModel(file, seed=1).scenario.lever_table()["pay"][0, 0] == 3100
    assert [one.name for one in StationModel("incentives", seed=1).scenario.policies] == ["incentives"]


def test_policies_and_levers() -> None:
    assert (
        StationModel("t-city", policies="incentives", seed=1).scenario.hash
        == load_scenario("t-city", ["incentives"]).hash
    )
    policy = load_policy("linkage")
    m = StationModel("t-city", policies=["incentives", policy], pay=np.float64(3500), task_hours=5, seed=1)
    sets = ["levers.pay=3500", "parameters.task_hours=5"]
    assert m.scenario.hash == load_scenario("t-city", ["incentives", "linkage"], sets).hash
    assert m.government.levers["pay"] == 3500
    assert m.station("town_1").levers["pay"] == 3500
    assert m.government.policies == ["incentives", "linkage"]


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"pey": 3000}, "there is no lever or parameter 'pey' .did you mean 'pay'"),
        ({"polices": "incentives"}, "did you mean 'policies'"),
        ({"pay": 3}, "keyword: pay: '3' is out of range; allowed: 2,000 to 8,000"),
        ({"pay": "much"}, "must be a number"),
        ({"policies": "incentive"}, "did you mean 'incentives'"),
        ({"policies": [3]}, "a policy is a name, a path or a Policy, not 3"),
        ({"scenario": 3}, "a scenario is a name, a path or a Scenario, not 3"),
        ({"scenario": "t-ciy"}, "did you mean 't-city'"),
    ],
)
def test_what_cannot_be_made_says_so(options: dict[str, object], sentence: str) -> None:
    with pytest.raises(Mistake, match=sentence) as caught:
        StationModel(**options)
    assert "\n" not in str(caught.value)


class Engine:
    """Counts what it does."""

    def __init__(self) -> None:
        self.calls: list[object] = []

    def build(self, scenario, seed):  # type: ignore[no-untyped-def]
        self.calls.append(seed)
        return build(scenario, seed)

    def run_days(self, world, n):  # type: ignore[no-untyped-def]
        self.calls.append(int(n))
        run_days(world, n)


def test_another_engine_builds_and_runs() -> None:
    engine = Engine()
    m = StationModel(small(), seed=3, engine=engine).run_until("2023-02-01")
    m.step()
    m.branch().step()
    m.reset(seed=4).step()
    assert engine.calls == [3, *[1] * 33, 4, 1]
    assert m.engine is engine


def coded(tmp_path: Path, name: str, text: str, code: str) -> Path:
    (tmp_path / "mine.py").write_text(code, encoding="utf-8")
    (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path / name


def test_python_that_a_scenario_names_is_not_left_out_in_silence(tmp_path: Path) -> None:
    texts = "title: x\nproposer: x\nsource: x\n"
    acting = coded(tmp_path, "acts.yaml", f"kind: policy\n{texts}policies: ['mine.py:act']\n", "def act(city): ...\n")
    with pytest.raises(Mistake, match="acts: acts by Python each month"):
        StationModel("lakeside", policies=acting, seed=1)
    with pytest.raises(Mistake, match="acts: acts by Python each month"):
        StationModel("lakeside", seed=1).branch(acting)
    rule = "def quit_chance(p, stay):\n    return 0.0\n"
    file = coded(
        tmp_path,
        "calm.yaml",
        "kind: city\nextends: lakeside\nrules: {staff.quit_chance: 'mine.py:quit_chance'}\n",
        rule,
    )
    with pytest.raises(Mistake, match=r"calm replaces rules \(staff.quit_chance\); hand over their engine"):
        StationModel(file, seed=1)
    m = StationModel(file, engine=Engine(), seed=1)
    m.step()
    assert m.day == 1


def test_an_engine_that_fails_leaves_days_and_steps_agreed() -> None:
    class Broken(Engine):
        def run_days(self, world, n):  # type: ignore[no-untyped-def]
            if world.day == 2:
                raise ZeroDivisionError
            super().run_days(world, n)

    m = StationModel(small(), engine=Broken(), seed=1)
    m.step()
    m.step()
    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            m.step()
        assert m.steps == m.day == 2
    m.engine = None
    m._connect()
    m.step()
    assert m.steps == m.day == 3, "a step that failed stops no clock"


def test_the_standard_engine_runs_as_without_one() -> None:
    m = StationModel(restless(), seed=2, engine=standard())
    for _ in range(100):
        m.step()
    assert state(m.world) == state(model(seed=2).run_until(m.date).world)


def test_no_posts_no_people_no_workers() -> None:
    facts = {"name": {"en": "x", "zh": "x"}, "population": 0, "posts": 0, "communities": 0}
    m = StationModel(city(towns={"a": facts}), collect=True, seed=1)
    m.run_model()
    assert (len(m.workers), len(m.residents), len(m.communities), len(m.stations[0].workers)) == (0, 0, 0, 0)
    assert np.isnan(m.coverage)
    assert np.isnan(m.mean_burnout)
    assert np.isnan(m.mean_trust)
    assert repr(m)
    assert m._repr_html_()


# --- time


def test_days_steps_and_dates_agree() -> None:
    m = StationModel(small(), seed=1)
    assert (m.day, m.steps, m.month, m.date, m.running) == (0, 0, 0, datetime.date(2023, 1, 1), True)
    m.step()
    assert (m.day, m.steps, m.date) == (1, 1, datetime.date(2023, 1, 2))
    for until in (
        "2023-02-10",
        datetime.date(2023, 2, 11),
        datetime.datetime(2023, 2, 12, 5),
        pd.Timestamp("2023-03-01"),
    ):
        m.run_until(until)
        assert m.date == pd.Timestamp(until).date()
        assert m.steps == m.day == (m.date - m.scenario.start).days
    assert m.month == 2
    m.run_until("2023-03-01")
    assert m.steps == 59


def test_the_end() -> None:
    m = StationModel(small(), seed=1)
    m.run_until("2023-12-31")
    assert m.running
    m.step()
    assert (m.running, m.date, m.steps, m.month) == (False, datetime.date(2024, 1, 1), 365, 11)
    for _ in range(2):
        with pytest.raises(Mistake, match="no further step: the model has finished on 2023-12-31"):
            m.step()
    assert m.steps == m.day == 365
    m.run_until("2024-01-01")
    m.run_model()
    with pytest.raises(Mistake, match="the model has finished on 2023-12-31"):
        m.workers[0].burnout = 0.3


@pytest.mark.parametrize("date", ["2023-01-31", "2024-01-02", datetime.date(1999, 1, 1)])
def test_run_until_a_date_out_of_reach(date: object) -> None:
    m = StationModel(small(), seed=1).run_until("2023-02-01")
    with pytest.raises(Mistake, match=r"is not between today, 2023-02-01, and the morning after .* 2024-01-01"):
        m.run_until(date)


@pytest.mark.parametrize("date", ["soon", "2023-13-01", 7, None])
def test_run_until_no_date(date: object) -> None:
    with pytest.raises(Mistake, match="is no date; write YYYY-MM-DD"):
        StationModel(small(), seed=1).run_until(date)


def test_run_until_calls_a_step_of_ones_own_and_collects() -> None:
    m = Visited(scenario=small(), n=5, seed=1)
    m.run_until("2023-01-04")
    assert len(m.agents_by_type[Visitor]) == 2
    collecting = StationModel(small(), collect=True, seed=1).run_until("2023-02-10")
    assert collecting.datacollector.get_model_vars_dataframe().shape == (40, len(REPORTED))


def test_running_set_to_false_stops_run_model() -> None:
    m = StationModel(small(), collect=True, seed=1)

    class Stop:
        def collect(self, model: StationModel) -> None:
            model.running = model.day < 7

    m.datacollector = Stop()
    m.run_model()
    assert m.day == 7
    assert not m.over


def test_days_run_outside_the_model_are_noticed() -> None:
    m = model(seed=2)
    run_days(m.world, 200)
    m.step()
    assert m.day == 201
    assert {one.row for one in m.workers} == set(np.flatnonzero(m.world.workers["is_filled"]).tolist())


# --- reset, close, store


def test_reset_by_the_class_and_its_parameters() -> None:
    params = {"scenario": small(), "seed": 9, "collect": True, "pay": 3000}
    m = StationModel(**params)
    m.run_until("2023-02-01")
    again = m.__class__(**params)
    assert m.parameters == {**params, "policies": (), "engine": None}
    assert again.day == 0
    assert state(again.run_until("2023-02-01").world) == state(m.world)


def test_reset_closes_the_old_one() -> None:
    m = StationModel(small(), seed=3, pay=3000).run_until("2023-02-01")
    new = m.reset(seed=8)
    assert (new.seed, new.day, new.parameters["pay"]) == (8, 0, 3000)
    assert not m.running
    assert m.workers[0].burnout > 0
    with pytest.raises(Mistake, match="cannot be written: the model was closed on 2023-02-01"):
        m.workers[0].burnout = 0.2
    with pytest.raises(Mistake, match="closed"):
        m.workers[0].remove()
    with pytest.raises(Mistake, match="no further step: the model was closed"):
        m.step()
    with pytest.raises(Mistake, match="closed"):
        m.run_until("2023-03-01")
    new.step()
    with pytest.raises(Mistake):
        new.reset(pay=1)
    new.step()  # a reset that fails closes nothing


@pytest.mark.parametrize("duplicate", [copy.deepcopy, lambda one: pickle.loads(pickle.dumps(one))])
@pytest.mark.parametrize("made", [False, True])
def test_a_copy_goes_on_by_itself(duplicate, made: bool) -> None:  # type: ignore[no-untyped-def]
    m = model(seed=3).run_until("2023-05-11")
    if made:
        m.residents.set("is_aware", True)
    ids = m.agents.get("unique_id")
    assert m.map
    other = duplicate(m)
    assert [one.unique_id for one in other.agents] == ids
    assert other.residents.is_made is made
    other.workers[0].burnout = 0.9
    assert m.workers[0].burnout != 0.9
    other.workers[0].burnout = m.workers[0].burnout
    for one in (m, other):
        for _ in range(40):
            one.step()
    assert state(m.world) == state(other.world)
    assert [repr(one) for one in m.workers] == [repr(one) for one in other.workers]
    assert other.residents[3].model is other
    assert other.map[1].agents == [other.stations[0]]


# --- branches


def test_a_branch_is_the_same_and_apart() -> None:
    m = model(seed=5).run_until("2023-05-17")
    m.workers[0].burnout = 0.77
    ids = m.workers.get("unique_id")
    before = state(m.world)
    b = m.branch()
    assert state(b.world) == before
    assert (b.day, b.steps, b.date, b.seed) == (m.day, m.steps, m.date, m.seed)
    assert b.workers.get("unique_id") == ids
    assert not set(b.agents) & set(m.agents)
    b.residents.set("trust", 0.1)
    b.workers.set("burnout", 0.1)
    b.run_model()
    assert state(m.world) == before
    assert m.steps == m.day == 136
    assert m.running
    m.run_model()
    assert broken(m.world) == []


def test_a_branch_takes_everything_along() -> None:
    m = Reporter(scenario=restless(), burnout=0.3, seed=5)
    for _ in range(40):
        m.step()
    kiosk = Kiosk(m)
    kiosk.cell = m.map[2]
    m.residents[9].mark = "x"
    m.random.random()
    b = m.branch(pay=3000)
    assert type(b) is Reporter
    assert b.mean_burnout == m.mean_burnout != 0.3
    assert b.map[2].agents[1] is b.agents_by_type[Kiosk][0] is not kiosk
    assert b.residents[9].mark == "x"
    assert b.residents[8].model is b
    assert b.random.random() == m.random.random()
    b.step()
    assert len(b.datacollector.model_vars["staff"]) == 41
    assert len(m.datacollector.model_vars["staff"]) == 40
    assert b.parameters == {"scenario": b.scenario, "seed": 5, "policies": (), "collect": False, "engine": None}
    m.close()
    assert not b.over
    assert not m.branch().over


def test_a_branch_under_policies_is_the_run_under_them() -> None:
    base, policy = load_scenario("lakeside"), load_policy("incentives")
    m = StationModel(base, seed=2).run_until(base.policy_start)
    b = m.branch(policies=[policy])
    b.run_model()
    ((_, arm),) = simulate_arms({"x": base.with_policies([policy])}, 2)
    assert_same_frames(b, arm.frames())
    m.run_model()
    assert state(m.world) != state(b.world)


@pytest.mark.parametrize(("day", "first"), [("2023-03-01", 2), ("2023-03-02", 3), ("2023-03-31", 3), ("2023-01-01", 0)])
def test_a_branch_changes_from_its_next_month_on(day: str, first: int) -> None:
    m = StationModel(small(), seed=1).run_until(day)
    b = m.branch(pay=4000, boundary_clarity={"value": 1, "after_months": 1})
    assert (b.world.levers["pay"][:, 0] == 4000).tolist() == [month >= first for month in range(12)]
    assert (b.world.levers["boundary_clarity"][:, 0] == 1).tolist() == [month >= first + 1 for month in range(12)]
    assert (m.world.levers["pay"] != 4000).all()


def test_a_branch_moves_nothing_that_was_planned() -> None:
    """Also what counts from the policies' start, when the branch begins before it."""
    later = {"value": 0.6, "after_months": 2}
    m = StationModel(
        city(levers={"supervision": later}, parameters={"pool_base": later}), policies="incentives", seed=1
    )
    for day in ("2023-03-05", "2023-10-05"):
        b = m.run_until(day).branch(away_success=0.5)
        for name in m.world.levers.dtype.names:
            assert (b.world.levers[name] == m.world.levers[name]).all(), name
        for name in set(m.world.parameters.dtype.names) - {"away_success"}:
            assert (b.world.parameters[name] == m.world.parameters[name]).all(), name


@settings(max_examples=12)
@given(day=st.integers(1, 330), second=st.integers(1, 360), seed=st.integers(0, 5), after=st.integers(0, 2))
def test_a_branch_of_a_branch_is_a_scenario_of_its_own(day: int, second: int, seed: int, after: int) -> None:
    """Run from its first day, the branch's scenario comes to the branch's state."""
    base = city(levers={"supervision": [0.1, {"value": 0.2, "after_months": 3}]})
    m = StationModel(base, seed=seed)
    m.run_until(m.date_of(day))
    b = m.branch(pay=4000, pool_base=0.9)
    b.run_until(b.date_of(max(day, min(second, 330))))
    c = b.branch(benefits={"value": 0.9, "after_months": after}) if b.month + 2 + after < 12 else b
    c.run_model()
    whole = StationModel(c.scenario, seed=seed)
    whole.run_model()
    assert state(whole.world) == state(c.world)


def test_what_a_branch_cannot_do() -> None:
    m = StationModel(small(), policies=(), seed=1).run_until("2023-12-02")
    assert m.branch().date == m.date
    with pytest.raises(Mistake, match="no month of the run is left"):
        m.branch(pay=3000)
    with pytest.raises(Mistake, match="did you mean 'pay'"):
        m.branch(pey=3000)
    early = StationModel(small(), seed=1).run_until("2023-06-05")
    with pytest.raises(Mistake, match="pay would start in 2023-02; a branch begins in 2023-07"):
        early.branch(pay={"value": 3000, "from": "2023-02"})


# --- showing


def test_how_it_shows_itself() -> None:
    m = model(seed=6)
    assert repr(m) == "<StationModel test, seed 6, 2023-01-01, day 0 of 365: 3 stations, 17 social workers>"
    assert "<table>" in m._repr_html_()
    named = dir(m)
    assert {"step", "run_until", "branch", "agents", "stations", "residents", "map", "date"} <= set(named)
    assert not [name for name in named if name.startswith("_")]
    try:
        language.use("zh")
        assert "社工" in m._repr_html_()
        with pytest.raises(Mistake, match="没有政策工具或参数"):
            m.branch(pey=1)
    finally:
        language.use("en")


def test_html_is_escaped() -> None:
    m = StationModel(city(title={"en": "<b>x</b>", "zh": "x"}), seed=1)
    assert "<b>" not in m._repr_html_()


def test_measures_are_those_of_the_tables() -> None:
    m = model(seed=6).run_until("2023-12-31")
    m.step()
    table = frames(m.world, m.scenario)["city"]
    met = (table["met_station"] + table["met_away"]).sum()
    assert m.n_met == met > 0
    assert m.coverage == pytest.approx(met / table["arisen"].sum())
    assert m.measure("turnover") == pytest.approx(365 * table["quits"].sum() / table["filled_days"].sum())
    assert m.mean_trust == pytest.approx(table["trust"].iloc[-1])
    assert m.mean_burnout == pytest.approx(table["burnout"].iloc[-1])
    assert m.n_staff == table["filled"].iloc[-1] == len(m.agents_by_type[SocialWorker])
    assert m.cost_yuan == pytest.approx(
        table[[name for name in table if name.startswith("cost_")]].drop(columns="cost_per_met_need").to_numpy().sum()
    )
    with pytest.raises(Mistake, match="did you mean 'coverage'"):
        m.measure("coverge")
    with pytest.raises(Mistake, match="there is no station 'd'"):
        m.station("d")


def test_residents_are_made_when_asked_for() -> None:
    m = StationModel(small(), seed=1)
    n = len(m.world.residents.trust)
    assert Resident in m.agent_types
    assert len(m.agents_by_type[Resident]) == n
    assert not m.residents.is_made
    assert len(m.agents) == 2 + 2 + 2 + 5 + 5
    hired = model(seed=1).run_until("2023-09-01")
    for ask in (
        lambda m: m.agents_by_type[Resident].get("trust"),
        lambda m: m.residents[0],
        lambda m: m.communities[1].residents,
        lambda m: m.agents.select(agent_type=Resident),
        lambda m: m.agents.select(agent_type=(int, Resident)),
    ):
        m = StationModel(small(), seed=1)
        ask(m)
        assert m.residents.is_made
        assert len(m.agents) == 16 + n
        assert len(m.agents.select(agent_type=Resident)) == n
        assert m.residents[-1].unique_id == m.first_resident_id + n - 1
    asked = model(seed=1)
    asked.resident_list()
    assert asked.run_until("2023-09-01").workers.get("unique_id") == hired.workers.get("unique_id")
    ids = asked.agents.get("unique_id")
    assert len(set(ids)) == len(ids)


# --- posts that change


def test_staff_who_are_let_go_leave_the_model_on_that_day() -> None:
    over_time = city(towns={"a": town(posts=[4, {"value": 2, "from": "2023-04"}]), "b": town(posts=2)})
    m = StationModel(over_time, seed=3).run_until("2023-04-01")
    n_staff = len(m.stations[0].workers)
    m.step()
    assert (m.stations[0].n_posts, m.stations[0].n_vacant) == (2, 0)
    assert len(m.stations[0].workers) == 2 < n_staff
    assert len(m.workers) == m.n_staff
    assert broken(m.world) == []


def test_a_branch_under_more_posts_keeps_its_workers() -> None:
    base = city()
    m = StationModel(base, seed=4).run_until(base.policy_start)
    for worker in m.workers:
        worker.mark = worker.id
    b = m.branch(policies=[load_policy("hire-two")])
    assert [worker.id for worker in b.workers] == [worker.mark for worker in b.workers] == [one.id for one in m.workers]
    assert [worker.competence for worker in b.workers] == [worker.competence for worker in m.workers]
    b.run_model()
    assert_same_frames(b, simulate(b.scenario, 4).frames())
    assert [one.n_posts for one in b.stations] == [5, 4]
    assert broken(b.world) == []
    m.go_on_under(b.scenario)
    m.run_model()
    assert_same_frames(m, simulate(b.scenario, 4).frames())


def test_parameters_of_one_town_by_keyword_by_policy_and_in_a_branch() -> None:
    here = {"value": 0.05, "stations": ["b"]}
    base = city(parameters={"quit_floor": 0.3})
    m = StationModel(base, seed=4).run_until(base.policy_start)
    b = m.branch(hire_rate=here)
    assert b.world.parameters["hire_rate"][-1, b.world.stations["parameters"]].tolist() == [0.25, 0.05]
    assert m.world.parameters.shape[1] == 1
    b.run_model()
    arms = {"none": base, "b": b.scenario}
    for expected in (simulate(b.scenario, 4), dict(simulate_arms(arms, 4))["b"]):
        assert_same_frames(b, expected.frames())
    m.go_on_under(b.scenario)
    m.run_model()
    assert_same_frames(m, b_frames := simulate(b.scenario, 4).frames())
    assert b_frames
    other = StationModel(base, seed=4, hire_rate=[0.25, here])
    assert other.world.stations["parameters"].tolist() == [0, 1]
    with pytest.raises(Mistake, match="differs from what this model has run"):
        other.run_until("2023-03-05").go_on_under(base)
    with pytest.raises(Mistake, match="link_rate belongs to the city as a whole"):
        StationModel(base, seed=4, link_rate=here)
