"""One sampler for every process: predict x̂_0, revise, repeat (9271.eq2).

The one step is x' = F_{t'}(x̂_0, F_t^{-1}(x̂_0, x)) (9271.eq4); ``fresh`` mixes new noise into it (eq5) until nothing
of the old is left (eq3). A solver of higher order is a better x̂_0 for the same step. With σ the level, x = x_0 + σε
and r = σε found from the predicted x̂_0:

- Euler in t: x̂_0 itself, which for Poisson flow is the Euler step of 9305.eq4, dx/dt = (x − x̂_0)/t;
- Heun in t: x̂_0 + (σ/2σ')(x̂_0' − x̂_0), x̂_0' predicted at the Euler point (arXiv 2206.00364, Algorithm 1);
- Euler and Heun in log t, by the same algebra;
- "2m": x̂_0 extrapolated in log t from the last two predictions (arXiv 2211.01095);
- "rk45": SciPy's adaptive Runge-Kutta on the same equation.
"""

import itertools
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from scipy.integrate import solve_ivp
from torch import Tensor

from blogtools.diffusion.check import clock, require_choice, require_finite, require_positive, span
from blogtools.diffusion.process import Levelled, Process
from blogtools.diffusion.schedule import Time
from blogtools.diffusion.times import SOLVERS

Predictor = Callable[[Tensor, Tensor], Tensor]
"""(x [..., d], t scalar or batch) → x̂_0 [..., d]: exact or learned."""

Share = float | Tensor | Callable[[Tensor, Tensor], float | Tensor]
"""How much of the noise is new, in [0, 1]: a number, one a sample, or a function of (t, t')."""

VARIABLES = ("t", "log t")


@dataclass(frozen=True)
class Sampled:
    """``x`` at the end, ``evaluations`` of the predictor on the batch, ``path`` [K, ..., d] and ``times`` if kept."""

    x: Tensor
    evaluations: int
    path: Tensor | None = None
    times: Tensor | None = None


@torch.no_grad()
def sample(
    predict: Predictor,
    process: Process,
    x: Tensor,
    times: Tensor,
    *,
    solver: str = "euler",
    variable: str = "t",
    fresh: Share = 0.0,
    generator: torch.Generator | None = None,
    rtol: float = 1e-4,
    atol: float = 1e-4,
    keep_path: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> Sampled:
    """Carry ``x`` [..., d] from ``times[0]`` down to ``times[-1]`` ≥ 0 by predict and revise.

    ``times`` [steps+1], or [steps+1, *batch] for a clock per sample, strictly decreasing. ``solver`` is one of
    ``SOLVERS``; ``variable`` "t" or "log t" is what Euler, Heun and rk45 take their steps in, t here the level (2M
    always extrapolates in log t; a last step to 0 is x̂_0 in every case). ``fresh`` in [0, 1] (Euler only): 0 is
    9271.eq4, 1 eq3, between them eq5, which needs a Gaussian ε; a function of (t, t'), as ``eta_share(process, eta)``,
    sets it step by step. rk45 takes its ends from ``times`` and its steps from ``rtol`` and ``atol``, in
    double precision; ending at 0 it stops at ``times[-2]`` and takes x̂_0 there. ``progress(done, steps)`` is called
    after each step (not by rk45). ``ValueError`` on unknown names, times that do not fit, NaN or infinity in x or in a
    prediction, or a prediction of another shape; ``RuntimeError`` when rk45 gives up. No gradients are recorded.
    """
    _check_settings(process, x, solver, variable, fresh, rtol, atol)
    counted = Counted(predict)
    times = _check_times(times, x)
    levelled = None
    if solver != "euler" or variable != "t":
        levelled = require_level(process, f"solver = {solver!r} in variable {variable!r}")
        if not torch.isfinite(levelled.level(times[0])).all():
            raise ValueError(f"times[0] = {span(times[0])} has an infinite level; only euler in 't' can begin there")
    if levelled is not None and solver == "rk45":
        return _adaptive(counted, levelled, x, times, variable, rtol, atol, keep_path)
    path, before = [x], None
    for k, (t, after) in enumerate(itertools.pairwise(times)):
        share = _share(process, fresh(t, after) if callable(fresh) else fresh, t, after)
        aim = x0 = counted(x, t)
        if levelled is not None and solver != "2m":
            aim = _aim(counted, levelled, x, x0, t, after, solver, variable)
        elif levelled is not None and before is not None:
            aim = _extrapolated(levelled, x0, before[0], before[1], t, after)
        before = (x0, t)
        x = revise(process, aim, x, t, after, fresh=share, generator=generator)
        if x.is_floating_point():
            require_finite("x", x, f" after the step from t = {span(t)} to {span(after)}")
        if keep_path:
            path.append(x)
        if progress is not None:
            progress(k + 1, len(times) - 1)
    return Sampled(x, counted.evaluations, *((torch.stack(path), times) if keep_path else ()))


def revise(
    process: Process,
    x0: Tensor,
    x: Tensor,
    t: Time,
    after: Time,
    *,
    fresh: float | Tensor = 0.0,
    generator: torch.Generator | None = None,
) -> Tensor:
    """One step through x_0: F_after(x_0, √(1−f²) F_t^{-1}(x_0, x) + f ε) with f = ``fresh`` (9271.eq3-eq5)."""
    f = torch.as_tensor(fresh, dtype=torch.float64)
    if (f == 1).all():
        return process.forward(x0, process.noise(x0, generator), after)
    eps = process.recover(x0, x, t, generator)
    if (f > 0).any():
        eps = clock((1 - f.square()).sqrt(), x0) * eps + clock(f, x0) * process.noise(x0, generator)
    return process.forward(x0, eps, after)


def _aim(
    predict: Predictor, process: Levelled, x: Tensor, x0: Tensor, t: Tensor, after: Tensor, solver: str, variable: str
) -> Tensor:
    """The x̂_0 that makes ``revise`` the step of ``solver`` in ``variable``; x̂_0 itself where the step ends at 0."""
    last = clock(after, x) == 0
    if last.all():
        return x0
    # Samples that end here ride along to some other time, and are left alone below.
    after = torch.where(after == 0, t / 2, after)
    # In double precision, for close times round to one number in single.
    ratio = process.level(after).double() / process.level(t).double()
    h = clock(ratio.log(), x)
    # An Euler step of h in log t goes as far as one in t stretched by h/(ratio − 1).
    stretch = clock(ratio.log() / (ratio - 1), x)
    euler = x0
    if variable == "log t":
        rest = clock(process.level(t), x) * process.recover(x0, x, t)
        euler = x0 + (1 - stretch) * rest
    if solver == "euler":
        return torch.where(last, x0, euler)
    ahead = predict(revise(process, euler, x, t, after), after)
    change = (ahead - x0) / clock(2 * ratio, x) if variable == "t" else stretch / 2 * (ahead - x0 - h * rest)
    return torch.where(last, x0, euler + change)


def _extrapolated(
    process: Levelled, x0: Tensor, x0_before: Tensor, t_before: Tensor, t: Tensor, after: Tensor
) -> Tensor:
    """DPM-Solver++(2M): x̂_0 + (h/2h_before)(x̂_0 − x̂_0 before), h the steps in log σ; x̂_0 where the step ends at 0."""
    past, now, end = (process.level(s).double() for s in (t_before, t, after))
    h = torch.where(end > 0, torch.log(now / torch.where(end > 0, end, 1.0)), 0.0)
    return x0 + clock(h / (2 * torch.log(past / now)), x0) * (x0 - x0_before)


def _adaptive(
    predict: "Counted",
    process: Levelled,
    x: Tensor,
    times: Tensor,
    variable: str,
    rtol: float,
    atol: float,
    keep_path: bool,
) -> Sampled:
    """RK45 in s from 0 to 1, while the level of each sample runs from first to last evenly in t or in log t."""
    to_zero = bool((times[-1] == 0).any())
    if to_zero and not (len(times) > 2 and (times[-1] == 0).all()):
        raise ValueError("times must give rk45 a time before 0 to stop at, and end at 0 for all samples or none")
    start, stop = process.level(times[0]), process.level(times[-2 if to_zero else -1])

    def level(s: float) -> tuple[Tensor, Tensor]:
        """σ and dσ/ds."""
        if variable == "t":
            return start + s * (stop - start), stop - start
        sigma = start * (stop / start) ** s
        return sigma, sigma * torch.log(stop / start)

    def place(y: np.ndarray, s: float) -> tuple[Tensor, Tensor]:
        t = process.time(level(s)[0])
        y_t = torch.as_tensor(y, device=x.device).reshape(x.shape)
        return process.forward(y_t, torch.zeros_like(y_t), t), t

    def slope(s: float, y: np.ndarray) -> np.ndarray:
        x_t, t = place(y, s)
        eps = process.recover(predict(x_t.to(x.dtype), t).double(), x_t, t)
        return (clock(level(s)[1], x_t) * eps).reshape(-1).cpu().numpy()

    y0 = clock(start, x.double()) * process.recover(torch.zeros_like(x).double(), x.double(), times[0])
    flat, wanted = y0.reshape(-1).cpu().numpy(), None if keep_path else [1.0]
    found = solve_ivp(slope, (0, 1), flat, "RK45", wanted, rtol=rtol, atol=atol)
    if found.status != 0:
        raise RuntimeError(f"rk45 gave up between t = {span(times[0])} and {span(times[-1])}: {found.message}")
    places = [place(y, s) for y, s in zip(found.y.T, found.t, strict=True)]
    path, passed = [p.to(x.dtype) for p, _ in places], [t for _, t in places]
    if to_zero:
        end = revise(process, predict(path[-1], passed[-1]), path[-1], passed[-1], times[-1])
        path, passed = [*path, end], [*passed, times[-1]]
    return Sampled(path[-1], predict.evaluations, *((torch.stack(path), torch.stack(passed)) if keep_path else ()))


class Counted:
    """A predictor that counts its calls and lets nothing wrong through."""

    def __init__(self, predict: Predictor) -> None:
        self.predict, self.evaluations = predict, 0

    def __call__(self, x: Tensor, t: Tensor) -> Tensor:
        self.evaluations += 1
        x0 = self.predict(x, t.to(x.dtype) if x.is_floating_point() else t)
        where = f"at t = {span(t)}"
        if not isinstance(x0, Tensor) or x0.shape != x.shape:
            shape = tuple(x0.shape) if isinstance(x0, Tensor) else type(x0).__name__
            raise ValueError(f"predict returned shape {shape} {where}, but must return that of x, {tuple(x.shape)}")
        if x0.is_floating_point():
            require_finite("predict's answer", x0, f" {where}")
        return x0


def _share(process: Process, fresh: float | Tensor, t: Tensor, after: Tensor) -> float | Tensor:
    """``fresh``, once it is known to be a share that the process allows in this step."""
    f = torch.as_tensor(fresh)
    if not ((f >= 0) & (f <= 1)).all():
        wrong = "must lie in [0, 1]"
    elif not (process.gaussian or ((f == 0) | (f == 1)).all()):
        wrong = f"mixes two noises, which needs a Gaussian ε; {process} allows 0 and 1 only"
    else:
        return fresh
    raise ValueError(f"fresh = {span(f)} {wrong} (step from t = {span(t)} to {span(after)})")


def require_level(process: Process, what: str) -> Levelled:
    if not isinstance(process, Levelled):
        raise ValueError(f"{what} needs a process with a level b/a, which {type(process).__name__} has not")
    return process


def _check_settings(
    process: Process, x: Tensor, solver: str, variable: str, fresh: Share, rtol: float, atol: float
) -> None:
    require_choice("solver", solver, SOLVERS)
    require_choice("variable", variable, VARIABLES)
    steady = solver == "euler" and variable == "t"
    if not steady and (callable(fresh) or (torch.as_tensor(fresh) > 0).any()):
        raise ValueError(f"fresh = {fresh} needs solver='euler' in variable 't', not {solver!r} in {variable!r}")
    require_positive("rtol", rtol)
    require_positive("atol", atol)
    if not isinstance(x, Tensor) or x.ndim == 0 or x.numel() == 0:
        raise ValueError("x must be a tensor [..., d] with at least one sample")
    if x.is_floating_point():
        require_finite("x", x)


def _check_times(times: Tensor, x: Tensor) -> Tensor:
    times = torch.as_tensor(times, device=x.device)
    if times.ndim == 0 or len(times) < 2:
        raise ValueError(
            f"times has shape {tuple(times.shape)}, but must be [steps+1] or [steps+1, batch] with steps ≥ 1"
        )
    clock(times[0], x, name="times[0]")
    require_finite("times", times)
    if not ((times[1:] < times[:-1]).all() and (times[-1] >= 0).all()):
        raise ValueError("times must decrease strictly and stay at 0 or above")
    return times
