"""Tables as people make them, for tests: text, workbooks with merged cells and hidden parts, and OpenDocument sheets."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Any

Rows = Sequence[Sequence[Any]]


def text_table(file: Path, text: str, encoding: str = "utf-8") -> Path:
    file.write_bytes(text.encode(encoding))
    return file


def workbook(
    file: Path,
    sheets: dict[str, Rows],
    *,
    merged: Sequence[str] = (),
    hidden: Sequence[str] = (),
    hidden_rows: Sequence[int] = (),
    hidden_columns: Sequence[str] = (),
) -> Path:
    """merged, hidden_rows, hidden_columns: of the first sheet, as A1:B2, counted from 1, and as letters."""
    import openpyxl

    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
        if name in hidden:
            sheet.sheet_state = "hidden"
    first = book.worksheets[0]
    for cells in merged:
        first.merge_cells(cells)
    for row in hidden_rows:
        first.row_dimensions[row].hidden = True
    for column in hidden_columns:
        first.column_dimensions[column].hidden = True
    book.save(file)
    return file


_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?><office:document-content '
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" office:version="1.2"><office:body><office:spreadsheet>'
)
_MANIFEST = (
    '<?xml version="1.0"?><manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
    '<manifest:file-entry manifest:full-path="/" manifest:media-type="application/vnd.oasis.opendocument.spreadsheet"/>'
    "</manifest:manifest>"
)


def opendocument(file: Path, rows: Rows, *, blank_rows: int = 0, repeated_last: int = 1, name: str = "Sheet1") -> Path:
    """An .ods file with one sheet; blank_rows: empty rows that follow, written as one that is repeated."""
    body = "".join(_row(row, repeated_last if place == len(rows) - 1 else 1) for place, row in enumerate(rows))
    if blank_rows:
        body += f'<table:table-row table:number-rows-repeated="{blank_rows}"><table:table-cell table:number-columns-repeated="1024"/></table:table-row>'
    text = f'{_HEAD}<table:table table:name="{name}">{body}</table:table></office:spreadsheet></office:body></office:document-content>'
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        packed.writestr("content.xml", text)
        packed.writestr("META-INF/manifest.xml", _MANIFEST)
    return file


def _row(values: Sequence[Any], repeated: int) -> str:
    cells = "".join(
        f'<table:table-cell office:value-type="string"><text:p>{escape(value)}</text:p></table:table-cell>'
        if isinstance(value, str)
        else f'<table:table-cell office:value-type="float" office:value="{value}"><text:p>{value}</text:p></table:table-cell>'
        for value in values
    )
    return f'<table:table-row table:number-rows-repeated="{repeated}">{cells}</table:table-row>'
