"""Stored tables for other programs: CSV, Parquet or a workbook; written aside first, whole or not at all."""

from __future__ import annotations

import json
import os
import shutil
import sys
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.lab.spreadsheets import BYTE_ORDER_MARK, write_csv
from sim.lab.store import PROVENANCE, check_folder, nothing_here
from sim.lab.sweep.ledger import LEDGER
from sim.lab.sweep.results import SWEEP
from sim.lab.sweep.store import Store
from sim.language import tr
from sim.mistakes import Mistake

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa
    from xlsxwriter.worksheet import Worksheet

POINTS = "points.parquet"
FORMATS = ("csv", "parquet", "xlsx")
MOST_ROWS = 1_048_575
"""Rows of a workbook's sheet, below the header."""

LONGEST_CELL = 32_767
MOST_EXACT = 2**53
"""Whole numbers up to here are exact in a workbook, which knows only floating-point numbers."""

_TOGETHER = 20_000  # rows that are held in memory at a time
_NO_TABLES = ("scenarios",)  # whole scenarios as JSON, for the sweep itself
_KEYS = ["scenario_hash", "model"]  # what says which points a run belongs to


@dataclass(frozen=True)
class Source:
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
            if sum(one.num_rows for one in held) >= _TOGETHER:
                yield pa.Table.from_batches(held, self.schema)
                held = []
        if held:
            yield pa.Table.from_batches(held, self.schema)


def export(folder: Path, kind: str, out: Path | None = None) -> list[Path]:
    """Write the tables of a sweep, a comparison or a run for other programs; the files that were made.

    kind: of FORMATS. "csv" and "parquet" make a file per table in the folder `out`; "xlsx" makes one workbook, `out` itself
    where it ends in .xlsx, else in the folder `out`, with 16 digits a number. out: must not exist, or be an empty folder; None: `folder/export`, where
    an earlier export of the same format is replaced.

    A sweep's runs come with their point and its factors, its series with their point; runs that belong to no point of the
    design as it is now are left out. Raises Mistake; then nothing is written.
    """
    target = out or folder / "export"
    is_book = kind == "xlsx" and target.suffix.lower() == ".xlsx"
    if not _is_sweep(folder) and not (folder / PROVENANCE).is_file():
        raise nothing_here(folder)
    if is_book and target.exists():
        raise Mistake(tr(f"{target}: exists already; give another --out", f"{target}：已存在；请换一个 --out"))
    if out is not None and not is_book:
        check_folder(target, force=False)
    aside = target.parent / f".{target.name}.{uuid.uuid4().hex[:8]}"
    try:
        aside.mkdir(parents=True)
        with ExitStack() as opened:
            sources = list(_sources(folder, opened))
            if kind == "xlsx":
                book = target.name if is_book else f"{folder.resolve().name}.xlsx"
                _write_workbook(aside / book, sources)
            else:
                for source in sources:
                    (_write_csv if kind == "csv" else _write_parquet)(aside / f"{source.name}.{kind}", source)
        names = sorted(file.name for file in aside.iterdir())
        if is_book:
            os.replace(aside / target.name, target)
            return [target]
        _place(aside, target, names, kind)
        return [target / name for name in names]
    except OSError as error:
        raise Mistake(
            tr(
                f"{target}: cannot be written ({error.strerror}); give another --out",
                f"{target}：无法写入（{error.strerror}）；请换一个 --out",
            )
        ) from None
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _place(aside: Path, target: Path, names: list[str], kind: str) -> None:
    """The folder appears as a whole; where it is there, its files of this format are replaced."""
    if not target.exists():
        aside.rename(target)
        return
    for name in names:
        os.replace(aside / name, target / name)
    for old in target.glob(f"*.{kind}"):
        if old.name not in names:
            old.unlink()


# --- what there is


def _is_sweep(folder: Path) -> bool:
    return any((folder / name).is_file() for name in (LEDGER, SWEEP))


def _sources(folder: Path, opened: ExitStack) -> Iterator[Source]:
    """Every table of the folder: first, of a sweep, its points, then its runs and series; then those that lie at its top."""
    files = [file for file in sorted(folder.glob("*.parquet")) if not file.name.startswith(".")]
    stored = [_of_file(file) for file in files if file.stem not in _NO_TABLES]
    if _is_sweep(folder):
        store = opened.enter_context(Store.open(folder, write=False))
        points = _Points.read(folder) if (folder / POINTS).is_file() else None
        yield from (source for source in stored if source.name == "points")
        for kind in store.kinds():
            yield _of_kind(store, kind, points)
    yield from (source for source in stored if source.name != "points" or not _is_sweep(folder))


def _of_file(file: Path) -> Source:
    import pyarrow.parquet as pq

    with _reading(file):
        schema = pq.read_schema(file).remove_metadata()

    def batches(columns: Sequence[str] | None) -> Iterator[pa.RecordBatch]:
        with _reading(file), pq.ParquetFile(file) as opened:
            for batch in opened.iter_batches(_TOGETHER, columns=columns):
                yield batch.replace_schema_metadata(None)

    return Source(file.stem, schema, batches)


@contextmanager
def _reading(file: Path) -> Iterator[None]:
    import pyarrow as pa

    try:
        yield
    except (OSError, pa.ArrowException, KeyError, ValueError, TypeError, AttributeError) as error:
        raise Mistake(
            tr(f"{file}: cannot be read ({type(error).__name__})", f"{file}：无法读取（{type(error).__name__}）")
        ) from None


@dataclass(frozen=True)
class _Points:
    """The points of the design as it is now."""

    table: pa.Table  # point, and a column per factor
    keys: pd.DataFrame  # the scenario and model of each, and its row in the table ("place")
    most_seed: int | None  # seeds beyond it are stored, but are not the design's

    @classmethod
    def read(cls, folder: Path) -> _Points:
        import pyarrow.parquet as pq

        with _reading(folder / POINTS):
            table = pq.read_table(folder / POINTS).replace_schema_metadata(None).combine_chunks()
            keys = table.select(["scenario_hash", "model"]).to_pandas().assign(place=range(table.num_rows))
            table = table.drop_columns([name for name in ("label", *_KEYS) if name in table.column_names])
            table.column("point")
        with _reading(folder / SWEEP):
            text = (folder / SWEEP).read_text(encoding="utf-8") if (folder / SWEEP).is_file() else "{}"
            found = json.loads(text).get("n_seeds")
            most_seed = None if found is None else int(found)
        return cls(table, keys, most_seed)

    def joined(self, batch: pa.RecordBatch, columns: pa.Table) -> pa.RecordBatch:
        """Each row once for each point that it belongs to, with these columns of the points before its own."""
        import pyarrow as pa

        rows = batch.select(_KEYS).to_pandas().assign(row=range(batch.num_rows)).merge(self.keys, on=_KEYS)
        left, right = (part.take(pa.array(at, pa.int64())) for part, at in ((columns, rows.place), (batch, rows.row)))
        taken = set(batch.schema.names)
        names = [f"{name} (factor)" if name in taken else name for name in columns.column_names]
        arrays = [column.combine_chunks() for column in left.columns]
        return pa.RecordBatch.from_arrays([*arrays, *right.columns], names=[*names, *batch.schema.names])


def _of_kind(store: Store, kind: str, points: _Points | None) -> Source:
    """Runs with their point and its factors; series with their point."""
    if points is None:
        return Source(kind, store.schema(kind), lambda columns: store.batches(kind, columns))
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
    return Source(kind, points.joined(empty, added).schema, batches)


# --- how it is written


def _write_csv(file: Path, source: Source) -> None:
    with file.open("w", encoding="utf-8", newline="") as opened:
        opened.write(BYTE_ORDER_MARK)
        write_csv(source.schema.empty_table().to_pandas(), opened)
        for table in source.tables():
            # Whole numbers stay such where some are missing.
            write_csv(table.to_pandas(integer_object_nulls=True), opened, header=False)


def _write_parquet(file: Path, source: Source) -> None:
    import pyarrow.parquet as pq

    with file.open("wb") as opened, pq.ParquetWriter(opened, source.schema) as writer:
        for table in source.tables():
            writer.write_table(table)


def _write_workbook(file: Path, sources: Sequence[Source]) -> None:
    from xlsxwriter import Workbook
    from xlsxwriter.exceptions import XlsxWriterException

    for source in sources:
        if (n := source.n_rows()) > MOST_ROWS:
            raise _no_workbook(
                tr(
                    f"{source.name} has {n:,} rows, and a sheet holds {MOST_ROWS:,}",
                    f"{source.name} 有 {n:,} 行，而工作表最多 {MOST_ROWS:,} 行",
                )
            )
    options = {"constant_memory": True, "tmpdir": str(file.parent)}
    try:
        book = Workbook(str(file), options)
        bold = book.add_format({"bold": True})
        for source in sources:
            sheet = book.add_worksheet(source.name)
            sheet.freeze_panes(1, 0)
            for place, name in enumerate(source.schema.names):
                sheet.write_string(0, place, name, bold)
            number = 0
            for table in source.tables():
                for row in zip(*(column.to_pylist() for column in table.columns), strict=True):
                    number += 1
                    for place, value in enumerate(row):
                        _write_cell(sheet, number, place, value)
        book.close()
    except XlsxWriterException as error:
        raise _no_workbook(str(error)) from None


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
        tr(f"a workbook cannot hold this ({why}); use --format csv", f"工作簿无法容纳（{why}）；请用 --format csv")
    )
