"""`stations sweep` as a person meets it: what it says, its exit codes, and what stands in its way."""

from __future__ import annotations

import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
from contextlib import chdir
from pathlib import Path

import pytest
from cities import SMALL
from made_up_stores import files
from patience import PATIENCE
from sweeps import POLICY, done, is_one_sentence, stations, tables, told, write_design
from sweeps import run as run_here
from template import Template

from sim import language
from sim.cli import run
from sim.lab.kept.checked import SCHEMA


def lines(said: str) -> list[str]:
    return said.splitlines()


def test_a_sweep(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["sweep", write_design(), "--out", "out", "--workers", "serial"]) == 0
    said = capsys.readouterr()
    assert lines(said.out)[:3] == [
        "Does pay help?",
        "7 points x 4 seeds = 28 runs",
        "Results: out (Ctrl-C stops; the same command goes on)",
    ]
    assert lines(said.out)[-2:] == [f"Report: {Path('out/report.html')}", "28 runs in out, new: 28"]
    assert re.fullmatch(r"runs: 28 of 28, [\d.]+ runs/s", lines(said.err)[-1])
    told = json.loads(Path("out/provenance.json").read_text(encoding="utf-8"))
    assert (told["kind"], told["n_seeds"], told["n_runs"], told["n_failed"]) == ("sweep", 4, 28, 0)
    for name in ("levels", "effects", "contrasts", "ranks", "overtakes", "correlations"):
        assert Path(f"out/{name}.parquet").is_file()
        assert Path(f"out/{name}.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    assert run(["sweep", "design.yaml", "--out", "out"]) == 0
    assert "28 runs in out, new: 0" in capsys.readouterr().out


def test_in_chinese(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["sweep", write_design(), "--out", "out", "--lang", "zh", "--workers", "serial"]) == 0
    said = capsys.readouterr()
    assert lines(said.out)[:2] == ["提高薪酬有用吗？", "7 个设计点 × 4 个种子 = 28 次运行"]
    assert "out 中共 28 次运行，其中新增 28 次" in said.out
    assert lines(said.err)[-1].startswith("运行：28/28、")


def test_a_dry_run_writes_nothing(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["sweep", write_design(), "--dry-run", "--jobs", "2"]) == 0
    said = capsys.readouterr().out
    assert "7 points x 4 seeds = 28 runs" in said
    assert "  levers.pay (" in said
    assert "): 3000, 4000, 5000" in said
    assert re.search(r"about \d+ s on 2 cores of this machine, [\d.]+ MB on disk \(from a timed sample: ", said)
    assert f"would write {Path('results')}" in said
    assert sorted(os.listdir(".")) == ["design.yaml", "small.yaml"]

    run_here(write_design(seeds=3), "out")
    before = files(Path("out"))
    assert run(["sweep", write_design(), "--out", "out", "--dry-run"]) == 0
    assert "21 of them are stored already" in capsys.readouterr().out
    Path("small.yaml").write_text(SMALL.replace("posts: 3", "posts: 4"), encoding="utf-8")
    assert run(["sweep", "design.yaml", "--out", "out", "--dry-run"]) == 2
    assert is_one_sentence(capsys.readouterr().err, "towns.a.posts was 3, is 4", "--new-version")
    assert run(["sweep", "design.yaml", "--out", "out", "--dry-run", "--new-version"]) == 0
    assert "stored already" not in capsys.readouterr().out
    assert files(Path("out")) == before


def test_a_dry_run_tells_how_much_disk(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["sweep", write_design(seeds=100), "--dry-run"]) == 0
    found = re.search(r"([\d.]+) MB on disk", capsys.readouterr().out)
    assert found is not None
    run_here("design.yaml", "out", "threads")
    stored = sum(file.stat().st_size for file in Path("out").rglob("*") if file.is_file()) / 1e6
    assert 0.3 * stored < float(found[1]) < 3 * stored


def test_progress_of_a_stopping_rule_shows_the_widths() -> None:
    from sim.cli.runs import _status
    from sim.lab.run.session import Progress

    said = _status(Progress(total=100, done=50, new=50, failed=2, widths={"coverage": (0.0123, 0.01)}))
    assert "coverage ±0.0123 (wanted ±0.01)" in said
    assert "2 failed" in said
    language.use("zh")
    try:
        assert "coverage ±0.0123 (要求 ±0.01)" in _status(Progress(widths={"coverage": (0.0123, 0.01)}))
    finally:
        language.use("en")


def test_some_failed(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = "def act(now):\n    if now.city('admin_share') < 0.5:\n        raise ValueError('I do not like it')\n"
    Path("react.py").write_text(code, encoding="utf-8")
    Path("bad.yaml").write_text(POLICY, encoding="utf-8")
    write_design(factors={"policies": ["none", "bad.yaml"]}, seeds=8)
    assert run(["sweep", "design.yaml", "--out", "out"]) == 2
    assert is_one_sentence(capsys.readouterr().err, "names Python code (react.py)", "--allow-code")
    assert not Path("out").exists()
    assert run(["sweep", "design.yaml", "--out", "out", "--allow-code", "--workers", "serial"]) == 3
    said = capsys.readouterr().err
    n = 16 - len(done("out"))
    assert f"stations: {n} runs failed twice and are missing from the results; the same command tries again" in said
    assert "I do not like it, on 2024-" in said
    assert "to repeat it: stations sweep design.yaml --out out --allow-code" in said
    assert "Traceback" not in said
    assert Path("out/report.html").is_file()
    assert run(["sweep", "design.yaml", "--out", "out", "--allow-code", "--workers", "serial", "--lang", "zh"]) == 3
    assert f"有 {n} 次运行两次失败" in capsys.readouterr().err

    # What failed before is none of a design that does not ask for it.
    write_design(factors={"policies": ["none", "linkage"]}, seeds=8)
    assert run(["sweep", "design.yaml", "--out", "out"]) == 0
    assert json.loads(Path("out/provenance.json").read_text(encoding="utf-8"))["n_failed"] == 0


# --- obstacles: one sentence, exit code 2, nothing lost; when they are gone, the same command completes


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    with chdir(tmp_path_factory.mktemp("uninterrupted")):
        Path("small.yaml").write_text(SMALL, encoding="utf-8")
        run_here(write_design(seeds=40), "whole", "threads")
        return tables("whole")


@pytest.fixture
def whole(here: Path, uninterrupted: dict[str, object]) -> dict[str, object]:
    write_design(seeds=40)
    return uninterrupted


def completes(whole: dict[str, object], had: set[str]) -> bool:
    assert had <= done("out")
    run_here("design.yaml", "out", "threads")
    return tables("out") == whole


LIMITED = """\
import resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, ({bytes}, {bytes}))
from sim.cli import main
main()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="RLIMIT_FSIZE")
@pytest.mark.parametrize("limit", [3_000, 50_000, 80_000])
def test_a_full_disk(limit: int, whole: dict[str, object]) -> None:
    """Wherever it is full first: the ledger or its log, the points, a shard."""
    arguments = ["sweep", "design.yaml", "--out", "out", "--workers", "serial"]
    process = subprocess.run(
        [sys.executable, "-c", LIMITED.format(bytes=limit), *arguments],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert process.returncode == 2, process.stderr
    assert is_one_sentence(process.stderr), process.stderr
    assert "full" in process.stderr or "cannot be" in process.stderr or "File too large" in process.stderr
    had = done("out")
    assert completes(whole, had)


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written(whole: dict[str, object]) -> None:
    Path("out").mkdir(mode=0o500)
    code, _, err = told(stations("sweep", "design.yaml", "--out", "out"))
    assert code == 2
    assert is_one_sentence(err, "out")
    Path("out").chmod(0o700)
    assert completes(whole, set())


def test_a_folder_that_becomes_another_thing(whole: dict[str, object], capsys: pytest.CaptureFixture[str]) -> None:
    """Where shards should go, a file stands."""
    write_design(seeds=5)
    run_here("design.yaml", "out")
    had = done("out")
    Path("out/runs").rename("aside")
    Path("out/runs").write_text("in the way", encoding="utf-8")
    write_design(seeds=40)
    assert run(["sweep", "design.yaml", "--out", "out", "--workers", "serial"]) == 2
    assert is_one_sentence(capsys.readouterr().err, "out")
    Path("out/runs").unlink()
    Path("aside").rename("out/runs")
    assert completes(whole, had)


def test_a_truncated_shard(whole: dict[str, object], capsys: pytest.CaptureFixture[str]) -> None:
    write_design(seeds=5)
    run_here("design.yaml", "out")
    shard = sorted(Path("out/runs").glob("*.parquet"))[0]
    shard.write_bytes(shard.read_bytes()[:-100])
    assert run(["report", "out"]) == 2
    said = capsys.readouterr().err
    assert f"{shard}: has " in said
    assert "bytes instead of" in said
    assert "give the same command again: it sets the file aside" in said
    assert len(lines(said)) == 1
    assert run(["store", "check", "out"]) == 1
    assert run(["store", "check", "out", "--repair"]) == 0
    assert run(["store", "check", "out"]) == 0
    assert len(done("out")) < 35
    write_design(seeds=40)
    assert completes(whole, done("out"))


def flip(file: Path, what: bytes, *, last: bool = True) -> None:
    """The lowest bit of the first letter of a text in a file."""
    content = bytearray(file.read_bytes())
    content[content.rindex(what) if last else content.index(what)] ^= 1
    file.write_bytes(content)


def test_a_flipped_bit_is_named_and_mended_by_the_same_sweep(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["sweep", write_design(keep={}), "--out", "out", "--workers", "serial"]
    assert run(arguments) == 0
    sound = tables("out")
    shard = sorted(Path("out/runs").glob("*.parquet"))[-1]
    with_shard = [["report", "out"], ["export", "out"], ["reproduce", "out", "--runs", "1"]]
    for file, what, doors in (
        (shard, b"coverage", with_shard),  # a column's name in the footer
        (Path("out/points.parquet"), b"levers.pay", with_shard),
        (Path("out/provenance.json"), b"n_seeds", with_shard),
        (Path("out/scenarios.parquet"), b"mapping", [["reproduce", "out", "--runs", "1"]]),
        (Path("out/effects.parquet"), b"mean", [["export", "out"]]),
    ):
        flip(file, what)
        capsys.readouterr()
        for door in doors:
            assert run(door) == 2, (file, door)
            assert is_one_sentence(capsys.readouterr().err, f"{file}: has changed since it was written")
        assert run(["store", "check", "out"]) == 1
        assert f"{file}: has changed since it was written" in capsys.readouterr().out
        assert run(arguments) == 0, file
        said = capsys.readouterr()
        assert f"note: {file}: has changed since it was written" in said.err
        assert (", new: 0\n" in said.out) == (file != shard)
        assert run(["store", "check", "out"]) == 0
        for kind, table in tables("out").items():
            assert table.equals(sound[kind]), (file, kind)
    flip(Path("out/ledger.sqlite"), b"runs", last=False)
    for door in ([*arguments], *with_shard, ["store", "check", "out"]):
        capsys.readouterr()
        assert run(door) == 2, door
        assert is_one_sentence(capsys.readouterr().err, "ledger.sqlite: is damaged")


def test_a_newer_ledger(whole: dict[str, object], capsys: pytest.CaptureFixture[str]) -> None:
    write_design(seeds=5)
    run_here("design.yaml", "out")
    before = files(Path("out"))
    had = done("out")
    for version in (7, SCHEMA):
        with sqlite3.connect("out/ledger.sqlite") as db:
            db.execute(f"PRAGMA user_version = {version}")
        db.close()
        if version == 7:
            assert run(["sweep", "design.yaml", "--out", "out"]) == 2
            assert is_one_sentence(capsys.readouterr().err, "is of version 7", "use a newer social-work-stations")
            assert files(Path("out")) == before
    write_design(seeds=40)
    assert completes(whole, had)


def test_a_second_process(forks: Template, here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_design(seeds=3000)
    first = forks.stations("sweep", "design.yaml", "--out", "out", "--workers", "serial")
    try:
        while not done("out"):
            assert first.poll() is None
        assert run(["sweep", "design.yaml", "--out", "out"]) == 2
        err = capsys.readouterr().err
        assert is_one_sentence(err, f"out: process {first.pid} on ", "is at work there; wait until it ends")
        assert first.poll() is None
    finally:
        first.send_signal(signal.SIGTERM)
        assert told(first)[0] == 130


def test_a_folder_of_other_things(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("mine").mkdir()
    Path("mine/letter.txt").write_text("dear", encoding="utf-8")
    assert run(["sweep", write_design(), "--out", "mine"]) == 2
    assert is_one_sentence(capsys.readouterr().err, "mine: holds other things")
    assert os.listdir("mine") == ["letter.txt"]


def test_doubt_of_a_sweep(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    factors = {"levers.benefits": {"levels": [0.2], "since": "start"}}
    asked = ["sweep", write_design(factors=factors, seeds=5, doubt="prior"), "--out", "out", "--workers", "serial"]
    assert run(asked) == 0
    said = capsys.readouterr().out
    assert "in no doubt, since the design sets them: benefits" in said
    assert "1 of 5 worlds run again under a second seed (twins)" in said
    assert "12 runs in out, new: 12" in said
    assert run([*asked, "--doubt", "none"]) == 2
    assert re.search(r"doubt \(worlds [0-9a-f]{16} then, none now\)", capsys.readouterr().err)
    assert run(["reproduce", "out"]) == 0
