"""Where tasks are done: here, on threads, in processes, or on a Dask cluster. One interface, the same results.

A task is a chunk of runs (`work.Chunk`), or whatever else says itself how it is done.
`completed` gives tasks to an executor and tells of each that is done. An executor does at most `slots` of them at a time; `submit` gives a `concurrent.futures.Future` of what the task found. A
future that fails with `Killed` lost its worker (out of memory, killed by hand); `Lost` means that the executor itself is gone.
"""

from __future__ import annotations

import logging
import math
import multiprocessing
import os
import signal
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing import resource_tracker
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from sim.lab.failed import Stopped
from sim.lab.kept.versions import same_bits, told_bits
from sim.mistakes import Mistake, other_kind

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

EXECUTORS = ("threads", "processes", "serial")

MOST_ALONE = 300.0
"""How many seconds a cluster may be without any worker before it counts as gone."""

SECONDS_TO_ANSWER = 10

SECONDS_BETWEEN_LOOKS = 2.0
"""How often the scheduler is asked how many workers there are."""


class Task(Protocol):
    """A piece of work that can be sent to another process."""

    def done(self, stop: threading.Event | None = None) -> Any:
        """Do it; what was found. Raises Stopped where `stop` is set."""
        ...


T = TypeVar("T", bound=Task)
Doing = Callable[[Any, threading.Event], Any]
"""What is done with a task."""


def do(task: Task, stop: threading.Event | None = None) -> Any:
    return task.done(stop)


class Killed(Exception):
    """A worker died at a task; the executor goes on with another."""


class Lost(Exception):
    """The executor is gone; nothing more can be run on it."""


class Executor(Protocol):
    """What the coordinator needs of a place where tasks are done."""

    stop: threading.Event
    """Set by who wants the work to end; tasks under way in this process then end with `Stopped`, at the next month."""

    @property
    def slots(self) -> int:
        """How many tasks should be under way at a time. Raises Lost."""
        ...

    def submit(self, task: Task) -> Future[Any]:
        """Raises Lost."""
        ...

    def close(self, *, at_once: bool = False) -> None:
        """End the workers; at_once: without waiting for tasks under way, which are lost."""
        ...


@dataclass(frozen=True)
class Completed(Generic[T]):
    """A task that is done, or was an error: `future` tells."""

    task: T
    future: Future[Any]
    seconds: float


def completed(executor: Executor, following: Callable[[], T | None]) -> Iterator[Completed[T] | None]:
    """Do tasks; yield each as it is done, and None at least every .2 s. Raises Stopped where the executor's `stop` is set, Lost.

    following: the next task, or None where there is none now; asked again whenever one is done.
    """
    under_way: dict[Future[Any], tuple[T, float]] = {}
    while True:
        if executor.stop.is_set():
            raise Stopped
        while len(under_way) < executor.slots and (task := following()) is not None:
            under_way[executor.submit(task)] = task, time.monotonic()
        if not under_way:
            return
        # A time limit, so that a request to stop is soon seen, and the main thread hears Ctrl-C on every platform.
        for future in wait(under_way, timeout=0.2, return_when=FIRST_COMPLETED).done:
            task, began = under_way.pop(future)
            yield Completed(task, future, time.monotonic() - began)
        yield None


@contextmanager
def closing(executor: Executor) -> Iterator[None]:
    """Ends the workers afterwards: once all is done, or at once where an exception passes."""
    try:
        yield
    except BaseException:
        with suppress(KeyboardInterrupt):  # asked a second time: not even for the end of the workers
            executor.close(at_once=True)
        raise
    executor.close()


class Serial:
    """In the calling thread, one task after another: for the debugger. doing: what is done with each."""

    slots = 1

    def __init__(self, doing: Doing = do) -> None:
        self.stop = threading.Event()
        self._doing = doing

    def submit(self, task: Task) -> Future[Any]:
        future: Future[Any] = Future()
        try:
            future.set_result(self._doing(task, self.stop))
        except Exception as error:
            future.set_exception(error)
        return future

    def close(self, *, at_once: bool = False) -> None:
        pass


class Threads:
    """On threads of this process: the compiled engine releases Python's lock. doing: what is done with a task."""

    def __init__(self, jobs: int, doing: Doing = do) -> None:
        self.stop = threading.Event()
        self._doing = doing
        self._pool = ThreadPoolExecutor(jobs, thread_name_prefix="runs")
        self.slots = 2 * jobs  # the next task waits while one is done

    def submit(self, task: Task) -> Future[Any]:
        return self._pool.submit(self._doing, task, self.stop)

    def close(self, *, at_once: bool = False) -> None:
        if at_once:
            self.stop.set()
        self._pool.shutdown(wait=True, cancel_futures=at_once)


class Processes:
    """In processes of their own, so that one that is killed takes nothing else with it; each does one task at a time, so that it is known
    which task it had. Not a pool of concurrent.futures, which waits for ever for the rest of what a worker was killed in the middle of
    saying, since it holds the other end of that pipe itself."""

    def __init__(self, jobs: int) -> None:
        self.slots = jobs
        self.stop = threading.Event()
        self._threads = ThreadPoolExecutor(jobs, thread_name_prefix="workers")  # each waits for a worker
        self._workers: set[_Worker] = set()
        self._idle: list[_Worker] = []
        self._is_closed = False
        self._lock = threading.Lock()

    def submit(self, task: Task) -> Future[Any]:
        return self._threads.submit(self._run, task)

    def _run(self, task: Task) -> Any:
        worker = self._take()
        is_alive = True
        try:
            return worker.run(task)
        except Killed:
            is_alive = False
            raise
        finally:
            with self._lock:
                if is_alive:
                    self._idle.append(worker)
                else:
                    self._workers.discard(worker)

    def _take(self) -> _Worker:
        with self._lock:
            if self._is_closed:
                raise Stopped
            while self._idle:
                if (worker := self._idle.pop()).process.is_alive():
                    return worker
                self._workers.discard(worker)  # it was killed while it had nothing to do
            self._workers.add(worker := _Worker())
            return worker

    def close(self, *, at_once: bool = False) -> None:
        if not at_once:
            self._threads.shutdown()
        with self._lock:
            self._is_closed = True
            workers = list(self._workers)
        for worker in workers:
            worker.end(at_once=at_once)
        self._threads.shutdown()


class _Worker:
    """A process that does one task after another, until nobody is left to ask it to."""

    def __init__(self) -> None:
        spawn = multiprocessing.get_context("spawn")
        self._pipe, theirs = spawn.Pipe()
        self.process = spawn.Process(target=_serve, args=(theirs,), daemon=True)
        with _deaf():
            self.process.start()
        theirs.close()  # held by the process alone, so that the pipe ends with it

    def run(self, task: Task) -> Any:
        """Raises Killed."""
        try:
            self._pipe.send(task)
            is_done, found = self._pipe.recv()
        except (EOFError, OSError) as error:
            self.process.join()
            raise Killed(f"the worker process was killed (exit code {self.process.exitcode})") from error
        if is_done:
            return found
        raise RuntimeError(f"in a worker process:\n{found}")

    def end(self, *, at_once: bool) -> None:
        if at_once:
            self.process.kill()
        else:
            self._pipe.close()
        self.process.join()


def _serve(pipe: Connection) -> None:
    """In a worker: Ctrl-C is the coordinator's, and a worker without a coordinator ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()

    def follow() -> None:
        if parent is not None:
            parent.join()
        os._exit(1)

    threading.Thread(target=follow, daemon=True).start()
    with suppress(EOFError, OSError):
        while True:
            task = pipe.recv()
            try:
                found = True, do(task)
            except Exception:  # one that no run has made: `Chunk.done` tells those
                found = False, traceback.format_exc()
            pipe.send(found)


@contextmanager
def _deaf() -> Iterator[None]:
    """A process that is started inside never hears Ctrl-C, not even before it could say what to do then."""
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    resource_tracker.ensure_running()  # begun inside, it would let the signal through again
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


class Cluster:
    """On a Dask cluster (dask.distributed) that is already running, by the address of its scheduler."""

    def __init__(self, address: str, model_digest: Callable[[], str]) -> None:
        try:
            from distributed import Client
            from distributed.comm import get_address_host_port
            from distributed.comm.registry import get_backend
        except ImportError:
            raise Mistake(
                "--cluster: needs dask.distributed; install it with: pip install 'social-work-stations[cluster]'",
                "--cluster：需要 dask.distributed；安装：pip install 'social-work-stations[cluster]'",
            ) from None
        self.stop = threading.Event()
        self._threads, self._asked = 0, -math.inf
        self._seen = time.monotonic()  # when there was a worker
        # What they log of lost connections are tracebacks; what matters of them, Lost says.
        for name in ("distributed", "distributed.client", "tornado.application"):
            logging.getLogger(name).setLevel(logging.CRITICAL)
        try:
            # A client that is given no address at all takes long to fail.
            get_backend(address.split("://")[0] if "://" in address else "tcp")
            get_address_host_port(address, strict=True)
            self._client = Client(address, timeout=SECONDS_TO_ANSWER, set_as_default=False)
            self._loop: Any = self._client.loop
        except (OSError, ValueError, TimeoutError, TypeError) as error:
            first = " ".join(str(error).split())[:120]
            raise Mistake(
                f"--cluster {address}: no Dask scheduler answers there ({first}); give its address, e.g. tcp://127.0.0.1:8786",
                f"--cluster {address}：该地址没有 Dask 调度器应答（{first}）；请给出地址，如 tcp://127.0.0.1:8786",
            ) from None
        try:
            self._check(model_digest)
        except BaseException:
            self._client.close()
            raise

    def _check(self, model_digest: Callable[[], str]) -> None:
        """Raise Mistake where a worker has no model or another one, or would come to other last digits."""
        wanted = model_digest()
        found: Any = self._client.run(model_digest, on_error="return")
        if not found:
            raise Mistake(
                "--cluster: the scheduler has no workers; start some first", "--cluster：调度器没有工作进程；请先启动"
            )
        for worker, answer in found.items():
            if answer != wanted:
                said = answer if isinstance(answer, str) else f"{type(answer).__name__}: {answer}"[:120]
                raise Mistake(
                    f"--cluster: worker {worker} does not have this model (digest {wanted} here, there {said}); install the same version there",
                    f"--cluster：工作进程 {worker} 的模型与本机不同（本机摘要 {wanted}，对方 {said}）；请安装相同版本",
                )
        here = same_bits()
        for worker, bits in self._client.run(same_bits, on_error="return").items():
            if bits != here:
                there = told_bits(bits) if isinstance(bits, dict) else f"{type(bits).__name__}: {bits}"[:120]
                raise Mistake(
                    f"--cluster: worker {worker} would come to other last digits ({told_bits(here)} here, there {there}); install the same versions there",
                    f"--cluster：工作进程 {worker} 算得的末位数字会不同（本机 {told_bits(here)}，对方 {there}）；请安装相同版本",
                )

    @property
    def slots(self) -> int:
        now = time.monotonic()
        if now - self._asked > SECONDS_BETWEEN_LOOKS:
            try:
                self._threads = sum(int(n) for n in self._client.nthreads().values())
            except Exception as error:
                raise Lost(f"{type(error).__name__}: {error}") from error
            self._asked = now
            if self._threads:
                self._seen = now
            elif now - self._seen > MOST_ALONE:
                raise Lost(f"no worker for {MOST_ALONE:.0f} s")
        return max(2, 2 * self._threads)

    def submit(self, task: Task) -> Future[Any]:
        outer: Future[Any] = Future()
        try:
            # A worker that dies gives its task to another; what kills several, Killed reports.
            inner = self._client.submit(do, task, pure=False)
            self._loop.add_callback(_take_from_cluster, outer, inner)
        except Exception as error:
            raise Lost(f"{type(error).__name__}: {error}") from error
        return outer

    def close(self, *, at_once: bool = False) -> None:
        # At the end nothing is under way; otherwise the scheduler drops what its client has left behind.
        self._client.close(timeout=2)


async def _take_from_cluster(outer: Future[Any], inner: Any) -> None:
    """inner: a future of dask. A task itself raises nothing, so any other error than a killed worker is the cluster's own.

    It waits on the client's own loop and ends with it. A callback's thread would wait for that loop for ever, and the process for
    the thread, where the client was closed just when a task was done.
    """
    try:
        outer.set_result(await inner)
    except BaseException as error:
        kind = Killed if type(error).__name__ == "KilledWorker" else Lost
        outer.set_exception(kind(f"{type(error).__name__}: {error}"))


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


def local(kind: str, jobs: int) -> Executor:
    """The executor of a kind (EXECUTORS) on this machine."""
    if kind == "processes":
        return Processes(jobs)
    return Serial() if kind == "serial" else Threads(jobs)
