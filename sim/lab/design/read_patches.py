"""Read what a level or the base of a design changes: another city, what is laid over it, levers, policies."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from sim.lab.design.delays import delayed, without_repeats
from sim.lab.design.design import Level, Patch, patched
from sim.language import Text
from sim.mistakes import did_you_mean, file_near
from sim.scenario import read
from sim.scenario.city import CITY_KEYS
from sim.scenario.load import file_meant, load_policy, shipped
from sim.scenario.parameters import LEVERS, PARAMETERS
from sim.scenario.read_changes import read_changes, read_stations
from sim.scenario.schema import Policy
from sim.scenario.yaml_reader import Node

PATCH_KEYS = ("scenario", "policies", "levers", "parameters", "city")
_LAID_OVER = tuple(key for key in CITY_KEYS if key not in {"kind", "extends", "levers", "parameters"})


def read_patch(said: Mapping[str, Node], folder: Path) -> Patch:
    """What a base or a variant says that differs. Raises Mistake."""
    over = said.get("city")
    if over is not None and not read.mapping(over, _LAID_OVER):
        over = None
    return Patch(
        named_city(said["scenario"], folder) if "scenario" in said else None,
        over,
        read_changes(said["levers"], LEVERS) if "levers" in said else (),
        read_changes(said["parameters"], PARAMETERS) if "parameters" in said else (),
        _read_policies(said["policies"], folder) if "policies" in said else (),
    )


def policies_level(node: Node, own: Level, folder: Path) -> Level:
    """One level of the factor `policies`: none (`own`), a policy, a list of them, or a mapping with a name for them.

    Raises Mistake.
    """
    if node.value == "none":
        return own
    said: Mapping[str, Node] = {"policies": node}
    if isinstance(node.value, dict) and "policy" not in node.value:
        said = read.mapping(node, ("name", "title", "policies"))
        read.need(node, "policies")
    policies = _read_policies(said["policies"], folder)
    name = read.text(said["name"]) if "name" in said else " + ".join(policy.name for policy in policies)
    joined = Text(
        " + ".join(policy.title.en for policy in policies), " + ".join(policy.title.zh for policy in policies)
    )
    return Level(name, title_of(said, joined), Patch(policies=policies))


def _read_policies(node: Node, folder: Path) -> tuple[Policy, ...]:
    nodes = read.items(node)
    if not nodes:
        raise node.mistake("the list is empty; write none for no policy", "列表为空；若无政策请写 none")
    found: list[Policy] = []
    for named in nodes:
        if named.value == "none":
            raise named.mistake("'none' stands for no policy, so it stands alone", "'none' 表示无政策，须单独使用")
        policy = _read_policy(named, folder)
        if policy.name in [other.name for other in found]:
            raise named.mistake(f"'{policy.name}' stands twice", f"'{policy.name}' 重复")
        found.append(policy)
    return without_repeats(found)


def _read_policy(node: Node, folder: Path) -> Policy:
    if not isinstance(node.value, dict):
        return load_policy(_named(node, folder, "policy"))
    said = read.mapping(node, ("policy", "after_months", "stations"))
    policy = load_policy(_named(read.need(node, "policy"), folder, "policy"))
    months = read.integer(said["after_months"], 0, 480) if "after_months" in said else 0
    stations = read_stations(said["stations"]) if "stations" in said else None
    return delayed(policy, months, stations, node)


def _named(node: Node, folder: Path, wanted: str) -> str:
    """A shipped policy or city, or a file beside the design, as `find` takes it."""
    text = read.text(node)
    zh = {"policy": "政策", "city": "城市"}[wanted]
    if Path(text).suffix.lower() in {".yaml", ".yml"}:
        if not os.path.isfile(folder / text):
            guess = file_near(text, (".yaml", ".yml"), beside=folder)
            raise node.mistake(
                f"there is no file {node.shown()} beside the design{guess}",
                f"设计文件旁没有文件 {node.shown()}{guess}",
            )
        return str(folder / text)
    known = [full for full in shipped() if full.startswith("policies/") == (wanted == "policy")]
    for full in known:
        if text in {full, full.split("/")[-1]}:
            return full
    guess = file_meant(text, folder) or did_you_mean(text, [*(full.split("/")[-1] for full in known), *known])
    raise node.mistake(
        f"there is no {wanted} {node.shown()}{guess}; give a shipped name or the path of a .yaml file",
        f"没有{zh} {node.shown()}{guess}；请给出内置名称或 .yaml 文件路径",
    )


def named_city(node: Node, folder: Path) -> str:
    """A city by its name or file. Raises Mistake."""
    name = _named(node, folder, "city")
    if patched([Patch(name)]).policies:  # the name of a policy stands for T City under it
        raise node.mistake("is a policy; name a city here", "是政策；此处请给出城市")
    return name


def title_of(said: Mapping[str, Node], default: Text) -> Text:
    """The `title:` of a factor or a level."""
    return Text(*read.both_languages(said["title"])) if "title" in said else default
