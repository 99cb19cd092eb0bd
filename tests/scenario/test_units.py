"""Every unit that is declared has a Chinese name, and each stands in one table."""

from __future__ import annotations

import re

import pytest
from every import every

from sim import language
from sim.lab.outcomes import OUTCOMES
from sim.mistakes import Mistake
from sim.observations import COMMUNITY_MONTH, GROUP_MONTH, MEASURES, STATION_MONTH
from sim.scenario.load import load_scenario
from sim.scenario.parameters import LEVERS, PARAMETERS
from sim.scenario.read import limit
from sim.scenario.units import stored_unit, unit_zh

DECLARED = (PARAMETERS, LEVERS, STATION_MONTH, GROUP_MONTH, COMMUNITY_MONTH, MEASURES, OUTCOMES)
UNITS = sorted({one.unit for declared in DECLARED for one in declared.values()})


@every("unit", [*UNITS, "people per 1,000 residents", "needs per person and year", "mean 1"])
def test_every_unit_has_a_chinese_name(unit: str) -> None:
    assert not re.search("[A-Za-z]", unit_zh(unit)), f"{unit} has no Chinese name: add it to sim/scenario/units.py"
    assert stored_unit(unit) == unit
    language.use("zh")
    try:
        assert stored_unit(unit) == unit_zh(unit)
    finally:
        language.use("en")


def test_a_refusal_in_chinese_has_its_unit_in_chinese() -> None:
    language.use("zh")
    try:
        with pytest.raises(Mistake, match="可用：2,000 至 8,000（元/月）"):
            load_scenario("t-city", sets=["levers.pay=100"])
    finally:
        language.use("en")


@pytest.mark.parametrize(
    ("value", "text"),
    [(5e6, "5,000,000"), (0, "0"), (-10, "-10"), (0.0006000000000000001, "0.0006"), (0.05, "0.05"), (2000, "2,000"), (1e-6, "0.000001")],
)  # fmt: skip
def test_limits_are_written_out(value: float, text: str) -> None:
    assert limit(value) == text


@every("one", [*PARAMETERS.values(), *LEVERS.values()], said=lambda one: one.name)
def test_no_limit_is_lost_in_writing(one: object) -> None:
    for value in (one.least, one.most):  # type: ignore[attr-defined]
        assert float(limit(value).replace(",", "")) == pytest.approx(value, rel=1e-6)
