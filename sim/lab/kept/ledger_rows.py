"""The rows of a ledger: its tables as they are declared, and one checksum of all that is in them.

The checksum is the sum of the rows' hashes, so that a transaction need not read what it does not change.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any

from sim.lab.kept.checked import SCHEMA

OURS = 0x53574C47  # SQLite's application_id of our ledgers

TABLES = f"""
BEGIN IMMEDIATE;
-- Files beside the ledger, with what each was before it was written last: a killed process may not have come to replace it.
CREATE TABLE files (name TEXT PRIMARY KEY, bytes INTEGER, sha256 TEXT, bytes_before INTEGER, sha256_before TEXT)
    WITHOUT ROWID;
CREATE TABLE checksum (id INTEGER PRIMARY KEY CHECK (id = 1), of_rows TEXT NOT NULL);
INSERT INTO checksum VALUES (1, '{0:064x}');
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
PRAGMA application_id = {OURS};
PRAGMA user_version = {SCHEMA};
COMMIT;
"""

_KEPT = ("files", "writer", "numbers", "shards", "runs", "failures")
"""Tables whose rows the checksum is of."""


class Changes:
    """The rows that a transaction adds and takes away, counted into the checksum of all."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        (text,) = db.execute("SELECT of_rows FROM checksum").fetchone()
        self._total = int(text, 16)

    def insert(self, table: str, rows: Sequence[tuple[Any, ...]]) -> None:
        if rows:
            places = ", ".join("?" * len(rows[0]))
            self._db.executemany(f"INSERT INTO {table} VALUES ({places})", rows)
            self._total += _marks((table, *row) for row in rows)

    def delete(self, table: str, where: str, *values: object) -> int:
        """How many rows these were."""
        gone = self._db.execute(f"SELECT * FROM {table} WHERE {where}", values).fetchall()
        if gone:
            self._db.execute(f"DELETE FROM {table} WHERE {where}", values)
            self._total -= _marks((table, *row) for row in gone)
        return len(gone)

    def end(self) -> None:
        self._db.execute("UPDATE checksum SET of_rows = ?", (_as_text(self._total),))


def _marks(rows: Iterable[tuple[Any, ...]]) -> int:
    """Of all these rows together, in any order; each begins with its table's name."""
    return sum(int(hashlib.sha256(repr(row).encode("utf-8", "surrogatepass")).hexdigest(), 16) for row in rows)


def _as_text(total: int) -> str:
    return f"{total % 2**256:064x}"


def of_all_rows(db: sqlite3.Connection) -> str:
    """The checksum of what is there."""
    return _as_text(_marks((table, *row) for table in _KEPT for row in db.execute(f"SELECT * FROM {table}")))


def tables_of(db: sqlite3.Connection) -> list[tuple[str, str, str]]:
    """Tables and indexes as they were declared."""
    return db.execute("SELECT type, name, sql FROM sqlite_master ORDER BY name").fetchall()


def this_version() -> list[tuple[str, str, str]]:
    """`tables_of` a ledger that this program makes."""
    db = sqlite3.connect(":memory:", isolation_level=None)
    try:
        db.executescript(TABLES)
        return tables_of(db)
    finally:
        db.close()
