"""Ctrl-C, and a polite request to end (a job queue's, a shutdown's), at any moment of a command: one sentence, nothing half-written."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

SECONDS_UNTIL_AGAIN = 0.05


class Asked(KeyboardInterrupt):
    """A command was asked to end; its text tells a person what there is now."""


class Passing(Exception):
    """A request to end on its way through click, which would print an empty line for it; its cause is the request."""


def _asked(*_: object) -> None:
    raise KeyboardInterrupt


def _signals() -> list[signal.Signals]:
    names = ("SIGINT", "SIGTERM", "SIGBREAK")  # the last is that of a closed window on Windows
    return [getattr(signal, name) for name in names if hasattr(signal, name)]


def hear() -> None:
    """From now on requests to end raise KeyboardInterrupt, wherever the program is; those that the caller ignores stay ignored."""
    for number in _signals():
        if signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, _asked)
    sys.unraisablehook = _again


def hear_no_more() -> None:
    """All is said and done, and the process ends in a moment."""
    for number in _signals():
        signal.signal(number, signal.SIG_IGN)


def _again(told: Any) -> None:
    """Where Python drops a request (in a destructor or a callback of an import), it is made again a moment later."""
    if not issubclass(told.exc_type, KeyboardInterrupt):
        sys.__unraisablehook__(told)
        return

    def ask() -> None:
        time.sleep(SECONDS_UNTIL_AGAIN)
        if hasattr(signal, "pthread_kill"):  # also wakes what waits; Windows has it not
            signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
        else:
            signal.raise_signal(signal.SIGINT)

    threading.Thread(target=ask, daemon=True).start()


@contextmanager
def if_asked(tell: Callable[[], str]) -> Iterator[None]:
    """What a person reads where a request to end comes inside. The innermost one speaks."""
    try:
        yield
    except Asked:
        raise
    except KeyboardInterrupt:
        raise Asked(tell()) from None


def end_at_once(code: int) -> None:
    """End the process without waiting for threads: they may be at work for long, and nothing of it would be stored."""
    if multiprocessing := sys.modules.get("multiprocessing.util"):
        multiprocessing._run_finalizers(0)  # else another process warns of semaphores that nobody gave back
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):  # its reader has gone
            stream.flush()
    os._exit(code)
