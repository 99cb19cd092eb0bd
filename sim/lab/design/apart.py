"""What a design leaves apart from any draw: the numbers that it sets itself; and which of its points are of one city."""

from __future__ import annotations

from collections.abc import Iterator

from sim.lab.design.design import START, Design, Patch, Point, patched
from sim.scenario import drawn
from sim.scenario.parameters import LEVERS
from sim.scenario.schema import Scenario
from sim.scenario.yaml_reader import Node


def city_of(design: Design, point: Point) -> Scenario:
    """The city of a point without what the design's factors make of its numbers: points of one city share their draws."""
    patches = [design.base, *(f.patch(level) for f, level in zip(design.factors, point.levels, strict=True))]
    if any(patch.scenario is not None for patch in patches):
        return patched(patches).baseline()
    # What is laid over a city's numbers leaves it the same city; what changes its towns or its calendar does not.
    kept = [Patch(patch.city, patch.over if _is_another_city(patch.over) else None) for patch in patches]
    return patched(kept)


def set_by(design: Design, city: Scenario) -> tuple[str, ...]:
    """The numbers in doubt that a design sets at any of its points, as a draw calls them. They stay as it sets them; and where it
    sets by how much policies move a lever, so does that."""
    found = dict.fromkeys(_of_patch(design.base))
    for factor in design.factors:
        name = factor.name.split(".", 1)[-1]
        if factor.is_numeric and factor.kind != "posts":
            found |= dict.fromkeys([name] if factor.since == START else [drawn.REACH + name] if name in LEVERS else [])
        for level in factor.levels:
            found |= dict.fromkeys(_of_patch(level.patch))
    allowed = set(drawn.names(city.groups))
    return tuple(sorted(name for name in found if name in allowed))


def _of_patch(patch: Patch) -> Iterator[str]:
    yield from (change.name for change in (*patch.levers, *patch.parameters))
    if patch.over is not None:
        yield from (name for keys in drawn.leaves([], patch.over) if (name := drawn.name_at(keys)))


def _is_another_city(over: Node | None) -> bool:
    return over is not None and any(drawn.name_at(keys) is None for keys in drawn.leaves([], over))
