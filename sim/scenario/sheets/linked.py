"""Towns that a city's file names by their table: `towns: {table: towns.xlsx, sheet: 镇}`, read when the city is loaded."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

from sim.mistakes import file_near
from sim.scenario import read
from sim.scenario.city import read_groups
from sim.scenario.sheets.cells import FromCell
from sim.scenario.sheets.figures import figures_in
from sim.scenario.sheets.files import ENDINGS
from sim.scenario.sheets.understood import Understood, Wish, understand
from sim.scenario.yaml_reader import Node, merge

LINK_KEYS = ("table", "sheet", "population", "posts_per_10000")
MOST_TABLES = 10
MOST_POSTS_PER_10000 = 100


def table_said(city: Node) -> Node | None:
    """What a city's file says of its table, where its towns come from one. A town called `table` is a mapping, a table a name."""
    towns = city.value.get("towns")
    if towns is None or not isinstance(towns.value, dict):
        return None
    table = towns.value.get("table")
    is_town = table is None or table.value is None or isinstance(table.value, dict)
    return None if is_town else towns


def with_tables(city: Node, said: Node, folder: Path) -> Node:
    """A city (without towns) with the towns, levers and groups of its tables. Raises Mistake."""
    found = read.mapping(said, LINK_KEYS)
    files = [(_file(name, folder), str(folder / read.text(name))) for name in read.items(read.need(said, "table"))]
    if len(files) > MOST_TABLES:
        raise found["table"].mistake(f"names at most {MOST_TABLES} tables", f"最多 {MOST_TABLES} 个表格")
    wish = Wish(
        tuple(str(read.text(name)) for name in read.items(found["sheet"])) if "sheet" in found else (),
        read.text(found["population"]) if "population" in found else None,
        read.number(found["posts_per_10000"], 0.01, MOST_POSTS_PER_10000) if "posts_per_10000" in found else None,
        needs_posts="posts_per_station" not in city.value,
    )
    return laid_over(city, understand(files, wish, read_groups(read.need(city, "groups"))))


def with_figures(city: Node, folder: Path) -> Node:
    """A city with the figures of its table, where it says `figures: {table: figures.xlsx, sheet: Figures}`. Raises Mistake."""
    said = city.value.get("figures")
    if said is None or not isinstance(said.value, dict) or "table" not in said.value:
        return city
    found = read.mapping(said, ("table", "sheet"))
    name = found["table"]
    sheet = read.text(found["sheet"]) if "sheet" in found else None
    listed = figures_in(_file(name, folder), str(folder / read.text(name)), sheet)
    return replace(city, value=city.value | {"figures": FromCell(listed, said.source, said.line, said.path)})


def _file(name: Node, folder: Path) -> Path:
    text = read.text(name)
    path = Path(text)
    if path.is_absolute() or text.startswith(("/", "\\")) or ":" in text:
        raise name.mistake("give a relative path", "请给出相对路径")
    try:
        real, home = (folder / path).resolve(), folder.resolve()
    except (OSError, RuntimeError, ValueError):
        raise name.mistake("there is no such file", "没有这个文件") from None
    if not real.is_relative_to(home):
        raise name.mistake("lies outside the scenario's own folder", "位于情景文件夹之外")
    if not os.path.isfile(real):
        guess = file_near(text, ENDINGS, beside=folder)
        raise name.mistake(
            f"there is no file {name.shown()} beside the city's file{guess}",
            f"城市文件旁没有文件 {name.shown()}{guess}",
        )
    return real


def laid_over(city: Node, found: Understood) -> Node:
    """A city's file with what tables say: their towns in place of its own, their groups over its own, of each lever and
    parameter what the city says and then, by town, what the table says, and their figures in place of its own."""
    merged = {**city.value, "towns": found.towns}
    if found.groups:
        merged["groups"] = merge(city.value["groups"], FromCell(found.groups, found.towns.source, None))
    for section, nodes in (("levers", found.levers), ("parameters", found.parameters)):
        own = city.value.get(section)
        said = dict(read.mapping(own)) if own is not None else {}
        for name, node in nodes.items():
            before = read.items(said[name]) if name in said else []
            said[name] = replace(node, value=[*before, *read.items(node)]) if before else node
        if nodes:
            merged[section] = FromCell(said, found.towns.source, None)
    if found.figures:
        merged["figures"] = FromCell(found.figures, found.figures[0].source, None)
    return replace(city, value=merged)
