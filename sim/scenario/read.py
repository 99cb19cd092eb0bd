"""Take values out of nodes: the right type, within its range, or one sentence."""

from __future__ import annotations

import datetime
import re
import unicodedata
from collections.abc import Collection
from dataclasses import replace
from typing import TYPE_CHECKING

from sim.mistakes import did_you_mean
from sim.scenario.units import unit_zh
from sim.scenario.yaml_mistakes import Said, comma_slip, slip
from sim.scenario.yaml_reader import Node, one_line

if TYPE_CHECKING:
    from sim.scenario.parameters import Quantity

_MONTH = re.compile(r"(\d{4})-(\d{2})")
_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})")


FORMULA_MARKS = "=+-@＝＋－＠"  # what a spreadsheet takes for the beginning of a formula, in full width, too
_MISSING = frozenset(
    [
        "nan",
        "-nan",
        "NaN",
        "-NaN",
        "NAN",
        "null",
        "NULL",
        "Null",
        "None",
        "NA",
        "Na",
        "N/A",
        "n/a",
        "<NA>",
        "#N/A",
        "#NA",
        "#n/a",
        "1.#IND",
        "-1.#IND",
        "1.#QNAN",
        "-1.#QNAN",
    ]
)  # what readers of CSV (pandas, R, DuckDB) take for a missing value


def name_slip(name: str) -> Said | None:
    """Why a name would not come back from a table as it went in, or would run there as a formula; None where it is sound."""
    shown = one_line(name)
    if name != name.strip() or len(name.splitlines()) > 1 or "\t" in name:
        return (
            f"the name '{shown}' has spaces at its ends, or a tab or line break; choose another",
            f"名称 '{shown}' 首尾有空格，或含制表符或换行；请换一个",
        )
    if name.startswith(tuple(FORMULA_MARKS)):
        return (
            f"the name '{shown}' begins with '{name[0]}', so spreadsheets would run it as a formula; choose another",
            f"名称 '{shown}' 以 '{name[0]}' 开头，电子表格会把它当作公式；请换一个",
        )
    if name in _MISSING:
        return (
            f"the name '{shown}' would be read back from tables as a missing value; choose another",
            f"名称 '{shown}' 从表格读回时会变成缺失值；请换一个",
        )
    return None


def names(node: Node) -> dict[str, Node]:
    """A mapping whose keys are names of the user's own that stand in tables: of towns, groups, variants."""
    found = mapping(node)
    for name, named in found.items():
        check_name(name, named)
    return found


def check_name(name: str, node: Node) -> str:
    """The name, if it may stand in tables; `node` is where it is said."""
    if said := name_slip(name):
        raise node.mistake(*said)
    return name


def mapping(node: Node, known: Collection[str] | None = None, elsewhere: Collection[str] = ()) -> dict[str, Node]:
    """A mapping; unknown keys are refused where the known ones are given. elsewhere: keys of other places, such as
    "levers.pay", that may have been meant."""
    if not isinstance(node.value, dict):
        node.refuse_slip()
        raise node.mistake(
            f"must be a mapping (key: value), not {node.shown()}", f"须为映射（键: 值），而非 {node.shown()}"
        )
    found: dict[str, Node] = node.value
    if known is not None:
        for key, value in found.items():
            if key not in known:
                if said := slip(key):
                    raise replace(node, line=value.line).mistake(
                        f"'{one_line(key)}' {said[0]}", f"'{one_line(key)}' {said[1]}"
                    )
                listed = ", ".join(known) if len(known) <= 16 else ""
                guess = meant(key, known, elsewhere)
                en = f"unknown key{guess}" + (f"; allowed: {listed}" if listed else "")
                zh = f"未知的键{guess}" + (f"；可用：{listed}" if listed else "")
                raise value.mistake(en, zh)
    return found


def meant(key: str, known: Collection[str], elsewhere: Collection[str]) -> str:
    """ " (did you mean 'levers.pay'?)": the very name in another place first, then what is close to it in any."""
    there = [path for path in elsewhere if path.endswith(f".{key}")]
    if there and key not in known:
        return did_you_mean(there[0], there)
    short = {path.rpartition(".")[2]: path for path in elsewhere}
    called = {name: path for name, path in short.items() if name not in known}
    return did_you_mean(key, [*known, *short], called=called)


def items(node: Node) -> list[Node]:
    """A list, or one value as a list of one."""
    found: list[Node] = node.value if isinstance(node.value, list) else [node]
    for item in found:
        if isinstance(item.value, str) and (said := comma_slip(item.value)) and not number_meant(item.value):
            raise item.mistake(f"{item.shown()} {said[0]}", f"{item.shown()} {said[1]}")
    return found


def need(parent: Node, key: str, example: str = "") -> Node:
    """A key that must be there. example: how it may be written."""
    found = parent.value.get(key)
    shown = (f"; e.g. {example}", f"；例如 {example}") if example else ("", "")
    if found is None:
        raise parent.mistake(f"the key '{key}' is missing{shown[0]}", f"缺少键 '{key}'{shown[1]}")
    if found.value is None:
        raise found.mistake(f"is empty; give a value{shown[0]}", f"没有值；请填写{shown[1]}")
    node: Node = found
    return node


def limit(value: float) -> str:
    """A limit as sentences name it: 5,000,000 and 0.0015, never 5e+06."""
    return f"{value:,.10f}".rstrip("0").rstrip(".")


def allowed(least: float, most: float, unit: str = "", *, is_whole: bool = False) -> tuple[str, str]:
    """What may be written, in English and Chinese: "1 to 100 (needs)", "a whole number from 1 to 100 (needs)"."""
    en, zh = f"{limit(least)} to {limit(most)}", f"{limit(least)} 至 {limit(most)}"
    if is_whole:
        en, zh = f"a whole number from {en}", f"{zh} 的整数"
    return (f"{en} ({unit})", f"{zh}（{unit_zh(unit)}）") if unit else (en, zh)


def value_of(node: Node, quantity: Quantity) -> float:
    """A value that a lever or parameter may have."""
    return number(node, quantity.least, quantity.most, quantity.unit, is_whole=quantity.is_whole)


_GROUPED = re.compile(r"-?[1-9][0-9]{0,2}(?:([,_ '.])[0-9]{3})(?:\1[0-9]{3})*(?:([.,])[0-9]+)?")


def number_meant(text: str) -> str:
    """A number that was written with marks between its thousands or with a decimal comma, as YAML wants it; "" where it
    is none, or may be read in two ways."""
    is_list = "，" in text and "," not in text  # a Chinese keyboard's comma parts thousands or items, never decimals
    text = re.sub(r"\s", " ", unicodedata.normalize("NFKC", text).strip())
    if found := _GROUPED.fullmatch(text):
        thousands, decimal = found.groups()
        if thousands == decimal or (thousands == "." and decimal is None and text.count(".") == 1):
            return ""
        whole, _, rest = text.partition(decimal) if decimal else (text, "", "")
        plain = whole.replace(thousands, "") + (f".{rest}" if rest else "")
    else:
        plain = text if is_list else re.sub(r"^(-?[0-9]+),([0-9]+)$", r"\1.\2", text)
    return plain if re.fullmatch(r"-?(0|[1-9][0-9]{0,14})(\.[0-9]{1,15})?", plain) else ""


def number(node: Node, least: float, most: float, unit: str = "", *, is_whole: bool = False) -> float:
    """A number within least..most, whole if it must be."""
    value = node.value
    wanted, wanted_zh = allowed(least, most, unit)
    if isinstance(value, str) and re.match(r"\s*[-+]?\d", unicodedata.normalize("NFKC", value)):
        plain = number_meant(value)
        example = f", {plain}" if plain else ""
        raise node.mistake(
            f"{node.shown()} is text; write the number alone{example} (allowed: {wanted})",
            f"{node.shown()} 是文本；请只写数字{example.replace(', ', ' ')}（可用：{wanted_zh}）",
        )
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise node.mistake(
            f"must be a number, {wanted}, not {node.shown()}", f"须为数字，{wanted_zh}，而非 {node.shown()}"
        )
    if not least <= value <= most:
        raise node.mistake(
            f"{node.shown()} is out of range; allowed: {wanted}", f"{node.shown()} 超出范围；可用：{wanted_zh}"
        )
    if is_whole and value != int(value):
        raise node.mistake(
            f"must be a whole number, not {node.shown()}; allowed: {wanted}",
            f"须为整数，而非 {node.shown()}；可用：{wanted_zh}",
        )
    return float(value)


def integer(node: Node, least: int, most: int) -> int:
    """A whole number within least..most."""
    return int(number(node, least, most, is_whole=True))


def boolean(node: Node) -> bool:
    """true or false."""
    if not isinstance(node.value, bool):
        raise node.mistake(f"must be true or false, not {node.shown()}", f"须为 true 或 false，而非 {node.shown()}")
    return node.value


def text(node: Node) -> str:
    """Text that is not empty."""
    if not isinstance(node.value, str) or not node.value.strip():
        raise node.mistake(f"must be text, not {node.shown()}", f"须为文本，而非 {node.shown()}")
    return " ".join(node.value.split())


def choice(node: Node, allowed: Collection[str]) -> str:
    """One of some words."""
    if node.value not in allowed:
        guess = did_you_mean(node.value, allowed)
        if len(allowed) == 1:
            (only,) = allowed
            raise node.mistake(f"must be {only}, not {node.shown()}{guess}", f"须为 {only}，而非 {node.shown()}{guess}")
        listed = ", ".join(allowed)
        raise node.mistake(
            f"must be one of {listed}, not {node.shown()}{guess}", f"须为 {listed} 之一，而非 {node.shown()}{guess}"
        )
    return str(node.value)


def date(node: Node) -> datetime.date:
    """A date, YYYY-MM-DD."""
    match = _DATE.fullmatch(node.value) if isinstance(node.value, str) else None
    if match:
        year, month, day = (int(part) for part in match.groups())
        try:
            found = datetime.date(year, month, day)
        except ValueError:
            raise node.mistake(f"there is no such date as {node.shown()}", f"不存在日期 {node.shown()}") from None
        if 1900 <= year <= 2200:
            return found
    raise node.mistake(
        f"must be a date from 1900 to 2200 as YYYY-MM-DD, not {node.shown()}",
        f"须为 1900 至 2200 年间的日期 YYYY-MM-DD，而非 {node.shown()}",
    )


def month(node: Node) -> str:
    """A month, YYYY-MM."""
    match = _MONTH.fullmatch(node.value) if isinstance(node.value, str) else None
    if match and 1 <= int(match.group(2)) <= 12:
        return str(node.value)
    raise node.mistake(f"must be a month as YYYY-MM, not {node.shown()}", f"须为月份 YYYY-MM，而非 {node.shown()}")


def both_languages(node: Node) -> tuple[str, str]:
    """{en: ..., zh: ...}; plain text counts for both."""
    if isinstance(node.value, str):
        return text(node), text(node)
    found = mapping(node, ("en", "zh"))
    if not found:
        raise node.mistake("must have en, zh or both", "须有 en、zh 或二者")
    en = text(found["en"]) if "en" in found else text(found["zh"])
    zh = text(found["zh"]) if "zh" in found else en
    return en, zh
