"""The times at which a sampler halts, and how many of them a budget of evaluations allows."""

import torch
from torch import Tensor

from blogtools.diffusion.check import require_choice, require_positive, require_whole

SOLVERS = ("euler", "heun", "2m", "rk45")
KINDS = ("rho", "log")


def grid(
    t_max: float, t_min: float, steps: int, kind: str = "rho", rho: float = 7.0, *, to_zero: bool = True
) -> Tensor:
    """Decreasing times [steps+1], float64; ``grid(...).outer(h)`` is a clock per sample, scaled by ``h`` [batch].

    ``"rho"`` is even in t^{1/ρ} (ρ = 7: arXiv 2206.00364), ``"log"`` in log t. ``to_zero``: t_min is the last time but
    one and 0 the last (a single step goes straight from t_max to 0); otherwise t_min is the last. ``ValueError`` on
    steps < 1, t_min ≤ 0 or not below t_max, ρ ≤ 0, or an unknown kind.
    """
    require_whole("steps", steps)
    require_choice("kind", kind, KINDS)
    require_positive("t_max", t_max)
    require_positive("t_min", t_min)
    require_positive("rho", rho)
    if not t_min < t_max:
        raise ValueError(f"t_min = {t_min} must be below t_max = {t_max}")
    s = torch.linspace(0, 1, steps if to_zero else steps + 1, dtype=torch.float64)
    if kind == "rho":
        times = (t_max ** (1 / rho) + s * (t_min ** (1 / rho) - t_max ** (1 / rho))) ** rho
    else:
        times = t_max * (t_min / t_max) ** s
    return torch.cat([times, torch.zeros(1, dtype=torch.float64)]) if to_zero else times


def steps_for(evaluations: int, solver: str = "euler", *, to_zero: bool = True) -> int:
    """The most steps that cost at most ``evaluations``: Euler and 2M one a step, Heun two (one for a last step to 0).

    ``ValueError`` below the solver's minimum, which is one step, and for rk45, which chooses its own.
    """
    require_choice("solver", solver, SOLVERS[:3], ", which take a fixed number of evaluations a step")
    least = 2 if solver == "heun" and not to_zero else 1
    require_whole("evaluations", evaluations, least, where=f" for solver {solver!r}")
    return evaluations if solver != "heun" else (evaluations + to_zero) // 2
