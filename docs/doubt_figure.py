"""Draw the three intervals of docs/doubt.md: ``python docs/doubt_figure.py``.

From verification/results/prior_worlds.csv, the worlds of T City's prior that `python verification/what_moves.py` ran, twins among them: what each
policy changes in coverage, the spread of 95 of 100 worlds, and what of it is chance and what assumptions.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from html import escape
from pathlib import Path

import numpy as np

FOLDER = Path(__file__).resolve().parent
RUNS = FOLDER.parent / "verification/results/prior_worlds.csv"
TWINS = 2**40
POLICIES = {
    "boundary-clarity": ("Boundary clarity", "厘清边界"),
    "linkage": ("Linkage", "多方联动"),
    "incentives": ("Incentives", "完善激励"),
    "all-three": ("All three together", "三项合并"),
}
PARTS = (
    ("both", "both", "合计", "#1b6ca8"),
    ("assumed", "assumptions", "假设取值", "#7fb2d9"),
    ("chance", "chance", "随机波动", "#d98c3f"),
)
TITLES = (
    "What each policy adds to coverage, in points: 95 of 100 worlds of the prior, held to no figure",
    "各政策使覆盖率增加的百分点：100 种先验情形中的 95 种，未按指标筛选",
)
WIDTH, LEFT, ROW, TOP = 640, 150, 64, 44


def spreads() -> dict[str, dict[str, tuple[float, float, float]]]:
    """By policy and part: low, median, high, in points. A part is the spread shrunk around the median by the root of its share of the
    variance."""
    with RUNS.open(encoding="utf-8") as opened:
        rows = list(csv.DictReader(opened))
    found = {}
    for policy in POLICIES:
        gain = {
            int(row["world"]): 100 * (float(row[f"{policy}.coverage"]) - float(row["baseline.coverage"]))
            for row in rows
        }
        values = np.array([value for world, value in gain.items() if world < TWINS])
        pairs = np.array([(gain[world - TWINS], value) for world, value in gain.items() if world > TWINS])
        chance = float(np.mean(np.square(pairs[:, 0] - pairs[:, 1])) / 2 / values.var(ddof=1))
        low, middle, high = np.quantile(values, [0.025, 0.5, 0.975])
        shares = {"both": 1.0, "assumed": max(0.0, 1.0 - chance), "chance": min(1.0, chance)}
        found[policy] = {
            part: (middle - share**0.5 * (middle - low), middle, middle + share**0.5 * (high - middle))
            for part, share in shares.items()
        }
    return found


def drawing(found: Mapping[str, Mapping[str, tuple[float, float, float]]], language: int) -> str:
    """As SVG; language: 0 English, 1 Chinese."""
    most = max(part[2] for parts in found.values() for part in parts.values())
    least = min(0.0, *(part[0] for parts in found.values() for part in parts.values()))
    height = TOP + ROW * len(found) + 40

    def at(value: float) -> str:
        return f"{LEFT + (value - least) / (most - least) * (WIDTH - LEFT - 20):.1f}"

    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="sans-serif" font-size="12" role="img">',
        f"<title>{escape(TITLES[language])}</title>",
        f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>',
        f'<text x="8" y="20" font-size="11">{escape(TITLES[language])}</text>',
        f'<line x1="{at(0)}" y1="{TOP - 8}" x2="{at(0)}" y2="{height - 34}" stroke="#999999"/>',
    ]
    for row, (policy, parts) in enumerate(found.items()):
        top = TOP + ROW * row
        lines.append(f'<text x="8" y="{top + 24}">{escape(POLICIES[policy][language])}</text>')
        for place, (part, *_, colour) in enumerate(PARTS):
            (low, middle, high), y = parts[part], top + 6 + 15 * place
            said = f"{PARTS[place][1 + language]}: {low:+.1f} … {high:+.1f}"
            lines.append(
                f'<line x1="{at(low)}" y1="{y}" x2="{at(high)}" y2="{y}" stroke="{colour}" stroke-width="7"><title>{said}</title></line>'
            )
            lines.append(f'<circle cx="{at(middle)}" cy="{y}" r="3" fill="#222222"/>')
    for tick in range(0, int(most) + 1, 5):
        lines.append(f'<text x="{at(tick)}" y="{height - 22}" text-anchor="middle" font-size="10">{tick:+d}</text>')
    for place, (_, *names, colour) in enumerate(PARTS):
        x = LEFT + 130 * place
        lines.append(f'<rect x="{x}" y="{height - 14}" width="14" height="7" fill="{colour}"/>')
        lines.append(f'<text x="{x + 20}" y="{height - 7}" font-size="11">{escape(names[language])}</text>')
    return "\n".join([*lines, "</svg>"]) + "\n"


def main() -> None:
    found = spreads()
    for language, name in enumerate(("en", "zh")):
        (FOLDER / f"figures/doubt-{name}.svg").write_text(drawing(found, language), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
