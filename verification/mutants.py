"""Mutants of a module: every change of one line that one slip of the hand or of thought could have made."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from sim.scenario.parameters import PARAMETERS
from sim.words import Certificate, Kind, Route

OTHER_OPERATORS = {"+": "-*/", "-": "+*/", "*": "+-/", "/": "+-*", "**": "*"}
OTHER_COMPARISONS = {
    "<": ("<=", ">", ">="),
    "<=": ("<", ">", ">="),
    ">": (">=", "<", "<="),
    ">=": (">", "<", "<="),
    "==": ("!=", "<=", ">="),
    "!=": ("==", "<=", ">="),
}
OTHER_FUNCTIONS = {"min": ("max",), "max": ("min",), "floor": ("ceil",), "exp": ("log",), "log": ("exp",)}
WORDS = {words.__name__: tuple(one.name for one in words) for words in (Certificate, Kind, Route)}


@dataclass(frozen=True)
class Mutant:
    function: str
    kind: str
    line: int
    before: str  # the line or lines changed, without indent
    after: str
    text: str  # the module with this change

    @property
    def change(self) -> str:
        """How results and the list of equivalents name it."""
        return f"{self.function}: {self.before} -> {self.after}"


def mutants(source: str) -> list[Mutant]:
    """All mutants of a module's functions, in order, each change once."""
    tree = ast.parse(source)
    content = source.encode()
    known = {ast.dump(tree)}
    found = []
    for function in tree.body:
        if not isinstance(function, ast.FunctionDef):
            continue
        for kind, start, end, new in sorted(set(_Edits(source, function).edits()), key=lambda edit: edit[1:]):
            changed = content[:start] + new.encode() + content[end:]
            text = changed.decode()
            try:
                dump = ast.dump(ast.parse(text))
            except SyntaxError:
                continue
            if dump in known:
                continue
            known.add(dump)
            line = content.count(b"\n", 0, start) + 1
            lines = _lines(content, start, end), _lines(changed, start, start + len(new.encode()))
            found.append(Mutant(function.name, kind, line, *lines, text))
    return found


def _lines(content: bytes, start: int, end: int) -> str:
    """The whole lines that hold these bytes, joined."""
    first = content.rfind(b"\n", 0, start) + 1
    last = content.find(b"\n", end)
    return " ".join(line.strip() for line in content[first:last].decode().splitlines())


Edit = tuple[str, int, int, str]
"""What kind of change, from and to which byte, and what stands there instead."""


class _Edits:
    """The edits of one function."""

    def __init__(self, source: str, function: ast.FunctionDef) -> None:
        self.content = source.encode()
        lines = self.content.splitlines(keepends=True)
        self.starts = [0]
        for line in lines:
            self.starts.append(self.starts[-1] + len(line))
        self.function = function
        body = function.body
        is_told = isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant)
        self.body = body[1:] if is_told else body
        self.nodes = [node for statement in self.body for node in ast.walk(statement)]
        self.tests = {node.test for node in self.nodes if isinstance(node, ast.If | ast.IfExp | ast.While)}
        # What a name may be mistaken for: another argument of the same type, or a local that has its value by then.
        self.types = {
            one.arg: ast.unparse(one.annotation) for one in function.args.args if one.annotation and one.arg != "p"
        }
        self.since = dict.fromkeys(self.types, 0)
        if self.types:
            for node in self.nodes:
                if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and node.id not in self.types:
                    self.types[node.id] = "float"
                    self.since[node.id] = node.lineno
        self.parameters = {node.attr for node in self.nodes if isinstance(node, ast.Attribute) and _is_parameter(node)}

    def edits(self) -> Iterator[Edit]:
        for node in self.nodes:
            for kind, new in self._instead(node):
                yield kind, self.start(node), self.end(node), new
            yield from self._between(node)

    def start(self, node: ast.AST) -> int:
        return self.starts[node.lineno - 1] + node.col_offset  # type: ignore[attr-defined]

    def end(self, node: ast.AST) -> int:
        return self.starts[node.end_lineno - 1] + node.end_col_offset  # type: ignore[attr-defined]

    def code(self, node: ast.AST) -> str:
        return self.content[self.start(node) : self.end(node)].decode()

    def _between(self, node: ast.AST) -> Iterator[Edit]:
        """Operators, which the tree has no place for, and names of functions."""
        if isinstance(node, ast.BinOp):
            yield from self._operator("operator", node.left, node.right, OTHER_OPERATORS)
        elif isinstance(node, ast.Compare):
            for left, right in zip([node.left, *node.comparators], node.comparators, strict=False):
                yield from self._operator("comparison", left, right, OTHER_COMPARISONS)
        elif isinstance(node, ast.BoolOp):
            for left, right in zip(node.values, node.values[1:], strict=False):
                yield from self._operator("boolean", left, right, {"and": ("or",), "or": ("and",)})
        elif isinstance(node, ast.Call):
            name = self.code(node.func).rpartition(".")[2]
            for other in OTHER_FUNCTIONS.get(name, ()):
                yield "function", self.end(node.func) - len(name), self.end(node.func), other
        elif isinstance(node, ast.AugAssign):
            others = {"+=": ("-=", "*=", "="), "-=": ("+=", "*=", "="), "*=": ("+=", "/=", "=")}
            yield from self._operator("operator", node.target, node.value, others)

    def _operator(
        self, kind: str, left: ast.AST, right: ast.AST, others: Mapping[str, Iterable[str]]
    ) -> Iterator[Edit]:
        start, end = self.end(left), self.start(right)
        gap = re.sub(rb"#.*", lambda found: b" " * len(found[0]), self.content[start:end])
        found = re.search(rb"[^\s()\\]+", gap)
        if found and (operator := found[0].decode()) in others:
            for other in others[operator]:
                yield kind, start + found.start(), start + found.end(), other

    def _instead(self, node: ast.AST) -> Iterator[tuple[str, str]]:
        """What could stand in place of a node: a kind and the code."""
        match node:
            case ast.BinOp(left=left, right=right):
                yield "term left out", f"({self.code(left)})"
                yield "term left out", f"({self.code(right)})"
            case ast.BoolOp(values=values):
                for one in values:
                    yield "term left out", f"({self.code(one)})"
            case ast.UnaryOp(operand=operand):
                yield "sign or not left out", f"({self.code(operand)})"
            case ast.IfExp(test=test, body=body, orelse=orelse):
                yield "branch", f"({self.code(body)})"
                yield "branch", f"({self.code(orelse)})"
                yield "branch", f"({self.code(orelse)} if {self.code(test)} else {self.code(body)})"
            case ast.AugAssign() | ast.Expr():
                yield "statement left out", "pass"
            case ast.Return(value=value) if value is not None:
                for new in ("0.0", "1.0", f"-({self.code(value)})", f"2.0 * ({self.code(value)})"):
                    yield "result", f"return {new}"
            case ast.Call(func=function, args=arguments):
                if self.code(function).rpartition(".")[2] in {*OTHER_FUNCTIONS, "int", "abs"}:
                    for one in arguments:
                        yield "function left out", f"({self.code(one)})"
            case ast.Constant(value=bool() as value):
                yield "constant", str(not value)
            case ast.Constant(value=int() | float() as value):
                for number in (0.0, 1.0, value + 1, value - 1, value * 2, value * 1.01):
                    yield "constant", repr(type(value)(number))
            case ast.Attribute(value=ast.Name(id=words), attr=name) if words in WORDS:
                for other in WORDS[words]:
                    if other != name:
                        yield "constant", f"{words}.{other}"
            case ast.Attribute(attr=name) if _is_parameter(node):
                for other in self._mistaken(name):
                    yield "parameter", f"p.{other}"
                yield "sign", f"(-p.{name})"
            case ast.Name(id=name, ctx=ast.Load()) if name.isupper() and len(name) > 1:
                yield "constant", f"(1.01 * {name})"
                yield "constant", f"({name} + 1)"
            case ast.Name(id=name, ctx=ast.Load()) if name in self.types:
                for other, type_ in self.types.items():
                    if other != name and type_ == self.types[name] and self.since[other] < node.lineno:
                        yield "argument", other
                if self.types[name] == "bool":
                    yield "sign", f"(not {name})"
                else:
                    yield "sign", f"(-{name})"
                    yield "argument off by one", f"({name} + 1)"
        if node in self.tests:
            yield "branch", f"(not ({self.code(node)}))"
            yield "branch", "True"
            yield "branch", "False"

    def _mistaken(self, name: str) -> list[str]:
        """Parameters that one could be mistaken for: of the same section and unit, and all that the rule reads."""
        mine = PARAMETERS.get(name)
        near = {
            other.name
            for other in PARAMETERS.values()
            if mine is not None and (other.section, other.unit) == (mine.section, mine.unit)
        }
        return sorted((near | self.parameters) - {name})


def _is_parameter(node: ast.Attribute) -> bool:
    return isinstance(node.value, ast.Name) and node.value.id == "p"
