"""The one loss, on x̂_0, with which all models of the three posts train."""

from collections.abc import Callable

import torch
from torch import Tensor

from blogtools.diffusion.process import Process
from blogtools.diffusion.sampler import Predictor
from blogtools.diffusion.schedule import Time


def squared_error(x0_hat: Tensor, x0: Tensor) -> Tensor:
    """‖x̂_0 − x_0‖²/d, one number a sample."""
    return (x0_hat - x0).square().mean(-1)


def denoising_loss(
    predict: Predictor,
    process: Process,
    x0: Tensor,
    t: Time,
    generator: torch.Generator | None = None,
    *,
    weight: Callable[[Tensor], Tensor] | None = None,
    error: Callable[[Tensor, Tensor], Tensor] = squared_error,
) -> Tensor:
    """Mean over the batch of weight(t) · error(x̂_0(x_t, t), x_0) with x_t = F_t(x_0, ε); a scalar.

    Its minimiser is E[x_0 | x_t, t] (9305.eq9), which for ``Poisson(1)`` is the field of eq3 itself: x̂_0 = x − t
    F_x/F_t. ``x0`` [..., d], ``t`` a scalar or broadcastable to the batch, ``weight`` a function of t (default 1),
    ``error`` one number a sample from (x̂_0, x_0).
    """
    t = torch.as_tensor(t, device=x0.device, dtype=x0.dtype if x0.is_floating_point() else None)
    x_t = process.forward(x0, process.noise(x0, generator), t)
    each = error(predict(x_t, t), x0)
    return (each if weight is None else weight(t) * each).mean()
