"""What a month counts is what happened in it, worked out a second time from the state and from the description of the model."""

from __future__ import annotations

import numpy as np
import pytest
from cities import city, group
from rules_help import plain

from sim.day import run_days
from sim.rules.residents import outreach_next
from sim.rules.stations import reputation_next
from sim.rules.work import capacity_hours, productivity
from sim.words import NeedState, Route
from sim.world.build import build
from sim.world.tables import World

STILL = {"quit_floor": 0, "quit_span": 0, "exam_attempt": 0, "exam_attempt_bonus": 0, "hire_rate": 0}
"""Staff stay as they are."""

SHORT = {"policy_start": "2023-02-01", "end": "2023-06-30"}

LEVERS = {
    "funding_dependence": 0.7,
    "benefits": 0.4,
    "promotion": 0.6,
    "information_platform": 0.8,
    "cadre_training": 0.3,
    "alliance_support": 0.5,
    "payment_delay": 2,
}


def month_by_month(world: World):  # type: ignore[no-untyped-def]
    for month in range(int(world.place.days["month"].max()) + 1):
        run_days(world, int((world.place.days["month"] == month).sum()))
        yield month


def test_counts_of_a_month_start_again_at_nothing() -> None:
    world = build(city(**SHORT, levers={"alliance_support": 1, "funding_dependence": 0.5}), 1)
    for _ in month_by_month(world):
        for table in (world.stations, world.workers, world.communities):
            for name in table.dtype.names:
                if name.startswith("month_"):
                    assert not table[name].any(), name


def test_money_of_a_month() -> None:
    """Wages, costs and what falls due, from staff, levers and links; what came in and did not go out is the balance."""
    world = build(city(**SHORT, levers=LEVERS, parameters=STILL), 1)
    seen, p, workers = world.observed.stations, world.parameters[0, 0], world.workers
    began = world.stations.copy()
    for month in month_by_month(world):
        for s, station in enumerate(world.stations):
            mine = workers[station.first_worker : station.last_worker]
            pay = sum(2500 * (1 + p.certificate_step * one.certificate * 0.6) for one in mine if one.is_filled)
            wages = pay * (1 + p.insurance_rate * 0.4)
            operating = p.operating_cost * len(mine)
            expected = {
                "wages_due": wages,
                "cost_wages": wages,
                "operating_due": operating,
                "cost_operating": operating,
                "government_due": 0.7 * (wages + operating),
                "cost_platform": p.cost_platform * 0.8,
                "cost_cadres": p.cost_cadre_year * p.cadres_per_town * 0.3 / 12,
                "pay_sum": pay,
            }
            for name, value in expected.items():
                assert seen[name][month, s] == pytest.approx(value), name
    came = seen["government_paid"].sum(axis=0) + seen["own_revenue"].sum(axis=0)
    went = seen["operating_paid"].sum(axis=0) + seen["wages_paid"].sum(axis=0)
    for name, changed in {
        "balance": came - went,
        "receivable": (seen["government_due"] - seen["government_paid"]).sum(axis=0),
        "wages_owed": (seen["wages_due"] - seen["wages_paid"]).sum(axis=0),
    }.items():
        assert world.stations[name] - began[name] == pytest.approx(changed, abs=1e-6), name


def test_links_cost_at_both_ends() -> None:
    world = build(city(**SHORT, levers={**LEVERS, "alliance_support": 1}, parameters={**STILL, "link_rate": 0.8}), 1)
    run_days(world, int((world.place.days["month"] < 5).sum()))
    assert world.stations["n_partners"].tolist() == [1, 1]
    run_days(world, 30)  # June
    p = world.parameters[0, 0]
    expected = 0.5 * p.cost_link + p.cost_alliance_city / 2
    assert world.observed.stations["cost_alliances"][-1].tolist() == pytest.approx([expected, expected])


def test_every_need_is_counted_once_where_it_goes() -> None:
    """From a city without an old stock, so that all that is counted is among its needs."""
    world = build(
        city(groups={"g": group(needs_per_year=1.5)}, parameters={"centre_share": 0.2, "other_share": 0.3}), 1
    )
    run_days(world, len(world.place.days))
    seen, needs = world.observed.stations, world.needs
    sent = {
        name: (needs["route"] == route) & (needs["dispatched"] >= 0)
        for name, route in (
            ("dispatched_centre", Route.CENTRE),
            ("dispatched_other", Route.OTHER),
            ("dispatched_station", Route.STATION),
        )
    }
    ended = {
        "met_station": (needs["state"] == NeedState.MET) & (needs["route"] == Route.STATION),
        "met_away": (needs["state"] == NeedState.MET) & (needs["route"] != Route.STATION),
        "unmet_station": (needs["state"] == NeedState.UNMET) & (needs["route"] == Route.STATION),
        "unmet_away": (needs["state"] == NeedState.UNMET) & (needs["route"] != Route.STATION),
        "paper_closed": needs["state"] == NeedState.PAPER_CLOSED,
        "given_up": needs["state"] == NeedState.GIVEN_UP,
        "expired": needs["state"] == NeedState.EXPIRED,
    }
    for name, happened in (sent | ended).items():
        assert happened.sum() > 0, name
        for s in range(len(world.stations)):
            assert seen[name][:, s].sum() == (happened & (needs["station"] == s)).sum(), name


def test_groups_count_what_stations_count() -> None:
    world = build(city(**SHORT, groups={"g": group(needs_per_year=2), "h": group(needs_per_year=1)}), 2)
    run_days(world, len(world.place.days))
    of_stations, of_groups = world.observed.stations, world.observed.groups
    for name, parts in {
        "arisen": ["arisen"],
        "detected": ["detected"],
        "expired": ["expired"],
        "met": ["met_station", "met_away"],
        "unmet": ["unmet_station", "unmet_away", "paper_closed"],
        "given_up": ["given_up"],
    }.items():
        total = sum(of_stations[part].sum(axis=1) for part in parts)
        assert total.sum() > 0, name
        assert np.array_equal(of_groups[name].sum(axis=1), total), name
    for name in ("residents", "trust_sum", "aware_sum", "participants"):
        assert of_groups[name].sum(axis=1) == pytest.approx(of_stations[name].sum(axis=1)), name


def test_outreach_and_taking_part_follow_what_was_done() -> None:
    world = build(city(**SHORT), 1)
    rule = plain(outreach_next)
    before = world.communities["outreach"].copy()
    for month in month_by_month(world):
        seen = world.observed.communities[month]
        for c, community in enumerate(world.communities):
            expected = rule(
                world.parameters[month, 0], before[c], 1000 * seen["outreach_hours"][c] / community.residents
            )
            assert community.outreach == pytest.approx(expected)
            assert community.participation == pytest.approx(seen["participants"][c] / community.residents)
        before = world.communities["outreach"].copy()


def test_load_is_what_is_open_against_what_staff_can_do() -> None:
    """Without help of volunteers, whose number is the last month's when loads are worked out."""
    world = build(city(**SHORT, parameters={"productivity_volunteers": 0, "secondment_rate": 0.2}), 1)
    p, workers, services = world.parameters[0, 0], world.workers, world.services
    pace, hours = plain(productivity), plain(capacity_hours)
    between = 0
    for _ in month_by_month(world):
        for s, station in enumerate(world.stations):
            left = services["hours_left"][(services["is_open"] == 1) & (services["station"] == s)].sum()
            here = [w for w in workers[station.first_worker : station.last_worker] if w.is_filled]
            can = sum(
                hours(p, w.conflict) * pace(p, w.competence, w.burnout, 0) for w in here if not w.secondment_days_left
            )
            if can > 0:
                assert station.load == pytest.approx(min(1, left / can))
                between += 0 < station.load < 1
    assert between > 0


def test_reputation_follows_what_is_reported() -> None:
    """Without partners a station works for its own residents, so that what is observed of these is what it reports."""
    world = build(city(levers={"alliance_support": 0}, parameters={"link_rate": 0}), 1)
    rule = plain(reputation_next)
    before = world.stations["reputation"].copy()
    trust = world.stations["trust"].copy()
    for month in month_by_month(world):
        seen = world.observed.stations[month]
        ended = seen["met_station"] + seen["unmet_station"] + seen["paper_closed"]
        for s, station in enumerate(world.stations):
            given = seen["reported_on_time"][s], ended[s], trust[s], seen["visits"][s]
            expected = rule(world.parameters[month, 0], before[s], *given)
            assert station.reputation == pytest.approx(expected), (month, s)
        before, trust = world.stations["reputation"].copy(), world.stations["trust"].copy()
    assert np.ptp(world.observed.stations["reputation"]) > 0.01
