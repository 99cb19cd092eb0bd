"""Policies that start later than others, or at some stations only: sequences and pilots."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from sim.language import Text, counted
from sim.months import month_number, month_text
from sim.scenario.changes import Change
from sim.scenario.schema import Policy
from sim.scenario.yaml_reader import Node


def delayed(policy: Policy, months: int, stations: Sequence[str] | None, node: Node) -> Policy:
    """The policy with every change `months` later and, where stations are named, at those only.

    `node` is where the design says so. Raises Mistake where the policy has what cannot be moved so.
    """
    if policy.code and (months or stations is not None):
        raise node.mistake(
            f"'{policy.name}' acts by Python code, which can be neither delayed nor kept to some stations",
            f"'{policy.name}' 由 Python 代码实施，无法推迟或限于部分站点",
        )
    if stations is not None and not stations:
        raise node.mistake("'stations' is empty; leave it out for all stations", "'stations' 为空；若指全部站点请省略")
    of_city = [change.name for change in policy.parameters if not change.quantity.by_town]
    if stations is not None and of_city:
        raise node.mistake(
            f"'{policy.name}' changes {of_city[0]}, which belongs to the city as a whole; leave 'stations' out",
            f"'{policy.name}' 改变 {of_city[0]}，而它属于全市；请删去 'stations'",
        )
    if not months and stations is None:
        return policy
    levers, parameters = (_moved(part, months, stations, node) for part in (policy.levers, policy.parameters))
    if stations is not None:
        if not levers and not parameters:
            raise node.mistake(
                f"'{policy.name}' changes nothing at these stations", f"'{policy.name}' 在这些站点没有任何改变"
            )
    name, en, zh = policy.name, policy.title.en, policy.title.zh
    if months:
        name, en, zh = (
            f"{name} after {months}",
            f"{en}, {counted(months, 'month')} later",
            f"{zh}（推迟 {months} 个月）",
        )
    if stations is not None:
        name = f"{name} at {', '.join(stations)}"
        en, zh = f"{en}, at {', '.join(stations)}", f"{zh}（{'、'.join(stations)}）"
    return replace(policy, name=name, title=Text(en, zh), levers=levers, parameters=parameters)


def _moved(changes: Iterable[Change], months: int, stations: Sequence[str] | None, node: Node) -> tuple[Change, ...]:
    """Changes so many months later, and of those that act at any of the stations the part that does."""
    later = [_later(change, months, node) for change in changes]
    if stations is not None:
        later = [replace(change, stations=_both(change.stations, stations)) for change in later]
    return tuple(change for change in later if change.stations != ())


def _later(change: Change, months: int, node: Node) -> Change:
    if change.until is not None:
        change = replace(change, until=month_text(month_number(change.until) + months))
    if change.start is not None:
        return replace(change, start=month_text(month_number(change.start) + months), node=node)
    after = (change.after_months or 0) + months
    return replace(change, after_months=after or None, node=node)


def _both(own: tuple[str, ...] | None, wanted: Sequence[str]) -> tuple[str, ...]:
    return tuple(station for station in wanted if own is None or station in own)


def without_repeats(policies: Sequence[Policy]) -> tuple[Policy, ...]:
    """The policies without changes that an earlier one has brought to the same value at the same stations.

    Such a repeat would change nothing, but be refused where it begins during the earlier one's ramp. It stays where
    another change of the same lever comes between.
    """
    changes = [change for policy in policies for change in (*policy.levers, *policy.parameters)]
    made = []
    for policy in policies:
        levers, parameters = (_kept(part, changes) for part in (policy.levers, policy.parameters))
        if levers or parameters or policy.code:
            made.append(replace(policy, levers=levers, parameters=parameters))
    return tuple(made)


def _kept(own: Iterable[Change], changes: Sequence[Change]) -> tuple[Change, ...]:
    return tuple(change for change in own if not _is_repeat(change, changes))


def _is_repeat(change: Change, changes: Sequence[Change]) -> bool:
    earlier = [
        other
        for other in changes
        if other.name == change.name
        and (other.start is None) == (change.start is None)  # a date and a delay cannot be compared without a city
        and _begins(other) < _begins(change)
        and not _apart(other, change)
    ]
    if not earlier:
        return False
    last = max(_begins(other) for other in earlier)
    latest = [other for other in earlier if _begins(other) == last]
    return all(_asks_for(other) == _asks_for(change) and _covers(other, change) for other in latest)


def _asks_for(change: Change) -> tuple[str, float, str | None]:
    return change.form, change.value, change.until


def _begins(change: Change) -> int:
    return (change.after_months or 0) if change.start is None else month_number(change.start)


def _covers(one: Change, other: Change) -> bool:
    return one.stations is None or (other.stations is not None and set(other.stations) <= set(one.stations))


def _apart(one: Change, other: Change) -> bool:
    return one.stations is not None and other.stations is not None and not set(one.stations) & set(other.stations)
