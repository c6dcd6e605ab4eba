"""Small trainings on the digits with the assumptions recorded: what figures and measured claims look at."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from blogtools.data import digits
from blogtools.optim import AssumptionProbe, Lion, ProbeRecord, recipe, scales_for

STEPS = 240
EVERY = 10
KINDS = {"matrices": "linear weight", "biases": "bias", "gains": "norm gain"}
HALF_LIFE = 60

METHODS: dict[str, Callable[[Any], Any]] = {
    "AdamW": lambda model: (torch.optim.AdamW(scales_for(model), lr=3e-3, weight_decay=0.01), None),
    "SGD": lambda model: (torch.optim.SGD(scales_for(model), lr=0.1, momentum=0.9), None),
    "recipe 1": recipe(torch.optim.AdamW, 0.02, HALF_LIFE),
    "recipe 2": recipe(torch.optim.AdamW, 0.02, HALF_LIFE, "inverse-time"),
    "Lion, recipe 2": recipe(Lion, 0.02, HALF_LIFE, "inverse-time"),
}


@dataclass(frozen=True)
class Run:
    """A training that is over: what the probe saw, where it ended, and the loss on digits it has not seen."""

    probe: AssumptionProbe
    end: list[Tensor]
    loss: float


def network(seed: int) -> nn.Sequential:
    """64 → 32 → 10 with a norm between, from the first weights of a seed."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return nn.Sequential(nn.Linear(64, 32), nn.LayerNorm(32), nn.ReLU(), nn.Linear(32, 10))


@lru_cache(maxsize=64)
def run(method: str, start: int, batches: int, batch: int = 64, alpha0: float = 0.0) -> Run:
    """STEPS steps from the weights of the seed ``start`` over batches of the seed ``batches``.

    With ``alpha0`` it is recipe 2 over AdamW with that α_0, whatever ``method``.
    """
    images = digits()
    x, y = torch.from_numpy(images.train), torch.from_numpy(images.train_labels)
    model, generator = network(start), torch.Generator().manual_seed(9344 + batches)
    make = recipe(torch.optim.AdamW, alpha0, HALF_LIFE, "inverse-time") if alpha0 else METHODS[method]
    optimizer, schedule = make(model)
    with AssumptionProbe(optimizer, EVERY) as probe:
        for _ in range(STEPS):
            rows = torch.randint(len(x), (batch,), generator=generator)
            optimizer.zero_grad()
            nn.functional.cross_entropy(model(x[rows]), y[rows]).backward()
            optimizer.step()
            if schedule is not None:
                schedule.step()
        with torch.no_grad():
            loss = nn.functional.cross_entropy(
                model(torch.from_numpy(images.test)), torch.from_numpy(images.test_labels)
            )
        return Run(probe, probe.parameters(), float(loss))


def record(method: str, seed: int, goal: str, batch: int = 64) -> ProbeRecord:
    """The assumptions in the run of a seed.

    The ``goal`` is the end of this run ("own"), of one from the same weights over other batches ("twin"), or of one
    from other weights ("stranger").
    """
    mine = run(method, seed, seed, batch)
    if goal == "own":
        return mine.probe.against()
    other = run(method, seed if goal == "twin" else seed + 100, seed + 100, batch)
    return mine.probe.against(other.end)


def column(found: ProbeRecord, what: str, kind: str) -> np.ndarray:
    """One measured quantity of one kind of parameters over the recorded steps, or its one number."""
    return np.asarray(getattr(found, what))[..., found.kinds.index(KINDS[kind])]
