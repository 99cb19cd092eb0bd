"""The store of a sweep: a ledger of runs (SQLite) and their results in shards (Parquet). What it acknowledged, it keeps.

One process writes at a time, others may read meanwhile. Results are written before the ledger tells of them, so a killed
process leaves at most files that no ledger knows; the next writer removes them.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sim.lab.kept import shards, writing
from sim.lab.kept.checked import Mark, difference, is_there
from sim.lab.kept.ledger import LEDGER, Counts, Ledger, RunKey, Shard, cannot_write, who_writes
from sim.language import tr
from sim.mistakes import Mistake

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa
    import pyarrow.dataset as ds
    from filelock import FileLock

LOCK = ".lock"
ORDER = ("scenario_hash", "seed", "model", "group", "station", "month")
"""What rows are sorted by when they are read, as far as they have it."""


def run_id(scenario: str, seed: int, model: str) -> str:
    """What identifies a run: 32 hex digits over the scenario's hash, the seed, and the model with how it is measured."""
    return hashlib.sha256(f"{scenario}\n{seed}\n{model}".encode()).hexdigest()[:32]


@dataclass(frozen=True)
class Damage:
    """A file that is not what the ledger says. number: that of a shard, whose `n_runs` runs are lost with it; None of another
    file, which the same sweep writes anew."""

    file: Path
    number: int | None
    what: str
    n_runs: int = 0


@dataclass(frozen=True)
class Repair:
    """What a repair did: what was damaged, the files that it moved aside (where they are now), and how many runs have to be run
    again."""

    damages: list[Damage]
    files: list[Path]
    n_runs: int


class Store:
    """An open store; a context manager. Usable from the thread that opened it.

    Every obstacle (a full disk, a folder that cannot be written, damage) is a Mistake, and what was acknowledged stays.
    """

    def __init__(self, folder: Path, ledger: Ledger, lock: FileLock | None) -> None:
        self.folder = folder
        self._ledger = ledger
        self._lock = lock
        self._number = ledger.next_number()
        self._sound: set[Shard] = set()  # verified since it was opened

    @classmethod
    def open(cls, folder: Path, *, write: bool) -> Store:
        """write: make the folder and its ledger where they are missing, and keep other writers out until it is closed.

        The lock ends with the process; a process that was forked meanwhile would hold it on, so start workers otherwise.
        """
        if not write:
            return cls(folder, Ledger(folder, write=False), None)
        try:
            lock = _locked(folder)
        except OSError as error:
            raise cannot_write(folder, str(error.strerror), 0, is_full=False) from None
        try:
            ledger = Ledger(folder, write=True, may_create=is_new(folder))
            try:
                ledger.set_writer()
                try:
                    writing.tidy(folder)
                    shards.sync_folder(folder)
                    shards.remove_orphans(folder, ledger.shards())
                except OSError as error:
                    raise ledger.cannot_write(error) from None
                return cls(folder, ledger, lock)
            except BaseException:
                ledger.close()
                raise
        except BaseException:
            lock.release()
            raise

    def close(self) -> None:
        self._ledger.close()
        if self._lock is not None:
            self._lock.release()

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # --- writing

    def write(self, name: str, content: bytes) -> None:
        """Write a file beside the ledger, whole or not at all, so that `file` knows it again."""
        file = self.folder / name
        before = next((mark for mark in self._ledger.marks(name) if not difference(file, mark)), None)
        # First what it will be: should this end in between, the file that is there is known, too.
        self._ledger.announce(name, Mark.of(content), before)
        writing.write_whole(file, content)

    def add(self, tables: Mapping[str, pa.Table]) -> None:
        """Store runs: a table "runs" (a row each) and perhaps series, each with the columns of `shards.KEYS`.

        When it returns, the runs are acknowledged: they survive a killed process and a power failure. If it raises, none of
        them is. Raises ValueError for runs that are stored already, or tables that do not belong together.
        """
        keys = self._keys(tables)
        number = self._number
        self._number += 1  # also where this fails: a later file of the same number would be another one
        made: list[Shard] = []
        try:
            for kind, table in tables.items():
                made.append(shards.write_shard(self.folder, kind, number, table))
        except BaseException as error:
            with suppress(OSError):
                for shard in made:
                    shard.file(self.folder).unlink()
            if isinstance(error, OSError):
                raise self._ledger.cannot_write(error) from None
            raise
        # If this fails, the files stay until the next writer: a ledger whose last write failed half-way may turn out,
        # after a power failure, to have it.
        self._ledger.acknowledge(number, made, keys)

    def _keys(self, tables: Mapping[str, pa.Table]) -> list[RunKey]:
        runs = tables["runs"].select(shards.KEYS).to_pylist()
        keys = [RunKey(**row) for row in runs]
        known = {key.run for key in keys}
        if len(known) < len(keys) or any(self._ledger.has(run) for run in known):
            raise ValueError("a run is stored already, or twice among those to be stored")
        for kind, table in tables.items():
            if kind not in shards.SHARD_KINDS:
                raise ValueError(f"no kind of shard: {kind}")
            if not set(table.column("run").unique().to_pylist()) <= known:
                raise ValueError(f"{kind}: holds rows of runs that are not in runs")
        return keys

    def fail(self, run: str, scenario_hash: str, seed: int, model: str, error: str, command: str) -> None:
        """Remember that a run failed, with the error and the command that repeats it, until it is stored after all."""
        if self._ledger.has(run):
            raise ValueError("a run that is stored cannot have failed")
        self._ledger.fail(RunKey(run, scenario_hash, seed, model), error, command)

    # --- reading

    def file(self, name: str) -> Path:
        """A file beside the ledger, verified. Raises Mistake where it is missing or not what `write` wrote."""
        file = self.folder / name
        wrongs = [difference(file, mark) for mark in self._ledger.marks(name)]
        if "" in wrongs:
            return file
        wrong = wrongs[0] if wrongs else tr("is not in the ledger", "不在账本中")
        again = tr("the same command writes it anew", "重新执行同一命令会重新写出")
        raise Mistake(f"{file}: {wrong}; {again}", f"{file}：{wrong}；{again}")

    def files(self) -> list[str]:
        """The names that `file` knows."""
        return self._ledger.files()

    def done(self) -> set[str]:
        """Acknowledged runs, of every model."""
        return self._ledger.runs()

    def failures(self) -> pd.DataFrame:
        """run, scenario_hash, seed, model, error, command, when (UTC, ISO 8601): a row for each run that failed."""
        import pandas as pd

        names = ["run", "scenario_hash", "seed", "model", "error", "command", "when"]
        return pd.DataFrame(self._ledger.failures(), columns=names)

    def counts(self, model: str | None = None) -> Counts:
        """How many runs are done and failed, of a model or of all."""
        return self._ledger.counts(model)

    def read(self, kind: str, columns: Sequence[str] | None = None, filter: ds.Expression | None = None) -> pa.Table:
        """Acknowledged rows of a kind, sorted by ORDER, so that they do not depend on how runs came to lie in shards.

        columns: None for all. filter: a `pyarrow.compute` expression. Both are pushed down into the files. Where nothing
        of the kind is stored, the table has no row.
        """
        import pyarrow as pa

        reader = self._reader(kind, columns)
        wanted = reader.schema.names if columns is None else list(columns)
        order = [name for name in ORDER if name in reader.schema.names]
        names = list(dict.fromkeys([*wanted, *order]))
        batches = list(reader.batches(names, filter))
        table = pa.Table.from_batches(batches, pa.schema([reader.schema.field(name) for name in names]))
        return table.sort_by([(name, "ascending") for name in order]).select(wanted)

    def batches(
        self, kind: str, columns: Sequence[str] | None = None, filter: ds.Expression | None = None
    ) -> Iterator[pa.RecordBatch]:
        """As `read`, unsorted and shard by shard: for tables larger than memory."""
        return self._reader(kind, columns).batches(columns, filter)

    def schema(self, kind: str) -> pa.Schema:
        """The columns of a kind."""
        return self._reader(kind).schema

    def _reader(self, kind: str, columns: Sequence[str] | None = None) -> shards.Reader:
        return shards.Reader(self.folder, self._ledger.shards(kind), self._sound, columns)

    def kinds(self) -> list[str]:
        """The kinds that are stored."""
        found = {shard.kind for shard in self._ledger.shards()}
        return [kind for kind in shards.SHARD_KINDS if kind in found]

    # --- damage

    def check(self) -> list[Damage]:
        """Every file by size and checksum, and whether the rows of shards are the ledger's runs. Raises Mistake where the ledger
        is damaged."""
        self._ledger.check()
        found = []
        for name in self._ledger.files():
            wrongs = [difference(self.folder / name, mark) for mark in self._ledger.marks(name)]
            if all(wrongs):
                found.append(Damage(self.folder / name, None, wrongs[0]))
        for shard in self._ledger.shards():
            runs = self._ledger.runs_of(shard.number)
            if what := shards.what_is_wrong(self.folder, shard) or self._other_runs(shard, runs):
                found.append(Damage(shard.file(self.folder), shard.number, what, len(runs)))
        for number in self._ledger.numbers_without_runs_shard():
            file = Shard("runs", number, 0, 0, "").file(self.folder)
            what = tr("is not in the ledger, though its runs are", "不在账本中，而其运行在")
            found.append(Damage(file, number, what, len(self._ledger.runs_of(number))))
        return found

    def _other_runs(self, shard: Shard, runs: set[str]) -> str:
        rows = shards.runs_in(self.folder, shard)
        is_whole = len(rows) == shard.rows and set(rows) <= runs
        if is_whole and (shard.kind != "runs" or len(rows) == len(runs)):
            return ""
        return tr("holds other runs than the ledger says", "其中的运行与账本不符")

    def runs_of(self, damage: Damage) -> set[str]:
        """The runs that are lost with it."""
        return set() if damage.number is None else self._ledger.runs_of(damage.number)

    def repair(self) -> Repair:
        """Move what is damaged aside (`.damaged`), with all that has the same number, and forget its runs; the same sweep
        then runs them again. Nothing else is touched."""
        damages = self.check()
        moved: list[Path] = []
        n_runs = 0
        for number in sorted({damage.number for damage in damages if damage.number is not None}):
            # Files first: should this end in between, a check still finds the damage.
            for kind in shards.SHARD_KINDS:
                file = Shard(kind, number, 0, 0, "").file(self.folder)
                aside = file.with_name(f"{file.name}.damaged")
                try:
                    os.replace(file, aside)
                    shards.sync_folder(file.parent)
                    moved.append(aside)
                except FileNotFoundError:
                    continue
                except OSError as error:
                    raise self._ledger.cannot_write(error) from None
            n_runs += self._ledger.forget(number)
        return Repair(damages, moved, n_runs)


def is_new(folder: Path) -> bool:
    """Whether the folder holds nothing but what a store makes before its first run is stored."""
    return all(entry.name.startswith((LEDGER, LOCK, writing.HIDDEN_BEGINNING)) for entry in folder.iterdir())


def check_folder(folder: Path) -> None:
    """Raise Mistake where no sweep can be stored, before any work is done; nothing is made."""
    writing.check_writable(folder, inside=True)
    _refuse_other(folder)


def _refuse_other(folder: Path) -> None:
    if folder.exists() and not is_there(folder / LEDGER) and not is_new(folder):
        raise Mistake(
            f"{folder}: holds other things and no {LEDGER}, so it is no folder of results; give another --out",
            f"{folder}：其中有其他内容而没有 {LEDGER}，不是结果文件夹；请换一个 --out",
        )


def _locked(folder: Path) -> FileLock:
    """Make the folder if it is missing, and keep other writers out. Raises OSError, Mistake."""
    from filelock import FileLock, Timeout

    if folder.is_file():
        raise writing.is_file(folder)
    _refuse_other(folder)
    missing = [part for part in (folder, *folder.parents) if not part.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    for part in missing:
        shards.sync_folder(part.parent)
    lock = FileLock(folder / LOCK)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        who = who_writes(folder) or tr("another process", "另一进程")
        raise Mistake(
            f"{folder}: {who} is at work there; wait until it ends, or give another --out",
            f"{folder}：{who} 正在写入；请待其结束，或换一个 --out",
        ) from None
    return lock
