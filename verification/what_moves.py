"""Which quantities move the headline: how far each assumption moves what the policies change.

    python verification/what_moves.py [--worlds 1200] [--twins 100] [--again]

T City's baseline and its four main policies run in worlds of the prior, each number in doubt drawn by itself. What a policy changes in
coverage, and boundary clarity less linkage, are regressed on all of them, in standard deviations; the square of a coefficient is the
share of the difference's variance that the quantity explains, for the draws are independent. Dummies, which nothing depends on, show how
large a share chance alone gives; R2 is of worlds left out of the fit.

Writes verification/results/what_moves.md, what_moves.csv (the shares) and prior_worlds.csv (coverage and cost of every run; --again sums it
up anew without a run).
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "verification")]

from in_worlds import outcomes_in  # noqa: E402
from kept import RESULTS, command, keep, versions  # noqa: E402

from sim.lab.compare import arms_of  # noqa: E402
from sim.lab.comparison import BASELINE  # noqa: E402
from sim.lab.doubt.prior import uniforms  # noqa: E402
from sim.lab.doubt.worlds import TWINS, PriorWorlds, Worlds  # noqa: E402

OUTCOMES_KEPT = ("coverage", "cost_per_year")
AGAINST = "boundary-clarity - linkage"
N_DUMMIES = 40
N_FOLDS = 10
N_SHOWN = 20
RUNS, SHARES = RESULTS / "prior_worlds.csv", RESULTS / "what_moves.csv"


def runs_of(worlds: Worlds, numbers: Sequence[int], jobs: int = 2) -> pd.DataFrame:
    """A row a world: its number, and each outcome that is kept of each arm as ARM.OUTCOME."""
    arms = arms_of("t-city")
    found = outcomes_in(worlds, arms, numbers, jobs=jobs)
    columns = {
        f"{arm}.{outcome}": found[outcome][:, place] for outcome in OUTCOMES_KEPT for place, arm in enumerate(arms)
    }
    return pd.DataFrame({"world": list(numbers), **columns})


def differences(runs: pd.DataFrame, outcome: str = "coverage") -> dict[str, np.ndarray]:
    """What each policy changes, and what boundary clarity changes more than linkage, by world."""
    ends = f".{outcome}"
    level = {name.removesuffix(ends): runs[name].to_numpy() for name in runs.columns if name.endswith(ends)}
    found = {arm: level[arm] - level[BASELINE] for arm in level if arm != BASELINE}
    return found | {AGAINST: level["boundary-clarity"] - level["linkage"]}


# --- the regression


@dataclass(frozen=True)
class Moved:
    """How far each input moves a difference. effects: standardised coefficients, (inputs,), those of the dummies last; r2: of worlds left
    out; limit: the share that only 5 of 100 dummies pass."""

    effects: np.ndarray
    n_dummies: int
    r2: float

    @property
    def shares(self) -> np.ndarray:
        """Of the inputs that are none of the dummies, (inputs,)."""
        found: np.ndarray = np.square(self.effects[: len(self.effects) - self.n_dummies])
        return found

    @property
    def limit(self) -> float:
        return float(np.quantile(np.square(self.effects[len(self.effects) - self.n_dummies :]), 0.95))


def standardised(values: np.ndarray) -> np.ndarray:
    """Columns less their mean, in standard deviations; a column that never differs is 0."""
    spread = values.std(axis=0)
    made: np.ndarray = (values - values.mean(axis=0)) / np.where(spread > 0.0, spread, 1.0)
    return made


def moved(inputs: np.ndarray, output: np.ndarray, dummies: np.ndarray) -> Moved:
    """Regress an output (worlds,) on inputs (worlds, inputs) and dummies (worlds, dummies), all in standard deviations."""
    x = standardised(np.hstack([inputs, dummies]))
    y = standardised(output[:, np.newaxis])[:, 0]
    return Moved(_fitted(x, y), dummies.shape[1], _r2_left_out(x, y))


def _fitted(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    found: np.ndarray = np.linalg.lstsq(x, y, rcond=None)[0]
    return found


def _r2_left_out(x: np.ndarray, y: np.ndarray) -> float:
    """Of each world as those of the other folds foretell it."""
    fold = np.arange(len(y)) % N_FOLDS
    foretold = np.empty(len(y))
    for out in range(N_FOLDS):
        mean = y[fold != out].mean()
        foretold[fold == out] = mean + x[fold == out] @ _fitted(x[fold != out], y[fold != out] - mean)
    return float(1.0 - np.square(y - foretold).sum() / np.square(y - y.mean()).sum())


def drawn_in(worlds: Worlds, numbers: Sequence[int]) -> pd.DataFrame:
    """The values of worlds, a row a world; those that never differ are left out."""
    found = pd.DataFrame([dict(worlds.draw(number).values) for number in numbers])
    return found.loc[:, found.nunique() > 1]


def all_moved(worlds: Worlds, runs: pd.DataFrame, n_dummies: int = N_DUMMIES) -> tuple[pd.DataFrame, dict[str, Moved]]:
    """By quantity and difference the share of variance, columns name and the differences, the largest mean share first."""
    numbers = runs["world"].tolist()
    values = drawn_in(worlds, numbers)
    dummies = np.vstack([uniforms([f"dummy {i}" for i in range(n_dummies)], number, 1) for number in numbers])
    found = {name: moved(values.to_numpy(), output, dummies) for name, output in differences(runs).items()}
    table = pd.DataFrame({"name": list(values.columns)} | {name: one.shares for name, one in found.items()})
    order = table.drop(columns="name").mean(axis=1).sort_values(ascending=False, kind="stable").index
    return table.loc[order].reset_index(drop=True), found


# --- what is told


def as_table(table: pd.DataFrame, limits: Mapping[str, float]) -> str:
    """The first of a table of shares, in per cent; what no dummy is told from stands in brackets."""
    columns = [name for name in table.columns if name != "name"]
    lines = [f"| quantity | {' | '.join(columns)} |", f"|---|{'---:|' * len(columns)}"]
    for _, row in table.iterrows():
        said = [f"{100 * row[name]:.1f}" if row[name] > limits[name] else "(0)" for name in columns]
        lines.append(f"| `{row['name']}` | {' | '.join(said)} |")
    return "\n".join(lines)


def spread_table(runs: pd.DataFrame, twins: pd.DataFrame) -> str:
    """Each difference over worlds, in points, and how much of its variance is chance, from twins."""
    lines = ["| difference | median | 95 of 100 worlds | chance's share of the variance |", "|---|---:|---:|---:|"]
    again = differences(twins)
    pairs = runs[runs["world"].isin(twins["world"] - TWINS)]
    for name, found in differences(runs).items():
        low, middle, high = 100 * np.quantile(found, [0.025, 0.5, 0.975])
        chance = float(np.mean(np.square(differences(pairs)[name] - again[name])) / 2 / found.var(ddof=1))
        lines.append(f"| {name} | {middle:+.2f} | {low:+.2f} to {high:+.2f} | {100 * chance:.0f} % |")
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--worlds", type=int, default=1200)
    parser.add_argument("--twins", type=int, default=100)
    parser.add_argument("--again", action="store_true", help="sum the stored runs up anew")
    given = parser.parse_args()
    worlds = PriorWorlds.of(arms_of("t-city")[BASELINE])
    if not given.again:
        numbers = [*range(1, given.worlds + 1), *(TWINS + k for k in range(1, given.twins + 1))]
        RESULTS.mkdir(exist_ok=True)
        runs_of(worlds, numbers).to_csv(RUNS, index=False, float_format="%.7g", lineterminator="\n")
    runs = pd.read_csv(RUNS)
    twins, runs = runs[runs["world"] > TWINS], runs[runs["world"] < TWINS]
    table, found = all_moved(worlds, runs)
    table.to_csv(SHARES, index=False, float_format="%.5f", lineterminator="\n")
    limits = {name: one.limit for name, one in found.items()}
    fits = ", ".join(f"{name} {one.r2:.2f}" for name, one in found.items())
    keep(
        "what_moves",
        "What moves the headline",
        f"`{command()}`; {versions('numpy', 'numba')}.",
        f"{len(runs):,} worlds of T City's prior, {len(table)} numbers in doubt that differ between them. Differences in coverage over the policies' window, in points:",
        spread_table(runs, twins),
        f"The {N_SHOWN} quantities that move them most: share of the variance of each difference, in per cent; (0) is no more than what 95 of "
        f"100 of {N_DUMMIES} dummies show. R2 of worlds left out of the fit: {fits}.",
        as_table(table.head(N_SHOWN), limits),
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
