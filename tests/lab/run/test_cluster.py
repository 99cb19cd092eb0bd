"""A real Dask scheduler and its workers, as processes on loopback: the same results as here, whatever dies."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from pandas.testing import assert_frame_equal
from patience import PATIENCE
from sweeps import done, is_one_sentence, run, stations, tables, told, write_design
from template import Forked, Template

from sim.lab.kept.opening import open_results

pytestmark = pytest.mark.skipif(os.name == "nt", reason="kill -9")

pytest.importorskip("distributed")


@dataclass
class Dask:
    scheduler: subprocess.Popen[bytes]
    workers: list[subprocess.Popen[bytes]]
    address: str

    def has(self, n: int) -> bool:
        from distributed import Client

        with Client(self.address, timeout=PATIENCE, set_as_default=False) as client:
            client.wait_for_workers(n, timeout=PATIENCE)
        return True


def dask(*arguments: str, **more: object) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "dask", *arguments, "--host", "127.0.0.1", "--no-dashboard"]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **more)  # type: ignore[call-overload,no-any-return]


def worker(address: str) -> subprocess.Popen[bytes]:
    return dask("worker", address, "--nthreads", "1", "--no-nanny")


@contextmanager
def started(folder: Path) -> Iterator[Dask]:
    """A scheduler and two workers, in a folder."""
    file = folder / "scheduler.json"
    scheduler = dask("scheduler", "--port", "0", "--scheduler-file", str(file))
    workers: list[subprocess.Popen[bytes]] = []
    try:
        end = time.monotonic() + PATIENCE
        while not file.exists() or not file.read_text(encoding="utf-8"):
            assert time.monotonic() < end
            time.sleep(0.1)
        address = json.loads(file.read_text(encoding="utf-8"))["address"]
        workers += [worker(address) for _ in range(2)]
        yield Dask(scheduler, workers, address)
    finally:
        for process in [*workers, scheduler]:
            process.kill()
            process.wait()


@pytest.fixture
def cluster(here: Path) -> Iterator[Dask]:
    """One to kill."""
    with started(here) as one:
        yield one


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dask]:
    """One for all tests that leave it alive."""
    with started(tmp_path_factory.mktemp("cluster")) as one:
        yield one


def until(n: int, process: Forked) -> None:
    end = time.monotonic() + PATIENCE
    while len(done("out")) < n:
        assert process.poll() is None, told(process)
        assert time.monotonic() < end
        time.sleep(0.05)


def test_the_same_as_here_though_a_worker_and_then_the_scheduler_are_killed(cluster: Dask, forks: Template) -> None:
    write_design(seeds=150)
    run("design.yaml", "whole", "threads")
    whole = tables("whole")
    assert cluster.has(2)

    write_design("short.yaml", seeds=4)
    code, said, err = told(forks.stations("sweep", "short.yaml", "--out", "short", "--cluster", cluster.address))
    assert code == 0, err
    assert "28 runs in short, new: 28" in said
    run("short.yaml", "short_here")
    assert tables("short") == tables("short_here")

    # A worker dies at work, without anybody to start it again; the other has its chunks.
    sweep = forks.stations("sweep", "design.yaml", "--out", "out", "--cluster", cluster.address)
    until(60, sweep)
    cluster.workers[0].kill()
    until(len(done("out")) + 60, sweep)
    assert sweep.poll() is None

    # The scheduler dies: there is nothing to go on with.
    cluster.scheduler.kill()
    code, _, err = told(sweep)
    assert code == 2
    kept = done("out")
    assert is_one_sentence(err, "the workers are gone", f"{len(kept):,} runs are stored, and the same command goes on")
    assert 120 <= len(kept) < 150 * 7

    assert told(forks.stations("sweep", "design.yaml", "--out", "out"))[0] == 0
    assert kept <= done("out")
    assert tables("out") == whole


def test_asked_to_end(standing: Dask, forks: Template, here: Path) -> None:
    write_design(seeds=1000)
    assert standing.has(2)
    sweep = forks.stations("sweep", "design.yaml", "--out", "out", "--cluster", standing.address)
    until(1, sweep)
    sweep.send_signal(signal.SIGINT)
    code, _, err = told(sweep)
    assert code == 130
    assert f"stopped; {len(done('out')):,} of 7,000 runs are stored" in err
    assert len([line for line in err.splitlines() if not line.startswith("runs:")]) == 1, err


@pytest.mark.parametrize("doubt", ["none", "prior"])
def test_a_comparison(standing: Dask, forks: Template, here: Path, doubt: str) -> None:
    compared = ("compare", "small.yaml", "--policies", "linkage,incentives", "--seeds", "30", "--doubt", doubt, "--out")
    assert standing.has(2)
    for where in (("out", "--cluster", standing.address), ("whole", "--workers", "serial")):
        code, _, err = told(forks.stations(*compared, *where))
        assert code == 0, err
    assert open_results("whole").n_seeds == 30
    found, whole = open_results("out").tables, open_results("whole").tables
    assert found.keys() == whole.keys()
    for name, table in whole.items():
        assert_frame_equal(found[name], table, check_exact=True)
        assert Path("out", f"{name}.parquet").read_bytes() == Path("whole", f"{name}.parquet").read_bytes()
    assert tables("out")["runs"].equals(tables("whole")["runs"])  # twins, too
    assert len(tables("out")["runs"]) == 3 * (30 + (6 if doubt == "prior" else 0))


@pytest.mark.parametrize("chunks_taken", [1, 5, 20])
def test_closed_while_chunks_come_it_ends(standing: Dask, here: Path, chunks_taken: int) -> None:
    """A thread that waited for a chunk of the closed client would keep the process for ever."""
    write_design(seeds=10)
    assert standing.has(2)
    leave = f"""
from sim.compile import model_digest
from sim.lab.run.executors import Cluster
from sim.lab.run.agenda import agenda_of
from sim.lab.design.read_design import read_design

executor = Cluster("{standing.address}", model_digest)
chunks = agenda_of(read_design("design.yaml")).chunks(range(1, 11), set(), allow_code=False, size=lambda: 1)
futures = [executor.submit(chunk) for chunk in chunks]
assert [len(future.result(timeout={PATIENCE}).runs) for future in futures[:{chunks_taken}]] == [1] * {chunks_taken}
executor.close(at_once=True)
print("closed")
"""
    process = subprocess.Popen([sys.executable, "-c", leave], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert told(process) == (0, "closed\n", "")


def test_no_cluster(forks: Template, here: Path) -> None:
    """In one sentence."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        nobody = f"tcp://127.0.0.1:{free.getsockname()[1]}"
    code, _, err = told(forks.stations("sweep", write_design(), "--out", "out", "--cluster", nobody))
    assert code == 2
    assert is_one_sentence(err, f"--cluster {nobody}: no Dask scheduler answers there", "e.g. tcp://"), err
    assert not Path("out").exists()


@pytest.mark.parametrize("address", ["nonsense", "xyz://127.0.0.1:1", "tcp://127.0.0.1", "tcp://a:b", ""])
def test_no_address(address: str) -> None:
    from sim.compile import model_digest
    from sim.lab.run.executors import Cluster
    from sim.mistakes import Mistake

    with pytest.raises(Mistake, match=f"--cluster {address}: no Dask scheduler answers there"):
        Cluster(address, model_digest)


def test_no_workers(forks: Template, here: Path) -> None:
    scheduler = dask("scheduler", "--port", "0", "--scheduler-file", "scheduler.json")
    try:
        while not Path("scheduler.json").exists() or not Path("scheduler.json").read_text(encoding="utf-8"):
            time.sleep(0.1)
        address = json.loads(Path("scheduler.json").read_text(encoding="utf-8"))["address"]
        write_design()
        code, _, err = told(
            forks.stations("sweep", "design.yaml", "--out", "out", "--cluster", address, "--lang", "zh")
        )
        assert code == 2
        assert is_one_sentence(err, "调度器没有工作进程"), err
    finally:
        scheduler.kill()
        scheduler.wait()


def test_without_dask(here: Path) -> None:
    write_design()
    Path("hide").mkdir()
    Path("hide/distributed.py").write_text("raise ImportError('no module named distributed')\n", encoding="utf-8")
    path = {"PYTHONPATH": str(Path("hide").absolute())}
    arguments = ("sweep", "design.yaml", "--out", "out", "--cluster", "tcp://127.0.0.1:8786")
    code, _, err = told(stations(*arguments, env=os.environ | path))
    assert code == 2
    assert is_one_sentence(err, "--cluster: needs dask.distributed", "pip install 'social-work-stations[cluster]'")
