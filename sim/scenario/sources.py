"""What the value of a parameter or lever rests on: its kind of evidence, and the source in words, in both languages."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from sim.language import Text


class Evidence(Enum):
    """The kinds of evidence, each with its name; from the paper's own figures to none at all."""

    PAPER = Text("the paper", "论文")
    LITERATURE = Text("other literature", "其他文献")
    LAW = Text("law or calendar", "法规或日历")
    ARITHMETIC = Text("arithmetic", "算术")
    CALIBRATED = Text("fitted to the paper's figures", "按论文数字拟合")
    VALUE_ASSUMED = Text("the paper, with an assumed value", "论文机制，取值为假设")
    ASSUMPTION = Text("assumption", "假设")

    def __str__(self) -> str:
        return str(self.value)


VALUE_ASSUMED = Evidence.VALUE_ASSUMED


@dataclass(frozen=True)
class Source:
    """A kind of evidence and what it is in words; as a string, the words in the language in force."""

    kind: Evidence
    words: Text

    def __str__(self) -> str:
        return str(self.words)


def paper(en: str, zh: str = "", kind: Evidence = Evidence.PAPER) -> Source:
    """A section of Zhang, Kan & Wang (doi 10.70693/rwsk.v1i8.1271) and what it says; `zh` where that is more than the section.
    kind: VALUE_ASSUMED where the paper describes the mechanism and gives no size."""
    is_assumed = kind is Evidence.VALUE_ASSUMED
    words = Text(f"paper {en}", f"论文{zh or en}")
    return Source(kind, Text(f"{words.en}; value assumed", f"{words.zh}；取值为假设") if is_assumed else words)


def literature(en: str, zh: str) -> Source:
    """A figure, or the sign and the order of size, of other literature."""
    return Source(Evidence.LITERATURE, Text(f"literature: {en}", f"文献：{zh}"))


def law(en: str, zh: str) -> Source:
    return Source(Evidence.LAW, Text(en, zh))


def arithmetic(en: str, zh: str) -> Source:
    return Source(Evidence.ARITHMETIC, Text(f"arithmetic: {en}", f"算术：{zh}"))


def calibrated(en: str, zh: str) -> Source:
    return Source(Evidence.CALIBRATED, Text(en, zh))


def assumption(en: str = "", zh: str = "") -> Source:
    """No evidence for the value; the words say what speaks for its form, sign or order of size, if anything."""
    words = Text(f"assumption; {en}", f"假设；{zh}") if en else Text("assumption", "假设")
    return Source(Evidence.ASSUMPTION, words)
