"""The texts of both languages: each assembled once, from parts that know their language, and never taken apart again."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from sim import language
from sim.language import Text

ROOT = Path(__file__).resolve().parents[2]
FILES = [
    file for folder in ("sim", "docs") for file in sorted((ROOT / folder).rglob("*.py")) if file.name != "language.py"
]
APART = {
    "partition", "rpartition", "split", "rsplit", "replace", "removeprefix", "removesuffix", "find", "index", "startswith", "endswith",
}  # fmt: skip
OF_A_TEXT = {"en", "zh", "label", "meaning", "words"}
PUNCTUATION = re.compile("[（）：；，。、]| \\($")
"""What only a text in Chinese, or one with something in brackets, is taken apart at."""

READ_FROM_PEOPLE = {"sim/cli/options.py: re.split(", "sim/lab/design/read_design.py: text.startswith("}
"""Text that a person typed, or the file that a mistake begins with, is no text of ours that is taken apart."""

BOTH_AT_ONCE = {"sim/scenario/moves.py: '；'.join(", "sim/lab/design/delays.py: '、'.join("}
"""A `Text` made of parts is joined in each of its languages; what is said at once is joined in the one in force."""


def taken_apart(tree: ast.AST) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        of, given = node.func.value, [one for arg in node.args for one in ast.walk(arg)]
        if isinstance(of, ast.Name) and of.id == "re":
            is_apart = node.func.attr in {"split", "sub", "match", "search", "fullmatch", "findall"}
            of_a_text = False
        else:
            is_apart = node.func.attr in APART
            inner = of.args[0] if isinstance(of, ast.Call) and getattr(of.func, "id", "") == "str" and of.args else of
            of_a_text = isinstance(inner, ast.Attribute) and inner.attr in OF_A_TEXT
            of_a_text |= isinstance(inner, ast.Call) and getattr(inner.func, "id", "") in {
                "tr",
                "in_brackets",
                "labelled",
            }
        at = any(isinstance(one, ast.Constant) and PUNCTUATION.search(str(one.value)) for one in given)
        if is_apart and (of_a_text or at):
            yield node


def own_joiners(tree: ast.AST) -> Iterator[ast.Call]:
    """`tr(", ", "、").join(...)` and `"；".join(...)`, which have names in sim/language.py."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "join":
            of = node.func.value
            is_chinese = isinstance(of, ast.Constant) and bool(PUNCTUATION.search(str(of.value)))
            if is_chinese or (isinstance(of, ast.Call) and getattr(of.func, "id", "") == "tr"):
                yield node


def found(look: object, files: list[Path]) -> list[str]:
    lines = []
    for file in files:
        name = file.relative_to(ROOT).as_posix()
        for node in look(ast.parse(file.read_text(encoding="utf-8"))):  # type: ignore[operator]
            said = f"{ast.unparse(node.func)}("
            if f"{name}: {said}" not in READ_FROM_PEOPLE | BOTH_AT_ONCE:
                lines.append(f"{name}:{node.lineno}: {said}...")
    return lines


def test_no_text_is_taken_apart_after_it_was_assembled() -> None:
    assert found(taken_apart, FILES) == [], "give the part a field of its own, such as Quantity.label"


def test_joiners_stand_in_one_place() -> None:
    assert found(own_joiners, FILES) == [], "use listed, either, in_turn, one_by_one or run_on of sim/language.py"


@pytest.mark.parametrize(
    "code",
    [
        'LEVERS["pay"].meaning.zh.partition("x")',
        'str(one.label).split()',
        'tr(name, "\\n（".join(name.rsplit("（", 1)))',
        'part.replace(" (", "（")',
        're.split("[：（]|: ", text)[0]',
        'tr(f"{a} (b)", f"{a}（b）").replace("a", "b")',
        'one.source.words.en.startswith("paper")',
    ],
)  # fmt: skip
def test_what_was_done_once_is_found(code: str) -> None:
    assert list(taken_apart(ast.parse(code)))


def test_what_is_no_text_of_ours_is_let_be() -> None:
    assert not list(taken_apart(ast.parse('name.split("/")[-1]; path.removesuffix(".yaml"); re.split("[,]", given)')))
    for code in ('tr(", ", "、").join(names)', "f\"{'；'.join(parts)}\""):
        assert list(own_joiners(ast.parse(code)))
    assert not list(own_joiners(ast.parse('", ".join(keys)')))


def test_joiners_are_those_of_the_language_in_force() -> None:
    pay = Text("Base pay", "基本工资")
    assert language.listed(["a", "b"]) + language.in_brackets("c") == "a, b (c)"
    assert language.in_turn(["a", "b"]) + "|" + language.one_by_one(["a", "b"]) == "a; b|a. b"
    assert [language.either("abc"[:n]) for n in (1, 2, 3)] == ["a", "a or b", "a, b or c"]
    assert language.labelled(pay, 1) + language.run_on([" A.", "B."]) == "Base pay: 1 A. B."
    assert language.within_sentence(pay) == "base pay"
    assert language.within_sentence(Text("GDP", "国内生产总值")) == "GDP"
    language.use("zh")
    assert language.listed(["甲", "乙"]) + language.in_brackets("丙") == "甲、乙（丙）"
    assert language.in_turn(["甲", "乙"]) + "|" + language.one_by_one(["甲", "乙"]) == "甲；乙|甲。乙"
    assert [language.either("甲乙丙"[:n]) for n in (1, 2, 3)] == ["甲", "甲 或 乙", "甲、乙 或 丙"]
    assert language.labelled(pay, 1) + language.run_on(["甲。", "乙。"]) == "基本工资：1甲。乙。"
