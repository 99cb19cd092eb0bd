"""Edits of stored results as one makes them who knows their checksums: what is read then is what the edit says."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from sim.lab.kept.checked import SCHEMA, sealed
from sim.lab.kept.folders import PROVENANCE, to_json
from sim.lab.kept.store import Store


def write_json(file: Path, facts: Mapping[str, Any]) -> None:
    """As a provenance, with the number of its schema and its checksum."""
    file.write_text(json.dumps(sealed({"schema": SCHEMA, **facts}), ensure_ascii=False), encoding="utf-8")


def edit_json(file: Path, **changed: Any) -> None:
    write_json(file, json.loads(file.read_text(encoding="utf-8")) | changed)


def store_tables(folder: Path, **tables: pd.DataFrame | pa.Table) -> None:
    """A folder of results, new or empty, that holds these tables and no runs."""
    with Store.open(folder, write=True) as store:
        store.write(PROVENANCE, to_json({"schema": SCHEMA, "kind": "sweep", "n_seeds": 1}))
    for name, table in tables.items():
        put_table(folder, name, table)


def put_table(folder: Path, name: str, table: pd.DataFrame | pa.Table) -> None:
    """A table beside a ledger, which knows it."""
    buffer = io.BytesIO()
    if isinstance(table, pd.DataFrame):
        table.to_parquet(buffer, index=False)
    else:
        pq.write_table(table, buffer)
    with Store.open(folder, write=True) as store:
        store.write(f"{name}.parquet", buffer.getvalue())
