"""The ledger of a sweep: which runs are stored in which shard, which failed, and who writes. One SQLite file.

What a transaction of the ledger has recorded survives a killed process and a power failure (WAL, synchronous=FULL). Whatever
goes wrong with the file is one sentence (Mistake).
"""

from __future__ import annotations

import errno
import os
import platform
import shutil
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import astuple, dataclass
from datetime import UTC, datetime
from pathlib import Path

from sim.language import counted, tr
from sim.mistakes import Mistake

LEDGER = "ledger.sqlite"
VERSION = 1

_OURS = 0x53574C47  # SQLite's application_id of our ledgers
_BUSY_SECONDS = 60.0
_FULL = (errno.ENOSPC, errno.EFBIG, errno.EDQUOT)

_TABLES = f"""
BEGIN IMMEDIATE;
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE writer (id INTEGER PRIMARY KEY CHECK (id = 1), process INTEGER, machine TEXT, since TEXT);
-- Every number that was ever given to what was stored together: rows are never deleted, so no number is given twice.
CREATE TABLE numbers (number INTEGER PRIMARY KEY, stored TEXT NOT NULL);
CREATE TABLE shards (kind TEXT, number INTEGER, rows INTEGER, bytes INTEGER, sha256 TEXT, PRIMARY KEY (kind, number))
    WITHOUT ROWID;
CREATE TABLE runs (run TEXT PRIMARY KEY, scenario_hash TEXT NOT NULL, seed INTEGER NOT NULL, model TEXT NOT NULL,
    number INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX runs_by_number ON runs (number);
CREATE TABLE failures (run TEXT PRIMARY KEY, scenario_hash TEXT NOT NULL, seed INTEGER NOT NULL, model TEXT NOT NULL,
    error TEXT NOT NULL, command TEXT NOT NULL, "when" TEXT NOT NULL) WITHOUT ROWID;
PRAGMA application_id = {_OURS};
PRAGMA user_version = {VERSION};
COMMIT;
"""


@dataclass(frozen=True)
class Shard:
    """A Parquet file of many rows, as the ledger knows it. What was stored together has the same number."""

    kind: str
    number: int
    rows: int
    bytes: int
    sha256: str

    def file(self, folder: Path) -> Path:
        return folder / self.kind / f"{self.number:06d}.parquet"


@dataclass(frozen=True)
class Counts:
    """How many runs are stored, and how many failed and were not stored since."""

    done: int
    failed: int


@dataclass(frozen=True)
class Key:
    """A run by what identifies it (`sim.lab.sweep.store.run_id`)."""

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
        self._n_stored = 0  # for sentences that tell of obstacles
        if not may_create and not (folder / LEDGER).exists():
            raise Mistake(
                tr(
                    f"{folder}: holds no {LEDGER}, so it is no sweep's folder; give one that 'stations sweep' wrote",
                    f"{folder}：没有 {LEDGER}，不是扫描结果文件夹；请给出 'stations sweep' 写出的文件夹",
                )
            )
        with self._said():
            if write:
                self._db = sqlite3.connect(folder / LEDGER, timeout=_BUSY_SECONDS, isolation_level=None)
            else:
                self._db = self._connected_to_read()
        try:
            with self._said():
                self._check_version(may_create)
                if write:
                    self._db.execute("PRAGMA journal_mode = WAL")
                    self._db.execute("PRAGMA synchronous = FULL")
                (self._n_stored,) = self._db.execute("SELECT COUNT(*) FROM runs").fetchone()
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
        for one in (file, wal):
            shutil.copyfile(one, Path(self._copy.name) / one.name)
        return _read_only(Path(self._copy.name) / LEDGER, "mode=rw")

    def _check_version(self, may_create: bool) -> None:
        file = self.folder / LEDGER
        is_empty = self._db.execute("SELECT 1 FROM sqlite_master").fetchone() is None
        if is_empty and may_create:
            self._db.executescript(_TABLES)
            return
        (application,) = self._db.execute("PRAGMA application_id").fetchone()
        (version,) = self._db.execute("PRAGMA user_version").fetchone()
        if is_empty or application != _OURS:
            what = tr("is empty", "是空的") if is_empty else tr("is no ledger of a sweep", "不是扫描的账本")
            raise Mistake(
                tr(
                    f"{file}: {what}; give the folder of another sweep, or a copy of its ledger",
                    f"{file}：{what}；请给出另一个扫描文件夹，或账本的备份",
                )
            )
        if version > VERSION:
            raise Mistake(
                tr(
                    f"{file}: is of version {version}, and this program knows versions up to {VERSION}; "
                    "use a newer social-work-stations",
                    f"{file}：版本为 {version}，本程序只认识到 {VERSION}；请使用更新的 social-work-stations",
                )
            )

    # --- writing

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        """All or nothing; on the disk when it ends."""
        with self._said():
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise

    def set_meta(self, facts: Iterable[tuple[str, str]]) -> None:
        with self._transaction() as db:
            db.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", facts)

    def set_writer(self) -> None:
        """Say that this process writes from now on, for others who would like to."""
        with self._transaction() as db:
            db.execute("INSERT OR REPLACE INTO writer VALUES (1, ?, ?, ?)", (os.getpid(), platform.node(), _now()))

    def acknowledge(self, number: int, shards: Iterable[Shard], keys: list[Key]) -> None:
        """Record what was stored together under a number; its runs are no failures any more."""
        with self._transaction() as db:
            db.execute("INSERT INTO numbers VALUES (?, ?)", (number, _now()))
            db.executemany("INSERT INTO shards VALUES (?, ?, ?, ?, ?)", map(astuple, shards))
            db.executemany("INSERT INTO runs VALUES (?, ?, ?, ?, ?)", ((*astuple(key), number) for key in keys))
            db.executemany("DELETE FROM failures WHERE run = ?", ((key.run,) for key in keys))
        self._n_stored += len(keys)

    def fail(self, key: Key, error: str, command: str) -> None:
        texts = (text.encode("utf-8", "backslashreplace").decode() for text in (error, command))
        with self._transaction() as db:
            db.execute("INSERT OR REPLACE INTO failures VALUES (?, ?, ?, ?, ?, ?, ?)", (*astuple(key), *texts, _now()))

    def forget(self, number: int) -> int:
        """Take back what was stored under a number; how many runs these were."""
        with self._transaction() as db:
            n_runs = db.execute("DELETE FROM runs WHERE number = ?", (number,)).rowcount
            db.execute("DELETE FROM shards WHERE number = ?", (number,))
        self._n_stored -= n_runs
        return n_runs

    # --- reading

    def meta(self) -> dict[str, str]:
        return dict(self._rows("SELECT name, value FROM meta"))

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
            tr(
                f"{file}: is damaged ({what}); put a copy of it in its place, or give another folder",
                f"{file}：已损坏（{what}）；请用备份替换，或换一个文件夹",
            )
        )

    @contextmanager
    def _said(self) -> Iterator[None]:
        """Errors of SQLite and of the file system as sentences; those that only a mistake in the program brings, as they are."""
        try:
            yield
        except OSError as error:
            raise self.cannot_write(error) from None
        except sqlite3.DatabaseError as error:
            kind = getattr(error, "sqlite_errorcode", 0) & 0xFF
            if kind in {sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT}:
                raise self._damaged(str(error)) from None
            if kind in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
                raise Mistake(
                    tr(
                        f"{self.folder / LEDGER}: another program holds it; try again when that has ended",
                        f"{self.folder / LEDGER}：被其他程序占用；请待其结束后再试",
                    )
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
            tr(
                f"{where}: the disk is full ({why}); {counted(n_stored, 'run is', 'runs are')} stored: make room, and the same command goes on",
                f"{where}：磁盘已满（{why}）；已保存 {n_stored:,} 次运行：腾出空间后，同一命令会继续",
            )
        )
    stored = (
        tr(f"; {counted(n_stored, 'run is', 'runs are')} stored", f"；已保存 {n_stored:,} 次运行") if n_stored else ""
    )
    return Mistake(
        tr(f"{where}: cannot be opened or written ({why}){stored}", f"{where}：无法打开或写入（{why}）{stored}")
    )


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
