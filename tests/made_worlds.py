"""Comparisons over constructed worlds, so that what may be said of them is known."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
from cities import TEXT, city

from sim.lab.compare import arms_of
from sim.lab.comparison import Comparison
from sim.lab.kept import folders
from sim.lab.kept.results import Results
from sim.lab.outcomes import OUTCOMES
from sim.observations import GROUP_MONTH, STATION_MONTH
from sim.scenario.schema import Policy, read_policy
from sim.scenario.yaml_reader import from_plain


def policy(name: str) -> Policy:
    both = {"en": f"Policy {name}", "zh": f"政策{name}"}
    plain = {"kind": "policy", "title": both, "proposer": TEXT, "source": TEXT, "levers": {"pay": 3000}}
    return read_policy(from_plain(plain, name), name)


def nothing_kept(n_arms: int, n_seeds: int) -> list[np.ndarray]:
    """The city's months, its towns and its groups, all zero."""
    return [
        np.zeros((n_arms, n_seeds, rows, len(columns)))
        for rows, columns in ((12, STATION_MONTH), (2, STATION_MONTH), (3, GROUP_MONTH))
    ]


def drawn_from(kind: str) -> Any:
    """What stands for worlds of a kind, "posterior" or "prior"."""
    return SimpleNamespace(kind=kind)


def compared(*, n: int = 100, n_twins: int = 20, kind: str = "posterior", **effects: dict[str, Any]) -> Comparison:
    """A comparison over n worlds: every arm differs from the baseline, world by world, by what is said of each outcome, a number or (n,). A
    twin's effect is its world's and a tenth more."""
    names = list(OUTCOMES)
    arms = arms_of(city(), [policy(name) for name in effects])
    outcomes = np.zeros((len(arms), n, len(names)))
    about = np.linspace(-1.0, 1.0, n)
    for name, value in {
        "coverage": 0.107 + 0.02 * about, "met_per_year": 1000.0 + 100 * about, "cost_per_year": 5e6,
        "public_cost_per_year": 5e6, "cost_per_met_need": 5e6 / (1000.0 + 100 * about), "wage_cost_per_hour": 20.0,
        "burnout": 0.4, "trust": 0.4, "admin_task_hours_per_year": 9000.0,
    }.items():  # fmt: skip
        outcomes[:, :, names.index(name)] = value
    for arm, said in enumerate(effects.values(), start=1):
        for name, change in said.items():
            outcomes[arm, :, names.index(name)] += change
    twins = outcomes[:, :n_twins] + 0.1 * (outcomes[:, :n_twins] - outcomes[:1, :n_twins])
    kept = nothing_kept(len(arms), n)
    return Comparison(arms, tuple(range(1, n + 1)), outcomes, *kept, worlds=drawn_from(kind), twins=twins)


def worlds(*, budget: float | None = None, kind: str = "posterior", **more: Any) -> Results:
    """Results of such a comparison. budget: of the city, yuan a year."""
    made = compared(kind=kind, **more)
    said = {} if budget is None else {"budget_per_year": budget}
    arms = {name: {**arm.to_mapping(), **said} for name, arm in made.arms.items()}
    facts = {"arms": arms, "n_seeds": len(made.seeds), "doubt": {"kind": kind}}
    return Results(made.tables(), folders.provenance("compare", **facts))


def up_in(k: int, n: int = 100, size: float = 0.05) -> dict[str, np.ndarray | float]:
    """A gain in k of n worlds and a loss in the others, of sizes evenly spread between the worlds."""
    sign = np.full(n, -1.0)
    sign[np.random.default_rng(1).permutation(n)[:k]] = 1.0
    change = sign * size * np.linspace(0.5, 1.5, n)
    return {"coverage": change, "met_per_year": 10000 * change, "cost_per_year": 5e5}
