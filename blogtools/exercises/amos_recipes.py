"""Exercises of post 9344, from one step of decay to the half-life of a recipe."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from blogtools.exercises import Exercise

Array = NDArray[np.float64]


def _scenes() -> list[tuple[Any, ...]]:
    rng = np.random.default_rng(9344)
    return [
        (rng.uniform(1, 3, size=d), rng.normal(size=d) / 3, rng.normal(size=d), alpha)
        for d, alpha in ((2, 0.1), (5, 0.01), (50, 0.3))
    ]


def _decay(theta: Array, goal: Array, u: Array, alpha: float) -> float:
    return float(alpha**2 * (u @ u) / (2 * theta @ (theta - goal)))


def _next(S: float, rate: float) -> float:
    return S + rate * math.exp(-S)


EXERCISES = [
    Exercise(
        "9344.decay",
        _decay,
        _scenes(),
        {
            "a 2 is missing: 2ρθ·ε must equal α²‖u‖²": lambda t, g, u, a: 2 * _decay(t, g, u, a),
            "the decay draws θ to 0, not to θ*: θ·ε stands below, not ‖ε‖²": lambda t, g, u, a: float(
                a**2 * (u @ u) / (2 * (t - g) @ (t - g))
            ),
            "α stands squared: the decay is of second order": lambda t, g, u, a: _decay(t, g, u, a) / a,
            "the square of ‖u‖ stands above": lambda t, g, u, a: float(a**2 * np.linalg.norm(u) / (2 * t @ (t - g))),
            "that is ‖θ‖² below; one factor is ε = θ − θ*": lambda t, g, u, a: float(a**2 * (u @ u) / (2 * t @ t)),
        },
    ),
    Exercise(
        "9344.q",
        lambda a, b: a**2 / (a**2 + b**2),
        [(1.0, 1.0), (2.0, 1.0), (1.0, 3.0)],
        {
            "that is the post's approximation, for θ*·ε = 0": lambda a, b: 1.0,
            "that is the share of the goal; θ·ε = ‖θ_0‖²": lambda a, b: b**2 / (a**2 + b**2),
            "lengths add as squares at a right angle": lambda a, b: a / (a + b),
            "½ is right only when both have one length": lambda a, b: 0.5,
        },
    ),
    Exercise(
        "9344.next",
        _next,
        [(0.0, 0.1), (0.5, 0.02), (2.0, 0.3)],
        {
            "the root of the decay e^{−2S} stands there, not the decay": lambda S, r: S + r * math.exp(-2 * S),
            "that is only the increase; asked is S after it": lambda S, r: r * math.exp(-S),
            "S grows, and ever more slowly: the exponent is negative": lambda S, r: S + r * math.exp(S),
            "that is the limit, not the difference equation": lambda S, r: math.log(math.exp(S) + r),
        },
    ),
    Exercise(
        "9344.half",
        lambda T: 1 / (2 * T),
        [(1.0,), (100.0,), (2500.0,)],
        {
            "that is recipe 1, whose decay has a square": lambda T: (math.sqrt(2) - 1) / T,
            "the 2 of 2α_0p_0t is missing": lambda T: 1 / T,
            "upside down": lambda T: 2 * T,
        },
    ),
    Exercise(
        "9344.lr",
        lambda alpha0, sigma, rms: alpha0 * sigma / rms,
        [(0.01, 0.125, 1.0), (0.01, 0.125, 0.2), (0.001, 2.0, 0.5)],
        {
            "that takes RMS(u) = 1; a shorter u needs a larger rate": lambda a, s, r: a * s,
            "divide by the size of u: it is the step that is to have the length": lambda a, s, r: a * s * r,
            "σ stands once, as the scale of a step": lambda a, s, r: a * s * s / r,
            "the scale σ of the parameter is missing": lambda a, s, r: a / r,
        },
    ),
    Exercise(
        "9344.torch",
        lambda alpha0, sigma, q: alpha0 / (2 * q * sigma),
        [(0.01, 0.125, 1.0), (0.01, 0.125, 0.5), (0.001, 2.0, 1.0)],
        {
            "that is ρ_0 itself; torch multiplies weight_decay by lr = α_0σ": lambda a, s, q: a**2 / (2 * q),
            "lr has σ in it too": lambda a, s, q: a / (2 * q),
            "σ stands below: a small scale has a small lr, and its decay must not be small": lambda a, s, q: (
                a * s / (2 * q)
            ),
            "the 2 of α_0²/2q is missing": lambda a, s, q: a / (q * s),
        },
    ),
]
