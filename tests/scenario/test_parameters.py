"""Every parameter and lever says all that a reader needs, and a scenario accepts just what it allows."""

from __future__ import annotations

import re

import numpy as np
import pytest

from sim.mistakes import Mistake
from sim.scenario.load import load_scenario
from sim.scenario.parameters import LEVERS, PARAMETERS, SECTIONS, Quantity, table
from sim.scenario.sources import CHINESE

ALL = {**PARAMETERS, **LEVERS}
_CHINESE = re.compile("[\u4e00-\u9fff]")


@pytest.mark.parametrize("one", ALL.values(), ids=ALL)
def test_declared_in_full(one: Quantity) -> None:
    assert one.unit.strip()
    assert one.source.strip()
    assert one.en.strip()
    assert not _CHINESE.search(one.en)
    assert _CHINESE.search(one.zh)
    assert (one.meaning("en"), one.meaning("zh")) == (one.en, one.zh)
    assert one.least <= one.low <= one.default <= one.high <= one.most
    assert one.low < one.high
    assert all(np.isfinite([one.least, one.most]))
    assert "|" not in one.unit + one.source + one.en + one.zh, "it would break the table in the README"


@pytest.mark.parametrize("one", ALL.values(), ids=ALL)
def test_what_is_allowed_and_no_more(one: Quantity) -> None:
    assert one.allows(one.least)
    assert one.allows(one.most)
    step = (one.most - one.least) / 100
    assert not one.allows(one.least - step)
    assert not one.allows(one.most + step)
    assert not one.allows(float("nan"))


@pytest.mark.parametrize(
    "one", [one for one in ALL.values() if one.unit in {"share", "chance"}], ids=lambda one: one.name
)
def test_a_share_or_chance_lies_within_0_and_1(one: Quantity) -> None:
    assert one.least >= 0
    assert one.most <= 1


@pytest.mark.parametrize("one", ALL.values(), ids=ALL)
def test_a_scenario_accepts_the_plausible_range_and_refuses_beyond_the_allowed(one: Quantity) -> None:
    part = "parameters" if one.name in PARAMETERS else "levers"
    for value in (one.low, one.high):
        city = load_scenario("t-city", sets=[f"{part}.{one.name}={value!r}"])
        made = city.parameter_table() if part == "parameters" else city.lever_table()
        assert set(made[one.name].flat) == {value}
    step = (one.most - one.least) / 100
    for value in (one.least - step, one.most + step):
        with pytest.raises(Mistake, match=rf"{part}\.{one.name}: .* out of range; allowed: "):
            load_scenario("t-city", sets=[f"{part}.{one.name}={value!r}"])


def test_each_is_in_a_section_and_each_section_holds_some() -> None:
    assert {one.section for one in PARAMETERS.values()} == set(SECTIONS)
    assert {one.section for one in LEVERS.values()} == {"levers"}


def test_assumptions_are_told_from_evidence() -> None:
    assert PARAMETERS["task_hours"].is_assumption
    assert not PARAMETERS["centre_share"].is_assumption
    assert not PARAMETERS["grid_hazard"].is_assumption


def test_a_table_holds_the_defaults() -> None:
    made = table(LEVERS, (3, 2))
    assert made.shape == (3, 2)
    assert made.dtype.names == tuple(LEVERS)
    for name, one in LEVERS.items():
        assert made[name].dtype == np.float64
        assert (made[name] == one.default).all()
    assert table(PARAMETERS, (1,))[0].task_hours == PARAMETERS["task_hours"].default


def test_every_source_is_told_in_chinese() -> None:
    declared = {one.source for one in ALL.values()}
    assert declared == set(CHINESE)
    for one in ALL.values():
        assert one.source_in("en") == one.source
        assert _CHINESE.search(one.source_in("zh"))
        assert figures(one.source) == figures(one.source_in("zh")), one.name


def figures(text: str) -> list[float]:
    """All figures of a text in order of size, per cent and shares as one."""
    found = [float(one.replace(",", "")) for one in re.findall(r"\d+(?:,\d{3})+|\d*\.\d+|\d+", text)]
    return sorted(100 * one if one < 1 else one for one in found)


def test_a_lever_says_more_in_chinese_than_its_name() -> None:
    for one in LEVERS.values():
        name, _, more = one.zh.partition("：")
        assert name, one.name
        assert len(more) >= 5, one.name
