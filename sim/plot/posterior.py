"""Two pictures of a posterior, as SVG: its worlds beside what was counted, and what the figures taught."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.language import listed, tr
from sim.plot import style

if TYPE_CHECKING:
    import pandas as pd

ROW_HEIGHT = 0.34
"""Inches."""
LEFT = 3.6
MOST_ROWS = 25


def fit_picture(fit: pd.DataFrame) -> str:
    """fit: the table of that name. Each figure on a scale of its own, whose grey part is what was counted."""
    with style.drawing():
        picture = style.picture(ROW_HEIGHT * len(fit) + 0.5)
        axes = style.place(picture, LEFT, 0.1, style.WIDTH - LEFT - 0.9, ROW_HEIGHT * len(fit))
        for place, row in enumerate(fit.to_dict("records")):
            width = (row["high"] - row["low"]) or 1.0
            low, middle, high = ((row[name] - row["low"]) / width for name in ("p5", "median", "p95"))
            axes.barh(place, 1.0, height=0.5, color=style.LEVEL_SHADE)
            axes.plot([low, high], [place, place], color=style.BETTER, linewidth=2, clip_on=True)
            axes.plot([middle], [place], "o", color=style.BETTER, markersize=4, clip_on=True)
            use = tr("fitted", "拟合") if row["use"] == "fit" else tr("check", "检验")
            label = style.shorten(f"{row['figure']} ({use})", LEFT - 0.15)
            style.write(picture, 0.05, 0.1 + ROW_HEIGHT * (place + 0.5), label, va="center")
            style.write(
                picture, style.WIDTH - 0.85, 0.1 + ROW_HEIGHT * (place + 0.5), f"{row['median']:.4g}", va="center"
            )
        picture.name = "posterior-fit"
        picture.alt = tr(
            "Each figure in the worlds, beside what was counted: ", "各情形中的每项指标与实测对照："
        ) + listed(
            f"{row['figure']} {row['p5']:.4g} … {row['p95']:.4g} ({row['low']:.4g} … {row['high']:.4g})"
            for row in fit.to_dict("records")
        )
        axes.set_xlim(-1.5, 2.5)
        axes.set_ylim(len(fit) - 0.5, -0.5)
        axes.set_xticks([])
        axes.set_yticks([])
        return style.to_svg(picture)


def learnt_picture(learnt: pd.DataFrame) -> str:
    """learnt: the table of that name; its rows that moved most, those that the figures taught in a strong colour."""
    rows = learnt.sort_values(["p", "name"]).head(MOST_ROWS).to_dict("records")
    with style.drawing():
        picture = style.picture(ROW_HEIGHT * len(rows) + 0.6)
        axes = style.place(picture, LEFT, 0.1, style.WIDTH - LEFT - 0.4, ROW_HEIGHT * len(rows))
        for place, row in enumerate(rows):
            share = row["posterior_sd"] / row["prior_sd"] if row["prior_sd"] else 1.0
            axes.barh(place, share, height=0.6, color=style.BETTER if row["is_taught"] else style.LEVEL_SHADE)
            label = style.shorten(tr(row["label_en"], row["label_zh"]), LEFT - 0.15)
            style.write(picture, 0.05, 0.1 + ROW_HEIGHT * (place + 0.5), label, va="center")
        picture.name = "posterior-learnt"
        picture.alt = tr("Spread after as a share of that before: ", "后验与先验离散程度之比：") + listed(
            f"{row['name']} {row['posterior_sd'] / (row['prior_sd'] or 1.0):.2f}" for row in rows
        )
        axes.axvline(1.0, color=style.QUIET, linewidth=0.8)
        axes.set_xlim(0.0, 1.5)
        axes.set_ylim(len(rows) - 0.5, -0.5)
        axes.set_yticks([])
        return style.to_svg(picture)
