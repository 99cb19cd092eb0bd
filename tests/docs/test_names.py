"""The documents name only what exists, give the values in force, and leave out nothing that the paper stands behind.

The rule: every token in backticks in docs/paper-to-model*.md and docs/glossary.md is one of

* a dotted name `sim.module`, `sim.module.name` or `sim.module.Class.name` (read from the source, nothing is imported);
* a lever, a parameter, a switch, a column, a measure, an outcome, or a group of T City;
* a shipped scenario by the name that commands take: `t-city`, `policies/linkage`, `models/hejihua`;
* a file or folder of the project; `python FILE` likewise;
* on the short list of ALLOWED words.
"""

from __future__ import annotations

import ast
import functools
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from test_tables import generate

from sim.lab.outcomes import OUTCOMES
from sim.observations import COMMUNITY_MONTH, GROUP_MONTH, MEASURES, STATION_MONTH
from sim.scenario.load import load_policy, load_scenario, shipped
from sim.scenario.parameters import LEVERS, PARAMETERS, SWITCHES

assert generate  # it has put docs/ on the path
baseline: Any = __import__("baseline")

ROOT = Path(__file__).resolve().parents[2]
PAPER = ("docs/paper-to-model.md", "docs/paper-to-model.zh.md")
GLOSSARY = "docs/glossary.md"
DOCUMENTS = (*PAPER, GLOSSARY)

ALLOWED = {
    "policy_start": "a key of a city's file",
    "extends": "a key of a scenario's file",
    "general_sample": "a key of a city's file",
    "per_1000": "a key of a group",
    "needs_per_year": "a key of a group",
    "group_work_share": "a key of a group",
    "detectability": "a key of a group",
    "ramp_months": "a key of a change",
    "grid_strength": "a key of a community",
    "--seeds": "an option of the command line",
    "--set": "an option of the command line",
    "stations compare": "a command",
    "stations explain parameters": "a command",
    "stations reproduce": "a command",
    "stations sweep": "a command",
    "provenance.json": "a file that is stored with results",
}

QUANTITIES = {**PARAMETERS, **LEVERS}
POLICIES = sorted(name for name in shipped() if name.startswith("policies/"))
NOT_THE_PAPERS = {"policies/hire-two"}
MODELS = sorted(name for name in shipped() if name.startswith("models/"))


@functools.cache
def text(document: str) -> str:
    return (ROOT / document).read_text(encoding="utf-8")


def tokens(document: str) -> list[str]:
    return re.findall(r"`([^`\n]+)`", text(document))


@functools.cache
def module_tree(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"))


def defined(body: list[ast.stmt]) -> dict[str, ast.stmt]:
    """Functions, classes and assigned names of a module or class."""
    found: dict[str, ast.stmt] = {}
    for node in body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            found[node.name] = node
        elif isinstance(node, ast.Assign):
            found.update({target.id: node for target in node.targets if isinstance(target, ast.Name)})
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            found[node.target.id] = node
    return found


def is_dotted_name(token: str) -> bool:
    """Whether `sim.…` leads to a module, or on from a module to a name in it, or to a name in a class."""
    parts = token.split(".")
    if parts[0] != "sim":
        return False
    place = ROOT
    for i, part in enumerate(parts):
        if (place / part).is_dir():
            place /= part
        elif (place / f"{part}.py").is_file():
            return _is_inside(parts[i + 1 :], module_tree(place / f"{part}.py").body)
        else:
            return _is_inside(parts[i:], module_tree(place / "__init__.py").body)
    return True


def _is_inside(parts: list[str], body: list[ast.stmt]) -> bool:
    if not parts:
        return True
    node = defined(body).get(parts[0])
    if node is None:
        return False
    return not parts[1:] or (isinstance(node, ast.ClassDef) and _is_inside(parts[1:], node.body))


@functools.cache
def plain_names() -> frozenset[str]:
    groups = [group.id for group in load_scenario("t-city").groups]
    columns = [*STATION_MONTH, *GROUP_MONTH, *COMMUNITY_MONTH]
    return frozenset([*QUANTITIES, *SWITCHES, *columns, *MEASURES, *OUTCOMES, *groups, *shipped()])


def is_file(token: str) -> bool:
    looks = "/" in token or re.search(r"\.(py|md|yaml|toml)$", token)
    return bool(looks) and ".." not in token and not token.startswith("/") and (ROOT / token).exists()


def resolves(token: str) -> bool:
    return (
        token in ALLOWED
        or token in plain_names()
        or is_dotted_name(token)
        or is_file(token)
        or (token.startswith("python ") and is_file(token.removeprefix("python ")))
    )


# --- names


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_name_exists(document: str) -> None:
    found = tokens(document)
    assert len(found) > 100
    assert text(document).count("`") == 2 * len(found), "a backtick without its partner on the same line"
    assert sorted({token for token in found if not resolves(token)}) == []


@pytest.mark.parametrize(
    ("token", "expected"),
    [
        ("sim.rules.staff.quit_chance", True),
        ("sim.rules.staff", True),
        ("sim.words.Draw.QUIT", True),
        ("pay", True),
        ("policies/linkage", True),
        ("scenarios/policies/linkage.yaml", True),
        ("python benchmarks/patterns.py", True),
        ("sim.rules.staff.quit_chanse", False),
        ("sim.rules.staf.quit_chance", False),
        ("sim.rules.staff.quit_chance.more", False),
        ("sim.words.Draw.QUITS", False),
        ("payy", False),
        ("policies/linkages", False),
        ("scenarios/policies/linkages.yaml", False),
        ("python benchmarks/pattern.py", False),
        ("task_hour", False),
    ],
)
def test_the_rule_tells_names_from_misspellings(token: str, expected: bool) -> None:
    assert resolves(token) is expected


def test_no_word_is_allowed_in_vain() -> None:
    used = {token for document in DOCUMENTS for token in tokens(document)}
    assert sorted(set(ALLOWED) - used) == []


# --- both languages


def test_both_languages_name_the_same() -> None:
    english, chinese = (set(tokens(document)) - set(PAPER) for document in PAPER)
    assert english == chinese


NUMBER = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?")


def test_both_languages_give_the_same_numbers() -> None:
    """Words apart: "March" is a word in English and "3 月" in Chinese."""
    english, chinese = (Counter(NUMBER.findall(re.sub(r"\d+ 月", "", text(document)))) for document in PAPER)
    assert english - chinese == Counter()
    assert chinese - english == Counter()


# --- values

VALUE = re.compile(r"`(\w+)` (-?[\d.]+) ?[(（](-?[\d.]+)–(-?[\d.]+)[)）]")
MOVE = re.compile(r"`(\w+)` ([\d.]+) → ([\d.]+) ?[(（]([\d.]+)–([\d.]+)[)）](?:[,，] ?(\d+))?")


@pytest.mark.parametrize("document", DOCUMENTS)
def test_values_and_ranges_are_those_declared(document: str) -> None:
    said = VALUE.findall(text(document))
    if document in PAPER:
        assert len(said) > 50
    for name, value, low, high in said:
        one = QUANTITIES[name]
        assert (value, low, high) == (f"{one.default:.6g}", f"{one.low:g}", f"{one.high:g}"), name


@pytest.mark.parametrize("document", PAPER)
def test_the_share_of_assumptions_is_the_one_declared(document: str) -> None:
    assumed, n = sum(one.is_assumption for one in PARAMETERS.values()), len(PARAMETERS)
    said = re.findall(r"\d+ of the \d+ parameters|\d+ 个参数中有 \d+ 个是假设", text(document))
    assert said in ([f"{assumed} of the {n} parameters"], [f"{n} 个参数中有 {assumed} 个是假设"])


def rows_of(document: str, prefix: str) -> dict[str, str]:
    """Rows of tables that tell of a shipped scenario: those whose first or third cell is its name."""
    found = {}
    for line in text(document).splitlines():
        cells = [cell.strip() for cell in line.strip("|").split(" | ")]
        for cell in (cells[0], cells[min(2, len(cells) - 1)]):
            if line.startswith("|") and re.fullmatch(rf"`{prefix}[\w-]+`", cell.strip()):
                found[cell.strip().strip("`")] = line
    return found


@pytest.mark.parametrize("document", PAPER)
@pytest.mark.parametrize("name", [name for name in POLICIES if name not in {"policies/all-three", *NOT_THE_PAPERS}])
def test_policies_move_what_is_said(document: str, name: str) -> None:
    policy = load_policy(name)
    changes = [*policy.levers, *policy.parameters]
    expected = {
        one.name: (
            f"{QUANTITIES[one.name].default:.6g}",
            f"{one.value:g}",
            f"{QUANTITIES[one.name].low:g}",
            f"{QUANTITIES[one.name].high:g}",
            str(one.ramp_months or ""),
        )
        for one in changes
    }
    said = {move[0]: move[1:] for move in MOVE.findall(rows_of(document, "policies/")[name])}
    assert said == expected


@pytest.mark.parametrize("document", PAPER)
@pytest.mark.parametrize("name", [*MODELS, "t-city"])
def test_models_are_as_said(document: str, name: str) -> None:
    row = rows_of(document, "(?:models/)?")[name]
    city = load_scenario(name)
    levers = city.lever_table()[0, 0]
    said = dict(re.findall(r"`([a-z_]+)` ([\d.]+)", row))
    assert {change.name for change in city.levers} <= set(said)
    assert said == {lever: f"{levers[lever]:g}" for lever in said}


# --- nothing is left out


def rules_that_cite_the_paper() -> list[str]:
    found = []
    for file in sorted((ROOT / "sim" / "rules").glob("*.py")):
        for node in module_tree(file).body:
            if isinstance(node, ast.FunctionDef) and re.search(r"\bpaper [一二三四]", ast.get_docstring(node) or ""):
                found.append(f"sim.rules.{file.stem}.{node.name}")
    return found


def parameters_that_cite_the_paper() -> list[str]:
    return [one.name for one in PARAMETERS.values() if re.search(r"\bpaper [一二三四]", one.source.words.en)]


@pytest.mark.parametrize("document", PAPER)
def test_levers_policies_and_models_are_all_told(document: str) -> None:
    assert sorted(set(LEVERS) - set(tokens(document))) == []
    assert sorted({*POLICIES, *MODELS} - NOT_THE_PAPERS - set(tokens(document))) == []


@pytest.mark.parametrize("document", PAPER)
def test_all_that_cites_the_paper_is_told(document: str) -> None:
    cited = rules_that_cite_the_paper() + parameters_that_cite_the_paper()
    assert len(cited) > 30
    assert sorted(set(cited) - set(tokens(document))) == []


def test_the_glossary_has_every_lever_by_its_own_name() -> None:
    """The row of a lever says in Chinese what its declaration begins with."""
    rows = {}
    for line in text(GLOSSARY).splitlines():
        cells = [cell.strip() for cell in line.strip("|").split(" | ")]
        if line.startswith("|") and (match := re.fullmatch(r"`(\w+)`.*", cells[-1].rstrip("|").strip())):
            rows[match[1]] = cells[1]
    for lever in LEVERS.values():
        assert lever.name in rows, lever.name
        assert lever.label.zh == rows[lever.name]


# --- the baseline's figures


def test_both_languages_show_the_same_figures_of_the_baseline() -> None:
    english, chinese = (baseline.FIGURE.findall(text(document)) for document in PAPER)
    assert len(english) == len(baseline.FIGURES)
    numbers = [(mean, low, high) for mean, _, low, high in english]
    assert numbers == [(mean, low, high) for mean, _, low, high in chinese]
    for mean, low, high in numbers:
        assert float(low.replace(",", "")) <= float(mean.replace(",", "")) <= float(high.replace(",", ""))


def test_figures_of_the_baseline_are_written_in_their_order() -> None:
    page = "| 4 (2–8) | `x`: 1.5 % a month [1.4, 1.6]; 2 `y` a year [1, 3] | [a link](there.md) |"
    made = baseline.renewed(page, [("10", "9", "11"), ("1,200", "1,100", "1,300")])
    assert made == page.replace("1.5 % a month [1.4, 1.6]", "10 % a month [9, 11]").replace(
        "2 `y` a year [1, 3]", "1,200 `y` a year [1,100, 1,300]"
    )
    with pytest.raises(ValueError, match="there are 1 figures with an interval, and 2 places"):
        baseline.renewed(page, [("1", "0", "2")])


@pytest.mark.parametrize("document", [*PAPER, "experiments/README.md", "README.md", "README.zh.md"])
def test_how_many_parameters_are_assumptions_is_said_as_it_is(document: str) -> None:
    n, assumed = len(PARAMETERS), sum(one.is_assumption for one in PARAMETERS.values())
    english = re.findall(r"(\d+)\s+of (?:its|the) (\d+)\s+parameters\s+are assumptions", text(document))
    chinese = re.findall(r"(\d+) 个参数中有? ?(\d+) 个[是为]假设", text(document))
    assert english or chinese
    assert set(english) <= {(str(assumed), str(n))}
    assert set(chinese) <= {(str(n), str(assumed))}
