"""Stored sweeps run again: identical, or told where they are not."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from edits import put_table

from sim.cli import run

DESIGN = """\
kind: design
question: {en: "More pay?", zh: "提薪？"}
base: small.yaml
factors:
  levers.pay: [2500, 4000]
  policies: [none, linkage]
seeds: 3
outcomes: [coverage]
window: {first: 2024-08}
"""


@pytest.fixture
def swept(here: Path) -> Path:
    (here / "design.yaml").write_text(DESIGN, encoding="utf-8")
    assert run(["sweep", "design.yaml", "--out", "out"]) == 0
    return here / "out"


def test_every_run_is_identical(swept: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert run(["reproduce", "out", "--runs", "100"]) == 0
    said = capsys.readouterr().out
    assert said.count("identical") == 4 * 3 + 1
    assert "point 3, seed 2: identical" in said


def test_a_few_are_spread_over_points(swept: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert run(["reproduce", "out", "--runs", "3"]) == 0
    said = capsys.readouterr().out
    assert "point 0, seed 1: identical" in said
    assert "point 3, seed 3: identical" in said
    assert said.count("point") == 3


def test_a_scenario_that_is_not_what_its_hash_says(swept: Path, capsys: pytest.CaptureFixture[str]) -> None:
    scenarios = pd.read_parquet(swept / "scenarios.parquet")
    scenarios["mapping"] = scenarios["mapping"].str.replace('"pay": 2500.0', '"pay": 2501.0')
    put_table(swept, "scenarios", scenarios)
    assert run(["reproduce", "out"]) == 2
    assert "is not what its hash says" in capsys.readouterr().err


def test_other_numbers_are_told(swept: Path, capsys: pytest.CaptureFixture[str]) -> None:
    # As if the model had changed: another seed's numbers under the same name.
    import sim.lab.kept.reproduce as module

    capsys.readouterr()
    with pytest.MonkeyPatch.context() as patch:
        simulate = module.simulate
        patch.setattr(module, "simulate", lambda scenario, seed, **more: simulate(scenario, seed + 1, **more))
        assert run(["reproduce", "out", "--runs", "2"]) == 1
    said = capsys.readouterr().out
    assert "coverage was" in said
    assert "the results were NOT reproduced" in said


def test_designs_are_validated(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "design.yaml").write_text(DESIGN, encoding="utf-8")
    (here / "wrong.yaml").write_text(DESIGN.replace("levers.pay", "levers.pai"), encoding="utf-8")
    assert run(["validate", "design.yaml", "small.yaml", "pay-and-burden"]) == 0
    assert "design.yaml: a valid design, 4 points, 12 runs" in capsys.readouterr().out
    assert run(["validate", "wrong.yaml"]) == 2
    assert "did you mean 'levers.pay'?" in capsys.readouterr().err


def test_the_folder_of_another_sweep_is_refused(swept: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (swept.parent / "other.yaml").write_text(DESIGN.replace("More pay?", "Less?"), encoding="utf-8")
    before = {file: file.read_bytes() for file in swept.rglob("*.json")}
    assert run(["sweep", "other.yaml", "--out", "out"]) == 2
    assert "holds the sweep" in capsys.readouterr().err
    assert {file: file.read_bytes() for file in swept.rglob("*.json")} == before
    # A design that was renamed, or asks its question in other words, is the same one.
    (swept.parent / "renamed.yaml").write_text(DESIGN, encoding="utf-8")
    assert run(["sweep", "renamed.yaml", "--out", "out"]) == 0
