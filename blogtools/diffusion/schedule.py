"""How much of the data is left and how much noise is there: a(t) and b(t) of x_t = a x_0 + b ε, and their derivatives.

A schedule is called with t and gives (a, b, da/dt, db/dt); ``time`` goes back from the ratio σ = b/a. All have b(0) = 0
and a(0) = 1, so that t = 0 is the data.
"""

import math
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor

from blogtools.diffusion.check import require_positive

Time = float | Tensor
"""A scalar, or a tensor that broadcasts to the batch ``x.shape[:-1]``: every sample may have its own clock."""
Coefficients = tuple[Tensor, Tensor, Tensor, Tensor]
"""(a, b, da/dt, db/dt), each of the shape of t."""


class Schedule(Protocol):
    """What ``Linear`` asks for; four numbers and an inverse are a schedule of your own."""

    def __call__(self, t: Time) -> Coefficients:
        """(a, b, da/dt, db/dt) at t; ``ValueError`` outside the range."""
        ...

    def time(self, level: Time) -> Tensor:
        """The t at which b/a is ``level``; ``ValueError`` if there is none."""
        ...


def as_time(t: Time, last: float = 1.0, name: str = "t") -> Tensor:
    """``t`` as a floating-point tensor (a Python number in double precision), in [0, last] or else ``ValueError``."""
    moved = t if isinstance(t, Tensor) and t.is_floating_point() else torch.as_tensor(t, dtype=torch.float64)
    wrong = ~((moved >= 0) & (moved <= last))
    if wrong.any():
        allowed = f"must lie in [0, {last:.6g}]" if last < math.inf else "must not be negative"
        raise ValueError(f"{name} = {float(moved[wrong][0]):.6g} {allowed}")
    return moved


def _inverse(t: Tensor, level: Tensor) -> Tensor:
    """``t``, found from ``level``, without what rounding puts above 1; ``ValueError`` if it is more than that."""
    beyond = ~(t <= 1 + 1e-5)
    if beyond.any():
        raise ValueError(f"level = {float(level[beyond][0]):.6g} must not be above the level of t = 1")
    return t.clamp(max=1)


@dataclass(frozen=True)
class Heat:
    """a = 1, b = t: the heat equation with σ_t = t (9280.eq13, D_t = t), for every t ≥ 0."""

    def __call__(self, t: Time) -> Coefficients:
        t = as_time(t, math.inf)
        one = torch.ones_like(t)
        return one, t, torch.zeros_like(t), one

    def time(self, level: Time) -> Tensor:
        return as_time(level, math.inf, "level")


@dataclass(frozen=True)
class VariancePreserving:
    """a = e^{-B/2}, b = √(1 − e^{-B}), B = ∫β dt with β linear in t ∈ [0, 1]: DDPM's (arXiv 2006.11239, 2011.13456).

    ``beta_max`` ≥ ``beta_min`` > 0, else ``ValueError``. db/dt is infinite at t = 0.
    """

    beta_min: float = 0.1
    beta_max: float = 20.0

    def __post_init__(self) -> None:
        require_positive("beta_min", self.beta_min)
        require_positive("beta_max", self.beta_max)
        if self.beta_max < self.beta_min:
            raise ValueError(f"beta_max = {self.beta_max} must not be below beta_min = {self.beta_min}")

    def __call__(self, t: Time) -> Coefficients:
        t = as_time(t)
        rise = self.beta_max - self.beta_min
        B, beta = t * (self.beta_min + rise * t / 2), self.beta_min + rise * t
        a, b = torch.exp(-B / 2), (-torch.expm1(-B)).sqrt()
        return a, b, -beta * a / 2, beta * a.square() / (2 * b)

    def time(self, level: Time) -> Tensor:
        level, rise = as_time(level, math.inf, "level"), self.beta_max - self.beta_min
        B = torch.log1p(level.square())
        return _inverse(2 * B / (self.beta_min + (self.beta_min**2 + 2 * rise * B).sqrt()), level)


@dataclass(frozen=True)
class VarianceExploding:
    """a = 1, b = σ_min √((σ_max/σ_min)^{2t} − 1), t ∈ [0, 1] (arXiv 2011.13456): geometric once b is above σ_min.

    0 < ``sigma_min`` < ``sigma_max`` in units of the data, else ``ValueError``. db/dt is infinite at t = 0.
    """

    sigma_max: float = 50.0
    sigma_min: float = 0.01

    def __post_init__(self) -> None:
        require_positive("sigma_max", self.sigma_max)
        require_positive("sigma_min", self.sigma_min)
        if not self.sigma_min < self.sigma_max:
            raise ValueError(f"sigma_min = {self.sigma_min} must be below sigma_max = {self.sigma_max}")

    def __call__(self, t: Time) -> Coefficients:
        t = as_time(t)
        rate = math.log(self.sigma_max / self.sigma_min)
        b = self.sigma_min * torch.expm1(2 * rate * t).sqrt()
        one = torch.ones_like(t)
        return one, b, torch.zeros_like(t), rate * (b + self.sigma_min**2 / b)

    def time(self, level: Time) -> Tensor:
        level, rate = as_time(level, math.inf, "level"), math.log(self.sigma_max / self.sigma_min)
        return _inverse(torch.log1p((level / self.sigma_min).square()) / (2 * rate), level)


@dataclass(frozen=True)
class Cosine:
    """a = cos(πt/2), b = sin(πt/2), t ∈ [0, 1]: nothing of the data is left at t = 1, where the level is infinite."""

    def __call__(self, t: Time) -> Coefficients:
        t = as_time(t)
        # The sine of what is missing, for the cosine of a rounded π/2 is not 0.
        a, b = torch.sin(math.pi / 2 * (1 - t)), torch.sin(math.pi / 2 * t)
        return a, b, -math.pi / 2 * b, math.pi / 2 * a

    def time(self, level: Time) -> Tensor:
        level = as_time(level, math.inf, "level")
        return _inverse(2 / math.pi * torch.atan(level), level)
