"""The commands of sweeps, their options and their help, in the language in force."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from sim.cli.options import allow_code_option, doubt_option, executor_options, folder_argument, threshold_option
from sim.language import tr


def sweep_command() -> click.Command:
    """`stations sweep`"""

    def callback(**options: Any) -> int:
        from sim.cli.sweep_jobs import sweep_job

        return sweep_job(**options)

    return click.Command(
        "sweep",
        callback=callback,
        help=tr(
            "Run the experiment DESIGN (a design.yaml, its folder, or a shipped name): every point of its plan under the same "
            "seeds. The same command goes on where it was stopped, and runs only what is new.",
            "运行实验设计 DESIGN（design.yaml、其所在文件夹或内置名称）：其中每个设计点使用相同的随机种子。重复同一命令即从中断处继续，只运行尚缺的部分。",
        ),
        params=[
            click.Argument(["design"]),
            click.Option(
                ["--out"],
                type=click.Path(path_type=Path),
                help=tr(
                    "Folder for the results; default: results/sweep-NAME.", "结果文件夹；默认 results/sweep-名称。"
                ),
            ),
            click.Option(
                ["--dry-run"],
                is_flag=True,
                help=tr(
                    "Check everything; say how many runs, how long (from a timed sample) and how much disk.",
                    "只检查，并说明运行次数、耗时（由计时样本估计）与磁盘占用。",
                ),
            ),
            *executor_options(),
            threshold_option(),
            doubt_option(),
            click.Option(
                ["--new-version"],
                is_flag=True,
                help=tr(
                    "Go on although the model or a scenario has changed; what differs is run anew, old runs stay stored.",
                    "模型或情景已变时仍继续；不同之处重新运行，旧运行仍保留。",
                ),
            ),
            allow_code_option(),
        ],
    )


def store_command() -> click.Group:
    """`stations store check`"""

    def check(folder: Path, repair: bool) -> int:
        from sim.cli.store_jobs import store_check_job

        return store_check_job(folder, repair)

    group = click.Group("store", help=tr("Look after the stored runs of a sweep.", "维护已存储的运行。"))
    group.add_command(
        click.Command(
            "check",
            callback=check,
            help=tr(
                "Verify every file of runs in DIR by checksum.",
                "按校验和检查 DIR 中的每个运行文件。",
            ),
            params=[
                folder_argument(),
                click.Option(
                    ["--repair"],
                    is_flag=True,
                    help=tr(
                        "Set damaged files aside, so that the same sweep runs them again.",
                        "将损坏的文件移到一旁，以便重新运行。",
                    ),
                ),
            ],
        )
    )
    return group


def export_command() -> click.Command:
    """`stations export`"""

    def callback(folder: Path, kind: str | None, out: Path | None) -> int:
        from sim.cli.store_jobs import export_job

        return export_job(folder, kind, out)

    return click.Command(
        "export",
        callback=callback,
        help=tr(
            "Write the tables of the results in DIR for other programs, with a codebook in both languages; or the tables of a city (a shipped "
            "name or a YAML file), which 'stations import' takes back.",
            "将 DIR 中的结果表连同中英文变量说明导出，供其他程序使用；也可导出城市（内置名称或 YAML 文件）的表格，'stations import' 可再读入。",
        ),
        params=[
            click.Argument(["folder"], metavar="DIR|CITY", type=click.Path(path_type=Path)),
            click.Option(
                ["--format", "kind"],
                type=click.Choice(["csv", "parquet", "xlsx", "dta", "sav"]),
                help=tr(
                    "What to write: csv, parquet, xlsx (one workbook), dta (Stata 14 and later) or sav (SPSS), the last two with labels in "
                    "the language of --lang; default: csv, of a city xlsx.",
                    "导出格式：csv、parquet、xlsx（一个工作簿）、dta（Stata 14 及以上）或 sav（SPSS），后两者的标签用 --lang 的语言；默认 csv，城市默认 xlsx。",
                ),
            ),
            click.Option(
                ["--out"],
                type=click.Path(path_type=Path),
                help=tr(
                    "Where to; default: DIR/export, of a city CITY.xlsx or CITY-tables.",
                    "导出位置；默认 DIR/export，城市为 CITY.xlsx 或 CITY-tables。",
                ),
            ),
        ],
    )
