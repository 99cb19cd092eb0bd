"""What is told of an import before anything is written."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Told:
    """Sentences, in the language in force: how tables were taken, what was left out of them, what was assumed, and what is odd."""

    taken: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    assumed: list[str] = field(default_factory=list)
    odd: list[str] = field(default_factory=list)
    sources: list[str] = field(default_factory=list)  # notes below tables that name where their figures come from
