"""Where chunks are run: here, on threads, in processes, or on a Dask cluster. One interface, the same results.

An executor runs at most `slots` chunks at a time; `submit` gives a `concurrent.futures.Future` of what `work.do` found. A
future that fails with `Killed` lost its worker (out of memory, killed by hand); `Lost` means that the executor itself is gone.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import CancelledError, Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Any, Protocol

from sim.lab.simulate import Stopped
from sim.lab.sweep.work import Chunk, Found, do
from sim.language import tr
from sim.mistakes import Mistake

KINDS = ("threads", "processes", "serial")


class Killed(Exception):
    """A worker died while it ran a chunk; the executor goes on with another."""


class Lost(Exception):
    """The executor is gone; nothing more can be run on it."""


class Executor(Protocol):
    """What the coordinator needs of a place where chunks run."""

    @property
    def slots(self) -> int:
        """How many chunks should be under way at a time."""
        ...

    def submit(self, chunk: Chunk) -> Future[Found]: ...

    def close(self, *, at_once: bool = False) -> None:
        """End the workers; at_once: without waiting for chunks under way, which are lost."""
        ...


class Serial:
    """In the calling thread, one chunk after another: for the debugger."""

    slots = 1

    def submit(self, chunk: Chunk) -> Future[Found]:
        future: Future[Found] = Future()
        try:
            future.set_result(do(chunk))
        except Exception as error:
            future.set_exception(error)
        return future

    def close(self, *, at_once: bool = False) -> None:
        pass


class Threads:
    """On threads of this process: the compiled engine releases Python's lock."""

    def __init__(self, jobs: int) -> None:
        self._stop = threading.Event()
        self._pool = ThreadPoolExecutor(jobs, thread_name_prefix="runs")
        self.slots = 2 * jobs  # the next chunk waits while one is run

    def submit(self, chunk: Chunk) -> Future[Found]:
        return self._pool.submit(do, chunk, self._stop)

    def close(self, *, at_once: bool = False) -> None:
        if at_once:
            self._stop.set()
        self._pool.shutdown(wait=True, cancel_futures=at_once)


class Processes:
    """In processes of their own, so that one that is killed takes nothing else with it.

    Each is a pool of one: when it breaks, it is known which chunk it had.
    """

    def __init__(self, jobs: int) -> None:
        self.slots = jobs
        self._idle = [_worker() for _ in range(jobs)]
        self._busy: dict[Future[Found], ProcessPoolExecutor] = {}
        self._lock = threading.Lock()

    def submit(self, chunk: Chunk) -> Future[Found]:
        outer: Future[Found] = Future()
        with self._lock:
            pool = self._idle.pop() if self._idle else _worker()
            self._busy[outer] = pool
        inner = pool.submit(do, chunk)
        inner.add_done_callback(lambda done: self._take(outer, pool, done))
        return outer

    def _take(self, outer: Future[Found], pool: ProcessPoolExecutor, inner: Future[Found]) -> None:
        try:
            error = inner.exception()
        except CancelledError:
            error = Stopped()
        broken = isinstance(error, BrokenProcessPool)
        with self._lock:
            self._busy.pop(outer, None)
            self._idle.append(_worker() if broken else pool)
        if broken:
            outer.set_exception(Killed(f"the worker process was killed ({error})"))
        elif error is not None:
            outer.set_exception(error)
        else:
            outer.set_result(inner.result())

    def close(self, *, at_once: bool = False) -> None:
        with self._lock:
            pools = [*self._idle, *self._busy.values()]
        for pool in pools:
            if at_once:
                for process in list((pool._processes or {}).values()):
                    process.kill()
            pool.shutdown(wait=not at_once, cancel_futures=at_once)


def _worker() -> ProcessPoolExecutor:
    return ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn"), initializer=_begin)


def _begin() -> None:
    """In a worker: Ctrl-C is the coordinator's, and a worker without a coordinator ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()

    def follow() -> None:
        if parent is not None:
            parent.join()
        os._exit(1)

    threading.Thread(target=follow, daemon=True).start()


class Cluster:
    """On a Dask cluster (dask.distributed) that is already running, by the address of its scheduler."""

    def __init__(self, address: str, model_digest: Callable[[], str]) -> None:
        try:
            from distributed import Client
        except ImportError:
            raise Mistake(
                tr(
                    "--cluster: needs dask.distributed; install it with: pip install 'social-work-stations[cluster]'",
                    "--cluster：需要 dask.distributed；安装：pip install 'social-work-stations[cluster]'",
                )
            ) from None
        try:
            self._client = Client(address, timeout=10, set_as_default=False)
        except (OSError, ValueError, TimeoutError, TypeError) as error:
            first = " ".join(str(error).split())[:120]
            raise Mistake(
                tr(
                    f"--cluster {address}: no Dask scheduler answers there ({first}); give its address, e.g. tcp://127.0.0.1:8786",
                    f"--cluster {address}：该地址没有 Dask 调度器应答（{first}）；请给出地址，如 tcp://127.0.0.1:8786",
                )
            ) from None
        try:
            self._check(model_digest)
            # retries: a worker that dies gives its chunk to another; what kills several is told by Killed.
            self._pool = self._client.get_executor(pure=False, retries=2)
        except BaseException:
            self._client.close()
            raise

    def _check(self, model_digest: Callable[[], str]) -> None:
        """Raise Mistake where a worker has no model, or another one."""
        wanted = model_digest()
        found: Any = self._client.run(model_digest, on_error="return")
        if not found:
            raise Mistake(
                tr(
                    "--cluster: the scheduler has no workers; start some first",
                    "--cluster：调度器没有工作进程；请先启动",
                )
            )
        for worker, one in found.items():
            if one != wanted:
                said = one if isinstance(one, str) else f"{type(one).__name__}: {one}"[:120]
                raise Mistake(
                    tr(
                        f"--cluster: worker {worker} does not have this model (digest {wanted} here, there {said}); install the same version there",
                        f"--cluster：工作进程 {worker} 的模型与本机不同（本机摘要 {wanted}，对方 {said}）；请安装相同版本",
                    )
                )

    @property
    def slots(self) -> int:
        threads = sum(self._client.nthreads().values())
        return max(2, 2 * threads)

    def submit(self, chunk: Chunk) -> Future[Found]:
        outer: Future[Found] = Future()
        try:
            inner = self._pool.submit(do, chunk)
        except Exception as error:
            raise Lost(str(error)) from error
        inner.add_done_callback(lambda done: _take_from_cluster(outer, done))
        return outer

    def close(self, *, at_once: bool = False) -> None:
        self._pool.shutdown(wait=not at_once, cancel_futures=at_once)
        self._client.close()


def _take_from_cluster(outer: Future[Found], inner: Future[Found]) -> None:
    try:
        error = inner.exception()
    except (CancelledError, Exception) as gone:  # the client's futures are cancelled when the scheduler is gone
        error = Lost(f"{type(gone).__name__}: {gone}")
    if error is None:
        outer.set_result(inner.result())
    elif type(error).__name__ == "KilledWorker":
        outer.set_exception(Killed(str(error)))
    elif isinstance(error, CancelledError) or type(error).__name__ in {"FutureCancelledError", "CommClosedError"}:
        outer.set_exception(Lost(f"{type(error).__name__}: {error}"))
    else:
        outer.set_exception(error)


def local(kind: str, jobs: int) -> Executor:
    """The executor of a kind (KINDS) on this machine."""
    if kind == "processes":
        return Processes(jobs)
    return Serial() if kind == "serial" else Threads(jobs)
