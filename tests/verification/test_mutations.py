"""A sample of the mutants of rules that verification/mutations.py tries, and that it tells what it finds."""

from __future__ import annotations

import functools
import random
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "verification"))

import mutations
import mutations_of_phases
from mutants import Mutant, mutants

SOURCE = '''"""Text."""
def share(a: float, b: float, least: float) -> float:
    """Say nothing of `a < b`."""
    if a < b and b > 0.0:  # a < b
        return -max(
            a / b,
            least,
        )
    return 0.5
'''


@functools.cache
def of(module: str) -> list[tuple[str, Mutant]]:
    return [(module, one) for one in mutants((mutations.RULES / f"{module}.py").read_text(encoding="utf-8"))]


def one_of(module: str, after: str) -> tuple[str, Mutant]:
    (found,) = [(name, one) for name, one in of(module) if one.after == after]
    return found


def test_mutants_of_a_function() -> None:
    found = {one.after for one in mutants(SOURCE)}
    assert {
        "if a <= b and b > 0.0:  # a < b",
        "if a < b or b > 0.0:  # a < b",
        "if (a < b):  # a < b",
        "if True:  # a < b",
        "if a < b and a > 0.0:  # a < b",
        "return -min(",
        "a * b,",
        "b / b,",
        "(a),",
        "return 0.505",
    } <= found
    assert len({one.change for one in mutants(SOURCE)}) == len(mutants(SOURCE))
    for one in mutants(SOURCE):
        assert '"""Say nothing of `a < b`."""' in one.text
        assert one.before != one.after


def test_a_sample_of_mutants_is_noticed() -> None:
    chosen = random.Random(7).sample([*of("guidance"), *of("amounts"), *of("alliances"), *of("stations")], 30)
    tried = mutations.campaign(chosen)
    assert len(tried) == 30
    reasons = mutations.read_equivalent()
    assert [one.change for one in tried if not one.is_noticed and one.change not in reasons] == []


def test_a_change_that_no_test_notices_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    changed = one_of("stations", "return 1.0 if hours_left > 1.0 else 0.0")
    (noticed,) = mutations.campaign([changed])
    assert noticed.is_noticed
    cases = [case for case in mutations.worked.CASES if case.given != {"hours_left": 0.5, "capacity": 0}]
    monkeypatch.setattr(mutations.worked, "CASES", cases)
    tried = mutations.campaign([changed, one_of("stations", "return 0.0 if hours_left > 0.0 else 0.0")])
    text, holds = mutations.told(tried, {})
    assert holds
    assert "1 are noticed (50.00 %), 1 survive" in text
    assert f"* `{tried[0].change}`" in text.partition("## Survivors")[2]


def test_a_change_that_is_no_equivalent_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    changed = one_of("stations", "return 1.0 if hours_left > 1.0 else 0.0")
    noticed = mutations.campaign([changed])
    text, holds = mutations.told(noticed, {noticed[0].change: "because"})
    assert not holds
    assert "but noticed or no longer a change" in text
    monkeypatch.setattr(mutations.worked, "CASES", [])
    text, holds = mutations.told(mutations.campaign([changed]), {noticed[0].change: "because"})
    assert not holds
    assert "Listed as equivalent, but different" in text


def test_a_rule_whose_tests_fail_is_not_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    (_, other) = one_of("stations", "return 0.0 if hours_left > 0.0 else 0.0")
    monkeypatch.setitem(mutations.worked.RULES, "stations.load", mutations.changed_rule("stations", other))
    with pytest.raises(SystemExit, match=r"stations\.load: its tests fail without any change"):
        mutations.campaign([("stations", other)])


def test_a_changed_phase_runs_in_place_of_its_own() -> None:
    text = (mutations_of_phases.PHASES / "services.py").read_text(encoding="utf-8")
    line = "before = services[worker.services[slot - 1]]"
    noticed, _ = mutations_of_phases.in_a_child("services", text.replace(line, line.replace("-", "+")))
    assert noticed.startswith("busy city: AssertionError")
    assert "not in order of deadline" in noticed
