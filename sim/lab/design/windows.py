"""What is compared is measured over the same months: a design whose points end or begin apart says a window."""

from __future__ import annotations

from collections.abc import Mapping

from sim.lab.design.design import Design, Point, Window
from sim.mistakes import Mistake
from sim.months import month_number, month_text
from sim.scenario.schema import Scenario
from sim.scenario.yaml_reader import Node

Months = tuple[str, str]
"""The first and the last month of a window, YYYY-MM."""


def months_of(window: Window, scenario: Scenario) -> Months:
    """The months that a scenario's outcomes are taken over."""
    start = month_number(scenario.start)
    first, last = window.months(scenario)
    return month_text(start + first), month_text(start + last - 1)


def other_months(design: Design, found: Mapping[Months, Point]) -> tuple[Mistake, Point] | None:
    """What is wrong, and with which point, where points are measured over different months.

    found: a point for each window that there is, the base's first.
    """
    if len(found) < 2:
        return None
    own, (other, point) = next(iter(found)), list(found.items())[1]
    first, last = max(months[0] for months in found), min(months[1] for months in found)
    en, zh = "the points share no month", "各点没有共同的月份"
    if first <= last:
        shared = f"window: {{first: {first}, last: {last}}}"
        en, zh = f"say the months that all points share, {shared}", f"请写明各点共有的月份 {shared}"
    key = "end" if other[0] == own[0] else "policy_start"
    mistake = _said(design, point, key).mistake(
        f"outcomes would be taken over {other[0]} to {other[1]} here and over {own[0]} to {own[1]} at the base, but what is "
        f"compared must be measured over the same months; {en}",
        f"此处的结果取自 {other[0]} 至 {other[1]}，基准则取自 {own[0]} 至 {own[1]}；相互比较的结果须取自相同月份；{zh}",
    )
    return mistake, point


def _said(design: Design, point: Point, key: str) -> Node:
    """Where the design says what makes a point's calendar another."""
    pairs = [pair for pair in zip(design.factors, point.levels, strict=True) if pair[1] is not pair[0].base]
    for _, level in pairs:
        over = level.patch.over
        if over is not None and key in over.value:
            node: Node = over.value[key]
            return node
    cities = [factor.node for factor, level in pairs if level.patch.city is not None and factor.node is not None]
    return cities[0] if cities else Node(None, str(design.file), None)
