"""The end of a comparison: its tables and its answer, written beside the runs."""

from __future__ import annotations

from pathlib import Path

from sim.lab import store
from sim.lab.answer import answer
from sim.lab.results import Results
from sim.lab.sweep.results import write_tables
from sim.lab.sweep.store import Store


def finish_comparison(folder: Path) -> Results:
    """Write the tables and the answer of a stored comparison beside its runs; its results. Raises Mistake."""
    results = Results.load(folder)
    with Store.open(folder, write=True) as opened:
        write_tables(opened, results.tables)
        said = {**store.load_provenance(folder), store.ANSWER: answer(results)}
        opened.write(store.PROVENANCE, store.to_json(said))
    return results
