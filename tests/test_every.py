"""Many cases in one test: all are tried, and all that fail are told."""

from __future__ import annotations

from pathlib import Path

import pytest
from every import every

tried: list[int] = []


@every("number", [1, 2, 3])
@every(("letter", "times"), [("a", 1), ("b", 2)])
def test_each_case_is_tried_with_each_and_fixtures(number: int, tmp_path: Path, letter: str, times: int) -> None:
    assert tmp_path.is_dir()
    assert letter * times in {"a", "bb"}
    tried.append(number)


def test_none_was_left_out() -> None:
    test_each_case_is_tried_with_each_and_fixtures(tmp_path=Path())
    assert tried[-6:] == [1, 1, 2, 2, 3, 3]


def test_all_that_fail_are_told() -> None:
    @every("number", range(5), said=lambda number: f"case {number}")
    def odd(number: int) -> None:
        assert number % 2

    with pytest.raises(ExceptionGroup) as caught:
        odd()
    assert "3 of 5 cases fail" in str(caught.value)
    assert [f"case {number}" in str(caught.value) for number in range(5)] == [True, False, True, False, True]
    assert len(caught.value.exceptions) == 3


def test_no_cases_are_a_mistake() -> None:
    with pytest.raises(AssertionError, match="no cases"):
        every("number", [])
