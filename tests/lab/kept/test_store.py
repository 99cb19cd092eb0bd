"""What the store acknowledged it keeps, whatever happens: killed writers, full disks, damage, several processes."""

from __future__ import annotations

import errno
import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_up_stores import files, ids, made, tables
from patience import PATIENCE

from sim.cli.store_jobs import store_check_job
from sim.lab.kept.ledger import Counts, Ledger, RunKey
from sim.lab.kept.store import Store, run_id
from sim.mistakes import Mistake

RUNS = [(scenario, seed) for seed in range(1, 5) for scenario in ("a", "b", "c")]
POSIX = pytest.mark.skipif(os.name == "nt", reason="SIGKILL, resource limits and user ids are POSIX's")


def process(code: str, *arguments: object) -> subprocess.Popen[str]:
    """A Python process that has the store and `stored` at hand. It says "ready" when it has imported them."""
    before = (
        "import itertools, os, random, signal, sys, time\nfrom pathlib import Path\n"
        "import pandas, pyarrow.dataset, pyarrow.parquet, filelock, tempfile\n"
        "from made_up_stores import ids, tables\nfrom sim.lab.kept import shards\nfrom sim.lab.kept.ledger import Ledger\n"
        "from sim.lab.kept.store import Store, run_id\nfrom sim.mistakes import Mistake\nprint('ready', flush=True)\n"
    )
    started = subprocess.Popen(
        [sys.executable, "-c", before + code, *map(str, arguments)],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert started.stdout is not None
    assert started.stdout.readline() == "ready\n"
    return started


def output(code: str, *arguments: object) -> str:
    """What such a process prints, if it ends well."""
    started = process(code, *arguments)
    out, err = started.communicate(timeout=PATIENCE)
    assert started.returncode == 0, err
    return out


def read(folder: Path, kind: str = "runs") -> pa.Table:
    with Store.open(folder, write=False) as store:
        return store.read(kind)


def sorted_runs(kind: str = "runs", runs: list[tuple[str, int]] = RUNS) -> pa.Table:
    keys = [(name, "ascending") for name in ("scenario_hash", "seed", "month") if kind != "runs" or name != "month"]
    return tables(runs)[kind].sort_by(keys)


# --- what it keeps


def test_what_was_added_is_read(tmp_path: Path) -> None:
    with Store.open(tmp_path / "new" / "deep", write=True) as store:
        store.write("notes.txt", b"old")
        store.write("notes.txt", b"new")
        store.add(tables(RUNS[:5], kinds=("runs", "months", "towns")))
        store.add(tables(RUNS[5:], kinds=("runs", "months", "towns")))
    with Store.open(tmp_path / "new" / "deep", write=False) as store:
        assert store.files() == ["notes.txt"]
        assert store.file("notes.txt").read_bytes() == b"new"
        assert store.done() == ids(RUNS)
        assert store.counts() == store.counts("m1") == Counts(12, 0)
        assert store.counts("m2") == Counts(0, 0)
        assert store.read("runs").equals(sorted_runs())
        assert store.read("months").equals(sorted_runs("months"))
        towns = store.read("towns")
        order = list(
            zip(*(towns[name].to_pylist() for name in ("scenario_hash", "seed", "station", "month")), strict=True)
        )
        assert order == sorted(order)
        assert len(order) == 48
        assert store.check() == []


def test_columns_and_filters_are_pushed_down(tmp_path: Path) -> None:
    made(tmp_path, [RUNS[:5], RUNS[5:]])
    with Store.open(tmp_path, write=False) as store:
        found = store.read("runs", ["trust"], (pc.field("seed") <= 2) & (pc.field("scenario_hash") == "b"))
        assert found.column_names == ["trust"]
        assert found.equals(sorted_runs(runs=[("b", 1), ("b", 2)]).select(["trust"]))
        batches = list(store.batches("runs", ["seed"], pc.field("seed") > 1))
        assert [batch.num_rows for batch in batches] == [2, 7]
        with pytest.raises(Mistake, match=r"no such column: 'coverag' \(did you mean 'coverage'\?\)"):
            store.read("runs", ["coverag"])


def test_nothing_stored_is_an_empty_table(tmp_path: Path) -> None:
    made(tmp_path, [])
    found = read(tmp_path)
    assert found.num_rows == 0
    assert found.column_names == ["run", "scenario_hash", "model", "seed"]
    with Store.open(tmp_path, write=False) as store:
        asked = store.read("towns", ["seed", "station", "coverage"], pc.field("coverage") > 0)
        assert asked.schema == pa.schema([("seed", pa.int64()), ("station", pa.string()), ("coverage", pa.float64())])


def test_columns_that_came_later_are_null_before(tmp_path: Path) -> None:
    with Store.open(tmp_path, write=True) as store:
        store.add({"runs": tables(RUNS[:1])["runs"].drop_columns("trust")})
        store.add({"runs": tables(RUNS[1:2])["runs"].drop_columns("coverage")})
    found = read(tmp_path)
    assert found["trust"].is_null().to_pylist() == [True, False]
    assert found["coverage"].is_null().to_pylist() == [False, True]


@settings(max_examples=15)
@given(st.permutations(RUNS), st.lists(st.tuples(st.integers(1, 5), st.booleans()), min_size=1, max_size=8))
def test_batches_and_reopening_change_nothing(runs: list[tuple[str, int]], parts: list[tuple[int, bool]]) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "store"
        left = list(runs)
        store = Store.open(folder, write=True)
        for size, reopen in parts:
            batch, left = left[:size], left[size:]
            if batch:
                store.add(tables(batch))
            if reopen:
                store.close()
                store = Store.open(folder, write=True)
        store.add(tables(left) if left else tables([("z", 1)]))
        expected = RUNS if left else [*RUNS, ("z", 1)]
        assert store.read("runs").equals(sorted_runs(runs=expected))
        assert store.read("months").equals(sorted_runs("months", expected))
        store.close()


def test_a_run_is_stored_once(tmp_path: Path) -> None:
    made(tmp_path, [RUNS[:2]])
    before = files(tmp_path)
    with Store.open(tmp_path, write=True) as store:
        for again in (RUNS[1:3], [RUNS[5], RUNS[5]]):
            with pytest.raises(ValueError, match="stored already"):
                store.add(tables(again))
        with pytest.raises(ValueError, match="not in runs"):
            store.add({"runs": tables(RUNS[3:4])["runs"], "months": tables(RUNS[4:5])["months"]})
        with pytest.raises(ValueError, match="kind"):
            store.add({**tables(RUNS[3:4]), "weeks": tables(RUNS[3:4])["months"]})
        with pytest.raises(ValueError, match="cannot have failed"):
            store.fail(run_id("a", 1, "m1"), "a", 1, "m1", "", "")
        assert store.done() == ids(RUNS[:2])
    assert files(tmp_path) == before


def test_failures_are_kept_until_the_run_is_stored(tmp_path: Path) -> None:
    with Store.open(tmp_path, write=True) as store:
        for scenario, seed in (("b", 1), ("a", 1)):
            store.fail(run_id(scenario, seed, "m1"), scenario, seed, "m1", "ValueError: 中\udc80", "stations run a")
        store.fail(run_id("a", 1, "m1"), "a", 1, "m1", "killed", "stations run a")
        found = store.failures()
        assert list(found.columns) == ["run", "scenario_hash", "seed", "model", "error", "command", "when"]
        assert found.error.tolist() == ["killed", "ValueError: 中\\udc80"]
        assert store.counts() == store.counts("m1") == Counts(0, 2)
        store.add(tables([("a", 1)]))
        assert store.failures().scenario_hash.tolist() == ["b"]
        assert store.counts() == Counts(1, 1)


def test_the_ledger_takes_all_or_nothing(tmp_path: Path) -> None:
    key = RunKey(run_id("a", 1, "m"), "a", 1, "m")
    with Store.open(tmp_path, write=True) as store:
        with pytest.raises(sqlite3.IntegrityError):
            store._ledger.acknowledge(1, [], [key, key])
        assert store.counts() == Counts(0, 0)
        assert store._ledger.next_number() == 1
        store._ledger.acknowledge(1, [], [key])
        assert store.counts() == Counts(1, 0)


def test_a_hundred_thousand_runs_fit_in_memory(tmp_path: Path) -> None:
    with Store.open(tmp_path, write=True) as store:
        keys = [RunKey(run_id("a", seed, "m"), "a", seed, "m") for seed in range(100_000)]
        store._ledger.acknowledge(1, [], keys)
        tracemalloc.start()
        done = store.done()
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert len(done) == 100_000
    assert most < 20e6


# --- killed writers

ADDS = """
folder, k = Path(sys.argv[1]), int(sys.argv[2])
rng = random.Random(k)
with Store.open(folder, write=True) as store:
    done = store.done()
    every = (("s%d" % s, seed) for seed in itertools.count(1) for s in range(9))  # no machine comes to its end
    left = (run for run in every if run_id(*run, "m1") not in done)
    while True:
        batch = list(itertools.islice(left, rng.randint(1, 20)))
        store.add(tables(batch, kinds=("runs", "months", "towns")))
        print(*sorted(ids(batch)), flush=True)
"""


def killed_after(seconds: float, folder: Path, k: int) -> set[str]:
    """Let a process add to a store, kill it; the runs that it said to be acknowledged."""
    writer = process(ADDS, folder, k)
    time.sleep(seconds)
    writer.kill()
    out, err = writer.communicate()
    assert writer.returncode == -signal.SIGKILL, err
    said = [line for line in out.splitlines(keepends=True) if line.endswith("\n")]
    return {run for line in said for run in line.split()}


@POSIX
def test_sigkill_at_random_moments_loses_nothing(tmp_path: Path) -> None:
    rng = random.Random(5)
    acknowledged: set[str] = set()
    for k in range(400):
        if k >= 20 and len(acknowledged) > 50:  # a busy machine comes less far each time
            break
        folder = tmp_path / ("same" if k % 2 else f"new-{k}")
        said = killed_after(rng.uniform(0, 0.15 if k % 2 else 0.03), folder, k)
        if k % 2:
            acknowledged |= said
            said = acknowledged
        with Store.open(folder, write=True) as store:
            found = store.read("runs")
            runs = found["run"].to_pylist()
            assert said <= set(runs) == store.done()
            assert len(set(runs)) == len(runs)
            assert store.check() == []
            # Nothing lies about that the ledger does not know.
            assert len(files(folder)) == 3 * len(set(store._ledger.shards("runs")))
            keys = list(zip(found["scenario_hash"].to_pylist(), found["seed"].to_pylist(), strict=True))
            for kind, expected in tables(keys, kinds=store.kinds()).items():
                assert store.read(kind).equals(expected.sort_by([(n, "ascending") for n in order_of(expected)])), kind
    assert len(acknowledged) > 50


def order_of(table: pa.Table) -> list[str]:
    return [name for name in ("scenario_hash", "seed", "station", "month") if name in table.column_names]


@POSIX
def test_a_ledger_has_its_tables_from_its_first_moment(tmp_path: Path) -> None:
    at_the_last = (
        "from sim.lab.kept import ledger\nledger.os.replace = lambda *_: os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    for dies in ("Ledger._check_version = lambda *_: os.kill(os.getpid(), signal.SIGKILL)\n", at_the_last):
        folder = tmp_path / str(len(dies))
        dying = process(f"{dies}Store.open(Path(sys.argv[1]), write=True)", folder)
        dying.wait(timeout=PATIENCE)
        assert dying.returncode == -signal.SIGKILL
        assert (folder / "ledger.sqlite").exists() == (dies != at_the_last)
        if dies != at_the_last:
            with Store.open(folder, write=False) as store:
                assert store.counts() == Counts(0, 0)
        with Store.open(folder, write=True) as store:
            assert files(folder) == {}
            store.add(tables(RUNS))


DIES = {
    "writing aside": "shards.os.replace = lambda *_: os.kill(os.getpid(), signal.SIGKILL)",
    "between two kinds": (
        "write = shards.write_shard\n"
        "def dies(folder, kind, *rest):\n"
        "    if kind == 'months': os.kill(os.getpid(), signal.SIGKILL)\n"
        "    return write(folder, kind, *rest)\n"
        "shards.write_shard = dies"
    ),
    "before the ledger knows": "Ledger.acknowledge = lambda *_: os.kill(os.getpid(), signal.SIGKILL)",
}


@POSIX
@pytest.mark.parametrize("moment", DIES)
def test_what_a_killed_writer_left_is_removed(tmp_path: Path, moment: str) -> None:
    made(tmp_path, [RUNS[:3]])
    before = files(tmp_path)
    code = f"{DIES[moment]}\nwith Store.open(Path(sys.argv[1]), write=True) as s: s.add(tables([('z', 1)]))"
    dying = process(code, tmp_path)
    dying.wait(timeout=PATIENCE)
    assert dying.returncode == -signal.SIGKILL
    assert files(tmp_path).keys() > before.keys()
    assert read(tmp_path).equals(sorted_runs(runs=RUNS[:3]))  # readers see none of it
    with Store.open(tmp_path, write=True) as store:
        assert files(tmp_path) == before
        store.add(tables(RUNS[3:]))
    assert read(tmp_path).equals(sorted_runs())


@POSIX
def test_files_are_on_the_disk_before_their_names_and_the_ledger(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log: list[str] = []
    fsync, replace, acknowledge = os.fsync, os.replace, Ledger.acknowledge

    def name_of(number: int) -> str:
        return Path(os.readlink(f"/proc/self/fd/{number}")).name if Path("/proc/self/fd").exists() else "?"

    with Store.open(tmp_path / "store", write=True) as store:
        assert store._ledger._rows("PRAGMA journal_mode") == [("wal",)]
        assert store._ledger._rows("PRAGMA synchronous") == [(2,)]
        store.add(tables(RUNS[:1]))
        monkeypatch.setattr(os, "fsync", lambda n: (log.append(f"sync {name_of(n)}"), fsync(n))[1])
        monkeypatch.setattr(os, "replace", lambda a, b: (log.append(f"name {Path(b).name}"), replace(a, b))[1])
        monkeypatch.setattr(Ledger, "acknowledge", lambda *a: (log.append("ledger"), acknowledge(*a))[1])
        store.add(tables(RUNS[1:2]))
    if "sync ?" in log:
        assert [entry.split()[0] for entry in log] == ["sync", "name", "sync"] * 2 + ["ledger"]
    else:
        one = ["sync .000002.parquet", "name 000002.parquet"]
        assert log == [*one, "sync runs", *one, "sync months", "ledger"]


# --- full disks


LIMITED = """
import resource
with Store.open(Path(sys.argv[1]), write=True) as store:
    store.add(tables([("a", 1), ("b", 1)]))
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), resource.RLIM_INFINITY))
    try:
        for k in range(2, 400):
            store.add(tables([("a", seed) for seed in range(k * 10**6, k * 10**6 + int(sys.argv[3]))]))
    except Mistake as mistake:
        print(store.counts().done, mistake)
"""


@POSIX
@pytest.mark.parametrize(
    ("limit", "rows", "sentence"),
    [
        (
            300_000,
            20_000,
            "the disk is full (File too large); 2 runs are stored: make room, and the same command goes on",
        ),
        (200_000, 1, "cannot be opened or written (disk I/O error"),
    ],
    ids=["shard", "ledger"],
)
def test_a_full_disk_is_one_sentence(tmp_path: Path, limit: int, rows: int, sentence: str) -> None:
    folder = tmp_path / "store"
    said = output(LIMITED, folder, limit, rows)
    n = int(said.split()[0])
    assert sentence in said
    assert f"{n} runs are stored" in said
    assert not [name for name in files(folder) if "/." in name]
    with Store.open(folder, write=True) as store:
        assert store.counts().done == n
        assert store.check() == []
        assert len(files(folder)) == 2 * len(store._ledger.shards("runs"))
        store.add(tables([("z", 1)]))
        assert store.counts().done == n + 1


def test_a_full_disk_under_the_ledger(tmp_path: Path) -> None:
    with Store.open(tmp_path, write=True) as store:
        store.add(tables(RUNS[:3]))
        store._ledger._db.execute("PRAGMA max_page_count = 1")  # SQLite raises it to what there is
        many = tables([("s", seed) for seed in range(2000)])
        with pytest.raises(Mistake, match=r"the disk is full \(database or disk is full\); 3 runs are stored"):
            store.add(many)
        with pytest.raises(Mistake, match="the disk is full"):
            store.fail(run_id("x", 1, "m1"), "x", 1, "m1", "e" * 100_000, "")
        assert store.counts() == Counts(3, 0)
        store._ledger._db.execute("PRAGMA max_page_count = 1000000")
        store.add(many)  # there is room again, in the same session
    with Store.open(tmp_path, write=True) as store:
        assert store.counts().done == 2003
        assert store.check() == []
        assert len(files(tmp_path)) == 4


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EIO])
def test_a_disk_that_fails_in_the_second_kind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    made(tmp_path, [RUNS[:3]])
    before = files(tmp_path)
    fsync, calls = os.fsync, []

    def fails(opened: int) -> None:
        calls.append(opened)
        if len(calls) == (2 if os.name == "nt" else 3):
            raise OSError(number, os.strerror(number))
        fsync(opened)

    with Store.open(tmp_path, write=True) as store:
        monkeypatch.setattr(os, "fsync", fails)
        with pytest.raises(Mistake, match="3 runs are stored") as caught:
            store.add(tables(RUNS[3:5]))
        monkeypatch.undo()
        assert ("the disk is full" in str(caught.value)) is (number != errno.EIO)
        assert files(tmp_path) == before
        store.add(tables(RUNS[3:]))
    assert read(tmp_path).equals(sorted_runs())


# --- damage


def cut(folder: Path, kind: str) -> None:
    file = folder / kind / "000002.parquet"
    file.write_bytes(file.read_bytes()[:-7])


def flip(folder: Path, kind: str) -> None:
    file = folder / kind / "000002.parquet"
    content = bytearray(file.read_bytes())
    content[60] ^= 8  # in the first column's page
    file.write_bytes(content)


def flip_the_end(folder: Path, kind: str) -> None:
    file = folder / kind / "000002.parquet"
    content = bytearray(file.read_bytes())
    content[-2] ^= 1
    file.write_bytes(content)


def swap(folder: Path, kind: str) -> None:
    """The sound shard of another kind in its place."""
    other = "months" if kind == "runs" else "runs"
    shutil.copyfile(folder / other / "000002.parquet", folder / kind / "000002.parquet")


def delete(folder: Path, kind: str) -> None:
    (folder / kind / "000002.parquet").unlink()


@pytest.mark.parametrize("kind", ["runs", "months"])
@pytest.mark.parametrize("damage", [cut, flip, flip_the_end, swap, delete])
def test_a_damaged_shard_is_named_and_repaired(
    tmp_path: Path, damage: Callable[[Path, str], None], kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    parts = [RUNS[:4], RUNS[4:8], RUNS[8:]]
    made(tmp_path, parts)
    sound = files(tmp_path)
    damage(tmp_path, kind)
    name = f"{kind}{os.sep}000002.parquet"
    for columns in (None, ["run"]):
        with Store.open(tmp_path, write=False) as store, pytest.raises(Mistake) as caught:
            store.read(kind, columns)
        assert f"{name}: " in str(caught.value)
        assert "give the same command again" in str(caught.value)
    damaged = files(tmp_path)
    assert store_check_job(tmp_path, False) == 1
    assert f"{name}: " in capsys.readouterr().out
    assert files(tmp_path) == damaged
    with Store.open(tmp_path, write=False) as store:
        (found,) = store.check()
        assert (found.file, found.number, found.n_runs) == (tmp_path / kind / "000002.parquet", 2, 4)
    assert store_check_job(tmp_path, True) == 0
    assert "4 runs are forgotten, 8 stored" in capsys.readouterr().out
    after = files(tmp_path)
    moved = {
        name.replace("2.parquet", "2.parquet.damaged"): content for name, content in damaged.items() if "2.p" in name
    }
    assert after == {**{name: content for name, content in sound.items() if "2.p" not in name}, **moved}
    with Store.open(tmp_path, write=True) as store:
        assert store.done() == ids(RUNS) - ids(parts[1])
        store.add(tables(parts[1]))
        assert store.check() == []
        assert store.read("runs").equals(sorted_runs())
        assert store.read("months").equals(sorted_runs("months"))
    assert (tmp_path / "runs" / "000004.parquet").exists()
    assert not (tmp_path / "runs" / "000002.parquet").exists()
    assert store_check_job(tmp_path, False) == 0
    assert "sound; 12 runs are stored, 0 failed" in capsys.readouterr().out


def test_two_shards_that_changed_places(tmp_path: Path) -> None:
    made(tmp_path, [RUNS[:4], RUNS[4:8], RUNS[8:]])
    one, two, aside = (tmp_path / "runs" / f"{name}.parquet" for name in ("000001", "000002", "x"))
    one.rename(aside), two.rename(one), aside.rename(two)
    with Store.open(tmp_path, write=True) as store:
        assert [damage.number for damage in store.check()] == [1, 2]
        assert store.repair().n_runs == 8
        assert store.done() == ids(RUNS[8:])
        assert store.repair().files == []


def test_orphans_are_no_damage_and_a_number_is_not_given_twice(tmp_path: Path) -> None:
    made(tmp_path, [RUNS[:4], RUNS[4:8]])
    (tmp_path / "runs" / "000002.parquet").unlink()
    shutil.copyfile(tmp_path / "runs" / "000001.parquet", tmp_path / "runs" / "000009.parquet")
    (tmp_path / "runs" / "notes.parquet").write_text("mine")
    with Store.open(tmp_path, write=False) as store:
        assert [damage.number for damage in store.check()] == [2]
        assert store.read("months").num_rows == 16
    with Store.open(tmp_path, write=True) as store:
        store.repair()
    made(tmp_path, [RUNS[4:8]])
    names = sorted(file.name for file in (tmp_path / "runs").iterdir())
    assert names == ["000001.parquet", "000003.parquet", "notes.parquet"]


@pytest.mark.parametrize(
    ("change", "number"),
    [
        (lambda changes: changes.delete("runs", "run = (SELECT MIN(run) FROM runs WHERE number = 1)"), 1),
        (lambda changes: changes.delete("shards", "kind = 'runs' AND number = 2"), 2),
    ],
)
def test_a_ledger_that_disagrees_with_its_shards(tmp_path: Path, change: Callable[[Any], int], number: int) -> None:
    made(tmp_path, [RUNS[:4], RUNS[4:]], kinds=("runs",))
    ledger = Ledger(tmp_path, write=True)
    with ledger._transaction() as changes:
        assert change(changes) == 1
    ledger.close()
    with Store.open(tmp_path, write=True) as store:
        assert [damage.number for damage in store.check()] == [number]
        store.repair()
        assert store.check() == []
        assert store.done() == ids(RUNS[4:] if number == 1 else RUNS[:4])


def test_the_checksum_of_rows_is_that_of_all_that_is_there(tmp_path: Path) -> None:
    """However they came, were replaced and went."""
    made(tmp_path, [RUNS[:4], RUNS[4:]])
    with Store.open(tmp_path, write=True) as store:
        store.fail("x", "x", 1, "m1", "\ud800", "command")
        store.fail("x", "x", 1, "m1", "another", "command")
        store.write("a.txt", b"1")
        store.write("a.txt", b"2")
        store._ledger.forget(1)
    for _ in range(2):
        with Store.open(tmp_path, write=True) as store:
            assert store.done() == ids(RUNS[4:])
            assert store.counts() == Counts(8, 1)


def test_a_file_beside_the_ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is known before and after it is replaced, whenever the writer is killed; no other content is."""
    made(tmp_path, [RUNS])
    file = tmp_path / "a.txt"
    with Store.open(tmp_path, write=True) as store:
        store.write("a.txt", b"one")
        with monkeypatch.context() as patch:
            patch.setattr("sim.lab.kept.writing.write_whole", lambda *_: None)  # killed just before
            for content in (b"two", b"three"):
                store.write("a.txt", content)
                assert store.file("a.txt").read_bytes() == b"one"
        store.write("a.txt", b"four")
        assert store.file("a.txt").read_bytes() == b"four"
        assert store.check() == []
        file.write_bytes(b"fout")
        with pytest.raises(Mistake, match=r"a\.txt: has changed .*; the same command writes it anew"):
            store.file("a.txt")
        file.unlink()
        assert [(damage.file, damage.what) for damage in store.check()] == [(file, "is missing")]
        with pytest.raises(Mistake, match=r"b\.txt: is not in the ledger"):
            store.file("b.txt")


def test_a_shard_out_of_reach_is_not_called_damaged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made(tmp_path, [RUNS])

    def out_of_reach(*_: object, **__: object) -> None:
        raise OSError(errno.EIO, "Input/output error")

    with Store.open(tmp_path, write=True) as store:
        monkeypatch.setattr(Path, "stat", out_of_reach)
        with pytest.raises(Mistake, match=r"000001.parquet: cannot be read \(Input/output error\)"):
            store.repair()
        monkeypatch.undo()
        assert store.done() == ids(RUNS)
        assert store.check() == []


# --- ledgers


def newer(file: Path) -> None:
    with sqlite3.connect(file) as db:
        db.execute("PRAGMA user_version = 7")
    db.close()


def of_others(file: Path) -> None:
    file.unlink()
    with sqlite3.connect(file) as db:
        db.execute("CREATE TABLE runs (run)")
    db.close()


def shred(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[4096:] = b"\x55" * (len(content) - 4096)
    file.write_bytes(content)


def changed_by(*statements: str) -> Callable[[Path], None]:
    def change(file: Path) -> None:
        with sqlite3.connect(file) as db:
            for statement in statements:
                db.execute(statement)
        db.close()

    return change


of_version_1 = changed_by("PRAGMA user_version = 1")
without_a_run = changed_by("DELETE FROM runs WHERE run = (SELECT MIN(run) FROM runs)")
renamed_column = changed_by("ALTER TABLE shards RENAME COLUMN bytes TO bites")
no_text = changed_by("UPDATE runs SET model = CAST(x'ff' AS TEXT) WHERE seed = 1")


def pipe_instead(file: Path) -> None:
    file.unlink()
    os.mkfifo(file)


def folder_instead(file: Path) -> None:
    file.unlink()
    file.mkdir()


@pytest.mark.parametrize("write", [False, True])
@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (newer, "is of version 7, and this program knows versions up to 2"),
        (of_others, "is no ledger of a sweep"),
        (lambda file: file.write_bytes(b"nonsense " * 2000), "is damaged (file is not a database)"),
        (lambda file: file.write_bytes(b""), "is empty"),
        (shred, "is damaged (database disk image is malformed)"),
        (lambda file: file.write_bytes(file.read_bytes()[:8192]), "is damaged (database disk image is malformed)"),
        (folder_instead, "ledger.sqlite: is no regular file ("),
        (pipe_instead, "ledger.sqlite: is no regular file ("),
        (of_version_1, "is of version 1, which keeps no checksums"),
        (without_a_run, "ledger.sqlite: is damaged (has changed since it was written"),
        (renamed_column, "ledger.sqlite: is damaged (its tables are other ones)"),
        (no_text, "ledger.sqlite: is damaged ("),
        (lambda file: file.unlink(), "holds"),
    ],
    ids=[
        "newer",
        "of others",
        "nonsense",
        "empty",
        "shredded",
        "cut",
        "a folder",
        "a pipe",
        "older",
        "without a run",
        "renamed",
        "no text",
        "missing",
    ],
)
def test_a_ledger_that_cannot_be_used(
    tmp_path: Path, change: Callable[[Path], None], sentence: str, write: bool
) -> None:
    made(tmp_path, [RUNS])
    before = files(tmp_path)
    change(tmp_path / "ledger.sqlite")
    with pytest.raises(Mistake) as caught:
        Store.open(tmp_path, write=write)
    assert sentence in str(caught.value)
    assert str(tmp_path) in str(caught.value)
    assert files(tmp_path) == before


def test_a_ledger_damaged_where_opening_does_not_look(tmp_path: Path) -> None:
    made(tmp_path, [[("s", seed) for seed in range(3000)]])
    file = tmp_path / "ledger.sqlite"
    content = bytearray(file.read_bytes())
    middle = len(content) // 8192 * 4096
    content[middle + 8 : middle + 4096] = b"\x55" * 4088
    file.write_bytes(content)
    with pytest.raises(Mistake, match=r"ledger.sqlite: is damaged"), Store.open(tmp_path, write=False) as store:
        store.check()


def test_places_that_are_none(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("text")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.doc").write_text("text")
    (tmp_path / "void").mkdir()
    before = files(tmp_path)
    for name, sentence in {
        "file": "a file stands where the results should go",
        "file/deeper": "cannot be opened or written (Not a directory)",
        "mine": "holds other things and no ledger.sqlite",
    }.items():
        with pytest.raises(Mistake) as caught:
            Store.open(tmp_path / name, write=True)
        assert sentence in str(caught.value)
    for name in ("file", "mine", "void", "nowhere"):
        with pytest.raises(Mistake, match=r"holds no ledger.sqlite, so no runs are stored there"):
            Store.open(tmp_path / name, write=False)
    assert files(tmp_path) == before
    made(tmp_path / "void", [RUNS])


# --- several processes

HOLDS = """
with Store.open(Path(sys.argv[1]), write=True) as store:
    store.add(tables([("a", 1)]))
    print("open", flush=True)
    sys.stdin.read()
"""


@POSIX
def test_a_second_writer_is_told_and_a_killed_one_is_no_obstacle(tmp_path: Path) -> None:
    first = process(HOLDS, tmp_path / "store")
    assert first.stdout is not None
    assert first.stdout.readline() == "open\n"
    with pytest.raises(
        Mistake, match=rf"process {first.pid} on .*, since 20\d\d-.* is at work there; wait until it ends"
    ):
        Store.open(tmp_path / "store", write=True)
    assert read(tmp_path / "store").num_rows == 1
    first.kill()
    first.communicate()
    with Store.open(tmp_path / "store", write=True) as store:
        store.add(tables([("a", 2)]))
        with pytest.raises(Mistake, match=rf"process {os.getpid()} on"):
            Store.open(tmp_path / "store", write=True)
    made(tmp_path / "store", [[("a", 3)]])
    assert read(tmp_path / "store").num_rows == 3


@POSIX
def test_reading_while_another_process_writes(tmp_path: Path) -> None:
    writer = process(ADDS, tmp_path, 0)
    assert writer.stdout is not None
    acknowledged = set(writer.stdout.readline().split())
    with Store.open(tmp_path, write=False) as long:
        for _ in range(15):
            acknowledged |= set(writer.stdout.readline().split())
            with Store.open(tmp_path, write=False) as short:
                assert acknowledged <= set(short.read("runs", ["run"])["run"].to_pylist())
            assert acknowledged <= long.done()
            found = long.read("months", ["run"])["run"].value_counts()
            assert set(found.field("counts").to_pylist()) == {2}  # never a part of what was added together
    writer.kill()
    writer.communicate()
    assert len(acknowledged) > 16


# --- folders that cannot be written

AS_NOBODY = """
if os.getuid() == 0:  # whom permissions do not stop
    os.setgroups([]); os.setgid(65534); os.setuid(65534)
folder = Path(sys.argv[1])
with Store.open(folder, write=False) as store:
    print(store.read("runs").num_rows, store.read("months").num_rows, len(store.done()), store.check())
for where in (folder, folder / "new"):
    try:
        Store.open(where, write=True)
    except Mistake as mistake:
        print(mistake)
"""


@pytest.fixture
def shut() -> Iterator[Path]:
    """A folder that every user reaches; a test may take its permissions."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    for one in (folder, *folder.rglob("*")):
        if one.is_dir():
            one.chmod(0o755)
    shutil.rmtree(folder)


@POSIX
@pytest.mark.parametrize("left", ["nothing", "wal and shm", "wal"])
def test_a_read_only_folder_can_be_read(shut: Path, left: str) -> None:
    """Also where a killed writer left its last acknowledgements in the write-ahead log alone."""
    made(shut / "store", [RUNS[:5]])
    if left != "nothing":
        holder = process(HOLDS.replace('[("a", 1)]', '[("z", 1)]'), shut / "store")
        assert holder.stdout is not None
        assert holder.stdout.readline() == "open\n"
        holder.kill()
        holder.communicate()
        assert (shut / "store" / "ledger.sqlite-wal").stat().st_size > 0
        if left == "wal":
            (shut / "store" / "ledger.sqlite-shm").unlink()
    everything = sorted(shut.rglob("*"))
    for one in everything:
        one.chmod(0o555 if one.is_dir() else 0o444)
    n = 5 if left == "nothing" else 6
    lines = output(AS_NOBODY, shut / "store").splitlines()
    assert lines == [
        f"{n} {2 * n} {n} []",
        f"{shut / 'store'}: cannot be opened or written (Permission denied)",
        f"{shut / 'store' / 'new'}: cannot be opened or written (Permission denied)",
    ]
    assert sorted(shut.rglob("*")) == everything


def test_importing_the_store_imports_nothing_heavy() -> None:
    code = "import sys, json, sim.lab.kept.store; print(json.dumps([m for m in ('pandas', 'pyarrow') if m in sys.modules]))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert json.loads(found.stdout) == []
