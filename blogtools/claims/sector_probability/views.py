"""Section "Disc, circle, stick": claim1, that the three questions are one."""

import functools
import math
from fractions import Fraction
from typing import Any

import numpy as np
import sympy as sp
from scipy import stats

from blogtools.claims.sector_probability import formulas as f
from blogtools.ledger import Entry, Exact, Law, Numeric, Symbolic
from blogtools.sector import arcs, complement, exact_probability, points_in_disc, probability, smallest_sector

SECTION = "Disc, circle, stick"

m = sp.symbols("m", integer=True, positive=True)
c, h = sp.symbols("c h", positive=True)


def in_a_sector(angles: np.ndarray, theta: float) -> np.ndarray:
    """Disc: whether a sector of angle theta, turned until one point lies on its right edge, holds all of them."""
    return f.width(angles) <= theta


def long_arc(angles: np.ndarray, theta: float) -> np.ndarray:
    """Circle: whether the longest of the package's arcs is at least 2π − theta."""
    return arcs(angles).max(-1) >= 1 - theta / (2 * math.pi)


def long_piece(angles: np.ndarray, theta: float, cut: bool = True) -> np.ndarray:
    """Stick: the circle is cut open at the first point, the others break it; is a piece at least 1 − theta/2π long?

    ``cut=False`` opens it at angle 0 instead, which breaks one arc in two.
    """
    points = np.sort(np.mod((angles[..., 1:] - angles[..., :1] if cut else angles) / (2 * math.pi), 1), axis=-1)
    pieces = np.diff(points, axis=-1, prepend=0.0, append=1.0)
    return pieces.max(-1) >= 1 - theta / (2 * math.pi)


def scenes(rng: np.random.Generator) -> list[dict[str, Any]]:
    """Rows of points, from one to thirty, and angles from a narrow slice to most of a turn."""
    return [
        {"angles": rng.uniform(-7, 7, (200, n)), "theta": theta}
        for n, theta in ((1, 0.3), (2, 1.0), (3, 2.0), (3, 4.5), (4, math.pi), (6, 4.5), (30, 5.4))
    ]


def angles_in_disc(rng: np.random.Generator, beside: float = 0.0) -> np.ndarray:
    """Angles of the package's points of the disc, seen from ``beside`` its middle."""
    points = points_in_disc(1, rng, (20000,))
    return np.arctan2(points[:, 0, 1], points[:, 0, 0] - beside)


def squared_radii(rng: np.random.Generator) -> np.ndarray:
    """r² of the package's points of the disc: the part of its area that lies further in."""
    return (points_in_disc(1, rng, (20000,)) ** 2).sum((-1, -2))


def longest_arc(rng: np.random.Generator, n: int) -> np.ndarray:
    """Longest arc between the package's n points of the disc."""
    points = points_in_disc(n, rng, (4000,))
    return arcs(np.arctan2(points[..., 1], points[..., 0])).max(-1)


def longest_piece(rng: np.random.Generator, n: int, more: int = 0) -> np.ndarray:
    """Longest piece of a stick broken at n − 1 points, or at ``more`` than that."""
    return f.breaks(rng, n + more, 4000).max(1)


ENTRIES = [
    Entry(
        id="9324.claim1",
        kind="law",
        latex=r"\text{one sector of angle }\theta\iff\text{an arc}\ge2\pi-\theta"
        r"\iff\text{a piece}\ge1-\frac\theta{2\pi}",
        says="n points of a disc in one sector, n points on a circle and n-1 breaks of a stick are one question",
        section=SECTION,
        evidence=(
            Exact(
                statement=long_arc,
                against=in_a_sector,
                witnesses=scenes,
                partial=True,
                mutants={"the circle opened at angle 0": functools.partial(long_piece, cut=False)},
                about="throw by throw: the points fit a sector exactly when they leave so long an arc free",
            ),
            Exact(
                statement=long_piece,
                against=in_a_sector,
                witnesses=lambda rng: scenes(rng)[1:],
                partial=True,
                mutants={"the circle opened at angle 0": functools.partial(long_piece, cut=False)},
                about="throw by throw: the circle cut open at one of its points is the stick",
            ),
            Numeric(
                statement=lambda angles, theta: smallest_sector(angles)[1],
                against=lambda angles, theta: f.width(angles),
                witnesses=scenes,
                rtol=1e-12,
                atol=1e-13,
                mutants={"from the first point": lambda angles, theta: np.mod(angles - angles[..., :1], 6.3).max(-1)},
                about="the package's smallest sector against all n that begin at a point",
            ),
            Law(
                statement=angles_in_disc,
                against=stats.uniform(-math.pi, 2 * math.pi).cdf,
                mutants={"seen from beside the middle": functools.partial(angles_in_disc, beside=0.2)},
                about="the angle of an even point of the disc is even, seen from the middle",
            ),
            Law(
                statement=squared_radii,
                against=stats.uniform.cdf,
                mutants={"an even radius": lambda rng: rng.random(20000) ** 2},
                about="and its distance is that of an even point, though no answer depends on it",
            ),
            Law(
                statement=longest_piece,
                against=longest_arc,
                test="sampler",
                witnesses=({"n": 2}, {"n": 4}, {"n": 12}),
                mutants={
                    "n breaks": functools.partial(longest_piece, more=1),
                    "n - 2 breaks": lambda rng, n: longest_piece(rng, n, -1),
                },
                about="the longest of n pieces has the law of the longest of n arcs: one point is spent on the cut",
            ),
        ),
    ),
    Entry(
        id="9324.claim1.closed",
        kind="identity",
        latex=r"P_n(\max\ge x)=P_n(\max>x)\quad(n\ge2)",
        says="a closed sector and an open one have the same probability; a point on the very edge has none",
        section=SECTION,
        evidence=(
            Symbolic(
                statement=(1 - c) ** m,
                against=sp.Limit((1 - c + h) ** m, h, 0),
                domain={"c": (0.05, 0.9)},
                about="eq7, n = m + 1: at or over thresholds of sum c is the limit of over slightly lower ones",
            ),
            Exact(
                statement=f.eq10_at,
                against=functools.partial(f.longest_over, closed=False),
                witnesses=f.LENGTHS,
                partial=True,
                mutants={
                    "exponent n": functools.partial(f.eq10_at, power=0),
                    "one piece alone": lambda n, p, q: f.eq10(1, Fraction(1)),
                },
                about="eq10 for max > x against max >= x by counting lattice points",
            ),
        ),
    ),
    Entry(
        id="9324.claim1.one",
        kind="identity",
        latex=r"P_1=1\quad(\theta>0)",
        says="a single point is in a sector of any angle; only at angle 0 does it matter whether the sector is closed",
        section=SECTION,
        evidence=(
            Exact(
                statement=functools.partial(f.eq10_at, 1),
                against=lambda p, q: int(Fraction(p, q) < 1),
                witnesses=((0, 1), (1, 2), (999, 1000), (1, 1)),
                mutants={
                    "exponent n": functools.partial(f.eq10_at, 1, power=0),
                    "1 at angle 0 too": functools.partial(f.eq10_at, 1, alive=False),
                },
                about="eq10 at n = 1: its condition 1 - kx > 0 makes it the open sector's",
            ),
            Exact(
                statement=lambda turn: [exact_probability(1, turn), Fraction(float(probability(1, float(turn))))],
                against=[1, 1],
                witnesses=(Fraction(0), Fraction(1, 10**9), Fraction(1, 2), Fraction(1)),
                mutants={"two points": lambda turn: [exact_probability(2, turn)] * 2},
                about="the package has the closed sector: 1 at angle 0 as well",
            ),
            Exact(
                statement=lambda turn: Fraction(float(complement(1, float(turn)))),
                against=0,
                witnesses=(Fraction(0), Fraction(1, 2)),
                mutants={"two points": lambda turn: Fraction(float(complement(2, float(turn))))},
                about="and nothing is left over",
            ),
        ),
    ),
]
