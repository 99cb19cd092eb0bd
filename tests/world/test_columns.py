"""Each column of the state is declared once, in full, and everything that needs it takes it from there."""

from __future__ import annotations

import re

import numpy as np
import pytest
from cities import city

from sim.agents import Community, Office, Resident, SocialWorker, Station
from sim.agents.attributes import Attribute
from sim.world.build import build
from sim.world.columns import STATE, Column, record
from sim.world.tables import Residents, World

COLUMNS = [(table, column) for table, columns in STATE.items() for column in columns.values()]


def table_of(world: World, name: str) -> object:
    return getattr(world.place if name in ("days", "groups", "cells") else world, name)


def test_every_column_is_declared_in_full() -> None:
    wrong = []
    for table, column in COLUMNS:
        has_chinese = [bool(re.search("[\u4e00-\u9fff]", column.meaning(language))) for language in ("en", "zh")]
        has_chinese[0] = has_chinese[0] and "(网格)" not in column.en
        is_free_in_range = column.why_not is not None or (column.within is not None and np.isfinite(column.within[1]))
        if not column.unit or not column.en or has_chinese != [False, True] or not is_free_in_range:
            wrong.append(
                f"{table}.{column.name}: give unit, meaning in both languages, and a range to what may be written"
            )
    assert wrong == []
    assert len(COLUMNS) > 140


def test_a_city_has_these_columns_and_no_others() -> None:
    world = build(city(), 1)
    assert list(STATE["residents"]) == list(Residents._fields)
    for table, columns in STATE.items():
        held = table_of(world, table)
        for column in columns.values():
            array = getattr(held, column.name)
            assert array.dtype == column.dtype, f"{table}.{column.name}"
            assert array.shape[1:] == ((column.width,) if column.width > 1 else ())
        if table != "residents":
            assert held.dtype.names == tuple(columns), table  # type: ignore[attr-defined]


@pytest.mark.parametrize("kind", [SocialWorker, Resident, Office, Station, Community])
def test_an_agent_says_of_a_column_what_is_declared(kind: type) -> None:
    attributes = {name: one for name, one in vars(kind).items() if isinstance(one, Attribute)}
    table = {SocialWorker: "workers", Resident: "residents", Community: "communities"}.get(kind, "stations")
    for name, attribute in attributes.items():
        column = STATE[table].get({"population": "residents"}.get(name, name))
        if column is None:  # worked out when it is read
            continue
        assert (attribute.en, attribute.zh, attribute.why_not) == (column.en, column.zh, column.why_not)
        assert (attribute.least, attribute.most) == column.within
        assert attribute.is_writable is (column.why_not is None)
    assert attributes


def test_a_record_is_laid_out_as_declared(monkeypatch: pytest.MonkeyPatch) -> None:
    two = {name: Column(name, kind, "h", "x", "x", None, None, width) for name, kind, width in (("a", np.int32, 1), ("b", np.float64, 3))}  # fmt: skip
    monkeypatch.setitem(STATE, "made_up", two)
    made = record("made_up")
    assert made.names == ("a", "b")
    assert made.fields is not None
    assert made.fields["b"] == (np.dtype((np.float64, (3,))), 8)
