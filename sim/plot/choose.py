"""What stands where in the figures of a sweep: which factor along the axis, which as lines, which apart."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sim.lab.kept.reading import Key, Reading, Varied

Setting = tuple[Key, ...]

MOST_HEIGHT = 9.0
"""Inches: what a printed page holds besides a caption."""


@dataclass(frozen=True)
class Lines:
    """Points in lines: `x` along the axis, a line for each level of `lines`, a block for each setting of the others.

    points: by block, by level of `lines` (None without such a factor), by level of `x`. A block is the setting of its
    points, with the base's levels of `x` and of `lines`. The base's block comes first.
    """

    x: Varied
    lines: Varied | None
    points: dict[Setting, dict[Key, dict[Key, int]]]


def is_gridded(factor: Varied) -> bool:
    """Whether the factor's levels are combined with those of others, rather than drawn or changed one at a time."""
    return not factor.is_sampled and factor.method != "one_at_a_time"


def lines_along(reading: Reading, x: Varied) -> Lines | None:
    """Points in lines along a factor, which differ in nothing else; None where no two points do."""
    rows: dict[Setting, dict[Key, int]] = {}
    for point, keys in reading.settings.items():
        if not (x.is_numeric and keys[x.place] is None):
            rows.setdefault(_with(keys, x), {})[keys[x.place]] = point
    rows = {rest: _in_order(reading, x, along) for rest, along in rows.items() if len(along) > 1}
    if not rows:
        return None
    varied = [
        factor
        for factor in reading.factors
        if factor is not x and is_gridded(factor) and len({rest[factor.place] for rest in rows}) > 1
    ]
    lines = min(varied, key=lambda one: (one is not reading.contrast, _n_of(rows, one), one.place), default=None)
    found: dict[Setting, dict[Key, dict[Key, int]]] = {}
    for rest, along in rows.items():
        block, key = (rest, None) if lines is None else (_with(rest, lines), rest[lines.place])
        found.setdefault(block, {})[key] = along
    base = reading.settings[0]
    blocks = sorted(found, key=lambda block: (block != base, *_places(reading, block)))
    return Lines(x, lines, {block: _levels_in_order(reading, lines, found[block]) for block in blocks})


def axis(reading: Reading) -> Lines | None:
    """Lines along the numeric factor with the most levels, other than the contrast factor where there is another."""
    candidates = [
        found
        for factor in reading.factors
        if factor.is_numeric and is_gridded(factor) and (found := lines_along(reading, factor)) is not None
    ]
    return min(
        candidates, key=lambda one: (one.x is reading.contrast, -len(reading.present(one.x)), one.x.place), default=None
    )


def grid(reading: Reading) -> Lines | None:
    """Two crossed factors: as `axis`, or two that are no numbers; None where there are none."""
    candidates = [axis(reading)]
    candidates += [
        lines_along(reading, factor) for factor in reading.factors if not factor.is_numeric and is_gridded(factor)
    ]
    able = [one for one in candidates if one is not None and one.lines is not None]
    # The contrast factor's levels stand as rows, where their names have room.
    return min(able, key=lambda one: one.x is reading.contrast, default=None)


def _with(keys: Setting, factor: Varied) -> Setting:
    """The setting with the base's level of a factor."""
    return (*keys[: factor.place], factor.base, *keys[factor.place + 1 :])


def _n_of(rows: Iterable[Setting], factor: Varied) -> int:
    return len({rest[factor.place] for rest in rows})


def _in_order(reading: Reading, factor: Varied, along: dict[Key, int]) -> dict[Key, int]:
    return {key: along[key] for key in reading.present(factor, along.values())}


def _levels_in_order(
    reading: Reading, factor: Varied | None, found: dict[Key, dict[Key, int]]
) -> dict[Key, dict[Key, int]]:
    order = [None] if factor is None else reading.present(factor)
    return {key: found[key] for key in order if key in found}


def _places(reading: Reading, setting: Setting) -> tuple[int, ...]:
    return tuple(reading.present(factor).index(setting[factor.place]) for factor in reading.factors)
