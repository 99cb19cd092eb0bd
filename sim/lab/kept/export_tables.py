"""The tables of a folder of results as they are exported: every point number with its label and its factors, hashes in the table of points alone.

There they join with the folder's own Parquet files, which know runs by scenario and model.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from sim.lab.doubt.worlds import TWINS
from sim.lab.kept.checked import Whole, is_there, refuse_columns
from sim.lab.kept.draws import DRAWS, read_draws
from sim.lab.kept.folders import PROVENANCE, load_provenance
from sim.lab.kept.opening import open_results
from sim.lab.kept.store import Store
from sim.lab.kept.stored import POINTS, RUN_COLUMNS, SCENARIOS
from sim.mistakes import Mistake

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

TOGETHER = 20_000
"""Rows that are held in memory at a time."""

LABEL, CONTEXT = "label", "context"
_KEYS = RUN_COLUMNS[:2]  # what says which points a run belongs to


@dataclass(frozen=True)
class ExportTable:
    """A table to be exported. `batches` reads it a part at a time: all columns, or only the named ones and what finds them.

    factors: the names of the design's factors, by the columns that hold their values.
    """

    name: str
    schema: pa.Schema
    batches: Callable[[Sequence[str] | None], Iterator[pa.RecordBatch]]
    factors: Mapping[str, str] = field(default_factory=dict)

    def n_rows(self) -> int:
        return sum(batch.num_rows for batch in self.batches([]))

    def tables(self) -> Iterator[pa.Table]:
        """All of it, in tables of about TOGETHER rows."""
        import pyarrow as pa

        held: list[pa.RecordBatch] = []
        for batch in self.batches(None):
            held.append(batch)
            if sum(batch.num_rows for batch in held) >= TOGETHER:
                yield pa.Table.from_batches(held, self.schema)
                held = []
        if held:
            yield pa.Table.from_batches(held, self.schema)


def of_frame(name: str, table: pd.DataFrame) -> ExportTable:
    import pyarrow as pa

    made = pa.Table.from_pandas(table, preserve_index=False).replace_schema_metadata(None)

    def batches(columns: Sequence[str] | None) -> Iterator[pa.RecordBatch]:
        yield from (made if columns is None else made.select(columns)).to_batches(TOGETHER)

    return ExportTable(name, made.schema, batches)


def sources(folder: Path, opened: ExitStack) -> Iterator[ExportTable]:
    """Every table of the folder, verified: of a sweep its points, then its runs and series, then its statistics."""
    store = opened.enter_context(Store.open(folder, write=False))
    if is_there(folder / PROVENANCE) and load_provenance(folder, shape={})["kind"] != "sweep":
        for name, table in sorted(open_results(folder).tables.items()):
            yield of_frame(name, table)
        yield from _draws(store)
        return
    known = store.files()
    points = _Points.read(folder, store.file(POINTS)) if POINTS in known else None
    if points is not None:
        yield ExportTable(Path(POINTS).stem, *_file(folder / POINTS), points.of)
    for kind in store.kinds():
        yield _of_kind(store, kind, points)
    for name in known:
        # Whole scenarios as JSON are for the sweep itself.
        if name.endswith(".parquet") and name not in {POINTS, SCENARIOS, DRAWS}:
            yield _of_file(store.file(name), points)
    yield from _draws(store)


def _draws(store: Store) -> Iterator[ExportTable]:
    """What was drawn in each world that tables speak of: twins are in none."""
    if DRAWS in store.files():
        drawn = read_draws(store)
        yield of_frame(Path(DRAWS).stem, drawn[drawn["seed"] < TWINS].reset_index(drop=True))


_Batches = Callable[[Sequence[str] | None], Iterator["pa.RecordBatch"]]


def _file(file: Path) -> tuple[pa.Schema, _Batches]:
    import pyarrow.parquet as pq

    with _reading(file):
        schema = pq.read_schema(file).remove_metadata()

    def batches(columns: Sequence[str] | None) -> Iterator[pa.RecordBatch]:
        with _reading(file), pq.ParquetFile(file) as opened:
            for batch in opened.iter_batches(TOGETHER, columns=columns):
                yield batch.replace_schema_metadata(None)

    return schema, batches


def _of_file(file: Path, points: _Points | None) -> ExportTable:
    schema, read = _file(file)
    if points is None or "point" not in schema.names:
        return ExportTable(file.stem, schema, read)
    refuse_columns(file, schema, (), [name for name in ("point", CONTEXT) if name in schema.names])
    beside = points.columns_beside(schema.names)

    def batches(columns: Sequence[str] | None) -> Iterator[pa.RecordBatch]:
        return (points.beside(batch, beside) for batch in read(None)) if columns is None else read(columns)

    schema = points.beside(_empty(schema), beside).schema
    return ExportTable(file.stem, schema, batches, points.of_columns(beside))


def _of_kind(store: Store, kind: str, points: _Points | None) -> ExportTable:
    """Runs and series with their point, its label and its factors."""
    if points is None:
        return ExportTable(kind, store.schema(kind), lambda columns: store.batches(kind, columns))
    import pyarrow.compute as pc

    wanted = pc.field("scenario_hash").isin(points.keys.scenario_hash.unique().tolist())
    if points.most_seed is not None:
        wanted &= pc.field("seed") <= points.most_seed
    stored = [name for name in store.schema(kind).names if name not in {"run", *_KEYS}]
    beside = points.columns_beside(stored)

    def batches(columns: Sequence[str] | None) -> Iterator[pa.RecordBatch]:
        names = [*_KEYS, *(stored if columns is None else columns)]
        return (points.joined(batch, beside) for batch in store.batches(kind, names, wanted))

    schema = points.joined(_empty(store.schema(kind)).select([*_KEYS, *stored]), beside).schema
    return ExportTable(kind, schema, batches, points.of_columns(beside))


def _empty(schema: pa.Schema) -> pa.RecordBatch:
    import pyarrow as pa

    return pa.RecordBatch.from_pylist([], schema=schema)


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

    table: pa.Table  # point, label, and a column per factor
    keys: pd.DataFrame  # the scenario and model of each, and its row in the table ("place")
    most_seed: int | None  # seeds beyond it are stored, but are not the design's

    @classmethod
    def read(cls, folder: Path, file: Path) -> _Points:
        import pyarrow.parquet as pq

        with _reading(file):
            table = pq.read_table(file).replace_schema_metadata(None).combine_chunks()
        refuse_columns(file, table.schema, _KEYS, ["point"])
        keys = table.select(_KEYS).to_pandas().assign(place=range(table.num_rows))
        table = table.drop_columns(_KEYS)
        if not is_there(folder / PROVENANCE):
            return cls(table, keys, None)
        return cls(table, keys, load_provenance(folder, ("sweep",), {"n_seeds": Whole()})["n_seeds"])

    @property
    def of(self) -> dict[str, str]:
        """The columns of factors, by themselves."""
        return {name: name for name in self.table.column_names if name not in {"point", LABEL}}

    def columns_beside(self, names: Sequence[str]) -> dict[str, str]:
        """The columns of points, in their order, by what they are called in a table that has columns of these names."""
        there = [name for name in self.table.column_names if name != "point"]
        return {f"{name} (factor)" if name in names else name: name for name in there}

    def of_columns(self, beside: Mapping[str, str]) -> dict[str, str]:
        return {column: name for column, name in beside.items() if name in self.of}

    def joined(self, batch: pa.RecordBatch, beside: Mapping[str, str]) -> pa.RecordBatch:
        """Each row once for each point that it belongs to, with what is known of the points before its own columns."""
        import pyarrow as pa

        rows = batch.select(_KEYS).to_pandas().assign(row=range(batch.num_rows)).merge(self.keys, on=_KEYS)
        own = batch.drop_columns(_KEYS).take(pa.array(rows.row, pa.int64()))
        taken = self.table.take(pa.array(rows.place, pa.int64()))
        columns = {"point": taken["point"]} | {column: taken[name] for column, name in beside.items()}
        return _batch({**columns, **dict(zip(own.schema.names, own.columns, strict=True))})

    def beside(self, batch: pa.RecordBatch, beside: Mapping[str, str]) -> pa.RecordBatch:
        """A table of points with label and factors after the number, and the label of the point that it is compared with."""
        columns: dict[str, pa.Array] = {}
        for name, column in zip(batch.schema.names, batch.columns, strict=True):
            columns[name] = column
            if name == CONTEXT and LABEL in self.table.column_names:
                columns[f"{CONTEXT}_{LABEL}"] = self._of_points(column)[LABEL]
            if name == "point":
                taken = self._of_points(column)
                columns |= {column_name: taken[of] for column_name, of in beside.items()}
        return _batch(columns)

    def _of_points(self, numbers: pa.Array) -> pa.Table:
        """Rows of the table by number of the point; nothing but nulls where it is none of them."""
        import pyarrow.compute as pc

        known = self.table["point"].combine_chunks()
        return self.table.take(pc.index_in(numbers.cast(known.type, safe=False), known))


def _batch(columns: Mapping[str, pa.Array | pa.ChunkedArray]) -> pa.RecordBatch:
    import pyarrow as pa

    arrays = [one.combine_chunks() if isinstance(one, pa.ChunkedArray) else one for one in columns.values()]
    return pa.RecordBatch.from_arrays(arrays, names=list(columns))
