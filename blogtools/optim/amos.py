"""Amos (arXiv 2210.11693): Adam's scaling with a decay and a step that shrink by what the gradients themselves say."""

import math
import operator
from collections.abc import Iterable, Mapping
from typing import Any

import torch
from torch import Tensor

from blogtools.optim.base import CheckedOptimizer
from blogtools.optim.check import require_number

PIECE = 2**20
"""Entries of a parameter that move at once: few enough to stay in cache from one operation to the next."""


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
    State of a parameter: ``step``, ``v``, ``b``, and ``m`` with momentum; at least float32. All but ``m`` are parts of
    vectors that several parameters share.

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
        self._slots: dict[Tensor, _Slots] = {}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """For ``load_state_dict`` and copies, whose states are tensors of their own."""
        super().__setstate__(state)
        self._slots = {}

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

    def measure(
        self, group: Mapping[str, Any], params: list[Tensor], grads: list[Tensor]
    ) -> tuple[list[Tensor], list[Tensor]]:
        """Mean squares of the gradients, those of all slots in one vector; one is not finite if a gradient is not."""
        states = [self.state[p] for p in params]
        slots = self._slots.get(params[0])
        if slots is None or not slots.are_those_of(states):
            slots = self._slots[params[0]] = _Slots(states, params)
        axes, dtype = group["reduce"], slots.v.dtype
        sizes = [
            torch.linalg.vector_norm(grad, dim=axes, dtype=dtype) / root if axes else grad.to(dtype)
            for grad, root in zip(grads, slots.roots, strict=True)
        ]
        s = _joined(sizes).square_()
        return [s], [s.max()]

    def adapt(self, group: Mapping[str, Any], params: list[Tensor], measured: list[Tensor]) -> list[Tensor]:
        """The next v and b; what each θ loses in the step (without momentum: what stays of it), then the rates of g."""
        # The rates come to stand where the mean squares were.
        slots, rates = self._slots[params[0]], measured[0]
        shares = torch.empty_like(rates)
        xi, beta = float(group["lr"]), group["beta"]
        start = xi * group["eta"]
        correction = 1.0 - beta ** slots.step.add_(1.0)[0].item()
        for v, b, s, share in _pieces(slots.v, slots.b, rates, shares):
            # Sums and products stay apart: fused, they would round differently from place to place in a vector.
            v.mul_(beta).add_(s * (1.0 - beta))
            r = v.clamp_min(group["eps"]).reciprocal_().mul_(correction)
            gamma = (b * (group["c"] * math.sqrt(xi))).add_(1.0).rsqrt_().mul_(xi * xi).mul_(r).mul_(s)
            shrink = (b * (group["d"] * math.sqrt(start))).add_(1.0).reciprocal_()
            torch.mul(gamma, 0.5, out=share).add_(group["extra_l2"]).mul_(shrink)
            torch.mul(r.sqrt_().mul_(start), shrink, out=s)
            b.add_(gamma.mul_(1.0 + b))
        if not group["momentum"]:
            shares.neg_().add_(1.0)
        return slots.parted(shares) + slots.parted(rates)

    def update(
        self, group: Mapping[str, Any], params: list[Tensor], grads: list[Tensor], measured: list[Tensor]
    ) -> None:
        """One step for a list of parameters, one after the other."""
        momentum = group["momentum"]
        for parameter, grad, *shares in zip(
            params, grads, measured[: len(params)], measured[len(params) :], strict=True
        ):
            if momentum:
                for theta, g, decay, rate, m in _pieces(parameter, grad, *shares, self.state[parameter]["m"]):
                    m.mul_(momentum).addcmul_(theta, decay, value=momentum - 1.0)
                    theta.add_(m.addcmul_(g, rate, value=momentum - 1.0))
            else:
                for theta, g, keep, rate in _pieces(parameter, grad, *shares):
                    theta.mul_(keep).addcmul_(g, rate, value=-1.0)


class _Slots:
    """Step, v and b of several parameters, each as one vector; the states of the parameters hold the parts.

    ``roots`` are √(entries that share a slot).
    """

    def __init__(self, states: list[dict[str, Tensor]], params: list[Tensor]) -> None:
        self.shapes = [state["v"].shape for state in states]
        self.sizes = [state["v"].numel() for state in states]
        self.roots = [math.sqrt(p.numel() / size) for p, size in zip(params, self.sizes, strict=True)]
        self.step = torch.stack([state["step"] for state in states])
        self.v, self.b = (_joined([state[name] for state in states]) for name in "vb")
        parts = zip(states, self.step.unbind(), self.parted(self.v), self.parted(self.b), strict=True)
        for state, step, v, b in parts:
            state |= {"step": step, "v": v, "b": b}
        self.parts = _parts(states)

    def are_those_of(self, states: list[dict[str, Tensor]]) -> bool:
        """Whether the states hold these parts still, and no others."""
        found = _parts(states)
        return len(found) == len(self.parts) and all(map(operator.is_, found, self.parts))

    def parted(self, vector: Tensor) -> list[Tensor]:
        """The parts of a vector like ``v``, in the shapes of the slots."""
        return [part.view(shape) for part, shape in zip(vector.split(self.sizes), self.shapes, strict=True)]


def _joined(tensors: list[Tensor]) -> Tensor:
    return torch.cat([tensor.flatten() for tensor in tensors])


def _parts(states: list[dict[str, Tensor]]) -> list[Tensor]:
    return [state[name] for state in states for name in ("step", "v", "b")]


def _pieces(parameter: Tensor, *others: Tensor) -> Iterable[tuple[Tensor, ...]]:
    """The parameter, and what is broadcast to it, in slices along the first axis of about ``PIECE`` entries."""
    if parameter.numel() <= PIECE:
        return [(parameter, *others)]
    rows = max(1, PIECE // parameter[0].numel())
    return zip(*(x.expand_as(parameter).split(rows) for x in (parameter, *others)), strict=True)
