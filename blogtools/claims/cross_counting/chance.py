"""Section "One at random": every valid colouring is drawn as often as any other."""

import functools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from scipy import stats

from blogtools import cross
from blogtools.claims.cross_counting import brute
from blogtools.claims.cross_counting.adding import from_package, to_package
from blogtools.ledger import Entry, Exact, Law

SECTION = "One at random"

Draw = Callable[[np.random.Generator, int], np.ndarray]
"""So many crosses [n, edges], edges in the order of ``brute``."""
WEIGHTS = np.array([3**e for e in range(16)])


@functools.cache
def codes() -> np.ndarray:
    """A number for each valid cross, those with opposite centre first."""
    rows = brute.colourings()
    top, right, bottom, left = brute.centre_of(rows).T
    adjacent = (top != bottom) & (right != left)
    return np.concatenate([rows[~adjacent], rows[adjacent]]) @ WEIGHTS


def package(rng: np.random.Generator, n: int, given: Sequence[int] | None = None) -> np.ndarray:
    """Draws of the package."""
    return from_package(cross.sample(cross.CROSS, 3, "line", n, rng, given))


def by_centre(rng: np.random.Generator, n: int) -> np.ndarray:
    """A mistake: a centre, each as likely as any other, and then one of its completions."""
    return _classes_alike(rng, n, lambda rows: brute.centre_of(rows) @ WEIGHTS[:4])


def by_colours(rng: np.random.Generator, n: int) -> np.ndarray:
    """A mistake: a centre, then dominating colours for the arms, each choice as likely as any other, then a cross."""
    return _classes_alike(
        rng, n, lambda rows: np.hstack([brute.centre_of(rows), brute.dominants(rows)]) @ WEIGHTS[: 4 + len(brute.CROSS)]
    )


def _classes_alike(rng: np.random.Generator, n: int, key: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
    rows = brute.colourings()
    _, member, size = np.unique(key(rows), return_inverse=True, return_counts=True)
    weights = 1 / size[member]
    return rows[rng.choice(len(rows), n, p=weights / weights.sum())]


def places(rng: np.random.Generator, given: Sequence[int] | None = None, draw: Draw | None = None) -> np.ndarray:
    """Where 40,000 draws stand in the list of all completions of ``given``, from 0 to 1, evenly inside a place."""
    drawn = package(rng, 40_000, given) if draw is None else draw(rng, 40_000)
    fits = codes()
    if given is not None:
        order = np.empty(16, dtype=int)
        order[brute.numbered(brute.CROSS)] = cross.CROSS.sides
        wanted = np.array(given)[order]
        digits = fits[:, None] // WEIGHTS % 3
        fits = fits[((wanted < 0) | (digits == wanted)).all(1)]
    order = np.argsort(fits)
    found = order[np.searchsorted(fits[order], drawn @ WEIGHTS) % len(fits)]
    if not (fits[found] == drawn @ WEIGHTS).all():
        raise ValueError("a draw is not among the completions that brute force finds")
    return (found + rng.random(len(found))) / len(fits)


def chi_squares(rng: np.random.Generator, cells: str, draw: Draw = package) -> np.ndarray:
    """Pearson's statistic of runs of draws, over 36 centres (4 × 40,000) or 594 classes of symmetry (2 × 30,000).

    Centres that are all alike lie within a tenth of the true shares, so that shorter runs might not tell.
    """
    runs, each = {"centres": (4, 40_000), "classes": (2, 30_000)}[cells]
    drawn = draw(rng, runs * each)
    names, expected = np.unique(_cell(brute.colourings(), cells), return_counts=True)
    cell = np.searchsorted(names, _cell(drawn, cells)).reshape(runs, -1)
    seen = np.stack([np.bincount(run, minlength=len(names)) for run in cell])
    share = expected * cell.shape[1] / expected.sum()
    return ((seen - share) ** 2 / share).sum(1)


def _cell(rows: np.ndarray, cells: str) -> np.ndarray:
    return brute.centre_of(rows) @ WEIGHTS[:4] if cells == "centres" else brute.orbit_of(rows)


def opposite(rng: np.random.Generator, draw: Draw = package) -> np.ndarray:
    """For each of 40,000 draws whether its centre is opposite."""
    top, right, bottom, left = brute.centre_of(draw(rng, 40_000)).T
    return ((top == bottom) | (right == left)).astype(float)


def partial_crosses(rng: np.random.Generator) -> list[dict[str, Any]]:
    """Valid crosses with some edges blank, and a few that are coloured anyhow."""
    rows = to_package(rng.choice(brute.colourings(), 30))
    rows[20:] = rng.integers(0, 3, (10, 16))
    blank = rng.random(rows.shape) < rng.uniform(0.2, 1, (30, 1))
    return [{"given": tuple(map(int, np.where(b, -1, row)))} for row, b in zip(rows, blank, strict=True)]


def completed(given: Sequence[int]) -> int:
    """How many of all valid crosses agree with ``given``, in the package's order."""
    wanted = np.array(given)
    return int(((wanted < 0) | (to_package(brute.colourings()) == wanted)).all(1).sum())


HALF = (-1, -1, -1, 0, 1, -1, -1, -1, -1, 2, -1, -1, -1, -1, -1, -1)
"""A cross with three edges coloured, in the package's order."""

ENTRIES = [
    Entry(
        id="9291.random.uniform",
        kind="law",
        latex=r"P(x)=\frac1{27216}",
        says="a draw is any of the 27216 crosses with equal chance, or any completion of a cross begun",
        section=SECTION,
        evidence=(
            Law(
                statement=places,
                against=lambda x, given: np.clip(x, 0, 1),
                witnesses=({"given": None}, {"given": HALF}),
                mutants={
                    "centres alike": lambda rng, given: places(rng, None, by_centre),
                    "colours of the arms alike": lambda rng, given: places(rng, None, by_colours),
                },
                about="places in the list that brute force makes",
            ),
            Law(
                statement=chi_squares,
                against=lambda x, cells: stats.chi2.cdf(x, {"centres": 35, "classes": 593}[cells]),
                witnesses=({"cells": "centres"}, {"cells": "classes"}),
                mutants={
                    "centres alike": functools.partial(chi_squares, draw=by_centre),
                    "colours of the arms alike": functools.partial(chi_squares, draw=by_colours),
                },
                about="chi-square over the 36 centres and over the 594 classes of symmetry",
            ),
        ),
    ),
    Entry(
        id="9291.random.opposite",
        kind="law",
        latex=r"P(\text{opposite})=\frac{9720}{27216}=\frac5{14}",
        says="a random cross has an opposite centre with chance 5/14, though a third of the centres are opposite",
        section=SECTION,
        evidence=(
            Law(
                statement=opposite,
                against=5 / 14,
                test="mean",
                mutants={"centres alike": functools.partial(opposite, draw=by_centre)},
            ),
        ),
    ),
    Entry(
        id="9291.random.completions",
        kind="algorithm",
        latex="",
        says="the number of completions of a cross begun",
        section=SECTION,
        evidence=(
            Exact(
                statement=lambda given: cross.completions(given=given),
                against=completed,
                witnesses=partial_crosses,
                mutants={
                    "neighbours only": lambda given: cross.completions(rule="adjacent", given=given),
                    "one edge forgotten": lambda given: cross.completions(given=(-1, *given[1:])),
                },
            ),
        ),
    ),
]
