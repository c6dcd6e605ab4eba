"""Cold diffusion (9271.eq12-eq16): data destroyed by any operator, with a little noise or none.

An operator takes ``x0`` [..., d] and t (a scalar or one a sample) and gives what is left, [..., d]; at t = 0 that is
``x0``. Those below see c square pictures in a vector of c · side² numbers, are linear in x_0, and run over t ∈ [0, 1].
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from blogtools.diffusion.check import clock, require_vectors, require_whole
from blogtools.diffusion.process import normal
from blogtools.diffusion.schedule import Time, as_time

Operator = Callable[[Tensor, Time], Tensor]
"""(x_0 [..., d], t scalar or batch) → F_t(x_0) [..., d]."""


@dataclass(frozen=True)
class Cold:
    """x_t = F_t(x_0) + σε with F_t = ``operator`` and ε ~ N(0, I) (9271.eq12); ``sigma`` ≥ 0, in units of the data.

    Noise is drawn and recovered whole, as σε: nothing is divided by σ, so the step of eq16 is that of eq4 for every σ,
    0 included. ``fresh`` 0 is then the improved sampling of eq16, and 1 the naive one of eq15. ``ValueError`` where the
    operator's answer has another shape, or NaN or infinity (it says at which t), and in ``recover`` where two calls of
    the operator differ: one that draws its own chance cannot be undone.
    """

    operator: Operator
    sigma: float = 0.0

    def __post_init__(self) -> None:
        if not (self.sigma >= 0 and math.isfinite(self.sigma)):
            raise ValueError(f"sigma = {self.sigma} must be a finite number of at least 0")

    @property
    def gaussian(self) -> bool:
        """True: σε is Gaussian about 0."""
        return True

    def noise(self, like: Tensor, generator: torch.Generator | None = None) -> Tensor:
        """σε, shaped as ``like`` [..., d]."""
        return self.sigma * normal(like, generator)

    def forward(self, x0: Tensor, eps: Tensor, t: Time) -> Tensor:
        """F_t(x_0) + ``eps``, where ``eps`` is σε as ``noise`` and ``recover`` give it."""
        return self._destroyed(x0, t) + eps

    def recover(self, x0: Tensor, x_t: Tensor, t: Time, generator: torch.Generator | None = None) -> Tensor:
        """The whole residual x_t − F_t(x_0), be it noise or the predictor's error."""
        left = self._destroyed(x0, t)
        if not torch.equal(left, self._destroyed(x0, t)):
            raise ValueError(
                f"operator answers the same x0 differently each time at t = {_first(t, x0)}: it draws chance of its "
                "own, which recover cannot know; only fresh=1 (9271.eq3) is left"
            )
        return x_t - left

    def _destroyed(self, x0: Tensor, t: Time) -> Tensor:
        left = self.operator(x0, t)
        if not isinstance(left, Tensor) or left.shape != x0.shape:
            shape = tuple(left.shape) if isinstance(left, Tensor) else type(left).__name__
            raise ValueError(
                f"operator returned shape {shape} at t = {_first(t, x0)}, but must return that of x0, {tuple(x0.shape)}"
            )
        bad = ~torch.isfinite(left)
        if bad.any():
            raise ValueError(
                f"operator's answer has {int(bad.sum())} of {bad.numel()} entries that are NaN or infinite, "
                f"the first at t = {_first(t, x0, bad)}"
            )
        return left


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


def _first(t: Time, x: Tensor, where: Tensor | None = None) -> str:
    """The t of the first entry, or of the first entry ``where``."""
    times = clock(t, x).expand_as(x)
    return f"{float(times.flatten()[0] if where is None else times[where][0]):.6g}"
