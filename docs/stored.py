"""The numbers of docs/trace.md, each read where it is declared or stored: none is written there by hand.

A statement of `evidence.py` asks for a number as ``{source[key]}``, e.g. ``{answer[Coverage | Linkage]}``; `SOURCES` lists the
sources. What is not there, or there twice, is a ValueError that names file and key.
"""

from __future__ import annotations

import functools
import math
import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sim.day import PHASES
from sim.lab.design.read_design import shipped_designs
from sim.lab.outcomes import OUTCOMES
from sim.lab.sums.paper import PAPER_COUNTS, PAPER_SHARES, SURVEY
from sim.scenario.load import load_scenario, shipped_policies
from sim.scenario.parameters import LEVERS, PARAMETERS, SWITCHES
from sim.scenario.schema import Scenario
from sim.scenario.sources import Evidence
from sim.words import Draw

ROOT = Path(__file__).resolve().parents[1]

REPLICATION = {
    "version": "2",
    "its seeds": "169",
    "our seeds": "500",
    "observations": "130",
    "stress regimes": "two",
    "least rms z": "0.65",
    "largest rms z": "0.97",
    "largest z": "3.3",
    "comparisons": "1,430",
    "gaps": "39",
    "points": "13",
}
"""What an outside study of version 2 found: given facts, which no command here repeats. They stand here and nowhere else."""


# --- files that commands write


def read(file: str) -> str:
    """A file of the project; tests put another text in its place."""
    return (ROOT / file).read_text(encoding="utf-8")


def only(file: str, pattern: str) -> re.Match[str]:
    """The one place of a file that says this."""
    found = list(re.finditer(pattern, read(file), re.MULTILINE))
    if len(found) != 1:
        raise ValueError(f"{file} says '{pattern}' {len(found)} times, not once")
    return found[0]


def cell(file: str, after: str, key: str) -> str:
    """A cell, 'row | column' by how both begin, of the first table after the line `after`; of the row 'sum', a column's sum."""
    row, column = (part.strip() for part in key.split("|"))
    begin = only(file, rf"^{re.escape(after)}").end()
    table = re.search(r"(?:^\|.*\n)+", read(file)[begin:], re.MULTILINE)
    lines = [[one.strip() for one in line.split("|")[1:-1]] for line in table[0].splitlines()] if table else [[""]]
    columns = [i for i, name in enumerate(lines[0]) if i and name.startswith(column)]
    rows = [line for line in lines[2:] if row == "sum" or line[0].startswith(row)]
    if len(columns) != 1 or not rows or (row != "sum" and len(rows) != 1):
        raise ValueError(f"{file}: the table after '{after}' has not one cell '{key}'")
    if row != "sum":
        return rows[0][columns[0]]
    return f"{sum(int(line[columns[0]].replace(',', '')) for line in rows):,}"


# --- patterns

PATTERNS = "benchmarks/README.md"
MADE_WITH = r"^t-city(?:, (\d+) parameters)?: (\d+) seeds, mean"


@dataclass(frozen=True)
class Line:
    """A line that benchmarks/patterns.py prints. `verdict`: "" where the line is there for comparison."""

    pattern: str
    what: str
    mean: float
    low: float
    high: float
    verdict: str


def pattern_lines() -> list[Line]:
    number = r"(-?[\d.]+)"
    form = rf"^(P\d+) +(.*?) +{number} +\[{number}, {number}\] +sd .*?(holds|DOES NOT HOLD|\(for comparison\)) *$"
    found = re.findall(form, read(PATTERNS), re.MULTILINE)
    if len(found) != len(re.findall(r"^P\d+ .*\bsd\b", read(PATTERNS), re.MULTILINE)) or not found:
        raise ValueError(f"{PATTERNS} holds lines of patterns that docs/stored.py cannot read")
    return [
        Line(name, what, float(mean), float(low), float(high), verdict.replace("(for comparison)", ""))
        for name, what, mean, low, high, verdict in found
    ]


def pattern(key: str) -> str:
    """How many lines are judged or hold, which do not, or the value of the line that begins so, with its interval: a count, or a
    share in percent."""
    judged = [pattern for pattern in pattern_lines() if pattern.verdict]
    emergent = [pattern for pattern in judged if int(pattern.pattern[1:]) > 10]
    failing = [pattern for pattern in judged if pattern.verdict != "holds"]
    counts = {
        "seeds": only(PATTERNS, MADE_WITH)[2],
        "lines": str(len(judged)),
        "hold": str(len(judged) - len(failing)),
        "emergent": str(len(emergent)),
        "emergent hold": str(len(emergent) - sum(pattern in emergent for pattern in failing)),
        "failing": " and ".join(f"{pattern.pattern} ({pattern.what})" for pattern in failing) or "none",
    }
    if key in counts:
        return counts[key]
    lines = [pattern for pattern in pattern_lines() if f"{pattern.pattern} {pattern.what}".startswith(key)]
    if len(lines) != 1:
        raise ValueError(f"{PATTERNS} has not one line '{key}'")
    values = (lines[0].mean, lines[0].low, lines[0].high)
    if abs(values[0]) > 1.0:
        return "{:,.0f} ({:,.0f} to {:,.0f})".format(*values)
    return "{:.1f} ({:.1f} to {:.1f})".format(*(100.0 * value for value in values))


# --- the assumptions drawn anew

WORLDS = "experiments/README.md"


def worlds(key: str) -> str:
    """How often all assumptions were drawn, under how many seeds, and what came of a policy: 'Linkage | median', 'least' ..."""
    if key == "drawn":
        return only(WORLDS, r"^\* Over (\d+) settings of the other factors, difference in coverage from No policy")[1]
    if key == "seeds":
        return only(WORLDS, r"^stations sweep assumptions   # [\d,]+ points × (\d+) seeds")[1]
    policy, what = (part.strip() for part in key.split("|"))
    form = (
        rf"{policy} (?P<median>\S+) points, (?P<least>\S+) to (?P<most>\S+); told to be better in (?P<better>\d+), "
        r"worse in (?P<worse>\d+), the first by its mean in (?P<first>\d+)"
    )
    return only(WORLDS, form)[what]


# --- what the code declares


def count(key: str) -> str:
    """How many there are in the code."""
    counts: dict[str, int] = {
        "parameters": len(PARAMETERS),
        "levers": len(LEVERS),
        "switches": len(SWITCHES),
        "phases": len(PHASES),
        "draws": len(Draw),
        "outcomes": len(OUTCOMES),
        "policies": len(shipped_policies()),
        "experiments": len(shipped_designs()),
        "rules": sum(
            len(re.findall(r"^def ", file.read_text(encoding="utf-8"), re.MULTILINE))
            for file in (ROOT / "sim" / "rules").glob("*.py")
        ),
    }
    return str(counts[key])


@functools.cache
def t_city() -> Scenario:
    return load_scenario("t-city")


def city(key: str) -> str:
    """Of T City."""
    scenario = t_city()
    values: dict[str, object] = {
        "start": scenario.start,
        "end": scenario.end,
        "policies": scenario.policy_start,
        "towns": len(scenario.towns),
        "posts": sum(town.posts for town in scenario.towns),
        "communities": sum(len(town.communities) for town in scenario.towns),
        "residents": f"{sum(town.population for town in scenario.towns):,}",
        "groups": len(scenario.groups),
    }
    return str(values[key])


def paper(key: str) -> str:
    """A figure of the paper."""
    figures = {figure.name: f"{figure.value:,.0f}" for figure in PAPER_COUNTS} | {
        figure.name: f"{100.0 * figure.value:.2f} %" for figure in PAPER_SHARES
    }
    figures |= {
        "dispatched": f"{sum(figure.value for figure in PAPER_COUNTS):,.0f}",
        "half width": f"{100 * SURVEY:.0f}",
    }
    return figures[key]


def replication(key: str) -> str:
    """A given fact; 'beyond' is arithmetic: how many of as many independent comparisons chance alone puts beyond the largest."""
    if key != "beyond":
        return REPLICATION[key]
    chance = math.erfc(float(REPLICATION["largest z"]) / math.sqrt(2.0))
    return f"{chance * int(REPLICATION['comparisons'].replace(',', '')):.1f}"


def python(_: str) -> str:
    return tomllib.loads(read("pyproject.toml"))["project"]["requires-python"].removeprefix(">=")


# --- by name


class Source:
    """What `format_map` asks for a number: ``{name[key]}``."""

    def __init__(self, get: Callable[[str], str]) -> None:
        self.get = get

    def __getitem__(self, key: str) -> str:
        return self.get(key)


def _table(file: str, after: str) -> Source:
    return Source(lambda key: cell(file, after, key))


def _in_percent(text: str) -> str:
    """The text with its shares (.413, 0.413) in percent; counts stay."""
    return re.sub(r"(?<![\d.,])0?\.\d+", lambda share: f"{100.0 * float(share[0]):.1f}", text)


def _said(file: str, **forms: str) -> Source:
    """Numbers in a sentence."""
    return Source(lambda key: only(file, forms[key])[1])


ASSUMED = r"\b(\d+) of its (\d+) parameters are assumptions"
CAMPAIGNS = "verification/results"

SOURCES: dict[str, Source] = {
    "count": Source(count),
    "standing": Source(lambda key: str(sum(quantity.kind is Evidence[key] for quantity in PARAMETERS.values()))),
    "city": Source(city),
    "paper": Source(paper),
    "python": Source(python),
    "answer": _table("README.md", "<!-- first answer -->"),
    "answer_zh": _table("README.zh.md", "<!-- first answer -->"),
    "about_answer": _said("README.md", seeds=r"; (\d+) paired seeds, 95 % intervals\.$"),
    "fit": Source(lambda key: _in_percent(cell("benchmarks/README.md", "## How the parameters were fitted", key))),
    "about_fit": _said(
        "benchmarks/README.md", fitted=r"over (\d+) common seeds, checked", checked=r"seeds, checked on (\d+) others"
    ),
    "pattern": Source(pattern),
    "worlds": Source(worlds),
    "every_value": _table(f"{CAMPAIGNS}/every_value.md", "# Every value that is allowed"),
    "about_every_value": _said(
        f"{CAMPAIGNS}/every_value.md",
        compared=r"^Of (\d+) settings of all values at once",
        differing=r"settings of all values at once, (\d+) ended in another state",
    ),
    "flips": _table(f"{CAMPAIGNS}/flips.md", "# Single bit flips"),
    "about_flips": _said(f"{CAMPAIGNS}/flips.md", flips=r": ([\d,]+) flips over the files"),
    "edited": _table(f"{CAMPAIGNS}/edited_folders.md", "# Edited folders"),
    "about_edited": _said(f"{CAMPAIGNS}/edited_folders.md", folders=r"^([\d,]+) edited folders"),
    "about_mutations": _said(
        f"{CAMPAIGNS}/mutations.md",
        changes=r"Of the other ([\d,]+),",
        noticed=r"Of the other [\d,]+, ([\d,]+) are noticed",
        equivalent=r"([\d,]+) change nothing that could be noticed",
    ),
    "replication": Source(replication),
}


def awaiting() -> list[str]:
    """Files whose stored numbers were made with other parameters than the code declares now."""
    assumed, n = str(sum(quantity.is_assumption for quantity in PARAMETERS.values())), str(len(PARAMETERS))
    files = [file for file in ("README.md", WORLDS) if only(file, ASSUMED).groups() != (assumed, n)]
    return files + [PATTERNS] * (only(PATTERNS, MADE_WITH)[1] != n)
