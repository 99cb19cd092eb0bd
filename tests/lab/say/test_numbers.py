"""Numbers as people read them."""

from __future__ import annotations

import math
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim import language
from sim.lab.outcomes import OUTCOMES
from sim.lab.say.numbers import decimals, heading, number, reach, scale_of, unit_name


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    language.use("en")
    yield
    language.use("en")


@pytest.mark.parametrize(
    ("value", "unit", "options", "text"),
    [
        (0.0912, "share", {}, "9.1"),
        (0.0912, "share", {"signed": True}, "+9.1"),
        (-0.0912, "per year", {"signed": True}, "-9.1"),
        (0.47249, "0-1", {}, "0.472"),
        (0.00071, "0-1", {"signed": True}, "+0.0007"),
        (293.4, "needs per year", {}, "293"),
        (30.2, "needs per year", {"signed": True, "largest": 293}, "+30"),
        (30.2, "needs per year", {}, "30.2"),
        (2_207_000, "yuan per year", {}, "220.7"),
        (8_000, "yuan per year", {"signed": True, "largest": 2_207_000}, "+0.8"),
        (8_000, "yuan per year", {}, "8,000"),
        (math.nan, "share", {}, "–"),
        (math.inf, "yuan", {}, "–"),
        (1.0, "share", {"largest": math.nan}, "100.0"),
    ],
)
def test_numbers(value: float, unit: str, options: dict[str, float], text: str) -> None:
    assert number(value, unit, **options) == text  # type: ignore[arg-type]


@given(st.floats(-1e7, 1e7), st.sampled_from(sorted({one.unit for one in OUTCOMES.values()})))
def test_a_number_reads_back(value: float, unit: str) -> None:
    shown = float(number(value, unit).replace(",", ""))
    assert shown / scale_of(unit, value) == pytest.approx(
        value, abs=0.51 * 10 ** -decimals(unit, value) / scale_of(unit, value)
    )


def test_units_in_both_languages() -> None:
    assert heading("coverage", 0.1) == "Coverage: needs met of needs that arose (%)"
    assert unit_name("share", is_difference=True) == "points"
    assert unit_name("per year", is_difference=True) == "points a year"
    assert unit_name("yuan per year", 2e6) == "10,000 yuan a year"
    language.use("zh")
    assert unit_name("yuan per year", 2e6) == "万元/年"
    assert unit_name("share", is_difference=True) == "百分点"
    for one in OUTCOMES.values():
        name = unit_name(one.unit)
        assert not any("a" <= c <= "z" for c in name), f"{one.unit} has no Chinese name"


def test_reach() -> None:
    assert reach([1.0, -3.0, math.nan, math.inf]) == 3.0
    assert reach([]) == reach([math.nan]) == 0.0
