"""Worked cases: one rule, a small story, and an answer that anyone can check with a pocket calculator.

The answers come from the description of the model, not from the code. Where a case shows its arithmetic (`by`), the
arithmetic is worked out here as well and must give the answer, so that no case can be wrong about itself.
"""

from __future__ import annotations

import ast
import inspect
import math
import operator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from every import every
from rules_help import parameters, rules

from sim import words
from sim.scenario.parameters import PARAMETERS, SWITCHES

FOLDER = Path(__file__).parent
RULES = rules()
KEYS = {"rule", "story", "parameters", "given", "by", "then", "to"}
EXACT = 1e-9
"""Relative tolerance, unless a case says to how many decimals its answer is rounded."""


class WrongCaseError(Exception):
    """A worked case that is not one: names the file, the case and what is wrong."""


@dataclass(frozen=True)
class Case:
    where: str  # file, number and rule
    rule: str
    given: dict[str, Any]
    parameters: dict[str, float]
    by: str | None
    then: Any
    to: int | None


OPERATORS = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}
FUNCTIONS = {"exp": math.exp, "ln": math.log, "min": min, "max": max, "floor": math.floor}


def calculate(text: str) -> float:
    """The pocket calculator: + - * / ^ ( ) exp ln min max floor."""

    def value(node: ast.expr) -> float:
        match node:
            case ast.Constant(value=int() | float() as number):
                return number
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return -value(operand)
            case ast.BinOp(left=left, op=op, right=right) if type(op) in OPERATORS:
                return OPERATORS[type(op)](value(left), value(right))
            case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]) if name in FUNCTIONS:
                return FUNCTIONS[name](*map(value, arguments))
        raise ValueError(f"not arithmetic: {ast.unparse(node)}")

    return float(value(ast.parse(text.strip().replace("^", "**"), mode="eval").body))


def word(value: Any) -> Any:
    """A number or true/false as it is; a name such as Route.CENTRE as its number."""
    if isinstance(value, (bool, int, float)):
        return value
    kind, _, name = str(value).partition(".")
    return getattr(words, kind)[name].value


def read(text: str, file: str) -> list[Case]:
    """The cases of a file; raises `WrongCaseError` for anything unknown or missing."""
    return [read_case(raw, f"{file}, case {i}") for i, raw in enumerate(yaml.safe_load(text), start=1)]


def read_case(raw: dict[str, Any], where: str) -> Case:
    name = raw.get("rule")
    where = f"{where} ({name})"
    if unknown := set(raw) - KEYS:
        raise WrongCaseError(f"{where}: unknown {sorted(unknown)}")
    if missing := {"rule", "story", "given", "then"} - set(raw):
        raise WrongCaseError(f"{where}: missing {sorted(missing)}")
    if name not in RULES:
        raise WrongCaseError(f"{where}: there is no such rule")
    if set(raw["story"]) != {"en", "zh"} or not all(raw["story"].values()):
        raise WrongCaseError(f"{where}: the story must be told in en and zh")
    takes = set(inspect.signature(RULES[name]).parameters) - {"p"}
    if unknown := set(raw["given"]) - takes:
        raise WrongCaseError(f"{where}: the rule takes no {sorted(unknown)}")
    if missing := takes - set(raw["given"]):
        raise WrongCaseError(f"{where}: the rule also needs {sorted(missing)}")
    changed = raw.get("parameters", {})
    if unknown := set(changed) - set(PARAMETERS) - set(SWITCHES):
        raise WrongCaseError(f"{where}: there are no parameters {sorted(unknown)}")
    try:
        given = {key: word(value) for key, value in raw["given"].items()}
        then = word(raw["then"])
    except (AttributeError, KeyError) as error:
        raise WrongCaseError(f"{where}: neither a number nor one of the words of sim/words.py: {error}") from error
    return Case(where, name, given, dict(changed), raw.get("by"), then, raw.get("to"))


def answer(case: Case) -> Any:
    """What the rule says."""
    rule = RULES[case.rule]
    arguments = dict(case.given)
    if "p" in inspect.signature(rule).parameters:
        arguments["p"] = parameters(**case.parameters)
    return rule(**arguments)


def is_near(a: float, b: float, to: int | None = None) -> bool:
    if to is not None:
        return abs(a - b) <= 0.5000001 * 10.0**-to
    return math.isclose(a, b, rel_tol=EXACT, abs_tol=1e-15)


FILES = sorted(FOLDER.glob("*.yaml"))
CASES = [case for file in FILES for case in read(file.read_text(encoding="utf-8"), file.name)]


def check(case: Case) -> None:
    """Raises AssertionError where the rule does not say what the case does."""
    said = answer(case)
    if isinstance(case.then, bool):
        assert bool(said) is case.then, f"{case.where}: the rule says {said}"
        return
    assert is_near(said, case.then, case.to), f"{case.where}: expected {case.then}, the rule says {said}"
    if case.by is not None:
        assert is_near(said, worked_out(case)), f"{case.where}: {case.by}, the rule says {said}"


@every("case", CASES, said=lambda case: case.where)
def test_case(case: Case) -> None:
    check(case)


def worked_out(case: Case) -> float:
    """The full result of the arithmetic shown."""
    return calculate(str(case.by).rpartition("=")[0])


def check_arithmetic(case: Case) -> None:
    shown = float(str(case.by).rpartition("=")[2])
    assert shown == case.then, f"{case.where}: `by` ends in {shown}, `then` says {case.then}"
    assert is_near(worked_out(case), case.then, case.to), f"{case.where}: {case.by}, but it is {worked_out(case)}"


@every("case", [case for case in CASES if case.by], said=lambda case: case.where)
def test_arithmetic_gives_the_answer(case: Case) -> None:
    check_arithmetic(case)


def test_every_rule_has_a_case() -> None:
    assert set(RULES) - {case.rule for case in CASES} == set()


def test_one_file_per_module_of_rules() -> None:
    assert {file.stem for file in FILES} == {name.split(".")[0] for name in RULES}
    for case in CASES:
        assert case.where.split(".")[0] == case.rule.split(".")[0], case.where


def test_no_case_stands_twice() -> None:
    seen = [(case.rule, str(case.given), str(case.parameters)) for case in CASES]
    assert len(seen) == len(set(seen))


GOOD: dict[str, Any] = {
    "rule": "government.voice",
    "story": {"en": "Six partners.", "zh": "六个伙伴。"},
    "given": {"links": 6},
    "then": 0.5,
}


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"rule": "government.shout"}, "no such rule"),
        ({"given": {"links": 6, "loudness": 1}}, "loudness"),
        ({"given": {}}, "also needs.*links"),
        ({"parameters": {"voice_half_lives": 6}}, "voice_half_lives"),
        ({"given": {"links": "Links.MANY"}}, "Links"),
        ({"story": {"en": "Six partners."}}, "en and zh"),
        ({"tolerance": 1}, "tolerance"),
    ],
)
def test_a_faulty_case_is_refused_by_name(change: dict[str, Any], named: str) -> None:
    text = yaml.safe_dump([GOOD, {**GOOD, **change}], allow_unicode=True)
    with pytest.raises(WrongCaseError, match=rf"some\.yaml, case 2 .*{named}"):
        read(text, "some.yaml")


def test_a_wrong_answer_is_found() -> None:
    (case,) = read(yaml.safe_dump([{**GOOD, "then": 0.5001}]), "some.yaml")
    with pytest.raises(AssertionError, match=r"some\.yaml, case 1 .*expected 0\.5001"):
        check(case)


def test_wrong_arithmetic_is_found() -> None:
    (case,) = read(yaml.safe_dump([{**GOOD, "by": "6 / (6 + 5) = 0.5"}]), "some.yaml")
    with pytest.raises(AssertionError, match=r"some\.yaml, case 1"):
        check_arithmetic(case)
