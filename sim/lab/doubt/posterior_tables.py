"""What a calibration came to, as the tables of a posterior's folder: its worlds, how well they fit, and what the figures taught."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.lab.doubt.emulate import Plan
from sim.lab.doubt.figure_laws import law_of
from sim.lab.doubt.laws import WholeNumbers
from sim.lab.doubt.posterior import FIT_FILE, LEARNT_FILE, MARK, PROPOSALS_FILE, WORLDS_FILE, PosteriorWorlds, probes
from sim.lab.doubt.prior import Doubtful, draw, uniforms
from sim.lab.doubt.proposal_files import FOUND, NAMED
from sim.lab.doubt.proposals import Calibrated, key
from sim.lab.doubt.solve import OUTSIDE, SOLVED
from sim.lab.doubt.weigh import effective, share_above
from sim.lab.doubt.worlds import TWINS
from sim.lab.kept import checked, writing
from sim.lab.kept.folders import to_json
from sim.lab.kept.versions import versions
from sim.lab.sums.statistics import holm
from sim.scenario.figures import BY_RANGE

if TYPE_CHECKING:
    import pandas as pd

SHARES_TOLD = (0.05, 0.5, 0.95)


@dataclass(frozen=True)
class Found:
    """What came of a calibration. numbers: of all proposals, log_weights: (proposals,), chosen: numbers of those that became worlds, in order;
    twins: TWINS more; stages: proposals and solved ones of each stage."""

    plan: Plan
    numbers: np.ndarray
    log_weights: np.ndarray
    ceiling: float
    chosen: list[int]
    twins: list[int]
    stages: list[tuple[int, int]]


def write_posterior(
    folder: Path,
    calibrated: Calibrated,
    found: Found,
    proposals: pd.DataFrame,
    *,
    facts: Mapping[str, Any],
    force: bool,
) -> None:
    """Write a posterior's folder, whole or not at all. Raises Mistake."""
    by_number = proposals.set_index("number")
    table = worlds_table(calibrated, found, by_number)
    tables = {
        WORLDS_FILE: table,
        PROPOSALS_FILE: proposals,
        FIT_FILE: fit_table(calibrated, by_number.loc[found.chosen]),
        LEARNT_FILE: learnt_table(calibrated, table[table["number"] < TWINS]),
    }
    with writing.whole_folder(folder, force=force, mark=MARK) as made:
        for name, one in tables.items():
            one.to_parquet(made / name, index=False, compression="zstd")
        own = by_number.loc[found.numbers]
        n_solved, n_outside = int((own["status"] == SOLVED).sum()), int((own["status"] == OUTSIDE).sum())
        all_facts = {
            "schema": checked.SCHEMA,
            "kind": "posterior",
            **facts,
            "versions": dict(versions()),
            "n_worlds": len(found.chosen),
            "n_twins": int((table["number"] >= TWINS).sum()),
            "n_pilot": int((proposals["status"] == "pilot").sum()),
            "n_proposed": len(found.numbers),
            "n_solved": n_solved,
            "n_outside": n_outside,
            "n_runs": int(proposals["n_runs"].sum()),
            "share_above_ceiling": share_above(found.log_weights, found.ceiling),
            "effective_before_acceptance": effective(found.log_weights),
            "stages": [{"proposed": n, "solved": solved} for n, solved in found.stages],
            "solved_with": [
                {"figure": figure.name, "number": number.name, "explained": float(explained)}
                for figure, number, explained in zip(
                    found.plan.targets, found.plan.solved, found.plan.explained, strict=True
                )
            ],
            "weighed": [found.plan.figures[place].name for place in found.plan.weighed],
            "probes": probes(calibrated.scenario, PosteriorWorlds(table, "", str(folder)), allow_code=True),
            "files": {name: hashlib.sha256((made / name).read_bytes()).hexdigest() for name in tables},
        }
        (made / MARK).write_bytes(to_json(all_facts))


def worlds_table(calibrated: Calibrated, found: Found, by_number: pd.DataFrame) -> pd.DataFrame:
    """A row for each world, then for each twin that could be solved: number, proposal, seed, twin_of (0: none), and all numbers in doubt."""
    import pandas as pd

    names = [one.name for one in calibrated.prior]
    rows = []
    places = {proposal: place for place, proposal in enumerate(found.chosen, start=1)}
    for seed in (*found.chosen, *found.twins):
        row = by_number.loc[seed]
        is_twin = seed >= TWINS
        proposal = seed - TWINS if is_twin else seed
        if row["status"] != SOLVED:
            continue
        solved = {number.name: float(str(row[f"{NAMED}{number.name}"])) for number in found.plan.solved}
        values = dict(draw(calibrated.prior, proposal).values) | solved
        place = places[proposal]
        rows.append(
            {
                "number": TWINS + place if is_twin else place,
                "proposal": proposal,
                "seed": seed,
                "twin_of": place if is_twin else 0,
            }
            | {name: values[name] for name in names}
        )
    return pd.DataFrame(rows)


def fit_table(calibrated: Calibrated, worlds: pd.DataFrame) -> pd.DataFrame:
    """A row for each figure, checks too: what was counted (NaN of a range), the middle 95 % of its law, 5, 50 and 95 % of the worlds, and
    the share of the worlds below what was counted, the error of counting laid over (tail); a world within a range counts as a half."""
    import pandas as pd

    rows = []
    u = np.linspace(0.0005, 0.9995, 1000)
    for figure in calibrated.figures:
        values = worlds[f"{FOUND}{key(figure)}"].to_numpy(float)
        law = law_of(figure)
        targets = law.target(u)
        low, high = law.target(np.array([0.025, 0.975]))
        own = np.quantile(values, SHARES_TOLD)
        below = np.interp(values, targets, u, left=0.0, right=1.0)
        if figure.law == BY_RANGE:  # anywhere within it is as good
            least, most = (
                (-np.inf if figure.low is None else figure.low),
                (np.inf if figure.high is None else figure.high),
            )
            below = np.where((values >= least) & (values <= most), 0.5, below)
        rows.append(
            {
                "figure": key(figure),
                "use": figure.use,
                "law": figure.law,
                "unit": figure.unit,
                "observed": np.nan if figure.value is None else figure.value,
                "low": low,
                "high": high,
                "p5": own[0],
                "median": own[1],
                "p95": own[2],
                "tail": float(np.mean(1.0 - below)),
            }
        )
    return pd.DataFrame(rows)


def learnt_table(calibrated: Calibrated, worlds: pd.DataFrame) -> pd.DataFrame:
    """A row for each number in doubt: mean and SD of prior and posterior, middle 95 % of both, and whether the figures taught it."""
    import pandas as pd
    from scipy.stats import kstest

    rows, chances = [], []
    for one in calibrated.prior:
        values = worlds[one.name].to_numpy(float)
        ends = one.law.quantile(np.array([0.025, 0.5, 0.975]))
        own = np.quantile(values, [0.025, 0.5, 0.975])
        # What is drawn together with others has no law of its own to be held against.
        is_open = one.law.low < one.law.high and one.together is None
        test = kstest(_chances_below(one, values), "uniform") if is_open else None
        chances.append(1.0 if test is None else float(test.pvalue))
        rows.append(
            {
                "name": one.name,
                "kind": one.kind,
                "label_en": one.label.en,
                "label_zh": one.label.zh,
                "is_solved": one.is_solved,
                "prior_mean": one.law.mean,
                "prior_sd": one.law.sd,
                "prior_low": ends[0],
                "prior_high": ends[2],
                "posterior_mean": float(values.mean()),
                "posterior_sd": float(values.std(ddof=1)) if len(values) > 1 else 0.0,
                "posterior_low": own[0],
                "posterior_median": own[1],
                "posterior_high": own[2],
                "ks": 0.0 if test is None else float(test.statistic),
                "p": chances[-1],
            }
        )
    return pd.DataFrame(rows).assign(is_taught=holm(np.array(chances)))


def _chances_below(one: Doubtful, values: np.ndarray) -> np.ndarray:
    """The prior's chance of less than each value, uniform where nothing was taught; of whole numbers, anywhere within the chance that each has."""
    below = one.law.cdf(values)
    if not isinstance(one.law, WholeNumbers):
        return below
    u = uniforms([f"taught.{one.name}"], 1, len(values))[:, 0]
    before = one.law.cdf(values - 1.0)
    return before + u * (below - before)
