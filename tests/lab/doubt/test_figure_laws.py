"""The laws of figures: closed forms, densities that are densities, and targets that rise with what they are drawn by."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from every import every
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, stats
from scipy.special import expit, logit

from sim.lab.doubt.figure_laws import CountLaw, FigureLaw, MeanLaw, RangeLaw, SurveyLaw, law_of
from sim.language import Text
from sim.scenario.figures import CityFigure
from sim.scenario.load import load_scenario

U = np.array([0.001, 0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975, 0.999])


def figure(name: str, law: str, value: float | None = None, **said: Any) -> CityFigure:
    return CityFigure((name,), law, value, "2024-01", "2024-12", Text("s", "来"), **said)


# --- closed forms


def test_a_survey_is_beta() -> None:
    """44 of 107 people: Jeffreys' law, Beta(44.5, 63.5)."""
    law = law_of(figure("stay_share", "survey", 44 / 107, n=107))
    there = stats.beta(44.5, 63.5)
    assert law.target(U) == pytest.approx(there.ppf(U), rel=1e-10)
    x = there.ppf(U)
    assert law.log_density(x) == pytest.approx(there.logpdf(x), rel=1e-9)
    assert law.log_likelihood(x) == pytest.approx(stats.binom(107, x).logpmf(44), rel=1e-9)
    assert law.target(np.array(0.5)).shape == ()


def test_a_design_effect_divides_those_asked() -> None:
    law = law_of(figure("stay_share", "survey", 0.4, n=100, design_effect=2))
    assert law.target(U) == pytest.approx(stats.beta(20.5, 30.5).ppf(U), rel=1e-10)


def test_a_survey_of_none_and_of_all() -> None:
    for share, shape in ((0.0, (0.5, 10.5)), (1.0, (10.5, 0.5))):
        law = law_of(figure("stay_share", "survey", share, n=10))
        assert law.target(U) == pytest.approx(stats.beta(*shape).ppf(U), rel=1e-9)
        assert law.log_likelihood(np.array([share, 1.0 - share])).tolist() == [0.0, -math.inf]


def test_a_discrepancy_is_laid_over_the_logit() -> None:
    """As a million pairs of draws have it."""
    law = SurveyLaw(44 / 107, 107, 0.25)
    chance = np.random.default_rng(1)
    drawn = expit(logit(chance.beta(44.5, 63.5, 1_000_000)) + 0.25 * chance.standard_normal(1_000_000))
    assert law.target(U) == pytest.approx(np.quantile(drawn, U), abs=0.002)
    wider = (
        np.diff(law.target(np.array([0.025, 0.975])))[0],
        np.diff(SurveyLaw(44 / 107, 107).target(np.array([0.025, 0.975])))[0],
    )
    assert wider[0] > wider[1] * 1.4
    near = SurveyLaw(44 / 107, 107, 1e-6)
    assert near.target(U) == pytest.approx(stats.beta(44.5, 63.5).ppf(U), rel=1e-5)
    x = np.array([0.3, 0.4, 0.5])
    mean = [
        integrate.quad(
            lambda z, at=at: stats.binom(107, expit(logit(at) - 0.25 * z)).pmf(44) * stats.norm.pdf(z), -9, 9
        )[0]
        for at in x
    ]
    assert np.exp(law.log_likelihood(x)) == pytest.approx(mean, rel=1e-8)


def test_a_count_is_lognormal() -> None:
    law = law_of(figure("detected", "count", 1749, discrepancy=0.05))
    there = stats.lognorm(0.05, scale=1749)
    assert law.target(U) == pytest.approx(there.ppf(U), rel=1e-10)
    assert law.log_density(there.ppf(U)) == pytest.approx(there.logpdf(there.ppf(U)), rel=1e-9)
    assert law.log_likelihood(np.array([1749.0])) == pytest.approx(stats.norm(0, 0.05).logpdf(0))


def test_a_mean_is_normal_within_what_it_may_be() -> None:
    law = law_of(figure("mean_pay", "mean", 2500, se=40))
    there = stats.norm(2500, 40)
    assert law.target(U) == pytest.approx(there.ppf(U), rel=1e-10)
    assert law.log_density(there.ppf(U)) == pytest.approx(there.logpdf(there.ppf(U)), rel=1e-9)
    cut = law_of(figure("trust", "mean", 0.98, se=0.05))
    there = stats.truncnorm(-0.98 / 0.05, 0.02 / 0.05, loc=0.98, scale=0.05)
    assert cut.target(U) == pytest.approx(there.ppf(U), rel=1e-9)
    assert cut.log_density(np.array([0.9, 0.99, 1.01])) == pytest.approx([*there.logpdf([0.9, 0.99]), -math.inf])


def test_a_range_is_flat_with_soft_edges() -> None:
    law = law_of(figure("turnover", "range", low=0.15, high=0.3, discrepancy=0.1))
    chance = np.random.default_rng(1)
    drawn = chance.uniform(0.15, 0.3, 1_000_000) + 0.015 * chance.standard_normal(1_000_000)
    assert law.target(U) == pytest.approx(np.quantile(drawn, U), abs=0.001)
    assert law.log_likelihood(np.array([0.225, 0.15, 0.3])) == pytest.approx(
        [0.0, math.log(0.5), math.log(0.5)], abs=1e-5
    )
    there = stats.norm(0, 0.015)
    far = np.array([0.05, 0.1, 0.35, 0.4])
    assert np.exp(law.log_likelihood(far)) == pytest.approx(
        [there.sf(0.1), there.sf(0.05), there.sf(0.05), there.sf(0.1)], rel=1e-6
    )


def test_a_range_has_no_edge_where_values_end() -> None:
    for said in ({"low": 0.5}, {"low": 0.5, "high": 1.0}):
        law = law_of(figure("admin_share", "range", discrepancy=0.1, **said))
        assert law.log_likelihood(np.array([0.5, 0.9, 1.0])) == pytest.approx([math.log(0.5), 0.0, 0.0], abs=1e-10)
        assert law.target(np.array([1.0])) == pytest.approx([1.0])
        assert law.log_density(np.array([1.01])) == -math.inf
    low = law_of(figure("detected", "range", high=10.0, discrepancy=0.1))
    assert low.log_likelihood(np.array([0.0, 10.0])) == pytest.approx([0.0, math.log(0.5)])
    assert 0.0 <= low.target(np.array([0.0]))[0] < 1e-6


# --- what holds of all

LAWS_AND_ENDS: list[tuple[FigureLaw, float, float]] = [
    (SurveyLaw(44 / 107, 107), 0.0, 1.0),
    (SurveyLaw(44 / 107, 107, 0.25), 0.0, 1.0),
    (SurveyLaw(0.02, 50, 1.0), 0.0, 1.0),
    (CountLaw(1749, 0.05), 900.0, 3500.0),
    (CountLaw(3, 0.6), 0.0, 200.0),
    (MeanLaw(0.4, 0.1, 0.0, 1.0), 0.0, 1.0),
    (MeanLaw(2500, 40, 0.0), 2000.0, 3000.0),
    (RangeLaw(0.15, 0.3, 0.1, 0.0), 0.0, 1.0),
    (RangeLaw(0.5, 1.0, 0.1, 0.0, 1.0), 0.0, 1.0),
    (RangeLaw(0.0, 10.0, 1.0, 0.0), 0.0, 200.0),
    (RangeLaw(2.0, 3.0, 0.001), 1.9, 3.1),
]


@every(("law", "low", "high"), LAWS_AND_ENDS)
def test_a_density_is_one(law: FigureLaw, low: float, high: float) -> None:
    """It integrates to one, and up to a quantile to what the quantile is drawn by."""

    def below(x: float) -> float:
        cuts = [one for one in law.target(U).tolist() if low < one < x]
        ends = [low, *cuts, x]
        parts = (
            integrate.quad(lambda at: math.exp(law.log_density(np.array(at))), a, b, epsabs=1e-10)
            for a, b in pairwise(ends)
        )
        return math.fsum(part[0] for part in parts)

    assert below(high) == pytest.approx(1.0, abs=1e-6)
    for u, x in zip(U.tolist(), law.target(U).tolist(), strict=True):
        assert below(x) == pytest.approx(u, abs=1e-6)


@every(("law", "low", "high"), LAWS_AND_ENDS)
def test_more_is_never_less(law: FigureLaw, low: float, high: float) -> None:
    found = law.target(np.linspace(0.0, 1.0, 2001))
    assert np.all(np.diff(found) >= 0.0)
    inner = law.target(np.linspace(0.01, 0.99, 99))
    assert np.all(np.diff(inner) > 0.0)
    assert found[1] >= low
    assert found[-2] <= high
    assert law.target(np.array([[0.2, 0.4], [0.6, 0.8]])).shape == (2, 2)


@every(("law", "low", "high"), LAWS_AND_ENDS)
def test_what_a_run_does_not_say_is_not_likely(law: FigureLaw, low: float, high: float) -> None:
    assert law.log_likelihood(np.array([math.nan])) == -math.inf
    assert law.log_density(np.array([math.nan, -1e9])).tolist() == [-math.inf, -math.inf]


@settings(max_examples=30)
@given(st.floats(0.0, 1.0), st.integers(1, 5000), st.floats(0.01, 2.0), st.floats(0.0, 1.0), st.floats(0.0, 1.0))
def test_any_survey_is_drawn_in_order(share: float, n: int, off: float, u: float, v: float) -> None:
    for law in (SurveyLaw(share, n), SurveyLaw(share, n, off)):
        first, second = law.target(np.array(sorted((u, v))))
        assert 0.0 <= first <= second <= 1.0


def test_t_citys_figures_have_laws_that_its_value_fits() -> None:
    for one in load_scenario("t-city").figures:
        law = law_of(one)
        middle = law.target(np.array([0.5]))
        assert np.isfinite(law.log_density(middle)).all()
        if one.value is not None:
            assert middle == pytest.approx([one.value], rel=0.01)
