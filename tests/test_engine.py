"""Engines with replaced rules: the same where the rule is the same, apart from one another, named by what they are."""

from __future__ import annotations

import datetime
import functools
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
from cities import city, town

import sim.day
import sim.engine as engine_module
import sim.rules.staff
import sim.world.build
from sim import compile as compiling
from sim import language
from sim.engine import RuleFailed, extended, standard
from sim.lab.design.design import Keep, Window
from sim.lab.kept.folders import provenance
from sim.lab.run.work import Measuring, model_of
from sim.lab.simulate import simulate
from sim.language import Text
from sim.mistakes import Mistake
from sim.replaced import replacement
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


@pytest.mark.slow
def test_a_replaced_rule_gets_the_parameters_of_the_town_that_it_is_called_for() -> None:
    here = [picky.AS_IT_IS, {"value": picky.HALF, "stations": ["b"]}]
    towns = {"a": town(), "b": town(posts=20)}
    apart = city(towns=towns, parameters={"quit_floor": 0.6, "quit_span": 0, "task_hours": here})
    usual, replaced = (simulate(apart, 3, rules=rules).world.observed.stations for rules in (None, RULES))
    assert replaced[:, 0].tobytes() == usual[:, 0].tobytes()
    assert replaced["quits"][:, 1].sum() < usual["quits"][:, 1].sum()


def test_the_known_modules_are_in_their_places() -> None:
    modules = {name: sys.modules[name] for name in ("sim.day", "sim.rules.staff", "sim.world.build")}
    rule = sim.rules.staff.quit_chance
    extended({"staff.hire_chance": Code("rule.py", "rule", "def rule(p, base_pay):\n    return 0.25\n")})
    assert {name: sys.modules[name] for name in modules} == modules
    assert (sim.day, sim.rules.staff, sim.world.build) == tuple(modules.values())
    assert sim.rules.staff.quit_chance is rule
    assert standard().run is sim.day.run_days


def test_nothing_known_changes_while_an_engine_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another thread may import a module meanwhile, or make the standard engine."""
    known = {name: sys.modules[name] for name in ("sim.day", "sim.rules.staff", "sim.world.build")}
    seen = []
    read = engine_module._Copies.module

    def module(self: Any, name: str) -> Any:
        seen.append({name: sys.modules[name] for name in known} == known)
        return read(self, name)

    monkeypatch.setattr(engine_module._Copies, "module", module)
    extended({"staff.hire_chance": Code("rule.py", "rule", "def rule(p, base_pay):\n    return 0.125\n")})
    assert len(seen) > 20
    assert all(seen)


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
from sim.scenario.code import Code
mine = extended({"staff.hire_chance": Code("rule.py", "rule", "def rule(p, base_pay):\\n    return 0.25\\n")})
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
    return replacement("staff.quit_chance", Code(file, "rule", text)).digest


def test_the_digest_changes_with_what_the_rule_does() -> None:
    known = digest(TEXT)
    the_same = [
        TEXT + "\n\ndef another():\n    return 1\n\n\n1 / 0\n",
        TEXT.replace("return helped(", "# half of it\n    return helped("),
        TEXT.replace("def helped(x):", 'def helped(x):\n    """Half of it."""'),
    ]
    assert [digest(text) for text in the_same] == [known] * 3, (
        "what the rule does not name, or who reads it, is not in it"
    )
    assert digest(TEXT, "other.py") == known
    changed = [
        TEXT.replace("return helped(", "return 1.0 * helped("),
        TEXT.replace("return FACTOR * x", "return FACTOR * x * 1.0"),
        TEXT.replace("FACTOR = 0.5", "FACTOR = 0.25"),
        TEXT.replace("return FACTOR", "if x > 1:\n        raise ValueError('far too many')\n    return FACTOR"),
        TEXT.replace("return FACTOR", "if x > 1:\n        raise ValueError('much too many')\n    return FACTOR"),
    ]
    assert len({known, *map(digest, changed)}) == 6
    name = "staff.quit_chance"
    engine = extended({name: Code("rule.py", "rule", TEXT)})
    assert engine.digest.partition("+")[0] == standard().digest
    assert dict(engine.rules) == {name: known}
    assert engine is extended({name: Code("other.py", "rule", the_same[0])})
    assert extended({}) is standard()


def test_the_digest_changes_with_the_values_that_the_lines_come_to(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else a rule that reads a number elsewhere would run as it was compiled yesterday."""
    text = TEXT.replace("FACTOR = 0.5", "import os\n\nFACTOR = float(os.environ['FACTOR'])")
    digests = []
    for value in ("0.5", "0.25"):
        monkeypatch.setenv("FACTOR", value)
        digests.append(digest(text, file=f"{value}.py"))
    assert digests[0] != digests[1]


def test_the_name_of_a_rule_is_in_the_digest() -> None:
    rule = Code("rule.py", "rule", "def rule(p, competence):\n    return 0.5\n")
    names = [{"staff.competence_after_exam": rule}, {"staff.strong_chance": rule}]
    assert len({extended(one).digest for one in names}) == 2


# --- what cannot be


def made_by(factor: float) -> Callable[..., float]:
    def quit_chance(p: Any, stay: float) -> float:
        return factor * stay

    return quit_chance


def without_source() -> Any:
    room: dict[str, Any] = {}
    exec("def rule(p, stay):\n    return 0.5\n", room)
    return room["rule"]


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        ({"staff.quit_chanc": picky.picky}, "there is no rule 'staff.quit_chanc' .did you mean 'staff.quit_chance'"),
        ({"quit_chance": picky.picky}, "there is no rule 'quit_chance'"),
        ({"staff.hire_chance": picky.picky}, r"'staff.hire_chance': its replacement takes \(p, stay\), it must take \(p, base_pay\)"),
        ({"staff.quit_chance": without_source()}, "'staff.quit_chance': the source of its replacement cannot be read; define it in a file"),
        ({"staff.quit_chance": max}, "'staff.quit_chance': its replacement must be written with def"),
        ({"staff.quit_chance": 3}, "'staff.quit_chance': its replacement must be written with def"),
        ({"staff.quit_chance": made_by(0.5)}, "'staff.quit_chance': its replacement must be written with def at the left margin"),
        ({"staff.quit_chance": lambda p, stay: 0.5}, "must be written with def .*, without a decorator, and with its numbers in that file"),
        ({"staff.quit_chance": functools.cache(picky.picky)}, "must be written with def"),
    ],
)  # fmt: skip
def test_what_is_no_rule_is_one_sentence(rules: dict[str, Any], said: str) -> None:
    with pytest.raises(Mistake, match=said) as caught:
        extended(rules)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (TEXT.replace("FACTOR = 0.5\n", ""), "rule.py does not say what 'FACTOR' is; define it there, at the left margin"),
        (TEXT.replace("FACTOR = 0.5", "for FACTOR in (0.5, 0.6):\n    pass"), "rule.py, line 4: what a rule needs must be a def without"),
        (TEXT.replace("def helped", "@staticmethod\ndef helped"), "rule.py, line 8: what a rule needs must be a def without a decorator"),
        (TEXT.replace("FACTOR = 0.5", "from mine import FACTOR"), "rule.py, line 4: a rule may take nothing from mine, only from Python"),
        (TEXT.replace("FACTOR = 0.5", "from .mine import FACTOR"), "rule.py, line 4: a rule may take nothing from mine"),
        (TEXT.replace("FACTOR = 0.5", "FACTOR = 1 / 0"), r"rule.py: raised when it was loaded \(ZeroDivisionError"),
        (TEXT.replace("def rule", "rule = 3\n\n\ndef other"), r"its replacement takes \(\), it must take \(p, stay\)"),
        (TEXT + "(", r"rule.py: raised when it was loaded \(SyntaxError"),
    ],
)  # fmt: skip
def test_what_no_text_says_in_full_is_one_sentence(text: str, said: str) -> None:
    with pytest.raises(Mistake, match=said) as caught:
        extended({"staff.quit_chance": Code("rule.py", "rule", text)})
    assert "\n" not in str(caught.value)
    language.use("zh")
    try:
        with pytest.raises(Mistake, match=r"规则|加载时出错"):
            extended({"staff.quit_chance": Code("rule.py", "rule", text)})
    finally:
        language.use("en")


def test_a_value_changed_in_memory_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """The text would not say what the rule does, and a result could not be repeated from it."""
    monkeypatch.setattr(picky, "HALF", 4.15)
    with pytest.raises(Mistake, match=r"HALF has another value now than picky\.py says; write it there"):
        extended(RULES)


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
    # It is needed on the first morning, which is compiled first.
    text = "def rule(p, is_trained, normal):\n    return open('x')\n"
    with pytest.raises(
        Mistake, match=r"^replaced rule \(staff.start_competence\): cannot be compiled \(.+\)$"
    ) as caught:
        extended({"staff.start_competence": Code("rule.py", "rule", text)}).build(city(), 1)
    assert "\n" not in str(caught.value)


def test_a_rule_that_fails_says_so_with_either_day_in_both_languages() -> None:
    said = Text("gave, on day 3 of the run, nothing", "什么也没给出")
    failed = RuleFailed("staff.quit_chance", said, 3)
    assert str(failed) == "replaced rule (staff.quit_chance): gave, on day 3 of the run, nothing, on day 3 of the run"
    date = datetime.date(2023, 1, 4)
    assert (
        str(failed.on(date)) == "replaced rule (staff.quit_chance): gave, on day 3 of the run, nothing, on 2023-01-04"
    )
    language.use("zh")
    try:
        assert str(failed.on(date)) == "替换的规则（staff.quit_chance）：什么也没给出，发生在 2023-01-04"
    finally:
        language.use("en")


FAILING = """
import json
from dataclasses import replace
from cities import city
from sim import Mistake, simulate
from sim.engine import extended
from sim.scenario.code import Code
from test_engine import BAD

def said(rule, arguments, body):
    try:
        text = f"import math\\ndef rule({arguments}):\\n    {body}\\n"
        extended({rule: Code("bad.py", "rule", text)})
        simulate(replace(city(end="2023-08-31"), rules=((rule, Code("bad.py", "rule", text)),)), allow_code=True)
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
    monkeypatch.setattr(engine_module, "_make", lambda rules, whole: made.append(whole))
    for own in ("one", "other", "one"):
        engine_module._engines.clear()
        monkeypatch.setattr(engine_module, "_check_digest", lambda own=own: own)
        extended(RULES)
    assert made[0] == made[2] != made[1]


def test_results_of_plain_python_are_known_as_such(monkeypatch: pytest.MonkeyPatch) -> None:
    """In provenance, and in what a sweep knows its runs by: they are no runs of the compiled model."""
    measuring = Measuring(Window(), Keep())
    compiled = provenance("run")["model_digest"], model_of(city(), measuring, allow_code=False)
    monkeypatch.setattr(compiling, "COMPILED", not compiling.COMPILED)
    monkeypatch.setattr(engine_module, "_engines", {})
    other = provenance("run")["model_digest"], model_of(city(), measuring, allow_code=False)
    if compiling.COMPILED:
        compiled, other = other, compiled
    digest = compiling.sources_digest()
    assert compiled == (digest, f"{digest}-{measuring.digest}")
    assert other == (f"{digest}-interpreted", f"{digest}-interpreted-{measuring.digest}")
