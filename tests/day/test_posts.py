"""Posts over time: what is created fills by the model's own hiring, what ends lets its holder go, and nobody else moves."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from cities import TEXT, city, town

from sim.day import run_days
from sim.lab.simulate import simulate, simulate_arms
from sim.scenario.schema import Policy, Scenario, read_policy
from sim.scenario.yaml_reader import from_plain
from sim.world.build import build
from sim.world.check import broken
from sim.world.tables import World, state_bytes

QUIET = {"quit_floor": 0, "quit_span": 0}
SURE = {**QUIET, "hire_rate": 1}
"""Nobody quits, and every vacancy fills at once."""


def of(posts: Any, **facts: Any) -> Scenario:
    facts = {"parameters": SURE, "levers": {"pay": 8000}, **facts}
    return city(towns={"a": town(posts=posts), "b": town(posts=2)}, **facts)


def hiring(**said: Any) -> Policy:
    plain = {"kind": "policy", "title": TEXT, "proposer": TEXT, "source": TEXT, **said}
    return read_policy(from_plain(plain, "hiring"), "hiring")


def run(scenario: Scenario, seed: int = 1, until: str = "2024-01") -> World:
    """To the morning of a month's first day."""
    world = build(scenario, seed)
    n_months = int(until[:4]) * 12 + int(until[5:]) - 1 - 2023 * 12
    days = int((world.place.days["month"] < n_months).sum())
    for _ in range(days):
        run_days(world, 1)
        assert broken(world) == []
    return world


def seen(world: World, name: str, s: int = 0) -> list[float]:
    found: list[float] = world.observed.stations[name][:, s].tolist()
    return found


def test_new_posts_fill_by_hiring_and_cost_wages_and_operation() -> None:
    world, before = run(of([3, {"value": 5, "from": "2023-04"}])), run(of(3))
    assert seen(world, "posts") == [3] * 3 + [5] * 9
    assert seen(world, "hires") == [0, 0, 0, 2] + [0] * 8  # vacant through their first month
    assert seen(world, "filled") == [3] * 3 + [5] * 9
    operating = world.parameters[0, 0].operating_cost
    for name, more in {"cost_operating": operating * 2, "post_days": None, "tasks_contract": None}.items():
        now, then = (np.array(seen(one, name)) for one in (world, before))
        assert (now[:3] == then[:3]).all(), name
        assert now[3:].sum() > then[3:].sum(), name
        assert more is None or now[3:] - then[3:] == pytest.approx(more)
    # Wages of the new ones fall due from the month after they came.
    assert seen(world, "wages_due")[3] == seen(before, "wages_due")[3]
    assert seen(world, "wages_due")[4] > seen(before, "wages_due")[4] * 1.5


def test_until_new_posts_come_nothing_differs_and_elsewhere_nobody_moves() -> None:
    apart = {"levers": {"funding_dependence": 1, "alliance_support": 0, "pay": 8000}}
    world, before = run(of([3, {"add": 4, "from": "2023-04"}], **apart)), run(of(3, **apart))
    for name in world.observed.stations.dtype.names:
        now, then = world.observed.stations[name], before.observed.stations[name]
        # What becomes of needs is counted where they arose, also later.
        assert name.startswith("cohort") or (now[:3] == then[:3]).all(), name
        assert (now[:, 1] == then[:, 1]).all(), name
    b, was = world.stations[1], before.stations[1]
    assert (b.first_worker, was.first_worker) == (7, 3)
    for name in ("competence", "burnout", "tenure_days", "certificate"):
        assert (world.workers[name][7:9] == before.workers[name][3:5]).all(), name


def test_vacancies_end_first_and_then_the_last_hired_leaves() -> None:
    """Of five posts a vacant one and two of those hired in April end; the three of the first day stay."""
    changes = [{"value": 5, "from": "2023-04"}, {"value": 6, "from": "2023-07"}, {"value": 3, "from": "2023-08"}]
    no_more = [{"value": 1}, {"value": 0, "from": "2023-06"}]
    scenario = of([3, *changes], parameters={**QUIET, "hire_rate": no_more})
    world = run(scenario)
    assert seen(world, "posts") == [3] * 3 + [5] * 3 + [6] + [3] * 5
    assert seen(world, "filled") == [3] * 3 + [5] * 4 + [3] * 5
    assert seen(world, "let_go") == [0] * 7 + [2] + [0] * 4
    assert seen(world, "quits") == [0] * 12
    assert world.workers["is_post"].tolist() == [1, 1, 1, 0, 0, 0, 1, 1]
    assert (world.workers["tenure_days"][:3] > 200).all()


@pytest.mark.parametrize("tenures", [(500, 400, 300), (300, 400, 500), (400, 300, 500)])
def test_of_those_who_were_there_the_shortest_in_post_leaves(tenures: tuple[float, ...]) -> None:
    known = [{"tenure_days": tenure} for tenure in tenures]
    scenario = city(towns={"a": town(posts=[3, {"value": 2, "from": "2023-05"}], workers=known)}, parameters=QUIET)
    world = run(scenario, until="2023-06")
    left = world.workers["tenure_days"][world.workers["is_filled"] == 1]
    assert sorted(left.tolist()) == [400 + 151, 500 + 151]


def test_services_of_those_let_go_stay_with_the_station() -> None:
    busy = {"grid_hazard": 0.006, **QUIET}
    scenario = of([4, {"value": 1, "from": "2023-06"}], parameters=busy)
    world = run(scenario, until="2023-06")
    held = int(world.workers["n_services"][1:4].sum())
    assert held > 0
    run_days(world, 1)
    assert broken(world) == []
    assert seen(world, "let_go")[5] == 3
    assert world.workers["n_services"][1:4].sum() == 0
    assert world.services["handovers"].max() == 1


def test_no_post_is_left_and_new_ones_come() -> None:
    world = run(of([3, {"value": 0, "from": "2023-04"}, {"value": 2, "from": "2023-09"}]))
    assert seen(world, "filled") == [3] * 3 + [0] * 5 + [2] * 4
    assert seen(world, "given_hours")[3:8] == [0] * 5
    assert seen(world, "tasks_contract")[3:8] == [0] * 5


@pytest.mark.parametrize(
    "said", [{"add": 2}, {"value": 1}, {"factor": 2, "stations": ["b"]}, {"add": 3, "ramp_months": 3}]
)
def test_a_policy_of_hiring_is_the_same_from_a_shared_history_as_alone(said: dict[str, Any]) -> None:
    base = city()
    under = base.with_policies([hiring(posts=said)])
    arms = dict(simulate_arms({"baseline": base, "hiring": under}, 3))
    alone = simulate(under, 3).world
    assert state_bytes(arms["hiring"].world) == state_bytes(alone)
    assert state_bytes(arms["baseline"].world) == state_bytes(simulate(base, 3).world)
    assert broken(alone) == []
    assert (alone.observed.stations["posts"][6:] != arms["baseline"].world.observed.stations["posts"][6:]).any()


def test_a_policy_of_hiring_with_an_end() -> None:
    base = of([3, {"value": 4, "from": "2023-10"}])
    under = base.with_policies([hiring(posts={"add": 2, "until": "2023-11"})])
    assert under.lever_table()["posts"][:, 0].tolist() == [3] * 6 + [5] * 3 + [6] * 2 + [4]
    assert seen(run(under), "let_go")[-1] == 2
