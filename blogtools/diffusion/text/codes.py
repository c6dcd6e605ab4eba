"""Codes learned by the loss of 9271.eq18, with the best decoder known in closed form (claim9, slip2).

The words are 0 … V−1 and F is a table of codes [V, d]; so what is learned is the table alone, and what its loss wants
can be seen: larger codes, without end, unless their norm costs.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from blogtools.diffusion.check import clock, require_finite, require_positive, require_vectors
from blogtools.diffusion.encode import Encode
from blogtools.diffusion.schedule import Schedule, VariancePreserving


def word_loss(
    codes: Tensor, words: Tensor, t: Tensor, schedule: Schedule, generator: torch.Generator | None = None
) -> Tensor:
    """−log q(x_0 | x_t) of ``words`` [n] at ``t`` [n], nats each, with the best q for ``codes`` [V, d] (9271.eq18).

    The words are taken to come equally often. Differentiable in the codes.
    """
    require_vectors("codes", codes)
    require_finite("codes", codes)
    process = Encode(lambda word: codes[word], schedule)
    x_t = process.forward(words, process.noise(words, generator), t)
    a, b, _, _ = schedule(t)
    apart = (x_t[:, None] - clock(a, x_t)[:, None] * codes).square().sum(-1)
    log_q = torch.log_softmax(-apart / (2 * clock(b, x_t).square()), -1)
    return -log_q.gather(-1, words[:, None])[:, 0]


@dataclass(frozen=True)
class Learned:
    """``path`` [K + 1, V, d] of the codes and their ``losses`` [K + 1], eq18 alone in nats, every ``every`` steps."""

    path: Tensor
    losses: Tensor
    every: int


def learn_codes(
    size: int, norm: float, *, d: int = 2, steps: int = 400, every: int = 10, rate: float = 0.05, seed: int = 0
) -> Learned:
    """Codes of ``size`` words by Adam on the mean of eq18 over t in (0.02, 1], plus ``norm``/2 times mean ‖F‖².

    That term is the divergence of x_T from N(0, I) for ``norm`` = ᾱ_T², up to a constant; at 0 nothing holds the codes.
    The learning rate stays as it is, so codes that grow at the end would grow on. ``ValueError`` for size < 2, steps
    that are no multiple of ``every``, or norm below 0.
    """
    require_positive("size", size, at_least=2)
    require_positive("norm", norm, at_least=0)
    if steps < 1 or every < 1 or steps % every:
        raise ValueError(f"steps = {steps} must be a positive multiple of every = {every}")
    generator, schedule = torch.Generator().manual_seed(seed), VariancePreserving()
    codes = torch.randn(size, d, generator=generator).requires_grad_()
    engine = torch.optim.Adam([codes], lr=rate)
    words = torch.arange(size).repeat(24)
    path, losses, seen = [], [], torch.zeros(())
    for step in range(steps + 1):
        t = 0.02 + 0.98 * torch.rand(len(words), generator=generator)
        loss = word_loss(codes, words, t, schedule, generator).mean()
        seen = seen + loss.detach()
        if step % every == 0:
            path.append(codes.detach().clone())
            losses.append(seen / (every if step else 1))
            seen = torch.zeros(())
        engine.zero_grad()
        (loss + norm / 2 * codes.square().sum(-1).mean()).backward()
        engine.step()
    return Learned(torch.stack(path), torch.stack(losses), every)
