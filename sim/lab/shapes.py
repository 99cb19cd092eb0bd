"""What stored results look like: the keys of their JSON files and the columns of their tables that are read back."""

from __future__ import annotations

from datetime import date
from typing import Any

from sim.lab.checked import Each, Either, Matching, Whole

BOTH = {"en": str, "zh": str}
"""A text in both languages."""


def _date(text: str) -> None:
    if str(date.fromisoformat(text)) != text:  # it takes other spellings, too
        raise ValueError


DATE = Matching("YYYY-MM-DD", _date)
MONTH = Matching("YYYY-MM", lambda text: _date(f"{text}-01"))


def _one_of(*names: str) -> Matching:
    return Matching(", ".join(names), names.index)


SCENARIO: dict[str, Any] = {
    "title": BOTH,
    "start": DATE,
    "policy_start": DATE,
    "end": DATE,
    "towns": Each({"name": BOTH, "population": Whole(), "posts": Whole()}, least=1),
    "groups": Each({"name": BOTH}, least=1),
    "levers": Each(object),
    "parameters": Each(object),
    "policies": [{"title": BOTH}],
}
"""`Scenario.to_mapping`, as far as a report reads it; `Scenario.from_mapping` checks the whole of it."""

_MADE: dict[str, Any] = {
    "command": str,
    "made": str,
    "model_digest": str,
    "versions": Each(str),
}

_LEVEL = {"name": str, "title": BOTH, "value": Either((float, None))}

_FACTOR: dict[str, Any] = {
    "name": str,
    "kind": str,
    "title": BOTH,
    "unit": str,
    "since": _one_of("start", "policies"),
    "is_numeric": bool,
    "base": _LEVEL,
    "levels": [_LEVEL],
    "low": Either((float, None)),
    "high": Either((float, None)),
}

_DESIGN: dict[str, Any] = {
    "name": str,
    "question": BOTH,
    "source": Either((BOTH, None)),
    "factors": [_FACTOR],
    "plan": [
        {
            "method": _one_of("grid", "latin_hypercube", "sobol", "one_at_a_time", "list"),
            "factors": [str],
            "n_points": Whole(1),
        }
    ],
    "n_points": Whole(1),
    "seeds": {"at_most": Whole(1), "at_least": Whole(), "until": Each(float), "of": _one_of("levels", "effects")},
    "outcomes": [str],
    "units": Each(str),
    "window": {"first": Either((MONTH, None)), "last": Either((MONTH, None))},
    "keep": {"months": [str], "towns": [str]},
    "contrast": Either((str, None)),
}

OF_KIND: dict[str, Any] = {
    "compare": _MADE | {"arms": Each(SCENARIO, least=1), "arm_hashes": Each(str), "seeds": (Whole(), Whole())},
    "run": _MADE | {"scenario": SCENARIO, "scenario_hash": str, "seed": Whole()},
    "sweep": _MADE
    | {
        "design": _DESIGN,
        "scenario": SCENARIO,
        "models": [str],
        "n_seeds": Whole(),
        "n_runs": Whole(),
        "n_failed": Whole(),
        "outcomes": Each(str),
    },
}
"""The provenance of each kind of results."""

_TEXTS = {
    "levels": ("policy", "outcome", "unit"),
    "effects": ("policy", "outcome", "unit"),
    "prices": ("policy", "verdict", "verdict_with_tasks", "unit"),
    "pairs": ("policy", "other", "outcome", "unit"),
    "curves": ("policy", "month", "outcome", "unit"),
    "hours": ("policy", "period", "activity", "unit"),
    "money": ("policy", "item", "unit"),
    "town_outcomes": ("policy", "station", "outcome", "unit"),
    "group_outcomes": ("policy", "group", "outcome", "unit"),
    "chain": ("policy", "step", "unit"),
    "inequality": ("policy", "of", "measure", "unit"),
    "paper": ("figure", "section", "months", "unit"),
    "outcomes": ("period", "outcome", "unit"),
}
"""Columns of text, by table."""

KEYS = ("policy", "month", "outcome", "activity", "item", "station", "group", "step", "of", "measure")
"""Columns whose values together name a row: each with each is there."""

INTERVAL = ("mean", "low", "high", "sd", "n")
_BOTH = (*INTERVAL, "effect", "effect_low", "effect_high")
_NUMBERS = {
    **dict.fromkeys(("levels", "effects", "pairs"), INTERVAL),
    **dict.fromkeys(("hours", "money", "town_outcomes", "group_outcomes", "chain", "inequality"), _BOTH),
    "curves": ("n_months", *_BOTH),
    "prices": ("yuan", "low", "high", "yuan_with_tasks", "low_with_tasks", "high_with_tasks"),
    "paper": ("paper", "paper_low", "paper_high", "is_fitted", *INTERVAL),
    "outcomes": ("value",),
}
"""Columns of numbers, by table."""


def columns_of(table: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The columns of text and of numbers that a table of a comparison or a run must have, as far as they are read by name."""
    return _TEXTS.get(table, ()), _NUMBERS.get(table, ())
