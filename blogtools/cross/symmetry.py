"""Colourings that differ by a turn, a mirror or the names of the colours counted once: Burnside's lemma."""

from collections.abc import Iterator
from math import factorial, prod

import numpy as np

from blogtools.cross.contraction import contract_twisted
from blogtools.cross.shape import CROSS, Shape, require, require_shape

TURNS = tuple(
    np.array(matrix)
    for matrix in (
        ((1, 0), (0, 1)), ((0, 1), (-1, 0)), ((-1, 0), (0, -1)), ((0, -1), (1, 0)),
        ((1, 0), (0, -1)), ((-1, 0), (0, 1)), ((0, 1), (1, 0)), ((0, -1), (-1, 0)),
    )
)  # fmt: skip


def symmetries(shape: Shape) -> np.ndarray:
    """Integers [g, edges]: where each turn or mirror that keeps the shape takes each edge, the identity first."""
    squares = 2 * np.array(require_shape(shape).squares) + 1
    # In half units a horizontal edge of the place (r, c) has its middle at (2r, 2c+1), a vertical one at (2r+1, 2c).
    middles = [(2 * r, 2 * c + 1) if kind == "h" else (2 * r + 1, 2 * c) for (r, c), kind in shape.edges]
    index = {middle: e for e, middle in enumerate(middles)}
    kept = []
    for turn in TURNS:
        moved = squares @ turn
        shift = moved.min(0) - 1
        if {*map(tuple, (moved - shift).tolist())} == {*map(tuple, squares.tolist())}:
            kept.append([index[r, c] for r, c in (np.array(middles) @ turn - shift).tolist()])
    return np.array(kept)


def cycle_types(k: int, most: int | None = None) -> Iterator[tuple[int, ...]]:
    """The ways of writing k as a sum, largest first: the lengths of the cycles of a permutation of k colours."""
    if k == 0:
        yield ()
    for first in range(min(k, most or k), 0, -1):
        yield from ((first, *rest) for rest in cycle_types(k - first, first))


def fixed_colourings(shape: Shape, k: int, rule: str, g: np.ndarray, cycles: tuple[int, ...]) -> int:
    """How many colourings x have x[g(e)] = σ(x[e]) on all edges e, σ a permutation of colours with these cycles."""
    ends = np.cumsum(cycles)
    sigma = np.arange(k) + 1
    sigma[ends - 1] = ends - cycles
    power = [np.arange(k)]
    for _ in range(len(g)):
        power.append(sigma[power[-1]])
    twist: dict[int, tuple[int, list[int]]] = {}
    for start in range(len(g)):
        orbit = [start]
        while start not in twist and g[orbit[-1]] != start:
            orbit.append(int(g[orbit[-1]]))
        if start not in twist:
            back = power[len(orbit)] == power[0]  # once round the orbit the colour must be what it was
            twist |= {e: (start, power[j][back].tolist()) for j, e in enumerate(orbit)}
    return contract_twisted(shape, k, rule, [twist[e] for e in range(len(g))])


def count_up_to_symmetry(shape: Shape = CROSS, k: int = 3, rule: str = "line", colours: bool = True) -> int:
    """The number of classes of valid colourings under the shape's turns and mirrors and, if ``colours``, their names.

    The mean, over all pairs of a symmetry of the shape and a permutation of the colours, of the number of colourings
    that the pair leaves as they are (Burnside). ``ValueError`` where the tensors would not fit in memory.
    """
    k = require(shape, k, rule)
    if not isinstance(colours, bool):
        raise ValueError(f"colours = {colours!r} must be True or False")
    group, total = symmetries(shape), 0
    for cycles in cycle_types(k) if colours else [(1,) * k]:
        alike = factorial(k) // prod(n ** cycles.count(n) * factorial(cycles.count(n)) for n in set(cycles))
        each = alike if colours else 1
        total += each * sum(fixed_colourings(shape, k, rule, g, cycles) for g in group)
    return total // (len(group) * (factorial(k) if colours else 1))
