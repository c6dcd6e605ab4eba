"""From a predictor to samples in one call, as all measurements of quality use it: a start, times, and ``sample``."""

import torch
from torch import Tensor

from blogtools.diffusion.check import require_choice, require_rows, require_whole
from blogtools.diffusion.poisson_flow.prior import sample_hemisphere
from blogtools.diffusion.process import Poisson, Process
from blogtools.diffusion.sampler import Predictor, Sampled, Share, sample
from blogtools.diffusion.times import grid

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
    require_choice("clock", clock, CLOCKS)
    x, h = sample_hemisphere(n, d, sigma_max, generator, D=D)
    times: Tensor = grid(sigma_max, sigma_min, steps, kind)
    if clock == "global":
        x = x / h[:, None]
    else:
        times = times.outer(h.double())
    return sample(predict, Poisson(D), x, times, solver=solver, variable=variable, rtol=rtol, atol=rtol)


def ddpm_levels(steps: int, sigma_max: float, *, length: int = 1000) -> Tensor:
    """Levels [steps+1] down to 0 of DDPM's linear-β schedule, at ``steps`` evenly spaced of its ``length`` times.

    σ_k = √((1 − ᾱ_k)/ᾱ_k), β from 1e-4 to 0.02 (arXiv 2006.11239), begun at the last level not above ``sigma_max``. In
    x/√ᾱ the DDIM step is the Euler step of heat between these levels: DDIM is ``sample`` on them, DDPM the same with
    ``fresh=ddpm_share(process)``.
    """
    kept = torch.cumprod(1.0 - torch.linspace(1e-4, 0.02, length, dtype=torch.float64), 0)
    levels = ((1.0 - kept) / kept).sqrt()
    levels = levels[levels <= sigma_max]
    require_whole("steps", steps, 1, len(levels), f", the levels of this schedule up to {sigma_max}")
    chosen = torch.linspace(len(levels) - 1, 0, steps, dtype=torch.float64).round().long()
    return torch.cat([levels[chosen], torch.zeros(1, dtype=torch.float64)])


def restore(
    predict: Predictor,
    process: Process,
    data: Tensor,
    n: int,
    *,
    steps: int = 17,
    fresh: Share = 0.0,
    generator: torch.Generator | None = None,
    keep_path: bool = False,
) -> Sampled:
    """``n`` samples [n, d] of a process over t ∈ [0, 1] by ``steps`` even steps from F_1(x_0, ε), x_0 from ``data``.

    The start holds what the process leaves of rows drawn from ``data`` [N, d]: nothing for ``Linear(Cosine())``, the
    mean of each picture for ``Cold(blur(side), sigma)``. ``ValueError`` for n < 1, steps < 1, data that are no rows of
    finite numbers, and what the sampler raises.
    """
    require_whole("n", n)
    require_whole("steps", steps)
    require_rows("data", data)
    where = data.device if generator is None else generator.device
    x0 = data[torch.randint(len(data), (n,), generator=generator, device=where).to(data.device)]
    times = torch.linspace(1, 0, steps + 1, dtype=torch.float64)
    start = process.forward(x0, process.noise(x0, generator), times[0])
    return sample(predict, process, start, times, fresh=fresh, generator=generator, keep_path=keep_path)
