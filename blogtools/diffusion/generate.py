"""From a predictor to samples in one call, as all measurements of quality use it, and DDPM for comparison."""

import torch
from torch import Tensor

from blogtools.diffusion.prior import sample_hemisphere
from blogtools.diffusion.process import Linear, Poisson
from blogtools.diffusion.sampler import Predictor, Sampled, ddpm_share, grid, sample
from blogtools.diffusion.schedule import Heat

CLOCKS = ("sample", "global")


def generate(
    predict: Predictor,
    n: int,
    d: int,
    *,
    D: float = 1.0,
    sigma_max: float = 40.0,
    sigma_min: float = 0.05,
    steps: int = 9,
    solver: str = "heun",
    variable: str = "t",
    kind: str = "rho",
    clock: str = "sample",
    generator: torch.Generator | None = None,
    rtol: float = 1e-2,
) -> Sampled:
    """``n`` samples [n, d] of ``predict`` from the prior at level ``sigma_max`` by ``steps`` steps of ``solver``.

    The start is σ_max (g, χ_D/√D). With ``clock`` "sample" each sample has its own times t = σ χ_D/√D, σ running from
    σ_max over σ_min to 0, so that all are finished to the same level; with "global" all begin at t = σ_max from the
    prior there (9305.eq5) and pass σ_min together, which leaves samples with a small |h| grey. Heun costs 2 · steps − 1
    evaluations, Euler and 2M ``steps``. ``ValueError`` for an unknown clock, and what the sampler raises.
    """
    if clock not in CLOCKS:
        raise ValueError(f"clock={clock!r}: expected one of {', '.join(CLOCKS)}")
    x, h = sample_hemisphere(n, d, sigma_max, generator, D=D)
    times: Tensor = grid(sigma_max, sigma_min, steps, kind)
    if clock == "global":
        x = x / h[:, None]
    else:
        times = times.outer(h.double())
    with torch.no_grad():
        return sample(predict, Poisson(D), x, times, solver=solver, variable=variable, rtol=rtol, atol=rtol)


def ddpm_levels(steps: int, sigma_max: float, *, length: int = 1000) -> Tensor:
    """Levels [steps+1] down to 0 of DDPM's linear-β schedule, at ``steps`` evenly spaced of its ``length`` times.

    σ_k = √((1 − ᾱ_k)/ᾱ_k), β from 1e-4 to 0.02 (arXiv 2006.11239), begun at the last level not above ``sigma_max``. In
    x/√ᾱ the DDIM step is the Euler step of heat between these levels, so DDIM is ``solver="euler"`` on them.
    """
    kept = torch.cumprod(1.0 - torch.linspace(1e-4, 0.02, length, dtype=torch.float64), 0)
    levels = ((1.0 - kept) / kept).sqrt()
    levels = levels[levels <= sigma_max]
    if not 1 <= steps <= len(levels):
        raise ValueError(f"steps={steps}: expected 1 … {len(levels)}, the levels of this schedule up to {sigma_max}")
    chosen = torch.linspace(len(levels) - 1, 0, steps, dtype=torch.float64).round().long()
    return torch.cat([levels[chosen], torch.zeros(1, dtype=torch.float64)])


def ancestral(predict: Predictor, x: Tensor, times: Tensor, generator: torch.Generator | None = None) -> Sampled:
    """DDPM's sampler in heat's variables, a setting of ``sample``: σ descends ``times`` [steps+1]."""
    heat = Linear(Heat())
    return sample(predict, heat, x, times, fresh=ddpm_share(heat), generator=generator)
