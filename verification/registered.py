"""Hold the model against effects of other places that it was never fitted to, as registered.yaml says they are.

    python verification/registered.py [ID ...] [--worlds N] [--doubt prior|posterior|FOLDER]

Each check is told as met or missed, with the spread of its number over worlds. What passes was registered before the first run; a miss
stays a miss. Writes verification/results/registered.md and, for programs, registered.csv. With ids, or another number of worlds than is
registered, it tells and writes nothing.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "verification"), str(ROOT / "tests")]

from in_worlds import each, outcomes_in, seed_of, worlds_asked  # noqa: E402
from kept import RESULTS, command, keep, versions  # noqa: E402
from rules_help import plain  # noqa: E402

from sim.lab.design.design import Keep, Window  # noqa: E402
from sim.lab.doubt.worlds import Worlds  # noqa: E402
from sim.lab.frames import column  # noqa: E402
from sim.lab.worlds import branch_off, history  # noqa: E402
from sim.language import Text  # noqa: E402
from sim.rules import finance, staff  # noqa: E402
from sim.scenario.changes import Change  # noqa: E402
from sim.scenario.drawn import DrawnValues  # noqa: E402
from sim.scenario.load import load_scenario  # noqa: E402
from sim.scenario.schema import Policy, Scenario  # noqa: E402
from sim.words import MONTHS_PER_YEAR  # noqa: E402

pay_received, quit_chance = plain(finance.pay_received), plain(staff.quit_chance)

REGISTERED = Path(__file__).with_name("registered.yaml")
COLUMNS = (
    "id", "estimate", "low", "high", "passes_from", "passes_to", "met", "worlds", "kind_of_worlds",
)  # fmt: skip


@dataclass(frozen=True)
class Registered:
    """A check, as it was registered."""

    id: str
    effect: Text
    source: str
    run: str
    known: tuple[str, ...]
    n_worlds: int
    passes_from: float
    passes_to: float
    unit: str
    expected: str
    divided_by: float = 1.0

    def result(self, values: np.ndarray, kind: str) -> dict[str, Any]:
        """A row of registered.csv, from the check's number in each world."""
        low, estimate, high = np.quantile(values, [0.025, 0.5, 0.975])
        is_met = self.passes_from <= estimate <= self.passes_to
        found = (
            self.id, estimate, low, high, self.passes_from, self.passes_to, bool(is_met), len(values), kind,
        )  # fmt: skip
        return dict(zip(COLUMNS, found, strict=True))


def registered() -> dict[str, Registered]:
    """All checks by their id, in the order of the file."""
    found = {}
    for said in yaml.safe_load(REGISTERED.read_text(encoding="utf-8")):
        assert said.pop("use") == "check"
        known, effect = tuple(said.pop("known")), Text(**said.pop("effect"))
        found[said["id"]] = Registered(**said, known=known, effect=effect)
    return found


@dataclass(frozen=True)
class Numbers:
    """What checks that are run together come to: the number of each in each world, and what else is to be told."""

    values: Mapping[str, np.ndarray]
    told: str


def acting(name: str, levers: Mapping[str, float]) -> Policy:
    """A policy that sets levers to values, from the policies' start on."""
    text, source = Text(name, name), Text("a registered check", "预先登记的检验")
    return Policy(name, text, text, source, tuple(Change(lever, value) for lever, value in levers.items()), ())


# --- V1


FALL = 0.22
"""Of the admin share: from 36 to 14 % of time."""
N_HALVINGS = 12


def burden_policy(city: Scenario, fall: float = FALL, n_seeds: int = 20) -> tuple[float, float]:
    """The administrative burden at which the admin share falls as far, at the city's own values, and how far it does fall."""
    own = _AsItStands()
    numbers = range(1, n_seeds + 1)

    def fallen(burden: float) -> float:
        arms = {"baseline": city, "less": city.with_policies([acting("less", {"administrative_burden": burden})])}
        share = outcomes_in(own, arms, numbers)["admin_share"].mean(axis=0)
        return float(share[0] - share[1])

    if (most := fallen(0.0)) <= fall:
        return 0.0, most
    least, burden = 0.0, city.base_value("administrative_burden")
    for _ in range(N_HALVINGS):
        middle = (least + burden) / 2.0
        least, burden = (middle, burden) if fallen(middle) > fall else (least, middle)
    return (least + burden) / 2.0, fallen((least + burden) / 2.0)


@dataclass(frozen=True)
class _AsItStands:
    """The city's own values, in every world."""

    kind: str = "none"

    def draw(self, number: int) -> DrawnValues:
        return DrawnValues(number, {})


def less_administration(worlds: Worlds, numbers: Sequence[int], checks: Sequence[Registered]) -> Numbers:
    """V1."""
    city = load_scenario("t-city")
    burden, fall = burden_policy(city)
    arms = {"baseline": city, "less": city.with_policies([acting("less", {"administrative_burden": burden})])}
    found = outcomes_in(worlds, arms, numbers)
    service = found["service_share"]

    def moved(name: str) -> str:
        before, after = 100 * np.median(found[name], axis=0)
        return f"{before:.1f} to {after:.1f} %"

    told = (
        f"V1: the administrative burden is {burden:.3f} where it was {city.base_value('administrative_burden'):g}; at the city's own values the "
        f"admin share falls by {100 * fall:.1f} points. Medians over worlds: administration {moved('admin_share')} of hours worked, service "
        f"{moved('service_share')}, outreach {moved('outreach_share')}; coverage {moved('coverage')}."
    )
    return Numbers({checks[0].id: service[:, 1] / service[:, 0] - 1.0}, told)


# --- V2


PAYS = (2000.0, 2600.0, 3400.0, 4500.0)
BURDENS = (0.4, 0.8, 1.2, 1.6)


def pay_and_autonomy(worlds: Worlds, numbers: Sequence[int], checks: Sequence[Registered]) -> Numbers:
    """V2: all four."""
    city = load_scenario("t-city")
    points = [
        city.with_policies([acting("point", {"pay": pay, "administrative_burden": burden})])
        for pay in PAYS
        for burden in BURDENS
    ]
    rows = each(lambda number: regression(workers_of(points, worlds.draw(number), number)), numbers, 2)
    pay, autonomy, product, spread_of_pay, spread_of_autonomy = np.array(rows).T
    told = (
        f"V2: medians over worlds of the spread between workers: {np.median(spread_of_pay):.2f} in the logarithm of pay, "
        f"{np.median(spread_of_autonomy):.2f} in autonomy (0-1). The autonomy of the study is not on this scale."
    )
    found = (pay, autonomy, product, autonomy / pay)
    return Numbers({check.id: values for check, values in zip(checks, found, strict=True)}, told)


def workers_of(points: Sequence[Scenario], drawn: DrawnValues, number: int) -> np.ndarray:
    """All workers in post on the last day under each of the points, which share their history: pay, autonomy, chance of meaning to stay,
    (workers, 3)."""
    scenarios = [point.under(drawn) for point in points]
    trunk = history(scenarios[0], seed_of(drawn, number))
    found = []
    for scenario in scenarios:
        world = branch_off(trunk, scenario)
        for worker in world.workers[world.workers.is_filled == 1]:
            lever = world.levers[-1, worker.station]
            p = world.parameters[-1, world.stations[worker.station].parameters]
            pay = pay_received(p, lever.pay, worker.certificate, lever.promotion)
            found.append((pay, 1.0 - worker.conflict, worker.stay))
    return np.array(found)


def regression(workers: np.ndarray) -> np.ndarray:
    """Least squares of the chance of staying on the logarithm of pay, autonomy, both in standard deviations, and their product: the three
    coefficients and the two standard deviations."""
    plain = np.column_stack([np.log(workers[:, 0]), workers[:, 1]])
    z = (plain - plain.mean(axis=0)) / plain.std(axis=0)
    x = np.column_stack([np.ones(len(z)), z, z.prod(axis=1)])
    found: np.ndarray = np.linalg.lstsq(x, workers[:, 2], rcond=None)[0]
    return np.concatenate([found[1:], plain.std(axis=0)])


# --- V4


HOURS = (4.0, 24.0)
QUALITY = 0.8
MONTHS = 18


def more_training(worlds: Worlds, numbers: Sequence[int], checks: Sequence[Registered]) -> Numbers:
    """V4, and without an effect of training on staying."""
    with_effect, without = checks
    found = {
        with_effect.id: odds_ratios(load_scenario("t-city"), worlds, numbers),
        without.id: odds_ratios(load_scenario("t-city", sets=["parameters.stay_training=0"]), worlds, numbers),
    }
    return Numbers(found, "")


def odds_ratios(city: Scenario, worlds: Worlds, numbers: Sequence[int]) -> np.ndarray:
    """Of leaving within 18 months, under 24 hours of training a month over 4, (worlds,)."""
    arms = {
        f"{hours:g} h": city.with_policies([acting("training", {"training_hours": hours, "training_quality": QUALITY})])
        for hours in HOURS
    }
    stay = outcomes_in(worlds, arms, numbers, keep=Keep(months=("stay_share",)))["months"][..., 0]
    months = slice(city.policy_month, city.policy_month + MONTHS)
    odds = np.array(
        [
            [leaving_odds(city.under(worlds.draw(number)), of_arm[months]) for of_arm in of_world]
            for number, of_world in zip(numbers, stay, strict=True)
        ]
    )
    found: np.ndarray = odds[:, 1] / odds[:, 0]
    return found


def leaving_odds(city: Scenario, stay: np.ndarray) -> float:
    """Of leaving within these months, from the mean chance of meaning to stay in each."""
    p = city.parameter_table()[-1, 0]
    remaining = float(np.prod([1.0 - quit_chance(p, chance) for chance in stay.tolist()]))
    return (1.0 - remaining) / remaining


# --- V6


PAID_THERE = 150_000.0 / 3
YEAR = "2024"


def cost_of_a_post(worlds: Worlds, numbers: Sequence[int], checks: Sequence[Registered]) -> Numbers:
    """V6, by prices and by wages."""
    city = load_scenario(str(ROOT / "scenarios/models/shuangbai.yaml"))
    cost = costs_of_a_post(city, worlds, numbers)
    told = f"V6: medians over worlds: {np.median(cost):,.0f} yuan a filled post in {YEAR}, all costs counted."
    return Numbers({check.id: cost / check.divided_by / PAID_THERE for check in checks}, told)


def costs_of_a_post(city: Scenario, worlds: Worlds, numbers: Sequence[int]) -> np.ndarray:
    """Yuan of a filled post in a year before any policy, (worlds,)."""
    window = Window(f"{YEAR}-01", f"{YEAR}-12")
    found = outcomes_in(worlds, {"baseline": city}, numbers, window=window, keep=Keep(sums=True))
    filled = column(found["town_sums"], "filled").sum(axis=-1)[:, 0] / MONTHS_PER_YEAR
    cost: np.ndarray = found["cost_per_year"][:, 0] / filled
    return cost


# --- all

Run = Callable[[Worlds, Sequence[int], Sequence[Registered]], Numbers]
RUNS: dict[tuple[str, ...], tuple[str, Run]] = {
    ("V1",): ("t-city", less_administration),
    ("V2.pay", "V2.autonomy", "V2.buffer", "V2.weights"): ("t-city", pay_and_autonomy),
    ("V4", "V4.zero"): ("t-city", more_training),
    ("V6.prices", "V6.wages"): (str(ROOT / "scenarios/models/shuangbai.yaml"), cost_of_a_post),
}
"""What is run together, in which city's worlds."""


def campaign(
    wanted: Sequence[str], worlds_for: Callable[[Scenario], Worlds], n_worlds: int | None = None
) -> tuple[pd.DataFrame, list[str]]:
    """Results of checks and of those run with them, a row each, and what is told beside. worlds_for: the worlds of a city."""
    known = registered()
    rows, told = [], []
    for ids, (city, run) in RUNS.items():
        if not set(ids) & set(wanted):
            continue
        checks = [known[one] for one in ids]
        worlds = worlds_for(load_scenario(city)).without(checks[0].known)
        numbers = range(1, (n_worlds or checks[0].n_worlds) + 1)
        found = run(worlds, numbers, checks)
        rows += [check.result(found.values[check.id], worlds.kind) for check in checks]
        told.append(found.told)
    return pd.DataFrame(rows, columns=list(COLUMNS)), [one for one in told if one]


def as_table(results: pd.DataFrame) -> str:
    known = registered()
    lines = [
        "| check | effect | median [95 of 100 worlds] | passes | | expected | worlds |",
        "|---|---|---:|---:|---|---|---:|",
    ]
    for row in results.itertuples():
        check = known[str(row.id)]
        passes = f"{_limit(check.passes_from, '-')} to {_limit(check.passes_to, '')}"
        said = f"{row.estimate:.3g} [{row.low:.3g}, {row.high:.3g}] {check.unit}"
        verdict = "met" if row.met else "**missed**"
        lines.append(
            f"| {check.id} | {check.effect.en} ({check.source}) | {said} | {passes} | {verdict} | {check.expected} | "
            f"{row.worlds} ({row.kind_of_worlds}) |"
        )
    return "\n".join(lines)


def _limit(value: float, sign: str) -> str:
    return f"{sign}∞" if np.isinf(value) else "0" if abs(value) < 1e-6 else f"{value:g}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("ids", nargs="*", metavar="ID")
    parser.add_argument("--worlds", type=int)
    parser.add_argument("--doubt", default="prior")
    given = parser.parse_args()
    if unknown := set(given.ids) - set(registered()):
        parser.error(f"no such check: {', '.join(sorted(unknown))}; there are {', '.join(registered())}")
    results, told = campaign(
        given.ids or list(registered()), lambda city: worlds_asked(city, given.doubt), given.worlds
    )
    if given.ids or given.worlds is not None:
        print(as_table(results), *told, sep="\n\n")
        return 0
    RESULTS.mkdir(exist_ok=True)
    results.to_csv(RESULTS / "registered.csv", index=False, float_format="%.6g", lineterminator="\n")
    n_met = int(results["met"].sum())
    keep(
        "registered",
        "Registered checks",
        f"`{command()}`; {versions('numpy', 'numba')}.",
        f"What passes was registered in `verification/registered.yaml` before the first run. {n_met} of {len(results)} are met.",
        as_table(results),
        *told,
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
