"""`stations import`: tables of towns in, a city's file out, and what was understood on the terminal before it is written."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sim.language import counted, tr
from sim.mistakes import Mistake

if TYPE_CHECKING:
    from sim.scenario.imported import Imported

MOST_TOWNS_SHOWN = 20
"""Towns that the terminal lists."""
CITY_FILE = Path("my-city.yaml")


def import_command() -> click.Command:
    def callback(**options: Any) -> int:
        return import_job(**options)

    return click.Command(
        "import",
        callback=callback,
        help=tr(
            "Make a city's file from TABLES of its towns (CSV, XLSX, XLS, ODS): one row a town, with headings such as Town, "
            "Population, Posts, Pay, in English or Chinese. What was understood is shown before it is written; what no table says is T City's.",
            "由镇（街道）表格 TABLES（CSV、XLSX、XLS、ODS）生成城市文件：每镇一行，标题如 镇、人口、岗位、月工资（中英文均可）。"
            "写入前先显示所理解的内容；表中未给出的按 T 市。",
        ),
        params=[
            click.Argument(["tables"], nargs=-1, metavar="TABLES", type=click.Path(path_type=Path)),
            click.Option(
                ["--out"],
                type=click.Path(path_type=Path),
                metavar="FILE",
                help=tr(f"The file to write; default: {CITY_FILE}.", f"要写入的文件；默认为 {CITY_FILE}。"),
            ),
            click.Option(
                ["--sheet", "sheets"],
                multiple=True,
                metavar="NAME",
                help=tr("Read this sheet alone; may be repeated.", "只读取此工作表；可重复。"),
            ),
            click.Option(
                ["--population"],
                metavar="WORD",
                help=tr(
                    "Of several columns of population, the one whose heading has this word, e.g. 常住 or resident.",
                    "有多列人口时，取标题含此词的一列，如 常住。",
                ),
            ),
            click.Option(
                ["--posts-per-10000"],
                type=float,
                metavar="NUMBER",
                help=tr(
                    "Posts per 10,000 residents, for towns whose posts no table says; at least 1 each.",
                    "表中未给出岗位数的镇，按每万名居民的岗位数推算，每站至少 1 个。",
                ),
            ),
            click.Option(["--title"], metavar="TEXT", help=tr("The city's title.", "城市的标题。")),
            click.Option(
                ["--template"],
                is_flag=True,
                help=tr(
                    "Write a workbook to fill in (TABLES names it) instead of reading one.",
                    "改为写出待填的模板（文件名由 TABLES 给出）。",
                ),
            ),
            click.Option(["--force"], is_flag=True, help=tr("Replace the file that stands there.", "覆盖已有的文件。")),
            click.Option(
                ["--dry-run"],
                is_flag=True,
                help=tr("Show what was understood; write nothing.", "只显示所理解的内容，不写入。"),
            ),
        ],
    )


def import_job(
    tables: tuple[Path, ...],
    out: Path | None,
    sheets: tuple[str, ...],
    population: str | None,
    posts_per_10000: float | None,
    title: str | None,
    template: bool,
    force: bool,
    dry_run: bool,
) -> int:
    """`stations import`"""
    if template:
        return _template(tables, out, force=force)
    if not tables:
        raise Mistake(
            "import: name a table, or write one to fill in with --template",
            "import：请给出表格，或用 --template 写出待填的模板",
        )
    from sim.scenario.imported import import_city, writable

    file = out or CITY_FILE
    writable(file, force=force or dry_run)
    made = import_city(
        list(tables), sheets=sheets, population=population, posts_per_10000=posts_per_10000, title=title, name=file.stem
    )
    _show(made)
    if dry_run:
        stands = tr(" (stands there already: only with --force)", "（文件已存在：须加 --force）")
        print(tr(f"would write {file}", f"将写入 {file}") + ("" if force or not file.exists() else stands))
        return 0
    made.write(file, force=force)
    print(tr(f"City: {file}; next: stations compare {file}", f"城市文件：{file}；下一步：stations compare {file}"))
    return 0


def _template(tables: tuple[Path, ...], out: Path | None, *, force: bool) -> int:
    from sim.scenario.imported import writable
    from sim.scenario.load import DEFAULT_CITY, load_scenario
    from sim.scenario.sheets.template import template_sheets, write_workbook

    named = [*tables, *([out] if out else [])]
    if len(named) > 1:
        raise Mistake("--template: name one file", "--template：只能给出一个文件")
    file = named[0] if named else Path(tr("towns.xlsx", "镇街.xlsx"))
    writable(file, force=force, endings=(".xlsx",))
    write_workbook(file, template_sheets(load_scenario(DEFAULT_CITY).groups))
    print(
        tr(
            f"Template: {file}; fill it in, then: stations import {file}",
            f"模板：{file}；填写后运行：stations import {file}",
        )
    )
    return 0


def _show(made: Imported) -> None:
    from rich.markup import escape
    from rich.table import Table

    from sim.cli.terminal import console

    towns = made.city.towns
    pay = made.city.lever_table()["pay"][0]
    print(made.totals())
    table = Table()
    table.add_column(tr("town", "镇（街道）"), overflow="fold")
    for heading in (tr("residents", "居民"), tr("posts", "岗位"), tr("communities", "社区"), tr("pay", "月工资")):
        table.add_column(heading, justify="right")
    for place, town in enumerate(towns[:MOST_TOWNS_SHOWN]):
        facts = (town.population, town.posts, len(town.communities), round(float(pay[place])))
        table.add_row(escape(str(town.name)), *(f"{fact:,}" for fact in facts))
    if n_more := len(towns) - len(towns[:MOST_TOWNS_SHOWN]):
        table.add_row(tr(f"... and {counted(n_more, 'town')} more", f"……以及另外 {n_more} 个"))
    console().print(table)
    for line in made.lines():
        print(line)
