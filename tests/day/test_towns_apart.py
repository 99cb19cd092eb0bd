"""What is added in one town, or to the city, changes nobody else: draws, rounding and order are the town's own."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from cities import TEXT, city, group, town
from every import every

from sim.day import run_days
from sim.scenario.parameters import PARAMETERS
from sim.scenario.schema import Scenario
from sim.world.build import build
from sim.world.check import broken
from sim.world.tables import World, state_bytes

ROWS = {
    "stations": ("first_worker", "last_worker", "first_community", "last_community", "served_by", "parameters"),
    "workers": ("station", "services"),
    "communities": ("station", "first_cell", "last_cell", "first_resident", "last_resident"),
    "needs": ("resident", "community", "station", "service", "next_member"),
    "services": ("station", "worker", "left_by"),
}
"""Columns that hold rows of other tables: where a town stands in the file is in them, and nothing else."""

TOWNS: dict[str, dict[str, Any]] = {
    "a": town(population=2003),
    "b": town(posts=2, population=1237, communities=2),
    "城关": town(posts=4, population=1711, communities=4),
}
ALONE = {"funding_dependence": 1, "alliance_support": 0, "supervision": 0.3, "exam_bonus": 1000}
"""No alliances and no pool of funds: the towns have nothing to do with one another."""

BUSY = {"quit_floor": 0.3, "grid_hazard": 0.006, "secondment_rate": 0.2}


def of_towns(towns: dict[str, dict[str, Any]], **facts: Any) -> dict[str, dict[str, bytes]]:
    """By town, all that it is and all that was observed of it after eight months, by table and column."""
    scenario = city(towns=towns, levers=ALONE, parameters=BUSY, end="2023-08-31", **facts)
    world = build(scenario, 9)
    run_days(world, len(world.place.days))
    for name in ("quits", "hires", "secondments", "tasks_offcontract", "visits", "groups_opened", "paper_closed"):
        assert world.observed.stations[name].sum() > 0, name
    return {one.id: _of_town(world, s) for s, one in enumerate(scenario.towns)}


def _of_town(world: World, s: int) -> dict[str, bytes]:
    station = world.stations[s]
    workers = slice(station.first_worker, station.last_worker)
    communities = slice(station.first_community, station.last_community)
    own = world.communities[communities]
    residents = slice(own["first_resident"][0], own["last_resident"][-1])
    began = world.needs[: world.city[0].next_need]
    needs = np.flatnonzero(began["station"] == s)
    tables = {
        "stations": world.stations[s : s + 1],
        "workers": world.workers[workers],
        "communities": own,
        "needs": world.needs[needs],
        "services": world.services[needs],
    }
    told = {
        f"{table}.{name}": rows[name].tobytes()
        for table, rows in tables.items()
        for name in rows.dtype.names or ()
        if name not in ROWS[table]
    }
    told["whose needs"] = (world.needs["resident"][needs] - residents.start).tobytes()
    for name in ("trust", "own_trust", "is_aware"):
        told[f"residents.{name}"] = getattr(world.residents, name)[residents].tobytes()
    told["observed of stations"] = world.observed.stations[:, s].tobytes()
    told["observed of communities"] = world.observed.communities[:, communities].tobytes()
    told["days to close"] = world.observed.days_to_close[:, s].tobytes()
    return told


@pytest.fixture(scope="module")
def before() -> dict[str, dict[str, bytes]]:
    return of_towns(TOWNS)


def differing(before: dict[str, dict[str, bytes]], after: dict[str, dict[str, bytes]]) -> dict[str, list[str]]:
    """Per town that stands in both: in what it differs."""
    both = {name: (before[name], after[name]) for name in before if name in after}
    return {name: [key for key in a if a[key] != b[key]] for name, (a, b) in both.items()}


NEW = town(population=907, posts=4, communities=2)


@pytest.mark.parametrize(
    "towns",
    [
        {**TOWNS, "new": NEW},
        {"new": NEW, **TOWNS},
        {"a": TOWNS["a"], "new": NEW, "b": TOWNS["b"], "城关": TOWNS["城关"]},
        dict(reversed(TOWNS.items())),
        {"a": TOWNS["a"], "城关": TOWNS["城关"]},
    ],
    ids=["last", "first", "in the middle", "in another order", "one less"],
)
def test_another_town_changes_nothing_in_the_others(
    towns: dict[str, dict[str, Any]], before: dict[str, dict[str, bytes]]
) -> None:
    after = of_towns(towns)
    assert set(differing(before, after)) == set(TOWNS) & set(towns)
    assert not any(differing(before, after).values()), differing(before, after)


WORKER = {"trained": True, "certificate": "senior", "competence": 0.9, "burnout": 0.1, "tenure_days": 77}


@pytest.mark.parametrize(
    "facts",
    [
        {"posts": 5},
        {"workers": [WORKER]},
        {"population": 2600},
        {"communities": 6},
        {"per_1000": {"poor": 300}},
    ],
    ids=["posts", "a given worker", "residents", "communities", "a larger group"],
)
def test_what_changes_in_one_town_changes_nothing_in_the_others(
    facts: dict[str, Any], before: dict[str, dict[str, bytes]]
) -> None:
    differs = differing(before, of_towns({**TOWNS, "a": {**TOWNS["a"], **facts}}))
    assert differs.pop("a")
    assert not any(differs.values()), differs


def test_a_town_is_known_by_its_id(before: dict[str, dict[str, bytes]]) -> None:
    after = of_towns({"z": TOWNS["a"], "b": TOWNS["b"], "城关": TOWNS["城关"]})
    assert differing({"a": before["a"]}, {"a": after["z"]})["a"]
    assert not any(differing(before, after).values())


def test_a_post_at_the_end_changes_no_draw_of_the_towns_other_workers() -> None:
    few, more = (build(city(towns={"a": town(posts=n), "b": TOWNS["b"]}), 9) for n in (3, 5))
    for name in ("is_trained", "certificate", "competence", "tenure_days"):
        assert np.array_equal(few.workers[name][:3], more.workers[name][:3]), name
        assert np.array_equal(few.workers[name][3:], more.workers[name][5:]), name


def test_a_community_at_the_end_changes_no_draw_of_the_towns_others() -> None:
    """Where populations are given: else the town's is shared out anew."""
    given = [{"name": TEXT, "population": 700}, {"name": TEXT, "population": 501}, {"name": TEXT, "population": 333}]
    few, more = (
        build(city(towns={"a": town(population=sum(x["population"] for x in one), communities=one), "b": NEW}), 9)
        for one in (given[:2], given)
    )
    n = few.communities[1].last_resident
    assert np.array_equal(few.communities["grid_strength"][:2], more.communities["grid_strength"][:2])
    assert np.array_equal(few.residents.trust[:n], more.residents.trust[:n])
    assert np.array_equal(few.residents.trust[n:], more.residents.trust[more.communities[2].last_resident :])
    kept = np.isin(more.drawn["key"], few.drawn["key"])
    assert np.array_equal(more.drawn["key"][kept], few.drawn["key"])
    assert set(more.place.cells["community"][more.drawn["cell"][~kept]]) == {2}


def test_a_group_at_the_end_changes_no_need_and_no_trust_of_the_others() -> None:
    """Without a rest, whom the group is taken from."""
    groups = {"poor": group(), "old": group(per_1000=60)}
    few, more = (build(city(groups=one), 9) for one in (groups, {**groups, "new": group(per_1000=31)}))
    kept = more.place.cells["group"][more.drawn["cell"]] < 2
    for name in ("key", "onset"):
        assert np.array_equal(few.drawn[name], more.drawn[name][kept]), name
    for ours, theirs in zip(few.communities, more.communities, strict=True):
        n = ours.last_resident - ours.first_resident
        for name in ("trust", "is_aware"):
            one, other = (getattr(world.residents, name) for world in (few, more))
            first = theirs.first_resident
            assert np.array_equal(one[ours.first_resident : ours.last_resident], other[first : first + n]), name


# --- parameters by town: of three towns the last two are allied, and the first has nothing to do with them

SKILLED = [{"certificate": certificate, "competence": 0.9} for certificate in ("assistant", "social_worker") * 4]
WITH_LINKS: dict[str, dict[str, Any]] = {
    "c": town(posts=3, population=900),
    "a": town(posts=16, population=3600, workers=SKILLED),
    "b": town(posts=2, population=1237, communities=2),
}
EVENTFUL: dict[str, Any] = {
    "groups": {
        "poor": group(per_1000=150, needs_per_year=1.2, group_work_share=0.2),
        "public": {"name": TEXT, "rest": True, "needs_per_year": 0.05, "group_work_share": 0.3, "hours_scale": 1, "detectability": 1},
    },
    "levers": {
        "funding_dependence": [1, {"value": 0.6, "stations": ["a"]}],  # it alone draws on the pool
        "administrative_burden": [1, {"value": 1.4, "stations": ["a"]}],
        "alliance_support": 0,
        "supervision": 0.5,
        "cadre_training": 0.5,
        "promotion": 0.5,
        "training_hours": 8,
        "exam_bonus": 10000,
        "payment_delay": 6,
        "benefits": 0.9,
    },
    "structure": {"payment_in_part": True},
}  # fmt: skip
HELD = {
    "quit_floor": 0.2, "grid_hazard": 0.003, "secondment_rate": 0.2, "start_balance_months": 0.5, "group_wait_days": 5,
    "link_rate": 0, "unlink_rate": 0,
}  # fmt: skip
BY_TOWN = {name: parameter for name, parameter in PARAMETERS.items() if parameter.by_town}


def with_parameters(parameters: dict[str, float], towns: list[str] | None) -> Scenario:
    """The city with these parameters in these towns, or, where None, everywhere."""
    said = dict[str, Any](HELD)
    for name, value in parameters.items():
        before = HELD.get(name, PARAMETERS[name].default)
        said[name] = value if towns is None else [before, {"value": value, "stations": towns}]
    return city(towns=WITH_LINKS, parameters=said, **EVENTFUL)


def allied(scenario: Scenario) -> World:
    """The world on its first morning."""
    world = build(scenario, 9)
    for one, other in ((1, 2), (2, 1)):
        world.stations[one].partners[0], world.stations[one].n_partners = other, 1
    return world


def run_through(world: World) -> dict[str, dict[str, bytes]]:
    """By town, all that it is and that was observed of it after the year."""
    run_days(world, len(world.place.days))
    return {name: _of_town(world, s) for s, name in enumerate(WITH_LINKS)}


@pytest.fixture(scope="module")
def usual() -> dict[str, dict[str, bytes]]:
    return run_through(allied(with_parameters({}, None)))


@every("name", BY_TOWN)
def test_each_parameter_that_may_differ_between_towns_is_the_towns_own(
    name: str, usual: dict[str, dict[str, bytes]]
) -> None:
    """In one town alone, some value changes that town, and none changes a town that is not linked to it."""
    one, has_effect = BY_TOWN[name], False
    for value in (one.high, one.low, one.most / 2, one.least):
        if value != HELD.get(name, one.default) and one.allows(value) and not has_effect:
            differs = differing(usual, run_through(allied(with_parameters({name: value}, ["a"]))))
            assert not differs["c"], differs["c"]
            has_effect = bool(differs["a"])
    assert has_effect, (
        "no value of it changes the town: does no phase read it for one? then it is the city's (by_town=False)"
    )


def drawn_values(seed: int) -> dict[str, float]:
    """A value from its plausible range for every parameter that may differ between towns."""
    u = np.random.default_rng(seed).random(len(BY_TOWN))
    values = [one.low + share * (one.high - one.low) for one, share in zip(BY_TOWN.values(), u, strict=True)]
    return {
        name: float(round(value)) if BY_TOWN[name].is_whole else value
        for name, value in zip(BY_TOWN, values, strict=True)
    }


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_towns_under_their_own_parameters_are_as_if_all_had_them(seed: int, usual: dict[str, dict[str, bytes]]) -> None:
    """All at once: those two towns come to what they come to where the whole city has these parameters, the other one to what it was."""
    values = drawn_values(seed)
    worlds = [allied(with_parameters(values, towns)) for towns in (["a", "b"], None)]
    first, then = (
        differing(*({name: _of_town(world, s) for s, name in enumerate(WITH_LINKS)} for world in worlds)),
        [run_through(world) for world in worlds],
    )
    assert not differing(usual, then[0])["c"]
    for same in (first, differing(then[1], then[0])):
        assert same.pop("c")
        assert not any(same.values()), same


def test_said_of_all_towns_parameters_are_as_said_of_the_city() -> None:
    said, of_all = (allied(with_parameters(drawn_values(4), towns)) for towns in (None, list(WITH_LINKS)))
    assert of_all.parameters.shape[1] == 1
    assert run_through(said) == run_through(of_all)
    assert state_bytes(said) == state_bytes(of_all)


def test_where_the_parameters_of_a_town_stand_is_nothing_to_it(usual: dict[str, dict[str, bytes]]) -> None:
    world = allied(with_parameters({}, None))
    world.stations["parameters"] = (2, 0, 1)
    rows = np.ascontiguousarray(world.parameters[:, [0, 0, 0]]).view(np.recarray)
    assert not any(differing(usual, run_through(world._replace(parameters=rows))).values())


def test_nothing_breaks_where_every_town_has_parameters_of_its_own() -> None:
    values = {name: drawn_values(seed) for seed, name in enumerate(WITH_LINKS)}
    said = dict[str, Any](HELD)
    for name in BY_TOWN:
        said[name] = [{"value": own[name], "stations": [town]} for town, own in values.items()]
    world = allied(city(towns=WITH_LINKS, parameters=said, **EVENTFUL))
    assert world.parameters.shape[1] == 3
    for days in world.place.days["days_in_month"][world.place.days["is_month_start"] == 1].tolist():
        run_days(world, days)
        assert broken(world) == []
    assert world.observed.stations["overflow"].sum() > 0


def test_a_rural_town_that_hires_worse_and_pays_less_outside_has_fewer_hires_and_more_who_mean_to_stay() -> None:
    """A worked example: of two equal towns one finds half as many staff, who could earn 3,200 yuan elsewhere instead of 4,500."""
    towns = {"urban": town(posts=20), "rural": town(posts=20, tags=["rural"])}
    rural = {"stations": {"tag": "rural"}}
    said = {"hire_rate": {"factor": 0.5, **rural}, "outside_wage": {"value": 3200, **rural}}
    usual, apart = (
        build(city(towns=towns, levers=ALONE, parameters={"quit_floor": 0.5} | more, end="2024-12-31"), 3)
        for more in ({}, said)
    )
    for world in (usual, apart):
        run_days(world, len(world.place.days))
    urban, country = (
        {name: world.observed.stations[name].sum(axis=0) for name in ("hires", "filled", "stay_sum")}
        for world in (usual, apart)
    )
    assert all(
        country[name][0] == urban[name][0] for name in urban
    )  # in the town where nothing was said, nothing is new
    assert country["hires"][1] < urban["hires"][1]
    assert country["filled"][1] < urban["filled"][1]
    assert country["stay_sum"][1] / country["filled"][1] > urban["stay_sum"][1] / urban["filled"][1] + 0.05
