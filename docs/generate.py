"""Write what is generated of the documents in this folder: ``python docs/generate.py``.

trace.md is written whole, from `evidence.py` by `trace_page.py`, and api.md from `api.py`. In the others a table stands between ``<!-- table: parameters -->`` and
``<!-- end -->``; `TABLES` lists the names. With ``--check`` nothing is written: it names the files that are stale and exits
with 1. A test holds all of them fresh.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from math import inf
from pathlib import Path

import api
import trace_page
from descriptions import DRAWS, NEED_STATES, OF_THE_CITY

from sim.day import PHASES
from sim.lab.outcomes import OUTCOMES
from sim.observations import COMMUNITY_MONTH, GROUP_MONTH, MEASURES, STATION_MONTH, Observation
from sim.scenario.document import END
from sim.scenario.load import load_scenario
from sim.scenario.parameters import LEVERS, PARAMETERS, SECTIONS, SWITCHES, Quantity
from sim.scenario.read import limit
from sim.scenario.sources import Evidence
from sim.words import Draw, NeedState
from sim.world.columns import STATE

FOLDER = Path(__file__).resolve().parent
BEGIN = "<!-- table: {} -->"
_MARKED = re.compile(rf"^{BEGIN.format('(?P<name>[^>]*?)')}\n(?P<made>.*?)^{END}$", re.MULTILINE | re.DOTALL)
_BEGINS = re.compile(rf"^{BEGIN.format('(?P<name>[^>]*?)')}$", re.MULTILINE)


# --- the tables


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |\n" for line in lines)


def _described(names: Iterable[str], said: Mapping[str, tuple[str, ...]]) -> Iterator[tuple[str, ...]]:
    """Rows of what the code declares, with what `descriptions` says of it. Raises ValueError where nothing is."""
    for name in names:
        if name not in said:
            raise ValueError(f"describe '{name}' in docs/descriptions.py")
        yield (f"`{name}`", *said[name])


def _state(name: str) -> str:
    def span(within: tuple[float, float] | None) -> str:
        if within is None:
            return ""
        return f"{limit(within[0])} to {limit(within[1])}" if within[1] < inf else f"{limit(within[0])} or more"

    rows = ((f"`{one.name}`", one.unit, span(one.within), one.en) for one in STATE[name].values())
    return _table(("column", "unit", "range", "meaning"), rows)


def _need_states() -> str:
    return _table(("state", "meaning"), _described(NeedState.__members__, NEED_STATES))


def _draws() -> str:
    return _table(("draw", "decides", "law"), _described(Draw.__members__, DRAWS))


def _phases() -> str:
    rows = ((str(i), f"`{name}`", en) for i, (name, en, _) in enumerate(PHASES, start=1))
    return _table(("order", "phase", "what happens"), rows)


def _numbers(q: Quantity) -> tuple[str, str, str]:
    return f"`{q.name}`", f"{q.default:.6g}", f"{q.low:g}–{q.high:g}"


def _quantities(quantities: Iterable[Quantity]) -> str:
    head = ("name", "default", "plausible range", "unit", "meaning", "standing", "source")
    rows = ((*_numbers(q), q.unit, q.meaning.en, _standing(q.kind), q.source.words.en) for q in quantities)
    return _table(head, rows)


def _parameters() -> str:
    parts = []
    for section, title in SECTIONS.items():
        own = [q for q in PARAMETERS.values() if q.section == section]
        parts.append(f"**{title.en}**\n\n{_quantities(own)}")
    return "\n".join(parts)


def _of_the_city() -> str:
    names = (q.name for q in PARAMETERS.values() if not q.by_town)
    return _table(("parameter", "why it is the whole city's"), _described(names, OF_THE_CITY))


def _structure() -> str:
    return _table(("switch", "on", "off"), ((f"`{s.name}`", s.on.en, s.off.en) for s in SWITCHES.values()))


def _standing(kind: Evidence) -> str:
    """A kind of evidence; in bold where the value itself has none."""
    return f"**{kind.value.en}**" if kind in {Evidence.ASSUMPTION, Evidence.VALUE_ASSUMED} else kind.value.en


def _standings() -> str:
    meanings = {
        Evidence.ASSUMPTION: "No evidence; the range is a guess",
        Evidence.VALUE_ASSUMED: "The paper says that it matters, nothing says how much",
        Evidence.CALIBRATED: "Fitted to P1-P4; see patterns and calibration",
        Evidence.PAPER: "A figure, or the proposal that a lever stands for",
        Evidence.LITERATURE: "A figure, or the sign and the order of size",
        Evidence.LAW: "What a law or the calendar says",
        Evidence.ARITHMETIC: "What follows from other values",
    }
    if set(meanings) != set(Evidence):
        raise ValueError("say in docs/generate.py what every kind of evidence of sim/scenario/sources.py means")

    def count(quantities: Mapping[str, Quantity], kind: Evidence) -> str:
        return str(sum(quantity.kind is kind for quantity in quantities.values()))

    rows = [
        (_standing(kind), meaning, count(PARAMETERS, kind), count(LEVERS, kind)) for kind, meaning in meanings.items()
    ]
    rows.append(("all", "", str(len(PARAMETERS)), str(len(LEVERS))))
    return _table(("standing", "meaning", "parameters", "levers"), rows)


def _monthly(observations: Mapping[str, Observation]) -> str:
    rows = ((f"`{o.name}`", o.kind, o.unit, o.meaning.en) for o in observations.values())
    return _table(("column", "kind", "unit", "meaning"), rows)


def _measures() -> str:
    def ratio(above: tuple[str, ...], below: tuple[str, ...], scale: float) -> str:
        times = "" if scale == 1.0 else f"{scale:g} × "
        top, bottom = (" + ".join(f"`{name}`" for name in names) for names in (above, below))
        top = f"({top})" if len(above) > 1 else top
        bottom = f"({bottom})" if len(below) > 1 else bottom
        return f"{times}{top} / {bottom}"

    rows = ((f"`{m.name}`", m.unit, m.meaning.en, ratio(m.above, m.below, m.scale)) for m in MEASURES.values())
    return _table(("measure", "unit", "meaning", "ratio of sums"), rows)


def _outcomes() -> str:
    rows = ((f"`{o.name}`", o.unit, o.meaning.en) for o in OUTCOMES.values() if o.name not in MEASURES)
    return _table(("outcome", "unit", "meaning"), rows)


def _towns() -> str:
    towns = load_scenario("t-city").towns
    rows = [(t.name.en, f"{t.population:,}", str(t.posts), str(len(t.communities))) for t in towns]
    total = (
        "all",
        f"{sum(t.population for t in towns):,}",
        str(sum(t.posts for t in towns)),
        str(sum(len(t.communities) for t in towns)),
    )
    return _table(("town", "residents", "posts", "communities"), [*rows, total])


def _groups() -> str:
    head = ("group", "per 1,000 residents", "needs per person and year", "share met by group work", "hours scale")
    rows = [
        (
            g.name.en,
            "the rest" if g.is_rest else f"{g.per_1000:g}",
            *(f"{x:g}" for x in (g.needs_per_year, g.group_work_share, g.hours_scale, g.detectability)),
        )
        for g in load_scenario("t-city").groups
    ]
    return _table((*head, "detectability"), rows)


TABLES: dict[str, Callable[[], str]] = {
    **{f"state of {name}": partial(_state, name) for name in STATE},
    "states of a need": _need_states,
    "draws": _draws,
    "phases": _phases,
    "levers": partial(_quantities, LEVERS.values()),
    "parameters": _parameters,
    "parameters of the city as a whole": _of_the_city,
    "standing": _standings,
    "structure": _structure,
    "monthly columns of stations": partial(_monthly, STATION_MONTH),
    "monthly columns of groups": partial(_monthly, GROUP_MONTH),
    "monthly columns of communities": partial(_monthly, COMMUNITY_MONTH),
    "measures": _measures,
    "outcomes": _outcomes,
    "towns of t-city": _towns,
    "groups of t-city": _groups,
}

# --- files


def fresh(text: str) -> str:
    """The text with its tables made anew. Raises ValueError where a table is unknown or its end is missing."""

    def made(found: re.Match[str]) -> str:
        name = found["name"]
        if name not in TABLES:
            raise ValueError(f"there is no table '{name}'; there are {', '.join(TABLES)}")
        return f"{BEGIN.format(name)}\n\n{TABLES[name]()}\n{END}"

    for begin in _BEGINS.finditer(text):
        whole = _MARKED.match(text, begin.start())
        if whole is None or _BEGINS.search(whole["made"]):
            raise ValueError(f"the end of table '{begin['name']}' is missing")
    return _MARKED.sub(made, text)


def without_tables(text: str) -> str:
    """The text without what is generated: what a person wrote."""
    return _MARKED.sub("", text)


PAGES: dict[str, Callable[[], str]] = {"trace.md": trace_page.page, "api.md": api.page}
"""Documents that are written whole."""


def renewed(file: Path) -> str:
    """What a document should say. Raises ValueError where that cannot be made."""
    return PAGES[file.name]() if file.name in PAGES else fresh(file.read_text(encoding="utf-8"))


def documents() -> list[Path]:
    """The documents of this folder."""
    return sorted(FOLDER.glob("*.md"))


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit with 1 if a file is stale")
    options = parser.parse_args(arguments)
    stale = 0
    for file in documents():
        text = file.read_text(encoding="utf-8")
        try:
            made = renewed(file)
        except ValueError as error:
            print(f"{file.name}: {error}", file=sys.stderr)
            return 1
        if made == text:
            continue
        stale += 1
        if options.check:
            print(f"{file.name} is stale; run: python docs/generate.py", file=sys.stderr)
        else:
            file.write_text(made, encoding="utf-8", newline="\n")
            print(f"{file.name} written")
    return 1 if options.check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
