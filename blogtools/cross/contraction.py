"""Counting as one contraction of a tensor network: a tensor of zeros and ones for each square and each pair."""

from itertools import combinations

import numpy as np
import opt_einsum

from blogtools.cross.shape import Shape
from blogtools.cross.sweep import squares_of


def contract(shape: Shape, k: int, rule: str) -> int:
    """Σ over all colours of all edges and all dominating colours of the product of the tensors."""
    square = np.zeros((k,) * 5, dtype=object)
    square[tuple(squares_of(k).T)] = 1
    differ = (1 - np.eye(k, dtype=int)).astype(object)
    edges = len(shape.edges)
    operands: list = []
    for s, sides in enumerate(shape.sides.tolist()):
        operands += [square, [*sides, edges + s]]
    pairs = {pair for group in shape.groups(rule) for pair in combinations(sorted(group), 2)}
    for s, t in sorted(pairs):
        operands += [differ, [edges + s, edges + t]]
    return int(opt_einsum.contract(*operands, [], optimize="greedy"))
