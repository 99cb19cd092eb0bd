"""What headings mean, in Chinese and English, with their units; and what a heading nearly means."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher

from sim.language import Text
from sim.scenario.parameters import LEVERS, PARAMETERS
from sim.scenario.people import Group
from sim.scenario.sheets.cells import SheetCell
from sim.scenario.sheets.units import COUNT, MONEY, PEOPLE, PLAIN, SHARE, Unit, plain, unit_of, units_in, unmarked


@dataclass(frozen=True)
class Field:
    """What a column may say. label: its heading in a template; synonyms: other headings, in `plain` form once made."""

    name: str
    kind: str
    label: Text
    meaning: Text
    synonyms: tuple[str, ...]

    def words(self) -> set[str]:
        return {plain(word) for word in (self.name, self.label.en, self.label.zh, *self.synonyms)}


_NAME = "name"
FIELDS = (
    Field("town", _NAME, Text("Town", "镇（街道）"), Text("The town or street; one row each, one station each", "镇或街道；每行一个，每个一站"),
          ("镇", "街道", "乡镇", "镇街", "街镇", "乡镇街道", "乡镇街道名称", "镇街道名称", "街镇名称", "镇街园区", "镇乡街道", "街道乡镇", "镇乡", "乡镇名称", "镇街名称", "街道名称", "镇名", "镇名称", "名称", "地区", "区域", "乡", "单位名称",
           "站点", "社工站", "社工站名称", "站点名称", "所属镇街", "所属乡镇", "所属镇", "towns", "town name", "name of town", "street", "subdistrict", "township", "station", "name", "town or street", "township/street", "town/subdistrict", "town (street)",
           "town/street", "towns and streets")),
    Field("id", _NAME, Text("Id", "代号"), Text("A short name for files and tables; left out, the town's name serves", "文件与表格中的短名；省略则用镇名"), ("key", "town id")),
    Field("name_en", _NAME, Text("English name", "英文名"), Text("The name in English reports", "英文报告中的名称"), ("英文名称", "name (en)", "town (en)")),
    Field("name_zh", _NAME, Text("Chinese name", "中文名"), Text("The name in Chinese reports", "中文报告中的名称"), ("中文名称", "name (zh)", "town (zh)")),
    Field("population", PEOPLE, Text("Population", "人口"), Text("Residents of the town", "镇（街道）居民人数"), ("residents", "inhabitants", "pop", "人口数", "人口规模", "人口总量")),
    Field("posts", COUNT, Text("Posts", "岗位"), Text("Posts for social workers at its station, filled or not", "该站社工岗位数，无论是否在岗"),
          ("岗位数", "岗位数量", "社工岗位", "社工岗位数", "编制", "编制数", "核定编制", "核定编制数", "可配", "可配人数", "可配社工", "应配", "应配人数", "核定人数", "核定岗位", "核定岗位数", "设岗数",
           "positions", "number of posts", "approved posts", "posts per station", "social worker posts")),
    Field("staff", COUNT, Text("Staff in post", "在职人数"), Text("Left out: the model fills posts itself", "不采用：模型自行填补岗位"),
          ("在职", "在岗", "在岗人数", "在岗社工", "驻站社工", "配备社工", "配备社工数", "配备人数", "驻站社工人数", "在职社工", "现有人数", "现有社工", "实有人数", "实有", "实际在岗", "实际人数", "社工人数", "社工数", "到岗人数", "staff", "in post", "workers in post", "social workers",
           "number of workers", "headcount", "employed")),
    Field("pay", MONEY, Text("Pay", "月工资"), Text("Base pay, yuan a month; a year's pay is headed 'Yearly pay'", "基本月薪（元/月）；年薪请写“年薪”"),
          ("工资", "月薪", "薪酬", "月工资", "基本工资", "平均工资", "月平均工资", "月均工资", "工资水平", "待遇", "薪资", "人均工资", "人均月工资", "社工工资", "社工月工资", "社工薪酬", "wage", "wages", "salary", "base pay", "monthly pay", "monthly wage", "monthly salary", "pay a month")),
    Field("yearly_pay", MONEY, Text("Yearly pay", "年薪"), Text("Pay a year, turned into a twelfth a month", "每年工资，折算为月薪（除以 12）"),
          ("年工资", "年收入", "年平均工资", "年均工资", "人均年工资", "年薪酬", "annual pay", "annual wage", "annual salary", "yearly wage", "yearly salary", "pay a year")),
    Field("communities", COUNT, Text("Communities", "社区数"), Text("How many communities and villages the town has", "社区与村的数量"),
          ("社区村数", "村社区数", "社区个数", "社区数量", "村居数", "社区和村数", "村社区", "村居", "number of communities", "communities and villages")),
    Field("tags", _NAME, Text("Tags", "标签"), Text("Kinds of the town, such as rural; several with commas between them", "镇的类别，如“农村”；多个标签以顿号或逗号分隔"),
          ("tag", "labels", "tags of the town", "type of town", "镇街标签", "乡镇标签", "镇街类型", "乡镇类型", "城乡类型", "城乡分类")),
    Field("community", _NAME, Text("Community", "社区"), Text("The name of a community or village", "社区或村的名称"), ("社区名称", "村名", "村居名称", "村", "行政村", "社区村名称", "村社区名称", "community name", "village", "name of community")),
    Field("grid_strength", PLAIN, Text("Grid strength", "网格强度"), Text("Strength of its grid, mean 1", "网格强度，均值为 1"), ()),
    Field("trained", "truth", Text("Trained", "社工专业"), Text("Trained in social work: yes or no", "是否社工专业：是或否"), ("是否社工专业", "专业出身", "是否专业", "trained in social work")),
    Field("certificate", "certificate", Text("Certificate", "证书"), Text("none, assistant, social_worker or senior", "无、助理社会工作师、社会工作师或高级社会工作师"),
          ("职业资格", "资格证书", "职业资格证书", "持证情况", "证书等级", "职业水平", "qualification")),
    Field("competence", SHARE, Text("Competence", "能力"), Text("0 to 1", "0 至 1"), ()),
    Field("burnout", SHARE, Text("Burnout", "倦怠"), Text("0 to 1", "0 至 1"), ()),
    Field("tenure_days", PLAIN, Text("Days in service", "在职天数"), Text("Days at the station", "在本站工作的天数"), ("tenure",)),
    Field("tenure_years", PLAIN, Text("Years in service", "工龄"), Text("Years at the station; 365 days each", "在本站工作的年数（每年按 365 天计）"), ("从业年限", "在职年限", "工作年限", "years of service")),
    Field("group", _NAME, Text("Group", "群体"), Text("A group of residents", "居民群体"), ("服务对象", "重点人群", "重点服务对象", "对象类别", "人群", "服务群体", "groups")),
    Field("per_1000", PLAIN, Text("Per 1,000 residents", "每千人"), Text("People of the group in every 1,000 residents", "每千名居民中的人数"), ("每千人人数", "每千居民人数", "per thousand", "per 1000")),
    Field("count", PEOPLE, Text("Number of people", "人数"), Text("People of the group in the whole city, in place of 'Per 1,000'", "全市该群体人数，可代替“每千人”"), ("总人数", "count", "number", "对象人数")),
    Field("needs_per_year", PLAIN, Text("Needs per person and year", "每人每年需求数"), Text("Needs that arise", "产生的需求"), ()),
    Field("group_work_share", SHARE, Text("Share of group work", "小组工作占比"), Text("Share of needs met by group work, 0 to 1", "适合小组工作的需求占比，0 至 1"), ()),
    Field("hours_scale", PLAIN, Text("Hours of a case", "个案工时倍数"), Text("Against the mean, 1", "与均值 1 之比"), ()),
    Field("detectability", PLAIN, Text("Detectability", "易发现程度"), Text("How easily found, mean 1", "易发现程度，均值为 1"), ()),
)  # fmt: skip
FIELD = {one.name: one for one in FIELDS}
OF_TOWNS = ("population", "posts", "staff", "pay", "yearly_pay", "communities")
OF_WORKERS = ("trained", "certificate", "competence", "burnout", "tenure_days", "tenure_years")
OF_GROUPS = ("needs_per_year", "group_work_share", "hours_scale", "detectability")
IGNORED = {plain(word) for word in ("序号", "No.", "#", "备注", "remarks", "notes", "note", "编号", "serial number")}
"""Columns that are left out without a word."""

_WORDS = {word: one.name for one in FIELDS for word in one.words()}
_LEVERS = {plain(word): name for name, one in LEVERS.items() for word in (name, one.label.en, one.label.zh)}
_PARAMETERS = {plain(word): name for name, one in PARAMETERS.items() for word in (name, one.label.en, one.label.zh)}
_BY_TOWN = {word: name for word, name in _PARAMETERS.items() if PARAMETERS[name].by_town}
_OF_POPULATION = re.compile(
    "(?:常住|户籍|登记|年末|期末|总数|总|全|辖区|服务|现有|统计|第[五六七八]次|[五六七八]普|人口普查|普查|(?:19|20)[0-9]{2}年?(?:末|底)?|数|人|of|the|total|resident|"
    "registered|permanent|household|number|census|yearend|usual)+"
)
_BRACKETS = re.compile("[(\\[]([^()\\[\\]]*)[)\\]]")
_LAST_PART = re.compile("^(?P<said>.+?),\\s*(?P<unit>[^,]+)$")
_PER_1000 = re.compile("(?:每千人(?:人数)?|每千居民(?:人数)?|per1000(?:residents|people)?|perthousand|‰)$")


@dataclass(frozen=True)
class Heading:
    """A heading that was understood: the field, or the lever, parameter or group by name."""

    cell: SheetCell
    said: str
    field: str
    kind: str
    unit: Unit | None = None
    words: str = ""  # in plain form, with what a population is qualified by


def heading_of(cell: SheetCell, said: str, groups: tuple[Group, ...] = ()) -> Heading | None:
    """What a heading means, or None."""
    text = unmarked(said)
    if found := _known(text, cell, said, groups):
        return found
    units: list[Unit] = []
    rest = text
    for inner in _BRACKETS.findall(text):
        found_units = units_in(inner)
        if found_units:
            units += found_units
            rest = rest.replace(f"({inner})", "").replace(f"[{inner}]", "")
    if not units and (parts := _LAST_PART.match(text)) and (only := unit_of(parts["unit"])):
        units, rest = [only], parts["said"]
    found = _known(rest, cell, said, groups) if units else None
    if not found:
        return None
    fitting = [unit for unit in units if fits(unit, found.kind)]
    if len(units) != 1 or not fitting:
        listed = ", ".join(unit.said for unit in units)
        raise cell.mistake(
            f"the heading '{said}' has the unit '{listed}', which it cannot be in",
            f"标题“{said}”的单位“{listed}”不适用",
        )
    return Heading(cell, said, found.field, found.kind, fitting[0], found.words)


def fits(unit: Unit, kind: str) -> bool:
    """Whether a column may be in a unit."""
    if kind == COUNT:
        return unit.kind in {COUNT, PEOPLE} and unit.factor == 1
    return unit.kind == kind or (kind == PEOPLE and unit.kind == COUNT and unit.factor == 1)


def _known(text: str, cell: SheetCell, said: str, groups: tuple[Group, ...]) -> Heading | None:
    word = plain(text)
    if name := _WORDS.get(word):
        return Heading(cell, said, name, FIELD[name].kind, words=word)
    for section, named, known in (("levers", _LEVERS, LEVERS), ("parameters", _BY_TOWN, PARAMETERS)):
        if name := named.get(word):
            unit = known[name].unit
            kind = SHARE if unit.startswith(("share", "chance")) else MONEY if unit.startswith("yuan") else PLAIN
            return Heading(cell, said, f"{section}.{name}", kind, words=word)
    bare = word.replace("人口", "").replace("population", "").replace("residents", "")
    if bare != word and _OF_POPULATION.fullmatch(bare):
        return Heading(cell, said, "population", PEOPLE, words=word)
    for group in groups:
        if group.is_rest:
            continue
        names = {plain(one) for one in (group.id, group.name.en, group.name.zh)}
        if word in names or (word.endswith("人数") and word.removesuffix("人数") in names):
            return Heading(cell, said, f"groups.{group.id}", PEOPLE, words=word)
        if (end := _PER_1000.search(word)) and word[: end.start()] in names:
            return Heading(cell, said, f"per_1000.{group.id}", PLAIN, words=word)
    return None


def parameter_named(said: str) -> str | None:
    """The parameter that a heading names; one that was not understood belongs to the city as a whole."""
    return _PARAMETERS.get(plain(said))


def nearly(said: str) -> tuple[str, str] | None:
    """The field, and the heading, that was nearly written; else None."""
    word = plain(_BRACKETS.sub("", unmarked(said)))
    if len(word) < 3:
        return None
    known = _WORDS | {word: f"levers.{name}" for word, name in _LEVERS.items()} | _MORE
    if word in known:
        return None
    best = _nearest(word, known)
    return best and (best[1], _written(*best))


def nearly_a_parameter(said: str) -> str | None:
    """The parameter by town that was nearly written; there are so many that a heading may be near one by chance."""
    word = plain(_BRACKETS.sub("", unmarked(said)))
    best = _nearest(word, _BY_TOWN) if len(word) >= 3 else None
    return best and best[1]


def _nearest(word: str, known: Mapping[str, str]) -> tuple[str, str] | None:
    """The word that is nearest, if one is near, and its name."""
    is_latin = word.isascii()
    best = (0.0, "", "")
    for other, name in known.items():
        if other.isascii() is not is_latin:
            continue
        if is_latin:
            score = SequenceMatcher(None, word, other).ratio()
        else:
            n_same = sum(int(a == b) for a, b in zip(word, other, strict=False))
            score = 0.9 if len(word) == len(other) >= 3 and n_same == len(word) - 1 else 0.0
            if len(word) == 3 and word[-1] == "数":
                score = 0.0  # 社区数 and 户区数 share more than they say
        best = max(best, (score, other, name))
    return None if best[0] < 0.8 else (best[1], best[2])


_MORE = {"常住人口": "population", "户籍人口": "population", "总人口": "population", "residentpopulation": "population"}


def _written(word: str, name: str) -> str:
    """The heading whose plain form a word is."""
    if name.startswith("levers."):
        lever = LEVERS[name.removeprefix("levers.")]
        texts: tuple[str, ...] = (lever.name, lever.label.en, lever.label.zh)
    else:
        one = FIELD[name]
        texts = (one.label.en, one.label.zh, *one.synonyms, one.name)
    return next((text for text in texts if plain(text) == word), word)
