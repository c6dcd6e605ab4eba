"""Counting by brute force, by the centre first, by tensor contraction and by transfer: exact, and independent."""

from collections import Counter
from functools import cache
from itertools import product

import numpy as np

from blogtools.cross.contraction import contract
from blogtools.cross.shape import CROSS, Shape, dominating, require
from blogtools.cross.sweep import Sweep

MOST_CASES = 10**9


def count(shape: Shape = CROSS, k: int = 3, rule: str = "line", method: str = "auto") -> int:
    """The number of colourings with k colours in which every square is dominated and ``rule`` holds, exactly.

    ``rule`` "line": all squares of a line have different dominating colours (9291); "adjacent": neighbours have.
    ``method`` "enumerate" tries all k^edges cases, at most 10^9 (claim1); "centre" is the post's product, for crosses
    of any arm (claim2); "contraction" sums a tensor network; "transfer" goes square by square; "auto" is the centre for
    crosses and transfer for all else. k from 3 to 30. ``ValueError`` when a method does not apply or would not fit in
    memory.
    """
    k = require(shape, k, rule)
    if method == "auto":
        method = "centre" if _arm_length(shape) else "transfer"
    if method not in METHODS:
        raise ValueError(f"method = {method!r} must be one of {', '.join(map(repr, ('auto', *METHODS)))}")
    return METHODS[method](shape, k, rule)


def enumerate_all(shape: Shape, k: int, rule: str) -> int:
    """Every colouring is looked at (9291.claim1), the last edges in blocks of about a million cases."""
    edges = len(shape.edges)
    if k**edges > MOST_CASES:
        raise ValueError(f"method = 'enumerate' has {k}^{edges} cases to try here, but tries at most {MOST_CASES:.0e}")
    tail = min(edges, int(np.log(2**20) / np.log(k)))
    block = np.indices((k,) * tail, dtype=np.uint8).reshape(tail, -1)
    total = 0
    for head in product(range(k), repeat=edges - tail):
        colours = [*(np.full(1, c, dtype=np.uint8) for c in head), *block]
        who, good = [], np.ones(block.shape[1], dtype=bool)
        for sides in shape.sides:
            a, b, c, d = (colours[e] for e in sides)
            ab, ac, ad, bc, bd, cd = (x == y for x, y in ((a, b), (a, c), (a, d), (b, c), (b, d), (c, d)))
            # Two edges of a colour and two of two others: exactly one of the six pairs is equal, and it dominates.
            good = good & (sum(pair.view(np.uint8) for pair in (ab, ac, ad, bc, bd, cd)) == 1)
            who.append(np.where(ab | ac | ad, a, np.where(bc | bd, b, c)))
        for group in shape.groups(rule):
            for i, s in enumerate(group):
                for t in group[:i]:
                    good = good & (who[s] != who[t])
        total += int(good.sum())
    return total


def centre_first(shape: Shape, k: int, rule: str) -> int:
    """Over the colourings of the centre, the product of what its column and its row allow (9291.claim2)."""
    L = _arm_length(shape)
    if not L:
        raise ValueError("method = 'centre' needs a cross with four arms of equal length; use 'transfer'")
    beyond = [
        Counter((m, rest[1]) for rest in product(range(k), repeat=3) if (m := dominating((c, *rest))) is not None)
        for c in range(k)
    ]
    arms = [_arm(c, L, beyond, rule) for c in range(k)]

    @cache
    def axis(m: int, one: int, other: int) -> int:
        return sum(
            ways * more
            for p, ways in arms[one].items()
            for q, more in arms[other].items()
            if m not in p | q and (rule == "adjacent" or not p & q)
        )

    total = 0
    for top, right, bottom, left in product(range(k), repeat=4):
        m = dominating((top, right, bottom, left))
        if m is not None:
            total += axis(m, top, bottom) * axis(m, left, right)
    return total


def _arm_length(shape: Shape) -> int:
    """The length of the four arms when the shape is a cross, else 0."""
    L = (len(shape.squares) - 1) // 4
    return L if L and shape == Shape.cross(L) else 0


def _arm(c: int, L: int, beyond: list[Counter[tuple[int, int]]], rule: str) -> Counter[frozenset[int]]:
    """Colourings of an arm of L squares whose shared edge has colour c, by what the centre and the other arm must heed.

    That is the set of all its dominating colours under "line", and the one nearest to the centre under "adjacent".
    ``beyond[c]`` counts the squares that share an edge of colour c by who dominates and the colour of the far edge.
    """
    grown = Counter({(frozenset[int](), frozenset[int](), c): 1})
    for _ in range(L):
        before, grown = grown, Counter()
        for (heeded, barred, shared), ways in before.items():
            for (m, far), more in beyond[shared].items():
                if m not in barred:
                    line = heeded | {m} if rule == "line" else heeded or frozenset({m})
                    grown[line, line if rule == "line" else frozenset({m}), far] += ways * more
    arm: Counter[frozenset[int]] = Counter()
    for (heeded, _, _), ways in grown.items():
        arm[heeded] += ways
    return arm


def transfer(shape: Shape, k: int, rule: str) -> int:
    """Square by square with a short memory (``Sweep``)."""
    return Sweep(shape, k, rule).total()


METHODS = {"enumerate": enumerate_all, "centre": centre_first, "contraction": contract, "transfer": transfer}
