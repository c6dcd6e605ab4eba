"""Masking as a process of the one sampler: t of the l tokens of a text are covered (9271, alg3-alg5).

The noise is an order of the l places, each place with its rank 0 … l−1; x_t covers those of rank below t. The step of
eq4 then keeps the order, so that of the t covered places t−1 stay covered (alg4); the step of eq3 draws a new order
(alg3). Many orders lead from x_0 to x_t, and ``recover`` draws one of them.
"""

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from blogtools.diffusion.check import clock, span
from blogtools.diffusion.schedule import Time


@dataclass(frozen=True, eq=False)
class Mask:
    """x_t [..., l] is x_0 with t of its tokens replaced by the id ``mask``; t is a whole number in 0 … l.

    ``free`` (bool [l] or [..., l]; None is all) marks the places that may be covered; the others stay known, and t
    counts free places only. Tokens are whole numbers. ``ValueError`` for a t that is none, or above the number of free
    places; in ``recover`` where x_t has another number of masks than t, or is not x_0 beside them.
    """

    mask: int
    free: Tensor | None = None

    @property
    def gaussian(self) -> bool:
        """False: orders cannot be mixed."""
        return False

    def noise(self, like: Tensor, generator: torch.Generator | None = None) -> Tensor:
        """A random order of the places: ranks [..., l], places that are not free at the end."""
        require_tokens("like", like)
        return ranks(uniform(like, generator), ~as_free(self.free, like))

    def forward(self, x0: Tensor, eps: Tensor, t: Time) -> Tensor:
        """``x0`` with the places of rank below t covered."""
        return torch.where(eps < count(t, x0, self.free), self.mask, x0)

    def recover(self, x0: Tensor, x_t: Tensor, t: Time, generator: torch.Generator | None = None) -> Tensor:
        """One of the orders that lead from x_0 to x_t, all alike: the covered places first.

        Where ``x0`` itself has masks left, these come before the others, so that a step may fill one place (alg5).
        """
        covered, wanted = x_t == self.mask, count(t, x0, self.free)
        found = covered.sum(-1, keepdim=True)
        if (found != wanted).any():
            first = (found != wanted).flatten().nonzero()[0]
            raise ValueError(
                f"x_t has {int(found.flatten()[first])} masks where t = {int(wanted.expand_as(found).flatten()[first])}"
            )
        if ((x_t != x0) & ~covered).any():
            raise ValueError("x0 differs from x_t where x_t is not masked, so no order leads from x0 to x_t")
        return ranks(uniform(x0, generator), ~covered, x0 != self.mask)

    def log_chance(self, x0: Tensor, x_t: Tensor, t: Time) -> Tensor:
        """Log p(x_t | x_0), [...]: −log (l choose t), or −∞ where x_t is not x_0 with t masks."""
        covered, wanted = x_t == self.mask, count(t, x_t, self.free)
        allowed = ((x_t == x0) | (covered & as_free(self.free, x_t))).all(-1) & (covered.sum(-1) == wanted[..., 0])
        free = as_free(self.free, x_t).sum(-1)
        return torch.where(allowed, -log_choose(free, wanted[..., 0]), -math.inf)


def require_tokens(name: str, x: Tensor) -> None:
    """``x`` holds whole numbers, at least one in its last axis."""
    if not isinstance(x, Tensor) or x.is_floating_point() or x.dtype == torch.bool or x.ndim == 0 or not x.shape[-1]:
        what = f"{tuple(x.shape)} of {x.dtype}" if isinstance(x, Tensor) else type(x).__name__
        raise ValueError(f"{name} is {what}, but must be a tensor of whole numbers [..., l] with l ≥ 1")


def count(t: Time, x: Tensor, free: Tensor | None) -> Tensor:
    """``t`` as whole numbers ready to compare with ranks, [] -> [1] or [*batch] -> [*batch, 1]."""
    require_tokens("x", x)
    number = clock(t, x)
    number = number if number.ndim else number[None]
    most = as_free(free, x).sum(-1, keepdim=True)
    if (number != number.round()).any() or (number < 0).any() or (number > most).any():
        allowed = f"whole numbers from 0 to the number of free places, {int(most.min())}"
        raise ValueError(f"t = {span(number)} must be {allowed}")
    return number.long()


def as_free(free: Tensor | None, x: Tensor) -> Tensor:
    """``free`` for the places of ``x``, [l] or [..., l]; all of them where it is None."""
    if free is None:
        return torch.ones(x.shape[-1], dtype=torch.bool, device=x.device)
    if free.dtype != torch.bool or free.ndim == 0 or free.shape[-1] != x.shape[-1]:
        raise ValueError(f"free has shape {tuple(free.shape)} and dtype {free.dtype}, but must be bool [{x.shape[-1]}]")
    return free.to(x.device)


def uniform(like: Tensor, generator: torch.Generator | None) -> Tensor:
    """Numbers from [0, 1) in the shape of ``like``; in double precision, so that no two are equal."""
    where = like.device if generator is None else generator.device
    return torch.rand(like.shape, dtype=torch.float64, device=where, generator=generator).to(like.device)


def ranks(keys: Tensor, *later: Tensor) -> Tensor:
    """The rank of each key in [0, 1) along the last axis; each True in ``later`` puts its place behind all False."""
    return (keys + sum(part.double() for part in later)).argsort(-1).argsort(-1)


def log_choose(n: Tensor, k: Tensor) -> Tensor:
    """Log (n choose k) in double precision."""
    n, k = n.double(), k.double()
    return torch.lgamma(n + 1) - torch.lgamma(k + 1) - torch.lgamma(n - k + 1)
