"""What is told of an import before anything is written."""

from __future__ import annotations

from dataclasses import dataclass, field

from sim.language import labelled, tr


@dataclass
class Told:
    """Sentences, in the language in force: how tables were taken, what was left out of them, what was assumed, and what is odd."""

    taken: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    assumed: list[str] = field(default_factory=list)
    odd: list[str] = field(default_factory=list)
    sources: list[str] = field(default_factory=list)  # notes below tables that name where their figures come from

    def lines(self) -> list[str]:
        """All of it but the sources, each sentence with its kind."""
        sections = (
            (tr("taken", "采用"), self.taken),
            (tr("left out", "未采用"), self.left_out),
            (tr("assumed", "假设"), self.assumed),
            (tr("please check", "请核对"), self.odd),
        )
        return [labelled(name, one) for name, said in sections for one in said]
