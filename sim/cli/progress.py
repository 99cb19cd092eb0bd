"""Progress on standard error: a bar on a terminal, a plain line now and then elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from sim.language import tr

if TYPE_CHECKING:
    from sim.engine import Engine

SECONDS_BETWEEN_LINES = 5.0


class Tick(Protocol):
    def __call__(self) -> None: ...


@contextmanager
def progress(what: str, total: int) -> Iterator[Tick]:
    """Show how far a job of `total` steps is; call the yielded function after each step."""
    if sys.stderr.isatty():
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task(what, total=total)
            yield lambda: bar.advance(task)
        return
    begun = shown = time.monotonic()
    done = 0

    def step() -> None:
        nonlocal done, shown
        done += 1
        now = time.monotonic()
        if done == total or now - shown >= SECONDS_BETWEEN_LINES:
            shown = now
            left = (now - begun) / done * (total - done)
            text = tr(
                f"{what}: {done} of {total}, about {left:.0f} s left", f"{what}：{done}/{total}，约剩 {left:.0f} 秒"
            )
            print(text, file=sys.stderr, flush=True)

    yield step


def say_if_cold(engine: Engine) -> None:
    """Tell a person who starts the program, or new rules, for the first time why it takes a while."""
    if engine.is_cold():
        print(
            tr(
                "compiling the model for this machine, once (about half a minute) ...",
                "正在为本机编译模型（仅此一次，约半分钟）……",
            ),
            file=sys.stderr,
            flush=True,
        )
