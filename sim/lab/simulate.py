"""Run a world: one scenario, one seed; or one history and the policies that branch from it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sim.world import tables
from sim.world.build import build

if TYPE_CHECKING:
    import pandas as pd

    from sim.scenario.schema import Scenario


class Stopped(Exception):
    """The run was asked to stop (Ctrl-C); nothing of it counts."""


@dataclass(frozen=True)
class Run:
    """A finished run: its scenario, its seed, and the world on the morning after its last day."""

    scenario: Scenario
    seed: int
    world: tables.World

    def frames(self) -> dict[str, pd.DataFrame]:
        """Monthly tables: "city", "stations", "communities", "groups"."""
        from sim.lab.frames import frames

        return frames(self.world, self.scenario)


def month_ends(world: tables.World) -> list[int]:
    """The day after the last day of each month of the calendar."""
    days = world.place.days
    last = np.flatnonzero(np.diff(days["month"], append=days["month"][-1] + 1))
    return [int(day) + 1 for day in last]


def advance(
    world: tables.World,
    to_month: int,
    *,
    on_month: Callable[[int], None] | None = None,
    stop: threading.Event | None = None,
) -> None:
    """Run a world in place until the first day of month `to_month` (counted from the start), month by month.

    Raises Stopped at the end of a month if `stop` is set.
    """
    from sim.day import run_days

    for month, end in enumerate(month_ends(world)[:to_month]):
        if end <= world.day:
            continue
        run_days(world, end - world.day)
        if on_month is not None:
            on_month(month)
        if stop is not None and stop.is_set():
            raise Stopped


def simulate(
    scenario: Scenario,
    seed: int = 1,
    *,
    on_month: Callable[[int], None] | None = None,
    stop: threading.Event | None = None,
) -> Run:
    """Run a scenario from its first to its last day."""
    world = build(scenario, seed)
    advance(world, scenario.n_months, on_month=on_month, stop=stop)
    return Run(scenario, seed, world)


def simulate_arms(
    arms: Mapping[str, Scenario], seed: int, *, stop: threading.Event | None = None
) -> Iterator[tuple[str, Run]]:
    """Run several scenarios that share their history: it is run once, and each arm branches from it.

    The arms must be equal up to `policy_month` (policies see to that). Yields (name, run) in the order of the arms; each
    equals what `simulate` gives for the same scenario and seed.
    """
    scenarios = list(arms.values())
    first = scenarios[0]
    check_shared_history(arms)
    trunk = build(first, seed)
    advance(trunk, first.policy_month, stop=stop)
    for name, scenario in arms.items():
        world = tables.branch(trunk, parameters=scenario.parameter_table(), levers=scenario.lever_table())
        advance(world, scenario.n_months, stop=stop)
        yield name, Run(scenario, seed, world)


def check_shared_history(arms: Mapping[str, Scenario]) -> None:
    """Raise ValueError unless all arms have the same city, calendar and levers up to the policies' start."""
    names = list(arms)
    first = arms[names[0]]
    months = slice(0, first.policy_month)
    for name in names[1:]:
        other = arms[name]
        same = (
            other.baseline().hash == first.baseline().hash
            and np.array_equal(other.parameter_table()[months], first.parameter_table()[months])
            and np.array_equal(other.lever_table()[months], first.lever_table()[months])
        )
        if not same:
            raise ValueError(f"{name} and {names[0]} do not share their history up to {first.policy_start}")
