"""How far single worlds lie apart at the points of a sweep, and what they tell: the table "doubt" by point."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

from sim.lab.sums.arrays import SweepArrays
from sim.lab.sums.doubt import DOUBT_COLUMNS, EFFECT, LEVEL, row_of, spread

if TYPE_CHECKING:
    import pandas as pd

CONTRAST = "contrast"
"""What a row is of where it is the difference from the reference of its context, rather than from the base."""


def doubt_by_point(sweep: SweepArrays, persons: Mapping[str, float]) -> pd.DataFrame:
    """A row for each point, outcome and what it is of: the level, the effect against the base (context 0), and the contrast with the
    reference of its context, all of the same worlds. Worlds of a sweep have no twins. persons: as of `doubt.doubt_table`."""
    import pandas as pd

    numbers = sweep.numbers.tolist()
    base = numbers.index(0)
    pairs = [(EFFECT, base, row) for row in range(len(numbers)) if row != base]
    pairs += [(CONTRAST, one.rows[0], row) for one in sweep.contexts() for row in one.rows[1:]]
    rows = []
    for outcome in sweep.outcomes:
        values, unit, apart = sweep.by_run(outcome), sweep.unit(outcome), persons.get(outcome, math.nan)
        levels = [spread(own) for own in values]
        for point, level in zip(numbers, levels, strict=True):
            rows.append({"context": 0, "point": point} | row_of(outcome, LEVEL, unit, level))
        for of, reference, row in pairs:
            change = values[row] - values[reference]
            beside = {"base": levels[reference].median, "persons": apart}
            found = row_of(outcome, of, unit, spread(change), change, **beside)
            rows.append({"context": numbers[reference], "point": numbers[row]} | found)
    return pd.DataFrame(rows, columns=["context", "point", *DOUBT_COLUMNS])
