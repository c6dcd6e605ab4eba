"""Counting by brute force, by the centre first, by tensor contraction and by transfer: exact, and independent."""

from collections import Counter
from itertools import pairwise, product

import numpy as np

from blogtools.cross.contraction import contract
from blogtools.cross.shape import CROSS, Shape, dominating, require_shape, whole
from blogtools.cross.sweep import Sweep

MOST_CASES = 10**9


def count(shape: Shape = CROSS, k: int = 3, rule: str = "line", method: str = "auto") -> int:
    """The number of colourings with ``k`` ≥ 3 colours in which every square is dominated and ``rule`` holds.

    ``rule`` "line": the squares of a line have different dominating colours (9291); "adjacent": neighbours have.
    ``method`` "enumerate" tries all k^edges cases (at most 10^9; claim1), "centre" is the post's product (crosses
    of any arm; claims 2-7), "contraction" sums a tensor network, "transfer" goes square by square; "auto" is the centre for
    a cross and transfer for all else. ``ValueError`` when a method does not apply.
    """
    shape.groups(rule) if isinstance(shape, Shape) else require_shape(shape)
    k = whole("k", k, 3)
    if method == "auto":
        method = "centre" if _arm(shape) else "transfer"
    if method not in METHODS:
        raise ValueError(f"method = {method!r} must be one of {', '.join(map(repr, ('auto', *METHODS)))}")
    return METHODS[method](shape, k, rule)


def enumerate_all(shape: Shape, k: int, rule: str) -> int:
    """Every colouring is looked at, in blocks of the last edges' colours, 9291.claim1."""
    edges = len(shape.edges)
    if k**edges > MOST_CASES:
        raise ValueError(f"method = 'enumerate' has {k}^{edges} cases to try here, but tries at most {MOST_CASES:.0e}")
    tail = min(edges, int(20 * np.log(2) / np.log(k)))
    block = np.indices((k,) * tail, dtype=np.uint8).reshape(tail, -1)
    total = 0
    for head in product(range(k), repeat=edges - tail):
        colours = [*(np.full(1, c, dtype=np.uint8) for c in head), *block]
        who, good = [], np.ones(block.shape[1], dtype=bool)
        for sides in shape.sides:
            a, b, c, d = (colours[e] for e in sides)
            equal = [x == y for x, y in ((a, b), (a, c), (a, d), (b, c), (b, d), (c, d))]
            good = good & (sum(pair.view(np.uint8) for pair in equal) == 1)
            who.append(np.where(equal[0] | equal[1] | equal[2], a, np.where(equal[3] | equal[4], b, c)))
        for group in shape.groups(rule):
            for i, s in enumerate(group):
                for t in group[:i]:
                    good = good & (who[s] != who[t])
        total += int(good.sum())
    return total


def _arm(shape: Shape) -> int:
    """The arm's length when the shape is a cross, else 0."""
    L = (len(shape.squares) - 1) // 4
    return L if L and shape == Shape.cross(L) else 0


def _arm_ways(c: int, L: int, k: int) -> Counter[tuple[int, ...]]:
    """How often an arm of L squares, begun at an edge of colour c, has these dominating colours from the centre out."""
    ways: Counter[tuple[tuple[int, ...], int]] = Counter({((), c): 1})
    for _ in range(L):
        grown: Counter[tuple[tuple[int, ...], int]] = Counter()
        for (colours, shared), number in ways.items():
            for rest in product(range(k), repeat=3):
                m = dominating((shared, *rest))
                if m is not None:
                    grown[(*colours, m), rest[1]] += number
        ways = grown
    arms: Counter[tuple[int, ...]] = Counter()
    for (colours, _), number in ways.items():
        arms[colours] += number
    return arms


def centre_first(shape: Shape, k: int, rule: str) -> int:
    """Over the colourings of the centre, the product of what its column and its row allow, 9291.claim2."""
    L = _arm(shape)
    if not L:
        raise ValueError("method = 'centre' needs a cross with arms of equal length; use 'transfer' or 'contraction'")
    arms = [_arm_ways(c, L, k) for c in range(k)]

    def axis(m: int, one: int, other: int) -> int:
        def fits(p: tuple[int, ...], q: tuple[int, ...]) -> bool:
            run = (*p[::-1], m, *q)
            if rule == "line":
                return len(set(run)) == len(run)
            return all(x != y for x, y in pairwise(run))

        return sum(a * b for p, a in arms[one].items() for q, b in arms[other].items() if fits(p, q))

    total = 0
    for top, right, bottom, left in product(range(k), repeat=4):
        m = dominating((top, right, bottom, left))
        if m is not None:
            total += axis(m, top, bottom) * axis(m, left, right)
    return total


def transfer(shape: Shape, k: int, rule: str) -> int:
    """Square by square with a short memory (``Sweep``)."""
    return Sweep(shape, k, rule).total()


METHODS = {"enumerate": enumerate_all, "centre": centre_first, "contraction": contract, "transfer": transfer}
