"""Write the first answer into README.md from stored results: ``python benchmarks/first_answer.py results/compare-t-city``."""

from __future__ import annotations

import sys
from pathlib import Path

from sim.lab.outcomes import OUTCOMES
from sim.lab.store import load_provenance, load_table

SHOWN = (
    "coverage",
    "met_per_year",
    "true_on_time_share",
    "admin_share",
    "stay_share",
    "turnover",
    "trust",
    "cost_per_year",
)
NAMES = {
    "boundary-clarity": "boundary clarity",
    "incentives": "incentives",
    "linkage": "linkage",
    "all-three": "all three",
}
PER_CENT = {"share", "per year"}


def shown(value: float, unit: str, *, signed: bool) -> str:
    sign = "+" if signed else ""
    if unit in PER_CENT:
        return f"{100 * value:{sign}.1f} %" if not signed else f"{100 * value:{sign}.1f}"
    if unit.startswith("yuan"):
        return f"{value / 10_000:{sign}.1f}"
    return f"{value:{sign}.3f}" if unit == "0-1" else f"{value:{sign}.0f}"


def main() -> None:
    folder = Path(sys.argv[1])
    levels, effects, prices = (load_table(folder, name) for name in ("levels", "effects", "prices"))
    provenance = load_provenance(folder)
    policies = list(prices.policy)
    lines = [
        f"T City, 2025-2027 against the same city without the policy; {provenance['seeds'][1]} paired seeds, 95 % intervals.",
        "",
        "| | baseline | " + " | ".join(NAMES[p] for p in policies) + " |",
        "|---|---|" + "---|" * len(policies),
    ]
    for outcome in SHOWN:
        unit = OUTCOMES[outcome].unit
        level = levels[(levels.policy == "baseline") & (levels.outcome == outcome)].iloc[0]
        row = [shown(level["mean"], unit, signed=False)]
        for policy in policies:
            e = effects[(effects.policy == policy) & (effects.outcome == outcome)].iloc[0]
            row.append(
                f"{shown(e['mean'], unit, signed=True)} ({shown(e.low, unit, signed=True)} to {shown(e.high, unit, signed=True)})"
            )
        name = OUTCOMES[outcome].en + (", 10,000 yuan" if unit.startswith("yuan") else "")
        lines.append(f"| {name} | " + " | ".join(row) + " |")
    cells = [
        f"{p.yuan:,.0f} ({p.low:,.0f} to {p.high:,.0f})" if p.verdict == "gain" else p.verdict
        for p in prices.itertuples()
    ]
    lines += [
        "| Yuan per additional met need | | " + " | ".join(cells) + " |",
        "",
        *(f"> {s}\n>" for s in provenance["answer"]),
        "",
    ]
    readme = Path(__file__).parent.parent / "README.md"
    before, _, rest = readme.read_text(encoding="utf-8").partition("<!-- first answer -->")
    after = rest.partition("<!-- end -->")[2]
    text = f"{before}<!-- first answer -->\n" + "\n".join(lines) + f"<!-- end -->{after}"
    readme.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
