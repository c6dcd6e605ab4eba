"""Disc, circle and stick (9324.claim1): points in a disc, the arcs between them, the sector that holds them."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from blogtools.sector.check import require_count

TURN = 2 * math.pi


def points_in_disc(n: int, rng: np.random.Generator, size: tuple[int, ...] = ()) -> NDArray[np.float64]:
    """Independent uniform points of the unit disc, [*size, n, 2]."""
    n = require_count("n", n)
    radius = np.sqrt(rng.random((*size, n)))
    angle = TURN * rng.random((*size, n))
    return np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=-1)


def _sorted(angles: Any) -> NDArray[np.float64]:
    array = np.asarray(angles)
    if array.dtype.kind not in "iuf" or array.ndim == 0 or array.shape[-1] == 0 or not np.all(np.isfinite(array)):
        raise ValueError(f"angles = {angles!r} must be finite real numbers of shape [..., n] with n ≥ 1")
    return np.sort(np.mod(array.astype(np.float64), TURN), axis=-1)


def _gaps(ordered: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.diff(ordered, axis=-1, append=ordered[..., :1] + TURN)


def arcs(angles: Any) -> NDArray[np.float64]:
    """The n arcs into which n points cut the circle, as parts of a turn, [..., n] for ``angles`` [..., n] in radians.

    Arc i runs from the i-th point to the next in order of angle mod 2π; the last one closes the circle. They sum to 1.
    """
    return _gaps(_sorted(angles)) / TURN


def smallest_sector(angles: Any) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(start, width) in radians, [...] each, of the smallest closed sector that holds all of ``angles`` [..., n].

    It is what the longest arc leaves: it begins where that arc ends, start in [0, 2π], and is 2π minus it wide.
    """
    ordered = _sorted(angles)
    gaps = _gaps(ordered)
    longest = gaps.argmax(axis=-1, keepdims=True)
    start = np.take_along_axis(ordered, (longest + 1) % ordered.shape[-1], axis=-1)
    width = np.maximum(TURN - np.take_along_axis(gaps, longest, axis=-1), 0.0)
    return start[..., 0], width[..., 0]
