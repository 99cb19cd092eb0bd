"""The page of a posterior: what is in it, how well it fits, and what the figures taught."""

from __future__ import annotations

from pathlib import Path

from sim.lab.doubt.posterior import Posterior
from sim.lab.kept.writing import write_whole
from sim.language import counted, listed, tr
from sim.plot.posterior import fit_picture, learnt_picture
from sim.report.page import REPORT


def told(found: Posterior) -> list[str]:
    """What is in a posterior, in sentences."""
    facts = found.facts
    n, n_proposed, n_solved = (int(facts[name]) for name in ("n_worlds", "n_proposed", "n_solved"))
    pairs = listed(f"{pair['number']} ({pair['figure']})" for pair in facts["solved_with"])
    taught = list(found.learnt.query("is_taught")["name"])
    above = 100 * float(facts["share_above_ceiling"])
    sentences = [
        tr(
            f"{counted(n, 'equally likely world')}, of {n_proposed:,} proposals: {100 * n_solved / n_proposed:.0f} % solved, "
            f"{counted(int(facts['n_outside']), 'proposal')} only outside of a prior; {above:.1f} % of the weight is lost above the ceiling",
            f"{n:,} 个同等可能的情形，来自 {n_proposed:,} 个提议：{100 * n_solved / n_proposed:.0f}% 可解，"
            f"{int(facts['n_outside']):,} 个须超出先验范围；上限之上损失 {above:.1f}% 的权重",
        ),
        tr(f"solved with: {pairs or 'nothing'}", f"求解所用：{pairs or '无'}"),
    ]
    for row in found.fit.itertuples():
        wanted = f"{row.low:.4g}-{row.high:.4g}"
        is_far = not 0.025 <= float(str(row.tail)) <= 0.975
        use = tr("fitted", "拟合") if row.use == "fit" else tr("check", "检验")
        far = tr("; far from what was counted", "；与实测相去较远") if is_far else ""
        sentences.append(
            tr(
                f"{row.figure} ({use}): {row.p5:.4g}-{row.p95:.4g} in 90 of 100 worlds, what was counted allows {wanted}{far}",
                f"{row.figure}（{use}）：100 个情形中 90 个为 {row.p5:.4g}-{row.p95:.4g}，实测所容许 {wanted}{far}",
            )
        )
    said = listed(taught) or tr("none", "无")
    sentences.append(tr(f"numbers that the figures taught: {said}", f"指标使之更明确的数值：{said}"))
    return sentences


def write_posterior_report(found: Posterior, file: Path | None = None) -> Path:
    """Write the page, in the language in force; its file: report.html in the posterior's folder unless another is given. Raises Mistake."""
    from jinja2 import Environment, StrictUndefined
    from markupsafe import Markup

    here = Path(__file__).parent
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    template = environment.from_string((here / "posterior.html").read_text(encoding="utf-8"))
    page = template.render(
        lang=tr("en", "zh-CN"),
        style=Markup((here / "page.css").read_text(encoding="utf-8")),
        title=tr(
            f"{found.facts['title']['en']}: fitted to its figures",
            f"{found.facts['title']['zh']}：与实测数据相符的情形",
        ),
        sentences=told(found),
        parts=[
            (
                tr("The worlds beside what was counted", "各情形与实测对照"),
                tr(
                    "Grey: what was counted allows (95 %); blue: 90 of 100 worlds, and their median.",
                    "灰：实测所容许（95%）；蓝：100 个情形中的 90 个及中位数。",
                ),
                Markup(fit_picture(found.fit)),
            ),
            (
                tr("What the figures taught", "指标使哪些数值更明确"),
                tr(
                    "Spread in the posterior, as a share of that before; the numbers whose law moved most.",
                    "后验离散程度与先验之比；列出变化最大的数值。",
                ),
                Markup(learnt_picture(found.learnt)),
            ),
        ],
        command=str(found.facts["command"]),
    )
    file = file or found.folder / REPORT
    write_whole(file, page.encode("utf-8"))
    return file
