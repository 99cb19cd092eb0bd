"""Stations that open and close, and towns that grow: needs, staff, money and links, and every conservation law on every day."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from cities import city, group, town
from rules_help import plain

from sim.day import run_days
from sim.lab.frames import city_of, column, values
from sim.lab.outcomes import summarize
from sim.mistakes import Mistake
from sim.rules.residents import day_of_growth
from sim.scenario.load import load_policy, load_scenario
from sim.scenario.schema import Scenario
from sim.words import NONE, Kind, Line, NeedState
from sim.world.build import build
from sim.world.check import broken
from sim.world.tables import World, branch

BUSY = {"grid_hazard": 0.006, "quit_floor": 0, "quit_span": 0}
PAID = {"pay": 8000, "funding_dependence": 0.8, "alliance_support": 1}


def of(levers: dict[str, Any] = PAID, parameters: dict[str, Any] = BUSY, **towns: dict[str, Any]) -> Scenario:
    return city(towns={name: town(**facts) for name, facts in towns.items()}, levers=levers, parameters=parameters)


def days_until(world: World, month: int) -> int:
    return int((world.place.days["month"] < month).sum())


def run(scenario: Scenario, seed: int = 1, months: int = 12) -> World:
    """The world after so many months, in which nothing was broken on any day."""
    world = build(scenario, seed)
    for _ in range(days_until(world, months)):
        run_days(world, 1)
        assert broken(world) == []
    return world


def seen(world: World, name: str, s: int = 0) -> np.ndarray:
    return np.asarray(world.observed.stations[name][:, s])


# --- a station that opens

OPENS = {"posts": 3, "opens": "2023-07"}


def test_it_opens_with_money_by_the_parameters_of_its_town() -> None:
    own = {"start_balance_months": 5, "operating_cost": 1000}
    here = {name: {"value": value, "stations": ["a"]} for name, value in own.items()}
    usual, in_town, in_all = (run(of(parameters=BUSY | more, b={}, a=OPENS), months=7) for more in ({}, here, own))
    assert in_town.stations[1].start_balance == in_all.stations[1].start_balance != usual.stations[1].start_balance
    assert in_town.stations[0].start_balance == usual.stations[0].start_balance


@pytest.fixture(scope="module")
def opened() -> World:
    return run(of(a=OPENS, b={"posts": 2}))


def test_before_it_opens_nothing_is_done_or_paid(opened: World) -> None:
    for name in (
        "given_hours",
        "tasks_contract",
        "visits",
        "government_due",
        "operating_due",
        "cost_wages",
        "cost_operating",
    ):
        assert not seen(opened, name)[:6].any(), name
    for name in (
        "cost_platform",
        "participants",
        "filled",
        "posts",
        "stations",
        "met_station",
        "links",
        "task_hours_in",
    ):
        assert not seen(opened, name)[:6].any(), name
    assert seen(opened, "stations").tolist() == [0] * 6 + [1] * 6
    assert (seen(opened, "goodwill")[:6] == 0).all()


def test_needs_of_its_town_arise_and_wait_for_it_or_give_up(opened: World) -> None:
    assert (seen(opened, "arisen")[:6] > 0).all()
    assert seen(opened, "dispatched_station")[:6].sum() > 20
    assert seen(opened, "given_up")[:6].sum() > 10
    assert seen(opened, "waiting")[5] > 10
    assert seen(opened, "dispatched_other")[:6].sum() > 0  # as everywhere
    assert seen(opened, "met_station")[6:].sum() > 20
    assert seen(opened, "waiting")[-1] < 10


def test_it_opens_with_vacant_posts_and_the_money_of_a_first_day(opened: World) -> None:
    assert seen(opened, "posts").tolist() == [0] * 6 + [3] * 6
    assert seen(opened, "given_hours")[6] == 0
    assert seen(opened, "hires")[6:].sum() == 3 == seen(opened, "filled")[-1]
    p = opened.parameters[0, 0]
    begun = p.start_balance_months * 3 * (8000 * (1 + p.insurance_rate * 0.5) + p.operating_cost)
    assert opened.stations[0].start_balance == pytest.approx(begun)
    assert seen(opened, "tasks_contract")[6] > 0
    assert seen(opened, "links")[6:].max() == 1


def test_its_office_waits_for_it_as_it_set_out() -> None:
    world = run(of(a=OPENS, b={"posts": 2}), months=6)
    assert world.stations["goodwill"][0] == world.parameters[0, 0].initial_goodwill
    assert world.stations["goodwill"][1] != world.parameters[0, 0].initial_goodwill


def test_nobody_knows_of_a_station_that_is_not_there() -> None:
    world = build(of(a=OPENS, b={"posts": 2}), 1)
    town_of = world.communities["station"]
    first = world.communities["first_resident"][town_of == 1][0]
    assert not world.residents.is_aware[:first].any()
    assert world.residents.is_aware[first:].any()
    assert not world.communities["outreach"][town_of == 0].any()
    assert not world.communities["volunteers"][town_of == 0].any()


def test_a_station_that_opens_with_the_run_is_one_that_is_there() -> None:
    plain = of(a={"posts": 3}, b={"posts": 2})
    said = of(a={"posts": 3, "opens": "2023-01"}, b={"posts": 2, "closes": "2023-12", "heir": "a"})
    one, other = run(plain, months=4), run(said, months=4)
    assert one.observed.stations.tobytes() == other.observed.stations.tobytes()


# --- a station that closes

CLOSES = {"posts": 3, "closes": "2023-06", "heir": "b"}


@pytest.fixture(scope="module")
def on_the_morning() -> World:
    """When the station closes today."""
    return run(of(a=CLOSES, b={"posts": 5}, c={"posts": 1}), months=6)


def test_its_heir_goes_on_with_its_services(on_the_morning: World) -> None:
    before, world = on_the_morning, branch(on_the_morning)
    running = np.flatnonzero((before.services["is_open"] != 0) & (before.services["station"] == 0))
    assert len(running) > 3
    run_days(world, 1)
    assert broken(world) == []
    still = running[world.services["is_open"][running] != 0]
    assert (world.services["station"][still] == 1).all()
    assert (world.services["handovers"][still] == before.services["handovers"][still] + 1).all()
    assert seen(world, "let_go")[6] == 3 == seen(before, "filled")[5]
    assert not world.stations[0].n_partners
    assert not (world.stations["partners"][1:] == 0).any()
    run_days(world, 60)
    assert (world.services["worker"][still] >= 3).sum() + (world.services["is_open"][still] == 0).sum() > 0


def test_its_heir_takes_over_the_needs_and_the_communities_of_its_town() -> None:
    idle = {**BUSY, "grid_hazard": 0.0003}
    world = run(of(parameters=idle, a=CLOSES, b={"posts": 5}))
    assert seen(world, "met_station")[9:].sum() > 0
    assert (seen(world, "dispatched_station")[6:] > 0).any()
    of_a = world.communities["station"] == 0
    assert (world.observed.communities["outreach_hours"][7:10, of_a] > 0).all()
    given = world.observed.communities["outreach_hours"].sum(axis=1)
    assert given == pytest.approx(world.observed.stations["outreach_hours"].sum(axis=1))
    cases = world.services["kind"] == Kind.CASE.value
    later = cases & (world.services["opened"] >= days_until(world, 7)) & (world.needs["station"] == 0)
    assert later.sum() > 5
    assert (world.services["station"][later] == 1).all()
    assert (seen(world, "participants")[6:] > 0).all()
    waiting = world.lines[Line.WAITING, : world.city[0].n_waiting]
    assert (world.needs["state"][waiting] == NeedState.WAITING).all()


def test_its_accounts_are_wound_up(on_the_morning: World) -> None:
    world = run(of(a=CLOSES, b={"posts": 5}, c={"posts": 1}))
    for name in (
        "government_due",
        "operating_due",
        "wages_due",
        "own_revenue",
        "tasks_contract",
        "given_hours",
        "cost_platform",
    ):
        assert not seen(world, name)[6:].any(), name
    assert seen(world, "receivable")[5] == pytest.approx(
        seen(world, "government_paid")[6:].sum() + world.stations[0].receivable
    )
    assert world.stations[0].backlog_hours == 0
    assert seen(world, "stations").tolist() == [1] * 6 + [0] * 6


def test_heirs_of_heirs() -> None:
    world = run(
        of(
            a={"posts": 3, "closes": "2023-04", "heir": "b"},
            b={"posts": 2, "closes": "2023-08", "heir": "c"},
            c={"posts": 4, "opens": "2023-03", "growth_per_year": 0.4},
        )
    )
    assert world.stations["served_by"].tolist() == [2, 2, 2]
    assert world.stations["n_towns"].tolist() == [0, 0, 3]
    assert (world.services["station"][world.services["is_open"] != 0] == 2).all()
    assert NONE not in world.services["station"]


def test_levels_of_the_city_are_means_of_the_stations_that_are_open() -> None:
    world = run(of(a=OPENS, b={"posts": 2}))
    months = city_of(values(world.observed.stations))
    assert column(months, "goodwill")[:6].tolist() == seen(world, "goodwill", 1)[:6].tolist()
    both = seen(world, "goodwill") + seen(world, "goodwill", 1)
    assert column(months, "goodwill")[6:] == pytest.approx(both[6:] / 2)
    assert summarize(world, 0, 12).outcomes["goodwill"] == pytest.approx(both.sum() / 18)


# --- a town that joins

JOINS = {"posts": 3, "joins": "2023-07"}


@pytest.fixture(scope="module")
def joined() -> World:
    return run(of(PAID | {"cadre_training": 1, "information_platform": 1}, a=JOINS, b={"posts": 2}))


def test_before_it_joins_a_town_is_not_there(joined: World) -> None:
    """Nothing is observed of it, in any column; nor of its communities and of its people in their groups."""
    observed = joined.observed
    for name in observed.stations.dtype.names:
        assert not seen(joined, name)[:6].any(), name
    of_a = joined.communities["station"] == 0
    for name in observed.communities.dtype.names:
        assert not observed.communities[name][:6, of_a].any(), name
    people = seen(joined, "residents", 1)
    assert observed.groups["residents"][:6].sum(axis=1) == pytest.approx(people[:6])
    assert observed.groups["residents"][6:].sum(axis=1) == pytest.approx(people[6:] + seen(joined, "residents")[6:])


def test_the_other_town_does_not_notice() -> None:
    """Where nothing binds towns to one another, one alone is that one beside a town that joins as the run ends."""
    alone = run(of(b={"posts": 2}), months=11)
    beside = run(of(a=JOINS | {"joins": "2023-12"}, b={"posts": 2}), months=11)
    seen_ = [name for name in alone.observed.stations.dtype.names if not name.startswith("cohort_")]
    for name in seen_:
        assert seen(alone, name)[:11].tolist() == seen(beside, name, 1)[:11].tolist(), name
    office, other = beside.stations["awareness"]
    assert office == beside.parameters[0].initial_awareness != other


def test_from_then_on_it_is_a_town_whose_station_opens(joined: World) -> None:
    assert seen(joined, "stations").tolist() == [0] * 6 + [1] * 6
    assert seen(joined, "posts").tolist() == [0] * 6 + [3] * 6
    assert seen(joined, "given_hours")[6] == 0
    assert seen(joined, "hires")[6:].sum() == 3 == seen(joined, "filled")[-1]
    assert (seen(joined, "residents")[6:] == 2000).all()
    assert (seen(joined, "arisen")[6:] > 0).all()
    assert (joined.needs["onset"][joined.needs["station"] == 0] >= days_until(joined, 6)).all()
    assert (seen(joined, "cost_cadres")[6:] == seen(joined, "cost_cadres", 1)[6:]).all()
    trust = seen(joined, "trust_sum") / np.maximum(1, seen(joined, "residents"))
    assert trust[6] == pytest.approx(joined.parameters[0].initial_trust_mean, abs=0.02)
    assert seen(joined, "met_station")[6:].sum() > 20
    summary = summarize(joined, 0, 12)
    assert 0 < summary.outcomes["trust"] < 1


def test_its_people_come_with_their_trust() -> None:
    world = run(of(a=JOINS, b={"posts": 2}), months=6)
    assert world.stations["trust"][0] == 0 == world.stations["residents"][0]
    run_days(world, 1)
    last = world.communities["last_resident"][world.communities["station"] == 0].max()
    weight = np.concatenate([np.full(cell.last - cell.first, cell.weight) for cell in world.place.cells])[:last]
    of_a = world.communities["station"] == 0
    mean = np.average(world.residents.trust[:last], weights=weight)
    assert world.stations["trust"][0] == pytest.approx(mean, abs=1e-4)
    assert np.average(world.communities["trust"][of_a], weights=world.communities["residents"][of_a]) == pytest.approx(
        mean, abs=1e-4
    )


def test_its_needs_arise_at_the_rate_of_its_people() -> None:
    """A town that joins and grows: within the noise of the closed form, from the first day of its month."""
    groups = {"g": group(per_1000=1000, needs_per_year=3)}
    towns = {"a": town(population=8000, posts=0, joins="2023-07", growth_per_year=0.2), "b": town(posts=0)}
    world = run(city(towns=towns, groups=groups))
    k, days = np.log(1.2) / 365, days_until(world, 12) - days_until(world, 6)
    expected = 8000 * 3 / 365 * np.expm1(k * days) / k
    assert seen(world, "arisen").sum() == pytest.approx(expected, abs=4 * np.sqrt(expected))
    assert seen(world, "residents")[[6, 11]] == pytest.approx([8000, 8000 * 1.2 ** (5 / 12)])


def test_a_town_that_joins_with_the_run_was_always_there() -> None:
    plain, said = of(a={"posts": 3}, b={"posts": 2}), of(a={"posts": 3, "joins": "2023-01"}, b={"posts": 2})
    assert run(plain, months=3).observed.stations.tobytes() == run(said, months=3).observed.stations.tobytes()
    assert Scenario.from_mapping(said.to_mapping()) == said
    assert said.hash != of(a={"posts": 3, "joins": "2023-02"}, b={"posts": 2}).hash


def test_its_station_may_open_later() -> None:
    world = run(of(a=JOINS | {"opens": "2023-10"}, b={"posts": 2}))
    assert seen(world, "stations").tolist() == [0] * 9 + [1] * 3
    assert (seen(world, "arisen")[6:9] > 0).all()
    assert not seen(world, "arisen")[:6].any()


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"joins": "2023-07", "opens": "2023-06"}, "would open before the town joins, in 2023-07"),
        ({"joins": "2024-01"}, "2024-01 lies outside the run; allowed: 2023-01 to 2023-12"),
        ({"joins": "2023-07", "closes": "2023-05", "heir": "b"}, "would close before it opens, in 2023-07"),
        ({"joins": "2023-07", "workers": [{"trained": True}]}, "opens in 2023-07 with its posts vacant"),
        ({"joins": "soon"}, "month"),
    ],
)
def test_a_town_that_cannot_join_so_is_one_sentence(facts: dict[str, Any], said: str) -> None:
    with pytest.raises(Mistake, match=re.escape(said)):
        of(a={"posts": 3} | facts, b={"posts": 2})


# --- towns that grow


def test_residents_and_needs_grow_and_rows_do_not() -> None:
    """Over two years of 20 % each, a constant town, and one that grows: needs by the closed form, within their noise."""
    groups = {"g": group(per_1000=1000, needs_per_year=2)}
    years = {"end": "2024-12-31", "groups": groups, "policy_start": "2024-01-01"}
    towns = {"a": town(population=4000, posts=0, growth_per_year=0.2), "b": town(population=4000, posts=0)}
    world = build(city(towns=towns, **years), 5)
    n_rows = len(world.residents.trust)
    run_days(world, len(world.place.days))
    assert broken(world) == []
    assert len(world.residents.trust) == n_rows == 8000
    grown = seen(world, "residents")
    assert grown[[0, 12]] == pytest.approx([4000, 4800])
    assert (seen(world, "residents", 1) == 4000).all()
    k = np.log(1.2) / 365
    for first, months in ((0, slice(0, 12)), (365, slice(12, 24))):
        days = 365 if first == 0 else 366
        expected = 4000 * 2 / 365 * (np.exp(k * (first + days)) - np.exp(k * first)) / k
        assert seen(world, "arisen")[months].sum() == pytest.approx(expected, abs=4 * np.sqrt(expected))
    of_groups = world.observed.groups["residents"][:, 0]
    assert of_groups == pytest.approx(grown + 4000)


def test_growth_moves_needs_in_time_and_makes_no_others() -> None:
    """The needs of a town that grows are those of the town that does not, earlier, and more of the same draws."""
    drawn = [build(of(a={"posts": 1, "growth_per_year": growth}), 2).drawn for growth in (-0.3, 0.0, 0.3)]
    fewer, same, more = (set(one["key"].tolist()) for one in drawn)
    assert fewer < same < more
    later, onset = (dict(zip(one["key"].tolist(), one["onset"].tolist(), strict=True)) for one in drawn[:2])
    assert all(later[key] >= onset[key] if onset[key] >= 0 else later[key] == onset[key] for key in later)


@pytest.mark.parametrize("growth", [-0.5, -0.01, 0.01, 0.5])
def test_as_many_person_days_as_without_growth(growth: float) -> None:
    k = np.log(1 + growth) / 365
    for even in (1.0, 300.0, 500.0):
        day = plain(day_of_growth)(growth, even)
        assert np.expm1(k * day) / k == pytest.approx(even)
    assert plain(day_of_growth)(-0.5, 1e6) == np.inf  # a town that shrinks for ever never lives so many
    assert plain(day_of_growth)(growth, -3.0) == -3.0


# --- the worked example


def test_the_shipped_city_over_time_on_every_day_under_hiring() -> None:
    """Posts 8 to 10 from 2026-01, a station that opens in 2025-07, one that closes after 2026-12; and two more posts from 2025-07 on."""
    base = load_scenario("lakeside-grows")
    under = base.with_policies([load_policy("hire-two")])
    posts = dict(zip([town.id for town in base.towns], under.lever_table()["posts"].T.tolist(), strict=True))
    assert posts["harbour"] == [8] * 30 + [10] * 6 + [12] * 30
    assert posts["island"] == [0] * 30 + [4] * 36
    assert posts["hills"] == [2] * 30 + [4] * 18 + [0] * 18
    arms = {}
    for name, scenario in (("baseline", base), ("hiring", under)):
        world = arms[name] = build(scenario, 3)
        while world.day < len(world.place.days):
            run_days(world, 1)
            if world.place.days["is_month_end"][world.day - 1] or world.place.days["is_month_start"][world.day - 1]:
                assert broken(world) == []
    for name in ("wages_due", "operating_due", "post_days"):
        more = arms["hiring"].observed.stations[name].sum(axis=1) - arms["baseline"].observed.stations[name].sum(axis=1)
        assert not more[:30].any(), name
        assert (more[31:] > 0).all(), name
