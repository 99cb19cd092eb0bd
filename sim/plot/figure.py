"""What a figure is: what it is drawn from, what the report says of it, and how it is drawn. Called as a function, it draws."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Concatenate, Generic, ParamSpec, TypeVar

from sim.lab.comparison import Comparison
from sim.lab.kept.reading import Reading
from sim.lab.kept.results import Results
from sim.lab.simulate import Run
from sim.language import run_on, tr
from sim.mistakes import Mistake, list_of, one_of, other_kind
from sim.plot import style
from sim.report.parts import PagePart, over_worlds, stored, sure

if TYPE_CHECKING:
    from sim.plot.style import Picture

Subject = TypeVar("Subject", Results, Reading)
P = ParamSpec("P")


class FigureSource:
    """Stored results as figures and sections are made from them: by arm, by point, or both."""

    def __init__(self, results: Results) -> None:
        self.results = results

    @property
    def arms(self) -> Results | None:
        """Arms under the same seeds: of a run or a comparison all there is, of a sweep its points at the base's other levels."""
        return self.results.at_base if self.results.kind == "sweep" else self.results

    @functools.cached_property
    def points(self) -> Reading | None:
        """The points of a sweep."""
        return Reading(self.results) if self.results.kind == "sweep" else None


@dataclass(frozen=True)
class FigureNeeds(Generic[Subject]):
    """Which results a figure can be drawn from. kinds: the commands that make them. find: what the figure is drawn from in results of
    these kinds; None where they lack it. lacking: what is then said after the figure's name."""

    kinds: Sequence[str]
    find: Callable[[FigureSource], Subject | None]
    lacking: Callable[[FigureSource], str]


def of_arms(
    *tables: str, against_baseline: bool = False, of_sweeps: bool = True, of_tags: bool = False
) -> FigureNeeds[Results]:
    """A figure of arms. tables: what it needs; a sweep may have kept too little. against_baseline: of policies against it.
    of_sweeps: whether a sweep shows it, too. of_tags: of a city whose towns have some."""

    def find(source: FigureSource) -> Results | None:
        arms = source.arms
        if arms is None or any(name not in arms.tables for name in tables):
            return None
        return arms if not against_baseline or (arms.kind == "compare" and arms.policies) else None

    def lacking(source: FigureSource) -> str:
        if of_tags and source.arms is not None and not source.arms.tags:
            return tr(": no town of this city has a tag", "：本市没有带标签的镇")
        if source.points is None:
            return tr(
                " shows policies against their baseline, and these results hold no policy beside it",
                " 展示政策与基线之差，而此结果中没有可比较的政策",
            )
        if source.arms is None:
            return tr(
                ": this sweep has no levels, in force from the policies' start on, to compare at its base",
                "：此批量实验在基准处没有自政策起始日起生效的水平可供比较",
            )
        return (
            tr(": this sweep kept too little for such a figure; ", "：此批量实验保留的内容不足以绘制该图；")
            + what_to_keep()
        )

    return FigureNeeds(("run", "compare", *(["sweep"] if of_sweeps else [])), find, lacking)


def of_points(has: Callable[[Reading], bool]) -> FigureNeeds[Reading]:
    """A figure of the points of a sweep. has: whether there is something to show in it."""

    def find(source: FigureSource) -> Reading | None:
        return source.points if source.points is not None and has(source.points) else None

    return FigureNeeds(
        ("sweep",),
        find,
        lambda _: tr(": this sweep has nothing to show in such a figure", "：此批量实验没有可在该图中展示的内容"),
    )


def what_to_keep() -> str:
    """What a design says to keep for every figure of arms."""
    return tr(
        "'keep: {months: all, sums: true}' in the design keeps enough, for new runs",
        "在设计中写明 'keep: {months: all, sums: true}' 并重新运行即可",
    )


def results_of(given: Any, name: str) -> Results:
    """Results in memory or from a folder, as figures and reports are made of them. name: what asks. Raises Mistake for anything else."""
    if isinstance(given, Comparison | Run):
        return given.results
    if not isinstance(given, Results):
        raise other_kind(
            f"{name} wants results, as compare, simulate, sweep and open_results give them",
            f"{name} 需要 compare、simulate、sweep 或 open_results 给出的结果",
            given,
        )
    return given


def nothing(subject: Any) -> list[PagePart]:
    return []


@dataclass(eq=False)
class Figure(Generic[Subject, P]):
    """A figure; `Figure(results)` draws it.

    title: of its section in the report; figures of one `section` (default: the figure's own) stand together under the title of the
    first. caption: what it shows; where `is_of_means`, how sure the means are is said after it. stored: the tables that hold its
    numbers. behind: what stands under it, tables as a rule.
    """

    draw: Callable[Concatenate[Subject, P], Picture]
    needs: FigureNeeds[Subject]
    title: Callable[[Subject], str]
    caption: Callable[[Subject], str]
    stored: Sequence[str]
    behind: Callable[[Subject], list[PagePart]] = nothing
    section: str = ""
    is_of_means: bool = True

    def __post_init__(self) -> None:
        functools.update_wrapper(self, self.draw)
        self.name = self.draw.__name__
        self.section = self.section or self.name.replace("_", "-")

    def __call__(self, results: Results | Comparison | Run, *given: P.args, **named: P.kwargs) -> Picture:
        """Draw it. Raises Mistake for results that it cannot be drawn from."""
        results = results_of(results, self.name)
        if results.kind not in self.needs.kinds:
            commands = [f"'stations {kind}'" for kind in self.needs.kinds]
            raise Mistake(
                f"{self.name} is drawn from results of {' or '.join(commands)}, not of 'stations {results.kind}'",
                f"{self.name} 由 {' 或 '.join(commands)} 的结果绘制，而非 'stations {results.kind}' 的结果",
            )
        source = FigureSource(results)
        subject = self.needs.find(source)
        if subject is None:
            raise Mistake(self.name + self.needs.lacking(source))
        return self.drawn(subject, *given, **named)

    def drawn(self, subject: Subject, *given: P.args, **named: P.kwargs) -> Picture:
        with style.drawing():
            picture = self.draw(subject, *given, **named)
        picture.name = self.name
        return picture

    def found(self, source: FigureSource) -> Subject | None:
        """What it is drawn from; None of results that have nothing to show in it."""
        return self.needs.find(source) if source.results.kind in self.needs.kinds else None

    def said(self, subject: Subject, picture: Picture) -> str:
        """The caption in full: what is shown, how sure that is, what is left out, and where the numbers are."""
        how_sure = _sure(subject) if self.is_of_means else ""
        files = [subject.file_of(name) if isinstance(subject, Results) else name for name in self.stored]
        return run_on([self.caption(subject).strip(), how_sure, picture.left_out, stored(*files)])


def _sure(subject: Results | Reading) -> str:
    if (subject if isinstance(subject, Results) else subject.results).doubt != "none":
        n = subject.n_seeds if isinstance(subject, Results) else subject.n_seeds[1]
        return over_worlds(n)
    if isinstance(subject, Results):
        return sure(subject.n_seeds, has_intervals=subject.n_seeds > 1)
    least, most = subject.n_seeds
    return sure(
        most if least == most else tr(f"{least} to {most}", f"{least} 至 {most}"), has_intervals=subject.has_intervals
    )


def drawn_from(
    needs: FigureNeeds[Subject],
    title: Callable[[Subject], str],
    caption: Callable[[Subject], str],
    stored: Sequence[str],
    **more: Any,
) -> Callable[[Callable[Concatenate[Subject, P], Picture]], Figure[Subject, P]]:
    """Declare a figure above the function that draws it; as `Figure`."""
    return lambda draw: Figure(draw, needs, title, caption, stored, **more)


def names_of(given: Any, known: Sequence[str]) -> list[str]:
    """Outcomes to be drawn. Raises Mistake for one that is not there, and for text in place of a list."""
    listed = list_of(given, "outcomes must be a list of names", "outcomes 须为名称列表")
    return [one_of(name, known, "outcome", "结果") for name in listed]
