"""Change one line of the rules at a time and see whether a test notices.

    python verification/mutations.py > verification/results/mutations.md

Every mutant of every rule (`mutants.py`) is tried against the tests nearest to it, called in this process: the worked cases, then the
formulas of the ODD. Changes that no test could notice are listed in `equivalent_mutants.yaml`, each with its reason; here
they are compared with the rule at many values that are allowed, and one that differs is refused.
"""

from __future__ import annotations

import math
import platform
import random
import sys
import types
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import yaml

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), *(str(ROOT / "tests" / folder) for folder in ("", "docs", "worked_cases"))]

import rules_help  # noqa: E402
import test_tables as formulas  # noqa: E402
import test_worked_cases as worked  # noqa: E402
from mutants import Mutant, mutants  # noqa: E402

from sim.scenario.changes import WHOLES  # noqa: E402
from sim.scenario.parameters import PARAMETERS, SWITCHES  # noqa: E402

EQUIVALENT = Path(__file__).with_name("equivalent_mutants.yaml")
RULES = ROOT / "sim" / "rules"
NOTICED_BY = ("worked cases", "formulas of the ODD")
Rule = Callable[..., Any]


@dataclass(frozen=True)
class Tried:
    name: str  # module.rule
    mutant: Mutant
    noticed: dict[str, bool]  # by each of NOTICED_BY

    @property
    def is_noticed(self) -> bool:
        return any(self.noticed.values())

    @property
    def change(self) -> str:
        return f"{self.name.partition('.')[0]}.{self.mutant.change}"


# --- rules


def all_mutants() -> dict[str, list[Mutant]]:
    """Mutants by module of rules."""
    files = sorted(RULES.glob("*.py"))
    return {file.stem: mutants(file.read_text(encoding="utf-8")) for file in files if file.stem != "__init__"}


def changed_rule(module: str, mutant: Mutant) -> Rule:
    """The rule as plain Python, as the changed module has it."""
    made = types.ModuleType(f"sim.rules.{module}")
    code = compile(mutant.text, f"{module}.py, line {mutant.line}", "exec", dont_inherit=True)
    exec(code, made.__dict__)
    return rules_help.rules_of(made)[f"{module}.{mutant.function}"]


def try_rule(name: str, rule: Rule) -> dict[str, bool]:
    """Which of the tests fail with this rule in the place of its like."""
    before = worked.RULES[name], formulas.PLAIN[name]
    worked.RULES[name] = formulas.PLAIN[name] = rule
    try:
        cases = [lambda case=case: worked.check(case) for case in worked.CASES if case.rule == name]
        whole = f"sim.rules.{name}"
        return {
            NOTICED_BY[0]: any(_fails(case) for case in cases),
            NOTICED_BY[1]: _fails(lambda: formulas.check_formula(whole)),
        }
    finally:
        worked.RULES[name], formulas.PLAIN[name] = before


def _fails(test: Callable[[], None]) -> bool:
    try:
        test()
    except Exception:  # a wrong answer, or a rule that cannot be worked out at all
        return True
    return False


def campaign(chosen: list[tuple[str, Mutant]]) -> list[Tried]:
    """Every mutant against its tests, after each rule as it is. `chosen`: modules of rules and mutants."""
    found = []
    for name in sorted({f"{module}.{mutant.function}" for module, mutant in chosen}):
        if any(try_rule(name, worked.RULES[name]).values()):
            raise SystemExit(f"{name}: its tests fail without any change; mend them first")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of numbers that overflow in a rule that is wrong
        for module, mutant in chosen:
            name = f"{module}.{mutant.function}"
            found.append(Tried(name, mutant, try_rule(name, changed_rule(module, mutant))))
    return found


# --- what no test could notice


def read_equivalent() -> dict[str, str]:
    """The reason of each change that is listed."""
    listed = yaml.safe_load(EQUIVALENT.read_text(encoding="utf-8")) if EQUIVALENT.exists() else []
    return {change: group["reason"] for group in listed for change in group["changes"]}


def difference(tried: Tried, n: int = 3000) -> str:
    """Where a mutant and its rule differ at values that are allowed, in words; empty where none was found."""
    rule = worked.RULES[tried.name]
    changed = changed_rule(tried.name.partition(".")[0], tried.mutant)
    for p, given in allowed(tried.name, n):
        arguments = given if p is None else {"p": p, **given}
        was, now = _outcome(rule, arguments), _outcome(changed, arguments)
        if not _same(was, now):
            return f"{given}: {was} becomes {now}"
    return ""


def allowed(name: str, n: int) -> Iterator[tuple[Any, dict[str, Any]]]:
    """Parameters and arguments of a rule, at random of all that is allowed, its ends often among them."""
    rng = random.Random(name)
    node = formulas.RULES[f"sim.rules.{name}"]
    kinds = {one.arg: formulas.ast.unparse(one.annotation) for one in node.args.args if one.annotation is not None}
    takes_p = kinds.pop("p", None) is not None
    wholes = {other for names in WHOLES for other in names}
    for _ in range(n):
        p = None
        if takes_p:
            values = {one.name: _allowed(one, rng) for one in PARAMETERS.values() if one.name not in wholes}
            p = rules_help.parameters(**values, **{switch: rng.randrange(2) for switch in SWITCHES})
        yield p, {one: _argument(one, kind, rng) for one, kind in kinds.items()}


def _allowed(one: Any, rng: random.Random) -> float:
    value = rng.choice((one.least, one.most, one.default, rng.uniform(one.least, one.most)))
    return math.floor(value) if one.is_whole else value


def _argument(name: str, kind: str, rng: random.Random) -> Any:
    value = formulas.argument_of(name, kind, rng)
    if kind == "float" and name not in ("normal", "u") and rng.random() < 0.3:
        value = 0.0 if name in formulas.LARGE or name in ("government", "own", "planned") else rng.choice((0.0, 1.0))
    return 0.001 if name in ("payment_delay", "pay", "base_pay", "memory", "weight") and not value else value


def _outcome(rule: Rule, arguments: dict[str, Any]) -> Any:
    try:
        return float(rule(**arguments))
    except Exception as error:
        return type(error).__name__


def _same(was: Any, now: Any) -> bool:
    if isinstance(was, str) or isinstance(now, str):
        return bool(was == now)
    return math.isclose(was, now, rel_tol=1e-12, abs_tol=1e-15) or (math.isnan(was) and math.isnan(now))


# --- what is told


def told(tried: list[Tried], reasons: dict[str, str]) -> tuple[str, bool]:
    """The results as Markdown, and whether the list of equivalents holds."""
    survived = [one for one in tried if not one.is_noticed]
    changes = {one.change for one in survived}
    equal = [one for one in survived if one.change in reasons]
    missed = [one for one in survived if one.change not in reasons]
    stale = sorted(set(reasons) - changes)
    false = [(one.change, found) for one in equal if (found := difference(one))]
    real = len(tried) - len(equal)
    lines = [
        f"{len(tried)} changes of one line in {len({one.name for one in tried})} rules. {len(equal)} change nothing that could be "
        f"noticed. Of the other {real}, {real - len(missed)} are noticed ({100 * (real - len(missed)) / max(1, real):.2f} %), {len(missed)} survive.",
        "",
        "| noticed by | changes | by nothing else |\n|---|---:|---:|",
    ]
    for by in NOTICED_BY:
        mine = [one for one in tried if one.noticed[by]]
        lines.append(f"| {by} | {len(mine)} | {sum(sum(one.noticed.values()) == 1 for one in mine)} |")
    lines += ["", "| kind of change | tried | equivalent | survive |\n|---|---:|---:|---:|"]
    kinds = (Counter(one.mutant.kind for one in some) for some in (tried, equal, missed))
    all_, equals, misses = kinds
    lines += [f"| {kind} | {n} | {equals[kind]} | {misses[kind]} |" for kind, n in all_.most_common()]
    lines += ["", "## Survivors", "", *(f"* `{one.change}`" for one in missed), *([] if missed else ["None."])]
    lines += ["", "## Equivalent"]
    for reason in dict.fromkeys(reasons.values()):
        mine = [one for one in equal if reasons[one.change] == reason]
        if mine:
            lines += ["", reason, "", *(f"* `{one.change}`" for one in mine)]
    if stale:
        lines += [
            "",
            "## Listed as equivalent, but noticed or no longer a change",
            "",
            *(f"* `{one}`" for one in stale),
        ]
    if false:
        lines += ["", "## Listed as equivalent, but different", "", *(f"* `{one}`: {found}" for one, found in false)]
    return "\n".join(lines), not stale and not false


def main() -> int:
    versions = f"Python {platform.python_version()}, NumPy {np.__version__}."
    chosen = [(module, one) for module, some in all_mutants().items() for one in some]
    text, holds = told(campaign(chosen), read_equivalent())
    print(f"# One-line changes of the rules\n\n`python verification/mutations.py`. {versions}\n\n{text}")
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main())
