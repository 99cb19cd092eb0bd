"""What a browser tab keeps of its session, so that a reload, or a server that was away, does not lose the city: what it is,
its policies, seed, moved levers and date. Branches, comparisons and what was looked at are lost."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

from sim.language import tr
from sim.scenario.city import MOST_MONTHS
from sim.scenario.moves import Move
from sim.scenario.parameters import LEVERS

MOST_MOVES = MOST_MONTHS * len(LEVERS)


@dataclass(frozen=True)
class Session:
    """City and policies by name, the seed, moved levers, and the date.

    of: `Start.digest`; the session of another start is not taken up.
    """

    of: str
    city: str
    policies: tuple[str, ...]
    seed: int
    moves: tuple[Move, ...]
    date: datetime.date

    def to_plain(self) -> dict[str, Any]:
        """As JSON can hold it; a seed is text, since JavaScript's numbers end at 2**53."""
        return {
            "of": self.of,
            "city": self.city,
            "policies": list(self.policies),
            "seed": str(self.seed),
            "moves": [[move.month, move.lever, move.value] for move in self.moves],
            "date": self.date.isoformat(),
        }


def read_session(plain: Any) -> Session:
    """Whatever a browser sent. Raises ValueError where `Session.to_plain` never made it; names are not looked up."""
    try:
        moves = tuple(Move(month, lever, float(value)) for month, lever, value in plain["moves"][:MOST_MOVES])
        session = Session(
            plain["of"], plain["city"], tuple(plain["policies"]), int(plain["seed"][:25]), moves,
            datetime.date.fromisoformat(plain["date"][:10]),
        )  # fmt: skip
    except (TypeError, KeyError, OverflowError, ValueError):
        raise ValueError(_unreadable()) from None
    texts = (session.of, session.city, *session.policies, *(move.lever for move in moves))
    if (
        session.to_plain() != plain
        or not all(type(text) is str for text in texts)
        or not all(type(move.month) is int for move in moves)
    ):
        raise ValueError(_unreadable())
    if len(set(session.policies)) < len(session.policies) or len({(move.month, move.lever) for move in moves}) < len(
        moves
    ):
        raise ValueError(_unreadable())
    return session


def _unreadable() -> str:
    return tr("it cannot be read", "无法读取")
