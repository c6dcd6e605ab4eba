"""Exercises of post 9341: the loss, its gradient, its sorted form, what labels cut in two lose, and a matrix."""

import functools
import math
from collections.abc import Sequence
from itertools import pairwise, product
from typing import Any

import numpy as np

from blogtools.exercises import Exercise


def _terms(f: Sequence[float], y: Sequence[int], scale: float, equal: bool = False) -> list[float]:
    places = list(product(range(len(f)), repeat=2))
    return [math.exp(scale * (f[j] - f[i])) for i, j in places if y[i] > y[j] or (equal and i != j and y[i] == y[j])]


def _loss(f: Sequence[float], y: Sequence[int], scale: float, one: float = 1.0, equal: bool = False) -> float:
    return math.log(one + sum(_terms(f, y, scale, equal)))


def _slope(gap: float, scale: float, sign: int = -1, inside: float | None = None, outer: int = 1) -> float:
    return sign * scale**outer / (1 + math.exp((scale if inside is None else inside) * gap))


def _heard(sizes: Sequence[int]) -> int:
    return (sum(sizes) ** 2 - sum(n * n for n in sizes)) // 2


def _one_pass(w: Sequence[float], y: Sequence[int], ties: bool = False, last: bool = False) -> float:
    total, lower, waiting, level = 1.0, 0.0, 0.0, None
    for label, weight in sorted(zip(y, w, strict=True)):
        if label != level:
            lower, waiting, level = (waiting if last else lower + waiting), 0.0, label
        total += (lower + waiting if ties else lower) / weight
        waiting += weight
    return total


def _times(w: Sequence[float], y: Sequence[int], power: int) -> float:
    pairs = product(zip(w, y, strict=True), repeat=2)
    return 1 + sum(low * high**power for (high, above), (low, below) in pairs if above > below)


def _best(scores: Sequence[float], labels: Sequence[int], cuts: Sequence[float] | None = None) -> float:
    tried = [*scores, math.inf] if cuts is None else cuts
    return max(float(np.mean((np.array(scores) >= t) == np.array(labels))) for t in tried)


_BATCHES: list[tuple[Any, ...]] = [
    ([0.3, -0.2, 1.1, 0.4], [1, 0, 2, 1], 1.0),
    ([2.0, -1.0, 0.5], [0, 1, 2], 0.7),
    ([0.1, 0.2, -0.3, 0.3, 0.0], [2, 2, 0, 0, 1], 3.0),
]
_SIZES: list[tuple[Any, ...]] = [([2, 3, 4],), ([5, 1, 1],), ([4, 4, 4, 4],)]
_WEIGHTS: list[tuple[Any, ...]] = [
    ([1.0, 2.0, 4.0, 0.5, 3.0], [0, 1, 1, 2, 2]),
    ([3.0, 0.2, 5.0, 1.5], [2, 0, 0, 1]),
]
_SCORED: list[tuple[Any, ...]] = [
    ([2.0, 3.0, 4.0, 5.0, 6.0, 7.0], [0, 0, 1, 0, 1, 1]),
    ([-9.0, -8.0, -7.0, -6.5], [0, 1, 1, 1]),
    ([1.0, 2.0, 3.0], [0, 0, 0]),
    ([1.0, 2.0, 3.0], [1, 1, 1]),
]

EXERCISES = [
    Exercise(
        "9341.loss",
        _loss,
        _BATCHES,
        {
            "the 1 under the logarithm is missing: without it the loss can be negative": functools.partial(
                _loss, one=0.0
            ),
            "equal labels have no order: leave them out": functools.partial(_loss, equal=True),
            "equal labels have no order, nor has a pair with itself: the label must be higher": lambda f, y, scale: (
                math.log(math.exp(_loss(f, y, scale, equal=True)) + len(f))
            ),
            "the exponent has the wrong sign: the pair that should score lower comes first in the difference": (
                lambda f, y, scale: _loss(f, y, -scale)
            ),
            "λ is missing": lambda f, y, scale: _loss(f, y, 1.0),
            "λ multiplies the difference": lambda f, y, scale: _loss(f, y, 1 / scale),
            "that is the sum under the logarithm": lambda f, y, scale: math.exp(_loss(f, y, scale)),
            "under the logarithm stands the sum of the terms, not their mean": (
                lambda f, y, scale: math.log(1 + np.mean(_terms(f, y, scale)))
            ),
            "that is RankNet's form, a logarithm for each term: CoSENT takes one of the whole sum": (
                lambda f, y, scale: float(np.log1p(_terms(f, y, scale)).sum())
            ),
            "that is RankNet, the mean of a logarithm for each term: CoSENT takes one of the whole sum": (
                lambda f, y, scale: float(np.log1p(_terms(f, y, scale)).mean())
            ),
            "that is divided by the size of the batch: the loss is no mean over pairs": (
                lambda f, y, scale: _loss(f, y, scale) / len(f)
            ),
        },
    ),
    Exercise(
        "9341.slope",
        _slope,
        [(0.5, 1.0), (-2.0, 1.0), (0.1, 20.0)],
        {
            "the sign: a higher score of the better pair lowers the loss": functools.partial(_slope, sign=1),
            "σ of −λ(gap), not of λ(gap): the pull dies when the order is right": lambda gap, scale: _slope(
                -gap, scale
            ),
            "differentiate the exponent too: a factor λ": functools.partial(_slope, outer=0),
            "λ stands in the exponent too": functools.partial(_slope, inside=1.0),
            "λ is missing, before the fraction and in the exponent": functools.partial(_slope, inside=1.0, outer=0),
            "that is the slope of the term alone: the derivative of the logarithm divides by 1 + the term": (
                lambda gap, scale: -scale * math.exp(-scale * gap)
            ),
            "that is the loss, not its derivative": lambda gap, scale: math.log1p(math.exp(-scale * gap)),
        },
    ),
    Exercise(
        "9341.heard",
        _heard,
        _SIZES,
        {
            "that is every ordered pair, equal labels too": lambda sizes: sum(sizes) ** 2,
            "that is one pair from each class: add up over pairs of classes": math.prod,
            "each pair once: the one with the higher label is i": lambda sizes: 2 * _heard(sizes),
            "that is the highest class against the rest only": lambda sizes: sizes[-1] * sum(sizes[:-1]),
            "equal labels have no order: leave pairs within a class out": lambda sizes: math.comb(sum(sizes), 2),
            "labels that are not neighbours count too": lambda sizes: sum(a * b for a, b in pairwise(sizes)),
        },
    ),
    Exercise(
        "9341.pass",
        _one_pass,
        _WEIGHTS,
        {
            "equal labels have met: add a weight to the lower ones only when the label changes": functools.partial(
                _one_pass, ties=True
            ),
            "equal labels have no order: only strictly lower ones count": lambda w, y: (
                1 + sum(low / high for high, a in zip(w, y, strict=True) for low, b in zip(w, y, strict=True) if b <= a)
            ),
            "all lower labels count, not only the next lower one": functools.partial(_one_pass, last=True),
            "the 1 is missing": lambda w, y: _one_pass(w, y) - 1,
            "that is the loss: leave the logarithm out": lambda w, y: math.log(_one_pass(w, y)),
            "upside down: a term is the weight of the lower label divided by that of the higher": (
                lambda w, y: _one_pass([1 / weight for weight in w], y)
            ),
            "a term is a quotient of two weights, not their product": lambda w, y: _times(w, y, 1),
            "each sum over lower labels is divided by the weight of the higher one": lambda w, y: _times(w, y, 0),
        },
    ),
    Exercise(
        "9341.cut",
        _best,
        _SCORED,
        {
            "that is the accuracy at 0: CoSENT does not know where 0 is": functools.partial(_best, cuts=(0.0,)),
            "that is the accuracy at the mean score, or at the median": lambda f, y: _best(f, y, (float(np.mean(f)),)),
            "that is a count: divide by the number of pairs": lambda f, y: len(f) * _best(f, y),
            "a threshold above all scores, which says no to every pair, must be tried too": lambda f, y: _best(f, y, f),
            "a threshold below all scores, which says yes to every pair, must be tried too": (
                lambda f, y: _best(f, y, [*sorted(f)[1:], math.inf])
            ),
        },
    ),
    Exercise(
        "9341.chain",
        lambda: 1 / math.sqrt(2),
        [()],
        {
            "at 1 the least eigenvalue is 1 − √2, which is negative": lambda: 1.0,
            "up to ½ each row shows it by its sum, but it goes farther: look at the least eigenvalue": lambda: 0.5,
            "upside down: the least eigenvalue is 1 − t√2": lambda: math.sqrt(2),
            "that is the least eigenvalue at t = 1: ask where it is 0": lambda: 1 - math.sqrt(2),
            "at 0 it is the unit matrix, and a small t does no harm yet": lambda: 0.0,
            "xᵀSx ≥ 0 for x = (1, −1, 1) asks that much; another x asks for more": lambda: 0.75,
            "four digits are too few: write it with a root": lambda: 0.7071,
            "the sign: from −1/√2 up to 1/√2": lambda: -1 / math.sqrt(2),
        },
    ),
]
