"""What the derivation assumes, measured while a network trains: the angle to the goal, q, the scales, the step."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.optim import AdamW, Optimizer

from blogtools.optim.amos import Amos
from blogtools.optim.others import Lion


@dataclass(frozen=True)
class ProbeRecord:
    """The assumptions at S recorded steps for K kinds of parameters; arrays (S, K) where nothing else is said.

    ``cosine`` is cos(u_t, ε_t), the post's p (9344.eq10); ``q`` is θ_t·ε_t/‖ε_t‖² (9344.eq7); ``distance``
    ‖ε_t‖²/kσ²; ``rms_u`` the root mean square of u_t = step/lr. Of shape (K,): ``goal_norm`` ‖θ*‖²/kσ² (9344.eq14),
    ``cos_start_goal`` cos(θ_0, θ*), ``size`` k.

    ``null`` is the cosine expected of a walk without aim. Towards the end of its own run every walk seems to point:
    with independent steps d_s of the recorded lengths the cosine is ‖d_t‖/√(Σ_{s≥t} ‖d_s‖²). Towards another run's
    goal it is 0. Both scatter by ``null_deviation`` (K,) = 1/√k. Momentum makes steps alike and raises the first.
    """

    steps: NDArray[np.int64]
    kinds: tuple[str, ...]
    size: NDArray[np.int64]
    cosine: NDArray[np.float64]
    q: NDArray[np.float64]
    distance: NDArray[np.float64]
    rms_u: NDArray[np.float64]
    goal_norm: NDArray[np.float64]
    cos_start_goal: NDArray[np.float64]
    null: NDArray[np.float64]
    null_deviation: NDArray[np.float64]


class AssumptionProbe:
    """Watches ``optimizer`` from now on: θ_t and u_t at every ``every``-th step, the length of each step.

    Groups of :func:`blogtools.optim.scales_for` bring ``kind``, ``sigma`` and ``centre``; without them everything is
    one kind "all", and σ the deviation that each parameter has now. u_t is the step over −lr without the decay, where
    the decay is a factor of its own (AdamW, Lion, a recipe); with it for Amos, LAMB and SGD with weight decay. With a
    recipe θ_t is what its decay has left, and u_t, if it measures its normaliser, the normalised one. Steps that the
    optimiser leaves out are not counted.

    Memory: twice the parameters in float32 for every recorded step, and one copy during each step. ``close()``, or
    leaving the ``with`` block, ends the watch; :meth:`against` then says what was seen.

    ``ValueError`` when ``every`` is no whole number of at least 1.
    """

    def __init__(self, optimizer: Optimizer, every: int = 10) -> None:
        if isinstance(every, bool) or not isinstance(every, int) or every < 1:
            raise ValueError(f"every = {every!r} must be a whole number of at least 1")
        self.optimizer, self.every = optimizer, every
        members: dict[str, list[tuple[Tensor, float, float]]] = {}
        for group in optimizer.param_groups:
            for p in group["params"]:
                sigma = group.get("sigma") or float(p.detach().double().std(correction=0)) or 1.0
                members.setdefault(group.get("kind", "all"), []).append((p, sigma, float(group.get("centre", 0.0))))
        self._members = members
        self._start = self._flat()
        self._end: dict[str, Tensor] | None = None
        self._lengths: list[list[float]] = []
        self._kept: list[tuple[int, dict[str, Tensor], dict[str, Tensor], list[float]]] = []
        self._before: dict[str, Tensor] = {}
        self._handles = [
            optimizer.register_step_pre_hook(self._note),
            optimizer.register_step_post_hook(self._see),
        ]

    def __enter__(self) -> "AssumptionProbe":
        return self

    def __exit__(self, *error: Any) -> None:
        self.close()

    def close(self) -> None:
        """End the watch; what was seen is kept."""
        if self._end is None:
            self._end = self._flat()
        for handle in self._handles:
            handle.remove()

    def parameters(self) -> list[Tensor]:
        """Copies of the present parameters: the goal, if training is over, also for the probe of another run."""
        return [p.detach().clone() for group in self.optimizer.param_groups for p in group["params"]]

    def against(self, goal: Sequence[Tensor] | Mapping[str, Tensor] | None = None) -> ProbeRecord:
        """The record with θ* = ``goal``, tensors like ``parameters()`` of another run; None is the end of this one:
        the parameters when the watch was closed, or else now.

        ``ValueError`` when nothing was recorded, or the goal's shapes are not those of this run.
        """
        if not self._kept:
            raise ValueError("the probe has seen no step: attach it before training")
        kinds = tuple(self._members)
        end = self._flat_of(goal) if goal is not None else self._flat() if self._end is None else self._end
        steps = np.array([step for step, *_ in self._kept])
        size = np.array([end[kind].numel() for kind in kinds])
        unit = np.array([sum(p.numel() * s * s for p, s, _ in self._members[kind]) for kind in kinds])
        rows = [[_look(theta[k], u[k], end[k]) for k in kinds] for _, theta, u, _ in self._kept]
        cosine, q, squared = np.moveaxis(np.array(rows, dtype=np.float64), -1, 0)
        lengths = np.array(self._lengths) ** 2
        walked = np.cumsum(lengths[::-1], axis=0)[::-1]
        with np.errstate(invalid="ignore"):
            null = np.sqrt(lengths / walked)[steps] if goal is None else np.zeros_like(cosine)
        return ProbeRecord(
            steps,
            kinds,
            size,
            cosine,
            q,
            squared / unit,
            np.array([rms for *_, rms in self._kept]),
            np.array([_square(end[k]) for k in kinds]) / unit,
            np.array([_look(self._start[k], self._start[k], end[k], from_zero=True)[0] for k in kinds]),
            null,
            1.0 / np.sqrt(size),
        )

    def _flat(self) -> dict[str, Tensor]:
        return {
            kind: torch.cat([(p.detach().float() - centre).flatten() for p, _, centre in members])
            for kind, members in self._members.items()
        }

    def _flat_of(self, goal: Sequence[Tensor] | Mapping[str, Tensor]) -> dict[str, Tensor]:
        own = [p for group in self.optimizer.param_groups for p in group["params"]]
        given = list(goal.values()) if isinstance(goal, Mapping) else list(goal)
        if [p.shape for p in own] != [g.shape for g in given]:
            raise ValueError(
                f"goal holds shapes {[tuple(g.shape) for g in given]}, but the run {[tuple(p.shape) for p in own]}"
            )
        there = {id(p): g for p, g in zip(own, given, strict=True)}
        return {
            kind: torch.cat(
                [(there[id(p)].detach().to(p.device).float() - centre).flatten() for p, _, centre in members]
            )
            for kind, members in self._members.items()
        }

    def _note(self, optimizer: Optimizer, args: Any, kwargs: Any) -> None:
        self._before = self._flat()

    def _see(self, optimizer: Optimizer, args: Any, kwargs: Any) -> None:
        after, before = self._flat(), self._before
        if all(torch.equal(after[kind], before[kind]) for kind in after):
            return
        moved, directions = {}, {}
        for kind, members in self._members.items():
            lr, decay, centre = self._rates(members)
            # An optimiser's own decay draws θ itself to 0, not θ − centre. A recipe's was done before ``before``.
            moved[kind] = before[kind] - after[kind] - decay * (before[kind] + centre)
            directions[kind] = moved[kind] / lr
        self._lengths.append([float(moved[kind].norm()) for kind in self._members])
        step = len(self._lengths) - 1
        if step % self.every == 0:
            rms = [float(u.square().mean().sqrt()) for u in directions.values()]
            self._kept.append((step, before, directions, rms))

    def _rates(self, members: list[tuple[Tensor, float, float]]) -> tuple[Tensor, Tensor, Tensor]:
        """lr, decay a step, and offset from the decay's centre, one entry each a parameter of the kind."""
        of = {id(p): group for group in self.optimizer.param_groups for p in group["params"]}
        rows = []
        for p, _, centre in members:
            group = of[id(p)]
            lr = float(group["lr"]) * (group["eta"] if isinstance(self.optimizer, Amos) else 1.0)
            if isinstance(self.optimizer, (AdamW, Lion)):
                rows.append((p, lr, lr * group["weight_decay"], centre))
            else:
                rows.append((p, lr, 0.0, 0.0))
        lr_, decay_, centre_ = (
            torch.cat([torch.full((p.numel(),), row[i], device=p.device) for p, *row in rows]) for i in range(3)
        )
        return lr_, decay_, centre_


def _square(x: Tensor) -> float:
    return float(x.double().square().sum())


def _look(theta: Tensor, u: Tensor, goal: Tensor, from_zero: bool = False) -> tuple[float, float, float]:
    """cos(u, ε), θ·ε/‖ε‖², ‖ε‖²; with ``from_zero`` the cosine is of u and the goal itself."""
    x, v, y = theta.double(), u.double(), goal.double()
    e = y if from_zero else x - y
    squared, length = float(e.square().sum()), float(v.norm())
    if not squared or not length:
        return np.nan, np.nan, squared
    return float(v @ e) / length / squared**0.5, float(x @ e) / squared, squared
