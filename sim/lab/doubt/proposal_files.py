"""Proposals that were run, kept in files until the posterior is whole."""

from __future__ import annotations

import io
import shutil
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from sim.lab.doubt.proposals import Calibrated, Proposal, key
from sim.lab.doubt.solve import Solution
from sim.lab.kept import writing
from sim.lab.kept.checked import read_table
from sim.mistakes import Mistake

if TYPE_CHECKING:
    import pandas as pd

NAMED, TARGET, FOUND, PILOT_STATUS = "solved.", "target.", "figure.", "pilot"
_IDENTITY = "identity"


class ProposalFiles:
    """A folder of them, by what they depend on; what it holds of another calibration is removed. found: all proposals, by number."""

    def __init__(self, folder: Path, identity: str, calibrated: Calibrated) -> None:
        self.folder, self.calibrated = folder, calibrated
        self.found: dict[int, Proposal] = {}
        file = folder / _IDENTITY
        if folder.exists() and (not file.is_file() or file.read_text(encoding="utf-8") != identity):
            shutil.rmtree(folder)
        writing.write_whole(file, identity.encode())
        for part in sorted(folder.glob("*.parquet")):
            with suppress(Mistake):  # damaged: run again
                self.take(read_table(part, ["status"], ["number", "n_runs", "log_weight"]))
        self._n_parts = 1 + max((int(part.stem) for part in folder.glob("*.parquet")), default=0)

    def take(self, table: pd.DataFrame) -> None:
        """Proposals from a table, as `table` makes it."""
        self.found |= {one.number: one for one in proposals_in(table, self.calibrated)}

    def add(self, proposals: Sequence[Proposal]) -> None:
        """Keep more. Raises Mistake."""
        if not proposals:
            return
        self.found |= {one.number: one for one in proposals}
        content = io.BytesIO()
        table_of(proposals, self.calibrated).to_parquet(content, index=False)
        writing.write_whole(self.folder / f"{self._n_parts:06}.parquet", content.getvalue())
        self._n_parts += 1

    def table(self) -> pd.DataFrame:
        """All that there are, by number."""
        return table_of([self.found[number] for number in sorted(self.found)], self.calibrated)


def table_of(proposals: Iterable[Proposal], calibrated: Calibrated) -> pd.DataFrame:
    """A row for each: number, status, n_runs, log_weight, and by name solved values, targets and what was found of each figure."""
    import pandas as pd

    rows = []
    for one in proposals:
        solution = one.solution
        row: dict[str, object] = {
            "number": one.number,
            "status": PILOT_STATUS if solution is None else solution.status,
            "n_runs": 1 if solution is None else solution.n_runs,
            "log_weight": -np.inf if solution is None else solution.log_weight,
        }
        if solution is not None:
            row |= {f"{NAMED}{name}": value for name, value in solution.solved.items()}
            row |= {f"{TARGET}{place}": float(value) for place, value in enumerate(solution.targets)}
        row |= {
            f"{FOUND}{key(figure)}": float(value) for figure, value in zip(calibrated.figures, one.found, strict=True)
        }
        rows.append(row)
    return pd.DataFrame(rows)


def proposals_in(table: pd.DataFrame, calibrated: Calibrated) -> list[Proposal]:
    """The proposals of a table that `table_of` made."""
    names = [column for column in table if str(column).startswith(NAMED)]
    targets = [column for column in table if str(column).startswith(TARGET)]
    figures = [f"{FOUND}{key(figure)}" for figure in calibrated.figures]
    made = []
    for row in table.to_dict("records"):
        found = np.array([row[name] for name in figures], float)
        solution = None
        if row["status"] != PILOT_STATUS:
            solved = {str(name).removeprefix(NAMED): float(row[name]) for name in names if not np.isnan(row[name])}
            asked = np.array([row[name] for name in targets], float)
            solution = Solution(str(row["status"]), solved, asked, found, int(row["n_runs"]), float(row["log_weight"]))
        made.append(Proposal(int(row["number"]), found, solution))
    return made
