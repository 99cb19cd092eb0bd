"""Agents as live views: what they read, what may be written, who leaves and joins, what is related to what."""

from __future__ import annotations

import datetime
import math
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from models import Kiosk, Visitor, model, small

from sim import language
from sim.agents import (
    CityAgent,
    Community,
    Government,
    GuidanceCentre,
    Office,
    Resident,
    SocialWorker,
    Station,
)
from sim.mistakes import Mistake
from sim.model import StationModel
from sim.world.check import broken
from sim.world.tables import state_bytes

KINDS = (Government, GuidanceCentre, Office, Station, Community, SocialWorker, Resident)
ATTRIBUTES = [(kind, name) for kind in KINDS for name in kind.attributes()]
WRITABLE = [(kind, name) for kind, name in ATTRIBUTES if kind.attributes()[name].is_writable]
IDS = [f"{kind.__name__}.{name}" for kind, name in WRITABLE]


def first(m: StationModel, kind: type) -> Any:
    return m.agents_by_type[kind][0]


# --- attributes


def test_every_attribute_is_documented_and_can_be_read() -> None:
    m = model(seed=1).run_until("2023-04-05")
    assert len(ATTRIBUTES) > 45
    for kind, name in ATTRIBUTES:
        one = kind.attributes()[name]
        assert one.name == name
        assert one.unit in str(one.__doc__)
        assert one.zh in str(one.__doc__)
        assert ("read only" in str(one.__doc__)) is not one.is_writable
        value = getattr(first(m, kind), name)
        assert isinstance(value, (float, int, str)), f"{kind.__name__}.{name}"
        if one.least is not None and not isinstance(value, str):
            assert one.least <= value <= one.most


def test_attributes_read_the_columns() -> None:
    m = model(seed=1)
    for day in ("2023-01-20", "2023-06-03"):
        m.run_until(day)
        world = m.world
        assert m.workers.get("burnout") == [world.workers[one.row].burnout for one in m.workers]
        assert m.stations.get("balance") == world.stations["balance"].tolist()
        assert m.offices.get("goodwill") == world.stations["goodwill"].tolist()
        assert m.communities.get("outreach") == world.communities["outreach"].tolist()
        assert m.residents.get("trust") == world.residents.trust.tolist()
        assert m.government.receivable == pytest.approx(world.stations["receivable"].sum())


@pytest.mark.parametrize(("kind", "name"), WRITABLE, ids=IDS)
def test_what_is_written_is_in_the_column_and_breaks_nothing(kind: type[CityAgent], name: str) -> None:
    m = model(seed=1).run_until("2023-03-10")
    agent, one = first(m, kind), kind.attributes()[name]
    assert one.least is not None
    assert one.most is not None
    before = m.world.workers.copy() if kind is SocialWorker else None
    for value in (one.most, one.least):
        setattr(agent, name, value)
        read = getattr(agent, name)
        assert read == value or isinstance(read, str)
        assert broken(m.world) == []
    if before is not None:  # one cell, and no other
        changed = [column for column in before.dtype.names if (before[column] != m.world.workers[column]).any()]
        assert set(changed) <= {name}
    m.run_until("2023-05-02")
    assert broken(m.world) == []


@pytest.mark.parametrize(("kind", "name"), WRITABLE, ids=IDS)
def test_writes_out_of_range_are_refused_in_a_sentence(kind: type[CityAgent], name: str) -> None:
    m = model(seed=1)
    agent, one = first(m, kind), kind.attributes()[name]
    assert one.least is not None
    assert one.most is not None
    before = state_bytes(m.world)
    for value in (one.least - 1, one.most + 1, math.nan, math.inf, "high", None, [0.5]):
        with pytest.raises(Mistake) as caught:
            setattr(agent, name, value)
        sentence = str(caught.value)
        assert sentence.startswith(f"{name} of {agent.name} must be ")
        assert sentence.endswith(f"not {value:g}" if isinstance(value, (int, float)) else f"not {value!r}")
        assert "\n" not in sentence
    assert state_bytes(m.world) == before


def test_sentences_name_the_range() -> None:
    m = model(seed=1)
    worker, station = m.workers[0], m.stations[0]
    for target, name, value, sentence in (
        (worker, "burnout", 1.5, "burnout of Social worker 1 of test must be 0 to 1 (share), not 1.5"),
        (worker, "burnout", True, "burnout of Social worker 1 of test must be 0 to 1 (share), not True"),
        (worker, "secondment_days_left", 2.5, "must be a whole number, 0 to 366 (days), not 2.5"),
        (worker, "is_trained", 0.5, "must be True or False, not 0.5"),
        (
            worker,
            "certificate",
            "master",
            "must be one of none, assistant, social_worker, senior (or 0 to 3), not 'master'",
        ),
        (station, "reputation", -1, "reputation of Station of test must be 0 to 1 (share), not -1"),
    ):
        with pytest.raises(Mistake) as caught:
            setattr(target, name, value)
        assert sentence in str(caught.value)
    try:
        language.use("zh")
        with pytest.raises(Mistake, match="测试社工1的 burnout 须为 0 至 1（share），而非 2"):
            worker.burnout = 2
    finally:
        language.use("en")


@pytest.mark.parametrize(
    ("kind", "name", "sentence"),
    [
        (Station, "balance", "the accounts would no longer balance"),
        (Station, "wages_owed", "the accounts would no longer balance"),
        (Station, "backlog_hours", "must be done, lapsed or in the backlog"),
        (Station, "trust", "it follows from others"),
        (Station, "workers", "part of the city's structure"),
        (Station, "office", "part of the city's structure"),
        (Station, "levers", "part of the city's structure"),
        (Station, "remove", "part of the city's structure"),
        (Station, "row", "part of the city's structure"),
        (Station, "unique_id", "part of the city's structure"),
        (Resident, "unique_id", "part of the city's structure"),
        (SocialWorker, "stay", "it follows from others"),
        (SocialWorker, "left", "part of the city's structure"),
        (SocialWorker, "station", "part of the city's structure"),
        (SocialWorker, "model", "part of the city's structure"),
        (SocialWorker, "month_service", "counted while the month runs"),
        (Community, "cell", "part of the city's structure"),
        (Government, "receivable", "it follows from others"),
    ],
)
def test_what_is_derived_or_structural_is_read_only(kind: type, name: str, sentence: str) -> None:
    m = model(seed=1)
    agent = first(m, kind)
    with pytest.raises(Mistake, match=f"{name} of {agent.name} cannot be written: .*{sentence}"):
        setattr(agent, name, 1)


def test_attributes_of_ones_own_and_slips() -> None:
    m = model(seed=1)
    m.workers.set("mood", "good")
    assert m.workers.get("mood") == ["good"] * len(m.workers)
    m.workers.set("pos", (1, 2))
    for name, meant in (("burnuot", "burnout"), ("competense", "competence"), ("is_traind", "is_trained")):
        with pytest.raises(Mistake, match=rf"SocialWorker has no attribute '{name}' \(did you mean '{meant}'\?\)"):
            m.workers.set(name, 0.5)
    with pytest.raises(AttributeError, match="burnuot"):
        m.workers.get("burnuot")


@settings(max_examples=60)
@given(data=st.data())
def test_no_writes_within_range_break_the_city(data: st.DataObject) -> None:
    m = model(seed=data.draw(st.integers(0, 3)))
    for _ in range(data.draw(st.integers(1, 6))):
        kind, name = data.draw(st.sampled_from(WRITABLE))
        one = kind.attributes()[name]
        agents = m.agents_by_type[kind]
        if not agents:
            continue
        agent = agents[data.draw(st.integers(0, len(agents) - 1))]
        whole = isinstance(getattr(agent, name), (int, str))
        draw = st.integers(int(one.least), int(one.most)) if whole else st.floats(one.least, one.most)  # type: ignore[arg-type]
        setattr(agent, name, data.draw(draw))
        if kind is SocialWorker and data.draw(st.booleans()):
            agent.remove()
        m.run_until(m.date_of(min(m.day + data.draw(st.integers(0, 45)), m.n_days - 1)))
        assert broken(m.world) == []


def test_a_write_acts() -> None:
    calm, tired = model(seed=2), model(seed=2)
    tired.workers.set("burnout", 1.0)
    for m in (calm, tired):
        m.run_until("2023-02-01")
    assert tired.workers.agg("stay", max) < calm.workers.agg("stay", min)


# --- who leaves and joins


def test_leavers_leave_and_hires_join() -> None:
    m = model(seed=3)
    seen = {one.unique_id: one for one in m.workers}
    taken = {one.unique_id for one in m.agents} - set(seen) | set(range(m.first_resident_id, m._last_id + 1))
    n = len(seen)
    left: dict[int, datetime.date] = {}
    while m.running:
        before = {one.unique_id: (one, one.burnout) for one in m.workers}
        m.step()
        now = {one.unique_id for one in m.workers}
        for gone in set(before) - now:
            left[gone] = m.date_of(m.day - 1)
        for new in now - set(before):
            assert new not in seen, "a hire has an id of its own"
            assert new not in taken
            seen[new] = next(one for one in m.workers if one.unique_id == new)
            assert seen[new].tenure_days == 0
        assert sorted(one.row for one in m.workers) == np.flatnonzero(m.world.workers["is_filled"]).tolist()
    observed = m.world.observed.stations
    assert len(left) == observed["quits"].sum() > 5
    assert len(seen) == n + observed["hires"].sum() > n + 3
    assert {(date + datetime.timedelta(1)).day for date in left.values()} == {1}, "who leaves, leaves at a month's end"
    for gone, date in left.items():
        one = seen[gone]
        assert one not in m.agents
        assert one not in m.agents_by_type[SocialWorker]
        assert one.left == date
        assert repr(one) == f"<SocialWorker {gone}, left on {date}>"
        for name in ("burnout", "station", "services", "post", "name", "row"):
            with pytest.raises(Mistake, match=f"this social worker left on {date}"):
                getattr(one, name)
        with pytest.raises(Mistake, match=f"this social worker left on {date}"):
            one.burnout = 0.5
        one.remove()


def test_by_the_month_as_by_the_day() -> None:
    by_day, by_month = model(seed=3), model(seed=3)
    for _ in range(300):
        by_day.step()
    by_month.run_until(by_day.date)
    assert [repr(one) for one in by_day.workers] == [repr(one) for one in by_month.workers]


def test_a_worker_removed_leaves_the_city() -> None:
    m = model(seed=1).run_until("2023-04-12")
    worker = max(m.workers, key=lambda one: one.n_services)
    services, station, row = worker.services, worker.station, worker.row
    vacant = station.n_vacant
    assert services
    handovers = [one.handovers for one in services]
    worker.remove()
    assert worker not in m.agents
    assert worker.left == datetime.date(2023, 4, 12)
    assert [one.row for one in station.unassigned] == [one.row for one in services]
    assert all(one.worker is None for one in services)
    assert [one.handovers for one in services] == [n + 1 for n in handovers]
    assert (m.world.services["worker"][[one.row for one in services]] == -1).all()
    assert station.n_vacant == vacant + 1
    assert broken(m.world) == []
    m.run_until("2023-08-01")
    assert broken(m.world) == []
    on = m.world.workers["is_filled"][row] == 1
    assert (m.worker_list[row] is not None) is bool(on)
    # also where the month that saw the leaving sees the next one hired
    eager = StationModel(small(), seed=1, hire_rate=0.6, hire_pay_reference=0.2)
    eager.run_until("2023-01-15").workers.do("remove")
    eager.run_until("2023-02-01")
    assert len(eager.workers) == eager.n_staff > 0
    assert broken(eager.world) == []


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind is not SocialWorker])
def test_the_city_cannot_be_removed(kind: type) -> None:
    m = model(seed=1)
    with pytest.raises(Mistake, match="is part of the city and cannot be removed"):
        first(m, kind).remove()


def test_remove_all_agents_removes_ones_own() -> None:
    m = model(seed=1)
    n = len(m.agents)
    Visitor.create_agents(m, 4)
    m.remove_all_agents()
    assert len(m.agents) == n
    assert len(m.agents_by_type[Visitor]) == 0


# --- relations


def test_relations_go_both_ways() -> None:
    m = model(seed=4).run_until("2023-04-20")
    assert m.government.centre is m.centre
    assert list(m.government.offices) == list(m.offices)
    assert list(m.centre.stations) == list(m.government.stations) == list(m.stations)
    assert m.centre.government is m.offices[0].government is m.government
    for station in m.stations:
        assert station.office.station is station
        assert station.centre is m.centre
        assert all(one.station is station for one in station.workers)
        assert all(one.station is station for one in station.communities)
        assert all(station in one.partners for one in station.partners)
        assert len(station.workers) + station.n_vacant == station.n_posts
        assert m.station(station.id) is station
        assert {one.row for one in station.services} == set(
            np.flatnonzero((m.world.services["station"] == station.row) & (m.world.services["is_open"] == 1)).tolist()
        )
        assert station.month_so_far["outreach_hours"] == m.world.observed.stations[m.month, station.row].outreach_hours
    assert sum(len(one.workers) for one in m.stations) == len(m.workers)
    assert {one.id for one in m.communities} == {"a/1", "a/2", "a/3", "b/1", "b/2", "c/1"}
    assert [one.post for one in m.stations[1].workers if one] == [
        int(one.id.split("w")[1]) for one in m.stations[1].workers
    ]


def busy_model() -> StationModel:
    """A model in spring, on a morning when somebody is in every line."""
    m = model(seed=4).run_until("2023-04-20")
    while not (m.centre.n_queued and m.centre.n_away and m.stations[0].services):
        m.step()
    return m


def test_services_and_needs() -> None:
    m = busy_model()
    services = [one for worker in m.workers for one in worker.services]
    assert {one.kind for one in services} == {"case", "group"}
    for service in services:
        assert service in service.worker.services
        assert service.is_open
        assert 0 < service.hours_left <= service.hours
        assert service.opened <= m.date
        assert isinstance(service.deadline, datetime.date)
        assert service.last_session is None or service.opened <= service.last_session < m.date
        assert service.needs
        for need in service.needs:
            assert need.service == service
            assert need.state == "in_service"
            assert need in need.resident.needs
            assert need.resident.group == need.group
            assert need.resident.community is need.community
            assert need.station is need.community.station
            assert need.onset <= need.dispatched <= m.date
            assert need.route == "station"
    deadlines = [[one.deadline for one in worker.services] for worker in m.workers]
    assert deadlines == [sorted(one) for one in deadlines]
    assert len(m.centre.queue) == m.centre.n_queued > 0
    assert all(one.state == "queued" and one.dispatched is None for one in m.centre.queue)
    assert all(one.state == "away" for one in m.centre.away)
    waiting = [one for station in m.stations for one in station.waiting]
    assert len(waiting) == m.n_waiting
    assert sum(one.state == "hidden" for community in m.communities for one in community.needs) == m.n_hidden
    with pytest.raises(Mistake, match="needs and services can only be read"):
        services[0].hours_left = 3
    assert len({*services, *services}) == len(services)
    assert "deadline" in dir(services[0])


def test_residents_of_communities_and_groups() -> None:
    m = model(seed=4)
    assert sum(len(one.residents) for one in m.communities) == len(m.residents)
    for community in m.communities:
        groups = [one.group for one in community.residents]
        assert len(set(groups)) == 3
        assert all(one.community is community for one in community.residents)
        assert sum(community.residents.get("weight")) == pytest.approx(community.population)
        assert np.mean(community.residents.get("trust")) == pytest.approx(community.trust, abs=0.02)
    assert len(m.stations[0].residents) == sum(len(one.residents) for one in m.stations[0].communities)
    m.communities[0].residents.set("trust", 0.9)
    m.run_until("2023-02-01")
    assert m.communities[0].trust > m.communities[1].trust + 0.2


# --- the map


def test_the_map_knows_the_city() -> None:
    m = model(seed=4)
    graph = m.map.G
    assert m.map is m.map
    assert len(graph) == 1 + 3 + 6
    assert [graph.nodes[node]["kind"] for node in (0, 1, 4)] == ["centre", "station", "community"]
    assert [graph.nodes[one.node]["unique_id"] for one in m.stations] == m.stations.get("unique_id")
    assert len(m.map.agents) == 10
    for station in m.stations:
        assert station.cell.agents == [station]
        assert station.cell.coordinate == station.node
        near = {one for cell in station.cell.neighborhood for one in cell.agents}
        assert near == {m.centre, *station.communities, *station.partners}
    assert {one for cell in m.centre.cell.get_neighborhood(radius=2) for one in cell.agents} == {
        *m.stations,
        *m.communities,
    }
    assert m.centre.cell in m.centre.cell.get_neighborhood(radius=3, include_center=True).cells
    with pytest.raises(ValueError, match="radius"):
        m.centre.cell.get_neighborhood(radius=0)
    kiosk = Kiosk(m)
    kiosk.cell = m.communities[2].cell
    assert m.communities[2].cell.agents == [m.communities[2], kiosk]
    assert kiosk in m.map.agents
    kiosk.remove()
    assert m.communities[2].cell.agents == [m.communities[2]]


def test_a_worker_called_back_by_hand_keeps_the_services() -> None:
    m = model(seed=1).run_until("2023-04-12")
    worker = max(m.workers, key=lambda one: one.n_services)
    worker.secondment_days_left = 40
    m.run_until("2023-05-02")
    assert worker.services == []  # gone back to the station
    worker.secondment_days_left = 0
    m.run_until("2023-05-12")
    handovers = [one.handovers for one in worker.services]
    assert handovers
    held = [one.row for one in worker.services]
    m.step()
    assert set(held) & {one.row for one in worker.services}
    assert m.world.workers["absence_days"][worker.row] == 0


def test_the_map_follows_the_alliances() -> None:
    m = model(seed=1, link_rate=0.3, unlink_rate=0.3)
    assert m.map.G.number_of_edges() == 3 + 6
    drawn = []
    while m.running:
        m.step()
        links = {(a, b) for a, b, relation in m.map.G.edges(data="relation") if relation == "alliance"}
        wanted = {tuple(sorted((one.node, other.node))) for one in m.stations for other in one.partners}
        assert links == wanted
        for one in m.stations:
            near = {other for cell in one.cell.get_neighborhood() for other in cell.agents}
            assert near == {m.centre, *one.communities, *one.partners}
        drawn.append(links)
    assert len({frozenset(one) for one in drawn}) >= 3
    assert any(not after >= before for before, after in pairwise(drawn)), "no link ended"


# --- showing


def test_agents_show_name_id_and_numbers() -> None:
    m = model(seed=4)
    for kind in KINDS:
        agent = first(m, kind)
        assert repr(agent).startswith(f"<{kind.__name__} {agent.unique_id}")
        assert len(repr(agent)) < 120
        assert agent.id in repr(agent)
        assert agent.name
        assert {"name", "unique_id", "model", *kind.attributes()} <= set(dir(agent))
        assert not [name for name in dir(agent) if name.startswith("_")]
    assert repr(m.stations[0]) == f"<Station {m.stations[0].unique_id} a, 6 of 6 posts filled, reputation 0.50>"
    later = busy_model()
    assert repr(later.centre.queue[0]).startswith("<Need ")
    assert " h left, deadline 2023-" in repr(later.stations[0].services[0])
