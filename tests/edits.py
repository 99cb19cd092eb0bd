"""Edits of stored results as one makes them who knows their checksums: what is read then is what the edit says."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pandas as pd

from sim.lab.checked import FILES, mark_of, sealed
from sim.lab.sweep.store import Store


def write_json(file: Path, facts: Mapping[str, Any]) -> None:
    """As a provenance, with its checksum."""
    file.write_text(json.dumps(sealed(facts), ensure_ascii=False), encoding="utf-8")


def edit_json(file: Path, **changed: Any) -> None:
    write_json(file, json.loads(file.read_text(encoding="utf-8")) | changed)


def reseal(folder: Path, **facts: Any) -> None:
    """Give a comparison's or a run's folder the checksums of the tables that are there now; facts: in its provenance."""
    file = folder / "provenance.json"
    told = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    write_json(
        file, told | facts | {FILES: {one.name: asdict(mark_of(one)) for one in sorted(folder.glob("*.parquet"))}}
    )


def put_table(folder: Path, name: str, frame: pd.DataFrame) -> None:
    """A table beside a sweep's ledger, which knows it."""
    buffer = io.BytesIO()
    frame.to_parquet(buffer, index=False)
    with Store.open(folder, write=True) as store:
        store.write(f"{name}.parquet", buffer.getvalue())
