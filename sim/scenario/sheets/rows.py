"""The rows of a table: towns, and what is none: totals, parts of a total, notes, headings once more, blank and hidden rows."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from sim.language import counted, tr
from sim.mistakes import Mistake
from sim.scenario.read import limit
from sim.scenario.sheets.cells import Sheet, SheetCell
from sim.scenario.sheets.headings import Heading
from sim.scenario.sheets.numbers import is_number, is_unknown, number_of
from sim.scenario.sheets.told import Told
from sim.scenario.sheets.units import PEOPLE, plain
from sim.scenario.yaml_reader import one_line

LONGEST_NAME = 40
_NOTE = re.compile(
    "^[\\W]*(?:注[0-9]*|备注|附注|说明|资料来源|数据来源|来源|统计口径|口径|填表人?|制表人?|填报|审核|联系人|联系电话|注释|note|notes|source|sources|remark|remarks|data source|prepared by)"
    "(?:\\W|$|[0-9])",
    re.IGNORECASE,
)
_SOURCE = re.compile("^[\\W]*(?:资料来源|数据来源|来源|source|sources|data source)\\W", re.IGNORECASE)
_TOTAL = re.compile(
    "(?:全[县市区镇州省域部街]|县|市|区)?(?:合计|总计|共计|总数|小计|汇总|总和)|全[县市区州省域]|(?:grand|sub|all)?totals?|sum|all|alltowns|wholecity|wholecounty"
)
_PART = re.compile("^(?:其中|内中|ofwhich|including|thereof)")
_COUNTY = re.compile("(?:县|旗|自治州|county)$")
_AREA = re.compile("(?:县|市|区|旗|州|盟|county|city|district)$")
_MARKS = re.compile("(?:[\u00b9\u00b2\u00b3\u2070-\u207f\u2460-\u24ff*†‡§]|[\\[［][0-9]+[\\]］])+$")
_CJK_GAP = re.compile("(?<=[\u3400-\u9fff])\\s+(?=[\u3400-\u9fff])")


@dataclass(frozen=True, eq=False)
class Row:
    """One row of a table: the name of its town, or group, and the cells of its fields."""

    name: str
    name_cell: SheetCell
    cells: dict[str, SheetCell]
    headings: dict[str, Heading]

    def number(self, name: str) -> Decimal | None:
        """The number of a field, or None where it is not known. Raises Mistake."""
        cell, heading = self.cells.get(name), self.headings.get(name)
        if cell is None or heading is None:
            return None
        if is_unknown(cell.value) and (cell.row, cell.column) not in cell.sheet.uncounted:
            return None
        return number_of(cell, heading.kind, heading.unit)[0]

    def number_or_text(self, name: str) -> Decimal | str | None:
        """What two rows are compared by."""
        cell = self.cells[name]
        return self.number(name) if is_number(cell.value) else cell.text()


def name_of(cell: SheetCell) -> str:
    """A town's name without what tables add: spaces at its ends and between its characters."""
    return _CJK_GAP.sub("", _MARKS.sub("", cell.text().strip()).strip())


def rows_of(sheet: Sheet, headings: dict[str, Heading], first: int, told: Told) -> tuple[Row, ...]:
    """The rows from `first` on, as far as they may be towns, groups or totals."""
    key = next(heading for name, heading in headings.items() if name in {"town", "group"})
    fields = {name: heading for name, heading in headings.items() if heading is not key}
    found: list[Row] = []
    hidden = 0
    told_of: set[tuple[int, int] | None] = set()
    is_after_notes, is_after_blank, is_part = False, False, False
    for row in range(first, len(sheet.rows)):
        name_cell = sheet.cell(row, key.cell.column)
        cells = {name: sheet.cell(row, heading.cell.column) for name, heading in fields.items()}
        known = [cell for cell in cells.values() if not is_unknown(cell.value)]
        if is_unknown(name_cell.value):
            name_cell = _before(sheet, row, key.cell.column) or name_cell
        has_name = not is_unknown(name_cell.value)
        if row in sheet.hidden:
            hidden += has_name
            continue
        if (
            not has_name
            and not known
            and not any((cell.row, cell.column) in sheet.uncounted for cell in cells.values())
        ):
            is_after_blank = True
            continue
        name = name_of(name_cell)
        numbers = [cell for cell in known if is_number(cell.value)]
        if (_NOTE.match(name) and not numbers) or (is_after_notes and not numbers):
            is_after_notes = True
            _tell_of_note(name_cell, name or known[0].text(), told)
            continue
        if has_name and plain(name) == plain(key.cell.text()) and not numbers:
            _refuse_other_headings(cells, fields)
            continue  # the headings once more, on another page
        if not found and _are_column_numbers(known):
            _leave_out(name_cell, name, tr("numbers of columns", "栏次"), told)
            continue
        is_alone = has_name and all(
            cell.value in ("", None) or cell.value == name_cell.value for cell in cells.values()
        )
        is_across = sheet.merged.get((row, name_cell.column)) is not None and any(
            cell.value == name_cell.value for cell in cells.values()
        )
        if fields and is_alone and (is_after_blank or is_across or len(name) > LONGEST_NAME):
            _tell_of_note(name_cell, name, told)
            continue
        if not has_name:
            raise name_cell.mistake(
                "the town's name is empty; write it in every row", "镇（街道）名称为空；请在每一行写明"
            )
        indent = len(str(name_cell.value)) - len(str(name_cell.value).lstrip())
        is_part = bool(_PART.match(plain(name))) or (is_part and indent > 0)
        if is_part:
            _leave_out(name_cell, name, tr("a part of another row", "其他行的组成部分"), told)
            continue
        if len(name) > LONGEST_NAME * 2:
            raise name_cell.mistake("the town's name is too long", "镇（街道）名称过长")
        for cell in numbers:
            if (at := sheet.merged.get((row, cell.column))) not in {None, (row, cell.column)} and at not in told_of:
                told_of.add(at)
                where = sheet.cell(*at).where()
                told.taken.append(
                    tr(
                        f"{where}: merged; each of its rows has {cell.shown()}",
                        f"{where}：合并单元格，各行均取 {cell.shown()}",
                    )
                )
        found.append(Row(name, name_cell, cells, headings))
    if hidden:
        told.left_out.append(
            tr(f"{sheet.where()}: {counted(hidden, 'hidden row')}", f"{sheet.where()}：{hidden} 个隐藏行")
        )
    return tuple(found)


def _refuse_other_headings(cells: dict[str, SheetCell], fields: dict[str, Heading]) -> None:
    """Raise Mistake where a row of headings is not that of the table: another one begins below it."""
    for name, cell in cells.items():
        if plain(cell.text()) != plain(fields[name].cell.text()):
            raise cell.mistake(
                f"{cell.shown()} stands under '{fields[name].said}': another table begins here; put it on a sheet of its own",
                f"{cell.shown()} 位于“{fields[name].said}”列下：此处另有一个表格；请移至单独的工作表",
            )


def _are_column_numbers(known: list[SheetCell]) -> bool:
    """Whether a row below the headings numbers the columns, as statistical tables do: 甲, 1, 2, 3."""
    values = [cell.text().strip("()") for cell in known]
    return (
        len(values) > 1
        and values[0] in {"1", "2"}
        and values == [str(int(values[0]) + place) for place in range(len(values))]
    )


def _before(sheet: Sheet, row: int, column: int) -> SheetCell | None:
    """A cell before that of the name which says that the row is a note or a total."""
    for cell in (sheet.cell(row, before) for before in range(column)):
        text = cell.text()
        if _NOTE.match(text) or _TOTAL.fullmatch(plain(text)) or _PART.match(plain(text)):
            return cell
    return None


def _leave_out(cell: SheetCell, name: str, why: str, told: Told) -> None:
    told.left_out.append(
        tr(f"{cell.where()}: '{one_line(name)}' ({why})", f"{cell.where()}：“{one_line(name)}”（{why}）")
    )


def _tell_of_note(cell: SheetCell, text: str, told: Told) -> None:
    _leave_out(cell, text, tr("a note", "附注"), told)
    if _SOURCE.match(unicodedata.normalize("NFKC", text)):
        told.sources.append(one_line(text, 300))


def without_totals(rows: Sequence[Row], is_of_towns: bool, told: Told) -> tuple[Row, ...]:
    """The rows that are no totals; those are left out with a word, and compared with the sum of the others. Raises Mistake."""
    totals = [row for row in rows if _TOTAL.fullmatch(plain(row.name))]
    kept = [row for row in rows if row not in totals]
    if is_of_towns and any("population" in row.headings for row in kept):
        of_area = _of_area(kept)
        if of_area is not None:
            totals.append(of_area)
            kept.remove(of_area)
    for row in totals:
        _leave_out(row.name_cell, row.name, tr("a total", "合计行"), told)
    if is_of_towns:
        _compare(totals, kept, told)
    return tuple(kept)


def _of_area(rows: list[Row]) -> Row | None:
    """The row named after the county itself: its population is the sum of the others."""
    people = [_population(row) for row in rows]
    known = [number for number in people if number is not None]
    total = Decimal(0)
    for number in known:
        total += number
    counties = [row for row in rows if _COUNTY.search(plain(row.name))]
    if len(counties) > 1:
        raise counties[1].name_cell.mistake(
            f"'{counties[0].name}' and '{counties[1].name}' are counties; a table of many of them is for 'stations region'",
            f"“{counties[0].name}”与“{counties[1].name}”是县而非镇；含多个县的表格请用 'stations region'",
        )
    for row, own in zip(rows, people, strict=True):
        if own is None or len(known) < 3:
            continue
        others = total - own
        name = plain(row.name)
        is_sum = abs(own - others) <= others / 200
        is_at_an_end = row is rows[0] or row is rows[-1]
        if is_sum and (_AREA.search(name) or (own == others and is_at_an_end and len(known) > 3)):
            return row
        if _COUNTY.search(name):
            raise row.name_cell.mistake(
                f"'{row.name}' is a county, not a town, and no total either: the other rows add up to {limit(float(others))}, not {limit(float(own))}",
                f"“{row.name}”是县而非镇，也不是合计：其余各行之和为 {limit(float(others))}，而非 {limit(float(own))}",
            )
    return None


def _population(row: Row) -> Decimal | None:
    try:
        return row.number("population")
    except Mistake:
        return None  # said when the town is read


def _compare(totals: list[Row], kept: list[Row], told: Told) -> None:
    whole = [row for row in totals if "小计" not in row.name and "sub" not in row.name.casefold()]
    for row in whole[:1]:
        for name, heading in row.headings.items():
            if name not in {"population", "posts"}:
                continue
            try:
                said, known = row.number(name), [row.number(name) for row in kept]
            except Mistake:
                continue
            if said is None or None in known:
                continue
            total = Decimal(0)
            for number in known:
                total += number or 0
            slack = total / 200 if heading.kind == PEOPLE else 0
            if abs(said - total) > slack:
                cell = row.cells[name]
                told.odd.append(
                    tr(
                        f"{cell.where()}: the total is {limit(float(said))}, but the towns add up to {limit(float(total))}",
                        f"{cell.where()}：合计为 {limit(float(said))}，而各镇之和为 {limit(float(total))}",
                    )
                )


def refuse_twins(rows: Sequence[Row]) -> None:
    """Raise Mistake where two rows name one town."""
    seen: dict[str, Row] = {}
    for row in rows:
        other = seen.setdefault(plain(row.name), row)
        if other is not row:
            raise row.name_cell.mistake(
                f"'{row.name}' stands in {other.name_cell.address}, too; keep one row a town",
                f"“{row.name}”已见于 {other.name_cell.address}；每镇只保留一行",
            )
