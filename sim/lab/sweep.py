"""Run a design from Python: as `stations sweep` does, stored as it runs; the same call goes on after anything."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sim.lab.design.design import Design
from sim.lab.design.read_design import read_design
from sim.lab.doubt.choose import DoubtGiven
from sim.lab.failed import Repeat
from sim.lab.finish import write_summaries
from sim.lab.kept import folders
from sim.lab.kept.opening import open_results
from sim.lab.kept.results import Results
from sim.lab.run import session
from sim.lab.run.executors import Executor, Threads, check_jobs, default_jobs
from sim.lab.run.session import Interrupted, Progress, default_folder
from sim.lab.say.commands import python_call
from sim.lab.say.stopped import failed_told, stopped
from sim.lab.sums.chances import thresholds_of
from sim.language import tr
from sim.mistakes import Mistake, other_kind


def sweep(
    design: str | os.PathLike[str],
    *,
    out: str | os.PathLike[str] | None = None,
    jobs: int | None = None,
    new_version: bool = False,
    allow_code: bool = False,
    progress: bool = False,
    thresholds: str | Sequence[str] = (),
    doubt: DoubtGiven | None = None,
) -> Results:
    """Run every point of a design under its seeds; what the folder holds already is not run again.

    design: a shipped name, a design.yaml, or its folder. out: the folder in which runs are stored as they come; None:
    results/sweep-NAME. Whatever stops it (Ctrl-C, too), the same call goes on. jobs: how many runs at a time, in threads; None: all cores. new_version: go on although the model or a scenario has
    changed; what differs is run anew. allow_code: run the Python that scenarios name. progress: show a bar, in notebooks too.
    thresholds: whose chances over seeds results and reports hold, "coverage>=0.13"; none: those that were asked for there before.
    doubt: as of `compare`; None: what the design says. Numbers that the design sets are left out of every draw.
    Runs that fail twice are missing from the results, and are told on standard error. Raises Mistake.
    """
    if not isinstance(design, (str, os.PathLike)):
        raise other_kind("a design is named by text or a path", "实验设计须以名称或路径给出", design)
    n_at_a_time = n_threads(jobs)
    read = read_design(os.fspath(design))
    folder = default_folder(read) if out is None else folders.folder_of(out)
    asked = [one.text for one in thresholds_of(thresholds, "thresholds")] or thresholds_there(folder)
    call = python_call("sweep", design, out=out, thresholds=thresholds, doubt=doubt)
    facts = {"command": call, "thresholds": asked}
    with bar(None, progress, tr("run", "次")) as move:
        done = run_design(
            read,
            folder,
            Threads(n_at_a_time),
            call=call,
            facts=facts,
            new_version=new_version,
            allow_code=allow_code,
            on_progress=lambda now: move(now.total, now.done + now.failed),
            doubt=doubt,
        )
    results = open_results(folder)
    write_summaries(results)
    if done.failed:
        for sentence in failed_told(folder):
            print(sentence, file=sys.stderr)
    return results


def thresholds_there(folder: Path) -> list[str]:
    """What chances were asked for in a folder before."""
    try:
        return [str(one) for one in folders.load_provenance(folder, shape={}).get("thresholds", [])]
    except Mistake:  # nothing is there, or it is damaged and will be written anew
        return []


def n_threads(jobs: int | None) -> int:
    """How many runs go on at a time; None: as many as there are cores. Raises Mistake."""
    if jobs is None:
        return default_jobs()
    check_jobs(jobs)
    return jobs


def run_design(
    design: Design,
    folder: Path,
    executor: Executor,
    *,
    call: str,
    facts: Mapping[str, Any],
    allow_code: bool,
    on_progress: Callable[[Progress], None],
    new_version: bool = False,
    repeat: Repeat | None = None,
    called: Path | None = None,
    doubt: DoubtGiven | None = None,
) -> Progress:
    """Run what a folder does not hold yet; Ctrl-C stores what is done, and its KeyboardInterrupt says how far that is. As `session.sweep`.
    call: what goes on. called: what sentences call the folder, if not by its name."""
    try:
        return session.sweep(
            design,
            folder,
            executor,
            allow_code=allow_code,
            new_version=new_version,
            command=call,
            repeat=repeat,
            on_progress=on_progress,
            on_note=lambda sentence: print(tr(f"note: {sentence}", f"提示：{sentence}"), file=sys.stderr),
            facts=facts,
            doubt=doubt,
        )
    except Interrupted as asked:
        raise KeyboardInterrupt(stopped(called or folder, call, asked.progress)) from None


@contextmanager
def bar(total: int | None, is_shown: bool, unit: str) -> Iterator[Callable[[int, int], None]]:
    """A bar on a terminal or in a notebook; yields what says how many steps there are, and how many are done."""
    if not is_shown:
        yield lambda total, done: None
        return
    from tqdm.auto import tqdm

    with tqdm(total=total, unit=unit) as shown:

        def move(total: int, done: int) -> None:
            shown.total = total
            shown.update(done - shown.n)

        yield move
