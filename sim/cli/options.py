"""Arguments and options that several commands have, in the language in force."""

from __future__ import annotations

import os
import re
from pathlib import Path

import click

from sim.lab.doubt.choose import DOUBT, DOUBTS
from sim.language import tr

EXPLAINED = ("parameters", "levers", "structure", "phases", "observations", "scenario", "place")
"""What `explain` explains."""
MOST_PARTS = 200
"""Of a longer list, no names with commas are looked for among the files."""


def scenario_argument(default: str | None = None) -> click.Argument:
    if default is None:
        return click.Argument(["scenario"])
    return click.Argument(["scenario"], required=False, default=default)


def set_option() -> click.Option:
    return click.Option(
        ["--set", "sets"],
        multiple=True,
        metavar="KEY=VALUE",
        help=tr(
            "Change a key of the scenario, e.g. --set levers.pay=3500; may be repeated.",
            "修改情景中的一项，如 --set levers.pay=3500；可重复。",
        ),
    )


def allow_code_option() -> click.Option:
    return click.Option(
        ["--allow-code"],
        is_flag=True,
        help=tr(
            "Run the Python that a scenario or policy names; only for files that you trust.",
            "允许运行情景或政策所引用的 Python 代码；仅用于您信任的文件。",
        ),
    )


def threshold_option() -> click.Option:
    return click.Option(
        ["--threshold", "thresholds"],
        multiple=True,
        metavar="OUTCOME=VALUE",
        help=tr(
            "Say the chance over seeds that an outcome reaches a value, e.g. coverage=0.13, 'coverage>=13%' or 'turnover<=0.15'; may be repeated.",
            "给出结果达到某值的概率（按种子计），如 coverage=0.13、'coverage>=13%' 或 'turnover<=0.15'；可重复。",
        ),
    )


def doubt_option() -> click.Option:
    kinds = "|".join(DOUBTS)
    return click.Option(
        ["--doubt"],
        metavar=f"{kinds}|DIR",
        default=None,
        help=tr(
            f"What is drawn anew in every world (a draw and a seed), the same in all arms: the city's assumed numbers, by what its figures leave of them "
            f"(posterior, or the folder DIR of one) or before these (prior); default: {DOUBT}.",
            f"每个情形（一组抽取值加一个种子）重新抽取什么，各比较组相同：城市的假设数值，依据其指标（posterior，或后验文件夹 DIR）或指标之前（prior）；默认 {DOUBT}。",
        ),
    )


def out_options() -> list[click.Parameter]:
    return [
        click.Option(
            ["--out"],
            type=click.Path(path_type=Path),
            help=tr(
                "Folder for the results; default: a new one under results/.", "结果文件夹；默认在 results/ 下新建。"
            ),
        ),
        click.Option(
            ["--force"],
            is_flag=True,
            help=tr("Replace the results that stand in --out.", "覆盖 --out 中已有的结果。"),
        ),
    ]


def names_in(listed: str) -> list[str]:
    """The names in a list with commas, those of a Chinese keyboard, too; a file whose name holds a comma is one of them."""
    parts = re.split("([,，、])", listed)  # names, and between them the commas
    found: list[str] = []
    first = 0
    while first < len(parts):
        longer = range(len(parts), first + 1, -2) if len(parts) <= MOST_PARTS else ()
        last = next((end for end in longer if os.path.isfile("".join(parts[first:end]).strip())), first + 1)
        found.append("".join(parts[first:last]).strip())
        first = last + 1
    return [name for name in found if name]


def folder_argument() -> click.Argument:
    return click.Argument(["folder"], metavar="DIR", type=click.Path(path_type=Path))


def jobs_option(en: str = "Threads", zh: str = "线程数") -> click.Option:
    return click.Option(
        ["--jobs"],
        type=click.IntRange(1, 1024),
        default=None,
        help=tr(f"{en}; default: all cores.", f"{zh}；默认用全部核心。"),
    )


def executor_options() -> list[click.Parameter]:
    """Where, and how many at a time, the runs of a design are done."""
    return [
        jobs_option("Threads or processes", "线程或进程数"),
        click.Option(
            ["--workers"],
            type=click.Choice(["threads", "processes", "serial"]),
            default="threads",
            show_default=True,
            help=tr(
                "Where runs are done; processes survive one that is killed.",
                "运行方式；processes 方式下单个进程意外终止不影响其余。",
            ),
        ),
        click.Option(
            ["--cluster"],
            metavar="ADDRESS",
            default=None,
            help=tr(
                "Send the runs to the Dask cluster whose scheduler is at ADDRESS, e.g. tcp://10.0.0.5:8786.",
                "将运行发送到调度器地址为 ADDRESS 的 Dask 集群，如 tcp://10.0.0.5:8786。",
            ),
        ),
    ]


def dry_run_option() -> click.Option:
    return click.Option(
        ["--dry-run"],
        is_flag=True,
        help=tr("Check everything and say what would run; run nothing.", "只检查并说明将运行什么。"),
    )
