"""Runs that fail, for tests of what is told of them."""

from __future__ import annotations

from typing import Any

import pytest

from sim.lab.run import work


def fail_of(monkeypatch: pytest.MonkeyPatch, policy: str, seed: int, error: Exception) -> None:
    """Let the run of a policy under a seed, branched from a history, raise an error."""
    real = work._branched

    def failing(chunk: work.Chunk, i: int, *more: Any) -> Any:
        if chunk.seed == seed and [one.name for one in chunk.scenarios[i].policies] == [policy]:
            raise error
        return real(chunk, i, *more)

    monkeypatch.setattr(work, "_branched", failing)
