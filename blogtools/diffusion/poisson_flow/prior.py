"""Where Poisson flow starts: the prior on the plane t = T (9305.eq5), by three routes that share nothing but the law.

The radius r = ‖x‖ has density ∝ r^{d−1}(r²+R²)^{-(d+D)/2} with R = T√D (PFGM++, arXiv 2302.04265; D = 1 is 9305, R =
T), and the direction is uniform on the sphere.
"""

import math

import numpy as np
import torch
from scipy import special
from torch import Tensor

from blogtools.diffusion.check import require_choice, require_device, require_positive, require_whole
from blogtools.diffusion.process import Poisson, chi, normal

ROUTES = ("ratio", "beta", "inverse_cdf")
NODES = 2**16 + 1
"""Nodes of the tabulated CDF."""


def _check(d: int, T: float, D: float, *, scale: str = "T") -> None:
    require_whole("d", d)
    require_positive(scale, T)
    require_positive("D", D, at_least=1)


def radius_log_pdf(r: np.ndarray, d: int, T: float, D: float = 1.0) -> np.ndarray:
    """Log density of r = ‖x‖ at ``r`` ≥ 0 (any shape): 9305.eq5 in polar form. D = ∞: the χ_d law scaled by T."""
    _check(d, T, D)
    r = np.asarray(r, dtype=float)
    if (r < 0).any():
        raise ValueError(f"r = {r.min()} must not be negative")
    log_r = special.xlogy(d - 1, r)
    if math.isinf(D):
        return log_r - (r / T) ** 2 / 2 - d * math.log(T) - (d / 2 - 1) * math.log(2) - special.gammaln(d / 2)
    R = T * math.sqrt(D)
    constant = math.log(2) - special.betaln(d / 2, D / 2) - d * math.log(R)
    return constant + log_r - (d + D) / 2 * np.log1p((r / R) ** 2)


def radius_cdf(r: np.ndarray, d: int, T: float, D: float = 1.0) -> np.ndarray:
    """P(‖x‖ ≤ r) in closed form: r²/(r²+R²) ~ Beta(d/2, D/2); D = ∞: r²/T² ~ χ²_d."""
    _check(d, T, D)
    r = np.asarray(r, dtype=float)
    if math.isinf(D):
        return special.gammainc(d / 2, (r / T) ** 2 / 2)
    # The complement keeps its digits far out, where r²/(r²+R²) rounds to 1.
    return special.betaincc(D / 2, d / 2, 1 / (1 + (r / T) ** 2 / D))


def _angle_table(d: int, D: float) -> tuple[np.ndarray, np.ndarray]:
    """CDF of ψ, where r = R cot ψ: density ∝ cos^{d−1}ψ sin^{D−1}ψ, in log space, on the support that counts.

    In the angle the heavy tail of r is a bounded density, which straight lines follow as well as any.
    """

    def log_density(psi: np.ndarray) -> np.ndarray:
        return special.xlogy(d - 1, np.cos(psi)) + special.xlogy(D - 1, np.sin(psi))

    psi = np.linspace(0, math.pi / 2, NODES)
    height = log_density(psi)
    inside = np.flatnonzero(height > height.max() - 50)
    psi = np.linspace(psi[max(inside[0] - 1, 0)], psi[min(inside[-1] + 1, NODES - 1)], NODES)
    height = log_density(psi)
    density = np.exp(height - height.max())
    cdf = np.concatenate([[0.0], np.cumsum((density[1:] + density[:-1]) / 2)])
    return psi, cdf / cdf[-1]


def sample_prior(
    n: int,
    d: int,
    T: float,
    generator: torch.Generator | None = None,
    *,
    D: float = 1.0,
    route: str = "ratio",
    dtype: torch.dtype = torch.float32,
    device: torch.device | str = "cpu",
) -> Tensor:
    """``n`` points [n, d] of the prior on the plane t = T (9305.eq5).

    ``route``: ``"ratio"`` is T·g √D/χ_D (for D = 1 T·g/|h|), the process's own noise; ``"beta"`` draws R²/(r²+R²) ~
    Beta(D/2, d/2); ``"inverse_cdf"`` tabulates the CDF of the angle and inverts it, for finite D. The last two put the
    radius on a uniform direction. Both need a finite D. ``generator`` lives on ``device``. ``ValueError`` on n < 1, d <
    1, T ≤ 0, D < 1, an unknown route or device.
    """
    require_whole("n", n)
    _check(d, T, D)
    require_choice("route", route, ROUTES)
    if route != "ratio" and math.isinf(D):
        raise ValueError(f"route = {route!r} needs a finite D; at D = inf use 'ratio'")
    like = torch.empty(n, d, dtype=dtype, device=require_device("device", device))
    if route == "ratio":
        return T * Poisson(D).noise(like, generator)
    g = normal(like, generator)
    direction = g / g.norm(dim=-1, keepdim=True)
    seed = int(torch.randint(2**63 - 1, (1,), generator=generator, device=device))
    rng = np.random.default_rng(seed)
    if route == "beta":
        cos2 = rng.beta(D / 2, d / 2, (n, 1))
        cotangent = np.sqrt((1 - cos2) / cos2)
    else:
        psi, cdf = _angle_table(d, D)
        cotangent = 1 / np.tan(np.interp(1 - rng.random((n, 1)), cdf, psi))
    r = T * math.sqrt(D) * cotangent
    return torch.as_tensor(r, dtype=dtype, device=device) * direction


def sample_hemisphere(
    n: int,
    d: int,
    sigma: float,
    generator: torch.Generator | None = None,
    *,
    D: float = 1.0,
    dtype: torch.dtype = torch.float32,
    device: torch.device | str = "cpu",
) -> tuple[Tensor, Tensor]:
    """Starting points x = σg [n, d] and clocks h = χ_D/√D [n]: at one level of plain noise each has its T = σh.

    For D = 1 the directions of (x, t) are uniform on the upper half sphere of R^{d+1}, through which a far field passes
    evenly. Sample with ``grid(σ, σ_min, steps).outer(h)``: a clock per sample, so that none is left grey by a t_min too
    large for its small h. ``ValueError`` as ``sample_prior``.
    """
    require_whole("n", n)
    _check(d, sigma, D, scale="sigma")
    like = torch.empty(n, d, dtype=dtype, device=require_device("device", device))
    return sigma * normal(like, generator), chi(like, D, generator).squeeze(-1)
