"""Where a comparison's runs are stored: in the folder that is asked for, or beside it while what stands there is to be replaced."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path

from sim.lab.finish import finish_comparison
from sim.lab.kept import folders, writing
from sim.lab.kept.results import Results
from sim.lab.run.agenda import Agenda
from sim.lab.run.version import is_unfinished


@dataclass(frozen=True)
class PlaceOfResults:
    """`folder` is where results go; `made`, where runs are stored until then: another one where results are replaced, which stay until the
    new ones are whole."""

    folder: Path
    made: Path

    @property
    def is_replaced(self) -> bool:
        """Whether results stand in the folder that others will replace."""
        return self.made != self.folder

    def clear(self, agenda: Agenda) -> None:
        """Remove what a stopped command left in `made` of another comparison. Raises Mistake."""
        if self.is_replaced and os.path.isdir(self.made) and not is_unfinished(self.made, agenda, or_finished=True):
            writing.remove(self.made)

    def finish(self) -> Results:
        """Once every run is stored: write the tables and the answer, and put all of it in its place. Raises Mistake."""
        results = finish_comparison(self.made)
        if self.is_replaced:
            writing.replace_folder(self.made, self.folder)
        return replace(results, folder=self.folder)


def place_of(folder: Path, agenda: Agenda | None, *, force: bool) -> PlaceOfResults:
    """agenda: None where it is not known which runs there will be; then none is taken for stored. Raises Mistake where no results may go."""
    goes_on = agenda is not None and is_unfinished(folder, agenda)
    if not goes_on:
        writing.check_folder(folder, force=force, mark=folders.PROVENANCE)
    is_replaced = not goes_on and os.path.isdir(folder) and any(folder.iterdir())
    return PlaceOfResults(folder, writing.beside(folder) if is_replaced else folder)
