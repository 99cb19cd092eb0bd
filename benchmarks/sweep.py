"""How fast a sweep is against a bare loop over `simulate`, in one run; beside it Mesa's `batch_run`. Read the ratios.

    python benchmarks/sweep.py [--runs 10000 --rounds 1]

Bare loops run before and after every sweep, on the same threads. One sweep varies a lever from
the first day, so that no two of its points share a history and every run is a whole one, as the loop's are; another varies it
from the policies' start, so that history is simulated once a seed.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from sim.lab.design.read_design import read_design
from sim.lab.run.executors import Threads, default_jobs
from sim.lab.run.session import sweep
from sim.lab.simulate import simulate
from sim.scenario.load import load_scenario

DESIGN = """\
kind: design
question: Benchmark
base: t-city
factors:
  levers.pay: {{levels: [2600, 2800, 3000, 3200, 3400, 3600, 3800, 4000, 4200], since: {since}}}
seeds: {seeds}
"""
POINTS = 10


def bare_loop(n: int, jobs: int) -> float:
    """Runs per second of a loop over `simulate`."""
    city = load_scenario("t-city")

    def one(seed: int) -> int:
        simulate(city, seed)  # nothing is kept
        return seed

    began = time.perf_counter()
    with ThreadPoolExecutor(jobs) as pool:
        list(pool.map(one, range(n)))
    return n / (time.perf_counter() - began)


def timed_sweep(n: int, jobs: int, since: str) -> tuple[float, float]:
    """Runs per second of a sweep, and megabytes that it stored."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "design.yaml"
        file.write_text(DESIGN.format(since=since, seeds=n // POINTS), encoding="utf-8")
        design = read_design(str(file))
        began = time.perf_counter()
        progress = sweep(design, Path(folder) / "out", Threads(jobs))
        seconds = time.perf_counter() - began
        assert progress.done == n // POINTS * POINTS
        size = sum(one.stat().st_size for one in (Path(folder) / "out").rglob("*") if one.is_file())
        return progress.done / seconds, size / 1e6


def batch_run(n: int, jobs: int) -> float:
    """Runs per second of Mesa's batch_run over StationModel."""
    code = f"""
import time
import mesa
from sim.model import StationModel

if __name__ == "__main__":
    n_days = StationModel("t-city").n_days
    began = time.perf_counter()
    mesa.batch_run(
        StationModel, {{"scenario": "t-city", "collect": True, "seed": list(range({n}))}}, iterations=1,
        number_processes={jobs}, max_steps=n_days, data_collection_period=-1, display_progress=False,
    )
    print(time.perf_counter() - began)
"""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "batch.py"
        file.write_text(code, encoding="utf-8")
        done = subprocess.run([sys.executable, str(file)], check=True, capture_output=True, text=True)
    return n / float(done.stdout.split()[-1])


def first_result() -> float:
    """Seconds from the command until the ledger holds a run."""
    import sqlite3

    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out"
        began = time.perf_counter()
        command = [sys.executable, "-c", "from sim.cli import main; main()"]
        child = subprocess.Popen(
            [*command, "sweep", "burden-and-clarity", "--out", str(out)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            while child.poll() is None:
                time.sleep(0.02)
                try:
                    with sqlite3.connect(f"file:{out / 'ledger.sqlite'}?mode=ro", uri=True) as ledger:
                        if ledger.execute("SELECT count(*) FROM runs").fetchone()[0]:
                            break
                except sqlite3.OperationalError:
                    continue
            return time.perf_counter() - began
        finally:
            child.kill()
            child.wait()


def line(what: str, value: float, unit: str, wanted: str = "") -> None:
    print(f"{what:64s} {value:10.2f} {unit:10s} {wanted}", flush=True)


def peak_memory() -> float:
    """Megabytes that this process held at most; NaN where the platform does not say."""
    try:
        import resource
    except ImportError:  # Windows
        return float("nan")
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=2000, help="runs of each sweep")
    parser.add_argument("--rounds", type=int, default=5, help="in how many parts, in turn with the bare loop")
    options = parser.parse_args()
    jobs = default_jobs()
    simulate(load_scenario("t-city"), 0)  # compiled
    n = options.runs // options.rounds
    sample = min(500, max(20, n // 4))
    bare = [bare_loop(sample, jobs)]
    rates: dict[str, list[float]] = {"start": [], "policies": []}
    ratios: dict[str, list[float]] = {"start": [], "policies": []}
    sizes: list[float] = []
    for _ in range(options.rounds):
        for since in rates:  # between two bare loops, since machines are noisy
            rate, size = timed_sweep(n, jobs, since)
            bare.append(bare_loop(sample, jobs))
            rates[since].append(rate)
            ratios[since].append(200 * rate / (bare[-2] + bare[-1]))
            sizes.append(size)
    mesa = batch_run(20, jobs)
    loop = statistics.median(bare)
    line(f"bare loop over simulate, {jobs} threads ({min(bare):.1f} to {max(bare):.1f})", loop, "runs/s")
    told = {"start": "no history shared", "policies": f"history shared by {POINTS} points"}
    for since, what in told.items():
        line(f"sweep of {options.runs:,} runs, {what}", statistics.median(rates[since]), "runs/s")
    line(f"Mesa's batch_run of StationModel, 20 runs, {jobs} processes", mesa, "runs/s")
    for since, what in told.items():
        found = ratios[since]
        said = f"({min(found):.0f} to {max(found):.0f} over {options.rounds} rounds)"
        wanted = "at least 90 " if since == "start" else ""
        line(f"sweep against the bare loops around it, {what}", statistics.median(found), "%", wanted + said)
    line("batch_run against the bare loop", 100 * mesa / loop, "%")
    line("stored for 10,000 runs", 10_000 * sum(sizes) / (2 * options.runs), "MB")
    line("most memory of this process", peak_memory(), "MB", "500 at most for 100,000 runs")
    line("first result after the command, warm cache", first_result(), "s", "5 at most")


if __name__ == "__main__":
    main()
