"""Rules at work in a small city: what each is there for is seen in what it moves, in the expected direction."""

from __future__ import annotations

from typing import Any

import numpy as np
from cities import city, town

from sim.day import run_days
from sim.words import LEAST_HOURS, NeedState
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
