"""The heat equation of 9280, solved three ways (eq12-eq16), and the score that its ODE needs (eq18-eq20).

σ_t = t throughout, the process ``Linear(Heat())``, so that D_t = t; another schedule of heat is another clock.
"""

import math
import warnings
from collections.abc import Callable

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.fft import irfft, next_fast_len, rfft, rfftfreq
from scipy.integrate import solve_ivp
from scipy.sparse import csc_array, diags_array
from torch import Tensor

from blogtools.diffusion.check import (
    clock,
    require_finite,
    require_positive,
    require_rows,
    require_vectors,
    require_whole,
)
from blogtools.diffusion.exact import PosteriorMean
from blogtools.diffusion.heat_ode.flow import Drift
from blogtools.diffusion.process import Linear, normal
from blogtools.diffusion.sampler import Predictor
from blogtools.diffusion.schedule import Time, as_time

Floats = NDArray[np.float64]


class Mixture:
    """Heat from p_0 = Σ w_i N(c_i, width² I): p_t = Σ w_i N(c_i, (width² + t²) I) (9280.eq13), and a predictor.

    ``centres`` [N, d] and ``weights`` [N] as for ``PosteriorMean``; ``width`` ≥ 0, with 0 the points themselves, which
    have a density from t > 0 on. A curve drawn on an even grid [n] is ``Mixture(grid[:, None], 1.5 * spacing, curve)``.
    """

    def __init__(self, centres: Tensor, width: float, weights: Tensor | None = None) -> None:
        if not (width >= 0 and math.isfinite(width)):
            raise ValueError(f"width = {width} must be a finite number of at least 0")
        self.width, self._points = float(width), PosteriorMean(centres, math.inf, weights)
        self.centres, self.d = self._points.data + self._points.centre, self._points.d

    def __call__(self, x: Tensor, t: Time) -> Tensor:
        """E[x_0 | x_t = x], [..., d]."""
        spread = self._spread(t)
        return x + clock((as_time(t, math.inf) / spread).square(), x) * (self._points(x, spread) - x)

    def log_density(self, x: Tensor, t: Time) -> Tensor:
        """The log of p_t(x), [...], differentiable in x and t; needs room for [..., N, d] numbers."""
        require_vectors("x", x, self.d)
        require_finite("x", x)
        variance = clock(self._spread(t), x).square()
        energy = (x[..., None, :] - self.centres.to(x)).square().sum(-1) / (2 * variance)
        logs = self._points.log_masses.to(x) - energy - self.d / 2 * (2 * math.pi * variance).log()
        return torch.logsumexp(logs, -1)

    def draw(self, n: int, t: float = 0.0, generator: torch.Generator | None = None) -> Tensor:
        """``n`` draws [n, d] of x_t = x_0 + tε (9280.eq18)."""
        require_whole("n", n)
        which = torch.multinomial(self._points.log_masses.exp(), n, replacement=True, generator=generator)
        x = self.centres[which]
        return x + math.hypot(self.width, as_time(t, math.inf).item()) * normal(x, generator)

    def _spread(self, t: Time) -> Tensor:
        """√(width² + t²)."""
        spread = (as_time(t, math.inf).square() + self.width**2).sqrt()
        if not (spread > 0).all():
            raise ValueError("t = 0 must be above 0 where width = 0: points have no density")
        return spread


def heat_fft(p0: Floats, grid: Floats, t: float) -> Floats:
    """p_t [..., n] from ``p0`` [..., n] on an even ``grid`` [n] by 9280.eq15, F_t = F_0 e^{−t²ω²/2}.

    Outside the grid p_0 is 0, and what spreads there is gone. Exact to rounding where the grid resolves p_0 (features
    1.5 spacings wide), of second order where p_0 has kinks. ``ValueError`` for t beyond 10^6 spacings.
    """
    p0, grid, h = _on_grid(p0, grid, t)
    if t > 1e6 * h:
        raise ValueError(f"t = {t} must not exceed 10^6 spacings, {1e6 * h:.6g}")
    # Room enough that what leaves at one end does not come in at the other.
    length = next_fast_len(len(grid) + math.ceil(9 * t / h), real=True)
    omega = 2 * math.pi * rfftfreq(length, h)
    spread: Floats = irfft(rfft(p0, length) * np.exp(-0.5 * (t * omega) ** 2), length)[..., : len(grid)]
    return spread


def heat_differences(
    p0: Floats,
    grid: Floats,
    t: float | Floats,
    D: float | Callable[[Floats, float], float | Floats] | None = None,
    *,
    rtol: float = 1e-6,
) -> Floats:
    """p_t of ∂_t p = ∂_x(D ∂_x p) (9280.eq11) from ``p0`` [n] on an even ``grid`` [n], by SciPy's stiff Radau.

    [n] for one ``t``, [K, n] for ``t`` [K], in any order and from one run. ``D`` ≥ 0 is a number, which gives σ_t =
    √(2Dt), or a function of (x, t), which takes several times as long; by default D_t = t, so that σ_t = t. Central
    differences, of second order in the spacing, between walls half a spacing beyond the ends that let nothing through:
    the sum of p is kept. What Radau adds to their error is about ``rtol``, of the largest p_0.
    """
    p0, grid, h = _on_grid(p0, grid, t)
    require_positive("rtol", rtol)
    if p0.ndim != 1:
        raise ValueError(f"p0 has shape {p0.shape}, but must be [n] with n = {len(grid)}")
    moments = np.asarray(t, dtype=float)
    if moments.ndim > 1 or moments.size == 0:
        raise ValueError(f"t has shape {moments.shape}, but must be a number or [K] with K ≥ 1")
    between = (grid[1:] + grid[:-1]) / 2

    def matrix(s: float) -> csc_array:
        through = np.broadcast_to(D(between, s) if callable(D) else 1.0, between.shape) / h**2
        if not ((through >= 0) & np.isfinite(through)).all():
            raise ValueError(f"D at t = {s:.6g} must be finite and not negative everywhere")
        lost = np.append(through, 0) + np.append(0, through)
        return diags_array([through, -lost, through], offsets=(-1, 0, 1), format="csc")

    rate = {"fun": lambda s, p: matrix(s) @ p, "jac": lambda s, _: matrix(s)}
    clock = moments
    if not callable(D):
        # Any D_t is the heat equation in the clock ∫D dt, whose one matrix Radau need not factor again and again.
        if D is not None and not (D >= 0 and math.isfinite(D)):
            raise ValueError(f"D = {D} must be finite and not negative")
        clock, once = moments**2 / 2 if D is None else D * moments, matrix(0.0)
        rate = {"fun": lambda _, p: once @ p, "jac": once}
    times, which = np.unique(np.append(0.0, clock), return_inverse=True)
    if len(times) == 1:
        return np.broadcast_to(p0, (*moments.shape, len(p0))).copy()
    size = np.abs(p0).max() or 1.0
    found = solve_ivp(
        **rate, t_span=(0, times[-1]), y0=p0, method="Radau", t_eval=times, rtol=rtol, atol=rtol * size / 100
    )
    if found.status != 0:
        raise RuntimeError(f"Radau gave up before t = {moments.max()}: {found.message}")
    spread: Floats = found.y.T[which[1:]].reshape(*moments.shape, len(p0))
    return spread


def score(predict: Predictor, process: Linear) -> Drift:
    """∇log p_t(x) = (a x̂_0 − x)/b² [..., d], the s_θ of 9280.eq20, from a predictor; ``ValueError`` at t = 0."""

    def s(x: Tensor, t: Time) -> Tensor:
        return score_target(predict(x, torch.as_tensor(t, dtype=x.dtype, device=x.device)), x, t, process)

    return s


def score_target(x0: Tensor, x_t: Tensor, t: Time, process: Linear) -> Tensor:
    """∇ log N(x_t; a x_0, b² I) = −ε/b [..., d], what s_θ is drawn to in 9280.eq20; ``ValueError`` at t = 0."""
    return -process.recover(x0, x_t, t) / clock(process.schedule(t)[1], x_t)


def score_weight(process: Linear) -> Callable[[Tensor], Tensor]:
    """The ``weight`` (a/b)² that makes ``denoising_loss`` 9280.eq20 times b²/d, for s_θ = ``score(predict, process)``.

    Regression on x_0 and on the score are one problem but for this weight; without the b² eq20 grows like d/b² as t →
    0.
    """
    return lambda t: process.level(t) ** -2


def prior_kl(data: Tensor, sigma_T: float, *, most: float = 0.1) -> float:
    """E ‖x_0‖²/2σ_T² in nats, a bound on KL(p_T ‖ N(0, σ_T² I)), which 9280.eq19 neglects, for ``data`` [N, d].

    Warns above ``most``: σ_T must be large against the norm of the data, not against 1.
    """
    require_rows("data", data)
    require_positive("sigma_T", sigma_T)
    second = float(data.double().square().sum(-1).mean())
    kl = second / (2 * sigma_T**2)
    if kl > most:
        enough = math.sqrt(second / (2 * most))
        warnings.warn(
            f"sigma_T = {sigma_T:g} is small for these data: starting from N(0, σ_T² I) costs up to {kl:.3g} nats of "
            f"KL; from {enough:.3g} on it is below {most:g}",
            stacklevel=2,
        )
    return kl


def _on_grid(p0: Floats, grid: Floats, t: float | Floats) -> tuple[Floats, Floats, float]:
    """p_0 and the grid in double precision, and the spacing."""
    grid, p0 = np.asarray(grid, dtype=float), np.asarray(p0, dtype=float)
    if grid.ndim != 1 or len(grid) < 3 or not np.isfinite(grid).all():
        raise ValueError(f"grid has shape {grid.shape}, but must be [n] finite numbers with n ≥ 3")
    h = (grid[-1] - grid[0]) / (len(grid) - 1)
    if not (h > 0 and np.allclose(np.diff(grid), h, rtol=1e-6, atol=0)):
        raise ValueError(f"grid has spacings {np.diff(grid).min():.6g} … {np.diff(grid).max():.6g}, but must be even")
    if p0.shape[-1:] != grid.shape or not np.isfinite(p0).all():
        raise ValueError(f"p0 has shape {p0.shape}, but must be finite numbers [..., n] with n = {len(grid)}")
    if not ((np.asarray(t) >= 0) & np.isfinite(t)).all():
        raise ValueError(f"t = {t} must be finite and not negative")
    return p0, grid, float(h)
