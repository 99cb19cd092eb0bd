"""`stations compare` on the store of every design: killed, damaged, or done elsewhere, it ends in the same tables."""

from __future__ import annotations

import os
import random
import signal
import time
from pathlib import Path

import pandas as pd
import psutil
import pytest
from cities import SMALL
from pandas.testing import assert_frame_equal
from sweeps import done, failures, is_one_sentence, told
from template import Template
from test_killed import are_gone, killed, wait_for, workers_of

from sim import arms_of, compare, load_policy, load_scenario
from sim.cli import run
from sim.lab.kept.folders import ANSWER, load_provenance
from sim.lab.kept.opening import open_results

pytestmark = [
    pytest.mark.skipif(os.name == "nt", reason="kill -9 and fork"),
    pytest.mark.usefixtures("short_reports"),
]

SEEDS = 30
COMPARE = ("compare", "small.yaml", "--policies", "linkage,incentives", "--seeds", str(SEEDS), "--out")
N_RUNS = 3 * SEEDS


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, pd.DataFrame]:
    """The tables of the same comparison in memory, which nothing interrupts."""
    file = tmp_path_factory.mktemp("city") / "small.yaml"
    file.write_text(SMALL, encoding="utf-8")
    policies = [load_policy(name) for name in ("linkage", "incentives")]
    return compare(arms_of(load_scenario(str(file)), policies), seeds=range(1, SEEDS + 1)).tables()


def is_whole(out: str | Path, whole: dict[str, pd.DataFrame]) -> bool:
    """Whether a folder holds these very tables, as read and as written beside the runs, and an answer."""
    read = open_results(out).tables
    assert read.keys() == whole.keys()
    for name, table in whole.items():
        assert_frame_equal(read[name], table, check_exact=True, check_dtype=False)
        assert_frame_equal(pd.read_parquet(Path(out) / f"{name}.parquet"), table, check_exact=True, check_dtype=False)
    return ANSWER in load_provenance(Path(out))


def test_killed_at_8_moments_it_goes_on(forks: Template, whole: dict[str, pd.DataFrame], here: Path) -> None:
    """verification/kills.py kills at a hundred."""
    rng = random.Random(11)
    n_killed, n_ended, had = 0, 0, set[str]()
    while n_killed < 8 or n_ended < 2:
        out, err = here / f"out{n_ended}", here / "err"
        workers = ("threads", "serial")[n_ended % 2]
        was_killed, had = killed(forks, rng, had, out, *COMPARE, str(out), "--workers", workers)
        n_killed += was_killed
        if len(had) == N_RUNS:
            # It may have been killed while it wrote its tables, or its report.
            code = forks.end(forks.start(*COMPARE, str(out), err=err))
            assert code == 0 or "exists already" in err.read_text(encoding="utf-8")
            assert is_whole(out, whole)
            n_ended, had = n_ended + 1, set()


def test_asked_to_end_it_says_what_is_there_and_goes_on(
    forks: Template, whole: dict[str, pd.DataFrame], here: Path
) -> None:
    process = forks.stations(*COMPARE, "out", "--workers", "processes", "--jobs", "2", start_new_session=True)
    wait_for(Path("out"), 4, process.pid)
    workers = workers_of(psutil.Process(process.pid))
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does
    code, _, err = told(process)
    if code != 0:  # it may just have ended
        assert code == 130
        again = "stations compare small.yaml --policies linkage,incentives --seeds 30 --out out"
        kept = len(done("out"))
        assert f"stopped; {kept} of {N_RUNS} runs are stored in out, and the same command goes on: {again}" in err
        assert are_gone(workers)
        assert run(again.split()[1:]) == 0
    assert is_whole("out", whole)


def test_a_part_says_that_it_is_one(forks: Template, here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    process = forks.stations(*COMPARE[:-2], "3000", "--out", "out")
    wait_for(Path("out"), 9, process.pid)
    process.send_signal(signal.SIGINT)
    assert told(process)[0] == 130
    assert run(["report", "out"]) == 0
    n = open_results("out").n_seeds
    assert n < 3000
    assert f"Unfinished: {n:,} of 3,000 seeds are stored" in Path("out/report.html").read_text(encoding="utf-8")
    assert run(["export", "out"]) == 0
    assert len(pd.read_csv("out/export/runs.csv")) == 3 * n
    # Another comparison does not go on there, and without --force replaces nothing.
    capsys.readouterr()
    assert run([*COMPARE[:-2], "2", "--out", "out"]) == 2
    assert is_one_sentence(capsys.readouterr().err, "out: the folder exists already; give another --out, or --force")
    assert open_results("out").n_seeds == n


def test_killed_workers(forks: Template, whole: dict[str, pd.DataFrame], here: Path) -> None:
    rng = random.Random(12)
    n_killed = 0
    process = forks.stations(*COMPARE, "out", "--workers", "processes", "--jobs", "2")
    while process.poll() is None:
        workers = workers_of(psutil.Process(process.pid)) if psutil.pid_exists(process.pid) else []
        if workers and n_killed < 2:
            rng.choice(workers).kill()
            n_killed += 1
        time.sleep(rng.uniform(0.5, 2))
    code, _, err = told(process)
    assert "Traceback" not in err
    if code:  # one run was killed twice
        assert "to repeat this run alone: stations run small.yaml --seed" in err
        assert told(forks.stations(*COMPARE, "out"))[0] == 0
    assert failures("out").empty
    assert is_whole("out", whole)


def flip(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)


def test_a_flipped_bit_is_named_and_mended_by_the_same_command(
    whole: dict[str, pd.DataFrame], here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([*COMPARE, "out"]) == 0
    shards = [sorted(Path("out", name).glob("*.parquet"))[-1] for name in ("runs", "months", "town_sums", "group_sums")]
    for shard in shards:
        flip(shard)
        for door in (["report", "out"], ["export", "out"], ["reproduce", "out"]):
            capsys.readouterr()
            assert run(door) == 2, (shard, door)
            assert is_one_sentence(capsys.readouterr().err, f"{shard}: has changed since it was written")
        assert run(["store", "check", "out"]) == 1
        flip(shard)
    assert run(["store", "check", "out"]) == 0
    # One comparison again mends them all.
    for shard in shards:
        flip(shard)
    capsys.readouterr()
    assert run([*COMPARE, "out"]) == 0
    said = capsys.readouterr().err
    assert [shard for shard in shards if f"note: {shard}: has changed since it was written" not in said] == []
    assert is_whole("out", whole)
    beside = [Path("out", name) for name in ("effects.parquet", "provenance.json")]
    for file in beside:
        flip(file)
        assert run(["store", "check", "out"]) == 1
        flip(file)
    for file in beside:
        flip(file)
    assert run([*COMPARE, "out"]) == 0
    assert run(["store", "check", "out"]) == 0
    assert is_whole("out", whole)


def test_what_is_replaced_stays_until_the_new_is_whole(
    forks: Template, whole: dict[str, pd.DataFrame], here: Path
) -> None:
    rng = random.Random(13)
    old = [*COMPARE[:-2], "2", "--out", "out"]
    assert run(old) == 0
    before = open_results("out").tables["effects"]
    n_killed = 0
    while n_killed < 4:
        process = forks.start(*COMPARE, "out", "--force", "--workers", "serial", err=here / "err")
        time.sleep(rng.uniform(0, 1.5))
        os.kill(process, signal.SIGKILL)
        if forks.end(process) == 0:
            assert is_whole("out", whole)
            assert run([*old, "--force"]) == 0
            continue
        n_killed += 1
        there = open_results("out")
        assert there.n_seeds in {2, SEEDS}
        if there.n_seeds == 2:
            assert_frame_equal(there.tables["effects"], before)
    assert forks.end(forks.start(*COMPARE, "out", "--force", err=here / "err")) == 0
    assert is_whole("out", whole)
    assert not [file.name for file in here.iterdir() if file.name.startswith(".stations-")]


def test_without_a_folder_the_same_command_goes_on_and_a_finished_one_begins_another(
    forks: Template, here: Path
) -> None:
    process = forks.stations(*COMPARE[:-1])
    out = Path("results/compare-small")
    wait_for(out, 3, process.pid)
    process.send_signal(signal.SIGINT)
    code, _, _ = told(process)
    assert code in {0, 130}
    kept = done(out)
    assert told(forks.stations(*COMPARE[:-1]))[0] == 0
    assert kept <= done(out)
    assert len(done(out)) == N_RUNS
    names = {"compare-small"} if code == 130 else {"compare-small", "compare-small-2"}
    assert {file.name for file in Path("results").iterdir()} == names
    assert run([*COMPARE[:-2], "1"]) == 0
    assert len(list(Path("results").iterdir())) == len(names) + 1
