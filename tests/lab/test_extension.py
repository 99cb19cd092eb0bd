"""Python in a run: reactions set levers from the policies' start, in their run alone; observations become columns."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from cities import city

from sim.lab.compare import compare
from sim.lab.frames import frames
from sim.lab.react import CityNow, react
from sim.lab.simulate import simulate
from sim.mistakes import Mistake
from sim.scenario.moves import Move
from sim.scenario.parameters import LEVERS
from sim.world.build import build
from sim.world.tables import state_bytes

CITY = city()
AS_IT_IS = state_bytes(simulate(CITY, 1).world)


def no_tasks(now: CityNow) -> dict[str, Any]:
    return {"administrative_burden": 0}


def follow_pay(now: CityNow) -> dict[str, Any]:
    pay = now.lever("pay")
    return {"pay": {one: pay[one] + 100 for one in now.stations if now.station("admin_hours")[one] > 0}}


WORKED = ("admin", "reception", "ledger", "service", "outreach", "training", "coordination", "fundraising", "overtime")

# --- reactions: what they do


def test_a_reaction_acts_from_the_policies_start_and_not_before() -> None:
    months = []

    def watch(now: CityNow) -> dict[str, Any]:
        months.append(now.month)
        return no_tasks(now)

    run = simulate(CITY, 1, reactions=[watch])
    assert months == ["2023-07", "2023-08", "2023-09", "2023-10", "2023-11", "2023-12"]
    tasks, before = (frames(one.world, CITY)["city"]["tasks_contract"] for one in (run, simulate(CITY, 1)))
    assert (tasks[:6] == before[:6]).all()
    assert (tasks[6:] == 0).all()
    assert (before[6:] > 0).all()


def test_what_is_set_stays_until_it_is_set_again() -> None:
    def once(now: CityNow) -> dict[str, Any] | None:
        return {"pay": {"a": 4000}} if now.month == "2023-09" else None

    levers = simulate(CITY, 1, reactions=[once]).world.levers["pay"]
    usual = CITY.lever_table()["pay"][0, 0]
    assert levers[:, 0].tolist() == [usual] * 8 + [4000] * 4
    assert set(levers[:, 1]) == {usual}


def test_reactions_see_what_earlier_ones_set() -> None:
    seen = []
    simulate(CITY, 1, reactions=[follow_pay, lambda now: seen.append(now.lever("pay"))])
    usual = CITY.lever_table()["pay"][0, 0]
    assert [one["a"] for one in seen] == [usual + 100 * (i + 1) for i in range(6)]


def test_the_levers_of_one_run_are_not_those_of_another() -> None:
    before = CITY.lever_table().copy()
    assert state_bytes(simulate(CITY, 1, reactions=[no_tasks]).world) != AS_IT_IS
    assert state_bytes(simulate(CITY, 1).world) == AS_IT_IS
    assert (build(CITY, 1).levers == before).all()


def test_one_arm_with_a_reaction_leaves_the_others_as_they_are() -> None:
    seeds = range(1, 5)
    arms = {"baseline": CITY, "acts": CITY, "idle": CITY}
    found = compare(arms, seeds=seeds, reactions={"acts": [no_tasks]})
    alone = compare({"baseline": CITY}, seeds=seeds)
    assert np.array_equal(found.outcomes[0], alone.outcomes[0], equal_nan=True)
    assert np.array_equal(found.outcomes[2], alone.outcomes[0], equal_nan=True)
    assert found.effect("acts", "admin_share").high < 0
    assert np.array_equal(found.months[1, 0], frames_of_acting(), equal_nan=True)
    threads = compare(arms, seeds=seeds, reactions={"acts": [no_tasks]}, jobs=2)
    for name in ("outcomes", "months", "towns", "groups"):
        assert np.array_equal(getattr(threads, name), getattr(found, name), equal_nan=True), name


def frames_of_acting() -> np.ndarray:
    """The months of the same arm run by itself, from its first day."""
    from sim.lab.frames import COLUMNS

    table = simulate(CITY, 1, reactions=[no_tasks]).frames()["city"]
    made: np.ndarray = table[list(COLUMNS)].to_numpy()
    return made


def test_an_arm_that_does_not_exist_is_named() -> None:
    with pytest.raises(Mistake, match=r"reactions: there is no arm 'act' .did you mean 'acts'"):
        compare({"baseline": CITY, "acts": CITY}, seeds=[1], reactions={"act": [no_tasks]})


# --- what the city shows


def test_the_city_now_is_what_the_tables_say() -> None:
    told: dict[str, Any] = {}

    def look(now: CityNow) -> None:
        if now.month == "2023-10":
            told.update(
                hours=now.station("admin_hours", months=3),
                filled=now.station("filled", months=2),
                all_filled=now.city("filled"),
                share=now.station("admin_share", months=9),
                city_share=now.city("admin_share", months=3),
                goodwill=now.city("goodwill", months=2),
                date=now.date.isoformat(),
                over=now.n_months,
            )

    tables = simulate(CITY, 1, reactions=[look]).frames()
    at = tables["stations"].pivot(index="month", columns="station")
    last = at.loc["2023-07":"2023-09"]  # type: ignore[misc]
    assert told["hours"] == pytest.approx(last["admin_hours"].sum().to_dict())
    assert told["filled"] == pytest.approx(last["filled"].tail(2).mean().to_dict())
    assert told["all_filled"] == last["filled"].iloc[-1].sum()
    worked = [f"{one}_hours" for one in WORKED]
    sums = at.loc[:"2023-09", worked].sum().unstack(0)  # type: ignore[misc]
    share = (sums["admin_hours"] + sums["ledger_hours"] + sums["reception_hours"]) / sums.sum(axis=1)
    assert told["share"] == pytest.approx(share.to_dict())
    assert 0 < told["city_share"] < 1
    assert told["goodwill"] == pytest.approx(last["goodwill"].tail(2).to_numpy().mean())
    assert (told["date"], told["over"]) == ("2023-10-01", 9)


def test_before_the_first_month_there_is_nothing_to_see() -> None:
    now = CityNow(build(CITY, 1), CITY, 0)
    assert all(math.isnan(value) for name in ("quits", "turnover") for value in now.station(name).values())
    assert math.isnan(now.city("quits"))
    assert math.isnan(now.city("turnover", months=6))
    assert repr(now) == "<CityNow test, 2023-01: 2 stations>"


# --- reactions: what they must not

BAD: list[tuple[Callable[[CityNow], Any], str]] = [
    (lambda now: 1 / 0, "ZeroDivisionError: division by zero, on 2023-07-01"),
    (lambda now: now.station("turnovr"), "did you mean 'turnover'.*on 2023-07-01"),
    (lambda now: now.lever("pai"), "did you mean 'pay'.*on 2023-07-01"),
    (lambda now: now.city("quits", months=0), "months = 0; at least 1, on 2023-07-01"),
    (lambda now: exit(), "SystemExit.*on 2023-07-01"),
    (lambda now: 3500, "2023-07-01: gave 3500; give levers by name, or None"),
    (lambda now: [("pay", 3500)], "2023-07-01: gave .*; give levers by name, or None"),
    (lambda now: {"pay": 3500, "pey": 1}, "2023-07-01: there is no lever 'pey' .did you mean 'pay'"),
    (lambda now: {"pay": {"a": 3500, "c": 3500}}, "2023-07-01: there is no station 'c'"),
    (lambda now: {"benefits": 1, "pay": math.nan}, "2023-07-01: pay = nan; allowed: 2,000 to 8,000"),
    (lambda now: {"benefits": 1, "pay": math.inf}, "2023-07-01: pay = inf; allowed: 2,000 to 8,000"),
    (lambda now: {"benefits": 1, "pay": 10**400}, "2023-07-01: pay = 1000.*; allowed: 2,000 to 8,000"),
    (lambda now: {"benefits": 1, "pay": {"b": 100}}, "2023-07-01: pay = 100; allowed: 2,000 to 8,000"),
    (lambda now: {"benefits": 1, "pay": "3500"}, "2023-07-01: pay = '3500'; allowed: 2,000 to 8,000"),
    (lambda now: {"benefits": True}, "2023-07-01: benefits = True; allowed: 0 to 1"),
    (lambda now: {"benefits": 1, "pay": None}, "2023-07-01: pay = None; allowed: 2,000 to 8,000"),
]


@pytest.mark.parametrize("number", range(len(BAD)))
def test_a_bad_reaction_is_one_sentence_and_sets_nothing(number: int) -> None:
    def bad(now: CityNow) -> Any:
        return BAD[number][0](now)

    world = build(CITY, 1)
    world = world._replace(levers=world.levers.copy())
    with pytest.raises(Mistake, match=f"^policy 'bad'[:,] .*{BAD[number][1]}") as caught:
        react(world, CITY, CITY.policy_month, [bad])
    assert "\n" not in str(caught.value)
    assert (world.levers == CITY.lever_table()).all()
    with pytest.raises(Mistake) as again:
        simulate(CITY, 1, reactions=[bad])
    assert str(again.value) == str(caught.value)
    assert (build(CITY, 1).levers == CITY.lever_table()).all()


def test_a_reaction_cannot_set_a_fraction_of_what_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(LEVERS, "training_hours", replace(LEVERS["training_hours"], is_whole=True))
    world = build(CITY, 1)
    world = world._replace(levers=world.levers.copy())
    react(world, CITY, 6, [lambda now: {"training_hours": 5}])
    said = "training_hours = 5.5; allowed: a whole number from 0 to 24$"
    with pytest.raises(Mistake, match=said):
        react(world, CITY, 6, [lambda now: {"training_hours": 5.5}])
    assert (world.levers["training_hours"][6:] == 5).all()
    with pytest.raises(Mistake, match=r"training_hours must be a whole number from 0 to 24 \(.*\), not 5.5"):
        Move(6, "training_hours", 5.5).check()


def test_a_bad_reaction_ends_a_comparison_in_threads() -> None:
    def bad(now: CityNow) -> dict[str, Any]:
        return {"pay": 1}

    with pytest.raises(Mistake, match="policy 'bad', 2023-07-01: pay = 1"):
        compare({"baseline": CITY, "bad": CITY}, seeds=range(1, 9), reactions={"bad": [bad]}, jobs=2)
    assert state_bytes(simulate(CITY, 1).world) == AS_IT_IS


# --- observations


def test_observations_are_columns() -> None:
    months = []

    def by_city(now: CityNow) -> float:
        months.append(now.n_months)
        return now.city("quits")

    seen = {"own_quits": by_city, "own_hours": lambda now: now.station("admin_hours")}
    run = simulate(CITY, 1, observations=seen)
    assert state_bytes(run.world) == AS_IT_IS, "who looks changes nothing"
    tables = run.frames()
    assert months == list(range(1, 13))
    assert tables["city"]["own_quits"].tolist() == tables["city"]["quits"].tolist()
    assert tables["stations"]["own_hours"].tolist() == tables["stations"]["admin_hours"].tolist()
    assert "own_hours" not in tables["city"]
    assert run.extra["own_hours"].shape == (12, 2)


@pytest.mark.parametrize(
    ("name", "function", "said"),
    [
        ("mine", lambda now: 1 / 0, "observation '<lambda>': ZeroDivisionError: division by zero, on 2023-02-01"),
        ("mine", lambda now: "many", "observation 'mine' gave 'many' in 2023-01; give a number, or one for each station"),
        ("mine", lambda now: None, "observation 'mine' gave None in 2023-01"),
        ("mine", lambda now: [1, 2], r"observation 'mine' gave \[1, 2\] in 2023-01"),
        ("mine", lambda now: {"a": 1}, "observation 'mine' gave {'a': 1} in 2023-01"),
        ("mine", lambda now: {"a": 1, "b": 2, "c": 3}, "observation 'mine' gave {'a': 1, .* in 2023-01"),
        ("mine", lambda now: {"a": 1, "b": "x"}, "observation 'mine' gave {'a': 1, .* in 2023-01"),
        ("mine", lambda now: {"a": 1, "b": 2} if now.n_months > 3 else 0, "observation 'mine' gave now one number"),
        ("coverage", lambda now: 1.0, "observation 'coverage': the tables have a column of that name"),
        ("month", lambda now: 1.0, "observation 'month': the tables have a column of that name"),
    ],
)  # fmt: skip
def test_a_wrong_observation_is_one_sentence(name: str, function: Callable[[CityNow], Any], said: str) -> None:
    with pytest.raises(Mistake, match=said) as caught:
        simulate(CITY, 1, observations={name: function})
    assert "\n" not in str(caught.value)
