"""Python that a scenario names: read as text, checked for what it names, never run here.

``rules:`` in a city file replaces rules (``staff.quit_chance: my_rules.py:quit_chance``); ``policies:`` in a policy file
names functions that look at the city each month and set levers (``react.py:raise_pay``). Both name a file beside the
scenario's own and a function in it. The text goes with the scenario into its hash and its provenance; it is run only where
the user allows it.
"""

from __future__ import annotations

import ast
import functools
import re
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sim.mistakes import did_you_mean
from sim.scenario import read
from sim.scenario.yaml_reader import Node

_REFERENCE = re.compile(r"([^:*?\"<>|]+\.py):([A-Za-z_]\w*)")
MOST_CODE = 1_000_000
_RULES = Path(__file__).parent.parent / "rules"


@dataclass(frozen=True)
class Code:
    """A function in a user's Python file, with the whole text of the file."""

    file: str
    function: str
    text: str

    def __str__(self) -> str:
        return f"{self.file}:{self.function}"

    def to_plain(self) -> dict[str, str]:
        return {"file": self.file, "function": self.function, "text": self.text}


@functools.cache
def rules_declared() -> Mapping[str, ast.FunctionDef]:
    """Every rule by "module.rule", read from the sources so that nothing need be compiled to know them."""
    return {
        f"{file.stem}.{node.name}": node
        for file in sorted(_RULES.glob("*.py"))
        for node in ast.parse(file.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef)
        and any(getattr(mark, "id", "") in {"rule", "hot_rule"} for mark in node.decorator_list)
    }


def rule_names() -> tuple[str, ...]:
    """Every rule as "module.rule"."""
    return tuple(rules_declared())


def read_rules(node: Node, *, is_resolved: bool) -> tuple[tuple[str, Code], ...]:
    """The `rules:` of a city file. Raises Mistake."""
    return tuple(
        (name, read_code(code, is_resolved=is_resolved)) for name, code in read.mapping(node, rule_names()).items()
    )


def read_policies(node: Node, *, is_resolved: bool) -> tuple[Code, ...]:
    """The `policies:` of a policy file. Raises Mistake."""
    return tuple(read_code(item, is_resolved=is_resolved) for item in read.items(node))


def read_code(node: Node, *, is_resolved: bool) -> Code:
    """A reference to a function, with the text of its file. Raises Mistake where there is no such file or function."""
    if is_resolved:
        said = read.mapping(node, ("file", "function", "text"))
        file, function, text = (
            read.text(read.need(node, key)) if key != "text" else str(said[key].value)
            for key in ("file", "function", "text")
        )
        return Code(file, function, text)
    reference = read.text(node)
    match = _REFERENCE.fullmatch(reference.strip())
    if match is None:
        node.refuse_slip()
        raise node.mistake(
            f"{node.shown()} names no function; write file.py:function", f"{node.shown()} 不是函数；请写成 文件.py:函数"
        )
    name, function = match.groups()
    path = Path(name)
    if path.is_absolute() or name.startswith(("/", "\\")) or ".." in path.parts:
        raise node.mistake("give a file beside the scenario's own", "请给出情景文件旁的文件")
    return Code(name, function, _text(node, node.folder / path, name, function))


def _text(node: Node, path: Path, name: str, function: str) -> str:
    try:
        if not path.resolve().is_relative_to(path.parents[len(Path(name).parts) - 1].resolve()):
            raise node.mistake(f"{name} leads out of the scenario's own folder", f"{name} 指向情景文件夹之外")
        if not path.is_file():  # a pipe would be waited for
            raise FileNotFoundError
        if path.stat().st_size > MOST_CODE:
            raise node.mistake(f"{name} is larger than {MOST_CODE:,} bytes", f"{name} 超过 {MOST_CODE:,} 字节")
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, RuntimeError, ValueError):
        raise node.mistake(
            f"{name} cannot be read as text beside {Path(node.source).name}",
            f"无法以文本读取 {Path(node.source).name} 旁的 {name}",
        ) from None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # they are shown when the code runs
            tree: Any = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        line = getattr(error, "lineno", None)
        at, at_zh = (f", line {line}", f" 第 {line} 行") if line else ("", "")
        raise node.mistake(f"{name}{at}: is not valid Python", f"{name}{at_zh}：不是有效的 Python") from None
    functions = [statement.name for statement in tree.body if isinstance(statement, ast.FunctionDef)]
    if function not in functions:
        guess = did_you_mean(function, functions)
        raise node.mistake(f"{name} has no function '{function}'{guess}", f"{name} 中没有函数 '{function}'{guess}")
    return text
