"""What destroys pictures in cold diffusion: blur, pixels, a hole.

These operators see c square pictures in a vector of c · side² numbers, are linear in x_0, and run over t ∈ [0, 1].
"""

import math
from collections.abc import Callable

import torch
from torch import Tensor

from blogtools.diffusion.check import clock, require_vectors, require_whole
from blogtools.diffusion.cold import Operator
from blogtools.diffusion.schedule import Time, as_time


def blur_width(side: int, t: Time) -> Tensor:
    """Standard deviation, in pixels, of ``blur(side)`` at t: (side/4) tan(πt/2), infinite at t = 1 but for rounding."""
    return side / 4 * torch.tan(math.pi / 2 * as_time(t).double())


def blur(side: int) -> Operator:
    """Gaussian blur of width ``blur_width(side, t)`` with reflecting edges, exact in the DCT domain; at 1 the mean."""
    require_whole("side", side)
    k, n = torch.arange(side, dtype=torch.float64)[:, None], torch.arange(side, dtype=torch.float64)
    cosines = torch.cos(math.pi / side * k * (n + 0.5)) * math.sqrt(2 / side)
    cosines[0] /= math.sqrt(2)

    def weights(t: Tensor) -> Tensor:
        damped = torch.exp(-0.5 * (blur_width(side, t)[..., None] * math.pi / side * k[:, 0].to(t.device)).square())
        basis = cosines.to(t.device)
        return basis.T @ (damped[..., None] * basis)

    return _separable(side, weights)


def pixelate(side: int) -> Operator:
    """Means over blocks side^t wide, from single pixels at t = 0 to the mean of all at 1; it changes in jumps."""
    require_whole("side", side)

    def weights(t: Tensor) -> Tensor:
        block = (torch.arange(side, device=t.device) / side ** t.double()[..., None] + 1e-9).floor()
        together = (block[..., :, None] == block[..., None, :]).double()
        return together / together.sum(-1, keepdim=True)

    return _separable(side, weights)


def mask_out(side: int) -> Operator:
    """A round hole, grown from the centre with a soft edge a pixel wide, in which all is 0; at t = 1 the whole."""
    require_whole("side", side)
    centred = torch.arange(side, dtype=torch.float64) - (side - 1) / 2
    radius = torch.hypot(centred[:, None], centred).flatten()

    def masked(x0: Tensor, t: Time) -> Tensor:
        pictures = _pictures(x0, side).flatten(-2)
        hole = (1 + radius.max()) * clock(as_time(t).double(), x0.double())[..., None] - 1
        left = (radius.to(x0.device) - hole).clamp(0, 1)
        return (pictures * left.to(x0.dtype)).reshape(x0.shape)

    return masked


def _separable(side: int, weights: Callable[[Tensor], Tensor]) -> Operator:
    """The operator X → W X Wᵀ on pictures, W [..., side, side] from t in double precision."""

    def operator(x0: Tensor, t: Time) -> Tensor:
        pictures = _pictures(x0, side)
        W = weights(clock(as_time(t), x0.double())).to(x0.dtype)
        return (W @ pictures @ W.mT).reshape(x0.shape)

    return operator


def _pictures(x0: Tensor, side: int) -> Tensor:
    """[..., c · side²] as [..., c, side, side]."""
    require_vectors("x0", x0)
    if x0.shape[-1] % side**2:
        raise ValueError(f"x0 has shape {tuple(x0.shape)}, but its last axis must be a multiple of side² = {side**2}")
    return x0.unflatten(-1, (-1, side, side))
