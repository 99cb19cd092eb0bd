"""Read the sheets of a file: text (CSV) in the encodings that spreadsheets write, workbooks by python-calamine."""

from __future__ import annotations

import codecs
import csv
import io
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sim.language import tr
from sim.mistakes import Mistake, file_near
from sim.scenario.people import MOST_STATIONS
from sim.scenario.sheets.cells import Sheet
from sim.scenario.yaml_reader import Node, one_line

MOST_FILE_BYTES = 64 * 1024 * 1024
MOST_UNPACKED_BYTES = 1024 * 1024 * 1024
MOST_ROWS_READ = 60_000
"""More than the communities or workers of any city."""
MOST_COLUMNS = 702
"""A to ZZ: a stray cell far to the right would fill the memory with empty ones."""
ENDINGS = (".csv", ".tsv", ".txt", ".xlsx", ".xlsm", ".xls", ".ods")
_ZIP, _OLE = b"PK", bytes.fromhex("d0cf11e0a1b11ae1")
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_HTML = re.compile(rb"\s*<(?:!doctype|html|table|head|body|meta|\?xml)", re.IGNORECASE)


@dataclass(frozen=True)
class Tables:
    """The sheets of one file that can be seen, and what is told of the others."""

    sheets: tuple[Sheet, ...]
    left_out: tuple[str, ...] = ()
    told: tuple[str, ...] = field(default=())


def read_tables(file: Path, shown: str | None = None) -> Tables:
    """The sheets of a file. Raises Mistake: one sentence for one that is missing, broken, encrypted, empty or too long."""
    shown = one_line(shown or str(file), 1000)
    raw = _bytes_of(file, shown)
    if raw.startswith(_OLE) and _ENCRYPTED in raw:
        raise _of(shown, "is protected by a password; save it without one", "受密码保护；请取消密码后另存")
    if raw.startswith((_ZIP, _OLE)):
        found = _workbook(raw, shown)
    elif _HTML.match(raw.removeprefix(codecs.BOM_UTF8)):
        raise _of(
            shown,
            "is a web page (HTML) whatever its name says; open it in a spreadsheet and save it as .xlsx",
            "实为网页（HTML）；请用电子表格软件打开并另存为 .xlsx",
        )
    elif file.suffix.lower() in {".xlsx", ".xlsm", ".xls", ".ods"}:
        raise _broken(shown)
    else:
        found = _text(raw, shown)
    if not any(cell is not None and str(cell).strip() for sheet in found.sheets for row in sheet.rows for cell in row):
        raise _of(shown, "holds nothing; give a table of towns", "没有内容；请给出镇（街道）的表格")
    return found


def _of(shown: str, en: str, zh: str) -> Mistake:
    return Node(None, shown, None).mistake(en, zh)


def _broken(shown: str) -> Mistake:
    return _of(
        shown,
        "is no spreadsheet that can be read (broken, or of another kind); save it again as .xlsx or .csv",
        "无法作为电子表格读取（已损坏或格式不符）；请重新另存为 .xlsx 或 .csv",
    )


def too_many_towns(where: str, n: int, thing: str = "rows") -> Mistake:
    """The sentence for a table that is larger than a city."""
    rows = "行" if thing == "rows" else "个镇（街道）"
    return _of(
        where,
        f"has {n:,} {thing}, and a city has at most {MOST_STATIONS} towns; a table of many cities is for 'stations region'",
        f"有 {n:,} {rows}，而一个市最多 {MOST_STATIONS} 个镇（街道）；含多个市县的表格请用 'stations region'",
    )


def _bytes_of(file: Path, shown: str) -> bytes:
    if file.suffix.lower() not in ENDINGS:
        listed = ", ".join(ENDINGS)
        raise _of(shown, f"is no table; a table's name ends in {listed}", f"不是表格；表格文件名以 {listed} 结尾")
    try:
        if file.is_dir():
            raise _of(shown, "is a folder, not a file", "是文件夹而不是文件")
        if file.exists() and not file.is_file():  # a pipe would keep us waiting for ever
            raise _of(shown, "is not a regular file", "不是普通文件")
        with file.open("rb") as opened:
            raw = opened.read(MOST_FILE_BYTES + 1)
    except (FileNotFoundError, ValueError):  # ValueError: a zero byte in the name
        guess = file_near(file, ENDINGS)
        raise _of(shown, f"there is no such file{guess}", f"没有这个文件{guess}") from None
    except OSError as error:
        raise _of(shown, f"cannot be read ({error.strerror})", f"无法读取（{error.strerror}）") from None
    if len(raw) > MOST_FILE_BYTES:
        raise _of(
            shown,
            f"is larger than {MOST_FILE_BYTES // 1024**2} MiB; a table of many cities is for 'stations region'",
            f"超过 {MOST_FILE_BYTES // 1024**2} MiB；含多个市县的表格请用 'stations region'",
        )
    if not raw.strip():
        raise _of(shown, "is empty; give a table of towns", "是空文件；请给出镇（街道）的表格")
    return raw


# --- text


def _text(raw: bytes, shown: str) -> Tables:
    told: tuple[str, ...] = ()
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encoding = "utf-16"
    else:
        encoding = "utf-8-sig"
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError:
        encoding = "gb18030"
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            raise _of(
                shown,
                "is text in no encoding that can be read (UTF-8, UTF-16, GB18030); save it as UTF-8",
                "文本编码无法识别（非 UTF-8、UTF-16 或 GB18030）；请另存为 UTF-8",
            ) from None
    if "\0" in text:
        raise _broken(shown)
    if encoding != "utf-8-sig":
        name = encoding.upper()
        told = (tr(f"{shown}: read as {name} text", f"{shown}：按 {name} 编码读取"),)
    rows = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text)):
            rows.append([*row])
            if len(rows) > MOST_ROWS_READ:
                raise too_many_towns(shown, text.count("\n"))
    except csv.Error:
        raise _broken(shown) from None
    return Tables((_checked(Sheet(shown, "", rows)),), told=told)


def _delimiter(text: str) -> str:
    """What parts the columns: of tab, comma and semicolon the one that most of the first lines hold, and hold most."""
    lines = [line for line in text[:20_000].splitlines() if line.strip()][:30]
    return max("\t,;", key=lambda mark: sum(int(mark in line) for line in lines) * 1000 + text[:20_000].count(mark))


# --- workbooks


def _workbook(raw: bytes, shown: str) -> Tables:
    import python_calamine as calamine

    inner = _Inner(raw, shown)
    try:
        book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(raw))
        sheets, left_out = [], []
        for facts in book.sheets_metadata:
            name = one_line(facts.name)
            if facts.visible != calamine.SheetVisibleEnum.Visible:
                left_out.append(tr(f"{shown}: sheet '{name}' is hidden", f"{shown}：工作表 '{name}' 已隐藏"))
            elif facts.typ == calamine.SheetTypeEnum.WorkSheet:
                where = Sheet(shown, facts.name, []).where()
                hidden, hidden_columns, uncounted = inner.look(facts.name, where)
                sheet = book.get_sheet_by_name(facts.name)
                if sheet.end is not None and sheet.end[0] >= MOST_ROWS_READ:
                    raise too_many_towns(where, sheet.end[0] + 1)
                rows = sheet.to_python(skip_empty_area=False, nrows=MOST_ROWS_READ)
                merged = _cells_of(sheet.merged_cell_ranges or (), rows)
                made = Sheet(shown, facts.name, rows, merged, hidden, hidden_columns, uncounted)
                sheets.append(_checked(made))
    except calamine.PasswordError:
        raise _of(shown, "is protected by a password; save it without one", "受密码保护；请取消密码后另存") from None
    except (calamine.CalamineError, OSError, ValueError):
        raise _broken(shown) from None
    return Tables(tuple(sheets), tuple(left_out))


def _checked(sheet: Sheet) -> Sheet:
    if sheet.width > MOST_COLUMNS:
        raise sheet.mistake(
            f"has {sheet.width:,} columns, more than {MOST_COLUMNS}", f"有 {sheet.width:,} 列，超过 {MOST_COLUMNS}"
        )
    for row in sheet.rows:
        for column, value in enumerate(row):
            if isinstance(value, str) and not value.isprintable():
                row[column] = _printable(value)
    return sheet


def _printable(text: str) -> str:
    """Text without what nobody sees: control characters, marks of width zero; other spaces as plain ones."""
    return "".join(mark if mark.isprintable() else " " if mark.isspace() else "" for mark in text)


def _cells_of(
    ranges: Iterable[tuple[tuple[int, int], tuple[int, int]]], rows: list[list[Any]]
) -> dict[tuple[int, int], tuple[int, int]]:
    """Each cell of the merged ranges, as far as the sheet is filled, with the first cell of its range."""
    width = max((len(row) for row in rows), default=0)
    return {
        (row, column): first
        for first, last in ranges
        for row in range(first[0], min(last[0] + 1, len(rows)))
        for column in range(first[1], min(last[1] + 1, width))
    }


_ROW = re.compile(rb'<row\b[^>]*?\br="(\d+)"[^>]*>')
_IS_HIDDEN = re.compile(rb'\bhidden="(?:1|true)"')
_COLUMN = re.compile(rb"<col\b[^>]*>")
_SPAN = re.compile(rb'\b(min|max)="(\d{1,6})"')
_FORMULA = re.compile(
    rb'<c\b[^>]*?\br="([A-Z]{1,3})(\d+)"[^>]*>\s*<f\b[^>]*?(?:/>|>[^<]*</f>)\s*(?:<v\s*/>|<v>\s*</v>)?\s*</c>'
)
_FAR_CELL = re.compile(rb'<c\b[^>]*?\br="([A-Z]{3}\d+)"[^>]*[^/]>')
_LAST_CELL = re.compile(rb'\br="[A-Z]+(\d+)"')


class _Inner:
    """What calamine does not tell of an .xlsx file: hidden rows, formulas without a stored value, how far its cells go."""

    def __init__(self, raw: bytes, shown: str) -> None:
        self.parts: dict[str, bytes] = {}
        if not raw.startswith(_ZIP):
            return
        try:
            with zipfile.ZipFile(io.BytesIO(raw)) as packed:
                if sum(int(one.file_size) for one in packed.infolist()) > MOST_UNPACKED_BYTES:
                    raise _broken(shown)
                names = set(packed.namelist())
                if "xl/workbook.xml" in names:
                    self.parts = dict(_sheet_parts(packed, names))
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError, zlib.error):
            raise _broken(shown) from None

    def look(self, name: str, where: str) -> tuple[frozenset[int], frozenset[int], frozenset[tuple[int, int]]]:
        """Hidden rows, hidden columns, cells whose formula has no stored value. Raises Mistake."""
        part = self.parts.get(name, b"")
        last = _LAST_CELL.search(part, max(part.rfind(b"<c ", 0, part.rfind(b"</c>")), 0))
        if last and int(last[1]) > MOST_ROWS_READ:
            raise too_many_towns(where, int(last[1]))
        if far := _FAR_CELL.search(part):
            raise _of(
                where,
                f"has a cell far to the right, {far[1].decode()}; delete what stands there",
                f"最右侧有单元格 {far[1].decode()}；请删除其内容",
            )
        hidden = frozenset(int(row[1]) - 1 for row in _ROW.finditer(part) if _IS_HIDDEN.search(row[0]))
        formulas = frozenset((int(cell[2]) - 1, _number(cell[1])) for cell in _FORMULA.finditer(part))
        spans = [_SPAN.findall(column) for column in _COLUMN.findall(part) if _IS_HIDDEN.search(column)]
        columns = frozenset(
            column
            for span in map(dict, spans)
            for column in range(int(span[b"min"]) - 1, min(int(span[b"max"]), MOST_COLUMNS))
        )
        return hidden, columns, formulas


def _number(column: bytes) -> int:
    number = 0
    for letter in column:
        number = number * 26 + letter - ord("A") + 1
    return number - 1


def _sheet_parts(packed: zipfile.ZipFile, names: set[str]) -> Iterator[tuple[str, bytes]]:
    """Each sheet of an .xlsx file by its name, as XML."""
    from xml.etree import ElementTree

    try:
        book = ElementTree.fromstring(packed.read("xl/workbook.xml"))
        links = ElementTree.fromstring(packed.read("xl/_rels/workbook.xml.rels"))
    except (ElementTree.ParseError, KeyError):
        return
    target = {link.get("Id"): link.get("Target", "") for link in links}
    for sheet in book.iter():
        if sheet.tag.endswith("}sheet"):
            named = next((value for key, value in sheet.attrib.items() if key.endswith("}id")), "")
            path = target.get(named, "").lstrip("/")
            path = path if path in names else f"xl/{path}"
            if path in names:
                yield sheet.get("name", ""), packed.read(path)
