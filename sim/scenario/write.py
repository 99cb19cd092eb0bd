"""A scenario as a city file that can be run: everything said, its policies written into the levers with their dates."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import yaml

from sim.mistakes import Mistake
from sim.months import month_number, month_text
from sim.scenario.changes import Change
from sim.scenario.city import CITY_SCHEMA
from sim.scenario.moves import changes_to
from sim.scenario.parameters import POSTS
from sim.scenario.schema import Scenario, read_city
from sim.scenario.yaml_reader import read_text


def city_file(scenario: Scenario) -> str:
    """The text of a YAML file that `stations run` accepts and that gives the same results under every seed.

    Raises Mistake where the scenario names Python, which lives in files of its own.
    """
    if scenario.code:
        raise Mistake(
            f"{scenario.name}: names Python code, so it cannot be written as one file",
            f"{scenario.name}：引用了 Python 代码，无法写成单个文件",
        )
    said = scenario.to_mapping()
    policies = said.pop("policies")
    said.pop("name")
    for language in ("en", "zh"):
        titles = [said["title"][language], *(policy["title"][language] for policy in policies)]
        said["title"] = said["title"] | {language: " + ".join(titles)}
    start = month_number(scenario.policy_start)
    towns = tuple(town.id for town in scenario.towns)
    for policy in scenario.policies:
        for section in ("levers", "parameters"):
            for change in getattr(policy, section):
                for entries in _holders(said, section, change, towns):
                    entries[change.name] = _followed(entries[change.name], change, start)
    text = _as_text(said)
    if _says(text, scenario):
        return text
    # What a policy lays over what the city itself comes to later is said month by month.
    for section, columns in (("levers", scenario.lever_table()), ("parameters", scenario.parameters_by_town())):
        for name in {change.name for policy in scenario.policies for change in getattr(policy, section)}:
            values = changes_to(name, columns[name], month_number(scenario.start), towns)
            if name in POSTS:
                said["towns"] |= {
                    town: said["towns"][town] | {name: [_at_one(change) for change in values if change.concerns(town)]}
                    for town in towns
                }
            else:
                said[section][name] = [change.to_plain() for change in values]
    text = _as_text(said)
    assert _says(text, scenario)
    return text


def _holders(said: dict[str, Any], section: str, change: Change, towns: tuple[str, ...]) -> list[dict[str, Any]]:
    """Where a city file says what a change of a policy acts on: its section, or, of posts, the towns."""
    if change.name in POSTS:
        return [said["towns"][town] for town in towns if change.concerns(town)]
    return [said[section]]


def _at_one(change: Change) -> Any:
    """A change as a town says it of itself."""
    return replace(change, stations=None).to_plain()


def _as_text(said: dict[str, Any]) -> str:
    return yaml.safe_dump(
        {"schema": CITY_SCHEMA, **said}, allow_unicode=True, sort_keys=False, default_flow_style=None, width=120
    )


def _says(text: str, scenario: Scenario) -> bool:
    """Whether a city file comes to the levers and parameters of the scenario."""
    try:
        again = read_city(read_text(text, scenario.name, has_lines=False), scenario.name)
    except Mistake:
        return False
    levers, parameters = (
        again.lever_table() == scenario.lever_table(),
        again.parameters_by_town() == scenario.parameters_by_town(),
    )
    return bool(levers.all() and parameters.all())


def _followed(entries: Any, change: Change, start: int) -> Any:
    """A lever's entry with one more change, dated; the same change asked for by two policies is said once."""
    listed = list(entries) if isinstance(entries, list) else [entries]
    dated = change.start or month_text(start + (change.after_months or 0))
    stations = None if change.name in POSTS else change.stations
    said = replace(change, start=dated, after_months=None, stations=stations).to_plain()
    return listed if said in listed else [*listed, said]
