"""The methods of a plan, one entry each: what is said of it in a design, and how a sampler draws."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from sim.language import Text

Sampler = Callable[[int, int, int], np.ndarray]
"""(points, factors, random) to points of the unit cube, (points, factors), each share 0 <= u < 1."""


@dataclass(frozen=True)
class Method:
    """title: its name in tables. keys: what a design says of it beside its factors. draw: of a sampler. doubles: whether its points must be a
    power of two, since a longer sequence begins with the same ones."""

    title: Text
    keys: tuple[str, ...] = ()
    draw: Sampler | None = None
    doubles: bool = False


def _latin_hypercube(n_points: int, n_factors: int, random: int) -> np.ndarray:
    from scipy.stats import qmc  # heavy, and only for samples

    drawn: np.ndarray = qmc.LatinHypercube(n_factors, rng=random).random(n_points)
    return drawn


def _sobol(n_points: int, n_factors: int, random: int) -> np.ndarray:
    from scipy.stats import qmc

    drawn: np.ndarray = qmc.Sobol(n_factors, rng=random).random(n_points)
    return drawn


METHODS: dict[str, Method] = {
    "grid": Method(Text("grid", "网格")),
    "latin_hypercube": Method(Text("Latin hypercube", "拉丁超立方"), ("points", "random"), _latin_hypercube),
    "sobol": Method(Text("Sobol sequence", "Sobol 序列"), ("points", "random"), _sobol, doubles=True),
    "one_at_a_time": Method(Text("one at a time", "逐一改变")),
    "list": Method(Text("list", "列举"), ("points",)),
}
SAMPLED = tuple(name for name, method in METHODS.items() if method.draw is not None)
