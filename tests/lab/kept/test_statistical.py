"""Files for Stata and SPSS: every number as it was stored, every name taken, labels where a column is coded."""

from __future__ import annotations

import math
import re
from contextlib import chdir
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyreadstat
import pytest
from edits import store_tables
from made_results import make

from sim import language
from sim.cli.store_jobs import export_job
from sim.lab.kept import export as module
from sim.lab.kept import statistical
from sim.lab.kept.export import EXPORT_FORMATS, export
from sim.lab.kept.statistical import LARGEST_LONG, MOST_BYTES_OF_NAME, MOST_LETTERS, variable_names
from sim.mistakes import Mistake

READ = {"dta": pyreadstat.read_dta, "sav": pyreadstat.read_sav}
KINDS = tuple(READ)


def written(folder: Path, kind: str, table: pd.DataFrame | pa.Table) -> tuple[pd.DataFrame, Any]:
    """A table as it is read from the file that it was exported to."""
    store_tables(folder, stored=table)
    export(folder, kind)
    frame, facts = READ[kind](str(folder / "export" / f"stored.{kind}"))
    return frame, facts


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    where = tmp_path_factory.mktemp("results")
    with chdir(where):
        for folder in make(where, contrast="policies", keep={"months": ["trust"], "towns": ["coverage"], "sums": True}):
            for kind in ("csv", *KINDS):
                export(folder, kind)
    return where


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ["sweep", "compare", "run"])
def test_every_table_comes_back(results: Path, name: str, kind: str) -> None:
    """Numbers to the last bit; what is coded, by the labels of its values; as the codebook says."""
    folder = results / name / "export"
    codebook = pd.read_csv(folder / "codebook.csv", keep_default_na=False)
    values = pd.read_csv(folder / "values.csv", keep_default_na=False)
    n_coded = 0
    for file in sorted(folder.glob(f"*.{kind}")):
        text = pd.read_csv(folder / f"{file.stem}.csv", keep_default_na=False, dtype=str)
        frame, facts = READ[kind](str(file))
        rows = codebook[codebook.table == file.stem].set_index("variable")
        assert list(frame.columns) == list(rows.index)
        assert list(text.columns) == list(rows["column"])
        for (variable, row), label in zip(rows.iterrows(), facts.column_labels, strict=True):
            stored = text[row["column"]]
            assert label.startswith(row.label_en[:60]), file
            found = frame[variable]
            known = values[values.key == row.key]
            if row.key == "month":
                assert _months(found, kind) == list(stored)
            elif len(known):
                n_coded += 1
                codes = dict(zip(known.value, known.code, strict=True))
                assert [codes.get(cell, math.nan) for cell in stored if cell] == found.dropna().tolist()
                labels = dict(zip(known.code, known.label_en, strict=True))
                assert facts.variable_value_labels[variable].items() >= labels.items()
            elif set(stored) <= {"True", "False"}:
                assert facts.variable_value_labels[variable] == {0: "no", 1: "yes"}
                assert [bool(one) for one in found] == [cell == "True" for cell in stored]
            elif pd.api.types.is_numeric_dtype(found):
                assert [cell == "" or float(cell) == one for cell, one in zip(stored, found, strict=True)].count(
                    False
                ) == 0
                assert [cell == "" for cell in stored] == found.isna().tolist()
            else:
                assert list(found) == list(stored)
        if kind == "dta":
            assert b"<release>118</release>" in file.read_bytes()[:60], "Stata 14, and all since"
            as_pandas = pd.read_stata(file, convert_categoricals=False)
            assert list(as_pandas.columns) == list(frame.columns)
    assert n_coded > 10


def _months(found: pd.Series, kind: str) -> list[str]:
    if kind == "sav":
        return [f"{date:%Y-%m}" for date in found]
    return [f"{1960 + int(month) // 12}-{int(month) % 12 + 1:02}" for month in found]


def test_codes_are_the_same_in_every_table(results: Path) -> None:
    """So that files can be merged, and the first is the baseline."""
    folder = results / "compare" / "export"
    said = [READ["dta"](str(file))[1].variable_value_labels.get("policy") for file in sorted(folder.glob("*.dta"))]
    assert [one for one in said if one] == [{0: "Baseline", 1: "Linkage", 2: "Incentives"}] * len(
        [one for one in said if one]
    )


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_table_may_hold(tmp_path: Path, kind: str) -> None:
    table = pa.table(
        {
            "levers.pay (factor)": [1 / 3, None, math.inf],
            "名称": ["镇" * 700, None, "=1+1"],
            "is_clear": pa.array([True, None, False]),
            "small": pa.array([1, -5, LARGEST_LONG], pa.int64()),
            "large": pa.array([LARGEST_LONG + 1, 2**53, None], pa.int64()),
            "huge": pa.array([2**60 + 1, 1, None], pa.int64()),
            "month": ["2024-01", None, "1999-12"],
            "months": ["2024-01 – 2024-12", "", "x"],
            "policy": ["甲", "", "乙"],
            "nothing": pa.nulls(3),
            "if": pa.array([1, 2, 3], pa.int8()),
        }
    )
    store_tables(tmp_path, stored=table)
    notes: list[object] = []
    export(tmp_path, kind, on_note=notes.append)
    assert notes == ["stored: 1 infinite values of 'levers.pay (factor)' are written as missing"]
    frame, facts = READ[kind](str(tmp_path / "export" / f"stored.{kind}"))
    assert frame["levers_pay_factor"].tolist()[:1] == [1 / 3]
    assert frame["levers_pay_factor"].isna().tolist() == [False, True, True]
    assert frame["名称"].tolist() == ["镇" * 700, "", "=1+1"]
    assert frame["is_clear"].tolist()[::2] == [1, 0]
    assert math.isnan(frame["is_clear"][1])
    assert frame["small"].tolist() == [1, -5, LARGEST_LONG]
    assert frame["large"].tolist()[:2] == [LARGEST_LONG + 1, 2**53]
    assert frame["huge"].tolist() == [str(2**60 + 1), "1", ""]
    assert _months(frame["month"][::2], kind) == ["2024-01", "1999-12"]
    assert pd.isna(frame["month"][1])
    assert frame["months"].tolist() == ["2024-01 – 2024-12", "", "x"]
    assert frame["policy"].tolist() == ["甲", "", "乙"], "nobody says what these are, so they are text"
    assert frame["nothing"].isna().all()
    assert frame["v_if"].tolist() == [1, 2, 3]
    labels = dict(zip(facts.column_names, facts.column_labels, strict=True))
    assert labels["levers_pay_factor"] == "levers.pay (factor)", "the name that it had"
    assert labels["v_if"] == "if"


@pytest.mark.parametrize("kind", KINDS)
def test_labels_in_the_language_in_force_that_fit(results: Path, tmp_path: Path, kind: str) -> None:
    language.use("zh")
    export(results / "sweep", kind, tmp_path / kind)
    _, facts = READ[kind](str(tmp_path / kind / f"levels.{kind}"))
    labels = dict(zip(facts.column_names, facts.column_labels, strict=True))
    assert labels["levers_pay"] == "基本工资（元/月） [levers.pay]"
    assert facts.variable_value_labels["policies"] == {0: "无政策", 1: "多方联动"}
    long = "x" * 300
    frame, facts = written(tmp_path / "long", kind, pd.DataFrame({long: [1], "y" * 31 + "镇": [2]}))
    assert [len(name) for name in frame.columns] == [32, 32]
    assert [label[:20] for label in facts.column_labels] == ["x" * 20, "y" * 20]


def test_names_that_both_programs_take() -> None:
    names = ["levers.pay", "pay (factor)", "a b", "a_b", "a.b", "if", "_n", "1a", "镇" * 40, "x" * 40, "x" * 41, "Pay"]
    names += ["pay", "_", "()", "str5", "ALL", "x y", "é" * 40, "", "coverage"]
    found = variable_names(names)
    assert list(found) == names
    made = list(found.values())
    assert len({name.casefold() for name in made}) == len(names)
    for name in made:
        assert re.fullmatch(r"[^\W\d_]\w*", name)
        assert len(name) <= MOST_LETTERS
        assert len(name.encode()) <= MOST_BYTES_OF_NAME
    assert found["levers.pay"] == "levers_pay"
    assert found["a_b"] == "a_b", "what is a name already stays one"
    assert {found["a b"], found["a.b"]} == {"a_b_2", "a_b_3"}
    assert found["coverage"] == "coverage"


@pytest.mark.parametrize("kind", KINDS)
def test_both_programs_take_them(tmp_path: Path, kind: str) -> None:
    names = ["if", "_n", "1a", "镇" * 40, "x" * 40, "str5", "ALL", "byte", "_", "é" * 40, "a.", "to"]
    frame, _ = written(tmp_path, kind, pd.DataFrame([range(len(names))], columns=names))
    assert list(frame.columns) == list(variable_names(names).values())
    assert frame.iloc[0].tolist() == [*range(len(names))]


def test_a_text_that_spss_does_not_hold(tmp_path: Path) -> None:
    table = pd.DataFrame({"text": ["镇" * 11_000]})
    frame, _ = written(tmp_path / "stata", "dta", table)
    assert frame["text"].tolist() == ["镇" * 11_000]
    with pytest.raises(
        Mistake, match=r"stored: a text of 'text' is longer than the 32,767 bytes that \.sav holds; use"
    ):
        written(tmp_path / "spss", "sav", table)
    assert not (tmp_path / "spss" / "export").exists()


@pytest.mark.parametrize("kind", KINDS)
def test_a_table_that_memory_would_not_hold_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], kind: str
) -> None:
    store_tables(tmp_path, large=pd.DataFrame(np.zeros((30, 4))).rename(columns=str), small=pd.DataFrame({"x": [1]}))
    monkeypatch.setattr(module, "MOST_CELLS", 119)
    assert export_job(tmp_path, kind, None) == 0
    assert capsys.readouterr().err == (
        "note: large is left out: its 30 rows of 4 columns would have to fit into memory at once; for it use --format csv or parquet\n"
    )
    assert sorted(file.name for file in (tmp_path / "export").iterdir()) == ["codebook.csv", f"small.{kind}"]
    monkeypatch.setattr(module, "MOST_CELLS", 120)
    export(tmp_path, kind)
    assert (tmp_path / "export" / f"large.{kind}").exists()


def test_the_command_offers_what_there_is(capsys: pytest.CaptureFixture[str]) -> None:
    from sim.cli.sweep_commands import export_command

    (offered,) = (one.type.choices for one in export_command().params if one.name == "kind")
    assert tuple(offered) == EXPORT_FORMATS
    assert set(statistical.MOST_OF_LABEL) == set(KINDS)
