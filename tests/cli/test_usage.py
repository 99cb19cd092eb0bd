"""Command lines that click refuses: one sentence in the language in force, and exit code 2."""

from __future__ import annotations

import importlib.metadata
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from sim import language
from sim.cli import run

# The command line, what is said in English, what in Chinese.
LINES = [
    ("validate", "Missing argument 'FILES...'", "缺少参数 FILES"),
    ("run", "Missing argument 'SCENARIO'", "缺少参数 SCENARIO"),
    ("report", "Missing argument 'DIR'", "缺少参数 DIR"),
    ("explain", "Missing argument", "缺少参数"),
    ("run t-city --sed 3", "no such option: --sed (did you mean '--seed'?)", "没有这个选项：--sed（是否想写 '--seed'？）"),
    ("run t-city -x", "no such option: -x", "没有这个选项：-x"),
    ("run t-city --seed three", "'three'; give a whole number from 0 to 9,", "--seed 的值 'three' 无效；请给出 0 至 9,"),
    ("explain place --seed three", "'three'; give a whole number from 0 to 9,", "--seed 的值 'three' 无效；请给出 0 至 9,"),
    ("compare --seeds 0", "invalid value for --seeds: 0; give a whole number from 1 to 100,000", "--seeds 的值 0 无效；请给出 1 至 100,000 的整数"),
    ("run t-city --seed", "'--seed' requires an argument", "选项 --seed 后缺少值"),
    ("run t-city --force=3", "'--force' does not take a value", "选项 --force 不带值"),
    ("run a b c", "unexpected extra argument: b c", "多余的参数：b c"),
    ("report . --figures gif", "invalid value for --figures: 'gif'; give one of png, svg, pdf", "--figures 的值 'gif' 无效；请从 png、svg、pdf 中选择"),
    ("report . --out .", "invalid value for --out: '.'; it is a folder; give a file", "--out 的值 '.' 无效；这是文件夹；请给出文件"),
]  # fmt: skip


@pytest.fixture(autouse=True)
def english_afterwards(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.chdir(tmp_path)
    yield
    language.use("en")


@pytest.mark.parametrize(("line", "en", "zh"), LINES, ids=[line for line, _, _ in LINES])
@pytest.mark.parametrize("tongue", ["en", "zh"])
def test_one_sentence(capsys: pytest.CaptureFixture[str], line: str, en: str, zh: str, tongue: str) -> None:
    assert run([*line.split(), "--lang", tongue]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1
    assert {"en": en, "zh": zh}[tongue] in said.err
    assert "--help'" in said.err
    if tongue == "zh":
        left = said.err.removeprefix("stations: ").partition("；见 '")[0]
        words = set(re.findall("[a-z]{4,}", left)) - {"seed", "seeds", "force", "figures", "three"}
        assert words <= {"parameters", "levers", "structure", "phases", "observations", "scenario", "place"}, left


@pytest.mark.parametrize("topic", ["observations", "parameters", "levers"])
def test_explained_units_are_chinese(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, topic: str
) -> None:
    monkeypatch.setenv("COLUMNS", "250")
    assert run(["explain", topic, "--lang", "zh"]) == 0
    said = capsys.readouterr().out
    cells = [[cell.strip() for cell in line.split("│")] for line in said.splitlines() if line.startswith("│")]
    at = 3 if topic == "observations" else 4
    units = {cell[at] for cell in cells} - {""}
    assert len(units) > 5
    assert not [unit for unit in units if re.search("[A-Za-z]", unit)]


def test_one_explained_unit_is_chinese(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain", "levers", "pay", "--lang", "zh"]) == 0
    assert "pay（元/月）" in capsys.readouterr().out
    assert run(["explain", "scenario", "incentives", "--lang", "zh"]) == 0
    assert "yuan" not in capsys.readouterr().out


@pytest.mark.parametrize(("tongue", "expected"), [("en", "without being installed"), ("zh", "未经安装")])
def test_the_version_installed_or_not(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tongue: str, expected: str
) -> None:
    monkeypatch.setattr(importlib.metadata, "version", lambda name: f"1.2.3 of {name}")
    assert run(["--version"]) == 0
    assert capsys.readouterr().out == "social-work-stations 1.2.3 of social-work-stations\n"

    def not_found(name: str) -> None:
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(importlib.metadata, "version", not_found)
    assert run(["--version", "--lang", tongue]) == 0
    said = capsys.readouterr().out
    assert expected in said
    assert said.count("\n") == 1
