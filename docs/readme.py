"""Write the first answer into README.md and README.zh.md, with its two figures, from stored results.

stations compare --out results/readme
python docs/readme.py results/readme
"""

from __future__ import annotations

import sys
from pathlib import Path

from sim import language, plot
from sim.lab.kept.opening import open_results
from sim.lab.kept.results import Results
from sim.lab.outcomes import OUTCOMES
from sim.lab.say.answer import answer
from sim.lab.say.numbers import heading, with_interval
from sim.language import tr

ROOT = Path(__file__).resolve().parents[1]
FIGURES = ("effects", "chain")
SHOWN = (
    "coverage", "met_per_year", "true_on_time_share", "admin_share", "stay_share", "turnover", "trust", "cost_per_year",
)  # fmt: skip
BEGIN, END = "<!-- first answer -->", "<!-- end -->"
FILES = {"en": "README.md", "zh": "README.zh.md"}


def first_answer(results: Results) -> str:
    """The block between the markers, in the language in force."""
    lang = language.current()
    about = tr(
        f"{results.city}, {results.policy_start[:4]}-{results.end[:4]} against the same city without the policy; "
        f"{results.n_seeds} paired seeds, 95 % intervals.",
        f"{results.city}，{results.policy_start[:4]}–{results.end[:4]} 年，与同一城市不实施政策相比；{results.n_seeds} 个配对种子，95% 区间。",
    )
    titles = [results.title(arm) for arm in results.names]
    rows = [
        f"| | {' | '.join(titles)} |",
        "|---" * (1 + len(titles)) + "|",
        *(f"| {_row(results, outcome)} |" for outcome in SHOWN),
        f"| {tr('Yuan per additional met need', '每多满足一项需求（元）')} | | {' | '.join(_price(results, arm) for arm in results.policies)} |",
    ]
    pictures = [_picture(results, name, lang) for name in FIGURES]
    sentences = [f"> {sentence}" for sentence in answer(results)]
    return "\n\n".join([about, "\n".join(rows), "\n>\n".join(sentences), *pictures])


def _row(results: Results, outcome: str) -> str:
    unit = OUTCOMES[outcome].unit
    base = results.level(results.baseline, outcome)
    cells = [heading(outcome, base.mean), with_interval(base, unit)[0]]
    for arm in results.policies:
        mean, low, high = with_interval(results.effect(arm, outcome), unit, signed=True, largest=base.mean)
        cells.append(tr(f"{mean} ({low} to {high})", f"{mean}（{low} 至 {high}）"))
    return " | ".join(cells)


def _price(results: Results, arm: str) -> str:
    price = results.price(arm)
    if price.verdict != "gain":
        return "–"
    return tr(
        f"{price.yuan:,.0f} ({price.low:,.0f} to {price.high:,.0f})",
        f"{price.yuan:,.0f}（{price.low:,.0f} 至 {price.high:,.0f}）",
    )


def _picture(results: Results, name: str, lang: str) -> str:
    """Draw a figure beside the docs; returns the line that shows it, with its alternative."""
    picture = getattr(plot, name)(results)
    file = ROOT / "docs" / "figures" / f"{name}-{lang}.svg"
    file.parent.mkdir(exist_ok=True)
    file.write_text(plot.to_svg(picture), encoding="utf-8", newline="\n")
    short = picture.alt.replace("[", "(").replace("]", ")")
    return f"![{short}](docs/figures/{file.name})"


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit("give the folder of a comparison: python docs/readme.py results/readme")
    results = open_results(Path(sys.argv[1]))
    for lang, name in FILES.items():
        language.use(lang)
        file = ROOT / name
        before, marker, rest = file.read_text(encoding="utf-8").partition(BEGIN)
        _, end, after = rest.partition(END)
        if not (marker and end):
            sys.exit(f"{name}: the markers {BEGIN} and {END} are missing")
        text = f"{before}{BEGIN}\n{first_answer(results)}\n\n{END}{after}"
        file.write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
