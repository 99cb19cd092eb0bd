"""The watched city: whatever is moved, rewound and jumped over, its numbers are those of `stations run`."""

from __future__ import annotations

import datetime
import hashlib
import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from cities import city
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.lab.simulate import simulate
from sim.mistakes import Mistake
from sim.scenario.load import load_policy, load_scenario
from sim.scenario.moves import Move, with_moves
from sim.scenario.parameters import LEVERS
from sim.scenario.schema import Scenario, read_city
from sim.scenario.yaml_reader import read_text
from sim.view.live import LiveCity, trailing
from sim.world import tables
from sim.world.tables import World, state_bytes


def state(world: World) -> str:
    return hashlib.sha256(state_bytes(world)).hexdigest()


def day(text: str) -> datetime.date:
    return datetime.date.fromisoformat(text)


def go(live: LiveCity, date: str) -> LiveCity:
    while not live.run_towards(day(date)):
        pass
    return live


def saved(live: LiveCity) -> Scenario:
    return read_city(read_text(live.yaml(), "saved", has_lines=False), "saved")


def end_of(live: LiveCity) -> str:
    return live.model.date_of(live.model.n_days).isoformat()


# --- moves


def test_a_move_acts_on_all_stations_from_its_month_on() -> None:
    made = with_moves(city(), [Move(3, "pay", 4000.0), Move(6, "pay", 3000.0)])
    pay = made.lever_table()["pay"]
    assert (pay[:3] == city().lever_table()["pay"][:3]).all()
    assert (pay[3:6] == 4000.0).all()
    assert (pay[6:] == 3000.0).all()


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.builds(
            lambda month, lever, part: Move(
                month, lever, LEVERS[lever].least + part * (LEVERS[lever].most - LEVERS[lever].least)
            ),
            st.integers(0, 11),
            st.sampled_from(sorted(LEVERS)),
            st.floats(0, 1),
        ),
        max_size=8,
        unique_by=lambda move: (move.month, move.lever),
    )
)
def test_moves_overlay_the_table_of_levers_and_nothing_else(moves: list[Move]) -> None:
    base = city(levers={"pay": [2500, {"value": 3000, "from": "2023-04", "ramp_months": 3, "stations": ["a"]}]})
    planned = base.with_policies([load_policy("all-three")])
    expected = planned.lever_table()
    for move in sorted(moves):
        expected[move.lever][move.month :] = move.value
    made = with_moves(planned, moves)
    assert (made.lever_table() == expected).all()
    assert (made.parameter_table() == planned.parameter_table()).all()


@pytest.mark.parametrize(
    ("move", "said"),
    [
        (Move(0, "pey", 1.0), "did you mean 'pay'"),
        (Move(0, "pay", 9000.0), "2,000 to 8,000"),
        (Move(0, "pay", float("nan")), "2,000 to 8,000"),
        (Move(12, "pay", 3000.0), "no month of the run is left"),
    ],
)
def test_moves_that_cannot_be_are_refused(move: Move, said: str) -> None:
    with pytest.raises(Mistake, match=said):
        with_moves(city(), [move])


# --- the same numbers as `stations run`


def test_without_moves_the_city_is_its_baseline() -> None:
    live = go(LiveCity(city(), seed=3), "2024-01-01")
    assert live.is_baseline
    assert live.n_months_over == 12
    lines = live.lines("coverage")
    assert lines["own"] == lines["baseline"]
    assert state(live.model.world) == state(simulate(city(), 3).world)


def test_numbers_are_those_of_stations_run() -> None:
    live = LiveCity(city(), [load_policy("linkage")], seed=5)
    go(live, "2023-05-17").move("pay", 4200.0)
    go(live, "2023-09-01").move("administrative_burden", 0.4)
    go(live, "2024-01-01")
    for scenario in (live.model.scenario, saved(live)):
        run = simulate(scenario, 5)
        assert state(run.world) == state(live.model.world)
        told = live.tables()
        for name, table in run.frames().items():
            pd.testing.assert_frame_equal(told[name], table, check_exact=True)
    for name, table in simulate(city(), 5).frames().items():
        pd.testing.assert_frame_equal(live.tables()[f"baseline_{name}"], table, check_exact=True)
    assert live.lines("coverage")["own"] == simulate(live.model.scenario, 5).frames()["city"]["coverage"].tolist()


def test_the_baseline_of_a_city_gone_back_in_time_is_told_as_it_was_then() -> None:
    """What became of a month's needs later is no baseline of today's: without policies both are one city."""
    live = LiveCity(city(), seed=4)
    start = live.model.scenario.start
    live.run_towards(start + datetime.timedelta(days=300), seconds=math.inf)
    live.rewind(start + datetime.timedelta(days=190))
    live.arrive()
    told = live.tables()
    assert told["city"]["cohort_open"].sum() > 0
    for name in ("city", "stations", "communities", "groups"):
        pd.testing.assert_frame_equal(told[f"baseline_{name}"], told[name], check_exact=True)


@settings(max_examples=15, deadline=None)
@given(st.data())
def test_whatever_is_done_the_scenario_tells_it_all(data: st.DataObject) -> None:
    live = LiveCity(city(), [load_policy("incentives")] if data.draw(st.booleans()) else [], seed=2)
    first = live.model.scenario.start
    for _ in range(data.draw(st.integers(1, 8))):
        what = data.draw(st.sampled_from(["run", "run", "move", "rewind", "keep", "seed"]))
        if what == "run":
            live.run_towards(
                live.model.date + datetime.timedelta(days=data.draw(st.integers(1, 150))), seconds=math.inf
            )
        elif what == "move" and live.model.month_to_come < 12:
            lever = LEVERS[data.draw(st.sampled_from(["pay", "administrative_burden", "boundary_clarity"]))]
            live.move(lever.name, data.draw(st.floats(lever.least, lever.most)))
        elif what == "rewind":
            live.rewind(first + datetime.timedelta(days=data.draw(st.integers(0, live.model.day))), seconds=math.inf)
        elif what == "keep":
            live.keep_course("kept")
        elif what == "seed":
            live.restart(seed=data.draw(st.integers(0, 3)))
    go(live, end_of(live))
    assert state(simulate(saved(live), live.seed).world) == state(live.model.world)


# --- time


def test_time_goes_back_and_comes_again_the_same() -> None:
    live = go(LiveCity(load_scenario("t-city"), seed=1), "2023-03-20")
    live.move("pay", 5000.0)
    there = state(live.model.world)
    go(live, "2024-02-10")
    later = state(live.model.world)
    while not live.rewind(day("2023-03-20")):
        go(live, "2023-03-20")
    assert live.model.date == day("2023-03-20")
    assert state(live.model.world) == there
    assert state(go(live, "2024-02-10").model.world) == later  # the move was kept
    live.rewind(day("2022-06-15"), seconds=math.inf)
    live.move("benefits", 1.0)
    assert [one.lever for one in live.moves] == ["benefits"]  # and is forgotten once the past is another
    assert state(go(live, "2024-02-10").model.world) != later


def test_a_snapshot_of_another_course_is_never_used() -> None:
    live = go(LiveCity(load_scenario("t-city"), seed=1), "2023-06-10")
    live.rewind(day("2022-03-01"), seconds=math.inf)
    live.move("administrative_burden", 0.0)
    go(live, "2024-02-10").rewind(day("2023-06-10"), seconds=math.inf)
    other = LiveCity(load_scenario("t-city"), seed=1)
    go(other, "2022-03-01").move("administrative_burden", 0.0)
    assert state(go(other, "2023-06-10").model.world) == state(live.model.world)


def test_on_the_first_morning_a_move_holds_from_the_first_day() -> None:
    live = LiveCity(city(), seed=1)
    live.move("pay", 6000.0)
    assert live.moves == (Move(0, "pay", 6000.0),)
    assert (live.model.world.levers["pay"] == 6000.0).all()
    live.release()
    assert live.is_baseline


def test_a_move_in_a_month_that_has_begun_waits_for_the_next() -> None:
    live = go(LiveCity(city(), seed=1), "2023-03-01")
    live.move("pay", 6000.0)
    assert live.moves[0].month == 2
    go(live, "2023-03-02").move("pay", 3000.0)
    assert live.moves == (Move(2, "pay", 6000.0), Move(3, "pay", 3000.0))
    assert live.value_of("pay") == 3000.0


def test_a_refused_move_changes_nothing() -> None:
    live = go(LiveCity(city(), seed=1), "2023-03-05")
    before, scenario = state(live.model.world), live.model.scenario
    for lever, value in (("pay", 1e9), ("pay", float("nan")), ("nothing", 1.0)):
        with pytest.raises(Mistake):
            live.move(lever, value)
    with pytest.raises(Mistake, match="not between"):
        live.rewind(day("2023-03-06"))
    go(live, "2024-01-01")
    with pytest.raises(Mistake, match="no month of the run is left"):
        live.move("pay", 3000.0)
    live.rewind(day("2023-03-05"), seconds=math.inf)
    assert live.moves == ()
    assert live.model.scenario is scenario
    assert state(live.model.world) == before


def test_policies_that_do_not_fit_leave_the_city_as_it_was() -> None:
    live = go(LiveCity(city(), seed=1), "2023-03-05")
    model = live.model
    other = load_policy("incentives")
    clash = type(other)("clash", other.title, other.proposer, other.source, (_moved_pay(other),), ())
    with pytest.raises(Mistake):
        live.restart(policies=[other, clash])
    assert live.model is model
    go(live, "2023-04-05")


def _moved_pay(policy: Any) -> Any:
    from dataclasses import replace

    return replace(next(one for one in policy.levers if one.name == "pay"), form="factor", value=9.0)


def test_a_long_way_is_gone_in_steps_that_do_not_block() -> None:
    live = LiveCity(load_scenario("t-city"), seed=1)
    n = 0
    while not live.run_towards(day("2022-03-01"), seconds=0.0):
        n += 1
    assert n == 11
    assert live.model.date == day("2022-03-01")
    assert live.run_towards(day("1999-01-01"))  # never back
    assert live.model.date == day("2022-03-01")


# --- courses, snapshots, memory


def test_a_kept_course_stands_beside_the_next() -> None:
    live = go(LiveCity(city(), seed=1), "2023-10-01")
    live.keep_course("A")
    live.rewind(day("2023-04-10"), seconds=math.inf)
    live.move("administrative_burden", 0.0)
    lines = go(live, "2023-08-01").lines("admin_share")
    assert len(lines["0"]) == 9
    assert lines["own"][:4] == lines["0"][:4]
    assert lines["own"][4] < lines["0"][4]
    for i in range(5):
        live.keep_course(str(i))
    assert [one.name for one in live.kept] == ["2", "3", "4"]
    live.restart(seed=2)
    assert live.kept == []


def test_snapshots_stay_within_their_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    import sim.view.live

    one = tables.n_bytes(LiveCity(load_scenario("t-city"), seed=1).model.world)
    monkeypatch.setattr(sim.view.live, "SNAPSHOT_BYTES", 3 * one)
    live = go(LiveCity(load_scenario("t-city"), seed=1), "2027-12-31")
    days = sorted(live._snapshots)
    assert len(days) == 3
    assert days[0] == 0
    before = state(live.model.world)
    live.rewind(day("2024-05-05"), seconds=math.inf)
    assert state(go(live, "2027-12-31").model.world) == before


def test_a_closed_city_runs_no_more() -> None:
    live = go(LiveCity(city(), seed=1), "2023-03-05")
    live.close()
    with pytest.raises(Mistake, match="closed"):
        live.run_towards(day("2023-04-05"))


# --- lines


def test_a_trailing_measure_is_a_ratio_of_sums() -> None:
    live = go(LiveCity(city(), seed=1), "2024-01-01")
    seen = live.model.world.observed.stations
    met = (seen["met_station"] + seen["met_away"]).sum(axis=1)
    arisen = seen["arisen"].sum(axis=1)
    expected = [met[max(0, m - 2) : m + 1].sum() / arisen[max(0, m - 2) : m + 1].sum() for m in range(12)]
    assert live.lines("coverage", 3)["own"] == pytest.approx(expected, rel=1e-12)
    assert trailing(np.zeros((0, 5)), "coverage", 3).tolist() == []
