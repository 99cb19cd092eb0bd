"""What a page asks for, read or refused in a sentence: it may be anything."""

from __future__ import annotations

import datetime
import reprlib
from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from sim.mistakes import Mistake, did_you_mean
from sim.months import month_number, month_start

if TYPE_CHECKING:
    from sim.view.live import LiveCity


def read_date(what: Any, live: LiveCity) -> datetime.date:
    """The day that is asked for, kept within the calendar: {"to": "YYYY-MM-DD"}, or so many units from the date that was
    asked for before: {"unit": "day" | "week" | "month" | "year", "n": 1}. Raises Mistake."""
    first, last = live.model.scenario.start, live.model.date_of(live.model.n_days)
    if isinstance(what, dict) and isinstance(what.get("to"), str):
        try:
            wanted = datetime.date.fromisoformat(what["to"][:10])
        except ValueError:
            raise no_request() from None
        return min(max(wanted, first), last)
    unit, n = (what.get("unit"), what.get("n", 1)) if isinstance(what, dict) else (None, 1)
    if unit not in ("day", "week", "month", "year") or not isinstance(n, int) or not 1 <= n <= 366:
        raise no_request()
    today = live.target
    if unit in ("day", "week"):
        return min(today + datetime.timedelta(days=n * (7 if unit == "week" else 1)), last)
    return min(month_start(month_number(today) + n * (12 if unit == "year" else 1)), last)


def check_name(name: Any, known: Collection[str], en: str, zh: str) -> None:
    """Raise Mistake where it is no known name; en and zh say of what."""
    if not isinstance(name, str) or name not in known:
        guess = did_you_mean(name, known) if isinstance(name, str) else ""
        raise Mistake(f"there is no {en} {_echo(name)}{guess}", f"没有{zh} {_echo(name)}{guess}")


def no_request() -> Mistake:
    """For what a page of ours never asks."""
    return Mistake("the page asked for something that does not exist; reload it", "页面请求无效；请刷新页面")


def _echo(value: Any) -> str:
    """What was sent, as a sentence can hold it: short, on one line, however large or deep it is."""
    return reprlib.repr(value)[:60]
