"""Runs of arms in worlds, for campaigns: a world is a draw and a seed, and whoever has `draw(number)` can give them."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Protocol, TypeVar

import numpy as np

from sim.lab.design.design import Keep, Window
from sim.lab.doubt.prior import Doubtful, draw, prior
from sim.lab.outcomes import OUTCOMES
from sim.lab.run.work import Chunk, Measuring, do, model_of
from sim.scenario.drawn import DrawnValues
from sim.scenario.schema import Scenario

PRIOR = "prior"
TWINS = 2**40
"""The twin of world k, the same assumptions under another seed, has the number TWINS + k."""
T = TypeVar("T")


class Worlds(Protocol):
    """Worlds by their number, from 1. kind: "prior", or what else they come from."""

    @property
    def kind(self) -> str: ...

    def draw(self, number: int) -> DrawnValues: ...


@dataclass(frozen=True)
class FromPrior:
    """The worlds of a city's prior: draw k under seed k, and its twin under seed TWINS + k."""

    scenario: Scenario
    shape: str = "pert"
    kind: str = field(default=PRIOR, init=False)

    @cached_property
    def in_doubt(self) -> tuple[Doubtful, ...]:
        return prior(self.scenario, self.shape)

    def draw(self, number: int) -> DrawnValues:
        return draw(self.in_doubt, number % TWINS)


@dataclass(frozen=True)
class Known:
    """Other worlds, in which some names stay as the city or the policy says them."""

    worlds: Worlds
    names: Collection[str]

    @property
    def kind(self) -> str:
        return self.worlds.kind

    def draw(self, number: int) -> DrawnValues:
        found = self.worlds.draw(number)
        return replace(
            found, values={name: value for name, value in found.values.items() if name not in set(self.names)}
        )


def worlds_of(scenario: Scenario, doubt: str = PRIOR) -> Worlds:
    """The worlds of a city: of its prior, or as the lab chooses them ("posterior", or the folder of one)."""
    if doubt == PRIOR:
        return FromPrior(scenario)
    found: Worlds = importlib.import_module("sim.lab.doubt.choose").worlds_of(scenario, doubt)
    return found


def seed_of(found: DrawnValues, number: int) -> int:
    """The engine's seed of a world: its number, unless its draw says another."""
    said = getattr(found, "seed", None)
    return number if said is None else int(said)


def each(of: Callable[[int], T], numbers: Iterable[int], jobs: int) -> list[T]:
    """Of every world, in their order."""
    with ThreadPoolExecutor(jobs) as pool:
        return list(pool.map(of, numbers))


def outcomes_in(
    worlds: Worlds,
    arms: Mapping[str, Scenario],
    numbers: Sequence[int],
    *,
    window: Window | None = None,
    keep: Keep | None = None,
    jobs: int = 2,
) -> dict[str, np.ndarray]:
    """Outcomes by name, each (worlds, arms), of arms that share their history; the first is the baseline. What a run keeps besides is
    given by its kind (`RunOutput.series`), (worlds, arms, ...). Raises RuntimeError where a run fails."""
    measuring = Measuring(window or Window(), keep or Keep())
    names, scenarios = tuple(arms), tuple(arms.values())
    model = model_of(scenarios[0], measuring, allow_code=False)

    def one(number: int) -> list[tuple[np.ndarray, Mapping[str, np.ndarray]]]:
        done = do(Chunk(number, scenarios, names, model, measuring, draw=worlds.draw(number)))
        if done.errors:
            raise RuntimeError(f"world {number}: {next(iter(done.errors.values()))}")
        return [(done.runs[name].outcomes, done.runs[name].series) for name in names]

    found = each(one, numbers, jobs)
    values = np.array([[of_arm[0] for of_arm in of_world] for of_world in found])
    made = {name: values[:, :, column] for column, name in enumerate(OUTCOMES)}
    kinds = found[0][0][1] if found else {}
    return made | {kind: np.array([[of_arm[1][kind] for of_arm in of_world] for of_world in found]) for kind in kinds}
