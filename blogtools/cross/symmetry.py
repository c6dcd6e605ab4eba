"""Colourings that differ by a turn, a mirror or the names of the colours counted once: Burnside's lemma."""

from itertools import permutations
from math import factorial

import numpy as np

from blogtools.cross.sample import colourings
from blogtools.cross.shape import CROSS, Shape, require_shape, whole


def symmetries(shape: Shape) -> np.ndarray:
    """Integers [g, edges]: where each turn or mirror of the square that keeps the shape takes each edge; g divides 8."""
    return np.array([list(range(len(require_shape(shape).edges)))])


def count_up_to_symmetry(shape: Shape = CROSS, k: int = 3, rule: str = "line", colours: bool = True) -> int:
    """The number of colourings when a symmetry of the shape (or of the colours) makes two of them one."""
    whole("k", k, 3)
    group, names = symmetries(shape), list(permutations(range(k))) if colours else [tuple(range(k))]
    total = 0
    for x in colourings(shape, k, rule):
        for g in group:
            moved = [0] * len(x)
            for e, c in enumerate(x):
                moved[g[e]] = c
            total += sum(tuple(s[c] for c in moved) == x for s in names)
    return total // (len(group) * (factorial(k) if colours else 1))
