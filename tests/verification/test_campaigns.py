"""A sample of the campaigns in verification/, which are run in full by hand."""

from __future__ import annotations

import random
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "verification"))

import edited_folders
import flips


@pytest.fixture
def made(here: Path) -> list[Path]:
    return flips.make(here)


def test_no_flipped_bit_gives_another_number(made: list[Path]) -> None:
    counts, wrong = flips.campaign(made, 25, seed=7)
    assert not wrong, "\n".join(wrong)
    assert sum(found["refused in a sentence"] for found in counts.values()) > 25


def test_a_campaign_sees_what_it_looks_for(made: list[Path]) -> None:
    """Where nothing verifies, flips do give other numbers or tracebacks."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sim.lab.sweep.shards.difference", lambda *_: "")
        patch.setattr("sim.lab.checked.difference", lambda *_: "")
        patch.setattr("sim.lab.sweep.store.difference", lambda *_: "")
        _, wrong = flips.campaign(made, 25, seed=7)
    assert wrong


def test_edited_folders_are_told_in_a_sentence(made: list[Path]) -> None:
    chosen = random.Random(7).sample(edited_folders.edits(), 25)
    counts, wrong = edited_folders.campaign(chosen)
    assert not wrong, "\n".join(wrong)
    assert sum(found["one sentence"] for found in counts.values()) > 25
