"""Figures of sweeps: which are drawn, the right numbers in them, what they leave out, and text kept as text."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import made
import made_sweeps
import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle

from sim import language, plot
from sim.lab.kept.reading import Reading
from sim.lab.kept.results import clean
from sim.lab.outcomes import OUTCOMES
from sim.lab.say.names import plain
from sim.lab.say.numbers import number, reach, scale_of
from sim.lab.say.verdict import verdict
from sim.plot import choose, style
from sim.plot.effects import COLOURS
from sim.plot.lines import good_way
from sim.plot.ranks import has_firsts, shares
from sim.plot.tornado import ends as ends_of
from sim.report import page as report

SVG = "{http://www.w3.org/2000/svg}"

WANTED = {
    "one number": {"responses", "ranks"},
    "two numbers": {"responses", "heat_maps", "ranks"},
    "three": {"responses", "heat_maps", "contrast_maps", "overtakes", "ranks"},
    "policies along": {"responses", "heat_maps", "contrast_maps", "overtakes", "ranks"},
    "one at a time": {"tornado", "ranks"},
    "hypercube": {"scatter"},
    "hypercube by policy": {"scatter", "firsts"},
    "twelve policies": {"differences", "ranks"},
    "listed": {"responses", "ranks"},
    "one seed": {"responses", "heat_maps", "contrast_maps", "overtakes"},
    "partial": {"responses", "heat_maps", "contrast_maps", "overtakes", "ranks"},
    "hostile": {"responses", "heat_maps", "contrast_maps", "overtakes", "ranks"},
    "many": {"scatter"},
    "base only": set(),
}


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    language.use("en")
    yield
    language.use("en")


def drawn(case: str, figure: str) -> tuple[plot.Picture, list[str]]:
    """A figure and the texts in its SVG."""
    picture = getattr(plot, figure)(made_sweeps.results(case))
    root = ElementTree.fromstring(plot.to_svg(picture))
    return picture, ["".join(one.itertext()) for one in root.iter(f"{SVG}text")]


def ends(line: Line2D) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in zip(line.get_xdata(), line.get_ydata(), strict=True)]  # type: ignore[arg-type]


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("case", made_sweeps.CASES)
def test_every_figure_of_every_case(case: str, lang: str) -> None:
    language.use(lang)
    results = made_sweeps.results(case)
    found = made.figures(made_sweeps.page(case))
    assert {figure.name for figure in made.figures_of(results)} == WANTED[case] == set(found)
    for figure, (drawing, told) in found.items():
        assert float(drawing.attrib["height"].removesuffix("pt")) < 720, f"{figure} is higher than a page"
        assert not re.search(r"\bnan\b|\bnone\b(?! is clearly)", told.lower()), figure


# --- which factor stands where


def test_a_plan_is_cut_into_lines() -> None:
    reading = Reading(made_sweeps.results("three"))
    lines = choose.axis(reading)
    assert lines is not None
    assert (lines.x.name, lines.lines.name if lines.lines else "") == ("levers.pay", "policies")
    assert len(lines.points) == 3, "a block for each burden"
    for block, by_level in lines.points.items():
        assert set(by_level) == set(made_sweeps.POLICIES)
        for level, along in by_level.items():
            assert list(along) == list(made_sweeps.PAY)
            for pay, point in along.items():
                assert reading.settings[point] == (pay, level, block[2])
    assert next(iter(lines.points))[2] == reading.settings[0][2], "the base's block comes first"


def test_drawn_factors_and_those_changed_alone_are_no_axis() -> None:
    for case in ("hypercube", "one at a time", "hypercube by policy"):
        assert choose.axis(Reading(made_sweeps.results(case))) is None


# --- numbers


def test_responses_are_the_stored_levels() -> None:
    results = made_sweeps.results("policies along")
    picture, texts = drawn("policies along", "responses")
    table = results.tables["levels"].merge(results.points, on="point")
    for outcome, axes in zip(results.design.outcomes, picture.axes, strict=True):
        assert plain(outcome) in texts
        own = table[table.outcome == outcome]
        scale = scale_of(OUTCOMES[outcome].unit, reach(own[["low", "high"]].to_numpy().flat))
        curves = [line for line in axes.lines if line.get_marker() == "o" and len(ends(line)) > 1]
        assert len(curves) == len(made_sweeps.POLICIES)
        for level, curve in zip(made_sweeps.POLICIES, curves, strict=True):
            rows = own[own.policies == level].sort_values("levers.administrative_burden")
            assert [y for _, y in ends(curve)] == pytest.approx((rows["mean"] * scale).tolist())
            moved = np.array([x for x, _ in ends(curve)]) - rows["levers.administrative_burden"].to_numpy()
            assert np.ptp(moved) == pytest.approx(0.0, abs=1e-9), "a line is moved aside as a whole"
            assert abs(moved[0]) < 0.1
        bars = sorted(end[1] for line in axes.lines if line.get_linewidth() == 2.0 for end in ends(line))
        assert bars == pytest.approx(sorted((own[["low", "high"]] * scale).to_numpy().flat))
        rings = [line for line in axes.lines if line.get_markersize() == 7.0]
        assert [ends(one)[0][1] for one in rings] == pytest.approx((own[own.point == 0]["mean"] * scale).tolist())


def test_one_seed_has_no_bars() -> None:
    picture, _ = drawn("one seed", "responses")
    assert not [line for axes in picture.axes for line in axes.lines if line.get_linewidth() == 2.0]
    assert [line for axes in picture.axes for line in axes.lines if line.get_marker() == "o"]


def cells(picture: plot.Picture) -> dict[tuple[float, float], tuple[str, str]]:
    """The colour and the text of each cell, by its middle (parts of the figure)."""
    texts = {(round(t.get_position()[0], 4), round(t.get_position()[1], 4)): t.get_text() for t in picture.texts}
    found = {}
    for patch in picture.artists:
        if isinstance(patch, Rectangle) and patch.get_fill():
            x, y = patch.get_xy()
            middle = (round(x + patch.get_width() / 2, 4), round(y + patch.get_height() / 2, 4))
            found[middle] = (to_hex(patch.get_facecolor()), texts[middle])
    return found


@pytest.mark.parametrize("case", ["two numbers", "policies along", "one seed"])
def test_heat_maps_hold_the_stored_effects(case: str) -> None:
    results = made_sweeps.results(case)
    picture, _ = drawn(case, "heat_maps")
    reading = Reading(results)
    shown = [one for one in results.design.outcomes if plain(one) in [t.get_text() for t in picture.texts]]
    wanted = []
    for outcome in shown:
        own = results.tables["effects"]
        own = own[own.outcome == outcome]
        most = reach(own["mean"])
        for point in own.point:
            effect = reading.effect(int(point), outcome)
            text = style.minus(
                number(
                    effect.mean,
                    OUTCOMES[outcome].unit,
                    signed=True,
                    largest=reach([most, reading.level(0, outcome).mean]),
                )
            )
            judged = verdict(outcome, effect, reading.level(0, outcome).mean)
            is_white = judged not in {"better", "worse"}
            wanted.append((is_white, f"({text})" if judged in {"same", "equal"} else text))
        wanted.append((False, "base"))
    found = [(colour == "#ffffff", text) for colour, text in cells(picture).values()]
    assert sorted(found) == sorted(wanted)
    assert case == "one seed" or {is_white for is_white, _ in found} == {True, False}


def test_contrast_maps_hold_the_stored_contrasts() -> None:
    results = made_sweeps.results("policies along")
    picture, texts = drawn("policies along", "contrast_maps")
    reading = Reading(results)
    table = results.tables["contrasts"]
    wanted = []
    for outcome in (one for one in results.design.outcomes if plain(one) in [t.get_text() for t in picture.texts]):
        own = table[table.outcome == outcome]
        most = reach(own["mean"])
        for row in own.itertuples():
            effect, base = reading.contrasted(row.context, row.point, outcome), reading.level(row.context, outcome).mean
            unit = OUTCOMES[outcome].unit
            text = style.minus(number(effect.mean, unit, signed=True, largest=reach([most, base])))
            judged = verdict(outcome, effect, base)
            wanted.append((judged not in {"better", "worse"}, f"({text})" if judged in {"same", "equal"} else text))
    found = [(colour == "#ffffff", text) for colour, text in cells(picture).values()]
    assert sorted(found) == sorted(wanted)
    assert "Against: No policy" in texts
    assert "base" not in " ".join(texts), "the base is not what cells are compared with"


def test_differences_are_the_stored_effects() -> None:
    results = made_sweeps.results("twelve policies")
    reading = Reading(results)
    picture, texts = drawn("twelve policies", "differences")
    points = [point for point in reading.settings if point != 0]
    for outcome, axes in zip(results.design.outcomes, picture.axes, strict=False):
        effects = [reading.effect(point, outcome) for point in points]
        scale = scale_of(OUTCOMES[outcome].unit, reading.level(0, outcome).mean)
        marks = [line for line in axes.lines if line.get_markersize() == 4.5]
        assert [ends(one)[0][0] for one in marks] == pytest.approx([one.mean * scale for one in effects])
        intervals = [[x for x, _ in ends(line)] for line in axes.lines if line.get_linewidth() == 2.2]
        assert intervals == [pytest.approx([one.low * scale, one.high * scale]) for one in effects]
        verdicts = [verdict(outcome, one, reading.level(0, outcome).mean) for one in effects]
        assert [line.get_color() for line in marks] == [COLOURS[one] for one in verdicts]
        assert plain(outcome) in texts
    for point in points:
        assert reading.title(point) in texts


def test_lines_and_rows_that_are_numbers_are_named() -> None:
    factors = [
        made_sweeps.number("levers.pay", made_sweeps.PAY),
        made_sweeps.number("levers.boundary_clarity", (0.2, 0.6)),
    ]
    settings = [{"levers.pay": pay, "levers.boundary_clarity": one} for pay in made_sweeps.PAY for one in (0.2, 0.6)]
    results = made_sweeps.sweep(factors, settings, contrast="levers.boundary_clarity")
    picture = plot.ranks(results)
    texts = [text.get_text() for text in picture.texts]
    assert "Rows: How far the contract defines what may be asked, share" in texts
    assert "Otherwise: Base pay: 2,500 yuan per month" in texts, "not 'base'"
    assert "Lines: Policies" in drawn("policies along", "overtakes")[1]


@pytest.mark.parametrize("figure", ["responses", "overtakes"])
def test_panels_say_which_way_is_better(figure: str) -> None:
    assert (good_way("coverage"), good_way("turnover")) == ("; more is better", "; less is better")
    texts = drawn("policies along", figure)[1]
    assert any(text.endswith("; more is better") for text in texts)
    if figure == "responses":
        assert any(text.endswith("; less is better") for text in texts)


def test_better_and_worse_have_their_colours() -> None:
    picture, _ = drawn("two numbers", "heat_maps")
    for colour, text in cells(picture).values():
        red, blue = int(colour[1:3], 16), int(colour[5:7], 16)
        if "(" in text:
            assert colour == "#ffffff"
        elif "base" not in text and colour != "#ffffff":
            assert red != blue
    coverage = list(cells(picture).values())[:16]
    for colour, text in coverage:
        if text[0] in "+−" and colour != "#ffffff":
            assert (int(colour[5:7], 16) > int(colour[1:3], 16)) == (text[0] == "+"), text


def test_a_tornado_is_sorted_and_holds_the_stored_effects() -> None:
    results = made_sweeps.results("one at a time")
    reading = Reading(results)
    picture, _ = drawn("one at a time", "tornado")
    for outcome, axes in zip(results.design.outcomes[:4], picture.axes[:4], strict=True):
        own = results.tables["effects"]
        own = own[own.outcome == outcome].set_index("point")
        base = reading.level(0, outcome).mean
        scale = scale_of(OUTCOMES[outcome].unit, base)
        by_factor: dict[str, list[int]] = {}
        for point in own.index:
            factor = reading.alone(point)
            assert factor is not None
            by_factor.setdefault(factor.name, []).append(point)
        assert len(by_factor) == 8
        swings = {name: np.ptp([0.0, *own.loc[points, "mean"]]) for name, points in by_factor.items()}
        order = sorted(swings, key=lambda name: -swings[name])
        shown = [point for name in order for point in by_factor[name]]
        marks = [line for line in axes.lines if line.get_markersize() == 4.0]
        assert [ends(one)[0][0] for one in marks] == pytest.approx((own.loc[shown, "mean"] * scale).tolist())
        heights = [ends(one)[0][1] for one in marks]
        assert heights == sorted(heights)
        intervals = [line for line in axes.lines if line.get_linewidth() == 1.6]
        stored = own.loc[shown, ["low", "high"]].to_numpy() * scale
        assert [[x for x, _ in ends(one)] for one in intervals] == pytest.approx(stored)
        for point, mark in zip(shown, marks, strict=True):
            assert mark.get_color() == COLOURS[verdict(outcome, reading.effect(point, outcome), base)]


def test_a_tornado_takes_the_ends_of_a_factor() -> None:
    factors = [made_sweeps.number("levers.pay", made_sweeps.PAY), made_sweeps.names("policies", made_sweeps.POLICIES)]
    settings = [{"levers.pay": pay} for pay in made_sweeps.PAY] + [{"policies": one} for one in made_sweeps.POLICIES]
    names = [one["name"] for one in factors]
    reading = Reading(made_sweeps.sweep(factors, settings, plan=[("one_at_a_time", names)]))
    pay, policies = reading.factors
    points = {reading.key(point, pay): point for point in reading.settings if reading.alone(point) is pay}
    assert [key for key, _ in ends_of(reading, pay, points, "coverage")] == [3500.0, 6000.0]
    points = {reading.key(point, policies): point for point in reading.settings if reading.alone(point) is policies}
    shown = [point for _, point in ends_of(reading, policies, points, "coverage")]
    means = [reading.effect(point, "coverage").mean for point in points.values()]
    assert [reading.effect(point, "coverage").mean for point in shown] == [min(means), max(means)]


@pytest.mark.parametrize("case", ["hypercube", "hypercube by policy"])
def test_scatter_tells_the_stored_correlations(case: str) -> None:
    results = made_sweeps.results(case)
    picture, texts = drawn(case, "scatter")
    table = results.tables["correlations"]
    table = table[(table.of != "level") == (case == "hypercube by policy")]
    strongest = table.groupby(["outcome", "of"], sort=False)["rho"].agg(lambda own: own.abs().max())
    kept = strongest.sort_values(ascending=False, kind="stable").index[:5]
    own = table[[(one.outcome, one.of) in kept for one in table.itertuples()]]
    assert len(own) == 5 * 6
    told = sorted(text for text in texts if re.fullmatch(r"[+−]\d\.\d\d", text))
    assert told == sorted(style.minus(f"{rho:+.2f}") for rho in own.rho)
    intervals = sorted(text for text in texts if " … " in text)
    assert intervals == sorted(
        style.minus(f"{low:+.2f} … {high:+.2f}") for low, high in zip(own.low, own.high, strict=True)
    )
    bold = [t.get_text() for t in picture.texts if t.get_weight() == "bold" and re.fullmatch(r"[+−]\d\.\d\d", t.get_text())]  # fmt: skip
    assert len(bold) == ((own.low > 0) | (own.high < 0)).sum()


def test_scatter_shows_points_at_their_means() -> None:
    results = made_sweeps.results("hypercube")
    picture, _ = drawn("hypercube", "scatter")
    table = results.tables["levels"]
    own = table[(table.outcome == "coverage") & (table.point != 0)].set_index("point")["mean"]
    points = results.points.set_index("point")
    for name, axes in zip(made_sweeps.SIX, picture.axes[:6], strict=True):
        wanted = [(points.loc[point, name], 100 * mean) for point, mean in own.items()]
        assert np.array(ends(axes.lines[0])) == pytest.approx(np.array(wanted))


def test_overtakes_are_marked_where_they_are_stored() -> None:
    results = made_sweeps.results("policies along")
    picture, _ = drawn("policies along", "overtakes")
    table = results.tables["overtakes"]
    titles = [text.get_text() for text in picture.texts if text.get_weight() == "bold"][1:]
    n_clear = 0
    for title, axes in zip(titles, picture.axes, strict=True):
        own = table[[plain(outcome) == title for outcome in table.outcome]]
        marks = [line for line in axes.lines if line.get_marker() == "D"]
        assert sorted(ends(one)[0][0] for one in marks) == pytest.approx(sorted(own["at"]))
        filled = [line for line in marks if line.get_markerfacecolor() != "white"]
        clear = own[own.is_clear]
        assert sorted(ends(one)[0][0] for one in filled) == pytest.approx(sorted(clear["at"]))
        spans = [[x for x, _ in ends(line)] for line in axes.lines if line.get_linewidth() == 1.6]
        assert len(spans) == len(clear)
        for span, row in zip(spans, clear.itertuples(), strict=True):
            assert span == pytest.approx([row.at_low, row.at_high])
        n_clear += len(clear)
        for row, mark in zip(own.itertuples(), marks, strict=True):  # between the ends of its step
            assert row.low <= ends(mark)[0][0] <= row.high
    assert n_clear > 3
    assert "overtakes No policy at 1.177 (1.047 to 1.309)" in picture.alt


def test_a_crossing_lies_on_both_lines() -> None:
    results = made_sweeps.results("policies along")
    picture, _ = drawn("policies along", "overtakes")
    axes = picture.axes[0]
    (clear,) = results.tables["overtakes"].query("outcome == 'coverage' and is_clear").itertuples()
    assert clear.level_a == "none"
    (mark,) = [line for line in axes.lines if line.get_marker() == "D" and line.get_markerfacecolor() != "white"]
    assert ends(mark)[0][1] == pytest.approx(0.0, abs=1e-9), "the reference's line is zero"


def test_ranks_are_the_stored_chances() -> None:
    results = made_sweeps.results("policies along")
    picture, _ = drawn("policies along", "ranks")
    table = results.tables["ranks"]
    found = cells(picture)
    assert sorted(text for _, text in found.values()) == sorted(number(chance, "share") for chance in table.best_chance)
    for colour, text in found.values():
        assert colour == to_hex(style.mix(style.BETTER, style.STRONGEST * float(text) / 100)) or float(text) % 100
    assert table.best_chance.nunique() > 10


def test_firsts_are_counted_over_settings() -> None:
    results = made_sweeps.results("hypercube by policy")
    picture, texts = drawn("hypercube by policy", "firsts")
    table = results.tables["ranks"]
    contexts = table.groupby("context")["level"].nunique()
    kept = contexts[contexts == table["level"].nunique()].index
    assert len(kept) > 12
    counted: list[str] = []
    for level in dict.fromkeys(table["level"]):
        for outcome in dict.fromkeys(table["outcome"]):
            won = 0.0
            for context in kept:
                own = table[(table["context"] == context) & (table["outcome"] == outcome)].set_index("level")["mean"]
                best = own.max() if OUTCOMES[outcome].good > 0 else own.min()
                won += float(own[level] == best) / float((own == best).sum())
            counted.append(number(won / len(kept), "share"))
    assert sorted(text for _, text in cells(picture).values()) == sorted(counted)
    assert len(set(counted)) > 3
    assert texts.count(str(len(kept))) == table["outcome"].nunique()
    assert f"of {len(kept)} settings" in picture.alt


def test_firsts_are_of_settings_where_every_level_was_run() -> None:
    results = made_sweeps.results("hypercube by policy")
    table = results.tables["ranks"]
    contexts = list(dict.fromkeys(table["context"]))[1:]
    level = list(dict.fromkeys(table["level"]))[-1]
    lacking = table["context"].isin(contexts[:15]) & (table["level"] == level)

    def changed(**columns: Any) -> Reading:
        changed_tables = dict(results.tables) | {"ranks": table.assign(**columns)}
        return Reading(dataclasses.replace(results, tables=changed_tables))

    found, counts = shares(changed(mean=table["mean"].mask(lacking), n=table["n"].mask(lacking, 0)))
    whole, all_counts = shares(Reading(results))
    assert {all_counts[name] - n for name, n in counts.items()} == {15}
    assert np.allclose(found.sum(), 1.0)
    assert np.allclose(whole.sum(), 1.0)
    assert has_firsts(Reading(results))
    assert not has_firsts(changed(n=1.0))


# --- what is left out


@pytest.mark.parametrize(
    ("case", "figure", "told"),
    [
        ("three", "responses", "Shown: 3 of 20 outcomes"),
        ("three", "heat_maps", "Shown: 1 of 3 settings of the other factors"),
        ("three", "overtakes", "Shown: 6 of 1"),
        ("hostile", "responses", "Shown: 8 of 13 lines"),
        ("many", "scatter", "Shown: 8 of 10 factors, the most strongly correlated"),
        ("many", "scatter", "Shown: 5 of 6 rows"),
        ("many", "scatter", "of 500 dots in a panel"),
        ("one at a time", "tornado", "Shown: 4 of 6 outcomes"),
    ],
)
def test_what_has_no_room_is_said(case: str, figure: str, told: str) -> None:
    picture, _ = drawn(case, figure)
    assert told in picture.left_out


def test_where_all_is_shown_nothing_is_said() -> None:
    assert drawn("two numbers", "responses")[0].left_out == ""
    assert drawn("policies along", "ranks")[0].left_out == ""


# --- text


@pytest.mark.parametrize("figure", sorted(WANTED["hostile"]))
def test_hostile_labels_stay_text(figure: str) -> None:
    _, texts = drawn("hostile", figure)
    told = " ".join(texts)
    for label in made.HOSTILE[:4]:
        assert clean(label)[:18] in told, label
    assert "\x1b" not in told


def test_levels_of_one_title_are_told_apart() -> None:
    (factor, _) = Reading(made_sweeps.results("hostile")).factors
    titles = [factor.says(key) for key in factor.levels]
    assert len(titles) == len(set(titles))


def test_figures_are_written_for_the_sweep(tmp_path: Path) -> None:
    results: Any = made_sweeps.results("one number")
    files = report.write_figures(results, tmp_path, "png")
    assert {file.name for file in files} == {"responses-en.png", "ranks-en.png"}
    assert all(file.read_bytes().startswith(b"\x89PNG") for file in files)
    assert len(report.write_figures(results, tmp_path, "svg")) == 2
