"""The answer under other readings of the city, each singly: the structure, the figures, and effects that rest on no evidence.

    python verification/structures.py [--worlds 100] [--doubt prior|posterior|FOLDER]

T City's four main policies in worlds of each reading (`sim/lab/doubt/structures.py`): which of the three proposals is first, whether each gains, and
which conclusions of the base a reading flips or leaves open. Writes verification/results/structures.md.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "verification")]

from in_worlds import outcomes_in, worlds_asked  # noqa: E402
from kept import command, keep, versions  # noqa: E402

from sim.lab.compare import MAIN_POLICIES, arms_of  # noqa: E402
from sim.lab.comparison import BASELINE  # noqa: E402
from sim.lab.doubt.structures import Alternative, Answer, alternatives, answer, changed  # noqa: E402
from sim.lab.doubt.worlds import Worlds  # noqa: E402
from sim.language import Text  # noqa: E402
from sim.scenario.load import load_scenario  # noqa: E402
from sim.scenario.schema import Scenario  # noqa: E402

ALONE = MAIN_POLICIES[:3]


def gains(scenario: Scenario, worlds: Worlds, n_worlds: int) -> dict[str, np.ndarray]:
    """What each policy changes in coverage, (worlds,), by name."""
    arms = arms_of(scenario)
    coverage = outcomes_in(worlds, arms, range(1, n_worlds + 1))["coverage"]
    return {arm: coverage[:, place] - coverage[:, 0] for place, arm in enumerate(arms) if arm != BASELINE}


def campaign(
    city: Scenario, worlds_for: Callable[[Scenario], Worlds], n_worlds: int
) -> list[tuple[Alternative, Answer, dict[str, np.ndarray]]]:
    """The answer of the base, which is first, and of each other reading, with what the policies change. worlds_for: the worlds of a city,
    so that each reading may have a calibration of its own."""
    found = []
    for one in (Alternative("base", Text("As the city's file says", "如城市文件所述"), city), *alternatives(city)):
        gained = gains(one.scenario, worlds_for(one.scenario), n_worlds)
        found.append((one, answer(gained, ALONE), gained))
    return found


def as_table(found: list[tuple[Alternative, Answer, dict[str, np.ndarray]]]) -> str:
    base = found[0][1]
    lines = [
        f"| reading | {' | '.join(f'{name}, points' for name in MAIN_POLICIES)} | first | flipped | left open |",
        f"|---|{'---:|' * len(MAIN_POLICIES)}---|---|---|",
    ]
    for one, said, gained in found:
        medians = [f"{100 * np.median(gained[name]):+.2f}" for name in MAIN_POLICIES]
        flipped, opened = changed(base, said)
        first = f"{said.leader} ({100 * said.first[said.leader]:.0f} of 100)"
        lists = (", ".join(names) or "none" for names in (flipped, opened))
        lines.append(f"| `{one.name}`: {one.title.en} | {' | '.join(medians)} | {first} | {' | '.join(lists)} |")
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--worlds", type=int, default=100)
    parser.add_argument("--doubt", default="prior")
    given = parser.parse_args()
    found = campaign(load_scenario("t-city"), lambda city: worlds_asked(city, given.doubt), given.worlds)
    keep(
        "structures",
        "The answer under other readings",
        f"`{command()}`; {versions('numpy', 'numba')}.",
        f"Coverage, medians over {given.worlds:,} worlds ({given.doubt}) of each reading. A conclusion of the base is a difference that lies on one side "
        "of 0 in at least 80 of 100 worlds: flipped where it lies on the other in more than half, left open where it keeps its side in fewer than 80.",
        as_table(found),
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
