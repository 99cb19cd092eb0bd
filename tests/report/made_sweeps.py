"""Sweeps made for the tests of figures and reports: designs and runs out of a formula, summed up as stored ones are."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Mapping, Sequence
from typing import Any

import made
import numpy as np
import pandas as pd
from cities import city

from sim import language
from sim.lab.design.design import Design
from sim.lab.kept import folders
from sim.lab.kept.results import Results
from sim.lab.outcomes import OUTCOMES
from sim.lab.sums.arrays import SweepArrays
from sim.lab.sums.doubt_of_sweeps import doubt_by_point
from sim.lab.sums.tables import summary_tables
from sim.scenario.parameters import LEVERS, PARAMETERS

Setting = Mapping[str, Any]

MEASURED = ("coverage", "met_per_year", "stay_share", "turnover", "trust", "cost_per_year")

#            level, what a point's score adds, noise that all points share, noise of a run
_MAKE = {
    "coverage": (0.42, 0.06, 0.01, 0.004),
    "met_per_year": (5200.0, 740.0, 110.0, 50.0),
    "stay_share": (0.61, 0.11, 0.02, 0.012),
    "turnover": (0.24, -0.05, 0.02, 0.02),
    "trust": (0.55, 0.02, 0.004, 0.002),
    "cost_per_year": (6.2e6, 4.1e5, 3e4, 1e4),
}
_OTHERS = (0.5, 0.002, 0.02, 0.02)


def text(said: str, chinese: str | None = None) -> dict[str, str]:
    return {"en": said, "zh": chinese or said}


def number(name: str, levels: Sequence[float] = (), base: float | None = None, **facts: Any) -> dict[str, Any]:
    """A lever or a parameter as a factor; its base is the model's own unless said."""
    kind, key = name.split(".")
    one = (LEVERS if kind == "levers" else PARAMETERS)[key]
    value = one.default if base is None else base
    base_level = {"name": f"{value:.15g}", "title": text(f"{value:.15g}"), "value": value}
    if not np.isfinite(value):
        base_level = {"name": "base", "title": text("Base", "基准"), "value": None}
    return {
        "name": name,
        "kind": kind[:-1],
        "title": one.meaning.to_plain(),
        "unit": one.unit,
        "since": "policies" if kind == "levers" else "start",
        "is_numeric": True,
        "base": base_level,
        "levels": [{"name": f"{x:.15g}", "title": text(f"{x:.15g}"), "value": float(x)} for x in levels],
        "low": None if levels else one.low,
        "high": None if levels else one.high,
    } | facts


def names(name: str, levels: Mapping[str, dict[str, str]], title: dict[str, str] | None = None) -> dict[str, Any]:
    """A factor that is no number: its first level is the base's."""
    listed = [{"name": key, "title": said, "value": None} for key, said in levels.items()]
    return {
        "name": name,
        "kind": "policies" if name == "policies" else "variants",
        "title": title or text("Policies", "政策"),
        "unit": "",
        "since": "policies" if name == "policies" else "start",
        "is_numeric": False,
        "base": listed[0],
        "levels": listed,
        "low": None,
        "high": None,
    }


POLICIES = {
    "none": text("No policy", "无政策"),
    "boundary-clarity": text("Boundary clarity", "明确职责边界"),
    "linkage": text("Alliances between stations", "站际联盟"),
    "incentives": text("Pay, benefits and exam bonuses", "薪酬、福利与考证奖励"),
}


def sweep(
    factors: Sequence[dict[str, Any]],
    settings: Sequence[Setting],
    *,
    plan: Sequence[tuple[str, Sequence[str]]] | None = None,
    contrast: str | None = None,
    n_seeds: int = 12,
    outcomes: Sequence[str] = MEASURED,
    lacking: int = 0,
    question: dict[str, str] | None = None,
    doubt: str = "",
) -> Results:
    """As `stations sweep` would store it. settings: by factor, base levels left out; the base comes first of itself.

    lacking: points of the end that have fewer and fewer seeds, down to none. doubt: the kind of its worlds, if its runs are worlds.
    """
    base = {one["name"]: one["base"]["value"] if one["is_numeric"] else one["base"]["name"] for one in factors}
    rows = [base, *(row for one in settings if (row := base | dict(one)) != base)]
    points = pd.DataFrame(
        [
            {"point": i, "label": f"point {i}", "scenario_hash": f"s{i:05d}", "model": "m0"} | {k: _held(v) for k, v in row.items()}
            for i, row in enumerate(rows)
        ]
    )  # fmt: skip
    for one in factors:
        if one["is_numeric"]:
            points[one["name"]] = points[one["name"]].astype(float)
    design = {
        "name": "made",
        "question": question or text("What does pay buy, and where?", "加薪能换来什么，在哪里有效？"),
        "source": text("Made for tests; every number is an assumption.", "为测试而编，所有数字均为假设。"),
        "factors": list(factors),
        "plan": [
            {"method": method, "factors": list(of), "n_points": len(rows)}
            for method, of in plan or [("grid", [one["name"] for one in factors])]
        ],
        "n_points": len(rows),
        "seeds": {"at_most": n_seeds, "at_least": 0, "until": {}, "of": "levels"},
        "outcomes": list(outcomes),
        "units": {name: OUTCOMES[name].unit for name in outcomes},
        "window": {"first": None, "last": None},
        "keep": {"months": [], "towns": [], "sums": False, "before": False},
        "contrast": contrast,
    }
    runs = _runs(factors, rows, n_seeds, outcomes, lacking)
    scenario = city().to_mapping()
    facts = {"design": design, "scenario": scenario, "n_seeds": n_seeds, "n_runs": len(runs), "n_failed": lacking}
    facts["n_planned"] = len(rows) * n_seeds
    provenance = folders.provenance("sweep", **facts)
    planned = Design.from_mapping(design, "sweep")
    tables = {"points": points, **summary_tables(planned, points, runs)}
    if doubt:
        tables["doubt"] = doubt_by_point(SweepArrays(planned, points, runs), {})
        provenance["doubt"] = {"kind": doubt}
    return Results(tables, provenance)


def _held(value: Any) -> Any:
    return float("nan") if value is None else value


def _runs(
    factors: Sequence[dict[str, Any]], rows: Sequence[Setting], n_seeds: int, outcomes: Sequence[str], lacking: int
) -> pd.DataFrame:
    shared = np.random.default_rng(1).standard_normal((n_seeds, len(outcomes)))
    found = []
    for point, row in enumerate(rows):
        own = np.random.default_rng([2, point]).standard_normal((n_seeds, len(outcomes)))
        score = _score(factors, row)
        kept = n_seeds - max(0, lacking - (len(rows) - 1 - point)) * n_seeds // max(1, lacking)
        for seed in range(kept):
            numbers = {}
            for k, name in enumerate(outcomes):
                level, slope, all_noise, noise = _MAKE.get(name, _OTHERS)
                numbers[name] = level + slope * score + all_noise * shared[seed, k] + noise * own[seed, k]
            found.append({"point": point, "seed": seed + 1} | numbers)
    return pd.DataFrame(found)


def _score(factors: Sequence[dict[str, Any]], row: Setting) -> float:
    """Numbers add less the later they stand; a policy adds the more the higher the first number is, and starts lower."""
    numbers = []
    for one in factors:
        if one["is_numeric"]:
            quantity = {**LEVERS, **PARAMETERS}[one["name"].split(".")[1]]
            value = row[one["name"]]
            share = 0.5 if value is None else (float(value) - quantity.low) / (quantity.high - quantity.low)
            numbers.append(share)
    score = sum((-0.6) ** i * share for i, share in enumerate(numbers))
    for one in factors:
        if not one["is_numeric"]:
            place = [level["name"] for level in one["levels"]].index(row[one["name"]])
            score += 0.25 * place * ((numbers[0] if numbers else 0.7) - 0.4)
    return score


def crossed(*axes: tuple[str, Sequence[Any]]) -> list[dict[str, Any]]:
    return [dict(zip([name for name, _ in axes], row, strict=True)) for row in itertools.product(*(v for _, v in axes))]


def drawn(factors: Sequence[dict[str, Any]], n: int) -> list[dict[str, Any]]:
    """A Latin hypercube over the factors' ranges."""
    rng = np.random.default_rng(3)
    columns = {one["name"]: one["low"] + (one["high"] - one["low"]) * (rng.permutation(n) + 0.5) / n for one in factors}
    return [{name: float(f"{column[i]:.6g}") for name, column in columns.items()} for i in range(n)]


PAY = (2500.0, 3500.0, 4500.0, 6000.0)
BURDEN = (0.5, 1.0, 1.5, 2.0)
CLARITY = (0.0, 0.2, 0.6, 1.0)
SIX = ("levers.administrative_burden", "levers.pay", "levers.boundary_clarity", "levers.payment_delay",
       "parameters.task_hours", "parameters.offcontract_task_rate")  # fmt: skip
EIGHT = (*SIX, "levers.alliance_support", "parameters.case_hours_mean")
LONG = (
    "社会工作服务站在跨部门联席会议制度下与镇街各条线职能部门之间行政性事务边界重新划定并逐步到位的综合改革方案",
    "A reform of everything at once, with a title that no figure and no table can ever hold on a line of its own",
)


def _one_number() -> Results:
    return sweep([number("levers.pay", PAY)], crossed(("levers.pay", PAY)))


def _two_numbers() -> Results:
    factors = [number("levers.administrative_burden", BURDEN), number("levers.boundary_clarity", CLARITY)]
    return sweep(
        factors, crossed(("levers.administrative_burden", BURDEN), ("levers.boundary_clarity", CLARITY)), n_seeds=8
    )


def _three() -> Results:
    """Numbers and policies, and a base whose pay is no one number."""
    factors = [
        number("levers.pay", PAY, base=float("nan")),
        names("policies", POLICIES),
        number("levers.administrative_burden", (0.5, 2.0)),
    ]
    settings = crossed(
        ("levers.pay", PAY), ("policies", list(POLICIES)), ("levers.administrative_burden", (0.5, 1.0, 2.0))
    )
    return sweep(factors, settings, contrast="policies", outcomes=list(OUTCOMES)[:20])


def _policies_along() -> Results:
    factors = [names("policies", POLICIES), number("levers.administrative_burden", BURDEN)]
    settings = crossed(("policies", list(POLICIES)), ("levers.administrative_burden", BURDEN))
    return sweep(factors, settings, contrast="policies", n_seeds=20)


def _one_at_a_time() -> Results:
    factors = [number(name) for name in EIGHT]
    settings = [{one["name"]: one[end]} for one in factors for end in ("low", "high")]
    return sweep(factors, settings, plan=[("one_at_a_time", EIGHT)])


def _hypercube() -> Results:
    factors = [number(name) for name in SIX]
    return sweep(factors, drawn(factors, 64), plan=[("latin_hypercube", SIX)], n_seeds=6)


def _hypercube_by_policy() -> Results:
    factors = [*(number(name) for name in SIX), names("policies", POLICIES)]
    settings = [one | {"policies": policy} for one in drawn(factors[:-1], 40) for policy in POLICIES]
    return sweep(
        factors, settings, plan=[("latin_hypercube", SIX), ("grid", ["policies"])], contrast="policies", n_seeds=5
    )


def _twelve_policies() -> Results:
    levels = {"none": text("No policy", "无政策")} | {f"p{i}": text(f"Proposal {i}", f"提案 {i}") for i in range(1, 12)}
    return sweep([names("policies", levels)], [{"policies": name} for name in levels])


def _listed() -> Results:
    factors = [number("levers.pay", ()), names("policies", POLICIES)]
    settings = [{"levers.pay": 3000.0}, {"levers.pay": 4000.0, "policies": "linkage"}, {"policies": "incentives"}]
    return sweep(factors, settings, plan=[("list", ["levers.pay", "policies"])], contrast="policies")


def _partial() -> Results:
    factors = [names("policies", POLICIES), number("levers.administrative_burden", BURDEN)]
    settings = crossed(("policies", list(POLICIES)), ("levers.administrative_burden", BURDEN))
    return sweep(factors, settings, contrast="policies", lacking=4)


def _hostile() -> Results:
    labels = dict(enumerate([*made.HOSTILE, LONG[0], LONG[1], LONG[0]]))
    variants = {f"v{i}": text(label) for i, label in labels.items()}
    factors = [
        names("uneven_load", variants, text(made.HOSTILE[0] + LONG[1], LONG[0])),
        number("levers.administrative_burden", BURDEN[:3], title=text(made.HOSTILE[2] + LONG[1], LONG[0])),
    ]
    settings = crossed(("uneven_load", list(variants)), ("levers.administrative_burden", BURDEN[:3]))
    said = text(made.HOSTILE[0] + LONG[1], LONG[0] * 3)
    return sweep(factors, settings, contrast="uneven_load", n_seeds=3, outcomes=MEASURED[2:5], question=said)


def _many() -> Results:
    """More than there is room for: ten drawn factors, 500 points."""
    names_of = [*EIGHT, "levers.benefits", "levers.promotion"]
    factors = [number(name) for name in names_of]
    return sweep(factors, drawn(factors, 500), plan=[("latin_hypercube", names_of)], n_seeds=2)


CASES = {
    "one number": _one_number,
    "two numbers": _two_numbers,
    "three": _three,
    "policies along": _policies_along,
    "one at a time": _one_at_a_time,
    "hypercube": _hypercube,
    "hypercube by policy": _hypercube_by_policy,
    "twelve policies": _twelve_policies,
    "listed": _listed,
    "one seed": lambda: sweep(
        [names("policies", POLICIES), number("levers.administrative_burden", BURDEN)],
        crossed(("policies", list(POLICIES)), ("levers.administrative_burden", BURDEN)),
        contrast="policies",
        n_seeds=1,
    ),
    "partial": _partial,
    "hostile": _hostile,
    "many": _many,
    "base only": lambda: sweep([names("policies", dict(list(POLICIES.items())[:1]))], []),
}


@functools.cache
def results(name: str) -> Results:
    """One of the constructed sweeps, by name."""
    return CASES[name]()


def page(name: str) -> str:
    """The report of one of the constructed sweeps in the language in force, made once for all that is asked of it."""
    return _page(name, language.current())


@functools.cache
def _page(name: str, lang: str) -> str:
    return made.without_warnings(results(name))
