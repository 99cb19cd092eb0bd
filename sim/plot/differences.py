"""Differences: the levels of one factor that is no number, cities say, each against the base."""

from __future__ import annotations

from sim.lab.kept.reading import Reading
from sim.language import tr
from sim.plot.choose import MOST_HEIGHT
from sim.plot.effects import ACROSS, BELOW, FOOT, HEAD, bars_told, height_of, judged_key, paired
from sim.plot.figure import drawn_from, of_points
from sim.plot.style import Picture
from sim.plot.tornado import has_tornado

MOST_ROWS = 24
_LINE, _NAMES = 0.25, 2.3


def has_differences(reading: Reading) -> bool:
    is_one = len(reading.factors) == 1 and not reading.factors[0].is_numeric
    return is_one and len(reading.settings) > 1 and not has_tornado(reading)


def _caption(reading: Reading) -> str:
    caption = tr("Paired differences from the base under the same seeds. ", "同一种子下与基准的配对差异。")
    return caption + bars_told(has_intervals=reading.has_intervals, of_worlds=reading.has_doubt)


@drawn_from(
    of_points(has_differences),
    title=lambda _: tr("What each does", "各自的作用"),
    caption=_caption,
    stored=("effects",),
    is_of_means=False,
)
def differences(reading: Reading) -> Picture:
    """Paired differences from the base with 95 % intervals: a row for each level, a panel for each outcome; as `effects`."""
    points = [point for point in reading.settings if point != 0]
    titles = {point: reading.title(point) for point in points[:MOST_ROWS]}
    block = HEAD + height_of(len(titles), _LINE) + FOOT
    outcomes = reading.outcomes[: ACROSS * max(1, int((MOST_HEIGHT - BELOW) / block))]
    figure = paired(reading, 0, titles, outcomes, label_width=_NAMES, line=_LINE, n_lines=2)
    if reading.has_intervals:
        judged_key(figure, figure.get_figheight() - BELOW + 0.12, 0.05, of_worlds=reading.has_doubt)
    figure.alt = tr("Paired differences from the base. ", "与基准的配对差异。") + figure.alt
    figure.shows(len(outcomes), len(reading.outcomes), "outcomes", "项结果")
    figure.shows(len(titles), len(points), "rows", "行")
    return figure
