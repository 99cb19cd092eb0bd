"""Exported tables as sheets of one workbook: every text as text, every number to its last digit, a filter on every head."""

from __future__ import annotations

import re
import sys
import unicodedata
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.lab.kept.export_tables import ExportTable
from sim.language import tr
from sim.mistakes import Mistake

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

MOST_SHEET_ROWS = 1_048_575
"""Rows of a workbook's sheet, below the header."""

LONGEST_CELL = 32_767
MOST_EXACT = 2**53
"""Whole numbers up to here are exact in a workbook, which knows only floating-point numbers."""

LONGEST_SHEET_NAME = 31
_NOT_IN_SHEET_NAMES = re.compile(r"[\[\]:*?/\\]|^'|'$")
_RESERVED_SHEET_NAMES = {"history"}
_WIDEST = 60  # characters; longer texts are cut where the next cell is taken
_WIDEST_OF_ALL = 255
_FILTER = 3  # characters that the button of a filter covers
_MEASURED_ROWS = 200


class _Exact(float):
    """A number that is written with all the digits that it takes to read back the same bits; the library writes 16."""

    def __format__(self, spec: str) -> str:
        return repr(float(self))


def sheet_names(tables: Iterable[str]) -> dict[str, str]:
    """What a sheet may be called, by name of its table: no two alike, whatever their case."""
    found: dict[str, str] = {}
    taken = set(_RESERVED_SHEET_NAMES)
    for table in tables:
        said = _NOT_IN_SHEET_NAMES.sub("_", table) or "_"
        name, number = said[:LONGEST_SHEET_NAME], 1
        while name.casefold() in taken:
            number += 1
            end = f" {number}"
            name = said[: LONGEST_SHEET_NAME - len(end)] + end
        taken.add(name.casefold())
        found[table] = name
    return found


def write_tables_of_book(file: Path, sources: Mapping[str, ExportTable]) -> None:
    """One sheet for each, by name (`sheet_names`). Raises Mistake, OSError."""
    from xlsxwriter import Workbook
    from xlsxwriter.exceptions import XlsxWriterException

    options = {"constant_memory": True, "tmpdir": str(file.parent)}
    try:
        book = Workbook(str(file), options)
        try:
            bold = book.add_format({"bold": True})
            for name, source in sources.items():
                _write_sheet(book.add_worksheet(name), bold, source)
        except Exception:
            with suppress(Exception):  # else its temporary files stay open, and on Windows in the way
                book.close()
            raise
        book.close()
    except XlsxWriterException as error:
        raise _no_workbook(str(error)) from None


def _write_sheet(sheet: Worksheet, bold: Any, source: ExportTable) -> None:
    sheet.freeze_panes(1, 0)
    names = source.schema.names
    for place, name in enumerate(names):
        sheet.write_string(0, place, name, bold)
    widths = [_width(name) + _FILTER for name in names]
    number = 0
    for table in source.tables():
        if number == 0:
            for place, column in enumerate(table.columns):
                texts = (value for value in column[:_MEASURED_ROWS].to_pylist() if isinstance(value, str))
                widths[place] = max([widths[place], *(min(_width(text[:_WIDEST]) + 1, _WIDEST) for text in texts)])
        for row in zip(*(column.to_pylist() for column in table.columns), strict=True):
            number += 1
            for place, value in enumerate(row):
                _write_cell(sheet, number, place, value)
    for place, width in enumerate(widths):
        sheet.set_column(place, place, min(width, _WIDEST_OF_ALL))
    sheet.autofilter(0, 0, number, len(names) - 1)


def _width(text: str) -> int:
    """Characters that a text takes, those of Chinese being twice as wide."""
    return sum(2 if unicodedata.east_asian_width(one) in "WF" else 1 for one in text)


def _write_cell(sheet: Worksheet, row: int, place: int, value: Any) -> None:
    """Text as text, whatever it begins with; what is missing as an empty cell."""
    if value is None or value != value or value == "":
        return
    if isinstance(value, bool):
        sheet.write_boolean(row, place, value)
    elif isinstance(value, int) and abs(value) <= MOST_EXACT:
        sheet.write_number(row, place, value)
    elif isinstance(value, float) and abs(value) <= sys.float_info.max:
        sheet.write_number(row, place, _Exact(value))
    elif len(str(value)) > LONGEST_CELL:
        raise _no_workbook(tr(f"a text is longer than {LONGEST_CELL:,}", f"有文本超过 {LONGEST_CELL:,} 字符"))
    else:
        sheet.write_string(row, place, str(value))


def _no_workbook(why: str) -> Mistake:
    return Mistake(
        f"a workbook cannot hold this ({why}); use --format csv", f"工作簿无法容纳（{why}）；请用 --format csv"
    )
