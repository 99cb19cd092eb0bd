"""Figures: drawn for every case in both languages, right numbers in them, text kept as text, and how they are laid out."""

from __future__ import annotations

import importlib
import itertools
import pkgutil
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import made
import made_sweeps
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim import language, plot
from sim.lab.say.names import plain
from sim.lab.say.numbers import number, with_interval
from sim.lab.say.verdict import verdict
from sim.lab.sums.statistics import Estimate
from sim.mistakes import Mistake
from sim.plot import style
from sim.plot.effects import KEY
from sim.report import page as report

NAN = float("nan")


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    language.use("en")
    yield
    language.use("en")


def drawn(name: str, figure: str) -> tuple[plot.Picture, list[str]]:
    """A figure and the texts in its SVG."""
    picture = getattr(plot, figure)(made.results(name))
    root = ElementTree.fromstring(plot.to_svg(picture))
    return picture, ["".join(one.itertext()) for one in root.iter("{http://www.w3.org/2000/svg}text")]


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("case", made.CASES)
def test_every_figure_of_every_case(case: str, lang: str) -> None:
    language.use(lang)
    found = made.figures(made.page(case))
    assert list(found) == [figure.name for figure in made.figures_of(made.results(case))]
    for figure, (_, told) in found.items():
        assert "nan" not in told.lower().replace("finance", ""), figure


@pytest.mark.parametrize(("cases", "name"), [(made, "two"), (made_sweeps, "policies along")])
def test_svg_is_whole_and_its_names_are_its_own(cases: Any, name: str) -> None:
    results = cases.results(name)
    names: list[str] = []
    for figure in made.figures_of(results):
        svg = plot.to_svg(figure(results))
        root = ElementTree.fromstring(svg)
        own = [one.attrib["id"] for one in root.iter() if "id" in one.attrib]
        assert all(one.startswith(f"{figure.name}-") for one in own)
        for link in re.findall(r'(?:href="#|url\(#)([^")]+)', svg):
            assert link in own, f"{figure.name}: {link} leads nowhere"
        names += own
        assert "DejaVu" not in svg
        assert "<script" not in svg
        assert root.find("{http://www.w3.org/2000/svg}title").text  # type: ignore[union-attr]
    assert len(names) == len(set(names))


def test_the_same_results_give_the_same_svg() -> None:
    results, page = made.results("two"), made.page("two")
    drawings = [plot.to_svg(figure(results)) in page for figure in made.figures_of(results)]
    assert drawings.count(True) == len(made.figures(page)) >= 8


def test_effects_are_told_in_words_and_placed_on_their_axis() -> None:
    results = made.results("two")
    picture, texts = drawn("two", "effects")
    for outcome in KEY:
        assert plain(outcome) in texts
    effect = results.effect("free", "admin_share")
    mean, low, high = with_interval(effect, "share", signed=True, largest=results.level("baseline", "admin_share").mean)
    assert f"{mean} ({low} to {high}), better" in picture.alt
    axes = picture.axes[KEY.index("admin_share")]
    points = [float(line.get_xdata()[0]) for line in axes.lines if line.get_marker() in {"o", "D", "s", "|"}]  # type: ignore[index, arg-type]
    assert points == pytest.approx([100 * results.effect(arm, "admin_share").mean for arm in results.policies])
    assert axes.get_xlabel() == "points"


def test_a_grey_bar_holds_zero_and_a_coloured_one_does_not() -> None:
    results = made.results("two")
    picture, _ = drawn("two", "effects")
    seen = set()
    for outcome, axes in zip(KEY, picture.axes, strict=False):
        bars = [line for line in axes.lines if len(line.get_xdata()) == 2 and line.get_linewidth() == 2.2]  # type: ignore[arg-type]
        for arm, bar in zip(results.policies, bars, strict=True):
            low, high = sorted(float(x) for x in bar.get_xdata())  # type: ignore[union-attr]
            colour = bar.get_color()
            effect = results.effect(arm, outcome)
            if low <= 0 <= high:
                assert colour == style.UNSURE
            else:
                is_slight = abs(effect.mean) < 0.01 * abs(results.level("baseline", outcome).mean)
                is_slight |= abs(effect.mean) < 0.1 * results.persons(outcome)
                assert (colour == style.UNSURE) == is_slight
            seen.add(colour)
    assert {style.UNSURE, style.BETTER} <= seen


def test_the_numbers_of_a_week_are_the_stored_ones() -> None:
    table = made.results("two").tables["hours"]
    _, texts = drawn("two", "week")
    told = sorted(text for text in texts if re.fullmatch(r"\d+\.\d", text))
    shown = [one for one, own in table.groupby("activity")["mean"] if own.abs().max() >= 0.05]
    wanted = sorted(f"{value:.1f}" for value in table[table.activity.isin(shown)]["mean"])
    assert told == wanted


def test_the_numbers_of_heat_maps_are_the_stored_ones() -> None:
    results = made.results("twelve policies")
    table = results.tables["town_outcomes"]
    table = table[table.outcome == "coverage"]
    _, texts = drawn("twelve policies", "towns")
    effects = table[table.policy != "baseline"]
    for row in effects.itertuples():
        text = style.minus(number(row.effect, "share", signed=True))
        judged = verdict("coverage", Estimate(row.effect, row.effect_low, row.effect_high, NAN, 0))
        assert (f"({text})" if judged in {"same", "equal"} else text) in texts
    n_cells = sum(bool(re.fullmatch(r"\(?[+−]?\d+\.\d+\)?", text)) for text in texts)
    blocks = -(-12 // 5)
    assert n_cells == len(effects) + blocks * len(results.town_names)


def test_the_chain_tells_each_step() -> None:
    results = made.results("two")
    table = results.tables["chain"]
    _, texts = drawn("two", "chain")
    base = table[table.policy == "baseline"].set_index("step")
    for row in table[table.policy != "baseline"].itertuples():
        size = float(base.loc[row.step, "mean"])
        estimate = Estimate(row.effect, row.effect_low, row.effect_high, NAN, 0)
        texts_wanted = with_interval(estimate, row.unit, signed=True, largest=size)
        assert style.minus(texts_wanted[0]) in texts
        assert style.minus(f"{texts_wanted[1]} … {texts_wanted[2]}") in texts


def test_curves_end_where_the_table_ends() -> None:
    results = made.results("two")
    table = results.tables["curves"]
    picture, _ = drawn("two", "curves")
    last = table[(table.month == table.month.max()) & (table.outcome == "coverage")].set_index("policy")["mean"]
    ends = [float(line.get_ydata()[-1]) for line in picture.axes[0].lines if len(line.get_xdata()) > 2]  # type: ignore[index, arg-type]
    assert ends == pytest.approx([100 * last[arm] for arm in results.names])


def test_hostile_labels_stay_as_they_are() -> None:
    for figure in ("effects", "groups", "towns", "cost"):
        _, texts = drawn("hostile", figure)
        assert any(text.startswith("$\\frac{") for text in texts), figure
        assert any(text.startswith("<script>") for text in texts), figure
        assert "$x^2$" in texts, figure


@pytest.mark.parametrize("kind", report.FORMATS)
def test_figures_as_files(tmp_path: Path, kind: str) -> None:
    files = report.write_figures(made.results("two"), tmp_path / "figures", kind)
    assert [file.name for file in files] == [
        f"{figure.name}-en.{kind}" for figure in made.figures_of(made.results("two"))
    ]
    start = {"png": b"\x89PNG", "pdf": b"%PDF", "svg": b"<?xml"}[kind]
    assert all(file.read_bytes().startswith(start) for file in files)
    assert sorted(tmp_path.glob("figures/*")) == sorted(files), "nothing else is left there"


@pytest.mark.parametrize("kind", ["png", "pdf"])
def test_without_a_chinese_font_it_says_which(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    monkeypatch.setattr(style, "chinese_font", lambda: None)
    language.use("zh")
    with pytest.raises(Mistake, match="fonts-wqy-microhei"):
        report.write_figures(made.results("two"), tmp_path / "figures", kind)
    assert not (tmp_path / "figures").exists()
    report.write_figures(made.results("run"), tmp_path / "svg", "svg")  # text stays text: the reader's fonts draw it
    language.use("en")
    report.write_figures(made.results("run"), tmp_path / "english", kind)


# --- looks


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2)."""
    from matplotlib.colors import to_rgb

    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in to_rgb(colour)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(a: str, b: str) -> float:
    light, dark = sorted((luminance(a), luminance(b)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_every_colour_reads_as_text_on_white() -> None:
    for colour in (*style.POLICY_COLOURS, style.INK, style.QUIET, style.BASE, style.BETTER, style.WORSE, style.UNSURE):
        assert contrast(colour, "#FFFFFF") >= 4.5, colour


@pytest.mark.parametrize("shade", [style.BETTER, style.WORSE, style.LEVEL_SHADE])
def test_numbers_read_on_every_shade_of_a_cell(shade: str) -> None:
    strongest = 1.0 if shade == style.LEVEL_SHADE else style.STRONGEST
    for k in range(101):
        assert contrast(style.INK, style.mix(shade, strongest * k / 100)) >= 4.5, (shade, k)


def test_policies_differ_for_colour_blind_readers() -> None:
    """Neighbours in the palette differ in lightness or in hue as deuteranopes see it (Machado et al. 2009)."""
    from matplotlib.colors import to_rgb

    seen = [(0.367, 0.861, -0.228), (0.280, 0.673, 0.047), (-0.012, 0.043, 0.969)]

    def as_seen(colour: str) -> list[float]:
        linear = [part**2.2 for part in to_rgb(colour)]
        return [max(0.0, sum(w * x for w, x in zip(row, linear, strict=True))) ** (1 / 2.2) for row in seen]

    for i, j in itertools.combinations(range(4), 2):  # four policies are the usual; lines bear their names, too
        a, b = as_seen(style.POLICY_COLOURS[i]), as_seen(style.POLICY_COLOURS[j])
        assert sum((x - y) ** 2 for x, y in zip(a, b, strict=True)) ** 0.5 > 0.15, (i, j)


@given(st.text(max_size=80), st.floats(0.3, 3.0), st.integers(1, 3))
def test_wrapped_text_fits(text: str, width: float, lines: int) -> None:
    made_lines = style.wrap(text, width, lines)
    assert 1 <= len(made_lines) <= lines
    for line in made_lines:
        assert style.inches(line) <= width or line == "…"
        assert "\n" not in line


def test_wrapping() -> None:
    assert style.wrap("Recep‐ tions", 3.0) == ["Receptions"]
    assert style.wrap("Recep‐ tions", 0.55) == ["Recep‐", "tions"]
    assert style.wrap("镇级社工站一览", 0.5) == ["镇级社工", "站一览"]
    assert style.wrap("one two three four five six", 0.6)[-1].endswith("…")


@given(st.lists(st.floats(0, 10), max_size=15), st.floats(0.05, 0.6))
def test_labels_are_pushed_apart(wanted: list[float], gap: float) -> None:
    places = style.spread_apart(wanted, gap, 0.0, 10.0)
    assert len(places) == len(wanted)
    for a, b in itertools.pairwise(sorted(places)):
        assert b - a >= gap * 0.999
    order = sorted(range(len(wanted)), key=lambda i: wanted[i])
    assert [places[i] for i in order] == sorted(places), "labels keep the order of their lines"


def test_labels_that_are_apart_stay() -> None:
    assert style.spread_apart([1.0, 5.0, 3.0], 0.5, 0.0, 10.0) == [1.0, 5.0, 3.0]
    assert style.spread_apart([], 0.5, 0.0, 1.0) == []


# --- one list


def unlisted(figures: Sequence[plot.Figure[Any, Any]]) -> list[str]:
    """Where figures are declared that the list lacks."""
    modules = [importlib.import_module(f"sim.plot.{found.name}") for found in pkgutil.iter_modules(plot.__path__)]
    return [
        f"sim/plot/{module.__name__.rpartition('.')[2]}.py declares '{name}': put it into FIGURES of sim/plot/__init__.py"
        for module in modules
        for name, value in vars(module).items()
        if isinstance(value, plot.Figure) and value not in figures
    ]


def test_every_figure_that_is_declared_is_listed() -> None:
    assert unlisted(plot.FIGURES) == []
    assert unlisted(plot.FIGURES[1:]) == [
        "sim/plot/responses.py declares 'responses': put it into FIGURES of sim/plot/__init__.py"
    ]
    assert [getattr(plot, figure.name) for figure in plot.FIGURES] == list(plot.FIGURES)
    assert len({figure.name for figure in plot.FIGURES}) == len(plot.FIGURES)
    assert all(figure.__doc__ for figure in plot.FIGURES)
