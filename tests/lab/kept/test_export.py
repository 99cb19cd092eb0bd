"""Exported tables: the same values in every format, joined with their points, whole or not at all."""

from __future__ import annotations

import errno
import gc
import math
import os
import subprocess
import sys
import warnings
from pathlib import Path
from zipfile import ZipFile

import numpy as np
import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from edits import put_table, store_tables, write_json
from made_up_stores import files, ids, made, tables

from sim.cli import run
from sim.cli.store_jobs import export_job
from sim.lab.kept import export as module
from sim.lab.kept.export import export
from sim.lab.kept.opening import open_results
from sim.lab.kept.spreadsheets import cell
from sim.lab.kept.store import Store, run_id
from sim.lab.kept.stored import n_runs_of
from sim.lab.kept.workbook import sheet_names
from sim.mistakes import Mistake

RUNS = [(scenario, seed) for seed in (1, 2, 3) for scenario in ("a", "b", "gone")]
KINDS = ("runs", "months", "towns")


@pytest.fixture
def sweep(tmp_path: Path) -> Path:
    """A sweep of three points, of which two are one scenario; seeds beyond 2 and a scenario that no point has any more."""
    folder = tmp_path / "question"
    made(folder, [RUNS[:4], RUNS[4:]], kinds=KINDS)
    with Store.open(folder, write=True) as store:
        store.add(tables([("a", 1)], model="old", kinds=KINDS))
    points = pd.DataFrame(
        {
            "point": [0, 1, 2],
            "label": ["base", "policies=x", "levers.pay=3000"],
            "scenario_hash": ["a", "b", "a"],
            "model": "m1",
            "levers.pay": [np.nan, np.nan, 3000.0],
            "policies": ["none", "=1+1", "边界"],
            "trust": ["low", "low", "high"],
        }
    )
    put_table(folder, "points", points)
    levels = pd.DataFrame({"point": [0, 1], "outcome": ["https://x.org", "trust"], "mean": [0.5, np.nan], "n": [2, 2]})
    put_table(folder, "levels", levels)
    put_table(folder, "scenarios", pd.DataFrame({"scenario_hash": ["a"], "mapping": ["x" * 40_000]}))
    write_json(folder / "provenance.json", {"kind": "sweep", "n_seeds": 2})
    (folder / ".aside.parquet").write_bytes(b"being written")
    return folder


def expected_runs() -> list[tuple]:
    return sorted((point, key, seed) for seed in (1, 2) for point, key in ((0, "a"), (1, "b"), (2, "a")))


def tables_in(kind: str, where: Path) -> dict[str, pd.DataFrame]:
    """All but the codebook and the values of keys, which must be there, too."""
    if kind == "xlsx":
        (book,) = where.glob("*.xlsx")
        found = dict(sorted(pd.read_excel(book, sheet_name=None, engine="openpyxl").items()))
        assert found.pop("codebook") is not None
        found.pop("values", None)
        return found
    read = {"csv": pd.read_csv, "parquet": pd.read_parquet}[kind]
    assert (where / "codebook.csv").exists()
    files = [file for file in sorted(where.glob(f"*.{kind}")) if file.stem not in {"codebook", "values"}]
    return {file.stem: read(file) for file in files}


def test_what_stands_there_is_kept_and_a_name_guessed(sweep: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The command has no --force, and no sentence of it names one."""
    other = sweep.parent / "other"
    other.mkdir()
    (other / "mine.csv").write_text("mine")
    assert run(["export", str(sweep), "--out", str(other)]) == 2
    assert capsys.readouterr().err == f"stations: {other}: exists already; give another --out\n"
    assert run(["export", "lakesid"]) == 2
    assert "(did you mean 'lakeside'?)" in capsys.readouterr().err


def test_an_unfinished_sweep_is_said_to_be_one(sweep: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert export_job(sweep, "csv", None) == 0
    assert capsys.readouterr().err == ""  # two scenarios, two seeds: all four runs are there
    write_json(sweep / "provenance.json", {"kind": "sweep", "n_seeds": 5})
    assert export_job(sweep, "csv", None) == 0
    (said,) = capsys.readouterr().err.splitlines()
    assert said.startswith("note: ")
    assert "of 10 runs are stored so far" in said

    with Store.open(sweep, write=True) as store:  # all others failed: it has ended
        for key in ("a", "b"):
            for seed in (3, 4, 5):
                store.fail(f"{key}{seed}", key, seed, "m1", "Oops: no", "stations run")
    assert export_job(sweep, "csv", None) == 0
    assert capsys.readouterr().err == ""

    write_json(sweep / "provenance.json", {"kind": "sweep"})
    with pytest.raises(Mistake, match=r"provenance\.json: is damaged \(n_seeds: should be a whole number from 0 on\)"):
        export_job(sweep, "csv", None)


def test_only_runs_of_the_design_count() -> None:
    """Neither seeds that it asks for no more, nor scenarios that it has no more, nor a run told twice."""
    points = pd.DataFrame({"point": [0, 1, 2], "scenario_hash": ["a", "b", "a"], "model": "m1"})
    keys = [("a", "m1", 1), ("a", "m1", 1), ("b", "m1", 2), ("a", "m1", 3), ("gone", "m1", 1), ("a", "old", 1)]
    runs = pd.DataFrame(keys, columns=["scenario_hash", "model", "seed"])
    assert n_runs_of(points, runs, 2) == (2, 4)
    assert n_runs_of(points, runs[:0], 2) == (0, 4)


@pytest.mark.parametrize("kind", ["csv", "parquet", "xlsx"])
def test_a_sweep_in_every_format(sweep: Path, kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    before = files(sweep)
    assert export_job(sweep, kind, None) == 0
    said = capsys.readouterr().out.splitlines()
    assert said == [str(file) for file in sorted((sweep / "export").iterdir())]
    assert {name: content for name, content in files(sweep).items() if not name.startswith("export")} == before
    found = tables_in(kind, sweep / "export")
    assert list(found) == ["levels", "months", "points", "runs", "towns"]

    runs = found["runs"]
    factors = ["label", "levers.pay", "policies", "trust (factor)"]
    assert list(runs.columns) == ["point", *factors, "seed", "coverage", "trust"]
    points = pd.read_parquet(sweep / "points.parquet").set_index("point")
    stored = tables(RUNS)["runs"].to_pandas().set_index("run")
    assert sorted(zip(runs.point, runs.seed, strict=True)) == [(point, seed) for point, _, seed in expected_runs()]
    for row in runs.to_dict("records"):
        run = run_id(points.scenario_hash[row["point"]], row["seed"], "m1")
        for name in ("coverage", "trust"):
            assert row[name] == stored[name][run]
        assert row["label"] == points.label[row["point"]]
        policies = points.policies[row["point"]]
        assert row["policies"] == (cell(policies) if kind == "csv" else policies)
        assert row["trust (factor)"] == points.trust[row["point"]]
        pay = points["levers.pay"][row["point"]]
        assert row["levers.pay"] == pay or (math.isnan(row["levers.pay"]) and math.isnan(pay))

    for name, n, columns in (("months", 2, factors), ("towns", 4, [*factors[:3], "trust"])):
        assert len(found[name]) == n * 6
        labels = found[name].groupby("point")["label"].unique().map(list).to_dict()
        assert labels == {number: [label] for number, label in points.label.items()}
        assert found[name][columns].drop_duplicates().shape == (3, 4)
    assert list(found["months"].columns) == ["point", *factors, "seed", "month", "trust"]
    levels = pd.read_parquet(sweep / "levels.parquet")
    assert list(found["levels"].columns) == [
        "point",
        "label",
        "levers.pay",
        "policies",
        "trust",
        "outcome",
        "mean",
        "n",
    ]
    assert found["levels"][list(levels.columns)].equals(levels)
    assert list(found["levels"].trust) == ["low", "low"]
    assert list(found["points"].label) == list(points.label)
    hashes = {name for name, table in found.items() if {"scenario_hash", "model", "run"} & set(table.columns)}
    assert hashes == {"points"}, "they join with the folder's own files, and are for that only"


def test_tables_are_as_they_were_stored(tmp_path: Path) -> None:
    folder = tmp_path / "stored"
    frame = pd.DataFrame({"policy": ["基线", "x"], "seed": [1, 2], "coverage": [0.1, 1 / 3], "is_clear": [True, False]})
    store_tables(folder, levels=frame, effects=frame)
    (folder / "notes.parquet").write_text("mine")
    for kind in ("csv", "parquet", "xlsx"):
        export(folder, kind, tmp_path / kind)
        found = tables_in(kind, tmp_path / kind)
        assert list(found) == ["effects", "levels"]
        pd.testing.assert_frame_equal(found["levels"], frame, check_exact=True)
    with pytest.raises(Mistake, match=r"holds no provenance.json"):
        export(tmp_path / "csv", "csv")
    (tmp_path / "csv" / "provenance.json").write_text("{}")
    with pytest.raises(Mistake, match=r"holds no checksum"):
        export(tmp_path / "csv", "csv")


def test_no_text_runs_as_a_formula(tmp_path: Path) -> None:
    """Not even that of results that were stored before such names were refused."""
    texts = ["=1+1", "+1-cmd", "@sum", "-a", "linkage"]
    store_tables(tmp_path, runs=pd.DataFrame({"policy": texts, "=n": [-1.5, 0.0, 1.0, 2.0, 3.0]}))
    export(tmp_path, "csv")
    csv = pd.read_csv(tmp_path / "export" / "runs.csv", encoding="utf-8-sig")
    assert csv.policy.tolist() == ["'=1+1", "'+1-cmd", "'@sum", "'-a", "linkage"]
    assert csv["'=n"].tolist() == [-1.5, 0.0, 1.0, 2.0, 3.0]
    (file,) = export(tmp_path, "xlsx")
    book = openpyxl.load_workbook(file)
    cells = [cell for row in book["runs"].rows for cell in row]
    assert {cell.data_type for cell in cells} == {"s", "n"}
    assert [cell.value for cell in cells if cell.data_type == "s"] == ["policy", "=n", *texts]
    assert [cell.data_type for cell in book["codebook"]["B"]] == ["s", "s", "s"]
    assert pd.read_csv(tmp_path / "export" / "codebook.csv")["column"].tolist() == ["policy", "'=n"]


def test_csv_is_what_spreadsheets_read(sweep: Path) -> None:
    export(sweep, "csv")
    content = (sweep / "export" / "runs.csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbfpoint,label,levers.pay,policies,")
    assert content.count(b"\xef\xbb\xbf") == 1
    assert content.count(b"point,") == 1
    assert "边界".encode() in content
    assert b"\r" not in content


def test_whole_numbers_stay_whole_where_some_are_missing(tmp_path: Path) -> None:
    table = pa.table({"n": pa.array([2**60 + 1, None], pa.int64()), "x": [0.1, math.inf]})
    store_tables(tmp_path, counts=table, none=table.slice(0, 0))
    for kind in ("csv", "xlsx", "parquet"):
        export(tmp_path, kind)
    assert (tmp_path / "export" / "counts.csv").read_text("utf-8-sig") == f"n,x\n{2**60 + 1},0.1\n,inf\n"
    assert (tmp_path / "export" / "none.csv").read_text("utf-8-sig") == "n,x\n"
    assert pq.read_table(tmp_path / "export" / "counts.parquet").equals(table)
    assert pq.read_table(tmp_path / "export" / "none.parquet").num_rows == 0
    sheet = openpyxl.load_workbook(tmp_path / "export" / f"{tmp_path.name}.xlsx")["counts"]
    assert list(sheet.values) == [("n", "x"), (str(2**60 + 1), 0.1), (None, "inf")]


def test_text_in_a_workbook_is_text(sweep: Path) -> None:
    (file,) = export(sweep, "xlsx")
    assert file == sweep / "export" / "question.xlsx"
    book = openpyxl.load_workbook(file)
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells if cell.value in ("=1+1", "https://x.org")} == {"s"}
    assert not [cell for cell in cells if cell.data_type == "f" or cell.hyperlink]
    assert {type(cell.value) for cell in book["runs"]["F"][1:]} == {int}
    with ZipFile(file) as parts:
        assert not [name for name in parts.namelist() if "calcChain" in name or "externalLinks" in name]


def test_what_a_workbook_cannot_hold(sweep: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put_table(sweep, "long", pd.DataFrame({"text": ["x" * 32_768]}))
    with pytest.raises(Mistake, match=r"a text is longer than 32,767\); use --format csv"):
        export(sweep, "xlsx")
    put_table(sweep, "long", pd.DataFrame({"text": ["x"]}))
    assert not (sweep / "export").exists()


def test_a_table_that_a_sheet_cannot_hold_is_left_out_and_told_of_at_once(
    sweep: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The others are what she wants in a workbook; nothing is written before she knows."""
    monkeypatch.setattr(module, "MOST_SHEET_ROWS", 23)
    written: list[object] = []
    write = module.write_tables_of_book
    monkeypatch.setattr(
        module, "write_tables_of_book", lambda *args: (written.append(capsys.readouterr().err), write(*args))
    )
    assert export_job(sweep, "xlsx", None) == 0
    assert written == [
        "note: towns is left out: it has 24 rows, and a sheet holds 23; for it use --format csv\n",
    ]
    book = openpyxl.load_workbook(sweep / "export" / "question.xlsx", read_only=True)
    assert book.sheetnames == ["points", "runs", "months", "levels", "codebook", "values"]
    monkeypatch.setattr(module, "MOST_SHEET_ROWS", 24)
    export(sweep, "xlsx")
    assert "towns" in openpyxl.load_workbook(sweep / "export" / "question.xlsx", read_only=True).sheetnames
    monkeypatch.setattr(module, "MOST_SHEET_ROWS", 1)
    with pytest.raises(Mistake, match="there is nothing to write as xlsx; use --format csv"):
        export(sweep, "xlsx")


def test_sheets_are_called_what_a_workbook_allows(tmp_path: Path) -> None:
    long = "a name that is longer than a sheet's"
    frame = pa.table({"x": [1]})
    store_tables(
        tmp_path,
        **{long: frame, f"{long} may be": frame, "History": frame, "Codebook": frame, "none": frame.slice(0, 0)},
    )
    (file,) = export(tmp_path, "xlsx")
    names = openpyxl.load_workbook(file).sheetnames
    assert names == ["Codebook", "History 2", long[:31], f"{long[:29]} 2", "codebook 2"]
    codebook = pd.read_excel(file, sheet_name="codebook 2", engine="openpyxl")
    assert codebook["table"].tolist() == names[:-1], "by the names of the sheets, and none that is not there"
    assert sheet_names(["a[b]", "'a'", "A_B_", "", "镇" * 40]) == {
        "a[b]": "a_b_", "'a'": "_a_", "A_B_": "A_B_ 2", "": "_", "镇" * 40: "镇" * 31
    }  # fmt: skip


def test_a_sheet_has_a_frozen_head_a_filter_and_room_for_its_headings(sweep: Path) -> None:
    (file,) = export(sweep, "xlsx")
    for sheet in openpyxl.load_workbook(file):
        assert sheet.freeze_panes == "A2"
        assert sheet.auto_filter.ref == sheet.dimensions
        assert sheet.max_row > 1
        widths = {
            place: one.width for one in sheet.column_dimensions.values() for place in range(one.min, one.max + 1)
        }  # neighbours of one width are one entry
        for head in sheet[1]:
            assert head.font.bold
            assert widths[head.column] >= len(head.value) + 2


def test_a_workbook_that_cannot_hold_a_text_leaves_no_file_open(sweep: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On Windows an open file could not be removed."""
    put_table(sweep, "long", pd.DataFrame({"text": ["x" * 32_768]}))
    left_open: list[object] = []
    monkeypatch.setattr(sys, "unraisablehook", left_open.append)
    with warnings.catch_warnings():
        warnings.simplefilter("error", ResourceWarning)
        with pytest.raises(Mistake):
            export(sweep, "xlsx")
        gc.collect()
    assert left_open == []


def test_the_limit_is_that_of_the_format(tmp_path: Path) -> None:
    store_tables(tmp_path, many=pa.table({"x": np.zeros(1_048_576, np.int8)}))
    notes: list[object] = []
    with pytest.raises(Mistake, match="there is nothing to write as xlsx"):
        export(tmp_path, "xlsx", on_note=notes.append)
    assert notes == [
        "many is left out: it has 1,048,576 rows, and a sheet holds 1,048,575; for it use --format csv",
    ]


def test_where_it_goes(sweep: Path, tmp_path: Path) -> None:
    assert export(sweep, "xlsx", tmp_path / "deep" / "er" / "Book.XLSX") == [tmp_path / "deep" / "er" / "Book.XLSX"]
    assert export(sweep, "xlsx", tmp_path / "deep" / "folder") == [tmp_path / "deep" / "folder" / "question.xlsx"]
    (tmp_path / "empty").mkdir()
    assert len(export(sweep, "csv", tmp_path / "empty")) == 7
    assert sorted(file.name for file in (tmp_path / "deep").rglob("*")) == [
        "Book.XLSX",
        "er",
        "folder",
        "question.xlsx",
    ]
    before = files(tmp_path)
    for kind, name, sentence in (
        ("csv", "empty", "empty: exists already; give another --out"),
        ("xlsx", "deep/er/Book.XLSX", "exists already; give another --out"),
        ("csv", "deep/er/Book.XLSX", "a file stands where the results should go"),
        ("xlsx", "empty", "empty: exists already"),
        ("csv", "deep/er/Book.XLSX/more", "Book.XLSX: a file stands where the results should go"),
    ):
        with pytest.raises(Mistake) as caught:
            export(sweep, kind, tmp_path / name)
        assert sentence in str(caught.value)
    assert files(tmp_path) == before


def test_again_replaces_what_the_same_format_had(sweep: Path) -> None:
    export(sweep, "csv")
    export(sweep, "xlsx")
    put_table(sweep, "effects", pd.read_parquet(sweep / "levels.parquet"))
    (sweep / "export" / "ranks.csv").write_text("of an earlier export")
    with Store.open(sweep, write=True) as store:
        store.add(tables([("c", 1)], kinds=KINDS))
    points = pd.read_parquet(sweep / "points.parquet")
    put_table(sweep, "points", pd.concat([points, points[:1].assign(point=3, scenario_hash="c")]))
    export(sweep, "csv")
    stems = ("codebook", "effects", "levels", "months", "points", "runs", "towns", "values")
    names = sorted(["question.xlsx", *(f"{stem}.csv" for stem in stems)])
    assert sorted(file.name for file in (sweep / "export").iterdir()) == names
    assert len(pd.read_csv(sweep / "export" / "runs.csv")) == 7


def test_before_there_are_points(sweep: Path) -> None:
    made(sweep.parent / "new", [RUNS], kinds=KINDS)
    sweep = sweep.parent / "new"
    export(sweep, "csv")
    found = pd.read_csv(sweep / "export" / "runs.csv")
    assert set(found.run) == ids(RUNS)
    assert list(found.columns) == ["run", "scenario_hash", "model", "seed", "coverage", "trust"]


def test_before_it_says_where_it_comes_from(sweep: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It was killed after its points and before its provenance."""
    (sweep / "provenance.json").unlink()
    assert export_job(sweep, "csv", None) == 0
    assert capsys.readouterr().err == ""


def test_what_an_earlier_version_stored_is_told_in_a_sentence(tmp_path: Path) -> None:
    for name, facts, said in (
        ("sweep.json", {"kind": "sweep"}, "the same 'stations sweep' with --new-version"),
        (
            "provenance.json",
            {"kind": "compare", "command": "stations compare x"},
            "to make them anew: stations compare x",
        ),
    ):
        folder = tmp_path / name.removesuffix(".json")
        folder.mkdir()
        write_json(folder / name, facts)
        for read in (lambda folder: export(folder, "csv"), open_results):
            with pytest.raises(Mistake, match=f"an earlier version of this program stored.*{said}"):
                read(folder)


def test_points_without_runs(sweep: Path) -> None:
    points = pd.read_parquet(sweep / "points.parquet").assign(model="m2")
    put_table(sweep, "points", points)
    for kind in ("csv", "parquet", "xlsx"):
        export(sweep, kind)
    assert len(pd.read_csv(sweep / "export" / "runs.csv")) == 0
    assert pq.read_schema(sweep / "export" / "runs.parquet").field("policies").type == pa.large_string()


# --- obstacles


@pytest.mark.parametrize("kind", ["csv", "parquet", "xlsx"])
@pytest.mark.parametrize("damaged", ["towns/000002.parquet", "levels.parquet", "points.parquet", "provenance.json"])
def test_damage_is_named_and_nothing_is_written(sweep: Path, kind: str, damaged: str) -> None:
    export(sweep, kind)
    file = sweep / damaged
    file.write_bytes(file.read_bytes()[:-5])
    before = files(sweep)
    with pytest.raises(Mistake) as caught:
        export(sweep, kind)
    assert f"{file}: " in str(caught.value)
    assert files(sweep) == before
    with pytest.raises(Mistake):
        export(sweep, kind, sweep.parent / "out")
    assert sorted(one.name for one in sweep.parent.iterdir()) == ["question"]


@pytest.mark.skipif(os.name == "nt", reason="resource limits are POSIX's")
@pytest.mark.parametrize("kind", ["csv", "parquet", "xlsx"])
def test_a_full_disk_leaves_nothing(tmp_path: Path, kind: str) -> None:
    folder = tmp_path / "stored"
    store_tables(folder, noise=pd.DataFrame(np.random.default_rng(1).random((20_000, 4)), columns=list("abcd")))
    before = files(tmp_path)
    code = (
        "import resource, sys\nfrom pathlib import Path\nfrom sim.cli.store_jobs import export_job\n"
        "from sim.mistakes import Mistake\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, resource.RLIM_INFINITY))\n"
        "try: export_job(Path(sys.argv[1]), sys.argv[2], None)\n"
        "except Mistake as mistake: print(mistake)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, folder, kind], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert "File too large" in done.stdout
    assert len(done.stdout.splitlines()) == 1
    assert files(tmp_path).keys() - {"stored/ledger.sqlite-shm", "stored/ledger.sqlite-wal"} == before.keys()


def test_an_error_while_it_is_put_in_its_place(sweep: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = files(sweep)

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "rename", full)
    with pytest.raises(Mistake, match=r"export: cannot be written \(No space left on device\); give another --out"):
        export(sweep, "csv")
    assert files(sweep) == before


def test_memory_stays_flat(tmp_path: Path) -> None:
    """Many more runs in many more shards take hardly more memory; in a process of its own, since memory is counted per process."""
    pytest.importorskip("resource")
    code = (
        "import resource, sys\nfrom pathlib import Path\nfrom sim.lab.kept.export import export\n"
        "export(Path(sys.argv[1]), 'parquet')\nprint(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)\n"
    )
    noise = {f"x{k}": np.random.default_rng(k).random(750) for k in range(40)}
    scenario, points = ["a"] * 750, pd.DataFrame({"point": [0], "scenario_hash": ["a"], "model": ["a"]})
    most = []
    for n in (40, 160):
        with Store.open(tmp_path / str(n), write=True) as store:
            for k in range(n):
                run, seed = [f"{k}-{i}" for i in range(750)], np.arange(750) + 750 * k
                store.add(
                    {
                        "runs": pa.table(
                            {"run": run, "scenario_hash": scenario, "model": scenario, "seed": seed, **noise}
                        )
                    }
                )
        put_table(tmp_path / str(n), "points", points)
        done = subprocess.run(
            [sys.executable, "-c", code, tmp_path / str(n)], capture_output=True, text=True, check=True
        )
        assert pq.read_metadata(tmp_path / str(n) / "export" / "runs.parquet").num_rows == 750 * n
        most.append(int(done.stdout) / (1024 if sys.platform == "linux" else 2**20))
    more = (160 - 40) * 750 * 40 * 8 / 2**20  # MB
    assert most[1] - most[0] < 0.8 * more, most
