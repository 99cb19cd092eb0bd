"""Open stored results: of a run, a comparison or a sweep, finished or not, with their tables."""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.lab import single
from sim.lab.comparison import Comparison
from sim.lab.design.design import POLICIES, Design, Factor
from sim.lab.frames import MONTHLY, month_names
from sim.lab.kept import folders, shapes
from sim.lab.kept.checked import damaged, is_there, read_table, refuse_shape
from sim.lab.kept.draws import check_doubt, stored_worlds
from sim.lab.kept.ledger import LEDGER
from sim.lab.kept.results import Results
from sim.lab.kept.store import Store
from sim.lab.kept.stored import POINTS, SCENARIOS, n_runs_of, refuse_unnamed
from sim.lab.outcomes import OUTCOMES
from sim.lab.run.version import stored_scenarios
from sim.lab.run.work import parts_of
from sim.lab.sums.arrays import SweepArrays
from sim.lab.sums.doubt_of_sweeps import doubt_by_point
from sim.lab.sums.persons import PERSONS
from sim.lab.sums.prices import with_parts
from sim.lab.sums.tables import summary_tables
from sim.language import Text, tr
from sim.mistakes import Mistake
from sim.observations import GROUP_MONTH, STATION_MONTH
from sim.scenario.schema import Scenario

if TYPE_CHECKING:
    import pandas as pd

    from sim.lab.doubt.worlds import Worlds


def open_results(folder: str | os.PathLike[str]) -> Results:
    """What `stations run`, `compare` or `sweep`, or `.save`, stored in a folder, as tidy DataFrames: `.tables[...]`, `.points`,
    `.runs(...)`, `.months(...)`, `.towns(...)`. While a command is at work there, what is stored now; nothing is run.

    Raises Mistake where the folder is none of ours or a part of it is damaged.
    """
    bare = without_tables(folder)
    found = {"run": _of_run, "compare": _of_comparison, "sweep": _of_sweep}[bare.kind](bare)
    return replace(bare, **found).with_thresholds(bare.provenance["thresholds"])


def without_tables(folder: str | os.PathLike[str]) -> Results:
    """As `open_results`, without tables."""
    place = folders.folder_of(folder)
    provenance = folders.load_provenance(place, shape={})
    if not is_there(place / LEDGER):
        raise folders.earlier(place, provenance)
    refuse_shape(place / folders.PROVENANCE, provenance, shapes.OF_KIND[provenance["kind"]])
    refuse_unnamed(place / folders.PROVENANCE, provenance)
    refuse_shape(place / folders.PROVENANCE, provenance.setdefault("thresholds", []), [str], "thresholds")
    check_doubt(place, provenance)
    return Results({}, provenance, place)


def _of_sweep(stored: Results) -> dict[str, Any]:
    """Statistics of the runs that are stored."""
    outcomes = with_parts(stored.design.outcomes)
    runs = stored.runs(outcomes)[["point", "seed", *outcomes]]
    # By what is stored now: a killed sweep could not say how far it came.
    done, n_planned = n_runs_of(stored.points, runs.merge(stored.points, on="point"), int(stored.provenance["n_seeds"]))
    tables = {"points": stored.points, **summary_tables(stored.design, stored.points, runs)}
    if dict(stored.provenance.get("doubt") or {}).get("kind"):
        sweep = SweepArrays(stored.design, stored.points, runs)
        tables["doubt"] = doubt_by_point(sweep, {name: stored.persons(name) for name in PERSONS})
    facts = {**stored.provenance, "n_runs": done, "n_planned": n_planned}
    return {"tables": tables, "provenance": facts, "find_base": _at_base}


def _of_comparison(stored: Results) -> dict[str, Any]:
    result = stored_comparison(stored)
    seeds = {"n_seeds": len(result.seeds), "n_planned": stored.design.seeds.at_most}
    return {"tables": result.tables(), "provenance": {**stored.provenance, **seeds}}


def _of_run(stored: Results) -> dict[str, Any]:
    assert stored.folder is not None
    with Store.open(stored.folder, write=False) as opened:
        monthly = {name: read_table(opened.file(f"{name}.parquet"), ()) for name in MONTHLY}
    frames = stored.before(), stored.runs()
    if any(frame.empty for frame in frames):
        raise damaged(
            stored.folder / POINTS,
            tr("its scenario and model are of no stored run", "其情景与模型不属于任何已存的运行"),
        )
    before, after = ({name: float(frame[name].iloc[0]) for name in OUTCOMES} for frame in frames)
    return {"tables": monthly | single.told_of_run(stored_comparison(stored), before, after)}


RAW = ("runs", "months", "towns", "groups")
"""Tables of a comparison that hold runs rather than sums over them."""


def compared_factor(design: Design) -> Factor | None:
    """The factor whose levels are arms of a comparison: the contrast factor, or the only one."""
    if len(design.factors) == 1:
        return design.factors[0]
    return None if design.contrast is None else design.factor(design.contrast)


def _arms_at_base(stored: Results) -> dict[str, tuple[int, Text]]:
    """Points that differ from the base in that factor alone, in order, by its level; each with the level's title. Empty unless the levels
    hold from the policies' start on, since the arms of a comparison share their history."""
    sweep = SweepArrays(stored.design, stored.points, stored.points.iloc[:0].assign(seed=0))
    factor = compared_factor(stored.design)
    if factor is None or factor.name in sweep.sampled or factor.since != POLICIES:
        return {}
    titles = {level.name: level.title for level in (*factor.levels, factor.base)}
    names = sweep.level_names(factor.name)
    found: dict[str, tuple[int, Text]] = {}
    for row in next(rows for rows in sweep.groups(factor.name) if 0 in sweep.numbers[rows]):
        level, value = names[row], sweep.points[factor.name].iloc[row]
        title = titles.get(level, Text(level, level))
        if factor.is_numeric:
            title = Text("as it is", "现状") if np.isnan(value) else Text(f"{value:,.6g}", f"{value:,.6g}")
        found.setdefault(level, (int(sweep.numbers[row]), title))
    return found


def _at_base(stored: Results) -> Results | None:
    """The levels of the compared factor as arms of a comparison; None where there are fewer than two, or no seed is in common."""
    arms = _arms_at_base(stored)
    result = _comparison(stored, {name: point for name, (point, _) in arms.items()}) if len(arms) > 1 else None
    if result is None:
        return None
    facts = {
        "kind": "compare",
        "design": stored.provenance["design"],
        "factor": factor.name if (factor := compared_factor(stored.design)) else None,
        "arms": {name: arm.to_mapping() for name, arm in result.arms.items()},
        "titles": {name: title.to_plain() for name, (_, title) in arms.items()},
        "n_seeds": len(result.seeds),
        **({"doubt": stored.provenance["doubt"]} if "doubt" in stored.provenance else {}),
    }
    tables = {name: table for name, table in result.tables().items() if name not in RAW}
    return Results(tables, facts)


def stored_comparison(stored: Results) -> Comparison:
    """Every point as an arm, by its label. Raises Mistake where no seed has been run at each."""
    points = stored.points
    result = _comparison(stored, dict(zip(points["label"], points["point"], strict=True)))
    if result is None:
        raise Mistake(
            f"{stored.folder}: no seed has been run under every policy yet; give the same command again: {stored.provenance['command']}",
            f"{stored.folder}：尚无任何种子在所有政策下运行完毕；请重新执行同一命令：{stored.provenance['command']}",
        )
    return result


def _comparison(stored: Results, points: Mapping[str, int]) -> Comparison | None:
    """Points by arm, in order, under the seeds that are stored at each; None where there is no such seed."""
    folder = stored.folder
    assert folder is not None
    wanted = {"point": list(points.values())}
    runs = stored.runs(where=wanted)
    n_arms = runs.groupby("seed")["point"].nunique()
    seeds = [int(seed) for seed in n_arms.index[n_arms == len(points)]]
    if not seeds:
        return None
    with Store.open(folder, write=False) as opened:
        known = stored_scenarios(opened)
    hashes = stored.points.set_index("point")["scenario_hash"]
    arms = {name: read_scenario(folder, known, str(hashes[point])) for name, point in points.items()}
    first = next(iter(arms.values()))
    n, wanted = (len(arms), len(seeds)), {**wanted, "seed": seeds}

    def array(frame: pd.DataFrame, columns: Collection[str], axis: str = "", entries: Sequence[str] = ()) -> np.ndarray:
        """(arms, seeds, entries of the axis, columns)"""
        place = {entry: i for i, entry in enumerate(entries)}
        ordered = frame.assign(place=frame[axis].map(place) if axis else 0).sort_values(["point", "seed", "place"])
        found: np.ndarray = ordered[list(columns)].to_numpy(np.float64)
        # In the order of a comparison in memory, since the last digits of a sum depend on it.
        return np.ascontiguousarray(found.reshape(*n, *([len(entries)] if axis else []), len(columns)))

    keep = stored.design.keep
    months = towns = groups = None
    if set(STATION_MONTH) <= set(keep.months):
        months = array(stored.months(list(STATION_MONTH), wanted), STATION_MONTH, "month", month_names(first))
    if keep.sums:
        ids, group_ids = ([place.id for place in places] for places in (first.towns, first.groups))
        towns = array(stored.sums("town", where=wanted), STATION_MONTH, "station", ids)
        groups = array(stored.sums("group", where=wanted), GROUP_MONTH, "group", group_ids)
    return Comparison(
        arms,
        tuple(seeds),
        array(runs[runs["seed"].isin(seeds)], OUTCOMES),
        months,
        towns,
        groups,
        stored.design.window,
        worlds=_worlds(stored, next(iter(points.values()))),
        twins=_twins(stored, list(points.values())),
    )


def _worlds(stored: Results, point: int) -> Worlds | None:
    """Those of a point; None without doubt."""
    assert stored.folder is not None
    digest = parts_of(str(stored.points.set_index("point")["model"][point]))[2]
    return stored_worlds(stored.folder, stored.provenance, [digest])[digest] if digest else None


def _twins(stored: Results, points: Sequence[int]) -> np.ndarray | None:
    """Outcomes of the twins of worlds 1 to n, (points, n, outcomes), NaN where one is not stored; None without doubt."""
    if "doubt" not in stored.provenance:
        return None
    found = np.full((len(points), int(stored.provenance["doubt"]["n_twins"]), len(OUTCOMES)), np.nan)
    runs = stored.twins(list(OUTCOMES), {"point": points})
    row = {point: i for i, point in enumerate(points)}
    runs = runs[runs["seed"] <= found.shape[1]]
    found[runs["point"].map(row).to_numpy(int), runs["seed"].to_numpy(int) - 1] = runs[list(OUTCOMES)].to_numpy(float)
    return found


def read_scenario(folder: Path, known: Mapping[str, str], name: str) -> Scenario:
    """A stored scenario by its hash. known: JSON by hash. Raises Mistake where it is missing or not what its hash says."""
    file = folder / SCENARIOS
    if name not in known:
        raise damaged(file, tr(f"it lacks the scenario {name}", f"缺少情景 {name}"))
    scenario = Scenario.from_mapping(json.loads(known[name]))
    if scenario.hash != name:
        raise Mistake(f"{file}: the scenario {name} is not what its hash says", f"{file}：情景 {name} 与其校验码不符")
    return scenario
