"""Floor 6: the command line `stations`. Heavy imports happen inside the command that needs them."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence

from sim import language
from sim.cli.exits import EXIT_BAD_INPUT, EXIT_INTERRUPTED
from sim.cli.stopping import Passing, end_at_once, hear, hear_no_more
from sim.mistakes import Mistake

_OBJECTS_BETWEEN_COLLECTIONS = 100_000
"""Python's own 700 looks through all that the heavy imports made, again and again: a tenth of the time of `stations run`."""


def main(argv: Sequence[str] | None = None) -> None:
    """Run a command and exit: 0 done, 1 not reproduced, 2 bad input, 3 some runs failed, 4 figures that nothing fits, 130 interrupted."""
    hear()
    gc.set_threshold(_OBJECTS_BETWEEN_COLLECTIONS)
    try:
        code = run(list(sys.argv[1:] if argv is None else argv))
        hear_no_more()
    except KeyboardInterrupt:  # asked again, while it said that it ends
        code = EXIT_INTERRUPTED
        hear_no_more()
    if code == EXIT_INTERRUPTED:
        end_at_once(code)
    gc.freeze()  # all of it ends with the process: to look through it once more is a fifth of the time of `stations run`
    sys.exit(code)


def run(arguments: list[str]) -> int:
    """Run a command; returns the exit code. The language is settled first, since help texts depend on it."""
    _use_utf8()
    try:
        return _run(arguments)
    except KeyboardInterrupt as asked:
        said = str(asked) or language.tr("stopped; nothing was stored", "已中止；未保存任何结果")
        print(said, file=sys.stderr)
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        # The reader (head, less) has gone; that is no error of ours.
        sys.stderr.close()
        return 0


def _run(arguments: list[str]) -> int:
    import click

    try:
        arguments = _gather_policies(_take_language(_tidy(arguments))) or ["--help"]
        from sim.cli.commands import make_commands

        commands = make_commands()
        result = commands.main(args=arguments, prog_name="stations", standalone_mode=False)
        return result if isinstance(result, int) else 0
    except Mistake as mistake:
        return _complain(str(mistake))
    except click.UsageError as error:
        from sim.cli.usage import sentence

        return _complain(sentence(error))
    except Passing as passing:
        raise passing.__cause__ or KeyboardInterrupt from None
    except click.Abort as abort:  # click's word for KeyboardInterrupt
        asked = abort.__cause__
        raise asked if isinstance(asked, KeyboardInterrupt) else KeyboardInterrupt from None


def _complain(sentence: str) -> int:
    one_line = " ".join(sentence.split())
    print(f"stations: {one_line}", file=sys.stderr)
    return EXIT_BAD_INPUT


def _tidy(arguments: list[str]) -> list[str]:
    """Without stray spaces at the ends, full-width ones among them, unless a file is called so. Raises Mistake where an
    option begins with dashes of a Chinese keyboard, which click would take for a name."""
    kept = [argument if os.path.lexists(argument) else argument.strip() for argument in arguments]
    for argument in kept:
        if argument.startswith(("－", "—", "–")):
            plain = "--" + argument.lstrip("－—–-")
            raise Mistake(
                f"'{argument}' begins with a full-width dash; write '{plain}'",
                f"'{argument}' 以全角破折号开头；请写成 '{plain}'",
            )
    return kept


def _take_language(arguments: list[str]) -> list[str]:
    """Take `--lang X` out, wherever it stands, and use it; else the locale's language."""
    language.use(language.from_locale())
    kept: list[str] = []
    given = iter(arguments)
    for argument in given:
        if argument == "--lang":
            chosen = next(given, "")
        elif argument.startswith("--lang="):
            chosen = argument.removeprefix("--lang=")
        else:
            kept.append(argument)
            continue
        if chosen not in language.LANGUAGES:
            raise Mistake(
                f"--lang: '{chosen}' is no language of ours; give en or zh", f"--lang：不支持 '{chosen}'；请用 en 或 zh"
            )
        language.use(chosen)
    return kept


def _gather_policies(arguments: list[str]) -> list[str]:
    """`--policies A B C` is as good as `--policies A,B,C`."""
    if "--policies" not in arguments:
        return arguments
    first = arguments.index("--policies") + 1
    last = first
    while last < len(arguments) and not arguments[last].startswith("-"):
        last += 1
    if last == first:
        return arguments
    return [*arguments[:first], ",".join(arguments[first:last]), *arguments[last:]]


def _use_utf8() -> None:
    """Chinese comes out right where the terminal's own encoding (Windows) cannot write it."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None and (stream.encoding or "").lower().replace("-", "") != "utf8":
            reconfigure(encoding="utf-8", errors="replace")
