"""How data are destroyed step by step, and how the noise that did it is found again (9271.eq1).

A sample is a vector in the last axis; images travel flattened; every axis before it is a batch.
"""

import math
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

import numpy as np
import torch
from torch import Tensor

from blogtools.diffusion.check import clock, require_positive
from blogtools.diffusion.schedule import Heat, Schedule, Time


class Process(Protocol):
    """A gradual destruction x_t = F_t(x_0, ε) of data; all that a loss, and the sampler with "euler", know of it."""

    @property
    def gaussian(self) -> bool:
        """Whether ε is Gaussian about 0, so that √(1−f²) ε + f ε' has the law of ε (9271.eq5)."""
        ...

    def noise(self, like: Tensor, generator: torch.Generator | None = None) -> Tensor:
        """Draw ε with the shape, dtype and device of ``like``."""
        ...

    def forward(self, x0: Tensor, eps: Tensor, t: Time) -> Tensor:
        """x_t = F_t(x_0, ε) (9271.eq1)."""
        ...

    def recover(self, x0: Tensor, x_t: Tensor, t: Time, generator: torch.Generator | None = None) -> Tensor:
        """The ε that leads from x_0 to x_t, or a posterior draw of it where several do."""
        ...


@runtime_checkable
class Levelled(Process, Protocol):
    """A process x_t = a x_0 + b ε, whose steps may be of higher order and whose fresh noise may be DDPM's."""

    def level(self, t: Time) -> Tensor:
        """The ratio σ = b/a of x_t = a x_0 + b ε, in units of the data."""
        ...

    def time(self, level: Time) -> Tensor:
        """The t at which the ratio is ``level``."""
        ...


def normal(like: Tensor, generator: torch.Generator | None = None) -> Tensor:
    """Draws from N(0, I) with the shape, dtype and device of ``like``."""
    return torch.randn(like.shape, dtype=like.dtype, device=like.device, generator=generator)


def chi(like: Tensor, D: float, generator: torch.Generator | None = None) -> Tensor:
    """χ_D/√D, one draw a sample: [*batch, 1] for ``like`` [*batch, d]; ones when D is infinite.

    Drawn in double precision by NumPy, seeded from ``generator``: a float32 normal can be exactly 0, and ε divides by
    it.
    """
    shape = (*like.shape[:-1], 1)
    if math.isinf(D):
        return torch.ones(shape, dtype=like.dtype, device=like.device)
    where = like.device if generator is None else generator.device
    seed = int(torch.randint(2**63 - 1, (1,), generator=generator, device=where))
    squared = np.random.default_rng(seed).chisquare(D, shape) / D
    return torch.as_tensor(np.sqrt(squared), dtype=like.dtype, device=like.device)


@dataclass(frozen=True)
class Linear:
    """x_t = a x_0 + b ε with Gaussian ε and (a, b) from ``schedule``: hot diffusion (9271.eq6) and the heat ODE (9280).

    The range of t is the schedule's, which raises ``ValueError`` outside it.
    """

    schedule: Schedule

    @property
    def gaussian(self) -> bool:
        """True: ε ~ N(0, I)."""
        return True

    def noise(self, like: Tensor, generator: torch.Generator | None = None) -> Tensor:
        """ε ~ N(0, I), shaped as ``like`` [..., d]."""
        return normal(like, generator)

    def forward(self, x0: Tensor, eps: Tensor, t: Time) -> Tensor:
        """x_t = a x_0 + b ε, [..., d]."""
        a, b, _, _ = self.schedule(t)
        return clock(a, x0) * x0 + clock(b, x0) * eps

    def recover(self, x0: Tensor, x_t: Tensor, t: Time, generator: torch.Generator | None = None) -> Tensor:
        """ε = (x_t − a x_0)/b, [..., d]; ``ValueError`` at t = 0, where b = 0 and every ε leads to x_0."""
        a, b, _, _ = self.schedule(t)
        if not (b > 0).all():
            raise ValueError(f"t = {float(torch.as_tensor(t).min())} must be above 0 to recover the noise")
        return (x_t - clock(a, x_t) * x0) / clock(b, x_t)

    def level(self, t: Time) -> Tensor:
        """σ = b/a."""
        a, b, _, _ = self.schedule(t)
        return b / a

    def time(self, level: Time) -> Tensor:
        """The inverse of ``level``."""
        return self.schedule.time(level)


@dataclass(frozen=True)
class Poisson(Linear):
    """Poisson flow: x_t = x_0 + t ε with ε = g √D/χ_D, g ~ N(0, I_d); heat with a random clock.

    D = 1 is 9305 (ε = g/|h|, multivariate Cauchy, so x_t | x_0 ∝ (‖x−x_0‖²+t²)^{-(d+1)/2}); D = ∞ is the heat process
    of 9280, ``Linear(Heat())``; between them PFGM++ (arXiv 2302.04265) with r = t√D: x_t | x_0 ∝ (‖x−x_0‖²+D
    t²)^{-(d+D)/2}. D is any number ≥ 1, ``math.inf`` included; otherwise ``ValueError``. t ≥ 0 in units of the data.
    """

    schedule: Schedule = field(default=Heat(), init=False, repr=False)
    D: float = 1.0

    def __post_init__(self) -> None:
        require_positive("D", self.D, at_least=1)

    @property
    def gaussian(self) -> bool:
        """True at the heat end, D = ∞."""
        return math.isinf(self.D)

    def noise(self, like: Tensor, generator: torch.Generator | None = None) -> Tensor:
        """ε = g √D/χ_D, one χ_D for each vector of ``like`` [..., d]."""
        return super().noise(like, generator) / chi(like, self.D, generator)
