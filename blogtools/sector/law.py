"""The law of the longest arc (9324.eq10-eq12), x = 1 − θ/2π."""

import math
from typing import Any

import mpmath
import numpy as np
from scipy.special import comb, digamma

from blogtools.sector.check import require_between, require_broadcast, require_counts


def _longest_exceeds(n: int, x: Any) -> tuple[float, float]:
    with mpmath.workdps(int(30 + n)):
        x = mpmath.mpf(x) if not callable(x) else x()
        if n * x <= 1:
            return 1.0, 0.0
        last = min(n, int(mpmath.ceil(1 / x)) - 1)
        P = mpmath.fsum((-1) ** (k - 1) * mpmath.binomial(n, k) * (1 - k * x) ** (n - 1) for k in range(1, last + 1))
        return float(P), float(1 - P)


_each = np.vectorize(_longest_exceeds, otypes=[float, float])
_each_theta = np.vectorize(lambda n, t: _longest_exceeds(n, lambda: 1 - t / (2 * mpmath.pi)), otypes=[float, float])


def probability(n: Any, theta: Any) -> Any:
    n, theta = require_broadcast(n=require_counts("n", n), theta=require_between("theta", theta, 0, 2 * math.pi))
    return _each_theta(n, theta)[0][()]


def complement(n: Any, theta: Any) -> Any:
    n, theta = require_broadcast(n=require_counts("n", n), theta=require_between("theta", theta, 0, 2 * math.pi))
    return _each_theta(n, theta)[1][()]


def log_complement(n: Any, theta: Any) -> Any:
    with np.errstate(divide="ignore"):
        return np.log(complement(n, theta))[()]


def longest_exceeds(n: Any, x: Any) -> Any:
    n, x = require_broadcast(n=require_counts("n", n), x=require_between("x", x, 0, 1))
    return _each(n, x)[0][()]


def complement_by_arc(n: Any, x: Any) -> Any:
    n, x = require_broadcast(n=require_counts("n", n), x=require_between("x", x, 0, 1))
    return _each(n, x)[1][()]


def density(n: Any, x: Any) -> Any:
    n, x = require_broadcast(n=require_counts("n", n, at_least=2), x=require_between("x", x, 0, 1))
    others = np.where(x < 1, x / np.where(x < 1, 1 - x, 1), 1).clip(0, 1)
    none_longer = np.where(others >= 1, 1.0, _each(n - 1, others)[1])
    return (n * (n - 1.0) * (1 - x) ** (n - 2) * none_longer)[()]


def quantile(n: Any, q: Any) -> Any:
    n, q = require_broadcast(n=require_counts("n", n), q=require_between("q", q, 0, 1))
    low, high = 1 / n, np.ones(n.shape)
    for _ in range(50):
        middle = (low + high) / 2
        above = _each(n, middle)[1] >= q
        low, high = np.where(above, low, middle), np.where(above, middle, high)
    return high[()]


def expected_longest(n: Any) -> Any:
    n = require_counts("n", n)
    return ((digamma(n + 1.0) + np.euler_gamma) / n)[()]


def textbook(n: Any, theta: Any) -> Any:
    n, theta = require_broadcast(n=require_counts("n", n), theta=require_between("theta", theta, 0, 2 * math.pi))

    def one(n: int, theta: float) -> float:
        x = 1 - theta / (2 * math.pi)
        k = np.arange(1, n + 1)
        k = k[1 - k * x > 0]
        return float(np.sum((-1.0) ** (k - 1) * comb(n, k) * (1 - k * x) ** (n - 1)))

    with np.errstate(all="ignore"):
        return np.vectorize(one, otypes=[float])(n, theta)[()]
