"""`stations sweep`: check, say what is to be done, run it, store it, tell what came of it."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.cli.exits import EXIT_SOME_FAILED
from sim.cli.runs import already, already_told, duration, executor_of, n_jobs, ready, run_design, warn
from sim.cli.stopping import if_asked
from sim.lab.kept.store import check_folder
from sim.lab.say.commands import command_line
from sim.lab.say.doubt_asked import doubt_told, twins_told
from sim.lab.say.stopped import failed_told, stopped
from sim.language import counted, in_brackets, labelled, listed, tr
from sim.mistakes import Mistake

if TYPE_CHECKING:
    from sim.lab.run.agenda import Agenda
    from sim.lab.run.session import Progress
    from sim.scenario.schema import Scenario


def sweep_job(
    design: str,
    out: Path | None,
    dry_run: bool,
    jobs: int | None,
    workers: str,
    cluster: str | None,
    thresholds: Sequence[str],
    new_version: bool,
    allow_code: bool,
    doubt: str | None,
) -> int:
    """`stations sweep`"""
    from sim.lab.design.read_design import read_design
    from sim.lab.run.agenda import agenda_of
    from sim.lab.run.session import default_folder
    from sim.lab.sums.chances import thresholds_of
    from sim.lab.sweep import thresholds_there

    jobs = n_jobs(workers, jobs, cluster)
    read = read_design(design)
    folder = out or default_folder(read)
    check_folder(folder)
    asked = [one.text for one in thresholds_of(thresholds, "--threshold")] or thresholds_there(folder)
    first: list[Scenario] = []
    command = _again(design, folder, allow_code, doubt)
    with if_asked(lambda: stopped(folder, command, None)):
        agenda = agenda_of(read, allow_code=allow_code, on_scenario=first.append, doubt=doubt)
        if dry_run:
            return _dry_run(agenda, folder, jobs, new_version, allow_code)

        print(_about(agenda))
        warn(agenda.warnings)
        ready(first, allow_code)
        executor = executor_of(workers, jobs, cluster)
    print(
        tr(
            f"Results: {folder} (Ctrl-C stops; the same command goes on)",
            f"结果：{folder}（Ctrl-C 可中止；重复同一命令即继续）",
        )
    )
    progress = run_design(
        read,
        folder,
        executor,
        command=command,
        allow_code=allow_code,
        new_version=new_version,
        thresholds=asked,
        doubt=doubt,
    )
    with if_asked(lambda: stopped(folder, command, progress)):
        return _tell(folder, progress)


def _tell(folder: Path, progress: Progress) -> int:
    """Write statistics and report; say what came of the sweep and what failed."""
    from sim.lab.finish import write_summaries
    from sim.lab.kept.opening import open_results
    from sim.lab.say.answer_of_sweep import answer
    from sim.lab.say.chances import chances_told
    from sim.report.page import REPORT, write_report

    results = open_results(folder)
    write_summaries(results)
    for sentence in (*answer(results), *chances_told(results)):
        print(sentence)
    try:
        print(tr("Report: ", "报告：") + str(write_report(results, folder / REPORT)))
    finally:
        print(
            tr(
                f"{counted(progress.done, 'run')} in {folder}, new: {progress.new:,}",
                f"{folder} 中共 {progress.done:,} 次运行，其中新增 {progress.new:,} 次",
            )
        )
    return _failures(folder) if progress.failed else 0


def _failures(folder: Path) -> int:
    for sentence in failed_told(folder):
        print(sentence, file=sys.stderr)
    return EXIT_SOME_FAILED


def _again(design: str, folder: Path, allow_code: bool, doubt: str | None) -> str:
    """The command that goes on."""
    words = ["stations", "sweep", design, "--out", str(folder), *(["--allow-code"] if allow_code else [])]
    return command_line([*words, *([] if doubt is None else ["--doubt", doubt])])


def _about(agenda: Agenda) -> str:
    """The question and what is to be run for it."""
    design = agenda.design
    question = str(design.question)
    seeds = design.seeds
    n_points, n_arms = len(design.points), len(agenda.arms)
    points = tr(counted(n_points, "point"), f"{n_points:,} 个设计点")
    if n_arms < n_points:
        points += in_brackets(tr(counted(n_arms, "different scenario"), f"{n_arms:,} 个不同情景"))
    if seeds.until:
        wanted = listed(f"{name} ±{width:g}" for name, width in seeds.until.items())
        drawn = tr(
            f"{seeds.at_least} to {seeds.at_most:,} seeds, until {wanted}",
            f"{seeds.at_least} 至 {seeds.at_most:,} 个种子，直至 {wanted}",
        )
    else:
        drawn = tr(counted(seeds.at_most, "seed"), f"{seeds.at_most:,} 个种子")
    runs = n_arms * seeds.at_most
    most = tr("at most ", "至多 ") if seeds.until else ""
    lines = [
        question,
        tr(f"{points} x {drawn} = {most}{counted(runs, 'run')}", f"{points} × {drawn} = {most}{runs:,} 次运行"),
    ]
    for worlds in agenda.worlds.values() or [None]:
        lines += doubt_told(worlds, agenda.doubt, agenda.known)
    lines.append(twins_told(len(agenda.twins(seeds.at_most)), seeds.at_most))
    return "\n".join(filter(None, lines))


def _dry_run(agenda: Agenda, folder: Path, jobs: int, new_version: bool, allow_code: bool) -> int:
    print(_about(agenda))
    for factor in agenda.design.factors:
        if factor.levels:
            said = listed(level.name for level in factor.levels)
        else:
            said = tr(f"{factor.low:g} to {factor.high:g}", f"{factor.low:g} 至 {factor.high:g}")
        print(f"  {labelled(factor.name + in_brackets(factor.title), said)}")
    warn(agenda.warnings)
    n_numbers = len(agenda.numbers(agenda.design.seeds.at_most))
    runs = n_numbers * len(agenda.arms)
    print(already_told(agenda, folder, new_version=new_version), end="")
    done = already(agenda, folder, new_version)
    ready([agenda.design.base_scenario], allow_code)
    history, each, size = _sample(agenda, allow_code)
    n_histories = sum(-(-len(family) // 24) for family in agenda.families) * n_numbers
    share = (runs - done) / max(1, runs)
    seconds = share * (history * n_histories + each * runs) / jobs
    print(
        tr(
            f"about {duration(seconds)} on {counted(jobs, 'core')} of this machine, {runs * size / 1e6:,.1f} MB on disk (from a timed sample: "
            f"a history {history:.2f} s, a run from it {each:.2f} s; give or take a quarter)",
            f"本机 {jobs} 核约需 {duration(seconds)}，磁盘约 {runs * size / 1e6:,.1f} MB（由计时样本估计：历史 {history:.2f} 秒，"
            f"由其分支一次 {each:.2f} 秒；误差约四分之一）",
        )
    )
    print(tr(f"would write {folder}", f"将写入 {folder}"))
    return 0


def _sample(agenda: Agenda, allow_code: bool) -> tuple[float, float, float]:
    """Seconds of a history, seconds of a run that branches from it, bytes stored per run; measured."""
    from sim.lab.run.work import do, tables_of

    family = max(agenda.families, key=len)

    def timed(n: int) -> tuple[float, Any]:
        chunk = agenda.chunk(family[:n], 1, allow_code=allow_code)
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
