"""Parts of a scenario as plain mappings and lists, ready for JSON."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sim.scenario.changes import Change, Step
from sim.scenario.parameters import Quantity
from sim.scenario.people import GROUP_FACTS

if TYPE_CHECKING:
    from sim.scenario.people import Group, Town


def without_texts(value: Any, is_ids: bool = False) -> Any:
    """`is_ids`: the keys are ids that a user chose; a town may be called "source"."""
    if isinstance(value, dict):
        texts = {"title", "proposer", "source", "name"}
        return {
            key: without_texts(inner, key in {"towns", "groups", "per_1000"} and not is_ids)
            for key, inner in value.items()
            if is_ids or key not in texts
        }
    if isinstance(value, list):
        return [without_texts(item) for item in value]
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


def in_full(known: Mapping[str, Quantity], changes: Iterable[Change], steps: Iterable[Step]) -> dict[str, Any]:
    """A city's levers or parameters, each with the value that it sets out from, said or not."""
    said = changes_to_plain(changes)
    opened = {step.change.name for step in steps if step.rank == 0}
    full: dict[str, Any] = {}
    for name, quantity in known.items():
        if name in said and name in opened:
            full[name] = said[name]
        elif name in said:
            full[name] = [quantity.default, *(said[name] if isinstance(said[name], list) else [said[name]])]
        else:
            full[name] = quantity.default
    return full


def changes_to_plain(changes: Iterable[Change]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for change in changes:
        found.setdefault(change.name, []).append(change.to_plain())
    return {name: entries[0] if len(entries) == 1 else entries for name, entries in found.items()}


def town_to_plain(town: Town) -> dict[str, Any]:
    communities = []
    for community in town.communities:
        said: dict[str, Any] = {"name": community.name.to_plain()}
        if community.population is not None:
            said["population"] = community.population
        if community.grid_strength is not None:
            said["grid_strength"] = community.grid_strength
        communities.append(said)
    workers = [{key: value for key, value in vars(worker).items() if value is not None} for worker in town.workers]
    tags = {"tags": list(town.tags)} if town.tags else {}
    return {
        "name": town.name.to_plain(),
        **tags,
        "population": town.population,
        "posts": _posts(town),
        "communities": communities,
        "per_1000": dict(town.per_1000),
        "workers": workers,
        **{
            name: getattr(town, name)
            for name in ("joins", "opens", "closes", "heir", "growth_per_year")
            if getattr(town, name)
        },
    }


def _posts(town: Town) -> Any:
    """The number of the first day, and then what becomes of it."""
    later = [replace(change, stations=None).to_plain() for change in town.post_changes]
    return [town.posts, *later] if later else town.posts


def group_to_plain(group: Group) -> dict[str, Any]:
    said: dict[str, Any] = {"name": group.name.to_plain()}
    said |= {"rest": True} if group.is_rest else {"per_1000": group.per_1000}
    for name in GROUP_FACTS:
        said[name] = getattr(group, name)
    return said
