"""Sweeps: a design in YAML, run anywhere, resumed after anything, read as tidy tables."""
