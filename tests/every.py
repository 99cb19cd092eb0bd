"""Many cases as one test: each is tried, and all that fail are told."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterable
from typing import Any

Test = Callable[..., None]


def every(
    names: str | tuple[str, ...], cases: Iterable[Any], said: Callable[[Any], str] = str
) -> Callable[[Test], Test]:
    """In place of `pytest.mark.parametrize` where cases are many and quick: a test of its own costs each some milliseconds.

    Fixtures are made once for all cases. said: a case in words, for the failure.
    """
    tried = list(cases)
    assert tried, "no cases"

    def decorate(test: Test) -> Test:
        @functools.wraps(test)
        def all_cases(**fixtures: Any) -> None:
            wrong: dict[str, Exception] = {}
            for case in tried:
                given = {names: case} if isinstance(names, str) else dict(zip(names, case, strict=True))
                try:
                    test(**fixtures, **given)
                except Exception as error:
                    wrong[said(case)] = error
            if wrong:
                told = "".join(f"\n  {case}: {error or type(error).__name__}" for case, error in wrong.items())
                raise ExceptionGroup(f"{len(wrong)} of {len(tried)} cases fail:{told}\n", list(wrong.values()))

        own = inspect.signature(test)
        left = [
            one for one in own.parameters.values() if one.name not in ([names] if isinstance(names, str) else names)
        ]
        all_cases.__signature__ = own.replace(parameters=left)  # type: ignore[attr-defined]
        return all_cases

    return decorate
