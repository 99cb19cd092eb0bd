"""The house keeps its order: what imports what, what is declared once and used, what is written where.

Everything is read from the source with `ast`; nothing is run.
"""

from __future__ import annotations

import ast
import functools
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from every import every

from sim.day import PHASES
from sim.observations import COMMUNITY_MONTH, GROUP_MONTH, MEASURES, STATION_MONTH
from sim.scenario.parameters import BY_STATION, LEVERS, PARAMETERS, SWITCHES, Quantity
from sim.sums import ordered_sum
from sim.words import Draw

ROOT = Path(__file__).resolve().parents[2]
SIM = ROOT / "sim"
MOST_LINES = 450


def module_of(file: Path) -> str:
    parts = file.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


FILES = {module_of(file): file for file in sorted(SIM.rglob("*.py"))}


@functools.cache
def source(module: str) -> str:
    return FILES[module].read_text(encoding="utf-8")


@functools.cache
def tree(module: str) -> ast.Module:
    return ast.parse(source(module))


def modules(*packages: str) -> list[str]:
    return [m for m in FILES if any(m == p or m.startswith(p + ".") for p in packages)]


def functions(module: str) -> list[ast.FunctionDef]:
    return [node for node in ast.walk(tree(module)) if isinstance(node, ast.FunctionDef)]


# --- floors

FLOORS = {
    0: (
        "sim.words",
        "sim.language",
        "sim.mistakes",
        "sim.digests",
        "sim.compile",
        "sim.chance",
        "sim.seeds",
        "sim.sums",
        "sim.months",
        "sim.months",
    ),
    1: ("sim.scenario", "sim.world", "sim.observations"),
    2: ("sim.rules",),
    3: ("sim.phases",),
    3.5: ("sim.world.build", "sim.world.start"),  # they draw the first morning with phases and rules
    4: ("sim.day", "sim.replaced", "sim.engine", "sim.model", "sim.agents"),
    5: ("sim.lab",),
    6: ("sim.plot", "sim.report", "sim.view", "sim.cli"),
    7: ("sim",),  # the public door
}


def floor(module: str) -> float:
    """The floor of the longest name that the module is or lies in."""
    best = max(
        (name for names in FLOORS.values() for name in names if module == name or module.startswith(name + ".")),
        key=len,
    )
    assert best != "sim" or module == "sim", f"{module} stands on no floor: add it to FLOORS"
    return next(number for number, names in FLOORS.items() if best in names)


def imports(module: str) -> Iterator[str]:
    """Modules that a module imports anywhere, also inside functions and for types only."""
    for node in ast.walk(tree(module)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module}, line {node.lineno}: write the whole name of what you import"
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                yield inner if inner in FILES else str(node.module)


def upward(module: str, imported: str) -> bool:
    return imported.split(".")[0] == "sim" and floor(imported) > floor(module)


@every("module", FILES)
def test_imports_go_down(module: str) -> None:
    up = [imported for imported in imports(module) if upward(module, imported)]
    assert not up, f"{module} (floor {floor(module)}) imports {up}"


@pytest.mark.parametrize(
    ("module", "imported", "is_up"),
    [
        ("sim.rules.work", "sim.phases.work", True),
        ("sim.phases.work", "sim.rules.work", False),
        ("sim.phases.work", "sim.world.build", True),
        ("sim.world.tables", "sim.phases.staff", True),
        ("sim.world.start", "sim.phases.staff", False),
        ("sim.lab.simulate", "sim.cli", True),
        ("sim.words", "sim.scenario.parameters", True),
        ("sim.words", "numpy", False),
    ],
)
def test_floors_tell_up_from_down(module: str, imported: str, is_up: bool) -> None:
    assert upward(module, imported) is is_up


def test_every_module_that_is_named_here_exists() -> None:
    here = ast.parse(Path(__file__).read_text(encoding="utf-8"))
    texts = {node.value for node in ast.walk(here) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    named = {text for text in texts if re.fullmatch(r"sim(\.\w+)*", text)}
    assert len(named) > 25
    assert named <= set(FILES), sorted(named - set(FILES))


def test_one_door_to_numba() -> None:
    users = [m for m in FILES if any(name.split(".")[0] in {"numba", "llvmlite"} for name in imports(m))]
    assert users == ["sim.compile"]
    inner = re.compile(r"\b(?:py_func|overloads|entry_point|numba\.|co_code|co_consts|CellType)\b")
    assert [m for m in FILES if inner.search(re.sub(r"#.*", "", source(m)))] == ["sim.compile"], "numba's inner names"


def test_rules_know_only_words_parameters_and_rules() -> None:
    for module in modules("sim.rules"):
        for imported in imports(module):
            allowed = {"__future__", "math", "sim.compile", "sim.words", "sim.scenario.parameters"}
            assert imported in allowed or imported.startswith("sim.rules"), f"{module} imports {imported}"


# --- parameters and levers

QUANTITIES = {**PARAMETERS, **LEVERS}


def read_from(*owners: str) -> set[str]:
    """Attributes read, in the model, from an expression whose last name is one of `owners` (subscripts apart)."""
    names = set()
    for module in modules("sim.rules", "sim.phases", "sim.world"):
        for node in ast.walk(tree(module)):
            if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load):
                base = node.value
                while isinstance(base, ast.Subscript):
                    base = base.value
                name = base.attr if isinstance(base, ast.Attribute) else getattr(base, "id", "")
                if name in owners:
                    names.add(node.attr)
    return names


def test_every_parameter_is_read() -> None:
    assert set(PARAMETERS) - read_from("p", "parameters") == set()


def test_every_lever_is_read() -> None:
    assert set(BY_STATION) - read_from("lever", "levers") == set()


def test_no_parameter_or_lever_is_read_that_is_not_declared() -> None:
    assert read_from("p") - set(PARAMETERS) - set(SWITCHES) == set()
    assert set(SWITCHES) - read_from("p") == set()
    assert read_from("lever") - set(BY_STATION) == set()


def test_no_name_is_both_parameter_and_lever() -> None:
    assert len({*PARAMETERS, *LEVERS, *SWITCHES}) == len(PARAMETERS) + len(LEVERS) + len(SWITCHES)


@every("one", QUANTITIES.values(), said=lambda one: one.name)
def test_declared_in_full(one: Quantity) -> None:
    assert one.unit.strip()
    for text in (one.label, one.meaning, one.source.words):
        assert text.en.strip()
        assert re.search("[\u4e00-\u9fff]", text.zh), "no Chinese in zh"
    assert not re.search("[\u4e00-\u9fff]", one.label.en + one.meaning.en), "Chinese in en"
    assert one.least <= one.low <= one.default <= one.high <= one.most
    assert one.low < one.high


# --- rules

RULES = [
    (module, node)
    for module in modules("sim.rules")
    for node in functions(module)
    if any(getattr(d, "id", "") in {"rule", "hot_rule"} for d in node.decorator_list)
]
RULE_NAMES = [f"{module.removeprefix('sim.rules.')}.{node.name}" for module, node in RULES]


def test_rules_files_hold_rules_only() -> None:
    assert len(RULES) >= 60
    for module in modules("sim.rules"):
        assert [n.name for n in functions(module)] == [n.name for m, n in RULES if m == module], module


@every("node", [node for _, node in RULES], said=lambda node: node.name)
def test_a_rule_is_one_formula_in_scalars(node: ast.FunctionDef) -> None:
    assert len(ast.get_docstring(node) or "") > 20, "no docstring"
    arguments = node.args.posonlyargs + node.args.args + node.args.kwonlyargs
    assert node.args.vararg is None
    assert node.args.kwarg is None
    assert not node.args.defaults
    for i, argument in enumerate(arguments):
        assert argument.annotation is not None, f"{argument.arg} has no annotation"
        kind = ast.unparse(argument.annotation)
        assert kind in {"float", "int", "bool"} or (argument.arg, kind, i) == ("p", "P", 0), f"{argument.arg}: {kind}"
    assert node.returns is not None
    assert ast.unparse(node.returns) in {"float", "int", "bool"}
    for part in node.body:
        for inner in ast.walk(part):
            assert not isinstance(inner, (ast.Subscript, ast.For, ast.While, ast.comprehension, ast.List)), (
                f"line {inner.lineno if hasattr(inner, 'lineno') else '?'}: no arrays, no loops"
            )


@every("node", [node for _, node in RULES], said=lambda node: node.name)
def test_a_rule_uses_all_that_it_takes(node: ast.FunctionDef) -> None:
    used = {inner.id for part in node.body for inner in ast.walk(part) if isinstance(inner, ast.Name)}
    assert {argument.arg for argument in node.args.args} - used - {"p"} == set()


def test_every_rule_is_used() -> None:
    """By name, in a phase, in the first morning, or in another rule."""
    used = set()
    for module in modules("sim.rules", "sim.phases", "sim.world"):
        for node in ast.walk(tree(module)):
            if isinstance(node, ast.Call):
                used.add(node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", ""))
    assert {node.name for _, node in RULES} - used == set()


def test_every_rule_has_a_worked_case() -> None:
    told = set()
    for file in (ROOT / "tests" / "worked_cases").glob("*.yaml"):
        told |= {case["rule"] for case in yaml.safe_load(file.read_text(encoding="utf-8"))}
    assert set(RULE_NAMES) - told == set()


# --- the day


def calls_of_run_day() -> list[tuple[str, bool]]:
    """Phases called in `run_day`, in order, and whether at month end only."""
    (run_day,) = [node for node in functions("sim.day") if node.name == "run_day"]
    found = []
    for statement in run_day.body:
        for node in sorted(
            (n for n in ast.walk(statement) if isinstance(n, ast.Call)), key=lambda n: (n.lineno, n.col_offset)
        ):
            is_month_end = isinstance(statement, ast.If) and ast.unparse(statement.test) == "today.is_month_end"
            found.append((ast.unparse(node.func), is_month_end))
    return found


def test_the_day_is_as_listed() -> None:
    assert [name for name, _ in calls_of_run_day()] == [name for name, _, _ in PHASES]


def test_month_ends_are_told() -> None:
    for (name, en, zh), (_, is_month_end) in zip(PHASES, calls_of_run_day(), strict=True):
        assert en.startswith("Month end: ") is is_month_end, name
        assert zh.startswith("月末：") is is_month_end, name


def test_every_phase_module_is_in_the_day() -> None:
    in_day = {f"sim.phases.{name.split('.')[0]}" for name, _, _ in PHASES}
    assert (
        set(modules("sim.phases")) - {"sim.phases", "sim.phases.services"} == in_day
    )  # what several phases do with services


# --- chance

ROWS = {
    "0": "what the key stands for",
    "place": "worker",
    "w - station.first_worker": "worker",
    "c": "community",
    "c - station.first_community": "community",
    "community": "community",
    "cell.community - station.first_community": "community",
    "digest & _LOW": "town",
}


DRAWERS = {"chance", "fill_words", "gamma2", "key_of"}


def uses_of_draws() -> dict[str, set[tuple[str, str, str, str]]]:
    """Per draw: (module, function, how it is drawn, kind of row)."""
    uses: dict[str, set[tuple[str, str, str, str]]] = {}
    for module in FILES:
        for function in functions(module):
            for node in ast.walk(function):
                if not isinstance(node, ast.Call) or getattr(node.func, "id", "") not in DRAWERS:
                    continue
                how = node.func.id  # type: ignore[attr-defined]
                draw = (
                    ast.unparse(node.args[2 if how == "fill_words" else 1]).removeprefix("Draw.").removesuffix(".value")
                )
                if draw not in Draw.__members__:
                    assert module == "sim.chance", f"{module}, line {node.lineno}: draw by name, not {draw}"
                    continue
                row = "resident" if how == "fill_words" else ROWS[ast.unparse(node.args[2])]
                uses.setdefault(draw, set()).add((module, function.name, how, row))
    return uses


def test_every_draw_is_used_in_one_place() -> None:
    uses = uses_of_draws()
    assert set(Draw.__members__) - set(uses) == set()
    assert {draw: places for draw, places in uses.items() if len(places) > 1} == {}


def draws_named(node: ast.AST) -> int:
    return sum(isinstance(n, ast.Attribute) and ast.unparse(n.value) == "Draw" for n in ast.walk(node))


def test_no_draw_is_named_outside_a_draw() -> None:
    for module in FILES:
        calls = [n for n in ast.walk(tree(module)) if isinstance(n, ast.Call)]
        drawn = [n for n in calls if getattr(n.func, "id", "") in DRAWERS]
        assert draws_named(tree(module)) == sum(draws_named(n) for n in drawn), module


def test_draw_numbers_are_unique() -> None:
    (cls,) = [n for n in ast.walk(tree("sim.words")) if isinstance(n, ast.ClassDef) and n.name == "Draw"]
    numbers = [ast.literal_eval(n.value) for n in cls.body if isinstance(n, ast.Assign)]
    assert len(numbers) == len(set(numbers)) == len(Draw.__members__)
    assert all(0 < number < 2**32 for number in numbers)


def test_rules_draw_nothing() -> None:
    for module in modules("sim.rules"):
        assert "random" not in {name.split(".")[-1] for name in imports(module)}
        assert not re.search(r"\bchance\(", source(module).replace("_chance(", "")), module


# --- observation

TABLES = {"stations": STATION_MONTH, "groups": GROUP_MONTH, "communities": COMMUNITY_MONTH}


def table_of(text: str, known: dict[str, str]) -> str | None:
    """Which monthly table an expression such as `world.observed.stations[month, s]` or `seen` is a row of."""
    if found := re.search(r"\bobserved\.(\w+)", text):
        return found[1]
    return known.get(text.split("[")[0])


def written_columns() -> dict[str, set[str]]:
    written: dict[str, set[str]] = {table: set() for table in TABLES}
    for module in modules("sim.phases"):
        for function in functions(module):
            # A row of a monthly table is handed on as `seen`; of stations, unless the function says otherwise.
            known = {"seen": "stations"}
            for node in ast.walk(function):
                if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                    if table := table_of(ast.unparse(node.value), {}):
                        known[node.targets[0].id] = table
                    else:
                        known.pop(node.targets[0].id, None)
            for node in ast.walk(function):
                target = node.target if isinstance(node, ast.AugAssign) else None
                if isinstance(node, ast.Assign):
                    target = node.targets[0]
                if isinstance(target, ast.Attribute):
                    if (table := table_of(ast.unparse(target.value), known)) in written:
                        written[str(table)].add(target.attr)
    return written


@pytest.mark.parametrize("table", TABLES)
def test_every_column_is_written(table: str) -> None:
    written = written_columns()[table]
    assert set(TABLES[table]) - written == set(), "declared, but never written"
    assert written - set(TABLES[table]) == set(), "written, but not declared"


def test_measures_are_ratios_of_columns() -> None:
    for measure in MEASURES.values():
        assert set(measure.above + measure.below) <= set(STATION_MONTH), measure.name


# --- sums

COUNTS = {"is_assumption", "n", "n_runs", "nbytes", "num_rows", "population", "posts"}
"""Attributes that are whole numbers, or true or false."""


def is_whole(term: ast.expr) -> bool:
    """Whether a term is seen to be a whole number, of which Python's `sum` is exact."""
    if isinstance(term, ast.Call):
        return getattr(term.func, "id", "") in {"len", "int"}
    if isinstance(term, ast.IfExp):
        return is_whole(term.body) and is_whole(term.orelse)
    return (
        isinstance(term, (ast.Compare, ast.BoolOp))
        or (isinstance(term, ast.UnaryOp) and isinstance(term.op, ast.Not))
        or (isinstance(term, ast.Constant) and isinstance(term.value, int))
        or (isinstance(term, ast.Attribute) and term.attr in COUNTS)
    )


def sums_of_floats(text: ast.AST) -> list[int]:
    """Lines with a `sum`, or one of the `statistics` module, over what may be floats."""
    return [
        node.lineno
        for node in ast.walk(text)
        if isinstance(node, ast.Call)
        and getattr(node.func, "id", "") == "sum"
        and not (isinstance(node.args[0], ast.GeneratorExp) and is_whole(node.args[0].elt))
    ]


@every("module", [m for m in FILES if m.split(".")[1:2] not in (["plot"], ["report"], ["cli"])])
def test_numbers_are_added_in_an_order_of_ours(module: str) -> None:
    """Python's own `sum` of floats gives other last bits from 3.12 on: see `sim.sums`."""
    assert sums_of_floats(tree(module)) == []
    assert {"statistics", "math.fsum"} & set(imports(module)) == set()


def test_sums_of_floats_are_told_from_counts() -> None:
    text = "sum(x.cost for x in y)\nsum(x > 1 for x in y)\nsum(y)\nsum(len(x) for x in y)\nordered_sum(y)\ny.sum()"
    assert sums_of_floats(ast.parse(text)) == [1, 3]


def test_an_ordered_sum_carries_nothing_along() -> None:
    assert ordered_sum([1e16, 1.0, 1.0]) == 1e16
    assert ordered_sum([1.0, 1.0, 1e16]) == 1e16 + 2
    assert ordered_sum([]) == 0.0


# --- declared once


def test_months_are_worked_out_in_one_file() -> None:
    by_hand = re.compile(r"year \* 12|// 12\}-|\) \* 12 \+")
    assert [module for module in FILES if by_hand.search(source(module))] == ["sim.months"]


def test_no_list_of_words_stands_twice() -> None:
    """Two modules that hold the same list would not both be changed."""
    where: dict[str, list[str]] = {}
    for module in FILES:
        for node in tree(module).body:
            if isinstance(node, ast.Assign) and isinstance(node.value, (ast.Tuple, ast.List, ast.Dict, ast.Set)):
                if len(list(ast.walk(node.value))) > 3:
                    where.setdefault(ast.unparse(node.value), []).append(f"{module}.{ast.unparse(node.targets[0])}")
    assert [places for places in where.values() if len(places) > 1] == []


# --- files


@every("module", FILES)
def test_no_module_is_long(module: str) -> None:
    assert len(source(module).splitlines()) <= MOST_LINES


TEXT = {
    "",
    *[
        ".py",
        ".md",
        ".toml",
        ".yaml",
        ".yml",
        ".json",
        ".cff",
        ".txt",
        ".cfg",
        ".ini",
        ".sh",
        ".csv",
        ".html",
        ".ipynb",
    ],
}
SKIPPED = {".git", "__pycache__", "dist", "build", "node_modules", "results", "runs"}


def text_files() -> list[Path]:
    """Files of the project, without hidden folders and what is made."""
    found = []
    for file in sorted(ROOT.rglob("*")):
        parts = file.relative_to(ROOT).parts
        is_hidden = any(part.startswith(".") and part not in {".ci", ".github"} for part in parts[:-1])
        if is_hidden or SKIPPED & set(parts) or any(part.endswith(".egg-info") for part in parts):
            continue
        if file.is_file() and file.suffix in TEXT and file.stat().st_size < 2_000_000:
            found.append(file)
    return found


MACHINE_PATH = re.compile(r"(?<![\w.:/}$*~-])/(?:root|home|Users|mnt|work|private)/\w|\b[A-Z]:\\(?:Users|Program)")
LEFT_OVER = re.compile(r"\b(?:TO" + r"DO|FIX" + r"ME|XX" + r"X|HA" + r"CK)\b")


@pytest.mark.parametrize("pattern", [MACHINE_PATH, LEFT_OVER], ids=["machine paths", "left-overs"])
def test_text_files_are_clean(pattern: re.Pattern[str]) -> None:
    found = []
    for file in text_files():
        for number, line in enumerate(file.read_text(encoding="utf-8", errors="replace").splitlines(), start=1):
            if pattern.search(line):
                found.append(f"{file.relative_to(ROOT)}:{number}: {line.strip()[:100]}")
    assert not found, "\n".join(found)


def test_the_patterns_find_what_they_look_for() -> None:
    slash = "/"
    assert MACHINE_PATH.search(f"see {slash}home{slash}ann{slash}notes.md")
    assert MACHINE_PATH.search(f"'{slash}Users{slash}ann'")
    assert not MACHINE_PATH.search("https://example.org/home/page")
    assert not MACHINE_PATH.search("tests/work/test_day.py")
    assert LEFT_OVER.search("# TO" + "DO: later")
    assert not LEFT_OVER.search("method")


def test_no_two_modules_outside_the_package_share_a_name() -> None:
    """Tests, documents, benchmarks and campaigns import one another by bare names: the first found would stand for both."""
    files = [
        file for folder in ("tests", "docs", "benchmarks", "verification") for file in (ROOT / folder).rglob("*.py")
    ]
    names = Counter(file.name for file in files if file.name not in {"__init__.py", "conftest.py"})
    assert [name for name, n in names.items() if n > 1] == []


def test_the_workflow_runs_the_pythons_and_commands_of_here() -> None:
    workflow = yaml.safe_load((ROOT / ".github/workflows/check.yml").read_text(encoding="utf-8"))["jobs"]["check"]
    named = re.findall(r"Python :: (3\.\d+)", (ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert workflow["strategy"]["matrix"]["python"] == named
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    here = re.findall(r"^(?:\t|PYTEST = )\$\(BIN\)/(python -m (?:pytest -q|sphinx) .*)$", makefile, re.M)
    there = [step["run"] for step in workflow["steps"] if "run" in step]
    assert [one for one in here if "$" not in one and one not in there] == []
    assert len(here) >= 2
