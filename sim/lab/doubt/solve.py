"""Solve for the numbers that were there to be fitted: the values with which a world has the figures that are asked of it.

A proposal is an assumption about everything else, a target for every figure that can be solved for, and a seed. Its weight is what makes
the solved proposals a draw of the posterior: the prior of the solved numbers, over the density in which solving has put them there
(the reference of the targets times the full Jacobian), times the likelihood of the figures that were not solved for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from sim.lab.doubt.emulate import Plan
from sim.lab.doubt.prior import uniforms

SOLVED, OUTSIDE, UNSOLVED, FAILED = "solved", "outside", "unsolved", "failed"
"""What became of a proposal: its figures were met; only a number outside of its law would meet them; they were not met in
`MOST_STEPS`; the model could not run it."""
MOST_STEPS = 8
LONGEST_STEP = 1.5
"""In SDs of the prior."""
SHORTEST_SECANT = 0.02
"""Two tries nearer to one another say more of chance than of the slope."""
MOST_AT_END = 2
"""So many tries at an end of a law, with the target still beyond, and it lies outside."""

Simulated = Callable[[Mapping[str, float]], np.ndarray]
"""What a run says of the figures of the plan, and of others behind them, from the values of all numbers in doubt; all NaN where it cannot be
run."""


@dataclass(frozen=True)
class Solution:
    """What became of a proposal. solved: by name; figures: what its nearest run says, in their units; targets: (m,) in the
    order of the plan's pairs. log_weight: -inf unless solved."""

    status: str
    solved: Mapping[str, float]
    targets: np.ndarray
    figures: np.ndarray
    n_runs: int
    log_weight: float


def targets_of(plan: Plan, number: int) -> np.ndarray:
    """What proposal `number` asks of the figures that are solved for, in their units: of the figure's name and the number alone."""
    u = uniforms([f"target.{figure.name}" for figure in plan.targets], number, 1)[0]
    return np.array([float(figure.law.target(np.array(one))) for figure, one in zip(plan.targets, u, strict=True)])


def solve(plan: Plan, values: Mapping[str, float], targets: np.ndarray, simulated: Simulated) -> Solution:
    """Find the solved numbers for the targets. values: of all numbers (those that are solved for need not be there)."""
    numbers, m = plan.solved, len(plan.pairs)
    ends = np.array([number.ends() for number in numbers]).reshape(m, 2)
    aim = np.array([float(f.scaled(np.array(t))) for f, t in zip(plan.targets, targets, strict=True)])
    near = np.array([figure.tolerance for figure in plan.targets])
    z = np.array(
        [0.0 if number.name not in values else float(number.standard(values[number.name])) for number in plan.numbers]
    )
    at = _start(plan, plan.without_solved(z), aim, ends)
    steepness = plan.jacobian(at)
    best: tuple[float, np.ndarray, np.ndarray] | None = None
    before: tuple[np.ndarray, np.ndarray] | None = None
    n_at_end, n_runs, status = 0, 0, UNSOLVED
    while n_runs < MOST_STEPS:
        found = simulated(_values(plan, values, at))
        n_runs += 1
        reached = np.array(
            [float(f.scaled(found[place])) for f, (place, _) in zip(plan.targets, plan.pairs, strict=True)]
        )
        missed = reached - aim
        if not np.isfinite(missed).all():
            break
        size = float(np.max(np.abs(missed) / near)) if m else 0.0
        if best is None or size < best[0]:
            best = size, at, found
        if size <= 1.0:
            status = SOLVED
            break
        if before is not None:
            steepness = _secant(steepness, at - before[0], missed - before[1])
        step = _bounded(np.linalg.lstsq(steepness, -missed, rcond=None)[0])
        onwards = np.clip(at + step, ends[:, 0], ends[:, 1])
        is_held = onwards != at + step
        n_at_end = n_at_end + 1 if is_held.any() else 0
        if n_at_end > MOST_AT_END or (onwards == at).all():
            status = OUTSIDE
            break
        before, at = (at, missed), onwards
    if best is None:
        return Solution(FAILED, {}, targets, found, n_runs, -np.inf)
    _, at, found = best
    solved = {number.name: number.value(one) for number, one in zip(numbers, at, strict=True)}
    weight = log_weight(plan, at, targets, found) if status == SOLVED else -np.inf
    return Solution(status, solved, targets, found, n_runs, weight)


def log_weight(plan: Plan, at: np.ndarray, targets: np.ndarray, found: np.ndarray) -> float:
    """Of a solved proposal, up to a constant. at: (m,) the solved numbers in SDs; targets: (m,); found: (figures,) as simulated."""
    total = 0.0
    for number, one in zip(plan.solved, at, strict=True):
        total += number.log_density(float(one))
    if len(at):
        total -= float(np.linalg.slogdet(plan.jacobian(at))[1])
    for figure, target in zip(plan.targets, targets, strict=True):
        x = np.array(target)
        total -= float(figure.law.log_density(x) - figure.law.log_likelihood(x)) + figure.log_slope(float(target))
    for place in plan.weighed:
        total += float(plan.figures[place].law.log_likelihood(np.array(found[place])))
    return total if np.isfinite(total) else -np.inf


def _values(plan: Plan, values: Mapping[str, float], at: np.ndarray) -> dict[str, float]:
    return dict(values) | {number.name: number.value(float(one)) for number, one in zip(plan.solved, at, strict=True)}


def _start(plan: Plan, rest: np.ndarray, aim: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """Where the emulator meets the targets, within the laws."""
    at = np.clip(np.zeros(len(aim)), ends[:, 0], ends[:, 1])
    for _ in range(20):
        missed = plan.value(rest, at) - aim
        at = np.clip(at + _bounded(np.linalg.lstsq(plan.jacobian(at), -missed, rcond=None)[0]), ends[:, 0], ends[:, 1])
    return at


def _bounded(step: np.ndarray) -> np.ndarray:
    longest = float(np.max(np.abs(step), initial=0.0))
    return step * (LONGEST_STEP / longest) if longest > LONGEST_STEP else step


def _secant(steepness: np.ndarray, step: np.ndarray, rise: np.ndarray) -> np.ndarray:
    """Broyden's update: the least change of the slopes with which the last step would have risen as it did."""
    length = float(step @ step)
    if length < SHORTEST_SECANT**2:
        return steepness
    return steepness + np.outer(rise - steepness @ step, step) / length
