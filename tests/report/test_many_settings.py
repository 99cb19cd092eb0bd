"""What is told of many settings, against numbers counted by hand."""

from __future__ import annotations

import re

import made_sweeps

from sim.lab.kept.reading import Reading
from sim.lab.say.many import over_many_settings


def test_settings_are_counted() -> None:
    results = made_sweeps.CASES["hypercube by policy"]()
    reading = Reading(results)
    outcome = reading.outcomes[0]
    said = over_many_settings(reading, outcome)
    table = results.tables["contrasts"]
    own = table[(table["outcome"] == outcome) & table["low"].notna()]
    n = own["context"].nunique()
    assert f"Over {n} settings" in said
    best = own.loc[own.groupby("context")["mean"].idxmax()]
    best = best[best["mean"] > 0.0]
    for level, found in own.groupby("level"):
        part = next(one for one in said.split(" | ") if reading.contrast.says(level) in one)
        better, worse, first = (int(one) for one in re.findall(r"(?:better in|worse in|by its mean in) (\d+)", part))
        assert better == int((found["is_clear"] & (found["mean"] > 0.0)).sum())
        assert worse == int((found["is_clear"] & (found["mean"] < 0.0)).sum())
        assert first == int((best["level"] == level).sum())
