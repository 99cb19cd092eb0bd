"""What is compared is measured over the same months: a design whose points end or begin apart says a window."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sim.lab.design.design import Design, Point, Window
from sim.mistakes import Mistake
from sim.months import month_number, month_text
from sim.scenario import read
from sim.scenario.schema import Scenario
from sim.scenario.yaml_reader import Node

Months = tuple[str, str]
"""The first and the last month of a window, YYYY-MM."""


def months_of(window: Window, scenario: Scenario) -> Months:
    """The months that a scenario's outcomes are taken over."""
    start = month_number(scenario.start)
    first, last = window.months(scenario)
    return month_text(start + first), month_text(start + last - 1)


def beyond_the_run(window: Window, scenario: Scenario, node: Node) -> Mistake | None:
    """What is wrong where a window is no part of the run. node: where it is said."""
    first, last = window.months(scenario)
    if 0 <= first < last <= scenario.n_months:
        return None
    start = month_number(scenario.start)
    if last <= first:
        ends = [month_text(start + month) for month in (last - 1, first)]
        return node.mistake(
            "ends in {}, before it begins in {}".format(*ends), "结束月份 {} 早于开始月份 {}".format(*ends)
        )
    months = [month_text(start + month) for month in (first, last - 1, 0, scenario.n_months - 1)]
    return node.mistake(
        "{} to {} is no part of the run, {} to {}".format(*months),
        "{} 至 {} 不在运行期 {} 至 {} 之内".format(*months),
    )


def window_of(given: Any, scenario: Scenario, source: str) -> Window:
    """A window from text, "2026-01..2027-12", of which either end may be left out; None: the window of policies.

    source: what sentences call the place where it is said. Raises Mistake.
    """
    if given is None or isinstance(given, Window):
        return given or Window()
    node = Node(given, source, None)
    ends = given.split("..") if isinstance(given, str) else []
    if len(ends) != 2 or not any(end.strip() for end in ends):
        raise node.mistake(
            f"must be two months as 2026-01..2027-12, not {node.shown()}",
            f"须为两个月份，如 2026-01..2027-12，而非 {node.shown()}",
        )
    first, last = (read.month(Node(end.strip(), source, None)) if end.strip() else None for end in ends)
    window = Window(first, last)
    if (wrong := beyond_the_run(window, scenario, node)) is not None:
        raise wrong
    if window.months(scenario)[1] <= scenario.policy_month:
        start = month_text(month_number(scenario.policy_start))
        raise node.mistake(
            f"ends in {window.last}, before the policies start in {start}, so that none could make a difference; let it end later",
            f"结束月份 {window.last} 早于政策起始月份 {start}，任何政策都不会有差异；请延后结束",
        )
    return window


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
