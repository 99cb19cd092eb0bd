"""Shared by all tests. This folder is on the path, so that every test can import `rules_help`."""

from hypothesis import settings

# The first call of a compiled function takes its time; examples are the same on every run.
settings.register_profile("house", deadline=None, derandomize=True)
settings.load_profile("house")
