"""Which of many runs failed, as a sentence with the command that repeats it alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from sim.lab.say.commands import command_line
from sim.language import tr
from sim.mistakes import Mistake


class Stopped(Exception):
    """The run was asked to stop (Ctrl-C); nothing of it counts."""


Repeat = Callable[[str, int], str]
"""The command that repeats a run of an arm under a seed."""


class RunFailed(Mistake):
    """One of many runs failed: `arm`, `seed`, and why. Its cause is the error itself."""

    def __init__(self, arm: str, seed: int, why: str, repeat: str) -> None:
        again = tr(f"; to repeat this run alone: {repeat}", f"；单独重现此次运行：{repeat}") if repeat else ""
        super().__init__(tr(f"seed {seed}, '{arm}': {why}{again}", f"种子 {seed}，'{arm}'：{why}{again}"))
        self.arm, self.seed = arm, seed


def in_python(arm: str, seed: int) -> str:
    """What repeats a run of `compare(arms, ...)`."""
    return f"simulate(arms[{arm!r}], {seed})"


def by_command(
    city: str, sets: Sequence[str], policies: Mapping[str, str], *, allow_code: bool, doubt: str | None = None
) -> Repeat:
    """What repeats a run of `stations compare`. policies: what loads each arm's policy; the baseline has none."""

    def command(arm: str, seed: int) -> str:
        words = ["stations", "run", city, "--seed", str(seed)]
        words += ["--policy", policies[arm]] if arm in policies else []
        words += [word for assignment in sets for word in ("--set", assignment)]
        words += ["--doubt", doubt] if doubt is not None else []
        return command_line([*words, *(["--allow-code"] if allow_code else [])])

    return command


@contextmanager
def told(arm: str, seed: int, repeat: Repeat) -> Iterator[None]:
    """Inside is one run of many; what it fails of is raised as RunFailed. Requests to stop pass."""
    try:
        yield
    except Stopped:
        raise
    except MemoryError as error:
        why = tr("not enough memory; fewer --jobs need less", "内存不足；可减小 --jobs")
        raise RunFailed(arm, seed, why, repeat(arm, seed)) from error
    except Mistake as error:
        raise RunFailed(arm, seed, str(error), repeat(arm, seed)) from error
    except Exception as error:
        raise RunFailed(arm, seed, f"{type(error).__name__}: {error}", repeat(arm, seed)) from error
