"""CSV that no spreadsheet runs and every reader reads."""

from __future__ import annotations

import io

import pandas as pd
import pytest

from sim.lab.kept.spreadsheets import cell, write_csv
from sim.scenario.read import name_slip


@pytest.mark.parametrize("text", ["=1+1", "+cmd", "-cmd", "@sum", "＝1", "\ta", "-", "=-1", "+1+1", "-1-cmd"])
def test_what_a_spreadsheet_would_run_is_text(text: str) -> None:
    assert cell(text) == f"'{text}"


@pytest.mark.parametrize("value", ["a=1", "-1.5", "+3e-4", "linkage", "", "镇", -1.5, None, True])
def test_what_is_harmless_stays(value: object) -> None:
    assert cell(value) is value


def test_a_table() -> None:
    frame = pd.DataFrame({"policy": ["linkage", "=x"], "=head": [-1.5, 2.0], "n": [1, 2]})
    text = io.StringIO()
    write_csv(frame, text)
    write_csv(frame, text, header=False)
    row = ["linkage,-1.5,1", "'=x,2.0,2"]
    assert text.getvalue().splitlines() == ["policy,'=head,n", *row, *row]
    assert list(frame.columns) == ["policy", "=head", "n"], "the table itself stays as it is"


NAMES = ["nan", "NaN", "null", "NULL", "NA", "N/A", "None", "n/a", "<NA>", "none", "na", "town_1", "镇", "007", "-a"]


def test_a_name_that_may_be_given_comes_back_from_a_table() -> None:
    """As pandas reads it without being told anything; what would not come back is refused."""
    sound = [name for name in NAMES if name_slip(name) is None]
    text = io.StringIO()
    write_csv(pd.DataFrame({"town": [*NAMES, "x"], "n": 1}), text)
    text.seek(0)
    back = pd.read_csv(text)["town"].tolist()
    lost = [name for name, read in zip(NAMES, back, strict=False) if read != name]
    assert not set(sound) & set(lost)
    assert {"nan", "null", "NA", "None", "-a"} <= set(lost)
    assert "none" in sound
