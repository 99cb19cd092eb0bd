"""Sums over runs: statistics, and the tidy tables of a comparison or a sweep."""
