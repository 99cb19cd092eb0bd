"""Counter-based random numbers: every draw is a pure function of (key, draw, row, day, k).

Philox 4x32 (Salmon, Moraes, Dror & Shaw 2011, "Parallel random numbers: as easy as 1, 2, 3"). There is no stream
and no state: nothing depends on the order of agents, on threads, on observers or on policy. Two policies under one
seed differ only where the policy acts.

Keys stand in a row: the seed gives each town its key by the town's id, the town's key gives each of its needs one. Rows are
counted within the town. So what is added in one town, or to the city, changes no draw of anybody else.

All laws are drawn by inversion of one uniform number (the gamma, of two), so they are monotone in their parameters: raising a rate under
one seed only adds events.
"""

from __future__ import annotations

import math

import numpy as np

from sim.compile import hot_rule, kernel, rule
from sim.words import Draw

_LOW = np.uint64(0xFFFFFFFF)
_32 = np.uint64(32)
_M0 = np.uint64(0xD2511F53)
_M1 = np.uint64(0xCD9E8D57)
_W0 = np.uint64(0x9E3779B9)
_W1 = np.uint64(0xBB67AE85)
_12 = np.uint64(12)
_TO_UNIT_52 = 1.0 / 4503599627370496.0
MOST_POISSON = 700.0
"""exp(-mean) underflows above 745. No scenario reaches it: 100 posts at the highest rate and burden make 480."""

_FAR_OUT = 1.0 - 1e-9
_TO_UNIT_32 = 1.0 / 4294967296.0


ROUNDS = 10
"""As its authors recommend (Salmon et al. 2011); 7 would pass their tests, too."""


@hot_rule
def philox(c0, c1, c2, c3, k0, k1, rounds):
    """Philox 4x32: four counter words and two key words (uint64 below 2**32) to four words."""
    for _ in range(rounds):
        p0 = c0 * _M0
        p1 = c2 * _M1
        c0 = (p1 >> _32) ^ c1 ^ k0
        c1 = p1 & _LOW
        c2 = (p0 >> _32) ^ c3 ^ k1
        c3 = p0 & _LOW
        k0 = (k0 + _W0) & _LOW
        k1 = (k1 + _W1) & _LOW
    return c0, c1, c2, c3


@rule
def _words(key, draw, row, day, k):
    return philox(row, day, k, draw, key & _LOW, key >> _32, ROUNDS)


@rule
def key_of(key, draw, row, day, k):
    """A uint64 that keys draws of its own (of a town, of a need), or the bits of one draw.

    key: uint64 of what it belongs to (the seed, the town); draw: `words.Draw`; row: place within what the key stands for;
    day: days since the start; k: which of several. Places are below 2**32.
    """
    w0, w1, _, _ = _words(key, np.uint64(draw), np.uint64(row), np.uint64(day), np.uint64(k))
    return (w0 << _32) | w1


@rule
def chance(key, draw, row, day, k):
    """A uniform number in (0, 1) with 52 bits, for one named draw. (With 53 the greatest would round to 1.)

    Arguments as of `key_of`.
    """
    w0, w1, _, _ = _words(key, np.uint64(draw), np.uint64(row), np.uint64(day), np.uint64(k))
    return _to_unit(w0, w1)


@rule
def _to_unit(high, low):
    """Two words as a uniform number."""
    return (np.float64(((high << _32) | low) >> _12) + 0.5) * _TO_UNIT_52


@rule
def town_key(seed, digest):
    """The key (uint64) of a town's draws, from the seed and the digest of its id."""
    return key_of(seed, Draw.TOWN_KEY, digest & _LOW, digest >> _32, 0)


_LANES = 16
BLOCK_OF_WORDS = 4 * _LANES
"""Rows whose words are filled at once."""


@rule
def whole_blocks(n):
    """So many rows, at least `n`, that `fill_words` can fill."""
    return -(-n // BLOCK_OF_WORDS) * BLOCK_OF_WORDS


@kernel
def fill_words(words, key, draw, day, k):
    """Fill `words` (uint32, whole blocks) with row i's word of a draw.

    Four rows share a counter. Of 64 rows the first 16 have the first words of 16 counters, the next 16 the second ones: so words
    are written as they are computed, many at once.
    """
    k0 = key & _LOW
    k1 = key >> _32
    c1 = np.uint64(day)
    c2 = np.uint64(k)
    c3 = np.uint64(draw)
    for block in range(len(words) // BLOCK_OF_WORDS):
        first = block * BLOCK_OF_WORDS
        for lane in range(_LANES):
            w0, w1, w2, w3 = philox(np.uint64(block * _LANES + lane), c1, c2, c3, k0, k1, ROUNDS)
            words[first + lane] = np.uint32(w0)
            words[first + _LANES + lane] = np.uint32(w1)
            words[first + 2 * _LANES + lane] = np.uint32(w2)
            words[first + 3 * _LANES + lane] = np.uint32(w3)


@hot_rule
def word_to_unit(word):
    """A 32-bit word as a uniform number in (0, 1)."""
    return (np.float64(word) + 0.5) * _TO_UNIT_32


@rule
def poisson(u, mean):
    """Poisson count by inversion of u: monotone in mean. Means above MOST_POISSON count as that.

    Rounding moves a step of the law by less than 1e-12 of u, and above `_FAR_OUT` of 1 - u: between means that are nearer
    to one another than that, and there alone, the count may fall by one.
    """
    if mean <= 0.0:
        return 0
    mean = min(mean, MOST_POISSON)
    k = 0
    term = math.exp(-mean)
    if u > _FAR_OUT:
        return poisson_far_out(1.0 - u, mean, term)
    total = term
    while u > total:
        k += 1
        term *= mean / k
        total += term
    return k


@rule
def poisson_far_out(v, mean, term):
    """The count that is passed with a chance of at most v, which is small, and `term` that of 0.

    A sum from 0 upwards rounds near 1 and may end below u; so the chances are summed from the far end, smallest first.
    """
    k = 0
    while k < mean or term > 1e-20 * v:
        k += 1
        term *= mean / k
    tail = term
    while tail <= v:
        term *= k / mean
        k -= 1
        tail += term
    return k


@rule
def exponential(u):
    """Exponential with mean 1."""
    return -math.log(u)


@rule
def geometric(u, mean):
    """Number of failures before a success (0, 1, 2, ...) with the given mean: monotone in mean."""
    if mean <= 0.0:
        return 0
    return int(math.floor(math.log(u) / math.log(mean / (1.0 + mean))))


@rule
def gamma2(key, draw, row, day, k, mean):
    """Gamma with shape 2 and the given mean, of one draw (arguments as of `key_of`): the sum of two exponentials."""
    if mean <= 0.0:
        return 0.0
    w0, w1, w2, w3 = _words(key, np.uint64(draw), np.uint64(row), np.uint64(day), np.uint64(k))
    return -0.5 * mean * math.log(_to_unit(w0, w1) * _to_unit(w2, w3))


NEAR_MIDDLE = 0.425


@hot_rule
def normal_near_middle(q):
    """Standard normal at the uniform number 0.5 + q, where abs(q) is at most NEAR_MIDDLE."""
    r = 0.180625 - q * q
    top = (
        (
            (
                (
                    ((2509.0809287301226727 * r + 33430.575583588128105) * r + 67265.770927008700853) * r
                    + 45921.953931549871457
                )
                * r
                + 13731.693765509461125
            )
            * r
            + 1971.5909503065514427
        )
        * r
        + 133.14166789178437745
    ) * r + 3.387132872796366608
    bottom = (
        (
            (
                (
                    ((5226.495278852545925 * r + 28729.085735721942674) * r + 39307.89580009271061) * r
                    + 21213.794301586595867
                )
                * r
                + 5394.1960214247511077
            )
            * r
            + 687.1870074920579083
        )
        * r
        + 42.313330701600911252
    ) * r + 1.0
    return q * top / bottom


@rule
def normal(u):
    """Standard normal by inversion (Wichura 1988, algorithm AS 241, PPND16; error about 1e-16)."""
    q = u - 0.5
    if abs(q) <= NEAR_MIDDLE:
        return normal_near_middle(q)
    r = u if q < 0.0 else 1.0 - u
    r = math.sqrt(-math.log(r))
    if r <= 5.0:
        r -= 1.6
        top = (
            (
                (
                    (
                        ((7.7454501427834140764e-4 * r + 0.0227238449892691845833) * r + 0.24178072517745061177) * r
                        + 1.27045825245236838258
                    )
                    * r
                    + 3.64784832476320460504
                )
                * r
                + 5.7694972214606914055
            )
            * r
            + 4.6303378461565452959
        ) * r + 1.42343711074968357734
        bottom = (
            (
                (
                    (
                        ((1.05075007164441684324e-9 * r + 5.475938084995344946e-4) * r + 0.0151986665636164571966) * r
                        + 0.14810397642748007459
                    )
                    * r
                    + 0.68976733498510000455
                )
                * r
                + 1.6763848301838038494
            )
            * r
            + 2.05319162663775882187
        ) * r + 1.0
    else:
        r -= 5.0
        top = (
            (
                (
                    (
                        ((2.01033439929228813265e-7 * r + 2.71155556874348757815e-5) * r + 0.0012426609473880784386) * r
                        + 0.026532189526576123093
                    )
                    * r
                    + 0.29656057182850489123
                )
                * r
                + 1.7848265399172913358
            )
            * r
            + 5.4637849111641143699
        ) * r + 6.6579046435011037772
        bottom = (
            (
                (
                    (
                        ((2.04426310338993978564e-15 * r + 1.4215117583164458887e-7) * r + 1.8463183175100546818e-5) * r
                        + 7.868691311456132591e-4
                    )
                    * r
                    + 0.0148753612908506148525
                )
                * r
                + 0.13692988092273580531
            )
            * r
            + 0.59983220655588793769
        ) * r + 1.0
    x = top / bottom
    return -x if q < 0.0 else x


@rule
def lognormal(u, mean, cv):
    """Lognormal by its mean and coefficient of variation."""
    if mean <= 0.0:
        return 0.0
    variance = math.log(1.0 + cv * cv)
    return mean * math.exp(math.sqrt(variance) * normal(u) - 0.5 * variance)
