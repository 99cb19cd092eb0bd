"""What stored results look like: the keys of their JSON files and the columns of their tables that are read back."""

from __future__ import annotations

from datetime import date
from typing import Any

from sim.lab.design.methods import METHODS
from sim.lab.kept.checked import Each, Either, Matching, Whole

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
    "towns": Each({"name": BOTH, "population": Whole(), "posts": Either((Whole(), [object]))}, least=1),
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
            "method": _one_of(*METHODS),
            "factors": [str],
            "n_points": Whole(1),
        }
    ],
    "n_points": Whole(1),
    "seeds": {"at_most": Whole(1), "at_least": Whole(), "until": Each(float), "of": _one_of("levels", "effects")},
    "outcomes": [str],
    "units": Each(str),
    "window": {"first": Either((MONTH, None)), "last": Either((MONTH, None))},
    "keep": {"months": [str], "towns": [str], "sums": bool, "before": bool},
    "contrast": Either((str, None)),
}

_OF_DESIGN: dict[str, Any] = _MADE | {
    "design": _DESIGN,
    "scenario": SCENARIO,
    "models": [str],
    "n_seeds": Whole(),
    "n_runs": Whole(),
    "n_failed": Whole(),
    "outcomes": Each(str),
}

_WORLDS = {"kind": _one_of("posterior", "prior"), "digest": str, "names_left_out": [str]}
DOUBT_TOLD: dict[str, Any] = _WORLDS | {"n_twins": Whole()}
"""What the provenance says of results with doubt."""

OF_KIND: dict[str, Any] = {
    "run": _OF_DESIGN | {"scenario_hash": str, "seed": Whole()},
    "compare": _OF_DESIGN | {"arms": Each(SCENARIO, least=1), "arm_hashes": Each(str)},
    "sweep": _OF_DESIGN,
}
"""The provenance of each kind of results."""

INTERVAL = ("mean", "low", "high", "sd", "n")
"""The columns of an estimate, in tables."""
