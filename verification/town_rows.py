"""Give a phase the first town's parameters in place of those of the town that acts, one place at a time; does anything notice?

    python verification/town_rows.py

Each of these runs interpreted, in a process of its own, in a small city of which all towns but the first have parameters of their
own: each must come to what it comes to where all towns have them, and the first to what it was, as `tests/day/test_towns_apart.py`
asks of a busier city.
"""

from __future__ import annotations

import hashlib
import importlib
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), *(str(ROOT / "tests" / folder) for folder in ("", "day", "science"))]

from kept import command, keep, versions  # noqa: E402
from mutations_of_phases import _Changed  # noqa: E402

_ROW = re.compile(r"(?:world\.)?(?:stations\[[^\]]*\]|station)\.parameters\b(?!\[)")
OTHERS = ["a", "b", "d"]


@dataclass(frozen=True)
class Place:
    """Where a module takes a town's row."""

    module: str
    line: int
    start: int
    end: int

    def changed(self) -> str:
        text = _file(self.module).read_text(encoding="utf-8")
        return f"{text[: self.start]}0{text[self.end :]}"


def _file(module: str) -> Path:
    return ROOT / f"{module.replace('.', '/')}.py"


def places() -> Iterator[Place]:
    modules = [f"sim.phases.{file.stem}" for file in sorted((ROOT / "sim" / "phases").glob("*.py"))]
    for module in (*modules, "sim.world.start"):
        text = _file(module).read_text(encoding="utf-8")
        for found in _ROW.finditer(text):
            yield Place(module, text[: found.start()].count("\n") + 1, found.start(), found.end())


def of_towns(parameters: dict[str, float], towns: list[str] | None) -> dict[str, str]:
    """By town, the digest of all that it is and that was observed of it after a year."""
    tests: Any = importlib.import_module("test_towns_apart")
    cities: Any = importlib.import_module("cities")
    tests.WITH_LINKS.update(
        c=cities.town(posts=3, population=300, communities=1),
        a=cities.town(posts=8, population=1200, communities=2, workers=tests.SKILLED[:4]),
        b=cities.town(posts=2, population=300, communities=1),
        d=cities.town(posts=3, population=200, communities=1, opens="2023-04"),
    )
    values = parameters or (tests.drawn_values(1) if towns != [] else {})
    told = tests.run_through(tests.allied(tests.with_parameters(values, towns)))
    return {town: hashlib.sha256(repr(sorted(said.items())).encode()).hexdigest() for town, said in told.items()}


def in_process(place: Place | None) -> dict[str, str]:
    """The towns where all but the first have parameters of their own, with a place changed."""
    given = "" if place is None else json.dumps(vars(place))
    environment = {**os.environ, "SIM_COMPILE": "0"}
    run = subprocess.run(
        [sys.executable, __file__, "--one", given], env=environment, capture_output=True, text=True, check=False
    )
    return json.loads(run.stdout) if run.returncode == 0 else {"error": run.stderr[-200:]}


def main() -> None:
    if sys.argv[1:2] == ["--one"]:
        if sys.argv[2]:
            place = Place(**json.loads(sys.argv[2]))
            sys.meta_path.insert(0, _Changed(place.module, place.changed()))
        print(json.dumps(of_towns({}, OTHERS)))
        return
    usual, everywhere, here = of_towns({}, []), of_towns({}, None), in_process(None)
    expected = {town: everywhere[town] if town in OTHERS else usual[town] for town in usual}
    assert here == expected
    tried = list(places())
    missed = [place for place in tried if in_process(place) == expected]
    counts = f"| places | noticed | not noticed |\n|---:|---:|---:|\n| {len(tried)} | {len(tried) - len(missed)} | {len(missed)} |"
    listed = "\n".join(f"* `{place.module}`, line {place.line}" for place in missed) or "None."
    keep(
        "town_rows",
        "Parameters of the town that acts",
        f"`{command()}`; {versions('numpy')}.",
        counts,
        "## Not noticed in the small city",
        listed,
    )


if __name__ == "__main__":
    main()
