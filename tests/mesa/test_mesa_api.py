"""Mesa's own public interface, used on a city as Mesa's documentation and tests use it on their models."""

from __future__ import annotations

import gc
import inspect
import itertools
import os
import weakref

import mesa
import numpy as np
import pandas as pd
import pytest
from mesa.agent import AgentSet
from mesa.batchrunner import batch_run
from models import Reporter, Visited, Visitor, model, restless, small

from sim.agents import CityAgent, Community, Government, Resident, SocialWorker, Station
from sim.lab.frames import frames
from sim.model import REPORTED, StationModel
from sim.scenario.load import load_policy


@pytest.fixture(scope="module")
def city() -> StationModel:
    """Read only."""
    return model(seed=8).run_until("2023-05-10")


# --- AgentSet


def test_agents_and_types(city: StationModel) -> None:
    assert isinstance(city, mesa.Model)
    assert isinstance(city.agents, AgentSet)
    assert all(isinstance(one, mesa.Agent) for one in city.agents)
    assert {type(one) for one in city.agents} | {Resident} == set(city.agent_types)
    assert city.agents_by_type.keys() == set(city.agent_types)
    assert sum(len(one) for kind, one in city.agents_by_type.items() if kind is not Resident) == len(city.agents)
    assert city.stations[0] in city.agents
    assert city.agents[0] is city.government
    assert city.agents[-3:] == list(city.agents)[-3:]
    with pytest.raises(AttributeError, match=r"model\.agents"):
        city.agents = []


def test_select(city: StationModel) -> None:
    workers = city.agents_by_type[SocialWorker]
    tired = workers.select(lambda one: one.burnout > 0.5)
    assert list(tired) == [one for one in workers if one.burnout > 0.5]
    assert len(workers.select(at_most=2)) == 2
    assert len(workers.select(at_most=0.5)) == len(workers) // 2
    assert list(city.agents.select(agent_type=Station)) == list(city.stations)
    assert len(city.agents.select(agent_type=CityAgent)) == len(city.agents)
    assert city.agents.select() is not city.agents
    assert list(city.agents.select()) == list(city.agents)
    assert list(city.stations | city.offices) == [*city.stations, *city.offices]
    assert list(city.agents & city.offices) == list(city.offices)
    narrowed = workers.select()
    narrowed.select(lambda one: one.row < 3, inplace=True)
    assert len(narrowed) <= 3 < len(workers)


def test_get_agg_set_groupby(city: StationModel) -> None:
    workers = city.workers
    burnout = city.world.workers["burnout"][city.world.workers["is_filled"] == 1]
    assert sorted(workers.get("burnout")) == sorted(burnout.tolist())
    assert workers.get(["row", "burnout"])[0] == [workers[0].row, workers[0].burnout]
    assert workers.agg("burnout", np.mean) == pytest.approx(burnout.mean())
    assert workers.agg("burnout", [min, max]) == [burnout.min(), burnout.max()]
    groups = workers.groupby("station")
    assert groups.count() == {one: len(one.workers) for one in city.stations}
    assert groups.agg("burnout", max) == {one: max(one.workers.get("burnout")) for one in city.stations}
    assert set(workers.groupby(lambda one: one.certificate, result_type="list").groups) == set(
        workers.get("certificate")
    )
    assert city.agents.get("trust", handle_missing="default", default_value=-1).count(-1) > 0
    with pytest.raises(AttributeError):
        city.agents.get("trust")
    assert city.residents.groupby("group").count() == dict(
        zip([one.id for one in city.scenario.groups], city_groups(city), strict=True)
    )


def city_groups(city: StationModel) -> list[int]:
    cells = city.world.place.cells
    sizes = cells["last"] - cells["first"]
    return [int(sizes[cells["group"] == g].sum()) for g in range(len(city.scenario.groups))]


def test_sort_do_shuffle_do_map(city: StationModel) -> None:
    ordered = city.workers.sort("burnout", ascending=True).get("burnout")
    assert ordered == sorted(ordered)
    assert city.workers.sort(lambda one: -one.burnout).get("burnout") == ordered
    seen: list[CityAgent] = []
    city.workers.do(seen.append)
    assert seen == list(city.workers)
    seen.clear()
    assert city.workers.shuffle_do(seen.append) is city.workers
    assert set(seen) == set(city.workers)
    assert seen != list(city.workers)
    assert set(city.workers.shuffle()) == set(city.workers)
    assert city.workers.map(lambda one, by: one.burnout * by, by=2) == [2 * one for one in city.workers.get("burnout")]
    assert city.workers.do("step") is city.workers
    assert len(city.residents.shuffle()) == len(city.residents)
    assert city.residents.sort("trust")[0].trust == city.residents.agg("trust", max)


def test_set_writes_the_columns() -> None:
    m = model(seed=8)
    m.agents_by_type[SocialWorker].set("burnout", 0.25).set("certificate", "assistant")
    assert (m.world.workers["burnout"] == 0.25).all()
    assert (m.world.workers["certificate"] == 1).all()
    m.residents.select(lambda one: one.group == "poor").set("is_aware", True)
    assert m.residents.groupby("group").agg("is_aware", all)["poor"]


# --- Model


def test_the_seed_makes_shuffles_repeat() -> None:
    models = [model(seed=seed) for seed in (1, 1, 2)]  # Mesa's sets hold agents weakly, and models hold the agents
    orders = [one.workers.shuffle().get("unique_id") for one in models]
    assert orders[0] == orders[1] != orders[2]
    m = model(seed=5)
    first = m.random.random()
    m.reset_randomizer()
    assert m.random.random() == first
    number = m.rng.random()
    m.reset_rng(5)
    assert m.rng.random() == number
    assert m.workers[0].random is m.random
    assert m.workers[0].rng is m.rng


def test_agents_of_ones_own() -> None:
    m = Visited(scenario=small(), n=4, seed=1)
    visitors = list(m.agents_by_type[Visitor])
    ids = m.agents.get("unique_id")
    assert len(set(ids)) == len(ids)
    assert min(one.unique_id for one in visitors) > m.first_resident_id
    kept = visitors[3]
    m.step()
    assert m.steps == m.day == 1
    assert kept.seen == m.workers.agg("burnout", max)
    m.run_until("2023-01-05")
    assert len(m.agents_by_type[Visitor]) == 0
    assert kept not in m.agents
    one = Visitor(m)
    one.remove()
    m.register_agent(one)
    assert one.unique_id == m._last_id, "registered again, it keeps its id"


def test_reset_as_solara_does_it() -> None:
    params = {"n": 2, "scenario": small(), "seed": 3, "pay": 2600}
    m = Visited(**params)
    m.step()
    again = m.__class__(**{**params, "pay": 4000})
    assert again.government.levers["pay"] == 4000
    assert len(again.agents_by_type[Visitor]) == 2


# --- DataCollector


def staff(m: StationModel) -> int:
    return len(m.workers)


def test_collector_of_every_kind() -> None:
    m = model(seed=3)
    m.datacollector = mesa.DataCollector(
        model_reporters={
            "date": "date",
            "staff": staff,
            "workers": lambda m: len(m.agents_by_type[SocialWorker]),
            "listed": [lambda one, factor: one.n_staff * factor, [m, 2]],
            "coverage": lambda m: m.measure("coverage"),
        },
        agent_reporters={"burnout": lambda one: getattr(one, "burnout", None), "kind": lambda one: type(one).__name__},
        agenttype_reporters={
            SocialWorker: {"competence": "competence", "station": lambda one: one.station.id},
            Station: {"staff": [lambda one, factor: factor * len(one.workers), [10]]},
            Resident: {"trust": "trust"},
            CityAgent: {"name": "name"},
        },
        tables={"leavers": ["unique_id", "date"]},
    )
    m.datacollector.collect(m)
    m.run_until("2023-03-03")
    m.datacollector.add_table_row("leavers", {"unique_id": 1, "date": m.date})
    table = m.datacollector.get_model_vars_dataframe()
    assert len(table) == 62
    assert table["date"].iloc[-1] == m.date
    assert (table["staff"] == table["workers"]).all()
    assert (table["staff"] * 2 == table["listed"]).all()
    agents = m.datacollector.get_agent_vars_dataframe()
    assert agents.loc[(61, m.workers[0].unique_id), "burnout"] == m.workers[0].burnout
    assert agents.loc[(0, 1), "kind"] == "Government"
    workers = m.datacollector.get_agenttype_vars_dataframe(SocialWorker)
    assert len(workers) == table["staff"].sum()
    assert set(workers["station"]) == {"a", "b", "c"}
    stations = m.datacollector.get_agenttype_vars_dataframe(Station)
    assert stations.loc[61, "staff"].sum() == 10 * len(m.workers)
    assert len(m.datacollector.get_agenttype_vars_dataframe(Resident)) == 62 * len(m.residents)
    assert len(m.datacollector.get_agenttype_vars_dataframe(CityAgent).loc[61]) == len(m.agents)
    assert len(m.datacollector.get_table_dataframe("leavers")) == 1


def test_the_default_collector() -> None:
    m = model(seed=3, collect=True)
    for _ in range(40):
        m.step()
    table = m.datacollector.get_model_vars_dataframe()
    assert tuple(table.columns) == REPORTED
    assert len(table) == m.steps
    assert table["n_arisen"].is_monotonic_increasing
    assert table.iloc[-1].to_dict() == pytest.approx({name: getattr(m, name) for name in REPORTED})


# --- batch_run


def by_run(results: list[dict[str, object]]) -> pd.DataFrame:
    return pd.DataFrame(results).sort_values(["RunId", "Step"], ignore_index=True)


def test_batch_run_in_one_process_and_in_two() -> None:
    options = {
        "parameters": {"scenario": restless(), "seed": range(2), "pay": [2500, 5000], "collect": True},
        "max_steps": 400,
        "display_progress": False,
    }
    one, two = (by_run(batch_run(StationModel, number_processes=n, **options)) for n in (1, 2))
    columns = [name for name in one if name != "scenario"]
    pd.testing.assert_frame_equal(one[columns], two[columns])
    assert len(one) == 4
    assert one["Step"].isin([364, 365]).all(), "Mesa counts from 0 until 3.4, and from 1 afterwards"
    m = StationModel(restless(), seed=1, pay=5000)
    m.run_model()
    (row,) = one[(one["seed"] == 1) & (one["pay"] == 5000)].to_dict("records")
    assert {name: row[name] for name in REPORTED} == {name: getattr(m, name) for name in REPORTED}
    table = frames(m.world, m.scenario)["city"]
    assert row["n_met"] == (table["met_station"] + table["met_away"]).sum()


def test_batch_run_makes_replications_unless_seeds_are_asked_for() -> None:
    asked = {"scenario": small(), "collect": True}
    options = {"iterations": 3, "max_steps": 60, "display_progress": False}
    rows = batch_run(StationModel, asked, **options)
    assert len({row["seed"] for row in rows}) == len({row["mean_trust"] for row in rows}) == 3
    row = rows[0]
    assert StationModel(small(), seed=row["seed"]).run_until("2023-03-02").mean_trust == row["mean_trust"]
    fixed = batch_run(StationModel, {**asked, "seed": [7]}, **options)
    assert {row["seed"] for row in fixed} == {7}
    assert len({row["mean_trust"] for row in fixed}) == 1
    if "rng" in inspect.signature(batch_run).parameters:  # Mesa 3.5
        named = batch_run(StationModel, asked, rng=[7, 8], max_steps=60, display_progress=False)
        assert [row["seed"] for row in named] == [7, 8]


def test_batch_run_by_periods_with_agents() -> None:
    results = pd.DataFrame(
        batch_run(
            Reporter,
            {"scenario": small(), "burnout": [0.1, 0.9], "seed": [1]},
            iterations=2,
            max_steps=20,
            data_collection_period=5,
            display_progress=False,
        )
    )
    steps = sorted(set(results["Step"]))
    assert steps in ([0, 5, 10, 15, 20], [1, 6, 11, 16])  # until Mesa 3.4, and afterwards
    assert set(results["RunId"]) == {0, 1, 2, 3}
    late = results[results["Step"] == steps[-1]]
    assert len(late.drop_duplicates(["RunId", "AgentID"])) == 4 * len(StationModel(small(), seed=1).agents)
    assert (late[late["burnout"] > 0.5].groupby("RunId").size() > 0).all()


def test_batch_run_over_policies() -> None:
    policies = ["incentives", load_policy("linkage"), ("incentives", "linkage")]
    results = batch_run(
        StationModel,
        {"scenario": small(), "seed": [1], "policies": policies, "collect": True},
        max_steps=240,
        display_progress=False,
    )
    assert len({row["mean_burnout"] for row in results}) == 3


def test_batch_run_needs_a_collector() -> None:
    with pytest.raises(AttributeError, match="datacollector"):
        batch_run(StationModel, {"scenario": small()}, max_steps=2, display_progress=False)


# --- memory


def resident_pages() -> int:
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1])


def test_models_are_let_go() -> None:
    m = Visited(scenario=small(), n=50, seed=1)
    m.residents.set("is_aware", True)
    assert m.map.all_cells
    for one in (m.stations[0], m.communities[0]):
        assert one.cell.neighborhood
        assert one.cell.get_neighborhood(radius=2)
    m.run_until("2023-02-03")
    branch = m.branch()
    gone = [weakref.ref(one) for one in (m, branch, m.government, branch.residents[0])]
    gone += [weakref.ref(m.agents_by_type[Visitor][0])]
    del m, branch, one
    gc.collect()
    assert [one() for one in gone] == [None] * len(gone)


@pytest.mark.skipif(not os.path.exists("/proc/self/statm"), reason="measured by Linux alone")
def test_a_thousand_models_in_one_process() -> None:
    pages = []
    for seed in range(1000):
        m = Visited(scenario=small(), seed=seed)
        m.step()
        if seed % 50 == 49:
            pages.append(resident_pages())
    grown = (max(pages[10:]) - max(pages[:10])) * 4096 / 1e6
    assert grown < 20, f"{grown:.0f} MB"
    del m
    gc.collect()
    assert sum(isinstance(one, Visited) for one in gc.get_objects()) == 0


def test_a_model_held_by_an_agent_alone_lives_on() -> None:
    station = StationModel(small(), seed=4).stations[0]
    gc.collect()
    assert station.model.workers
    station.model.step()
    assert all(one.station is station for one in station.workers)
    names = list(itertools.islice((one.name for one in StationModel(small(), seed=1).agents), 3))
    assert names[0] == "Government"
    assert len(StationModel(small(), seed=1).agents.select(agent_type=(Government, Community)).get("unique_id")) == 6
