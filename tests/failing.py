"""Runs that fail, for tests of what is told of them."""

from __future__ import annotations

from typing import Any

import pytest

from sim.lab.run import work


def fail_of(monkeypatch: pytest.MonkeyPatch, policy: str, seed: int, error: Exception) -> None:
    """Let the run of a policy under a seed, branched from a history, raise an error."""
    real = work.branch_off

    def failing(trunk: Any, scenario: Any, own: int, **more: Any) -> Any:
        if own == seed and [one.name for one in scenario.policies] == [policy]:
            raise error
        return real(trunk, scenario, own, **more)

    monkeypatch.setattr(work, "branch_off", failing)
