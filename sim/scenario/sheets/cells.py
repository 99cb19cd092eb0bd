"""A sheet of a table, and its cells with the place that a sentence names."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sim.language import tr
from sim.mistakes import Mistake
from sim.scenario.yaml_reader import Node, one_line


def letters(column: int) -> str:
    """A column as spreadsheets name it: 0 is A, 26 is AA."""
    named = ""
    column += 1
    while column:
        column, place = divmod(column - 1, 26)
        named = chr(ord("A") + place) + named
    return named


@dataclass(frozen=True)
class FromCell(Node):
    """A value of a city with the cell, or the rule, that it comes from; `note` is what a comment beside it says."""

    note: str = ""
    told: tuple[str, ...] = field(default=(), compare=False)  # of towns from tables: what an import would tell


@dataclass(frozen=True, eq=False)
class Sheet:
    """The values of one sheet. Rows and columns count from 0; a CSV file is one sheet without a name."""

    file: str
    name: str
    rows: list[list[Any]]
    merged: dict[tuple[int, int], tuple[int, int]] = field(default_factory=dict)  # cell: first cell of its merged range
    hidden: frozenset[int] = frozenset()  # rows
    hidden_columns: frozenset[int] = frozenset()
    uncounted: frozenset[tuple[int, int]] = frozenset()  # cells with a formula whose value is not stored
    is_one_of_many: bool = False  # files, so that comments name this one

    def cell(self, row: int, column: int) -> SheetCell:
        """The cell, with the value of the merged range that it lies in."""
        at = self.merged.get((row, column), (row, column))
        line = self.rows[at[0]] if at[0] < len(self.rows) else []
        return SheetCell(self, row, column, line[at[1]] if at[1] < len(line) else "")

    @property
    def width(self) -> int:
        return max((len(row) for row in self.rows), default=0)

    def where(self) -> str:
        """File and sheet."""
        if not self.name:
            return self.file
        name = one_line(self.name)
        return tr(f"{self.file}, sheet '{name}'", f"{self.file}，工作表 '{name}'")

    def mistake(self, en: str, zh: str) -> Mistake:
        return Node(None, self.where(), None).mistake(en, zh)


@dataclass(frozen=True, eq=False)
class SheetCell:
    sheet: Sheet
    row: int
    column: int
    value: Any

    @property
    def address(self) -> str:
        return f"{letters(self.column)}{self.row + 1}"

    def where(self) -> str:
        """File, sheet and cell."""
        return tr(f"{self.sheet.where()}, cell {self.address}", f"{self.sheet.where()}，单元格 {self.address}")

    def short(self) -> str:
        """Sheet and cell as a formula would name them: 镇!B3, of several files [towns.xlsx]镇!B3."""
        file = f"[{Path(self.sheet.file).name}]" if self.sheet.is_one_of_many else ""
        return file + (f"{one_line(self.sheet.name)}!{self.address}" if self.sheet.name else self.address)

    def mistake(self, en: str, zh: str) -> Mistake:
        return Node(None, self.where(), None).mistake(en, zh)

    def shown(self) -> str:
        """The value as a sentence echoes it."""
        value = self.value
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        return f"'{one_line(str(value))}'"

    def text(self) -> str:
        """The value as text on one line; numbers as they are written."""
        if isinstance(self.value, float) and self.value.is_integer():
            return str(int(self.value))
        return " ".join(str(self.value).split())

    def node(self, value: Any, said: str = "") -> FromCell:
        """A value that this cell says. said: what else the comment beside it tells."""
        raw = self.shown() if isinstance(self.value, str) and self.text() != str(value) else ""
        note = ": ".join(part for part in (self.short(), ", ".join(filter(None, (raw, said)))) if part)
        return FromCell(value, self.where(), None, note=note)


def by_rule(value: Any, source: str, note: str) -> FromCell:
    """A value that no cell says but a rule gives."""
    return FromCell(value, source, None, note=note)
