"""docs/trace.md, made of the statements of `evidence.py` and the numbers of `stored.py`; `python docs/generate.py` writes it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from evidence import CHINESE, STRESS, TRACE, Statement
from stored import ROOT, SOURCES, awaiting, read

BAR = "\\|"


def numbered(text: str) -> str:
    """The text with its numbers. Raises ValueError where one is not stored."""
    try:
        return text.format_map(SOURCES)
    except KeyError as error:
        raise ValueError(f"docs/stored.py knows no {error} that docs/evidence.py asks for: {text[:60]}…") from None


def anchor_of(title: str) -> str:
    return re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")


def titles(text: str) -> list[str]:
    return re.findall(r"^#+ (.+)$", text, re.MULTILINE)


def shown(backing: str) -> str:
    """What backs a statement, as it stands in the page. Raises ValueError where a table, a page or its heading is missing."""
    if "::" in backing:
        file, _, test = backing.partition("::")
        return f'[test: {test.removeprefix("test_").replace("_", " ")}](../{file} "{test}")'
    if backing.startswith(("python ", "stations ", "make ")):
        return f"`{backing}`"
    if backing.startswith("given: "):
        return f"given fact of an outside study ([{backing[7:]}]({backing[7:]}))"
    if backing.startswith("table: "):
        before, found, _ = read("docs/odd.md").partition(f"<!-- {backing} -->\n")
        if not found:
            raise ValueError(f"docs/odd.md has no {backing}")
        return f"[odd.md, {backing}](odd.md#{anchor_of(titles(before)[-1])})"
    path, _, anchor = backing.partition("#")
    file = (ROOT / "docs" / path).resolve().relative_to(ROOT).as_posix()
    if not (ROOT / file).is_file():
        raise ValueError(f"there is no {file}")
    if not anchor:
        return f"[{file.removeprefix('docs/')}]({backing})"
    found = [title for title in titles(read(file)) if anchor_of(title) == anchor]
    if not found:
        raise ValueError(f"{file} has no heading #{anchor}")
    return f"[{file.removeprefix('docs/')}, {found[0].replace('`', '')}]({backing})"


def row(one: Statement) -> str:
    mark = "**Open.** " if one.is_open else ""
    cells = [f"{mark}{numbered(one.text)}", "; ".join(shown(backing) for backing in one.backed_by)]
    if one.item:
        cells.insert(0, one.item)
    return f"| {' | '.join(cell.replace('|', BAR) for cell in cells)} |\n"


def table(head: tuple[str, ...], rows: Iterator[str]) -> str:
    return f"| {' | '.join(head)} |\n{'|---' * len(head)}|\n{''.join(rows)}"


def overview() -> str:
    rows = (
        f"| [{one.title}](#{i}-{anchor_of(one.title)}) | {numbered(one.short)} "
        f"| {sum(not s.is_open for s in one.statements)} | {sum(s.is_open for s in one.statements)} |\n"
        for i, one in enumerate(TRACE, start=1)
    )
    return table(("element", "in short", "backed", "open"), rows)


def stale() -> str:
    """A warning, where stored results are older than the code; else nothing."""
    files = awaiting()
    if not files:
        return ""
    links = ", ".join(f"[{file}](../{file})" for file in files)
    return (
        f"> **Numbers from {links} await renewal**: they were stored when the code declared other parameters than now. 取自上述文件的数字为参数改动之前所存，"
        "有待更新。\n\n"
    )


def page() -> str:
    """docs/trace.md, whole."""
    parts = [
        "# TRACE and STRESS: what was done to trust this model, and what was not\n\n",
        "<!-- Written by: python docs/generate.py, from docs/evidence.py and docs/stored.py. Edit there. -->\n\n",
        "TRACE (Grimm et al. 2014) documents how a model was made credible, by the elements of *evaludation* (Augusiak et al. 2014); STRESS-ABS "
        "(Monks et al. 2019) is a checklist for reporting simulations. Every statement below carries the test, table, command or page that backs it, or stands as **open**; "
        "every number is read from declarations or stored results when the page is made. Change one by hand, here or there, and a test fails.\n\n",
        stale(),
        f"## 中文摘要\n\n{numbered(CHINESE)}\n",
        f"## TRACE at a glance\n\n{overview()}\n",
    ]
    for i, one in enumerate(TRACE, start=1):
        rows = (row(statement) for statement in one.statements)
        parts.append(f"## {i} {one.title}\n\n*{one.asks}*\n\n{table(('statement', 'backed by'), rows)}\n")
    parts.append("## STRESS-ABS\n\n")
    for item in STRESS:
        rows = (row(statement) for statement in item.statements)
        parts.append(f"### {item.title}\n\n{table(('item', 'here', 'backed by'), rows)}\n")
    parts.append(REFERENCES)
    return "".join(parts)


REFERENCES = """\
## References

* Augusiak, J., Van den Brink, P. J. & Grimm, V. (2014). Merging validation and evaluation of ecological models to 'evaludation': a review of
  terminology and a practical approach. *Ecological Modelling* 280.
* Grimm, V. et al. (2014). Towards better modelling and decision support: documenting model development, testing, and analysis using TRACE.
  *Ecological Modelling* 280.
* Monks, T. et al. (2019). Strengthening the reporting of empirical simulation studies: introducing the STRESS guidelines. *Journal of
  Simulation* 13(1).
"""
