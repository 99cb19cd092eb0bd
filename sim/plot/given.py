"""What a figure is drawn from, checked: the right kind of results, and names that are in their tables."""

from __future__ import annotations

import functools
from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

from sim.lab.kept.results import Results
from sim.mistakes import Mistake, list_of, one_of, other_kind

if TYPE_CHECKING:
    from sim.plot.style import Picture

P = ParamSpec("P")
R = TypeVar("R")


def stored(draw: Callable[Concatenate[Results, P], Picture]) -> Callable[Concatenate[Results, P], Picture]:
    """A figure of a comparison or a run. Raises Mistake for anything else."""
    return _checked(draw, _refuse_other)


def compared(draw: Callable[Concatenate[Results, P], Picture]) -> Callable[Concatenate[Results, P], Picture]:
    """A figure of policies against their baseline. Raises Mistake where none was compared."""

    def check(name: str, results: Any) -> None:
        _refuse_other(name, results)
        if results.kind != "compare" or not results.policies:
            raise Mistake(
                f"{name} shows policies against their baseline, and these results hold no policy beside it",
                f"{name} 展示政策与基线之差，而此结果中没有可比较的政策",
            )

    return _checked(draw, check)


def swept(
    has: Callable[[Results], bool],
) -> Callable[[Callable[[Results], Picture]], Callable[[Results], Picture]]:
    """A figure of a sweep. has: whether there is something to show in it. Raises Mistake where there is not."""

    def check(name: str, results: Any) -> None:
        _refuse_other(name, results, ("sweep",))
        if not has(results):
            raise Mistake(
                f"{name}: this sweep has nothing to show in such a figure",
                f"{name}：此批量实验没有可在该图中展示的内容",
            )

    return lambda draw: _checked(draw, check)


def names_of(given: Any, known: Sequence[str]) -> list[str]:
    """Outcomes to be drawn. Raises Mistake for one that is not there, and for text in place of a list."""
    listed = list_of(given, "outcomes must be a list of names", "outcomes 须为名称列表")
    return [one_of(name, known, "outcome", "结果") for name in listed]


def _refuse_other(name: str, results: Any, kinds: Collection[str] = ("run", "compare")) -> None:
    if not isinstance(results, Results):
        raise other_kind(
            f"{name} is drawn from Results, as read_results gives them",
            f"{name} 由 Results 绘制（见 read_results）",
            results,
        )
    if results.kind not in kinds:
        commands = " or ".join(f"'stations {kind}'" for kind in kinds)
        raise Mistake(
            f"{name} is drawn from results of {commands}, not of 'stations {results.kind}'",
            f"{name} 由 {commands.replace(' or ', ' 或 ')} 的结果绘制，而非 'stations {results.kind}' 的结果",
        )


def _checked(
    draw: Callable[Concatenate[R, P], Picture], check: Callable[[str, Any], None]
) -> Callable[Concatenate[R, P], Picture]:
    name = draw.__name__

    @functools.wraps(draw)
    def checked(results: R, *given: P.args, **named: P.kwargs) -> Picture:
        check(name, results)
        return draw(results, *given, **named)

    return checked
