"""The page, one self-contained HTML file made from stored results alone, and figures as files. The page holds no script and asks for
nothing.

Labels that users wrote are text everywhere: the template escapes them, figures parse nothing, and the page's own content
policy would stop a script that slipped through.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from sim import plot
from sim.lab.comparison import Comparison
from sim.lab.kept.results import Results
from sim.lab.kept.writing import check_file, check_writable, write_whole
from sim.lab.simulate import Run
from sim.language import current, tr
from sim.mistakes import Mistake, other_kind
from sim.plot import style
from sim.plot.figure import FigureSource, results_of
from sim.report.contents import about, contents, question

REPORT = "report.html"
FORMATS = ("png", "svg", "pdf")
DOTS = 200
"""Per inch, of PNG figures."""


def html(results: Results, folder: Path | None) -> str:
    """The page, in the language in force. `folder` is named in the commands that it shows; None: results are in memory only."""
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


def write_report(results: Results | Comparison | Run, file: str | os.PathLike[str]) -> Path:
    """Write the report of results, one page without script or link that any browser opens, in the language in force. Returns the file.

    results: of `compare`, `simulate`, `sweep` or `open_results`. file: a name that ends in .html; replaced if it is there, whole or not at all. Raises Mistake.
    """
    found, path = results_of(results, "write_report"), file_given(file)
    check_file(path)
    if path.suffix.lower() not in {".html", ".htm"}:
        raise Mistake(
            f"{path}: a report is a page for the browser; give a name that ends in .html",
            f"{path}：报告是网页；文件名须以 .html 结尾",
        )
    write_whole(path, html(found, found.folder).encode("utf-8"))
    return path


def file_given(given: Any) -> Path:
    """A file's path. Raises Mistake where it is none at all."""
    if not isinstance(given, (str, os.PathLike)):
        raise other_kind("the file to write is named by text or a path", "须以文本或路径给出要写入的文件", given)
    return Path(given)


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
