"""Sections "The cross" and "Brute force": the two pictures that set the problem, and how many cases there are."""

import itertools

import numpy as np

from blogtools import cross
from blogtools.claims.cross_counting import brute
from blogtools.ledger import Entry, Exact

CROSS = "The cross"
FORCE = "Brute force"

NAMES = ("top", "left", "centre", "right", "bottom")
SHARED = {(name, "centre"): 1 for name in NAMES if name != "centre"}
"""How many segments two squares share, by name; pairs that share none are left out."""


def pieces() -> dict[str, int]:
    """Squares, segments, those of one and of two squares, and corner points, counted from the squares' corners."""
    segments = [name for four in brute.segments(brute.CROSS) for name in four]
    times = [segments.count(name) for name in set(segments)]
    points = {end for r, c, s, d in segments for end in ((r, c), (s, d))}
    return {
        "squares": len(brute.CROSS),
        "segments": len(times),
        "of one square": times.count(1),
        "of two": times.count(2),
        "points": len(points),
    }


PIECES = {"squares": 5, "segments": 16, "of one square": 12, "of two": 4, "points": 12}


def package_pieces() -> dict[str, int]:
    """The same of the package's shape, from its drawn segments."""
    times = np.bincount(cross.CROSS.sides.ravel()).tolist()
    ends = {tuple(point) for segment in cross.CROSS.segments.tolist() for point in segment}
    return {
        "squares": len(cross.CROSS.squares),
        "segments": len(cross.CROSS.segments),
        "of one square": times.count(1),
        "of two": times.count(2),
        "points": len(ends),
    }


def shared() -> dict[tuple[str, str], int]:
    """Numbers of common segments from the corners, the centre named last."""
    around = dict(zip(NAMES, brute.segments(brute.CROSS), strict=True))
    order = [*(name for name in NAMES if name != "centre"), "centre"]
    found = {(a, b): len(set(around[a]) & set(around[b])) for a, b in itertools.combinations(order, 2)}
    return {pair: number for pair, number in found.items() if number}


def package_shared() -> dict[tuple[str, str], int]:
    """The same of the package's neighbours."""
    pairs = [(NAMES[i], NAMES[j]) for i, j in cross.CROSS.neighbours]
    return {(a, b) if b == "centre" else (b, a): 1 for a, b in pairs}


def lines(squares: brute.Squares, rule: str) -> list[tuple[int, int]]:
    """Pairs of the package's shape that must differ."""
    groups = cross.Shape(squares).groups(rule)
    return sorted({pair for group in groups for pair in itertools.combinations(sorted(group), 2)})


ENTRIES = [
    Entry(
        id="9291.fig1",
        kind="figure",
        latex="",
        says="the cross: five squares of 16 segments, 12 of them on the outside and four between centre and arms",
        section=CROSS,
        evidence=(
            Exact(
                statement=PIECES,
                against=pieces,
                witnesses=((),),
                mutants={
                    "four segments a square": PIECES | {"segments": 20},
                    "a segment fewer": PIECES | {"segments": 15},
                    "outside alone": PIECES | {"segments": 12, "of two": 0},
                    "a corner of each arm forgotten": PIECES | {"points": 8},
                },
            ),
            Exact(
                statement=package_pieces,
                against=pieces,
                witnesses=((),),
                mutants={"a segment fewer": lambda: PIECES | {"segments": 15}},
                about="the package's shape",
            ),
        ),
    ),
    Entry(
        id="9291.fig2",
        kind="figure",
        latex="",
        says="top, left, centre, right, bottom: the centre shares one segment with each of the others, they share none",
        section=CROSS,
        evidence=(
            Exact(
                statement=SHARED,
                against=shared,
                witnesses=((),),
                mutants={
                    "top and left share one": SHARED | {("top", "left"): 1},
                    "the bottom hangs loose": {p: n for p, n in SHARED.items() if p[0] != "bottom"},
                    "two shared": SHARED | {("right", "centre"): 2},
                },
            ),
            Exact(
                statement=package_shared,
                against=shared,
                witnesses=((),),
                mutants={"a ring": lambda: SHARED | {("top", "left"): 1}},
                about="the package's neighbours",
            ),
            Exact(
                statement=lines,
                against=brute.pairs,
                witnesses=tuple(
                    {"squares": squares, "rule": rule}
                    for squares in (
                        brute.CROSS,
                        brute.strip(4),
                        brute.board(2, 3),
                        ((0, 0), (0, 2), (1, 0), (1, 1), (1, 2)),
                    )
                    for rule in ("line", "adjacent")
                ),
                mutants={
                    "the other rule": lambda squares, rule: lines(squares, "line" if rule != "line" else "adjacent")
                },
                about="which squares must differ, on the cross and on other shapes",
            ),
        ),
    ),
    Entry(
        id="9291.claim1",
        kind="identity",
        latex=r"3^{16}=43\,046\,721\approx 43\text{ million}",
        says="brute force has 3 to the power 16, about 43 million, cases",
        section=FORCE,
        evidence=(
            Exact(
                statement=lambda: (3**16, 43),
                against=lambda: (brute.cases(), (brute.cases() + 500_000) // 10**6),
                witnesses=((),),
                mutants={
                    "16 colours, 3 edges": lambda: (16**3, 0),
                    "20 segments": lambda: (3**20, 3487),
                    "15 segments": lambda: (3**15, 14),
                    "4.3 million": lambda: (3**16, 4),
                },
                about="the cases that brute force looks at, one by one, and the same in millions",
            ),
        ),
    ),
]
