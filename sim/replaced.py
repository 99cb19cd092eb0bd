"""A rule in place of one of ours: from the text of its file to a function that is compiled and checked.

Run are the function and what it names at the left margin of its file: other functions, values, imports. The rest of the file,
be it an analysis that calls for the rule, is not looked at. So these lines say all, and their digest names the rule.
"""

from __future__ import annotations

import ast
import builtins
import functools
import hashlib
import inspect
import linecache
import sys
from collections.abc import Callable, Iterator, Set
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FunctionType
from typing import Any

from sim import compile as compiler
from sim.digests import code_digest
from sim.mistakes import Mistake, one_of
from sim.scenario.code import Code, rules_declared

_KINDS = (ast.FunctionDef, ast.ClassDef, ast.Assign, ast.AnnAssign, ast.Import, ast.ImportFrom)
_KNOWN = {"sim", "numpy", *sys.stdlib_module_names}
"""Where a rule may import from: what the digest of the model and the folder of compiled code speak for."""


class Refused(ValueError):
    """What the check around a replaced rule raises, with the rule's name."""


@dataclass(frozen=True)
class Replacement:
    """`function` of a file's text in place of the rule `name` ("staff.quit_chance"). `digest`: 16 hex digits over what it does."""

    name: str
    code: Code
    digest: str

    def checked(self) -> Callable[..., Any]:
        """The function, compiled as a rule with all that it calls, refusing numbers that no rule may give."""
        room = _run(self.name, self.code)
        for name, value in room.items():
            if isinstance(value, FunctionType) and value.__globals__ is room:
                room[name] = compiler.rule(value)
        inner, name = room[self.code.function], self.name
        if ast.unparse(rules_declared()[name].returns or ast.Constant(None)) != "float":
            return inner
        is_chance = name.endswith("_chance")

        def replaced(*arguments: Any) -> Any:
            value = inner(*arguments)
            if not (0.0 <= value <= 1.0 if is_chance else value == value and value - value == 0.0):
                raise Refused(name)
            return value

        return compiler.rule(replaced)


def replacement(name: str, given: Code | Callable[..., Any]) -> Replacement:
    """A rule's replacement, given as text or as a function that stands in a file. Raises Mistake for an unknown rule, other
    arguments, and for what no text says in full."""
    wanted = _arguments(rules_declared()[one_of(name, rules_declared(), "rule", "规则")])
    code = given if isinstance(given, Code) else _code_of(name, given)
    function = [one for one in _needed(name, code).body if code.function in _bound(one)][-1]
    if (found := _arguments(function)) != wanted:
        raise Mistake(
            f"rule '{name}': its replacement takes ({', '.join(found)}), it must take ({', '.join(wanted)})",
            f"规则 '{name}'：替换函数的参数为（{', '.join(found)}），应为（{', '.join(wanted)}）",
        )
    made = _read(name, code)
    if not isinstance(given, Code):
        _check_values(name, code, getattr(given, "__globals__", {}))
    return made


def _arguments(function: ast.stmt) -> list[str]:
    taken = ast.walk(function.args) if isinstance(function, ast.FunctionDef) else ()
    return [one.arg for one in taken if isinstance(one, ast.arg)]


def _code_of(name: str, given: Any) -> Code:
    called = getattr(given, "__name__", "")
    is_plain = isinstance(given, FunctionType) and given.__qualname__ == called
    if not (is_plain and given.__globals__.get(called) is given):
        raise Mistake(
            f"rule '{name}': its replacement must be written with def at the left margin of a file, without a decorator, and with "
            "its numbers in that file or among the parameters; no text says what a lambda or a function made by another one holds",
            f"规则 '{name}'：替换函数须以 def 写在文件最左侧，不带装饰器，其数值写在同一文件中或作为参数；lambda 或由其他函数生成的函数，其内容没有文本可查",
        )
    file = inspect.getsourcefile(given) or ""
    linecache.checkcache(file)
    # Python 3.13 keeps what was given by -c or exec under these names, the last for all that were.
    text = "" if file in {"<string>", "<stdin>"} else "".join(linecache.getlines(file, given.__globals__))
    if not text:
        raise Mistake(
            f"rule '{name}': the source of its replacement cannot be read; define it in a file",
            f"规则 '{name}'：无法读取替换函数的源代码；请在文件中定义",
        )
    return Code(Path(file).name, called, text)


@functools.lru_cache(maxsize=64)
def _read(name: str, code: Code) -> Replacement:
    told = f"{code_digest(_needed(name, code), with_texts=True)} {_values(name, code, _run(name, code))}"
    return Replacement(name, code, hashlib.sha256(told.encode()).hexdigest()[:16])


def _run(name: str, code: Code) -> dict[str, Any]:
    """The names of a module in which the function and what it needs have been run."""
    needed = _needed(name, code)
    room: dict[str, Any] = {"__name__": __name__}  # numba's cache imports the module of what it kept by this name
    with loading(code.file):
        # With this file's own first import: what annotations name need not be there.
        exec(compile(needed, f"<{code.file}>", "exec"), room)
    return room


@contextmanager
def loading(file: str) -> Iterator[None]:
    """Inside, a user's file is run; what it raises is told in a sentence."""
    try:
        yield
    except BaseException as error:
        if not isinstance(error, Exception | SystemExit):
            raise
        said = " ".join(f"{type(error).__name__}: {error}".split())[:300]
        raise Mistake(f"{file}: raised when it was loaded ({said})", f"{file}：加载时出错（{said}）") from None


def _values(name: str, code: Code, room: dict[str, Any]) -> dict[str, str]:
    """The values that the lines assign, as text, by name."""
    assigned = [one for one in _needed(name, code).body if isinstance(one, ast.Assign | ast.AnnAssign)]
    names = sorted({name for one in assigned for name in _bound(one)} & set(room))
    return {
        one: f"{getattr(room[one], 'dtype', '')}{getattr(room[one], 'tolist', lambda one=one: room[one])()!r}"
        for one in names
    }


def _check_values(name: str, code: Code, now: dict[str, Any]) -> None:
    """Raise Mistake where a value has been changed since the file was run: its text would not say what the rule does."""
    said, found = (_values(name, code, room) for room in (_run(name, code), now))
    for one, value in said.items():
        if found.get(one) != value:
            raise Mistake(
                f"rule '{name}': {one} has another value now than {code.file} says; write it there, or make it a parameter",
                f"规则 '{name}'：{one} 的当前值与 {code.file} 中所写不同；请写在该文件中，或改用参数",
            )


# --- what a function needs of its file


@functools.lru_cache(maxsize=64)
def _needed(name: str, code: Code) -> ast.Module:
    """The function and, in turn, all that it names at the left margin of its file, in the file's order. Raises Mistake."""
    with loading(code.file):
        body = ast.parse(code.text).body
    wanted, known, needed = {code.function}, set(), set()
    while wanted:
        known |= wanted
        found = [one for one in body if wanted & _bound(one)]
        _check(name, code, found, wanted)
        needed.update(found)
        wanted = {read for one in found for read in _read_by(one)} - known
    return ast.Module([one for one in body if one in needed], [])


def _check(name: str, code: Code, found: list[ast.stmt], wanted: Set[str]) -> None:
    at, at_zh = f"rule '{name}': {code.file}", f"规则 '{name}'：{code.file}"
    for missing in sorted(wanted - {one for statement in found for one in _bound(statement)} - set(dir(builtins))):
        raise Mistake(
            f"{at} does not say what '{missing}' is; define it there, at the left margin",
            f"{at_zh} 中没有 '{missing}' 的定义；请写在该文件最左侧",
        )
    for one in found:
        if not isinstance(one, _KINDS) or getattr(one, "decorator_list", []):
            raise Mistake(
                f"{at}, line {one.lineno}: what a rule needs must be a def without a decorator, an assignment or an import, at "
                "the left margin",
                f"{at_zh} 第 {one.lineno} 行：规则所用内容须为不带装饰器的 def、赋值或 import，并写在最左侧",
            )
        if isinstance(one, ast.Import | ast.ImportFrom):
            modules = [one.module or "."] if isinstance(one, ast.ImportFrom) else [alias.name for alias in one.names]
            for module in modules:
                if module.partition(".")[0] not in _KNOWN:
                    raise Mistake(
                        f"{at}, line {one.lineno}: a rule may take nothing from {module}, only from Python, numpy and sim; write "
                        f"what it needs into {code.file}",
                        f"{at_zh} 第 {one.lineno} 行：规则不能使用 {module}，只能使用 Python 自带的库、numpy 与 sim；请将所需内容写入 {code.file}",
                    )


def _bound(statement: ast.stmt) -> set[str]:
    """The names that a statement sets in its module."""
    if isinstance(statement, ast.FunctionDef | ast.ClassDef):
        return {statement.name}
    return _set_in(statement)


def _set_in(tree: ast.AST) -> set[str]:
    """The names that are set anywhere in it."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            found.add(node.id)
        elif isinstance(node, ast.arg):
            found.add(node.arg)
        elif isinstance(node, ast.alias):
            found.add(node.asname or node.name.partition(".")[0])
        elif isinstance(node, ast.FunctionDef | ast.ClassDef | ast.ExceptHandler):
            found.add(node.name or "")
    return found


def _read_by(statement: ast.stmt) -> set[str]:
    """The names of its module that a statement reads, annotations apart."""
    notes = (
        note for node in ast.walk(statement) for note in (getattr(node, "annotation", 0), getattr(node, "returns", 0))
    )
    in_notes = {inner for note in notes if isinstance(note, ast.AST) for inner in ast.walk(note)}
    named = (node for node in ast.walk(statement) if isinstance(node, ast.Name) and node not in in_notes)
    read = {node.id for node in named if isinstance(node.ctx, ast.Load)}
    return read - _set_in(statement) if isinstance(statement, ast.FunctionDef) else read
