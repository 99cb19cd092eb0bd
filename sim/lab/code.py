"""Run the Python that a scenario names, where the user allows it."""

from __future__ import annotations

import functools
import hashlib
import linecache
import sys
import threading
from collections.abc import Callable
from types import ModuleType
from typing import TYPE_CHECKING, Any

from sim.engine import Engine, extended, standard
from sim.language import listed
from sim.mistakes import Mistake
from sim.replaced import loading
from sim.scenario.code import Code

if TYPE_CHECKING:
    from sim.scenario.schema import Scenario


def check_allowed(scenario: Scenario, allow_code: bool) -> None:
    """Raise Mistake where a scenario names Python and the user did not allow it."""
    if scenario.code and not allow_code:
        names = listed(dict.fromkeys(code.file for code in scenario.code))
        raise Mistake(
            f"{scenario.name}: names Python code ({names}), which would run on this computer; add --allow-code "
            "(allow_code=True in Python) if you trust it",
            f"{scenario.name}：引用了 Python 代码（{names}），它会在本机上运行；若信任它，请加 --allow-code（Python 中为 allow_code=True）",
        )


def engine_of(scenario: Scenario, *, allow_code: bool) -> Engine:
    """The engine with the rules that the city replaces. Raises Mistake."""
    check_allowed(scenario, allow_code)
    if not scenario.rules:
        return standard()
    return extended(dict(scenario.rules))


def reactions_of(scenario: Scenario, *, allow_code: bool) -> tuple[Callable[..., Any], ...]:
    """The functions that the city's policies name. Raises Mistake."""
    check_allowed(scenario, allow_code)
    return tuple(load_function(code) for policy in scenario.policies for code in policy.code)


_loading = threading.RLock()


def load_function(code: Code) -> Callable[..., Any]:
    """Run a file's text as a module of its own, once; its function. Raises Mistake where it raises."""
    with _loading:  # seeds run in threads, and none may see a module half made
        return _load(code)


@functools.lru_cache(maxsize=64)
def _load(code: Code) -> Callable[..., Any]:
    digest = hashlib.sha256(code.text.encode()).hexdigest()[:16]
    name = f"scenario_code_{digest}"
    module = sys.modules.get(name)
    if module is None:
        module = ModuleType(name)
        module.__file__ = file = f"<{code.file} {digest}>"
        # So that tracebacks and the debugger find the text.
        linecache.cache[file] = (len(code.text), None, code.text.splitlines(keepends=True), file)
        sys.modules[name] = module
        try:
            with loading(code.file):
                exec(compile(code.text, file, "exec"), module.__dict__)
        except BaseException:
            del sys.modules[name]
            raise
    function = getattr(module, code.function, None)
    if not callable(function):
        raise Mistake(f"{code}: is no function", f"{code}：不是函数")
    return function
