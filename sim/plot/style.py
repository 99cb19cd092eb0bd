"""How every figure looks: sizes, colours that colour-blind readers can tell apart, fonts, and text that stays text."""

from __future__ import annotations

import functools
import io
import logging
import re
import unicodedata
import warnings
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
from matplotlib.colors import to_hex, to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from sim.lab.kept.results import clean
from sim.lab.say.names import MAY_BREAK
from sim.lab.say.numbers import minus
from sim.language import current, run_on, tr
from sim.mistakes import Mistake

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WIDTH = 7.5
"""Inches: the width of A4 less its margins, so that printed text keeps its size."""

FONT_SIZE = 8.5
SMALL = 7.5
BOLD = 1.13
"""How much wider bold text is."""

INK = "#222222"
QUIET = "#595959"
RULE = "#C8C8C8"
BASE = "#4D4D4D"
BETTER = "#0060A0"
WORSE = "#A63D00"
UNSURE = "#6B6B6B"
BAR = "#5B84A6"
LEVEL_SHADE = "#CFCFCF"
STRONGEST = 0.68
"""Of a shade, so that dark numbers keep their contrast on it."""

POLICY_COLOURS = ("#00694A", "#8E3A80", "#7A5C00", "#4B4BA3", "#9B2D5A", "#3F5F2A")
"""After Okabe & Ito 2008, darkened until each reads as text on white (contrast of 4.5 to 1 and more), without the blue and
the orange that mean better and worse."""

_DASHES: tuple[Any, ...] = ("-", (0, (5, 1.5)), (0, (1.5, 1.2)))

CHINESE_FONTS = (
    "Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "Source Han Sans CN", "PingFang SC", "Hiragino Sans GB",
    "Heiti SC", "Microsoft YaHei", "SimHei", "WenQuanYi Micro Hei", "WenQuanYi Zen Hei", "Droid Sans Fallback", "SimSun",
)  # fmt: skip
READERS_FONTS = (
    "system-ui, 'Helvetica Neue', Arial, 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', 'Noto Sans SC', "
    "'WenQuanYi Micro Hei', sans-serif"
)
"""In SVG text is text; the reader's own fonts draw it."""


class Picture(Figure):
    """A matplotlib Figure with a text alternative (`alt`), made from the same numbers. Notebooks show it as SVG.

    left_out: what there was no room for, in sentences for the caption; empty if all is shown.
    """

    alt: str = ""
    left_out: str = ""
    name: str = "figure"

    def shows(self, shown: int, total: int, en: str, zh: str) -> None:
        """Say how many of so many are shown, where there was no room for all."""
        if shown < total:
            said = tr(
                f"Shown: {shown} of {total} {en}; the stored tables have all.",
                f"图中仅示 {total} {zh}中的 {shown} {zh[0]}，其余见存储的数据表。",
            )
            self.left_out = run_on([self.left_out, said])

    def _repr_svg_(self) -> str:
        return to_svg(self)


def colour(index: int) -> str:
    """The colour of the policy at `index` (0 is the first policy after the baseline)."""
    return POLICY_COLOURS[index % len(POLICY_COLOURS)]


def dash(index: int) -> Any:
    """A line pattern that changes where colours begin again."""
    return _DASHES[(index // len(POLICY_COLOURS)) % len(_DASHES)]


@functools.cache
def chinese_font() -> str | None:
    """An installed font that has Chinese, or None."""
    from matplotlib import font_manager

    names = {font.name for font in font_manager.fontManager.ttflist}
    return next((name for name in CHINESE_FONTS if name in names), None)


def need_chinese_font() -> None:
    """Raise Mistake if Chinese text cannot be drawn into a picture or a PDF here."""
    if current() == "zh" and chinese_font() is None:
        raise Mistake(
            "",
            "本机没有中文字体，无法绘制 PNG 或 PDF；请安装一种（Debian/Ubuntu：fonts-wqy-microhei；Fedora："
            "google-noto-sans-cjk-fonts），或改用 --figures svg，或加 --lang en",
        )


@contextmanager
def drawing() -> Iterator[None]:
    """Settings in force while a figure is made or written. Labels come from users: nothing in them is parsed."""
    family = ["DejaVu Sans", *([found] if (found := chinese_font()) else [])]
    settings: Any = {
        "font.family": family,
        "font.size": FONT_SIZE,
        "text.parse_math": False,
        "text.usetex": False,
        "text.color": INK,
        "axes.edgecolor": QUIET,
        "axes.labelcolor": QUIET,
        "axes.labelsize": SMALL,
        "axes.linewidth": 0.6,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.formatter.useoffset": False,
        "axes.unicode_minus": True,
        "xtick.color": QUIET,
        "ytick.color": QUIET,
        "xtick.labelsize": SMALL,
        "ytick.labelsize": SMALL,
        "xtick.major.width": 0.6,
        "ytick.major.width": 0.6,
        "lines.linewidth": 1.5,
        "figure.facecolor": "white",
        "svg.fonttype": "none",
        "svg.hashsalt": "social-work-stations",
        "pdf.fonttype": 42,
    }
    quiet = logging.getLogger("matplotlib.font_manager")
    level = quiet.level
    quiet.setLevel(logging.ERROR)
    try:
        with mpl.rc_context(settings), warnings.catch_warnings():
            # Characters that no font here has stay text in SVG, for the reader's fonts.
            warnings.filterwarnings("ignore", message="Glyph .* missing from")
            yield
    finally:
        quiet.setLevel(level)


def picture(height: float) -> Picture:
    """An empty figure, `height` inches high."""
    return Picture(figsize=(WIDTH, height))


def place(figure: Figure, left: float, top: float, width: float, height: float) -> Axes:
    """Axes by inches from the left and the top edge of the figure."""
    w, h = figure.get_size_inches()
    return figure.add_axes((left / w, 1.0 - (top + height) / h, width / w, height / h))


def write(figure: Figure, left: float, top: float, text: str, **options: Any) -> None:
    """A line of text by inches from the left and the top edge; its middle is at `top`."""
    w, h = figure.get_size_inches()
    settings = {"va": "center", "ha": "left", "rotation_mode": "anchor"} | options
    figure.text(left / w, 1.0 - top / h, shown(text), **settings)


def stack(
    figure: Figure, left: float, top: float, lines: Sequence[str], step: float, *, above: float = 0.0, **options: Any
) -> None:
    """Lines of text `step` inches apart. above: the share of them that lies above `top`, 0 (the first is at it) - 1 (the last is)."""
    for k, text in enumerate(lines):
        write(figure, left, top + step * (k - above * (len(lines) - 1)), text, **options)


def heads(
    figure: Figure, names: Iterable[Sequence[str]], left: float, room: float, bottom: float, step: float = 0.14
) -> None:
    """The heads of columns `room` inches wide from `left` on, the last line of each at `bottom`."""
    for i, lines in enumerate(names):
        stack(figure, left + (i + 0.5) * room, bottom, lines, step, above=1.0, ha="center", size=SMALL, weight="bold")


def mix(shade: str, strength: float) -> str:
    """A colour on white, strength 0 (white) - 1."""
    strength = min(1.0, max(0.0, strength))
    red, green, blue = (1.0 - strength * (1.0 - part) for part in to_rgb(shade))
    return to_hex((red, green, blue))


def box(figure: Figure, left: float, top: float, width: float, height: float, **options: Any) -> None:
    """A rectangle by inches from the left and the top edge of the figure."""
    w, h = figure.get_size_inches()
    corner = (left / w, 1.0 - (top + height) / h)
    figure.add_artist(Rectangle(corner, width / w, height / h, transform=figure.transFigure, **options))


def cell(figure: Figure, place: tuple[float, float, float, float], shade: str, text: str) -> None:
    """A shaded cell (left, top, width, height in inches) with its number."""
    left, top, width, height = place
    box(figure, *place, facecolor=shade, edgecolor="white", linewidth=1.0)
    write(figure, left + width / 2, top + height / 2, text, ha="center", size=SMALL)


def shown(text: str) -> str:
    """The text on one line, as it is drawn: without characters that are no text, with true minus signs."""
    return minus(clean(text))


def ems(text: str) -> float:
    """How wide a text is, in widths of a Chinese character; a generous guess that needs no font."""
    return sum(_em(c) for c in text)


@functools.cache
def _em(c: str) -> float:
    if unicodedata.combining(c) or c == "\u200d":
        return 0.0
    if unicodedata.east_asian_width(c) in "WF":
        return 1.0
    return 0.88 if c in "MWmw@%&<>=+~#−…" else 0.7 if c.isupper() else 0.4 if c in " ,.;:'|!ijlft()[]" else 0.62


def inches(text: str, size: float = FONT_SIZE, *, is_bold: bool = False) -> float:
    return ems(text) * size / 72.0 * (BOLD if is_bold else 1.0)


def wrap(text: str, width: float, lines: int = 2, size: float = FONT_SIZE, *, is_bold: bool = False) -> list[str]:
    """The text in at most `lines` lines of `width` inches; what does not fit ends in an ellipsis."""
    width = width / (BOLD if is_bold else 1.0)
    parts = re.findall(r"[^\s\u2e80-\uffff]+\s*|[\u2e80-\uffff]", clean(text))
    made = [""]
    for i, part in enumerate(parts):
        if inches((made[-1] + part).rstrip(), size) <= width:
            made[-1] += part
        elif len(made) < lines and made[-1]:
            made.append(part)
        else:
            made[-1] += "".join(parts[i:])
            break
    return [shorten(line.strip().replace(MAY_BREAK, ""), width, size) for line in made]


def shorten(text: str, width: float, size: float = FONT_SIZE, *, is_bold: bool = False) -> str:
    """The text on one line, cut with an ellipsis to `width` inches."""
    text = clean(text)
    width = width / (BOLD if is_bold else 1.0)
    if inches(text, size) <= width:
        return text
    kept = text
    while kept and inches(kept + "…", size) > width:
        kept = kept[:-1]
    return kept.rstrip() + "…"


def spread_apart(wanted: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Positions as near as can be to those wanted, at least `gap` apart, within low - high where there is room."""
    order = sorted(range(len(wanted)), key=lambda i: wanted[i])
    places = [wanted[i] for i in order]
    for _ in range(200):
        moved = False
        for i in range(len(places) - 1):
            short = gap - (places[i + 1] - places[i])
            if short > 1e-9:
                places[i] -= short / 2
                places[i + 1] += short / 2
                moved = True
        if places:
            if (under := low - places[0]) > 1e-9:
                places[0], moved = places[0] + under, True
            if (over := places[-1] - high) > 1e-9:
                places[-1], moved = places[-1] - over, True
        if not moved:
            break
    # Whatever is still too near is set out evenly from the lower end.
    for i in range(1, len(places)):
        places[i] = max(places[i], places[i - 1] + gap)
    made = [0.0] * len(wanted)
    for position, i in zip(places, order, strict=True):
        made[i] = position
    return made


def to_svg(figure: Picture) -> str:
    """The figure as SVG with its text kept as text, its alternative inside, and names that no other figure has."""
    buffer = io.StringIO()
    with drawing():
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    svg = buffer.getvalue()
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"\s*<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    name = figure.name
    svg = re.sub(r'\bid="', f'id="{name}-', svg)
    svg = re.sub(r'href="#', f'href="#{name}-', svg)
    svg = re.sub(r"url\(#", f"url(#{name}-", svg)
    svg = re.sub(r"'DejaVu Sans'[^;\"]*", READERS_FONTS, svg)
    head, rest = svg.split(">", 1)
    head = re.sub(r'\s(?:width|height)="[^"]*"', "", head)
    size = figure.get_size_inches() * 72.0
    head += f' width="{size[0]:.0f}pt" height="{size[1]:.0f}pt" role="img" aria-labelledby="{name}-alt"'
    return f'{head}>\n<title id="{name}-alt">{_escaped(figure.alt)}</title>{rest}'


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
