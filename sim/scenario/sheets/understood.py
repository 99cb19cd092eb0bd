"""What tables say of a city, as the nodes of a city's file: towns, levers and parameters by town, groups; each value with its cell."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

from sim.language import in_brackets, in_turn, tr
from sim.mistakes import Mistake, did_you_mean
from sim.scenario import read
from sim.scenario.parameters import LEVERS, PARAMETERS
from sim.scenario.people import BETWEEN_TAGS, MOST_PEOPLE, Group
from sim.scenario.sheets import people
from sim.scenario.sheets.cells import FromCell, Sheet, by_rule
from sim.scenario.sheets.figures import figures_on
from sim.scenario.sheets.files import read_tables
from sim.scenario.sheets.joined import OneTown, Towns, refuse_empty, with_rows
from sim.scenario.sheets.levers import changes_by_town, is_yearly, levers_of
from sim.scenario.sheets.numbers import refuse_uncounted
from sim.scenario.sheets.tables import COMMUNITIES, GROUPS, TOWNS, WORKERS, SheetTable, no_headings, tables_on
from sim.scenario.sheets.told import Told
from sim.scenario.yaml_reader import Node, one_line

PEOPLE_PER_COMMUNITY = 3500
"""As in T City: where a table says no number of communities."""

FEW_PEOPLE = 500

_MARKS = re.compile(f"[{BETWEEN_TAGS}\n]")


@dataclass(frozen=True)
class Wish:
    """What is asked for beside the tables. sheets: only these; population: the word that tells its column from others."""

    sheets: tuple[str, ...] = ()
    population: str | None = None
    posts_per_10000: float | None = None
    needs_posts: bool = True  # False: the city says one number for all its stations


@dataclass(frozen=True)
class Understood:
    """Parts of a city's file. groups: changes of those that the city has, and new ones."""

    towns: FromCell
    levers: dict[str, FromCell]
    parameters: dict[str, FromCell]
    groups: dict[str, FromCell]
    figures: list[FromCell]
    told: Told = field(compare=False)


def understand(files: Iterable[tuple[Path, str]], wish: Wish, groups: tuple[Group, ...]) -> Understood:
    """Read tables, each by its path and how sentences name it. groups: those that the city has. Raises Mistake."""
    told = Told()
    files = list(files)
    sheets = [sheet for file, shown in files for sheet in _sheets(file, shown, told)]
    if len(files) > 1:
        sheets = [replace(sheet, is_one_of_many=True) for sheet in sheets]
    sheets = _wanted(sheets, wish.sheets, told)
    tables: list[SheetTable] = []
    figures: list[FromCell] = []
    for sheet in sheets:
        if (of_sheet := figures_on(sheet, told)) is not None:
            figures += of_sheet
            continue
        found = tables_on(sheet, groups, wish.population, told)
        tables += found
        if not found and any(cell not in ("", None) for row in sheet.rows for cell in row):
            if wrong := no_headings(sheet, groups):
                raise wrong
            told.left_out.append(tr(f"{sheet.where()}: no table of towns", f"{sheet.where()}：没有镇（街道）的表格"))
    of_towns = with_rows(tables, TOWNS)
    if not of_towns:
        refuse_empty(tables, TOWNS)
        raise _no_towns(sheets)
    return replace(_City(Towns(of_towns, told), tables, wish, groups, told).understood(), figures=figures)


def _sheets(file: Path, shown: str, told: Told) -> Sequence[Sheet]:
    found = read_tables(file, shown)
    told.left_out += found.left_out
    told.taken += found.told
    return found.sheets


def _wanted(sheets: list[Sheet], names: tuple[str, ...], told: Told) -> list[Sheet]:
    if not names:
        return sheets
    known = [sheet.name for sheet in sheets]
    for name in names:
        if name not in known:
            guess = did_you_mean(name, known)
            listed = ", ".join(map(one_line, filter(None, known)))
            raise Mistake(
                f"{sheets[0].file}: there is no sheet '{one_line(name)}'{guess}; there are {listed or 'none with a name'}",
                f"{sheets[0].file}：没有工作表 '{one_line(name)}'{guess}；可用：{listed or '（无名称）'}",
            )
    told.left_out += [
        tr(f"{one.where()}: not asked for", f"{one.where()}：未要求") for one in sheets if one.name not in names
    ]
    return [sheet for sheet in sheets if sheet.name in names]


def _no_towns(sheets: Sequence[Sheet]) -> Mistake:
    where = sheets[0].where() if sheets else tr("the tables", "表格")
    return Node(None, where, None).mistake(
        "holds no row of headings such as 'Town' and 'Population'; 'stations import --template' writes a table to fill in",
        "没有“镇（街道）”“人口”之类的标题行；'stations import --template' 可生成待填的模板",
    )


class _City:
    """The towns with everything that tables and rules say of them."""

    def __init__(
        self, towns: Towns, tables: Sequence[SheetTable], wish: Wish, groups: tuple[Group, ...], told: Told
    ) -> None:
        self.towns, self.wish, self.groups, self.told = towns, wish, groups, told
        self.source = towns.first.sheet.file
        self.communities = people.communities(with_rows(tables, COMMUNITIES), towns)
        self.workers = people.workers(with_rows(tables, WORKERS), towns, told)
        self.of_groups = with_rows(tables, GROUPS)
        self.n_by_rule = 0  # towns whose posts no table says
        self.populations: dict[str, int | float] = {}
        self.tags: dict[str, int] = {}  # how many towns have each

    def understood(self) -> Understood:
        self._refuse_without_posts()
        made = {}
        levers: dict[str, dict[str, FromCell]] = {}
        by_id: dict[str, OneTown] = {}
        for town in self.towns.all:
            key = _text(town, "id") or town.name
            if key in by_id:
                raise town.name_cell.mistake(
                    f"the id '{one_line(key)}' is that of '{by_id[key].name}', too",
                    f"代号“{one_line(key)}”与“{by_id[key].name}”重复",
                )
            by_id[key] = town
            if len(key) > 100:
                raise town.name_cell.mistake("the town's name is too long", "镇（街道）名称过长")
            made[key] = self._town(town)
            for name, node in levers_of(town).items():
                levers.setdefault(name, {})[key] = node
        self._tell_of_pay(levers)
        self._tell_of_unknown(levers)
        self._tell_of_few()
        self._tell_of_tags()
        self._tell_of_posts()
        total = Decimal(0)
        for number in self.populations.values():
            total += Decimal(number)
        groups = people.groups(self.of_groups, self.groups, total)
        towns = FromCell(made, self.source, None, told=tuple(self.told.lines()))
        changes = {name: changes_by_town(by_town, len(made)) for name, by_town in levers.items()}
        own, parameters = (
            {name: node for name, node in changes.items() if name in known} for known in (LEVERS, PARAMETERS)
        )
        return Understood(towns, own, parameters, groups, [], self.told)

    def _refuse_without_posts(self) -> None:
        if (
            self.wish.posts_per_10000 is not None
            or not self.wish.needs_posts
            or any("posts" in town.said for town in self.towns.all)
        ):
            return
        staff = next((town for town in self.towns.all if "staff" in town.said), None)
        if staff is not None:
            cell = staff.heading("staff").cell
            raise cell.mistake(
                f"{cell.shown()} is staff in post, and posts are missing; add a column of posts (filled or not), or give --posts-per-10000, e.g. 0.7",
                f"{cell.shown()} 是在职人数，缺少岗位数；请增加“岗位”一列（无论是否在岗），或用 --posts-per-10000 给出比例，如 0.7",
            )
        raise self.towns.first.sheet.mistake(
            "has no column of posts; add one, headed 'Posts', or give --posts-per-10000, e.g. 0.7",
            "没有岗位列；请增加标题为“岗位”的一列，或用 --posts-per-10000 给出比例，如 0.7",
        )

    def _town(self, town: OneTown) -> FromCell:
        said: dict[str, Any] = {"name": self._name(town)}
        listed = self.communities.get(town.name)
        summed = people.population_of(listed) if listed else None
        population = town.number("population")
        if population is not None:
            said["population"] = population
        elif summed is None:
            cell = town.said["population"].cells["population"] if "population" in town.said else None
            if cell is None:
                raise self._no_population(town)
            raise cell.mistake(
                f"the population of '{town.name}' is not known ({cell.shown()}); a town needs one",
                f"“{town.name}”的人口未知（{cell.shown()}）；每镇须有人口",
            )
        residents = population.value if population is not None else summed or 0
        if population is not None and residents > MOST_PEOPLE:  # before anything is reckoned from it
            raise population.mistake(
                f"'{town.name}' would have {residents:,} residents; a city has at most {MOST_PEOPLE:,} (is the heading's unit right?)",
                f"“{town.name}”将有 {residents:,} 名居民；一个市最多 {MOST_PEOPLE:,} 名（标题中的单位是否有误？）",
            )
        self.populations[town.name] = residents
        if self.wish.needs_posts:
            said["posts"] = self._posts(town, residents)
        said["communities"] = self._communities(town, listed, residents)
        if tags := self._tags(town):
            said["tags"] = FromCell(tags, tags[0].source, None)
        if per_1000 := self._per_1000(town, residents):
            said["per_1000"] = FromCell(per_1000, town.name_cell.where(), None)
        if workers := self.workers.get(town.name):
            said["workers"] = FromCell(workers, workers[0].source, None)
        return FromCell(said, town.name_cell.where(), None, note=town.name_cell.short())

    def _no_population(self, town: OneTown) -> Mistake:
        if "population" not in self.towns.first.headings:
            return self.towns.first.sheet.mistake(
                "has no column of populations; add one, headed 'Population'", "没有人口列；请增加标题为“人口”的一列"
            )
        return town.name_cell.mistake(
            f"no table says the population of '{town.name}'", f"没有表格给出“{town.name}”的人口"
        )

    def _name(self, town: OneTown) -> FromCell:
        texts = {language: _text(town, f"name_{language}") for language in ("en", "zh")}
        if not any(texts.values()):
            return FromCell(town.name, town.name_cell.where(), None)
        both = {language: text or town.name for language, text in texts.items()}
        where = town.name_cell.where()
        return FromCell(
            {key: FromCell(text, where, None) for key, text in both.items()}, where, None, note=town.name_cell.short()
        )

    def _posts(self, town: OneTown, residents: int | float) -> FromCell:
        posts = town.number("posts")
        if posts is not None:
            return posts
        rate = self.wish.posts_per_10000
        if rate is None:
            cell = town.said["posts"].cells["posts"] if "posts" in town.said else town.name_cell
            raise cell.mistake(
                f"the posts of '{town.name}' are not known; fill them in, or give --posts-per-10000 for towns without",
                f"“{town.name}”的岗位数未知；请填写，或用 --posts-per-10000 为缺失的镇给出比例",
            )
        n = max(1, _rounded(Decimal(residents) * Decimal(repr(rate)) / 10_000))
        self.n_by_rule += 1
        return by_rule(
            n, town.name_cell.where(), tr(f"assumed: {rate:g} per 10,000 residents", f"假设：每万名居民 {rate:g} 个")
        )

    def _communities(self, town: OneTown, listed: list[FromCell] | None, residents: int | float) -> FromCell:
        if listed:
            return FromCell(listed, listed[0].source, None)
        said = town.number("communities")
        if said is not None:
            return said
        self._assume(
            tr(
                f"communities where no table says how many: one per {PEOPLE_PER_COMMUNITY:,} residents, as in T City",
                f"表中未给出的社区数：按 T 市，每 {PEOPLE_PER_COMMUNITY:,} 名居民一个",
            )
        )
        n = max(1, _rounded(Decimal(residents) / PEOPLE_PER_COMMUNITY))
        note = tr(
            f"assumed: one per {PEOPLE_PER_COMMUNITY:,} residents", f"假设：每 {PEOPLE_PER_COMMUNITY:,} 名居民一个"
        )
        return by_rule(n, town.name_cell.where(), note)

    def _per_1000(self, town: OneTown, residents: int | float) -> dict[str, FromCell]:
        found = {}
        for name in town.said:
            section, _, group = name.partition(".")
            if section not in {"groups", "per_1000"}:
                continue
            node = town.number(name)
            if node is None:
                continue
            if section == "groups":
                cell = town.said[name].cells[name]
                if not residents:
                    continue
                node = cell.node(float(Decimal(node.value) * 1000 / Decimal(residents)), tr("people", "人"))
                self._assume_taken(
                    tr(f"groups by town: '{group}' in people", f"各镇群体：“{group}”按人数"),
                )
            found[group] = node
        return found

    def _tags(self, town: OneTown) -> list[FromCell]:
        """What a cell says with marks between, or else with blanks."""
        cell = town.cell("tags")
        if cell is None:
            return []
        refuse_uncounted(cell)
        if isinstance(cell.value, bool) or not isinstance(cell.value, str | int | float):
            raise cell.mistake(f"must be text, not {cell.shown()}", f"须为文本，而非 {cell.shown()}")
        text = cell.value if isinstance(cell.value, str) else cell.text()
        parts = _MARKS.split(text) if _MARKS.search(text) else text.split()
        tags = list(dict.fromkeys(" ".join(part.split()) for part in parts if part.strip()))
        for tag in tags:
            self.tags[tag] = self.tags.get(tag, 0) + 1
        return [cell.node(tag) for tag in tags]

    def _tell_of_tags(self) -> None:
        if self.tags:
            said = in_turn(one_line(tag) + in_brackets(n) for tag, n in self.tags.items())
            self.told.taken.append(tr(f"tags, and how many towns have each: {said}", f"标签（及镇数）：{said}"))

    def _assume(self, said: str) -> None:
        if said not in self.told.assumed:
            self.told.assumed.append(said)

    def _assume_taken(self, said: str) -> None:
        if said not in self.told.taken:
            self.told.taken.append(said)

    def _tell_of_posts(self) -> None:
        rate, n = self.wish.posts_per_10000, len(self.towns.all)
        if rate is None:
            return
        if self.n_by_rule:
            self._assume(
                tr(
                    f"posts where no table says them ({self.n_by_rule} of {n} towns): {rate:g} per 10,000 residents, at least 1",
                    f"表中未给出的岗位数（{n} 个镇中的 {self.n_by_rule} 个）：每万名居民 {rate:g} 个，至少 1 个",
                )
            )
        else:
            self._assume_taken(
                tr(
                    "every town's posts are known, so none are by --posts-per-10000",
                    "各镇岗位数均已给出，未用到 --posts-per-10000",
                )
            )

    def _tell_of_few(self) -> None:
        """Populations that were meant in 万 look like this."""
        if max(self.populations.values()) < FEW_PEOPLE:
            self.told.odd.append(
                tr(
                    f"no town has {FEW_PEOPLE:,} residents; is the population in 万人? then say so in its heading",
                    f"所有镇的人口均不足 {FEW_PEOPLE:,}；是否以万人为单位？若是，请在标题中写明",
                )
            )

    def _tell_of_pay(self, levers: dict[str, dict[str, FromCell]]) -> None:
        if any("yearly_pay" in town.said or is_yearly(town) for town in self.towns.all) and "pay" in levers:
            self.told.taken.append(
                tr("pay: a year's, of which a twelfth is a month's", "工资：表中为年薪，按十二分之一折算为月薪")
            )

    def _tell_of_unknown(self, levers: dict[str, dict[str, FromCell]]) -> None:
        for name, by_town in levers.items():
            n = len(self.towns.all) - len(by_town)
            if n:
                quantity = (LEVERS | PARAMETERS)[name]
                label, default = quantity.label, quantity.default
                self._assume(
                    tr(
                        f"{name} where no table says it ({n} of {len(self.towns.all)} towns): what the city's file says, else {read.limit(default)}",
                        f"表中未给出的{label}（{len(self.towns.all)} 个镇中的 {n} 个）：按城市文件，否则为 {read.limit(default)}",
                    )
                )


def _rounded(number: Decimal) -> int:
    return int(number.to_integral_value(rounding=ROUND_HALF_UP))


def _text(town: OneTown, name: str) -> str:
    cell = town.cell(name)
    if cell is None:
        return ""
    refuse_uncounted(cell)
    return cell.text()
