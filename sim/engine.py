"""The engine: how a world is built and run, with the rules as they are or with some of them replaced.

Rules are bound to the kernels that call them when those are compiled. So an engine with other rules is a second copy of the
modules between rule and day, with the new rule in its place, compiled by itself and cached by the digest of what is new.
"""

from __future__ import annotations

import builtins
import datetime
import functools
import hashlib
import importlib.util
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from sim import compile as compiler
from sim import replaced
from sim.digests import code_digest
from sim.language import Text
from sim.mistakes import Mistake
from sim.replaced import Refused, Replacement, replacement

if TYPE_CHECKING:
    from sim.scenario.code import Code
    from sim.scenario.schema import Scenario
    from sim.world.tables import World

_COPIED = ("sim.rules", "sim.phases", "sim.day", "sim.world.start", "sim.world.build")

_lock = threading.Lock()
_engines: dict[str, Engine] = {}
_compiling = threading.Lock()
_compiled: set[str] = set()
"""Digests of the engines that this process has compiled, or found compiled."""


class RuleFailed(Mistake):
    """A replaced rule raised, or gave what no such rule may give, on a day of a run. `on`: the same, with the date."""

    def __init__(self, rules: str, said: Text, day: int) -> None:
        self.rules, self.said, self.day = rules, said, day
        super().__init__(*self._sentence(f"on day {day} of the run", f"发生在第 {day} 天"))

    def on(self, date: datetime.date) -> Mistake:
        return Mistake(*self._sentence(f"on {date}", f"发生在 {date}"))

    def _sentence(self, when: str, when_zh: str) -> tuple[str, str]:
        return (
            f"replaced rule ({self.rules}): {self.said.en}, {when}",
            f"替换的规则（{self.rules}）：{self.said.zh}，{when_zh}",
        )


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
        with self._telling():
            self._compile(scenario, seed)
            return self.make(scenario, seed)

    def run_days(self, world: World, n_days: int) -> None:
        """Run a world on, in place. Raises RuleFailed where a replaced rule fails; the world is then unusable."""
        with self._telling(world):
            self.run(world, n_days)

    @contextmanager
    def _telling(self, world: World | None = None) -> Iterator[None]:
        """Inside, what a replaced rule raises is told in one sentence."""
        try:
            yield
        except Exception as error:
            if not self.rules or isinstance(error, Mistake):
                raise
            names = ", ".join(self.rules)
            if why := compiler.refusal(error):
                raise Mistake(
                    f"replaced rule ({names}): cannot be compiled ({why})", f"替换的规则（{names}）：无法编译（{why}）"
                ) from None
            raise RuleFailed(names, _said(error), world.day if world is not None else 0) from None


def _said(error: Exception) -> Text:
    if not isinstance(error, Refused):
        said = " ".join(f"{type(error).__name__}: {error}".split())[:300]
        return Text(said, said)
    if str(error).endswith("_chance"):
        return Text(f"{error} gave a chance outside 0-1", f"{error} 给出了 0–1 之外的概率")
    return Text(f"{error} gave a number that is not finite", f"{error} 给出了非有限数")


def standard() -> Engine:
    """The engine with the rules as they are."""
    if "" not in _engines:
        from sim.day import run_days
        from sim.world.build import build

        _engines[""] = Engine(compiler.model_digest(), build, run_days)
    return _engines[""]


def extended(rules: Mapping[str, Code | Callable[..., Any]]) -> Engine:
    """An engine in which rules are replaced: ``{"staff.quit_chance": my_quit_chance}``, by a function or the text of one.

    A replacement takes the same arguments as the rule, in scalars, and is compiled like one; it may call the rule that it
    replaces. It is read from its file, and with it what it names there: see `sim.replaced`, which raises Mistake. Engines are
    kept: the same rules give the same engine.
    """
    if not rules:
        return standard()
    found = [replacement(name, given) for name, given in sorted(rules.items())]
    told = "".join(f"{one.name}={one.digest};" for one in found)
    whole = hashlib.sha256(f"{_check_digest()};{told}".encode()).hexdigest()[:16]
    with _lock:
        if whole not in _engines:
            _engines[whole] = _make(found, whole)
    return _engines[whole]


@functools.cache
def _check_digest() -> str:
    """The check around a replaced rule is compiled into every engine that has one."""
    return code_digest(Path(replaced.__file__).read_text(encoding="utf-8"))


def _make(rules: Sequence[Replacement], whole: str) -> Engine:
    standard()  # what is not copied is imported by now, and compiled under its own name
    with compiler.extension(whole):
        copies = _Copies({one.name: one.checked() for one in rules})
        run, build = copies.module("sim.day").run_days, copies.module("sim.world.build").build
    return Engine(f"{compiler.model_digest()}+{whole}", build, run, {one.name: one.digest for one in rules})


class _Copies:
    """The modules between rule and day, made anew beside the known ones: they import one another, with rules replaced.

    Python looks up what `import` does in a module's own builtins; so nothing outside these copies changes, in no thread.
    """

    def __init__(self, rules: Mapping[str, Callable[..., Any]]) -> None:
        self._rules = rules
        self._made: dict[str, ModuleType] = {}

    def module(self, name: str) -> Any:
        if name not in self._made:
            spec: Any = importlib.util.find_spec(name)
            made = self._made[name] = importlib.util.module_from_spec(spec)
            vars(made)["__builtins__"] = {**vars(builtins), "__import__": self._import}
            spec.loader.exec_module(made)
            for rule, function in self._rules.items():  # before anyone binds it
                module, _, last = rule.partition(".")
                if name == f"sim.rules.{module}":
                    setattr(made, last, function)
        return self._made[name]

    def _import(self, name: str, *more: Any) -> Any:
        if not any(name == one or name.startswith(f"{one}.") for one in _COPIED):
            return builtins.__import__(name, *more)
        made, names = self.module(name), more[2] if len(more) > 2 else ()
        for inner in names or ():
            if not hasattr(made, inner):
                setattr(made, inner, self.module(f"{name}.{inner}"))
        return made
