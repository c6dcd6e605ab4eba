"""Section "More dimensions": claim3, n points of a d-dimensional ball in one half of it."""

import functools
import itertools
import math
from fractions import Fraction
from typing import Any

import numpy as np
from scipy import optimize

from blogtools.claims.sector_probability import formulas as f
from blogtools.ledger import Entry, Exact, Law
from blogtools.sector import exact_probability, half_ball

SECTION = "More dimensions"


def wendel(n: int, d: int, *, fewer: int = 1, last: int = 0) -> Fraction:
    """2^{1−n} Σ_{k<d} C(n−1, k); the keywords make mutants."""
    return Fraction(sum(math.comb(n - fewer, k) for k in range(d + last)), 2 ** (n - 1))


def normals(points: np.ndarray) -> np.ndarray:
    """For each choice of d − 1 of the points [..., n, d] a vector at right angles to them, [..., choices, d]."""
    n, d = points.shape[-2:]
    found = []
    for chosen in itertools.combinations(range(n), d - 1):
        some = points[..., list(chosen), :]
        minors = [(-1) ** i * np.linalg.det(np.delete(some, i, axis=-1)) for i in range(d)]
        found.append(np.stack(minors, axis=-1))
    return np.stack(found, axis=-2)


def ends_in_half(points: np.ndarray) -> int:
    """Of the 2^n ways to take each point or its antipode, those that lie in one open half, for whole coordinates.

    A half that holds them can be turned until its edge meets d − 1 of them, and from there back to any side of these.
    """
    d = points.shape[-1]
    sides = np.rint(normals(points) @ points.T).astype(int)
    if any((row == 0).sum() != d - 1 for row in sides):
        raise ValueError("the points are not in general position")
    held = set()
    for row in (*np.sign(sides), *-np.sign(sides)):
        for either in itertools.product((-1, 1), repeat=d - 1):
            way = row.copy()
            way[row == 0] = either
            held.add(tuple(way.tolist()))
    return len(held)


def placed(rng: np.random.Generator, n: int, d: int) -> np.ndarray:
    """Give n points of whole coordinates, no d of which lie in one plane through 0."""
    while True:
        points = rng.integers(-40, 41, (n, d))
        if np.abs(np.rint(normals(points) @ points.T)).astype(bool).sum(-1).min() == n - d + 1:
            return points


def scenes(rng: np.random.Generator) -> list[tuple[np.ndarray]]:
    """Points in one to four dimensions."""
    return [(placed(rng, n, d),) for n, d in ((3, 1), (2, 2), (5, 2), (3, 3), (5, 3), (7, 3), (6, 4), (8, 4))]


def in_half(points: np.ndarray) -> np.ndarray:
    """Whether the points [..., n, d] lie in one half of the ball: a plane through d − 1 of them has all on one side."""
    planes = normals(points)
    sides = np.einsum("...cd,...nd->...cn", planes, points)
    slack = 1e-9 * np.linalg.norm(planes, axis=-1, keepdims=True)
    return ((sides > -slack).all(-1) | (sides < slack).all(-1)).any(-1)


def by_programme(points: np.ndarray) -> list[bool]:
    """The same by linear programming: is there a w with w·p ≥ 1 for every point p?"""
    return [
        optimize.linprog(np.zeros(p.shape[1]), A_ub=-p, b_ub=-np.ones(len(p)), bounds=(None, None)).status == 0
        for p in points
    ]


def throws(rng: np.random.Generator, n: int, d: int, *, law: str = "ball", trials: int = 8000) -> np.ndarray:
    """1 where n points are in one half, else 0; ``law`` is one that treats a point and its antipode alike, or not."""
    if law == "cube":
        points = rng.uniform(-1, 1, (trials, n, d))
    else:
        points = rng.normal(size=(trials, n, d))
        points *= (rng.random((trials, n, 1)) ** (1 / d)) / np.linalg.norm(points, axis=-1, keepdims=True)
    if law == "off centre":
        points[..., 0] += 0.3
    return in_half(points).astype(float)


def one_more_plane(n: int, d: int) -> int:
    """Cells into which n planes through 0 cut the space: a new plane halves as many as the others cut it into."""
    if n == 1 or d == 1:
        return 2
    return one_more_plane(n - 1, d) + one_more_plane(n - 1, d - 1)


HALVES: Any = ({"n": 3, "d": 1}, {"n": 5, "d": 2}, {"n": 5, "d": 3}, {"n": 7, "d": 3}, {"n": 7, "d": 4})

ENTRIES = [
    Entry(
        id="9324.claim3",
        kind="law",
        latex=r"P=\frac1{2^{n-1}}\sum_{k=0}^{d-1}\binom{n-1}k",
        says="n points of a d-dimensional ball in one half of it: solved by Wendel in 1962",
        section=SECTION,
        evidence=(
            Exact(
                statement=lambda points: half_ball(*points.shape),
                against=lambda points: Fraction(ends_in_half(points), 2 ** len(points)),
                witnesses=scenes,
                partial=True,
                mutants={
                    "up to k = d": lambda points: wendel(*points.shape, last=1),
                    "up to k = d - 2": lambda points: wendel(*points.shape, last=-1),
                    "C(n, k)": lambda points: wendel(*points.shape, fewer=0),
                },
                about="wherever the points are, so many of the 2^n choices between them and their antipodes fit a half",
            ),
            Exact(
                statement=wendel,
                against=lambda n, d: Fraction(one_more_plane(n, d), 2**n),
                witnesses=tuple((n, d) for n in range(1, 11) for d in range(1, 7)),
                partial=True,
                mutants={
                    "up to k = d": functools.partial(wendel, last=1),
                    "C(n, k)": functools.partial(wendel, fewer=0),
                },
                about="the halves by the side on which each point lies: cells of n planes, Schläfli's recursion",
            ),
            Exact(
                statement=lambda n, d: half_ball(n, d),
                against=wendel,
                witnesses=tuple((n, d) for n in (1, 2, 4, 9, 60) for d in (1, 2, 3, 8, 100)),
                partial=True,
                mutants={"a dimension more": lambda n, d: half_ball(n, d + 1)},
                about="the package's fractions, also where n is at most d and the answer is 1",
            ),
            Law(
                statement=throws,
                against=lambda n, d: float(wendel(n, d)),
                test="mean",
                witnesses=HALVES,
                mutants={
                    "the ball off its centre": functools.partial(throws, law="off centre"),
                    "a point more": lambda rng, n, d: throws(rng, n + 1, d),
                },
                about="points of the ball",
            ),
            Law(
                statement=functools.partial(throws, law="cube"),
                against=lambda n, d: float(wendel(n, d)),
                test="mean",
                witnesses=HALVES,
                mutants={"a point more": lambda rng, n, d: throws(rng, n + 1, d, law="cube")},
                about="points of a cube: any law will do that treats a point and its antipode alike",
            ),
            Exact(
                statement=in_half,
                against=by_programme,
                witnesses=lambda rng: [(rng.normal(size=(25, n, d)),) for n, d in ((4, 2), (5, 3), (7, 4))],
                partial=True,
                mutants={"the first point left out": lambda points: in_half(points[:, 1:])},
                about="the planes through the points against linear programming",
            ),
        ),
    ),
    Entry(
        id="9324.claim3.plane",
        kind="identity",
        latex=r"\frac1{2^{n-1}}\left[\binom{n-1}0+\binom{n-1}1\right]=\frac n{2^{n-1}}",
        says="in the plane Wendel's answer is eq11 at theta = pi",
        section=SECTION,
        evidence=(
            Exact(
                statement=lambda n: half_ball(n, 2),
                against=lambda n: f.eq10(n, Fraction(1, 2)),
                witnesses=(1, 2, 3, 4, 5, 20, 300),
                mutants={"in space": lambda n: half_ball(n, 3), "on a line": lambda n: half_ball(n, 1)},
                about="in fractions",
            ),
            Exact(
                statement=lambda n: exact_probability(n, Fraction(1, 2)),
                against=lambda n: wendel(n, 2),
                witnesses=(1, 2, 3, 4, 5, 20, 300),
                mutants={"a point more": lambda n: exact_probability(n + 1, Fraction(1, 2))},
                about="and the package's eq10",
            ),
        ),
    ),
]
