"""Months: a number that counts from year 0, the text YYYY-MM, and the texts of a run's months."""

from __future__ import annotations

import datetime


def month_number(month: datetime.date | str) -> int:
    """Months since year 0, of a date or of YYYY-MM."""
    if isinstance(month, datetime.date):
        return month.year * 12 + month.month - 1
    return int(month[:4]) * 12 + int(month[5:7]) - 1


def month_text(number: int) -> str:
    """YYYY-MM."""
    return f"{number // 12}-{number % 12 + 1:02d}"


def month_start(number: int) -> datetime.date:
    """The first day of a month."""
    return datetime.date(number // 12, number % 12 + 1, 1)


def month_texts(first: datetime.date | str, n_months: int) -> list[str]:
    """So many months from the first on, as YYYY-MM."""
    start = month_number(first)
    return [month_text(start + month) for month in range(n_months)]
