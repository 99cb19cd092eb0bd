"""The end of a command: its tables, and the answer of a comparison, written beside the runs."""

from __future__ import annotations

from pathlib import Path

from sim.lab.kept import folders
from sim.lab.kept.opening import open_results
from sim.lab.kept.results import Results
from sim.lab.kept.store import Store
from sim.lab.kept.stored import SUMMARIES, write_tables
from sim.lab.say.answer import answer


def finish_comparison(folder: Path) -> Results:
    """Write the tables and the answer of a stored comparison beside its runs; its results. Raises Mistake."""
    results = open_results(folder)
    with Store.open(folder, write=True) as opened:
        write_tables(opened, results.tables)
        said = {**folders.load_provenance(folder), folders.ANSWER: answer(results)}
        opened.write(folders.PROVENANCE, folders.to_json(said))
    return results


def write_summaries(results: Results) -> None:
    """Write a sweep's tables of statistics beside the runs, with those of the comparison at its base. Raises Mistake."""
    assert results.folder is not None
    tables, base = {name: results.tables[name] for name in SUMMARIES}, results.at_base
    tables |= {name: results.tables[name] for name in ("chances", "doubt") if name in results.tables}
    if base is not None:
        tables |= {base.file_of(name): table for name, table in base.tables.items()}
    with Store.open(results.folder, write=True) as opened:
        write_tables(opened, tables)
