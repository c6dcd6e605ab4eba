"""Sections "The setting" and "Weight decay of second order": eq1 to eq5."""

import functools
from fractions import Fraction
from typing import Any

import numpy as np
import sympy as sp
import torch

from blogtools.claims.amos_recipes import formulas as f
from blogtools.ledger import Entry, Exact, Numeric, Slope, Symbolic
from blogtools.optim import cancelling_decay, distance, distance_second_order

SETTING = "The setting"
SECOND_ORDER = "Weight decay of second order"

theta, goal, u = sp.symbols("theta goal u", real=True)
t1, t2, g1, g2, u1, u2 = sp.symbols("t1 t2 g1 g2 u1 u2", real=True)
alpha, rho = sp.symbols("alpha rho", positive=True)
STEPS = (0.04, 0.02, 0.01, 0.005)


def starts(rng: np.random.Generator) -> list[dict[str, Any]]:
    """Places, gradients and rates."""
    return [
        {"theta": rng.normal(size=d), "gradient": rng.normal(size=d), "alpha": a, "rho": r}
        for d, a, r in ((1, 0.1, 0.02), (5, 1e-3, 1e-6), (64, 0.3, 0.5))
    ]


def eq2(
    theta: f.Array, gradient: f.Array, alpha: float, rho: float, sign: float = -1.0, order: str = "as printed"
) -> f.Array:
    """θ − (αu + ρθ) for Adam's first u, which is g/(|g| + 1e-8) in each component."""
    u = gradient / (np.abs(gradient) + 1e-8)
    if order == "decay last":
        moved = theta - alpha * u
        return moved - rho * moved
    if order == "inside the gradient":
        pulled = gradient + rho / alpha * theta
        return theta - alpha * pulled / (np.abs(pulled) + 1e-8)
    return theta + sign * (alpha * u + rho * theta)


def by_torch(theta: f.Array, gradient: f.Array, alpha: float, rho: float) -> f.Array:
    """The first step of torch's AdamW, whose ``weight_decay`` is ρ/α."""
    parameter = torch.nn.Parameter(torch.tensor(theta))
    parameter.grad = torch.tensor(gradient)
    torch.optim.AdamW([parameter], lr=alpha, weight_decay=rho / alpha, eps=1e-8, foreach=False).step()
    return parameter.detach().numpy()


def plain_by_torch(theta: f.Array, gradient: f.Array, alpha: float, rho: float) -> f.Array:
    """A step of torch's SGD, where u is the gradient."""
    parameter = torch.nn.Parameter(torch.tensor(theta))
    parameter.grad = torch.tensor(gradient)
    torch.optim.SGD([parameter], lr=alpha).step()
    return parameter.detach().numpy()


def eq4(h: float, d: int, decay: float = -2.0, square: float = 1.0) -> float:
    """Right side of eq4 for α = h, ρ = h²."""
    s = f.scene(d)
    return float(s.eps @ s.eps - 2 * h * (s.u @ s.eps) + square * h**2 * (s.u @ s.u) + decay * h**2 * (s.theta @ s.eps))


def left_over(h: float, d: int, share: float = 1.0) -> float:
    """‖ε‖² after a step whose ρ is ``share`` of the one that eq5 asks for."""
    s = f.scene(d)
    return f.stepped(s, h, share * f.cancelling(s, h))


def first_order(h: float, d: int) -> float:
    """‖ε‖² − 2αu·ε, written for the vectors' components one by one."""
    s = f.scene(d)
    return sum(
        (a - b) ** 2 - 2 * h * c * (a - b)
        for a, b, c in zip(s.theta.tolist(), s.goal.tolist(), s.u.tolist(), strict=True)
    )


def share_of_decay(h: float, d: int, power: int = 2) -> float:
    """‖ρθ‖/‖αu‖ for α = h and the ρ of eq5 (or one of another order)."""
    s = f.scene(d)
    rho = f.cancelling(s, h) * h ** (power - 2)
    return float(rho * np.linalg.norm(s.theta) / (h * np.linalg.norm(s.u)))


def room_scenes(rng: np.random.Generator) -> list[dict[str, Any]]:
    """Scenes of several dimensions with rates."""
    return [{"s": f.scene(d, int(rng.integers(1000))), "alpha": a} for d, a in ((2, 0.1), (9, 1e-3), (70, 0.4))]


def by_components(s: f.Scene, alpha: float, rho: float, whole: bool = True) -> float:
    """‖ε‖² after a step, or what eq4 keeps of it, summed over components."""
    total = 0.0
    for x, y, z in zip(s.theta.tolist(), s.goal.tolist(), s.u.tolist(), strict=True):
        after = (x * (1 - rho) - alpha * z - y) ** 2
        dropped = 2 * alpha * rho * z * x + rho**2 * x**2
        total += after - (0 if whole else dropped)
    return total


def integers(rng: np.random.Generator) -> list[dict[str, Any]]:
    """Vectors of integers, some with θ·ε of each sign."""
    return [
        {
            "theta": rng.integers(-3, 4, size=4).tolist(),
            "goal": rng.integers(-9, 10, size=4).tolist(),
            "u": rng.integers(1, 9, size=4).tolist(),
        }
        for _ in range(40)
    ]


def sign_of_product(theta: list[int], goal: list[int], u: list[int], turned: bool = False) -> int:
    """Sign of θ·ε (or, as a mistake, of u·ε)."""
    one = u if turned else theta
    product = sum(a * (b - c) for a, b, c in zip(one, theta, goal, strict=True))
    return (product > 0) - (product < 0)


def sign_of_needed(theta: list[int], goal: list[int], u: list[int]) -> int:
    """Sign of the ρ at which the second-order part of ‖ε‖² vanishes, by two evaluations and a straight line."""

    def second_order(rho: int) -> Fraction:
        """(‖ε‖² after α = 1/1000 minus its value and slope at α = 0) · 10⁶, with ρ in units of α², and α³ dropped."""
        a = Fraction(1, 1000)
        total = Fraction(0)
        for x, y, z in zip(theta, goal, u, strict=True):
            moved, still = x - a * z - y, x - y
            total += moved * moved - still * still + 2 * a * z * still - 2 * a * a * rho * x * still
        return total / (a * a)

    at_zero, slope = second_order(0), second_order(1) - second_order(0)
    needed = -at_zero / slope if slope else Fraction(0)
    return (needed > 0) - (needed < 0)


CANCELLED = alpha**2 * (u1**2 + u2**2) / (2 * (t1 * (t1 - g1) + t2 * (t2 - g2)))
"""The ρ of eq5 in two dimensions."""

ENTRIES = [
    Entry(
        id="9344.eq1",
        kind="algorithm",
        latex=r"\boldsymbol\theta_{t+1}=\boldsymbol\theta_t-\alpha_t\boldsymbol u_t",
        says="an optimiser in one line: a rate times an update; for SGD the update is the gradient",
        section=SETTING,
        evidence=(
            Numeric(
                statement=lambda theta, gradient, alpha, rho: theta - alpha * gradient,
                against=plain_by_torch,
                witnesses=starts,
                rtol=1e-13,
                atol=1e-13,
                mutants={
                    "uphill": lambda theta, gradient, alpha, rho: theta + alpha * gradient,
                    "the square of the rate": lambda theta, gradient, alpha, rho: theta - alpha**2 * gradient,
                },
                about="torch's SGD",
            ),
        ),
    ),
    Entry(
        id="9344.eq2",
        kind="algorithm",
        latex=r"\boldsymbol\theta_{t+1}=\boldsymbol\theta_t-(\alpha_t\boldsymbol u_t+\rho_t\boldsymbol\theta_t)",
        says="with decoupled weight decay, as in AdamW: the decay does not pass through the update",
        section=SETTING,
        evidence=(
            Numeric(
                statement=eq2,
                against=by_torch,
                witnesses=starts,
                rtol=1e-12,
                atol=1e-12,
                mutants={
                    "decay of the moved parameters": functools.partial(eq2, order="decay last"),
                    "decay added to the gradient": functools.partial(eq2, order="inside the gradient"),
                    "the other sign": functools.partial(eq2, sign=1.0),
                },
                about="the first step of torch's AdamW with weight_decay = ρ/α",
            ),
        ),
    ),
    Entry(
        id="9344.eq3",
        kind="order",
        latex=r"\mathcal O(\alpha_t^2)=\mathcal O(\rho_t)",
        says="decay is of second order: its share of a step falls with the rate",
        section=SECOND_ORDER,
        evidence=(
            Slope(
                statement=functools.partial(share_of_decay, d=40),
                against=0.0,
                order=1,
                witnesses=STEPS,
                tolerance=1e-6,
                mutants={
                    "ρ of first order": functools.partial(share_of_decay, d=40, power=1),
                    "ρ of third order": functools.partial(share_of_decay, d=40, power=3),
                },
                about="‖ρθ‖/‖αu‖ for the ρ of eq5 falls like α",
            ),
            Slope(
                statement=lambda h: f.cancelling(f.scene(7), h),
                against=0.0,
                order=2,
                witnesses=STEPS,
                tolerance=1e-6,
                mutants={"a first-order ρ": lambda h: f.cancelling(f.scene(7), h) / h},
                about="and eq5 forces it: the ρ that cancels α²‖u‖² is of order α²",
            ),
        ),
    ),
    Entry(
        id="9344.eq4",
        kind="order",
        latex=r"\|\boldsymbol\varepsilon_{t+1}\|^2\approx\|\boldsymbol\varepsilon_t\|^2"
        r"-2\alpha_t\boldsymbol u_t\cdot\boldsymbol\varepsilon_t"
        r"+(\alpha_t^2\|\boldsymbol u_t\|^2-2\rho_t\boldsymbol\theta_t\cdot\boldsymbol\varepsilon_t)",
        says="the distance to the goal after one step; what is dropped is of third order",
        section=SECOND_ORDER,
        evidence=(
            Symbolic(
                statement=(theta - goal) ** 2
                - 2 * alpha * u * (theta - goal)
                + alpha**2 * u**2
                - 2 * rho * theta * (theta - goal)
                + 2 * alpha * rho * u * theta
                + rho**2 * theta**2,
                against=(theta - (alpha * u + rho * theta) - goal) ** 2,
                partial=True,
                about="one component, and squares of lengths are sums of such; the last two terms are dropped",
            ),
            *(
                Numeric(
                    statement=lambda s, alpha, function=function: function(s.theta, s.goal, s.u, alpha, alpha**2 / 3),
                    against=lambda s, alpha, whole=whole: by_components(s, alpha, alpha**2 / 3, whole),
                    witnesses=room_scenes,
                    rtol=1e-12,
                    mutants={
                        "another ρ": lambda s, alpha, function=function: function(
                            s.theta, s.goal, s.u, alpha, alpha**2 / 2
                        ),
                        "the other one": lambda s, alpha, other=other: other(s.theta, s.goal, s.u, alpha, alpha**2 / 3),
                    },
                    about=about,
                )
                for function, other, whole, about in (
                    (distance, distance_second_order, True, "the package's whole distance"),
                    (distance_second_order, distance, False, "and its second-order form"),
                )
            ),
            *(
                Slope(
                    statement=functools.partial(eq4, d=d),
                    against=lambda h, d=d: f.stepped(f.scene(d), h, h**2),
                    order=3,
                    witnesses=(0.008, 0.004, 0.002, 0.001),
                    shares={"*.formulas.*": "the three vectors"},
                    mutants={
                        "without the decay": functools.partial(eq4, d=d, decay=0.0),
                        "decay that pushes away": functools.partial(eq4, d=d, decay=2.0),
                        "without the 2 of the decay": functools.partial(eq4, d=d, decay=-1.0),
                        "without α²‖u‖²": functools.partial(eq4, d=d, square=0.0),
                    },
                    about=f"d = {d}, ρ = α²: the error falls like α³",
                )
                for d in (2, 100)
            ),
        ),
    ),
    Entry(
        id="9344.eq5",
        kind="identity",
        latex=r"\alpha_t^2\|\boldsymbol u_t\|^2=2\rho_t\,\boldsymbol\theta_t\cdot\boldsymbol\varepsilon_t",
        says="the decay that cancels the harmful square: the distance then changes by its first-order term alone",
        section=SECOND_ORDER,
        evidence=(
            Symbolic(
                statement=(t1 - g1) ** 2
                + (t2 - g2) ** 2
                - 2 * alpha * (u1 * (t1 - g1) + u2 * (t2 - g2))
                + CANCELLED * (2 * alpha * (u1 * t1 + u2 * t2) + CANCELLED * (t1**2 + t2**2)),
                against=(t1 - alpha * u1 - CANCELLED * t1 - g1) ** 2 + (t2 - alpha * u2 - CANCELLED * t2 - g2) ** 2,
                no_automatic="the ρ of eq5 stands on both sides; the mutants by hand change what it cancels",
                mutants={
                    "α²‖u‖² stays": (t1 - g1) ** 2
                    + (t2 - g2) ** 2
                    - 2 * alpha * (u1 * (t1 - g1) + u2 * (t2 - g2))
                    + alpha**2 * (u1**2 + u2**2)
                    + CANCELLED * (2 * alpha * (u1 * t1 + u2 * t2) + CANCELLED * (t1**2 + t2**2)),
                    "half of the first order": (t1 - g1) ** 2
                    + (t2 - g2) ** 2
                    - alpha * (u1 * (t1 - g1) + u2 * (t2 - g2))
                    + CANCELLED * (2 * alpha * (u1 * t1 + u2 * t2) + CANCELLED * (t1**2 + t2**2)),
                },
                about="in the plane, with the terms of third and fourth order written out",
            ),
            *(
                Slope(
                    statement=functools.partial(left_over, d=d),
                    against=functools.partial(first_order, d=d),
                    order=3,
                    witnesses=STEPS,
                    shares={"*.formulas.*": "the three vectors"},
                    mutants={
                        "no decay": functools.partial(left_over, d=d, share=0.0),
                        "half of it": functools.partial(left_over, d=d, share=0.5),
                        "twice": functools.partial(left_over, d=d, share=2.0),
                    },
                    about=f"d = {d}: nothing of second order is left",
                )
                for d in (2, 100)
            ),
            Numeric(
                statement=lambda s, alpha: cancelling_decay(s.theta, s.goal, s.u, alpha),
                against=f.cancelling,
                witnesses=room_scenes,
                rtol=1e-12,
                mutants={
                    "without the 2": lambda s, alpha: 2 * cancelling_decay(s.theta, s.goal, s.u, alpha),
                    "of first order": lambda s, alpha: cancelling_decay(s.theta, s.goal, s.u, alpha) / alpha,
                },
                about="the package's ρ",
            ),
        ),
    ),
    Entry(
        id="9344.eq5.sign",
        kind="identity",
        latex=r"\operatorname{sgn}\rho_t=\operatorname{sgn}(\boldsymbol\theta_t\cdot\boldsymbol\varepsilon_t)",
        says="where θ·ε < 0 the decay that cancels is negative: it pushes away from 0, and a decay cannot do it",
        section="Can the two terms cancel?",
        evidence=(
            Exact(
                statement=sign_of_product,
                against=sign_of_needed,
                witnesses=integers,
                mutants={
                    "the sign of u·ε": functools.partial(sign_of_product, turned=True),
                    "always positive": lambda theta, goal, u: 1,
                },
                about="40 draws of integer vectors in four dimensions, in fractions",
            ),
        ),
    ),
]
