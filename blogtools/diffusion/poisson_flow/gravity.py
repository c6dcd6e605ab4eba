"""Gravity in d dimensions: the pictures with which 9305 begins (eq1, eq2, claims 1-4)."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from blogtools.diffusion.check import require_finite, require_positive, require_rows, require_vectors, require_whole
from blogtools.diffusion.exact import log_sphere_area


def sphere_area(d: float) -> float:
    """S_d(1); underflows to 0 from d ≈ 420 on, where only ``log_sphere_area`` serves."""
    return math.exp(log_sphere_area(d))


def _masses(x: Tensor, sources: Tensor, masses: Tensor | None) -> Tensor:
    require_vectors("x", x)
    require_finite("x", x)
    require_rows("sources", sources, x.shape[-1])
    m = torch.ones(len(sources)) if masses is None else torch.as_tensor(masses)
    if m.shape != (len(sources),):
        raise ValueError(f"masses has shape {tuple(m.shape)}, but must be [N] with N = {len(sources)}")
    require_finite("masses", m)
    return m.to(x)


def gravity(x: Tensor, sources: Tensor, masses: Tensor | None = None) -> Tensor:
    """F(x) = −(1/S_d(1)) Σ m_i (x−y_i)/‖x−y_i‖^d (9305.eq2; eq1 at d = 3), [..., d] for x [..., d], sources [N, d].

    ``masses`` [N] of either sign, default 1 each. A source exactly under the query adds nothing: the mean of its field
    over a small sphere. Holds where r^{-d} is a floating-point number, so d up to about 100 in double precision;
    beyond, ``PosteriorMean.field``.
    """
    m = _masses(x, sources, masses)
    d = x.shape[-1]
    apart = x.unsqueeze(-2) - sources
    r = torch.linalg.vector_norm(apart, dim=-1)
    pull = torch.where(r > 0, m * torch.where(r > 0, r, 1.0) ** -d, 0.0)
    return -(pull.unsqueeze(-2) @ apart).squeeze(-2) / sphere_area(d)


def centroid(sources: Tensor, masses: Tensor | None = None) -> Tensor:
    """Σ m_i y_i / Σ m_i, [d]; ``ValueError`` when the masses sum to 0."""
    m = _masses(sources, sources, masses)
    if m.sum() == 0:
        raise ValueError("masses sum to 0, so the sources have no centroid")
    return m @ sources / m.sum()


def multipole(x: Tensor, sources: Tensor, masses: Tensor | None = None, order: int = 0) -> Tensor:
    """Field of eq2 expanded about the centroid to ``order`` in (source distance)/(query distance), [..., d].

    Order 0 is the one equivalent point of 9305; order 1 adds nothing (about the centroid the dipole vanishes); the
    error is O((R/‖x‖)^{order+1}) relative, R the largest source distance, and the series diverges for ‖x‖ < R. At the
    centroid itself: 0. Terms from the generating function ‖x−y‖^{-d} = Σ_l ‖y‖^l ‖x‖^{-l-d} C_l^{(d/2)}(cos γ).
    """
    require_whole("order", order, 0)
    m = _masses(x, sources, masses)
    middle = centroid(sources, m)
    d, x, y = x.shape[-1], x - middle, sources - middle
    square = x.square().sum(-1, keepdim=True)
    at_centre = square == 0
    square = torch.where(at_centre, 1.0, square)
    linear, quadratic = x @ y.T / square, y.square().sum(-1) / square
    before, term = torch.zeros_like(linear), torch.ones_like(linear)
    total = (term @ m).unsqueeze(-1) * x
    for k in range(1, order + 1):
        before, term = term, ((2 * k + d - 2) * linear * term - (k + d - 2) * quadratic * before) / k
        total = total + (term @ m).unsqueeze(-1) * x - (before * m) @ y
    return torch.where(at_centre, 0.0, -total * square ** (-d / 2) / sphere_area(d))


@dataclass(frozen=True)
class FieldLines:
    """``points`` [n, steps+1, d], where a line that has ended stands still; ``source`` [n] it ended on, or −1."""

    points: Tensor
    source: Tensor


def field_lines(
    field: Callable[[Tensor], Tensor],
    seeds: Tensor,
    step: float,
    steps: int,
    sources: Tensor | None = None,
) -> FieldLines:
    """Lines along ``field`` from ``seeds`` [n, d], all at once: ``steps`` Runge-Kutta steps of arc length ``step``.

    ``field`` maps [n, d] to [n, d]; only its direction counts (9305.claim7). A line that comes within ``step`` of a
    source ends exactly on it; one that meets a zero of the field stays there. Follow ``lambda x: -field(x)`` for the
    way out.
    """
    require_vectors("seeds", seeds)
    require_finite("seeds", seeds)
    require_positive("step", step)
    require_whole("steps", steps)

    def unit(x: Tensor) -> Tensor:
        F = field(x)
        length = torch.linalg.vector_norm(F, dim=-1, keepdim=True)
        return F / torch.where(length > 0, length, 1.0)

    x = seeds
    source = torch.full(seeds.shape[:1], -1, device=seeds.device)
    points = [x]
    for _ in range(steps):
        k1 = unit(x)
        k2 = unit(x + step / 2 * k1)
        k3 = unit(x + step / 2 * k2)
        k4 = unit(x + step * k3)
        moved = x + step / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
        x = torch.where((source >= 0).unsqueeze(-1), x, moved)
        if sources is not None:
            distance, nearest = (x.unsqueeze(-2) - sources).norm(dim=-1).min(-1)
            arrived = (source < 0) & (distance <= step)
            source = torch.where(arrived, nearest, source)
            x = torch.where(arrived.unsqueeze(-1), sources[nearest], x)
        points.append(x)
    return FieldLines(torch.stack(points, 1), source)
