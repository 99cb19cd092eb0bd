"""What a server is started with, and what all its sessions can choose from."""

from __future__ import annotations

import functools
import hashlib
from dataclasses import dataclass

from sim.scenario.load import load_policy, load_scenario, shipped
from sim.scenario.schema import Policy, Scenario

FORMAT = 1
"""Of what a tab keeps (`sim.view.session`): a higher number where its form or the meaning of a part changes."""


@dataclass(frozen=True)
class Start:
    """What every session begins with: a city (shipped name or path), policies, a seed. doubt: in which worlds policies are compared."""

    scenario: str = "t-city"
    policies: tuple[str, ...] = ()
    seed: int = 1
    sets: tuple[str, ...] = ()
    allow_code: bool = False
    doubt: str | None = None

    def digest(self, *hashes: str) -> str:
        """Names it, and by their hashes what its files say, so that a tab's kept session is taken up by no other server."""
        return hashlib.sha256(repr((FORMAT, self, hashes)).encode()).hexdigest()[:16]


@functools.cache
def shipped_cities() -> dict[str, Scenario]:
    """The shipped cities and station models by name."""
    return {name.split("/")[-1]: load_scenario(name) for name in shipped() if not name.startswith("policies/")}


@functools.cache
def shipped_policies() -> dict[str, Policy]:
    """The shipped policies by name, the paper's proposals first."""
    found = {name.split("/")[-1]: load_policy(name) for name in shipped() if name.startswith("policies/")}
    first = [name for name in ("boundary-clarity", "incentives", "linkage", "all-three") if name in found]
    return {name: found[name] for name in (*first, *(name for name in found if name not in first))}
