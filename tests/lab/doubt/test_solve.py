"""Solve, weigh, accept on made-up simulators whose posterior is known by counting it out on a grid."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pytest
from scipy import stats

from sim.lab.doubt.emulate import FittedFigure, Number, Plan, plan_of, ridge
from sim.lab.doubt.figure_laws import CountLaw, MeanLaw, RangeLaw, SurveyLaw
from sim.lab.doubt.laws import FactorLaw, Pert, Uniform, factor_of
from sim.lab.doubt.prior import uniforms
from sim.lab.doubt.solve import OUTSIDE, SOLVED, Solution, solve, targets_of
from sim.lab.doubt.weigh import MOST_ABOVE, are_accepted, effective, log_ceiling, share_above, shares

Toy = Callable[[Mapping[str, float], int], Sequence[float]]
"""What a made-up city has of its figures, from its numbers and a seed."""


def drawn(numbers: Sequence[Number], first: int, n: int) -> np.ndarray:
    u = uniforms([number.name for number in numbers], first, n)
    return np.stack([number.law.quantile(u[:, place]) for place, number in enumerate(numbers)], axis=1)


def plan(numbers: Sequence[Number], figures: Sequence[FittedFigure], toy: Toy, n: int = 200) -> Plan:
    values, names = drawn(numbers, 10**6, n), [number.name for number in numbers]
    found = [toy(dict(zip(names, row, strict=True)), 10**6 + k) for k, row in enumerate(values)]
    return plan_of(numbers, figures, values, np.array(found))


def proposed(plan: Plan, toy: Toy, n: int) -> tuple[np.ndarray, list[Solution]]:
    """Values of all numbers, (n, numbers), solved ones in their place, and what became of each proposal."""
    names = [number.name for number in plan.numbers]
    made, found = [], []
    for k, row in enumerate(drawn(plan.numbers, 1, n), start=1):
        values = dict(zip(names, row.tolist(), strict=True))
        one = solve(plan, values, targets_of(plan, k), lambda now, seed=k: np.array(toy(now, seed), float))
        found.append(one)
        made.append([(values | dict(one.solved))[name] for name in names])
    return np.array(made), found


def accepted(values: np.ndarray, log_weights: np.ndarray) -> np.ndarray:
    numbers = np.arange(1, len(values) + 1)
    return values[are_accepted(numbers, log_weights, log_ceiling(log_weights[:400]))]


def cdf_on(grid: np.ndarray, log_density: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
    """The chance below, of a density that is known on a grid up to a constant."""
    weight = np.cumsum(np.exp(log_density - log_density.max()))
    return lambda x: np.interp(x, grid, weight / weight[-1])


def weights_of(found: Sequence[Solution]) -> np.ndarray:
    return np.array([one.log_weight for one in found])


ANY = 1e-3
"""What is right falls below this chance in one of a thousand seeds; there is but one."""


def test_a_survey_has_its_posterior_whatever_else_is_in_doubt() -> None:
    """share = expit(a + b), a solved for, b not; 18 of 60 asked."""
    numbers = [Number("a", Pert(-4.0, 0.0, 3.0), is_solved=True), Number("b", Uniform(-1.5, 1.5))]
    law = SurveyLaw(0.3, 60)

    def toy(values: Mapping[str, float], seed: int) -> list[float]:
        return [1 / (1 + np.exp(-values["a"] - values["b"]))]

    planned = plan(numbers, [FittedFigure("share", law, "logit")], toy)
    assert planned.explained[0] > 0.999
    values, found = proposed(planned, toy, 1500)
    assert {one.status for one in found} == {SOLVED}
    worlds = accepted(values, weights_of(found))
    assert len(worlds) > 400
    a, b = np.meshgrid(np.linspace(-4, 3, 700), np.linspace(-1.5, 1.5, 300), indexing="ij")
    joint = numbers[0].law.log_density(a) + law.log_likelihood(1 / (1 + np.exp(-a - b)))
    for column, grid, marginal in (
        (0, a[:, 0], np.logaddexp.reduce(joint, axis=1)),
        (1, b[0], np.logaddexp.reduce(joint, axis=0)),
    ):
        assert stats.kstest(worlds[:, column], cdf_on(grid, marginal)).pvalue > ANY
        # Solved, and neither weighed nor accepted, they are something else; the test would see that of what is solved for.
        assert column == 1 or stats.kstest(values[:, 0], cdf_on(grid, marginal)).pvalue < 1e-6


def test_of_few_who_were_asked_the_scale_of_the_share_counts() -> None:
    """share = expit(a), 1 of 5 asked: targets lie anywhere, and as far apart on the logit scale as they like."""
    law, prior = SurveyLaw(0.2, 5), Uniform(-6.0, 6.0)

    def toy(values: Mapping[str, float], seed: int) -> list[float]:
        return [1 / (1 + np.exp(-values["a"]))]

    planned = plan([Number("a", prior, is_solved=True)], [FittedFigure("share", law, "logit")], toy)
    values, found = proposed(planned, toy, 3000)
    grid = np.linspace(-6.0, 6.0, 3000)
    right = cdf_on(grid, law.log_likelihood(1 / (1 + np.exp(-grid))))
    assert stats.kstest(accepted(values, weights_of(found))[:, 0], right).pvalue > ANY


def test_a_count_has_its_posterior_with_the_chance_of_the_model() -> None:
    """count = Poisson of 40 * f by inversion, under a seed; f a factor; 60 counted, give or take 10 %."""
    law, prior = CountLaw(60, 0.1), factor_of("pert", 1 / 8, 4.0)
    numbers = [Number("f", prior, is_solved=True)]

    def toy(values: Mapping[str, float], seed: int) -> list[float]:
        return [float(stats.poisson.ppf(uniforms(["chance"], seed, 1)[0, 0], 40 * values["f"]))]

    planned = plan(numbers, [FittedFigure("count", law, "log", grain=1.0)], toy)
    values, found = proposed(planned, toy, 1500)
    assert np.mean([one.status == SOLVED for one in found]) > 0.95
    worlds = accepted(values, weights_of(found))
    f = np.exp(np.linspace(np.log(1 / 8), np.log(4), 1500))
    counts = np.arange(1, 300)
    likelihood = (stats.poisson.pmf(counts, 40 * f[:, None]) * np.exp(law.log_likelihood(counts))).sum(axis=1)
    marginal = np.log(likelihood) + prior.log_density(f) + np.log(f)  # per step of the logarithm
    right = cdf_on(f, marginal)
    assert stats.kstest(worlds[:, 0], right).pvalue > ANY
    # Solving for the expected count, without its chance, would be too sure.
    fine = 60 * np.exp(0.1 * stats.norm.ppf((np.arange(600) + 0.5) / 600)) / 40
    assert stats.kstest(fine, right).pvalue < 1e-6


def test_on_a_curve_the_jacobian_counts() -> None:
    """y = x**2 on 0.2-3, y = 3 give or take 2."""
    law, prior = MeanLaw(3.0, 2.0, 0.0), Uniform(0.2, 3.0)

    def toy(values: Mapping[str, float], seed: int) -> list[float]:
        return [values["x"] ** 2]

    planned = plan([Number("x", prior, is_solved=True)], [FittedFigure("y", law, "plain")], toy)
    values, found = proposed(planned, toy, 4000)
    assert {one.status for one in found} <= {SOLVED, OUTSIDE}
    grid = np.linspace(0.2, 3.0, 2000)
    right = cdf_on(grid, law.log_likelihood(grid**2))
    weights = weights_of(found)
    assert stats.kstest(accepted(values, weights)[:, 0], right).pvalue > ANY
    (number,) = planned.solved
    steep = [
        np.linalg.slogdet(planned.jacobian(number.standard(one.solved["x"])[None]))[1] if one.status == SOLVED else 0.0
        for one in found
    ]
    assert stats.kstest(accepted(values, weights + np.array(steep))[:, 0], right).pvalue < 1e-6


def test_figures_that_are_not_solved_for_weigh() -> None:
    """y = a + b is solved for with a; a range says that b is above 0.4, softly."""
    of_y, of_b = MeanLaw(0.0, 0.5), RangeLaw(0.4, 1.0, 0.2)
    numbers = [Number("a", Uniform(-3, 3), is_solved=True), Number("b", Uniform(-1, 1))]
    figures = [FittedFigure("y", of_y, "plain"), FittedFigure("b", of_b, "plain", is_target=False)]

    def toy(values: Mapping[str, float], seed: int) -> list[float]:
        return [values["a"] + values["b"], values["b"]]

    planned = plan(numbers, figures, toy)
    assert planned.pairs == ((0, 0),)
    assert planned.weighed == [1]
    values, found = proposed(planned, toy, 3000)
    worlds = accepted(values, weights_of(found))
    grid = np.linspace(-1, 1, 2000)
    assert stats.kstest(worlds[:, 1], cdf_on(grid, of_b.log_likelihood(grid))).pvalue > ANY
    # Both in one: y - a is b, in every world.
    assert worlds.sum(axis=1).std() == pytest.approx(0.5, rel=0.15)


def test_who_is_solved_with_what() -> None:
    """The numbers that were fitted first, by what they move; then, for a figure that none of them moves, any that moves it much."""
    names = ("one", "two", "other", "weak")
    numbers = [Number(name, Uniform(-1, 1), is_solved=name in ("one", "two")) for name in names]
    figures = [FittedFigure(name, MeanLaw(0.0, 0.3), "plain") for name in ("of_two", "of_one", "of_other", "of_none")]

    def toy(values: Mapping[str, float], seed: int) -> list[float]:
        noise = uniforms(["n"], seed, 1)[0, 0]
        one, two, other, weak = (values[name] for name in names)
        return [two + 0.3 * one, one + 0.3 * two, 2 * other + 0.1 * one, noise + 0.1 * weak]

    planned = plan(numbers, figures, toy)
    pairs = {(planned.figures[figure].name, planned.numbers[number].name) for figure, number in planned.pairs}
    assert pairs == {("of_two", "two"), ("of_one", "one"), ("of_other", "other")}
    assert planned.weighed == [3]


def test_what_lies_beyond_a_law_is_outside() -> None:
    def toy(values: Mapping[str, float], seed: int) -> list[float]:
        return [values["x"]]

    numbers, figures = [Number("x", Uniform(0, 1), is_solved=True)], [FittedFigure("y", MeanLaw(5.0, 0.1), "plain")]
    _, found = proposed(plan(numbers, figures, toy), toy, 20)
    assert {one.status for one in found} == {OUTSIDE}
    assert not np.isfinite(weights_of(found)).any()
    assert [one.solved["x"] for one in found] == [1.0] * 20, "the nearest"


def test_a_figure_that_is_nowhere_fails() -> None:
    numbers, figures = [Number("x", Uniform(0, 1), is_solved=True)], [FittedFigure("y", MeanLaw(0.5, 0.1), "plain")]
    planned = plan(numbers, figures, lambda values, seed: [values["x"]])
    one = solve(planned, {}, targets_of(planned, 1), lambda now: np.array([np.nan]))
    assert (one.status, one.solved, one.n_runs) == ("failed", {}, 1)


def test_numbers_count_in_their_own_spread() -> None:
    for law in (Pert(0, 2, 10), Uniform(-1, 1), FactorLaw(Uniform(-1.0, 2.0))):
        number = Number("x", law)
        z = number.standard(law.quantile(np.linspace(0, 1, 11)))
        assert number.ends() == (pytest.approx(z[0]), pytest.approx(z[-1]))
        assert [number.value(one) for one in z] == pytest.approx(law.quantile(np.linspace(0, 1, 11)).tolist())
        grid = np.linspace(*number.ends(), 20001)
        area = np.trapezoid([np.exp(number.log_density(float(one))) for one in grid], grid)
        assert area == pytest.approx(1, abs=1e-3)
    assert Number("x", Uniform(2, 2)).standard(2.0) == 0


def test_a_ridge_finds_what_is_there_and_no_more() -> None:
    u = uniforms([f"n{place}" for place in range(41)], 1, 150) - 0.5
    y = 2 + 3 * u[:, 0] - u[:, 1] + 0.2 * u[:, 40]
    fixed, ridged, error = ridge(np.column_stack([np.ones(150), u[:, 0]]), u[:, 1:40], y)
    assert fixed == pytest.approx([2, 3], abs=0.05)
    assert ridged[0] == pytest.approx(-1, abs=0.1)
    assert np.abs(ridged[1:]).max() < 0.1
    assert error < 0.3**2 * 0.2


def test_the_ceiling_loses_what_it_may() -> None:
    u = uniforms(["weights"], 1, 256)[:, 0]
    weights = 6 * stats.norm.ppf(u) - 3000.0  # far below what a float can be
    ceiling = log_ceiling(weights)
    assert share_above(weights, ceiling) == pytest.approx(MOST_ABOVE)
    assert log_ceiling(np.array([-np.inf, -3.0, -3.0])) == pytest.approx(-3.0, abs=0.03)
    assert log_ceiling(np.array([-np.inf])) == -np.inf
    assert effective(np.array([0.0, 0.0, -np.inf])) == 2
    assert effective(np.array([-np.inf])) == 0
    assert shares(np.array([-4000.0, -4000.0])).tolist() == [0.5, 0.5]
    assert not are_accepted(np.arange(1, 3), np.full(2, -np.inf), -np.inf).any()
    numbers = np.arange(1, 257)
    chosen = are_accepted(numbers, weights, ceiling)
    assert chosen[:100].tolist() == are_accepted(numbers[:100], weights[:100], ceiling).tolist()
    assert chosen[weights >= ceiling].all()
