"""The tables in scenarios/README.md are those that the declarations give."""

from __future__ import annotations

from dataclasses import replace

import pytest
from every import every

from sim.scenario import document
from sim.scenario.document import BEGIN, END, fresh, readme, tables
from sim.scenario.parameters import LEVERS, PARAMETERS
from sim.scenario.yaml_reader import read_text


def test_the_readme_is_fresh() -> None:
    text = readme().read_text(encoding="utf-8")
    assert fresh(text) == text, "run: python -m sim.scenario.document"


@every("one", [*PARAMETERS.values(), *LEVERS.values()], said=lambda one: one.name)
def test_each_has_one_row_that_says_all(one) -> None:  # type: ignore[no-untyped-def]
    rows = [row for part in tables().values() for row in part.splitlines() if row.startswith(f"| `{one.name}` |")]
    assert len(rows) == 1
    cells = [cell.strip() for cell in rows[0].strip("|").split("|")]
    assert cells[0] == f"`{one.name}`"
    assert cells[1:3] == [one.label.en, one.label.zh]
    assert float(cells[3]) == pytest.approx(one.default, rel=1e-5)
    assert cells[4:6] == [
        f"{one.low:g}–{one.high:g}",
        f"{one.least:g}–{one.most:g}"
        + (", whole 整数" if one.is_whole else "")
        + ("" if one.by_town else ", city-wide 全市"),
    ]
    assert cells[6:] == [one.unit, one.meaning.en, one.meaning.zh, one.source.words.en]


def test_a_stale_table_is_renewed_and_the_rest_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    text = readme().read_text(encoding="utf-8")
    stale = text.replace("| `pay` | Pay | 基本工资 | 2500 |", "| `pay` | Pay | 基本工资 | 2400 |")
    assert stale != text
    assert fresh(stale) == text
    assert fresh(f"Before.\n{text}After.\n") == f"Before.\n{text}After.\n"
    monkeypatch.setitem(document.LEVERS, "pay", replace(LEVERS["pay"], default=2600.0))
    assert "| `pay` | Pay | 基本工资 | 2600 |" in fresh(text)


@pytest.mark.parametrize("missing", [BEGIN.format("levers"), BEGIN.format("parameters"), END])
def test_without_its_markers_it_says_so(missing: str) -> None:
    text = readme().read_text(encoding="utf-8")
    with pytest.raises(ValueError, match="markers of"):
        fresh(text.replace(missing, ""))


def test_the_example_of_a_policy_is_valid() -> None:
    from sim.scenario.schema import read_policy

    text = readme().read_text(encoding="utf-8")
    example = text.split("```yaml\n")[1].split("```")[0]
    assert read_policy(read_text(example, "README.md"), "example").levers[0].value == 0.8
