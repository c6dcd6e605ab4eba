"""The post's derivation as functions: how far from the goal a step ends, and the rates that follow.

Vectors are float64 (..., k) and numbers broadcast against (...); θ* is ``goal`` and ε = θ − θ*.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from blogtools.optim.check import array


def _dot(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.sum(x * y, axis=-1)


def _vectors(theta: Any, goal: Any, u: Any) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    x, y, z = array("theta", theta), array("goal", goal), array("u", u)
    if not x.ndim or not x.shape[-1:] == y.shape[-1:] == z.shape[-1:]:
        raise ValueError(f"theta {x.shape}, goal {y.shape} and u {z.shape} must be (..., k) with the same k")
    return x, y, z


def distance(theta: Any, goal: Any, u: Any, alpha: Any, rho: Any) -> NDArray[np.float64]:
    """‖θ_{t+1} − θ*‖² (...) after the whole step θ − (α u + ρ θ) of 9344.eq2; vectors (..., k)."""
    x, y, z = _vectors(theta, goal, u)
    after = x - array("alpha", alpha)[..., None] * z - array("rho", rho)[..., None] * x
    return _dot(after - y, after - y)


def distance_second_order(theta: Any, goal: Any, u: Any, alpha: Any, rho: Any) -> NDArray[np.float64]:
    """‖ε‖² − 2α u·ε + (α²‖u‖² − 2ρ θ·ε), what 9344.eq4 keeps with ρ = O(α²); vectors (..., k)."""
    x, y, z = _vectors(theta, goal, u)
    a, r = array("alpha", alpha), array("rho", rho)
    return _dot(x - y, x - y) - 2 * a * _dot(z, x - y) + a**2 * _dot(z, z) - 2 * r * _dot(x, x - y)


def cancelling_decay(theta: Any, goal: Any, u: Any, alpha: Any) -> NDArray[np.float64]:
    """The ρ (...) of 9344.eq5, α²‖u‖²/(2 θ·ε), which takes back what the step's length costs.

    ``ValueError`` where θ·ε ≤ 0: there decay leads away from the goal, and no ρ ≥ 0 cancels.
    """
    x, y, z = _vectors(theta, goal, u)
    along = _dot(x, x - y)
    if (along <= 0).any():
        raise ValueError(f"theta·(theta − goal) = {along.min():.3g}: only where it is above 0 a decay ≥ 0 cancels")
    return array("alpha", alpha) ** 2 * _dot(z, z) / (2 * along)


def remaining_distance(rho: Any, p: Any, q: Any) -> NDArray[np.float64]:
    """‖ε_t‖²/‖ε_0‖² for t = 1 … T by 9344.eq12: exp(−2 Σ_{i<t} p √(2 ρ_i q)), from rates ρ (..., T); the first is 1."""
    r = array("rho", rho, 0.0)
    if not r.ndim:
        raise ValueError("rho is one number, but must be (..., T)")
    step = array("p", p) * np.sqrt(2 * r * array("q", q, 0.0))
    return np.exp(-2 * (np.cumsum(step, axis=-1) - step))


def rates(
    alpha0: Any, decay: Any, initial_distance: Any = 1.0, u_norm: Any = 1.0, q: Any = 1.0
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(α_t, ρ_t) of 9344.eq16: α_0 ‖ε_0‖/‖u_t‖ · e^{−2S_t} and α_0²/(2q) · e^{−2S_t}; all broadcast, all above 0.

    ``decay`` is e^{−2S_t}, ``initial_distance`` ‖ε_0‖ ≈ √k σ; the √2 between 9344.eq14 and it is left to α_0.
    """
    first, left = array("alpha0", alpha0, 0.0, open_below=True), array("decay", decay, 0.0)
    start = array("initial_distance", initial_distance, 0.0, open_below=True)
    length, share = array("u_norm", u_norm, 0.0, open_below=True), array("q", q, 0.0, open_below=True)
    return first * start / length * left, first**2 / (2 * share) * left
