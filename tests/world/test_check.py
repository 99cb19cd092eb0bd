"""What must always hold, every day, on random cities; and the check itself finds what is broken."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from cities import city, group, town
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim.day import run_days
from sim.lab.frames import measures, values
from sim.mistakes import Mistake
from sim.observations import MEASURES
from sim.scenario.parameters import LEVERS, PARAMETERS, SWITCHES
from sim.scenario.schema import Scenario
from sim.words import NONE
from sim.world.build import build
from sim.world.check import broken

EASY = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))


@st.composite
def levers(draw: Any) -> dict[str, float]:
    names = draw(st.lists(st.sampled_from(sorted(LEVERS)), max_size=8, unique=True))
    return {name: draw(st.floats(LEVERS[name].least, LEVERS[name].most)) for name in names}


@st.composite
def plausible(draw: Any) -> dict[str, float]:
    names = draw(st.lists(st.sampled_from(sorted(set(PARAMETERS) - {"exam_month"})), max_size=12, unique=True))
    ranges = {name: (PARAMETERS[name].low, PARAMETERS[name].high) for name in names}
    return {
        name: draw(st.integers(int(low), int(high)) if PARAMETERS[name].is_whole else st.floats(low, high))
        for name, (low, high) in ranges.items()
    }


@st.composite
def posts(draw: Any) -> Any:
    """A number, or one that changes."""
    months = draw(st.lists(st.integers(2, 12), max_size=3, unique=True))
    later = [{"value": draw(st.integers(0, 6)), "from": f"2023-{month:02d}"} for month in sorted(months)]
    return [draw(st.integers(0, 6)), *later]


@st.composite
def over_time(draw: Any) -> dict[str, Any]:
    """Whether a town grows, joins later, and its station opens later still."""
    months = st.integers(1, 12).map(lambda month: f"2023-{month:02d}")
    found: dict[str, Any] = draw(
        st.fixed_dictionaries({}, optional={"joins": months, "opens": months, "growth_per_year": st.floats(-0.5, 0.5)})
    )
    if "opens" in found and "joins" in found:
        found["joins"], found["opens"] = sorted([found["joins"], found["opens"]])
    return found


@st.composite
def cities(draw: Any) -> Scenario:
    n = draw(st.integers(1, 4))
    towns = {
        f"t{i}": town(
            population=draw(st.sampled_from([0, 40, 800, 3000])),
            posts=draw(posts()),
            communities=draw(st.integers(1, 4)),
            **draw(over_time()),
        )
        for i in range(n)
    }
    if n > 1 and draw(st.booleans()):
        towns["t0"] |= {"closes": f"2023-{draw(st.integers(1, 12)):02d}", "heir": "t1"}
        for key, name in itertools.product(("joins", "opens"), ("t0", "t1")):
            towns[name].pop(key, None)
    groups = {
        "few": group(per_1000=draw(st.floats(0, 300)), needs_per_year=draw(st.floats(0, 4))),
        "some": group(per_1000=draw(st.floats(0, 300)), group_work_share=draw(st.floats(0, 1))),
    }
    structure = draw(st.fixed_dictionaries({}, optional=dict.fromkeys(SWITCHES, st.booleans())))
    return city(towns=towns, groups=groups, levers=draw(levers()), parameters=draw(plausible()), structure=structure)


@pytest.mark.slow
@EASY
@given(cities(), st.integers(0, 2**63 - 1))
def test_every_invariant_holds_every_day(scenario: Scenario, seed: int) -> None:
    world = build(scenario, seed)
    assert broken(world) == []
    for day in range(len(world.place.days)):
        run_days(world, 1)
        # Hours and money are counted by month; needs and services can be looked at on any day.
        if day % 3 == 0 or world.place.days[day].is_month_end:
            assert broken(world) == [], f"day {day}"
    assert shares_beyond(world) == []


def shares_beyond(world: Any) -> list[str]:
    """Shares outside 0-1: of a station's month, of the city's month, of a station's whole time, of all."""
    months = values(world.observed.stations)
    windows = (months, months.sum(axis=1), months.sum(axis=0), months.sum(axis=(0, 1)))
    names = [name for name, one in MEASURES.items() if one.unit in ("share", "share per month")]
    return [
        f"{name}: {found.min()} to {found.max()}"
        for name in names
        for found in (np.nan_to_num(measures(window)[name], nan=0.5) for window in windows)
        if np.any((found < 0.0) | (found > 1.0 + 1e-9))
    ]


@pytest.mark.parametrize("name", sorted(LEVERS))
@pytest.mark.parametrize("end", ["least", "most"])
def test_every_lever_at_either_end_is_sensible(name: str, end: str) -> None:
    world = build(city(levers={name: getattr(LEVERS[name], end)}), 3)
    run_days(world, len(world.place.days))
    assert broken(world) == []


def test_all_levers_at_their_ends_together() -> None:
    for end in ("least", "most"):
        world = build(city(levers={name: getattr(one, end) for name, one in LEVERS.items()}), 4)
        run_days(world, len(world.place.days))
        assert broken(world) == []


@pytest.mark.parametrize(
    "towns",
    [
        {"a": town(posts=0)},
        {"a": town(population=0)},
        {"a": town(population=0, posts=0, communities=0)},
        {"a": town(posts=0, population=0, communities=0), "b": town()},
    ],
)
def test_a_town_without_staff_or_residents(towns: dict[str, Any]) -> None:
    world = build(city(towns=towns), 1)
    run_days(world, len(world.place.days))
    assert broken(world) == []


def test_more_needs_than_a_run_can_number_are_refused_before_it_begins() -> None:
    full = {key: value for key, value in group(needs_per_year=12).items() if key != "per_1000"} | {"rest": True}
    crowd = {"start": "2000-01-01", "policy_start": "2001-01-01", "end": "2039-12-31", "general_sample": 0.001}
    scenario = city(towns={"a": town(population=5_000_000)}, groups={"public": full}, **crowd)
    said = r"^test: about 2,[34]\d\d,\d{3},\d{3} needs would arise from 2000-01-01 to 2039-12-31, and a run can number 2,147,483,647;"
    with pytest.raises(Mistake, match=said):
        build(scenario, 1)


def test_without_needs_staff_or_levers_nothing_happens() -> None:
    quiet = city(
        towns={"a": town(posts=0)},
        groups={"none": group(needs_per_year=0)},
        levers={"information_platform": 0},
    )
    world = build(quiet, 1)
    run_days(world, len(world.place.days))
    seen = world.observed.stations
    still = {"residents", "resident_months", "trust_sum", "trust_square_sum", "aware_sum", "participants"}
    still |= {"volunteers", "stations"}
    still |= {"dependence", "goodwill", "awareness", "reputation", "load"}
    for name in seen.dtype.names:
        if name not in still:
            assert np.all(seen[name] == 0), name


def test_without_money_nobody_is_paid_and_nothing_breaks() -> None:
    poor = city(
        levers={"funding_dependence": 0},
        parameters={"pool_base": 0, "start_balance_months": 0},
    )
    world = build(poor, 1)
    run_days(world, len(world.place.days))
    assert broken(world) == []
    seen = world.observed.stations
    assert seen["wages_due"].sum() > 0
    assert seen["wages_paid"].sum() == 0
    assert world.stations["wages_owed"].sum() == pytest.approx(seen["wages_due"].sum())


@pytest.mark.parametrize(
    ("table", "column", "value", "said"),
    [
        ("stations", "balance", 1e9, "balances"),
        ("stations", "wages_owed", 7.0, "wages_owed"),
        ("stations", "receivable", 1e7, "government owes"),
        ("stations", "backlog_hours", 1e5, "task hours"),
        ("stations", "goodwill", 1.5, "outside 0-1"),
        ("workers", "burnout", float("nan"), "not finite"),
        ("workers", "ledger_backlog", -1.0, "negative"),
        ("workers", "n_services", 9, "list of services"),
        ("needs", "state", 6, "counted as MET"),
        ("services", "left_by", 0, "who left it"),
    ],
)
def test_the_check_finds_what_is_broken(table: str, column: str, value: float, said: str) -> None:
    world = build(city(), 1)
    run_days(world, 90)
    assert broken(world) == []
    row = (
        np.flatnonzero((world.services["worker"] != NONE) & (world.services["is_open"] == 1))[0]
        if table == "services"
        else 0
    )
    getattr(world, table)[column][row] = value
    assert any(said in sentence for sentence in broken(world))
