"""Colourings one by one, how many complete a partial one, and one drawn at random, each as likely as any other."""

from collections.abc import Iterator, Sequence

import numpy as np

from blogtools.cross.shape import BLANK, CROSS, Shape, require_colouring, require_shape, whole
from blogtools.cross.sweep import Sweep, squares_of


def _checked(shape: Shape, k: int, rule: str, given: Sequence[int] | None) -> tuple[int, ...]:
    require_shape(shape).groups(rule)
    k = whole("k", k, 3)
    blank = (BLANK,) * len(shape.edges)
    return blank if given is None else require_colouring("given", shape, given, k, BLANK)


def completions(shape: Shape = CROSS, k: int = 3, rule: str = "line", given: Sequence[int] | None = None) -> int:
    """How many valid colourings agree with ``given``, one colour an edge, −1 where it is open."""
    return Sweep(shape, k, rule, _checked(shape, k, rule, given)).total()


def colourings(
    shape: Shape = CROSS, k: int = 3, rule: str = "line", given: Sequence[int] | None = None
) -> Iterator[tuple[int, ...]]:
    """All valid colourings that agree with ``given``, each once, by backtracking; nothing is stored."""
    return _search(shape, squares_of(whole("k", k, 3)), rule, _checked(shape, k, rule, given))


def _search(shape: Shape, four: np.ndarray, rule: str, given: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    sides, groups = shape.sides.tolist(), shape.groups(rule)
    rivals = [sorted({t for g in groups if s in g for t in g if t < s}) for s in range(len(sides))]
    choices = [tuple(row) for row in four.tolist()]
    colours, who = list(given), [BLANK] * len(sides)

    def grow(s: int) -> Iterator[tuple[int, ...]]:
        if s == len(sides):
            yield tuple(colours)
            return
        before = [colours[e] for e in sides[s]]
        taken = {who[t] for t in rivals[s]}
        for *new, m in choices:
            if m not in taken and all(b in (BLANK, c) for b, c in zip(before, new, strict=True)):
                for e, c in zip(sides[s], new, strict=True):
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
    """Integers [size, edges]: independent draws, each valid colouring that agrees with ``given`` exactly as likely.

    A whole number below the number of colourings is drawn and read as the place in a list of them all, which is never
    written down. ``ValueError`` when nothing completes ``given``.
    """
    given = _checked(shape, k, rule, given)
    size = whole("size", size, 0)
    if not isinstance(rng, np.random.Generator):
        raise ValueError(f"rng = {rng!r} must be a numpy.random.Generator")
    sweep = Sweep(shape, k, rule, given)
    layers = sweep.layers()
    total = int(layers[0][1][0])
    if not total:
        raise ValueError(f"given = {given} has no completion under rule {rule!r} with k = {k}")
    rank = np.array([_below(total, rng) for _ in range(size)], dtype=object)
    state = np.zeros(size, dtype=np.int64)
    drawn = np.full((size, len(shape.edges)), BLANK)
    for step, (later, ways) in zip(sweep.steps, layers[1:], strict=True):
        before, after, candidate = sweep.expand(step, state)
        until = np.r_[0, np.cumsum(ways[np.searchsorted(later, after)])]
        first = np.searchsorted(before, np.arange(size))
        sought = until[first] + rank
        chosen = np.searchsorted(until, sought, side="right") - 1
        rank, state = sought - until[chosen], after[chosen]
        drawn[:, step.sides] = step.four[candidate[chosen]]
    return drawn


def _below(total: int, rng: np.random.Generator) -> int:
    """A whole number from 0 to total−1, uniform whatever the size of total."""
    bits = total.bit_length()
    while True:
        number = int.from_bytes(rng.bytes(-(-bits // 8)), "little") >> (-bits % 8)
        if number < total:
            return number
