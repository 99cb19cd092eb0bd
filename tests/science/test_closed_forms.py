"""Where the model can be solved by hand, it agrees with the solution within sampling error."""

from __future__ import annotations

import math

import numpy as np
import pytest
from cities import TEXT, city, group, town

from sim.day import run_days
from sim.words import NeedState, Route
from sim.world.build import build

QUIET = {
    "contract_task_rate": 0, "offcontract_task_rate": 0, "reception_rate": 0, "secondment_rate": 0,
    "duplicate_chance": 0, "centre_share": 0, "other_share": 0, "ledger_per_service_hour": 0, "quit_floor": 0,
    "quit_span": 0, "give_up_hazard": 0, "dispatch_lag_workdays": 0, "trust_step": 0, "join_base": 0, "join_trust": 0,
    "join_outreach": 0, "join_least": 0, "grid_strength_cv": 0, "overtime_most_hours": 0,
}  # fmt: skip
"""All off but arrivals and work."""


def z(found: float, expected: float, error: float) -> float:
    return abs(found - expected) / error


def under(world, **values):  # type: ignore[no-untyped-def]
    """The world under parameters beyond what a scenario may say."""
    parameters = world.parameters.copy()
    for name, value in values.items():
        parameters[name] = value
    return world._replace(parameters=parameters)


def one_town(residents: int, rate: float, **facts: object):  # type: ignore[no-untyped-def]
    towns = {"a": town(population=residents, posts=facts.pop("posts", 0), communities=1)}
    groups = {"all": group(per_1000=1000, needs_per_year=rate, group_work_share=0, detectability=1)}
    parameters = {**QUIET, **facts.pop("parameters", {})}  # type: ignore[dict-item]
    return city(towns=towns, groups=groups, parameters=parameters, **facts)


def test_needs_arise_at_their_rate() -> None:
    world = build(one_town(20_000, 0.3, parameters={"expiry_days": 4000}), 1)
    run_days(world, 365)
    expected = 20_000 * 0.3
    assert z(world.observed.stations["arisen"].sum(), expected, math.sqrt(expected)) < 4


def test_a_sampled_public_has_as_many_needs_as_all_of_it() -> None:
    groups = {
        "public": {
            "name": TEXT,
            "rest": True,
            "needs_per_year": 0.2,
            "group_work_share": 0,
            "hours_scale": 1,
            "detectability": 1,
        }
    }
    towns = {"a": town(population=40_000, posts=0)}
    world = build(city(towns=towns, groups=groups, general_sample=0.1), 2)
    run_days(world, 365)
    assert len(world.residents.trust) == 4000
    assert world.stations[0].residents == pytest.approx(40_000)
    expected = 40_000 * 0.2
    assert z(world.observed.stations["arisen"].sum(), expected, math.sqrt(expected)) < 4


def test_ages_of_hidden_needs_on_the_first_day() -> None:
    """Exponential with mean expiry_days, cut at need_lookback_days."""
    mean, cut, rate, people = 200.0, 365.0, 0.5, 40_000
    world = build(one_town(people, rate), 3)
    ages = -world.needs["onset"][world.needs["state"] == NeedState.HIDDEN].astype(float)
    # A whole day is counted of the day of onset: age d stands for onsets between d and d - 1 days before.
    expected = people * rate / 365 * mean * (1 - math.exp(-cut / mean))
    assert z(len(ages), expected, math.sqrt(expected)) < 4
    law = mean - cut * math.exp(-cut / mean) / (1 - math.exp(-cut / mean))
    assert z(ages.mean(), law + 0.5, ages.std() / math.sqrt(len(ages))) < 4


def test_detection_against_its_hazard() -> None:
    """With grid hazard g and expiry hazard e a need is found with chance g / (g + e), whatever its age."""
    grid, expiry = 0.004, 1 / 200
    parameters = {
        "grid_hazard": grid,
        "self_hazard": 0,
        "outreach_hazard": 0,
        "volunteer_hazard": 0,
        "platform_grid_gain": 0,
    }
    world = build(one_town(30_000, 0.4, parameters=parameters, end="2024-12-31"), 4)
    began = int(world.city[0].n_hidden)
    run_days(world, 700)
    seen = world.observed.stations
    ended = seen["detected"].sum() + seen["expired"].sum()
    share = grid / (grid + expiry)
    assert ended > began
    assert z(seen["detected"].sum() / ended, share, math.sqrt(share * (1 - share) / ended)) < 4
    # In balance the stock is arrivals times mean life (Little's law), sampled over the last months.
    stock = seen["hidden"][-8:-1].mean()
    expected = 30_000 * 0.4 / 365 / (grid + expiry)
    assert z(stock, expected, math.sqrt(expected)) < 4


def test_dispatch_shares_and_lag() -> None:
    parameters = {"centre_share": 0.05, "other_share": 0.16, "dispatch_lag_workdays": 3, "platform_grid_gain": 0}
    world = build(one_town(20_000, 0.4, parameters=parameters, levers={"information_platform": 0}), 5)
    world = under(world, grid_hazard=0.02)
    run_days(world, 300)
    sent = world.needs[world.needs["dispatched"] > 0]
    n = len(sent)
    for route, share in ((Route.CENTRE, 0.05), (Route.OTHER, 0.16), (Route.STATION, 0.79)):
        assert z((sent["route"] == route).mean(), share, math.sqrt(share * (1 - share) / n)) < 4
    # Queue in balance: detected per workday times the mean lag in workdays, as seen at month ends.
    seen = world.observed.stations
    per_workday = seen["detected"][3:9].sum() / (9 - 3) / 21.74
    expected = 3 * per_workday
    assert z(seen["queued"][3:9].mean(), expected, math.sqrt(expected / 6)) < 4


def test_waits_of_a_single_worker_follow_queueing_theory() -> None:
    """One worker who takes one case at a time, cases of fixed length: waits follow Pollaczek-Khinchine for M/D/1.

    The 60 days of hours that a worker has room for are set to nothing, so only an idle worker takes a case; a case takes
    one session each workday until it is done.
    """
    hours, rate_per_workday = 24.0, 0.18
    people = 20_000
    detected = rate_per_workday * 5 / 7 * 365 / people
    parameters = {
        "platform_grid_gain": 0, "room_workdays": 0, "session_hours_case": 8, "session_gap_days": 1,
        "case_hours_mean": hours, "case_hours_cv": 0, "productivity_base": 0.5, "productivity_burnout": 0,
        "productivity_volunteers": 0, "training_gain": 0, "practice_gain": 0, "competence_decay": 0,
        "need_lookback_days": 1, "case_deadline_days": 270,
    }  # fmt: skip
    waits = []
    for seed in range(24):
        towns = {"a": town(population=people, posts=1, communities=1, workers=[{"competence": 0.5}])}
        groups = {"all": group(per_1000=1000, needs_per_year=detected, group_work_share=0, detectability=1)}
        scenario = city(
            towns=towns,
            groups=groups,
            parameters={**QUIET, **parameters},
            levers={"training_hours": 0, "information_platform": 0},
            end="2026-12-31",
        )
        world = under(build(scenario, seed), grid_hazard=50)
        run_days(world, len(world.place.days))
        opened = world.services[world.services["hours"] > 0]
        rows = np.flatnonzero(world.services["hours"] > 0)
        began = world.needs["dispatched"][rows]
        workdays = world.place.days["workdays"].astype(float)
        waits.append((workdays[opened["opened"]] - workdays[began]).mean())
    service = hours / 8
    load = rate_per_workday * service
    law = load * service / (2 * (1 - load))
    found, error = np.mean(waits), np.std(waits, ddof=1) / math.sqrt(len(waits))
    assert z(found, law, error) < 4


def test_littles_law_at_a_station() -> None:
    """Needs at the station, counted every evening = arrivals a day times their mean stay, in a station that keeps up."""
    world = build(one_town(3_000, 0.12, posts=6, end="2025-12-31"), 6)
    world = under(world, grid_hazard=0.02)
    here = (NeedState.WAITING, NeedState.IN_SERVICE)
    n_days = len(world.place.days)
    stock = np.zeros(n_days)
    left = np.full(len(world.needs), -1)
    for day in range(n_days):
        run_days(world, 1)
        is_here = np.isin(world.needs["state"], here)
        stock[day] = is_here.sum()
        left[(world.needs["route"] == Route.STATION) & ~is_here & (left < 0)] = day
        if world.place.days[day].is_month_end:
            seen = world.observed.stations[world.place.days[day].month]
            assert stock[day] == (seen["waiting"] + seen["in_service"]).sum()
    first, last = 150, n_days - 180
    dispatched = world.needs["dispatched"]
    came_ever = world.needs["route"] == Route.STATION
    came = came_ever & (dispatched >= first) & (dispatched < last)
    assert came.sum() > 500
    assert (left[came] >= 0).all(), "everyone who came in the window has left by the end"
    left[left < 0] = n_days
    stays = (left - dispatched)[came].sum()
    # Those who were there before the window and after it make the whole difference between the two sides of the law.
    before = came_ever & (dispatched < first) & (left > first)
    after = came_ever & (dispatched < last) & (left > last)
    carried = (left - first)[before].sum() - (left - last)[after].sum()
    assert stock[first:last].sum() == stays + carried
    assert stock[first:last].mean() == pytest.approx(stays / (last - first), rel=0.1)


def test_staff_survive_at_constant_intention() -> None:
    """With every pull and push off, sigma is logistic(stay_base), and yearly quits are floor + span (1 - sigma)."""
    off = {
        "stay_pay": 0, "stay_benefits": 0, "stay_promotion": 0, "stay_conflict": 0, "stay_burnout": 0, "stay_arrears": 0,
        "stay_recognition": 0, "stay_base": 0.4, "hire_rate": 0,
    }  # fmt: skip
    towns = {f"t{i}": town(population=10, posts=100, communities=1) for i in range(6)}
    groups = {"none": group(needs_per_year=0)}
    world = build(city(towns=towns, groups=groups, parameters=off, end="2025-12-31"), 7)
    run_days(world, len(world.place.days))
    stay = 1 / (1 + math.exp(-0.4))
    yearly = 0.05 + 0.255 * (1 - stay)
    expected = (1 - yearly) ** 3
    left = world.workers["is_filled"].mean()
    assert z(left, expected, math.sqrt(expected * (1 - expected) / 600)) < 4


def test_vacancies_fill_at_their_rate() -> None:
    towns = {f"t{i}": town(population=10, posts=100, communities=1) for i in range(4)}
    groups = {"none": group(needs_per_year=0)}
    parameters = {"quit_floor": 1, "quit_span": 0, "hire_rate": 0.25}
    world = build(city(towns=towns, groups=groups, parameters=parameters), 8)
    run_days(world, 31)
    assert world.workers["is_filled"].sum() == 0
    world = build(city(towns=towns, groups=groups, parameters={"quit_floor": 0.5, "quit_span": 0}, end="2026-12-31"), 8)
    run_days(world, len(world.place.days))
    quits, hires = 1 - 0.5 ** (1 / 12), 0.25 * 2500 / 4500 / 0.556
    # A post vacated at a month's end waits a month before its first chance to fill: 1/q months filled, 1 + 1/h - 1 vacant.
    expected = (1 / quits) / (1 / quits + 1 / hires)
    seen = world.observed.stations["filled"][12:].sum(axis=1).mean() / 400
    assert seen == pytest.approx(expected, abs=0.02)


def test_trust_returns_to_the_residents_own_level() -> None:
    """Without activities or services the deviation from the fixed point shrinks by (1 - a - b) a month."""
    towns = {"a": town(population=1000, posts=0, communities=1)}
    groups = {"none": group(per_1000=1000, needs_per_year=0)}
    parameters = {**QUIET, "trust_neighbours": 0.1, "trust_return": 0.2}
    world = build(city(towns=towns, groups=groups, parameters=parameters), 9)
    own = world.residents.own_trust.astype(float)
    mean = own.mean()
    run_days(world, len(world.place.days))
    fixed = (0.1 * mean + 0.2 * own) / 0.3
    expected = fixed + (own - fixed) * 0.7**12
    assert np.allclose(world.residents.trust, expected, atol=2e-4)
