"""Write what the shipped experiments answer into experiments/README.md, from stored sweeps.

for name in $(ls experiments | grep -v README); do stations sweep $name; done
python docs/experiments.py results
"""

from __future__ import annotations

import contextlib
import importlib.util
import io
import sys
from pathlib import Path
from typing import Any

from sim import language
from sim.lab.design.read_design import read_design, shipped_designs
from sim.lab.kept.opening import open_results
from sim.lab.kept.results import Results
from sim.lab.say.answer_of_sweep import answer

ROOT = Path(__file__).resolve().parents[1]
FILE = ROOT / "experiments" / "README.md"
BEGIN, END = "<!-- answers -->", "<!-- end -->"
ABOUT_ALL = 2
"""Sentences at the end of every answer that say the same of each: written once, in the page itself."""


def block(name: str, results: Results) -> str:
    """One experiment: its question, its command, its answer, in both languages."""
    question = read_design(name).question
    n = f"{len(results.points):,} points × {results.provenance['n_seeds']} seeds"
    parts = [f"## `{name}`", f"**{question.en}** {question.zh}", f"```\nstations sweep {name}   # {n}\n```"]
    for lang in ("en", "zh"):
        language.use(lang)
        parts.append("\n".join(f"* {sentence}" for sentence in answer(results)[:-ABOUT_ALL]))
    language.use("en")
    if name == "pilot":
        parts.append(
            f"`python experiments/pilot/analyse.py results/sweep-pilot`:\n\n```\n{analysis(results.folder)}```"
        )
    return "\n\n".join(parts)


def analysis(folder: Path) -> str:
    """What the pilot's own analysis prints."""
    spec = importlib.util.spec_from_file_location("analyse", ROOT / "experiments" / "pilot" / "analyse.py")
    assert spec is not None
    assert spec.loader is not None
    module: Any = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    said, given = io.StringIO(), sys.argv
    try:
        sys.argv = ["analyse.py", str(folder)]
        with contextlib.redirect_stdout(said):
            module.main()
    finally:
        sys.argv = given
    return said.getvalue()


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit("give the folder that holds the sweeps: python docs/experiments.py results")
    blocks = [block(name, open_results(Path(sys.argv[1]) / f"sweep-{name}")) for name in shipped_designs()]
    before, marker, rest = FILE.read_text(encoding="utf-8").partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (marker and end):
        sys.exit(f"{FILE}: the markers {BEGIN} and {END} are missing")
    text = "\n\n".join(blocks)
    FILE.write_text(f"{before}{BEGIN}\n\n{text}\n\n{END}{after}", encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
