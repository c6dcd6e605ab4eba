"""The formulas of 9341 as one reads them, in loops, fractions and mpmath, and scores to try them on."""

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
import torch
from torch import Tensor

Ranks = Callable[[Any, Any], bool]
"""Whether a pair with the first label should score above one with the second."""


def above(one: Any, other: Any) -> bool:
    """The condition under the sum of eq1 and eq2."""
    return bool(one > other)


def eq2(scores: Sequence[Any], labels: Sequence[Any], scale: Any = 1, ranks: Ranks = above, sign: int = 1) -> Any:
    """eq2 to the working precision of mpmath; the keywords make mutants."""
    f = [mpmath.mpmathify(s) for s in scores]
    return mpmath.log(1 + sum(_push(f, i, j, sign * scale) for i, j in ordered(labels, ranks)))


def slope(scores: Sequence[Any], labels: Sequence[Any], scale: Any = 1, ranks: Ranks = above) -> list[Any]:
    """∂eq2/∂f: what each pair of pairs pulls, its term over the whole."""
    f = [mpmath.mpmathify(s) for s in scores]
    pull = {(i, j): _push(f, i, j, scale) for i, j in ordered(labels, ranks)}
    whole = 1 + sum(pull.values())
    return [scale * sum(((j == k) - (i == k)) * v for (i, j), v in pull.items()) / whole for k in range(len(f))]


def _push(f: Sequence[Any], i: int, j: int, scale: Any) -> Any:
    return mpmath.exp(scale * (f[j] - f[i]))


def ordered(labels: Sequence[Any], ranks: Ranks = above) -> list[tuple[int, int]]:
    """All (i, j) whose first should score higher."""
    return [(i, j) for i in range(len(labels)) for j in range(len(labels)) if ranks(labels[i], labels[j])]


def cosine(u: np.ndarray, v: np.ndarray) -> Any:
    """cos(u, v) in mpmath."""
    return dot(u, v) / mpmath.sqrt(dot(u, u) * dot(v, v))


def dot(u: np.ndarray, v: np.ndarray) -> Any:
    """⟨u, v⟩ in mpmath: eq1 without the division."""
    return sum(mpmath.mpf(a) * mpmath.mpf(b) for a, b in zip(u, v, strict=True))


def tensor(values: Any) -> Tensor:
    """A float64 tensor, or int64 where all are whole."""
    return torch.as_tensor(np.asarray(values))


def batches(rng: np.random.Generator) -> list[dict[str, Any]]:
    """Scores and labels: ties of both, one label only, one pair, far apart, graded and in two."""
    drawn = [
        {"scores": (spread * rng.normal(size=n)).tolist(), "labels": rng.integers(0, kinds, n).tolist()}
        for n, kinds, spread in ((2, 2, 1.0), (7, 2, 1.0), (9, 3, 2.0), (12, 12, 0.3), (9, 4, 30.0))
    ]
    tied = {"scores": [0.5, 0.5, -1.0, -1.0, 0.5], "labels": [2, 1, 1, 0, 0]}
    return [*drawn, tied, {"scores": [0.3, -0.2, 4.0], "labels": [1, 1, 1]}, {"scores": [2.0], "labels": [0]}]


def uneven(rng: np.random.Generator) -> list[dict[str, Any]]:
    """Those of ``batches`` that have something to order."""
    return [batch for batch in batches(rng) if len(set(batch["labels"])) > 1]


def weights(rng: np.random.Generator) -> list[dict[str, Any]]:
    """The same with w = e^{λf} a fraction, so that all that is below the logarithm is one."""
    return [
        {
            "w": [Fraction(int(a), int(b)) for a, b in rng.integers(1, 40, (n, 2))],
            "labels": rng.integers(0, k, n).tolist(),
        }
        for n, k in ((1, 1), (2, 2), (6, 1), (8, 2), (9, 3), (15, 5), (10, 10))
    ]


def half_up(value: Fraction, places: int = 2) -> Fraction:
    """Rounded to so many decimals, halves upwards."""
    return Fraction((value * 10**places + Fraction(1, 2)).__floor__(), 10**places)


def half_even(value: Fraction, places: int = 2) -> Fraction:
    """Rounded to so many decimals, halves to the even digit."""
    return Fraction(round(value * 10**places), 10**places)
