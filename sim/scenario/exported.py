"""A city as tables again, as `stations import` takes them back; what tables do not say is found by reading them, and told."""

from __future__ import annotations

import csv
import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sim.language import listed, tr
from sim.mistakes import Mistake, one_of, other_kind
from sim.scenario.imported import import_city
from sim.scenario.load import DEFAULT_CITY, find, load_scenario
from sim.scenario.parameters import LEVERS
from sim.scenario.people import Group
from sim.scenario.plain import without_texts
from sim.scenario.read import FORMULA_MARKS
from sim.scenario.schema import Scenario
from sim.scenario.sheets.headings import OF_GROUPS
from sim.scenario.sheets.template import (
    OF_TEMPLATE,
    SheetRows,
    headings,
    sheet_name,
    towns_table,
    write_workbook,
)

CITY_FORMATS = ("xlsx", "csv")
_TEXTS = {"name", "title", "proposer", "source"}


@dataclass(frozen=True)
class ExportedCity:
    """files: that were written. lost: keys of a city's file that the tables do not say; of_towns: those of a town that they do not."""

    name: str
    files: tuple[Path, ...]
    lost: tuple[str, ...]
    of_towns: tuple[str, ...]

    def lines(self) -> list[str]:
        """What an import of the files gives, in sentences."""
        files = " ".join(map(str, self.files))
        if not self.lost and not self.of_towns:
            return [tr(f"'stations import {files}' gives this city again", f"'stations import {files}' 即得回此城市")]
        said = []
        if self.lost:
            named = [file.as_posix() for file in self.files]
            tables = named[0] if len(named) == 1 else f"[{', '.join(named)}]"
            said.append(
                tr(
                    f"the tables do not say {listed(self.lost)}: 'stations import' takes T City's; a city file with 'extends: {self.name}' and "
                    f"'towns: {{table: {tables}}}' keeps them",
                    f"表格不含 {listed(self.lost)}：'stations import' 会按 T 市；城市文件写明 'extends: {self.name}' 与 'towns: {{table: {tables}}}' 即可保留",
                )
            )
        if self.of_towns:
            said.append(
                tr(
                    f"the tables do not say {listed(self.of_towns)} of towns, and whoever reads them goes without",
                    f"表格不含各镇的 {listed(self.of_towns)}，读取表格者得不到这些内容",
                )
            )
        return said


def export_city(name: str, out: str | os.PathLike[str] | None = None, *, kind: str = "xlsx") -> ExportedCity:
    """Write the tables of a city, a shipped one or a file's, in the language in force.

    kind: of CITY_FORMATS. out: the workbook, by default that of the city's name in the working folder; or the new folder of the CSV files, by
    default NAME-tables. Raises Mistake: where a file stands there already, or no import would take the tables.
    """
    called, file = find(name)
    one_of(kind, CITY_FORMATS, "format of cities", "城市格式", at=str(name))
    if out is not None and not isinstance(out, (str, os.PathLike)):
        raise other_kind("the file to write is named by text or a path", "须以文本或路径给出要写入的文件", out)
    city = load_scenario(os.fspath(name))
    if city.policies:
        raise Mistake(f"{name}: is a policy, not a city", f"{name}：是政策而不是城市")
    said = file.name if os.path.isfile(name) else called
    place = Path(out or (f"{called}.xlsx" if kind == "xlsx" else f"{called}-tables"))
    if os.path.lexists(place):
        raise Mistake(f"{place}: exists already; give another --out", f"{place}：已存在；请换一个 --out")
    if kind == "xlsx" and place.suffix.lower() != ".xlsx":
        raise Mistake(f"{place}: a workbook's name must end in .xlsx", f"{place}：工作簿的文件名须以 .xlsx 结尾")
    try:
        with tempfile.TemporaryDirectory() as held:
            sheets, again = _understood(city, Path(held), kind)
            written = _write(Path(held) / "whole", sheets, kind)
            contents = {one.name: one.read_bytes() for one in written}
        place.parent.mkdir(parents=True, exist_ok=True)
        if kind == "csv":
            place.mkdir()
        made = [place / one if kind == "csv" else place for one in contents]
        for path, content in zip(made, contents.values(), strict=True):
            beside = path.with_name(f".{path.name}.part")
            beside.write_bytes(content)
            os.replace(beside, path)
    except OSError as error:
        raise Mistake(
            f"{place}: cannot be written ({error.strerror}); give another --out",
            f"{place}：无法写入（{error.strerror}）；请换一个 --out",
        ) from None
    return ExportedCity(said, tuple(made), tuple(_lost(city, again)), tuple(_lost_of_towns(city, again)))


def _understood(city: Scenario, folder: Path, kind: str) -> tuple[dict[str, SheetRows], Scenario]:
    """The tables of a city, and the city that an import makes of them. Raises Mistake where it refuses them."""
    sheets = towns_table(city)
    known = load_scenario(DEFAULT_CITY).groups
    if city.groups != known:
        rows = [_group(group, known) for group in city.groups]
        sheets[sheet_name("groups")] = [headings(OF_TEMPLATE["groups"]), *filter(None, rows)]
    again = _again(city, sheets, folder / "first", kind)
    if missing := _levers_apart(city, again):
        _add_levers(sheets[sheet_name("towns")], city, missing)
        again = _again(city, sheets, folder / "second", kind)
    return sheets, again


def _again(city: Scenario, sheets: Mapping[str, SheetRows], folder: Path, kind: str) -> Scenario:
    try:
        return import_city(_write(folder, sheets, kind), name=city.name).city
    except Mistake as mistake:
        raise Mistake(
            f"{city.name}: tables cannot say this city ({mistake})", f"{city.name}：表格无法表达该城市（{mistake}）"
        ) from None


def _group(group: Group, known: Sequence[Group]) -> list[Any]:
    """A row of the table of groups; nothing where everybody else is a group of the city's own, which tables do not say."""
    there = {one.id: one for one in known}
    if group.is_rest and group.id not in there:
        return []
    name = str(group.name) if group.id in there and there[group.id].name == group.name else group.id
    return [name, "" if group.is_rest else group.per_1000, *(getattr(group, fact) for fact in OF_GROUPS)]


def _levers_apart(city: Scenario, again: Scenario) -> list[str]:
    """Levers whose values of the first month an import does not give."""
    ours, theirs = (one.lever_table()[0] for one in (city, again))
    if [town.id for town in city.towns] != [town.id for town in again.towns]:
        return []
    return [name for name in LEVERS if ours[name].tolist() != theirs[name].tolist()]


def _add_levers(rows: SheetRows, city: Scenario, names: Sequence[str]) -> None:
    """Columns of levers, for every town, in place of those that say some."""
    values = city.lever_table()[0]
    for name in names:
        label = str(LEVERS[name].label)
        if label not in rows[0]:
            for row, value in zip(rows, [label, *values[name].tolist()], strict=True):
                row.append(value)
            continue
        place = rows[0].index(label)
        for row, value in zip(rows[1:], values[name].tolist(), strict=True):
            row[place] = value


def _lost(city: Scenario, again: Scenario) -> Iterator[str]:
    """Keys of a city's file whose content an import does not give. Levers are told by what comes of them."""
    ours, theirs = city.to_mapping(), again.to_mapping()
    there = replace(again, start=city.start, policy_start=city.policy_start, end=city.end)
    for key, said in ours.items():
        if key == "levers":
            tables = (one.lever_table()[list(LEVERS)].tolist() for one in (city, there))
            is_same = [*ours["towns"]] == [*theirs["towns"]] and len({str(table) for table in tables}) == 1
        else:
            is_same = key in _TEXTS or key == "towns" or without_texts(said) == without_texts(theirs.get(key))
        if not is_same:
            yield key
    if list(ours["towns"]) != list(theirs["towns"]):
        yield "towns"


def _lost_of_towns(city: Scenario, again: Scenario) -> list[str]:
    ours, theirs = city.to_mapping()["towns"], again.to_mapping()["towns"]
    found = [key for name, town in ours.items() for key in town if town[key] != theirs.get(name, {}).get(key)]
    return list(dict.fromkeys(found))


def _write(folder: Path, sheets: Mapping[str, SheetRows], kind: str) -> list[Path]:
    folder.mkdir()
    if kind == "xlsx":
        return [write_workbook(folder / "city.xlsx", dict(sheets))]
    return [_write_csv(folder / f"{name}.csv", rows) for name, rows in sheets.items()]


def _write_csv(file: Path, rows: SheetRows) -> Path:
    with file.open("w", encoding="utf-8-sig", newline="") as opened:
        csv.writer(opened, lineterminator="\n").writerows([_cell(value) for value in row] for row in rows)
    return file


def _cell(value: Any) -> Any:
    """Text that a spreadsheet would run gets an apostrophe, as a person would type it."""
    if isinstance(value, bool):
        return tr("yes", "是") if value else tr("no", "否")
    return f"'{value}" if isinstance(value, str) and value.startswith(tuple(FORMULA_MARKS)) else value
