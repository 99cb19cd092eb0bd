"""The points that a plan makes: grids, samples, levels one at a time, lists, and crossings of them.

A plan depends on what a design says, not on the order of its keys: numbered by name, factors and variants get the same
dimensions of a sample, and points the same numbers, however a file is sorted.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from sim.lab.design.design import Factor, Level, Part, Point, number_text
from sim.lab.design.methods import METHODS, SAMPLED
from sim.lab.design.read_patches import policies_level
from sim.language import listed
from sim.mistakes import did_you_mean
from sim.scenario import read
from sim.scenario.yaml_reader import Node, one_line

MOST_POINTS = 100_000

LevelByFactor = dict[str, Level]
"""A level for each factor of one part of a plan, by the factor's name."""


@dataclass(frozen=True)
class _Counted:
    """One part of a plan, counted before anything is made."""

    method: str
    factors: tuple[Factor, ...]
    n: int
    settings: Callable[[], list[LevelByFactor]]


def read_plan(node: Node, factors: Sequence[Factor], folder: Path) -> tuple[tuple[Part, ...], tuple[Point, ...]]:
    """The `plan:` of a design and its points, the base first. `folder` is the design's own. Raises Mistake."""
    parts = [_read_part(part, mine, folder) for part, mine in _shared_out(node, factors)]
    n = math.prod(part.n for part in parts)
    if n > MOST_POINTS:
        counts = " x ".join(f"{part.n:,}" for part in parts)
        shown = f"{n:,}" if n < 10**15 else f"{n:.0e}"
        made = f"{counts} = {shown}" if len(parts) > 1 else shown
        raise node.mistake(
            f"makes {made} points; a design has at most {MOST_POINTS:,}, so take fewer levels or sample",
            f"共 {made} 个设计点；一个设计最多 {MOST_POINTS:,} 个，请减少水平或改用抽样",
        )
    found = {tuple(factor.base.name for factor in factors): tuple(factor.base for factor in factors)}
    for crossed in itertools.product(*(part.settings() for part in parts)):
        levels = {name: level for setting in crossed for name, level in setting.items()}
        point = tuple(levels[factor.name] for factor in factors)
        found.setdefault(tuple(level.name for level in point), point)
    points = tuple(Point(number, levels) for number, levels in enumerate(found.values()))
    return tuple(Part(part.method, tuple(factor.name for factor in part.factors), part.n) for part in parts), points


def _shared_out(node: Node, factors: Sequence[Factor]) -> list[tuple[Node, list[Factor]]]:
    """Each part of the plan with the factors that it sets: every factor once."""
    parts = read.items(node)
    if not parts:
        raise node.mistake("the list is empty; name a method such as grid", "列表为空；请给出方法，如 grid")
    known = {factor.name: factor for factor in factors}
    owner: dict[str, int] = {}
    rest: list[int] = []
    for i, part in enumerate(parts):
        if not isinstance(part.value, dict) or "factors" not in part.value:
            rest.append(i)
            continue
        named = part.value["factors"]
        for entry in read.items(named):
            name = read.text(entry)
            if name not in known:
                guess = did_you_mean(name, known)
                names = one_line(listed(known), 200)
                raise entry.mistake(
                    f"there is no factor {entry.shown()}{guess}; this design has {names}",
                    f"没有因素 {entry.shown()}{guess}；本设计有 {names}",
                )
            if name in owner:
                raise entry.mistake(
                    f"the factor '{name}' is set twice; name it in one part only",
                    f"因素 '{name}' 设定了两次；只能属于一个部分",
                )
            owner[name] = i
        if not read.items(named):
            raise named.mistake("name at least one factor", "请至少给出一个因素")
    left = [name for name in known if name not in owner]
    if len(rest) > 1:
        raise parts[rest[1]].mistake(
            "say 'factors' for this part; only one part may leave them out and take all that is left",
            "请为此部分给出 'factors'；只有一个部分可省略并取其余因素",
        )
    if rest and not left:
        raise parts[rest[0]].mistake(
            "is left without factors, since other parts set them all", "没有可设定的因素，其他部分已设定全部"
        )
    if left and not rest:
        raise node.mistake(
            f"sets no level of {one_line(', '.join(left), 200)}; every factor belongs to one part",
            f"未设定 {one_line(', '.join(left), 200)}；每个因素须属于一个部分",
        )
    for name in left:
        owner[name] = rest[0]
    return [(part, sorted((known[n] for n in known if owner[n] == i), key=_name)) for i, part in enumerate(parts)]


def _name(factor: Factor) -> str:
    return factor.name


def _read_part(node: Node, factors: list[Factor], folder: Path) -> _Counted:
    if isinstance(node.value, dict):
        method = read.choice(read.need(node, "method"), METHODS)
        said = read.mapping(node, ("method", "factors", *METHODS[method].keys))
    else:
        method, said = read.choice(node, METHODS), {}
        if METHODS[method].keys:
            example = "points: 64" if method in SAMPLED else "points: [{...}]"
            raise node.mistake(
                f"needs 'points'; write {{method: {method}, {example}}}",
                f"须有 'points'；请写 {{method: {method}, {example}}}",
            )
    if method == "list":
        entries = read.items(read.need(node, "points"))
        if not entries:
            raise said["points"].mistake("the list is empty", "列表为空")
        settings = [_read_entry(entry, factors, folder) for entry in entries]
        return _Counted(method, tuple(factors), len(settings), lambda: settings)
    if method in SAMPLED:
        return _read_sample(node, method, factors)
    if method == "grid":
        chosen = [_levels(factor, _refuse_range(factor)) for factor in factors]
        n = math.prod(len(levels) for levels in chosen)
        return _Counted(
            method, tuple(factors), n, lambda: [_setting(factors, levels) for levels in itertools.product(*chosen)]
        )
    chosen = [
        _levels(factor, [factor.at(factor.low), factor.at(factor.high)] if factor.is_numeric else [])
        for factor in factors
    ]
    alone = [
        {},
        *({f.name: level} for f, own in zip(factors, chosen, strict=True) for level in own if level is not f.base),
    ]
    return _Counted(method, tuple(factors), len(alone), lambda: [_at_base(factors) | moved for moved in alone])


def _read_sample(node: Node, method: str, factors: list[Factor]) -> _Counted:
    for factor in factors:
        if factor.levels and math.isfinite(factor.low):
            assert factor.node is not None
            raise factor.node.value["steps"].mistake(
                f"makes levels of a range, but {method} draws from all of it; leave 'steps' out",
                f"将范围分为若干水平，而 {method} 从整个范围抽取；请删去 'steps'",
            )
    points = read.need(node, "points")
    n = read.integer(points, 2, MOST_POINTS)
    if METHODS[method].doubles and n & (n - 1):
        below, above = 2 ** (n.bit_length() - 1), 2 ** n.bit_length()
        near = f"{below:,} or {above:,}" if above <= MOST_POINTS else f"{below:,}"
        raise points.mistake(
            f"must be a power of two, else a {METHODS[method].title.en} is not even; try {near}, not {points.shown()}",
            f"须为 2 的幂，否则 {METHODS[method].title.zh}不均匀；请用 {near.replace(' or ', ' 或 ')}，而非 {points.shown()}",
        )
    random = read.integer(node.value["random"], 0, 2**32 - 1) if "random" in node.value else 1

    def settings() -> list[LevelByFactor]:
        return [_setting(factors, map(_drawn, factors, row)) for row in shares(method, n, len(factors), random)]

    return _Counted(method, tuple(factors), n, settings)


def shares(method: str, n: int, n_factors: int, random: int) -> list[list[float]]:
    """`n` points of the unit cube (each share 0 <= u < 1), as a sampler draws them."""
    draw = METHODS[method].draw
    assert draw is not None
    found: list[list[float]] = draw(n, n_factors, random).tolist()
    return found


def _drawn(factor: Factor, share: float) -> Level:
    """The level at a share of a factor: of its range, or of the number of its levels."""
    levels = _levels(factor, [])
    return levels[int(share * len(levels))] if levels else factor.at(factor.drawn(share))


def _levels(factor: Factor, otherwise: Iterable[Level]) -> list[Level]:
    """The levels of a factor in the order in which plans go through them."""
    levels = factor.levels or otherwise
    return sorted(levels, key=lambda level: level.name) if factor.kind == "variants" else list(levels)


def _refuse_range(factor: Factor) -> list[Level]:
    if not factor.levels:
        assert factor.node is not None
        raise factor.node.mistake(
            "a grid needs levels; give the range 'steps', such as 5, or choose latin_hypercube or sobol",
            "网格（grid）需要水平；请为范围给出 'steps'，如 5，或改用 latin_hypercube 或 sobol",
        )
    return []


def _setting(factors: Iterable[Factor], levels: Iterable[Level]) -> LevelByFactor:
    return {factor.name: level for factor, level in zip(factors, levels, strict=True)}


def _at_base(factors: Iterable[Factor]) -> LevelByFactor:
    return {factor.name: factor.base for factor in factors}


# --- a list


def _read_entry(node: Node, factors: Sequence[Factor], folder: Path) -> LevelByFactor:
    known = {factor.name: factor for factor in factors}
    said = read.mapping(node, tuple(known))
    return _at_base(factors) | {name: _level_meant(level, known[name], folder) for name, level in said.items()}


def _level_meant(node: Node, factor: Factor, folder: Path) -> Level:
    """The level of a factor that an entry of a list names: by its number, its name, or for policies as levels are."""
    known = {level.name: level for level in (factor.base, *factor.levels)}
    meant = str(node.value) if isinstance(node.value, str | int) else ""
    if factor.is_numeric and isinstance(node.value, int | float) and not isinstance(node.value, bool):
        if not factor.levels and node.value != factor.base.value:
            return factor.at(read.number(node, factor.low, factor.high, factor.unit, is_whole=factor.is_whole))
        meant = number_text(node.value)
    elif isinstance(node.value, list | dict) and factor.kind == "policies":
        wanted = policies_level(node, factor.base, folder)
        meant = next((level.name for level in known.values() if level.patch == wanted.patch), wanted.name)
    if meant in known:
        return known[meant]
    guess = did_you_mean(meant, known)
    able = one_line(listed(known), 200)
    if not factor.levels:
        able += f", {number_text(factor.low)}-{number_text(factor.high)}"
    shown = f"'{one_line(meant)}'" if meant else node.shown()
    raise node.mistake(
        f"{shown} is no level of {factor.name}{guess}; it has {able}",
        f"{shown} 不是 {factor.name} 的水平{guess}；可用：{able}",
    )
