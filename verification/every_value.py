"""Every parameter and lever at either end of what is allowed, many pairs, and all at once at random: what do they break?

    python verification/every_value.py [--pairs 3000] [--all 1000] [--compare 40]

A few minutes. The small city, the values and the check are those of tests/settings_of_values.py. `--compare` runs so many of the settings
as plain Python, too, in a process of its own, and compares the states bit for bit. Writes verification/results/every_value.md.
"""

from __future__ import annotations

import argparse
import hashlib
import itertools
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from kept import command, keep, versions  # noqa: E402
from settings_of_values import EVERY, REFUSED, all_at_once, breaks, busy_city, ends, pairs, under  # noqa: E402

from sim.day import run_days  # noqa: E402
from sim.world.build import build  # noqa: E402
from sim.world.tables import state_bytes  # noqa: E402


def tried(settings: Iterable[dict[str, float]]) -> Counter[str]:
    """How often nothing broke (""), the city was refused, or what broke."""
    base = busy_city()
    return Counter(breaks(base, values, seed) for seed, values in enumerate(settings))


def states(n: int) -> list[str]:
    """Digests of the last states under `n` settings of all values at once, of two months each."""
    base = busy_city()
    found = []
    for seed, values in enumerate(itertools.islice(all_at_once(n, 2), n)):
        world = build(under(base, values), seed)
        run_days(world, 61)
        found.append(hashlib.sha256(state_bytes(world)).hexdigest())
    return found


def states_as_plain_python(n: int) -> list[str]:
    """The same, interpreted."""
    command = [sys.executable, __file__, "--states", str(n)]
    done = subprocess.run(command, env={**os.environ, "SIM_COMPILE": "0"}, capture_output=True, text=True, check=True)
    return done.stdout.split()


def main() -> int:
    reader = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, n in (("pairs", 3000), ("all", 1000), ("compare", 40), ("states", 0)):
        reader.add_argument(f"--{name}", type=int, default=n, help=argparse.SUPPRESS)
    said = reader.parse_args()
    if said.states:
        print("\n".join(states(said.states)))
        return 0
    counts = {
        f"each of {len(EVERY)} at either end": tried(ends()),
        "pairs at random": tried(pairs(said.pairs)),
        "all at once at random": tried(all_at_once(said.all)),
    }
    differ = sum(a != b for a, b in zip(states(said.compare), states_as_plain_python(said.compare), strict=True))
    rows = ["| settings | runs | nothing broke | refused in a sentence | broke |", f"|---|{'---:|' * 4}"]
    for name, found in counts.items():
        broke = sum(found.values()) - found[""] - found[REFUSED]
        rows.append(f"| {name} | {sum(found.values()):,} | {found['']:,} | {found[REFUSED]:,} | {broke:,} |")
    what_broke = [
        f"* {n} x {what}" for found in counts.values() for what, n in found.items() if what not in {"", REFUSED}
    ]
    keep(
        "every_value",
        "Every value that is allowed",
        f"`{command()}`; {versions('numpy', 'numba')}.",
        "\n".join(rows),
        f"Of {said.compare} settings of all values at once, {differ} ended in another state as plain Python than compiled.",
        *(["\n".join(what_broke)] if what_broke else []),
        "Refused are shares of one whole that add up to more than 1.",
    )
    return int(differ > 0 or any(set(found) - {"", REFUSED} for found in counts.values()))


if __name__ == "__main__":
    sys.exit(main())
