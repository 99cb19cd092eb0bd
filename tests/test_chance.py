"""Chance: the generator against its published answers, every law against scipy, what a draw may depend on."""

from __future__ import annotations

import decimal
import itertools
import time
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from patience import PATIENCE
from rules_help import plain
from scipy import stats

from sim import chance as chances
from sim.chance import (
    MOST_POISSON,
    chance,
    exponential,
    fill_words,
    gamma2,
    geometric,
    key_of,
    lognormal,
    normal,
    philox,
    poisson,
    town_key,
    whole_blocks,
    word_to_unit,
)
from sim.compile import entry
from sim.scenario.parameters import LEVERS, MOST_POSTS, PARAMETERS
from sim.words import Draw

SEED = np.uint64(20210301)
SMALLEST = 2.0**-53  # the least and the greatest number that `chance` can give
GREATEST = 1.0 - 2.0**-53

# --- doors to the compiled functions


@entry
def philox_door(words, rounds):
    w = philox(words[0], words[1], words[2], words[3], words[4], words[5], rounds)
    for i in range(4):
        words[i] = w[i]


@entry
def chance_door(out, seed, draw, rows, days, ks):
    for i in range(len(out)):
        out[i] = chance(seed, draw, rows[i], days[i], ks[i])


@entry
def words_door(words, key, draw, day, k):
    fill_words(words, key, draw, day, k)


@entry
def laws_door(out, us, mean, cv):
    for i in range(len(us)):
        out[0, i] = poisson(us[i], mean)
        out[1, i] = geometric(us[i], mean)
        out[2, i] = lognormal(us[i], mean, cv)
        out[3, i] = normal(us[i])
        out[4, i] = exponential(us[i])


@entry
def gamma_door(out, key, draw, mean):
    for i in range(len(out)):
        out[i] = gamma2(key, draw, 0, 7, i, mean)


LAWS = ("poisson", "geometric", "lognormal", "normal", "exponential")


def laws(us: np.ndarray, mean: float, cv: float = 0.5) -> dict[str, np.ndarray]:
    """Every law at every u, compiled (unless compiling is off)."""
    out = np.zeros((len(LAWS), len(us)))
    laws_door(out, np.asarray(us, float), float(mean), float(cv))
    return dict(zip(LAWS, out, strict=True))


def draws(draw: int, rows: object, days: object, ks: object, seed: np.uint64 = SEED) -> np.ndarray:
    r, d, k = np.broadcast_arrays(rows, days, ks)  # type: ignore[arg-type]
    out = np.zeros(r.shape)
    flat = out.reshape(-1)
    chance_door(flat, seed, int(draw), *(np.ascontiguousarray(x, np.int64).reshape(-1) for x in (r, d, k)))
    return out


def words(n: int, draw: int, day: int, k: int = 3) -> np.ndarray:
    made = np.zeros(plain(whole_blocks)(n), np.uint32)
    words_door(made, SEED, int(draw), day, k)
    return made[:n]


# --- the generator

KNOWN = [  # Random123, kat_vectors: philox4x32 7 and 10
    (7, "00000000 00000000 00000000 00000000", "00000000 00000000", "5f6fb709 0d893f64 4f121f81 4f730a48"),
    (7, "ffffffff ffffffff ffffffff ffffffff", "ffffffff ffffffff", "5207ddc2 45165e59 4d8ee751 8c52f662"),
    (7, "243f6a88 85a308d3 13198a2e 03707344", "a4093822 299f31d0", "4dfccaba 190a87f0 c47362ba b6b5242a"),
    (10, "00000000 00000000 00000000 00000000", "00000000 00000000", "6627e8d5 e169c58d bc57ac4c 9b00dbd8"),
    (10, "ffffffff ffffffff ffffffff ffffffff", "ffffffff ffffffff", "408f276d 41c83b0e a20bc7c6 6d5451fd"),
    (10, "243f6a88 85a308d3 13198a2e 03707344", "a4093822 299f31d0", "d16cfe09 94fdcceb 5001e420 24126ea1"),
]


def hex_words(text: str) -> list[int]:
    return [int(word, 16) for word in text.split()]


@pytest.mark.parametrize(("rounds", "counter", "key", "answer"), KNOWN)
def test_known_answers_compiled(rounds: int, counter: str, key: str, answer: str) -> None:
    made = np.array(hex_words(counter) + hex_words(key), np.uint64)
    philox_door(made, rounds)
    assert made[:4].tolist() == hex_words(answer)


@pytest.mark.parametrize(("rounds", "counter", "key", "answer"), KNOWN)
def test_known_answers_plain(rounds: int, counter: str, key: str, answer: str) -> None:
    made = plain(philox)(*np.array(hex_words(counter) + hex_words(key), np.uint64), rounds)
    assert [int(word) for word in made] == hex_words(answer)


def reference(counter: tuple[int, ...], seed: int, rounds: int = 10) -> list[int]:
    """Philox 4x32 once more, in Python's whole numbers, from the paper."""
    c, k = list(counter), [seed % 2**32, seed >> 32]
    for _ in range(rounds):
        p0, p1 = 0xD2511F53 * c[0], 0xCD9E8D57 * c[2]
        c = [(p1 >> 32) ^ c[1] ^ k[0], p1 % 2**32, (p0 >> 32) ^ c[3] ^ k[1], p0 % 2**32]
        k = [(k[0] + 0x9E3779B9) % 2**32, (k[1] + 0xBB67AE85) % 2**32]
    return c


@given(
    st.integers(0, 2**64 - 1), st.sampled_from(Draw), st.integers(0, 2**31), st.integers(0, 40000), st.integers(0, 99)
)
def test_a_draw_is_philox_of_its_name(seed: int, draw: Draw, row: int, day: int, k: int) -> None:
    w = reference((row, day, k, draw.value), seed)
    expected = ((((w[0] << 32) | w[1]) >> 12) + 0.5) / 2**52
    assert plain(chance)(np.uint64(seed), draw.value, row, day, k) == expected
    assert draws(draw.value, row, day, k, np.uint64(seed)) == expected


@pytest.mark.parametrize("n", [0, 64, 128, 1024])
def test_words_of_rows(n: int) -> None:
    """Of 64 rows each 16 have one of the four words of 16 counters."""
    made = words(n, Draw.JOIN_AND_AWARE, 30)
    counters = [i // 64 * 16 + i % 16 for i in range(n)]
    answers = [reference((counter, 30, 3, Draw.JOIN_AND_AWARE.value), int(SEED)) for counter in counters]
    assert made.tolist() == [answer[i % 64 // 16] for i, answer in enumerate(answers)]
    again = np.zeros(n, np.uint32)
    plain(fill_words)(again, SEED, Draw.JOIN_AND_AWARE.value, 30, 3)
    assert again.tolist() == made.tolist()


@pytest.mark.parametrize(("n", "rows"), [(0, 0), (1, 64), (63, 64), (64, 64), (65, 128), (1604, 1664)])
def test_whole_blocks(n: int, rows: int) -> None:
    assert plain(whole_blocks)(n) == rows


@pytest.mark.parametrize("n", [1, 11, 16, 64, 65, 130])
def test_words_stay_when_rows_are_appended(n: int) -> None:
    assert words(n, Draw.JOIN_AND_AWARE, 5).tolist() == words(200, Draw.JOIN_AND_AWARE, 5)[:n].tolist()


def test_a_draw_depends_on_its_name_only() -> None:
    rows = np.arange(1000)
    forward = draws(Draw.QUIT, rows, 7, 0)
    assert (draws(Draw.QUIT, rows[::-1], 7, 0)[::-1] == forward).all()
    assert (draws(Draw.QUIT, rows[:10], 7, 0) == forward[:10]).all()
    assert (draws(Draw.QUIT, rows, 7, 0, SEED + np.uint64(1)) != forward).all()
    # Both halves of the seed count.
    assert (draws(Draw.QUIT, rows, 7, 0, SEED + np.uint64(2**32)) != forward).all()


def test_a_key_is_the_words_of_a_draw() -> None:
    w = reference((4, 5, 6, Draw.NEED_KEY.value), int(SEED))
    assert int(plain(key_of)(SEED, Draw.NEED_KEY.value, 4, 5, 6)) == (w[0] << 32) | w[1]


def test_the_key_of_a_town_takes_the_whole_digest_and_the_whole_seed() -> None:
    digest = 0x0123456789ABCDEF
    w = reference((0x89ABCDEF, 0x01234567, 0, Draw.TOWN_KEY.value), int(SEED))
    assert int(plain(town_key)(SEED, np.uint64(digest))) == (w[0] << 32) | w[1]


# --- uniform and independent

N = 20000
SERIES: dict[str, Callable[[], np.ndarray]] = {
    "rows": lambda: draws(Draw.QUIT, np.arange(N), 3, 0),
    "days": lambda: draws(Draw.QUIT, 3, np.arange(N), 0),
    "k": lambda: draws(Draw.QUIT, 3, 3, np.arange(N)),
    "draws": lambda: np.concatenate([draws(d, np.arange(300), 3, 0) for d in range(1, 1 + N // 300)]),
    "seeds": lambda: np.array([float(draws(Draw.QUIT, 3, 3, 0, np.uint64(seed))) for seed in range(3000)]),
    "words": lambda: (words(N, Draw.JOIN_AND_AWARE, 30) + 0.5) / 2.0**32,
    "words of a row": lambda: np.array(
        [(words(8, Draw.JOIN_AND_AWARE, day)[6] + 0.5) / 2.0**32 for day in range(3000)]
    ),
}
LEAST_P = 1e-3  # seeds are fixed: a failure is a defect, not bad luck


@pytest.mark.parametrize("name", SERIES)
def test_uniform(name: str) -> None:
    u = SERIES[name]()
    assert ((u > 0) & (u < 1)).all()
    assert len(np.unique(u)) > 0.999 * len(u)
    assert stats.kstest(u, "uniform").pvalue > LEAST_P


@pytest.mark.parametrize("name", SERIES)
def test_neighbours_are_independent(name: str) -> None:
    """Successive numbers fill the square evenly (chi square on 8 x 8 cells) for lags 1, 2 and 4."""
    u = SERIES[name]()
    for lag in (1, 2, 4):
        cells = np.histogram2d(u[:-lag], u[lag:], bins=8, range=[[0, 1], [0, 1]])[0]
        assert stats.chisquare(cells.ravel()).pvalue > LEAST_P, lag


@pytest.mark.parametrize(
    ("one", "other"),
    list(
        itertools.combinations(
            [(Draw.QUIT, 0, 0), (Draw.HIRE, 0, 0), (Draw.QUIT, 1, 0), (Draw.QUIT, 0, 1), (Draw.EXAM_PASS, 30, 0)], 2
        )
    ),
    ids=str,
)
def test_draws_days_and_k_are_independent(one: tuple[Draw, int, int], other: tuple[Draw, int, int]) -> None:
    a = draws(one[0], np.arange(N), *one[1:])
    b = draws(other[0], np.arange(N), *other[1:])
    cells = np.histogram2d(a, b, bins=8, range=[[0, 1], [0, 1]])[0]
    assert stats.chisquare(cells.ravel()).pvalue > LEAST_P
    assert abs(stats.spearmanr(a, b).statistic) < 4 / np.sqrt(N)


def test_all_bits_are_used() -> None:
    bits = (draws(Draw.QUIT, np.arange(4000), 0, 0) * 2.0**52).astype(np.uint64)
    for place in range(1, 52):
        ones = int(((bits >> np.uint64(place)) & np.uint64(1)).sum())
        assert abs(ones - 2000) < 4.5 * np.sqrt(1000), f"bit {place}"


def test_never_one() -> None:
    ones = np.uint64(2**32 - 1)
    assert plain(chance, _words=lambda *_: (ones, ones, ones, ones))(SEED, 1, 0, 0, 0) < 1.0


def test_never_zero() -> None:
    none = np.uint64(0)
    assert plain(chance, _words=lambda *_: (none, none, none, none))(SEED, 1, 0, 0, 0) == SMALLEST
    assert 0.0 < plain(word_to_unit)(np.uint32(0)) < plain(word_to_unit)(np.uint32(2**32 - 1)) < 1.0


# --- the laws

U = np.concatenate([(np.arange(2000) + 0.5) / 2000, [1e-12, 1e-9, 1e-6, 1 - 1e-6, 1 - 1e-9, 1 - 1e-12]])
MEANS = [1e-9, 0.3, 1.0, 4.0, 60.0, 400.0]


@pytest.mark.parametrize("mean", MEANS)
def test_poisson(mean: float) -> None:
    assert laws(U, mean)["poisson"].tolist() == stats.poisson.ppf(U, mean).tolist()


def test_poisson_counts_a_larger_mean_as_its_most() -> None:
    most = laws(U[:500], MOST_POISSON)["poisson"].tolist()
    assert most == stats.poisson.ppf(U[:500], MOST_POISSON).tolist()
    assert laws(U[:500], 1e5)["poisson"].tolist() == most


def test_no_scenario_reaches_the_most() -> None:
    for name in ("contract_task_rate", "offcontract_task_rate"):
        assert PARAMETERS[name].most * MOST_POSTS * LEVERS["administrative_burden"].most <= MOST_POISSON


@pytest.mark.parametrize("mean", MEANS)
def test_geometric(mean: float) -> None:
    expected = stats.geom.isf(U, 1.0 / (1.0 + mean)) - 1.0
    got = laws(U, mean)["geometric"]
    # Where u falls on a step of the law to the last bit, either side is right.
    step = np.isclose((mean / (1.0 + mean)) ** np.maximum(got, expected), U, rtol=1e-9)
    assert ((got == expected) | step).all()
    assert np.mean(got != expected) < 0.01


def gammas(mean: float, n: int = 20000) -> np.ndarray:
    out = np.zeros(n)
    gamma_door(out, SEED, Draw.CONTRACT_HOURS.value, mean)
    return out


@pytest.mark.parametrize("mean", [1e-9, 0.3, 4.0, 1e6])
def test_gamma2(mean: float) -> None:
    assert stats.kstest(gammas(mean), stats.gamma(2.0, scale=mean / 2.0).cdf).pvalue > LEAST_P
    assert gammas(mean).mean() == pytest.approx(mean, rel=0.02)


def test_gamma2_is_of_both_halves_of_the_words_and_proportional_to_its_mean() -> None:
    w = reference((0, 7, 5, Draw.CONTRACT_HOURS.value), int(SEED))
    u, v = (((w[i] << 32 | w[i + 1]) >> 12) + 0.5 for i in (0, 2))
    expected = -1.5 * np.log(u / 2**52 * (v / 2**52))
    assert gammas(3.0)[5] == pytest.approx(expected, rel=1e-14)
    assert plain(gamma2)(SEED, Draw.CONTRACT_HOURS.value, 0, 7, 5, 3.0) == pytest.approx(expected, rel=1e-14)
    assert gammas(0.0, 5).tolist() == gammas(-1.0, 5).tolist() == [0.0] * 5


def test_normal() -> None:
    np.testing.assert_allclose(laws(U, 1.0)["normal"], stats.norm.ppf(U), rtol=1e-13, atol=1e-15)
    tails = np.array([SMALLEST, 1e-300, GREATEST])
    np.testing.assert_allclose(laws(tails, 1.0)["normal"], stats.norm.ppf(tails), rtol=1e-13)


def test_exponential() -> None:
    np.testing.assert_allclose(laws(U, 1.0)["exponential"], stats.expon.isf(U), rtol=1e-13)


@pytest.mark.parametrize(("mean", "cv"), [(1.0, 0.3), (20.0, 0.5), (45.0, 0.4), (0.01, 2.0)])
def test_lognormal(mean: float, cv: float) -> None:
    got = laws(U, mean, cv)["lognormal"]
    sigma = np.sqrt(np.log(1 + cv**2))
    law = stats.lognorm(sigma, scale=mean * np.exp(-(sigma**2) / 2))
    assert law.mean() == pytest.approx(mean)
    assert law.std() / law.mean() == pytest.approx(cv)
    np.testing.assert_allclose(got, law.ppf(U), rtol=1e-12)


def test_lognormal_has_its_mean_and_cv_in_a_sample() -> None:
    drawn = laws(draws(Draw.CASE_HOURS, np.arange(200_000), 0, 0), 20.0, 0.5)["lognormal"]
    assert drawn.mean() == pytest.approx(20.0, rel=0.01)
    assert drawn.std() / drawn.mean() == pytest.approx(0.5, rel=0.02)


@pytest.mark.parametrize("mean", [0.0, -1.0])
def test_no_mean_no_events(mean: float) -> None:
    got = laws(np.array([SMALLEST, 0.5, GREATEST]), mean)
    for law in ("poisson", "geometric", "lognormal"):
        assert got[law].tolist() == [0, 0, 0], law


def test_no_spread_is_the_mean() -> None:
    np.testing.assert_allclose(laws(U, 20.0, 0.0)["lognormal"], 20.0, rtol=1e-15)


PLAIN = {
    "poisson": plain(poisson),
    "geometric": plain(geometric),
    "lognormal": lambda u, mean: plain(lognormal)(u, mean, 0.5),
}
unit = st.floats(SMALLEST, GREATEST)


@pytest.mark.parametrize("law", PLAIN)
@given(u=unit, a=st.floats(0, 500), b=st.floats(0, 500))
def test_monotone_in_the_mean(law: str, u: float, a: float, b: float) -> None:
    assert PLAIN[law](u, min(a, b)) <= PLAIN[law](u, max(a, b))


@given(u=unit, v=unit, mean=st.floats(0, 500))
def test_monotone_in_u(u: float, v: float, mean: float) -> None:
    """Rising in u, but for the exponential and the geometric, which fall; a rounding's breadth is forgiven."""
    low, high = min(u, v), max(u, v)
    for name in ("poisson", "lognormal"):
        assert PLAIN[name](low, mean) <= PLAIN[name](high, mean) * (1 + 1e-9) + 1e-7 * mean
    assert plain(geometric)(low, mean) >= plain(geometric)(high, mean)
    assert plain(exponential)(low) >= plain(exponential)(high)
    assert plain(normal)(low) <= plain(normal)(high) + 1e-12


def test_poisson_rises_with_the_mean_up_to_the_last_numbers_that_chance_gives() -> None:
    means = np.concatenate([np.linspace(1e-3, 3, 300), np.linspace(3, MOST_POISSON, 300)])
    u = 1.0 - (np.concatenate([np.arange(100), 2.0 ** np.arange(7, 32)]) + 0.5) / 2**52
    counts = np.array([laws(u, mean)["poisson"] for mean in means])
    assert u.max() == GREATEST
    assert (np.diff(counts, axis=0) >= 0).all()
    assert (np.diff(counts, axis=1) <= 0).all()


@pytest.mark.parametrize("mean", [0.3, 4.0, 60.0])
def test_poisson_far_out(mean: float) -> None:
    u = np.array([1 - 1e-8, 1 - 1e-10, 1 - 1e-13, GREATEST])
    exact = []
    with decimal.localcontext(prec=60):
        for left in (1 - decimal.Decimal(one) for one in u.tolist()):
            k, term = 0, (-decimal.Decimal(mean)).exp()
            total = term
            while 1 - total > left:
                k += 1
                term *= decimal.Decimal(mean) / k
                total += term
            exact.append(k)
    assert laws(u, mean)["poisson"].tolist() == exact


def test_monotone_across_500() -> None:
    u = np.array([1e-9, 1 - 1e-9])
    assert (laws(u, 500.0)["poisson"] <= laws(u, 500.5)["poisson"]).all()


@pytest.mark.parametrize("mean", [*MEANS, 500.0, 1e-300, 1e4])
def test_extremes_are_finite_and_quick(mean: float) -> None:
    u = np.array([SMALLEST, 2.0**-53, 1e-17, GREATEST, 1.0 - 2.0**-52])
    laws(u, 1.0)  # compile first
    start = time.perf_counter()
    got = laws(u, mean)
    assert time.perf_counter() - start < PATIENCE
    for law, values in got.items():
        assert np.isfinite(values).all(), law
        assert law == "normal" or (values >= 0).all(), law
    assert got["poisson"].max() < mean + 12 * np.sqrt(mean) + 25


@pytest.mark.parametrize("law", ["poisson", "geometric", "normal", "exponential"])
def test_plain_and_compiled_agree(law: str) -> None:
    u = U[::20]
    compiled = laws(u, 4.0)[law]
    function = plain(getattr(chances, law))
    same = [function(x) if law in {"normal", "exponential"} else function(x, 4.0) for x in u.tolist()]
    np.testing.assert_allclose(compiled, same, rtol=1e-14)
