"""Section "Throwing ducks": the package's three routes and its interval."""

import functools
import math
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
from scipy import stats

from blogtools.claims.sector_probability import formulas as f
from blogtools.ledger import Entry, Exact, Law, Numeric
from blogtools.sector import Estimate, simulate

SECTION = "Throwing ducks"

PONDS = ({"n": 4, "turn": Fraction(1, 2)}, {"n": 5, "turn": Fraction(7, 10)}, {"n": 31, "turn": Fraction(9, 10)})
"""Ducks and sectors; in the last two several terms of eq10 count."""


def levels(
    rng: np.random.Generator, n: int, turn: Fraction, *, route: str, more: int = 0, wider: float = 1.0
) -> np.ndarray:
    """Where each of 20 counts of hits lies in the binomial law of eq10: uniform on [0, 1] exactly if eq10 is right.

    A count has a whole step of that law; it is put at an even place of its step.
    """
    P, trials = float(f.eq10(n, 1 - turn)), 120_000 // n
    hits = np.array(
        [
            simulate(n + more, math.tau * float(turn) * wider, trials, route=route, seed=int(rng.integers(2**40))).hits
            for _ in range(20)
        ]
    )
    below, upto = stats.binom.cdf(hits - 1, trials, P), stats.binom.cdf(hits, trials, P)
    return below + rng.random(20) * (upto - below)


def by_route(route: str, says: str) -> Entry:
    """The entry of one route."""
    return Entry(
        id=f"9324.throw.{route}",
        kind="law",
        latex=r"\text{hits}\sim\mathrm{Binomial}(\text{trials},P_n)",
        says=says,
        section=SECTION,
        evidence=(
            Law(
                statement=functools.partial(levels, route=route),
                against=lambda u, n, turn: stats.uniform.cdf(u),
                witnesses=PONDS,
                mutants={
                    "a duck more": functools.partial(levels, route=route, more=1),
                    "a sector wider by a fiftieth": functools.partial(levels, route=route, wider=1.02),
                },
                about="twenty estimates for each of three ponds",
            ),
        ),
    )


def exponential_parts(rng: np.random.Generator, n: int, draw: str = "standard_exponential") -> np.ndarray:
    """Longest of n random numbers over their sum."""
    parts = np.abs(getattr(rng, draw)(size=(4000, n)))
    return parts.max(1) / parts.sum(1)


def tails(hits: int, trials: int, low: float, high: float) -> list[Any]:
    """P(as many hits or more) where the true share is ``low``, P(as many or fewer) where it is ``high``."""
    p, q = mpmath.mpf(low), mpmath.mpf(high)
    return [
        mpmath.fsum(math.comb(trials, k) * p**k * (1 - p) ** (trials - k) for k in range(hits, trials + 1)),
        mpmath.fsum(math.comb(trials, k) * q**k * (1 - q) ** (trials - k) for k in range(hits + 1)),
    ]


def at_the_ends(hits: int, trials: int, confidence: float) -> list[Any]:
    """The tails at the ends of the package's interval."""
    return tails(hits, trials, *Estimate(hits, trials, confidence).interval)


def normal_interval(hits: int, trials: int, confidence: float) -> tuple[float, float]:
    """The estimate plus and minus so many standard errors."""
    share = hits / trials
    half = float(stats.norm.ppf((1 + confidence) / 2)) * math.sqrt(share * (1 - share) / trials)
    return share - half, share + half


def covers(trials: int, P: float, confidence: float, interval: Any = None) -> bool:
    """Whether the interval holds P with at least its confidence, over all counts of hits."""
    between = interval or (lambda hits, trials, confidence: Estimate(hits, trials, confidence).interval)
    held = [low <= P <= high for low, high in (between(hits, trials, confidence) for hits in range(trials + 1))]
    return bool(stats.binom.pmf(np.arange(trials + 1), trials, P)[held].sum() >= confidence)


ENTRIES = [
    by_route("disc", "points thrown on the disc, their angles sorted: the share of hits tends to eq10"),
    by_route("angles", "angles drawn and sorted: the same"),
    by_route("exponentials", "exponential numbers over their sum, nothing sorted: the same"),
    Entry(
        id="9324.throw.pieces",
        kind="law",
        latex=r"\left(\frac{E_1}{E_1+\cdots+E_n},\dots,\frac{E_n}{E_1+\cdots+E_n}\right)",
        says="independent exponential numbers over their sum are the pieces of a broken stick",
        section=SECTION,
        evidence=(
            Law(
                statement=exponential_parts,
                against=lambda rng, n: f.breaks(rng, n, 4000).max(1),
                test="sampler",
                witnesses=({"n": 2}, {"n": 5}, {"n": 20}),
                mutants={
                    "uniform numbers": functools.partial(exponential_parts, draw="random"),
                    "normal numbers": functools.partial(exponential_parts, draw="standard_normal"),
                },
                about="the longest, against sorted break points",
            ),
        ),
    ),
    Entry(
        id="9324.throw.interval",
        kind="algorithm",
        latex=r"P(X\ge\text{hits}\mid\text{low})=P(X\le\text{hits}\mid\text{high})=\frac{1-\text{confidence}}2",
        says="the band is Clopper and Pearson's: exact for the binomial law, however rare the hits",
        section=SECTION,
        evidence=(
            Numeric(
                statement=at_the_ends,
                against=lambda hits, trials, confidence: [(1 - confidence) / 2] * 2,
                witnesses=((1, 20, 0.9), (7, 20, 0.99), (499, 1000, 0.99), (2, 1000, 0.95), (999, 1000, 0.95)),
                rtol=1e-9,
                mutants={
                    "normal approximation": lambda hits, trials, confidence: tails(
                        hits, trials, *normal_interval(hits, trials, confidence)
                    ),
                    "one-sided": lambda hits, trials, confidence: at_the_ends(hits, trials, 2 * confidence - 1),
                },
                about="the binomial tails at both ends, summed",
            ),
            Exact(
                statement=covers,
                against=True,
                witnesses=tuple((50, P, c) for P in (0.001, 0.02, 0.3, 0.5, 0.98) for c in (0.9, 0.99)),
                partial=True,
                mutants={"normal approximation": functools.partial(covers, interval=normal_interval)},
                about="it holds the truth at least as often as it says",
            ),
        ),
    ),
]
