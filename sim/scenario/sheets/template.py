"""A workbook to fill in, with the headings in the language in force; and the tables of a city that is there already."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sim.language import tr
from sim.mistakes import Mistake
from sim.scenario.changes import VALUE
from sim.scenario.parameters import LEVERS, PARAMETERS
from sim.scenario.people import CommunityEntry, Group, Town, nth_community
from sim.scenario.read import limit
from sim.scenario.schema import Scenario
from sim.scenario.sheets.figures import OF_FIGURES, example_row, figure_headings, figure_rows
from sim.scenario.sheets.headings import FIELD, OF_GROUPS

OF_TEMPLATE = {
    "towns": ("town", "population", "posts", "pay", "communities", "tags"),
    "workers": ("town", "trained", "certificate", "competence", "burnout", "tenure_days"),
    "communities": ("town", "community", "population", "grid_strength"),
    "groups": ("group", "per_1000", *OF_GROUPS),
}
"""The fields of each sheet of a template."""
SheetRows = list[list[Any]]


def sheet_name(name: str) -> str:
    """What a sheet is called in the language in force."""
    en, zh = {
        "towns": ("Towns", "镇街"),
        "workers": ("Workers", "社工"),
        "communities": ("Communities", "社区"),
        "groups": ("Groups", "群体"),
        "figures": ("Figures", "指标"),
        "notes": ("Notes", "说明"),
    }[name]
    return tr(en, zh)


def headings(fields: Sequence[str]) -> list[str]:
    return [str(FIELD[name].label) for name in fields]


def template_sheets(groups: Sequence[Group]) -> dict[str, SheetRows]:
    """The sheets of a template by name: headings, the groups that every city has, and notes on each heading."""
    sheets: dict[str, SheetRows] = {sheet_name(name): [headings(fields)] for name, fields in OF_TEMPLATE.items()}
    for group in groups:
        facts = ["" if group.is_rest else group.per_1000, *(getattr(group, name) for name in OF_GROUPS)]
        sheets[sheet_name("groups")].append([str(group.name), *facts])
    sheets[sheet_name("figures")] = [figure_headings(), example_row()]
    notes: SheetRows = [
        [
            tr(
                "Fill in the first sheet; the others may stay as they are. A cell left empty is not known: what no table says is T City's.",
                "请填写第一个工作表；其余可不改。空单元格表示未知；表中未给出的按 T 市。",
            )
        ],
        [tr("Then: stations import this-file.xlsx", "然后：stations import 本文件.xlsx")],
        [],
    ]
    for name, fields in OF_TEMPLATE.items():
        notes.append([sheet_name(name)])
        notes += [
            ["", str(FIELD[one].label), str(FIELD[one].meaning)] for one in fields if one != "town" or name == "towns"
        ]
    notes.append([sheet_name("figures")])
    notes += [["", str(label), str(meaning)] for label, meaning, _ in OF_FIGURES.values()]
    notes += [[], [tr("Further columns of the first sheet: a lever by town", "第一个工作表可增加的列：各镇的政策工具")]]
    notes += [
        ["", str(lever.label), f"{lever.meaning} ({limit(lever.least)}–{limit(lever.most)})"]
        for lever in LEVERS.values()
        if lever.name != "pay"
    ]
    notes.append(
        [
            "",
            tr(
                "or a parameter by town: 'stations explain parameters' lists them",
                "或各镇的参数：用 'stations explain parameters' 查看",
            ),
        ]
    )
    sheets[sheet_name("notes")] = notes
    return sheets


def write_workbook(file: Path, sheets: dict[str, SheetRows]) -> Path:
    """Write sheets; text as text, whatever it begins with. Raises Mistake."""
    from xlsxwriter import Workbook
    from xlsxwriter.exceptions import XlsxWriterException

    try:
        with Workbook(str(file)) as book:
            bold = book.add_format({"bold": True})
            for name, rows in sheets.items():
                sheet = book.add_worksheet(name)
                is_table = name != sheet_name("notes")
                if is_table and rows:
                    sheet.freeze_panes(1, 0)
                for row, values in enumerate(rows):
                    for column, value in enumerate(values):
                        if value == "" or value is None:
                            continue
                        style = bold if row == 0 and is_table else None
                        if isinstance(value, str):
                            sheet.write_string(row, column, value, style)
                        elif isinstance(value, bool):
                            sheet.write_string(row, column, tr("yes", "是") if value else tr("no", "否"), style)
                        else:
                            sheet.write_number(row, column, value, style)
                sheet.set_column(0, 7, 18)
    except (OSError, XlsxWriterException) as error:
        raise Mistake(f"{file}: cannot be written ({error})", f"{file}：无法写入（{error}）") from None
    return file


# --- a city's own tables


def towns_table(city: Scenario) -> dict[str, SheetRows]:
    """The towns of a city as sheets that an import understands: towns; and workers, communities and figures where it says them.

    With the levers and parameters that the city says by town from its first day.
    """
    levers = _by_town(city)
    groups = [group.id for group in city.groups if any(group.id in town.per_1000 for town in city.towns)]
    first = [*headings(("id", "town", "name_en", "name_zh", "population", "posts", "communities", "tags"))]
    first += [f"{group} per 1,000" for group in groups] + [str((LEVERS | PARAMETERS)[name].label) for name in levers]
    towns: SheetRows = [first]
    for town in city.towns:
        row = [town.id, str(town.name), town.name.en, town.name.zh, town.population, town.posts, len(town.communities)]
        row.append("".join(f"{tag}、" for tag in town.tags))  # the last one's mark tells one of two words from two
        row += [town.per_1000.get(group, "") for group in groups]
        towns.append(row + [values.get(town.id, "") for values in levers.values()])
    sheets = {sheet_name("towns"): towns}
    workers = [_worker(town, worker) for town in city.towns for worker in town.workers]
    if workers:
        sheets[sheet_name("workers")] = [headings(OF_TEMPLATE["workers"]), *workers]
    listed = [town for town in city.towns if _are_named(town.communities)]
    if listed:
        rows = [_community(town, one) for town in listed for one in town.communities]
        fields = (*OF_TEMPLATE["communities"], "name_en", "name_zh")
        sheets[sheet_name("communities")] = [headings(fields), *rows]
    if city.figures:
        sheets[sheet_name("figures")] = [figure_headings(), *figure_rows(city.figures)]
    return sheets


def _worker(town: Town, worker: Any) -> list[Any]:
    facts = [getattr(worker, name) for name in OF_TEMPLATE["workers"][1:]]
    return [str(town.name), *(_or_empty(fact) for fact in facts)]


def _community(town: Town, one: CommunityEntry) -> list[Any]:
    facts = (one.population, one.grid_strength)
    return [str(town.name), str(one.name), *map(_or_empty, facts), one.name.en, one.name.zh]


def _or_empty(fact: Any) -> Any:
    return "" if fact is None else fact


def _are_named(communities: Sequence[CommunityEntry]) -> bool:
    """Whether communities say more than their number."""
    return any(
        one.population is not None or one.grid_strength is not None or one.name != nth_community(number)
        for number, one in enumerate(communities, start=1)
    )


def _by_town(city: Scenario) -> dict[str, dict[str, float]]:
    """Levers and parameters of which the city says a plain value for some stations, from its first day: by name, by town."""
    found: dict[str, dict[str, float]] = {}
    for change in (*city.levers, *city.parameters):
        is_first = change.start is None and change.after_months is None and change.until is None
        if change.stations is not None and is_first and change.form == VALUE:
            found.setdefault(change.name, {}).update(dict.fromkeys(change.stations, change.value))
    return found
