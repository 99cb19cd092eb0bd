"""One Chinese word per term: the glossary says which words are not used, and no Chinese text uses them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from sim.scenario.parameters import LEVERS, PARAMETERS

ROOT = Path(__file__).resolve().parents[2]
GLOSSARY = ROOT / "docs" / "glossary.md"
NOT_USED = "## Words not used 不用的词"
CHINESE = re.compile("[\u3400-\u9fff]")
KINDS = {".py", ".md", ".yaml", ".vue", ".html"}


def rows(text: str) -> Iterator[list[str]]:
    for line in text.splitlines():
        if line.startswith("| "):
            yield [cell.strip() for cell in line.strip("|").split(" | ")]


USED, REFUSED = GLOSSARY.read_text(encoding="utf-8").split(NOT_USED)
REJECTED = {word: cells[1] for cells in list(rows(REFUSED))[1:] for word in cells[2].split("、")}
"""Each word that is not used, with the one that is."""

WORDS = sorted(
    {
        word
        for cells in (*list(rows(USED)), *list(rows(REFUSED))[1:])
        for word in re.split("[、（）]", cells[1])
        if CHINESE.search(word)
    },
    key=len,
    reverse=True,
)


def files() -> list[Path]:
    found = [file for folder in ("sim", "docs", "scenarios", "experiments") for file in (ROOT / folder).rglob("*")]
    return sorted(file for file in [*found, ROOT / "README.zh.md"] if file.suffix in KINDS)


def lines(file: Path) -> Iterator[tuple[int, str]]:
    """The numbered lines with Chinese of a file: of Python the strings, of other files all but the code in backticks."""
    text = file.read_text(encoding="utf-8")
    if file == GLOSSARY:
        text = text.split(NOT_USED)[0]
    if file.suffix == ".py":
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and CHINESE.search(node.value):
                yield node.lineno, node.value
    else:
        for number, line in enumerate(text.splitlines(), start=1):
            if CHINESE.search(line):
                yield number, re.sub("`[^`]*`", " ", line)


def refused(line: str) -> list[str]:
    """The words of a line that are not used; what is a part of a word that is used counts as that word."""
    for word in WORDS:
        if any(other in word for other in REJECTED):
            line = line.replace(word, " ")
    return [word for word in REJECTED if word in line]


def test_no_chinese_text_uses_a_word_that_the_glossary_refuses() -> None:
    found = [
        f"{file.relative_to(ROOT).as_posix()}:{number}: {word}, not {REJECTED[word]}"
        for file in files()
        for number, line in lines(file)
        for word in refused(line)
    ]
    assert found == []


def test_the_glossary_is_read() -> None:
    assert len(REJECTED) > 25
    assert all(REJECTED.values())
    assert {"布点方案", "设计点", "认可度"} <= set(WORDS)
    assert len(files()) > 200


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("会损害街镇的好感。", ["好感"]),
        ("9 个点 × 20 个种子", ["个点"]),
        ("布点方案写在文件里", []),
        ("共 12 个方案", ["方案"]),
        ("记录在结果文件夹的台账中", ["结果文件夹的台账"]),
        ("外展走访工时占比", ["外展走访"]),
        ("外展工时占比", []),
    ],
)
def test_what_was_written_once_is_refused(line: str, words: list[str]) -> None:
    assert refused(line) == words


def test_every_label_uses_the_words_of_the_glossary() -> None:
    for one in (*PARAMETERS.values(), *LEVERS.values()):
        assert not refused(one.label.zh + one.meaning.zh + one.source.words.zh), one.name
