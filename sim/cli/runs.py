"""What commands that run a design share: everything is compiled first, a bar shows how far it is, a request to end says what is stored."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from sim.cli.progress import SECONDS_BETWEEN_LINES, say_if_cold
from sim.cli.stopping import if_asked
from sim.compile import model_digest
from sim.lab.kept.store import Store
from sim.lab.say.stopped import stopped
from sim.language import Text, listed, tr
from sim.mistakes import Mistake

if TYPE_CHECKING:
    from sim.engine import Engine
    from sim.lab.design.design import Design
    from sim.lab.doubt.choose import DoubtGiven
    from sim.lab.failed import Repeat
    from sim.lab.run.agenda import Agenda
    from sim.lab.run.executors import Executor
    from sim.lab.run.session import Progress
    from sim.scenario.schema import Scenario


def ready(scenarios: Sequence[Scenario], allow_code: bool) -> Engine:
    """Everything that can be wrong with named code is said, and everything is compiled, before the work begins."""
    from sim.lab.code import engine_of, reactions_of
    from sim.lab.worlds import dated

    for scenario in scenarios:
        reactions_of(scenario, allow_code=allow_code)
    engine = engine_of(scenarios[0], allow_code=allow_code)
    say_if_cold(engine)
    with dated(scenarios[0]):
        engine.run_days(engine.build(scenarios[0], 0), 0)  # once, before any bar or thread
    return engine


def warn(warnings: Iterable[Text]) -> None:
    """Say on the error stream what a policy does against what it is for."""
    for warning in warnings:
        print(warning, file=sys.stderr)


def n_jobs(workers: str, jobs: int | None, cluster: str | None) -> int:
    """How many runs go on at a time. Raises Mistake where a cluster says it."""
    from sim.lab.run.executors import default_jobs

    if cluster and jobs:
        raise Mistake(
            "--jobs: with --cluster the cluster says how many run at a time; leave it out",
            "--jobs：使用 --cluster 时由集群决定同时运行数；请删去",
        )
    return 1 if workers == "serial" else jobs or default_jobs()


def executor_of(workers: str, jobs: int, cluster: str | None) -> Executor:
    from sim.lab.run.executors import Cluster, local

    return Cluster(cluster, model_digest) if cluster else local(workers, jobs)


def run_design(
    design: Design,
    folder: Path,
    executor: Executor,
    *,
    command: str,
    allow_code: bool,
    new_version: bool = False,
    repeat: Repeat | None = None,
    called: Path | None = None,
    thresholds: Sequence[str] = (),
    doubt: DoubtGiven | None = None,
) -> Progress:
    """Run what a folder does not hold yet, with a bar; Ctrl-C says how far it is. As `sweep`; called: what progress and
    sentences call the folder, if not by its name. thresholds: whose chances the results will hold."""
    from sim.lab import sweep

    latest: Progress | None = None
    with if_asked(lambda: stopped(called or folder, command, latest)), _shown() as show:

        def follow(progress: Progress) -> None:
            nonlocal latest
            latest = progress
            show(progress)

        return sweep.run_design(
            design,
            folder,
            executor,
            call=command,
            facts={"thresholds": list(thresholds)} if thresholds else {},
            allow_code=allow_code,
            on_progress=follow,
            new_version=new_version,
            repeat=repeat,
            called=called,
            doubt=doubt,
        )


def already_told(agenda: Agenda, folder: Path, *, new_version: bool = False) -> str:
    """A line that says how many of the runs are stored, or ""."""
    done = already(agenda, folder, new_version)
    return tr(f"{done:,} of them are stored already\n", f"其中 {done:,} 次已保存\n") if done else ""


def already(agenda: Agenda, folder: Path, new_version: bool) -> int:
    """How many of the runs are stored. Raises Mistake where the folder holds another version of the design."""
    from sim.lab.run.version import refuse_other_version

    if not (folder / "ledger.sqlite").is_file():
        return 0
    with Store.open(folder, write=False) as store:
        damages = store.check()
        refuse_other_version(folder, store, agenda, new_version=new_version, damages=damages)
        done = store.done().difference(*(store.runs_of(damage) for damage in damages))
    numbers = agenda.numbers(agenda.design.seeds.at_most)
    return sum(agenda.run(arm, number) in done for arm in agenda.arms for number in numbers)


def duration(seconds: float) -> str:
    if seconds < 90:
        return tr(f"{max(1, round(seconds))} s", f"{max(1, round(seconds))} 秒")
    if seconds < 5400:
        return tr(f"{seconds / 60:.0f} min", f"{seconds / 60:.0f} 分钟")
    return tr(f"{seconds / 3600:.1f} h", f"{seconds / 3600:.1f} 小时")


def _status(progress: Progress) -> str:
    """Rate, time left and, with a stopping rule, the present interval widths."""
    parts = []
    if progress.new:
        rate = progress.per_second
        parts.append(tr(f"{rate:.1f} runs/s", f"{rate:.1f} 次/秒"))
        if left := progress.total - progress.done - progress.failed:
            time_left = duration(left / max(1e-9, rate))
            parts.append(tr(f"about {time_left} left", f"约剩 {time_left}"))
    if progress.failed:
        parts.append(tr(f"{progress.failed} failed", f"{progress.failed} 次失败"))
    if progress.widths:
        parts += [
            f"{name} ±{now:.3g} ({tr('wanted', '要求')} ±{wanted:.3g})"
            for name, (now, wanted) in progress.widths.items()
        ]
    return listed(parts)


@contextmanager
def _shown() -> Iterator[Callable[[Progress], None]]:
    """A bar of runs on a terminal, a plain line now and then elsewhere."""
    with shown(tr("runs", "运行")) as show:
        yield lambda progress: show(
            progress.done + progress.failed, progress.total, _status(progress), is_new=progress.new > 0
        )


@contextmanager
def shown(what: str) -> Iterator[Show]:
    """A bar on a terminal, a plain line now and then elsewhere, of work whose amount may still grow."""
    if sys.stderr.isatty():
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
        from rich.progress import Progress as Bar

        columns = (BarColumn(bar_width=24), MofNCompleteColumn(), TextColumn("{task.description}"))
        with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task("", total=None)

            def update(done: int, total: int, status: str = "", *, is_new: bool = True) -> None:
                bar.update(task, total=total, completed=done, description=status)

            yield update
        return
    last = time.monotonic()

    def line(done: int, total: int, status: str = "", *, is_new: bool = True) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last >= SECONDS_BETWEEN_LINES or (is_new and done == total):
            last = now
            said = tr(f"{what}: {done:,} of {total:,}", f"{what}：{done:,}/{total:,}")
            print(listed(part for part in (said, status) if part), file=sys.stderr, flush=True)

    yield line


class Show(Protocol):
    """Says how far work is, and what else there is to say of it."""

    def __call__(self, done: int, total: int, status: str = "", *, is_new: bool = True) -> None: ...
