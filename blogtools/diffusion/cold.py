"""Cold diffusion (9271.eq12-eq16): data destroyed by any operator, with a little noise or none.

An operator takes ``x0`` [..., d] and t (a scalar or one a sample) and gives what is left, [..., d]; at t = 0 that is
``x0``. Three for pictures are in ``hot_and_cold.operators``.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from blogtools.diffusion.check import clock
from blogtools.diffusion.process import normal
from blogtools.diffusion.schedule import Time

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


def _first(t: Time, x: Tensor, where: Tensor | None = None) -> str:
    """The t of the first entry, or of the first entry ``where``."""
    times = clock(t, x).expand_as(x)
    return f"{float(times.flatten()[0] if where is None else times[where][0]):.6g}"
