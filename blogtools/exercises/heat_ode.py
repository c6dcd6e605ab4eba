"""Exercises of post 9280, from the Jacobian of a step to the likelihood of a sample."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from blogtools.exercises import Exercise

Array = NDArray[np.float64]


def _jacobians() -> list[tuple[Any, ...]]:
    rng = np.random.default_rng(9280)
    return [(rng.normal(size=(d, d)),) for d in (1, 2, 3, 5)]


def _slope_of_determinant(J: Array) -> float:
    return float(np.trace(J))


def _off_diagonal(J: Array) -> float:
    return float(J.sum())


def _mean(x: Array, t: float, data: Array, twice: float = 2.0, power: int = 2) -> Array:
    logits = -np.square(x - data).sum(1) / (twice * t**power)
    weights = np.exp(logits - logits.max())
    return weights @ data / weights.sum()


def _drift(x: Array, t: float, data: Array, **wrong: Any) -> Array:
    return (x - _mean(x, t, data, **wrong)) / t


def _naive(x: Array, t: float, data: Array) -> Array:
    with np.errstate(all="ignore"):
        weights = np.exp(-np.square(x - data).sum(1) / (2 * t**2))
        return (x - weights @ data / weights.sum()) / t


def _weighed(x: Array, t: float, data: Array, *, power: int = 2, shift: bool = True) -> Array:
    logits = -(np.linalg.norm(x - data, axis=1) ** power) / (2 * t**2)
    return np.exp(logits - logits.max() * shift)


def _without_sum(x: Array, t: float, data: Array, **wrong: Any) -> Array:
    return (x - _weighed(x, t, data, **wrong) @ data) / t


def _unsquared(x: Array, t: float, data: Array) -> Array:
    weights = _weighed(x, t, data, power=1)
    return (x - weights @ data / weights.sum()) / t


def _nearest(x: Array, t: float, data: Array) -> Array:
    return (x - data[np.square(x - data).sum(1).argmin()]) / t


def _scenes() -> list[tuple[Any, ...]]:
    rng = np.random.default_rng(12)
    return [
        (rng.normal(size=2), 0.7, rng.normal(size=(5, 2))),
        (rng.normal(size=3), 1.3, rng.normal(size=(4, 3))),
        (40 * rng.normal(size=64), 0.5, rng.normal(size=(6, 64))),
    ]


def _normal_path(x: float, m: float, s: float, sigma: float) -> float:
    return m + (x - m) * math.sqrt(s**2 + sigma**2) / s


def _change(d: int, s: float, T: float) -> float:
    return -d / 2 * math.log((s**2 + T**2) / s**2)


EXERCISES = [
    Exercise(
        "9280.det",
        _slope_of_determinant,
        _jacobians(),
        {
            "only the diagonal counts: every other product in the determinant holds Δt at least twice": _off_diagonal,
            "that is the determinant of J itself; det(I + JΔt) starts at 1, and its slope is asked": lambda J: float(
                np.linalg.det(J)
            ),
            "that is the product of the diagonal; to first order the determinant adds it up": lambda J: float(
                np.prod(np.diag(J))
            ),
            "the sign: where the drift spreads, a volume grows": lambda J: -float(np.trace(J)),
            "that is the mean of the diagonal; a volume grows in all directions at once": lambda J: float(
                np.trace(J) / len(J)
            ),
            "1 is the value at Δt = 0; asked is the slope": lambda J: 1 + float(np.trace(J)),
        },
        rtol=0.01,  # a difference quotient will do
    ),
    Exercise(
        "9280.diffusivity",
        lambda t: 2 * t**3,
        [(0.5,), (1.5,), (3.0,)],
        {
            "that is σ̇; D is σ̇σ": lambda t: 2 * t,
            "that is σ²; D is half its rate of change": lambda t: t**4,
            "that is the rate of σ²; σ² = 2∫D has a 2": lambda t: 4 * t**3,
            "that is half of σ², not half of its rate": lambda t: t**4 / 2,
            "that is D for σ_t = t": lambda t: t,
            "that is σ": lambda t: t**2,
            "that is for a constant D, σ² = 2Dt; here D changes with t: differentiate": lambda t: t**3 / 2,
            "that is half of σ; D is half the rate of σ²": lambda t: t**2 / 2,
            "σ² = 2∫D has a 2: D is half the rate of σ², not twice": lambda t: 8 * t**3,
            "that is σ²/t; D is half the slope of σ², not its mean": lambda t: t**3,
            "σ² = 2∫D: differentiate σ², do not integrate it": lambda t: t**5 / 5,
            "that is for D in place of σ: σ² = 2∫t² dt": lambda t: math.sqrt(2 * t**3 / 3),
            "that is σ̇²; D is σ̇σ": lambda t: 4 * t**2,
            "that is σ̇/σ, what x − x̂_0 is multiplied by; D is σ̇σ": lambda t: 2 / t,
            "the sign: heat spreads, D is positive": lambda t: -2 * t**3,
        },
    ),
    Exercise(
        "9280.width",
        lambda s, t: math.sqrt(s**2 + t**2),
        [(0.3, 0.4), (2.0, 0.5), (1.0, 5.0)],
        {
            "variances add, not widths": lambda s, t: s + t,
            "that is the variance; the width is its root": lambda s, t: s**2 + t**2,
            "heat adds σ² = t² once: the 2 of 2∫D is in it already": lambda s, t: math.sqrt(s**2 + 2 * t**2),
            "that is the width of one point after heat; the blob had a width before": lambda s, t: t,
            "that is σ² = 2Dt with D = 1; here σ_t = t": lambda s, t: math.sqrt(s**2 + 2 * t),
            "variances add: t², not t": lambda s, t: math.sqrt(s**2 + t),
        },
    ),
    Exercise(
        "9280.wave",
        lambda t, omega: math.exp(-(t**2) * omega**2 / 2),
        [(0.5, 1.0), (1.0, 2.0), (0.3, 5.0)],
        {
            "the half is missing: integrate D_s ω² = s ω² from 0 to t": lambda t, omega: math.exp(-(t**2) * omega**2),
            "waves fade: the exponent is negative": lambda t, omega: math.exp(t**2 * omega**2 / 2),
            "two derivatives bring down ω twice": lambda t, omega: math.exp(-(t**2) * abs(omega) / 2),
            "that is heat with D = 1; σ_t = t has D = t, and the exponent t²": lambda t, omega: math.exp(-t * omega**2),
            "σ² stands there, not σ": lambda t, omega: math.exp(-t * omega**2 / 2),
            "that is the rate D_t ω² at which it fades, times what is left": lambda t, omega: (
                -t * omega**2 * math.exp(-(t**2) * omega**2 / 2)
            ),
            "that is what has gone; asked is what is left": lambda t, omega: 1 - math.exp(-(t**2) * omega**2 / 2),
        },
    ),
    Exercise(
        "9280.drift",
        _drift,
        _scenes(),
        {
            "the weights underflow to 0/0 far from the data: subtract the largest exponent": _naive,
            "the sign: forward in t a particle leaves the data, so dx/dt points away from x̂_0": lambda x, t, data: (
                -_drift(x, t, data)
            ),
            "that is the score ∇log p; eq17 multiplies it by −σ̇σ = −t": lambda x, t, data: -_drift(x, t, data) / t,
            "that is −∇log p; eq17 multiplies it by σ̇σ = t": lambda x, t, data: _drift(x, t, data) / t,
            "that is x − x̂_0: of t/t² one t is left below": lambda x, t, data: _drift(x, t, data) * t,
            "the Gaussian has 2σ² below: a 2 is missing in the weights": lambda x, t, data: _drift(
                x, t, data, twice=1.0
            ),
            "the Gaussian has σ² below, not σ": lambda x, t, data: _drift(x, t, data, power=1),
            "that is the plain mean of the data: near points count more": lambda x, t, data: (x - data.mean(0)) / t,
            "the weights must add up to 1: divide them by their sum": _without_sum,
            "the weights must add up to 1: divide by their sum, and subtract the largest exponent before": (
                lambda x, t, data: _without_sum(x, t, data, shift=False)
            ),
            "the Gaussian has the square of the distance above": _unsquared,
            "that is the nearest point alone; the others have weight too": _nearest,
        },
    ),
    Exercise(
        "9280.path",
        _normal_path,
        [(2.0, 0.0, 1.0, 3.0), (0.5, 1.0, 0.4, 2.0), (-1.0, -1.5, 0.2, 0.1)],
        {
            "distances from the mean grow with the width √(s² + σ²), not with its square": lambda x, m, s, sigma: (
                m + (x - m) * (s**2 + sigma**2) / s**2
            ),
            "the path stretches about the mean m, not about 0": lambda x, m, s, sigma: (
                x * math.sqrt(s**2 + sigma**2) / s
            ),
            "that is the way back to the data; asked is the way up to σ": lambda x, m, s, sigma: (
                m + (x - m) * s / math.sqrt(s**2 + sigma**2)
            ),
            "widths do not add: the variance is s² + σ²": lambda x, m, s, sigma: m + (x - m) * (s + sigma) / s,
            "at σ = 0 it must be at x_0: divide by s": lambda x, m, s, sigma: m + (x - m) * math.sqrt(s**2 + sigma**2),
            "that is one standard deviation above x_0; the ODE adds no noise": lambda x, m, s, sigma: x + sigma,
            "the sign of the distance: the path stays on the side of m on which it began": lambda x, m, s, sigma: (
                m - (x - m) * math.sqrt(s**2 + sigma**2) / s
            ),
            "variances add: s² + σ², not s² − σ²": lambda x, m, s, sigma: (
                m + (x - m) * math.sqrt(abs(s**2 - sigma**2)) / s
            ),
            "the variance grows by σ², not by σ²/2; the 2 of 2∫D is in it already": lambda x, m, s, sigma: (
                m + (x - m) * math.sqrt(s**2 + sigma**2 / 2) / s
            ),
            "the variance grows by σ², not by 2σ²: the 2 of 2∫D is in it already": lambda x, m, s, sigma: (
                m + (x - m) * math.sqrt(s**2 + 2 * sigma**2) / s
            ),
            "the sign of the drift: forward in time a point leaves m": lambda x, m, s, sigma: (
                m + (x - m) * math.exp(-(sigma**2) / (2 * s**2))
            ),
            "the velocity changes on the way: a straight line of the first slope is not the path": (
                lambda x, m, s, sigma: m + (x - m) * (1 + sigma**2 / (2 * s**2))
            ),
            "−∇log p is (x − m)/(s² + σ²), with the σ of each moment and not 0": lambda x, m, s, sigma: (
                m + (x - m) * math.exp(sigma**2 / (2 * s**2))
            ),
            "one Euler step from 0 to σ with the slope of the end": lambda x, m, s, sigma: (
                x + sigma**2 * (x - m) / (s**2 + sigma**2)
            ),
            "that is the distance from m; add m": lambda x, m, s, sigma: (x - m) * math.sqrt(s**2 + sigma**2) / s,
            "that is where it began": lambda x, m, s, sigma: x,
            "that is the mean; only the point that began there stays there": lambda x, m, s, sigma: m,
            "σ against s: the width grows from s to √(s² + σ²), not to σ": lambda x, m, s, sigma: (
                m + (x - m) * sigma / s
            ),
            "divide by the width at the start, s, not by its square": lambda x, m, s, sigma: (
                m + (x - m) * math.sqrt(s**2 + sigma**2) / s**2
            ),
        },
    ),
    Exercise(
        "9280.cost",
        lambda R, c: R / math.sqrt(2 * c),
        [(1.0, 0.01), (28.0, 0.1), (100.0, 2.0)],
        {
            "that is σ²; take its root": lambda R, c: R**2 / (2 * c),
            "that is for norm 1; the noise must be wide against the norm": lambda R, c: 1 / math.sqrt(2 * c),
            "the half is missing: c is R²/2σ²": lambda R, c: R / math.sqrt(c),
            "the half stands under the root too": lambda R, c: R / (2 * math.sqrt(c)),
            "c is R²/2σ²: the 2 belongs below, with c": lambda R, c: R * math.sqrt(2 / c),
            "the cost goes with the square of R/σ": lambda R, c: R / (2 * c),
            "upside down: wider noise costs less": lambda R, c: R * math.sqrt(2 * c),
            "that is the cost of noise of width c; asked is the width at the cost c": lambda R, c: R**2 / (2 * c**2),
        },
    ),
    Exercise(
        "9280.weight",
        lambda tau, d: d / tau,
        [(0.1, 1), (0.5, 3), (0.02, 64)],
        {
            "that is the target weighted by σ²; asked is eq20 as it stands": lambda tau, d: float(d),
            "that is at t = τ alone; asked is the mean over t": lambda tau, d: d / tau**2,
            "that is the integral; the mean divides it by 1 − τ": lambda tau, d: d * (1 / tau - 1),
            "the target is −ε/σ, and its square has σ² below": lambda tau, d: -d * math.log(tau) / (1 - tau),
            "each of the d coordinates adds as much": lambda tau, d: 1 / tau,
            "the mean of 1/t² is not 1/t² at the mean t": lambda tau, d: 4 * d / (1 + tau) ** 2,
            "that is ‖x_t − x_0‖² on average; the target divides x_t − x_0 by σ² first": lambda tau, d: (
                d * (1 - tau**3) / (3 * (1 - tau))
            ),
            "σ² below once, not twice: (x_t − x_0)/σ² is ε/σ": lambda tau, d: d * (tau**-3 - 1) / (3 * (1 - tau)),
            "the sign: the antiderivative of 1/t² is −1/t": lambda tau, d: -d / tau,
        },
    ),
    Exercise(
        "9280.density",
        _change,
        [(1, 1.0, 2.0), (2, 0.5, 3.0), (64, 1.0, 80.0)],
        {
            "the sign: a cloud that spreads gets thinner, so log p falls along the path": lambda d, s, T: (
                -_change(d, s, T)
            ),
            "every dimension spreads: d times as much": lambda d, s, T: _change(1, s, T),
            "that is the factor of the density; asked is the change of its logarithm": lambda d, s, T: math.exp(
                _change(d, s, T)
            ),
            "the width grows by the root of (s² + T²)/s²: a half is missing": lambda d, s, T: 2 * _change(d, s, T),
            "the blob had the width s to begin with": lambda d, s, T: -d * math.log(T / s),
            "divide by s²: at T = 0 nothing has changed": lambda d, s, T: -d / 2 * math.log(s**2 + T**2),
            "that is log p in the middle at T; take off what it was at 0": lambda d, s, T: (
                -d / 2 * math.log(2 * math.pi * (s**2 + T**2))
            ),
            "variances add, not widths": lambda d, s, T: -d * math.log((s + T) / s),
            "∇·f is d t/(s² + t²) and changes on the way: integrate it": lambda d, s, T: -d * T * T / (s**2 + T**2),
        },
    ),
]
