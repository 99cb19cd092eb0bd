"""What was counted or surveyed in a real city: its figures, each of what a run observes, with its law and its months.

They change no run. Some are what a city is fitted to, others what it is held against; none is both.
"""

from __future__ import annotations

import datetime
import math
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sim.language import Text, either, tr
from sim.mistakes import did_you_mean
from sim.months import month_number, month_text
from sim.observations import GROUP_MONTH, MEASURES, STATION_MONTH, Observation
from sim.scenario import read
from sim.scenario.people import Group, Town
from sim.scenario.units import stored_unit, unit_zh
from sim.scenario.yaml_reader import Node

BY_SURVEY, BY_COUNT, BY_MEAN, BY_RANGE = "survey", "count", "mean", "range"
FIT, CHECK = "fit", "check"
FIGURE_KEYS = (
    "figure", "law", "value", "n", "low", "high", "se", "from", "to", "station", "group", "discrepancy", "design_effect", "use", "source",
)  # fmt: skip
LAWS = {
    BY_SURVEY: Text("a share of people asked", "受访者中的占比"),
    BY_COUNT: Text("a count", "计数"),
    BY_MEAN: Text("a mean with its standard error", "均值及其标准误"),
    BY_RANGE: Text("a range", "区间"),
}
"""How a figure is known."""
USES = {FIT: Text("fitted", "用于拟合"), CHECK: Text("a check, never fitted", "仅用于检验，不参与拟合")}
MOST_FIGURES = 200
DISCREPANCY = {BY_SURVEY: 0.0, BY_COUNT: 0.05, BY_RANGE: 0.1}
"""Where a figure says none: SD on the logit scale; SD on the log scale; softness of the edges as a share of the width."""

_NEEDED = {BY_SURVEY: ("value", "n"), BY_COUNT: ("value",), BY_MEAN: ("value", "se"), BY_RANGE: ()}
_MORE = {
    BY_SURVEY: ("discrepancy", "design_effect"),
    BY_COUNT: ("discrepancy",),
    BY_MEAN: (),
    BY_RANGE: ("low", "high", "discrepancy"),
}
_ALWAYS = ("figure", "law", "from", "to", "station", "group", "use", "source")
_DISCREPANCIES = {BY_SURVEY: (0.0, 3.0), BY_COUNT: (0.001, 3.0), BY_RANGE: (0.001, 1.0)}
_LARGEST = 1e12
_WITHIN_1 = ("share", "share per month", "0-1")
_PASSES_1, _FALLS_BELOW_0 = "load", "balance"


@dataclass(frozen=True)
class CityFigure:
    """One figure of a real city.

    names: what it is of: a measure or a column of the monthly tables (`sim.observations`), or flows that are counted together.
    value: None for a range. first, last: its months, YYYY-MM, both counted. station, group: ids; None is the whole city.
    low, high: of a range; None where it is open. se: in the figure's unit. n: people asked, and design_effect what their number is divided by.
    discrepancy: how far the figure may be off for other reasons than chance, as `DISCREPANCY` says; None for a mean, whose `se` holds it.
    use: "fit" or "check".
    """

    names: tuple[str, ...]
    law: str
    value: float | None
    first: str
    last: str
    source: Text
    use: str = FIT
    n: float | None = None
    design_effect: float = 1.0
    low: float | None = None
    high: float | None = None
    se: float | None = None
    discrepancy: float | None = None
    station: str | None = None
    group: str | None = None

    @property
    def name(self) -> str:
        """As one text: "dispatched_centre + dispatched_other"."""
        return " + ".join(self.names)

    @property
    def place(self) -> str:
        """The id of its station or group; "" for the whole city."""
        return self.station or self.group or ""

    @property
    def unit(self) -> str:
        """The unit of its value."""
        first = self.names[0]
        return MEASURES[first].unit if first in MEASURES else columns(self.group is not None)[first].unit

    @property
    def bounds(self) -> tuple[float, float]:
        """The least and the greatest value that a city may have of it: 0 to 1 for shares."""
        return bounds_of(self.names, is_of_group=self.group is not None)

    def to_plain(self) -> dict[str, Any]:
        """As a city's file would say it."""
        said: dict[str, Any] = {"figure": self.names[0] if len(self.names) == 1 else list(self.names), "law": self.law}
        numbers = ("value", "n", "low", "high", "se", "discrepancy")
        said |= {key: getattr(self, key) for key in numbers if getattr(self, key) is not None}
        said |= {"design_effect": self.design_effect} if self.design_effect != 1.0 else {}
        said |= {"from": self.first, "to": self.last}
        said |= {key: getattr(self, key) for key in ("station", "group") if getattr(self, key) is not None}
        return said | {"use": self.use, "source": self.source.to_plain()}


def columns(is_of_group: bool) -> Mapping[str, Observation]:
    """The columns of the monthly table that figures of a group, or else of stations and the city, are of."""
    return GROUP_MONTH if is_of_group else STATION_MONTH


def known_figures(is_of_group: bool) -> list[str]:
    """Names of all that a figure may be of: measures whose columns are there, then the columns themselves."""
    there = columns(is_of_group)
    return [*(name for name, one in MEASURES.items() if {*one.above, *one.below} <= there.keys()), *there]


def bounds_of(names: Sequence[str], *, is_of_group: bool) -> tuple[float, float]:
    """As `CityFigure.bounds`."""
    if names[0] in MEASURES:
        is_within_1 = MEASURES[names[0]].unit in _WITHIN_1
    else:
        one = columns(is_of_group)[names[0]]
        is_within_1 = one.kind == "level" and names[0] != _PASSES_1
    return -math.inf if names[0] == _FALLS_BELOW_0 else 0.0, 1.0 if is_within_1 else math.inf


def laws_of(names: Sequence[str], *, is_of_group: bool) -> tuple[str, ...]:
    """The laws that a figure may have."""
    if names[0] in MEASURES:
        return (BY_SURVEY, BY_MEAN, BY_RANGE) if MEASURES[names[0]].unit.startswith("share") else (BY_MEAN, BY_RANGE)
    kinds = {"flow": (BY_COUNT, BY_RANGE), "stock": (BY_COUNT, BY_MEAN, BY_RANGE), "level": (BY_MEAN, BY_RANGE)}
    return kinds[columns(is_of_group)[names[0]].kind]


def read_figures(
    node: Node, start: datetime.date, end: datetime.date, towns: Iterable[Town], groups: Iterable[Group]
) -> tuple[CityFigure, ...]:
    """`figures:` of a city. Raises Mistake."""
    listed = read.items(node)
    if len(listed) > MOST_FIGURES:
        raise node.mistake(f"a city has at most {MOST_FIGURES} figures", f"一个市最多 {MOST_FIGURES} 项实测数据")
    places = {"station": _by_word(towns), "group": _by_word(groups)}
    made = [_read_figure(item, (month_number(start), month_number(end)), places) for item in listed]
    _refuse_twice(listed, made)
    return tuple(made)


def _by_word(places: Iterable[Town | Group]) -> dict[str, str]:
    """Ids by themselves, and by names in either language where no other has them."""
    known = [(one.id, {one.name.en, one.name.zh}) for one in places]
    times = Counter(word for _, words in known for word in words)
    named = {word: key for key, words in known for word in words if times[word] == 1}
    return named | {key: key for key, _ in known}


def _read_figure(node: Node, run: tuple[int, int], places: Mapping[str, Mapping[str, str]]) -> CityFigure:
    said = read.mapping(node, FIGURE_KEYS)
    if "station" in said and "group" in said:
        raise said["group"].mistake(
            "a figure is of a station or of a group, not of both; leave one",
            "一项实测数据只能属于一个站点或一个群体；请只保留一个",
        )
    place = {key: _place(said[key], places[key], key) for key in ("station", "group") if key in said}
    is_of_group = "group" in place
    names = _read_names(read.need(node, "figure", "stay_share"), is_of_group)
    law = _read_law(read.need(node, "law", either(LAWS)), names, is_of_group)
    for key, inner in said.items():
        if key not in (*_ALWAYS, *_NEEDED[law], *_MORE[law]):
            able = ", ".join((*_NEEDED[law], *_MORE[law]))
            raise inner.mistake(
                f"a figure of the law '{law}' has no '{key}'; it may have {able}",
                f"law 为 '{law}' 的实测数据没有 '{key}'；可有 {able}",
            )
    numbers: dict[str, Any] = {key: _read_number(read.need(node, key), key, names, is_of_group) for key in _NEEDED[law]}
    numbers |= {key: _read_number(said[key], key, names, is_of_group) for key in ("low", "high") if key in said}
    if law == BY_COUNT and numbers["value"] <= 0:
        raise said["value"].mistake(
            "a count must be above 0; say what is known of none as a range, e.g. law: range, high: 2",
            "计数须大于 0；若未发生，请写成区间，如 law: range、high: 2",
        )
    if law == BY_RANGE:
        _check_range(node, said, bounds_of(names, is_of_group=is_of_group))
    first, last = _read_months(node, said, run)
    if law in DISCREPANCY:
        least, most = _DISCREPANCIES[law]
        has_own = "discrepancy" in said
        numbers["discrepancy"] = read.number(said["discrepancy"], least, most) if has_own else DISCREPANCY[law]
    if "design_effect" in said:
        numbers["design_effect"] = read.number(said["design_effect"], 0.1, 100)
    return CityFigure(
        names,
        law,
        numbers.pop("value", None),
        first,
        last,
        Text(*read.both_languages(read.need(node, "source"))),
        read.choice(said["use"], USES) if "use" in said else FIT,
        station=place.get("station"),
        group=place.get("group"),
        **numbers,
    )


def _place(node: Node, known: Mapping[str, str], key: str) -> str:
    word = read.text(node)
    if word in known:
        return known[word]
    guess = did_you_mean(word, known)
    what = {"station": ("town", "镇（街道）"), "group": ("group", "群体")}[key]
    raise node.mistake(f"the city has no {what[0]} {node.shown()}{guess}", f"城市没有{what[1]} {node.shown()}{guess}")


def _read_names(node: Node, is_of_group: bool) -> tuple[str, ...]:
    items = read.items(node)
    names = [_read_name(item, is_of_group) for item in items]
    if not names:
        raise node.mistake("names nothing", "未写明任何指标")
    if len(names) == 1:
        return tuple(names)
    there = columns(is_of_group)
    for item, name in zip(items, names, strict=True):
        if name in MEASURES or there[name].kind != "flow":
            raise item.mistake(
                f"only flows, which are counted, add up, and {item.shown()} is none",
                f"只有流量（计数）才能相加，{item.shown()} 不是流量",
            )
        if there[name].unit != there[names[0]].unit:
            units = there[name].unit, there[names[0]].unit
            raise item.mistake(
                f"{item.shown()} is in {units[0]} and '{names[0]}' in {units[1]}; what adds up has one unit",
                f"{item.shown()} 的单位为{unit_zh(units[0])}，'{names[0]}' 的单位为{unit_zh(units[1])}；相加的指标须同一单位",
            )
        if names.count(name) > 1:
            raise item.mistake(f"{item.shown()} stands twice; keep one", f"{item.shown()} 重复；请只保留一个")
    return tuple(names)


def _read_name(node: Node, is_of_group: bool) -> str:
    name = read.text(node)
    known = known_figures(is_of_group)
    if name in known:
        return name
    if is_of_group and name in known_figures(False):
        raise node.mistake(
            f"{node.shown()} is observed of stations and the city, not of groups",
            f"{node.shown()} 只按站点与全市观测，不按群体",
        )
    guess = did_you_mean(name, known)
    raise node.mistake(
        f"there is no figure {node.shown()}{guess}; 'stations explain observations' lists them",
        f"没有指标 {node.shown()}{guess}；用 'stations explain observations' 查看",
    )


def _read_law(node: Node, names: Sequence[str], is_of_group: bool) -> str:
    law = read.choice(node, LAWS)
    able = laws_of(names, is_of_group=is_of_group)
    if law not in able:
        raise node.mistake(
            f"the law '{law}' does not fit {' + '.join(names)}; allowed: {', '.join(able)}",
            f"law '{law}' 不适用于 {' + '.join(names)}；可用：{', '.join(able)}",
        )
    return law


def _read_number(node: Node, key: str, names: Sequence[str], is_of_group: bool) -> float:
    if key == "n":
        return read.number(node, 1, 1e9, "people", is_whole=True)
    if key == "se":
        return read.number(node, 1e-9, _LARGEST)
    low, high = bounds_of(names, is_of_group=is_of_group)
    return read.number(node, max(low, -_LARGEST), min(high, _LARGEST))


def _check_range(node: Node, said: Mapping[str, Node], bounds: tuple[float, float]) -> None:
    """Raise Mistake unless a range has a width, and ends wherever its figure's values do not."""
    if "low" not in said and "high" not in said:
        raise node.mistake("a range needs 'low', 'high' or both", "区间须有 low、high 或二者")
    for key, bound in zip(("low", "high"), bounds, strict=True):
        if key not in said and math.isinf(bound):
            raise node.mistake(
                f"this range needs '{key}', too: its values have no bound there",
                f"该区间还须有 '{key}'：其取值在此方向没有界限",
            )
    low, high = (said[key].value if key in said else bound for key, bound in zip(("low", "high"), bounds, strict=True))
    if low >= high:
        at = said["low" if "low" in said else "high"]
        raise at.mistake(
            f"the range begins at {read.limit(low)} and ends at {read.limit(high)}; low must be below high",
            f"区间起于 {read.limit(low)}、止于 {read.limit(high)}；low 须小于 high",
        )


def _read_months(node: Node, said: Mapping[str, Node], run: tuple[int, int]) -> tuple[str, str]:
    first, last = (read.month(read.need(node, key, "2024-12")) for key in ("from", "to"))
    months = f"{month_text(run[0])} to {month_text(run[1])}"
    for key, month in (("from", first), ("to", last)):
        if not run[0] <= month_number(month) <= run[1]:
            raise said[key].mistake(
                f"{month} lies outside the run; allowed: {months}",
                f"{month} 不在运行期内；可用：{months.replace(' to ', ' 至 ')}",
            )
    if first > last:
        raise said["to"].mistake(f"must not be before {first}", f"不得早于 {first}")
    return first, last


def _refuse_twice(nodes: Sequence[Node], figures: Sequence[CityFigure]) -> None:
    """Raise Mistake where what is fitted is said again: itself, as a check, or as the sum of its parts."""
    seen: dict[Any, tuple[CityFigure, Node]] = {}
    for node, figure in zip(nodes, figures, strict=True):
        key = (frozenset(figure.names), figure.station, figure.group, figure.first, figure.last)
        before, there = seen.setdefault(key, (figure, node))
        if there is not node and FIT in (before.use, figure.use):
            where = there.where() if there.path == "" else f"{there.where()} {there.path}"
            raise node.mistake(
                f"{figure.name} of these months stands in {where}, too; what is fitted is said once, and never a check",
                f"{figure.name} 在同一时段已见于 {where}；用于拟合的只说一次，且不得再作检验",
            )
    for (names, *window), (figure, node) in seen.items():
        parts = [
            [figure for (own, *others), (figure, _) in seen.items() if own == {name} and others == window]
            for name in names
        ]
        fitted = [figure, *(one for found in parts for one in found)]
        if len(names) > 1 and all(parts) and all(one.use == FIT for one in fitted):
            raise node.mistake(
                f"{figure.name} says again what its parts say; make it or them a check (use: check)",
                f"{figure.name} 重复了其各部分；请将总数或各部分设为检验（use: check）",
            )


def inherited(before: Node, after: Node) -> Node:
    """A city that was laid over another: of figures that it takes over, those of months, towns and groups that it has.

    None where no town is the other's: they were counted elsewhere. What it says itself stays, to be checked.
    """
    figures = after.value.get("figures")
    if figures is None or figures is not before.value.get("figures"):
        return after
    there = {key: [_keys(city, section) for city in (before, after)] for key, section in _SECTIONS.items()}
    is_elsewhere = bool(there["station"][0]) and not there["station"][0] & there["station"][1]
    kept = [] if is_elsewhere else [item for item in read.items(figures) if _stays(item, after, there)]
    if len(kept) == len(read.items(figures)):
        return after
    return replace(after, value=after.value | {"figures": replace(figures, value=kept)})


_SECTIONS = {"station": "towns", "group": "groups"}


def _keys(city: Node, section: str) -> set[str]:
    said = city.value.get(section)
    return set(said.value) if said is not None and isinstance(said.value, dict) else set()


def _stays(item: Node, city: Node, there: Mapping[str, Sequence[Collection[str]]]) -> bool:
    said = item.plain() if isinstance(item.value, dict) else {}
    start, end = (str(city.value[key].value)[:7] if key in city.value else "" for key in ("start", "end"))
    is_within = str(said.get("from", start)) >= start and str(said.get("to", end)) <= (end or "9999")
    is_gone = any(said.get(key) in before and said.get(key) not in now for key, (before, now) in there.items())
    return is_within and not is_gone


def told_figure(figure: CityFigure) -> str:
    """A figure in one line, in the language in force."""
    place = tr(f" at {figure.place}", f"（{figure.place}）") if figure.place else ""
    months = tr(f"{figure.first} to {figure.last}", f"{figure.first} 至 {figure.last}")
    return tr(
        f"{figure.name}{place}: {_amount(figure)}, {months}; {USES[figure.use].en}; source: {figure.source.en}",
        f"{figure.name}{place}：{_amount(figure)}，{months}；{USES[figure.use].zh}；来源：{figure.source.zh}",
    )


def _amount(figure: CityFigure) -> str:
    """What is known of it, by its law."""
    unit = stored_unit(figure.unit)
    value = "" if figure.value is None else read.limit(figure.value)
    off = "" if figure.discrepancy is None else read.limit(figure.discrepancy)
    if figure.law == BY_SURVEY:
        n = f"{figure.n:,.0f}"
        more = tr(f", discrepancy {off} on the logit scale", f"，对数几率偏差 {off}") if figure.discrepancy else ""
        return tr(f"{value}, asked of {n} people{more}", f"{value}（{n} 人受访{more}）")
    if figure.law == BY_COUNT:
        percent = f"{100 * (figure.discrepancy or 0.0):g}"
        return tr(f"{value} ({unit}), give or take {percent} %", f"{value}（{unit}），误差约 {percent}%")
    if figure.law == BY_MEAN:
        se = read.limit(figure.se or 0.0)
        return tr(f"{value} ({unit}), standard error {se}", f"{value}（{unit}），标准误 {se}")
    low, high = ("" if one is None else read.limit(one) for one in (figure.low, figure.high))
    if not low or not high:
        return (
            tr(f"at least {low} ({unit})", f"至少 {low}（{unit}）")
            if low
            else tr(f"at most {high} ({unit})", f"至多 {high}（{unit}）")
        )
    return tr(f"{low} to {high} ({unit})", f"{low} 至 {high}（{unit}）")
