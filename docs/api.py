"""The page of the public door, from its signatures and docstrings: what `import sim` gives, name by name."""

from __future__ import annotations

import dataclasses
import functools
import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import sim
from sim import plot

ROOT = Path(sim.__file__).resolve().parent.parent
INTRODUCTION = """# What `import sim` gives

Every name of the public door with its signature and what its docstring says; written by `python docs/generate.py`. How to use them:
[the notebook](notebook.ipynb), [extend](extend.md), [sweeps](sweeps.md). Numbers are in stored units: shares and ratios are fractions (0-1),
money is yuan, durations are days or hours as said. `Estimate` is `mean`, `low`, `high` (its 95 % interval, NaN where there is none), `sd`
between seeds and `n` seeds; `Chance` is `share`, `low`, `high`, `n`; `Price` is `verdict`, `yuan`, `low`, `high`. Whatever is wrong with what is given is a
`sim.Mistake`, whose text is one sentence in the language in force.
"""


class _Bare:
    """An annotation as its text, without quotes."""

    def __init__(self, text: Any) -> None:
        self.text = text if isinstance(text, str) else inspect.formatannotation(text)

    def __repr__(self) -> str:
        return self.text


def signature(function: Any, name: str) -> str:
    """A call as its definition writes it, an argument a line where it is long."""
    found = inspect.signature(function)
    own = [
        one.replace(annotation=one.annotation if one.annotation is one.empty else _Bare(one.annotation))
        for one in found.parameters.values()
        if one.name not in ("self", "cls")
    ]
    gives = found.return_annotation
    end = "" if gives is found.empty else f" -> {_Bare(gives)}"
    short = f"{name}{inspect.Signature(own)}{end}"
    if len(short) <= 120:
        return short
    lines = []
    for before, one in zip([None, *own], own, strict=False):
        if one.kind is one.KEYWORD_ONLY and (before is None or before.kind is not one.KEYWORD_ONLY):
            lines.append("*")
        lines.append(str(one))
    return f"{name}(\n" + "".join(f"    {line},\n" for line in lines) + f"){end}"


def members(kind: type) -> Iterator[tuple[str, Any]]:
    """Public methods and properties of ours, own ones first, each with what defines it."""
    seen: set[str] = set()
    for base in kind.__mro__:
        if not base.__module__.startswith("sim"):
            continue
        for name, one in vars(base).items():
            if name.startswith("_") or name in seen:
                continue
            if isinstance(one, (property, functools.cached_property, classmethod, staticmethod)) or inspect.isfunction(
                one
            ):
                seen.add(name)
                yield name, one


def _function_of(one: Any) -> Any:
    if isinstance(one, property):
        return one.fget
    if isinstance(one, functools.cached_property):
        return one.func
    return getattr(one, "__func__", one)


def docstring(one: Any) -> str:
    """What it says of itself; "" where it says nothing of its own."""
    return inspect.cleandoc(_function_of(one).__doc__ or "")


def place(one: Any) -> str:
    """Where it is defined, as a link."""
    file = Path(inspect.getsourcefile(one) or "").resolve().relative_to(ROOT).as_posix()
    return f"[{file}](../{file})"


def _heading(name: str) -> str:
    return re.sub(r"_", r"\\_", name)


def _of_class(kind: type) -> Iterator[str]:
    yield f"## {kind.__name__}\n\n{docstring_of_class(kind)}\n\nSource: {place(kind)}\n"
    if dataclasses.is_dataclass(kind):
        said = dict(re.findall(r"^    (\w+): [^#\n]*  # (.*)$", inspect.getsource(kind), re.M))
        rows = [
            f"* `{one.name}`: `{_Bare(one.type)}`{f', {said[one.name]}' if one.name in said else ''}"
            for one in dataclasses.fields(kind)
            if not one.name.startswith("_")
        ]
        yield "Fields:\n\n" + "\n".join(rows) + "\n"
    for name, one in members(kind):
        function = _function_of(one)
        if isinstance(one, (property, functools.cached_property)):
            gives = inspect.signature(function).return_annotation
            shown = f"{name}: {_Bare(gives)}"
        else:
            shown = signature(function, name)
        yield f"### {kind.__name__}.{_heading(name)}\n\n```python\n{shown}\n```\n\n{docstring(one)}\n"


def docstring_of_class(kind: type) -> str:
    return inspect.cleandoc(kind.__doc__ or "")


def _of_function(name: str, function: Any, title: str) -> str:
    source = inspect.unwrap(function)
    return f"{title}\n\n```python\n{signature(source, name)}\n```\n\n{docstring(source)}\n\nSource: {place(source)}\n"


def _of_plot() -> Iterator[str]:
    yield f"## plot\n\n{inspect.cleandoc(plot.__doc__ or '')}\n\nSource: {place(plot)}\n"
    for figure in plot.FIGURES:
        yield _of_function(f"plot.{figure.name}", figure.draw, f"### plot.{_heading(figure.name)}")
    yield _of_function("plot.to_svg", plot.to_svg, r"### plot.to\_svg")


def page() -> str:
    """The whole document."""
    parts = [INTRODUCTION]
    for name in sim.__all__:
        one = getattr(sim, name)
        if name == "plot":
            parts += _of_plot()
        elif inspect.isclass(one):
            parts += _of_class(one)
        else:
            parts.append(_of_function(name, one, f"## {_heading(name)}"))
    return "\n".join(parts)
