"""Runs that fail, for tests of what is told of them."""

from __future__ import annotations

from typing import Any

import pytest

from sim.lab import simulate


def fail_of(monkeypatch: pytest.MonkeyPatch, policy: str, seed: int, error: Exception) -> None:
    """Let the run of a policy under a seed, branched from a history, raise an error."""
    real = simulate.branch_off

    def failing(trunk: Any, scenario: Any, own: int, **more: Any) -> Any:
        if own == seed and [one.name for one in scenario.policies] == [policy]:
            raise error
        return real(trunk, scenario, own, **more)

    monkeypatch.setattr(simulate, "branch_off", failing)
