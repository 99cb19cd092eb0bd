"""What a file says of levers, parameters and posts, read into changes: a value, a change, or a list of these; and where they hold."""

from __future__ import annotations

from collections.abc import Mapping

from sim.language import listed
from sim.scenario import read
from sim.scenario.changes import ADD, FACTOR, FORMS, MOST_REACH, TAG, VALUE, Change
from sim.scenario.parameters import LEVERS, PARAMETERS, POSTS, Quantity
from sim.scenario.yaml_reader import Node

LONGEST_RAMP = 240
MOST_CHANGES = 1000
MOST_FACTOR = 100.0
QUANTITY_KEYS = (*(f"levers.{name}" for name in LEVERS), *(f"parameters.{name}" for name in PARAMETERS))
"""Where a scenario says each lever and parameter."""


def read_changes(node: Node, known: Mapping[str, Quantity]) -> tuple[Change, ...]:
    """The `levers:` or `parameters:` of a file, in order."""
    found: list[Change] = []
    for name, entry in read.mapping(node).items():
        if name in POSTS and known is not POSTS:
            raise entry.mistake(
                "are no lever; a policy says 'posts: {add: 2}' beside 'levers', a city says them of each town",
                "不是政策工具；政策请在 levers 之外写 'posts: {add: 2}'，城市请写在各镇之下",
            )
        if name not in known:
            topic, guess = "levers" if known is LEVERS else "parameters", read.meant(name, known, QUANTITY_KEYS)
            raise entry.mistake(
                f"unknown name{guess}; 'stations explain {topic}' lists them",
                f"未知名称{guess}；用 'stations explain {topic}' 查看全部",
            )
        found += read_entries(known[name], entry)
    return tuple(found)


def read_entries(quantity: Quantity, node: Node, *, has_stations: bool = True) -> list[Change]:
    """What a file says of one lever or parameter: a value, a change, or a list of these; what a town says of itself has no stations."""
    entries = read.items(node)
    if not entries:
        raise node.mistake("the list is empty", "列表为空")
    if len(entries) > MOST_CHANGES:
        raise node.mistake(f"more than {MOST_CHANGES:,} changes", f"超过 {MOST_CHANGES:,} 项变动")
    return [_read_change(quantity, entry, has_stations) for entry in entries]


def _read_change(quantity: Quantity, node: Node, has_stations: bool) -> Change:
    if not isinstance(node.value, dict):
        return Change(quantity.name, read.value_of(node, quantity), node=node)
    keys = (*FORMS, "from", "after_months", "until", "ramp_months", "reach", *(("stations",) if has_stations else ()))
    said = read.mapping(node, keys)
    form, value = _read_form(quantity, node, said)
    if "stations" in said and not quantity.by_town:
        raise said["stations"].mistake(
            f"{quantity.name} belongs to the city as a whole and cannot differ between towns; leave 'stations' out of its change "
            "('stations explain parameters' says which can)",
            f"{quantity.name} 属于全市，不能因镇而异；其变动请勿写 stations（用 'stations explain parameters' 查看哪些参数可按镇设定）",
        )
    if "from" in said and "after_months" in said:
        raise said["after_months"].mistake(
            "give 'from' or 'after_months', not both", "'from' 与 'after_months' 只能给一个"
        )
    return Change(
        quantity.name,
        value,
        read.month(said["from"]) if "from" in said else None,
        read.integer(said["after_months"], 0, 480) if "after_months" in said else None,
        read.integer(said["ramp_months"], 0, LONGEST_RAMP) if "ramp_months" in said else 0,
        read_stations(said["stations"]) if "stations" in said else None,
        form,
        read.month(said["until"]) if "until" in said else None,
        read.number(said["reach"], 0.0, MOST_REACH, "share of its way") if "reach" in said else None,
        node=node,
    )


def _read_form(quantity: Quantity, node: Node, said: Mapping[str, Node]) -> tuple[str, float]:
    given = [form for form in FORMS if form in said]
    if given in ([], [VALUE]):
        return VALUE, read.value_of(read.need(node, VALUE), quantity)
    if len(given) > 1:
        raise said[given[1]].mistake(
            f"give one of {listed(FORMS)}; '{given[0]}' is there too", f"{listed(FORMS)} 只能给一个；已有 '{given[0]}'"
        )
    (form,) = given
    if form == ADD:
        span = quantity.most - quantity.least
        return form, read.number(said[form], -span, span, quantity.unit, is_whole=quantity.is_whole)
    if form == FACTOR:
        return form, read.number(said[form], 0.0, MOST_FACTOR, "multiplier")
    return form, read.value_of(said[form], quantity)


def read_stations(node: Node) -> tuple[str, ...]:
    """Town ids and tags (`tag:rural`, or the mapping `{tag: rural}`), of which each is said once."""
    if isinstance(node.value, dict):
        return (TAG + read.text(read.need(node, "tag")),) if read.mapping(node, ("tag",)) else ()
    named = read.items(node)
    stations = tuple(read.text(station) for station in named)
    if not stations:
        raise node.mistake("the list is empty; leave it out for all stations", "列表为空；若指全部站点请省略")
    seen: set[str] = set()
    for place, station in zip(named, stations, strict=True):
        if station in seen:
            raise place.mistake(f"{place.shown()} stands twice", f"{place.shown()} 重复")
        seen.add(station)
    return stations
