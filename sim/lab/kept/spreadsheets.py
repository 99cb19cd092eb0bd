"""CSV as spreadsheets read it: Chinese comes out right, and no text of a user's runs as a formula.

Names that stand in tables begin with no such mark (`sim.scenario.read.check_name`), so that they come back as they went
in; titles, labels and what older results hold may, and get an apostrophe, as a person would type it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, TextIO

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

BYTE_ORDER_MARK = "\ufeff"
"""By it spreadsheets know UTF-8, and so read Chinese right."""

_FORMULA = re.compile(r"[=@＝＋－＠\t\r]|[-+](?![0-9.]+(?:[eE][-+]?[0-9]+)?$)")


def cell(value: Any) -> Any:
    """A value as it may stand in a cell of a CSV file: text that a spreadsheet would run gets an apostrophe."""
    return f"'{value}" if isinstance(value, str) and _FORMULA.match(value) else value


def write_csv(frame: pd.DataFrame, file: TextIO, *, header: bool = True) -> None:
    """Write rows, and their header where wanted, every cell as text or number and none as a formula."""
    texts = [name for name, kind in zip(frame.columns, frame.dtypes, strict=True) if kind.kind == "O"]
    # Objects, since a column of whole numbers of which some are missing would else become reals.
    safe = frame.astype(dict.fromkeys(texts, object))
    for name in texts:
        safe[name] = np.array([*map(cell, safe[name])], object)
    safe = safe.rename(columns=cell)
    safe.to_csv(file, index=False, header=header)
