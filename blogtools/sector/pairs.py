"""Numbers as unevaluated sums hi + lo of two float64 arrays, about 31 digits (Dekker 1971; Knuth's two-sum).

A relative error of 1e-16 in x becomes n·1e-16 in x^n, so the n-th powers of the law start from these. Range: float64's,
and within 31 digits only where no product falls below 1e-290. Relative error of each operation: a few 1e-32.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Pair = tuple[Array, Array]

# hi is the nearest float64, lo the nearest to the rest.
TURN: Pair = (np.float64(6.283185307179586), np.float64(2.4492935982947064e-16))  # type: ignore[assignment]
LN2: Pair = (np.float64(0.6931471805599453), np.float64(2.3190468138462996e-17))  # type: ignore[assignment]


def pair(a: Any) -> Pair:
    """The float64 array ``a``, exactly."""
    a = np.asarray(a, np.float64)
    return a, np.zeros_like(a)


def take(a: Pair, where: NDArray[Any]) -> Pair:
    """The entries of ``a`` under a mask or slice."""
    return a[0][where], a[1][where]


def _two_sum(a: Array, b: Array) -> Pair:
    s = a + b
    v = s - a
    return s, (a - (s - v)) + (b - v)


def _two_product(a: Array, b: Array) -> Pair:
    def halves(a: Array) -> Pair:
        c = 134217729.0 * a  # 2^27 + 1: each half has at most 26 bits, so that products of halves are exact
        hi = c - (c - a)
        return hi, a - hi

    p = a * b
    (a1, a2), (b1, b2) = halves(a), halves(b)
    return p, ((a1 * b1 - p) + a1 * b2 + a2 * b1) + a2 * b2


def add(a: Pair, b: Pair) -> Pair:
    """The sum a + b, accurate also where they cancel."""
    s, e = _two_sum(a[0], b[0])
    t, f = _two_sum(a[1], b[1])
    s, e = _two_sum(s, e + t)
    return _two_sum(s, e + f)


def negative(a: Pair) -> Pair:
    """The negative, −a."""
    return -a[0], -a[1]


def times(a: Pair, b: Pair) -> Pair:
    """The product a·b."""
    p, e = _two_product(a[0], b[0])
    return _two_sum(p, e + (a[0] * b[1] + a[1] * b[0]))


def over(a: Pair, b: Pair) -> Pair:
    """The quotient a/b."""
    q = a[0] / b[0]
    r = add(a, negative(times(pair(q), b)))
    return _two_sum(q, r[0] / b[0])


def _halved(y: Pair) -> tuple[NDArray[np.int64], Pair]:
    """(k, r) with y = k·log 2 + r and |r| ≤ 0.35."""
    k = np.rint(y[0] / LN2[0])
    return k.astype(np.int64), add(y, negative(times(pair(k), LN2)))


def exp(y: Array) -> Pair:
    """e^y for a float64 y, relative error 1e-21: 2^k times the 64th power of a Taylor series at |r| < 0.0055."""
    k, r = _halved(pair(y))
    r = (r[0] / 64, r[1] / 64)
    square = times(r, r)
    # From r³/6 on, float64 is enough.
    tail = r[0] ** 3 / 6 * (1 + r[0] / 4 * (1 + r[0] / 5 * (1 + r[0] / 6 * (1 + r[0] / 7 * (1 + r[0] / 8)))))
    series = add(pair(1.0), add(r, (square[0] / 2, square[1] / 2 + tail)))
    for _ in range(6):
        series = times(series, series)
    return np.ldexp(series[0], k), np.ldexp(series[1], k)


def log(a: Pair) -> Pair:
    """The logarithm of a > 0, absolute error 1e-21: one Newton step from float64's logarithm."""
    m, e = np.frexp(a[0])
    y = np.log(m)
    # What is left of m after e^y differs from 1 by 1e-16, so its square is out of sight.
    step = add(times((m, np.ldexp(a[1], -e)), exp(-y)), pair(-1.0))
    return add(add(pair(y), step), times(pair(e), LN2))


def value(exponent: Pair, factor: Array) -> Array:
    """factor·e^exponent in float64, to two roundings; 0 or subnormal where it is below the smallest normal float."""
    k, r = _halved(exponent)
    return np.ldexp(np.exp(r[0]) * factor, k)
