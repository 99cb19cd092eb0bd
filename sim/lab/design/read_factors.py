"""Read what a design varies: its base, its factors and their levels."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from sim.lab.design.design import BASE_NAME, POLICIES, SET_BY_DESIGN, START, Factor, Level, Patch, number_text, patched
from sim.lab.design.read_patches import PATCH_KEYS, named_city, policies_level, read_patch, title_of
from sim.lab.outcomes import OUTCOMES
from sim.language import Text, spaced
from sim.mistakes import Mistake, did_you_mean
from sim.observations import STATION_MONTH
from sim.scenario import read
from sim.scenario.load import DEFAULT_CITY
from sim.scenario.parameters import LEVERS, PARAMETERS, POSTS, Quantity
from sim.scenario.read_changes import read_stations
from sim.scenario.schema import Policy, Scenario
from sim.scenario.told import places_told
from sim.scenario.yaml_reader import Node

MOST_FACTORS_OF_DESIGN = 200
MOST_LEVELS = 100

_POSTS_ADDED = replace(
    POSTS["posts"],
    name="posts.add",
    default=0,
    low=-POSTS["posts"].most,
    high=POSTS["posts"].most,
    least=-POSTS["posts"].most,
    label=Text("Posts added at each station", "每站增设岗位"),
)
_NUMERIC: dict[str, tuple[str, Quantity]] = {
    **{f"levers.{name}": ("lever", quantity) for name, quantity in LEVERS.items()},
    **{f"parameters.{name}": ("parameter", quantity) for name, quantity in PARAMETERS.items()},
    _POSTS_ADDED.name: ("posts", _POSTS_ADDED),
}
_OWN_NAME = re.compile(r"[a-z][a-z0-9_]*")
_COLUMNS = {
    "point",
    "label",
    "scenario_hash",
    "model",
    "run",
    "seed",
    "month",
    "station",
    "base",
    "levers",
    "parameters",
    "city",
}

_AS_BASE = Text("Base", "基准")


def read_base(node: Node | None, folder: Path) -> Patch:
    """The `base:` of a design, a city's name or a mapping; T City where it is left out. Raises Mistake."""
    if node is None:
        return Patch(DEFAULT_CITY)
    if not isinstance(node.value, dict):
        return Patch(named_city(node, folder))
    patch = read_patch(read.mapping(node, PATCH_KEYS), folder)
    return replace(patch, city=patch.city or DEFAULT_CITY)


def read_factors(node: Node, base: Patch, folder: Path) -> tuple[Factor, ...]:
    """The `factors:` of a design. `folder` is the design's own, from which paths count. Raises Mistake."""
    said = read.mapping(node)
    if not said:
        raise node.mistake(
            "name at least one factor, such as levers.pay: [2500, 3500]",
            "请至少给出一个因素，如 levers.pay: [2500, 3500]",
        )
    if len(said) > MOST_FACTORS_OF_DESIGN:
        raise node.mistake(
            f"{len(said)} factors are too many; a design has at most {MOST_FACTORS_OF_DESIGN}",
            f"{len(said)} 个因素过多；一个设计最多 {MOST_FACTORS_OF_DESIGN} 个",
        )
    made: dict[str, Factor] = {}
    for name, given in said.items():
        if name == "policies":
            made[name] = _policies(given, base, folder)
        elif name == "scenario":
            made[name] = _scenarios(given, base, folder)
        elif name not in _NUMERIC:
            made[name] = _variants(name, given, folder)
    others = _other_cities(base, made.values())
    for name, given in said.items():
        if name in _NUMERIC:
            made[name] = _numeric(name, given, others)
    factors = tuple(made[name] for name in said)
    _refuse_clashes(factors)
    _refuse_hiring_twice(factors, base)
    return factors


# --- numbers


def _numeric(name: str, node: Node, cities: Sequence[Scenario]) -> Factor:
    kind, quantity = _NUMERIC[name]
    keys = ("levels", "range", "steps", "title", "stations" if kind == "posts" else "since")
    said = read.mapping(node, keys) if isinstance(node.value, dict) else {"levels": node}
    since = START if kind == "parameter" else POLICIES
    if "since" in said:
        since = read.choice(said["since"], (START, POLICIES))
    stations = read_stations(said["stations"]) if "stations" in said else None
    # Where cities differ, the base's level is no number: it is what each city has.
    own = [_own_value(city, kind, quantity.name, since) for city in cities]
    value = own[0] if all(city_value == own[0] for city_value in own) else math.nan
    text = number_text(value) if math.isfinite(value) else None
    base = Level(text or BASE_NAME, Text(text, text) if text else _AS_BASE, value=value)
    label = quantity.label
    if stations is not None:
        where = places_told(stations)
        label = Text(f"{label.en}, at {where.en}", f"{label.zh}（仅{spaced(where.zh)}）")
    title = title_of(said, label)
    factor = Factor(
        name, kind, title, quantity.unit, since, base, is_whole=quantity.is_whole, stations=stations, node=node
    )
    if ("levels" in said) == ("range" in said):
        raise node.mistake("give either 'levels' or 'range'", "请给出 'levels' 或 'range' 之一")
    if "steps" in said and "range" not in said:
        raise said["steps"].mistake("belongs to a range; leave it out", "仅用于 range；请删去")
    if "levels" in said:
        nodes = _entries(said["levels"])
        numbers = [read.value_of(number, quantity) for number in nodes]
        return replace(factor, levels=_unlike(base, [factor.at(number) for number in numbers], nodes))
    low, high = _range(said["range"], quantity)
    factor = replace(factor, low=low, high=high)
    if "steps" not in said:
        return factor
    n = read.integer(said["steps"], 2, MOST_LEVELS)
    if quantity.is_whole and n > high - low + 1:
        raise said["steps"].mistake(
            f"there are only {high - low + 1:g} whole numbers from {read.limit(low)} to {read.limit(high)}; take no more steps than that",
            f"{read.limit(low)} 至 {read.limit(high)} 之间只有 {high - low + 1:g} 个整数；steps 不得更多",
        )
    return replace(factor, levels=tuple(factor.at(factor.between(i / (n - 1))) for i in range(n)))


def _range(node: Node, quantity: Quantity) -> tuple[float, float]:
    if node.value == "declared" and quantity is _POSTS_ADDED:
        raise node.mistake("posts have no plausible range; give [low, high]", "岗位没有合理范围；请给出 [下限, 上限]")
    if node.value == "declared":
        return quantity.low, quantity.high
    ends = node.value
    if not isinstance(ends, list) or len(ends) != 2:
        guess = did_you_mean(node.value, ["declared"]) if isinstance(node.value, str) else ""
        raise node.mistake(
            f"must be [low, high] or declared, not {node.shown()}{guess}",
            f"须为 [下限, 上限] 或 declared，而非 {node.shown()}{guess}",
        )
    low, high = (read.value_of(end, quantity) for end in ends)
    if low >= high:
        raise node.mistake(
            f"must rise: {read.limit(low)} is not below {read.limit(high)}",
            f"下限须小于上限：{read.limit(low)} 不小于 {read.limit(high)}",
        )
    return low, high


def _own_value(city: Scenario, kind: str, key: str, since: str) -> float:
    """The value that a city has of itself, everywhere and for as long as a level would hold; NaN if it varies."""
    if kind == "posts":  # as many as there are, and none besides
        return 0.0
    table = city.lever_table() if kind == "lever" else city.parameter_table()
    column = table[key][city.policy_month if since == POLICIES else 0 :]
    first = float(column.flat[0])
    return first if bool((column == first).all()) else math.nan


def _other_cities(base: Patch, factors: Iterable[Factor]) -> list[Scenario]:
    """The base's scenario, and every other city that the levels of the factors make of it."""
    found = [patched([base])]
    for factor in factors:
        for level in factor.levels:
            if replace(level.patch, policies=()).is_empty:
                continue
            try:
                found.append(patched([base, level.patch]))
            except Mistake:  # said later with its point, if there is one
                continue
    return found


# --- policies


def _policies(node: Node, base: Patch, folder: Path) -> Factor:
    said = _with_levels(node)
    none = Text("As in the base", "与基准相同") if base.policies else Text("No policy", "无政策")
    own = Level("none", none)
    nodes = _entries(said["levels"])
    levels = _unlike(own, [policies_level(named, own, folder) for named in nodes], nodes)
    title = title_of(said, Text("Policies", "政策"))
    return Factor("policies", "policies", title, "", POLICIES, own, levels, node=node)


# --- cities


def _scenarios(node: Node, base: Patch, folder: Path) -> Factor:
    said = _with_levels(node)
    nodes = _entries(said["levels"])
    cities = [named_city(named, folder) for named in nodes]
    assert base.city is not None
    own = _city_level(base.city, Patch())
    levels = [own if _same(city, base.city) else _city_level(city, Patch(city)) for city in cities]
    title = title_of(said, Text("City", "城市"))
    return Factor("scenario", "scenario", title, "", START, own, _unlike(own, levels, nodes), node=node)


def _city_level(city: str, patch: Patch) -> Level:
    loaded = patched([Patch(city)])
    return Level(loaded.name, loaded.title, patch)


def _same(one: str, other: str) -> bool:
    return one == other or (os.path.isfile(one) and os.path.isfile(other) and os.path.samefile(one, other))


# --- variants


def _variants(name: str, node: Node, folder: Path) -> Factor:
    guess = _factor_meant(name)
    if not _OWN_NAME.fullmatch(name):
        raise node.mistake(
            f"unknown factor{guess}; a factor is levers.NAME, parameters.NAME, posts.add, policies, scenario, "
            "or variants under a name of your own (lower-case letters, digits, _)",
            f"未知因素{guess}；因素为 levers.名称、parameters.名称、posts.add、policies、scenario，"
            "或自定名称的变式（variants；小写字母、数字、_）",
        )
    if not isinstance(node.value, dict) or "variants" not in node.value:
        raise node.mistake(
            f"a factor of this name needs the key 'variants'{guess}", f"此名称的因素须有键 'variants'{guess}"
        )
    if name in _COLUMNS or name in OUTCOMES or name in STATION_MONTH:
        raise node.mistake("is the name of a column of results; choose another", "与结果列同名；请换一个名称")
    said = read.mapping(node, ("title", "since", "variants"))
    since = read.choice(said["since"], (START, POLICIES)) if "since" in said else START
    title = title_of(said, Text(name, name))
    variants = read.names(said["variants"])
    nodes = list(variants.values())
    _count(said["variants"], nodes)
    levels = [_variant(key, variant, folder, since, title) for key, variant in variants.items()]
    empty = [(level, node) for level, node in zip(levels, nodes, strict=True) if level.patch.is_empty]
    if len(empty) > 1:
        raise empty[1][1].mistake(
            f"leaves the base as it is, and so does '{empty[0][0].name}'; keep one",
            f"与 '{empty[0][0].name}' 一样不改变基准；请只留一个",
        )
    own = empty[0][0] if empty else Level(BASE_NAME, _AS_BASE)
    return Factor(name, "variants", title, "", since, own, _unlike(own, levels, nodes), node=node)


def _variant(name: str, node: Node, folder: Path, since: str, factor: Text) -> Level:
    said = read.mapping(node, ("title", *PATCH_KEYS))
    title = title_of(said, Text(name, name))
    patch = read_patch(said, folder)
    if since == POLICIES:
        for key in ("scenario", "city"):
            if key in said:
                raise said[key].mistake(
                    "holds from the first day; write 'since: start' for this factor, or leave it out",
                    "自首日起有效；请为此因素写 'since: start' 或删去",
                )
        if patch.levers or patch.parameters:
            names = Text(f"{factor.en}: {title.en}", f"{factor.zh}：{title.zh}")
            own = Policy(name, names, SET_BY_DESIGN, SET_BY_DESIGN, patch.levers, patch.parameters)
            patch = Patch(policies=(own, *patch.policies))
    return Level(name, title, patch)


def _factor_meant(name: str) -> str:
    short = name.split(".")[-1]
    full = [known for known in _NUMERIC if known.split(".")[1] == short]
    return did_you_mean(full[0] if full else name, [*_NUMERIC, "policies", "scenario"])


# --- what all have


def _with_levels(node: Node) -> Mapping[str, Node]:
    if not isinstance(node.value, dict):
        return {"levels": node}
    said = read.mapping(node, ("levels", "title"))
    read.need(node, "levels")
    return said


def _entries(node: Node) -> list[Node]:
    nodes = read.items(node)
    _count(node, nodes)
    return nodes


def _count(node: Node, nodes: Sequence[Node]) -> None:
    if not nodes:
        raise node.mistake("name at least one level", "请至少给出一个水平")
    if len(nodes) > MOST_LEVELS:
        raise node.mistake(
            f"{len(nodes)} levels are too many; a factor has at most {MOST_LEVELS}",
            f"{len(nodes)} 个水平过多；一个因素最多 {MOST_LEVELS} 个",
        )


def _unlike(base: Level, levels: Sequence[Level], nodes: Sequence[Node]) -> tuple[Level, ...]:
    """The levels, if no two of them have one name, and none but the base's own has the base's."""
    seen: dict[str, Level] = {}
    for level, node in zip(levels, nodes, strict=True):
        if not math.isfinite(level.value):
            read.check_name(level.name, node)
        if level.name in seen or (level.name == base.name and level is not base):
            raise node.mistake(
                f"two levels are called '{level.name}'; did you write two alike? Else give one another name",
                f"两个水平同名 '{level.name}'；是否重复？否则请另取名称",
            )
        seen[level.name] = level
    if list(seen.values()) == [base]:
        raise nodes[0].mistake(
            "leaves the base as it is, so nothing varies; name another level, too",
            "不改变基准，因而没有变化；请再给出其他水平",
        )
    return tuple(levels)


def _refuse_clashes(factors: Sequence[Factor]) -> None:
    """Raise Mistake where two factors change the same from the first day: one would win, without a word."""
    owners: list[tuple[tuple[str, ...], Factor]] = []
    for factor in factors:
        for path in sorted(_touched(factor)):
            for other, owner in owners:
                shorter = min(len(path), len(other))
                if owner is not factor and path[:shorter] == other[:shorter]:
                    assert factor.node is not None
                    shown = ".".join(path if len(path) > len(other) else other)
                    raise factor.node.mistake(
                        f"changes {shown} from the first day, and so does the factor '{owner.name}'; let one of them set it",
                        f"自首日起改变 {shown}，而因素 '{owner.name}' 亦然；请只由其中一个设定",
                    )
            owners.append((path, factor))


def _refuse_hiring_twice(factors: Sequence[Factor], base: Patch) -> None:
    """Raise Mistake where posts are added by a policy, too: the same asked for twice counts once, so some levels would add nothing."""
    added = next((factor for factor in factors if factor.name == _POSTS_ADDED.name), None)
    if added is None:
        return
    assert added.node is not None
    patches = [base, *(level.patch for factor in factors for level in factor.levels)]
    for policy in (policy for patch in patches for policy in patch.policies):
        if any(change.name in POSTS for change in policy.levers):
            raise added.node.mistake(
                f"changes posts, and so does the policy '{policy.name}'; let one of them do it",
                f"改变岗位数，而政策 '{policy.name}' 亦然；请只由其中一个改变",
            )


def _touched(factor: Factor) -> set[tuple[str, ...]]:
    """What of a city the levels of a factor change from the first day, as paths of keys."""
    if factor.is_numeric:
        return {tuple(factor.name.split("."))} if factor.since == START else set()
    found: set[tuple[str, ...]] = set()
    for patch in (level.patch for level in factor.levels):
        if patch.city is not None:
            found.add(("scenario",))
        if patch.over is not None:
            found.update(_leaves(patch.over.plain(), ()))
        found.update(("levers", change.name) for change in patch.levers)
        found.update(("parameters", change.name) for change in patch.parameters)
    return found


def _leaves(value: Any, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    if isinstance(value, dict) and value:
        for key, inner in value.items():
            yield from _leaves(inner, (*path, key))
    else:
        yield path
