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
        (rng.uniform(1, 3, size=d), rng.normal(size=d) / 3, rng.normal(size=d), alpha, 0.5)
        for d, alpha in ((2, 0.1), (5, 0.01), (50, 0.3))
    ]
    # Between the centre and the goal the ρ of eq5 is negative.
    return [*trials, (np.array([2.0, 3.0]), np.array([3.0, 6.0]), np.array([1.0, -1.0]), 0.1, 1.0)]


def _decay(theta: Array, goal: Array, u: Array, alpha: float, c: float) -> float:
    return float(alpha**2 * (u @ u) / (2 * (theta - c) @ (theta - goal)))


def _left(t: float, r: float, n: float) -> float:
    return float(((n + 1) * r * t + 1) ** (-2 / (n + 1)))


EXERCISES = [
    Exercise(
        "9344.decay",
        _decay,
        _scenes(),
        {
            "that cancels with a pull to 0; here the pull is along θ − c": lambda t, g, u, a, c: _decay(
                t, g, u, a, 0.0
            ),
            "a 2 is missing: 2ρ(θ − c)·ε must equal α²‖u‖²": lambda t, g, u, a, c: 2 * _decay(t, g, u, a, c),
            "the decay draws θ to c, not to θ*: (θ − c)·ε stands below, not ‖ε‖²": lambda t, g, u, a, c: float(
                a**2 * (u @ u) / (2 * (t - g) @ (t - g))
            ),
            "α stands squared: the decay is of second order": lambda t, g, u, a, c: _decay(t, g, u, a, c) / a,
            "the square of ‖u‖ stands above": lambda t, g, u, a, c: float(
                a**2 * np.linalg.norm(u) / (2 * (t - c) @ (t - g))
            ),
            "that is ‖θ − c‖² below; one factor is ε = θ − θ*": lambda t, g, u, a, c: float(
                a**2 * (u @ u) / (2 * (t - c) @ (t - c))
            ),
            "the goal stays where it is: ε = θ − θ*, without c": lambda t, g, u, a, c: float(
                a**2 * (u @ u) / (2 * (t - c) @ (t - c - g))
            ),
            "the sign is turned: ε = θ − θ*, and the decay is subtracted": lambda t, g, u, a, c: -_decay(t, g, u, a, c),
            "between c and the goal ρ is negative: no decay cancels there, and eq5 says so": lambda t, g, u, a, c: abs(
                _decay(t, g, u, a, c)
            ),
            "‖u‖² is missing: the harm is α²‖u‖²": lambda t, g, u, a, c: float(a**2 / (2 * (t - c) @ (t - g))),
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
        "9344.law",
        _left,
        [(100.0, 0.01, 0.0), (100.0, 0.01, 1.0), (30.0, 0.2, 2.0), (7.0, 0.5, 0.5)],
        {
            "that is e^{−S}; the rates fall with its square": lambda t, r, n: math.sqrt(_left(t, r, n)),
            "that is e^{−(n+1)S}; take the root n + 1 and square it": lambda t, r, n: _left(t, r, n) ** ((n + 1) / 2),
            "that is recipe 1, n = 0": lambda t, r, n: _left(t, r, 0.0),
            "that is recipe 2, n = 1": lambda t, r, n: _left(t, r, 1.0),
            "n + 1 stands before rt too: d(e^{(n+1)S})/dt = (n + 1)r": lambda t, r, n: (r * t + 1) ** (-2 / (n + 1)),
            "eq24 has an e^{−S} of its own: dS/dt = r e^{−(n+1)S}": lambda t, r, n: (
                math.exp(-2 * r * t) if n == 0 else (n * r * t + 1) ** (-2 / n)
            ),
            "the exponent is negative: the rates fall": lambda t, r, n: 1 / _left(t, r, n),
            "that is S": lambda t, r, n: -math.log(_left(t, r, n)) / 2,
        },
    ),
    Exercise(
        "9344.steps",
        lambda T, s: T * (s**-0.5 - 1) / (math.sqrt(2) - 1),
        [(1.0, 0.5), (100.0, 0.1), (2500.0, 0.01)],
        {
            "that is recipe 2, whose decay has no square": lambda T, s: T * (1 / s - 1),
            "that is an exponential law, whose half-life does not grow": lambda T, s: T * math.log(1 / s) / math.log(2),
            "1/(α_0pt + 1)² = s: take 1 off the root of 1/s": lambda T, s: T * s**-0.5 / (math.sqrt(2) - 1),
            "the root of 1/s is missing: the law is a square": lambda T, s: T * (1 / s - 1) / (math.sqrt(2) - 1),
            "α_0p = (√2 − 1)/T stands below": lambda T, s: (s**-0.5 - 1) * (math.sqrt(2) - 1) / T,
            "α_0p is (√2 − 1)/T, not 1/T": lambda T, s: T * (s**-0.5 - 1),
            "√2 − 1 stands below: at s = ½ it is T": lambda T, s: T * (s**-0.5 - 1) * (math.sqrt(2) - 1),
            "rounded: leave a fraction of a step as it is": lambda T, s: round(T * (s**-0.5 - 1) / (math.sqrt(2) - 1)),
            "rounded up: leave a fraction of a step as it is": lambda T, s: math.ceil(
                T * (s**-0.5 - 1) / (math.sqrt(2) - 1)
            ),
            "that is the part s' = 1 − s": lambda T, s: T * ((1 - s) ** -0.5 - 1) / (math.sqrt(2) - 1),
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
        lambda alpha0, sigma, r, q: alpha0 * r / (2 * q * sigma),
        [(0.01, 0.125, 0.2, 1.0), (0.01, 0.125, 0.2, 0.5), (0.001, 2.0, 0.5, 1.0)],
        {
            "that holds where r = 1; lr is α_0σ/r": lambda a, s, r, q: a / (2 * q * s),
            "r stands above: it divides lr, and torch multiplies by lr": lambda a, s, r, q: a / (2 * q * s * r),
            "that is ρ_0 itself; torch multiplies weight_decay by lr": lambda a, s, r, q: a**2 / (2 * q),
            "that is ρ_0 times lr; torch multiplies by itself": lambda a, s, r, q: a**2 / (2 * q) * a * s / r,
            "lr has σ in it too": lambda a, s, r, q: a * r / (2 * q),
            "σ stands below: a small scale has a small lr, and its decay must not be small": lambda a, s, r, q: (
                a * r * s / (2 * q)
            ),
            "the 2 of α_0²/2q is missing": lambda a, s, r, q: a * r / (q * s),
            "q is missing": lambda a, s, r, q: a * r / (2 * s),
            "q stands below": lambda a, s, r, q: a * r * q / (2 * s),
            "lr holds one α_0, so one is left": lambda a, s, r, q: a**2 * r / (2 * q * s),
            "σ and q stand below, in brackets: a * r / (2 * q * s)": lambda a, s, r, q: a * r / 2 * q * s,
        },
    ),
]
