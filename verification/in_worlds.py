"""Runs of arms in worlds, for campaigns: a world is a draw and a seed, and whoever has `draw(number)` can give them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import numpy as np

from sim.lab.design.design import Keep, Window
from sim.lab.doubt.choose import worlds_of
from sim.lab.doubt.worlds import Worlds
from sim.lab.outcomes import OUTCOMES
from sim.lab.run.work import Chunk, Measuring, do, model_of
from sim.scenario.drawn import DrawnValues
from sim.scenario.schema import Scenario

T = TypeVar("T")


def worlds_asked(city: Scenario, doubt: str) -> Worlds:
    """The worlds of a city: "prior", "posterior" or the folder of one. Raises Mistake, SystemExit where nothing is in doubt."""
    found = worlds_of(city, doubt)
    if found is None:
        raise SystemExit("--doubt: prior, posterior or a folder is wanted")
    return found


def seed_of(found: DrawnValues, number: int) -> int:
    """The engine's seed of a world: its number, unless its draw says another."""
    return number if found.seed is None else found.seed


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
