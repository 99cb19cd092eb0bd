"""Puts what a benchmark found into README.md beside it, where docs/trace.md reads it."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

README = Path(__file__).with_name("README.md")


def put_block(first_word: str, lines: list[str]) -> None:
    """Lines into the one block of code that begins with this word."""
    made = "".join(f"{line.rstrip()}\n" for line in lines)
    _put(rf"^```\n{re.escape(first_word)}\b[^`]*^```\n", lambda _: f"```\n{made}```\n", f"block '{first_word}'")


def put_cells(column: str, cells: Mapping[str, str | Callable[[str], str]]) -> None:
    """Cells into a column, named before its bracket, of the table of the fit: each into the row that begins so, as it stands or
    made from what stands there."""

    def renewed(table: re.Match[str]) -> str:
        lines = [line.split("|") for line in table[0].splitlines()]
        at = next(i for i, head in enumerate(lines[0]) if head.startswith(f" {column} ("))
        for row, made in cells.items():
            (line,) = (line for line in lines if line[1].startswith(f" {row}"))
            line[at] = f" {made if isinstance(made, str) else made(line[at].strip())} "
        return "".join(f"{'|'.join(line)}\n" for line in lines)

    _put(rf"^\| \|(?:.*\|)? {re.escape(column)} \(.*\n(?:\|.*\n)+", renewed, f"column '{column}'")


def _put(pattern: str, made: Callable[[re.Match[str]], str], what: str) -> None:
    text = README.read_text(encoding="utf-8")
    if len(re.findall(pattern, text, re.MULTILINE)) != 1:
        sys.exit(f"{README.name} has not one {what}")
    README.write_text(re.sub(pattern, made, text, flags=re.MULTILINE), encoding="utf-8", newline="\n")
