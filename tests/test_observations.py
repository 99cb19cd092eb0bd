"""What a run observes is declared once, in full, in both languages; every measure is a ratio of columns."""

from __future__ import annotations

import re

import numpy as np
import pytest
from every import every

from sim.observations import (
    COMMUNITY_MONTH,
    COSTS,
    GROUP_MONTH,
    MEASURES,
    STATION_MONTH,
    Measure,
    Observation,
    month_dtype,
)
from sim.words import NeedState

TABLES = {"station": STATION_MONTH, "group": GROUP_MONTH, "community": COMMUNITY_MONTH}
COLUMNS = [(table, one) for table, columns in TABLES.items() for one in columns.values()]
NAMES = [f"{table}.{one.name}" for table, one in COLUMNS]
UNITS = {
    "h", "tasks", "visits", "workdays", "secondments", "inspections", "needs", "services", "posts", "workers",
    "worker-days", "yuan", "yuan per month", "link ends", "stations", "people", "share", "ratio",
    "h per 1,000 residents and month",
}  # fmt: skip
CHINESE = re.compile("[\u4e00-\u9fff]")


@every("one", [one for _, one in COLUMNS])
def test_a_column_is_declared_in_full(one: Observation) -> None:
    assert re.fullmatch(r"[a-z]+(_[a-z]+)*", one.name)
    assert one.kind in {"flow", "stock", "level"}
    assert one.unit in UNITS
    assert one.meaning.en.strip() == one.meaning.en != ""
    assert one.meaning.zh.strip() == one.meaning.zh != ""
    assert not CHINESE.search(one.meaning.en)
    assert CHINESE.search(one.meaning.zh)


@every(("table", "one"), COLUMNS)
def test_names_tell_units(table: str, one: Observation) -> None:
    if one.name.endswith("_hours"):
        assert one.unit == "h"
        assert one.kind == ("stock" if "backlog" in one.name else "flow")
    if one.name.startswith("cost_"):
        assert (one.kind, one.unit) == ("flow", "yuan")
    if one.unit in {"share", "ratio"}:
        assert one.kind == "level", "a share does not add up: observe the two sums and declare a measure"


@pytest.mark.parametrize("table", TABLES)
def test_no_two_columns_mean_the_same(table: str) -> None:
    for language in ("en", "zh"):
        meanings = [getattr(one.meaning, language) for one in TABLES[table].values()]
        assert len(meanings) == len(set(meanings))


@pytest.mark.parametrize("table", ["group", "community"])
def test_a_name_means_the_same_in_every_table(table: str) -> None:
    for name in TABLES[table].keys() & STATION_MONTH.keys():
        assert TABLES[table][name] == STATION_MONTH[name]


@pytest.mark.parametrize("table", TABLES)
def test_columns_are_numbers_in_the_order_declared(table: str) -> None:
    dtype = month_dtype(TABLES[table])
    assert dtype.names == tuple(TABLES[table])
    assert {dtype[name] for name in dtype.names or ()} == {np.dtype(np.float64)}


def test_every_state_of_a_need_can_be_counted() -> None:
    """Arisen needs are the sum of what stands and what ended: the columns for that must exist."""
    stocks = {state.name.lower() for state in NeedState if NeedState.HIDDEN <= state <= NeedState.AWAY}
    assert {"hidden", "queued", "waiting", "in_service", "away"} == stocks
    assert all(STATION_MONTH[name].kind == "stock" for name in stocks)
    ended = ("met_station", "met_away", "unmet_station", "unmet_away", "paper_closed", "given_up", "expired")
    assert all(STATION_MONTH[name].kind == "flow" for name in ended)


def test_all_hours_given_have_an_activity() -> None:
    activities = {
        "admin_hours", "reception_hours", "ledger_hours", "service_hours", "outreach_hours", "training_hours",
        "coordination_hours", "fundraising_hours", "overtime_hours", "seconded_hours",
    }  # fmt: skip
    others = {"given_hours", "fudged_hours", "lapsed_hours", "task_hours_in", "backlog_hours", "ledger_backlog_hours"}
    hours = {one.name for one in STATION_MONTH.values() if one.unit == "h"}
    assert hours == activities | others


@every("measure", MEASURES.values())
def test_a_measure_is_a_ratio_of_columns(measure: Measure) -> None:
    assert MEASURES[measure.name] is measure
    assert measure.name not in STATION_MONTH, "a measure must not hide a column"
    above = [STATION_MONTH[name] for name in measure.above]
    below = [STATION_MONTH[name] for name in measure.below]
    assert above
    assert below
    assert len(set(measure.above)) == len(measure.above)
    assert len(set(measure.below)) == len(measure.below)
    # A flow against a stock would change with the length of the period; a level adds up to nothing.
    assert {one.kind for one in above + below} in ({"flow"}, {"stock"})
    assert len({one.unit for one in above}) == 1
    assert len({one.unit for one in below}) == 1
    if measure.unit == "share":
        assert {one.unit for one in above} <= {"workers"} or above[0].unit == below[0].unit
    assert measure.good in {-1, 0, 1}
    assert measure.scale > 0
    assert measure.unit
    assert measure.meaning.en.strip() == measure.meaning.en != ""
    assert CHINESE.search(measure.meaning.zh)
    assert not CHINESE.search(measure.meaning.en)


def test_a_share_of_a_whole_counts_parts_of_it() -> None:
    """The hours of the admin, service and outreach shares are among the hours worked."""
    for name in ("admin_share", "service_share", "outreach_share"):
        assert set(MEASURES[name].above) < set(MEASURES[name].below)
    assert "seconded_hours" not in MEASURES["admin_share"].below


def test_all_costs_count() -> None:
    assert set(COSTS) == {name for name in STATION_MONTH if name.startswith("cost_")}
    assert len(COSTS) == 8
    assert MEASURES["cost_per_met_need"].above == COSTS


def test_only_rates_per_year_are_scaled() -> None:
    assert {m.name: m.scale for m in MEASURES.values() if m.scale != 1.0} == {"turnover": 365.0}
    assert MEASURES["turnover"].unit == "per year"
