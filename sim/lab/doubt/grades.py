"""How far a conclusion rests on evidence: that of each quantity, weighed by how much it moves that very difference."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sim.language import Text
from sim.scenario.sources import Evidence
from sim.sums import ordered_sum

SCORE_OF_KIND = {
    Evidence.LAW: 4.0,
    Evidence.ARITHMETIC: 4.0,
    Evidence.PAPER: 3.0,
    Evidence.LITERATURE: 2.0,
    Evidence.CALIBRATED: 2.0,
    Evidence.VALUE_ASSUMED: 1.0,
    Evidence.ASSUMPTION: 0.5,
}
"""What a kind of evidence is worth, 0-4, where nobody has scored the quantity itself (assumption)."""
HIGH, MODERATE = 3.0, 2.0
"""From these mean scores on."""
GRADES = {
    "high": Text("high", "高"),
    "moderate": Text("moderate", "中"),
    "low": Text("low", "低"),
}
CAPS = {
    "flipped": Text("another reading of the structure or of the figures flips it", "换一种结构或指标解读，结论即反转"),
    "unchecked": Text("no figure that was not fitted bears on it", "没有未参与拟合的指标可供检验"),
}
"""Why a grade cannot be more than low, whatever the evidence of the quantities."""


@dataclass(frozen=True)
class Grade:
    """Of one conclusion. grade: of GRADES; score: the weighted mean, 0-4; weakest: the quantity that costs it most, "" where nothing moves
    it; weakest_share: what that moves of all that is moved; caps: of CAPS, those that hold."""

    grade: str
    score: float
    weakest: str
    weakest_share: float
    caps: tuple[str, ...] = ()


def scores_of(kinds: Mapping[str, Evidence], pedigree: Mapping[str, float]) -> dict[str, float]:
    """The score of each quantity, 0-4: of its pedigree, or else of its kind of evidence."""
    return {name: pedigree.get(name, SCORE_OF_KIND[kind]) for name, kind in kinds.items()}


def grade(
    weights: Mapping[str, float],
    scores: Mapping[str, float],
    *,
    flipped_by: Collection[str] = (),
    checks: Collection[str] = (),
) -> Grade:
    """The grade of a conclusion about a difference.

    weights: the share of the difference's variance that each quantity explains, what is told from nothing only; 0 or more. scores: 0-4 for
    each of them at least. flipped_by: readings (`structures.alternatives`) that flip it. checks: figures or registered effects that were not
    fitted and bear on it. Where nothing moves the difference its evidence is that of no quantity, and it is low.
    """
    total = ordered_sum(weights.values())
    caps = (*(("flipped",) if flipped_by else ()), *(() if checks else ("unchecked",)))
    if total <= 0.0:
        return Grade("low", 0.0, "", 0.0, caps)
    score = ordered_sum(weight * scores[name] for name, weight in weights.items()) / total
    weakest = max(weights, key=lambda name: (weights[name] * (4.0 - scores[name]), name))
    found = "low" if caps or score < MODERATE else "moderate" if score < HIGH else "high"
    return Grade(found, score, weakest, weights[weakest] / total, caps)
