"""CONTRIBUTING.md's recipes, done: each change is made in a copy of the project, and each of its pieces is forgotten once.

    python verification/recipes.py ["a rule" "a lever" ...]

Whole, the tests must pass; with a piece forgotten one must fail, and what it says is kept. Files are counted outside of docs/ and of
what commands renew. A change of the model compiles it anew, so that this takes some minutes.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from kept import command, keep, versions

ROOT = Path(__file__).resolve().parents[1]
RENEWING = (["-m", "sim.scenario.document"], ["docs/generate.py"])


@dataclass(frozen=True)
class Piece:
    """What is written into a file: `after` in place of `before`, which stands there once; a new file where there is no `before`."""

    file: str
    before: str
    after: str

    def write(self, root: Path) -> None:
        file = root / self.file
        text = file.read_text(encoding="utf-8") if self.before else ""
        if self.before and text.count(self.before) != 1:
            raise SystemExit(f"{self.file}: '{self.before}' stands there {text.count(self.before)} times")
        file.write_text(text.replace(self.before, self.after) if self.before else self.after, encoding="utf-8")


@dataclass(frozen=True)
class Recipe:
    pieces: tuple[Piece, ...]
    tests: tuple[str, ...]  # near ones

    @property
    def files(self) -> list[str]:
        return list(dict.fromkeys(piece.file for piece in self.pieces if not piece.file.startswith("docs/")))


RULES = ("tests/worked_cases", "tests/docs/test_tables.py", "tests/scenario/test_parameters.py")

RECIPES = {
    "a rule": Recipe(
        (
            Piece(
                "sim/scenario/parameters.py",
                "    quit_span: float = quantity(",
                '    quit_bend: float = quantity(1.5, 1, 3, "ratio", A, ("Bend of quitting", "离职曲度"), ("How sharply quitting falls with the '
                'chance of meaning to stay", "离职随留任意愿下降的陡度"))\n    quit_span: float = quantity(',
            ),
            Piece("sim/rules/staff.py", "p.quit_span * (1.0 - stay))", "p.quit_span * (1.0 - stay) ** p.quit_bend)"),
            Piece("docs/odd.md", "quit_span * (1 - stay))`. Source", "quit_span * (1 - stay) ** quit_bend)`. Source"),
            Piece(
                "tests/worked_cases/staff.yaml",
                '  by: "1 - (1 - (0.05 + 0.255 * (1 - 0.41))) ^ (1 / 12) = 0.0185"\n  then: 0.0185',
                '  by: "1 - (1 - (0.05 + 0.255 * (1 - 0.41) ^ 1.5)) ^ (1 / 12) = 0.015"\n  then: 0.015',
            ),
        ),
        RULES,
    ),
    "a rule's argument": Recipe(
        (
            Piece(
                "sim/rules/work.py",
                'def fudged_hours(p: P, ledger_backlog: float) -> float:\n    """Ledger hours written off on paper at the end of a day.',
                'def fudged_hours(p: P, ledger_backlog: float, standards: float) -> float:\n'
                '    """Ledger hours written off on paper at the end of a day; fewer where practice is evaluated.',
            ),
            Piece(
                "sim/rules/work.py",
                "    return p.ledger_fudged_share * ledger_backlog if",
                "    return p.ledger_fudged_share * (1.0 - standards) * ledger_backlog if",
            ),
            Piece(
                "sim/phases/work.py",
                "rules.fudged_hours(p, worker.ledger_backlog)",
                "rules.fudged_hours(p, worker.ledger_backlog, lever.service_standards)",
            ),
            *(
                Piece("tests/worked_cases/work.yaml", f"  given: {{ledger_backlog: {hours}}}", f"  given: {{ledger_backlog: {hours}, standards: 0}}")
                for hours in ("20", "16", "16.1")
            ),
        ),
        RULES,
    ),
    "a lever": Recipe(
        (
            Piece(
                "sim/scenario/parameters.py",
                "    information_platform: float = quantity(",
                '    platform_upkeep: float = quantity(1, 0, 3, "multiplier", A, ("Platform upkeep", "平台维护"), ("Multiplier on what a platform '
                'costs", "平台成本的倍数"))\n    information_platform: float = quantity(',
            ),
            Piece(
                "sim/phases/finance.py",
                "p.cost_platform * lever.information_platform)",
                "p.cost_platform * lever.information_platform * lever.platform_upkeep)",
            ),
            Piece("sim/view/levers.py", '"information_platform", "funding', '"information_platform", "platform_upkeep", "funding'),
            Piece(
                "docs/glossary.md",
                "| information platform | 信息平台 |",
                "| platform upkeep | 平台维护 | What a platform costs, as a multiplier. | 平台成本的倍数。 | `platform_upkeep` |\n"
                "| information platform | 信息平台 |",
            ),
        ),
        ("tests/scenario/test_parameters.py", "tests/docs/test_names.py", "tests/docs/test_tables.py", "tests/view/test_live.py"),
    ),
    "an observation": Recipe(
        (
            Piece(
                "sim/observations.py",
                '    inspections: float = flow(',
                '    restraints: float = flow("inspections", "Inspections that left restraint", "留有约束的督查次数")\n    inspections: float = flow(',
            ),
            Piece(
                "sim/phases/government.py", "    seen.inspections += 1.0\n", "    seen.inspections += 1.0\n    seen.restraints += 1.0\n"
            ),
        ),
        ("tests/test_observations.py", "tests/docs/test_tables.py", "tests/day/test_accounts.py"),
    ),
    "an outcome": Recipe(
        (
            Piece(
                "sim/lab/outcomes.py",
                '            _outcome("met_per_year",',
                '            _outcome("quits_per_year", "workers per year", -1, "Quits a year", "每年离职人数"),\n            _outcome("met_per_year",',
            ),
            Piece(
                "sim/lab/outcomes.py",
                '    found["met_per_year"] = met / years\n',
                '    found["met_per_year"] = met / years\n    found["quits_per_year"] = float(column(total, "quits")) / years\n',
            ),
        ),
        ("tests/lab/test_compare.py", "tests/docs/test_tables.py"),
    ),
    "a figure": Recipe(
        (
            Piece(
                "sim/plot/quits.py",
                "",
                '"""Quits a year, by arm."""\n\nfrom __future__ import annotations\n\nfrom sim.lab.kept.results import Results\nfrom sim.lab.say.numbers import number\n'
                "from sim.language import labelled, listed, tr\nfrom sim.plot import style\nfrom sim.plot.figure import drawn_from, of_arms\n"
                "from sim.plot.style import Picture\n\n\n@drawn_from(\n    of_arms(\"levels\"),\n"
                '    title=lambda _: tr("Quits", "离职"),\n    caption=lambda _: tr("Quits a year.", "年离职率。"),\n    stored=("levels",),\n)\n'
                "def quits(results: Results) -> Picture:\n    \"\"\"Quits a year, a number for each arm.\"\"\"\n    figure = style.picture(0.4)\n"
                "    figure.alt = listed(labelled(results.title(arm), number(results.level(arm, 'turnover').mean, 'share')) for arm in results.names)\n"
                "    style.write(figure, 0.1, 0.2, figure.alt)\n    return figure\n",
            ),
            Piece("sim/plot/__init__.py", "from sim.plot.ranks import", "from sim.plot.quits import quits\nfrom sim.plot.ranks import"),
            Piece("sim/plot/__init__.py", "towns, groups, staff, budget", "towns, groups, staff, quits, budget"),
        ),
        ("tests/report/test_figures.py", "tests/house/test_house.py"),
    ),
    "a sampler": Recipe(
        (
            Piece(
                "sim/lab/design/methods.py",
                'METHODS: dict[str, Method] = {\n    "grid"',
                "def _halton(n_points: int, n_factors: int, random: int) -> np.ndarray:\n    from scipy.stats import qmc\n\n"
                "    drawn: np.ndarray = qmc.Halton(n_factors, rng=random).random(n_points)\n    return drawn\n\n\n"
                'METHODS: dict[str, Method] = {\n    "halton": Method(Text("Halton sequence", "Halton 序列"), ("points", "random"), _halton),\n'
                '    "grid"',
            ),
            Piece(
                "tests/lab/design/test_plans.py",
                'assert tuple(METHODS) == ("grid"',
                'assert len(METHODS["halton"].draw(4, 2, 1)) == 4\n    assert tuple(METHODS) == ("halton", "grid"',
            ),
            *(
                Piece(f"docs/sweeps{zh}.md", "| `{method: sobol, points: 64}` |", f"| `{{method: halton, points: 64}}` | {said} | `points` |\n| `{{method: sobol, points: 64}}` |")
                for zh, said in (("", "a Halton sequence"), (".zh", "Halton 序列"))
            ),
        ),
        ("tests/lab/design/test_plans.py", "tests/docs/test_sweeps.py"),
    ),
}  # fmt: skip


def copied(folder: Path) -> Path:
    """The files that the project keeps."""
    root = folder / "project"
    named = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True).stdout
    for name in filter(None, named.split("\0")):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, root / name)
    return root


def failure(root: Path, tests: Sequence[str]) -> str:
    """The first test that fails and what it says, after documents were renewed; empty where all pass."""
    environment = os.environ | {"PYTHONPATH": str(root)}

    def python(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([sys.executable, *words], cwd=root, env=environment, capture_output=True, text=True)

    for words in RENEWING:
        done = python(*words)
        if done.returncode:
            return done.stderr.strip().splitlines()[-1]
    done = python("-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *tests)
    named = re.findall(r"^(?:FAILED|ERROR) (\S+)", done.stdout, re.M)
    said = [line for line in re.findall(r"^E +(.*)$", done.stdout, re.M) if line.strip()]
    if done.returncode and not named:
        raise SystemExit(done.stdout + done.stderr)
    return f"`{named[0]}`: {said[0] if said else ''}" if done.returncode else ""


def tried(name: str) -> list[str]:
    """A row for the whole, and one for each file that was forgotten."""
    recipe, rows = RECIPES[name], []
    for forgotten in ("", *recipe.files):
        if forgotten and len(recipe.files) == 1:
            continue  # nothing was done then
        with tempfile.TemporaryDirectory() as folder:
            root = copied(Path(folder))
            for piece in recipe.pieces:
                if piece.file != forgotten:
                    piece.write(root)
            said = failure(root, recipe.tests)
        rows.append(
            f"| {name} | {len(recipe.files)} | {forgotten or 'nothing'} | {said.replace('|', '/')[:240] or 'all pass'} |"
        )
        print(rows[-1], flush=True)
    return rows


if __name__ == "__main__":
    rows = [row for name in sys.argv[1:] or RECIPES for row in tried(name)]
    table = ["| to add or change | files | forgotten | the tests say |", "|---|---:|---|---|", *rows]
    keep("recipes", "CONTRIBUTING.md's recipes, done", f"`{command()}`, {versions('mesa', 'numba')}", "\n".join(table))
