"""Numbers as people write them in cells: 8.5万, 85,000, ４０％, 3,500元/月. What is no number is refused, never guessed."""

from __future__ import annotations

import datetime
import math
import re
import unicodedata
from decimal import Decimal

from sim.scenario.read import number_meant
from sim.scenario.sheets.cells import SheetCell
from sim.scenario.sheets.units import COUNT, MONEY, PEOPLE, SHARE, Unit, plain, unit_of

_UNKNOWN = frozenset(
    ["", "/", "\\", "-", "--", "---", "–", "—", "——", "―", "…", "...", "......", "n/a", "na", "#n/a", "nan", "null", "?",
     "无数据", "不详", "未知", "暂无", "暂缺", "缺", "缺失", "未统计", "unknown", "missing", "notknown", "nodata"]
)  # fmt: skip
_FOOTNOTE = re.compile("[\u00b9\u00b2\u00b3\u2070-\u207f\u2460-\u24ff*†‡§]+$|[\\[［][0-9０-９]+[\\]］]$")
_NUMBER = re.compile("(?P<number>[-+]?[0-9][0-9,. ']*)\\s*(?P<rest>[^0-9].*)?", re.DOTALL)
_RANGE = re.compile(
    "[^0-9]*([0-9][0-9,.]*)[^0-9]*?\\s*(?:-|–|—|~|～|至|到|to)\\s*([0-9][0-9,.]*)[^0-9]*", re.IGNORECASE
)
_KINDS = {COUNT: (COUNT, PEOPLE)}
"""Which units a number of a kind may have, where it is more than its own: posts may be counted as people."""


def is_unknown(value: object) -> bool:
    """Whether a cell says that its value is not known: empty, a dash, a stroke. Never zero."""
    if value is None:
        return True
    text = unicodedata.normalize("NFKC", value).strip().casefold() if isinstance(value, str) else None
    return text is not None and (text in _UNKNOWN or "".join(text.split()) in _UNKNOWN)


def is_number(value: object) -> bool:
    """Whether a cell holds what can be read as a number."""
    if isinstance(value, bool):
        return False
    if isinstance(value, int | float):
        return True
    if not isinstance(value, str):
        return False
    found = _NUMBER.fullmatch(_cleaned(value))
    if not found:
        return False
    rest = (found["rest"] or "").strip()
    return not rest or unit_of(rest) is not None or rest in {"‰"}


def _cleaned(value: str) -> str:
    return unicodedata.normalize("NFKC", _FOOTNOTE.sub("", value.strip())).strip()


def refuse_uncounted(cell: SheetCell) -> None:
    """Raise Mistake where a cell holds a formula without its value."""
    if (cell.row, cell.column) in cell.sheet.uncounted:
        raise cell.mistake(
            "holds a formula whose value is not stored; open the file in a spreadsheet and save it",
            "含公式但未保存计算结果；请用电子表格软件打开并保存",
        )


def number_of(cell: SheetCell, kind: str, unit: Unit | None = None) -> tuple[Decimal, Unit | None]:
    """The number of a cell in the model's units, and the unit in which it was said: its own, else that of its column.
    Raises Mistake."""
    value = cell.value
    refuse_uncounted(cell)
    if isinstance(value, bool | datetime.date | datetime.time | datetime.timedelta):
        raise cell.mistake(
            f"must be a number, not {cell.shown()}; spreadsheets turn text such as 3-4 into dates",
            f"须为数字，而非 {cell.shown()}；电子表格会把 3-4 之类的文本变成日期",
        )
    if isinstance(value, int | float) and math.isfinite(value):
        if kind == SHARE and unit is not None and unit.factor < 1 and 0 < value <= 1:
            raise cell.mistake(
                f"is {cell.shown()} in a column of per cent, which may mean {value:g} % or {value:.0%}; write it as text, such as '{value:.0%}'",
                f"列单位为百分比，{cell.shown()} 可能指 {value:g}% 或 {value:.0%}；请写成文本，如 '{value:.0%}'",
            )
        return Decimal(repr(value)) * (unit.factor if unit else 1), unit
    text = _cleaned(str(value))
    if text.startswith("¥"):
        text = text[1:].strip()
    if span := _RANGE.fullmatch(text):
        raise _range(cell, span, kind)
    found = _NUMBER.fullmatch(text)
    number = number_meant(found["number"].strip()) if found else ""
    own = None
    if found and (rest := (found["rest"] or "").strip()):
        own = _own_unit(rest, kind)
        if own is None:
            number = ""
    if not number:
        near = number_meant(found["number"].strip()) if found else ""
        example = (f" such as {near}", f"，如 {near}") if near else ("", "")
        raise cell.mistake(
            f"must be a number, not {cell.shown()}; write the number alone{example[0]}, or leave the cell empty where it is not known",
            f"须为数字，而非 {cell.shown()}；请只写数字{example[1]}，未知则留空",
        )
    said = own or unit
    if own and unit and own.factor == 1 and kind == MONEY and not own.period:
        said = Unit(MONEY, own.factor, unit.period, own.said)
    return Decimal(number) * (said.factor if said else 1), said


def _own_unit(rest: str, kind: str) -> Unit | None:
    if kind in {PEOPLE, COUNT} and plain(rest) in {"万", "千"}:
        return Unit(PEOPLE, Decimal(10_000 if plain(rest) == "万" else 1000), said=rest)
    if kind == MONEY and plain(rest) == "万":
        return Unit(MONEY, Decimal(10_000), said=rest)
    found = unit_of(rest)
    return found if found and found.kind in _KINDS.get(kind, (kind,)) else None


def _range(cell: SheetCell, span: re.Match[str], kind: str) -> Exception:
    low, high = (number_meant(one.rstrip(",.")) for one in span.groups())
    en = zh = ""
    if low and high:
        middle = (Decimal(low) + Decimal(high)) / 2
        en, zh = f", such as the middle, {middle.normalize():f}", f"，如中间值 {middle.normalize():f}"
        if kind in {PEOPLE, COUNT} and middle % 1:  # of whole things there is no half
            en, zh = f", such as {int(middle)} or {int(middle) + 1}", f"，如 {int(middle)} 或 {int(middle) + 1}"
    return cell.mistake(f"{cell.shown()} is a range; write one number{en}", f"{cell.shown()} 是区间；请写一个数字{zh}")


def whole(number: Decimal, unit: Unit | None) -> int | float:
    """The number as the city's file says it. People in thousands or ten thousands are rounded to one."""
    if unit is not None and unit.kind == PEOPLE and unit.factor > 1:
        number = number.to_integral_value()
    return int(number) if number == number.to_integral_value() else float(number)
