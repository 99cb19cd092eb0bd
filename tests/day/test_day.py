"""The engine as a whole: the same whatever runs beside it, compiled or not."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from itertools import pairwise

import numpy as np
import pytest
from cities import city, town

from sim.day import run_days
from sim.lab.simulate import simulate, simulate_arms
from sim.lab.worlds import advance
from sim.mistakes import Mistake
from sim.scenario.parameters import SWITCHES
from sim.scenario.schema import Policy, Scenario, read_policy
from sim.scenario.yaml_reader import from_plain
from sim.world.build import build
from sim.world.tables import arrays, branch, n_bytes, state_bytes

TEXT = {"en": "test", "zh": "测试"}


def policy(name: str, **levers: object) -> Policy:
    plain = {"kind": "policy", "title": TEXT, "proposer": TEXT, "source": TEXT, "levers": levers}
    return read_policy(from_plain(plain, name), name)


def run(scenario: Scenario, seed: int = 1, days: int | None = None):  # type: ignore[no-untyped-def]
    world = build(scenario, seed)
    run_days(world, len(world.place.days) if days is None else days)
    return world


_DIGEST = """
import hashlib, sys
sys.path.insert(0, sys.argv[1])
from cities import city, town
from sim.world.build import build
from sim.world.tables import state_bytes
from sim.scenario.parameters import SWITCHES
from sim.day import run_days
towns = {"a": town(population=300, posts=3), "b": town(population=200, posts=2, communities=2)}
levers = {"alliance_support": 1, "funding_dependence": 0.7, "supervision": 0.5, "exam_bonus": 2000}
groups_rate = 6.0
over_time = {
    "a": town(population=600, posts=[4, {"add": -1, "from": "2023-06"}, {"add": 2, "from": "2023-07"}], growth_per_year=0.3),
    "b": town(population=400, posts=2, communities=2, closes="2023-06", heir="a"),
    "c": town(population=200, opens="2023-06", growth_per_year=-0.3),
}
months = {"start": "2023-05-01", "policy_start": "2023-06-01", "end": "2023-07-31"}
all_switches = ({}, *({name: True} for name in SWITCHES), dict.fromkeys(SWITCHES, True))
for towns, switches in (*((towns, switches) for switches in all_switches), (over_time, {})):
    world = build(city(towns=towns, levers=levers, structure=switches, **months), 5)
    run_days(world, len(world.place.days))
    assert world.observed.stations["met_station"].sum() + world.observed.stations["paper_closed"].sum() > 0
    print(hashlib.sha256(state_bytes(world)).hexdigest())
"""


def test_compiled_and_interpreted_are_byte_identical() -> None:
    here = os.path.dirname(os.path.dirname(__file__))
    digests = []
    for compiled in ("1", "0"):
        done = subprocess.run(
            [sys.executable, "-W", "error", "-c", _DIGEST, here],
            env={**os.environ, "SIM_COMPILE": compiled},
            capture_output=True,
            text=True,
            check=True,
        )
        digests.append(done.stdout.split())
    assert len(set(digests[0])) == 3 + len(SWITCHES), "a switch changes nothing"
    assert digests[0] == digests[1]


@pytest.mark.slow
def test_counts_past_a_byte_and_past_two_are_the_same_compiled_and_interpreted() -> None:
    program = os.path.join(os.path.dirname(__file__), "counted.py")
    started = [
        subprocess.Popen(
            [sys.executable, "-W", "error", program],
            env={**os.environ, "SIM_COMPILE": compiled},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for compiled in ("1", "0")
    ]
    told = [one.communicate() for one in started]
    assert [one.returncode for one in started] == [0, 0], told
    compiled, interpreted = (json.loads(out) for out, _ in told)
    assert len(compiled) >= 9
    assert compiled == interpreted


def test_the_same_seed_gives_the_same_state_and_another_seed_another() -> None:
    assert state_bytes(run(city(), 7)) == state_bytes(run(city(), 7))
    assert state_bytes(run(city(), 7)) != state_bytes(run(city(), 8))


def test_days_may_be_run_in_any_portions() -> None:
    whole = run(city(), 2)
    parts = build(city(), 2)
    for n in (1, 30, 0, 100, 234):
        run_days(parts, n)
    assert state_bytes(parts) == state_bytes(whole)


def test_a_branch_without_a_difference_is_the_trunk() -> None:
    world = run(city(), 3, days=150)
    copy = branch(world)
    run_days(world, 100)
    run_days(copy, 100)
    assert state_bytes(world) == state_bytes(copy)
    assert not any(
        np.shares_memory(a, b)
        for (name, a), (_, b) in zip(arrays(world), arrays(copy), strict=True)
        if not name.startswith(("world.place", "world.parameters", "world.levers", "world.drawn"))
        and name != "world.residents.own_trust"
    )


def test_a_branched_policy_equals_a_run_from_the_start() -> None:
    base = city()
    under = base.with_policies([policy("p", administrative_burden={"value": 0.3, "ramp_months": 3}, pay=4000)])
    arms = dict(simulate_arms({"baseline": base, "p": under}, 11))
    alone = simulate(under, 11)
    assert state_bytes(arms["p"].world) == state_bytes(alone.world)
    assert state_bytes(arms["baseline"].world) == state_bytes(simulate(base, 11).world)
    assert state_bytes(arms["p"].world) != state_bytes(arms["baseline"].world)


def test_more_policies_and_their_order_change_nothing() -> None:
    base = city()
    a, b = policy("a", pay=5000), policy("b", supervision=1)
    arms = {"baseline": base, "a": base.with_policies([a]), "b": base.with_policies([b])}
    other = {"b": arms["b"], "baseline": base, "a": arms["a"]}
    one = {name: state_bytes(run.world) for name, run in simulate_arms(arms, 4)}
    two = {name: state_bytes(run.world) for name, run in simulate_arms(other, 4)}
    assert one == two


def test_before_a_policy_acts_nothing_differs() -> None:
    base = build(city(), 6)
    late = build(city().with_policies([policy("p", pay={"value": 6000, "after_months": 2})]), 6)
    advance(base, 8)
    advance(late, 8)
    observed = [world.observed.stations[:8].tobytes() for world in (base, late)]
    assert observed[0] == observed[1]
    advance(base, 9)
    advance(late, 9)
    assert base.observed.stations[8].tobytes() != late.observed.stations[8].tobytes()


def test_a_higher_rate_only_adds_events() -> None:
    """Under one seed, every task that was issued is issued again when the rate rises; likewise visits and needs."""
    seen = []
    for burden in (0.5, 1.0, 2.0, 3.0):
        world = run(city(levers={"administrative_burden": burden}, parameters={"awareness_restraint": 0}), 5, days=120)
        seen.append(world.observed.stations)
    for low, high in pairwise(seen):
        assert (low["tasks_contract"] <= high["tasks_contract"]).all()
        assert (low["tasks_offcontract"] <= high["tasks_offcontract"]).all()
    few, many = (
        run(city(levers={"publicity_emphasis": x}, parameters={"reception_fame": 0, "reputation_step": 0}), 5)
        for x in (0.5, 2)
    )
    assert (few.observed.stations["visits"] <= many.observed.stations["visits"]).all()
    assert few.observed.stations["visits"].sum() < many.observed.stations["visits"].sum()


def test_easier_detection_only_adds_and_hastens() -> None:
    low, high = (run(city(parameters={"grid_hazard": x, "self_hazard": 0}), 5, days=200) for x in (0.001, 0.004))
    assert (low.drawn == high.drawn).all()
    found_low, found_high = (world.needs["dispatched"] > 0 for world in (low, high))
    assert found_high[found_low].mean() == 1.0
    both = found_low & found_high
    assert (high.needs["dispatched"][both] <= low.needs["dispatched"][both]).all()
    assert found_high.sum() > found_low.sum()


def test_a_longer_horizon_changes_no_earlier_need() -> None:
    short, long = build(city(), 5), build(city(end="2025-12-31"), 5)
    n = len(short.drawn)
    for name in short.drawn.dtype.names or ():
        assert np.array_equal(short.drawn[name], long.drawn[name][:n]), name


def test_initial_staff_do_not_depend_on_levers() -> None:
    a, b = build(city(), 5), build(city(levers={"pay": 8000, "training_hours": 20, "promotion": 1}), 5)
    for name in ("is_filled", "is_trained", "certificate", "competence", "burnout", "tenure_days"):
        assert np.array_equal(a.workers[name], b.workers[name]), name


def test_what_the_scenario_says_of_workers_and_communities_stands() -> None:
    towns = {
        "a": town(
            population=300,
            communities=[{"name": TEXT, "population": 100, "grid_strength": 2.5}, {"name": TEXT, "population": 200}],
            workers=[{"trained": True, "certificate": "senior", "competence": 0.9, "burnout": 0.1, "tenure_days": 77}],
        )
    }
    world = build(city(towns=towns), 1)
    worker = world.workers[0]
    assert (worker.is_trained, worker.certificate) == (1, 3)
    assert (worker.competence, worker.burnout, worker.tenure_days) == (0.9, 0.1, 77)
    assert world.communities[0].grid_strength == 2.5
    assert world.communities["residents"].sum() == pytest.approx(300, abs=4)


def test_a_replicate_of_t_city_is_small() -> None:
    from sim.scenario.load import load_scenario

    world = build(load_scenario("t-city"), 1)
    assert n_bytes(world) <= 10e6
    assert world.stations["residents"].sum() == pytest.approx(523_871, rel=1e-4)
    assert len(hashlib.sha256(state_bytes(world)).hexdigest()) == 64


def test_a_wrong_seed_is_refused() -> None:
    with pytest.raises(Mistake, match="seed must be a whole number"):
        build(city(), -1)


def test_sums_of_residents_are_those_of_their_columns() -> None:
    """Also in a community larger than what is summed at once, and where residents stand for several people."""
    communities = [{"name": TEXT, "population": 30_000}, {"name": TEXT, "population": 200}]
    world = run(city(towns={"a": town(population=30_200, communities=communities)}), 3, days=59)
    city_sums = np.zeros(3)
    for c, community in enumerate(world.communities):
        sums = np.zeros(3)
        for cell in world.place.cells[community.first_cell : community.last_cell]:
            trust = world.residents.trust[cell.first : cell.last].astype(float)
            aware = world.residents.is_aware[cell.first : cell.last].astype(float)
            sums += [cell.weight * x for x in (trust.sum(), (trust**2).sum(), aware.sum())]
        city_sums += sums
        seen = world.observed.communities[1, c]
        assert (seen.trust_sum, seen.aware_sum) == pytest.approx((sums[0], sums[2]), rel=1e-6)
        assert community.trust_square_sum == pytest.approx(sums[1], rel=1e-5)
        assert 0 < seen.participants < community.residents
    assert community.first_resident > 8192
    observed = [world.observed.stations[name][1].sum() for name in ("trust_sum", "trust_square_sum", "aware_sum")]
    assert observed == pytest.approx(city_sums.tolist(), rel=1e-5)
    for name in ("trust_sum", "aware_sum", "participants"):
        of_groups = world.observed.groups[name][1].sum()
        assert of_groups == pytest.approx(world.observed.communities[name][1].sum()), name
