"""What a campaign counted: told, and kept in verification/results/."""

from __future__ import annotations

import platform
import shlex
import sqlite3
import sys
from collections import Counter
from collections.abc import Iterable, Mapping
from importlib.metadata import version
from pathlib import Path

RESULTS = Path(__file__).parent / "results"


def command() -> str:
    """As it was given."""
    return shlex.join(["python", f"verification/{Path(sys.argv[0]).name}", *sys.argv[1:]])


def versions(*packages: str) -> str:
    """Of Python and these packages, with the system."""
    named = [f"Python {platform.python_version()}", *(f"{name} {version(name)}" for name in packages)]
    return f"{', '.join(named)}, SQLite {sqlite3.sqlite_version}, {platform.system()} {platform.machine()}"


def as_table(first: str, counts: Mapping[str, Counter[str]], outcomes: Iterable[str]) -> str:
    """A row each of `counts`, whose names stand under `first`."""
    columns = list(outcomes)
    lines = [f"| {' | '.join([first, *columns])} |", f"|---|{'---:|' * len(columns)}"]
    lines += [f"| {' | '.join([name, *(f'{found[one]:,}' for one in columns)])} |" for name, found in counts.items()]
    return "\n".join(lines)


def keep(name: str, title: str, *paragraphs: str) -> None:
    """As results/NAME.md, and on the screen."""
    text = "\n\n".join([f"# {title}", *paragraphs]) + "\n"
    print(text)
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / f"{name}.md").write_text(text, encoding="utf-8", newline="\n")
