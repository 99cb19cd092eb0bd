"""What the page About says, as plain data."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from sim.lab.compare import compare
from sim.lab.comparison import BASELINE
from sim.lab.run.executors import default_jobs
from sim.lab.say.numbers import number, unit_name
from sim.lab.sums.paper import COUNTED_UNTIL, PAPER_COUNTS, PAPER_SHARES, paper_figures
from sim.language import in_brackets, tr
from sim.scenario.parameters import PARAMETERS, SECTIONS
from sim.scenario.read import limit
from sim.scenario.units import stored_unit

if TYPE_CHECKING:
    import pandas as pd

    from sim.scenario.schema import Scenario

N_SEEDS = 20

_figures: dict[str, pd.DataFrame] = {}
_working = threading.Lock()


def has_figures(city: Scenario) -> bool:
    """Whether the paper's figures are about this city."""
    return city.name.rsplit("/", 1)[-1].removesuffix(".yaml") in COUNTED_UNTIL


def known_figures(city: Scenario) -> pd.DataFrame | None:
    """The table of `figures_of`, if it is there already."""
    return _figures.get(city.hash)


def figures_of(city: Scenario) -> pd.DataFrame:
    """The paper's figures beside the model's under 20 seeds (`sim.lab.sums.paper.paper_figures`); seconds the first time."""
    with _working:
        if city.hash not in _figures:
            result = compare({BASELINE: city}, seeds=N_SEEDS, jobs=max(1, default_jobs() - 1), allow_code=False)
            _figures[city.hash] = paper_figures(result)
        return _figures[city.hash]


def figure_rows(figures: pd.DataFrame) -> list[dict[str, str]]:
    """The table for the page."""
    names = {figure.name: str(figure.meaning) for figure in (*PAPER_COUNTS, *PAPER_SHARES)}
    rows = []
    for row in figures.to_dict("records"):
        unit = str(row["unit"])
        has_low = row["paper_low"] == row["paper_low"]
        paper = number(row["paper"], unit)
        if has_low:
            low, high = number(row["paper_low"], unit), number(row["paper_high"], unit)
            paper = paper + in_brackets(tr(f"{low} to {high}", f"{low} 至 {high}"))
        mean, low, high, sd = (number(row[name], unit) for name in ("mean", "low", "high", "sd"))
        rows.append(
            {
                "name": names[row["figure"]],
                "section": str(row["section"]),
                "months": str(row["months"]),
                "unit": unit_name(unit),
                "paper": paper,
                "model": tr(
                    f"{mean} ({low} to {high}; spread of one run {sd})",
                    f"{mean}（{low} 至 {high}；单次运行离散度 {sd}）",
                ),
                "is_fitted": tr("fitted", "已拟合") if row["is_fitted"] else tr("not fitted", "未拟合"),
            }
        )
    return rows


def assumptions() -> list[str]:
    """What must be believed to believe the rest."""
    n, total = sum(quantity.is_assumption for quantity in PARAMETERS.values()), len(PARAMETERS)
    return [
        tr(
            f"{n} of {total} parameters are assumptions: no source gives their value. The table below says which; a sweep over "
            "their ranges (docs/sweeps.md) says what depends on them.",
            f"{total} 个参数中有 {n} 个是假设：没有来源给出其取值。下表逐一注明；在其范围内做批量实验（docs/sweeps.zh.md）可看出结论对它们的依赖。",
        ),
        tr(
            "T City's towns, their sizes and posts are assumptions around the paper's nine stations; only totals are the paper's.",
            "T 市各镇（街道）的规模与岗位是围绕论文九个站点所作的假设；只有总数来自论文。",
        ),
        tr(
            "Needs arise by chance, at rates that depend on the group; a need is met, or not, and its worth is the same for all.",
            "需求按群体的发生率随机产生；每项需求或被满足，或未被满足，价值视为相同。",
        ),
        tr(
            "Offices hand down tasks; stations refuse the more of them, the clearer the contract, the more voice and the less dependence they have; hours of tasks "
            "crowd out outreach and services.",
            "街镇交办任务；合同越清晰、话语权越大、资金依赖越小，站点拒绝越多；任务工时挤占外展与服务。",
        ),
        tr(
            "Staff burn out under administration and overtime; role conflict, burnout and unpaid wages drive them away, and pay, benefits, "
            "promotion, training and residents' trust keep them.",
            "行政事务与加班使社工倦怠；角色冲突、倦怠与欠薪促其离开，工资、福利、晋升、培训与居民信任促其留任。",
        ),
        tr(
            "A policy moves levers; how a real city would get there, and what others would do in answer, is not in the model.",
            "政策表现为对政策工具的调整；现实中如何做到、其他各方如何应对，不在模型之内。",
        ),
        tr(
            "An interval holds the chance of the simulation only, and says nothing about whether the model is right.",
            "区间只反映模拟的随机性，并不说明模型是否正确。",
        ),
    ]


def parameter_rows() -> list[dict[str, Any]]:
    """Every parameter with value, range, unit, source and meaning."""
    return [
        {
            "name": quantity.name,
            "label": str(quantity.label),
            "section": str(SECTIONS[quantity.section]),
            "value": f"{quantity.default:.4g}",
            "range": f"{limit(quantity.low)}–{limit(quantity.high)}",
            "unit": stored_unit(quantity.unit),
            "source": str(quantity.source),
            "is_assumption": quantity.is_assumption,
            "meaning": str(quantity.meaning),
        }
        for quantity in PARAMETERS.values()
    ]
