"""Rules at work in a small city: what each is there for is seen in what it moves, in the expected direction."""

from __future__ import annotations

from typing import Any

import numpy as np
from cities import city, group, town

from sim.day import run_days
from sim.world.build import build
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
    still = {"goodwill_recovery": 0, "refusal_goodwill_loss": 0, "lapse_goodwill_loss": 0, "quit_floor": 0, "quit_span": 0}
    long = {"start": "2004-01-01", "towns": {name: town(population=20, posts=1, communities=1) for name in "abcdefghijklmnopqrst"}}
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
