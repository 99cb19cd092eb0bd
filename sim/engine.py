"""The engine: how a world is built and run, with the rules as they are or with some of them replaced.

Rules are bound to the kernels that call them when those are compiled. So an engine with other rules is a second copy of the
modules between rule and day, with the new rule in its place, compiled by itself and cached by the digest of what is new.
"""

from __future__ import annotations

import hashlib
import importlib
import inspect
import sys
import textwrap
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from types import CellType, CodeType, FunctionType, ModuleType
from typing import TYPE_CHECKING, Any

import numpy as np

from sim import compile as compiler
from sim.language import tr
from sim.mistakes import Mistake, one_of
from sim.scenario.code import rule_names

if TYPE_CHECKING:
    from sim.scenario.schema import Scenario
    from sim.world.tables import World

_COPIED = ("sim.rules", "sim.phases", "sim.day", "sim.world.start", "sim.world.build")
_OWN = hashlib.sha256(Path(__file__).read_bytes().replace(b"\r\n", b"\n")).hexdigest()
"""This file's digest: the check around a replaced rule is compiled into every engine that has one."""

_lock = threading.Lock()
_engines: dict[str, Engine] = {}
_compiling = threading.Lock()
_compiled: set[str] = set()
"""Digests of the engines that this process has compiled, or found compiled."""


class RuleFailed(Mistake):
    """A replaced rule raised, or gave what no such rule may give, on a day of a run."""

    def __init__(self, sentence: str, day: int) -> None:
        super().__init__(sentence)
        self.day = day

    def replaceable(self, date: str) -> tuple[str, str]:
        """What stands for the day in the sentence, and what it becomes where the date is known."""
        return tr(f"on day {self.day} of the run", f"发生在第 {self.day} 天"), tr(f"on {date}", f"发生在 {date}")


@dataclass(frozen=True)
class Engine:
    """Builds worlds and runs them. `rules`: digests of replaced rules by name ("staff.quit_chance"); empty as a rule.

    `digest` names the model: equal digests, scenario and seed give equal results.
    """

    digest: str
    make: Callable[[Scenario, int], World]
    run: Callable[[World, int], None]
    rules: Mapping[str, str] = field(default_factory=dict)

    def is_cold(self) -> bool:
        """True if the next run will have to compile first."""
        with self._extension():
            return compiler.is_cold()

    def _extension(self) -> AbstractContextManager[None]:
        return compiler.extension(self.digest.partition("+")[2]) if self.rules else nullcontext()

    def _compile(self, scenario: Scenario, seed: int) -> None:
        """Compile all, unless it is; of several processes that would, one does, and the others wait for it."""
        with _compiling:
            if self.digest in _compiled:
                return
            with self._extension():
                folder = compiler.cache_folder() if compiler.is_cold() else None
            if folder is not None:
                with compiler.one_compiles(folder):
                    self.run(self.make(scenario, seed), 0)
            _compiled.add(self.digest)

    def build(self, scenario: Scenario, seed: int) -> World:
        """The world of a scenario on its first morning. Raises RuleFailed where a replaced rule fails, Mistake for no seed."""
        if not self.rules:
            self._compile(scenario, seed)
            return self.make(scenario, seed)
        try:
            self._compile(scenario, seed)
            return self.make(scenario, seed)
        except Mistake:
            raise
        except Exception as error:
            raise self._failed(error, 0) from None

    def run_days(self, world: World, n_days: int) -> None:
        """Run a world on, in place. Raises RuleFailed where a replaced rule fails; the world is then unusable."""
        if not self.rules:
            self.run(world, n_days)
            return
        try:
            self.run(world, n_days)
        except Mistake:
            raise
        except Exception as error:
            raise self._failed(error, world.day) from None

    def _failed(self, error: Exception, day: int) -> RuleFailed:
        names = ", ".join(self.rules)
        said = str(error) if isinstance(error, _Refused) else f"{type(error).__name__}: {error}"
        first = " ".join(said.split())[:300]
        return RuleFailed(
            tr(
                f"replaced rule ({names}): {first}, on day {day} of the run",
                f"替换的规则（{names}）：{first}，发生在第 {day} 天",
            ),
            day,
        )


class _Refused(ValueError):
    """What the check around a replaced rule raises."""


def standard() -> Engine:
    """The engine with the rules as they are."""
    if "" not in _engines:
        from sim.day import run_days
        from sim.world.build import build

        _engines[""] = Engine(compiler.model_digest(), build, run_days)
    return _engines[""]


def extended(rules: Mapping[str, Callable[..., Any]]) -> Engine:
    """An engine in which rules are replaced: ``{"staff.quit_chance": my_quit_chance}``.

    A replacement takes the same arguments as the rule, in scalars, and is compiled like one; it may call the rule that it
    replaces (import it under another name). Raises Mistake for an unknown rule, other arguments, or source that cannot be
    read. Engines are kept: the same rules give the same engine.
    """
    if not rules:
        return standard()
    digests = {name: _digest_of(name, function) for name, function in sorted(rules.items())}
    told = "".join(f"{name}={one};" for name, one in digests.items())
    whole = hashlib.sha256(f"{_OWN};{told}".encode()).hexdigest()[:16]
    with _lock:
        if whole not in _engines:
            for name, function in rules.items():
                _check_signature(name, function)
            _engines[whole] = _make(rules, digests, whole)
    return _engines[whole]


def original(name: str) -> Callable[..., Any]:
    """A rule as plain Python, by "module.rule". Raises Mistake for an unknown name."""
    module, _, rule = one_of(name, rule_names(), "rule", "规则").partition(".")
    return inspect.unwrap(_plain(getattr(importlib.import_module(f"sim.rules.{module}"), rule)))


def _plain(function: Any) -> Callable[..., Any]:
    return getattr(function, "py_func", function)


def _digest_of(name: str, function: Callable[..., Any]) -> str:
    """16 hex digits over the source of a replacement and over all that it names: values it holds on to, functions it calls."""
    try:
        told = _told_of(_plain(function), set())
    except (OSError, TypeError, AttributeError):
        raise Mistake(
            f"rule '{name}': the source of its replacement cannot be read; define it in a file",
            f"规则 '{name}'：无法读取替换函数的源代码；请在文件中定义",
        ) from None
    return hashlib.sha256("\n".join(told).encode()).hexdigest()[:16]


def _told_of(function: Any, seen: set[int]) -> list[str]:
    """The source of a function and, in turn, of every function and value that it names. Raises OSError."""
    seen.add(id(function))
    code = function.__code__
    # A function that stands deeper in its file is the same function.
    told = [textwrap.dedent(inspect.getsource(code)), repr(function.__defaults__)]
    if function.__name__ == "<lambda>":  # several may stand on one line
        told += [code.co_code.hex(), repr(code.co_consts)]
    named = dict(zip(code.co_freevars, (cell.cell_contents for cell in function.__closure__ or ()), strict=True))
    named |= {one: function.__globals__[one] for one in _names_in(code) if one in function.__globals__}
    for one, value in sorted(named.items()):
        told += [one, *_told_of_value(value, seen)]
    return told


def _names_in(code: CodeType) -> set[str]:
    inner = [one for one in code.co_consts if isinstance(one, CodeType)]
    return set(code.co_names).union(*map(_names_in, inner))


def _told_of_value(value: Any, seen: set[int]) -> list[str]:
    value = _plain(value)
    where = str(getattr(value, "__module__", None) or getattr(value, "__name__", "")).partition(".")[0]
    if where == "sim" and callable(value):  # the digest of the model speaks for these
        return [f"{value.__module__}.{getattr(value, '__qualname__', value)}"]
    if isinstance(value, FunctionType):
        return [] if id(value) in seen else _told_of(value, seen)
    if isinstance(value, ModuleType | type):
        try:
            return [value.__name__, inspect.getsource(value)]
        except (OSError, TypeError):  # built in
            return [value.__name__]
    return [str(value.dtype), value.tobytes().hex()] if isinstance(value, np.ndarray) else [repr(value)]


def _check_signature(name: str, function: Callable[..., Any]) -> None:
    wanted = list(inspect.signature(original(name)).parameters)
    given = list(inspect.signature(_plain(function)).parameters)
    if given != wanted:
        raise Mistake(
            f"rule '{name}': its replacement takes ({', '.join(given)}), it must take ({', '.join(wanted)})",
            f"规则 '{name}'：替换函数的参数为（{', '.join(given)}），应为（{', '.join(wanted)}）",
        )


def _checked(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """The replacement, compiled as a rule, refusing numbers that no rule may give."""
    plain = original(name)
    arguments = ", ".join(inspect.signature(plain).parameters)
    kind = inspect.signature(plain).return_annotation
    test, said = "value == value and value - value == 0.0", tr("gave a number that is not finite", "给出了非有限数")
    if name.endswith("_chance"):
        test, said = "0.0 <= value <= 1.0", tr("gave a chance outside 0-1", "给出了 0–1 之外的概率")
    compiled = compiler.rule(_settled(function)) if compiler.COMPILED else _plain(function)
    if kind not in {"float", float}:
        return compiled
    source = f"def replaced({arguments}):\n    value = inner({arguments})\n    if not ({test}):\n        raise Refused({f'{name} {said}'!r})\n    return value\n"
    room: dict[str, Any] = {"inner": compiled, "Refused": _Refused, "__name__": __name__}
    exec(compile(source, f"<replaced {name}>", "exec"), room)
    return compiler.rule(room["replaced"])


def _settled(function: Any, made: dict[int, Any] | None = None) -> Any:
    """A copy that stands in this module, with the functions that it calls compiled like rules.

    The cache names the module of every function, and must not need a user's file to be imported under the same name.
    """
    plain = _plain(function)
    made = {} if made is None else made
    made[id(plain)] = plain  # one that calls itself

    def settled(value: Any) -> Any:
        inner = _plain(value)
        if not isinstance(inner, FunctionType) or inner.__module__.partition(".")[0] in {"sim", "numba"}:
            return value
        if id(inner) not in made:
            made[id(inner)] = compiler.rule(_settled(inner, made))
        return made[id(inner)]

    room = {**plain.__globals__, "__name__": __name__}
    room |= {name: settled(room[name]) for name in _names_in(plain.__code__) if name in room}
    cells = tuple(CellType(settled(cell.cell_contents)) for cell in plain.__closure__ or ())
    copy = FunctionType(plain.__code__, room, plain.__name__, plain.__defaults__, cells or None)
    copy.__annotations__ = {}
    return copy


def _make(rules: Mapping[str, Callable[..., Any]], digests: Mapping[str, str], whole: str) -> Engine:
    with compiler.extension(whole), _copies():
        for name, function in rules.items():
            module, _, rule = name.partition(".")
            setattr(importlib.import_module(f"sim.rules.{module}"), rule, _checked(name, function))
        # Imported now, they bind to the replaced rules.
        day = importlib.import_module("sim.day")
        build = importlib.import_module("sim.world.build")
    run = _named(day.run_days, digests)
    return Engine(f"{compiler.model_digest()}+{whole}", _named(build.build, digests), run, dict(digests))


def _named(call: Callable[..., Any], digests: Mapping[str, str]) -> Callable[..., Any]:
    """A replacement that numba cannot compile says so in one sentence."""

    def named(*arguments: Any) -> Any:
        try:
            return call(*arguments)
        except Exception as error:
            if type(error).__module__.startswith("numba"):
                lines = [line.strip() for line in str(error).splitlines() if line.strip()]
                said = next((line for line in lines if not line.startswith(("Failed in", "During:"))), "")[:200]
                names = ", ".join(digests)
                raise Mistake(
                    f"replaced rule ({names}): cannot be compiled ({said})",
                    f"替换的规则（{names}）：无法编译（{said}）",
                ) from None
            raise

    return named


@contextmanager
def _copies() -> Iterator[None]:
    """Inside, the modules between rule and day are imported anew; afterwards the known ones are back in their places."""

    def is_copied(name: str) -> bool:
        return any(name == one or name.startswith(one + ".") for one in _COPIED)

    kept: dict[str, ModuleType] = {name: module for name, module in sys.modules.items() if is_copied(name)}
    for name in kept:
        del sys.modules[name]
    try:
        yield
    finally:
        copies = {name: sys.modules.pop(name) for name in list(sys.modules) if is_copied(name)}
        sys.modules.update(kept)
        for name in copies | kept:
            parent, _, last = name.rpartition(".")
            if name in kept:
                setattr(sys.modules[parent], last, kept[name])
            elif parent in sys.modules and last in vars(sys.modules[parent]):
                delattr(sys.modules[parent], last)  # not imported before: a later import makes its own
