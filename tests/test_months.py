"""Months as numbers, texts and dates say the same."""

from __future__ import annotations

import datetime

from sim.months import month_number, month_start, month_text, month_texts


def test_a_month_is_one_number_however_it_is_said() -> None:
    assert month_number("2023-01") == month_number(datetime.date(2023, 1, 31)) == 2023 * 12
    for number in range(month_number("1999-11"), month_number("2001-02")):
        assert month_number(month_text(number)) == month_number(month_start(number)) == number
        assert month_start(number).isoformat() == f"{month_text(number)}-01"


def test_the_months_of_a_run_pass_the_new_year() -> None:
    assert month_texts("2023-11", 3) == month_texts(datetime.date(2023, 11, 5), 3) == ["2023-11", "2023-12", "2024-01"]
    assert month_texts("2023-11", 0) == []
