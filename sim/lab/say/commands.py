"""Commands that a sentence asks a person to repeat, written as their terminal takes them."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from collections.abc import Iterable


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
