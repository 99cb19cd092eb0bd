"""The terminal that tables are printed on."""

from __future__ import annotations

import sys

from rich.console import Console


def console() -> Console:
    """The terminal; a fixed width where there is none, so that piped tables keep their shape."""
    return Console(width=None if sys.stdout.isatty() else 116, highlight=False)
