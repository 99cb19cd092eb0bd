"""The page, one self-contained HTML file made from stored results alone, and figures as files. The page holds no script and asks for
nothing.

Labels that users wrote are text everywhere: the template escapes them, figures parse nothing, and the page's own content
policy would stop a script that slipped through.
"""

from __future__ import annotations

from pathlib import Path

from sim import plot
from sim.lab.kept.results import Results
from sim.lab.kept.writing import check_file, check_writable, write_whole
from sim.language import current, tr
from sim.plot import style
from sim.plot.figure import FigureSource
from sim.report.contents import about, contents, question

REPORT = "report.html"
FORMATS = ("png", "svg", "pdf")
DOTS = 200
"""Per inch, of PNG figures."""


def html(results: Results, folder: Path) -> str:
    """The page, in the language in force. `folder` is named in the commands that it shows."""
    from jinja2 import Environment, StrictUndefined
    from markupsafe import Markup

    here = Path(__file__).parent
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    template = environment.from_string((here / "page.html").read_text(encoding="utf-8"))
    return template.render(
        lang=tr("en", "zh-CN"),
        style=Markup((here / "page.css").read_text(encoding="utf-8")),
        question=question(results),
        about=about(results),
        skip=tr("Skip to the answer", "跳到结论"),
        contents=tr("Contents", "目录"),
        sections=contents(results, folder),
    )


def write_report(results: Results, folder: Path, file: Path | None = None) -> Path:
    """Write the report to `file` (default: report.html in the folder), whole or not at all. Raises Mistake."""
    file = file or folder / REPORT
    check_file(file)
    write_whole(file, html(results, folder).encode("utf-8"))
    return file


def write_figures(results: Results, folder: Path, kind: str) -> list[Path]:
    """Write every figure to `folder` as "png", "svg" or "pdf". Raises Mistake where Chinese cannot be drawn."""
    import io

    if kind != "svg":
        style.need_chinese_font()
    check_writable(folder, inside=True)
    source, paths = FigureSource(results), []
    for figure in plot.FIGURES:
        subject = figure.found(source)
        if subject is None:
            continue
        picture = figure.drawn(subject)
        if kind == "svg":
            content = ('<?xml version="1.0" encoding="utf-8"?>\n' + plot.to_svg(picture)).encode("utf-8")
        else:
            buffer = io.BytesIO()
            facts = {"CreationDate": None} if kind == "pdf" else {"Description": picture.alt}
            with style.drawing():
                picture.savefig(buffer, format=kind, dpi=DOTS, metadata=facts)
            content = buffer.getvalue()
        file = folder / f"{figure.name}-{current()}.{kind}"
        write_whole(file, content)
        paths.append(file)
    return paths
