"""The post's recipe over any optimiser: a schedule of steps and of decay for each kind of parameter."""

import inspect
from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim import SGD, Adafactor, Optimizer
from torch.optim.lr_scheduler import LRScheduler

from blogtools.optim.amos import Amos
from blogtools.optim.base import CheckedOptimizer
from blogtools.optim.check import require_decay, require_number
from blogtools.optim.others import LAMB
from blogtools.optim.scales import scales_for
from blogtools.optim.schedules import half_life_rate, inverse_square, inverse_time

NORMALISERS = ("assumed", "measured")
OTHER_LENGTHS = (SGD, LAMB, Adafactor)
"""Their u has not RMS 1: a gradient's length, or the parameter's own."""


def recipe(
    optimizer_class: type[Optimizer],
    alpha0: float,
    half_life: float,
    decay: str = "inverse-square",
    q: float = 1.0,
    *,
    normaliser: str = "assumed",
    weight_decay: bool = True,
    **settings: Any,
) -> Callable[[nn.Module | Iterable[dict[str, Any]]], tuple[Optimizer, "RecipeSchedule"]]:
    """A maker of optimiser and schedule by 9344.eq21 ("inverse-square") or 9344.eq29 ("inverse-time")::

        optimizer, schedule = recipe(torch.optim.AdamW, alpha0=1e-3, half_life=1000)(model)
        ...
        optimizer.step()
        schedule.step()

    The maker takes a model, or groups like those of :func:`blogtools.optim.scales_for`. ``settings`` go to the
    optimiser. ``alpha0`` is α_0, the first step relative to the scale σ of the parameter; ``half_life`` the T in steps
    after which steps and decay are half; ``q`` the post's q. ``weight_decay=False`` leaves the decay away.

    ``normaliser`` says what ‖u_t‖ is: "assumed" takes RMS(u) = 1, so that lr is α_0 σ f(t) and nothing is measured
    (Adam's u is a few times shorter after the first hundred steps); "measured" rescales the step of each parameter to
    the length α_0 √k σ f(t), for one copy of the parameters in memory.

    ``ValueError`` for numbers out of range, unknown names, an optimiser that has no ``lr`` or is a recipe itself
    (Amos), an ``lr`` among the settings, "assumed" with SGD, LAMB or Adafactor.
    """
    _check(alpha0, half_life, decay, q, normaliser, optimizer_class)
    if not isinstance(weight_decay, bool):
        raise ValueError(f"weight_decay = {weight_decay!r} must be True or False: its size is α_0²/(2q)")
    accepted = inspect.signature(optimizer_class).parameters
    if "lr" not in accepted or issubclass(optimizer_class, Amos):
        raise ValueError(f"optimizer_class = {optimizer_class.__name__} must be an optimiser with an lr, and not Amos")
    if "lr" in settings:
        raise ValueError(f"lr = {settings['lr']!r}: the recipe itself sets it, by alpha0, half_life and sigma")
    own_decay: dict[str, Any] = {"weight_decay": 0.0} if "weight_decay" in accepted else {}

    def make(model: nn.Module | Iterable[dict[str, Any]]) -> tuple[Optimizer, "RecipeSchedule"]:
        groups = scales_for(model) if isinstance(model, nn.Module) else [dict(group) for group in model]
        optimizer = optimizer_class(groups, **own_decay, **settings)
        return optimizer, RecipeSchedule(optimizer, alpha0, half_life, decay, q, normaliser, weight_decay)

    return make


class RecipeSchedule(LRScheduler):
    """Sets lr = α_0 σ f(t) and rho = ρ_t = α_0²/(2q) f(t) of each group; :func:`recipe` makes it.

    The decay θ ← θ − ρ_t (θ − centre) is done just before the optimiser's step, whatever its class, so that neither
    lr nor momentum touch it. A closure would see the decayed parameters and is refused.

    ``ValueError`` for the arguments as in :func:`recipe`, and for a group without ``sigma`` > 0 or with a weight decay
    of its own.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        alpha0: float,
        half_life: float,
        decay: str = "inverse-square",
        q: float = 1.0,
        normaliser: str = "assumed",
        weight_decay: bool = True,
    ) -> None:
        _check(alpha0, half_life, decay, q, normaliser, type(optimizer))
        for group in optimizer.param_groups:
            if "sigma" not in group:
                raise ValueError("a group has no sigma, the scale of its parameters; scales_for(model) gives groups")
            require_number("sigma", group["sigma"], 0.0, open_below=True)
            if group.get("weight_decay"):
                raise ValueError(f"weight_decay = {group['weight_decay']!r} must be 0: the recipe decays by itself")
        self.alpha0, self.decay, self.q, self.weight_decay = alpha0, decay, q, weight_decay
        self.rate = half_life_rate(half_life, decay)
        optimizer.register_step_pre_hook(_decay)
        if normaliser == "measured":
            _normalise_steps(optimizer)
        super().__init__(optimizer)

    def get_lr(self) -> list[float | Tensor]:
        """The learning rates of the groups at this step; the decay rates are set on the way."""
        law = inverse_square if self.decay == "inverse-square" else inverse_time
        left = float(law(self.last_epoch, self.rate))
        for group in self.optimizer.param_groups:
            group["rho"] = self.alpha0**2 / (2.0 * self.q) * left if self.weight_decay else 0.0
        return [self.alpha0 * group["sigma"] * left for group in self.optimizer.param_groups]


def _check(
    alpha0: float, half_life: float, decay: str, q: float, normaliser: str, optimizer_class: type[Optimizer]
) -> None:
    for name, value in (("alpha0", alpha0), ("half_life", half_life), ("q", q)):
        require_number(name, value, 0.0, open_below=True)
    require_decay(decay)
    if normaliser not in NORMALISERS:
        raise ValueError(f"normaliser = {normaliser!r} must be one of {', '.join(NORMALISERS)}")
    if normaliser == "assumed" and issubclass(optimizer_class, OTHER_LENGTHS):
        raise ValueError(
            f"normaliser = 'assumed' takes steps of RMS 1, which those of {optimizer_class.__name__} have not; "
            "it must be 'measured'"
        )


def _moving(group: dict[str, Any]) -> list[Tensor]:
    return [p for p in group["params"] if p.grad is not None]


@torch.no_grad()
def _decay(optimizer: Optimizer, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    if any(value is not None for value in (*args[1:], *kwargs.values())):
        raise ValueError("closure: the recipe takes none; compute the gradient first, then call step()")
    # GradScaler hands fused optimisers this tensor and lets them decide on the step.
    found_inf = getattr(optimizer, "found_inf", None)
    if found_inf is not None and found_inf.item():
        return
    if isinstance(optimizer, CheckedOptimizer) and optimizer.will_skip():
        return
    for group in optimizer.param_groups:
        moving = _moving(group)
        if moving and group["rho"]:
            torch._foreach_mul_(moving, 1.0 - group["rho"])
            if group.get("centre"):
                torch._foreach_add_(moving, group["rho"] * group["centre"])


def _normalise_steps(optimizer: Optimizer) -> None:
    before: dict[int, list[Tensor]] = {}

    @torch.no_grad()
    def keep(optimizer: Optimizer, args: Any, kwargs: Any) -> None:
        for index, group in enumerate(optimizer.param_groups):
            before[index] = [p.clone() for p in _moving(group)]

    @torch.no_grad()
    def rescale(optimizer: Optimizer, args: Any, kwargs: Any) -> None:
        for index, group in enumerate(optimizer.param_groups):
            for start, parameter in zip(before.pop(index), _moving(group), strict=True):
                step = parameter - start
                length = torch.linalg.vector_norm(step, dtype=torch.promote_types(step.dtype, torch.float32))
                target = float(group["lr"]) * parameter.numel() ** 0.5
                factor = torch.where(length > 0, target / length, 0.0)
                parameter.copy_(start + factor.to(step.dtype) * step)

    optimizer.register_step_pre_hook(keep)
    optimizer.register_step_post_hook(rescale)
