"""What an ODE does to a density: 9280.eq1-eq11, and eq17.

Drifts f(x, t) [..., d] and log densities log p(x, t) [...] are functions of x [..., d] and t, a scalar or one a sample;
each sample goes its own way: what they give for one does not depend on the others.
"""

import math
from collections.abc import Callable

import numpy as np
import torch
from scipy.integrate import solve_ivp
from torch import Tensor

from blogtools.diffusion.check import (
    clock,
    require_choice,
    require_finite,
    require_positive,
    require_vectors,
    require_whole,
)
from blogtools.diffusion.process import Linear
from blogtools.diffusion.sampler import Predictor
from blogtools.diffusion.schedule import Time

Drift = Callable[[Tensor, Tensor], Tensor]
LogDensity = Callable[[Tensor, Tensor], Tensor]
Diffusivity = float | Tensor | Callable[[Tensor, Tensor], float | Tensor]

TRACES = ("exact", "hutchinson")


def velocity(predict: Predictor, process: Linear) -> Drift:
    """The drift ȧ x̂_0 + ḃ ε̂ with ε̂ = (x − a x̂_0)/b: 9280.eq17 for heat, 9305.eq4 for Poisson flow, any schedule.

    ``ValueError`` at t = 0.
    """

    def f(x: Tensor, t: Time) -> Tensor:
        x0 = predict(x, _like(t, x))
        _, _, da, db = process.schedule(t)
        return clock(da, x) * x0 + clock(db, x) * process.recover(x0, x, t)

    return f


def downhill(log_p: LogDensity, D: Diffusivity) -> Drift:
    """The drift −D ∇log p of 9280.eq10; ``D`` a number, a matrix [d, d], or a function of (x, t) to one at each x.

    Under heat, D = lambda x, t: t, it is eq17 without a predictor, and defined at t = 0 where ∇log p_0 is.
    """

    def f(x: Tensor, t: Time) -> Tensor:
        t, keep = _like(t, x), x.requires_grad and torch.is_grad_enabled()
        with torch.enable_grad():
            at = x if keep else x.detach().requires_grad_()
            (score,) = torch.autograd.grad(log_p(at, t).sum(), at, create_graph=keep)
        value, d = _like(D(x, t) if callable(D) else D, x), x.shape[-1]
        if value.shape == (*x.shape[:-1], d, d) or (not callable(D) and value.shape == (d, d)):
            return -(value @ score[..., None]).squeeze(-1)
        if value.shape not in ((), x.shape[:-1]):
            raise ValueError(
                f"D has shape {tuple(value.shape)} at x {tuple(x.shape)}: allowed are [], [...], [..., d, d]"
            )
        return -clock(value, x) * score

    return f


def divergence(f: Drift, x: Tensor, t: Time, probes: Tensor | None = None) -> Tensor:
    """∇·f at (x, t), [...]: exact, by d backward passes, or the mean of v·(∂f/∂x)v over ``probes`` v [k, ..., d]."""
    return _flow_and_divergence(f, x, t, probes)[1]


def continuity_residual(log_p: LogDensity, f: Drift, x: Tensor, t: Time) -> Tensor:
    """∂_t log p + f·∇log p + ∇·f at (x, t), [...]: 9280.eq8, or eq9 divided by p; 0 where f carries p.

    With f = ``downhill(log_p, D)`` it is eq11 divided by p.
    """
    require_vectors("x", x)
    with torch.enable_grad():
        at, now = x.detach().clone().requires_grad_(), _like(t, x).expand(x.shape[:-1]).clone().requires_grad_()
        score, rate = torch.autograd.grad(log_p(at, now).sum(), (at, now), materialize_grads=True)
    flow, spread = _flow_and_divergence(f, x, now.detach(), None)
    return rate + (flow * score).sum(-1) + spread


def carry(
    f: Drift, x: Tensor, t0: float, t1: float, *, probes: Tensor | None = None, rtol: float = 1e-5, atol: float = 1e-6
) -> tuple[Tensor, Tensor]:
    """Along dx/dt = f from t0 to t1, up or down: x at t1 [..., d], and ∫∇·f dt = log p_{t0} − log p_{t1} [...].

    9280.eq1 and eq6 in one, by SciPy's RK45 on the whole batch, in double precision but for f, which sees the dtype of
    x. ``rtol`` is for x alone: of the integral a step may miss ``atol`` nats, however large it grows. ``probes`` as in
    ``divergence``. ``ValueError`` where f has another shape, NaN or infinity, and for an empty x;
    ``RuntimeError`` when RK45 gives up.
    """
    require_vectors("x", x)
    require_finite("x", x)
    if x.numel() == 0:
        raise ValueError(f"x has shape {tuple(x.shape)}, but must hold at least one sample")
    for name, value in (("rtol", rtol), ("atol", atol)):
        require_positive(name, value)
    if not (math.isfinite(t0) and math.isfinite(t1)):
        raise ValueError(f"t0 = {t0} and t1 = {t1} must be finite")
    if t0 == t1:
        return x.detach().clone(), torch.zeros_like(x[..., 0])

    def slope(t: float, y: np.ndarray) -> np.ndarray:
        place = torch.as_tensor(y[: x.numel()]).to(x).reshape(x.shape)
        flow, spread = _flow_and_divergence(f, place, t, probes)
        require_finite("the drift", flow, f" at t = {t:.6g}")
        return torch.cat([flow.flatten(), spread.flatten()]).double().cpu().numpy()

    sizes = [x.numel(), x.numel() // x.shape[-1]]
    y0 = torch.cat([x.detach().flatten(), torch.zeros_like(x[..., 0]).flatten()]).double().cpu().numpy()
    found = solve_ivp(slope, (t0, t1), y0, "RK45", [t1], rtol=np.repeat([rtol, 1e-12], sizes), atol=atol)
    if found.status != 0:
        raise RuntimeError(f"rk45 gave up between t = {t0} and {t1}: {found.message}")
    end, gained = torch.as_tensor(found.y[:, -1]).to(x).split(sizes)
    return end.reshape(x.shape), gained.reshape(x.shape[:-1])


def log_likelihood(
    f: Drift,
    x: Tensor,
    t0: float,
    t1: float,
    log_prior: Callable[[Tensor], Tensor],
    *,
    trace: str = "exact",
    probes: int = 1,
    generator: torch.Generator | None = None,
    rtol: float = 1e-5,
    atol: float = 1e-5,
) -> Tensor:
    """What 9280.eq6 gives along the flow, log p_{t0}(x) = log_prior(x_{t1}) + ∫∇·f dt [...], for x [..., d] at t0.

    ``trace`` "exact" takes d backward passes an evaluation; "hutchinson" takes ``probes`` ≤ d, and the mean of v·Jv
    over random orthogonal v, drawn once for each sample: unbiased, and exact for ``probes`` = d.
    """
    require_vectors("x", x)
    d = x.shape[-1]
    require_choice("trace", trace, TRACES)
    require_whole("probes", probes, 1, d, ", the dimension")
    vectors = None
    if trace == "hutchinson":
        frame = torch.randn(*x.shape, probes, dtype=x.dtype, device=x.device, generator=generator)
        vectors = math.sqrt(d) * torch.linalg.qr(frame).Q.movedim(-1, 0)
    end, gained = carry(f, x, t0, t1, probes=vectors, rtol=rtol, atol=atol)
    return log_prior(end) + gained


def _flow_and_divergence(f: Drift, x: Tensor, t: Time, probes: Tensor | None) -> tuple[Tensor, Tensor]:
    with torch.enable_grad():
        at = x.detach().clone().requires_grad_()
        flow = f(at, _like(t, x))
        if not isinstance(flow, Tensor) or flow.shape != x.shape:
            shape = tuple(flow.shape) if isinstance(flow, Tensor) else type(flow).__name__
            raise ValueError(f"the drift returned shape {shape}, but must return that of x, {tuple(x.shape)}")
        # A drift that does not see x would have no graph.
        flow = flow + 0 * at
        vectors = torch.eye(x.shape[-1]).to(x) if probes is None else probes
        traces = [(v * torch.autograd.grad(flow, at, v.expand_as(flow), retain_graph=True)[0]).sum(-1) for v in vectors]
    total = torch.stack(traces).sum(0)
    return flow.detach(), total if probes is None else total / len(traces)


def _like(value: float | Tensor, x: Tensor) -> Tensor:
    return torch.as_tensor(value, dtype=x.dtype, device=x.device)
