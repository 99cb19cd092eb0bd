"""The file of a city that was read from tables: YAML in which each value says from which cell it came."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sim.language import Text
from sim.scenario import read
from sim.scenario.sheets.cells import FromCell
from sim.scenario.sheets.understood import Understood
from sim.scenario.yaml_reader import Node, merge, one_line

_PLAIN = re.compile("[A-Za-z\u3400-\u9fff][\\w\u3400-\u9fff]*")
_NOT_PLAIN = {"true", "false", "null", "yes", "no", "on", "off", "nan", "inf", "infinity", "y", "n"}


def city_text(found: Understood, base: Node, *, extends: str, texts: dict[str, Text], made_by: Iterable[Text]) -> str:
    """The whole file. base: the city that is extended, whose towns make way. made_by: lines that it begins with."""
    own_towns = read.mapping(base.value["towns"])
    # A town that is called as one of those would stand where that one stood.
    is_whole = any(name in own_towns for name in found.towns.value)
    groups: Mapping[str, Node] = found.groups
    lines = [f"# {one_line(text, 400)}" for both in made_by for text in dict.fromkeys((both.en, both.zh))]
    lines += ["kind: city", *([] if is_whole else [f"extends: {extends}  # all that is not said here 其余沿用"])]
    lines += [f"{key}: {{en: {_scalar(text.en)}, zh: {_scalar(text.zh)}}}" for key, text in texts.items()]
    if is_whole:
        lines += ["", f"# as {extends} says 沿用 {extends}"]
        for key, node in base.value.items():
            if key not in {"kind", "extends", "towns", "groups", *texts}:
                lines += _entry(key, node, "")
        merged = merge(base.value["groups"], FromCell(groups, "", None))
        groups = read.mapping(merged)
    lines += ["", "towns:"]
    if not is_whole:
        lines.append(f"  # null removes the towns of {extends}  null 删去所沿用城市的镇")
        lines += [f"  {_scalar(name)}: null" for name in own_towns]
    for name, town in found.towns.value.items():
        lines.append(f"  {_scalar(name)}:{_comment(town)}")
        for key, node in town.value.items():
            lines += _entry(key, node, "    ")
    for section, nodes in (("groups", groups), ("levers", found.levers), ("parameters", found.parameters)):
        if nodes:
            lines += ["", f"{section}:"]
            for name, node in nodes.items():
                lines += _entry(name, node, "  ")
    if found.figures:
        lines += ["", *_entry("figures", Node(found.figures, "", None), "")]
    return "\n".join(lines) + "\n"


def _entry(key: str, node: Node, indent: str) -> Iterator[str]:
    said = f"{indent}{_scalar(key)}:"
    if isinstance(node.value, list):
        yield said
        for item in node.value:
            yield f"{indent}  - {_flow(item)}{_comment(item)}"
    elif isinstance(node.value, dict) and any(isinstance(one, FromCell) and one.note for one in node.value.values()):
        yield said + _comment(node)
        for inner, one in node.value.items():
            yield from _entry(inner, one, f"{indent}  ")
    else:
        yield f"{said} {_flow(node)}{_comment(node)}"


def _comment(node: Node) -> str:
    note = one_line(node.note, 200) if isinstance(node, FromCell) else ""
    return f"  # {note}" if note else ""


def _flow(node: Any) -> str:
    value = node.value if isinstance(node, Node) else node
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_scalar(key)}: {_flow(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_flow, value)) + "]"
    return _scalar(value)


def _scalar(value: Any) -> str:
    """A value as YAML that reads back as it is: text plain where that is safe, else in quotes."""
    if isinstance(value, str) and _PLAIN.fullmatch(value) and value.casefold() not in _NOT_PLAIN:
        return value
    if isinstance(value, float):
        return repr(value)
    return json.dumps(value, ensure_ascii=False)
