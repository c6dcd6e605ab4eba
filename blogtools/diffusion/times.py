"""The times at which a sampler halts, and how many of them a budget of evaluations allows."""

import torch
from torch import Tensor

from blogtools.diffusion.check import require_positive

SOLVERS = ("euler", "heun", "2m", "rk45")


def grid(
    t_max: float, t_min: float, steps: int, kind: str = "rho", rho: float = 7.0, *, to_zero: bool = True
) -> Tensor:
    """Decreasing times [steps+1], float64; ``grid(...).outer(h)`` is a clock per sample, scaled by ``h`` [batch].

    ``"rho"`` is even in t^{1/ρ} (ρ = 7: arXiv 2206.00364), ``"log"`` in log t. ``to_zero``: t_min is the last time but
    one and 0 the last (a single step goes straight from t_max to 0); otherwise t_min is the last. ``ValueError`` on
    steps < 1, t_min ≤ 0 or not below t_max, ρ ≤ 0, or an unknown kind.
    """
    if not (isinstance(steps, int) and steps >= 1):
        raise ValueError(f"steps = {steps!r} must be a whole number of at least 1")
    require_positive("t_max", t_max)
    require_positive("t_min", t_min)
    require_positive("rho", rho)
    if not t_min < t_max:
        raise ValueError(f"t_min = {t_min} must be below t_max = {t_max}")
    s = torch.linspace(0, 1, steps if to_zero else steps + 1, dtype=torch.float64)
    if kind == "rho":
        times = (t_max ** (1 / rho) + s * (t_min ** (1 / rho) - t_max ** (1 / rho))) ** rho
    elif kind == "log":
        times = t_max * (t_min / t_max) ** s
    else:
        raise ValueError(f"kind = {kind!r} is neither 'rho' nor 'log'")
    return torch.cat([times, torch.zeros(1, dtype=torch.float64)]) if to_zero else times


def steps_for(evaluations: int, solver: str = "euler", *, to_zero: bool = True) -> int:
    """The most steps that cost at most ``evaluations``: Euler and 2M one a step, Heun two (one for a last step to 0).

    ``ValueError`` below the solver's minimum, which is one step, and for rk45, which chooses its own.
    """
    if solver not in SOLVERS[:3]:
        raise ValueError(
            f"solver = {solver!r} must be one of {', '.join(SOLVERS[:3])} to have a fixed number of evaluations"
        )
    least = 2 if solver == "heun" and not to_zero else 1
    if not (isinstance(evaluations, int) and evaluations >= least):
        raise ValueError(
            f"evaluations = {evaluations!r} must be a whole number of at least {least} for solver {solver!r}"
        )
    return evaluations if solver != "heun" else (evaluations + to_zero) // 2
