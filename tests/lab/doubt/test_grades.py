"""Grades of conclusions and pedigrees of quantities."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.lab.doubt.grades import CAPS, GRADES, grade, scores_of
from sim.lab.doubt.pedigree import OUR_SCORES, RESPECTS, form, means, read_pedigree
from sim.lab.doubt.prior import prior
from sim.mistakes import Mistake
from sim.scenario.load import load_scenario
from sim.scenario.sources import Evidence

CHECKS = ("trained_share",)


def test_evidence_is_weighed_by_what_it_moves() -> None:
    scores = {"known": 4.0, "guessed": 0.0}
    assert grade({"known": 0.9, "guessed": 0.1}, scores, checks=CHECKS).grade == "high"
    assert grade({"known": 0.6, "guessed": 0.4}, scores, checks=CHECKS).grade == "moderate"
    low = grade({"known": 0.1, "guessed": 0.9}, scores, checks=CHECKS)
    assert (low.grade, low.weakest, low.caps) == ("low", "guessed", ())
    assert low.score == pytest.approx(0.4)
    assert low.weakest_share == pytest.approx(0.9)


def test_the_weakest_link_is_what_costs_most() -> None:
    found = grade({"a": 0.5, "b": 0.2, "c": 0.3}, {"a": 3.5, "b": 0.0, "c": 3.0}, checks=CHECKS)
    assert found.weakest == "b"


def test_a_flip_and_a_lack_of_checks_cap() -> None:
    weights, scores = {"a": 1.0}, {"a": 4.0}
    assert grade(weights, scores, checks=CHECKS).grade == "high"
    flipped = grade(weights, scores, checks=CHECKS, flipped_by=("additive_protection",))
    assert (flipped.grade, flipped.caps, flipped.score) == ("low", ("flipped",), 4.0)
    assert grade(weights, scores).caps == ("unchecked",)
    assert grade(weights, scores, flipped_by=("x",)).caps == tuple(CAPS)
    assert grade({}, {}, checks=CHECKS).grade == "low"
    assert {"high", "moderate", "low"} == GRADES.keys()


def test_a_pedigree_stands_before_a_kind() -> None:
    kinds = {"a": Evidence.ASSUMPTION, "b": Evidence.ASSUMPTION}
    found = scores_of(kinds, {"a": 2.0})
    assert found["a"] == 2.0
    assert found["b"] < 1.0


def test_our_scores_are_whole_and_say_why() -> None:
    known = [one.name for one in prior(load_scenario("t-city"))]
    ours = read_pedigree(OUR_SCORES, known)
    assert len(ours.of) == 20
    for one in ours.of.values():
        assert list(one.scores) == list(RESPECTS)
        assert one.why.en != one.why.zh
    assert all(0.0 <= score <= 4.0 for score in means([ours]).values())


def test_scorers_are_averaged(tmp_path: Path) -> None:
    file = tmp_path / "other.yaml"
    filled = form(["task_hours"]).replace("scorer:", "scorer: us").replace(": ,", ": 4,").replace('""', '"counted"')
    file.write_text(filled, encoding="utf-8")
    other = read_pedigree(file)
    assert means([other]) == {"task_hours": 4.0}
    ours = read_pedigree()
    assert means([ours, other])["task_hours"] == pytest.approx((ours.of["task_hours"].mean + 4.0) / 2)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("scores: {}\n", "scorer"),
        ("scorer: us\nscores: {task_hour: {proxy: 1, empirical: 1, theory: 1, method: 1, validation: 1}}\n", "'task_hours'"),
        ("scorer: us\nscores: {task_hours: {proxy: 5, empirical: 1, theory: 1, method: 1, validation: 1}}\n", "0 to 4"),
        ("scorer: us\nscores: {task_hours: {proxy: 1, empirical: 1, theory: 1, method: 1}}\n", "validation"),
    ],
)  # fmt: skip
def test_other_files_are_refused(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(Mistake, match=said):
        read_pedigree(file, ["task_hours"])
