"""Find the tables on a sheet: their row or two rows of headings, and blocks that stand side by side."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from sim.language import listed, tr
from sim.mistakes import Mistake
from sim.scenario.people import Group
from sim.scenario.sheets import rows as data
from sim.scenario.sheets.cells import Sheet, SheetCell
from sim.scenario.sheets.headings import (
    FIELD,
    IGNORED,
    OF_TOWNS,
    OF_WORKERS,
    Heading,
    fits,
    heading_of,
    nearly,
    nearly_a_parameter,
    parameter_named,
)
from sim.scenario.sheets.numbers import is_number, is_unknown
from sim.scenario.sheets.told import Told
from sim.scenario.sheets.units import COUNT, MONEY, PEOPLE, Unit, plain, units_in, units_of_line
from sim.scenario.yaml_reader import one_line

TOWNS, WORKERS, COMMUNITIES, GROUPS = "towns", "workers", "communities", "groups"
MOST_ROWS_ABOVE = 40
_KEYS = ("town", "group")
_NEUTRAL = {
    plain(word)
    for word in (
        "基本情况",
        "概况",
        "人口情况",
        "人口状况",
        "基本信息",
        "情况",
        "镇街情况",
        "basics",
        "general",
        "facts",
        "people",
    )
}
"""Headings over others that change nothing of what those mean."""


@dataclass(frozen=True, eq=False)
class SheetTable:
    """A table that was understood: its headings by field, and its rows."""

    kind: str
    sheet: Sheet
    headings: dict[str, Heading]
    rows: tuple[data.Row, ...]


def tables_on(sheet: Sheet, groups: tuple[Group, ...], population: str | None, told: Told) -> list[SheetTable]:
    """The tables of a sheet; none where it has no headings of ours. Raises Mistake."""
    found = _headings_row(sheet, groups)
    if found is None:
        return []
    first, said = found
    for column in sorted(sheet.hidden_columns & said.keys()):
        cell, text = said.pop(column)
        told.left_out.append(
            tr(f"{cell.where()}: column '{one_line(text)}' (hidden)", f"{cell.where()}：列“{one_line(text)}”（已隐藏）")
        )
    top = min(cell.row for cell, _ in said.values())
    line_units = _units_above(sheet, top)
    meant = {column: heading_of(cell, text, groups) for column, (cell, text) in said.items()}
    by_values = {column: _told_by_values(sheet, first, heading) for column, heading in meant.items() if heading}
    known = {column: heading for column, heading in by_values.items() if heading}
    blocks = list(_blocks(known))
    if not blocks:
        return []
    used = {heading.cell.column for block in blocks for heading in block}
    chosen = [_one_each(block, population, told) for block in blocks]
    _tell_of_the_others(sheet, said, used, chosen, told)
    made = []
    for headings in chosen:
        headings = {name: _with_unit(heading, line_units) for name, heading in headings.items()}
        made.append(SheetTable(_kind(headings), sheet, headings, data.rows_of(sheet, headings, first, told)))
    # Blocks side by side are one table that goes on.
    if len(made) > 1 and all(table.headings.keys() == made[0].headings.keys() for table in made):
        together = tuple(row for table in made for row in table.rows)
        made = [replace(made[0], rows=together)]
    return [replace(table, rows=data.without_totals(table.rows, table.kind == TOWNS, told)) for table in made]


def no_headings(sheet: Sheet, groups: tuple[Group, ...]) -> Mistake | None:
    """The sentence for a sheet in which a heading of a town or its population is nearly written, or none stands over the names."""
    for row in range(min(len(sheet.rows), MOST_ROWS_ABOVE)):
        fields = {column: _field(sheet.cell(row, column), groups) for column in range(len(sheet.rows[row]))}
        nameless = next((column for column in fields if is_unknown(sheet.cell(row, column).value)), None)
        if nameless is not None and len({*OF_TOWNS} & {*fields.values()}) > 1 and row + 1 < len(sheet.rows):
            cell, below = sheet.cell(row, nameless), sheet.cell(row + 1, nameless).value
            if isinstance(below, str) and not is_unknown(below):
                return cell.mistake(
                    "is empty; write 'Town' above the names of the towns", "为空；请在镇名上方写明标题“镇（街道）”"
                )
        for column in range(len(sheet.rows[row])):
            cell = sheet.cell(row, column)
            if isinstance(cell.value, str) and (near := nearly(cell.value)) and near[0] in {"town", "population"}:
                return _near(cell, near[1])
    return None


def _near(cell: SheetCell, meant: str) -> Mistake:
    return cell.mistake(
        f"the heading {cell.shown()} is not known (did you mean '{meant}'?)",
        f"无法识别标题 {cell.shown()}（是否想写 '{meant}'？）",
    )


# --- the row, or two rows, of headings


def _headings_row(sheet: Sheet, groups: tuple[Group, ...]) -> tuple[int, dict[int, tuple[SheetCell, str]]] | None:
    """The first row below the headings, and each column's cell and heading."""
    for row in range(min(len(sheet.rows), MOST_ROWS_ABOVE)):
        if row in sheet.hidden:
            continue
        cells = {column: sheet.cell(row, column) for column in range(sheet.width)}
        keys = [column for column, cell in cells.items() if _field(cell, groups) in _KEYS]
        if not keys:
            continue
        said = _two_rows(sheet, row, keys[0])
        first = row + 2 if said else row + 1
        said = said or {
            column: (cell, cell.text())
            for column, cell in cells.items()
            if isinstance(cell.value, str) and not is_unknown(cell.value)
        }
        fields = [found.field for cell, text in said.values() if (found := heading_of(cell, text, groups))]
        if len(fields) > 1 or (len(said) > 1 and first < len(sheet.rows) and any(map(is_number, sheet.rows[first]))):
            return first, said
    return None


def _field(cell: SheetCell, groups: tuple[Group, ...]) -> str:
    if not isinstance(cell.value, str) or len(cell.value) > 60 or is_unknown(cell.value):
        return ""
    found = heading_of(cell, cell.text(), groups)
    return found.field if found else ""


def _two_rows(sheet: Sheet, row: int, key: int) -> dict[int, tuple[SheetCell, str]]:
    """Each column's heading from this row and the next, or nothing where the next is no row of headings."""
    if row + 1 >= len(sheet.rows):
        return {}
    is_merged = sheet.merged.get((row + 1, key)) == sheet.merged.get((row, key), (row, key))
    if not is_merged and not is_unknown(sheet.cell(row + 1, key).value):
        return {}
    below = {column: sheet.cell(row + 1, column) for column in range(sheet.width)}
    if any(is_number(cell.value) for cell in below.values()) or all(
        is_unknown(cell.value) for column, cell in below.items() if column != key
    ):
        return {}
    said: dict[int, tuple[SheetCell, str]] = {}
    over = ""
    for column, low in below.items():
        high = sheet.cell(row, column)
        is_one = sheet.merged.get((row + 1, column)) == sheet.merged.get((row, column), (row, column))
        if not is_unknown(high.value):
            over = high.text()
        if is_one or is_unknown(low.value):
            if not is_unknown(high.value):
                said[column] = (high, high.text())
            continue
        said[column] = (low, _joined(over, low))
    return said


def _joined(over: str, low: SheetCell) -> str:
    """One heading of two that stand over one another."""
    text = low.text()
    if not over or plain(over) in _NEUTRAL:
        return text
    if units_in(text):
        return f"{over}({text})"
    for both in (f"{text} {over}", f"{over} {text}"):
        if heading_of(low, both):
            return both
    alone = heading_of(low, text)
    return text if alone and alone.field != "population" else f"{over} {text}"


# --- blocks and columns


def _told_by_values(sheet: Sheet, first: int, heading: Heading) -> Heading | None:
    """社区 over names is a community, over numbers how many there are; 行政村 over numbers is a part of these."""
    values = [sheet.cell(row, heading.cell.column).value for row in range(first, min(first + 50, len(sheet.rows)))]
    values = [value for value in values if not is_unknown(value)]
    is_numbers = bool(values) and sum(int(is_number(value)) for value in values) * 2 > len(values)
    if heading.field == "community" and is_numbers:
        if "社区" not in heading.words and "communit" not in heading.words:
            return None
        return replace(heading, field="communities", kind=COUNT)
    if heading.field == "communities" and values and not is_numbers:
        return replace(heading, field="community", kind=FIELD["community"].kind)
    return heading


def _blocks(known: dict[int, Heading]) -> Iterator[list[Heading]]:
    """Headings from one key (the town, or the group) to the next; a key with nothing beside it is none."""
    keys = [column for column, heading in sorted(known.items()) if heading.field in _KEYS]
    for place, key in enumerate(keys):
        first = 0 if place == 0 else key
        last = keys[place + 1] if place + 1 < len(keys) else max(known) + 1
        block = [heading for column, heading in sorted(known.items()) if first <= column < last]
        if len(block) > 1 or len(keys) == 1:
            yield block


def _one_each(block: list[Heading], population: str | None, told: Told) -> dict[str, Heading]:
    """The headings by field. Two for one field are refused, but for populations, of which `population` takes one."""
    by_field: dict[str, list[Heading]] = {}
    for heading in block:
        by_field.setdefault(heading.field, []).append(heading)
    if people := by_field.get("population"):
        by_field["population"] = [_population(people, population, told)]
    for found in by_field.values():
        if len(found) > 1:
            others = listed(f"{heading.cell.address} ('{heading.said}')" for heading in found[1:])
            raise found[0].cell.mistake(
                f"the heading '{found[0].said}' and {others} say the same; leave one",
                f"标题“{found[0].said}”与 {others} 含义相同；请只保留一个",
            )
    chosen = {name: found[0] for name, found in by_field.items()}
    if "pay" in chosen and "yearly_pay" in chosen:
        raise chosen["yearly_pay"].cell.mistake(
            f"the heading '{chosen['yearly_pay'].said}' stands beside '{chosen['pay'].said}'; leave one",
            f"标题“{chosen['yearly_pay'].said}”与“{chosen['pay'].said}”并存；请只保留一个",
        )
    if "posts" in chosen and "staff" in chosen:
        staff = chosen.pop("staff")
        told.left_out.append(
            tr(
                f"{staff.cell.where()}: '{staff.said}' (staff in post; '{chosen['posts'].said}' are the posts)",
                f"{staff.cell.where()}：“{staff.said}”（在职人数；以“{chosen['posts'].said}”为岗位）",
            )
        )
    return chosen


def _population(people: list[Heading], wanted: str | None, told: Told) -> Heading:
    first = people[0].cell
    said = listed(f"'{heading.said}'" for heading in people)
    if wanted is not None:
        fitting = [heading for heading in people if plain(wanted) == heading.words]
        fitting = fitting or [heading for heading in people if plain(wanted) in heading.words]
        if len(fitting) != 1:
            how = (
                ("more than one column of population says", "不止一列人口含有")
                if fitting
                else ("no column of population says", "没有一列人口含有")
            )
            raise first.mistake(
                f"{how[0]} '{wanted}' (--population); there are {said}",
                f"{how[1]} '{wanted}'（--population）；可用：{said}",
            )
        chosen = fitting[0]
    elif len(people) > 1:
        example = _telling_word(people)
        raise first.mistake(
            f"several columns give a population: {said}; say which with --population, e.g. --population {example}",
            f"有多列人口：{said}；请用 --population 指明，例如 --population {example}",
        )
    else:
        return people[0]
    told.taken.append(
        tr(f"{chosen.cell.where()}: population is '{chosen.said}'", f"{chosen.cell.where()}：人口取“{chosen.said}”")
    )
    told.left_out += [
        tr(f"{heading.cell.where()}: '{heading.said}'", f"{heading.cell.where()}：“{heading.said}”")
        for heading in people
        if heading is not chosen
    ]
    return chosen


def _telling_word(people: list[Heading]) -> str:
    """A word that only one of several headings of a population has."""
    words = [
        word
        for heading in reversed(people)
        for word in ("常住", "resident", *heading.said.split())
        if word and plain(word)
    ]
    told_apart = (word for word in words if sum(int(plain(word) in heading.words) for heading in people) == 1)
    return next(told_apart, people[-1].said)


def _tell_of_the_others(
    sheet: Sheet, said: dict[int, tuple[SheetCell, str]], used: set[int], chosen: list[dict[str, Heading]], told: Told
) -> None:
    """Columns that were not understood: left out with a word, or refused where one was nearly written that is not there."""
    have = {name for headings in chosen for name in headings}
    unknown = [(cell, text) for column, (cell, text) in sorted(said.items()) if column not in used]
    for cell, text in unknown:
        if plain(text) in IGNORED:
            continue
        near = nearly(text)
        if near and near[0] not in have:
            raise _near(cell, near[1])
        why = ""
        if name := parameter_named(text):
            why = tr(
                f" ({name} belongs to the city as a whole: say it in the city's file)",
                f"（{name} 属于全市：请写在城市文件中）",
            )
        elif meant := nearly_a_parameter(text):
            why = tr(f" (did you mean '{meant}'?)", f"（是否想写 '{meant}'？）")
        told.left_out.append(
            tr(f"{cell.where()}: column '{one_line(text)}'", f"{cell.where()}：列“{one_line(text)}”") + why
        )


def _kind(headings: dict[str, Heading]) -> str:
    if "group" in headings:
        return GROUPS
    if "community" in headings:
        return COMMUNITIES
    if any(name in headings for name in OF_WORKERS) and not any(name in headings for name in ("population", "posts")):
        return WORKERS
    return TOWNS


# --- units in a line above


def _units_above(sheet: Sheet, top: int) -> list[tuple[SheetCell, Unit]]:
    found = []
    seen = set()
    for row in range(top):
        for column in range(len(sheet.rows[row])):
            cell = sheet.cell(row, column)
            at = sheet.merged.get((row, column), (row, column))
            if isinstance(cell.value, str) and at not in seen and (units := units_of_line(cell.value)):
                seen.add(at)
                found += [(cell, unit) for unit in units]
    return found


def _with_unit(heading: Heading, line: list[tuple[SheetCell, Unit]]) -> Heading:
    """The heading with the unit that holds for it. Raises Mistake where heading and line contradict one another."""
    if heading.kind not in {PEOPLE, MONEY} or heading.field.startswith(("groups.", "per_1000.")):
        return heading
    fitting = [(cell, unit) for cell, unit in line if fits(unit, heading.kind) and unit.kind == heading.kind]
    factors = {unit.factor for _, unit in fitting}
    if heading.unit is not None:
        if factors and heading.unit.factor not in factors:
            cell, unit = fitting[0]
            raise cell.mistake(
                f"says '{unit.said}', but the heading {heading.cell.address} says '{heading.unit.said}'; keep one",
                f"写明单位“{unit.said}”，而标题 {heading.cell.address} 写“{heading.unit.said}”；请保留其一",
            )
        return heading
    if len(factors) > 1:
        said = listed(f"'{unit.said}'" for _, unit in fitting)
        raise fitting[0][0].mistake(
            f"gives several units ({said}); write the one of '{heading.said}' into its heading {heading.cell.address}",
            f"列出多个单位（{said}）；请在标题 {heading.cell.address}“{heading.said}”中写明单位",
        )
    return replace(heading, unit=fitting[0][1]) if fitting else heading
