"""docs/trace.md: what it says is backed by what exists, and its numbers are those that are declared or stored."""

from __future__ import annotations

import ast
import functools
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from every import every
from test_commands import wrong_with
from test_tables import generate

from sim import language
from sim.scenario.parameters import LEVERS, PARAMETERS

trace_page: Any = generate.trace_page
evidence: Any = __import__("evidence")
stored: Any = __import__("stored")
ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "trace.md").read_text(encoding="utf-8")
STATEMENTS = [one for element in (*evidence.TRACE, *evidence.STRESS) for one in element.statements]
BACKINGS = sorted({backing for one in STATEMENTS for backing in one.backed_by})

# --- what backs it


@functools.cache
def defined_in(file: str) -> set[str]:
    """Tests of a file; none where there is no such file."""
    if not (ROOT / file).is_file():
        return set()
    body = ast.parse((ROOT / file).read_text(encoding="utf-8")).body
    return {node.name for node in body if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")}


def lost(backing: str) -> str:
    """Why it backs nothing; "" where it exists."""
    if "::" in backing:
        file, _, test = backing.partition("::")
        return "" if test in defined_in(file) else "no such test"
    if backing.startswith("python "):
        return "" if (ROOT / backing.split()[1]).is_file() else "no such script"
    if backing.startswith("stations "):
        language.use("en")
        return str(wrong_with(backing))
    if backing.startswith("make "):
        return "" if f"\n{backing[5:]}:" in (ROOT / "Makefile").read_text(encoding="utf-8") else "no such target"
    try:
        trace_page.shown(backing)
    except ValueError as error:
        return str(error)
    return ""


@every("backing", BACKINGS)
def test_what_backs_a_statement_exists(backing: str) -> None:
    assert lost(backing) == ""


@pytest.mark.parametrize(
    ("backing", "said"),
    [
        ("tests/day/test_day.py::test_nothing", "no such test"),
        ("tests/day/test_night.py::test_compiled_and_interpreted_are_byte_identical", "no such test"),
        ("python benchmarks/nothing.py", "no such script"),
        ("stations comparing", "no command 'comparing'"),
        ("make nothing", "no such target"),
        ("table: nothing", "docs/odd.md has no table: nothing"),
        ("nothing.md", "there is no docs/nothing.md"),
        ("odd.md#nothing", "docs/odd.md has no heading #nothing"),
    ],
)
def test_what_does_not_exist_is_noticed(backing: str, said: str) -> None:
    assert lost(backing) == said


def test_what_was_done_is_backed() -> None:
    assert [one.text for one in STATEMENTS if not one.is_open and not one.backed_by] == []


def test_all_elements_are_there_in_their_order() -> None:
    assert [one.title for one in evidence.TRACE] == [
        "Problem formulation", "Model description", "Data evaluation", "Conceptual model evaluation",
        "Implementation verification", "Model output verification", "Model analysis", "Model output corroboration",
    ]  # fmt: skip
    assert [one.title for one in evidence.STRESS] == [
        "Objectives", "Logic", "Data", "Experimentation", "Implementation", "Code access",
    ]  # fmt: skip
    assert PAGE.count("**Open.**") == sum(one.is_open for one in STATEMENTS) > 10


def test_rows_have_the_cells_of_their_heads() -> None:
    for table in re.findall(r"(?:^\|.*\n)+", PAGE, re.MULTILINE):
        assert len({len(re.findall(r"(?<!\\)\|", line)) for line in table.splitlines()}) == 1, table[:80]


# --- numbers


def by_hand(text: str) -> list[str]:
    """Digits of a text that come from no source; names of patterns and of files are no numbers."""
    return re.findall(r"\S*\d\S*", re.sub(r"\{[^{}]*\}|`[^`]*`|\bP\d+\b", "", text))


def test_no_number_is_written_by_hand() -> None:
    elements = [text for one in (*evidence.TRACE, *evidence.STRESS) for text in (one.title, one.asks, one.short)]
    texts = [
        *elements,
        *(one.text for one in STATEMENTS),
        re.sub(r"（Grimm 等 2014）|（Monks 等 2019）", "", evidence.CHINESE),
    ]
    assert [found for text in texts for found in by_hand(text)] == []
    assert by_hand("Over {pattern[seeds 9]} seeds P14 and `t-city-2022` gave 9.1 % of 3,000.") == ["9.1", "3,000."]


@pytest.mark.parametrize("part", ["## 中文摘要", "## 5 Implementation", "## 6 Model output", "## 7 Model", "### Logic"])
def test_a_number_changed_by_hand_is_noticed(
    part: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    before, _, after = PAGE.partition(part)
    number = re.search(r"(?<![\w.,/-])\d[\d.,]*\d(?![\w/-])", after)
    assert number is not None
    changed = str(int(re.sub(r"\D", "", number[0])) + 1)
    (tmp_path / "trace.md").write_text(
        f"{before}{part}{after[: number.start()]}{changed}{after[number.end() :]}", encoding="utf-8"
    )
    monkeypatch.setattr(generate, "FOLDER", tmp_path)
    assert generate.main(["--check"]) == 1
    assert "trace.md is stale" in capsys.readouterr().err
    assert generate.main([]) == 0
    assert (tmp_path / "trace.md").read_text(encoding="utf-8") == PAGE
    assert generate.main(["--check"]) == 0


def test_the_campaign_over_every_value_was_run_of_this_model() -> None:
    n = len(PARAMETERS) + len(LEVERS)
    told = stored.read("verification/results/every_value.md")
    assert f"| each of {n} at either end | {2 * n} | {2 * n} | 0 | 0 |" in told, "python verification/every_value.py"


def with_text(monkeypatch: pytest.MonkeyPatch, file: str, old: str, new: str) -> None:
    """Another text of a stored file."""
    read = stored.read
    assert re.search(old, read(file), re.MULTILINE)
    monkeypatch.setattr(
        stored, "read", lambda name: re.sub(old, new, read(name), flags=re.MULTILINE) if name == file else read(name)
    )


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("README.md", r"^\| Coverage.*$", "| Coverage | 98.7 | +98.7 | +98.7 | +98.7 | +98.7 |"),
        ("README.zh.md", r"^\| 覆盖率.*$", "| 覆盖率 | 98.7 | +98.7 | +98.7 | +98.7 | +98.7 |"),
        ("benchmarks/README.md", r"^\| staying 2024, on other seeds .*$", "| staying 2024 | .987 (.9 to .9) | .987 |"),
        ("benchmarks/README.md", r"^(P3 .*?)[\d.]+  \[", r"\g<1>0.9870  ["),
        (
            "experiments/README.md",
            r"All three together \S+ points, \S+ to \S+;",
            "All three together +98.7 points, 1 to 2;",
        ),
        ("verification/results/every_value.md", r"^\| each of.*$", "| each of 9 | 98.7 | 98.7 | 0 | 0 |"),
        ("verification/results/flips.md", r": [\d,]+ flips", ": 98,7 flips"),
        ("verification/results/edited_folders.md", r"^[\d,]+ edited", "98,7 edited"),
        ("verification/results/mutations.md", r"Of the other \d+,", "Of the other 98,7,"),
        ("pyproject.toml", r"^requires-python = .*$", 'requires-python = ">=98.7"'),
    ],
)
def test_a_number_stored_anew_comes_into_the_page(
    file: str, old: str, new: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_text(monkeypatch, file, old, new)
    assert len(re.findall(r"98[.,]7", trace_page.page())) > len(re.findall(r"98[.,]7", PAGE))


def test_what_is_declared_anew_comes_into_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    assumed = next(name for name, one in PARAMETERS.items() if one.is_assumption)
    before = stored.SOURCES["standing"]["ASSUMPTION"]
    monkeypatch.setitem(PARAMETERS, "new", replace(PARAMETERS[assumed], name="new"))
    assert f"Of {len(PARAMETERS)} parameters {int(before) + 1} are assumptions" in trace_page.page()
    monkeypatch.setitem(stored.REPLICATION, "largest z", "4.4")
    assert "largest \\|z\\| 4.4 of" in trace_page.page()


def test_a_pattern_that_no_longer_holds_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    hold = int(stored.pattern("hold"))
    one = next(line for line in stored.pattern_lines() if line.pattern == "P15" and line.verdict == "holds")
    said = rf"^({one.pattern} +{re.escape(one.what)} .*)holds$"
    with_text(monkeypatch, "benchmarks/README.md", said, r"\1DOES NOT HOLD")
    assert int(stored.pattern("hold")) == hold - 1
    assert f"{one.pattern} ({one.what})" in trace_page.page()


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        (
            "README.md",
            r"^\| Coverage.*\n",
            "",
            "README.md: the table after '<!-- first answer -->' has not one cell 'Cover",
        ),
        ("benchmarks/README.md", r"^P3 .*\n", "", "benchmarks/README.md has not one line 'P3'"),
        ("benchmarks/README.md", r"^(P4 .*)holds$", r"\1", "lines of patterns that docs/stored.py cannot read"),
        (
            "experiments/README.md",
            r"All three together \S+ points",
            "",
            "experiments/README.md says 'All three together",
        ),
        ("verification/results/flips.md", r"other content", "", "verification/results/flips.md: the table after"),
    ],
)
def test_a_number_that_is_not_there_is_one_sentence(
    file: str, old: str, new: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_text(monkeypatch, file, old, new)
    with pytest.raises(ValueError, match=re.escape(said)):
        trace_page.page()


def test_unknown_sources_and_keys_are_one_sentence() -> None:
    for text in ("{nothing[key]} needs", "{count[nothing]} needs", "{replication[nothing]} needs"):
        with pytest.raises(ValueError, match=r"docs/stored\.py knows no 'nothing'.*needs"):
            trace_page.numbered(text)


def test_numbers_that_await_renewal_are_said_so(monkeypatch: pytest.MonkeyPatch) -> None:
    assumed = sum(one.is_assumption for one in PARAMETERS.values())
    now = (
        r"\b\d+ of its \d+ parameters are assumptions",
        f"{assumed} of its {len(PARAMETERS)} parameters are assumptions",
    )
    for file in ("README.md", "experiments/README.md"):
        with_text(monkeypatch, file, *now)
    header = r"^t-city(, \d+ parameters)?: "
    with_text(monkeypatch, "benchmarks/README.md", header, f"t-city, {len(PARAMETERS)} parameters: ")
    assert stored.awaiting() == []
    assert "await renewal" not in trace_page.page()
    monkeypatch.setitem(PARAMETERS, "new", replace(PARAMETERS["quit_floor"], name="new"))
    assert stored.awaiting() == ["README.md", "experiments/README.md", "benchmarks/README.md"]
    assert "await renewal" in trace_page.page()
