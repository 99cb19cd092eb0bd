"""What a person did wrong, in one sentence. The command line prints it and exits with code 2."""

from __future__ import annotations

import itertools
import os
import re
import unicodedata
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any

from sim.language import either, in_brackets, listed, tr


class Mistake(Exception):
    """Bad input: a sentence that names where, what is wrong, and what would be right, in the language in force.

    zh: "" where `en` is a sentence in that language already.
    """

    def __init__(self, en: str, zh: str = "") -> None:
        super().__init__(tr(en, zh or en))

    def _render_traceback_(self) -> list[str]:
        """What notebooks show in place of a traceback: the sentence alone."""
        return [f"{type(self).__name__}: {self}"]


MOST_FILES = 1000
"""Files of a folder among which one is sought that was meant."""
MOST_LISTED = 16
MOST_MEANT = 5
"""As many names as a sentence lists, and as many as it takes to be meant."""


def did_you_mean(word: object, known: Iterable[str], *, called: Mapping[str, str] | None = None) -> str:
    """ " (did you mean 'x'?)" where something known has the word as one of its parts, or is close to it; else "". called: what
    stands in the sentence for one that is called otherwise there."""
    names, plain = list(known), _plain(str(word))
    near = [name for name in names if _plain(name) == plain][:1]
    if not near and len(plain) > 2:
        near = [name for name in names if plain in re.split(r"[^\w]|_", _plain(name))]
    near = near or get_close_matches(str(word), names, n=1, cutoff=0.6)
    if not near:
        return ""
    shown, n_more = [f"'{(called or {}).get(name, name)}'" for name in near[:MOST_MEANT]], len(near) - MOST_MEANT
    said = (
        tr(f"{listed(shown)} or {n_more} more", f"{listed(shown)} 等 {len(near)} 个之一")
        if n_more > 0
        else either(shown)
    )
    return in_brackets(tr(f"did you mean {said}?", f"是否想写 {said}？"))


def file_near(path: str | os.PathLike[str], endings: Iterable[str], *, beside: str | os.PathLike[str] = "") -> str:
    """As `did_you_mean`, of a file that is not there: a file in its folder whose name is close, by names without their endings.

    beside: the folder that the path is relative to, which the sentence leaves out.
    """
    folder, name = os.path.split(os.fspath(path))
    stem, ending = os.path.splitext(name)
    wanted = tuple(endings)
    try:
        with os.scandir(os.path.join(beside, folder) or ".") as entries:
            there = [
                one.name
                for one in itertools.islice(entries, MOST_FILES)
                if one.name.isprintable() and one.name.lower().endswith(wanted)
            ]
    except (OSError, ValueError):
        return ""
    there.sort(key=lambda one: (one.lower().endswith(ending.lower()), one))  # of one stem, the one of the same ending
    called = {os.path.splitext(one)[0]: os.path.join(folder, one) for one in there}
    return did_you_mean(stem, called, called=called)


def _plain(text: str) -> str:
    """Without what a keyboard adds: capitals, full-width letters, spaces at the ends."""
    return unicodedata.normalize("NFKC", text).strip().casefold()


def shown(value: object) -> str:
    """A value as a sentence may name it: short text and numbers as they are, of anything larger its kind alone."""
    if value is not None and not isinstance(value, (str, bytes, int, float)):
        return type(value).__name__
    if isinstance(value, int) and value.bit_length() > 200:  # Python writes out no number of thousands of digits
        return tr("a number of more than 60 digits", "60 位以上的数")
    text = " ".join(repr(value).split())
    return f"{text[:60]}…" if len(text) > 60 else text


def other_kind(en: str, zh: str, given: object) -> Mistake:
    """The sentence for an object of another kind than is wanted: "seeds must be a list of whole numbers, not 20"."""
    return Mistake(f"{en}, not {shown(given)}", f"{zh}，而非 {shown(given)}")


def one_of(name: object, known: Iterable[str], en: str, zh: str, *, at: str = "") -> str:
    """The name, if it is known. Raises Mistake: "there is no outcome 'coverag' (did you mean 'coverage'?)". at: where it was
    given, which the sentence begins with."""
    names = list(known)
    if isinstance(name, str) and name in names:
        return name
    guess = did_you_mean(name, names) if isinstance(name, str) else ""
    able = listed([*names[:MOST_LISTED], *(["..."] if len(names) > MOST_LISTED else [])])
    raise Mistake(
        f"{at}{': ' if at else ''}there is no {en} {shown(name)}{guess}; there are {able}",
        f"{at}{'：' if at else ''}没有{zh} {shown(name)}{guess}；可用：{able}",
    )


def list_of(given: Any, en: str, zh: str) -> list[Any]:
    """What was given as a list. Raises Mistake for text, a path, a mapping or what is no list at all. en, zh: a sentence's
    beginning, such as "seeds must be a list of whole numbers"."""
    if isinstance(given, (str, bytes, os.PathLike, Mapping)) or not isinstance(given, Iterable):
        raise other_kind(en, zh, given)
    return list(given)
