"""Editing as a process of the one sampler: t of the l tokens of a text are replaced (9271, alg1 and alg2, claim7).

The noise is an order of the places, as in ``mask``, and a replacement for each. With ``different`` a replaced token is
another one, so x_0 and x_t show which were replaced; without, any token may come, the same one too, and only a
posterior draw tells which.
"""

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from blogtools.diffusion.check import require_positive
from blogtools.diffusion.mask import as_free, count, log_choose, ranks, require_tokens, uniform
from blogtools.diffusion.schedule import Time


@dataclass(frozen=True, eq=False)
class Edit:
    """x_t [..., l] is x_0 with t of its tokens replaced by others (``different``) or by any of the alphabet.

    The alphabet is the whole numbers ``first`` … ``first`` + ``size`` − 1. ``free`` is as in ``Mask``: bool [l], the
    places that may be replaced. ``ValueError`` for an alphabet below two tokens, for tokens outside it, for a t that is
    no whole number in 0 … number of free places; in ``recover`` where x_0 and x_t differ in other than t places
    (``different``) or in more (any).

    The noise is one whole number a place: rank · size + replacement, which is the step s of x_t = x_0 + s (mod size)
    with ``different``, s from 1, and the token itself without.
    """

    size: int
    different: bool = True
    first: int = 0
    free: Tensor | None = None

    def __post_init__(self) -> None:
        require_positive("size", self.size, at_least=2)

    @property
    def gaussian(self) -> bool:
        """False: orders cannot be mixed."""
        return False

    def noise(self, like: Tensor, generator: torch.Generator | None = None) -> Tensor:
        """A random order with random replacements, coded as above, [..., l]."""
        require_tokens("like", like)
        order = ranks(uniform(like, generator), ~as_free(self.free, like))
        return order * self.size + self._replacements(like, generator)

    def forward(self, x0: Tensor, eps: Tensor, t: Time) -> Tensor:
        """``x0`` with the places of rank below t replaced."""
        self._require_alphabet("x0", x0)
        eps = eps.long()
        order, new = eps // self.size, eps % self.size
        replaced = self.first + ((x0 - self.first + new) % self.size if self.different else new)
        return torch.where(order < count(t, x0, self.free), replaced, x0)

    def recover(self, x0: Tensor, x_t: Tensor, t: Time, generator: torch.Generator | None = None) -> Tensor:
        """One of the noises that lead from x_0 to x_t, all alike: which were replaced, in which order, and by what.

        With ``different`` the changed places are the replaced ones; else unchanged ones are drawn to make them t.
        """
        self._require_alphabet("x0", x0)
        self._require_alphabet("x_t", x_t)
        changed, wanted = x_t != x0, count(t, x0, self.free)
        pinned = ~as_free(self.free, x0)
        found = changed.sum(-1, keepdim=True)
        wrong = (found != wanted) if self.different else (found > wanted)
        if wrong.any() or (changed & pinned).any():
            first = (wrong | (changed & pinned).any(-1, keepdim=True)).flatten().nonzero()[0]
            raise ValueError(
                f"x0 and x_t differ in {int(found.flatten()[first])} places, but "
                f"{'exactly' if self.different else 'at most'} t = {int(wanted.expand_as(found).flatten()[first])} "
                "free ones must differ"
            )
        replaced = ranks(uniform(x0, generator), ~changed, pinned) < wanted
        order = ranks(uniform(x0, generator), ~replaced, pinned)
        known = (x_t - x0) % self.size if self.different else x_t - self.first
        return order * self.size + torch.where(replaced, known, self._replacements(x0, generator))

    def log_chance(self, x0: Tensor, x_t: Tensor, t: Time) -> Tensor:
        """Log p(x_t | x_0), [...]; −∞ where no noise leads from x_0 to x_t.

        With ``different`` each choice of t places and of V−1 other tokens in each is alike. Without, x_t with k changed
        places comes from each choice of t places that holds these k.
        """
        changed, wanted = x_t != x0, count(t, x_t, self.free)[..., 0]
        free, k = as_free(self.free, x_t), (x_t != x0).sum(-1)
        n = free.sum(-1)
        if self.different:
            allowed, ways, others = k == wanted, torch.zeros(()), self.size - 1
        else:
            allowed, others = k <= wanted, self.size
            ways = log_choose(n - k, (wanted - k).clamp(min=0))
        allowed = allowed & ~(changed & ~free).any(-1)
        return torch.where(allowed, ways - log_choose(n, wanted) - wanted * math.log(others), -math.inf)

    def _replacements(self, like: Tensor, generator: torch.Generator | None) -> Tensor:
        low = 1 if self.different else 0
        return low + (uniform(like, generator) * (self.size - low)).long()

    def _require_alphabet(self, name: str, x: Tensor) -> None:
        require_tokens(name, x)
        low, high = x.aminmax() if x.numel() else (self.first, self.first)
        if low < self.first or high >= self.first + self.size:
            raise ValueError(
                f"{name} has tokens from {int(low)} to {int(high)}, but the alphabet is "
                f"{self.first} … {self.first + self.size - 1}"
            )
