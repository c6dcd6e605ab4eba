"""Encoding as a process: the data become codes, and noise destroys the codes (9271.eq17)."""

from collections.abc import Callable
from dataclasses import dataclass

from torch import Generator, Tensor

from blogtools.diffusion.process import Linear
from blogtools.diffusion.schedule import Schedule, Time


@dataclass(frozen=True, eq=False)
class Encode:
    """x_t = ᾱ F(x_0) + β̄ ε with F = ``encode`` from data of any kind to codes [..., d], and Gaussian ε (9271.eq17)."""

    encode: Callable[[Tensor], Tensor]
    schedule: Schedule

    @property
    def gaussian(self) -> bool:
        """True."""
        return True

    def noise(self, like: Tensor, generator: Generator | None = None) -> Tensor:
        """ε ~ N(0, I) in the shape of the codes of ``like``."""
        return Linear(self.schedule).noise(self.encode(like), generator)

    def forward(self, x0: Tensor, eps: Tensor, t: Time) -> Tensor:
        """ᾱ F(x_0) + β̄ ε, [..., d]."""
        return Linear(self.schedule).forward(self.encode(x0), eps, t)

    def recover(self, x0: Tensor, x_t: Tensor, t: Time, generator: Generator | None = None) -> Tensor:
        """ε = (x_t − ᾱ F(x_0))/β̄; ``ValueError`` at t = 0."""
        return Linear(self.schedule).recover(self.encode(x0), x_t, t)
