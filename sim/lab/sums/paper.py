"""The paper's figures about T City, beside what the model's baseline gives for the same months."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sim.lab.frames import column, measures, month_names
from sim.lab.sums.statistics import intervals
from sim.language import Text

if TYPE_CHECKING:
    import pandas as pd

    from sim.lab.comparison import Comparison


@dataclass(frozen=True)
class PaperFigure:
    """A figure that the paper gives, its section, and how the model's sums give it. `half_width`: of the figure's own
    95 % interval as a share of 107 people asked (assumption: a simple random sample), NaN where it is a count."""

    name: str
    section: str
    value: float
    unit: str
    meaning: Text
    of: Callable[[np.ndarray], np.ndarray]
    is_fitted: bool
    half_width: float = float("nan")


def _count(route: str) -> Callable[[np.ndarray], np.ndarray]:
    return lambda total: column(total, f"dispatched_{route}")


def _share(name: str) -> Callable[[np.ndarray], np.ndarray]:
    return lambda total: measures(total)[name]


SURVEY = 0.09
"""Half-width of a share asked of 107 people (design of the patterns P2-P4)."""

PAPER_COUNTS = (
    PaperFigure("dispatched_centre", "二(二)", 89.0, "needs", Text("Cases that the centre handled itself", "指导中心自办个案"), _count("centre"), True),
    PaperFigure("dispatched_other", "二(二)", 287.0, "needs", Text("Cases referred elsewhere", "转派其他机构个案"), _count("other"), True),
    PaperFigure("dispatched_station", "二(二)", 1373.0, "needs", Text("Cases referred to town stations", "转派镇（街道）社工站个案"), _count("station"), True),
)  # fmt: skip
PAPER_SHARES = (
    PaperFigure("stay_share", "三(二)", 0.4112, "share", Text("Staff who mean to stay", "有意留任的社工"), _share("stay_share"), True, SURVEY),
    PaperFigure("trained_share", "三(二)", 0.3551, "share", Text("Staff trained in social work", "社工专业出身的社工"), _share("trained_share"), False, SURVEY),
    PaperFigure("strong_share", "三(二)", 0.3177, "share", Text("Staff who rate their own ability as strong", "自评能力较强的社工"), _share("strong_share"), True, SURVEY),
)  # fmt: skip

COUNTED_UNTIL = {"t-city": "2024-12", "t-city-2022": "2022-06"}
"""The cities that the paper's counts are about, and the last month that they are read to cover."""


def paper_figures(result: Comparison) -> pd.DataFrame:
    """A row for each figure of the paper that the baseline's months cover; none for a city that is not T City."""
    import pandas as pd

    assert result.months is not None
    months = month_names(result.scenario)
    until = COUNTED_UNTIL.get(result.scenario.name.rsplit("/", 1)[-1].removesuffix(".yaml"))
    rows = []
    if until in months:
        rows += _rows(PAPER_COUNTS, result.months[0, :, : months.index(until) + 1], f"{months[0]} – {until}")
    if until is not None and {"2024-01", "2024-12"} <= set(months):
        year = slice(months.index("2024-01"), months.index("2024-12") + 1)
        rows += _rows(PAPER_SHARES, result.months[0, :, year], "2024-01 – 2024-12")
    names = [
        "figure",
        "section",
        "months",
        "paper",
        "paper_low",
        "paper_high",
        "is_fitted",
        "unit",
        "mean",
        "low",
        "high",
        "sd",
        "n",
    ]
    return pd.DataFrame(rows, columns=names)


def _rows(figures: tuple[PaperFigure, ...], window: np.ndarray, covered: str) -> list[dict[str, object]]:
    total = window.sum(axis=1)
    made: list[dict[str, object]] = []
    for figure in figures:
        found = {name: array.item() for name, array in intervals(figure.of(total), axis=0).items()}
        made.append(
            {
                "figure": figure.name,
                "section": figure.section,
                "months": covered,
                "paper": figure.value,
                "paper_low": figure.value - figure.half_width,
                "paper_high": figure.value + figure.half_width,
                "is_fitted": figure.is_fitted,
                "unit": figure.unit,
                **found,
            }
        )
    return made
