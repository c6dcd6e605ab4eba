"""From the last of what is left back to pictures, for every process that runs over t ∈ [0, 1]."""

import torch
from torch import Tensor

from blogtools.diffusion.check import require_finite, require_vectors
from blogtools.diffusion.process import Process
from blogtools.diffusion.sampler import Predictor, Sampled, Share, sample


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
    """``n`` samples [n, d] by ``steps`` even steps of the sampler from t = 1, begun at F_1(x_0, ε), x_0 from ``data``.

    The start holds what the process leaves of rows drawn from ``data`` [N, d]: nothing for ``Linear(Cosine())``, the
    mean of each picture for ``Cold(blur(side), sigma)``. ``ValueError`` for n < 1, steps < 1, data that are no rows of
    finite numbers, and what the sampler raises.
    """
    for name, value in (("n", n), ("steps", steps)):
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            raise ValueError(f"{name} = {value!r} must be a whole number of at least 1")
    require_vectors("data", data)
    require_finite("data", data)
    if data.ndim != 2 or len(data) == 0:
        raise ValueError(f"data has shape {tuple(data.shape)}, but must be [N, d] with N ≥ 1")
    where = data.device if generator is None else generator.device
    x0 = data[torch.randint(len(data), (n,), generator=generator, device=where).to(data.device)]
    times = torch.linspace(1, 0, steps + 1, dtype=torch.float64)
    start = process.forward(x0, process.noise(x0, generator), times[0])
    return sample(predict, process, start, times, fresh=fresh, generator=generator, keep_path=keep_path)
