"""What belongs to hot diffusion: DDIM to DDPM by the share of new noise, and a guess of x̂_0 with a spread (9271)."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from blogtools.diffusion.check import clock, require_rows, span
from blogtools.diffusion.process import Levelled, Process, normal
from blogtools.diffusion.sampler import Counted, Predictor, require_level
from blogtools.diffusion.schedule import Time


def eta_share(process: Levelled, eta: float) -> Callable[[Tensor, Tensor], Tensor]:
    """``fresh`` for σ_t = η times DDPM's: 0 is DDIM (9271.claim2), 1 DDPM (claim1); at most 1, which is eq3.

    DDPM's share is f = √(1 − (σ'/σ)²) with σ = b/a the level: f b' is then the deviation of q(x_{t'} | x_t, x_0), and
    with a² + b² = 1 the β̄_{t−1} β_t/β̄_t of claim1. ``ValueError`` for η < 0 and for a process without level.
    """
    if not (eta >= 0 and math.isfinite(eta)):
        raise ValueError(f"eta = {eta} must be a finite number of at least 0")
    process = require_level(process, "eta_share")

    def share(t: Tensor, after: Tensor) -> Tensor:
        ratio = process.level(after).double() / process.level(t).double()
        return (eta * (1 - ratio.square()).sqrt()).clamp(max=1)

    return share


def ddpm_share(process: Levelled) -> Callable[[Tensor, Tensor], Tensor]:
    """``fresh`` that makes a step DDPM's, x' ~ q(x_{t'} | x_t, x̂_0) (9271.claim1)."""
    return eta_share(process, 1.0)


@dataclass(frozen=True)
class Spread:
    """Predictor x̂_0 + σ̄_t ε with ε ~ N(0, I) (9271.eq11); ``sigma_bar`` ≥ 0 is a number or a function of t."""

    predict: Predictor
    sigma_bar: float | Callable[[Tensor], float | Tensor]
    generator: torch.Generator | None = None

    def __call__(self, x: Tensor, t: Tensor) -> Tensor:
        width = torch.as_tensor(self.sigma_bar(t) if callable(self.sigma_bar) else self.sigma_bar)
        if not ((width >= 0) & torch.isfinite(width)).all():
            raise ValueError(f"sigma_bar = {span(width)} at t = {span(t)} must be finite and not negative")
        x0 = self.predict(x, t)
        return x0 + clock(width, x0) * normal(x0, self.generator)


@torch.no_grad()
def analytic_sigma_bar(
    predict: Predictor, process: Process, data: Tensor, t: Time, generator: torch.Generator | None = None
) -> float:
    """The best σ̄_t of eq7 for this predictor, Analytic-DPM's (9271.claim3): σ̄_t² = E ‖x_0 − x̂_0(x_t)‖²/d.

    One draw of x_t for each row of ``data`` [N, d], at one time t. For the exact predictor it is (b/a)² (1 − E ‖ε̂‖²/d),
    the form of arXiv 2201.06503, but it is never negative and right for inexact predictors too.
    """
    require_rows("data", data)
    t = torch.as_tensor(t, dtype=data.dtype, device=data.device)
    if t.ndim:
        raise ValueError(f"t has shape {tuple(t.shape)}, but must be a scalar")
    x_t = process.forward(data, process.noise(data, generator), t)
    return math.sqrt(float((data - Counted(predict)(x_t, t)).double().square().mean()))
