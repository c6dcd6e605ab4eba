"""Amos (arXiv 2210.11693): Adam's scaling with a decay and a step that shrink by what the gradients themselves say."""

import math
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from blogtools.optim.base import CheckedOptimizer
from blogtools.optim.check import require_number


class Amos(CheckedOptimizer):
    """The optimiser of arXiv 2210.11693 as its authors' code runs it, for torch.

    With g the gradient, s = mean(g²) over the axes ``reduce`` and t the step::

        v ← β v + (1−β) s            r = (1−β^t) / max(v, eps)
        γ = ξ² r s / √(1 + c √ξ b)   D = 1 / (1 + d √(ξη) b)
        δ = −D ((½γ + extra_l2) θ + ξη √r g)
        b ← b + γ (1 + b)
        θ ← θ + δ,  with momentum  m ← μ m + (1−μ) δ,  θ ← θ + m

    ``lr`` is ξ, about 1/√(batches an epoch), and stays constant: b makes step and decay fall. ``eta`` is η, the scale
    that the trained entries are expected to have; ``reduce`` the axes over which the slots v and b are averaged, or
    None for slots as large as the parameter. :func:`blogtools.optim.scales_for` gives groups with both.

    ``foreach=False`` takes one parameter after the other, with less memory for what lies between; numbers are the same.
    State of a parameter: ``step``, ``v``, ``b``, and ``m`` with momentum; at least float32.

    ``ValueError`` for ξ, η, eps that are not above 0, β, μ outside [0, 1), negative c, d, extra_l2, or axes that a
    parameter has not; further see :class:`CheckedOptimizer`.
    """

    def __init__(
        self,
        params: Any,
        lr: float = 0.01,
        *,
        beta: float = 0.999,
        momentum: float = 0.0,
        eta: float = 1.0,
        reduce: tuple[int, ...] | None = None,
        extra_l2: float = 0.0,
        c: float = 0.25,
        d: float = 0.25,
        eps: float = 2.0**-125,
        foreach: bool | None = None,
        maximize: bool = False,
    ) -> None:
        defaults = {"lr": lr, "beta": beta, "momentum": momentum, "eta": eta, "reduce": reduce, "extra_l2": extra_l2}
        super().__init__(params, defaults | {"c": c, "d": d, "eps": eps, "foreach": foreach, "maximize": maximize})

    def check_group(self, group: Mapping[str, Any], parameters: list[Tensor]) -> None:
        """``ValueError`` for a hyper-parameter out of range."""
        for name in ("lr", "eta", "eps"):
            require_number(name, group[name], 0.0, open_below=True)
        for name in ("beta", "momentum"):
            require_number(name, group[name], 0.0, 1.0)
        for name in ("extra_l2", "c", "d"):
            require_number(name, group[name], 0.0)
        for parameter in parameters:
            axes = group["reduce"]
            if axes is not None and len(set(axes) & set(range(parameter.ndim))) != len(axes):
                raise ValueError(f"reduce = {axes!r} must be different axes of a parameter {tuple(parameter.shape)}")

    def slot_shapes(self, group: Mapping[str, Any], parameter: Tensor) -> dict[str, torch.Size]:
        """The slots v and b, reduced; m, whole."""
        axes = group["reduce"] or ()
        reduced = torch.Size(1 if axis in axes else n for axis, n in enumerate(parameter.shape))
        return {"v": reduced, "b": reduced} | ({"m": parameter.shape} if group["momentum"] else {})

    def measure(self, group: Mapping[str, Any], grads: list[Tensor]) -> tuple[list[Tensor], list[Tensor]]:
        """Mean squares of the gradients in the shape of the slots; one of them is not finite if a gradient is not."""
        squares = [_mean_square(grad, group["reduce"]) for grad in grads]
        return squares, list(torch._foreach_max(squares))

    def update(
        self, group: Mapping[str, Any], params: list[Tensor], grads: list[Tensor], measured: list[Tensor]
    ) -> None:
        """One step for a list of parameters."""
        states = [self.state[p] for p in params]
        v, b = [s["v"] for s in states], [s["b"] for s in states]
        xi, beta, momentum = float(group["lr"]), group["beta"], group["momentum"]
        start = xi * group["eta"]
        torch._foreach_add_([s["step"] for s in states], 1.0)
        torch._foreach_mul_(v, beta)
        torch._foreach_add_(v, measured, alpha=1.0 - beta)
        r = torch._foreach_clamp_min(v, group["eps"])
        torch._foreach_reciprocal_(r)
        torch._foreach_mul_(r, [1.0 - beta ** s["step"].item() for s in states])
        gamma = torch._foreach_mul(b, group["c"] * math.sqrt(xi))
        torch._foreach_add_(gamma, 1.0)
        torch._foreach_rsqrt_(gamma)
        torch._foreach_mul_(gamma, xi * xi)
        torch._foreach_mul_(gamma, r)
        torch._foreach_mul_(gamma, measured)
        shrink = torch._foreach_mul(b, group["d"] * math.sqrt(start))
        torch._foreach_add_(shrink, 1.0)
        torch._foreach_reciprocal_(shrink)
        # b ← b + γ(1 + b), while γ is still whole; then γ becomes the share of θ and r the share of g in the step.
        torch._foreach_addcmul_(b, gamma, b)
        torch._foreach_add_(b, gamma)
        torch._foreach_mul_(gamma, 0.5)
        torch._foreach_add_(gamma, group["extra_l2"])
        torch._foreach_mul_(gamma, shrink)
        torch._foreach_sqrt_(r)
        torch._foreach_mul_(r, start)
        torch._foreach_mul_(r, shrink)
        if momentum:
            m = [s["m"] for s in states]
            torch._foreach_mul_(m, momentum)
            for kept, theta, grad, decay, rate in zip(m, params, grads, gamma, r, strict=True):
                kept.addcmul_(theta, decay, value=momentum - 1.0).addcmul_(grad, rate, value=momentum - 1.0)
            torch._foreach_add_(params, m)
        else:
            torch._foreach_neg_(gamma)
            torch._foreach_add_(gamma, 1.0)
            for theta, grad, keep, rate in zip(params, grads, gamma, r, strict=True):
                theta.mul_(keep).addcmul_(grad, rate, value=-1.0)


def _mean_square(grad: Tensor, axes: tuple[int, ...] | None) -> Tensor:
    dtype = torch.promote_types(grad.dtype, torch.float32)
    if not axes:
        return grad.to(dtype).square()
    count = math.prod(grad.shape[axis] for axis in axes)
    return torch.linalg.vector_norm(grad, dim=axes, keepdim=True, dtype=dtype).square_().div_(count)
