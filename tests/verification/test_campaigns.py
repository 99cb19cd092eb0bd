"""A sample of the campaigns in verification/, which are run in full by hand."""

from __future__ import annotations

import random
import shutil
import sys
from contextlib import chdir
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "verification"))

import edited_folders
import flips


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made")
    with chdir(folder):
        flips.make(folder)
    return folder


@pytest.fixture
def made(here: Path, once: Path) -> list[Path]:
    """A sweep, a comparison and a run in the working folder, to spoil."""
    shutil.copytree(once, here, dirs_exist_ok=True)
    return [Path("sweep"), Path("compare"), Path("run")]


def test_no_flipped_bit_gives_another_number(made: list[Path]) -> None:
    counts, wrong = flips.campaign(made, 12, seed=7)
    assert not wrong, "\n".join(wrong)
    assert sum(found["refused in a sentence"] for found in counts.values()) > 12


def test_a_campaign_sees_what_it_looks_for(made: list[Path]) -> None:
    """Where nothing verifies, flips do give other numbers or tracebacks."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sim.lab.kept.shards.difference", lambda *_: "")
        patch.setattr("sim.lab.kept.checked.difference", lambda *_: "")
        patch.setattr("sim.lab.kept.store.difference", lambda *_: "")
        # Ten flips may all miss what matters, a hundred do not.
        assert any(flips.campaign(made, 10, seed=seed)[1] for seed in range(10))


def test_edited_folders_are_told_in_a_sentence(made: list[Path]) -> None:
    chosen = random.Random(7).sample(edited_folders.edits(), 12)
    counts, wrong = edited_folders.campaign(chosen, is_all=False)
    assert not wrong, "\n".join(wrong)
    assert sum(found["one sentence"] for found in counts.values()) > 7
