"""What the benchmarks find goes into benchmarks/README.md, where docs/trace.md reads it, and nothing else there changes."""

from __future__ import annotations

import importlib
import re
import shutil
import sys
from difflib import ndiff
from pathlib import Path
from typing import Any

import pytest

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"


@pytest.fixture
def readme(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the README, into which the benchmarks write."""
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    monkeypatch.setattr(importlib.import_module("written"), "README", tmp_path / "README.md")
    return Path(shutil.copy(BENCHMARKS / "README.md", tmp_path))


def changed(readme: Path) -> list[str]:
    before = (BENCHMARKS / "README.md").read_text(encoding="utf-8").splitlines()
    after = readme.read_text(encoding="utf-8").splitlines()
    return [line for line in ndiff(before, after) if line[0] in "+-"]


@pytest.mark.parametrize(("scenario", "at"), [("t-city", 2), ("t-city-2022", 3)])
def test_a_fit_is_written_into_its_column(
    scenario: str, at: int, readme: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    calibrate: Any = importlib.import_module("calibrate")
    monkeypatch.setattr(sys, "argv", ["calibrate.py", "--seeds=2", "--rounds=0", "--write", f"--scenario={scenario}"])
    calibrate.main()
    said = re.findall(r"^  \w+_?\w* +(\S+) \[(\S+), (\S+)\]$", capsys.readouterr().out, re.MULTILINE)
    lines = [line.split("|") for line in readme.read_text(encoding="utf-8").splitlines()]
    for row, numbers in zip(calibrate.ROWS, said, strict=True):
        (cell,) = (line[at] for line in lines if len(line) > at and line[1].startswith(f" {row}"))
        shown = [float(number.replace(",", "")) for number in re.findall(r"-?[\d.,]*\d", cell)]
        assert shown == pytest.approx(
            [float(number) for number in numbers], abs=0.51 if row == "dispatched" else 0.00051
        )
    before, after = ([line[2:].split("|") for line in changed(readme) if line[0] == sign] for sign in "-+")
    assert len(before) == len(after) >= len(calibrate.ROWS)
    assert all(old[:at] + old[at + 1 :] == new[:at] + new[at + 1 :] for old, new in zip(before, after, strict=True))


def test_a_cell_is_made_from_what_stands_there(readme: Path) -> None:
    written: Any = importlib.import_module("written")
    readme.write_text(
        "Fit:\n\n| | T City (a) | T City 2022 (b) |\n|---|---|---|\n| hazards | x 2 | x 4 |\n", encoding="utf-8"
    )
    written.put_cells("T City 2022", {"hazards": lambda old: f"{old}0"})
    written.put_cells("T City", {"hazards": "x 3"})
    assert readme.read_text(encoding="utf-8").endswith("\n| hazards | x 3 | x 40 |\n")


def test_lines_of_patterns_are_written_into_their_block(readme: Path) -> None:
    written: Any = importlib.import_module("written")
    written.put_block("t-city", ["t-city: now", "P1  a line  ", "", "0 lines do not hold: none"])
    text = readme.read_text(encoding="utf-8")
    assert "\n```\nt-city: now\nP1  a line\n\n0 lines do not hold: none\n```\n" in text
    assert {line[2:5] for line in changed(readme) if line[0] == "+"} <= {"t-c", "P1 ", "", "0 l"}


def test_patterns_of_another_city_are_not_written(readme: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    patterns: Any = importlib.import_module("patterns")
    monkeypatch.setattr(sys, "argv", ["patterns.py", "--write", "--scenario=lakeside"])
    with pytest.raises(SystemExit):
        patterns.main()
    assert changed(readme) == []


def test_a_page_without_its_place_is_one_sentence(readme: Path) -> None:
    written: Any = importlib.import_module("written")
    readme.write_text("Nothing.\n", encoding="utf-8")
    for put in (lambda: written.put_block("t-city", []), lambda: written.put_cells("T City", {})):
        with pytest.raises(SystemExit, match=r"README\.md has not one (block 't-city'|column 'T City')"):
            put()
    assert readme.read_text(encoding="utf-8") == "Nothing.\n"
