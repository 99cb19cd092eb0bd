"""Change one line of the phases at a time, a sample of such changes, and see whether a quick test notices.

    python verification/mutations_of_phases.py [--mutants 100] [--seed 1] > verification/results/mutations_of_phases.md

Each mutant runs interpreted, in a process of its own, against tests that take seconds so: a busy city whose every invariant
must hold each month, and tests of the day (`QUICK`). A survivor may well be noticed by the rest of the tests, which need the
model compiled; of each it is said whether it changed any number of the busy city.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.abc
import importlib.util
import os
import platform
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from multiprocessing.pool import ThreadPool
from pathlib import Path
from types import ModuleType
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), *(str(ROOT / "tests" / folder) for folder in ("", "day", "science"))]

import numpy as np  # noqa: E402
from mutants import Mutant, mutants  # noqa: E402

PHASES = ROOT / "sim" / "phases"
SECONDS = 600
"""After these a mutant counts as one that does not end; all tests together take half a minute."""

QUICK = {
    "test_accounts": (
        "test_counts_of_a_month_start_again_at_nothing",
        "test_money_of_a_month",
        "test_links_cost_at_both_ends",
        "test_every_need_is_counted_once_where_it_goes",
        "test_groups_count_what_stations_count",
        "test_outreach_and_taking_part_follow_what_was_done",
        "test_load_is_what_is_open_against_what_staff_can_do",
        "test_reputation_follows_what_is_reported",
    ),
    "test_rules_at_work": (
        "test_services_go_back_on_the_morning_of_the_fourteenth_day_away",
        "test_a_worker_who_comes_back_in_time_goes_on_without_a_handover",
        "test_who_quits_while_away_makes_a_handover_of_what_was_left",
        "test_no_need_gives_up_while_it_waits_for_a_group",
        "test_a_need_becomes_a_case_on_its_thirtieth_day_weekends_too",
        "test_smaller_groups_take_fewer_hours",
        "test_no_cohort_is_covered_more_than_wholly",
        "test_what_became_of_a_cohort_adds_up",
        "test_the_spread_between_workers_can_be_worked_out",
        "test_payment_in_part_waits_as_long_and_leaves_no_arrears",
    ),
    "test_over_time": (
        "test_its_office_waits_for_it_as_it_set_out",
        "test_nobody_knows_of_a_station_that_is_not_there",
        "test_a_station_that_opens_with_the_run_is_one_that_is_there",
        "test_its_heir_takes_over_the_needs_and_the_communities_of_its_town",
        "test_heirs_of_heirs",
        "test_levels_of_the_city_are_means_of_the_stations_that_are_open",
        "test_growth_moves_needs_in_time_and_makes_no_others",
    ),
    "test_towns_apart": (
        "test_a_post_at_the_end_changes_no_draw_of_the_towns_other_workers",
        "test_a_community_at_the_end_changes_no_draw_of_the_towns_others",
        "test_a_group_at_the_end_changes_no_need_and_no_trust_of_the_others",
    ),
}


class _Changed(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Gives one module another text."""

    def __init__(self, name: str, text: str) -> None:
        self.name, self.text = name, text

    def find_spec(self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None) -> Any:
        return importlib.util.spec_from_loader(fullname, self) if fullname == self.name else None

    def exec_module(self, module: ModuleType) -> None:
        exec(compile(self.text, f"{self.name}, changed", "exec", dont_inherit=True), module.__dict__)


def busy_run() -> str:
    """A busy city, checked each month; the digest of all that was observed."""
    from every_value import busy_city

    from sim.day import run_days
    from sim.world.build import build
    from sim.world.check import broken

    scenario = busy_city()
    digest = hashlib.sha256()
    world = build(scenario, 1)
    for month in range(scenario.n_months):
        run_days(world, int((world.place.days["month"] == month).sum()))
        found = broken(world)
        assert not found, found
    for table in world.observed:
        digest.update(np.ascontiguousarray(table).tobytes())
    return digest.hexdigest()


def checks() -> dict[str, Callable[[], object]]:
    found: dict[str, Callable[[], object]] = {}
    for module, names in QUICK.items():
        loaded = importlib.import_module(module)
        found |= {name: getattr(loaded, name) for name in names}
    return found


def outcome(module: str, text: str) -> tuple[str, str]:
    """What noticed this text of a module ("" if nothing), and the digest of the busy city."""
    sys.meta_path.insert(0, _Changed(f"sim.phases.{module}", text))
    try:
        digest = busy_run()
    except Exception as error:
        return f"busy city: {type(error).__name__}: {error}", ""
    for name, check in checks().items():
        try:
            check()
        except Exception:
            return name, digest
    return "", digest


def in_a_child(module: str, text: str, said: str = "as it is") -> tuple[str, str]:
    """As `outcome`, in a process of its own."""
    command = [sys.executable, __file__, "--one", module]
    environment = {**os.environ, "SIM_COMPILE": "0", "PYTHONUTF8": "1"}
    try:
        ended = subprocess.run(
            command, input=text, stdout=subprocess.PIPE, encoding="utf-8", env=environment, timeout=SECONDS, check=True
        )
        noticed, digest = ended.stdout.split("\n")
    except subprocess.TimeoutExpired:
        noticed, digest = "does not end", ""
    print(f"{module}.{said}: {noticed or 'not noticed'}", file=sys.stderr, flush=True)
    return noticed, digest


def sample(n: int, seed: int) -> list[tuple[str, Mutant]]:
    """Mutants of phases, each change of a module as likely as any other."""
    files = [file for file in sorted(PHASES.glob("*.py")) if file.stem != "__init__"]
    all_ = [(file.stem, one) for file in files for one in mutants(file.read_text(encoding="utf-8"))]
    return random.Random(seed).sample(all_, n)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--mutants", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=os.cpu_count())
    parser.add_argument("--one", metavar="MODULE", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        np.seterr(all="ignore")
        print(*outcome(given.one, sys.stdin.read()), sep="\n", end="")
        return 0
    any_phase = PHASES / "work.py"
    noticed, normal = in_a_child(any_phase.stem, any_phase.read_text(encoding="utf-8"))
    if noticed or not normal:
        raise SystemExit(f"{noticed}: fails without any change; mend it first")
    by: Counter[str] = Counter()
    survived: list[tuple[str, str, bool]] = []
    chosen = sample(given.mutants, given.seed)
    with ThreadPool(given.workers) as pool:  # each waits for its child
        told = pool.map(lambda one: in_a_child(one[0], one[1].text, one[1].change), chosen, chunksize=1)
    for (module, mutant), (noticed, digest) in zip(chosen, told, strict=True):
        by[noticed.partition(":")[0]] += 1
        if not noticed:
            survived.append((f"{module}.{mutant.change}", mutant.kind, digest != normal))
    print(
        f"# One-line changes of the phases\n\n`{' '.join(['python', 'verification/mutations_of_phases.py', *sys.argv[1:]])}`. ",
        end="",
    )
    print(f"Python {platform.python_version()}, NumPy {np.__version__}.\n")
    n, moved = len(chosen), sum(moves for _, _, moves in survived)
    print(
        f"{n} changes of one line, at random. {n - len(survived)} are noticed by quick tests. {len(survived)} are not, and of these ",
        end="",
    )
    print(f"{moved} changed a number of the busy city.\n\n| noticed by | changes |\n|---|---:|")
    print("\n".join(f"| {name} | {count} |" for name, count in by.most_common() if name))
    for title, moves in (("Survivors that change a number", True), ("Survivors that change none there", False)):
        print(f"\n## {title}\n")
        print("\n".join(f"* {kind}: `{change}`" for change, kind, one in survived if one is moves) or "None.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
