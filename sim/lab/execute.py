"""Run independent tasks on several threads (the compiled engine releases Python's lock), in any order, stoppably."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import TypeVar

from sim.mistakes import other_kind

T = TypeVar("T")
R = TypeVar("R")


def default_jobs() -> int:
    """As many threads as this process may use cores."""
    try:
        return max(1, len(os.sched_getaffinity(0)))
    except AttributeError:  # Windows, macOS
        return max(1, os.cpu_count() or 1)


def check_jobs(jobs: object) -> None:
    """Raise Mistake unless it is a number of threads."""
    if not isinstance(jobs, int) or isinstance(jobs, bool) or jobs < 1:
        raise other_kind("jobs must be a whole number from 1 on", "jobs 须为不小于 1 的整数", jobs)


def execute(
    task: Callable[[T, threading.Event], R],
    items: Iterable[T],
    *,
    jobs: int,
    on_done: Callable[[R], None] | None = None,
) -> list[R]:
    """Results of `task(item, stop)` in the order of the items, whatever order they finish in.

    On Ctrl-C, or when a task fails, `stop` is set, tasks that have not begun are dropped, and the exception is raised
    once the running ones have ended.
    """
    stop = threading.Event()
    pool = ThreadPoolExecutor(max_workers=jobs)
    results: dict[int, R] = {}
    running: dict[Future[R], int] = {}
    waiting = enumerate(items)
    try:
        while True:
            # A short queue, so that a hundred thousand tasks cost no more memory or time than ten.
            while len(running) < 2 * jobs and (following := next(waiting, None)) is not None:
                running[pool.submit(task, following[1], stop)] = following[0]
            if not running:
                break
            # A time limit keeps the main thread awake for Ctrl-C on every platform.
            done, _ = wait(running, timeout=0.2, return_when=FIRST_COMPLETED)
            for one in done:
                results[running.pop(one)] = one.result()
                if on_done is not None:
                    on_done(one.result())
    except BaseException:
        stop.set()
        pool.shutdown(wait=True, cancel_futures=True)
        raise
    pool.shutdown(wait=True)
    return [results[i] for i in range(len(results))]
