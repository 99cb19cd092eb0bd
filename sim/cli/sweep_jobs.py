"""`stations sweep`: check, say what is to be done, run it, store it, tell what came of it."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.cli.exits import EXIT_SOME_FAILED
from sim.cli.progress import SECONDS_BETWEEN_LINES
from sim.cli.stopping import if_asked
from sim.lab.commands import command_line
from sim.language import counted, tr
from sim.mistakes import Mistake

if TYPE_CHECKING:
    from sim.lab.sweep.executors import Executor
    from sim.lab.sweep.planned import Planned
    from sim.lab.sweep.run import Progress
    from sim.scenario.schema import Scenario


def sweep_job(
    design: str,
    out: Path | None,
    dry_run: bool,
    jobs: int | None,
    workers: str,
    cluster: str | None,
    new_version: bool,
    allow_code: bool,
) -> int:
    """`stations sweep`"""
    from sim.lab.execute import default_jobs
    from sim.lab.sweep.planned import planned
    from sim.lab.sweep.read_design import read_design
    from sim.lab.sweep.run import Interrupted, default_folder, sweep
    from sim.lab.sweep.store import check_folder

    if cluster and jobs:
        raise Mistake(
            "--jobs: with --cluster the cluster says how many run at a time; leave it out",
            "--jobs：使用 --cluster 时由集群决定同时运行数；请删去",
        )
    read = read_design(design)
    folder = out or default_folder(read)
    check_folder(folder)
    jobs = 1 if workers == "serial" else jobs or default_jobs()
    first: list[Scenario] = []
    command = _again(design, folder, allow_code)
    with if_asked(lambda: _stopped(folder, command, None)):
        work = planned(read, allow_code=allow_code, on_scenario=first.append)
        if dry_run:
            return _dry_run(work, folder, jobs, new_version, allow_code)

        from sim.cli.jobs import ready

        print(_about(work))
        ready(first, allow_code)
        executor = _executor(workers, jobs, cluster)
    print(
        tr(
            f"Results: {folder} (Ctrl-C stops; the same command goes on)",
            f"结果：{folder}（Ctrl-C 可中止；重复同一命令即继续）",
        )
    )
    latest: Progress | None = None
    with if_asked(lambda: _stopped(folder, command, latest)):
        with _shown() as show:

            def follow(progress: Progress) -> None:
                nonlocal latest
                latest = progress
                show(progress)

            try:
                latest = sweep(
                    read,
                    folder,
                    executor,
                    allow_code=allow_code,
                    new_version=new_version,
                    command=command,
                    on_progress=follow,
                    on_note=lambda sentence: print(tr(f"note: {sentence}", f"提示：{sentence}"), file=sys.stderr),
                )
            except Interrupted as stopped:
                latest = stopped.progress
                raise KeyboardInterrupt from None
        return _tell(folder, latest)


def _stopped(folder: Path, command: str, progress: Progress | None) -> str:
    if progress is None:
        return tr(
            f"stopped before any run; the same command goes on: {command}",
            f"已在运行前中止；重复同一命令即继续：{command}",
        )
    done, total = progress.done, progress.total
    return tr(
        f"stopped; {done:,} of {counted(total, 'run is', 'runs are')} stored in {folder}, and the same command goes on: {command}",
        f"已中止；{folder} 中已保存 {total:,} 次运行中的 {done:,} 次，重复同一命令即继续：{command}",
    )


def _tell(folder: Path, progress: Progress) -> int:
    """Write statistics and report; say what came of the sweep and what failed."""
    from sim.lab.sweep.answer import answer
    from sim.lab.sweep.results import SweepResults, write_summaries
    from sim.report import write_report

    results = SweepResults.load(folder)
    write_summaries(results)
    for sentence in answer(results):
        print(sentence)
    try:
        print(tr("Report: ", "报告：") + str(write_report(results, folder)))
    finally:
        print(
            tr(
                f"{counted(progress.done, 'run')} in {folder}, new: {progress.new:,}",
                f"{folder} 中共 {progress.done:,} 次运行，其中新增 {progress.new:,} 次",
            )
        )
    return _failures(folder) if progress.failed else 0


def _failures(folder: Path) -> int:
    from sim.lab.sweep.store import Store

    with Store.open(folder, write=False) as store:
        failed = store.failures()
    for row in failed.head(5).itertuples():
        last = str(row.error).strip().splitlines()[-1][:200]
        print(
            tr(
                f"failed twice: seed {row.seed} of scenario {row.scenario_hash}: {last}; to repeat it: {row.command}",
                f"两次失败：情景 {row.scenario_hash}、种子 {row.seed}：{last}；重现命令：{row.command}",
            ),
            file=sys.stderr,
        )
    print(
        tr(
            f"stations: {counted(len(failed), 'run')} failed twice and {'is' if len(failed) == 1 else 'are'} missing from the results; the same command tries again",
            f"stations: 有 {len(failed):,} 次运行两次失败，结果中缺失；重复同一命令将再次尝试",
        ),
        file=sys.stderr,
    )
    return EXIT_SOME_FAILED


def _executor(workers: str, jobs: int, cluster: str | None) -> Executor:
    from sim.compile import model_digest
    from sim.lab.sweep.executors import Cluster, local

    return Cluster(cluster, model_digest) if cluster else local(workers, jobs)


def _again(design: str, folder: Path, allow_code: bool) -> str:
    """The command that goes on."""
    words = ["stations", "sweep", design, "--out", str(folder), *(["--allow-code"] if allow_code else [])]
    return command_line(words)


def _about(work: Planned) -> str:
    """The question and what is to be run for it."""
    design = work.design
    question = str(design.question)
    seeds = design.seeds
    n_points, n_arms = len(design.points), len(work.arms)
    points = tr(counted(n_points, "point"), f"{n_points:,} 个点")
    if n_arms < n_points:
        points += tr(f" ({counted(n_arms, 'different scenario')})", f"（{n_arms:,} 个不同情景）")
    if seeds.until:
        wanted = ", ".join(f"{name} ±{width:g}" for name, width in seeds.until.items())
        drawn = tr(
            f"{seeds.at_least} to {seeds.at_most:,} seeds, until {wanted}",
            f"{seeds.at_least} 至 {seeds.at_most:,} 个种子，直至 {wanted}",
        )
    else:
        drawn = tr(counted(seeds.at_most, "seed"), f"{seeds.at_most:,} 个种子")
    runs = n_arms * seeds.at_most
    most = tr("at most ", "至多 ") if seeds.until else ""
    return f"{question}\n" + tr(
        f"{points} x {drawn} = {most}{counted(runs, 'run')}", f"{points} × {drawn} = {most}{runs:,} 次运行"
    )


def _dry_run(work: Planned, folder: Path, jobs: int, new_version: bool, allow_code: bool) -> int:
    from sim.cli.jobs import ready

    print(_about(work))
    for factor in work.design.factors:
        title = str(factor.title)
        if factor.levels:
            said = ", ".join(level.name for level in factor.levels)
        else:
            said = tr(f"{factor.low:g} to {factor.high:g}", f"{factor.low:g} 至 {factor.high:g}")
        print(f"  {factor.name} ({title}): {said}")
    runs = work.design.seeds.at_most * len(work.arms)
    done = _already(work, folder, new_version)
    if done:
        print(tr(f"{done:,} of them are stored already", f"其中 {done:,} 次已保存"))
    ready([work.design.base_scenario], allow_code)
    history, each, size = _sample(work, allow_code)
    n_histories = sum(-(-len(family) // 24) for family in work.families) * work.design.seeds.at_most
    share = (runs - done) / max(1, runs)
    seconds = share * (history * n_histories + each * runs) / jobs
    print(
        tr(
            f"about {_duration(seconds)} on {counted(jobs, 'core')} of this machine, {runs * size / 1e6:,.1f} MB on disk (from a timed sample: "
            f"a history {history:.2f} s, a run from it {each:.2f} s; give or take a quarter)",
            f"本机 {jobs} 核约需 {_duration(seconds)}，磁盘约 {runs * size / 1e6:,.1f} MB（由计时样本估计：历史 {history:.2f} 秒，"
            f"由其分支一次 {each:.2f} 秒；误差约四分之一）",
        )
    )
    print(tr(f"would write {folder}", f"将写入 {folder}"))
    return 0


def _already(work: Planned, folder: Path, new_version: bool) -> int:
    """How many of the runs are stored. Raises Mistake where the folder holds another version of the design."""
    from sim.lab.sweep.store import Store
    from sim.lab.sweep.version import refuse_other_version

    if not (folder / "ledger.sqlite").is_file():
        return 0
    with Store.open(folder, write=False) as store:
        damages = store.check()
        refuse_other_version(folder, store, work, new_version=new_version, damages=damages)
        done = store.done().difference(*(store.runs_of(damage) for damage in damages))
    seeds = range(1, work.design.seeds.at_most + 1)
    return sum(work.run(arm, seed) in done for arm in work.arms for seed in seeds)


def _sample(work: Planned, allow_code: bool) -> tuple[float, float, float]:
    """Seconds of a history, seconds of a run that branches from it, bytes stored per run; measured."""
    from sim.lab.sweep.work import do, tables_of

    family = max(work.families, key=len)

    def timed(n: int) -> tuple[float, Any]:
        chunk = work.chunk(family[:n], 1, allow_code=allow_code)
        found = []
        seconds = []
        for _ in range(2):
            began = time.perf_counter()
            found.append(do(chunk))
            seconds.append(time.perf_counter() - began)
        return min(seconds), found[-1]

    one, found = timed(1)
    n = min(4, len(family))
    each = (timed(n)[0] - one) / (n - 1) if n > 1 else one
    # Where nothing shares a history, all of a run is counted as the run.
    if found.errors:
        raise Mistake(
            tr("the sample failed: ", "样本运行失败：") + next(iter(found.errors.values())).strip().splitlines()[-1]
        )
    ids = {(name, found.chunk.seed, found.chunk.model): "0" * 32 for name in found.runs}
    tables = tables_of([found], ids)
    stored = sum(column.nbytes for table in tables.values() for column in table.columns if str(column.type) == "double")
    return max(0.0, one - each), max(1e-4, each), stored + 250.0


def _duration(seconds: float) -> str:
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
            time_left = _duration(left / max(1e-9, rate))
            parts.append(tr(f"about {time_left} left", f"约剩 {time_left}"))
    if progress.failed:
        parts.append(tr(f"{progress.failed} failed", f"{progress.failed} 次失败"))
    if progress.widths:
        parts += [
            f"{name} ±{now:.3g} ({tr('wanted', '要求')} ±{wanted:.3g})"
            for name, (now, wanted) in progress.widths.items()
        ]
    return tr(", ", "，").join(parts)


@contextmanager
def _shown() -> Iterator[Callable[[Progress], None]]:
    """A bar on a terminal, a plain line now and then elsewhere."""
    if sys.stderr.isatty():
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
        from rich.progress import Progress as Bar

        columns = (BarColumn(bar_width=24), MofNCompleteColumn(), TextColumn("{task.description}"))
        with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task("", total=None)

            def update(progress: Progress) -> None:
                bar.update(
                    task, total=progress.total, completed=progress.done + progress.failed, description=_status(progress)
                )

            yield update
        return
    shown = time.monotonic()

    def line(progress: Progress) -> None:
        nonlocal shown
        now = time.monotonic()
        if now - shown >= SECONDS_BETWEEN_LINES or (progress.new and progress.done + progress.failed == progress.total):
            shown = now
            done = tr(f"runs: {progress.done:,} of {progress.total:,}", f"运行：{progress.done:,}/{progress.total:,}")
            print(tr(", ", "，").join(part for part in (done, _status(progress)) if part), file=sys.stderr, flush=True)

    yield line
