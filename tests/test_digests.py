"""What names the model: what its sources do, not what they say to a reader."""

from __future__ import annotations

import ast
import inspect
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from sim import compile as compiling
from sim.digests import DECLARES, EVIDENCE_AT, code_digest, is_for_readers
from sim.lab import outcomes
from sim.scenario import parameters

RULE = compiling.PACKAGE / "rules" / "staff.py"
QUANTITIES = compiling.PACKAGE / "scenario" / "parameters.py"
OBSERVATIONS = compiling.PACKAGE / "observations.py"
DAY = compiling.PACKAGE / "day.py"


def changed(text: str, old: str, new: str) -> str:
    assert text.count(old) >= 1, old
    return text.replace(old, new, 1)


FOR_READERS = [
    (RULE, "from __future__", "# A comment.\nfrom __future__"),
    (RULE, '"""', '"""In other words: '),
    (RULE, "\n\n\n@rule", "\n\n\n\n\n@rule"),
    (QUANTITIES, "Mean trust at the start", "Mean trust on the first morning"),
    (QUANTITIES, "初始平均信任", "起始日的平均信任"),
    (QUANTITIES, "三(二): 2,000-3,000", "三(二): 2,000 to 3,000 yuan"),
    (QUANTITIES, 'literature("Dongguan paid after 2-3 months", "东莞在 2–3 个月后拨付")', "A"),
    (QUANTITIES, '"Government", "政府"', '"State", "政府部门"'),
    (OBSERVATIONS, '"Outreach", "外展工时"', '"Visits", "外展走访"'),
    (OBSERVATIONS, "Coverage: needs met of needs that arose", "Coverage: needs met by needs that arose"),
    (DAY, "Needs arise", "Needs come up"),
]
FOR_THE_MODEL = [
    (RULE, " + ", " - "),
    (RULE, "p.quit_floor", "p.quit_span"),
    (QUANTITIES, "quantity(0.45,", "quantity(0.46,"),
    (QUANTITIES, "initial_trust_mean", "initial_mean_trust"),
    (QUANTITIES, ", whole=True", ""),
    (OBSERVATIONS, "outreach_hours: float = flow", "outreach_hours: float = stock"),
    (OBSERVATIONS, "outreach_hours: float", "visiting_hours: float"),
    (OBSERVATIONS, '"coverage", _MET', '"coverage", "met_station"'),
    (OBSERVATIONS, "365.0", "365.25"),
    (DAY, "    needs.arise(world, day, month)\n    needs.detect(world, day, month)", "    needs.detect(world, day, month)\n    needs.arise(world, day, month)"),
]  # fmt: skip


@pytest.mark.parametrize("file", [RULE, QUANTITIES, OBSERVATIONS, DAY], ids=lambda file: file.stem)
def test_a_digest_is_of_what_a_source_does(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    known = code_digest(text)
    for _, old, new in (one for one in FOR_READERS if one[0] == file):
        assert code_digest(changed(text, old, new)) == known, new
    for _, old, new in (one for one in FOR_THE_MODEL if one[0] == file):
        assert code_digest(changed(text, old, new)) != known, new


def test_evidence_is_where_the_digest_takes_it_to_be() -> None:
    names = list(inspect.signature(getattr(parameters, DECLARES)).parameters)
    assert names[EVIDENCE_AT] == "source"


DIGESTS = """
from sim.compile import cache_folder, sources_digest
from sim.lab.run.work import _measuring_code
print(sources_digest(), _measuring_code(), cache_folder().name)
"""


def test_a_word_mended_makes_no_run_another_models(tmp_path: Path) -> None:
    """In a copy of the package, as a whole: model and measuring stay the same; compiled code goes by lines and is made anew."""

    def told(name: str, *changes: tuple[Path, str, str]) -> list[str]:
        folder = tmp_path / name
        shutil.copytree(compiling.PACKAGE, folder / "sim", ignore=shutil.ignore_patterns("__pycache__"))
        for file, old, new in changes:
            copy = folder / "sim" / file.relative_to(compiling.PACKAGE)
            copy.write_text(changed(copy.read_text(encoding="utf-8"), old, new), encoding="utf-8")
        environment = {**os.environ, "PYTHONPATH": str(folder), "NUMBA_CACHE_DIR": str(tmp_path / "cache")}
        command = [sys.executable, "-c", DIGESTS]
        done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=True)
        shutil.rmtree(folder)
        return done.stdout.split()

    measured = Path(inspect.getfile(outcomes))
    known = told("here")
    words = told("here", *FOR_READERS, (measured, "from __future__", "# A comment.\nfrom __future__"))
    assert words[:2] == known[:2]
    assert words[2] != known[2]
    number = told("here", FOR_THE_MODEL[2])
    assert number[0] != known[0]
    assert number[1] == known[1]


KEPT_FOR_READERS = {
    *("tr", "Mistake", "Text", "line.startswith"),
    *("quantity", "switch", "flow", "stock", "level", "_measure"),
    *("paper", "literature", "law", "arithmetic", "calibrated", "assumption"),
    *("number", "whole", "rate", "share", "row", "day", "yes", "key"),
}
"""Calls, and below them lists, whose text a person reads and the model does not."""
LISTS_FOR_READERS = {
    "PHASES",
    "SECTIONS",
    "CALIBRATED",
    "(PER_1000, YES_OR_NO, BITS)",
    "STRUCTURE",
    "DERIVED",
    "COUNTED",
    "ACCOUNTS",
    "BACKLOG",
}


def test_text_that_the_digest_leaves_out_is_text() -> None:
    """A name of a column or a file with a space or a capital letter would be left out too: there is none."""
    wrong = []
    for file in compiling.source_files():
        if file.stem == "check":  # sentences are all that it gives
            continue
        tree = ast.parse(file.read_text(encoding="utf-8"))
        above = {inner: outer for outer in ast.walk(tree) for inner in ast.iter_child_nodes(outer)}
        for node in filter(is_for_readers, ast.walk(tree)):
            outer, is_text = node, isinstance(above[node], ast.Expr)
            while (outer := above.get(outer)) is not None and not is_text:
                if isinstance(outer, ast.Call):
                    is_text = ast.unparse(outer.func) in KEPT_FOR_READERS
                elif isinstance(outer, ast.Assign | ast.AnnAssign):
                    targets = outer.targets if isinstance(outer, ast.Assign) else [outer.target]
                    is_text = bool({ast.unparse(target) for target in targets} & LISTS_FOR_READERS)
            if not is_text:
                wrong.append(f"{file.name}:{node.lineno}: {ast.unparse(node)}")
    assert wrong == []
