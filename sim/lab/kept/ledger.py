"""The ledger of a sweep: which runs are stored in which shard, which failed, and who writes. One SQLite file.

What a transaction of the ledger has recorded survives a killed process and a power failure (WAL, synchronous=FULL). All rows
have one checksum, their hashes added up, so that a transaction need not read what it does not change; it is verified whenever
the ledger is opened. Whatever goes wrong with the file is one sentence (Mistake).
"""

from __future__ import annotations

import errno
import os
import platform
import shutil
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import astuple, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sim.lab.kept import writing
from sim.lab.kept.checked import SCHEMA, Mark, changed, is_there, refuse_newer, refuse_no_file
from sim.lab.kept.ledger_rows import OURS, TABLES, Changes, of_all_rows, tables_of, this_version
from sim.language import counted, tr
from sim.mistakes import Mistake

LEDGER = "ledger.sqlite"

_BUSY_SECONDS = 60.0
_NO_TEXT = 0xFF  # what Python itself finds: text that is no UTF-8
_FULL = (errno.ENOSPC, errno.EFBIG, errno.EDQUOT)


@dataclass(frozen=True)
class Shard:
    """A Parquet file of many rows, as the ledger knows it. What was stored together has the same number."""

    kind: str
    number: int
    rows: int
    bytes: int
    sha256: str

    @property
    def mark(self) -> Mark:
        return Mark(self.bytes, self.sha256)

    def file(self, folder: Path) -> Path:
        return folder / self.kind / f"{self.number:06d}.parquet"


@dataclass(frozen=True)
class Counts:
    """How many runs are stored, and how many failed and were not stored since."""

    done: int
    failed: int


@dataclass(frozen=True)
class RunKey:
    """A run by what identifies it (`sim.lab.kept.store.run_id`)."""

    run: str
    scenario_hash: str
    seed: int
    model: str


class Ledger:
    """An open ledger. Usable from the thread that opened it.

    may_create: make the tables where there are none. Raises Mistake where the file is missing, damaged, newer, or no ledger.
    """

    def __init__(self, folder: Path, *, write: bool, may_create: bool = False) -> None:
        self.folder = folder
        self._copy: tempfile.TemporaryDirectory[str] | None = None
        self._n_stored = 0  # for sentences about obstacles
        self._is_open = False
        if not may_create and not is_there(folder / LEDGER):
            raise Mistake(
                f"{folder}: holds no {LEDGER}, so no runs are stored there; give a folder that 'stations compare' or 'stations sweep' wrote",
                f"{folder}：没有 {LEDGER}，此处没有存储运行；请给出 'stations compare' 或 'stations sweep' 写出的文件夹",
            )
        for end in ("", "-wal", "-shm", "-journal"):
            if is_there(file := folder / f"{LEDGER}{end}"):
                refuse_no_file(file)
        with self._said():
            if may_create:
                self._create()
            if write:
                self._db = sqlite3.connect(folder / LEDGER, timeout=_BUSY_SECONDS, isolation_level=None)
            else:
                self._db = self._connected_to_read()
        try:
            with self._said():
                self._check_version()
                self._verify()
                if write:
                    self.check()
                    self._db.execute("PRAGMA journal_mode = WAL")
                    self._db.execute("PRAGMA synchronous = FULL")
                (self._n_stored,) = self._db.execute("SELECT COUNT(*) FROM runs").fetchone()
                self._is_open = True
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        self._db.close()
        if self._copy is not None:
            self._copy.cleanup()

    # --- opening

    def _connected_to_read(self) -> sqlite3.Connection:
        file = self.folder / LEDGER
        try:
            return _read_only(file, "mode=ro")
        except sqlite3.OperationalError as error:
            # Beside a ledger in WAL, SQLite keeps files of its own; a folder that cannot be written may lack them.
            if error.sqlite_errorcode & 0xFF not in {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN}:
                raise
        wal = file.with_name(f"{LEDGER}-wal")
        if not wal.exists() or wal.stat().st_size == 0:
            return _read_only(file, "mode=ro&immutable=1")
        # What a killed writer recorded last is in the WAL alone, which `immutable` does not read.
        self._copy = tempfile.TemporaryDirectory()
        for source in (file, wal):
            shutil.copyfile(source, Path(self._copy.name) / source.name)
        return _read_only(Path(self._copy.name) / LEDGER, "mode=rw")

    def _create(self) -> None:
        """Where there is none; it has its tables from its first moment, whoever is killed meanwhile."""
        file = self.folder / LEDGER
        if is_there(file) and file.stat().st_size > 0:
            return
        with writing.aside(self.folder) as held:
            with closing(sqlite3.connect(held / LEDGER)) as made:
                made.executescript(TABLES)
            os.replace(held / LEDGER, file)

    def _check_version(self) -> None:
        file = self.folder / LEDGER
        is_empty = self._db.execute("SELECT 1 FROM sqlite_master").fetchone() is None
        (application,) = self._db.execute("PRAGMA application_id").fetchone()
        (version,) = self._db.execute("PRAGMA user_version").fetchone()
        if is_empty or application != OURS:
            what = tr("is empty", "是空的") if is_empty else tr("is no ledger of a sweep", "不是批量实验的账本")
            raise Mistake(
                f"{file}: {what}; give the folder of another sweep, or a copy of its ledger",
                f"{file}：{what}；请给出另一个批量实验文件夹，或账本的备份",
            )
        refuse_newer(file, version)
        if version < SCHEMA:
            raise Mistake(
                f"{file}: is of version {version}, which keeps no checksums; run the sweep again with another --out",
                f"{file}：版本为 {version}，没有校验和；请换一个 --out 重新运行批量实验",
            )
        if tables_of(self._db) != this_version():
            raise self._damaged(tr("its tables are other ones", "表结构不符"))

    def _verify(self) -> None:
        """Raise Mistake where a row is not what was written, or is gone."""
        self._db.execute("BEGIN")  # all of it as it is at one moment, whoever writes meanwhile
        try:
            is_sound = self._db.execute("SELECT of_rows FROM checksum").fetchall() == [(of_all_rows(self._db),)]
        finally:
            self._db.execute("ROLLBACK")
        if not is_sound:
            raise self._damaged(changed())

    # --- writing

    @contextmanager
    def _transaction(self) -> Iterator[Changes]:
        """All or nothing; on the disk when it ends."""
        with self._said():
            self._db.execute("BEGIN IMMEDIATE")
            try:
                changes = Changes(self._db)
                yield changes
                changes.end()
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise

    def announce(self, name: str, mark: Mark, before: Mark | None) -> None:
        """Say what a file beside the ledger is about to become, and what it is until then."""
        with self._transaction() as changes:
            changes.delete("files", "name = ?", name)
            changes.insert("files", [(name, *astuple(mark), *(astuple(before) if before else (None, None)))])

    def set_writer(self) -> None:
        """Say that this process writes from now on, for others who would like to."""
        with self._transaction() as changes:
            changes.delete("writer", "id = 1")
            changes.insert("writer", [(1, os.getpid(), platform.node(), _now())])

    def acknowledge(self, number: int, shards: Iterable[Shard], keys: list[RunKey]) -> None:
        """Record what was stored together under a number; its runs are no failures any more."""
        with self._transaction() as changes:
            changes.insert("numbers", [(number, _now())])
            changes.insert("shards", [astuple(shard) for shard in shards])
            changes.insert("runs", [(*astuple(key), number) for key in keys])
            for key in keys:
                changes.delete("failures", "run = ?", key.run)
        self._n_stored += len(keys)

    def fail(self, key: RunKey, error: str, command: str) -> None:
        texts = (text.encode("utf-8", "backslashreplace").decode() for text in (error, command))
        with self._transaction() as changes:
            changes.delete("failures", "run = ?", key.run)
            changes.insert("failures", [(*astuple(key), *texts, _now())])

    def forget(self, number: int) -> int:
        """Take back what was stored under a number; how many runs these were."""
        with self._transaction() as changes:
            n_runs = changes.delete("runs", "number = ?", number)
            changes.delete("shards", "number = ?", number)
        self._n_stored -= n_runs
        return n_runs

    # --- reading

    def marks(self, name: str) -> list[Mark]:
        """What a file beside the ledger may be: what it was to become, and what it was before; nothing for a file that was never announced."""
        if (found := self._file(name)) is None:
            return []
        (_, *now, before, sha256_before) = found
        return [Mark(*now), *([] if before is None else [Mark(before, sha256_before)])]

    def files(self) -> list[str]:
        """The files beside the ledger that it knows."""
        return [name for (name,) in self._rows("SELECT name FROM files ORDER BY name")]

    def _file(self, name: str) -> tuple[Any, ...] | None:
        return next(iter(self._rows("SELECT * FROM files WHERE name = ?", name)), None)

    def writer(self) -> tuple[int, str, str] | None:
        """Process, machine and time of the one that opened it for writing last."""
        return next(iter(self._rows("SELECT process, machine, since FROM writer")), None)

    def runs(self) -> set[str]:
        with self._said():
            return {run for (run,) in self._db.execute("SELECT run FROM runs")}

    def runs_of(self, number: int) -> set[str]:
        return {run for (run,) in self._rows("SELECT run FROM runs WHERE number = ?", number)}

    def has(self, run: str) -> bool:
        return bool(self._rows("SELECT 1 FROM runs WHERE run = ?", run))

    def shards(self, kind: str | None = None) -> list[Shard]:
        """By number; of one kind, or of all."""
        where = "" if kind is None else "WHERE kind = ?"
        rows = self._rows(f"SELECT * FROM shards {where} ORDER BY number, kind", *([] if kind is None else [kind]))
        return [Shard(*row) for row in rows]

    def numbers_without_runs_shard(self) -> list[int]:
        """Numbers whose runs are recorded, but no shard of them."""
        found = "SELECT DISTINCT number FROM runs WHERE number NOT IN (SELECT number FROM shards WHERE kind = 'runs')"
        return [number for (number,) in self._rows(found)]

    def next_number(self) -> int:
        return int(self._rows("SELECT COALESCE(MAX(number), 0) + 1 FROM numbers")[0][0])

    def failures(self) -> list[tuple[str, str, int, str, str, str, str]]:
        return self._rows('SELECT * FROM failures ORDER BY scenario_hash, seed, model, "when"')

    def counts(self, model: str | None) -> Counts:
        where, values = ("", ()) if model is None else ("WHERE model = ?", (model,))
        done, failed = (self._rows(f"SELECT COUNT(*) FROM {t} {where}", *values)[0][0] for t in ("runs", "failures"))
        return Counts(done, failed)

    def check(self) -> None:
        """Raise Mistake where SQLite finds the file damaged."""
        (found, *_) = self._rows("PRAGMA integrity_check(1)")[0]
        if found != "ok":
            raise self._damaged(str(found))

    def _rows(self, question: str, *values: object) -> list[tuple]:
        with self._said():
            return self._db.execute(question, values).fetchall()

    # --- obstacles

    def cannot_write(self, error: OSError) -> Mistake:
        """What to say when something in the folder could not be written."""
        return cannot_write(self.folder, str(error.strerror), self._n_stored, is_full=error.errno in _FULL)

    def _damaged(self, what: str) -> Mistake:
        file = self.folder / LEDGER
        return Mistake(
            f"{file}: is damaged ({what}); put a copy of it in its place, or give another folder",
            f"{file}：已损坏（{what}）；请用备份替换，或换一个文件夹",
        )

    @contextmanager
    def _said(self) -> Iterator[None]:
        """Errors of SQLite and of the file system as sentences; those that only a mistake in the program brings, as they are."""
        try:
            yield
        except OSError as error:
            raise self.cannot_write(error) from None
        except sqlite3.DatabaseError as error:
            kind = getattr(error, "sqlite_errorcode", _NO_TEXT) & 0xFF
            # An error of no other kind, while it is opened, is one in its first page.
            is_unknown = kind == sqlite3.SQLITE_ERROR and not self._is_open
            if kind in {sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT, _NO_TEXT} or is_unknown:
                raise self._damaged(str(error)) from None
            if kind in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
                raise Mistake(
                    f"{self.folder / LEDGER}: another program holds it; try again when that has ended",
                    f"{self.folder / LEDGER}：被其他程序占用；请待其结束后再试",
                ) from None
            if kind not in {
                sqlite3.SQLITE_FULL,
                sqlite3.SQLITE_IOERR,
                sqlite3.SQLITE_READONLY,
                sqlite3.SQLITE_CANTOPEN,
                sqlite3.SQLITE_PERM,
            }:
                raise
            is_full = kind == sqlite3.SQLITE_FULL
            file = self.folder / LEDGER
            raise cannot_write(file, str(error), self._n_stored, is_full=is_full) from None


def cannot_write(where: Path, why: str, n_stored: int, *, is_full: bool) -> Mistake:
    """What to say when `where` could not be written or opened."""
    if is_full:
        return Mistake(
            f"{where}: the disk is full ({why}); {counted(n_stored, 'run is', 'runs are')} stored: make room, and the same command goes on",
            f"{where}：磁盘已满（{why}）；已保存 {n_stored:,} 次运行：腾出空间后，同一命令会继续",
        )
    stored = (
        tr(f"; {counted(n_stored, 'run is', 'runs are')} stored", f"；已保存 {n_stored:,} 次运行") if n_stored else ""
    )
    return Mistake(f"{where}: cannot be opened or written ({why}){stored}", f"{where}：无法打开或写入（{why}）{stored}")


def _read_only(file: Path, how: str) -> sqlite3.Connection:
    """A connection that has read once, so that what stands in its way is known."""
    db = sqlite3.connect(f"{file.absolute().as_uri()}?{how}", uri=True, timeout=_BUSY_SECONDS, isolation_level=None)
    try:
        db.execute("SELECT 1 FROM sqlite_master").fetchone()
    except sqlite3.Error:
        db.close()
        raise
    return db


def who_writes(folder: Path) -> str:
    """The process that opened a ledger for writing last, in words; "" where it cannot be known."""
    with suppress(Mistake):
        ledger = Ledger(folder, write=False)
        try:
            if found := ledger.writer():
                process, machine, since = found
                return tr(
                    f"process {process} on {machine}, since {since}", f"{machine} 上的进程 {process}，始于 {since}"
                )
        finally:
            ledger.close()
    return ""


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
