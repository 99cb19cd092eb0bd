"""Seeds: each a whole number, and each once, since a seed that is repeated is the same run again."""

from __future__ import annotations

import numbers
import operator
from typing import Any

from sim.mistakes import Mistake, list_of, other_kind

MOST_SEEDS_GIVEN = 100_000
"""As many seeds as a number may stand for."""

MOST_SEED_BITS = 64
STORED_SEED_BITS = 63
"""Tables hold whole numbers up to 2**63 - 1."""


def whole_seed(given: Any, bits: int = MOST_SEED_BITS) -> int:
    """A seed as a plain whole number from 0 to 2**bits - 1; text is read. Raises Mistake."""
    try:
        # NumPy's own true and false are no Integral; until 2.2 they would index as 1 and 0, with a warning.
        is_whole = isinstance(given, numbers.Integral) and not isinstance(given, bool)
        seed = operator.index(given) if is_whole else int(given) if isinstance(given, str) and len(given) <= 25 else -1
    except (TypeError, ValueError):
        seed = -1
    if not 0 <= seed < 2**bits:
        raise other_kind(
            f"seed must be a whole number from 0 to 2**{bits} - 1", f"种子须为 0 至 2**{bits} - 1 的整数", given
        )
    return seed


def seeds_given(given: Any) -> tuple[int, ...]:
    """Seeds 1 to n from a number n; a list of seeds as `distinct_seeds`. Raises Mistake."""
    if isinstance(given, numbers.Integral) and not isinstance(given, bool):
        if not 1 <= int(given) <= MOST_SEEDS_GIVEN:
            raise other_kind(
                f"seeds must be a number from 1 to {MOST_SEEDS_GIVEN:,} or a list of seeds",
                f"seeds 须为 1 至 {MOST_SEEDS_GIVEN:,} 的数或种子列表",
                int(given),
            )
        return tuple(range(1, int(given) + 1))
    return distinct_seeds(given)


def distinct_seeds(given: Any) -> tuple[int, ...]:
    """Seeds of replications, in the order given. Raises Mistake where one is no seed, or is there twice."""
    listed = list_of(
        given,
        "seeds must be a number of seeds, such as 20, or a list of whole numbers, such as range(1, 21)",
        "seeds 须为种子个数，如 20，或整数列表，如 range(1, 21)",
    )
    seeds = tuple(whole_seed(seed) for seed in listed)
    if not seeds:
        raise Mistake("seeds: give at least one", "seeds：请至少给出一个种子")
    if len(set(seeds)) < len(seeds):
        twice = next(one for i, one in enumerate(seeds) if one in seeds[:i])
        raise Mistake(
            f"seeds: {twice} is there more than once; a repeated seed is the same run again and no replication",
            f"seeds：{twice} 重复出现；重复的种子只会得到同一次运行，不能算作重复模拟",
        )
    return seeds
