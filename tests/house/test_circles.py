"""No circle of imports, and none dodged: inside a function stands only what is heavy, so that a command starts fast."""

from __future__ import annotations

import ast
import functools
import sys
from collections.abc import Iterator, Mapping, Set

from test_house import FILES, tree

FOR_TYPES_ONLY = [
    {
        "sim.agents",
        "sim.agents.attributes",
        "sim.agents.network",
        "sim.agents.people",
        "sim.agents.places",
        "sim.agents.records",
        "sim.agents.registry",
        "sim.model",
    },  # agents name their model and one another
    {"sim.lab.comparison", "sim.lab.sums.paper", "sim.lab.sums.summaries"},
]
"""Circles that only type checkers go round."""
AT_ONCE, LATER, TYPES = "at once", "in a function", "for types"


@functools.cache
def imported(module: str) -> frozenset[tuple[str, str]]:
    """What a module imports and when."""
    return frozenset(_imported(tree(module), AT_ONCE))


def _imported(node: ast.AST, when: str) -> Iterator[tuple[str, str]]:
    for inner in ast.iter_child_nodes(node):
        if isinstance(inner, ast.Import):
            yield from ((alias.name, when) for alias in inner.names)
        elif isinstance(inner, ast.ImportFrom):
            for alias in inner.names:
                name = f"{inner.module}.{alias.name}"
                yield name if name in FILES else str(inner.module), when
        elif isinstance(inner, ast.If) and ast.unparse(inner.test) == "TYPE_CHECKING":
            yield from _imported(inner, TYPES)
        else:
            is_function = isinstance(inner, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda))
            yield from _imported(inner, LATER if is_function else when)


def graph(*kinds: str) -> dict[str, set[str]]:
    """Our modules, and which of ours each imports."""
    return {module: {name for name, when in imported(module) if when in kinds and name in FILES} for module in FILES}


def reached(start: str, edges: Mapping[str, Set[str]]) -> set[str]:
    found: set[str] = set()
    ahead = set(edges[start])
    while ahead:
        found |= ahead
        ahead = {further for name in ahead for further in edges[name]} - found
    return found


def circles(edges: Mapping[str, Set[str]]) -> list[set[str]]:
    from_here = {module: reached(module, edges) for module in edges}
    found = {
        frozenset(other for other in reach if module in from_here[other])
        for module, reach in from_here.items()
        if module in reach
    }
    return [set(circle) for circle in sorted(found, key=min)]


def test_circles_are_found() -> None:
    edges: dict[str, Set[str]] = {"a": {"b"}, "b": {"c"}, "c": {"b", "d"}, "d": set(), "e": {"a", "e"}}
    assert circles(edges) == [{"b", "c"}, {"e"}]
    text = "import sim\nif TYPE_CHECKING:\n    from sim import lab\ndef f():\n    import sim.words"
    assert [*_imported(ast.parse(text), AT_ONCE)] == [
        ("sim", AT_ONCE),
        ("sim.lab", TYPES),
        ("sim.words", LATER),
    ]


def test_no_circle_at_run_time() -> None:
    """Neither when modules are loaded nor when functions run: an import inside a function is no way round a circle."""
    assert circles(graph(AT_ONCE, LATER)) == []


def test_circles_for_types_are_listed() -> None:
    assert circles(graph(AT_ONCE, LATER, TYPES)) == FOR_TYPES_ONLY


def heavy(module: str) -> set[str]:
    """Packages of others that come with a module; numba with what is compiled."""
    names = set()
    for one in {module} | reached(module, graph(AT_ONCE)):
        names |= {name.split(".")[0] for name, when in imported(one) if when == AT_ONCE}
        marks = {mark.id for node in tree(one).body if isinstance(node, ast.FunctionDef) for mark in node.decorator_list if isinstance(mark, ast.Name)}  # fmt: skip
        names |= {"numba"} if marks & {"rule", "hot_rule", "kernel", "entry"} else set()
    return names - {"sim", *sys.stdlib_module_names}


def test_only_what_is_heavy_is_imported_inside_a_function() -> None:
    """But for the command line, where each command brings what it needs when it runs, so that help is there at once."""
    later = sorted({(m, name) for m in FILES for name, when in imported(m) if when == LATER and name in FILES})
    assert len(later) > 20
    needless = [
        f"{module}: import {name} at the top: it brings nothing heavy that is not there already"
        for module, name in later
        if not module.startswith("sim.cli") and not heavy(name) - heavy(module)
    ]
    assert not needless, "\n".join(needless)
