"""The two languages of everything a person reads: ``tr("English", "中文")`` gives the one in force."""

from __future__ import annotations

import locale
import os
from collections.abc import Iterable
from dataclasses import dataclass

LANGUAGES = ("en", "zh")
_current = "en"


def from_locale() -> str:
    """ "zh" where the machine's locale is Chinese, else "en"."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG", "LANGUAGE"):
        if value := os.environ.get(name):
            return "zh" if value.lower().startswith(("zh", "chinese")) else "en"
    try:
        value = locale.getlocale()[0] or ""  # Windows has no such variables
    except ValueError:
        value = ""
    return "zh" if value.lower().startswith(("zh", "chinese")) else "en"


def use(language: str) -> None:
    """Set the language in force: "en" or "zh"."""
    global _current
    if language not in LANGUAGES:
        raise ValueError(f"language must be one of {LANGUAGES}, not {language!r}")
    _current = language


def current() -> str:
    return _current


def tr(en: str, zh: str) -> str:
    """The text in the language in force."""
    return zh if _current == "zh" else en


@dataclass(frozen=True)
class Text:
    """A text in both languages; as a string, the one in force."""

    en: str
    zh: str

    def __str__(self) -> str:
        return tr(self.en, self.zh)

    def to_plain(self) -> dict[str, str]:
        return {"en": self.en, "zh": self.zh}


def within_sentence(text: Text) -> str:
    """A text that begins with a capital, such as a label, as it reads within a sentence."""
    said = str(text)
    return said if said[:2].isupper() else said[:1].lower() + said[1:]


def listed(items: Iterable[object]) -> str:
    """Items one after another: "a, b, c", in Chinese "甲、乙、丙"."""
    return tr(", ", "、").join(map(str, items))


def listed_texts(items: Iterable[Text]) -> Text:
    """As `listed`, in both languages."""
    texts = list(items)
    return Text(", ".join(text.en for text in texts), "、".join(text.zh for text in texts))


def either(items: Iterable[object]) -> str:
    """Items of which one is meant: "a, b or c", in Chinese "甲、乙 或 丙"."""
    *others, last = map(str, items)
    return tr(" or ", " 或 ").join([listed(others), last] if others else [last])


def in_turn(items: Iterable[object]) -> str:
    """Clauses one after another: "a; b", in Chinese "甲；乙"."""
    return tr("; ", "；").join(map(str, items))


def one_by_one(sentences: Iterable[object]) -> str:
    """Sentences without their full stops, one after another: "a. b", in Chinese "甲。乙"."""
    return tr(". ", "。").join(map(str, sentences))


def run_on(sentences: Iterable[object]) -> str:
    """Whole sentences, one after another: "A. B.", in Chinese "甲。乙。"; empty ones are left out."""
    return tr(" ", "").join(filter(None, map(str, sentences)))


def labelled(name: object, said: object) -> str:
    """What is said of a name: "a: b", in Chinese "甲：乙"."""
    return tr(f"{name}: {said}", f"{name}：{said}")


def in_brackets(item: object) -> str:
    """What follows a word in brackets, with the space that English wants before them: " (a)", in Chinese "（甲）"."""
    return tr(f" ({item})", f"（{item}）")


def spaced(word: object) -> str:
    """A word after a Chinese character: a space before Latin letters, digits and quotes, none before Chinese."""
    said = str(word)
    return f" {said}" if said[:1].isascii() else said


def text_in_brackets(text: Text, item: Text) -> Text:
    """A text and what follows it in brackets, in both languages."""
    return Text(f"{text.en} ({item.en})", f"{text.zh}（{item.zh}）")


def counted(n: int, thing: str, things: str = "") -> str:
    """A number and what it counts, in English: "1 run", "1,200 runs"; `things` where the plural is not the word and an s."""
    return f"{n:,} {thing if n == 1 else things or thing + 's'}"
