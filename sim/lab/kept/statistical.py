"""Exported tables for Stata and SPSS: names that both take, labels in the language in force, keys as numbers with labels of their values.

Both know a table as a whole only, so it is held in memory while it is written (`MOST_CELLS`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.lab.kept.codebook import NO_TEXT, UNIT_OF_ROW, Codebook, Described
from sim.lab.kept.export_tables import ExportTable
from sim.language import in_brackets, tr
from sim.mistakes import Mistake
from sim.months import month_number

if TYPE_CHECKING:
    import pyarrow as pa

MOST_CELLS = 60_000_000
"""Of a table: as many take about 1.5 GB of memory while they are written."""

MOST_LETTERS, MOST_BYTES_OF_NAME = 32, 64
"""Of a variable's name: in Stata, and in SPSS."""

MOST_OF_LABEL = {"dta": 80, "sav": 256}
"""Of a variable's label: characters in Stata, bytes in SPSS."""

MOST_OF_VALUE_LABEL = {"dta": 32_000, "sav": 120}  # bytes
MOST_BYTES_OF_TEXT = {"dta": 2_000_000_000, "sav": 32_767}
"""Of one cell; Stata keeps what is longer than 2,045 as strL."""

LARGEST_LONG = 2_147_483_620
"""The largest whole number of Stata's type long; beyond it numbers are doubles, exact to 2**53."""

STATA_BEGINS = month_number("1960-01")
_STATA_14 = 14  # the first whose text is Unicode; every later one and R's haven read it
_RESERVED = {
    "_all", "_b", "byte", "_coef", "_cons", "_n", "_pi", "_pred", "_rc", "_skip", "double", "float", "if", "in", "int", "long",
    "str", "strl", "using", "with", "all", "and", "by", "eq", "ge", "gt", "le", "lt", "ne", "not", "or", "to",
}  # fmt: skip
"""Words that are no names in Stata or in SPSS, in any case."""


def variable_names(columns: Iterable[str]) -> dict[str, str]:
    """What columns are called where names are letters, digits and underscores: no two alike, whatever their case. A column whose name
    is one already keeps it."""
    said = {column: _cut(_cleaned(column), "") for column in columns}
    found: dict[str, str] = {}
    taken = set[str]()
    for column in sorted(said, key=lambda column: said[column] != column):
        name, number = said[column], 1
        while name.casefold() in taken:
            number += 1
            name = _cut(said[column], f"_{number}")
        taken.add(name.casefold())
        found[column] = name
    return {column: found[column] for column in said}


def _cleaned(column: str) -> str:
    name = re.sub(r"\W+", "_", column).strip("_") or "column"
    is_reserved = name.casefold() in _RESERVED or re.fullmatch("(?i)str[0-9]+", name)
    return f"v_{name}" if is_reserved or not name[0].isalpha() else name


def _cut(name: str, end: str) -> str:
    """A name with its end, as long as both programs allow."""
    kept = name[: MOST_LETTERS - len(end)]
    while len((kept + end).encode()) > MOST_BYTES_OF_NAME:
        kept = kept[:-1]
    return kept.rstrip("_") + end


class Codes:
    """A number for every value of a key, the same in all tables of an export: known ones in their order, others as they come."""

    def __init__(self, book: Codebook) -> None:
        self._book = book
        self._known: dict[str, dict[str, int]] = {}

    def of(self, key: str) -> dict[str, int]:
        return self._known.setdefault(key, {value: code for code, value in enumerate(self._book.values(key))})

    def coded(self, key: str, texts: Iterable[str]) -> None:
        """Give numbers to values that have none."""
        known = self.of(key)
        for text in texts:
            known.setdefault(text, len(known))

    def labels(self, key: str) -> dict[int, str]:
        said = self._book.values(key)
        return {code: str(said[value].label) if value in said else value for value, code in self.of(key).items()}


def write_statistical(file: Path, source: ExportTable, said: Mapping[str, Described | None], codes: Codes) -> list[str]:
    """Write a table as the file's ending says: .dta or .sav. What could not be kept, in sentences. Raises Mistake, OSError.

    said: what the columns mean, by name.
    """
    import pandas as pd
    import pyreadstat

    kind = file.suffix.removeprefix(".")
    table = _whole(source)
    names = variable_names(source.schema.names)
    columns: dict[str, Any] = {}
    labels: dict[str, str] = {}
    values: dict[str, dict[int, str]] = {}
    formats: dict[str, str] = {}
    told: list[str] = []
    for place, (column, name) in enumerate(names.items()):
        one = said[column]
        labels[name] = _label(column, name, one, kind)
        made = _Column.of(table.column(place), "" if one is None else one.key, kind, codes)
        if made.is_too_long:
            raise _too_long(source.name, column, kind)
        if made.n_infinite:
            told.append(
                tr(
                    f"{source.name}: {made.n_infinite:,} infinite values of '{column}' are written as missing",
                    f"{source.name}：'{column}' 有 {made.n_infinite:,} 个无穷值，写作缺失值",
                )
            )
        columns[name] = made.values
        if made.labels:
            values[name] = {code: _short(text, MOST_OF_VALUE_LABEL[kind]) for code, text in made.labels.items()}
        if made.format:
            formats[name] = made.format
    frame = pd.DataFrame(columns)
    given: dict[str, Any] = {"column_labels": labels, "variable_value_labels": values, "variable_format": formats}
    if kind == "dta":
        pyreadstat.write_dta(frame, str(file), version=_STATA_14, **given)
    else:
        pyreadstat.write_sav(frame, str(file), **given)
    return told


def _whole(source: ExportTable) -> pa.Table:
    import pyarrow as pa

    return pa.Table.from_batches(list(source.batches(None)), source.schema)


def _label(column: str, name: str, said: Described | None, kind: str) -> str:
    """What a variable is, in its unit; and what the column is called, where that is no variable's name."""
    text = column if said is None else str(said.label)
    unit = "" if said is None or said.unit in {NO_TEXT, UNIT_OF_ROW} else in_brackets(said.unit)
    old = f" [{column}]" if name != column and text != column else ""
    most = MOST_OF_LABEL[kind]
    size = len if kind == "dta" else _n_bytes
    for whole in (text + unit + old, text + old):
        if size(whole) <= most:
            return whole
    room = most - size(old)
    kept = text[:room] if kind == "dta" else _short(text, room)
    return kept + old if room > 0 else _short(old.strip(), most)


def _n_bytes(text: str) -> int:
    return len(text.encode())


def _short(text: str, most: int) -> str:
    """The beginning of a text that takes at most so many bytes."""
    return text.encode()[:most].decode(errors="ignore")


@dataclass(frozen=True)
class _Column:
    """The values of a column as they are written, and what is said of them."""

    values: Any
    labels: Mapping[int, str] = field(default_factory=dict)
    format: str = ""
    n_infinite: int = 0
    is_too_long: bool = False

    @classmethod
    def of(cls, column: pa.ChunkedArray, key: str, kind: str, codes: Codes) -> _Column:
        import pyarrow.types as kinds

        if kinds.is_boolean(column.type):
            return cls(_numbers(column, np.int8), {0: tr("no", "否"), 1: tr("yes", "是")})
        if kinds.is_floating(column.type) or kinds.is_null(column.type):
            return cls._of_reals(column, kind)
        if kinds.is_integer(column.type):
            return cls._of_whole(column, kind)
        texts = column.cast("string")
        if key == "month" and (months := _of_months(texts, kind)) is not None:
            return months
        if key and codes.of(key):
            distinct = [text for text in texts.unique().to_pylist() if text]
            codes.coded(key, distinct)
            known = codes.of(key)
            numbers = {text: known[text] for text in distinct}
            return cls(_mapped(texts, numbers), codes.labels(key))
        return cls._of_texts(texts, kind)

    @classmethod
    def _of_reals(cls, column: pa.ChunkedArray, kind: str) -> _Column:
        values = column.cast("double").to_numpy(zero_copy_only=False)
        is_infinite = np.isinf(values)
        shown = "F18.6" if kind == "sav" else ""  # SPSS would show two decimals
        return cls(np.where(is_infinite, np.nan, values), format=shown, n_infinite=int(is_infinite.sum()))

    @classmethod
    def _of_whole(cls, column: pa.ChunkedArray, kind: str) -> _Column:
        import pyarrow.compute as pc

        ends = pc.min_max(column)
        most = max(abs(end.as_py() or 0) for end in (ends["min"], ends["max"]))
        if most > 2**53:
            return cls._of_texts(column.cast("string"), kind)
        return cls(_numbers(column, np.int32 if most <= LARGEST_LONG else np.float64))

    @classmethod
    def _of_texts(cls, texts: pa.ChunkedArray, kind: str) -> _Column:
        import pyarrow.compute as pc

        longest = pc.max(pc.binary_length(texts)).as_py() or 0
        values = texts.fill_null("").to_pandas().astype(object)
        return cls(values, is_too_long=longest > MOST_BYTES_OF_TEXT[kind])


def _of_months(texts: pa.ChunkedArray, kind: str) -> _Column | None:
    """Months of texts YYYY-MM; None where one is something else. SPSS gets the first day: other readers take its format of months for
    a number."""
    known: dict[str, Any] = {}
    for text in texts.unique().to_pylist():
        if text and not re.fullmatch("[0-9]{4}-(0[1-9]|1[0-2])", text):
            return None
        if text:
            known[text] = date.fromisoformat(f"{text}-01") if kind == "sav" else month_number(text) - STATA_BEGINS
    if kind == "dta":
        return _Column(_mapped(texts, known), format="%tm")
    return _Column(np.array([known.get(text) for text in texts.to_pylist()], object), format="SDATE10")


def _mapped(texts: pa.ChunkedArray, numbers: Mapping[str, int]) -> np.ndarray:
    return _as_whole(np.array([numbers.get(text, np.nan) for text in texts.to_pylist()], float))


def _as_whole(values: np.ndarray) -> np.ndarray:
    return values if np.isnan(values).any() else values.astype(np.int32)


def _numbers(column: pa.ChunkedArray, kind: Any) -> np.ndarray:
    """As whole numbers; as reals where some are missing."""
    if column.null_count:
        return column.cast("double", safe=False).to_numpy(zero_copy_only=False)
    found: np.ndarray = column.cast("int8" if kind is np.int8 else "int64").to_numpy().astype(kind)
    return found


def _too_long(table: str, column: str, kind: str) -> Mistake:
    most = MOST_BYTES_OF_TEXT[kind]
    return Mistake(
        f"{table}: a text of '{column}' is longer than the {most:,} bytes that .{kind} holds; use --format csv",
        f"{table}：'{column}' 有文本超过 .{kind} 所能容纳的 {most:,} 字节；请用 --format csv",
    )
