"""`stations calibrate`: its options and help, in the language in force, and what it does."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sim.cli.options import (
    allow_code_option,
    dry_run_option,
    executor_options,
    scenario_argument,
    set_option,
)
from sim.language import counted, in_brackets, labelled, listed, tr

if TYPE_CHECKING:
    from sim.lab.doubt.calibrate import Wanted
    from sim.lab.doubt.posterior import Posterior

WORLDS_ASKED = 200
STEPS = 3.5
"""How many runs a proposal takes."""
PROPOSALS_PER_WORLD = 7


def calibrate_command() -> click.Command:
    """`stations calibrate`"""

    def callback(**options: Any) -> int:
        return calibrate_job(**options)

    return click.Command(
        "calibrate",
        callback=callback,
        help=tr(
            "Fit SCENARIO, a city, to its figures: worlds (values for all that is assumed, and a seed each) in which the city has what was counted there, "
            "all equally likely. The same command goes on where it was stopped, and a higher --effective adds worlds.",
            "使城市 SCENARIO 与其实测数据相符：给出若干同等可能的情形（各含一组假设取值与一个种子），其中城市具有实测数据。重复同一命令即从中断处继续；更大的 --effective 会增加情形。",
        ),
        params=[
            scenario_argument("t-city"),
            click.Option(
                ["--figures"],
                type=click.Path(path_type=Path, dir_okay=False),
                metavar="FILE",
                help=tr(
                    "A YAML file of figures, in place of the city's own.", "列出指标的 YAML 文件，取代城市自身的指标。"
                ),
            ),
            click.Option(
                ["--prior"],
                type=click.Choice(["pert", "uniform"]),
                default="pert",
                show_default=True,
                help=tr(
                    "How plausible ranges are read: the city's value most likely, or all values alike.",
                    "合理范围的理解方式：以城市取值为最可能，或各值同等可能。",
                ),
            ),
            click.Option(
                ["--effective"],
                type=click.IntRange(1, 100_000),
                default=WORLDS_ASKED,
                show_default=True,
                help=tr("How many equally likely worlds.", "同等可能的情形个数。"),
            ),
            click.Option(
                ["--out"],
                type=click.Path(path_type=Path),
                help=tr(
                    "Folder for the posterior; default: NAME.posterior beside the city's file, results/calibrate-NAME for a shipped city.",
                    "后验文件夹；默认在城市文件旁的 NAME.posterior，内置城市为 results/calibrate-名称。",
                ),
            ),
            click.Option(
                ["--force"], is_flag=True, help=tr("Replace another posterior in --out.", "覆盖 --out 中的其他后验。")
            ),
            *executor_options(),
            set_option(),
            allow_code_option(),
            dry_run_option(),
        ],
    )


def calibrate_job(
    scenario: str,
    figures: Path | None,
    prior: str,
    effective: int,
    out: Path | None,
    force: bool,
    jobs: int | None,
    workers: str,
    cluster: str | None,
    sets: tuple[str, ...],
    allow_code: bool,
    dry_run: bool,
) -> int:
    """`stations calibrate`"""
    from sim.cli.exits import EXIT_NOT_FITTED
    from sim.cli.runs import executor_of, n_jobs, ready, shown
    from sim.cli.stopping import if_asked
    from sim.lab.doubt.calibrate import (
        Contradicted,
        Halted,
        calibrate_into,
        place_for,
        stopped,
        wanted_of,
        with_figures,
    )
    from sim.lab.doubt.posterior import home_of
    from sim.lab.say.commands import command_line
    from sim.scenario.load import load_scenario

    jobs = n_jobs(workers, jobs, cluster)
    city = load_scenario(scenario, sets=sets)
    if figures is not None:
        city = with_figures(city, figures)
    wanted = wanted_of(city, prior, effective, allow_code=allow_code)
    folder = out or home_of(city)[1]
    there = place_for(folder, wanted, force=force)
    if dry_run:
        return _dry_run(wanted, folder, jobs, allow_code, there)
    words = ["stations", "calibrate", scenario, *(["--figures", str(figures)] if figures else [])]
    words += ["--prior", prior, "--effective", str(effective)]
    words += [word for assignment in sets for word in ("--set", assignment)]
    words += ["--out", str(folder), *(["--force"] if force else []), *(["--allow-code"] if allow_code else [])]
    command = command_line(words)
    for line in _about(wanted):
        print(line)
    done_so_far = 0
    with if_asked(lambda: stopped(folder, command, done_so_far)):
        ready([city], allow_code)
        executor = executor_of(workers, jobs, cluster)
        with shown(tr("proposals", "提议")) as show:

            def follow(done: int, total: int) -> None:
                nonlocal done_so_far
                done_so_far = done
                show(done, total)

            try:
                found = calibrate_into(folder, wanted, executor, force=force, command=command, on_progress=follow)
            except Contradicted as why:
                print(f"stations: {why}", file=sys.stderr)
                return EXIT_NOT_FITTED
            except Halted as halted:
                done_so_far = halted.done
                raise KeyboardInterrupt from None
        return _tell(found)


def _tell(found: Posterior) -> int:
    from sim.report.posterior import told, write_posterior_report

    for sentence in told(found):
        print(sentence)
    print(tr("Report: ", "报告：") + str(write_posterior_report(found)))
    print(tr(f"Posterior: {found.folder}", f"后验：{found.folder}"))
    return 0


def _about(wanted: Wanted) -> list[str]:
    """What is to be fitted, and what is in doubt."""
    from sim.lab.doubt.prior import told
    from sim.lab.doubt.proposals import key

    calibrated = wanted.calibrated
    fitted = [key(figure) for figure in calibrated.fitted]
    checks = [key(figure) for figure in calibrated.figures if figure not in calibrated.fitted]
    solved = [one.name for one in calibrated.prior if one.is_solved]
    n = len(calibrated.prior)
    return [
        tr(
            f"prior: {wanted.shape}, {counted(n, 'number')} in doubt", f"先验：{wanted.shape}，{n:,} 个数值带有不确定性"
        ),
        labelled(tr("fitted", "拟合"), listed(fitted)),
        labelled(tr("checks, never fitted", "仅作检验"), listed(checks) or tr("none", "无")),
        labelled(
            tr("there to be solved for", "可求解的数值"),
            listed(solved) or tr("whatever moves a figure most", "对指标影响最大者"),
        ),
        *told(calibrated.prior, calibrated.scenario),
    ]


def _dry_run(wanted: Wanted, folder: Path, jobs: int, allow_code: bool, there: Posterior | None) -> int:
    from sim.cli.runs import duration, ready
    from sim.lab.doubt.proposals import PILOT, tasks

    for line in _about(wanted):
        print(line)
    ready([wanted.calibrated.scenario], allow_code)
    (task,) = tasks(wanted.calibrated, [PILOT, PILOT + 1, PILOT + 2], None, wanted.model, allow_code=allow_code)
    began = time.perf_counter()
    task.done()
    each = (time.perf_counter() - began) / 3
    n_there = 0 if there is None else int(there.facts["n_worlds"])
    proposals = max(wanted.effort.first, PROPOSALS_PER_WORLD * max(0, wanted.n_worlds - n_there))
    runs = (0 if n_there else wanted.effort.pilot) + STEPS * proposals
    if n_there:
        print(tr(f"{counted(n_there, 'world is', 'worlds are')} there already", f"已有 {n_there:,} 个情形"))
    size = in_brackets(tr(f"a run {each:.2f} s", f"每次运行 {each:.2f} 秒"))
    print(
        tr(
            f"{counted(wanted.n_worlds, 'world')}: about {counted(proposals, 'proposal')}, {duration(each * runs / jobs)} on {counted(jobs, 'core')} {size}; "
            "how many depends on how well the figures fit",
            f"{wanted.n_worlds:,} 个情形：约 {proposals:,} 个提议，{jobs} 核约 {duration(each * runs / jobs)}{size}；实际数目取决于指标的相符程度",
        )
    )
    print(tr(f"would write {folder}", f"将写入 {folder}"))
    return 0
