"""Stored tables for other programs: CSV, Parquet or a workbook; written aside first, whole or not at all."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.lab.kept import writing
from sim.lab.kept.checked import Whole, is_there, refuse_columns
from sim.lab.kept.folders import PROVENANCE, earlier, load_provenance
from sim.lab.kept.ledger import LEDGER
from sim.lab.kept.opening import open_results
from sim.lab.kept.spreadsheets import BYTE_ORDER_MARK, write_csv
from sim.lab.kept.store import Store
from sim.lab.kept.stored import POINTS, SCENARIOS
from sim.language import tr
from sim.mistakes import Mistake

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa
    from xlsxwriter.worksheet import Worksheet

EXPORT_FORMATS = ("csv", "parquet", "xlsx")
MOST_SHEET_ROWS = 1_048_575
"""Rows of a workbook's sheet, below the header."""

LONGEST_CELL = 32_767
MOST_EXACT = 2**53
"""Whole numbers up to here are exact in a workbook, which knows only floating-point numbers."""

_TOGETHER = 20_000  # rows that are held in memory at a time
_KEYS = ["scenario_hash", "model"]  # what says which points a run belongs to


@dataclass(frozen=True)
class ExportTable:
    """A table to be exported. `batches` reads it a part at a time: all columns, or only the named ones and what finds them."""

    name: str
    schema: pa.Schema
    batches: Callable[[Sequence[str] | None], Iterator[pa.RecordBatch]]

    def n_rows(self) -> int:
        return sum(batch.num_rows for batch in self.batches([]))

    def tables(self) -> Iterator[pa.Table]:
        """All of it, in tables of about _TOGETHER rows."""
        import pyarrow as pa

        held: list[pa.RecordBatch] = []
        for batch in self.batches(None):
            held.append(batch)
            if sum(batch.num_rows for batch in held) >= _TOGETHER:
                yield pa.Table.from_batches(held, self.schema)
                held = []
        if held:
            yield pa.Table.from_batches(held, self.schema)


def export(folder: Path, kind: str, out: Path | None = None) -> list[Path]:
    """Write the tables of a sweep, a comparison or a run for other programs; the files that were made.

    kind: of EXPORT_FORMATS. "csv" and "parquet" make a file per table in the folder `out`; "xlsx" makes one workbook, `out` itself
    where it ends in .xlsx, else in the folder `out`, with 16 digits a number. out: must not exist, or be an empty folder; None: `folder/export`, where
    an earlier export of the same format is replaced.

    A sweep's runs come with their point and its factors, its series with their point; runs that belong to no point of the
    design as it is now are left out. Raises Mistake; then nothing is written.
    """
    writing.settle(folder)
    target = out or folder / "export"
    is_book = kind == "xlsx" and target.suffix.lower() == ".xlsx"
    if not is_there(folder / LEDGER):
        raise earlier(folder, load_provenance(folder, shape={}))
    if is_book and target.exists():
        raise Mistake(f"{target}: exists already; give another --out", f"{target}：已存在；请换一个 --out")
    if is_book:
        writing.check_file(target)
    elif out is not None:
        writing.check_folder(target, force=False, mark=PROVENANCE)
    else:
        writing.check_writable(target)
    try:
        place = target.resolve()
        place.parent.mkdir(parents=True, exist_ok=True)
        with writing.aside(place.parent) as held, ExitStack() as opened:
            made = held / "made"
            made.mkdir()
            sources = list(_sources(folder, opened))
            if kind == "xlsx":
                book = target.name if is_book else f"{folder.resolve().name}.xlsx"
                _write_workbook(made / book, sources)
            else:
                for source in sources:
                    (_write_csv if kind == "csv" else _write_parquet)(made / f"{source.name}.{kind}", source)
            names = sorted(file.name for file in made.iterdir())
            if is_book:
                os.replace(made / target.name, place)
                return [target]
            if place.exists():
                _keep_others(place, made, kind)
            writing.write_folder(made, place)
            return [target / name for name in names]
    except OSError as error:
        raise Mistake(
            f"{target}: cannot be written ({error.strerror}); give another --out",
            f"{target}：无法写入（{error.strerror}）；请换一个 --out",
        ) from None


def _keep_others(target: Path, made: Path, kind: str) -> None:
    """What is not of this format in an earlier export stays: linked, or copied where the disk knows no links."""

    def link(source: str, to: str) -> None:
        try:
            os.link(source, to)
        except OSError:
            shutil.copy2(source, to)

    ignored = shutil.ignore_patterns(f"*.{kind}", f"{writing.HIDDEN_BEGINNING}*")
    shutil.copytree(target, made, symlinks=True, ignore=ignored, copy_function=link, dirs_exist_ok=True)


# --- what there is


def _sources(folder: Path, opened: ExitStack) -> Iterator[ExportTable]:
    """Every table of the folder, verified: of a sweep its points, then its runs and series, then its statistics."""
    store = opened.enter_context(Store.open(folder, write=False))
    if is_there(folder / PROVENANCE) and load_provenance(folder, shape={})["kind"] != "sweep":
        for name, table in sorted(open_results(folder).tables.items()):
            yield _of_table(name, table)
        return
    known = store.files()
    points = _Points.read(folder, store.file(POINTS)) if POINTS in known else None
    if points is not None:
        yield _of_file(folder / POINTS)
    for kind in store.kinds():
        yield _of_kind(store, kind, points)
    for name in known:
        if name.endswith(".parquet") and name not in {
            POINTS,
            SCENARIOS,
        }:  # whole scenarios as JSON are for the sweep itself
            yield _of_file(store.file(name))


def _of_table(name: str, table: pd.DataFrame) -> ExportTable:
    import pyarrow as pa

    made = pa.Table.from_pandas(table, preserve_index=False).replace_schema_metadata(None)

    def batches(columns: Sequence[str] | None) -> Iterator[pa.RecordBatch]:
        yield from (made if columns is None else made.select(columns)).to_batches(_TOGETHER)

    return ExportTable(name, made.schema, batches)


def _of_file(file: Path) -> ExportTable:
    import pyarrow.parquet as pq

    with _reading(file):
        schema = pq.read_schema(file).remove_metadata()

    def batches(columns: Sequence[str] | None) -> Iterator[pa.RecordBatch]:
        with _reading(file), pq.ParquetFile(file) as opened:
            for batch in opened.iter_batches(_TOGETHER, columns=columns):
                yield batch.replace_schema_metadata(None)

    return ExportTable(file.stem, schema, batches)


@contextmanager
def _reading(file: Path) -> Iterator[None]:
    import pyarrow as pa

    try:
        yield
    except (OSError, pa.ArrowException) as error:
        raise Mistake(
            f"{file}: cannot be read ({type(error).__name__})", f"{file}：无法读取（{type(error).__name__}）"
        ) from None


@dataclass(frozen=True)
class _Points:
    """The points of the design as it is now."""

    table: pa.Table  # point, and a column per factor
    keys: pd.DataFrame  # the scenario and model of each, and its row in the table ("place")
    most_seed: int | None  # seeds beyond it are stored, but are not the design's

    @classmethod
    def read(cls, folder: Path, file: Path) -> _Points:
        import pyarrow.parquet as pq

        with _reading(file):
            table = pq.read_table(file).replace_schema_metadata(None).combine_chunks()
        refuse_columns(file, table.schema, _KEYS, ["point"])
        keys = table.select(_KEYS).to_pandas().assign(place=range(table.num_rows))
        table = table.drop_columns([name for name in ("label", *_KEYS) if name in table.column_names])
        if not is_there(folder / PROVENANCE):
            return cls(table, keys, None)
        return cls(table, keys, load_provenance(folder, ("sweep",), {"n_seeds": Whole()})["n_seeds"])

    def joined(self, batch: pa.RecordBatch, columns: pa.Table) -> pa.RecordBatch:
        """Each row once for each point that it belongs to, with these columns of the points before its own."""
        import pyarrow as pa

        rows = batch.select(_KEYS).to_pandas().assign(row=range(batch.num_rows)).merge(self.keys, on=_KEYS)
        left, right = (part.take(pa.array(at, pa.int64())) for part, at in ((columns, rows.place), (batch, rows.row)))
        taken = set(batch.schema.names)
        names = [f"{name} (factor)" if name in taken else name for name in columns.column_names]
        arrays = [column.combine_chunks() for column in left.columns]
        return pa.RecordBatch.from_arrays([*arrays, *right.columns], names=[*names, *batch.schema.names])


def _of_kind(store: Store, kind: str, points: _Points | None) -> ExportTable:
    """Runs with their point and its factors; series with their point."""
    if points is None:
        return ExportTable(kind, store.schema(kind), lambda columns: store.batches(kind, columns))
    import pyarrow as pa
    import pyarrow.compute as pc

    wanted = pc.field("scenario_hash").isin(points.keys.scenario_hash.unique().tolist())
    if points.most_seed is not None:
        wanted &= pc.field("seed") <= points.most_seed
    added = points.table if kind == "runs" else points.table.select(["point"])

    def batches(columns: Sequence[str] | None) -> Iterator[pa.RecordBatch]:
        names = None if columns is None else [*_KEYS, *columns]
        return (points.joined(batch, added) for batch in store.batches(kind, names, wanted))

    empty = pa.RecordBatch.from_pylist([], schema=store.schema(kind))
    return ExportTable(kind, points.joined(empty, added).schema, batches)


# --- how it is written


def _write_csv(file: Path, source: ExportTable) -> None:
    with file.open("w", encoding="utf-8", newline="") as opened:
        opened.write(BYTE_ORDER_MARK)
        write_csv(source.schema.empty_table().to_pandas(), opened)
        for table in source.tables():
            # Whole numbers stay such where some are missing.
            write_csv(table.to_pandas(integer_object_nulls=True), opened, header=False)


def _write_parquet(file: Path, source: ExportTable) -> None:
    import pyarrow.parquet as pq

    with file.open("wb") as opened, pq.ParquetWriter(opened, source.schema) as writer:
        for table in source.tables():
            writer.write_table(table)


def _write_workbook(file: Path, sources: Sequence[ExportTable]) -> None:
    from xlsxwriter import Workbook
    from xlsxwriter.exceptions import XlsxWriterException

    for source in sources:
        if (n := source.n_rows()) > MOST_SHEET_ROWS:
            raise _no_workbook(
                tr(
                    f"{source.name} has {n:,} rows, and a sheet holds {MOST_SHEET_ROWS:,}",
                    f"{source.name} 有 {n:,} 行，而工作表最多 {MOST_SHEET_ROWS:,} 行",
                )
            )
    options = {"constant_memory": True, "tmpdir": str(file.parent)}
    try:
        book = Workbook(str(file), options)
        try:
            bold = book.add_format({"bold": True})
            for source in sources:
                _write_sheet(book.add_worksheet(source.name), bold, source)
        except Exception:
            with suppress(Exception):  # else its temporary files stay open, and on Windows in the way
                book.close()
            raise
        book.close()
    except XlsxWriterException as error:
        raise _no_workbook(str(error)) from None


def _write_sheet(sheet: Worksheet, bold: Any, source: ExportTable) -> None:
    sheet.freeze_panes(1, 0)
    for place, name in enumerate(source.schema.names):
        sheet.write_string(0, place, name, bold)
    number = 0
    for table in source.tables():
        for row in zip(*(column.to_pylist() for column in table.columns), strict=True):
            number += 1
            for place, value in enumerate(row):
                _write_cell(sheet, number, place, value)


def _write_cell(sheet: Worksheet, row: int, place: int, value: Any) -> None:
    """Text as text, whatever it begins with; what is missing as an empty cell."""
    if value is None or value != value:
        return
    if isinstance(value, bool):
        sheet.write_boolean(row, place, value)
    elif isinstance(value, int | float) and abs(value) <= (
        MOST_EXACT if isinstance(value, int) else sys.float_info.max
    ):
        sheet.write_number(row, place, value)
    elif len(str(value)) > LONGEST_CELL:
        raise _no_workbook(tr(f"a text is longer than {LONGEST_CELL:,}", f"有文本超过 {LONGEST_CELL:,} 字符"))
    else:
        sheet.write_string(row, place, str(value))


def _no_workbook(why: str) -> Mistake:
    return Mistake(
        f"a workbook cannot hold this ({why}); use --format csv", f"工作簿无法容纳（{why}）；请用 --format csv"
    )
