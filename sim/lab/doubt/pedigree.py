"""How good the evidence behind a number is: its pedigree, scored 0 to 4 in five respects (Funtowicz & Ravetz 1990; van der Sluijs et al. 2005).

A file of scores is one scorer's. Ours stands beside this file, for the quantities that move the headline most; whoever sees it otherwise
fills in `form` and gives the file in its place, or beside it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sim.language import Text
from sim.mistakes import did_you_mean
from sim.scenario import read
from sim.scenario.yaml_reader import Node, read_file
from sim.sums import ordered_sum

OUR_SCORES = Path(__file__).with_name("pedigree.yaml")
MOST_SCORE = 4
RESPECTS: dict[str, Text] = {
    "proxy": Text("how closely what was measured is what is meant", "所测与所指的接近程度"),
    "empirical": Text("how good the data are", "数据质量"),
    "theory": Text("how well the mechanism is understood", "机理认识程度"),
    "method": Text("how the value was arrived at", "取值方法"),
    "validation": Text("how far it was held against something else", "独立验证程度"),
}
"""In what a quantity is scored, 0 (none) to 4 (the best there is)."""


@dataclass(frozen=True)
class Pedigree:
    """Of one quantity, by one scorer. scores: 0-4 by respect."""

    name: str
    scores: Mapping[str, int]
    why: Text

    @property
    def mean(self) -> float:
        """0-4."""
        return float(ordered_sum(self.scores.values()) / len(self.scores))


@dataclass(frozen=True)
class Scored:
    """What one scorer gave, by quantity."""

    scorer: Text
    of: Mapping[str, Pedigree]


def read_pedigree(file: Path = OUR_SCORES, known: Collection[str] = ()) -> Scored:
    """A scorer's file. known: the names that a quantity may have; none: any. Raises Mistake."""
    said = read.mapping(read_file(file), ("scorer", "scores"))
    top = Node(said, file.name, None)
    scorer = Text(*read.both_languages(read.need(top, "scorer", "the agency's own staff")))
    quantities = read.mapping(read.need(top, "scores"))
    for name, node in quantities.items():
        if known and name not in known:
            guess = did_you_mean(name, known)
            raise node.mistake(f"'{name}' is in no doubt here{guess}", f"'{name}' 在此并无不确定性{guess}")
    return Scored(scorer, {name: _one(name, node) for name, node in quantities.items()})


def _one(name: str, node: Node) -> Pedigree:
    read.mapping(node, (*RESPECTS, "why"))
    scores = {respect: read.integer(read.need(node, respect, "2"), 0, MOST_SCORE) for respect in RESPECTS}
    return Pedigree(name, scores, Text(*read.both_languages(read.need(node, "why", "no survey was found"))))


def means(scored: Sequence[Scored]) -> dict[str, float]:
    """The mean score of each quantity, 0-4, over the scorers that gave one."""
    given: dict[str, list[float]] = {}
    for one in scored:
        for name, pedigree in one.of.items():
            given.setdefault(name, []).append(pedigree.mean)
    return {name: ordered_sum(values) / len(values) for name, values in given.items()}


def form(names: Iterable[str]) -> str:
    """A file to fill in: what each respect means, and an empty score of each quantity."""
    told = "".join(f"#   {name}: {text.en} {text.zh}\n" for name, text in RESPECTS.items())
    empty = ", ".join(f"{name}: " for name in RESPECTS)
    rows = "".join(f'  {name}: {{{empty}, why: ""}}\n' for name in names)
    return f"# Scores 0 (none) to {MOST_SCORE} (the best there is). 评分 0（无）至 {MOST_SCORE}（最佳）。\n{told}scorer:\nscores:\n{rows}"
