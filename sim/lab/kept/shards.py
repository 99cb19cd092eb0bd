"""Shards of a sweep: Parquet files of many rows, written aside and then renamed, with a checksum each."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sim.lab.kept.checked import Mark, difference
from sim.lab.kept.ledger import Shard
from sim.mistakes import Mistake, did_you_mean

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.dataset as ds

SHARD_KINDS = ("runs", "months", "towns", "town_sums", "group_sums", "before")
KEYS = ("run", "scenario_hash", "model", "seed")
"""The columns that say which run a row belongs to, in every kind of shard."""

AXIS_COLUMNS = ("month", "station", "group")
"""The other columns of text: which part of a run a row of a series is of."""


def sync_folder(folder: Path) -> None:
    """Names in a folder are on the disk only when the folder is. Windows keeps them by itself and opens no folder."""
    if os.name == "nt":
        return
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def write_shard(folder: Path, kind: str, number: int, table: pa.Table) -> Shard:
    """Write a table as a shard: aside first, on the disk, then under its name. Raises OSError; then no part is left."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    texts = [field.name for field in table.schema if not pa.types.is_floating(field.type)]
    sink = pa.BufferOutputStream()
    pq.write_table(table.replace_schema_metadata(None), sink, use_dictionary=texts)
    content = sink.getvalue()
    mark = Mark.of(content)
    shard = Shard(kind, number, table.num_rows, mark.size, mark.sha256)
    file = shard.file(folder)
    if not file.parent.is_dir():
        file.parent.mkdir()
        sync_folder(folder)
    aside = file.with_name(f".{file.name}")
    try:
        with aside.open("wb") as opened:
            opened.write(content)
            opened.flush()
            os.fsync(opened.fileno())
        os.replace(aside, file)
    except BaseException:
        aside.unlink(missing_ok=True)
        raise
    sync_folder(file.parent)
    return shard


def remove_orphans(folder: Path, known: Sequence[Shard]) -> None:
    """Delete what a killed writer left: shards that no ledger acknowledged, and what was being written aside."""
    kept = {shard.file(folder) for shard in known}
    for kind in SHARD_KINDS:
        for file in (folder / kind).glob("*.parquet"):
            name = file.name.removesuffix(".parquet")
            if file not in kept and name.removeprefix(".").isdecimal():
                file.unlink()


def what_is_wrong(folder: Path, shard: Shard) -> str:
    """What damage a shard's file has, in words; "" where its bytes are those that were written."""
    return difference(shard.file(folder), shard.mark)


def runs_in(folder: Path, shard: Shard) -> list[str]:
    """The run of every row of a sound shard."""
    import pyarrow.parquet as pq

    runs: list[str] = pq.read_table(shard.file(folder), columns=["run"]).column("run").to_pylist()
    return runs


class Reader:
    """Rows of many shards, with columns and filters pushed down into the files.

    sound: shards whose files are known to be what was written; the others are verified first, and added. columns: those that
    will be asked for; where there are no shards, they are taken to exist. Raises Mistake where a shard is damaged, and
    names it.
    """

    def __init__(
        self, folder: Path, shards: Sequence[Shard], sound: set[Shard], columns: Sequence[str] | None = None
    ) -> None:
        import pyarrow as pa

        self._folder, self._shards = folder, shards
        schemas: dict[pa.Schema, None] = {}
        for shard in shards:
            with _naming(folder, shard):
                if shard not in sound and what_is_wrong(folder, shard):
                    raise OSError  # the sentence says in what
                sound.add(shard)
                schemas[self._part(shard).physical_schema] = None
        # A grown design may keep columns that earlier shards have not; there they are null.
        self.schema = pa.unify_schemas(list(schemas)) if schemas else _of_nothing(columns or ())

    def _part(self, shard: Shard) -> ds.ParquetFileFragment:
        """Made anew each time: it keeps what it has read of the file, which for many shards is much."""
        import pyarrow.dataset as ds
        from pyarrow.fs import LocalFileSystem

        return ds.ParquetFileFormat().make_fragment(str(shard.file(self._folder)), LocalFileSystem())

    def batches(
        self, columns: Sequence[str] | None = None, filter: ds.Expression | None = None
    ) -> Iterator[pa.RecordBatch]:
        """Shard by shard."""
        names = self.schema.names if columns is None else list(columns)
        for name in names:
            if name not in self.schema.names:
                guess = did_you_mean(name, self.schema.names)
                raise Mistake(f"no such column: '{name}'{guess}", f"没有这一列：'{name}'{guess}")
        for shard in self._shards:
            with _naming(self._folder, shard):
                for batch in self._part(shard).to_batches(schema=self.schema, columns=names, filter=filter):
                    if batch.num_rows:
                        yield batch


@contextmanager
def _naming(folder: Path, shard: Shard) -> Iterator[None]:
    """Turns what a damaged shard brings into a sentence that names it; other errors pass."""
    import pyarrow as pa

    try:
        yield
    except (pa.ArrowException, OSError):
        if not (wrong := what_is_wrong(folder, shard)):
            raise
        raise Mistake(
            f"{shard.file(folder)}: {wrong}; give the same command again: it sets the file aside and runs its "
            f"runs again ('stations store check {folder}' lists all that is damaged)",
            f"{shard.file(folder)}：{wrong}；请重新执行同一命令：会移开该文件并重跑其中的运行"
            f"（'stations store check {folder}' 列出全部损坏）",
        ) from None


def _of_nothing(columns: Sequence[str]) -> pa.Schema:
    """The columns of a kind of which nothing is stored: those that every kind has, and those that are asked for."""
    import pyarrow as pa

    texts = {*KEYS, *AXIS_COLUMNS} - {"seed"}
    names = dict.fromkeys([*KEYS, *columns])
    kinds = (pa.string() if name in texts else pa.int64() if name == "seed" else pa.float64() for name in names)
    return pa.schema(list(zip(names, kinds, strict=True)))
