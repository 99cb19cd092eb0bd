"""Engines with replaced rules: the same where the rule is the same, apart from one another, named by what they are."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import picky
import pytest
from cities import city

import sim.day
import sim.engine as engine_module
import sim.rules.staff
import sim.world.build
from sim import compile as compiling
from sim.engine import extended, original, standard
from sim.lab.code import load_function
from sim.lab.simulate import simulate
from sim.lab.store import provenance
from sim.lab.sweep.design import Keep, Window
from sim.lab.sweep.work import Measure, model_of
from sim.mistakes import Mistake
from sim.scenario.code import Code
from sim.scenario.schema import Scenario
from sim.world.tables import state_bytes

TESTS = Path(__file__).parent
RULES = {"staff.quit_chance": picky.picky}


def restless(task_hours: float) -> Scenario:
    return city(parameters={"quit_floor": 0.6, "quit_span": 0, "task_hours": task_hours})


def state(task_hours: float, rules: dict[str, Callable[..., Any]] | None = None) -> str:
    return hashlib.sha256(state_bytes(simulate(restless(task_hours), 3, rules=rules).world)).hexdigest()


def uncompiled(code: str, folder: Path, *arguments: str) -> str:
    """What a script prints that runs without compiling, with the modules of the tests at hand."""
    environment = {**os.environ, "SIM_COMPILE": "0", "PYTHONPATH": f"{TESTS}{os.pathsep}{TESTS.parent}"}
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], cwd=folder, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


# --- what it computes


@pytest.mark.slow
def test_an_identical_rule_gives_identical_worlds_and_another_one_does_not() -> None:
    as_it_is, fewer = state(picky.AS_IT_IS), state(picky.HALF)
    assert state(picky.AS_IT_IS, RULES) == as_it_is
    assert state(picky.HALF, RULES) != fewer
    # The standard engine is untouched, and both go on side by side.
    assert (state(picky.AS_IT_IS), state(picky.HALF)) == (as_it_is, fewer)
    assert state(picky.AS_IT_IS, RULES) == as_it_is


def test_the_known_modules_are_in_their_places() -> None:
    modules = {name: sys.modules[name] for name in ("sim.day", "sim.rules.staff", "sim.world.build")}
    rule = sim.rules.staff.quit_chance
    extended({"staff.hire_chance": lambda p, base_pay: 0.25})
    assert {name: sys.modules[name] for name in modules} == modules
    assert (sim.day, sim.rules.staff, sim.world.build) == tuple(modules.values())
    assert sim.rules.staff.quit_chance is rule
    assert standard().run is sim.day.run_days


ALL_STATES = """
import hashlib, json
import picky, test_engine
print(json.dumps([test_engine.state(hours, test_engine.RULES) for hours in (picky.AS_IT_IS, picky.HALF)]))
"""


@pytest.mark.slow
def test_compiled_is_interpreted(tmp_path: Path) -> None:
    found = json.loads(uncompiled(ALL_STATES, tmp_path))
    assert found == [state(hours, RULES) for hours in (picky.AS_IT_IS, picky.HALF)]


FIRST = """
from sim.engine import extended, standard
from sim.lab.code import load_function
from sim.scenario.code import Code
text = "def rule(p, base_pay):\\n    return 0.25\\n"
mine = extended({"staff.hire_chance": load_function(Code("rule.py", "rule", text))})
import sim.rules.staff, sim.world.build
from sim import day
assert day.run_days is standard().run is not mine.run
assert sim.rules.staff.hire_chance.__code__.co_name == "hire_chance"
assert sim.world.build.build is standard().make is not mine.make
print("ok")
"""


def test_an_extended_engine_made_first_is_not_taken_for_the_standard_one(tmp_path: Path) -> None:
    assert uncompiled(FIRST, tmp_path).strip() == "ok"


COMPILE_TWO = """
import importlib, sys
from sim import compile
found = []
for name in sys.argv[1:]:
    with compile.extension(name):
        sys.modules.pop("day_of_two", None)
        sys.modules["chosen"] = importlib.import_module(name)
        found.append(importlib.import_module("day_of_two"))
print([one.run_days(10.0) for one in found], [sum(one.run_days.stats.cache_hits.values()) for one in found])
"""
# Long, so that it stays a function of its own, linked by name.
DAY_OF_TWO = (
    """
import math
from sim.compile import entry, kernel
from chosen import inner
inner = kernel(inner)
@kernel
def long(x):
    y = x
"""
    + "    y += 1e-9 * math.sin(y) + 1e-9 * inner(y)\n" * 100
    + """\
    return inner(x) + 0.0 * y
@entry
def run_days(x):
    return round(long(x)) + round(long(x + 100.0))
"""
)


@pytest.mark.slow
def test_two_engines_from_the_cache_are_not_mixed_up(tmp_path: Path) -> None:
    """numba names machine code by function and a running number: compiled apart, two engines may have the same names."""
    (tmp_path / "day_of_two.py").write_text(DAY_OF_TWO)
    for name, by in (("plus", "+ 1"), ("minus", "- 1")):
        (tmp_path / f"{name}.py").write_text(f"def inner(x):\n    return x {by}\n")
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path / "cache"), "SIM_COMPILE": "1"}

    def told(*names: str) -> str:
        command = [sys.executable, "-c", COMPILE_TWO, *names]
        return subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
        ).stdout.strip()

    assert told("plus") == "[122] [0]"
    assert told("minus") == "[118] [0]"
    assert told("plus", "minus") == "[122, 118] [1, 1]"
    assert told("minus", "plus") == "[118, 122] [1, 1]"


# --- what it is called

TEXT = """
from sim.rules.staff import quit_chance

FACTOR = 0.5


def helped(x):
    return FACTOR * x


def rule(p, stay):
    return helped(quit_chance(p, stay))
"""


def digest(text: str, file: str = "rule.py") -> str:
    return extended({"staff.quit_chance": load_function(Code(file, "rule", text))}).digest


def test_the_digest_changes_with_what_the_rule_says() -> None:
    known = digest(TEXT)
    assert known.partition("+")[0] == standard().digest
    assert digest(TEXT, "other.py") == known
    assert digest(TEXT + "\n\ndef another():\n    return 1\n") == known, "what the rule does not name is not in it"
    changed = [
        TEXT.replace("return helped(", "return 1.0 * helped("),
        TEXT.replace("return FACTOR * x", "return FACTOR * x * 1.0"),
        TEXT.replace("FACTOR = 0.5", "FACTOR = 0.25"),
    ]
    assert len({known, *map(digest, changed)}) == 4


def test_the_digest_changes_with_the_values_that_the_rule_holds() -> None:
    def by(factor: float, inner: Callable[[float], float] = abs) -> Callable[..., float]:
        def rule(p: Any, stay: float) -> float:
            return inner(factor * picky.quit_chance(p, stay))

        return rule

    def double(x: float) -> float:
        return 2 * x

    def treble(x: float) -> float:
        return 3 * x

    made = [by(0.5), by(0.25), by(0.5, double), by(0.5, treble)]
    digests = [extended({"staff.quit_chance": one}).digest for one in made]
    assert len(set(digests)) == 4
    assert extended({"staff.quit_chance": by(0.5)}) is extended({"staff.quit_chance": by(0.5)})
    two = [lambda p, base_pay: 0.1, lambda p, base_pay: 0.2]  # on one line
    assert len({extended({"staff.hire_chance": one}).digest for one in two}) == 2
    assert extended({}) is standard()


def test_the_name_of_a_rule_is_in_the_digest() -> None:
    def rule(p: Any, competence: float) -> float:
        return 0.5

    names = [{"staff.competence_after_exam": rule}, {"staff.strong_chance": rule}]
    assert len({extended(one).digest for one in names}) == 2


# --- what cannot be


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        ({"staff.quit_chanc": picky.picky}, "there is no rule 'staff.quit_chanc' .did you mean 'staff.quit_chance'"),
        ({"quit_chance": picky.picky}, "there is no rule 'quit_chance'"),
        ({"staff.hire_chance": picky.picky}, r"'staff.hire_chance': its replacement takes \(p, stay\), it must take \(p, base_pay\)"),
        ({"staff.quit_chance": max}, "'staff.quit_chance': the source of its replacement cannot be read"),
        ({"staff.quit_chance": 3}, "'staff.quit_chance': the source of its replacement cannot be read"),
    ],
)  # fmt: skip
def test_what_is_no_rule_is_one_sentence(rules: dict[str, Any], said: str) -> None:
    with pytest.raises(Mistake, match=said) as caught:
        extended(rules)
    assert "\n" not in str(caught.value)


def test_original_is_the_rule_as_plain_python() -> None:
    assert original("staff.quit_chance").__name__ == "quit_chance"
    with pytest.raises(Mistake, match="did you mean"):
        original("staff.quit_chances")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("task_hours", "said"),
    [
        (picky.ABOVE_ONE, "staff.quit_chance gave a chance outside 0-1"),
        (picky.NO_NUMBER, "staff.quit_chance gave a chance outside 0-1"),
        (picky.FAILING, "ValueError: nobody quits here"),
    ],
)
def test_a_compiled_rule_that_fails_says_when(task_hours: float, said: str) -> None:
    with pytest.raises(Mistake) as caught:
        state(task_hours, RULES)
    assert str(caught.value) == f"replaced rule (staff.quit_chance): {said}, on 2023-01-31"
    state(picky.AS_IT_IS, RULES)  # the engine works on


@pytest.mark.slow
def test_a_rule_that_cannot_be_compiled_says_so() -> None:
    def rule(p: Any, is_trained: bool, normal: float) -> Any:
        return open("x")

    # It is needed on the first morning, which is compiled first.
    rules = {"staff.start_competence": rule}
    with pytest.raises(
        Mistake, match=r"^replaced rule \(staff.start_competence\): cannot be compiled \(.+\)$"
    ) as caught:
        simulate(city(), rules=rules)
    assert "\n" not in str(caught.value)


FAILING = """
import json
from cities import city
from sim import Mistake, simulate
from sim.lab.code import load_function
from sim.scenario.code import Code
from test_engine import BAD

def said(rule, arguments, body):
    try:
        text = f"import math\\ndef rule({arguments}):\\n    {body}\\n"
        simulate(city(end="2023-08-31"), rules={rule: load_function(Code("bad.py", "rule", text))})
    except Mistake as mistake:
        return str(mistake)

print(json.dumps([said(*one) for one in BAD]))
"""
BAD = {
    ("staff.quit_chance", "p, stay", "return 1.01"): "staff.quit_chance gave a chance outside 0-1, on 2023-01-31",
    ("staff.quit_chance", "p, stay", "return -0.01"): "staff.quit_chance gave a chance outside 0-1, on 2023-01-31",
    ("staff.quit_chance", "p, stay", "return math.nan"): "staff.quit_chance gave a chance outside 0-1, on 2023-01-31",
    ("staff.quit_chance", "p, stay", "return 1 / 0"): "ZeroDivisionError: division by zero, on 2023-01-31",
    ("staff.quit_chance", "p, stay", "return p.no_such"): "no_such",
    ("staff.quit_chance", "p, stay", "return None"): "TypeError",
    ("staff.start_competence", "p, is_trained, normal", "return math.nan"): "staff.start_competence gave a number that is not finite, on 2023-01-01",
    ("staff.start_competence", "p, is_trained, normal", "raise KeyError('x')"): "KeyError: 'x', on 2023-01-01",
}  # fmt: skip


def test_a_rule_that_fails_uncompiled_says_when(tmp_path: Path) -> None:
    found = json.loads(uncompiled(FAILING, tmp_path))
    for (rule, _, body), sentence in zip(BAD, found, strict=True):
        assert sentence.startswith(f"replaced rule ({rule}): "), (body, sentence)
        assert BAD[rule, _, body] in sentence
        assert ", on 2023-01-" in sentence
        assert "\n" not in sentence


def test_the_check_around_a_rule_is_part_of_the_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else a change of that check would silently run yesterday's compiled one."""
    made: list[str] = []
    monkeypatch.setattr(engine_module, "_engines", {})
    monkeypatch.setattr(engine_module, "_make", lambda rules, digests, whole: made.append(whole))
    for own in ("one", "other", "one"):
        engine_module._engines.clear()
        monkeypatch.setattr(engine_module, "_OWN", own)
        extended({"staff.quit_chance": picky_quit})
    assert made[0] == made[2] != made[1]


def picky_quit(p: Any, stay: float) -> float:
    return 0.0


def test_results_of_plain_python_are_known_as_such(monkeypatch: pytest.MonkeyPatch) -> None:
    """In provenance, and in what a sweep knows its runs by: they are no runs of the compiled model."""
    measure = Measure(Window(), Keep())
    compiled = provenance("run")["model_digest"], model_of(city(), measure, allow_code=False)
    monkeypatch.setattr(compiling, "COMPILED", not compiling.COMPILED)
    monkeypatch.setattr(engine_module, "_engines", {})
    other = provenance("run")["model_digest"], model_of(city(), measure, allow_code=False)
    if compiling.COMPILED:
        compiled, other = other, compiled
    digest = compiling.sources_digest()
    assert compiled == (digest, f"{digest}-{measure.digest}")
    assert other == (f"{digest}-interpreted", f"{digest}-interpreted-{measure.digest}")
