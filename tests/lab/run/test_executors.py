"""Wherever runs are done, the results are the same; a worker that dies takes nothing else with it."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from patience import PATIENCE
from sweeps import POLICY, done, failures, n_runs, run, tables, told, write_design
from template import Template

from sim.lab.design.read_design import read_design
from sim.lab.run.agenda import agenda_of
from sim.lab.run.executors import EXECUTORS, Cluster, Killed, Processes, Threads, local
from sim.lab.run.work import Chunk, do
from sim.mistakes import Mistake


@pytest.fixture
def chunk(here: Path) -> Chunk:
    """Seven runs of one seed."""
    work = agenda_of(read_design(write_design()))
    return next(work.chunks([1], set(), allow_code=False, size=lambda: 24))


def test_a_worker_of_other_versions_runs_nothing(chunk: Chunk) -> None:
    found = do(replace(chunk, bits={**chunk.bits, "numpy": "1.0"}))
    assert found.runs == {}
    assert set(found.errors) == set(chunk.names)
    for said in found.errors.values():
        assert "would come to other last digits" in said
        assert "numpy 1.0" in said


class OtherWorkers:
    """Of a Dask client, what `Cluster` asks before any work: one worker as here, one with another NumPy."""

    def run(self, asked: Callable[[], object], on_error: str) -> dict[str, object]:
        here = asked()
        return {"tcp://a": here, "tcp://b": {**here, "numpy": "1.0"} if isinstance(here, dict) else here}


def test_a_cluster_with_a_worker_of_other_versions_is_refused() -> None:
    cluster = object.__new__(Cluster)
    cluster._client = OtherWorkers()  # type: ignore[assignment]
    with pytest.raises(Mistake, match=r"worker tcp://b would come to other last digits .* there .*numpy 1\.0"):
        cluster._check(lambda: "digest")


@pytest.mark.parametrize("kind", EXECUTORS)
@pytest.mark.parametrize("jobs", [1, 3])
def test_the_same_tables_whoever_makes_them(kind: str, jobs: int, here: Path) -> None:
    write_design()
    run("design.yaml", "whole", "serial")
    run("design.yaml", "out", local(kind, jobs))
    found, whole = tables("out"), tables("whole")
    assert set(found) == {"runs", "months", "towns"}
    for name in found:
        assert found[name].equals(whole[name])
        assert [one.to_pandas().to_numpy().tobytes() for one in found[name].select(["coverage"]).columns] == [
            one.to_pandas().to_numpy().tobytes() for one in whole[name].select(["coverage"]).columns
        ]


def test_a_worker_that_is_killed_at_work_is_told_and_replaced(chunk: Chunk) -> None:
    executor = Processes(1)
    try:
        assert executor.submit(chunk).result().runs.keys() == set(chunk.names)
        (worker,) = executor._idle
        assert worker.process.pid is not None
        os.kill(worker.process.pid, signal.SIGSTOP)  # so that it cannot be done before it is killed
        future = executor.submit(chunk)
        os.kill(worker.process.pid, signal.SIGKILL)
        with pytest.raises(Killed, match="the worker process was killed"):
            future.result(PATIENCE)
        assert executor.submit(chunk).result().runs.keys() == set(chunk.names)
    finally:
        executor.close()


class HeardLate:
    """A pipe that is not read before it is time."""

    def __init__(self, pipe: Any) -> None:
        self.pipe, self.is_time = pipe, threading.Event()

    def send(self, chunk: Chunk) -> None:
        self.pipe.send(chunk)

    def recv(self) -> object:
        self.is_time.wait(PATIENCE)
        return self.pipe.recv()


def test_a_worker_that_is_killed_in_the_middle_of_its_answer_is_told(chunk: Chunk) -> None:
    executor = Processes(1)
    executor.submit(chunk).result()
    (worker,) = executor._idle
    late = HeardLate(worker._pipe)
    worker._pipe = late  # type: ignore[assignment]
    # Its answer is longer than what a pipe holds.
    future = executor.submit(replace(chunk, names=tuple(name * 2**20 for name in chunk.names)))
    assert late.pipe.poll(PATIENCE), "it has begun to answer"
    worker.process.kill()
    worker.process.join()
    late.is_time.set()
    with pytest.raises(Killed, match="the worker process was killed"):
        future.result(PATIENCE)
    assert executor.submit(chunk).result(PATIENCE).runs.keys() == set(chunk.names)
    executor.close()


def test_a_worker_that_is_killed_while_idle_is_replaced(chunk: Chunk) -> None:
    executor = Processes(1)
    try:
        executor.submit(chunk).result()
        (worker,) = executor._idle
        worker.process.kill()
        worker.process.join()
        assert executor.submit(chunk).result(PATIENCE).runs.keys() == set(chunk.names)
        assert len(executor._idle) == 1
    finally:
        executor.close(at_once=True)


def test_closing_at_once_does_not_wait_for_a_run(here: Path, chunk: Chunk) -> None:
    executor = Processes(2)
    executor.submit(chunk).result()
    futures = [executor.submit(chunk) for _ in range(2)]
    executor.close(at_once=True)
    for future in futures:
        future.exception(PATIENCE)  # whatever it is, it has ended
    assert future.done()


def test_threads_end_at_the_next_month(chunk: Chunk) -> None:
    from sim.lab.failed import Stopped

    executor = Threads(1)
    executor.stop.set()
    future = executor.submit(chunk)
    with pytest.raises(Stopped):
        future.result(PATIENCE)
    executor.close(at_once=True)


def test_work_of_another_model_is_refused_by_the_worker(chunk: Chunk) -> None:
    from dataclasses import replace

    found = do(replace(chunk, model="0-0"))
    assert not found.runs
    assert set(found.errors) == set(chunk.names)
    assert "another model than the one that sent the work" in next(iter(found.errors.values()))


# --- runs that take their process with them

KILLS = """\
import os, pathlib, signal
def act(now):
    if now.city("trust") == {trust!r} and not pathlib.Path("mended").exists():
        {what}
"""


def _design(what: str) -> str:
    """Two seeds under three policies, of which one run does `what`: that of the first seed under the policy in Python."""
    Path("react.py").write_text("def act(now):\n    pass\n", encoding="utf-8")
    Path("bad.yaml").write_text(POLICY, encoding="utf-8")
    design = write_design(factors={"policies": ["none", "bad.yaml", "linkage"]}, seeds=2)
    run(design, "seen", allow_code=True)
    months = tables("seen")["months"].to_pandas()
    # What the policy looks at first, the last month before it: there the runs of a seed are still alike.
    alike = months.groupby(["seed", "month"])["trust"].agg(["nunique", "min"]).query("nunique == 1")["min"]
    trust = {seed: float(alike.loc[seed].iloc[-1]) for seed in (1, 2)}
    assert trust[1] != trust[2]
    Path("react.py").write_text(KILLS.format(what=what, trust=trust[1]), encoding="utf-8")
    return design


@pytest.mark.skipif(os.name == "nt", reason="kill -9")
def test_a_run_that_kills_its_process(forks: Template, here: Path) -> None:
    design = _design("os.kill(os.getpid(), signal.SIGKILL)")
    arguments = ("sweep", design, "--out", "out", "--allow-code", "--workers", "processes", "--jobs", "2")
    code, out, err = told(forks.stations(*arguments))
    failed = failures("out")
    assert code == 3, err
    assert len(failed) == 1
    assert len(done("out")) == n_runs(design, allow_code=True) - len(failed)
    assert failed["error"].str.startswith("the worker process was killed").all()
    assert set(failed["command"]) == {"stations sweep design.yaml --out out --allow-code"}
    assert "Report: out" in out
    n = len(failed)
    said = "1 run failed twice and is missing" if n == 1 else f"{n} runs failed twice and are missing"
    assert f"{said} from the results" in err
    assert "to repeat it: stations sweep design.yaml" in err
    assert "Traceback" not in err
    Path("mended").touch()
    assert told(forks.stations(*arguments[:-4], "--workers", "serial"))[0] == 0
    run(design, "whole", allow_code=True)
    assert tables("out") == tables("whole")
    assert failures("out").empty


@pytest.mark.skipif(sys.platform != "linux", reason="RLIMIT_AS")
def test_a_run_that_eats_all_memory(forks: Template, here: Path) -> None:
    design = _design("resource.setrlimit(resource.RLIMIT_AS, (8 << 30, 8 << 30)); now.eaten = bytearray(9 << 30)")
    text = Path("react.py").read_text(encoding="utf-8").replace("import os,", "import resource, os,")
    Path("react.py").write_text(text, encoding="utf-8")
    arguments = ("sweep", design, "--out", "out", "--allow-code", "--workers", "processes", "--jobs", "1")
    code, _, err = told(forks.stations(*arguments))
    failed = failures("out")
    assert code == 3, err
    assert len(failed) == 1
    assert failed["error"].str.contains("MemoryError").all()
    assert len(done("out")) == n_runs(design, allow_code=True) - len(failed)
