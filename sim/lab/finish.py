"""The end of a command: its tables, and the answer of a comparison, written beside the runs."""

from __future__ import annotations

from pathlib import Path

from sim.lab import store
from sim.lab.answer import answer
from sim.lab.results import Results
from sim.lab.sweep.store import Store
from sim.lab.sweep.stored import SUMMARIES, write_tables


def finish_comparison(folder: Path) -> Results:
    """Write the tables and the answer of a stored comparison beside its runs; its results. Raises Mistake."""
    results = Results.load(folder)
    with Store.open(folder, write=True) as opened:
        write_tables(opened, results.tables)
        said = {**store.load_provenance(folder), store.ANSWER: answer(results)}
        opened.write(store.PROVENANCE, store.to_json(said))
    return results


def write_summaries(results: Results) -> None:
    """Write a sweep's tables of statistics beside the runs. Raises Mistake."""
    assert results.folder is not None
    with Store.open(results.folder, write=True) as opened:
        write_tables(opened, {name: results.tables[name] for name in SUMMARIES})
