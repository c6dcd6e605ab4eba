"""Counting as the contraction of a tensor network: a tensor of zeros and ones for each square and each pair."""

from collections.abc import Sequence
from itertools import combinations
from typing import Any

import numpy as np
import opt_einsum

from blogtools.cross.shape import Shape

MOST_ENTRIES = 10**8


def contract(shape: Shape, k: int, rule: str) -> int:
    """Σ over the colours of all edges and the dominating colours of all squares of the product of the tensors."""
    return contract_twisted(shape, k, rule, [(e, range(k)) for e in range(len(shape.edges))])


def contract_twisted(shape: Shape, k: int, rule: str, twist: Sequence[tuple[int, Sequence[int]]]) -> int:
    """The same over colourings in which edge e has the colour ``names[x_v]``, where (v, names) = ``twist[e]``.

    Every entry on the way counts colourings of some edges, so 64-bit integers hold when k^edges < 2^63; else Python's
    own integers, about ten times slower, do.
    """
    edges = len(shape.edges)
    numbers: Any = np.int64 if k**edges < 2**63 else object
    one = np.eye(k, dtype=int)
    times = one[np.indices((k,) * 4)].sum(0)
    square = ((times == 2) & (np.count_nonzero(times, axis=-1, keepdims=True) == 3)).astype(numbers)
    operands: list = []
    for s, sides in enumerate(shape.sides.tolist()):
        operands += [
            square[np.ix_(*(twist[e][1] for e in sides), range(k))],
            [*(twist[e][0] for e in sides), edges + s],
        ]
    for s, t in sorted({pair for group in shape.groups(rule) for pair in combinations(sorted(group), 2)}):
        operands += [(1 - one).astype(numbers), [edges + s, edges + t]]
    path, info = opt_einsum.contract_path(*operands, [], optimize="greedy")
    if info.largest_intermediate > MOST_ENTRIES:
        raise ValueError(
            f"method = 'contraction' needs a tensor of {float(info.largest_intermediate):.0e} entries for this shape "
            f"with k = {k}, but makes none above {MOST_ENTRIES:.0e}; use 'transfer'"
        )
    return int(opt_einsum.contract(*operands, [], optimize=path))
