"""Every value that a parameter or lever may have runs, and keeps what must always hold."""

from __future__ import annotations

import pytest
from settings_of_values import EVERY, REFUSED, all_at_once, breaks, busy_city, ends, pairs

pytestmark = pytest.mark.filterwarnings("error")


def test_every_parameter_and_lever_runs_at_either_end() -> None:
    base = busy_city()
    tried = list(ends())
    assert len(tried) == 2 * len(EVERY)
    found = {str(values): breaks(base, values, seed) for seed, values in enumerate(tried)}
    assert {values: said for values, said in found.items() if said} == {}


def test_pairs_of_allowed_values_run() -> None:
    base = busy_city()
    found = {str(values): breaks(base, values, seed) for seed, values in enumerate(pairs(60))}
    assert {values: said for values, said in found.items() if said not in {"", REFUSED}} == {}


def test_all_values_at_once_run() -> None:
    base = busy_city()
    found = {seed: breaks(base, values, seed) for seed, values in enumerate(all_at_once(25))}
    assert {values: said for values, said in found.items() if said} == {}
