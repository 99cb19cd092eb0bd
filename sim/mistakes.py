"""What a person did wrong, in one sentence. The command line prints it and exits with code 2."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from difflib import get_close_matches

from sim.language import tr


class Mistake(Exception):
    """Bad input: a sentence that names where, what is wrong, and what would be right."""

    def _render_traceback_(self) -> list[str]:
        """What notebooks show in place of a traceback: the sentence alone."""
        return [f"{type(self).__name__}: {self}"]


MOST_MEANT = 5
"""As many names as a sentence lists."""


def did_you_mean(word: object, known: Iterable[str]) -> str:
    """ " (did you mean 'x'?)" where something known has the word as one of its parts, or is close to it; else ""."""
    names, plain = list(known), _plain(str(word))
    near = [name for name in names if _plain(name) == plain][:1]
    if not near and len(plain) > 2:
        near = [name for name in names if plain in re.split(r"[^\w]|_", _plain(name))]
    near = near or get_close_matches(str(word), names, n=1, cutoff=0.6)
    if not near:
        return ""
    shown, n_more = [f"'{name}'" for name in near[:MOST_MEANT]], len(near) - MOST_MEANT
    en = (
        f"{', '.join(shown)} or {n_more} more"
        if n_more > 0
        else " or ".join(filter(None, (", ".join(shown[:-1]), shown[-1])))
    )
    zh = (
        f"{'、'.join(shown)} 等 {len(near)} 个之一"
        if n_more > 0
        else " 或 ".join(filter(None, ("、".join(shown[:-1]), shown[-1])))
    )
    return tr(f" (did you mean {en}?)", f"（是否想写 {zh}？）")


def _plain(text: str) -> str:
    """Without what a keyboard adds: capitals, full-width letters, spaces at the ends."""
    return unicodedata.normalize("NFKC", text).strip().casefold()
