"""LAMB (arXiv 1904.00962) and Lion (arXiv 2302.06675), which torch has not; its Adafactor needs no second one."""

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from blogtools.optim.base import CheckedOptimizer
from blogtools.optim.check import require_number


class LAMB(CheckedOptimizer):
    """Adam's step with the decay added, rescaled for each parameter to the length lr·‖θ‖ (9344.claim4).

    A parameter or a step of length 0 is left at the length lr·‖step‖. Decay is ``weight_decay`` · θ inside the step.
    ``ValueError`` for lr or weight_decay below 0, eps not above 0, betas outside [0, 1).
    """

    def __init__(
        self,
        params: Any,
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-6,
        weight_decay: float = 0.0,
        *,
        foreach: bool | None = None,
        maximize: bool = False,
    ) -> None:
        defaults = {"lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay}
        super().__init__(params, defaults | {"foreach": foreach, "maximize": maximize})

    def check_group(self, group: Mapping[str, Any], parameters: list[Tensor]) -> None:
        """``ValueError`` for a hyper-parameter out of range."""
        _check_rates(group)
        require_number("eps", group["eps"], 0.0, open_below=True)

    def slot_shapes(self, group: Mapping[str, Any], parameter: Tensor) -> dict[str, torch.Size]:
        """Two running means, of g and of g²."""
        return {"m": parameter.shape, "v": parameter.shape}

    def update(
        self, group: Mapping[str, Any], params: list[Tensor], grads: list[Tensor], measured: list[Tensor]
    ) -> None:
        """One step for a list of parameters."""
        states = [self.state[p] for p in params]
        m, v = [s["m"] for s in states], [s["v"] for s in states]
        first, second = group["betas"]
        torch._foreach_add_([s["step"] for s in states], 1.0)
        steps = [s["step"].item() for s in states]
        torch._foreach_mul_(m, first)
        torch._foreach_add_(m, grads, alpha=1.0 - first)
        torch._foreach_mul_(v, second)
        torch._foreach_addcmul_(v, grads, grads, 1.0 - second)
        size = torch._foreach_div(v, [1.0 - second**t for t in steps])
        torch._foreach_sqrt_(size)
        torch._foreach_add_(size, group["eps"])
        step = torch._foreach_div(m, [1.0 - first**t for t in steps])
        torch._foreach_div_(step, size)
        torch._foreach_add_(step, params, alpha=group["weight_decay"])
        lengths = zip(torch._foreach_norm(params), torch._foreach_norm(step), strict=True)
        ratios = [torch.where((p > 0) & (s > 0), p / s, 1.0) for p, s in lengths]
        torch._foreach_mul_(step, ratios)
        torch._foreach_add_(params, step, alpha=-float(group["lr"]))


class Lion(CheckedOptimizer):
    """θ ← θ − lr·(sign(β_1 m + (1−β_1) g) + weight_decay·θ), then m ← β_2 m + (1−β_2) g; RMS(u) is 1 by construction.

    ``ValueError`` for lr or weight_decay below 0, betas outside [0, 1).
    """

    def __init__(
        self,
        params: Any,
        lr: float = 1e-4,
        betas: tuple[float, float] = (0.9, 0.99),
        weight_decay: float = 0.0,
        *,
        foreach: bool | None = None,
        maximize: bool = False,
    ) -> None:
        defaults = {"lr": lr, "betas": betas, "weight_decay": weight_decay}
        super().__init__(params, defaults | {"foreach": foreach, "maximize": maximize})

    def check_group(self, group: Mapping[str, Any], parameters: list[Tensor]) -> None:
        """``ValueError`` for a hyper-parameter out of range."""
        _check_rates(group)

    def slot_shapes(self, group: Mapping[str, Any], parameter: Tensor) -> dict[str, torch.Size]:
        """One running mean of g."""
        return {"m": parameter.shape}

    def update(
        self, group: Mapping[str, Any], params: list[Tensor], grads: list[Tensor], measured: list[Tensor]
    ) -> None:
        """One step for a list of parameters."""
        states = [self.state[p] for p in params]
        m, rate = [s["m"] for s in states], float(group["lr"])
        first, second = group["betas"]
        torch._foreach_add_([s["step"] for s in states], 1.0)
        step = torch._foreach_mul(m, first)
        torch._foreach_add_(step, grads, alpha=1.0 - first)
        torch._foreach_sign_(step)
        torch._foreach_mul_(m, second)
        torch._foreach_add_(m, grads, alpha=1.0 - second)
        torch._foreach_mul_(params, 1.0 - rate * group["weight_decay"])
        torch._foreach_add_(params, step, alpha=-rate)


def _check_rates(group: Mapping[str, Any]) -> None:
    for name in ("lr", "weight_decay"):
        require_number(name, group[name], 0.0)
    if not isinstance(group["betas"], (tuple, list)) or len(group["betas"]) != 2:
        raise ValueError(f"betas = {group['betas']!r} must be two numbers")
    for index, beta in enumerate(group["betas"]):
        require_number(f"betas[{index}]", beta, 0.0, 1.0)
