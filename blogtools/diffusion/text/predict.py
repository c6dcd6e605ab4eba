"""From what a network says of each place of a text to a guess of the whole, and what such guesses are worth.

The predictors of 9271's alg1-alg5 for the one sampler. A network gives logits, one row a place; ``Fill`` draws the
masked places and carries the known ones over (alg3, alg4; with ``one`` a single place, alg5), ``Rewrite`` draws all
places (alg1), or with ``exactly`` all given that t of them differ from x_t (alg2). The bounds say in nats how well a
text is known: minus log of a probability, or above it.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from blogtools.diffusion.check import clock
from blogtools.diffusion.edit import Edit
from blogtools.diffusion.mask import Mask, as_free, count, require_tokens, uniform
from blogtools.diffusion.schedule import Time

Logits = Callable[[Tensor, Tensor], Tensor]
"""(tokens [..., l], t scalar or batch) → logits [..., l, V] of the token at each place, −∞ for what cannot be."""


def speaking(network: Callable[..., Tensor], first: int) -> Logits:
    """The logits of a network over ids, with the special ids below ``first`` ruled out; t only where it asks for it."""
    timed = bool(getattr(network, "times", 0))

    def logits(x: Tensor, t: Tensor) -> Tensor:
        said = network(x, t) if timed else network(x)
        said[..., :first] = -math.inf
        return said

    return logits


@dataclass(frozen=True, eq=False)
class Texts:
    """The exact logits of a set of texts ``data`` [N, l] under ``process``: each place's law under p(x_0 | x_t).

    What ``PosteriorMean`` is to points: exact and learned predictors are interchangeable. ``size`` ids 0 … size−1;
    ``weights`` [N] positive, default equal; double precision. ``ValueError`` where no text leads to x_t.
    """

    data: Tensor
    process: Mask | Edit
    size: int
    weights: Tensor | None = None

    def chances(self, x: Tensor, t: Time) -> Tensor:
        """p(x_0 | x_t) over the texts, [..., N]."""
        require_tokens("x", x)
        later = clock(t, x)
        x_t = x[..., None, :].expand(*x.shape[:-1], *self.data.shape)
        log_p = self.process.log_chance(self.data.expand_as(x_t), x_t, later)
        if self.weights is not None:
            log_p = log_p + self.weights.double().log()
        if torch.isneginf(log_p).all(-1).any():
            raise ValueError("x cannot come of any of the texts at this t")
        return torch.softmax(log_p, -1)

    def __call__(self, x: Tensor, t: Tensor) -> Tensor:
        """Logits [..., l, size]."""
        at = torch.nn.functional.one_hot(self.data, self.size).double()
        return torch.einsum("...n,nlv->...lv", self.chances(x, t), at).log()


@dataclass(frozen=True, eq=False)
class Fill:
    """Predictor that draws every masked place from its logits and carries the known ones over.

    ``one``: a single masked place, chosen at random; the others stay masked, and a step of the sampler from t to t−1
    then fills just this one (alg5). ``temperature`` > 0 divides the logits.
    """

    logits: Logits
    mask: int
    temperature: float = 1.0
    one: bool = False
    generator: torch.Generator | None = None

    def __post_init__(self) -> None:
        _require_temperature(self.temperature)

    def __call__(self, x: Tensor, t: Tensor) -> Tensor:
        """x̂_0 [..., l] of ``x`` [..., l]."""
        hidden = x == self.mask
        if self.one:
            chosen = (uniform(x, self.generator) + hidden).argmax(-1, keepdim=True)
            hidden = hidden & (torch.arange(x.shape[-1], device=x.device) == chosen)
        filled = x.clone()
        said = _said(self.logits, x, t).flatten(0, -2)[hidden.flatten().nonzero()[:, 0]]
        filled[hidden] = draw(torch.log_softmax(said.double().div_(self.temperature), -1), self.generator)
        return filled


@dataclass(frozen=True, eq=False)
class Rewrite:
    """Predictor that draws all places from their logits, or with ``exactly`` all given that t of them differ from x_t.

    The second is exact: a conditional Bernoulli law says which places differ (``exactly_t``), then each of these draws
    among the other tokens. ``free`` (bool [l]) are the places that may change; the others keep the token of x.
    """

    logits: Logits
    temperature: float = 1.0
    exactly: bool = False
    free: Tensor | None = None
    generator: torch.Generator | None = None

    def __post_init__(self) -> None:
        _require_temperature(self.temperature)

    def __call__(self, x: Tensor, t: Tensor) -> Tensor:
        """x̂_0 [..., l] of ``x`` [..., l]."""
        log_p = log_chances(self.logits, x, t, self.temperature)
        free = as_free(self.free, x)
        if not self.exactly:
            return torch.where(free, draw(log_p, self.generator), x)
        log_same, log_differ, others = split(log_p, x)
        log_differ = torch.where(free, log_differ, -math.inf)
        changed = exactly_t(log_differ, log_same, count(t, x, None)[..., 0], self.generator)
        # Where no other token has a chance, no place is chosen; the draw only needs some law there.
        others = torch.where(torch.isneginf(log_differ)[..., None], log_p, others)
        return torch.where(changed, draw(others, self.generator), x)


def log_chances(logits: Logits, x: Tensor, t: Time, temperature: float = 1.0) -> Tensor:
    """The log of q for each token and place, [..., l, V], double precision; ``ValueError`` for another shape or NaN."""
    return torch.log_softmax(_said(logits, x, t).double() / temperature, -1)


def _said(logits: Logits, x: Tensor, t: Time) -> Tensor:
    said = logits(x, torch.as_tensor(t, device=x.device))
    if said.shape[:-1] != x.shape or torch.isnan(said).any():
        raise ValueError(f"logits returned shape {tuple(said.shape)}, or NaN, but must give [*{tuple(x.shape)}, V]")
    return said


def draw(log_p: Tensor, generator: torch.Generator | None = None) -> Tensor:
    """One token a row of ``log_p`` [..., V]: int64 [...]."""
    # The largest of log p plus Gumbel noise has the law p. In place: such arrays take longer to get than to fill.
    gumbel = uniform(log_p, generator).clamp_(min=1e-300).log_().neg_().log_().neg_()
    return gumbel.add_(log_p).argmax(-1)


def split(log_p: Tensor, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """The log of q(x_i), that of all the rest, and the laws without x_i, of ``log_p`` [..., l, V]."""
    own = x[..., None]
    others = log_p.scatter(-1, own, -math.inf)
    return log_p.gather(-1, own)[..., 0], torch.logsumexp(others, -1), others


def exactly_t(log_yes: Tensor, log_no: Tensor, t: Tensor, generator: torch.Generator | None = None) -> Tensor:
    """Independent yes-or-no places, given that exactly t say yes: a draw, bool [..., l].

    ``log_yes`` and ``log_no`` [..., l] are logs of the weights of each place; ``t`` whole, [] or [...]. Exact, in
    O(l²): a table of the weight of k more yeses from place i on, then place by place. ``ValueError`` where none can be.
    """
    table = _tails(log_yes, log_no)
    left = _possible(table, t, log_yes)
    chance, out = uniform(log_yes, generator), []
    for i in range(log_yes.shape[-1]):
        yes = log_yes[..., i] + _at(table[i + 1], left - 1)
        said = chance[..., i].log() < yes - _at(table[i], left)
        out.append(said)
        left = left - said.long()
    return torch.stack(out, -1)


def log_included(log_yes: Tensor, log_no: Tensor, t: Tensor) -> Tensor:
    """The log of the chance that each place says yes given that exactly t do, [..., l]; these chances sum to t."""
    table = _tails(log_yes, log_no)
    wanted = _possible(table, t, log_yes)
    heads = _tails(log_yes.flip(-1), log_no.flip(-1))[::-1]
    whole, out = _at(table[0], wanted), []
    for i in range(log_yes.shape[-1]):
        before, after = heads[i], table[i + 1]
        # From j yeses before the place and t − 1 − j after it.
        places = (wanted - 1)[..., None] - torch.arange(before.shape[-1], device=before.device)
        ways = torch.where(places >= 0, after.gather(-1, places.clamp(min=0)), -math.inf)
        out.append(log_yes[..., i] + torch.logsumexp(before + ways, -1) - whole)
    return torch.stack(out, -1)


def mask_bound(
    logits: Logits, process: Mask, x0: Tensor, t: Tensor, generator: torch.Generator | None = None
) -> Tensor:
    """−(l/t) Σ log q(x_0 | x_t) over the t masked places, nats a text, [...].

    Its mean over t uniform on 1 … l is at least −log p(x_0) of alg4 and alg5, from l masks: the texts are written place
    by place in an order drawn at random, and the mean over orders is above minus the log of their mean.
    """
    x_t = process.forward(x0, process.noise(x0, generator), t)
    log_q = log_chances(logits, x_t, t).gather(-1, x0[..., None])[..., 0]
    length = x0.shape[-1]
    return -torch.where(x_t == process.mask, log_q, 0).sum(-1) * length / count(t, x0, None)[..., 0]


def edit_bound(
    logits: Logits, process: Edit, x0: Tensor, t: Tensor, generator: torch.Generator | None = None
) -> Tensor:
    """The divergence of one step of alg2 from the true one, l times, and l log(V/(V−1)) for the start; nats, [...].

    Its mean over t uniform on 1 … l is at least −log p(x_0) of alg2, from l random tokens. The true step sets right one
    of the t changed places, all alike; alg2 sets right place i with the chance π_i/t, to the token that it draws.
    """
    if not process.different:
        raise ValueError("process = Edit(different=False): alg2 and its bound are for different=True")
    x_t = process.forward(x0, process.noise(x0, generator), t)
    log_p = log_chances(logits, x_t, t)
    log_same, log_differ, others = split(log_p, x_t)
    wanted = count(t, x0, None)[..., 0]
    token = others.gather(-1, x0[..., None])[..., 0]
    right = torch.where(torch.isneginf(token), token, log_included(log_differ, log_same, wanted) + token - log_differ)
    length = x0.shape[-1]
    step = -torch.where(x_t != x0, right, 0).sum(-1) / wanted
    return length * (step + math.log(process.size / (process.size - 1)))


def _tails(log_yes: Tensor, log_no: Tensor) -> list[Tensor]:
    """Item i: log of the weight of k yeses in the places from i on, k = 0 … l, [..., l + 1]."""
    length = log_yes.shape[-1]
    end = torch.full((*log_yes.shape[:-1], length + 1), -math.inf, dtype=log_yes.dtype, device=log_yes.device)
    end[..., 0] = 0
    table = [end]
    for i in reversed(range(length)):
        after = table[-1]
        shifted = torch.cat([torch.full_like(after[..., :1], -math.inf), after[..., :-1]], -1)
        table.append(torch.logaddexp(log_no[..., i : i + 1] + after, log_yes[..., i : i + 1] + shifted))
    return table[::-1]


def _at(row: Tensor, k: Tensor) -> Tensor:
    """Entry k of each row, −∞ below 0."""
    return torch.where(k >= 0, row.gather(-1, k.clamp(min=0)[..., None])[..., 0], -math.inf)


def _possible(table: list[Tensor], t: Tensor, like: Tensor) -> Tensor:
    """``t`` for each row; ``ValueError`` where no draw has so many yeses."""
    wanted = torch.as_tensor(t, device=like.device).long().broadcast_to(like.shape[:-1])
    if (wanted < 0).any() or (wanted > like.shape[-1]).any():
        raise ValueError(f"t = {int(wanted.min())} … {int(wanted.max())} must lie in 0 … {like.shape[-1]}")
    impossible = torch.isneginf(_at(table[0], wanted))
    if impossible.any():
        raise ValueError(f"no draw has exactly t = {int(wanted[impossible].flatten()[0])} places that differ")
    return wanted


def _require_temperature(temperature: float) -> None:
    if not (temperature > 0 and math.isfinite(temperature)):
        raise ValueError(f"temperature = {temperature} must be a finite number above 0")
