"""Small cities for tests: a few hundred residents, one to three towns, run in a moment even uncompiled."""

from __future__ import annotations

from typing import Any

from sim.scenario.schema import Scenario, read_city
from sim.scenario.yaml_reader import from_plain

TEXT = {"en": "test", "zh": "测试"}

SMALL = """\
kind: city
title: {en: "Small", zh: "小市"}
proposer: {en: "p", zh: "某"}
source: {en: "s", zh: "源"}
start: 2024-01-01
policy_start: 2024-07-01
end: 2024-12-31
general_sample: 0.2
towns:
  a: {name: {en: "A", zh: "甲"}, population: 4000, posts: 3, communities: 2}
  b: {name: {en: "B", zh: "乙"}, population: 3000, posts: 2, communities: 2}
groups:
  old: {name: {en: "O", zh: "老"}, per_1000: 100, needs_per_year: 0.5, group_work_share: 0.2, hours_scale: 1, detectability: 2}
  public: {name: {en: "G", zh: "众"}, rest: true, needs_per_year: 0.01, group_work_share: 0.2, hours_scale: 1, detectability: 1}
"""
"""A city as a file, for tests of commands."""


def town(**facts: Any) -> dict[str, Any]:
    return {"name": TEXT, "population": 2000, "posts": 3, "communities": 3} | facts


def group(**facts: Any) -> dict[str, Any]:
    return {
        "name": TEXT,
        "per_1000": 100,
        "needs_per_year": 0.5,
        "group_work_share": 0.3,
        "hours_scale": 1,
        "detectability": 2,
    } | facts


def city(**facts: Any) -> Scenario:
    """A small busy city from January to December 2023, policies from July; keys as in a city file."""
    plain: dict[str, Any] = {
        "kind": "city",
        "title": TEXT,
        "proposer": TEXT,
        "source": TEXT,
        "start": "2023-01-01",
        "policy_start": "2023-07-01",
        "end": "2023-12-31",
        "general_sample": 0.25,
        "towns": {"a": town(), "b": town(posts=2, population=1200, communities=2)},
        "groups": {
            "poor": group(),
            "old": group(per_1000=60, group_work_share=0.6, detectability=1),
            "public": {key: value for key, value in group(needs_per_year=0.05).items() if key != "per_1000"}
            | {"rest": True},
        },
    }
    plain |= facts
    return read_city(from_plain(plain, "test"), "test")
