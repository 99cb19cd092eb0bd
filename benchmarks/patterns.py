"""Check the model against patterns P1-P17: each with its 95 % interval, those that do not hold said so.

    python benchmarks/patterns.py [--seeds 200] [--scenario t-city] [--jobs N] [--write]

P1-P10 are calibrated or built in; P11-P17 must emerge. Nothing here changes the model. `--write` puts the lines into
benchmarks/README.md (T City only).
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from written import put_block

from sim.lab.frames import column, measures, month_names, values
from sim.lab.outcomes import summarize
from sim.lab.run.executors import default_jobs
from sim.lab.simulate import simulate_arms
from sim.lab.sums.paper import PAPER_COUNTS, PAPER_SHARES
from sim.lab.sums.statistics import Estimate, mean_interval
from sim.scenario.load import load_policy, load_scenario
from sim.scenario.parameters import PARAMETERS
from sim.scenario.schema import Policy, Scenario, read_policy
from sim.scenario.yaml_reader import from_plain

FIRST_SEED = 100_001


def policy(name: str, **levers: float) -> Policy:
    """A policy made here, for a pattern."""
    text = {"en": name, "zh": name}
    plain = {"kind": "policy", "title": text, "proposer": text, "source": text, "levers": levers}
    return read_policy(from_plain(plain, name), name)


def arms_of(city: Scenario) -> dict[str, Scenario]:
    """The baseline and the experiments that the emergent patterns ask for."""
    policies = {
        "more burden": policy("more burden", administrative_burden=1.5),
        "less dependence": policy("less dependence", funding_dependence=0.6),
        "less dependence, clear": policy("less dependence, clear", funding_dependence=0.6, boundary_clarity=0.8),
        "clear": policy("clear", boundary_clarity=0.8),
        "alliances": load_policy("alliances"),
        "standards": load_policy("standards"),
        "incentives": load_policy("incentives"),
    }
    return {"baseline": city} | {name: city.with_policies([one]) for name, one in policies.items()}


def observe(arms: dict[str, Scenario], seed: int) -> dict[str, dict[str, object]]:
    """What the patterns need of every arm of one seed."""
    city = arms["baseline"]
    split = city.policy_month
    found: dict[str, dict[str, object]] = {}
    for name, run in simulate_arms(arms, seed):
        stations = values(run.world.observed.stations).copy()
        found[name] = {"stations": stations, "after": summarize(run.world, split, city.n_months).outcomes}
    return found


class Report:
    """Collects lines and prints them as they come."""

    def __init__(self) -> None:
        self.failed: list[str] = []
        self.lines: list[str] = []

    def say(self, line: str) -> None:
        self.lines.append(line)
        print(line, flush=True)

    def line(self, pattern: str, what: str, estimate: Estimate, holds: bool | None, wanted: str) -> None:
        """`holds` None: the line is there for comparison."""
        verdict = {True: "holds", False: "DOES NOT HOLD", None: ""}[holds]
        if holds is False:
            self.failed.append(pattern)
        interval = f"{estimate.mean:10.4f}  [{estimate.low:.4f}, {estimate.high:.4f}]  sd {estimate.sd:.4f}"
        self.say(f"{pattern:4s} {what:58s} {interval:50s} {wanted:24s} {verdict}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=200)
    parser.add_argument("--scenario", default="t-city")
    parser.add_argument("--jobs", type=int, default=default_jobs())
    parser.add_argument("--write", action="store_true", help="put the lines into benchmarks/README.md")
    options = parser.parse_args()
    if options.write and options.scenario != "t-city":
        parser.error("--write: benchmarks/README.md shows t-city only")
    city = load_scenario(options.scenario)
    arms = arms_of(city)
    seeds = range(FIRST_SEED, FIRST_SEED + options.seeds)
    with ThreadPoolExecutor(options.jobs) as threads:
        runs = list(threads.map(lambda seed: observe(arms, seed), seeds))
    report = Report()
    report.say(
        f"{city.name}, {len(PARAMETERS)} parameters: {options.seeds} seeds, "
        "mean [95 % interval of the mean], spread between seeds"
    )
    calibrated(report, city, runs)
    emergent(report, city, runs)
    report.say(f"\n{len(report.failed)} lines do not hold: {', '.join(report.failed) or 'none'}")
    if options.write:
        put_block("t-city", report.lines)


def calibrated(report: Report, city: Scenario, runs: list[dict[str, dict[str, object]]]) -> None:
    """P1-P10, from the baseline's history."""
    months = month_names(city)
    end = months.index("2022-06") + 1 if city.name == "t-city-2022" else months.index("2024-12") + 1
    y2024 = slice(months.index("2024-01"), months.index("2024-12") + 1)
    history = slice(0, months.index("2024-12") + 1)

    def over(window: slice, get: Callable[[np.ndarray], float]) -> Estimate:
        return mean_interval(
            np.array([get(run["baseline"]["stations"][window].sum(axis=(0, 1))) for run in runs])  # type: ignore[index]
        )

    def measure(name: str) -> Callable[[np.ndarray], float]:
        return lambda total: float(measures(total)[name])

    upto = slice(0, end)
    for one in PAPER_COUNTS:
        e = over(upto, lambda total, o=one: float(o.of(total)))  # type: ignore[misc]
        route, target = one.name.removeprefix("dispatched_"), f"{one.value:.0f}"
        holds = abs(e.mean / one.value - 1) < 0.1
        report.line("P1", f"dispatched to {route} by {months[end - 1]}", e, holds, f"{target} +-10 %")
    for pattern, one in zip(("P2", "P3", "P4"), PAPER_SHARES, strict=True):
        e = over(y2024, measure(one.name))
        holds = abs(e.mean - one.value) <= one.half_width
        report.line(pattern, f"{one.name}, 2024", e, holds, f"{one.value} +-{one.half_width}")
    e = over(history, lambda total: float(column(total, "dependence") / column(total, "stations")))
    report.line("P5", "dependence D", e, abs(e.mean - 1) < 1e-9, "1")
    e = over(history, measure("admin_share"))
    report.line("P6", "admin share of hours worked", e, e.high >= 0.48, "about half or more")
    e = over(history, measure("presence_share"))
    report.line("P7", "present of posts", e, e.high < 1, "below 1")
    e = over(slice(0, len(months)), measure("turnover"))
    report.line("P8", "turnover a year, whole period", e, 0.15 <= e.mean <= 0.30, ".15-.30")
    e = over(
        history, lambda total: float(measures(total)["reported_on_time_share"] - measures(total)["true_on_time_share"])
    )
    report.line("P9", "reported less true on-time share", e, e.low > 0, "above 0")
    e = over(history, measure("participation"))
    report.line("P10", "participation in a month", e, abs(e.mean - 0.1) <= 0.02, "about .1")


def emergent(report: Report, city: Scenario, runs: list[dict[str, dict[str, object]]]) -> None:
    """P11-P17: paired differences from the baseline."""
    split = city.policy_month

    def effect(arm: str, outcome: str) -> Estimate:
        return mean_interval(np.array([run[arm]["after"][outcome] - run["baseline"]["after"][outcome] for run in runs]))  # type: ignore[index]

    def monthly(arm: str, first: int, last: int, name: str) -> Estimate:
        """Paired difference of a measure over months first <= m < last after the policies' start."""
        window = slice(split + first, split + last)

        def of(run: dict[str, dict[str, object]], which: str) -> float:
            return float(measures(run[which]["stations"][window].sum(axis=(0, 1)))[name])  # type: ignore[index]

        return mean_interval(np.array([of(run, arm) - of(run, "baseline") for run in runs]))

    def gradient(run: dict[str, dict[str, object]]) -> float:
        table: np.ndarray = run["baseline"]["stations"]  # type: ignore[assignment]
        fame, visits = column(table, "reputation")[:-1].ravel(), column(table, "visits")[1:].ravel()
        return float(np.polyfit(fame, visits, 1)[0])

    e = mean_interval(np.array([gradient(run) for run in runs]))
    report.line("P11", "visits a month per unit of last month's reputation", e, e.low > 0, "above 0")

    e = monthly("more burden", 0, 3, "outreach_share")
    report.line("P12", "burden x1.5: outreach share, months 1-3", e, e.high < 0, "below 0 at once")
    e = monthly("more burden", 0, 3, "true_on_time_share")
    report.line("P12", "burden x1.5: true on-time share, months 1-3", e, None, "(for comparison)")
    e = monthly("more burden", 3, 12, "true_on_time_share")
    report.line("P12", "burden x1.5: true on-time share, months 4-12", e, e.high < 0, "below 0 then")
    e = monthly("more burden", 0, 6, "turnover")
    report.line("P12", "burden x1.5: turnover, months 1-6", e, None, "(for comparison)")
    e = monthly("more burden", 12, 36, "turnover")
    report.line("P12", "burden x1.5: turnover, months 13-36", e, e.low > 0, "above 0 over years")

    e = effect("less dependence", "goodwill")
    report.line("P13", "D .6, boundaries unclear: goodwill", e, e.high < 0, "below 0")
    both = np.array(
        [
            (run["less dependence, clear"]["after"]["goodwill"] - run["clear"]["after"]["goodwill"])  # type: ignore[index]
            - (run["less dependence"]["after"]["goodwill"] - run["baseline"]["after"]["goodwill"])  # type: ignore[index]
            for run in runs
        ]
    )
    e = mean_interval(both)
    report.line("P13", "D .6: what clarity saves of that", e, e.low > 0, "above 0")
    e = effect("less dependence", "refusal_share")
    report.line("P14", "D .6: off-contract tasks refused (autonomy)", e, e.low > 0, "above 0")
    e = effect("less dependence", "wage_volatility")
    report.line("P14", "D .6: volatility of wages", e, e.low > 0, "above 0")

    def spread(run: dict[str, dict[str, object]], arm: str) -> float:
        return float(column(run[arm]["stations"][split:], "load").std(axis=1).mean())  # type: ignore[index]

    e = mean_interval(np.array([spread(run, "alliances") - spread(run, "baseline") for run in runs]))
    report.line("P15", "alliances: spread of load between stations", e, e.high < 0, "below 0")
    e = effect("alliances", "give_up_rate")
    report.line("P15", "alliances: share that gives up waiting", e, e.high < 0, "below 0")

    e = effect("standards", "reported_on_time_share")
    report.line("P16", "standards: reported on-time share", e, None, "(for comparison)")
    e = effect("standards", "true_on_time_share")
    report.line("P16", "standards: true on-time share", e, None, "(for comparison)")
    difference = [
        (run["standards"]["after"]["reported_on_time_share"] - run["baseline"]["after"]["reported_on_time_share"])  # type: ignore[index]
        - (run["standards"]["after"]["true_on_time_share"] - run["baseline"]["after"]["true_on_time_share"])  # type: ignore[index]
        for run in runs
    ]
    e = mean_interval(np.array(difference))
    report.line("P16", "standards: change of reported less change of true", e, e.high < 0, "below 0")

    e = effect("incentives", "competence")
    report.line("P17", "incentives: competence", e, e.low > 0, "above 0")
    e = effect("incentives", "stay_share")
    report.line("P17", "incentives: staff who mean to stay", e, e.low > 0, "above 0")
    e = effect("incentives", "service_share")
    report.line("P17", "incentives: service share of hours", e, abs(e.mean) < 0.02, "within +-.02")


if __name__ == "__main__":
    main()
