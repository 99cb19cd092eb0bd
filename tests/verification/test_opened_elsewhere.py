"""A sample of verification/opened_elsewhere.py: what it sees, and the programs of other people that are here."""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd
import pytest
from made_results import make

sys.path.insert(0, str(Path(__file__).parents[2] / "verification"))

import opened_elsewhere
from opened_elsewhere import PROGRAMS, Opened

OTHERS = ("LibreOffice (xlsx, saved as ods and csv)", "R with haven (dta, sav)")


@pytest.mark.skipif(
    not any(PROGRAMS[name][1]() for name in OTHERS), reason="neither LibreOffice nor R with haven is here"
)
def test_other_programs_read_what_was_exported(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opened_elsewhere, "PROGRAMS", {name: PROGRAMS[name] for name in OTHERS})
    sweep, *_ = make(here, contrast="policies", keep={"months": ["trust"]})
    counts, wrong = opened_elsewhere.campaign([sweep], ["zh"])
    assert not wrong, "\n".join(wrong)
    assert all(found["numbers"] > 500 for found in counts.values())


def test_a_campaign_sees_what_differs() -> None:
    stored = pd.DataFrame({"n": ["1", "0.1", ""], "said": ["a", "1-1", "True"]})
    same = [["n", "said"], [1, "a"], [0.1, "1-1"], [None, True]]
    opened = Opened()
    opened.table("t", stored, same)
    assert opened.wrong == []
    assert (opened.found["numbers"], opened.found["of them to the last bit"], opened.found["texts"]) == (2, 2, 3)
    for row, column, cell in ((1, 0, 2), (2, 0, 0.1 + 1e-16), (3, 0, 0), (1, 1, ""), (2, 1, 0), (0, 1, "other")):
        changed = [list(cells) for cells in same]
        changed[row][column] = cell
        opened = Opened()
        opened.table("t", stored, changed)
        assert len(opened.wrong) == opened.found["DIFFERENT"] == 1, (row, column, cell)


def test_a_program_that_is_not_here_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda *_: None)
    assert opened_elsewhere.missing() == [f"{name} is not here and was not opened." for name in OTHERS]
