"""The exit codes of the command line; 0 is done."""

from __future__ import annotations

EXIT_DIFFERENT = 1
EXIT_BAD_INPUT = 2
EXIT_SOME_FAILED = 3
EXIT_NOT_FITTED = 4
EXIT_INTERRUPTED = 130
