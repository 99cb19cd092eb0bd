"""Write the generated tables of the documents in this folder: ``python docs/generate.py``.

A table stands between ``<!-- table: parameters -->`` and ``<!-- end -->``; `TABLES` lists the names. With ``--check``
nothing is written: it names the files that are stale and exits with 1. A test holds all of them fresh.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path

from sim.day import PHASES
from sim.lab.outcomes import OUTCOMES
from sim.observations import COMMUNITY_MONTH, GROUP_MONTH, MEASURES, STATION_MONTH, Observation
from sim.scenario.document import END
from sim.scenario.load import load_scenario
from sim.scenario.parameters import LEVERS, PARAMETERS, SECTIONS, Quantity
from sim.words import Draw, NeedState
from sim.world import tables

FOLDER = Path(__file__).resolve().parent
BEGIN = "<!-- table: {} -->"
_MARKED = re.compile(rf"^{BEGIN.format('(?P<name>[^>]*?)')}\n(?P<made>.*?)^{END}$", re.MULTILINE | re.DOTALL)
_BEGINS = re.compile(rf"^{BEGIN.format('(?P<name>[^>]*?)')}$", re.MULTILINE)

# --- what the columns of the state mean: unit, meaning

STATE: dict[str, dict[str, tuple[str, str]]] = {
    "city": {
        "day": ("day", "The next day to run, counted from 0"),
        "next_need": ("row", "First need whose onset lies ahead"),
        "n_hidden": ("needs", "Hidden needs"),
        "n_queued": ("needs", "Needs in the guidance centre's queue"),
        "n_away": ("needs", "Needs with the centre or other organisations"),
        "n_waiting": ("needs", "Needs that wait at stations for a worker"),
        "n_unassigned": ("services", "Services without a worker"),
        "n_touched": ("residents", "Residents whose trust an experience moved since yesterday"),
    },
    "stations": {
        "first_worker": ("row", "First post of the station"),
        "last_worker": ("row", "One past its last post"),
        "first_community": ("row", "First community of its town"),
        "last_community": ("row", "One past the last community of its town"),
        "n_posts": ("posts", "Posts, filled or not"),
        "residents": ("people", "Residents of the town, weighted"),
        "backlog_hours": ("h", "Administrative backlog: accepted tasks, inspections, duplicates, handing over"),
        "reception_days_left": ("workdays", "Days of preparing and hosting ahead"),
        "balance": ("yuan", "Money at hand; never below 0"),
        "start_balance": ("yuan", "Balance on the first morning, kept for the check of conservation"),
        "receivable": ("yuan", "What government owes the station"),
        "wages_owed": ("yuan", "What the station owes its staff"),
        "operating_owed": ("yuan", "What the station owes for operation"),
        "government_revenue": ("yuan per month", "Moving mean of what government paid"),
        "own_revenue": ("yuan per month", "Moving mean of own revenue"),
        "planned_own": ("yuan per month", "Own revenue that fundraising works for; set at the last month's end"),
        "reputation": ("0-1", "Reputation ρ"),
        "turn": ("communities", "Community that outreach visits next, counted from the town's first"),
        "n_partners": ("stations", "Partner stations"),
        "partners": ("rows", "The partners in the order of linking (room for 8)"),
        "awareness": ("0-1", "Town office: cadre awareness A, how many cadres understand social work"),
        "goodwill": ("0-1", "Town office: goodwill G to its station"),
        "restrained_months": ("months", "Town office: months of restraint left after an inspection"),
        "load": ("0-1", "Load: hours left in its services against what present staff can do; end of last month"),
        "trust": ("0-1", "Mean trust of the town's residents, end of last month"),
        "volunteers": ("per 1,000 residents", "Volunteers V who help, mean over the town"),
        "mean_competence": ("0-1", "Mean competence of filled posts; 0 where nobody works"),
        "n_present": ("workers", "Present staff today"),
        "month_ended": ("needs", "Needs whose services the station ended this month"),
        "month_reported": ("needs", "Of them, reported as on time"),
        "month_visits": ("visits", "Visits announced this month"),
    },
    "workers": {
        "station": ("row", "Station of the post"),
        "is_filled": ("0 or 1", "Whether somebody holds the post"),
        "is_trained": ("0 or 1", "Whether trained in social work"),
        "certificate": ("0-3", "None, assistant, social worker, senior"),
        "competence": ("0-1", "Competence C"),
        "burnout": ("0-1", "Burnout U"),
        "conflict": ("0-1", "Role conflict a: moving mean of the admin fraction of the day"),
        "stay": ("chance", "Chance of answering that one means to stay, σ; refreshed at the month's end"),
        "arrears": ("0-1", "Moving mean of the share of the month's wages left unpaid"),
        "tenure_days": ("days", "Time in post; recorded, but nothing depends on it"),
        "secondment_days_left": ("days", "Days that the worker is still lent out"),
        "ledger_backlog": ("h", "Records not yet written; stays with the post when somebody leaves"),
        "month_service": ("h", "Service hours this month, overtime included"),
        "month_training": ("h", "Training hours this month"),
        "vacant_months": ("month-ends", "How long the post has stood vacant"),
        "n_services": ("services", "Services under way"),
        "services": ("rows", "These services in order of deadline, then of row (room for 15)"),
    },
    "communities": {
        "station": ("row", "Station of the town"),
        "first_cell": ("row", "First cell of residents"),
        "last_cell": ("row", "One past the last cell"),
        "residents": ("people", "Residents, weighted"),
        "grid_strength": ("mean 1", "Strength of the grid (网格) that reports needs"),
        "outreach": ("h per 1,000 residents and month", "Outreach intensity O, a moving mean"),
        "month_outreach": ("h", "Outreach here this month"),
        "participation": ("share", "Residents who joined last month's activity"),
        "volunteers": ("per 1,000 residents", "Volunteers V who help the station"),
        "trust": ("0-1", "Mean trust, end of last month"),
        "trust_sum": ("people", "Sum of trust, end of last month"),
        "aware_sum": ("people", "Residents who know of the station, end of last month"),
        "was_served": ("0 or 1", "Whether a resident had a session this month"),
    },
    "residents": {
        "trust": ("0-1", "Trust T in the station"),
        "own_trust": ("0-1", "The resident's first trust T0, to which it returns"),
        "is_aware": ("0 or 1", "Whether the resident knows of the station"),
        "words": ("-", "This month's random words; scratch, no part of the state"),
    },
    "needs": {
        "resident": ("row", "Whose need it is"),
        "ordinal": ("-", "Which of the resident's needs; with the resident it names the need in every draw"),
        "community": ("row", "Community of the resident"),
        "group": ("row", "Group of the resident"),
        "station": ("row", "Station of the resident's town"),
        "weight": ("people", "People for whom the resident stands"),
        "onset": ("day", "When it arises"),
        "kind": ("case or group", "What kind of service it calls for"),
        "state": ("-", "See the states below"),
        "hours": ("h", "Hours that it takes as a case, at productivity 1"),
        "expired_before": ("hazard", "Hazard of expiry gathered before the first day"),
        "detection_threshold": ("hazard", "Gathered hazard at which it is detected; exponential with mean 1"),
        "expiry_threshold": ("hazard", "Gathered hazard at which it expires; exponential with mean 1"),
        "giving_up_threshold": ("hazard", "Gathered hazard at which it gives up waiting; exponential with mean 1"),
        "dispatch_due": ("workday number", "Workday from which it may be dispatched"),
        "dispatched": ("day", "When it was dispatched"),
        "route": ("-", "Centre, other organisation, or station"),
        "waiting_since": ("day", "From when the deadlines of a case count"),
        "ends": ("day", "When the centre or other organisation closes it"),
        "service": ("row", "Its service"),
        "next_member": ("row", "Next need of the same service"),
    },
    "hidden": {
        "need": ("row", "The hidden need"),
        "resident": ("row", "Whose it is"),
        "hazard": ("per day", "Hazard of detection; refreshed monthly and after an experience of the resident"),
        "detection_left": ("hazard", "Hazard to gather until it is detected"),
        "expiry_left": ("hazard", "Hazard to gather until it expires"),
    },
    "services": {
        "station": ("row", "Station that works"),
        "worker": ("row", "Worker, or none: it waits for one"),
        "kind": ("case or group", "Kind"),
        "is_open": ("0 or 1", "Whether it is under way"),
        "n_members": ("needs", "Needs that it serves"),
        "hours": ("h", "Hours that it takes at productivity 1"),
        "hours_left": ("h", "Of these, not yet done"),
        "opened": ("day", "When it was opened"),
        "deadline": ("day", "By when it should close"),
        "response_due": ("day", "By when a case should have its first session"),
        "last_session": ("day", "Last session, or none: unanswered"),
        "handovers": ("-", "How often its worker has left"),
    },
    "days": {
        "month": ("-", "Month of the run, from 0"),
        "is_workday": ("0 or 1", "Monday to Friday"),
        "workdays": ("workdays", "Workdays up to and including this day"),
        "next_workday": ("day", "Next workday after this day"),
        "is_month_start": ("0 or 1", "First day of a month"),
        "is_month_end": ("0 or 1", "Last day of a month"),
        "month_of_year": ("1-12", "Calendar month"),
        "days_in_month": ("days", "Length of the month"),
    },
    "groups": {
        "needs_per_year": ("per person", "Rate at which needs arise"),
        "group_work_share": ("share", "Needs that call for a group"),
        "hours_scale": ("multiplier", "On the hours of a case"),
        "detectability": ("multiplier", "On the hazard of detection"),
    },
    "cells": {
        "community": ("row", "Community"),
        "group": ("row", "Group"),
        "first": ("row", "First resident"),
        "last": ("row", "One past the last resident"),
        "weight": ("people", "People for whom each resident stands"),
    },
}
COLUMNS: dict[str, tuple[str, ...]] = {
    name: tuple(dtype.names or ())
    for name, dtype in {
        "city": tables.CITY,
        "stations": tables.STATION,
        "workers": tables.WORKER,
        "communities": tables.COMMUNITY,
        "needs": tables.NEED,
        "hidden": tables.HIDDEN,
        "services": tables.SERVICE,
        "days": tables.DAY,
        "groups": tables.GROUP,
        "cells": tables.CELL,
    }.items()
} | {"residents": tables.Residents._fields}
"""The columns that the code declares."""

NEED_STATES: dict[str, tuple[str]] = {
    "FUTURE": ("Its onset lies ahead",),
    "HIDDEN": ("It has arisen; nobody knows of it",),
    "QUEUED": ("Detected, in the guidance centre's queue",),
    "WAITING": ("Dispatched to a station, no worker yet",),
    "IN_SERVICE": ("A member of a station's case or group",),
    "AWAY": ("With the guidance centre or another organisation",),
    "MET": ("Its service ended and met it",),
    "UNMET": ("Its service ended and did not meet it",),
    "PAPER_CLOSED": ("Closed on paper at the deadline; not met",),
    "GIVEN_UP": ("Left while waiting",),
    "EXPIRED": ("Gone before anybody knew of it",),
}

DRAWS: dict[str, tuple[str, str]] = {
    "CONTRACT_TASKS": ("Number of contract tasks of a station on a workday", "Poisson"),
    "OFFCONTRACT_TASKS": ("Number of off-contract tasks of a station on a workday", "Poisson"),
    "CONTRACT_HOURS": ("Hours of a contract task", "gamma, shape 2"),
    "OFFCONTRACT_HOURS": ("Hours of an off-contract task", "gamma, shape 2"),
    "ACCEPT": ("Whether an off-contract task is accepted", "yes or no"),
    "RECEPTION": ("Whether a visit is announced today", "yes or no"),
    "PREPARATION": ("Days of preparing it", "lognormal, rounded, capped"),
    "HOSTING": ("Days of hosting it", "1 or 2"),
    "SECOND": ("Whether a present worker is lent out today", "yes or no"),
    "SECOND_DAYS": ("For how many days", "uniform, whole days"),
    "SUPERVISE": ("Whether a station is inspected this month", "yes or no"),
    "ONSET": ("Time from one need of a resident to the next", "exponential"),
    "KIND": ("Whether a need calls for a group", "yes or no"),
    "CASE_HOURS": ("Hours of a need as a case", "lognormal"),
    "DETECTION": ("Threshold of detection", "exponential, mean 1"),
    "EXPIRY": ("Threshold of expiry", "exponential, mean 1"),
    "GIVING_UP": ("Threshold of giving up", "exponential, mean 1"),
    "DISPATCH_LAG": ("Workdays from detection to dispatch", "geometric, from 0"),
    "ROUTE": ("Centre, other organisation, or station", "one of three"),
    "AWAY_DAYS": ("Days until the centre or another organisation closes", "lognormal, rounded up"),
    "AWAY_SUCCESS": ("Whether it meets the need", "yes or no"),
    "DUPLICATE": ("Whether the need was registered elsewhere too", "yes or no"),
    "SUCCESS": ("Whether a finished service meets a member's need", "yes or no"),
    "PAPER": ("Whether a service is closed on paper at its deadline", "yes or no"),
    "PAYMENT": ("Whether government pays a station this month", "yes or no"),
    "OWN_REVENUE": ("Noise on a station's own revenue", "lognormal, mean 1"),
    "EXAM_ATTEMPT": ("Whether a worker sits the exam", "yes or no"),
    "EXAM_PASS": ("Whether the worker passes", "yes or no"),
    "QUIT": ("Whether a worker quits this month", "yes or no"),
    "HIRE": ("Whether a vacant post fills this month", "yes or no"),
    "HIRE_TRAINED": ("Whether the hire is trained", "yes or no"),
    "HIRE_COMPETENCE": ("Competence of the hire", "normal, clipped to 0-1"),
    "HIRE_CERTIFICATE": ("Certificate of the hire", "one of four"),
    "LINK": ("Whether two stations ally this month", "yes or no"),
    "UNLINK": ("Whether their link ends this month", "yes or no"),
    "JOIN": ("Whether a resident joins the month's activity", "yes or no"),
    "AWARE": ("Whether a resident hears of the station, or forgets it", "yes or no"),
    "START_TRUST": ("First trust of a resident", "normal, clipped to 0-1"),
    "START_AWARE": ("Whether a resident knows of the station at the start", "yes or no"),
    "START_TRAINED": ("Whether a worker of the first morning is trained", "yes or no"),
    "START_COMPETENCE": ("Competence of that worker", "normal, clipped to 0-1"),
    "START_CERTIFICATE": ("Certificate of that worker", "one of four"),
    "START_TENURE": ("Tenure of that worker", "uniform"),
    "GRID_STRENGTH": ("Grid strength of a community", "lognormal, mean 1"),
    "TOWN_SHARES": ("Shares of a town's communities in its population; the same for all seeds", "Dirichlet"),
}

# --- how a value stands


def standing(one: Quantity) -> str:
    """What a value rests on, in one word or two, from what its declaration says of its source."""
    source = one.source
    if one.is_assumption:
        return "**assumption**"
    if "value assumed" in source or "and assumption" in source:
        return "**value assumed**"
    for word in ("calibrated", "paper", "literature"):
        if source.startswith(word):
            return word
    return "convention"


# --- the tables


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |\n" for line in lines)


def _described(names: Iterable[str], said: Mapping[str, tuple[str, ...]]) -> Iterator[tuple[str, ...]]:
    """Rows of what the code declares, with what is said of it above. Raises ValueError where nothing is."""
    for name in names:
        if name not in said:
            raise ValueError(f"describe '{name}' in docs/generate.py")
        yield (f"`{name}`", *said[name])


def _state(name: str) -> str:
    return _table(("column", "unit", "meaning"), _described(COLUMNS[name], STATE[name]))


def _need_states() -> str:
    return _table(("state", "meaning"), _described(NeedState.__members__, NEED_STATES))


def _draws() -> str:
    return _table(("draw", "decides", "law"), _described(Draw.__members__, DRAWS))


def _phases() -> str:
    rows = ((str(i), f"`{name}`", en) for i, (name, en, _) in enumerate(PHASES, start=1))
    return _table(("order", "phase", "what happens"), rows)


def _quantities(quantities: Iterable[Quantity]) -> str:
    head = ("name", "default", "plausible range", "unit", "meaning", "standing", "source")
    rows = (
        (f"`{q.name}`", f"{q.default:.6g}", f"{q.low:g}–{q.high:g}", q.unit, q.en, standing(q), q.source)
        for q in quantities
    )
    return _table(head, rows)


def _parameters() -> str:
    parts = []
    for section, (en, _) in SECTIONS.items():
        own = [q for q in PARAMETERS.values() if q.section == section]
        parts.append(f"**{en}**\n\n{_quantities(own)}")
    return "\n".join(parts)


def _standings() -> str:
    words = ("**assumption**", "**value assumed**", "calibrated", "paper", "literature", "convention")
    meanings = (
        "No evidence; the range is a guess",
        "A source says that it matters, none says how much",
        "Declared as fitted to P1-P4; see patterns and calibration",
        "The paper: a figure, or the proposal that a lever stands for",
        "A figure, or the sign and the order of size, of other literature",
        "A calendar, a law, or arithmetic",
    )

    def count(quantities: Mapping[str, Quantity], word: str) -> str:
        return str(sum(standing(q) == word for q in quantities.values()))

    rows = [
        (word, meaning, count(PARAMETERS, word), count(LEVERS, word))
        for word, meaning in zip(words, meanings, strict=True)
    ]
    rows.append(("all", "", str(len(PARAMETERS)), str(len(LEVERS))))
    return _table(("standing", "meaning", "parameters", "levers"), rows)


def _monthly(observations: Mapping[str, Observation]) -> str:
    rows = ((f"`{o.name}`", o.kind, o.unit, o.en) for o in observations.values())
    return _table(("column", "kind", "unit", "meaning"), rows)


def _measures() -> str:
    def ratio(above: tuple[str, ...], below: tuple[str, ...], scale: float) -> str:
        times = "" if scale == 1.0 else f"{scale:g} × "
        top, bottom = (" + ".join(f"`{name}`" for name in names) for names in (above, below))
        top = f"({top})" if len(above) > 1 else top
        bottom = f"({bottom})" if len(below) > 1 else bottom
        return f"{times}{top} / {bottom}"

    rows = ((f"`{m.name}`", m.unit, m.en, ratio(m.above, m.below, m.scale)) for m in MEASURES.values())
    return _table(("measure", "unit", "meaning", "ratio of sums"), rows)


def _outcomes() -> str:
    rows = ((f"`{o.name}`", o.unit, o.en) for o in OUTCOMES.values() if o.name not in MEASURES)
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
    "standing": _standings,
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
            made = fresh(text)
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
