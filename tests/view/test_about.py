"""What the page says of the model, and its own words, in both languages."""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Iterator
from typing import Any

import pandas as pd
import pytest
from cities import city

from sim import language
from sim.lab.compare import compare
from sim.lab.comparison import BASELINE
from sim.lab.frames import MONTHLY
from sim.lab.sums.paper import COUNTED_UNTIL, PAPER_COUNTS, PAPER_SHARES, paper_figures
from sim.scenario.load import load_scenario
from sim.scenario.parameters import PARAMETERS
from sim.view import about, shown, words
from sim.view.viewer import SPEEDS, shipped_cities

TONGUES = language.LANGUAGES


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    language.use("en")
    yield
    language.use("en")


def told(make: Any) -> tuple[Any, Any]:
    """What is said in English and in Chinese."""
    said = []
    for tongue in TONGUES:
        language.use(tongue)
        said.append(make())
    language.use("en")
    return said[0], said[1]


def texts(of: Any, path: str = "") -> dict[str, str]:
    """Every text by its place; a choice's value is an id, and no text."""
    if isinstance(of, str):
        return {path: of}
    parts = of.items() if isinstance(of, dict) else enumerate(of) if isinstance(of, list | tuple) else ()
    found: dict[str, str] = {}
    for key, one in parts:
        if key != "value":
            found |= texts(one, f"{path}.{key}")
    return found


def has_chinese(text: str) -> bool:
    return bool(re.search("[\u4e00-\u9fff]", text))


# --- the paper's figures


def test_figures_are_only_of_the_papers_cities() -> None:
    assert {name for name, one in shipped_cities().items() if about.has_figures(one)} == set(COUNTED_UNTIL)
    assert not about.has_figures(city())
    assert about.known_figures(city()) is None


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two seeds, and nothing known from before."""
    monkeypatch.setattr(about, "N_SEEDS", 2)
    monkeypatch.setattr(about, "_figures", {})


def test_figures_are_worked_out_once(few: None, monkeypatch: pytest.MonkeyPatch) -> None:
    one = load_scenario("t-city-2022")
    assert about.known_figures(one) is None
    found = about.figures_of(one)
    pd.testing.assert_frame_equal(found, paper_figures(compare({BASELINE: one}, seeds=[1, 2])))
    assert about.known_figures(load_scenario("t-city-2022")) is found
    monkeypatch.setattr(about, "compare", None)
    assert about.figures_of(load_scenario("t-city-2022")) is found
    assert about.known_figures(load_scenario("t-city", sets=["levers.pay=3333"])) is None


@pytest.mark.parametrize("name", sorted(COUNTED_UNTIL))
def test_rows_of_figures(few: None, name: str) -> None:
    found = about.figures_of(load_scenario(name))
    en, zh = told(lambda: about.figure_rows(found))
    expected = [*PAPER_COUNTS, *PAPER_SHARES]
    assert [row["name"] for row in en] == [one.meaning.en for one in expected]
    assert [row["name"] for row in zh] == [one.meaning.zh for one in expected]
    for row, row_zh, one in zip(en, zh, expected, strict=True):
        assert all(row.values())
        assert all(row_zh.values())
        assert "–" not in row["paper"] + row["model"]
        assert row["section"] == one.section
        assert row["is_fitted"] == ("fitted" if one.is_fitted else "not fitted")
        assert (row["unit"], row_zh["unit"]) == (("%", "%") if one in PAPER_SHARES else ("needs", row_zh["unit"]))
        figure = found.set_index("figure").loc[one.name]
        if one in PAPER_SHARES:
            ends = (one.value, one.value - one.half_width, one.value + one.half_width)
            assert row["paper"] == "{:.1f} ({:.1f} to {:.1f})".format(*(100 * x for x in ends))
            assert row["model"].startswith(f"{100 * figure['mean']:.1f} (")
        else:
            digits = 0 if one.value >= 100 else 1
            assert row["paper"] == f"{one.value:,.{digits}f}"
            assert row["model"].startswith(f"{figure['mean']:,.{0 if figure['mean'] >= 100 else 1}f} (")
        assert "spread of one run" in row["model"]
        assert "单次运行离散度" in row_zh["model"]
    json.dumps([en, zh], allow_nan=False)


# --- parameters and assumptions


def test_every_parameter_has_its_row() -> None:
    en, zh = told(about.parameter_rows)
    assert [row["name"] for row in en] == list(PARAMETERS) == [row["name"] for row in zh]
    for row, row_zh, one in zip(en, zh, PARAMETERS.values(), strict=True):
        assert float(row["value"]) == pytest.approx(one.default, rel=1e-3)
        low, high = (float(x.replace(",", "")) for x in row["range"].split("–"))
        assert (low, high) == pytest.approx((one.low, one.high))
        assert row["is_assumption"] == one.is_assumption
        assert row["source"] == one.source.words.en
        assert row_zh["source"]
        assert (row["meaning"], row_zh["meaning"]) == (one.meaning.en, one.meaning.zh)
        assert row["unit"]
        assert row["section"] != row_zh["section"]
        assert has_chinese(row_zh["section"])
    json.dumps([en, zh], allow_nan=False)


def test_assumptions_are_counted_and_told_in_both_languages() -> None:
    en, zh = told(about.assumptions)
    assert len(en) == len(zh) >= 5
    n = sum(one.source.words.en.startswith("assumption") for one in PARAMETERS.values())
    assert en[0].startswith(f"{n} of {len(PARAMETERS)} parameters")
    assert zh[0].startswith(f"{len(PARAMETERS)} 个参数中有 {n} 个")
    for one, other in zip(en, zh, strict=True):
        assert one.endswith(".")
        assert other.endswith("。")
        assert has_chinese(other)
        assert not has_chinese(one)


# --- the words of the page

PARTS = [
    make
    for name, make in sorted(vars(words).items())
    if inspect.isfunction(make) and make.__module__ == words.__name__ and not name.startswith("_")
]


@pytest.mark.parametrize("make", PARTS, ids=lambda make: make.__name__)
def test_every_text_is_there_in_both_languages(make: Any) -> None:
    en, zh = (texts(one) for one in told(make))
    assert en.keys() == zh.keys()
    assert en
    for place, text in en.items():
        assert text.strip(), place
        assert zh[place].strip(), place
        assert not has_chinese(text), place
        if any(letter.isalpha() for letter in text):
            assert text != zh[place], place
            assert has_chinese(zh[place]) or place == ".lang", place


def test_what_is_chosen_by_number_or_id_is_what_the_session_knows() -> None:
    toolbar: Any = words.toolbar()
    assert len(toolbar["speeds"]) == len(set(toolbar["speeds"])) == len(SPEEDS)
    assert [one["value"] for one in toolbar["tables"]] == list(MONTHLY)
    assert [one["value"] for one in words.windows()] == list(shown.WINDOWS)
    assert [one["value"] for one in words.colours()] == list(shown.MAPPED)


def test_speeds_are_as_they_are_called() -> None:
    per_second = {"day": 1, "days": 1, "week": 7, "weeks": 7, "month": 30, "months": 30}
    toolbar: Any = words.toolbar()
    for text, (unit, n, gap) in zip(toolbar["speeds"][:-1], SPEEDS, strict=False):
        many, of = text.split()[:2]
        assert int(many) * per_second[of] == per_second[unit] * n * 1000 / gap
    assert SPEEDS[-1][2] == 0
