"""Commands that a sentence asks a person to repeat, written as their terminal takes them."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from collections.abc import Iterable
from typing import Any

MOST_WRITTEN = 20
"""Of a longer list, the rest is left out of a call."""


def command_line(words: Iterable[str]) -> str:
    """The words as one command line, quoted for the shell of this machine: that of Windows, or one of POSIX."""
    listed = list(words)
    if os.name != "nt":
        return shlex.join(listed)
    return " ".join(_for_windows(word) for word in listed)


def _for_windows(word: str) -> str:
    quoted = subprocess.list2cmdline([word])
    if quoted != word or not re.search(r"[&|<>^(),;=!'`{}\[\]]", word):
        return quoted
    # It quotes spaces only; these would end the word, or the command, all the same.
    backslashes = len(word) - len(word.rstrip("\\"))
    return f'"{word}{backslashes * chr(92)}"'


def python_call(function: str, *given: Any, **named: Any) -> str:
    """A call of the public door as one would write it; what is left out or empty is not said, and long lists are cut short."""
    words = [_python(one) for one in given]
    words += [
        f"{name}={_python(one)}" for name, one in named.items() if one is not None and not (_is_list(one) and not one)
    ]
    return f"sim.{function}({', '.join(words)})"


def _is_list(one: Any) -> bool:
    return isinstance(one, (list, tuple))


def _python(one: Any) -> str:
    if isinstance(one, os.PathLike):
        return repr(os.fspath(one))
    if _is_list(one):
        return f"[{', '.join(map(_python, one[:MOST_WRITTEN]))}{', ...' if len(one) > MOST_WRITTEN else ''}]"
    return (
        repr(one) if isinstance(one, (str, int, float, range)) else f"<{type(one).__name__} {getattr(one, 'name', '')}>"
    )
