"""A sweep that is killed, or asked to end, at any moment: what it acknowledged stays, and the same command completes it to
the same values."""

from __future__ import annotations

import os
import random
import signal
import time
from contextlib import chdir
from pathlib import Path

import psutil
import pyarrow as pa
import pytest
from cities import SMALL
from patience import PATIENCE
from sweeps import POLICY, done, failures, n_runs, run, stations, tables, told, write_design
from template import Template

pytestmark = pytest.mark.skipif(os.name == "nt", reason="kill -9 and fork")

SEEDS = 30


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory: pytest.TempPathFactory) -> dict[str, pa.Table]:
    with chdir(tmp_path_factory.mktemp("uninterrupted")):
        Path("small.yaml").write_text(SMALL, encoding="utf-8")
        run(write_design(seeds=SEEDS), "whole")
        return tables("whole")


@pytest.fixture
def whole(here: Path, uninterrupted: dict[str, pa.Table]) -> dict[str, pa.Table]:
    """A design in the working folder, and what an uninterrupted sweep of it stores."""
    write_design(seeds=SEEDS)
    return uninterrupted


def is_part_of(out: Path, whole: dict[str, pa.Table]) -> bool:
    """Whether all that is stored equals what the uninterrupted sweep has of the same runs, and the ledger tells of it."""
    import pyarrow.compute as pc

    acknowledged, found = done(out), tables(out) if (out / "ledger.sqlite").is_file() else {}
    names = set(found["runs"]["run"].to_pylist()) if found else set()
    equal = (found[kind].equals(whole[kind].filter(pc.field("run").isin(list(names)))) for kind in found)
    return names == acknowledged and all(equal)


def workers_of(process: psutil.Process) -> list[psutil.Process]:
    found = []
    for child in process.children(recursive=True):
        try:
            if "spawn_main" in " ".join(child.cmdline()):
                found.append(child)
        except psutil.Error:  # it has just ended
            continue
    return found


def are_gone(processes: list[psutil.Process], seconds: float = PATIENCE) -> bool:
    _, alive = psutil.wait_procs(processes, timeout=seconds)
    return not [one for one in alive if one.status() != psutil.STATUS_ZOMBIE]


def wait_for(out: Path, n: int, process: int, seconds: float = PATIENCE) -> None:
    """Until the ledger tells of n runs, or the process has ended."""
    end = time.monotonic() + seconds
    while len(done(out)) < n and psutil.Process(process).status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < end, f"{out} never had {n} runs"
        time.sleep(0.05)


def killed(forks: Template, rng: random.Random, had: set[str], out: Path, *words: str) -> tuple[bool, set[str]]:
    """A command whose results go to `out`, killed at a moment that comes up: whether it was before its end, and the runs that are stored
    then, those that it had among them."""
    err = out.parent / "err"
    process = forks.start(*words, err=err)
    if rng.random() < 0.75:
        wait_for(out, len(had) + 1, process)
        time.sleep(rng.uniform(0, 0.3))
    else:  # perhaps before it has stored anything
        time.sleep(rng.uniform(0, 1))
    os.kill(process, signal.SIGKILL)
    code = forks.end(process)
    assert code in {0, -signal.SIGKILL}, err.read_text(encoding="utf-8")
    kept = done(out)
    assert had <= kept, "what was acknowledged is lost"
    return code != 0, kept


def test_coordinators_killed_at_12_moments(forks: Template, whole: dict[str, pa.Table], here: Path) -> None:
    """verification/kills.py kills at a hundred."""
    rng = random.Random(5)
    n_killed, n_sweeps, had = 0, 0, set[str]()
    while n_killed < 12 or n_sweeps < 2:
        out = here / f"out{n_sweeps}"
        sweep = ("sweep", "design.yaml", "--out", str(out))
        workers = ("threads", "serial")[n_sweeps % 2]
        was_killed, had = killed(forks, rng, had, out, *sweep, "--workers", workers, "--jobs", "2")
        n_killed += was_killed
        assert is_part_of(out, whole)
        if len(had) == n_runs("design.yaml"):
            # It may have been killed while it wrote its report.
            assert forks.end(forks.start(*sweep, err=here / "err")) == 0
            assert tables(out) == whole
            n_sweeps, had = n_sweeps + 1, set()


def test_worlds_of_a_killed_coordinator_go_on(forks: Template, here: Path) -> None:
    """Their draws and their twins, too."""
    run(write_design(seeds=SEEDS), "whole", doubt="prior")
    sweep = ("sweep", "design.yaml", "--doubt", "prior", "--out", str(here / "out"), "--jobs", "2")
    rng, had = random.Random(8), set[str]()
    for _ in range(3):
        _, had = killed(forks, rng, had, here / "out", *sweep)
        assert is_part_of(here / "out", tables("whole"))
    assert forks.end(forks.start(*sweep, err=here / "err")) == 0
    assert tables("out") == tables("whole")
    assert len(done(here / "out")) == 7 * (SEEDS + SEEDS // 5)
    assert (here / "out" / "draws.parquet").read_bytes() == Path("whole/draws.parquet").read_bytes()


def test_killed_coordinators_from_their_first_moment(whole: dict[str, pa.Table], here: Path) -> None:
    rng = random.Random(6)
    for _ in range(4):
        process = stations("sweep", "design.yaml", "--out", "out", "--workers", "processes", "--jobs", "2")
        time.sleep(rng.uniform(0.2, 3))
        workers = workers_of(psutil.Process(process.pid))
        process.kill()
        process.wait()
        try:
            assert are_gone(workers), "workers outlive their coordinator"
        finally:
            for worker in workers:
                if worker.is_running():
                    worker.kill()
        assert is_part_of(Path("out"), whole)
    assert told(stations("sweep", "design.yaml", "--out", "out"))[0] == 0
    assert tables("out") == whole


def test_killed_workers(forks: Template, whole: dict[str, pa.Table], here: Path) -> None:
    """Ten more, at work or idle, one or both at a time."""
    rng = random.Random(7)
    write_design(seeds=4 * SEEDS)  # long enough
    n_killed = 0
    while n_killed < 10:
        process = forks.stations("sweep", "design.yaml", "--out", "out", "--workers", "processes", "--jobs", "2")
        while process.poll() is None:
            found = workers_of(psutil.Process(process.pid)) if psutil.pid_exists(process.pid) else []
            for worker in rng.sample(found, min(len(found), rng.choice([1, 1, 2]))):
                if n_killed < 10:
                    worker.kill()
                    n_killed += 1
            time.sleep(rng.uniform(0.1, 1.5))
        code, _, err = told(process)
        assert code in {0, 3}, err
        assert "Traceback" not in err
    if code:
        assert "worker process was killed" in err
        assert told(forks.stations("sweep", "design.yaml", "--out", "out"))[0] == 0
    assert failures("out").empty
    write_design(seeds=SEEDS)
    run("design.yaml", "out")
    import pyarrow.compute as pc

    assert {kind: one.filter(pc.field("seed") <= SEEDS) for kind, one in tables("out").items()} == whole


@pytest.mark.parametrize("workers", ["threads", "processes", "serial"])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_asked_to_end(workers: str, number: signal.Signals, forks: Template, here: Path) -> None:
    write_design(seeds=2000)
    language = "zh" if number == signal.SIGTERM else "en"
    arguments = ("sweep", "design.yaml", "--out", "out", "--workers", workers, "--jobs", "2", "--lang", language)
    process = forks.stations(*arguments, start_new_session=True)
    wait_for(Path("out"), 1, process.pid)
    workers_then = workers_of(psutil.Process(process.pid))
    os.killpg(process.pid, number)  # as a terminal does, and a job queue
    code, out, err = told(process)
    kept = len(done("out"))
    lines = [line for line in err.splitlines() if not line.startswith(("runs:", "运行："))]
    assert code == 130
    assert len(lines) == 1, err
    n, total = (f"{kept:,}", f"{n_runs('design.yaml'):,}")
    same = "stations sweep design.yaml --out out"
    if language == "en":
        assert lines == [f"stopped; {n} of {total} runs are stored in out, and the same command goes on: {same}"]
    else:
        assert lines == [f"已中止；out 中已保存 {total} 次运行中的 {n} 次，重复同一命令即继续：{same}"]
    assert "Traceback" not in out
    assert are_gone(workers_then)


def test_asked_to_end_while_workers_begin(forks: Template, here: Path) -> None:
    write_design(seeds=2000)
    process = forks.stations("sweep", "design.yaml", "--out", "out", "--workers", "processes", start_new_session=True)
    while not (found := workers_of(psutil.Process(process.pid))):
        time.sleep(0.01)
    time.sleep(0.1)
    os.killpg(process.pid, signal.SIGINT)
    code, _, err = told(process)
    assert code == 130
    assert err.startswith("stopped; 0 of"), err
    assert len(err.splitlines()) == 1
    assert are_gone(found)


def test_asked_to_end_at_many_moments(forks: Template, here: Path) -> None:
    """Also while it stores."""
    rng = random.Random(8)
    write_design(seeds=2000)
    before = 0
    for _ in range(12):
        process = forks.start("sweep", "design.yaml", "--out", "out", "--workers", "serial", err=here / "err")
        wait_for(here / "out", before + 1, process)
        time.sleep(rng.uniform(0, 0.1))
        os.kill(process, signal.SIGINT)
        assert forks.end(process) == 130, (here / "err").read_text(encoding="utf-8")
        before = len(done("out"))
        assert f"stopped; {before:,} of" in (here / "err").read_text(encoding="utf-8")


def test_asked_twice(forks: Template, here: Path) -> None:
    """Who asks again need not wait for a run that does not end."""
    code = "import pathlib, time\ndef act(now):\n    pathlib.Path('began').touch()\n    time.sleep(10_000)\n"
    Path("react.py").write_text(code, encoding="utf-8")
    Path("slow.yaml").write_text(POLICY, encoding="utf-8")
    write_design(factors={"policies": ["none", "slow.yaml"]}, seeds=3)
    process = forks.stations("sweep", "design.yaml", "--out", "out", "--workers", "serial", "--allow-code")
    while not Path("began").exists():
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    time.sleep(1)
    assert process.poll() is None
    process.send_signal(signal.SIGINT)
    exit_code, _, err = told(process)
    assert exit_code == 130
    assert err.startswith("stopped; ")
    assert len(err.splitlines()) == 1


def test_a_sample_of_the_campaign(forks: Template, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """verification/kills.py, a kill of each kind."""
    monkeypatch.syspath_prepend(Path(__file__).resolve().parents[3] / "verification")
    import kills

    campaign = kills.Campaign(forks, random.Random(9))
    campaign.run(4)
    assert campaign.counts.total() >= 4
