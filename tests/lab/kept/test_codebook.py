"""Every column of every table has a label, a meaning and its unit in both languages, from where it is declared."""

from __future__ import annotations

import json
import re
import shutil
from contextlib import chdir
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from edits import edit_json, put_table
from made_results import make

from sim.lab.comparison import PAIR_COLUMNS, PRICE_COLUMNS
from sim.lab.kept.codebook import CODEBOOK_COLUMNS, Codebook
from sim.lab.kept.export import export
from sim.lab.kept.opening import open_results
from sim.lab.outcomes import OUTCOMES
from sim.lab.sums.arrays import TABLE_COLUMNS
from sim.lab.sums.chances import CHANCE_COLUMNS, DIRECTIONS
from sim.lab.sums.columns import COLUMNS_OF_TABLE, DECLARED_COLUMNS, KINDS_OF_KEY, KNOWN_VALUES
from sim.lab.sums.doubt import DOUBT_COLUMNS, PLACE_COLUMNS, WORTH_COLUMNS
from sim.mistakes import Mistake
from sim.scenario.parameters import LEVERS

CHINESE = re.compile("[\u3400-\u9fff]")


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sweep that kept all it can, a comparison and a run, each exported as a workbook and as CSV."""
    where = tmp_path_factory.mktemp("results")
    keep = {"months": ["coverage", "trust"], "towns": ["coverage"], "sums": True}
    with chdir(where):
        for folder in make(where, contrast="policies", keep=keep):
            for kind in ("csv", "xlsx"):
                export(folder, kind)
    return where


@pytest.fixture(params=["sweep", "compare", "run"])
def folder(request: pytest.FixtureRequest, results: Path) -> Path:
    found: Path = results / request.param
    return found


def codebook(folder: Path) -> pd.DataFrame:
    return pd.read_csv(folder / "export" / "codebook.csv", keep_default_na=False)


def test_a_row_for_every_column_of_every_table(folder: Path) -> None:
    found = codebook(folder)
    assert tuple(found.columns) == CODEBOOK_COLUMNS
    files = [file for file in (folder / "export").glob("*.csv") if file.stem not in {"codebook", "values"}]
    there = {(file.stem, name) for file in files for name in pd.read_csv(file, nrows=0).columns}
    assert not found.duplicated(["table", "column"]).any()
    assert set(zip(found.table, found.column, strict=True)) == there
    assert {file.stem for file in files} >= set(open_results(folder).tables)


def test_every_column_is_labelled_in_both_languages(folder: Path) -> None:
    """A column of a table that nobody declares fails here: declare it in sim/lab/sums/columns.py, or where it is observed."""
    for row in codebook(folder).itertuples():
        where = f"{row.table}, {row.column}"
        assert row.label_en, where
        assert row.meaning_en, where
        assert row.label_en != row.column, f"{where} is declared nowhere"
        assert CHINESE.search(row.label_zh), where
        assert CHINESE.search(row.meaning_zh), where
        assert bool(row.unit_en) is bool(row.unit_zh), where
        assert CHINESE.search(row.unit_zh) or row.unit_en in {"", "0-1"}, where
        assert bool(row.key) is bool(row.key_en) is bool(row.key_zh), where


def test_tables_without_rows_are_declared_too() -> None:
    """Those that a small city's results lack, or have no rows of."""
    book = Codebook(None, None)
    tables = {
        **TABLE_COLUMNS,
        "base_prices": PRICE_COLUMNS,
        "prices": PRICE_COLUMNS,
        "pairs": PAIR_COLUMNS,
        "chances": ["policy", "point", *CHANCE_COLUMNS],
        "doubt": ["policy", "point", "context", *DOUBT_COLUMNS],
        "chain": [
            *(f"{of}{end}" for of in ("", "effect_") for end in ("median", "world_low", "world_high")),
            "finding",
        ],
        "places": PLACE_COLUMNS,
        "best_value": WORTH_COLUMNS,
        "runs": tuple(OUTCOMES),
    }
    missing = [
        (table, name) for table, names in tables.items() for name in names if not book.column(table, name, names)
    ]
    assert missing == []
    assert book.column("levels", "of_somebody's", ()) is None


def test_nothing_is_declared_twice_or_for_nothing() -> None:
    declared = [*DECLARED_COLUMNS.values(), *COLUMNS_OF_TABLE.values()]
    assert {one.key for one in declared} - {""} == set(KINDS_OF_KEY)
    assert set(KNOWN_VALUES) <= set(KINDS_OF_KEY)
    assert set(KNOWN_VALUES["direction"]) == set(DIRECTIONS.values())
    assert not set(DECLARED_COLUMNS) & {*OUTCOMES, *LEVERS}, "an outcome is declared where outcomes are"


def test_what_is_said_is_what_was_declared(results: Path) -> None:
    found = codebook(results / "sweep").set_index(["table", "column"])
    assert tuple(found.loc[("runs", "coverage")][["label_en", "unit_en", "unit_zh"]]) == ("Coverage", "ratio", "比值")
    pay = found.loc[("levels", "levers.pay")]
    assert (pay.label_zh, pay.unit_zh, pay.variable) == (LEVERS["pay"].label.zh, "元/月", "levers_pay")
    assert pay.meaning_en == LEVERS["pay"].meaning.en
    assert found.loc[("levels", "mean")].unit_en == "as the column 'unit' says"
    assert found.loc[("overtakes", "low")].label_en == "Value below"
    assert "summed over the months" in found.loc[("town_sums", "load")].meaning_en
    assert found.loc[("contrasts", "level")].key == "level"
    assert found.loc[("points", "scenario_hash")].key_en == "hash of a scenario"
    run = codebook(results / "run").set_index(["table", "column"])
    assert run.loc[("stations", "hidden")].meaning_zh.endswith("（存量）")
    assert run.loc[("communities", "outreach")].unit_en == "h per 1,000 residents and month"


def test_values_of_keys_have_their_names(results: Path) -> None:
    """What tables call towns, groups, policies and levels."""
    for name, wanted in (
        ("sweep", {("level of policies", "linkage"): "多方联动", ("station", "a"): "甲", ("group", "old"): "老"}),
        (
            "compare",
            {("policy", "baseline"): "基线", ("policy", "incentives"): "完善激励", ("step", "coverage"): "覆盖率"},
        ),
        ("run", {("period", "after"): "政策开始后", ("activity", "outreach"): "外展", ("item", "cost_total"): "合计"}),
    ):
        found = pd.read_csv(results / name / "export" / "values.csv", keep_default_na=False)
        said = {(row.key, row.value): row.label_zh for row in found.itertuples()}
        assert {key: said.get(key) for key in wanted} == wanted
        assert not found.duplicated(["key", "label_en"]).any()
        assert not found.duplicated(["key", "code"]).any()
        keys = codebook(results / name)["key"]
        assert set(found.key) <= set(keys)


def test_a_workbook_holds_the_same_codebook_and_no_empty_sheet(folder: Path) -> None:
    book = openpyxl.load_workbook(folder / "export" / f"{folder.name}.xlsx")
    assert book.sheetnames[-2:] == ["codebook", "values"]
    full = [
        file.stem
        for file in (folder / "export").glob("*.csv")
        if len(file.read_text(encoding="utf-8").splitlines()) > 1
    ]
    assert sorted(book.sheetnames) == sorted(full)
    rows = [tuple("" if cell is None else cell for cell in row) for row in book["codebook"].values]
    expected = codebook(folder)
    expected = expected[expected.table.isin(book.sheetnames)]
    assert rows[1:] == list(expected.itertuples(index=False, name=None))


def test_numbers_are_those_that_were_stored_to_the_last_bit(folder: Path) -> None:
    """In a workbook as in CSV."""
    book = openpyxl.load_workbook(folder / "export" / f"{folder.name}.xlsx", read_only=True)
    n_numbers = 0
    for name in book.sheetnames[:-2]:
        text = pd.read_csv(folder / "export" / f"{name}.csv", keep_default_na=False, dtype=str)
        rows = list(book[name].values)[1:]
        assert len(rows) == len(text)
        for row, said in zip(rows, text.itertuples(index=False), strict=True):
            for value, cell in zip(row, said, strict=True):
                if isinstance(value, int | float) and not isinstance(value, bool):
                    n_numbers += 1
                    assert value == float(cell), (name, row)
    assert n_numbers > 1000


def test_a_run_whose_points_are_of_no_stored_run_is_told_in_a_sentence(results: Path, tmp_path: Path) -> None:
    shutil.copytree(results / "run", tmp_path / "run")
    points = pd.read_parquet(tmp_path / "run" / "points.parquet")
    put_table(tmp_path / "run", "points", points.assign(scenario_hash="x"))
    with pytest.raises(Mistake, match=r"points\.parquet: is damaged \(its scenario and model are of no stored run\)"):
        export(tmp_path / "run", "csv", tmp_path / "out")


def test_a_design_that_names_what_it_does_not_describe_is_told_in_a_sentence(results: Path, tmp_path: Path) -> None:
    shutil.copytree(results / "sweep", tmp_path / "sweep")
    file = tmp_path / "sweep" / "provenance.json"
    design = json.loads(file.read_text(encoding="utf-8"))["design"]
    edit_json(file, design={**design, "contrast": "levers.nothing"})
    with pytest.raises(Mistake, match=r"provenance\.json: is damaged \(design: 'levers\.nothing' is not described\)"):
        export(tmp_path / "sweep", "csv", tmp_path / "out")
