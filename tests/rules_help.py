"""Call rules, and other compiled functions, from plain Python: compiled, they have no door to it."""

from __future__ import annotations

import functools
import importlib
import inspect
import pkgutil
import types
from collections.abc import Callable
from typing import Any

import sim.rules
from sim.scenario.parameters import PARAMETERS, SWITCHES, table


def plain(function: Callable[..., Any], **instead: Any) -> Callable[..., Any]:
    """The function as plain Python, and with it all that it calls. `instead` replaces globals of it by name."""
    source = inspect.unwrap(getattr(function, "py_func", function))
    known = {name: _plain(value) for name, value in source.__globals__.items() if _is_compiled(value)}
    copied = types.FunctionType(
        source.__code__, {**source.__globals__, **known, **instead}, source.__name__, source.__defaults__
    )
    return functools.wraps(source)(copied)


@functools.cache
def _plain(function: Callable[..., Any]) -> Callable[..., Any]:
    """As `plain`, for functions called by others; called late, so that recursion would do no harm."""
    return lambda *arguments: plain(function)(*arguments)


def _is_compiled(value: Any) -> bool:
    return callable(value) and hasattr(value, "py_func")


def rules() -> dict[str, Callable[..., Any]]:
    """Every rule of sim/rules as plain Python, by the name "module.rule"."""
    found = {}
    for info in pkgutil.iter_modules(sim.rules.__path__):
        found |= rules_of(importlib.import_module(f"sim.rules.{info.name}"))
    return found


def rules_of(module: types.ModuleType) -> dict[str, Callable[..., Any]]:
    """The rules of one module."""
    found = {}
    for name, value in vars(module).items():
        source = inspect.unwrap(getattr(value, "py_func", value))
        if inspect.isfunction(source) and source.__module__ == module.__name__:
            found[f"{module.__name__.rpartition('.')[2]}.{name}"] = plain(value)
    return found


DEFAULTS = table(PARAMETERS, (1,))


def parameters(**changed: float) -> Any:
    """A record of parameters at their defaults, but for those given."""
    p = DEFAULTS.copy()[0]
    for name, value in changed.items():
        if name not in PARAMETERS and name not in SWITCHES:
            raise KeyError(name)
        setattr(p, name, value)
    return p
