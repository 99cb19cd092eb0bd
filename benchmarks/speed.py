"""How fast the engine is: a table, with ratios measured in one run. Machines are noisy: read the ratios.

    python benchmarks/speed.py [--phases] [--cold] [--main-job] [--mesa]

--phases: what of 46 months each phase takes (compiles the day once more, with a clock in it; not on Windows);
--cold also compiles from nothing in a fresh cache (about half a minute); --main-job runs `stations compare t-city`, 5 arms
x 100 seeds with tables and report;
--mesa measures the Mesa model against the bare engine.
"""

from __future__ import annotations

import argparse
import ast
import ctypes
import inspect
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numba
import numpy as np

from sim import day as day_module
from sim.day import PHASES, run_days
from sim.lab.worlds import advance, month_ends
from sim.scenario.load import load_scenario
from sim.world.build import build
from sim.world.tables import branch, n_bytes


def best(task: Callable[[], object], times: int = 7) -> float:
    """The shortest of some timings, in seconds."""
    found = []
    for _ in range(times):
        begun = time.perf_counter()
        task()
        found.append(time.perf_counter() - begun)
    return min(found)


def line(what: str, value: float, unit: str, wanted: str = "") -> None:
    print(f"{what:64s} {value:10.3f} {unit:6s} {wanted}", flush=True)


def program(*arguments: str, **environment: str) -> float:
    """Seconds that the command takes, from a cold start of Python."""
    code = "from sim.cli import main; main()"
    with tempfile.TemporaryDirectory() as folder:
        begun = time.perf_counter()
        subprocess.run(
            [sys.executable, "-c", code, *arguments],
            check=True,
            cwd=folder,
            env={**os.environ, **environment},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        return time.perf_counter() - begun


CLOCK_MONOTONIC = 1


def phases(days: int, times: int = 12) -> None:
    """Milliseconds of each phase in so many days of T City, the shortest of some runs."""
    clock_gettime = ctypes.CDLL(None).clock_gettime
    clock_gettime.argtypes = [ctypes.c_int, ctypes.c_void_p]
    clock_gettime.restype = ctypes.c_int

    compiled = numba.njit(nogil=True, error_model="numpy")  # not cached: a clock cannot be

    @compiled
    def tick(marks, spans, i):  # type: ignore[no-untyped-def]
        clock_gettime(CLOCK_MONOTONIC, marks.ctypes)
        now = marks[0] * 1_000_000_000 + marks[1]
        spans[i] += now - marks[2]
        marks[2] = now

    # `run_day` as it is written, with a tick before the first phase and after each.
    (run_day,) = [
        one
        for one in ast.parse(inspect.getsource(day_module)).body
        if isinstance(one, ast.FunctionDef) and one.name == "run_day"
    ]
    names = [name for name, _, _ in PHASES]
    timed = iter(range(len(names)))

    class Timed(ast.NodeTransformer):
        def visit_Expr(self, node: ast.Expr) -> Any:
            if isinstance(node.value, ast.Call):
                return [node, *ast.parse(f"tick(marks, spans, {next(timed)})").body]
            return node

    Timed().visit(run_day)
    run_day.body.insert(1, *ast.parse(f"tick(marks, spans, {len(names)})").body)
    run_day.args.args += [ast.arg("marks"), ast.arg("spans")]
    run_day.decorator_list = []
    room: dict[str, Any] = {**vars(day_module), "tick": tick}
    made = ast.fix_missing_locations(ast.Module([run_day], []))
    exec(compile(made, "<the day with a clock>", "exec"), room)
    timed_day = compiled(room["run_day"])

    @compiled
    def run_timed(world, n, marks, spans):  # type: ignore[no-untyped-def]
        for day in range(n):
            timed_day(world, day, marks, spans)

    shortest = np.full(len(names), np.inf)
    for _ in range(times):
        spans = np.zeros(len(names) + 1, np.int64)
        run_timed(build(load_scenario("t-city"), 1), days, np.zeros(3, np.int64), spans)
        shortest = np.minimum(shortest, spans[:-1])
    for name, span in zip(names, shortest, strict=True):
        line(f"46 months, {name}", span / 1e6, "ms")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--phases", action="store_true")
    parser.add_argument("--cold", action="store_true")
    parser.add_argument("--main-job", action="store_true")
    parser.add_argument("--mesa", action="store_true")
    options = parser.parse_args()
    city = load_scenario("t-city")
    run_days(build(city, 0), 0)
    days = month_ends(build(city, 0))[45]

    def history(seed: int) -> object:
        world = build(city, seed)
        run_days(world, days)
        return world

    built = best(lambda: build(city, 1))
    whole = best(lambda: history(1))
    line("build T City", built * 1000, "ms", "half of version 2")
    line("46 months of T City", (whole - built) * 1000, "ms", "half of version 2, in one run on one machine")
    line("both", whole * 1000, "ms")
    trunk = build(city, 1)
    advance(trunk, 46)
    line("state of a replicate", n_bytes(trunk) / 1e6, "MB", "at most 10")
    line("copy of a state (branch)", best(lambda: branch(trunk)) * 1000, "ms", "half of version 2")
    line("branch against history from the start", whole / best(lambda: branch(trunk)), "x")

    if options.phases:
        phases(days)

    seeds = range(24)
    one = best(lambda: [history(seed) for seed in seeds], 3)
    with ThreadPoolExecutor(2) as pool:
        two = best(lambda: list(pool.map(history, seeds)), 3)
    line("two threads against one", one / two, "x", "at least 1.9 on two cores")

    line("stations --help", min(program("--help") for _ in range(3)) * 1000, "ms", "300 at most")
    line(
        "stations run t-city, warm cache",
        min(program("run", "t-city") for _ in range(3)),
        "s",
        "1.5 at most (version 2: 2.2)",
    )
    if options.cold:
        with tempfile.TemporaryDirectory() as folder:
            cold = program("run", "t-city", NUMBA_CACHE_DIR=folder)
            warm = program("run", "t-city", NUMBA_CACHE_DIR=folder)
        line("cold compile (first run less a warm one)", cold - warm, "s", "20 at most (version 2: 29)")
    if options.main_job:
        job = program("compare", "t-city")
        line("main job, 5 arms x 100 seeds, tables and report", job, "s", "10 at most on two cores (version 2: 17)")
    if options.mesa:
        mesa_model()


def mesa_model() -> None:
    """The Mesa model: stepping against the engine alone, building, residents, many models in one process."""
    import tracemalloc

    from sim.model import StationModel

    city = load_scenario("t-city")
    n_days = len(build(city, 0).place.days)

    def timed(run: Callable[[], object]) -> float:
        begun = time.perf_counter()
        run()
        return time.perf_counter() - begun

    def bare() -> float:
        world = build(city, 1)
        return timed(lambda: [run_days(world, min(30, n_days - day)) for day in range(0, n_days, 30)])

    def stepped(collect: bool = False) -> float:
        model = StationModel(city, seed=1, collect=collect)
        return timed(model.run_model if collect else lambda: [model.step() for _ in range(n_days)])

    pairs = [(bare(), stepped()) for _ in range(7)]
    alone, steps = min(pair[0] for pair in pairs), min(pair[1] for pair in pairs)
    line("a day of the engine alone", alone / n_days * 1e6, "us")
    line("a step of the Mesa model", steps / n_days * 1e6, "us")
    line("engine against steps", 100 * alone / steps, "%", "at least 60")
    line("a step that collects", min(stepped(True) for _ in range(2)) / n_days * 1e6, "us")
    line("build T City as a Mesa model", best(lambda: StationModel("t-city", seed=1)), "s", "1 at most")
    residents = len(build(city, 0).residents.trust)
    models = [StationModel(city, seed=seed) for seed in range(5)]
    line(f"make {residents:,} residents", min(timed(model.resident_list) for model in models), "s", "1 at most")
    model = StationModel(city, seed=1)
    tracemalloc.start()
    model.resident_list()
    line("their memory", tracemalloc.get_traced_memory()[0] / 1e6, "MB", "60 at most")
    tracemalloc.stop()


if __name__ == "__main__":
    main()
