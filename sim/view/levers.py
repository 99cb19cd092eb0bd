"""The levers as the page shows them: by group, with range, value, unit, meaning and source."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sim.lab.frames import month_names
from sim.language import tr
from sim.scenario.parameters import LEVERS
from sim.scenario.read import limit
from sim.scenario.units import stored_unit

if TYPE_CHECKING:
    from sim.view.live import LiveCity

LEVER_GROUPS = {
    "boundary": ("boundary_clarity", "supervision", "cadre_training", "service_standards"),
    "incentives": (
        "pay", "benefits", "training_hours", "training_quality", "exam_bonus", "promotion", "payment_delay",
    ),
    "linkage": ("alliance_support", "information_platform", "funding_dependence", "fundraising_support"),
    "burden": ("administrative_burden", "publicity_emphasis"),
}  # fmt: skip
"""Levers by the proposal that they belong to (paper 四(一)-(三)), and burden (三(一))."""

_UNITS = {
    "share": ("of 1", "（0–1）"),
    "share per year": ("of all, a year", "（占比/年）"),
    "chance per month": ("chance a month", "（概率/月）"),
    "multiplier": ("times", "倍"),
    "months": ("months", "个月（平均）"),
}
"""Units as they read well behind a number, where the declared name does not."""

_STEPS = {"yuan per month": 100.0, "yuan": 500.0, "h per worker and month": 1.0, "months": 0.5, "multiplier": 0.1}


def lever_groups(live: LiveCity) -> list[dict[str, Any]]:
    """Every lever with its range, value, unit, meaning and source, by group."""
    names = {
        "boundary": ("Boundary clarity", "厘清边界"),
        "incentives": ("Incentives", "完善激励"),
        "linkage": ("Linkage and sharing", "多方联动"),
        "burden": ("Burden", "行政负担"),
    }
    names_of_months = month_names(live.city)
    to_come = live.month_to_come
    since: dict[str, str] = {}
    for move in live.moves:  # by month: of those that have begun the last counts, else the first that will
        name = names_of_months[move.month]
        if move.month <= to_come:
            since[move.lever] = tr(f"moved from {name} on", f"自 {name} 起调整")
        else:
            since.setdefault(move.lever, tr(f"moves in {name}", f"将于 {name} 调整"))
    base = live.city.lever_table()
    month = min(to_come, len(base) - 1)
    return [
        {
            "name": group,
            "title": tr(*names[group]),
            "levers": [_lever(live, name, float(base[name][month].mean()), since.get(name, "")) for name in levers],
        }
        for group, levers in LEVER_GROUPS.items()
    ]


def _lever(live: LiveCity, name: str, base: float, since: str) -> dict[str, Any]:
    lever = LEVERS[name]
    value = live.value_of(name)
    shown = limit(round(value, 3)) + (
        tr(" (mean of stations)", "（各站均值）") if live.differs_between_stations(name) else ""
    )
    return {
        "name": name,
        "label": str(lever.label),
        "value": value,
        "shown": shown,
        "base": tr(f"baseline {limit(round(base, 3))}", f"基线 {limit(round(base, 3))}") if abs(value - base) > 1e-9 else "",
        "since": since,
        "is_moved": bool(since),
        "least": lever.least,
        "most": lever.most,
        "step": 1.0 if lever.is_whole else _STEPS.get(lever.unit, 0.05),
        "unit": tr(*_UNITS[lever.unit]) if lever.unit in _UNITS else stored_unit(lever.unit),
        "meaning": str(lever.meaning),
        "source": str(lever.source),
    }  # fmt: skip
