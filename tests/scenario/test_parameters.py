"""Every parameter and lever says all that a reader needs, and a scenario accepts just what it allows."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from every import every

import sim
from sim.mistakes import Mistake
from sim.scenario.compose import changes_of
from sim.scenario.load import load_scenario
from sim.scenario.parameters import LEVERS, PARAMETERS, SECTIONS, Quantity, table
from sim.scenario.read import limit
from sim.scenario.schema import read_policy
from sim.scenario.sources import Evidence
from sim.scenario.yaml_reader import from_plain

ALL = {**PARAMETERS, **LEVERS}
_CHINESE = re.compile("[\u4e00-\u9fff]")


@every("one", ALL.values(), said=lambda one: one.name)
def test_declared_in_full(one: Quantity) -> None:
    assert one.unit.strip()
    for text in (one.label, one.meaning, one.source.words, one.kind.value):
        assert text.en.strip() == text.en != ""
        assert _CHINESE.search(text.zh)
    assert not _CHINESE.search(one.label.en + one.meaning.en + one.kind.value.en)
    assert len(one.label.en) <= 40, "a label is short"
    assert len(one.label.zh) <= 18, "a label is short"
    assert not re.search(r"[：:（(；;，,]", one.label.zh), "a label explains nothing"
    assert one.least <= one.low <= one.default <= one.high <= one.most
    assert one.low < one.high
    for bound in (one.least, one.most):  # what a sentence says is allowed is allowed
        assert float(limit(bound).replace(",", "")) == bound
    assert all(np.isfinite([one.least, one.most]))
    said = one.unit + one.source.words.en + one.meaning.en + one.meaning.zh + one.label.en + one.label.zh
    assert "|" not in said, "it would break the table in the README"


@every("one", ALL.values(), said=lambda one: one.name)
def test_what_is_allowed_and_no_more(one: Quantity) -> None:
    assert one.allows(one.least)
    assert one.allows(one.most)
    step = (one.most - one.least) / 100
    assert not one.allows(one.least - step)
    assert not one.allows(one.most + step)
    assert not one.allows(float("nan"))


@every("one", [one for one in ALL.values() if one.unit in {"share", "chance"}], said=lambda one: one.name)
def test_a_share_or_chance_lies_within_0_and_1(one: Quantity) -> None:
    assert one.least >= 0
    assert one.most <= 1


@every("one", ALL.values(), said=lambda one: one.name)
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


COUNTS = [one for one in ALL.values() if one.is_whole]


def test_what_the_model_takes_for_a_whole_number_is_declared_as_a_count() -> None:
    found = set()
    for folder in ("phases", "rules", "world"):
        for file in (Path(sim.__file__).parent / folder).glob("*.py"):
            found |= set(re.findall(r"\bint\((?:p|lever)\.(\w+)\)", file.read_text(encoding="utf-8")))
    assert found >= {"restraint_months", "case_deadline_days"}
    assert found <= {one.name for one in COUNTS}
    # Compared with whole numbers only, or rounded down with them.
    assert {one.name for one in COUNTS} - found == {
        "preparation_cap_days", "secondment_least_days", "secondment_spread_days", "group_least", "group_least_late",
        "group_wait_days", "group_most", "group_to_case_days", "session_gap_days", "overtime_window_days", "exam_month",
        "town_concentration", "handover_after_days",
    }  # fmt: skip


@every("one", COUNTS, said=lambda one: one.name)
def test_a_count_is_whole_at_every_door(one: Quantity) -> None:
    assert all(value == int(value) for value in (one.default, one.low, one.high, one.least, one.most))
    between = one.low + 0.5
    assert not one.allows(between)
    said = (
        rf"{one.name}.*: must be a whole number, not '{between}'; allowed: {limit(one.least)} to {limit(one.most)} \("
    )
    part = "parameters" if one.name in PARAMETERS else "levers"
    with pytest.raises(Mistake, match=rf"{part}\.{said}"):
        load_scenario("t-city", sets=[f"{part}.{one.name}={between}"])
    with pytest.raises(Mistake, match=rf"{part}\.{said}"):
        load_scenario("t-city", sets=[f"{part}.{one.name}={{value: {between}, after_months: 2}}"])
    with pytest.raises(Mistake, match=f"keyword: {said}"):
        changes_of({one.name: np.float64(between)})
    text = {"en": "p", "zh": "某"}
    policy = {"kind": "policy", "title": text, "proposer": text, "source": text, part: {one.name: between}}
    with pytest.raises(Mistake, match=rf"{part}\.{said}"):
        read_policy(from_plain(policy, "file"), "own")


def test_a_concentration_below_one_is_refused_and_no_longer_runs_into_nothing() -> None:
    with pytest.raises(Mistake, match=r"town_concentration: '0.3' is out of range; allowed: 1 to 10,000 \(Dirichlet\)"):
        load_scenario("t-city", sets=["parameters.town_concentration=0.3"])


def test_a_fraction_of_what_is_no_count_is_taken() -> None:
    assert PARAMETERS["wait_patience_days"].allows(30.5)
    made = load_scenario("t-city", sets=["parameters.wait_patience_days=30.5"])
    assert made.parameter_table().wait_patience_days[0] == 30.5


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


def test_every_source_gives_the_same_figures_in_both_languages() -> None:
    for name, one in ALL.items():
        assert figures(one.source.words.en) == figures(one.source.words.zh), name


def test_the_kind_of_evidence_agrees_with_what_the_source_says() -> None:
    """The words are for people; here alone they are read, to see that they say what the field says."""
    begins = {
        Evidence.PAPER: r"paper [一二三四]\([一二三]\)",
        Evidence.VALUE_ASSUMED: r"paper [一二三四]\([一二三]\).*; value assumed$",
        Evidence.LITERATURE: "literature: ",
        Evidence.LAW: "(?!assumption).*(calendar|statutory)",
        Evidence.ARITHMETIC: "arithmetic: ",
        Evidence.CALIBRATED: "calibrated on ",
        Evidence.ASSUMPTION: "assumption(;|$)",
    }
    assert {one.kind for one in ALL.values()} == set(Evidence) == set(begins)
    for name, one in ALL.items():
        fit = {kind for kind, begin in begins.items() if re.match(begin, one.source.words.en)}
        assert fit - ({Evidence.PAPER} if one.kind is Evidence.VALUE_ASSUMED else set()) == {one.kind}, name
    assert PARAMETERS["hire_pay_reference"].kind is Evidence.VALUE_ASSUMED


def test_no_source_is_cited_from_memory() -> None:
    for name, one in ALL.items():
        assert not re.search("recall|memory|记忆", one.source.words.en + one.source.words.zh), name


def test_no_two_quantities_are_called_alike() -> None:
    for language in ("en", "zh"):
        labels = [getattr(one.label, language) for one in ALL.values()]
        assert sorted(labels) == sorted(set(labels))


def figures(text: str) -> list[float]:
    """All figures of a text in order of size, per cent and shares as one."""
    found = [float(one.replace(",", "")) for one in re.findall(r"\d+(?:,\d{3})+|\d*\.\d+|\d+", text)]
    return sorted(100 * one if one < 1 else one for one in found)


def test_a_lever_says_more_in_chinese_than_its_name() -> None:
    for one in LEVERS.values():
        assert len(one.meaning.zh) >= 5, one.name
        assert one.meaning.zh != one.label.zh, one.name
