"""Towns from several tables: which rows of one speak of which town of another."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sim.language import tr
from sim.mistakes import Mistake, did_you_mean
from sim.scenario.people import MOST_STATIONS
from sim.scenario.sheets.cells import FromCell, Sheet, SheetCell
from sim.scenario.sheets.files import too_many_towns
from sim.scenario.sheets.headings import Heading
from sim.scenario.sheets.numbers import is_unknown, number_of, whole
from sim.scenario.sheets.rows import Row, refuse_twins
from sim.scenario.sheets.tables import SheetTable
from sim.scenario.sheets.told import Told
from sim.scenario.sheets.units import plain
from sim.scenario.yaml_reader import one_line

_STATION = re.compile("(?:社会工作服务站|社工服务站|社工站|socialworkstation|station)$")
_ENDING = re.compile(
    "(?:街道办事处|街道办|办事处|街道|镇人民政府|镇政府|乡人民政府|镇|乡|town|township|subdistrict|street)$"
)


@dataclass(eq=False)
class OneTown:
    """A town with the row that says each of its fields."""

    name: str
    name_cell: SheetCell
    said: dict[str, Row] = field(default_factory=dict)

    def cell(self, name: str) -> SheetCell | None:
        """The cell of a field, where it is known."""
        cell = self.said[name].cells[name] if name in self.said else None
        if cell is None or (is_unknown(cell.value) and (cell.row, cell.column) not in cell.sheet.uncounted):
            return None
        return cell

    def heading(self, name: str) -> Heading:
        return self.said[name].headings[name]

    def number(self, name: str) -> FromCell | None:
        """The number of a field, or None where it is not known; of parameters alone it may be below 0. Raises Mistake."""
        cell = self.cell(name)
        if cell is None:
            return None
        heading = self.heading(name)
        number, unit = number_of(cell, heading.kind, heading.unit)
        if number < 0 and not name.startswith("parameters."):
            raise cell.mistake(f"must not be below 0, not {cell.shown()}", f"不得小于 0，而非 {cell.shown()}")
        has_unit = heading.unit is not None and heading.unit is unit and unit.factor != 1
        if has_unit and unit is not None:
            return cell.node(whole(number, unit), f"{cell.text()} {unit.said}")
        return cell.node(whole(number, unit))

    def take(self, row: Row) -> None:
        """What another row says of this town. Raises Mistake where two say different things."""
        for name, cell in row.cells.items():
            if is_unknown(cell.value) and name in self.said:
                continue
            before = self.cell(name)
            if before is not None and self.said[name].number_or_text(name) != row.number_or_text(name):
                raise cell.mistake(
                    f"says {cell.shown()} of '{self.name}', but {before.where()} says {before.shown()}; leave one, or name the sheet to read (--sheet)",
                    f"“{self.name}”此处为 {cell.shown()}，而 {before.where()} 为 {before.shown()}；请保留其一，或指明工作表（--sheet）",
                )
            if before is None:
                self.said[name] = row


def _of_station(name: str) -> str:
    return _STATION.sub("", plain(name)) or plain(name)


def _without_ending(name: str) -> str:
    return _ENDING.sub("", _of_station(name)) or _of_station(name)


class Towns:
    """The towns of all tables, found by name."""

    def __init__(self, tables: Sequence[SheetTable], told: Told) -> None:
        self.told = told
        self.told_of: set[tuple[Sheet, str]] = set()
        self.all: list[OneTown] = []
        tables = sorted(tables, key=lambda table: "population" not in table.headings)  # the order of files, else
        self.first = tables[0]
        for table in tables:
            if len(table.rows) > MOST_STATIONS:
                raise too_many_towns(table.sheet.where(), len(table.rows), "towns")
            refuse_twins(table.rows)
            self._add(table)
        if len(self.all) > MOST_STATIONS:
            raise too_many_towns(self.first.sheet.file, len(self.all), "towns")

    def _add(self, table: SheetTable) -> None:
        is_first = not self.all
        found = [self.find(row.name) for row in table.rows]
        if is_first or ("population" in table.headings and not any(found)):
            for row in table.rows:
                self.all.append(OneTown(row.name, row.name_cell))
                self.all[-1].take(row)
            return
        for row in table.rows:
            self.of(row).take(row)

    def find(self, name: str) -> OneTown | None:
        """The town of a name, or the only one that is called so but for its ending (镇, 街道, "Town")."""
        for bare in (plain, _of_station, _without_ending):
            near = [town for town in self.all if bare(town.name) == bare(name)]
            if bare is _without_ending:  # 城关 may be 城关镇, but 城关街道 is another
                near = [town for town in near if bare(name) in {_of_station(name), _of_station(town.name)}]
            if len(near) == 1:
                return near[0]
        return None

    def of(self, row: Row) -> OneTown:
        """The town that a row of another table names. Raises Mistake."""
        town = self.find(row.name)
        if town is None:
            names = [one.name for one in self.all]
            where = self.first.sheet.where()
            guess = did_you_mean(row.name, names)
            raise row.name_cell.mistake(
                f"there is no town '{one_line(row.name)}' in {where}{guess}",
                f"{where} 中没有镇（街道）“{one_line(row.name)}”{guess}",
            )
        if plain(town.name) != plain(row.name) and (row.name_cell.sheet, row.name) not in self.told_of:
            self.told_of.add((row.name_cell.sheet, row.name))
            self.told.taken.append(
                tr(
                    f"{row.name_cell.where()}: '{row.name}' is taken to be '{town.name}'",
                    f"{row.name_cell.where()}：“{row.name}”视为“{town.name}”",
                )
            )
        return town


def with_rows(tables: Iterable[SheetTable], kind: str) -> list[SheetTable]:
    return [table for table in tables if table.kind == kind and table.rows]


def refuse_empty(tables: Sequence[SheetTable], kind: str) -> None:
    """Raise Mistake where there are headings of towns but no town."""
    for table in tables:
        if table.kind == kind:
            raise empty(table)


def empty(table: SheetTable) -> Mistake:
    return table.sheet.mistake("has headings, but no town below them", "只有标题，没有镇（街道）的数据")
