"""Runs of a small city under values that are allowed: at either end of one, and at random of two. What they break, if anything.

`tests/world/test_every_value.py` runs every end and some pairs, `verification/every_value.py` many pairs.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from cities import city, group, town

from sim.day import run_days
from sim.lab.outcomes import summarize
from sim.mistakes import Mistake
from sim.scenario.changes import WHOLES
from sim.scenario.compose import changes_of
from sim.scenario.parameters import LEVERS, PARAMETERS, Quantity
from sim.scenario.schema import Scenario
from sim.world.build import build
from sim.world.check import broken

EVERY = {**PARAMETERS, **LEVERS}

REFUSED = "refused"
"""What `breaks` calls values that do not go together (shares of one whole above 1), which a city refuses in a sentence."""


def busy_city() -> Scenario:
    """Four towns, November to February (so both ends of the exam's month come), in which everything happens."""
    return city(
        start="2022-11-01",
        policy_start="2022-12-01",
        end="2023-02-28",
        towns={
            "a": town(population=600),
            "b": town(posts=2, population=500, communities=2),
            "opens": town(posts=[1, {"add": 2, "from": "2023-01"}], opens="2022-12", population=200, communities=1),
            "closes": town(posts=1, closes="2023-01", heir="b", population=200, communities=1, growth_per_year=0.5),
        },
        groups={
            "poor": group(needs_per_year=3),
            "old": group(per_1000=60, group_work_share=0.6, needs_per_year=2),
            "public": {key: one for key, one in group(needs_per_year=0.05).items() if key != "per_1000"}
            | {"rest": True},
        },
        parameters={"quit_floor": 0.5},
        levers={
            "alliance_support": 1,
            "funding_dependence": 0.7,
            "supervision": 0.5,
            "exam_bonus": 2000,
            "cadre_training": 0.5,
        },
    )


def ends() -> Iterator[dict[str, float]]:
    """Every parameter and lever at either end of what is allowed, one at a time; a whole share leaves nothing to others."""
    for name, one in EVERY.items():
        yield {name: one.least}
        yield {other: 0.0 for names in WHOLES if name in names for other in names} | {name: one.most}


def some_value(one: Quantity, chance: random.Random) -> float:
    """An allowed value: an end twice in three, else any in between."""
    pick = chance.randrange(3)
    if pick < 2:
        return (one.least, one.most)[pick]
    return float(chance.randint(int(one.least), int(one.most))) if one.is_whole else chance.uniform(one.least, one.most)


def pairs(n: int, number: int = 1) -> Iterator[dict[str, float]]:
    """`n` pairs of names drawn at random (`number` names the draw), each with values that are allowed."""
    chance = random.Random(number)
    for _ in range(n):
        yield {name: some_value(EVERY[name], chance) for name in chance.sample(sorted(EVERY), 2)}


def all_at_once(n: int, number: int = 1) -> Iterator[dict[str, float]]:
    """`n` times every parameter and lever at an allowed value, of shares of one whole one."""
    chance = random.Random(number)
    for _ in range(n):
        values = {name: some_value(one, chance) for name, one in EVERY.items()}
        for names in WHOLES:
            kept = chance.choice(names)
            values |= {name: 0.0 for name in names if name != kept}
        yield values


def under(base: Scenario, values: dict[str, float]) -> Scenario:
    """The base with these values in place of its own from the first day. Raises Mistake."""
    levers, parameters = changes_of(values)
    own = replace(
        base,
        levers=(*(one for one in base.levers if one.name not in values), *levers),
        parameters=(*(one for one in base.parameters if one.name not in values), *parameters),
    )
    own.check()
    return own


def breaks(base: Scenario, values: dict[str, float], seed: int) -> str:
    """What a run of the base under these values breaks, in a sentence; "" if nothing, REFUSED if the city is refused."""
    try:
        own = under(base, values)
    except Mistake as refusal:
        return REFUSED if "must not be more than 1" in str(refusal) else str(refusal)
    try:
        world = build(own, seed)
        found = broken(world)
        for month in range(own.n_months):
            run_days(world, int((world.place.days["month"] == month).sum()))
            found += broken(world)
        outcomes = summarize(world, 0, own.n_months).outcomes
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    found += [f"the outcome {name} is infinite" for name, value in outcomes.items() if np.isinf(value)]
    return "; ".join(dict.fromkeys(found))
