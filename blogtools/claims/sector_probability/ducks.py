"""Section "Four ducks in half a pond": fig1 and claim2."""

import functools
import itertools
import math
from fractions import Fraction

import numpy as np

from blogtools.claims.sector_probability import formulas as f
from blogtools.ledger import Entry, Exact, Law, Numeric
from blogtools.sector import exact_probability, points_in_disc, probability, smallest_sector

SECTION = "Four ducks in half a pond"


def beside_a_diameter(points: np.ndarray, ducks: int = 4) -> np.ndarray:
    """Whether the ducks [..., 4, 2] are in one half: seen from the middle, all stand left of one of them."""
    p = points[..., :ducks, :]
    left = p[..., :, None, 0] * p[..., None, :, 1] - p[..., :, None, 1] * p[..., None, :, 0] >= 0
    return left.all(-1).any(-1)


def package_half(points: np.ndarray, theta: float = math.pi) -> np.ndarray:
    """Whether the package's smallest sector is at most half a pond."""
    return smallest_sector(np.arctan2(points[..., 1], points[..., 0]))[1] <= theta


def throw(rng: np.random.Generator, n: int = 4, ducks: int = 4, trials: int = 20000) -> np.ndarray:
    """1 where ``ducks`` of n ducks are in one half of the pond, else 0; points of the square outside it are drawn anew.

    Needs no angle and nothing of the package.
    """
    points = rng.uniform(-1, 1, (2 * trials * n, 2))
    points = points[(points**2).sum(1) <= 1][: trials * n].reshape(trials, n, 2)
    return beside_a_diameter(points, ducks).astype(float)


def upper_half(rng: np.random.Generator) -> np.ndarray:
    """1 where all four are in the upper half."""
    return (rng.random((20000, 4)) < 0.5).all(1).astype(float)


def choices_in_half(angles: np.ndarray, theta: float = math.pi) -> int:
    """Of the 2^n ways to put each duck at one or the other end of its diameter, those with all in one sector."""
    ends = [angles + math.pi * np.array(side) for side in itertools.product((0, 1), repeat=len(angles))]
    return int((f.width(np.array(ends)) <= theta).sum())


ENTRIES = [
    Entry(
        id="9324.fig1",
        kind="figure",
        latex="",
        says="four ducks, each anywhere in a round pond: are they all in one half of it?",
        section=SECTION,
        evidence=(
            Exact(
                statement=package_half,
                against=beside_a_diameter,
                witnesses=lambda rng: [(points_in_disc(4, rng, (500,)),)],
                partial=True,
                mutants={
                    "a third of the pond": functools.partial(package_half, theta=2 * math.pi / 3),
                    "all but one": lambda points: package_half(points[:, :3]),
                },
                about="the package's smallest sector of 500 throws against the diameters through the ducks",
            ),
            Law(
                statement=lambda rng: package_half(points_in_disc(4, rng, (20000,))).astype(float),
                against=0.5,
                test="mean",
                mutants={
                    "a third of the pond": lambda rng: package_half(
                        points_in_disc(4, rng, (20000,)), 2 * math.pi / 3
                    ).astype(float),
                    "three ducks": lambda rng: package_half(points_in_disc(3, rng, (20000,))).astype(float),
                },
                about="yes in half of the throws that the figure makes",
            ),
        ),
    ),
    Entry(
        id="9324.claim2",
        kind="law",
        latex=r"P=4\left(\frac12\right)^3=\frac12",
        says="four ducks share half a pond in one throw of two",
        section=SECTION,
        evidence=(
            Exact(
                statement=functools.partial(f.eq10, 4, Fraction(1, 2)),
                against=Fraction(1, 2),
                witnesses=((),),
                mutants={
                    "one duck leads": functools.partial(f.eq10, 4, Fraction(1, 2), choices=lambda n, k: 1),
                    "exponent n": functools.partial(f.eq10, 4, Fraction(1, 2), power=0),
                    "three ducks": functools.partial(f.eq10, 3, Fraction(1, 2)),
                },
                about="eq10 at n = 4 and x = 1/2",
            ),
            Exact(
                statement=choices_in_half,
                against=lambda angles: 2 * len(angles),
                witnesses=lambda rng: [(rng.uniform(0, 2 * np.pi, n),) for n in (2, 3, 4, 4, 4, 5, 8)],
                mutants={
                    "a sixth more than half": functools.partial(choices_in_half, theta=7 * math.pi / 6),
                    "n of them": lambda angles: len(angles),
                },
                about="whatever their diameters, 2n of the 2^n choices of their ends put all in one half: 8 of 16",
            ),
            Exact(
                statement=lambda: exact_probability(4, Fraction(1, 2)),
                against=Fraction(1, 2),
                witnesses=((),),
                mutants={"five ducks": lambda: exact_probability(5, Fraction(1, 2))},
                about="the package's fraction",
            ),
            Numeric(
                statement=lambda: probability(4, math.pi),
                against=0.5,
                witnesses=((),),
                rtol=1e-15,
                mutants={"five ducks": lambda: probability(5, math.pi)},
                about="the package's float64; a float cannot be pi, and so it need not be 0.5 to the last bit",
            ),
            Law(
                statement=throw,
                against=0.5,
                test="mean",
                mutants={
                    "three of four": functools.partial(throw, ducks=3),
                    "five ducks": functools.partial(throw, n=5, ducks=5),
                    "always the upper half": upper_half,
                },
                about="20,000 throws",
            ),
        ),
    ),
]
