"""What a person did wrong, in one sentence. The command line prints it and exits with code 2."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from sim.language import tr


class Mistake(Exception):
    """Bad input: a sentence that names where, what is wrong, and what would be right."""

    def _render_traceback_(self) -> list[str]:
        """What notebooks show in place of a traceback: the sentence alone."""
        return [f"{type(self).__name__}: {self}"]


def did_you_mean(word: object, known: Iterable[str]) -> str:
    """ " (did you mean 'x'?)" where something known is close to the word, else ""."""
    near = get_close_matches(str(word), list(known), n=1, cutoff=0.6)
    return tr(f" (did you mean '{near[0]}'?)", f"（是否想写 '{near[0]}'？）") if near else ""
