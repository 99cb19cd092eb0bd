"""Stored tables for other programs, with a codebook: CSV, Parquet, a workbook, Stata, SPSS; written aside first, whole or not at all."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from sim.lab.design.design import Design
from sim.lab.kept import shapes, writing
from sim.lab.kept.checked import is_there
from sim.lab.kept.codebook import Codebook
from sim.lab.kept.export_tables import ExportTable, of_frame, sources
from sim.lab.kept.folders import PROVENANCE, earlier, load_provenance
from sim.lab.kept.ledger import LEDGER
from sim.lab.kept.spreadsheets import BYTE_ORDER_MARK, write_csv
from sim.lab.kept.statistical import MOST_CELLS, Codes, variable_names, write_statistical
from sim.lab.kept.stored import refuse_unnamed
from sim.lab.kept.workbook import MOST_SHEET_ROWS, sheet_names, write_tables_of_book
from sim.language import tr
from sim.mistakes import Mistake
from sim.scenario.schema import Scenario

EXPORT_FORMATS = ("csv", "parquet", "xlsx", "dta", "sav")
STATISTICAL = ("dta", "sav")

OnNote = Callable[[str], object]


def export(folder: Path, kind: str, out: Path | None = None, *, on_note: OnNote = lambda _: None) -> list[Path]:
    """Write the tables of a sweep, a comparison or a run for other programs; the files that were made.

    kind: of EXPORT_FORMATS. "xlsx" makes one workbook, `out` itself where it ends in .xlsx, else in the folder `out`, whose last two
    sheets are the codebook and the values of keys; the others make a file per table in the folder `out`, with codebook.csv and values.csv. out:
    must not exist, or be an empty folder; None: `folder/export`, where an earlier export of the same format is replaced. on_note: called
    with each sentence about what is left out, before anything is written, or could not be kept.

    A sweep's tables have the label and the factors of each point beside its number; runs that belong to no point of the design as it is
    now are left out. Raises Mistake; then nothing is written.
    """
    writing.settle(folder)
    target = out or folder / "export"
    is_book = kind == "xlsx" and target.suffix.lower() == ".xlsx"
    if not is_there(folder / LEDGER):
        raise earlier(folder, load_provenance(folder, shape={}))
    stands = target.exists() if is_book else out is not None and target.is_dir() and any(target.iterdir())
    if stands:
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
            tables = list(_fitting(folder, list(sources(folder, opened)), kind, on_note))
            if kind == "xlsx":
                book = target.name if is_book else f"{folder.resolve().name}.xlsx"
                _write_book(made / book, tables, _codebook(folder))
            else:
                _write_files(made, kind, tables, _codebook(folder), on_note)
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

    new = [file.name for file in made.iterdir()]
    ignored = shutil.ignore_patterns(f"*.{kind}", f"{writing.HIDDEN_BEGINNING}*", *new)
    shutil.copytree(target, made, symlinks=True, ignore=ignored, copy_function=link, dirs_exist_ok=True)


# --- what fits, and what it means


def _fitting(folder: Path, tables: Sequence[ExportTable], kind: str, on_note: OnNote) -> Iterator[ExportTable]:
    """The tables that a format holds, the others told of; of workbooks, Stata's and SPSS's files only those with rows. Raises Mistake
    where none is left."""
    if kind not in {"xlsx", *STATISTICAL}:
        yield from tables
        return
    n_left = 0
    for table in tables:
        n_rows, n_columns = table.n_rows(), len(table.schema.names)
        if kind == "xlsx" and n_rows > MOST_SHEET_ROWS:
            on_note(
                tr(
                    f"{table.name} is left out: it has {n_rows:,} rows, and a sheet holds {MOST_SHEET_ROWS:,}; for it use --format csv",
                    f"略去 {table.name}：它有 {n_rows:,} 行，而工作表最多 {MOST_SHEET_ROWS:,} 行；导出该表请用 --format csv",
                )
            )
        elif kind in STATISTICAL and n_rows * n_columns > MOST_CELLS:
            on_note(
                tr(
                    f"{table.name} is left out: its {n_rows:,} rows of {n_columns} columns would have to fit into memory at once; "
                    "for it use --format csv or parquet",
                    f"略去 {table.name}：其 {n_rows:,} 行、{n_columns} 列须一次装入内存；导出该表请用 --format csv 或 parquet",
                )
            )
        elif n_rows > 0:
            n_left += 1
            yield table
    if not n_left:
        raise Mistake(
            f"{folder}: there is nothing to write as {kind}; use --format csv",
            f"{folder}：没有可写为 {kind} 的表；请用 --format csv",
        )


def _codebook(folder: Path) -> Codebook:
    """What the provenance says of factors, towns and groups. Raises Mistake where it is damaged."""
    if not is_there(folder / PROVENANCE):
        return Codebook(None, None)
    found = load_provenance(folder, shape={})
    if "design" not in found:  # of results that say nothing of it there is nothing to check
        return Codebook(None, None)
    shape = {key: shapes.OF_KIND[found["kind"]][key] for key in ("design", "scenario", "outcomes")}
    refuse_unnamed(folder / PROVENANCE, found := load_provenance(folder, shape=shape))
    return Codebook(Design.from_mapping(found["design"], found["kind"]), Scenario.from_mapping(found["scenario"]))


def _told(tables: Sequence[ExportTable], book: Codebook) -> list[ExportTable]:
    """The codebook and the values of keys, as tables to be exported."""
    columns = [
        (table.name, name, variable, book.column(table.name, name, table.schema.names, table.factors.get(name)))
        for table in tables
        for name, variable in variable_names(table.schema.names).items()
    ]
    return [of_frame(name, frame) for name, frame in book.sheets(columns).items() if len(frame)]


# --- how it is written


def _write_files(made: Path, kind: str, tables: Sequence[ExportTable], book: Codebook, on_note: OnNote) -> None:
    codes = Codes(book)
    for table in tables:
        file = made / f"{table.name}.{kind}"
        if kind == "csv":
            _write_csv(file, table)
        elif kind == "parquet":
            _write_parquet(file, table)
        else:
            said = {
                name: book.column(table.name, name, table.schema.names, table.factors.get(name))
                for name in table.schema.names
            }
            for note in write_statistical(file, table, said, codes):
                on_note(note)
    for table in _told(tables, book):
        _write_csv(made / f"{table.name}.csv", table)


def _write_book(file: Path, tables: Sequence[ExportTable], book: Codebook) -> None:
    names = sheet_names([*(table.name for table in tables), "codebook", "values"])
    # The codebook speaks of sheets as they are called.
    told = _told([replace(table, name=names[table.name]) for table in tables], book)
    write_tables_of_book(file, {names[table.name]: table for table in [*tables, *told]})


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
