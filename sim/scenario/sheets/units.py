"""The units of a table: in a heading, in a line above it, or behind a number."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal

PEOPLE, MONEY, SHARE, COUNT, PLAIN = "people", "money", "share", "count", "plain"
"""What a column counts."""
TEN_THOUSAND = Decimal(10_000)

_FOOTNOTE = re.compile("[\u00b9\u00b2\u00b3\u2070-\u207f\u2460-\u24ff*†‡§]|[\\[［][0-9０-９]+[\\]］]")
_BETWEEN = re.compile("[\\s_\\-.,'\"·:、。()\\[\\]]+")
_PARTS = re.compile("[,;、\\s]+")


def unmarked(text: str) -> str:
    """Text without footnote marks, in half width."""
    return unicodedata.normalize("NFKC", _FOOTNOTE.sub("", text)).strip()


def plain(text: str) -> str:
    """Text without what differs between keyboards and tables: capitals, full width, spaces, footnote marks."""
    return _BETWEEN.sub("", unmarked(text).casefold())


@dataclass(frozen=True)
class Unit:
    """kind: what it is a unit of; factor: how many of the model's unit one is; period: "month", "year" or "" where not said."""

    kind: str
    factor: Decimal
    period: str = ""
    said: str = ""


_PEOPLE = {
    "人": 1, "名": 1, "位": 1, "口": 1, "persons": 1, "person": 1, "people": 1, "residents": 1, "inhabitants": 1, "千人": 1000,
    "thousand": 1000, "thousands": 1000, "thousandpeople": 1000, "thousandpersons": 1000, "thousandresidents": 1000,
    "1000people": 1000, "1000persons": 1000, "000": 1000, "万": 10000, "万人": 10000, "tenthousand": 10000,
    "tenthousandpeople": 10000, "tenthousandpersons": 10000, "10000people": 10000, "10000persons": 10000, "10000": 10000,
    "million": 1_000_000, "millionpeople": 1_000_000, "百万人": 1_000_000,
}  # fmt: skip
_MONEY = {"元": 1, "块": 1, "人民币元": 1, "yuan": 1, "rmb": 1, "cny": 1, "¥": 1, "千元": 1000, "万元": 10000, "万": 10000,
          "thousandyuan": 1000, "1000yuan": 1000, "tenthousandyuan": 10000, "10000yuan": 10000}  # fmt: skip
_COUNT = {"个": 1, "岗": 1, "posts": 1, "post": 1, "number": 1, "名额": 1}
_SHARE = {"%": Decimal("0.01"), "百分比": Decimal("0.01"), "percent": Decimal("0.01"), "percentage": Decimal("0.01")}
_PERIOD = re.compile(
    "^(?P<money>.*?)(?:/|每|per|a|每人|人均)?(?:人|名)?(?:/|每)?(?P<period>月|month|monthly|mo|年|year|yearly|annum|annual)(?:/?人)?$"
)


def unit_of(text: str) -> Unit | None:
    """The unit that a text is, or None."""
    word = plain(text)
    for kind, known in ((PEOPLE, _PEOPLE), (MONEY, _MONEY), (COUNT, _COUNT), (SHARE, _SHARE)):
        if word in known:
            return Unit(kind, Decimal(known[word]), said=text.strip())
    if (found := _PERIOD.match(word)) and found["money"] in _MONEY:
        period = "year" if found["period"] in {"年", "year", "yearly", "annum", "annual"} else "month"
        return Unit(MONEY, Decimal(_MONEY[found["money"]]), period, text.strip())
    return None


def units_in(text: str) -> list[Unit]:
    """The units that a text lists, such as "人、万元"; none where one of its parts is no unit."""
    if whole := unit_of(text):
        return [whole]
    parts = [part for part in _PARTS.split(unicodedata.normalize("NFKC", text).strip()) if part]
    found = [unit for part in parts if (unit := unit_of(part))]
    return found if len(found) == len(parts) else []


_LINE = re.compile("^.*?(?:单位|\\bunits?)\\s*:\\s*(?P<units>.+?)[)\\].。]*$", re.IGNORECASE)


def units_of_line(text: str) -> list[Unit] | None:
    """The units that a line above a table declares ("单位：人、万元"), or None where it declares none."""
    found = _LINE.match(unicodedata.normalize("NFKC", text).strip())
    if not found:
        return None
    return units_in(found["units"]) or [unit for part in _PARTS.split(found["units"]) if (unit := unit_of(part))]
