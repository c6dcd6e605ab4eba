"""P and 1 − P of 9324.eq10 to thirty digits for any n, by two ways that share nothing: the sum, and a contour."""

import math
from typing import Any

import mpmath
from scipy import optimize

ENOUGH = 200
"""From this n on, and with as many long pieces to be expected, the contour is the quicker way."""


def arc_of(theta: float, rounded: bool = False) -> Any:
    """The x = 1 − θ/2π of exactly this float, at the working precision; ``rounded`` computes it in float64."""
    return mpmath.mpf(1 - theta / math.tau) if rounded else 1 - mpmath.mpf(theta) / (2 * mpmath.pi)


def by_sum(n: int, x: Any, digits: int) -> tuple[Any, Any]:
    """(P, 1 − P) by eq10 with ``digits`` digits; terms far too small to matter are left out."""
    with mpmath.workdps(digits):
        P = mpmath.mpf(0)
        for k in range(1, n + 1):
            if k * x >= 1:
                break
            term = math.comb(n, k) * (1 - k * x) ** (n - 1)
            P += (-1) ** (k - 1) * term
            if k > n * (1 - x) ** (n - 1) and term < mpmath.mpf(10) ** (5 - digits):
                break
        return P, 1 - P


def by_contour(n: int, x: Any) -> Any:
    """1 − P = (n−1)! x^{n−1} f(1/x), f the density of the sum of n uniform numbers, from its Laplace transform.

    f(y) is the integral of e^{sy}((1−e^{−s})/s)^n/2πi up a line; on the line through the saddle the trapezoidal rule
    with steps of half a width errs by e^{−79}. For n of hundreds and more, and nx far below n.
    """
    y = 1 / x
    s = optimize.brentq(lambda s: _tilted_mean(s) - float(y) / n, -1e7, 1e7, xtol=1e-14)
    step = mpmath.mpf(0.5 / math.sqrt(n * _tilted_variance(s)))
    total = mpmath.mpf(0)
    for i in range(41):
        point = mpmath.mpc(s, i * step)
        value = mpmath.exp(point * y + n * mpmath.log(-mpmath.expm1(-point) / point))
        total += value.real * (1 if i else mpmath.mpf(1) / 2)
    return mpmath.exp(mpmath.loggamma(n) + (n - 1) * mpmath.log(x)) * total * step / mpmath.pi


def _tilted_mean(s: float) -> float:
    """Mean of the density proportional to e^{−su} on [0, 1]."""
    if abs(s) < 1e-3:
        return 0.5 - s / 12
    return 1 / s - 1 / math.expm1(s) if abs(s) < 700 else (1 / s if s > 0 else 1 + 1 / s)


def _tilted_variance(s: float) -> float:
    if abs(s) < 1e-2:
        return 1 / 12
    return 1 / s**2 - 1 / (4 * math.sinh(s / 2) ** 2) if abs(s) < 700 else 1 / s**2


def law(n: int, theta: float, rounded: bool = False) -> tuple[Any, Any]:
    """(P, 1 − P) for exactly this float theta, the smaller of them to thirty digits; ``rounded`` as in ``arc_of``."""
    with mpmath.workdps(60):
        x = arc_of(theta, rounded)
        if n * x <= 1:
            return mpmath.mpf(1), mpmath.mpf(0)
        if n >= ENOUGH and n * (1 - x) ** (n - 1) > ENOUGH / 2:
            Q = by_contour(n, x)
            return 1 - Q, Q
    digits = 60
    while True:
        with mpmath.workdps(digits):
            x = arc_of(theta, rounded)
        P, Q = by_sum(n, x, digits)
        lost = _largest(n, float(x)) - float(mpmath.log10(min(abs(P), abs(Q))))
        if lost + 35 < digits:
            return P, Q
        digits = int(lost) + 80


def _largest(n: int, x: float) -> float:
    """Decimal exponent of the largest term of eq10."""
    return max(
        (math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1) + (n - 1) * math.log1p(-k * x)) / math.log(10)
        for k in range(1, min(n, 20 * ENOUGH) + 1)
        if k * x < 1
    )
