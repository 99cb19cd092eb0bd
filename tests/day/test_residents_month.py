"""The residents' month: 16 bits of one's own and shared ones below them make exact chances."""

from __future__ import annotations

import math

import numpy as np
import pytest

from sim.compile import entry
from sim.phases.residents import Rates, move_residents

N = 1 << 16
LOWS = (np.arange(16) + 0.5) / 16


@entry
def door(rates, trust, own_trust, is_aware, words, low, hears, forgets, marks):
    half, none = np.float32(0.5), np.float32(0.0)
    return move_residents(rates, trust, own_trust, is_aware, words, low, hears, forgets, half, none, half, marks)


def month(chance: float, hears: float, forgets: float, low: float, aware: int) -> tuple[int, int, np.ndarray]:
    """How many of N residents, one for every value of both halves of a word, take part and are aware; and their trust."""
    rates = Rates(*(np.float32(one) for one in (chance, 0, 0, 0, 1, 0.1, 0.1, 0.05, 0.05)))
    trust, own = np.full(N, 0.25, np.float32), np.full(N, 0.75, np.float32)
    is_aware = np.full(N, aware, np.uint8)
    halves = np.arange(N, dtype=np.uint32)
    marks = np.zeros(N, np.int64)
    thresholds = (np.int32(math.ceil(one * 65536.0 - low)) for one in (hears, forgets))
    both = halves | (halves[::-1] << np.uint32(16))
    squares = door(rates, trust, own, is_aware, both, float(low), *thresholds, marks)
    assert squares == (trust * trust * np.float32(1 << 23)).astype(np.int64).sum() / (1 << 23)
    joined = int(((marks >> 37) & 1).sum())
    assert int((marks >> 50).sum()) == int(is_aware.sum())
    assert (marks & ((1 << 37) - 1)).tolist() == (trust * np.float32(1 << 23)).astype(np.int64).tolist()
    return joined, int(is_aware.sum()), trust


@pytest.mark.parametrize("chance", [0.0, 1e-5, 0.0123, 0.5, 1.0])
def test_chances_are_exact_on_the_mean_of_the_shared_bits(chance: float) -> None:
    seen = [month(chance, chance, 1 - chance, low, aware) for low in LOWS for aware in (0, 1)]
    near = pytest.approx(chance, abs=1 / 16 / N)
    assert np.mean([joined / N for joined, _, _ in seen]) == near
    assert np.mean([aware / N for _, aware, _ in seen]) == near


@pytest.mark.parametrize("low", [1e-9, 0.5, 1 - 1e-9])
def test_a_chance_of_0_is_never_and_of_1_always(low: float) -> None:
    assert month(0.0, 0.0, 0.0, low, 0)[:2] == (0, 0)
    assert month(1.0, 1.0, 1.0, low, 0)[:2] == (N, N)


def test_trust_moves_by_the_rules() -> None:
    joined, _, trust = month(0.5, 0.0, 0.0, 0.3, 0)
    here = 0.25 + 0.1 * 0.5 * 0.75 - 0.1 * 0.5 * 0.25
    expected = {round(t + 0.05 * (0.5 - t) + 0.05 * (0.75 - t), 6) for t in (0.25, here)}
    assert {round(float(t), 6) for t in trust} == expected
    assert joined == N // 2
