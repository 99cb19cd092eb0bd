"""Made-up results for stores, the same whoever makes them; imported by tests and by the processes that they start."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import pyarrow as pa

from sim.lab.kept.store import Store, run_id

MONTHS = ("2026-01", "2026-02")
TOWNS = ("town_1", "town_2")

Run = tuple[str, int]  # a scenario's hash and a seed


def value(run: str, what: str) -> float:
    """A number that belongs to a run and a name."""
    return int(run_id(run, 0, what)[:8], 16) / 2**32


def tables(runs: Iterable[Run], model: str = "m1", kinds: Iterable[str] = ("runs", "months")) -> dict[str, pa.Table]:
    """What `Store.add` takes for these runs."""
    keys = [{"run": run_id(s, seed, model), "scenario_hash": s, "model": model, "seed": seed} for s, seed in runs]
    rows = {
        "runs": [
            {**key, "coverage": value(key["run"], "coverage"), "trust": value(key["run"], "trust")} for key in keys
        ],
        "months": [{**key, "month": month, "trust": value(key["run"], month)} for key in keys for month in MONTHS],
        "towns": [
            {**key, "station": town, "month": month, "coverage": value(key["run"], town + month)}
            for key in keys
            for month in MONTHS
            for town in TOWNS
        ],
    }
    return {kind: pa.Table.from_pylist(rows[kind]) for kind in rows if kind in kinds}


def ids(runs: Iterable[Run], model: str = "m1") -> set[str]:
    return {run_id(scenario, seed, model) for scenario, seed in runs}


def made(folder: Path, batches: Iterable[Iterable[Run]], kinds: Iterable[str] = ("runs", "months")) -> None:
    """Store runs, a shard for each batch."""
    with Store.open(folder, write=True) as store:
        for batch in batches:
            store.add(tables(batch, kinds=kinds))


def files(folder: Path) -> Mapping[str, bytes]:
    """Every file below a folder but what SQLite and the lock keep, with its content."""
    found = {str(file.relative_to(folder)): file for file in sorted(folder.rglob("*")) if file.is_file()}
    return {name: file.read_bytes() for name, file in found.items() if not name.startswith(("ledger.sqlite", ".lock"))}
