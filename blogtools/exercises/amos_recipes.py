"""Exercises of post 9344, from one step of decay to the half-life of a recipe."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from blogtools.exercises import Exercise

Array = NDArray[np.float64]


def _scenes() -> list[tuple[Any, ...]]:
    rng = np.random.default_rng(9344)
    trials = [
        (rng.uniform(1, 3, size=d), rng.normal(size=d) / 3, rng.normal(size=d), alpha)
        for d, alpha in ((2, 0.1), (5, 0.01), (50, 0.3))
    ]
    # Between 0 and the goal the ρ of eq5 is negative.
    return [*trials, (np.array([1.0, 2.0]), np.array([2.0, 5.0]), np.array([1.0, -1.0]), 0.1)]


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
            "that is θ*·ε below; the decay draws along θ": lambda t, g, u, a: float(a**2 * (u @ u) / (2 * g @ (t - g))),
            "the sign is turned: ε = θ − θ*, and the decay is subtracted": lambda t, g, u, a: -_decay(t, g, u, a),
            "between 0 and the goal ρ is negative: no decay cancels there, and eq5 says so": lambda t, g, u, a: abs(
                _decay(t, g, u, a)
            ),
            "‖u‖² is missing: the harm is α²‖u‖²": lambda t, g, u, a: float(a**2 / (2 * t @ (t - g))),
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
            "the goal counts too: ‖ε_0‖² = a² + b²": lambda a, b: a**2 / b**2,
            "that is a cosine, of θ_0 and ε_0; q divides by ‖ε_0‖² alone": lambda a, b: a / math.hypot(a, b),
            "at a right angle squares of lengths add, also for a difference": lambda a, b: (
                math.inf if a == b else a**2 / (a**2 - b**2)
            ),
            "the sign is turned: θ_0·ε_0 = ‖θ_0‖²": lambda a, b: -(a**2) / (a**2 + b**2),
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
            "S grows: the step is added": lambda S, r: S - r * math.exp(-S),
            "the step shrinks like e^{−S}; that is the first one": lambda S, r: S + r,
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
            "T stands below: a longer half-life is a smaller rate": lambda T: T / 2,
            "that is the rate of an exponential law; this one is 1/(2α_0p_0t + 1)": lambda T: math.log(2) / T,
            "an exponential law, and its square root": lambda T: math.log(2) / (2 * T),
            "2α_0p_0T + 1 = 2, so the sign is plus": lambda T: -1 / (2 * T),
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
            "that is the first step relative to σ; σ and the size of u are missing": lambda a, s, r: a,
            "r stands once: a step is lr times u": lambda a, s, r: a * s / r**2,
            "a large scale takes large steps: σ stands above": lambda a, s, r: a / (s * r),
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
            "q is missing": lambda a, s, q: a / (2 * s),
            "q stands below": lambda a, s, q: a * q / (2 * s),
            "lr holds one α_0, so one is left": lambda a, s, q: a**2 / (2 * q * s),
            "σ and q stand below, in brackets: a / (2 * q * s)": lambda a, s, q: a / 2 * q * s,
        },
    ),
]
