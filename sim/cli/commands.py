"""The commands, their options and their help, in the language in force."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from sim.cli.options import (
    EXPLAINED,
    allow_code_option,
    doubt_option,
    dry_run_option,
    executor_options,
    folder_argument,
    jobs_option,
    out_options,
    scenario_argument,
    set_option,
    threshold_option,
)
from sim.cli.stopping import Passing
from sim.language import labelled, listed, tr
from sim.mistakes import Mistake, did_you_mean
from sim.seeds import STORED_SEED_BITS


class _Commands(click.Group):
    """A group that suggests a command for a mistyped one."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt as asked:
            raise Passing from asked

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        name = args[0] if args else ""
        if self.get_command(ctx, name) is None:
            known = labelled(tr("known", "可用"), listed(self.list_commands(ctx)))
            guess = did_you_mean(name, self.list_commands(ctx))
            raise Mistake(f"no such command: '{name}'{guess}; {known}", f"没有这个命令：'{name}'{guess}；{known}")
        return super().resolve_command(ctx, args)

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)  # in the order of the list below, which is that of use


def _version(ctx: click.Context, _: click.Parameter, value: bool) -> None:
    if value:
        from importlib.metadata import PackageNotFoundError, version

        try:
            said = version("social-work-stations")
        except PackageNotFoundError:
            how = "python -m pip install -e ."
            said = tr(
                f"of no known version: it runs without being installed ({how})",
                f"版本未知：程序未经安装直接运行（{how}）",
            )
        click.echo(f"social-work-stations {said}")
        ctx.exit()


def make_commands() -> click.Group:
    """Build the command group with help in the language in force."""
    group = _Commands(
        "stations",
        help=tr(
            "An agent-based policy laboratory for social work stations. 'stations compare' is the main job: which of "
            "the proposals helps T City's stations, by how much, at what cost, and how sure is that?",
            "社工站政策模拟实验室。主任务是 'stations compare'：哪些建议对 T 市社工站有帮助、帮助多大、成本多少、把握多大？",
        ),
        epilog=tr("--lang en|zh may stand anywhere.", "--lang en|zh 可放在任何位置。"),
        no_args_is_help=True,
        params=[
            click.Option(
                ["--version"],
                is_flag=True,
                is_eager=True,
                expose_value=False,
                callback=_version,
                help=tr("Show the version.", "显示版本。"),
            )
        ],
    )
    from sim.cli.calibrate_commands import calibrate_command
    from sim.cli.import_commands import import_command
    from sim.cli.sweep_commands import export_command, store_command, sweep_command
    from sim.cli.view_commands import view_command

    commands = (
        _run(),
        _compare(),
        sweep_command(),
        calibrate_command(),
        view_command(),
        _report(),
        import_command(),
        _validate(),
        _explain(),
        _reproduce(),
        export_command(),
        store_command(),
    )
    for command in commands:
        group.add_command(command)
    return group


def _run() -> click.Command:
    def callback(**options: Any) -> int:
        from sim.cli.jobs import run_job

        return run_job(**options)

    return click.Command(
        "run",
        callback=callback,
        help=tr(
            "Run one SCENARIO (a shipped name or a YAML file) once: monthly tables, provenance, a summary.",
            "对一个情景 SCENARIO（内置名称或 YAML 文件）运行一次：月度表、来源记录与摘要。",
        ),
        params=[
            scenario_argument(),
            click.Option(
                ["--seed"],
                type=click.IntRange(0, 2**STORED_SEED_BITS - 1),
                default=1,
                show_default=True,
                help=tr("Seed.", "随机种子。"),
            ),
            click.Option(
                ["--policy", "policies"],
                multiple=True,
                metavar="NAME",
                help=tr("Lay a policy over the scenario; may be repeated.", "在情景上叠加一项政策；可重复。"),
            ),
            set_option(),
            doubt_option(),
            *out_options(),
            allow_code_option(),
            click.Option(["--csv"], is_flag=True, help=tr("Write CSV beside Parquet.", "同时写出 CSV。")),
            dry_run_option(),
        ],
    )


def _compare() -> click.Command:
    def callback(**options: Any) -> int:
        from sim.cli.jobs import compare_job

        return compare_job(**options)

    return click.Command(
        "compare",
        callback=callback,
        help=tr(
            "Compare policies in a SCENARIO (default: T City): history once per seed, every policy branched from it, "
            "paired differences with 95 % intervals, costs, and the answer in three sentences.",
            "在情景 SCENARIO（默认 T 市）中比较政策：每个种子只模拟一次历史，各政策由此分支，给出配对差异及 95% 区间、成本与三句话结论。",
        ),
        params=[
            scenario_argument("t-city"),
            click.Option(
                ["--policies"],
                default=None,
                metavar="NAMES",
                help=tr(
                    "Names or files, separated by commas, or 'all'; default: the paper's three proposals and all three together.",
                    "政策名称或文件，用逗号分隔，或 'all'；默认为论文三项建议及三者合并。",
                ),
            ),
            click.Option(
                ["--seeds"],
                type=click.IntRange(1, 100_000),
                default=100,
                show_default=True,
                help=tr("How many seeds (1, 2, ...).", "种子个数（1、2……）。"),
            ),
            *executor_options(),
            set_option(),
            click.Option(
                ["--window"],
                metavar="MONTHS",
                help=tr(
                    "The months that outcomes are taken over, e.g. 2026-01..2027-12, either end left out; default: from the policies' start to the end.",
                    "结果取自的月份，如 2026-01..2027-12，两端均可省略；默认自政策起始至结束。",
                ),
            ),
            threshold_option(),
            doubt_option(),
            *out_options(),
            allow_code_option(),
            dry_run_option(),
        ],
    )


def _report() -> click.Command:
    def callback(**options: Any) -> int:
        from sim.cli.jobs import report_job

        return report_job(**options)

    return click.Command(
        "report",
        callback=callback,
        help=tr(
            "Remake report.html from the results, or the posterior, stored in DIR, in English or Chinese (--lang); nothing is run.",
            "由 DIR 中存储的结果或后验重新生成 report.html（--lang 选择中文或英文）；不重新运行模型。",
        ),
        params=[
            folder_argument(),
            click.Option(
                ["--figures"],
                type=click.Choice(["png", "svg", "pdf"]),
                help=tr("Write every figure to DIR/figures instead of the report.", "改为把每幅图写入 DIR/figures。"),
            ),
            threshold_option(),
            click.Option(
                ["--out"],
                type=click.Path(path_type=Path, dir_okay=False),
                metavar="FILE",
                help=tr("Write the report here instead.", "报告改写到此文件。"),
            ),
        ],
    )


def _validate() -> click.Command:
    def callback(files: tuple[str, ...]) -> int:
        from sim.cli.jobs import validate_job

        return validate_job(files)

    return click.Command(
        "validate",
        callback=callback,
        help=tr("Check scenario, policy and design FILES.", "检查情景、政策与实验设计文件 FILES。"),
        params=[click.Argument(["files"], nargs=-1, required=True)],
    )


def _explain() -> click.Command:
    def callback(topic: str, name: str | None, seed: int | None, city: str | None) -> int:
        from sim.cli.explain import explain_job

        return explain_job(topic, name, seed, city)

    return click.Command(
        "explain",
        callback=callback,
        help=tr(
            "Explain parameters, levers, structure, phases, observations, or a scenario by NAME (without NAME: list them); or list the communities of a city, as CSV: place NAME.",
            "说明 parameters（参数）、levers（政策工具）、structure（结构选项）、phases（环节）、observations（观测）或 scenario NAME（情景）；place NAME 以 CSV 列出一个城市的社区。",
        ),
        params=[
            click.Argument(["topic"], metavar="|".join(EXPLAINED)),
            click.Argument(["name"], required=False, default=None),
            click.Option(
                ["--seed"],
                type=click.IntRange(0, 2**STORED_SEED_BITS - 1),
                help=tr(
                    "With place: also the grid strengths that this seed draws.",
                    "用于 place：同时列出该种子抽取的网格强度。",
                ),
            ),
            click.Option(
                ["--in", "city"],
                metavar="CITY",
                help=tr(
                    "With scenario POLICY: what it changes in this city, by town (default: the paper's).",
                    "用于 scenario POLICY：在该城市各镇改变什么（默认为论文所述城市）。",
                ),
            ),
        ],
    )


def _reproduce() -> click.Command:
    def callback(folder: Path, jobs: int | None, runs: int, allow_code: bool) -> int:
        from sim.cli.jobs import reproduce_job

        return reproduce_job(folder, jobs, runs, allow_code)

    return click.Command(
        "reproduce",
        callback=callback,
        help=tr(
            "Run the results in DIR again from their provenance and say whether every number is identical.",
            "按来源记录重新运行 DIR 中的结果，并说明每个数字是否一致。",
        ),
        params=[
            allow_code_option(),
            folder_argument(),
            jobs_option(),
            click.Option(
                ["--runs"],
                type=click.IntRange(1, 1_000_000),
                default=20,
                show_default=True,
                help=tr("Of a sweep: how many runs, spread evenly.", "对批量实验：重新运行的次数（均匀抽取）。"),
            ),
        ],
    )
