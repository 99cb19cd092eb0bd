"""What tests of the view share."""

from __future__ import annotations

import math

import pytest

from sim.view.live import LiveCity


@pytest.fixture
def slowly(monkeypatch: pytest.MonkeyPatch) -> None:
    """A month at a time, as in a city so large that no more fits into an answer."""
    go_on = LiveCity.go_on
    monkeypatch.setattr(
        LiveCity, "go_on", lambda self, seconds=0.0: go_on(self, seconds if seconds == math.inf else 0.0)
    )
