"""Vectors and rates of 9344 in NumPy, written here once more: the checks hold the package against them."""

import math
from dataclasses import dataclass
from typing import Any

import mpmath
import numpy as np
import torch
from numpy.typing import NDArray

from blogtools.ledger import Numeric
from blogtools.optim import recipe

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Scene:
    """θ, its goal θ* and an update u, each [d]."""

    theta: Array
    goal: Array
    u: Array

    @property
    def eps(self) -> Array:
        """ε = θ − θ*."""
        return self.theta - self.goal


def scene(d: int, seed: int = 0, p: float = 0.3) -> Scene:
    """A scene with cos(u, ε) = p and θ·ε > 0."""
    rng = np.random.default_rng([9344, d, seed])
    theta, goal = 2 * rng.normal(size=d), rng.normal(size=d)
    if theta @ (theta - goal) <= 0:
        goal = -goal
    return Scene(theta, goal, at_angle(theta - goal, p, rng) * float(rng.uniform(0.5, 2)))


def at_angle(eps: Array, p: float, rng: np.random.Generator) -> Array:
    """A unit vector whose cosine with ε [d] is p, otherwise in any direction."""
    along = eps / np.linalg.norm(eps)
    side = rng.normal(size=len(eps))
    side -= (side @ along) * along
    return p * along + np.sqrt(1 - p**2) * side / np.linalg.norm(side)


def stepped(s: Scene, alpha: float, rho: float) -> float:
    """‖ε‖² after one step of eq2."""
    after = s.theta - (alpha * s.u + rho * s.theta) - s.goal
    return float(after @ after)


def cancelling(s: Scene, alpha: float) -> float:
    """The ρ that solves eq5."""
    return float(alpha**2 * (s.u @ s.u) / (2 * (s.theta @ s.eps)))


def decay_by_steps(h: float, steps: int, power: float = 1.0, start: int = 0) -> Array:
    """e^{−2S_t} for t = 0 … steps of S_{t+1} = S_t + h e^{−power S_t}: eq18, with ``power`` = 2 its form of eq27.

    The post's numbering, S_1 = 0, is ``start`` = 1 (and S_0 = 0 too).
    """
    found, value = np.ones(steps + 1), 0.0
    for n in range(start, steps):
        value += h * math.exp(-power * value)
        found[n + 1] = math.exp(-2 * value)
    return found


def worst(h: float, power: float = 1.0) -> float:
    """Largest relative error of the closed form e^{−2S} = (1 + power·τ)^{−2/power}, τ ≤ 20, against the recursion."""
    tau = h * np.arange(round(20 / h) + 1)
    return float(np.abs((1 + power * tau) ** (-2 / power) / decay_by_steps(h, len(tau) - 1, power) - 1).max())


def steps_to_half(h: float, power: float = 1.0) -> float:
    """t·h, at which the recursion's decay passes ½, between two steps by a straight line of its logarithm."""
    exact = np.log(decay_by_steps(h, round(1 / h), power))
    after = int((exact < math.log(0.5)).argmax())
    share = (exact[after - 1] - math.log(0.5)) / (exact[after - 1] - exact[after])
    return h * (after - 1 + share)


def by_separation(alpha_0: float, p: float, t: float, power: float = 1.0) -> Any:
    """e^{−2S_t} of dS/dt = α_0 p e^{−power S}: the S up to which ∫e^{power S} dS, by quadrature, takes the time t."""
    rate = mpmath.mpf(alpha_0) * mpmath.mpf(p)

    def late(S: Any) -> Any:
        return mpmath.quad(lambda s: mpmath.exp(power * s), [0, S]) / rate - t

    return mpmath.exp(-2 * mpmath.findroot(late, mpmath.mpf(1), tol=1e-20))


def rates_by_post(alpha0: float, half_life: float, t: int, sigma: float, q: float, decay: str) -> list[float]:
    """The lr of eq21 or eq29 with RMS(u) = 1, so that ‖ε_0‖/‖u‖ = σ; and ρ."""
    left = {
        "inverse-square": 1 / ((math.sqrt(2) - 1) / half_life * t + 1) ** 2,
        "inverse-time": 1 / (t / half_life + 1),
    }[decay]
    return [alpha0 * sigma * left, alpha0**2 / (2 * q) * left]


def rates_by_package(alpha0: float, half_life: float, t: int, sigma: float, q: float, decay: str) -> list[float]:
    """The lr and ρ that the package's recipe has set after t steps of AdamW."""
    parameter = torch.nn.Parameter(torch.ones(3))
    parameter.grad = torch.zeros(3)
    group = {"params": [parameter], "sigma": sigma}
    optimizer, schedule = recipe(torch.optim.AdamW, alpha0, half_life, decay, q, foreach=False)([group])
    for _ in range(t):
        optimizer.step()
        schedule.step()
    return [optimizer.param_groups[0]["lr"], optimizer.param_groups[0]["rho"]]


def normalised_by_package(alpha0: float, half_life: float, t: int, sigma: float, q: float, decay: str) -> list[float]:
    """The same from the parameters: length of a "measured" SGD step over √k, and the part that decay takes from θ."""
    rng = np.random.default_rng(t)
    parameter = torch.nn.Parameter(torch.from_numpy(rng.normal(size=200)))
    group = {"params": [parameter], "sigma": sigma}
    make = recipe(torch.optim.SGD, alpha0, half_life, decay, q, normaliser="measured")
    optimizer, schedule = make([group])
    gradient = torch.from_numpy(rng.normal(size=200))
    for _ in range(t + 1):
        before = parameter.detach().clone()
        parameter.grad = gradient
        optimizer.step()
        schedule.step()
    moved = (parameter.detach() - before).numpy()
    parts = np.linalg.lstsq(np.stack([gradient.numpy(), before.numpy()], 1), -moved, rcond=None)[0]
    return [float(parts[0]) * float(gradient.norm()) / math.sqrt(200), float(parts[1])]


def recipe_checks(decay: str) -> tuple[Numeric, ...]:
    """The post's rates against those that the package's recipe sets, and against the steps that it makes."""
    settings = tuple(
        {"alpha0": a, "half_life": T, "t": t, "sigma": s, "q": q, "decay": decay}
        for a, T, t, s, q in ((0.01, 20.0, 0, 0.125, 1.0), (0.01, 20.0, 20, 0.125, 1.0), (0.001, 7.5, 33, 2.0, 0.5))
    )
    other = {"inverse-square": "inverse-time", "inverse-time": "inverse-square"}[decay]

    def swapped(decay: str, **rest: Any) -> list[float]:
        return rates_by_post(decay=other, **rest)

    def unscaled(sigma: float, **rest: Any) -> list[float]:
        return rates_by_post(sigma=1.0, **rest)

    def first_order(alpha0: float, **rest: Any) -> list[float]:
        lr, rho = rates_by_post(alpha0=alpha0, **rest)
        return [lr, rho / alpha0]

    mutants = {"the other law": swapped, "one rate for all scales": unscaled, "decay of first order": first_order}
    return tuple(
        Numeric(statement=rates_by_post, against=against, witnesses=settings, rtol=rtol, mutants=mutants, about=about)
        for against, rtol, about in (
            (rates_by_package, 1e-12, "lr and ρ of the package's recipe over AdamW"),
            (normalised_by_package, 1e-9, "steps of the package's recipe over SGD, with ‖u‖ measured"),
        )
    )
