"""What a slip may have meant, and how many of a thing there are."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from sim import language
from sim.lab.outcomes import OUTCOMES
from sim.language import counted
from sim.mistakes import did_you_mean, file_near


@pytest.mark.parametrize(
    ("word", "known", "meant"),
    [
        ("coverag", OUTCOMES, ["coverage"]),
        ("cost", OUTCOMES, ["cost_per_met_need", "cost_per_year", "public_cost_per_year", "wage_cost_per_hour"]),
        ("clarity", ["linkage", "boundary-clarity"], ["boundary-clarity"]),
        ("T-CITY", ["t-city", "lakeside"], ["t-city"]),
        ("ｔ-ｃｉｔｙ ", ["t-city", "lakeside"], ["t-city"]),
        ("pay", [f"{one}_for_pay" for one in "abcdefg"], [f"{one}_for_pay" for one in "abcde"]),  # and 2 more
        ("a", ["a_b"], []),
        ("nothing", OUTCOMES, []),
        ("", ["t-city"], []),
    ],
)
def test_did_you_mean(word: str, known: list[str], meant: list[str]) -> None:
    guess = did_you_mean(word, known)
    assert [one for one in known if f"'{one}'" in guess] == meant
    assert guess.startswith(" (did you mean '") if meant else guess == ""


@pytest.mark.parametrize(
    ("asked", "meant"),
    [
        ("my-cty.yaml", "my-city.yaml"),
        ("my-city.yml", "my-city.yaml"),
        ("sub/twns.csv", "sub/towns.csv"),
        ("sub/towns.ods", "sub/towns.xlsx"),
        ("nope.yaml", ""),
        ("no-folder/my-city.yaml", ""),
        ("a\0b.yaml", ""),
    ],
)
def test_a_file_that_is_not_there_is_guessed_from_those_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, asked: str, meant: str
) -> None:
    (tmp_path / "sub").mkdir()
    for name in ("my-city.yaml", "zh.yaml", "my-city.txt", "sub/towns.csv", "sub/towns.xlsx", "sub/towns.pdf"):
        (tmp_path / name).touch()
    endings = (".yaml", ".csv", ".xlsx")
    said = f" (did you mean '{meant}'?)" if meant else ""
    assert file_near(asked, endings, beside=tmp_path).replace(os.sep, "/") == said
    monkeypatch.chdir(tmp_path)
    assert file_near(asked, endings).replace(os.sep, "/") == said


def test_several_in_either_language() -> None:
    assert did_you_mean("cost", ["cost_a", "cost_b", "cost_c"]) == " (did you mean 'cost_a', 'cost_b' or 'cost_c'?)"
    assert did_you_mean("cost", [f"cost_{one}" for one in "abcdefg"]).endswith("'cost_e' or 2 more?)")
    language.use("zh")
    try:
        assert did_you_mean("cost", ["cost_a", "cost_b", "cost_c"]) == "（是否想写 'cost_a'、'cost_b' 或 'cost_c'？）"
    finally:
        language.use("en")


@pytest.mark.parametrize(
    ("n", "words", "said"),
    [
        (0, ("run",), "0 runs"),
        (1, ("run",), "1 run"),
        (2100, ("run",), "2,100 runs"),
        (1, ("community", "communities"), "1 community"),
        (3, ("run is", "runs are"), "3 runs are"),
    ],
)
def test_one_is_one(n: int, words: tuple[str, ...], said: str) -> None:
    assert counted(n, *words) == said
