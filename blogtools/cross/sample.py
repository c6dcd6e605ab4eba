"""Colourings one by one, how many complete a partial one, and one drawn at random, each as likely as any other."""

from collections.abc import Iterator, Sequence

import numpy as np

from blogtools.cross.shape import BLANK, CROSS, Shape, require, require_colouring, whole
from blogtools.cross.sweep import Sweep, squares_of


def _given(shape: Shape, k: int, given: Sequence[int] | None) -> tuple[int, ...]:
    return require_colouring("given", shape, (BLANK,) * len(shape.edges) if given is None else given, k)


def completions(shape: Shape = CROSS, k: int = 3, rule: str = "line", given: Sequence[int] | None = None) -> int:
    """How many valid colourings agree with ``given``: one colour an edge, −1 where it is open; all open by default."""
    k = require(shape, k, rule)
    return Sweep(shape, k, rule, _given(shape, k, given)).total()


def colourings(
    shape: Shape = CROSS, k: int = 3, rule: str = "line", given: Sequence[int] | None = None
) -> Iterator[tuple[int, ...]]:
    """All valid colourings that agree with ``given``, each once, by backtracking; none is kept."""
    k = require(shape, k, rule)
    colours = list(_given(shape, k, given))
    sides, groups = shape.sides.tolist(), shape.groups(rule)
    rivals = [{t for group in groups if s in group for t in group if t < s} for s in range(len(sides))]
    candidates, who = squares_of(k).tolist(), [BLANK] * len(sides)

    def grow(s: int) -> Iterator[tuple[int, ...]]:
        if s == len(sides):
            yield tuple(colours)
            return
        before = [colours[e] for e in sides[s]]
        taken = {who[t] for t in rivals[s]}
        for *four, m in candidates:
            if m not in taken and all(old in (BLANK, new) for old, new in zip(before, four, strict=True)):
                for e, c in zip(sides[s], four, strict=True):
                    colours[e] = c
                who[s] = m
                yield from grow(s + 1)
        for e, c in zip(sides[s], before, strict=True):
            colours[e] = c

    return grow(0)


def sample(
    shape: Shape,
    k: int,
    rule: str,
    size: int,
    rng: np.random.Generator,
    given: Sequence[int] | None = None,
) -> np.ndarray:
    """Integers [size, edges]: independent draws; each valid colouring that agrees with ``given`` is exactly as likely.

    A whole number below the number of colourings is drawn and read as the place in the list of them all, which is never
    written down. ``ValueError`` when nothing completes ``given``.
    """
    k = require(shape, k, rule)
    size = whole("size", size, 0)
    if not isinstance(rng, np.random.Generator):
        raise ValueError(f"rng = {rng!r} must be a numpy.random.Generator")
    sweep = Sweep(shape, k, rule, _given(shape, k, given))
    layers = sweep.layers()
    total = int(layers[0][1].sum())
    if not total:
        raise ValueError(f"given = {given!r} has no valid completion under rule = {rule!r} with k = {k}")
    rank = np.array([_below(total, rng) for _ in range(size)], dtype=object)
    state = np.zeros(size, dtype=np.int64)
    drawn = np.full((size, len(shape.edges)), BLANK)
    for step, (later, ways) in zip(sweep.steps, layers[1:], strict=True):
        states, mine = np.unique(state, return_inverse=True)
        before, after, candidate = sweep.expand(step, states)
        until = np.r_[np.array([0], dtype=object), np.cumsum(ways[np.searchsorted(later, after)])]
        sought = until[np.searchsorted(before, mine)] + rank
        chosen = np.searchsorted(until, sought, side="right") - 1
        rank, state = sought - until[chosen], after[chosen]
        drawn[:, step.sides] = step.four[candidate[chosen]]
    return drawn


def _below(total: int, rng: np.random.Generator) -> int:
    """A whole number from 0 to total−1, each as likely, whatever the size of ``total``."""
    bits = total.bit_length()
    while True:
        number = int.from_bytes(rng.bytes(-(-bits // 8)), "little") >> (-bits % 8)
        if number < total:
            return number
