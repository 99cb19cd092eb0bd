"""What the page's parts show, as plain numbers and texts in the language in force: the drawing is done in the browser.

Whatever takes a `model` works with any `StationModel`; what takes a `live` needs a `LiveCity`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.lab.frames import column, measures, month_names, values
from sim.lab.say.names import plain
from sim.lab.say.numbers import decimals, number, reach, scale_of, unit_name
from sim.lab.sums.summaries import ACTIVITIES, CURVES
from sim.language import counted, listed, tr
from sim.observations import MEASURES
from sim.scenario.units import stored_unit
from sim.sums import ordered_sum
from sim.view.live import city_months, trailing

if TYPE_CHECKING:
    from sim.model import StationModel
    from sim.view.live import LiveCity

WINDOWS = (1, 3, 12)
"""Months over which lines can be taken together."""

FIRST_CHARTS = ("coverage", "admin_share", "outreach_share", "stay_share", "turnover", "trust")

CERTIFICATE_NAMES = {
    "none": ("no certificate", "未持证"),
    "assistant": ("assistant social worker", "助理社工师"),
    "social_worker": ("social worker", "社工师"),
    "senior": ("senior social worker", "高级社工师"),
}

_COVERAGE_MONTHS = 12


# --- the map


def places(model: StationModel) -> dict[str, Any]:
    """Where everything stands: the centre in the middle, stations around it, their communities around them; radii grow with
    the square root of the population. Units of the picture."""
    width, height = 640.0, 560.0
    n = max(1, len(model.station_list))
    if n <= 14:
        turns = [2 * math.pi * i / n - math.pi / 2 for i in range(n)]
        spots = [(width / 2 + 236 * math.cos(a), height / 2 + 206 * math.sin(a)) for a in turns]
        room = min(150.0, 2 * 206 * math.sin(math.pi / n) if n > 2 else 150.0)
        centre = (width / 2, height / 2)
    else:
        columns = math.ceil(math.sqrt(n * width / (height - 60)))
        rows = math.ceil(n / columns)
        room = min(width / columns, (height - 60) / rows)
        spots = [
            (width / columns * (i % columns + 0.5), 60 + (height - 60) / rows * (i // columns + 0.5)) for i in range(n)
        ]
        centre = (width / 2, 26.0)
    size = room / 150.0
    most = max((community.population for community in model.community_list), default=1.0) or 1.0
    stations, communities = [], []
    for station, (x, y) in zip(model.station_list, spots, strict=True):
        label = station.name if n <= 14 else _short_label(_town_name(station), room)
        stations.append(
            {"name": station.name, "label": label, "x": round(x, 1), "y": round(y, 1), "posts": station.n_posts}
        )
        around = list(station.communities)
        for i, community in enumerate(around):
            turn, far = _round_place(i, len(around))
            communities.append(
                {
                    "name": community.name,
                    "x": round(x + size * far * math.cos(turn), 1),
                    "y": round(y + size * far * math.sin(turn), 1),
                    "r": round(size * (3.0 + 5.5 * math.sqrt(community.population / most)), 2),
                    "station": station.row,
                    "population": round(community.population),
                }
            )
    return {
        "width": width, "height": height, "size": round(size, 3),
        "centre": {"name": model.centre.name, "x": centre[0], "y": centre[1]},
        "stations": stations, "communities": communities,
    }  # fmt: skip


def _short_label(name: str, room: float) -> str:
    """A town's name where there is room for one that can be read; its station's title tells it anyway."""
    if room < 60.0:
        return ""
    wide = sum(2 if ord(c) > 0x2E80 else 1 for c in name)
    most = int(room / 7.5)
    return name if wide <= most else name[: max(1, most * len(name) // wide - 1)] + "…"


def _round_place(i: int, n: int) -> tuple[float, float]:
    """Angle and distance of the i-th of n around a point: on one ring, on two where one has no room."""
    inner = n if n <= 18 else n // 3
    if i < inner:
        return 2 * math.pi * i / inner - math.pi / 2, 40.0 if n <= 18 else 32.0
    return 2 * math.pi * (i - inner) / (n - inner) - math.pi / 2, 54.0


def map_now(model: StationModel, outcome: str) -> dict[str, Any]:
    """The city today: an outcome of `MAPPED` by community and station, links, and who is where."""
    by_community, by_station, _ = MAPPED[outcome]
    stations = model.columns["stations"]
    workers = model.columns["workers"]
    filled = workers["is_filled"] == 1
    seconded = np.bincount(
        workers["station"][filled & (workers["secondment_days_left"] > 0)], minlength=len(stations["n_posts"])
    )
    staff = np.bincount(workers["station"][filled], minlength=len(stations["n_posts"]))
    shown = by_station(model)
    task_hours = model.world.parameters["task_hours"][model.month, stations["parameters"]]
    unit = MAPPED[outcome][2]
    words = [number(float(value), unit) for value in shown]
    return {
        "stations": [
            {
                "value": _plain(shown[s]),
                "shown": words[s],
                "present": int(staff[s] - seconded[s]),
                "seconded": int(seconded[s]),
                "vacant": int(stations["n_posts"][s] - staff[s]),
                "tasks": int(round(float(stations["backlog_hours"][s]) / task_hours[s])),
                "visitors": bool(stations["reception_days_left"][s] > 0),
            }
            for s in range(len(shown))
        ],
        "communities": [_plain(values) for values in by_community(model)],
        "links": sorted(
            [s, int(partner)]
            for s in range(len(shown))
            for partner in stations["partners"][s, : stations["n_partners"][s]]
            if s < partner
        ),
        "queued": model.centre.n_queued,
        "away": model.centre.n_away,
    }


def _of_towns(model: StationModel, by_station: Any) -> np.ndarray:
    picked: np.ndarray = by_station[model.columns["communities"]["station"]]
    return picked


def _coverage(table: Any, model: StationModel, above: Sequence[str]) -> np.ndarray:
    last = model.month + 1
    window = table[max(0, last - _COVERAGE_MONTHS) : last]
    arisen = window["arisen"].sum(axis=0)
    met = ordered_sum(window[name].sum(axis=0) for name in above)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(arisen > 0.0, met / arisen, np.nan)


def _by_residents(model: StationModel, name: str) -> np.ndarray:
    """A community's number as the mean of each station's residents."""
    communities = model.columns["communities"]
    n = len(model.station_list)
    people = np.bincount(communities["station"], communities["residents"], minlength=n)
    summed = np.bincount(communities["station"], communities["residents"] * communities[name], minlength=n)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(people > 0.0, summed / people, np.nan)


_OfModel = Callable[["StationModel"], Any]

MAPPED: dict[str, tuple[_OfModel, _OfModel, str]] = {
    "trust": (lambda m: m.columns["communities"]["trust"], lambda m: m.columns["stations"]["trust"], "0-1"),
    "coverage": (
        lambda m: _coverage(m.world.observed.communities, m, ("met",)),
        lambda m: _coverage(m.world.observed.stations, m, ("met_station", "met_away")),
        "ratio",
    ),
    "load": (
        lambda m: _of_towns(m, m.columns["stations"]["load"]),
        lambda m: m.columns["stations"]["load"],
        "share",
    ),
    "outreach": (
        lambda m: m.columns["communities"]["outreach"],
        lambda m: _by_residents(m, "outreach"),
        "h per 1,000 residents and month",
    ),
    "participation": (
        lambda m: m.columns["communities"]["participation"],
        lambda m: _by_residents(m, "participation"),
        "share per month",
    ),
}
"""What the map may be coloured by: of communities, of stations, unit."""


def mapped_name(outcome: str) -> str:
    """An outcome of the map in words."""
    names = {
        "trust": ("Trust", "信任"),
        "coverage": ("Coverage, last 12 months", "覆盖率（近 12 个月）"),
        "load": ("Load of the station", "站点负荷"),
        "outreach": ("Outreach", "外展强度"),
        "participation": ("Participation", "参与率"),
    }
    return tr(*names[outcome])


class Scale:
    """The range of a colour scale: it widens with what is seen and never narrows, so that a colour keeps its meaning."""

    def __init__(self) -> None:
        self._seen: dict[str, tuple[float, float]] = {}
        self._told: dict[str, tuple[float, float]] = {}

    def told(self, outcome: str, now: dict[str, Any]) -> dict[str, Any]:
        """Ends of the scale after `now` (of `map_now`), with their words."""
        seen = [community for community in now["communities"] if community is not None]
        low, high = self._seen.get(outcome, (math.inf, -math.inf))
        low, high = min([low, *seen]), max([high, *seen])
        self._seen[outcome] = (low, high)
        is_empty = not math.isfinite(low)
        if is_empty:
            low, high = 0.0, 1.0
        step = _round_below(max(high - low, 4e-3) / 4.0)
        low, high = math.floor(low / step + 1e-9) * step, math.ceil(high / step - 1e-9) * step
        high = max(high, low + step)
        if not is_empty:  # a scale that had but one value was made wider than it
            before = self._told.get(outcome, (low, high))
            low, high = self._told[outcome] = min(low, before[0]), max(high, before[1])
        unit = MAPPED[outcome][2]
        factor, usual = scale_of(unit, high), decimals(unit, high)
        digits = max(usual, math.ceil(-math.log10(step * factor) - 1e-9))
        low_shown, high_shown = (number(end, unit, largest=high, more_digits=digits - usual) for end in (low, high))
        return {
            "low": low, "high": high, "low_shown": low_shown, "high_shown": high_shown, "factor": factor, "digits": digits,
            "unit": _unit(unit), "name": mapped_name(outcome),
        }  # fmt: skip


def _round_below(value: float) -> float:
    """The largest of 1, 2, 5 times a power of ten that is not above the value."""
    power = 10.0 ** math.floor(math.log10(value) + 1e-9)
    return max(n * power for n in (1.0, 2.0, 5.0) if n * power <= value * (1.0 + 1e-9))


# --- the lines


def charts(live: LiveCity, outcomes: Sequence[str], window: int) -> list[dict[str, Any]]:
    """For each outcome: its lines in the unit shown, and where the city stands against the baseline."""
    return [_chart(name, live.lines(name, window), len(live.kept)) for name in outcomes]


def charts_of_model(model: StationModel, outcomes: Sequence[str], window: int) -> list[dict[str, Any]]:
    """As `charts`, of a model that has no baseline."""
    months = city_months(model)
    return [_chart(name, {"own": trailing(months, name, window).tolist()}, 0) for name in outcomes]


def _chart(name: str, found: dict[str, list[float]], n_kept: int) -> dict[str, Any]:
    unit = MEASURES[name].unit
    largest = reach(value for line in found.values() for value in line)
    scale = scale_of(unit, largest)
    n = len(found["own"])
    title, shown_unit = plain(name), _unit(unit, largest)
    chart = {
        "name": name, "title": title, "meaning": str(MEASURES[name].meaning), "unit": shown_unit,
        "own": _line(found["own"], scale),
        "baseline": _line(found.get("baseline", []), scale),
        "kept": [_line(found[str(i)], scale) for i in range(n_kept)],
        "now": number(found["own"][-1], unit, largest=largest) if n else "–",
        "was": "", "difference": "", "difference_unit": _unit(unit, largest, is_difference=True),
    }  # fmt: skip
    said = tr(f"{title}: {chart['now']} {shown_unit}", f"{title}：{chart['now']} {shown_unit}")
    if n and "baseline" in found:
        own, base = found["own"][-1], found["baseline"][n - 1]
        chart["was"] = number(base, unit, largest=largest)
        chart["difference"] = number(own - base, unit, signed=True, largest=largest)
        said += tr(
            f", baseline {chart['was']}, difference {chart['difference']} {chart['difference_unit']}",
            f"，基线 {chart['was']}，差异 {chart['difference']} {chart['difference_unit']}",
        )
    return {**chart, "said": said if n else tr(f"{title}: no month is over yet", f"{title}：尚无完整月份")}


def calendar(live: LiveCity) -> dict[str, Any]:
    """The months of the run, where policies start, and where levers were moved."""
    return {
        "months": month_names(live.city),
        "policy_month": live.model.scenario.policy_month if live.policies else None,
        "moves": sorted({move.month for move in live.moves}),
        "kept": [branch.name for branch in live.kept],
    }


def calendar_of_model(model: StationModel) -> dict[str, Any]:
    """As `calendar`, of any model."""
    month = model.scenario.policy_month if model.scenario.policies else None
    return {"months": month_names(model.scenario), "policy_month": month, "moves": [], "kept": []}


def outcome_choices() -> list[dict[str, str]]:
    return [{"value": name, "text": plain(name)} for name in CURVES]


# --- a station


def station_card(model: StationModel, row: int) -> dict[str, Any]:
    """A station's numbers, its workers, and its week by activity."""
    station = model.station_list[row]
    seen, said = _recent_month(model)
    month = values(model.world.observed.stations)[seen, row]
    shares = measures(month)
    facts = [
        (tr("Posts filled", "在聘/岗位"), f"{station.n_posts - station.n_vacant}/{station.n_posts}"),
        (tr("Present on the last day", "上一日在岗"), str(station.n_present)),
        (tr("Cases and groups under way", "在办个案与小组"), str(len(station.services))),
        (tr("Needs that wait for a worker", "等待接案的需求"), str(len(station.waiting))),
        (tr("Administrative backlog", "行政积压"), f"{station.backlog_hours:,.0f} {stored_unit('h')}"),
        (tr("Load, end of last month", "负荷（上月末）"), _shown(station.load, "share")),
        (tr("Coverage, last 12 months", "覆盖率（近 12 个月）"), _shown(_one(MAPPED["coverage"][1](model)[row]), "ratio")),
        (tr("Administration's part of work", "行政工时占比"), _shown(_one(shares["admin_share"]), "share")),
        (tr("Trust of residents", "居民信任"), number(station.trust, "0-1")),
        (tr("Goodwill of the town office", "街镇认可度"), number(station.office.goodwill, "0-1")),
        (tr("Reputation", "声誉"), number(station.reputation, "0-1")),
        (tr("Partner stations", "伙伴站"), listed(_town_name(partner) for partner in station.partners) or "–"),
        (tr("Owed by government", "应收政府款"), f"{station.receivable:,.0f} " + tr("yuan", "元")),
        (tr("Owed to staff", "累计欠薪"), f"{station.wages_owed:,.0f} " + tr("yuan", "元")),
    ]  # fmt: skip
    if tags := model.scenario.towns[row].tags:
        facts.append((tr("Tags of the town", "镇的标签"), listed(tags)))
    weeks = float(column(month, "filled_days")) / 7.0
    hours = {name: ordered_sum(float(column(month, item)) for item in columns) for name, columns in ACTIVITIES.items()}
    return {
        "name": station.name,
        "facts": [{"label": name, "value": value} for name, value in facts],
        "workers": [
            {
                "name": worker.name,
                "about": _about(worker),
                "burnout": worker.burnout,
                "competence": worker.competence,
                "stay": worker.stay,
            }
            for worker in station.workers
        ],
        "hours": [
            {"name": plain(name), "hours": round(total / weeks, 1) if weeks else 0.0} for name, total in hours.items()
        ],
        "hours_of": said,
    }


def _recent_month(model: StationModel) -> tuple[int, str]:
    """The month whose hours are shown: this one once a week of it is over, else the last."""
    month = model.month
    names = month_names(model.scenario)
    if model.day >= model.n_days:
        return month, names[month]
    begun = int(np.searchsorted(model.world.place.days["month"], month))
    if model.day - begun >= 7 or month == 0:
        return month, tr(f"{names[month]}, so far", f"{names[month]}，至今")
    return month - 1, names[month - 1]


def _town_name(station: Any) -> str:
    town = station.model.scenario.towns[station.row].name
    return str(town)


def _about(worker: Any) -> str:
    said = [tr(*CERTIFICATE_NAMES[worker.certificate])]
    if not worker.is_present:
        days = worker.secondment_days_left
        said.append(tr(f"seconded, {days} days left", f"借调中，剩 {days} 天"))
    said.append(tr(counted(worker.n_services, "service"), f"在办 {worker.n_services} 项"))
    return listed(said)


# --- words and numbers


def _line(numbers: Sequence[float], scale: float) -> list[float | None]:
    return [round(number * scale, 5) if math.isfinite(number) else None for number in numbers]


def _plain(value: Any) -> float | None:
    found = float(value)
    return round(found, 5) if math.isfinite(found) else None


def _one(value: Any) -> float:
    return float(value)


def _unit(unit: str, largest: float = 0.0, *, is_difference: bool = False) -> str:
    """A unit's name beside a number; a scale of 0-1 needs none."""
    return "" if unit == "0-1" else unit_name(unit, largest, is_difference=is_difference)


def _shown(value: float, unit: str) -> str:
    return f"{number(value, unit)} {unit_name(unit)}" if math.isfinite(value) else "–"
