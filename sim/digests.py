"""Digests of Python sources by what they do: comments, docstrings, evidence and what a person reads are left out.

So a word mended in a comment or in a label of a parameter makes no run another model's, and the digest is the same under
every version of Python.
"""

from __future__ import annotations

import ast
import hashlib
import re
from typing import Any

_FOR_READERS = re.compile(r"[^\x00-\x7f]|[A-Za-z].* | .*[A-Za-z]|[A-Z][a-z]+\Z")
"""Text for a person has words with spaces between them, a capital letter in front, or Chinese; a name of the code has none."""

DECLARES, EVIDENCE_AT = "quantity", 4
"""How `sim.scenario.parameters` declares a number, and which argument says what its value rests on: no run depends on that."""

_SAME = {"ctx", "kind", "type_comment", "type_params"}
"""Fields of the tree that say nothing, or that not every version of Python has."""


def code_digest(*sources: str | ast.AST, with_texts: bool = False) -> str:
    """64 hex digits over what Python sources (or parts of them, parsed) do; with_texts: texts for readers count as well."""
    trees = (ast.parse(source) if isinstance(source, str) else source for source in sources)
    return hashlib.sha256("\n".join(_told(tree, with_texts) for tree in trees).encode()).hexdigest()


def is_for_readers(node: ast.AST) -> bool:
    """Whether it is text that a person reads and the model does not: a label, a sentence, a docstring."""
    if isinstance(node, ast.JoinedStr):
        return any(is_for_readers(part) for part in node.values)
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and bool(_FOR_READERS.search(node.value))


def _told(node: Any, with_texts: bool) -> str:
    if isinstance(node, list):
        return f"[{' '.join(filter(None, (_told(one, with_texts) for one in node)))}]"
    if not isinstance(node, ast.AST):
        return repr(node)
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return ""
    if not with_texts and is_for_readers(node):
        return "text"
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == DECLARES:
        node = ast.Call(node.func, [*node.args[:EVIDENCE_AT], *node.args[EVIDENCE_AT + 1 :]], node.keywords)
    fields = (_told(getattr(node, name, None), with_texts) for name in node._fields if name not in _SAME)
    return f"{type(node).__name__}({','.join(fields)})"
