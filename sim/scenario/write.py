"""A scenario as a city file that can be run: everything said, its policies written into the levers with their dates."""

from __future__ import annotations

from typing import Any

import yaml

from sim.mistakes import Mistake
from sim.months import month_number, month_text
from sim.scenario.changes import Change
from sim.scenario.city import CITY_SCHEMA
from sim.scenario.schema import Scenario, read_city
from sim.scenario.yaml_reader import read_text


def city_file(scenario: Scenario) -> str:
    """The text of a YAML file that `stations run` accepts and that gives the same results under every seed.

    Raises Mistake where the scenario names Python, which lives in files of its own, or cannot be said as one city.
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
    for section in ("levers", "parameters"):
        for policy in scenario.policies:
            for change in getattr(policy, section):
                said[section][change.name] = _followed(said[section][change.name], change, start)
    text = yaml.safe_dump(
        {"schema": CITY_SCHEMA, **said}, allow_unicode=True, sort_keys=False, default_flow_style=None, width=120
    )
    again = read_city(read_text(text, scenario.name, has_lines=False), scenario.name)
    if not (
        (again.lever_table() == scenario.lever_table()).all()
        and (again.parameter_table() == scenario.parameter_table()).all()
    ):
        raise Mistake(
            f"{scenario.name}: its policies cannot be written into one city file",
            f"{scenario.name}：其政策无法写入单个城市文件",
        )
    return text


def _followed(entries: Any, change: Change, start: int) -> Any:
    """A lever's entry with one more change, dated; the same change asked for by two policies is said once."""
    listed = list(entries) if isinstance(entries, list) else [entries]
    said: dict[str, Any] = {
        "value": change.value,
        "from": change.start or month_text(start + (change.after_months or 0)),
    }
    if change.ramp_months:
        said["ramp_months"] = change.ramp_months
    if change.stations is not None:
        said["stations"] = list(change.stations)
    return listed if said in listed else [*listed, said]
