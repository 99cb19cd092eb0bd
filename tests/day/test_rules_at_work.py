"""Rules at work in a small city: what each is there for is seen in what it moves, in the expected direction."""

from __future__ import annotations

from typing import Any

import numpy as np
from cities import city, group, town

from sim.day import run_days
from sim.words import LEAST_HOURS, NONE, Kind, NeedState
from sim.world.build import build
from sim.world.check import broken
from sim.world.tables import World

SEEDS = range(1, 9)


def run(seed: int = 1, days: int | None = None, **facts: Any) -> World:
    world = build(city(**facts), seed)
    run_days(world, len(world.place.days) if days is None else days)
    return world


def total(name: str, **facts: Any) -> float:
    """An observation summed over stations, months and seeds."""
    return float(sum(run(seed, **facts).observed.stations[name].sum() for seed in SEEDS))


def mean(name: str, **facts: Any) -> float:
    """An observation's mean over stations, months and seeds."""
    return float(np.mean([run(seed, **facts).observed.stations[name].mean() for seed in SEEDS]))


# --- money


def test_a_government_that_pays_late_is_no_less_powerful() -> None:
    mixed = {"funding_dependence": 0.6}
    late, prompt = (mean("dependence", levers={**mixed, "payment_delay": months}) for months in (12, 1))
    assert abs(late - prompt) < 0.01


def test_money_waits_for_the_months_that_the_lever_says() -> None:
    """Geometric waiting with mean `payment_delay`: what is owed at a month's end is (delay - 1) months of what falls due."""
    still = {
        "goodwill_recovery": 0,
        "refusal_goodwill_loss": 0,
        "lapse_goodwill_loss": 0,
        "quit_floor": 0,
        "quit_span": 0,
    }
    long = {
        "start": "2004-01-01",
        "towns": {name: town(population=20, posts=1, communities=1) for name in "abcdefghijklmnopqrst"},
    }
    world = run(levers={"payment_delay": 3}, parameters=still, **long)
    seen = world.observed.stations[24:]
    waits = seen["receivable"].sum() / seen["government_due"].sum()
    assert abs(waits - 2) < 0.15


def test_nobody_gives_to_a_station_that_does_not_ask() -> None:
    """Fundraising hours earn own revenue; where training takes the whole day there are none, and none comes."""
    mixed = {"funding_dependence": 0.5}
    free = total("own_revenue", levers=mixed)
    busy = total("own_revenue", levers={**mixed, "training_hours": 24}, parameters={"workday_hours": 1})
    assert free > 0
    assert busy == 0


# --- inspections and paper


BUSY = {"towns": {"a": town(posts=1), "b": town(posts=1)}, "parameters": {"case_deadline_days": 30}}
"""Two stations with one worker each, who miss many deadlines."""


def test_inspections_keep_services_from_being_closed_on_paper() -> None:
    never, monthly = (total("paper_closed", **BUSY, levers={"supervision": chance}) for chance in (0, 1))
    assert never > 20
    assert monthly < 0.2 * never  # only what opens and falls due between two inspections


def test_a_paper_closing_follows_no_inspection() -> None:
    """A year with one inspection drawn in some months only: nothing that was open on that day closes on paper."""
    for seed in SEEDS:
        world = run(seed, **BUSY, levers={"supervision": 0.3})
        on_paper = world.services[(world.needs["state"] == NeedState.PAPER_CLOSED) & (world.services["hours"] > 0)]
        assert len(on_paper)
        for s, station in enumerate(world.stations):
            mine = on_paper[on_paper["station"] == s]
            # The last inspection came before they opened or after their deadline.
            assert not ((mine["opened"] < station.last_inspection) & (mine["deadline"] > station.last_inspection)).any()


# --- staff


def test_training_keeps_staff() -> None:
    more = {"training_hours": 24, "training_quality": 0.8}
    with_path, without = (
        mean("stay_sum", levers=more, parameters={"stay_training": size, "stay_recognition": 0}) for size in (0.04, 0)
    )
    assert with_path > without + 0.1


# --- amounts


def test_a_day_that_is_used_up_leaves_no_outreach() -> None:
    """Under a heavy burden most days are full; what rounding leaves of them is no visit to a community."""
    heavy = {"administrative_burden": 3, "boundary_clarity": 0}
    for seed in SEEDS:
        world = run(seed, levers=heavy)
        hours = world.observed.communities["outreach_hours"]
        assert (hours[hours > 0] >= LEAST_HOURS).all()
        assert broken(world) == []


# --- hands that services pass through


AWAY = {
    "secondment_least_days": 40,
    "secondment_spread_days": 0,
    "quit_floor": 0,
    "quit_span": 0,
    "inspection_restraint": 0,
}
"""Whoever is lent out is away for forty days; nobody quits."""


def first_absence(world: World) -> tuple[int, list[int]]:
    """Run to the first day on which somebody with services is lent out: the worker and these services."""
    while world.day < len(world.place.days):
        run_days(world, 1)
        away = np.flatnonzero((world.workers["absence_days"] == 1) & (world.workers["n_services"] > 0))
        if len(away):
            return int(away[0]), world.workers["services"][away[0], : world.workers["n_services"][away[0]]].tolist()
    raise AssertionError("nobody was lent out")


def test_services_go_back_on_the_morning_of_the_fourteenth_day_away() -> None:
    world = build(city(parameters={**AWAY, "secondment_rate": 0.2}), 3)
    worker, mine = first_absence(world)
    run_days(world, 12)  # the thirteenth day is over
    kept = [v for v in mine if world.services["is_open"][v]]
    assert kept
    assert set(world.services["worker"][kept]) == {worker}
    run_days(world, 1)
    assert world.workers["n_services"][worker] == 0
    others = [v for v in kept if world.services["worker"][v] not in (worker, NONE)]
    still = [v for v in kept if world.services["worker"][v] == NONE]
    assert set(world.services["handovers"][others]) <= {1}
    assert set(world.services["handovers"][still]) <= {0}
    assert set(world.services["left_by"][still]) <= {worker}
    assert broken(world) == []


def test_a_worker_who_comes_back_in_time_goes_on_without_a_handover() -> None:
    """One worker alone: nobody else can take the services, so they wait and are taken up again."""
    alone = {"a": town(posts=1, communities=1)}
    world = build(city(towns=alone, parameters={**AWAY, "secondment_rate": 0.2}), 3)
    _, mine = first_absence(world)
    run_days(world, 14)
    waiting = [v for v in mine if world.services["is_open"][v]]
    assert waiting
    assert set(world.services["worker"][waiting]) == {NONE}
    run_days(world, 35)
    back = [v for v in waiting if world.services["worker"][v] == 0]
    assert back
    assert set(world.services["handovers"][back]) == {0}


def test_who_quits_while_away_makes_a_handover_of_what_was_left() -> None:
    alone = {"a": town(posts=1, communities=1)}
    world = build(city(towns=alone, parameters={**AWAY, "secondment_rate": 0.2}), 3)
    _, mine = first_absence(world)
    run_days(world, 14)
    waiting = [v for v in mine if world.services["is_open"][v]]
    world.parameters["quit_floor"] = 1.0
    while world.workers["is_filled"][0]:
        run_days(world, 1)
    assert set(world.services["handovers"][waiting]) == {1}
    assert set(world.services["left_by"][waiting]) == {NONE}


def test_handing_over_keeps_deadlines_and_costs_trust_in_the_worker() -> None:
    calm = {"towns": {"a": town(posts=4)}, "groups": {"g": group(needs_per_year=0.2, group_work_share=0)}}
    lent = {"secondment_rate": 0.2, "secondment_least_days": 60, "quit_floor": 0, "quit_span": 0}
    for name in ("true_on_time", "unmet_station"):
        soon, never = (total(name, **calm, parameters={**lent, "handover_after_days": days}) for days in (7, 1000))
        assert soon > never


# --- groups


def test_no_need_gives_up_while_it_waits_for_a_group() -> None:
    """Nobody works: group needs wait until they become cases, and only then does their patience begin."""
    idle = {"towns": {"a": town(posts=0)}, "groups": {"g": group(group_work_share=1)}, "end": "2023-12-31"}
    world = build(city(**idle, parameters={"give_up_hazard": 0.1, "wait_patience_days": 10}), 1)
    dispatched: dict[int, int] = {}
    for day in range(len(world.place.days)):
        run_days(world, 1)
        waits = world.needs["state"] == NeedState.WAITING
        for n in np.flatnonzero(waits & (world.needs["dispatched"] == day)).tolist():
            dispatched[n] = day
        for n in np.flatnonzero(world.needs["state"] == NeedState.GIVEN_UP).tolist():
            if n in dispatched:
                assert day - dispatched.pop(n) > 30 + 10
    assert world.observed.stations["given_up"].sum() > 10


def test_a_need_becomes_a_case_on_its_thirtieth_day_weekends_too() -> None:
    idle = {"towns": {"a": town(posts=0)}, "groups": {"g": group(group_work_share=1)}}
    world = build(city(**idle), 1)
    on_weekends = 0
    for day in range(200):
        run_days(world, 1)
        waits = world.needs[world.needs["state"] == NeedState.WAITING]
        for need in waits[waits["waiting_since"] == day]:
            if need.kind == Kind.CASE and need.dispatched < day:
                assert day - need.dispatched == 30
                on_weekends += not world.place.days["is_workday"][day]
    assert on_weekends > 0


def test_smaller_groups_take_fewer_hours() -> None:
    world = run(groups={"g": group(group_work_share=1)})
    opened = world.services[(world.services["kind"] == Kind.GROUP) & (world.services["hours"] > 0)]
    assert len(set(opened["n_members"])) > 1
    assert np.array_equal(opened["hours"], 16 + 3.0 * opened["n_members"])


def test_small_groups_leave_fewer_clients_waiting_in_vain() -> None:
    """In small towns eight never come together: with four the group opens, and clients are met sooner and more often."""
    quiet = {"groups": {"g": group(group_work_share=1, needs_per_year=0.15)}}
    four, eight = (total("became_cases", **quiet, parameters={"group_least": n, "group_least_late": n}) for n in (3, 8))
    assert four < 0.5 * eight


# --- what became of the needs of a month


def test_what_became_of_a_cohort_adds_up() -> None:
    world = run(2)
    seen = world.observed.stations
    ends = ("cohort_open", "cohort_met", "cohort_unmet", "cohort_given_up", "cohort_expired")
    assert np.array_equal(seen["arisen"], sum(seen[name] for name in ends))
    months = world.place.days["month"]
    needs = world.needs[(world.needs["onset"] >= 0)]
    for month in (0, 5, 11):
        mine = needs[months[needs["onset"]] == month]
        assert seen["cohort_met"][month].sum() == (mine["state"] == NeedState.MET).sum()
        assert seen["cohort_expired"][month].sum() == (mine["state"] == NeedState.EXPIRED).sum()
    # Flows count what ended in a month, whenever it arose; those of the stock before the first day belong to no cohort.
    assert seen["cohort_met"].sum() < seen["met_station"].sum() + seen["met_away"].sum()


def test_no_cohort_is_covered_more_than_wholly() -> None:
    """A city that works its old stock off meets more needs than arise; of those that arose it cannot meet more than all."""
    world = run(
        groups={"g": group(needs_per_year=0.05, per_1000=300, detectability=100)},
        levers={"administrative_burden": 0.2},
        parameters={"need_lookback_days": 730, "expiry_days": 4000},
        policy_start="2023-02-01",
        end="2023-06-30",
    )
    seen = world.observed.stations[:6]
    assert seen["met_station"].sum() + seen["met_away"].sum() > 2 * seen["arisen"].sum()
    assert 0 < seen["cohort_met"].sum() <= seen["arisen"].sum()


# --- spread between persons


def test_the_spread_between_workers_can_be_worked_out() -> None:
    world = run(1)
    workers = world.workers[world.workers["is_filled"] == 1]
    last = world.observed.stations[-1]
    for name in ("competence", "burnout"):
        mean_ = last[f"{name}_sum"].sum() / last["filled"].sum()
        variance = last[f"{name}_square_sum"].sum() / last["filled"].sum() - mean_**2
        assert np.isclose(variance, workers[name].var())


# --- structure


def test_payment_in_part_waits_as_long_and_leaves_no_arrears() -> None:
    still = {
        "goodwill_recovery": 0,
        "refusal_goodwill_loss": 0,
        "lapse_goodwill_loss": 0,
        "quit_floor": 0,
        "quit_span": 0,
        "exam_attempt": 0,
    }
    long = {"start": "2015-01-01", "towns": {"a": town(population=20, posts=1, communities=1)}}
    world = run(levers={"payment_delay": 3}, parameters=still, structure={"payment_in_part": True}, **long)
    seen = world.observed.stations[24:]
    assert abs(seen["receivable"].sum() / seen["government_due"].sum() - 2) < 0.01
    assert seen["wages_unpaid"].sum() == 0
    assert broken(world) == []


def test_protection_that_adds_up_refuses_more() -> None:
    clear = {"levers": {"boundary_clarity": 0.5, "alliance_support": 1}}
    added, product = (total("tasks_refused", **clear, structure={"additive_protection": on}) for on in (True, False))
    assert added > 1.05 * product


def test_overtime_for_the_town_leaves_less_for_clients() -> None:
    rushed = {"parameters": {"case_deadline_days": 20, "overtime_window_days": 14}, "levers": {"boundary_clarity": 0.4}}
    for name, more_for_the_town in (("admin_hours", True), ("overtime_hours", False)):
        first, last = (total(name, **rushed, structure={"town_first_overtime": on}) for on in (True, False))
        assert (first > last) is more_for_the_town
