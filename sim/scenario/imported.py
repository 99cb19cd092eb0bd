"""A city from spreadsheets: read, understood, told of, and written as a city file that says from which cell each value came."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from sim.language import Text, counted, tr
from sim.mistakes import Mistake, list_of, other_kind, shown
from sim.scenario.city import read_groups
from sim.scenario.load import DEFAULT_CITY, find, load_node, without
from sim.scenario.schema import Scenario, read_city
from sim.scenario.sheets.linked import MOST_POSTS_PER_10000, MOST_TABLES, laid_over
from sim.scenario.sheets.told import Told
from sim.scenario.sheets.understood import Wish, understand
from sim.scenario.sheets.written import city_text
from sim.scenario.yaml_reader import MOST_BYTES, from_plain, merge, one_line, read_text


@dataclass(frozen=True, repr=False)
class Imported:
    """What tables were understood to say.

    city: the Scenario; text: its file, which `write` writes; told: what was taken, left out, assumed and found odd.
    """

    city: Scenario
    text: str
    told: Told

    def lines(self) -> list[str]:
        """What was understood, in sentences, in the language in force when the tables were read."""
        return self.told.lines()

    def totals(self) -> str:
        """Towns, residents, posts and communities, in a few words."""
        towns = self.city.towns
        posts, people = sum(town.posts for town in towns), sum(town.population for town in towns)
        n = sum(len(town.communities) for town in towns)
        return tr(
            f"{counted(len(towns), 'town')}, {counted(people, 'resident')}, {counted(posts, 'post')}, "
            f"{counted(n, 'community', 'communities')}",
            f"{len(towns)} 个镇（街道），{people:,} 名居民，{posts:,} 个岗位，{n:,} 个社区",
        )

    def write(self, out: Any, *, force: bool = False) -> Path:
        """Write the city's file. Raises Mistake where one stands there already (unless `force`) or it cannot be written."""
        path = writable(out, force=force)
        beside = path.with_name(f".{path.name}.part")
        try:
            beside.write_text(self.text, encoding="utf-8")
            os.replace(beside, path)
        except OSError as error:
            beside.unlink(missing_ok=True)
            raise Mistake(
                f"{path}: cannot be written ({error.strerror})", f"{path}：无法写入（{error.strerror}）"
            ) from None
        return path

    def __repr__(self) -> str:
        return f"<Imported {self.city.name}: {self.totals()}>"

    def _repr_html_(self) -> str:
        items = "".join(f"<li>{escape(line)}</li>" for line in self.lines())
        return f"<p>{escape(repr(self))}</p><ul>{items}</ul>"


def writable(out: Any, *, force: bool, endings: tuple[str, ...] = (".yaml", ".yml")) -> Path:
    """The path of a file that may be written. Raises Mistake."""
    if not isinstance(out, (str, os.PathLike)):
        raise other_kind("the file to write is named by text or a path", "须以文本或路径给出要写入的文件", out)
    path = Path(out)
    if path.suffix.lower() not in endings:
        wanted = endings[0]
        raise Mistake(
            f"{one_line(str(path))}: a file that is written here must end in {wanted}",
            f"{one_line(str(path))}：此处写出的文件须以 {wanted} 结尾",
        )
    if path.is_dir():
        raise Mistake(f"{path}: is a folder, not a file", f"{path}：是文件夹而不是文件")
    if os.path.lexists(path) and not force:
        raise Mistake(
            f"{path}: stands there already; choose another --out, or give --force",
            f"{path}：文件已存在；请另选 --out，或加 --force",
        )
    if not path.parent.is_dir():
        raise Mistake(f"{path}: there is no folder {path.parent}", f"{path}：没有文件夹 {path.parent}")
    return path


def import_city(
    tables: Any,
    *,
    sheets: Any = (),
    population: str | None = None,
    posts_per_10000: float | None = None,
    title: str | None = None,
    name: str = "my-city",
) -> Imported:
    """A city from tables of its towns (CSV, XLSX, XLS, ODS): one path, or a list of them.

    sheets: of these alone; population: a word of the heading of the population wanted, such as "常住", where there are several;
    posts_per_10000: posts per 10,000 residents, for towns whose posts no table says; title: of the city; name: of its file.
    What no table says is T City's. Raises Mistake: a sentence that names file, sheet and cell.
    """
    paths, called = [*_paths(tables)], _word(title, "title")
    wish = Wish(_names(sheets), _word(population, "population"), _rate(posts_per_10000))
    _, file = find(DEFAULT_CITY)
    base = without(load_node(file), "figures")  # which were counted in its own towns
    found = understand([(path, str(path)) for path in paths], wish, read_groups(base.value["groups"]))
    said = tr(
        "months, groups and levers that no table says: as in T City", "表中未给出的起止月份、群体与政策工具：按 T 市"
    )
    found.told.assumed.append(said)
    called = called or paths[0].stem
    tables_said = ", ".join(path.name for path in paths)
    texts = {
        "title": Text(called, called),
        "proposer": Text(f"Imported from {tables_said}", f"由 {tables_said} 导入"),
        "source": Text(*["; ".join([tables_said, *found.told.sources])] * 2),
    }
    plain = from_plain({"kind": "city", **{key: text.to_plain() for key, text in texts.items()}}, str(paths[0]))
    city = read_city(laid_over(merge(base, plain), found), name)
    text = city_text(
        found,
        base,
        extends=DEFAULT_CITY,
        texts=texts,
        made_by=[
            Text(
                "Made by 'stations import'; what follows a # says from which cell a value came.",
                "由 'stations import' 生成；# 之后注明数值所在单元格。",
            ),
            *(Text(line, line) for line in [*found.told.assumed, *found.told.odd]),
        ],
    )
    if len(text.encode()) > MOST_BYTES:
        raise _too_large(paths[0])
    written = read_text(text, f"{name}.yaml")
    again = read_city(merge(base, written) if "extends" in written.value else written, name)
    is_same = again.hash == city.hash and again.figures == city.figures
    assert is_same, "the file says something else than the tables"
    return Imported(again, text, found.told)


def _too_large(path: Path) -> Mistake:
    return Mistake(
        f"{path}: a city's file of more than {MOST_BYTES // 1024} KiB would come of it; write one that says "
        f"'extends: {DEFAULT_CITY}' and 'towns: {{table: {path.name}}}', and it is read from the table",
        f"{path}：生成的城市文件将超过 {MOST_BYTES // 1024} KiB；请自写城市文件，写明 'extends: {DEFAULT_CITY}' 与 "
        f"'towns: {{table: {path.name}}}'，运行时即从表格读取",
    )


def _paths(tables: Any) -> Iterator[Path]:
    given = (
        [tables]
        if isinstance(tables, (str, os.PathLike))
        else list_of(tables, "tables must be a path or a list of paths", "tables 须为路径或路径列表")
    )
    if not 0 < len(given) <= MOST_TABLES:
        raise Mistake(
            f"give 1 to {MOST_TABLES} tables, not {len(given)}",
            f"请给出 1 至 {MOST_TABLES} 个表格，而非 {len(given)} 个",
        )
    for one in given:
        if not isinstance(one, (str, os.PathLike)):
            raise other_kind("a table is named by text or a path", "表格须以文本或路径给出", one)
        yield Path(one)


def _names(sheets: Any) -> tuple[str, ...]:
    given = (
        [sheets]
        if isinstance(sheets, str)
        else list_of(sheets, "sheets must be a list of names", "sheets 须为名称列表")
    )
    for one in given:
        if not isinstance(one, str):
            raise other_kind("a sheet is named by text", "工作表须以文本给出", one)
    return tuple(given)


def _word(given: Any, key: str) -> str | None:
    if given is None or (isinstance(given, str) and given.strip()):
        return given.strip() if given else None
    raise Mistake(f"{key} must be text, not {shown(given)}", f"{key} 须为文本，而非 {shown(given)}")


def _rate(given: Any) -> float | None:
    if given is None:
        return None
    is_number = isinstance(given, int | float) and not isinstance(given, bool)
    if not is_number or not 0 < given <= MOST_POSTS_PER_10000:
        raise Mistake(
            f"posts_per_10000 must be a number above 0, at most {MOST_POSTS_PER_10000}, not {shown(given)}",
            f"posts_per_10000 须为大于 0 且不超过 {MOST_POSTS_PER_10000} 的数，而非 {shown(given)}",
        )
    return float(given)
