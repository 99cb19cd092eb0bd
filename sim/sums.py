"""Sums that come to the same bits under every Python."""

from __future__ import annotations

import functools
import operator
from collections.abc import Iterable
from typing import Any


def ordered_sum(terms: Iterable[Any]) -> Any:
    """Of floats or arrays: one after another, in the order given, from 0.0.

    Python's own `sum` carries along what rounding takes of floats from 3.12 on, and does not before.
    """
    return functools.reduce(operator.add, terms, 0.0)
