"""Commands to repeat, for either shell."""

from __future__ import annotations

import os

import pytest

from sim.lab.say.commands import command_line

WORDS = ["stations", "run", "my city.yaml", "--out", "a&b", "it's", "a,b", "plain"]


def test_for_posix(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "name", "posix")
    assert command_line(WORDS) == "stations run 'my city.yaml' --out 'a&b' 'it'\"'\"'s' a,b plain"


def test_for_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sim.lab.say.commands.os.name", "nt")
    assert command_line(WORDS) == 'stations run "my city.yaml" --out "a&b" "it\'s" "a,b" plain'
    assert command_line(["a(1)\\"]) == '"a(1)\\\\"'
    assert command_line(["C:\\my results\\"]) == '"C:\\my results\\\\"'
