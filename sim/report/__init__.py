"""Floor 6: the report, one self-contained HTML file made from stored results alone. It holds no script and asks for nothing.

Labels that users wrote are text everywhere: the template escapes them, figures parse nothing, and the page's own content
policy would stop a script that slipped through.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from sim import plot
from sim.lab.kept.results import Results
from sim.lab.kept.writing import check_file, check_writable, write_whole
from sim.language import counted, current, tr
from sim.plot import style
from sim.plot.style import Picture
from sim.report import sweep
from sim.report.contents import contents, question
from sim.report.parts import Section

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
    asked, about, sections = _told(results, folder)
    return template.render(
        lang=tr("en", "zh-CN"),
        style=Markup((here / "page.css").read_text(encoding="utf-8")),
        question=asked,
        about=about,
        skip=tr("Skip to the answer", "跳到结论"),
        contents=tr("Contents", "目录"),
        sections=sections,
    )


def _told(results: Results, folder: Path) -> tuple[str, str, list[Section]]:
    """Title, the line below it, and sections."""
    if results.kind == "sweep":
        return sweep.question(results), sweep.about(results), sweep.contents(results, folder)
    return question(results), _about(results), contents(results, folder)


def _figures(results: Results) -> Iterator[tuple[str, Picture]]:
    """Every figure by name, drawn when it is asked for."""
    if results.kind == "sweep":
        for name, (is_wanted, draw) in plot.SWEEP.items():
            if is_wanted(results):
                yield name, draw(results)
        return
    known = plot.COMPARE if results.kind == "compare" and results.policies else plot.RUN
    for name, draw_one in known.items():
        yield name, draw_one(results)


def _about(results: Results) -> str:
    n, posts, people = len(results.town_names), results.n_posts, results.n_residents
    about = tr(
        f"{results.city}: {counted(n, 'station')}, {counted(posts, 'post')}, {counted(people, 'resident')}; {results.policy_start} to {results.end}",
        f"{results.city}：{n} 个社工站，{posts} 个岗位，{people:,} 名居民；{results.policy_start} 至 {results.end}",
    )
    if results.kind == "compare":
        about += tr(
            f", {counted(results.n_seeds, 'run')} of each policy under the same seeds",
            f"，各政策在相同随机数下模拟 {results.n_seeds} 次",
        )
    return about + tr(". Simulation, not observation.", "。以下为模拟结果，并非观测。")


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
    paths = []
    for name, picture in _figures(results):
        if kind == "svg":
            content = ('<?xml version="1.0" encoding="utf-8"?>\n' + plot.to_svg(picture)).encode("utf-8")
        else:
            buffer = io.BytesIO()
            facts = {"CreationDate": None} if kind == "pdf" else {"Description": picture.alt}
            with style.drawing():
                picture.savefig(buffer, format=kind, dpi=DOTS, metadata=facts)
            content = buffer.getvalue()
        file = folder / f"{name}-{current()}.{kind}"
        write_whole(file, content)
        paths.append(file)
    return paths
