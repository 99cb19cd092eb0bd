"""One name, one meaning: a class or a constant of one name stands in one module, or means the same wherever it stands."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

SAME_IDEA = {
    "ACROSS": "how many panels or columns stand beside one another, in each file of figures or tables",
    "MOST_COLUMNS": "how many columns a figure shows, in each file of figures",
    "MOST_ROWS": "how many rows a figure or a list on a page shows, in each file of figures or tables",
    "Residents": "the table of residents: its columns as declared, its arrays, and the agents that look at its rows",
}
"""Names that several modules define with values of their own, and what they mean in all of them."""


def defined(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Public classes, constants and names of types at a module's left margin, with what they are."""
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            yield node.name, ast.unparse(node)
        if not isinstance(node, ast.Assign | ast.AnnAssign) or node.value is None:
            continue
        for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
            pairs = [(target, node.value)]
            if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
                pairs = list(zip(target.elts, node.value.elts, strict=True))
            for name, value in pairs:
                if isinstance(name, ast.Name):
                    yield name.id, ast.unparse(value)


def several(sources: Mapping[str, str]) -> dict[str, list[str]]:
    """The modules of every public name in capitals that has more than one meaning. sources: texts by module."""
    modules: dict[str, list[str]] = defaultdict(list)
    meanings: dict[str, set[str]] = defaultdict(set)
    for module, text in sources.items():
        for name, meaning in defined(ast.parse(text)):
            if name[0].isupper():
                modules[name].append(module)
                meanings[name].add(meaning)
    return {name: modules[name] for name, known in meanings.items() if len(known) > 1}


def test_a_name_has_one_meaning() -> None:
    files = sorted((ROOT / "sim").rglob("*.py"))
    found = several({file.relative_to(ROOT).as_posix(): file.read_text(encoding="utf-8") for file in files})
    others = {name: modules for name, modules in found.items() if name not in SAME_IDEA}
    assert others == {}, "give each a name that says what it is (MOST_RUNS_OF_CHUNK, MOST_RUNS_OF_DESIGN)"
    assert SAME_IDEA.keys() <= found.keys(), "an exception that is none any more"


def test_names_with_several_meanings_are_found() -> None:
    twice = {
        "a": "MOST_RUNS = 24\nSAME = 1",
        "b": "WIDTH, MOST_RUNS = 2, 1_000_000\nSAME: int = 1\n_OWN = 3",
        "c": "_OWN = 4",
    }
    assert several(twice) == {"MOST_RUNS": ["a", "b"]}
    assert list(several({"a": "class Measure: x = 1", "b": "class Measure: y = 1"})) == ["Measure"]
    assert list(several({"a": "Key = str", "b": "class Key: pass"})) == ["Key"]
