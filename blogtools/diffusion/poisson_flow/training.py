"""How 9305 would have its field learned: the training points of eq11, the targets of eq10 and eq12.

They are here to be looked into; the models train with ``denoising_loss``.
"""

import torch
from torch import Tensor

from blogtools.diffusion.check import clock, require_finite, require_positive, require_vectors
from blogtools.diffusion.exact import PosteriorMean
from blogtools.diffusion.schedule import Time


def perturb_eq11(
    x0: Tensor, sigma: float, tau: float, M: float, generator: torch.Generator | None = None
) -> tuple[Tensor, Tensor]:
    """PFGM's training points (x, t), [..., d] and [...], around ``x0`` [..., d], at log-uniform scale (9305.eq11).

    x = x_0 + ‖ε_x‖ (1+τ)^m u and t = |ε_t| (1+τ)^m, (ε_x, ε_t) ~ N(0, σ²I), m ~ U[0, M], u uniform on the sphere.
    ``ValueError`` on σ, τ or M ≤ 0. PFGM's CIFAR-10 values are σ = 0.01, τ = 0.03, M = 291.
    """
    require_vectors("x0", x0)
    for name, value in (("sigma", sigma), ("tau", tau), ("M", M)):
        require_positive(name, value)

    def normal(width: int) -> Tensor:
        return torch.randn((*x0.shape[:-1], width), dtype=x0.dtype, device=x0.device, generator=generator)

    eps_x, eps_t, direction = sigma * normal(x0.shape[-1]), sigma * normal(1), normal(x0.shape[-1])
    m = M * torch.rand(eps_t.shape, dtype=x0.dtype, device=x0.device, generator=generator)
    scale = (1 + tau) ** m
    u = direction / direction.norm(dim=-1, keepdim=True)
    return x0 + eps_x.norm(dim=-1, keepdim=True) * scale * u, (eps_t.abs() * scale).squeeze(-1)


def target_eq10(x: Tensor, t: Time, x0: Tensor) -> Tensor:
    """What s_θ(x, t) is drawn to in 9305.eq10: −(x−x_0, t)/(‖x−x_0‖²+t²)^{(d+1)/2}, [..., d+1].

    ``ValueError`` where that is no number of this dtype: on the source, or so near or far that the power over- or
    underflows (R below 10^{-38/d} or above 10^{38/d} in float32).
    """
    require_vectors("x", x)
    require_vectors("x0", x0, x.shape[-1])
    height = clock(t, x).expand(*x.shape[:-1], 1)
    apart = torch.cat([x - x0, height], dim=-1)
    R = torch.linalg.vector_norm(apart, dim=-1, keepdim=True)
    target = -apart / R * R ** -float(x.shape[-1])
    require_finite("the target of eq10", target)
    if (target == 0).all(-1).any():
        raise ValueError(f"the target of eq10 underflows in {x.dtype} at distance R = {R.max():.3g}")
    return target


def target_eq12(x: Tensor, t: Time, batch: Tensor) -> Tensor:
    """What s_θ(x, t) is drawn to in 9305.eq12: −Normalize(mean over ``batch`` [n, d] of (x−x_0, t)/R^{d+1}).

    The direction of the field of the batch in place of the data, in any dimension; biased, for the mean stands inside
    Normalize (claim8).
    """
    return PosteriorMean(batch).field(x, t)[0]
