"""What is added in one town, or to the city, changes nobody else: draws, rounding and order are the town's own."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from cities import TEXT, city, group, town

from sim.day import run_days
from sim.world.build import build
from sim.world.tables import World

ROWS = {
    "stations": ("first_worker", "last_worker", "first_community", "last_community", "served_by"),
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
