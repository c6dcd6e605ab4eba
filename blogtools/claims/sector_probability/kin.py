"""Section "What the post leaves out": the same law in Stevens' covering problem and in Fisher's test for a period."""

import functools
from fractions import Fraction

import mpmath
import numpy as np

from blogtools.claims.sector_probability import formulas as f
from blogtools.claims.sector_probability import precise
from blogtools.ledger import Entry, Exact, Law, Numeric
from blogtools.sector import covering

SECTION = "What the post leaves out"

CIRCLES = ({"n": 4, "arc": 0.4}, {"n": 8, "arc": 0.3}, {"n": 30, "arc": 0.13})
"""Arcs and their length; the circle is covered about as often as not."""


def covered(rng: np.random.Generator, n: int, arc: float, *, fewer: int = 0, longer: float = 1.0) -> np.ndarray:
    """1 where n arcs cover the circle, else 0: where the end of every arc lies within another."""
    start = rng.random((6000, n - fewer))
    behind = np.mod((start + arc * longer)[:, :, None] - start[:, None, :], 1)
    others = ~np.eye(n - fewer, dtype=bool)
    return np.all(np.any((behind < arc * longer) & others, axis=2), axis=1).astype(float)


def largest_ordinate(rng: np.random.Generator, n: int, *, zero: bool = False, even: bool = False) -> np.ndarray:
    """Fisher's g: the largest of the n ordinates of the periodogram of 2n + 1 normal numbers over their sum.

    ``zero`` puts in the ordinate of frequency 0, ``even`` takes 2n + 2 numbers and so that of the highest frequency.
    """
    noise = rng.normal(size=(4000, 2 * n + 1 + even))
    ordinates = np.abs(np.fft.rfft(noise, axis=1)) ** 2
    ordinates = ordinates[:, (0 if zero else 1) :]
    return ordinates.max(1) / ordinates.sum(1)


ENTRIES = [
    Entry(
        id="9324.stevens",
        kind="identity",
        latex=r"P(n\text{ arcs of length }a\text{ cover the circle})=\sum_{k\ge0,\ 1-ka>0}(-1)^k\binom nk(1-ka)^{n-1}",
        says="n arcs cover the circle when no gap between their beginnings exceeds one arc: the complement of eq10",
        section=SECTION,
        evidence=(
            Exact(
                statement=lambda n, p, q: covering(n, Fraction(p, q)),
                against=lambda n, p, q: 1 - f.longest_over(n, p, q),
                witnesses=f.LENGTHS,
                partial=True,
                mutants={
                    "not covered": lambda n, p, q: 1 - covering(n, Fraction(p, q)),
                    "an arc more": lambda n, p, q: covering(n + 1, Fraction(p, q)),
                },
                about="the package's fractions against counting lattice points",
            ),
            Numeric(
                statement=lambda n, arc: covering(n, arc),
                against=lambda n, arc: precise.by_sum(n, mpmath.mpf(arc), 60 + n)[1],
                witnesses=((2, 0.7), (4, 0.4), (30, 0.13), (150, 0.01), (500, 0.012), (20, 0.0501)),
                rtol=1e-13,
                digits=60,
                mutants={"an arc more": lambda n, arc: covering(n + 1, arc)},
                about="the package in float64",
            ),
            Law(
                statement=covered,
                against=lambda n, arc: float(1 - f.eq10(n, Fraction(arc))),
                test="mean",
                witnesses=CIRCLES,
                mutants={
                    "an arc fewer": functools.partial(covered, fewer=1),
                    "arcs a tenth longer": functools.partial(covered, longer=1.1),
                },
                about="6000 circles, with no gap measured: every arc's end lies within another arc",
            ),
        ),
    ),
    Entry(
        id="9324.fisher",
        kind="law",
        latex=r"P\left(\frac{\max_jI_j}{I_1+\cdots+I_n}>x\right)=\sum_{k\ge1,\ 1-kx>0}(-1)^{k-1}\binom nk(1-kx)^{n-1}",
        says="Fisher's test for a hidden period has the same law: in white noise the periodogram is a broken stick",
        section=SECTION,
        evidence=(
            Law(
                statement=largest_ordinate,
                against=f.longest_cdf,
                witnesses=({"n": 3}, {"n": 7}, {"n": 12}),
                mutants={
                    "frequency 0 as well": functools.partial(largest_ordinate, zero=True),
                    "the highest frequency as well": functools.partial(largest_ordinate, even=True),
                },
                about="4000 series of 2n + 1 normal numbers",
            ),
        ),
    ),
]
