"""A sheet of figures of the real city: one row each, in the columns that a city's file has as keys."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from sim.language import Text, listed, tr
from sim.mistakes import Mistake, did_you_mean
from sim.observations import MEASURES, STATION_MONTH
from sim.scenario.figures import FIGURE_KEYS, LAWS, USES, CityFigure
from sim.scenario.sheets.cells import FromCell, Sheet, SheetCell
from sim.scenario.sheets.files import read_tables
from sim.scenario.sheets.headings import FIELD, IGNORED
from sim.scenario.sheets.numbers import is_number, is_unknown, number_of, refuse_uncounted, whole
from sim.scenario.sheets.told import Told
from sim.scenario.sheets.units import PLAIN, SHARE, plain
from sim.scenario.yaml_reader import one_line

MOST_ROWS_ABOVE_FIGURES = 10
FIGURE_SHEETS = {"figures", "指标", "实测数据"}
"""What a sheet of figures may be called; one of another name is known by its headings."""

OF_FIGURES: dict[str, tuple[Text, Text, tuple[str, ...]]] = {
    "figure": (Text("Figure", "指标"), Text("What it is of, as 'stations explain observations' names it; flows that are counted together with + between them", "指标名称（见 'stations explain observations'）；合计的多项流量以 + 相连"), ("figures", "name of figure", "measure", "指标名称", "实测数据")),
    "law": (Text("Law", "类型"), Text("survey, count, mean or range", "调查、计数、均值或区间"), ("kind", "数据类型")),
    "value": (Text("Value", "数值"), Text("What was counted or found; empty for a range", "实测值；区间则留空"), ("值", "实际值", "观测值", "observed")),
    "n": (Text("People asked", "受访人数"), Text("Of a survey", "调查的受访人数"), ("n", "sample size", "respondents", "number asked", "调查人数", "样本量", "样本数")),
    "low": (Text("Low", "下限"), Text("Of a range; empty where it is open", "区间下限；无下限则留空"), ("lower", "最低")),
    "high": (Text("High", "上限"), Text("Of a range; empty where it is open", "区间上限；无上限则留空"), ("upper", "最高")),
    "se": (Text("Standard error", "标准误"), Text("Of a mean", "均值的标准误"), ("标准误差",)),
    "from": (Text("From", "起始月份"), Text("Its first month, such as 2024-01", "首月，如 2024-01"), ("first month", "start", "起始", "开始月份", "起")),
    "to": (Text("To", "截止月份"), Text("Its last month, such as 2024-12", "末月，如 2024-12"), ("last month", "until", "end", "截止", "结束月份", "止")),
    "station": (FIELD["town"].label, Text("The town whose station it is of; empty for the whole city", "所属镇（街道）；全市则留空"), FIELD["town"].synonyms),
    "group": (FIELD["group"].label, Text("The group of residents it is of; empty for all", "所属居民群体；全体则留空"), FIELD["group"].synonyms),
    "discrepancy": (Text("Discrepancy", "偏差"), Text("How far it may be off for other reasons than chance", "除抽样误差外可能的偏离程度"), ("off",)),
    "design_effect": (Text("Design effect", "设计效应"), Text("Of a survey that drew no simple random sample", "非简单随机抽样的调查"), ("deff",)),
    "use": (Text("Use", "用途"), Text("fit, or check for what is never fitted", "拟合；或检验（不参与拟合）"), ()),
    "source": (Text("Source", "来源"), Text("Where it stands, or who counted", "出处或统计者"), ("资料来源", "数据来源", "出处")),
}  # fmt: skip
"""The heading, the meaning and other headings of each column."""
assert OF_FIGURES.keys() == {*FIGURE_KEYS}

_KEYS = {plain(word): key for key, (label, _, more) in OF_FIGURES.items() for word in (key, label.en, label.zh, *more)}
_NUMBERS = {
    "value": SHARE,
    "low": SHARE,
    "high": SHARE,
    "se": SHARE,
    "n": PLAIN,
    "discrepancy": SHARE,
    "design_effect": PLAIN,
}
_CHOICES = {
    "law": {**{law: law for law in LAWS}, "调查": "survey", "计数": "count", "均值": "mean", "区间": "range"},
    "use": {**{use: use for use in USES}, "拟合": "fit", "检验": "check"},
}  # fmt: skip
_MONTH = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})(?:\s*月|\s*[-/.]\s*\d{1,2})?")
_MEANINGS = [
    *((name, one.meaning) for name, one in MEASURES.items()),
    *((name, one.meaning) for name, one in STATION_MONTH.items()),
]
_CALLED = {plain(word): name for name, meaning in reversed(_MEANINGS) for word in (meaning.en, meaning.zh)}
"""What is observed by its meaning in either language; of two with one meaning the measure, which comes first."""
EXAMPLE = {
    "figure": "# stay_share", "law": "survey", "value": 0.42, "n": 100, "from": "2024-01", "to": "2024-12", "use": "fit",
}  # fmt: skip
"""The row of a template that shows how; what begins with # is read by nobody."""


def figures_in(file: Path, shown: str, sheet: str | None) -> list[FromCell]:
    """The figures of a table, of one sheet or of all that hold some. Raises Mistake where there are none."""
    sheets = list(read_tables(file, shown).sheets)
    known = [one.name for one in sheets]
    if sheet is not None and sheet not in known:
        guess = did_you_mean(sheet, known)
        able = listed(map(one_line, filter(None, known)))
        raise Mistake(
            f"{shown}: there is no sheet '{one_line(sheet)}'{guess}; there are {able or 'none with a name'}",
            f"{shown}：没有工作表 '{one_line(sheet)}'{guess}；可用：{able or '（无名称）'}",
        )
    found = [figures_on(one, Told()) for one in sheets if sheet in (None, one.name)]
    if all(rows is None for rows in found):
        raise sheets[0].mistake(*_NO_HEADINGS)
    return [figure for rows in found for figure in rows or ()]


_NO_HEADINGS = (
    "holds no row of headings such as 'Figure', 'Law' and 'Value'; 'stations import --template' writes one to fill in",
    "没有“指标”“类型”“数值”之类的标题行；'stations import --template' 可生成待填的模板",
)


def figures_on(sheet: Sheet, told: Told) -> list[FromCell] | None:
    """The figures of a sheet as a city's file says them, each value with its cell; None where it is no sheet of figures.

    Raises Mistake.
    """
    found = _headings(sheet, told)
    if found is None:
        has_name = plain(sheet.name) in {plain(name) for name in FIGURE_SHEETS}
        if has_name and any(not is_unknown(cell) for row in sheet.rows for cell in row):
            raise sheet.mistake(*_NO_HEADINGS)
        return [] if has_name else None
    first, headings = found
    figures = []
    for row in range(first, len(sheet.rows)):
        cells = {key: sheet.cell(row, column) for key, column in headings.items()}
        known = {key: cell for key, cell in cells.items() if _is_said(cell)}
        if row in sheet.hidden or not known or str(sheet.cell(row, 0).value).startswith("#"):
            continue
        name = cells["figure"]
        if set(known) == {"figure"}:
            said = one_line(name.text())
            told.left_out.append(tr(f"{name.where()}: '{said}' (a note)", f"{name.where()}：“{said}”（附注）"))
        elif "figure" not in known:
            raise name.mistake("the figure's name is empty; write it in every row", "指标名称为空；请在每一行写明")
        else:
            figures.append(_figure(known))
    told.taken += (
        [tr(f"{sheet.where()}: {len(figures)} figures of the real city", f"{sheet.where()}：{len(figures)} 项实测数据")]
        if figures
        else []
    )
    return figures


def _is_said(cell: SheetCell) -> bool:
    return not is_unknown(cell.value) or (cell.row, cell.column) in cell.sheet.uncounted


def _headings(sheet: Sheet, told: Told) -> tuple[int, dict[str, int]] | None:
    """The first row below the headings, and the column of each key. Raises Mistake."""
    for row in range(min(len(sheet.rows), MOST_ROWS_ABOVE_FIGURES)):
        cells = [sheet.cell(row, column) for column in range(sheet.width)]
        texts = [cell for cell in cells if isinstance(cell.value, str) and not is_unknown(cell.value)]
        keys = [_KEYS.get(plain(cell.text())) for cell in texts]
        if not {"figure", "law"} <= {*keys} or row in sheet.hidden:
            continue
        found: dict[str, int] = {}
        for cell, key in zip(texts, keys, strict=True):
            if key is None:
                _unknown(cell, found, told)
            elif key in found:
                raise cell.mistake(
                    f"the heading {cell.shown()} says the same as {sheet.cell(row, found[key]).shown()}; leave one",
                    f"标题 {cell.shown()} 与 {sheet.cell(row, found[key]).shown()} 含义相同；请只保留一个",
                )
            else:
                found[key] = cell.column
        return row + 1, found
    return None


def _unknown(cell: SheetCell, found: Iterable[str], told: Told) -> None:
    """Refuse a heading that is nearly one, and tell of another."""
    words = {
        plain(word): word
        for key, (label, _, _) in OF_FIGURES.items()
        if key not in found
        for word in (key, label.en, label.zh)
    }
    if guess := did_you_mean(plain(cell.text()), words, called=words):
        raise cell.mistake(f"the heading {cell.shown()} is not known{guess}", f"无法识别标题 {cell.shown()}{guess}")
    if plain(cell.text()) not in IGNORED:
        said = one_line(cell.text())
        told.left_out.append(tr(f"{cell.where()}: column '{said}'", f"{cell.where()}：列“{said}”"))


def _figure(cells: dict[str, SheetCell]) -> FromCell:
    first, *_, last = cells.values()
    said = {key: _value(key, cell) for key, cell in cells.items()}
    where = tr(f"{first.sheet.where()}, row {first.row + 1}", f"{first.sheet.where()}，第 {first.row + 1} 行")
    said.setdefault("source", FromCell(one_line(where, 400), where, None))
    return FromCell(said, where, None, note=f"{first.short()}:{last.address}")


def _value(key: str, cell: SheetCell) -> FromCell:
    refuse_uncounted(cell)
    if key in _NUMBERS:
        return cell.node(whole(number_of(cell, _NUMBERS[key])[0], None))
    if key in ("from", "to"):
        return cell.node(_month(cell))
    text = cell.text()
    if key == "figure":
        names = [cell.node(_CALLED.get(plain(part), part.strip())) for part in text.split("+")]
        return names[0] if len(names) == 1 else cell.node(names)
    return cell.node(_CHOICES.get(key, {}).get(plain(text), text))


def _month(cell: SheetCell) -> str:
    """YYYY-MM, of a date or of text that can be read in one way only; else the text, which is then refused."""
    if isinstance(cell.value, datetime.date):
        return f"{cell.value:%Y-%m}"
    # 2024.1 may be October, of which a spreadsheet dropped the zero.
    found = None if is_number(cell.value) else _MONTH.fullmatch(cell.text().strip())
    return f"{found[1]}-{int(found[2]):02d}" if found else cell.text()


def figure_headings() -> list[str]:
    """The headings of a sheet of figures, in the language in force."""
    return [str(label) for label, _, _ in OF_FIGURES.values()]


def example_row() -> list[Any]:
    """The row of a template that shows how."""
    return [
        EXAMPLE.get(key, tr("# an example: not read", "# 示例，不读取") if key == "source" else "")
        for key in OF_FIGURES
    ]


def figure_rows(figures: Iterable[CityFigure]) -> list[list[Any]]:
    """Figures as rows below `figure_headings`, with each source in the language in force."""
    rows = []
    for figure in figures:
        said = figure.to_plain() | {"figure": figure.name, "source": str(figure.source)}
        rows.append([said.get(key, "") for key in OF_FIGURES])
    return rows
