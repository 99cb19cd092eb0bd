"""Heat maps of two factors: what each combination does to an outcome, against the base or against the contrast factor's
reference, all else equal."""

from __future__ import annotations

import math

from sim.lab.kept.reading import Key, Reading, Varied
from sim.lab.outcomes import OUTCOMES
from sim.lab.say.names import plain
from sim.lab.say.numbers import reach, unit_name, with_interval
from sim.lab.sums.statistics import Estimate
from sim.language import in_brackets, in_turn, labelled, listed, one_by_one, run_on, tr
from sim.plot import style
from sim.plot.choose import MOST_HEIGHT, grid
from sim.plot.figure import drawn_from, of_points
from sim.plot.lines import titled
from sim.plot.style import Picture
from sim.plot.towns import judged_cell

MOST_COLUMNS, MOST_ROWS = 9, 16
_LINE, _NAME = 0.22, 0.15


def has_heat_maps(reading: Reading) -> bool:
    return grid(reading) is not None


def has_contrast_maps(reading: Reading) -> bool:
    chosen = grid(reading)
    return chosen is not None and reading.contrast in (chosen.x, chosen.lines) and len(reading.contexts) > 1


def _caption(reading: Reading) -> str:
    caption = tr("Paired differences from the base, which is outlined. ", "与基准（有边框者）的配对差异。")
    if reading.has_intervals:
        caption += tr(
            "Blue is better, orange worse; in brackets: the 95 % interval holds zero; without colour: slight, or neither better nor worse. Intervals are in the tables below.",
            "蓝色为改善，橙色为变差；括号内：95% 区间含 0；无底色：变化极小或无优劣之分。区间见下表。",
        )
    return caption


@drawn_from(
    of_points(has_heat_maps),
    title=lambda _: tr("Two factors together", "两个因素的共同作用"),
    caption=_caption,
    stored=("effects",),
)
def heat_maps(reading: Reading) -> Picture:
    """A block for each outcome: one factor across, another down, in each cell the paired difference from the base.

    Blue is better and orange worse; in brackets and without colour what cannot be distinguished from chance. Other factors are at
    their base, where the plan has such points.
    """
    return _heat_maps(reading, is_contrast=False)


def _contrast_caption(reading: Reading) -> str:
    title = reading.compared.title
    caption = tr(
        f"What {title} does in each setting of the other factor: paired differences from the same setting without it, not from the base. ",
        f"在另一因素的各种情形下，{title}的作用：与同一情形下对照水平的配对差异，而非与基准的差异。",
    )
    if reading.has_intervals:
        caption += tr(
            "Colours and brackets as above. Whether two cells differ is told from their intervals, in the tables below.",
            "颜色与括号同上。两格是否不同，须看下表中的区间。",
        )
    return caption


@drawn_from(
    of_points(has_contrast_maps),
    title=lambda reading: tr(f"Where {reading.compared.title} does most", f"{reading.compared.title}在何处作用最大"),
    caption=_contrast_caption,
    stored=("contrasts",),
)
def contrast_maps(reading: Reading) -> Picture:
    """As `heat_maps`, but in each cell the paired difference from the contrast factor's reference in the same setting of the
    other factor: where a policy, say, does most."""
    return _heat_maps(reading, is_contrast=True)


def _heat_maps(reading: Reading, *, is_contrast: bool) -> Picture:
    chosen = grid(reading)
    assert chosen is not None
    assert chosen.lines is not None
    setting, lines = next(iter(chosen.points.items()))
    across = list(dict.fromkeys(key for along in lines.values() for key in along))
    across = [key for key in reading.present(chosen.x) if key in across]
    levels = list(lines)
    against = _references(reading) if is_contrast else dict.fromkeys(reading.settings, 0)
    if is_contrast:
        # Where the reference is compared with itself there is nothing to show.
        across = [key for key in across if any(along.get(key) in against for along in lines.values())]
        levels = [key for key in levels if any(point in against for point in lines[key].values())]
    columns, rows = across[:MOST_COLUMNS], levels[:MOST_ROWS]
    cells = {(row, column): lines[row].get(column) for row in rows for column in columns}

    heads = [
        tr("Across: ", "横向：") + chosen.x.with_unit,
        tr("Down: ", "纵向：") + chosen.lines.with_unit,
    ]
    if is_contrast:
        contrast, reference = reading.compared, next(iter(reading.contexts))
        heads.append(tr("Against: ", "相对于：") + contrast.says_in_full(reading.key(reference, contrast)))
    if len(chosen.points) > 1:
        apart = [chosen.x, chosen.lines]
        heads.append(tr("Otherwise: ", "其余：") + reading.setting(setting, without=apart))
    top = 0.08 + 0.19 * len(heads)
    label_width = min(2.4, 0.2 + max(style.inches(chosen.lines.says(row)) for row in rows))
    n_beside = 2 if 2 * (label_width + 0.5 * len(columns)) <= style.WIDTH - 0.2 else 1
    whole = (style.WIDTH - 0.2 * (n_beside - 1)) / n_beside
    room = min(1.1, (whole - label_width) / len(columns))
    names = {key: style.wrap(chosen.x.says(key), room - 0.06, 3, style.SMALL, is_bold=True) for key in columns}
    head = 0.48 + _NAME * max(len(lines) for lines in names.values())
    block = head + _LINE * len(rows) + 0.12
    n_down = max(1, int((MOST_HEIGHT - top) / block))
    outcomes = reading.outcomes[: n_down * n_beside]
    figure = style.picture(top + block * math.ceil(len(outcomes) / n_beside) + 0.08)
    for i, said_of in enumerate(heads):
        text = style.shorten(said_of, style.WIDTH - 0.1, is_bold=True)
        style.write(figure, 0.05, 0.05 + 0.19 * (i + 0.5), text, weight="bold")
    said = []
    for i, outcome in enumerate(outcomes):
        down, right = divmod(i, n_beside)
        left, start = right * (whole + 0.2), top + block * down
        style.heads(figure, names.values(), left + label_width, room, start + head - 0.1, _NAME)
        for k, row in enumerate(rows):
            y = start + head + _LINE * (k + 0.5)
            text = style.shorten(chosen.lines.says(row), label_width - 0.14)
            style.write(figure, left + label_width - 0.1, y, text, ha="right")
        corner = (left + label_width, start + head)
        said.append(
            _block(figure, reading, outcome, chosen.lines, chosen.x, cells, against, corner, room, (left, start, whole))
        )
    figure.alt = one_by_one([*heads, run_on(said)])
    figure.shows(len(outcomes), len(reading.outcomes), "outcomes", "项结果")
    figure.shows(len(columns), len(across), "columns", "列")
    figure.shows(len(rows), len(levels), "rows", "行")
    figure.shows(1, len(chosen.points), "settings of the other factors", "种其余因素的组合")
    return figure


def _block(
    figure: Picture,
    reading: Reading,
    outcome: str,
    down: Varied,
    across: Varied,
    cells: dict[tuple[Key, Key], int | None],
    against: dict[int, int],
    corner: tuple[float, float],
    room: float,
    span: tuple[float, float, float],
) -> str:
    """One outcome's cells and heading; returns what the text alternative says of it."""
    unit = OUTCOMES[outcome].unit
    base = reading.level(0, outcome)
    # Of cells that hold a difference; `against` has the point that it is taken from.
    effects = {
        at: reading.shown(point, outcome, against[point] or None)
        for at, point in cells.items()
        if point and point in against
    }
    most = reach(effect.mean for effect in effects.values())
    columns = list(dict.fromkeys(column for _, column in cells))
    rows = list(dict.fromkeys(row for row, _ in cells))
    clear = []
    for (row, column), point in cells.items():
        place = (corner[0] + columns.index(column) * room, corner[1] + rows.index(row) * _LINE, room, _LINE)
        if point == 0:
            style.cell(figure, place, style.mix(style.LEVEL_SHADE, 0.6), tr("base", "基准"))
            left, top, width, height = place
            style.box(figure, left + 0.01, top + 0.01, width - 0.02, height - 0.02, fill=False, edgecolor=style.INK)
        elif point is None or (row, column) not in effects or not math.isfinite(effects[row, column].mean):
            style.cell(figure, place, "#FFFFFF", "–")
        else:
            effect = effects[row, column]
            own = reading.level(against[point], outcome).mean
            judged = reading.verdict(point, outcome, against[point] or None)
            text = judged_cell(figure, place, effect, unit, judged, most=most, base=own)
            if text:
                clear.append(f"{listed([down.says(row), across.says(column)])} {text}")
    largest = reach([most, base.mean])
    points = unit_name(unit, largest, is_difference=True)
    note = tr(f"effects in {points}", f"效果：{points}")
    note += "" if any(against.values()) else _base_note(base, unit, largest, points)
    left, top, width = span
    titled(figure, left + 0.05, top + 0.4, width - 0.1, plain(outcome), note)
    clearly = in_turn(clear) or tr("none is clearly better or worse", "均无明确改善或变差")
    return labelled(plain(outcome) + in_brackets(points), clearly) + tr(".", "。")


def _base_note(base: Estimate, unit: str, largest: float, points: str) -> str:
    level, low, high = with_interval(base, unit, largest=largest)
    own = unit_name(unit, largest)
    said = level + (tr(f" ({low} to {high})", f"（{low} 至 {high}）") if base.has_interval else "")
    said += f" {own}" if own != points else ""
    return tr(f"; base {said}", f"；基准 {said}")


def _references(reading: Reading) -> dict[int, int]:
    """The point that each point is compared with; references themselves are left out."""
    return {point: context for context, points in reading.contexts.items() for point in points[1:]}
