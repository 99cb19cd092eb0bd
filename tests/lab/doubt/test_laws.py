"""Laws of numbers in doubt: their closed forms, and that values, chances and densities say the same."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate, stats

from sim.lab.doubt.laws import SHAPES, FactorLaw, Pert, Uniform, WholeNumbers, factor_of, law_of

ENDS = st.tuples(*[st.floats(-1e6, 1e6).map(lambda x: round(x, 3))] * 3).map(sorted)
WHOLES = st.tuples(*[st.integers(-50, 50)] * 3).map(sorted)
SHARES = np.linspace(0.0, 1.0, 41)


def apart(ends: list[float]) -> bool:
    return ends[2] - ends[0] > 1e-3 * max(1.0, abs(ends[0]), abs(ends[2]))


@given(ENDS)
def test_pert_is_the_beta_law_of_its_mean(ends: list[float]) -> None:
    low, mode, high = ends
    law = Pert(low, mode, high)
    assert law.mean == pytest.approx((low + 4 * mode + high) / 6)
    if apart(ends):
        shape = 1 + 4 * (mode - low) / (high - low), 1 + 4 * (high - mode) / (high - low)
        beta = stats.beta(*shape, low, high - low)
        scale = max(1.0, abs(low), abs(high))
        assert law.mean == pytest.approx(beta.mean(), abs=1e-9 * scale)
        assert law.sd == pytest.approx(beta.std(), rel=1e-6)
        np.testing.assert_allclose(law.quantile(SHARES), beta.ppf(SHARES), atol=1e-9 * scale)


@given(ENDS, st.sampled_from(SHAPES))
def test_a_share_and_its_value_are_one_another(ends: list[float], shape: str) -> None:
    law = law_of(shape, *ends)
    values = law.quantile(SHARES)
    assert law.low == values[0]
    assert law.high >= values[-1] == pytest.approx(law.high)
    assert (np.diff(values) >= 0).all()
    if apart(ends):
        np.testing.assert_allclose(law.cdf(values), SHARES, atol=1e-6)
    assert not np.isfinite(law.log_density([law.low - 1, law.high + 1])).any()


@pytest.mark.parametrize(
    "law", [Uniform(-1, 3), Pert(0, 0.2, 1), Pert(0, 0, 5), Pert(2, 8, 8), Pert(0.0001, 0.00035, 0.002)]
)
def test_densities_have_area_1_and_the_moments_told(law: Pert | Uniform) -> None:
    def integral(of: object) -> float:
        return integrate.quad(of, law.low, law.high, epsabs=1e-12)[0]

    def density(x: float) -> float:
        return math.exp(law.log_density(x))

    assert integral(density) == pytest.approx(1)
    mean = integral(lambda x: x * density(x))
    assert mean == pytest.approx(law.mean)
    assert math.sqrt(integral(lambda x: (x - mean) ** 2 * density(x))) == pytest.approx(law.sd)


@given(WHOLES, st.sampled_from(SHAPES))
def test_whole_numbers_have_the_mass_of_their_cells(ends: list[int], shape: str) -> None:
    low, mode, high = map(float, ends)
    law = law_of(shape, low, mode, high, is_whole=True)
    numbers = np.arange(low, high + 1)
    chances = np.exp(law.log_density(numbers))
    assert chances.sum() == pytest.approx(1)
    assert law.mean == pytest.approx(chances @ numbers)
    assert law.sd == pytest.approx(math.sqrt(chances @ (numbers - law.mean) ** 2), abs=1e-9)
    np.testing.assert_allclose(law.cdf(numbers), np.cumsum(chances), atol=1e-9)
    assert not np.isfinite(law.log_density([low - 1, high + 1, low + 0.5])).any()
    fine = law.quantile((np.arange(20_000) + 0.5) / 20_000)
    assert set(fine) <= set(numbers)
    np.testing.assert_allclose([(fine == number).mean() for number in numbers], chances, atol=2e-4)


def test_ends_of_a_count_are_drawn_as_often_as_others_where_all_are_alike() -> None:
    law = WholeNumbers(Uniform(3, 7))
    np.testing.assert_allclose(np.exp(law.log_density([3, 4, 5, 6, 7])), 0.2)


@pytest.mark.parametrize("law", [Uniform(2, 2), Pert(2, 2, 2), WholeNumbers(Pert(2, 2, 2))])
def test_a_law_of_one_value(law: Uniform | Pert | WholeNumbers) -> None:
    assert law.quantile(SHARES).tolist() == [2.0] * len(SHARES)
    assert (law.mean, law.sd) == (2, 0)
    assert law.log_density([1, 2, 3]).tolist() == [-math.inf, 0, -math.inf]
    assert law.cdf([1, 2, 3]).tolist() == [0, 1, 1]


@pytest.mark.parametrize("ends", [(2, 1, 3), (0, 4, 3), (0, 1, math.inf), (math.nan, 1, 2)])
def test_what_is_no_range(ends: tuple[float, float, float]) -> None:
    with pytest.raises(ValueError, match="wanted"):
        Pert(*ends)


@pytest.mark.parametrize("shape", SHAPES)
def test_a_factor_has_the_law_of_its_logarithm(shape: str) -> None:
    law = factor_of(shape, 1 / 8, 3.0)
    assert isinstance(law, FactorLaw)
    values = law.quantile(SHARES)
    np.testing.assert_allclose(np.log(values), law_of(shape, math.log(1 / 8), 0.0, math.log(3)).quantile(SHARES))
    np.testing.assert_allclose(law.cdf(values), SHARES, atol=1e-12)
    assert np.isfinite(law.log_density(np.array([law.low, 1.0, law.high]))).any()
    assert not np.isfinite(law.log_density([-1.0, 0.0, 0.1, 3.1])).any()

    def integral(of: object) -> float:
        return integrate.quad(of, law.low, law.high, epsabs=1e-12)[0]

    assert integral(lambda x: math.exp(law.log_density(x))) == pytest.approx(1)
    mean = integral(lambda x: x * math.exp(law.log_density(x)))
    assert law.mean == pytest.approx(mean, rel=1e-5)
    square = integral(lambda x: x * x * math.exp(law.log_density(x)))
    assert law.sd == pytest.approx(math.sqrt(square - mean**2), rel=1e-4)
