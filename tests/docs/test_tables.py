"""The documents keep up with the code: tables are fresh, every rule and phase is described, links lead somewhere."""

from __future__ import annotations

import ast
import importlib.util
import math
import re
import sys
from dataclasses import replace
from pathlib import Path
from random import Random
from types import ModuleType
from typing import Any
from urllib.parse import unquote

import pytest
import rules_help
from every import every

import sim
from sim.day import PHASES
from sim.scenario import parameters
from sim.scenario.parameters import LEVERS, PARAMETERS, SWITCHES
from sim.scenario.sources import Evidence
from sim.words import LEAST_HOURS, LEAST_YUAN, Certificate, Draw, Kind, NeedState, Route

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"


def generator() -> ModuleType:
    """docs/generate.py, which is no package, and run as a script finds what lies beside it."""
    sys.path.insert(0, str(DOCS))
    spec = importlib.util.spec_from_file_location("docs_generate", DOCS / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


generate = generator()
ODD = (DOCS / "odd.md").read_text(encoding="utf-8")
WRITTEN = generate.without_tables(ODD)
"""What a person wrote: a name in a generated table is no description."""

# --- tables


@pytest.mark.parametrize("file", generate.documents(), ids=lambda file: file.name)
def test_tables_are_fresh(file: Path) -> None:
    assert generate.renewed(file) == file.read_text(encoding="utf-8"), "run: python docs/generate.py"


def test_odd_holds_every_table() -> None:
    missing = [name for name in generate.TABLES if f"\n{generate.BEGIN.format(name)}\n" not in ODD]
    assert not missing


def test_every_state_and_draw_is_described() -> None:
    assert list(generate.NEED_STATES) == [state.name for state in NeedState]
    assert list(generate.DRAWS) == [draw.name for draw in Draw]


@pytest.mark.parametrize("name", ["task_hours", "offcontract_task_rate", "quit_floor"])
def test_a_changed_parameter_makes_the_tables_stale(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(PARAMETERS, name, replace(PARAMETERS[name], default=0.4321))
    assert f"| `{name}` | 0.4321 |" in generate.fresh(ODD)


def test_an_added_lever_makes_the_tables_stale(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(LEVERS, "new_lever", replace(LEVERS["pay"], name="new_lever"))
    assert generate.fresh(ODD) != ODD


@every("one", [*PARAMETERS.values(), *LEVERS.values()], said=lambda one: one.name)
def test_an_assumption_is_marked_with_its_range(one: parameters.Quantity) -> None:
    rows = [row for row in ODD.splitlines() if row.startswith(f"| `{one.name}` | {one.default:.6g} | ")]
    assert len(rows) == 1
    cells = [cell.strip() for cell in rows[0].strip("|").split("|")]
    assert cells[2] == f"{one.low:g}–{one.high:g}"
    assert cells[6] == one.source.words.en
    assert cells[5].strip("*") == one.kind.value.en
    assert cells[5].startswith("**") is (one.kind in {Evidence.ASSUMPTION, Evidence.VALUE_ASSUMED})


def test_a_stale_table_is_renewed_and_the_rest_is_kept() -> None:
    stale = ODD.replace("| `pay` | 2500 |", "| `pay` | 2400 |")
    assert stale != ODD
    assert generate.fresh(stale) == ODD
    assert generate.fresh(f"Before.\n{ODD}After.\n") == f"Before.\n{ODD}After.\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("<!-- table: levers -->\n", "the end of table 'levers'"),
        ("<!-- table: levers -->\n<!-- table: phases -->\n<!-- end -->\n", "the end of table 'levers'"),
        ("<!-- table: nothing -->\n<!-- end -->\n", "there is no table 'nothing'"),
    ],
)
def test_wrong_markers_are_said_so(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        generate.fresh(text)


def test_check_names_the_stale_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(generate, "FOLDER", tmp_path)
    page = tmp_path / "page.md"
    page.write_text("Levers:\n<!-- table: levers -->\n<!-- end -->\n", encoding="utf-8")
    before = page.read_bytes()
    assert generate.main(["--check"]) == 1
    assert "page.md is stale" in capsys.readouterr().err
    assert page.read_bytes() == before
    assert generate.main([]) == 0
    assert "| `pay` |" in page.read_text(encoding="utf-8")
    assert generate.main(["--check"]) == 0


# --- rules and phases


def rules() -> dict[str, ast.FunctionDef]:
    """Every rule by its whole name."""
    return {
        f"sim.rules.{file.stem}.{node.name}": node
        for file in sorted((ROOT / "sim" / "rules").glob("*.py"))
        for node in ast.parse(file.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef)
    }


RULES = rules()


def entries() -> dict[str, str]:
    """What odd.md says of each rule: the item of a list that begins with its name."""
    found = re.findall(r"^\* `(sim\.rules\.\w+\.\w+)`:(.*?)(?=^\* |^#|^\n|\Z)", WRITTEN, re.MULTILINE | re.DOTALL)
    assert len(found) == len(dict(found)), "a rule is described twice"
    return dict(found)


ENTRIES = entries()


@every("name", RULES)
def test_every_rule_is_described(name: str) -> None:
    """By name, with a source, and with every parameter that its formula reads."""
    assert name in ENTRIES
    said = ENTRIES[name]
    assert re.search(r"\bSource:\s+\S", said)
    read = {
        node.attr
        for node in ast.walk(RULES[name])
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "p"
    }
    assert {one for one in read if not re.search(rf"\b{one}\b", said)} == set()
    known = set(PARAMETERS) - read - {argument.arg for argument in RULES[name].args.args}
    formulas = "\n".join(code for code in re.findall(r"`([^`]+)`", said) if not re.fullmatch(r"\w+", code))
    assert {one for one in known if re.search(rf"(?<![.\w]){one}\b", formulas)} == set(), "it does not read these"


LARGE = {
    *("available", "backlog_hours", "capacity", "hours", "hours_left", "hours_per_1000", "lapsed_hours"),
    *("days_to_deadline", "days_waiting", "ledger_backlog", "links", "memory", "new_hours", "oldest_days"),
    *("outreach", "owed", "posts", "service", "service_wants", "training", "visits", "volunteers", "weight"),
}
PLAIN = rules_help.rules()
YUAN = {"base_pay", "bonus", "own", "pay", "planned", "government"}


def argument_of(name: str, kind: str, random: Random) -> float | int | bool:
    """A value that an argument of a rule may take."""
    if kind == "bool":
        return random.random() < 0.5
    if kind == "int":
        return random.randrange({"certificate": 4, "kind": 2, "days_waiting": 90, "absence_days": 90}.get(name, 20))
    if name == "normal":
        return random.gauss(0.0, 1.0)
    if name in LARGE:
        return random.choice((0.001, random.uniform(0.1, 3.0), random.uniform(0.1, 100.0)))
    return random.uniform(1.0, 9000.0) if name in YUAN else random.random()


@every("name", RULES)
def test_formulas_give_what_rules_give(name: str) -> None:
    check_formula(name)


def check_formula(name: str) -> None:
    """Raises AssertionError unless the formula, computed as it stands, gives the rule's values, at many arguments and parameters."""
    random = Random(name)
    kinds = {one.arg: ast.unparse(one.annotation) for one in RULES[name].args.args if one.annotation is not None}
    takes_p = kinds.pop("p", None) is not None
    rule = PLAIN[name.removeprefix("sim.rules.")]
    codes = [" ".join(code.split()) for code in re.findall(r"`([^`]+)`", ENTRIES[name])]
    codes = [code for code in codes if not re.fullmatch(r"\w+", code)]
    definitions = [code for code in codes if re.match(r"\w+ = ", code)]
    formula = next(code for code in codes if code not in definitions)
    known: dict[str, Any] = {
        "min": min,
        "max": max,
        "exp": math.exp,
        "log": math.log,
        "log1p": math.log1p,
        "floor": math.floor,
    }
    known |= {
        "round": lambda x: math.floor(x + 0.5),
        "clip": lambda x: min(1.0, max(0.0, x)),
        "logistic": lambda x: 1.0 / (1.0 + math.exp(-x)),
    }
    known |= {"LEAST_HOURS": LEAST_HOURS, "LEAST_YUAN": LEAST_YUAN}
    known |= {one.name: one.value for words in (Certificate, Kind, Route) for one in words}
    seen = set()
    for _ in range(100):
        p = rules_help.parameters(
            **{q.name: random.uniform(q.low, q.high) for q in PARAMETERS.values()},
            **{name: random.randrange(2) for name in SWITCHES},
        )
        arguments = {name: argument_of(name, kind, random) for name, kind in kinds.items()}
        here = known | {q: float(p[q]) for q in [*PARAMETERS, *SWITCHES]} | arguments
        for definition in definitions:
            exec(definition, here)
        given = rule(p, **arguments) if takes_p else rule(**arguments)
        assert eval(formula, here) == pytest.approx(given, rel=1e-12, abs=1e-15), arguments
        seen.add(float(given))
    assert len(seen) > 1, "these arguments do not try the rule"


def test_only_rules_are_described() -> None:
    named = set(re.findall(r"`(sim\.rules\.\w+\.\w+)`", WRITTEN))
    assert named - set(RULES) == set()


@pytest.mark.parametrize("name", [name for name, _, _ in PHASES])
def test_every_phase_is_described(name: str) -> None:
    assert f"`{name}`" in WRITTEN


def test_phases_are_told_in_their_order() -> None:
    (process,) = re.findall(r"^### I\.iii .*?(?=^## )", WRITTEN, re.MULTILINE | re.DOTALL)
    named = [found for found in re.findall(r"`(\w+\.\w+)`", process) if found in {name for name, _, _ in PHASES}]
    assert list(dict.fromkeys(named)) == [name for name, _, _ in PHASES]


# --- links

PAGES = sorted(
    {
        *DOCS.glob("*.md"),
        *ROOT.glob("README*.md"),
        ROOT / "CONTRIBUTING.md",
        *(ROOT / folder / "README.md" for folder in ("sim", "scenarios", "experiments", "benchmarks")),
    }
)


def prose(text: str) -> str:
    """The text without code, fenced or inline."""
    text = re.sub(r"^(```|~~~).*?^\1[ \t]*$", "", text, flags=re.MULTILINE | re.DOTALL)
    return re.sub(r"(`+)(?!`).+?(?<!`)\1(?!`)", "code", text)


def links(text: str) -> list[str]:
    """Targets of links and pictures, inline, by reference or in HTML."""
    text = prose(text)
    inline = re.findall(r"\]\(\s*<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\s*\)", text)
    referred = re.findall(r"^ {0,3}\[[^\]]+\]:\s*<?([^\s>]+)>?", text, re.MULTILINE)
    tagged = re.findall(r"<(?:a|img)\b[^>]*?\b(?:href|src)=[\"']([^\"']+)", text)
    return [*inline, *referred, *tagged]


def anchors(text: str) -> set[str]:
    """Anchors of a page, as GitHub makes them of its headings, and those set by hand."""
    found: set[str] = set(re.findall(r"<\w+\b[^>]*?\b(?:id|name)=[\"']([^\"']+)", text))
    text = re.sub(r"^(```|~~~).*?^\1[ \t]*$", "", text, flags=re.MULTILINE | re.DOTALL)
    for title in re.findall(r"^#{1,6}[ \t]+(.+?)[ \t]*#*$", text, re.MULTILINE):
        title = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", title)
        slug = re.sub(r"[^\w\- ]", "", title.strip().lower()).replace(" ", "-")
        numbered, n = slug, 0
        while numbered in found:
            n += 1
            numbered = f"{slug}-{n}"
        found.add(numbered)
    return found


def dead(page: Path, text: str) -> list[str]:
    """Relative links of a page that lead nowhere."""
    found = []
    for link in links(text):
        if re.match(r"[a-z][a-z0-9+.-]*:|//", link, re.IGNORECASE):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / unquote(path)).resolve() if path else page
        if target == page:
            content = text
        elif target.exists() and target.is_relative_to(ROOT):
            content = target.read_text(encoding="utf-8") if target.suffix == ".md" else ""
        else:
            found.append(link)
            continue
        if anchor and unquote(anchor) not in anchors(content):
            found.append(link)
    return found


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    assert dead(page, page.read_text(encoding="utf-8")) == []


def test_dead_links_are_found() -> None:
    text = (
        "# One `two`, three!\n## 参数 parameters\n## 参数 parameters\n[a](#one-two-three) [b](#参数-parameters-1) "
        "[c](README.md) [d](sim/README.md#the-architecture-on-a-page) [e](https://example.org/x) `[f](g.md)`\n"
        "![h](nowhere.png) [i](#four) [j](sim/README.md#nothing) [k]\n\n[k]: nowhere.md\n<img src='gone.svg'>\n"
        "```\n[l](m.md)\n```\n[n](../beyond.md)\n"
    )
    assert dead(ROOT / "page.md", text) == [
        "nowhere.png",
        "#four",
        "sim/README.md#nothing",
        "../beyond.md",
        "nowhere.md",
        "gone.svg",
    ]


def test_the_page_of_the_door_says_each_name_with_its_call() -> None:
    """And every figure, and what a class has from the ones below it."""
    page = (DOCS / "api.md").read_text(encoding="utf-8")
    for name in sim.__all__:
        assert f"\n## {name}\n".replace("_", r"\_" if name.islower() else "_") in page
    for call in (
        "compare(\n    city: ",
        "    seeds: int | Sequence[int] = 100,\n    *,\n",
        "### Comparison.save\n\n```python\nsave(folder: str | os.PathLike[str], *, force: bool = False) -> Path\n```",
        "### Results.chance\\_better\n",
        "### StationModel.run\\_until\n",
        *(f"```python\nplot.{figure.name}(" for figure in sim.plot.FIGURES),
    ):
        assert call in page, call
    assert "* `outcomes`: `np.ndarray`, (arms, seeds, outcomes)\n" in page
    assert " at 0x" not in page
