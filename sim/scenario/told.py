"""Changes in words: from what to what, in the city where they act. One wording for the command line, reports and dry runs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sim.language import Text, counted, labelled, listed, listed_texts, spaced, tr
from sim.mistakes import Mistake
from sim.months import month_number, month_text
from sim.scenario.changes import ADD, AT_LEAST, AT_MOST, FACTOR, TAG, VALUE, Change, Layer
from sim.scenario.people import Town
from sim.scenario.read import limit
from sim.scenario.schema import Policy, Scenario
from sim.scenario.units import stored_unit, unit_zh

MOST_TOWNS = 6
"""Towns that a sentence names; of more, the number of the rest."""


def changes_told(scenario: Scenario) -> list[list[str]]:
    """What the city says of its levers and parameters, then what each of its policies changes, in their order.

    What a change sets out from is what stands in its first month without it: below it lie the city and earlier changes.
    """
    start = month_number(scenario.start)
    holders = scenario.layers_by_holder()
    usual = [0, *(scenario.policy_month for _ in holders[1:])]  # the first are the city's own
    return [[_layer(layer, start, month) for layer in own] for own, month in zip(holders, usual, strict=True)]


def town_told(town: Town) -> list[str]:
    """A town's tags, and what becomes of it and its station over time, apart from posts, which are told with the changes."""
    said = [tr(f"tags: {listed(town.tags)}", f"标签：{listed(town.tags)}")] if town.tags else []
    if town.joins is not None:
        said.append(tr(f"joins the city in {town.joins}", f"于 {town.joins} 并入本市"))
    if town.opens is not None:
        said.append(tr(f"its station opens in {town.opens}", f"社工站于 {town.opens} 开设"))
    if town.closes is not None:
        said.append(
            tr(
                f"its station closes after {town.closes}, heir: {town.heir}",
                f"社工站于 {town.closes} 后关闭，由 {town.heir} 承接",
            )
        )
    if town.growth_per_year:
        rate = f"{100 * town.growth_per_year:+.1f}"
        said.append(tr(f"population {rate} % a year", f"人口每年 {rate}%"))
    return said


def policy_told(policy: Policy, city: Scenario) -> list[str]:
    """What a policy changes in a city; from what, only where it fits that city, and if not, why."""
    title = str(city.title)
    try:
        under = city.with_policies([policy])
    except Mistake as mistake:
        lines = [_text(change, "→", _own_when(change)) for change in (*policy.levers, *policy.parameters)]
        return [tr(f"(does not fit {title}: {mistake})", f"（不适用于“{title}”：{mistake}）"), *lines]
    head = tr(f"in {title}, from {city.policy_start:%Y-%m} on:", f"在“{title}”，自 {city.policy_start:%Y-%m} 起：")
    lines = changes_told(under)[-1]
    return [head, *lines, *against_told(under)] if lines else []


def towns_told(policy: Policy, city: Scenario) -> list[tuple[str, list[str]]]:
    """As `by_town`, of one policy in a city; of one that does not fit it nothing."""
    try:
        return by_town(city.with_policies([policy]))[-1]
    except Mistake:  # `policy_told` says why
        return []


def by_town(scenario: Scenario) -> list[list[tuple[str, list[str]]]]:
    """For each of a city's policies, in their order, what it moves otherwise in one town than in another: the label of the lever or
    parameter, and before → after by town. Where several changes of a policy move it in one town, they follow one another: 10 → 11 → 12.
    """
    names = [str(town.name) for town in scenario.towns]
    return [_by_town(own, names) for own in scenario.layers_by_holder()[1:]]


def _by_town(own: Sequence[Layer], names: Sequence[str]) -> list[tuple[str, list[str]]]:
    moved: dict[str, dict[int, list[str]]] = {}
    labels: dict[str, str] = {}
    for layer in own:
        change = layer.step.change
        labels[change.name] = str(change.quantity.label)
        of_towns = moved.setdefault(change.name, {})
        pairs = zip(layer.before.tolist(), layer.after.tolist(), strict=True)
        for row, (before, after) in zip(layer.step.stations, pairs, strict=False):  # of a city as a whole: one pair
            values = of_towns.setdefault(row, [limit(before)])
            for value in (limit(before), limit(after)):
                if value != values[-1]:
                    values.append(value)
    return [
        (labels[name], [labelled(names[row], _steps(values)) for row, values in sorted(of_towns.items())])
        for name, of_towns in moved.items()
        if len({tuple(values) for values in of_towns.values()}) > 1
    ]


def _steps(values: Sequence[str]) -> str:
    """What a value is one after another; one that stays is there twice."""
    return " → ".join(values if len(values) > 1 else [*values, *values])


def against(scenario: Scenario) -> list[Text]:
    """A warning for each change of a policy that moves a value the other way than it means to, with towns and amounts."""
    start = month_number(scenario.start)
    return [
        _warning(policy, layer, start, [town.name for town in scenario.towns])
        for policy, own in zip(scenario.policies, scenario.layers_by_holder()[1:], strict=True)
        for layer in own
        if layer.is_against.any()
    ]


def against_told(scenario: Scenario) -> list[str]:
    """The same, in the language in force."""
    return [str(warning) for warning in against(scenario)]


def _warning(policy: Policy, layer: Layer, start: int, towns: Sequence[Text]) -> Text:
    change, quantity = layer.step.change, layer.step.change.quantity
    month = int(layer.is_against.any(axis=1).argmax())
    rows = np.flatnonzero(layer.is_against[month]).tolist()
    # How far it goes, once its ramp has ended: by then it may be more than in the first month.
    far = max(month, min(layer.step.end - layer.step.month, len(layer.above) - 1))
    moved = []
    for row in rows[:MOST_TOWNS]:
        amount = f"{limit(layer.below[far, row])} → {limit(layer.above[far, row])}"
        town = Text("the city", "全市") if layer.is_of_city else towns[layer.step.stations[row]]
        moved.append(Text(f"{town.en} {amount}", f"{town.zh} {amount}"))
    more = len(rows) - len(moved)
    named = listed_texts(moved)
    en, zh = (f" and {counted(more, 'town')} more", f"，另有 {more} 个镇") if more > 0 else ("", "")
    when, unit = month_text(start + layer.step.month + month), quantity.unit
    wants, does = ("raise", "lowers") if change.direction > 0 else ("lower", "raises")
    goal, done = ("提高", "降低") if change.direction > 0 else ("降低", "提高")
    return Text(
        f"Warning: {policy.title.en} is to {wants} {quantity.label.en} and {does} it from {when}: {named.en}{en} ({change.name}, {unit}); "
        "say at_least, at_most, add or factor in place of a value",
        f"警告：“{policy.title.zh}”意在{goal}{quantity.label.zh}，却自 {when} 起使其{done}：{named.zh}{zh}（{change.name}，{unit_zh(unit)}）；"
        "请改用 at_least、at_most、add 或 factor，而非直接给定数值",
    )


def _layer(layer: Layer, start: int, usual: int) -> str:
    step = layer.step
    when = ""
    if step.month != usual:
        month = month_text(start + step.month)
        when = tr(f" from {month}", f"（自 {month}）")
    new = "" if step.change.form == VALUE else _span(layer.after, is_last=True)
    return _text(step.change, f"{_span(layer.before)} →", when, new)


def _span(values: np.ndarray, *, is_last: bool = False) -> str:
    """One value, or the least and the greatest of the towns."""
    low, high = float(values.min()), float(values.max())
    if low == high:
        return limit(low)
    comma = "" if is_last else ","
    return tr(f"{limit(low)} to {limit(high)}, by town{comma}", f"各镇 {limit(low)} 至 {limit(high)}")


def _own_when(change: Change) -> str:
    """When a change begins, as its file says it."""
    if change.start is not None:
        return tr(f" from {change.start}", f"（自 {change.start}）")
    if change.after_months:
        return tr(f" after months: {change.after_months}", f"（{change.after_months} 个月后）")
    return ""


def _form(change: Change) -> str:
    """What a change makes of a value, in words."""
    value = limit(change.value)
    return {
        VALUE: value,
        ADD: tr(f"{value} more", f"增加 {value}")
        if change.value >= 0
        else tr(f"{limit(-change.value)} less", f"减少 {limit(-change.value)}"),
        FACTOR: tr(f"times {value}", f"乘以 {value}"),
        AT_LEAST: tr(f"at least {value}", f"至少 {value}"),
        AT_MOST: tr(f"at most {value}", f"至多 {value}"),
    }[change.form]


def places_told(stations: Sequence[str]) -> Text:
    """Towns by their ids, and what tags stand for."""
    tags = [station.removeprefix(TAG) for station in stations]
    return listed_texts(
        Text(station, station) if tag == station else Text(f"towns tagged {tag}", f"标签为“{tag}”的镇")
        for station, tag in zip(stations, tags, strict=True)
    )


def _text(change: Change, old: str, when: str, new: str = "") -> str:
    quantity = change.quantity
    if change.until is not None:
        when += tr(f" until {change.until}", f"（至 {change.until}）")
    if change.ramp_months > 1:
        when += tr(f" over {change.ramp_months} months", f"（{change.ramp_months} 个月到位）")
    if change.stations is not None:
        where = places_told(change.stations)
        when += tr(f" at {where}", f"（仅{spaced(where)}）")
    unit = stored_unit(quantity.unit)
    value = tr(f"{new}, {_form(change)}", f"{new}，{_form(change)}") if new else _form(change)
    return tr(
        f"{quantity.label}: {old} {value}{when} ({quantity.name}, {unit})",
        f"{quantity.label}：{old} {value}{when}（{quantity.name}，{unit}）",
    )
