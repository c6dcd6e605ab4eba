"""The count by hand and by short cuts: cases, a polynomial, messages, a contraction, a profile; no search in any."""

import functools
import itertools
import math
from collections import Counter

import numpy as np
import sympy as sp

k = sp.Symbol("k", integer=True, positive=True)

SAME = 3 * (k - 1) * (k - 2)
"""Colourings of an arm's three free edges when the shared edge has the arm's dominating colour."""
OTHER = 3 * (k - 2)
"""The same when it has another colour."""
BOTH = (k - 1) * (k - 2) * OTHER**2
"""Colourings of two opposite arms when both shared edges have the centre's dominating colour."""
ONE = (k - 2) * OTHER * SAME + (k - 2) ** 2 * OTHER**2
"""The same when one of the two has."""
NONE = SAME**2 + 2 * (k - 3) * SAME * OTHER + ((k - 1) * (k - 2) - 1 - 2 * (k - 3)) * OTHER**2
"""The same when neither has; the two are then of two different colours."""
PLACED = k * (k - 1) * (k - 2)
"""Colourings of the centre for each of the six places of its pair; four of these are adjacent, two opposite."""
CLOSED = 162 * k * (k - 1) * (k - 2) ** 7 * (3 * k - 5) * (4 * k - 5)
"""Colourings of the cross with k colours."""


def arm(c: int, m: int, colours: int = 3) -> int:
    """Colourings of an arm dominated by m whose shared edge is c."""
    return 3 * (colours - 2) * (colours - 1 if c == m else 1)


def axis_cases(c1: int, c2: int, m: int, colours: int = 3) -> list[int]:
    """Colourings of two opposite arms for each ordered choice of their dominating colours."""
    rest = [i for i in range(colours) if i != m]
    return [arm(c1, a, colours) * arm(c2, b, colours) for a, b in itertools.permutations(rest, 2)]


def centres(colours: int = 3) -> list[tuple[int, ...]]:
    """Dominated centres (top, right, bottom, left): a pair of edges, its colour, two different others."""
    found = []
    for pair in itertools.combinations(range(4), 2):
        for m, a, b in itertools.permutations(range(colours), 3):
            others = iter((a, b))
            found.append(tuple(m if place in pair else next(others) for place in range(4)))
    return found


def is_adjacent(centre: tuple[int, ...]) -> bool:
    """Whether the two equal edges of a dominated centre (top, right, bottom, left) meet at a corner."""
    top, right, bottom, left = centre
    return top != bottom and right != left


def centre_first(colours: int = 3) -> int:
    """Sum over the centres of the product of what the two axes allow."""
    total = 0
    for centre in centres(colours):
        top, right, bottom, left = centre
        m = next(c for c in centre if centre.count(c) == 2)
        total += sum(axis_cases(top, bottom, m, colours)) * sum(axis_cases(left, right, m, colours))
    return total


def messages(colours: int = 3, length: int = 1) -> int:
    """The cross with arms of this length in which neighbours differ: from the end of an arm inwards, each square tells
    the next, for each colour of the shared edge and each dominating colour, in how many ways all beyond can be filled.
    """
    n = colours
    square = np.zeros((n, n, n), dtype=object)  # inner edge, outer edge, dominating colour
    for four in itertools.product(range(n), repeat=4):
        times = Counter(four)
        if len(times) == 3:
            square[four[0], four[2], times.most_common(1)[0][0]] += 1
    tell = square.sum(1)
    for _ in range(length - 1):
        beyond = tell.sum(1)[:, None] - tell  # edge, colour that the next square has and this one must not
        tell = (square * beyond[None]).sum(1)
    total = 0
    for centre in centres(n):
        m = next(c for c in centre if centre.count(c) == 2)
        total += math.prod(tell[c].sum() - tell[c, m] for c in centre)
    return int(total)


@functools.cache
def contraction(squares: tuple[tuple[int, int], ...], colours: int, rule: str = "line") -> int:
    """One sum of products over all edges and dominating colours: a tensor for each square, 1 where its edges give its
    colour, and a matrix for each two that must differ. Edges are named by their midpoints, in half units.
    """
    n = colours
    edges = np.indices((n,) * 4)
    one_pair = sum(edges[i] == edges[j] for i, j in itertools.combinations(range(4), 2)) == 1
    square = np.stack([one_pair & ((edges == m).sum(0) == 2) for m in range(n)], -1).astype(np.int64)
    differ = 1 - np.eye(n, dtype=np.int64)
    names: dict[object, int] = {}

    def name(thing: object) -> int:
        return names.setdefault(thing, len(names))

    operands: list = []
    for r, c in squares:
        around = [(2 * r, 2 * c + 1), (2 * r + 1, 2 * c + 2), (2 * r + 2, 2 * c + 1), (2 * r + 1, 2 * c)]
        operands += [square, [name(middle) for middle in around] + [name(("square", r, c))]]
        for down, right in ((0, 1), (1, 0)):
            other = (r + down, c + right)
            while other in squares:
                operands += [differ, [name(("square", r, c)), name(("square", *other))]]
                other = (other[0] + down, other[1] + right) if rule == "line" else (-1, -1)
    return int(np.einsum(*operands, [], optimize="greedy"))


@functools.cache
def profile(rows: int, columns: int, colours: int = 3) -> int:
    """A board in which neighbours differ, square by square: what matters of those done are the lower edges and
    dominating colours of the last ``columns`` of them and the right edge of the last.
    """
    states: Counter[tuple[tuple[int, ...], tuple[int, ...], int]] = Counter()
    for upper in itertools.product(range(colours), repeat=columns):
        states[upper, (-1,) * columns, -1] = 1
    for _, column in itertools.product(range(rows), range(columns)):
        after: Counter[tuple[tuple[int, ...], tuple[int, ...], int]] = Counter()
        for (lower, dominant, left_of), ways in states.items():
            lefts = [left_of] if column else range(colours)
            for left, bottom, right in itertools.product(lefts, range(colours), range(colours)):
                four = (lower[column], left, bottom, right)
                m = next(c for c in four if four.count(c) == max(map(four.count, four)))
                if len(set(four)) == 3 and m != dominant[column] and not (column and m == dominant[column - 1]):
                    done = (*lower[:column], bottom, *lower[column + 1 :])
                    after[done, (*dominant[:column], m, *dominant[column + 1 :]), right] += ways
        states = after
    return sum(states.values())
