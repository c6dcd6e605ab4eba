"""The cases that the frozen vectors of the optimisers were made from: start, gradients, settings. NumPy alone."""

from functools import cache
from typing import Any

import numpy as np

STEPS = 100
KEPT = (1, 2, 3, 5, 10, 30, 100)
SHAPES: dict[str, tuple[int, ...]] = {
    "linear": (5, 6),
    "bias": (5,),
    "table": (7, 4),
    "kernel": (3, 2, 3, 3),
    "gain": (5,),
}
START = {
    name: np.random.RandomState(9344 + i).normal(scale=0.4, size=shape) + (name == "gain")
    for i, (name, shape) in enumerate(SHAPES.items())
}
"""Layouts are torch's: a linear weight is (out, in), a convolution's (out, in, height, width)."""
ETA = {"linear": 6**-0.5, "bias": 0.5, "table": (2 / 4) ** 0.5, "kernel": 18**-0.5, "gain": 1.0}
REDUCED: dict[str, tuple[int, ...]] = {
    "linear": (5, 1),
    "bias": (),
    "table": (7, 1),
    "kernel": (3, 1, 1, 1),
    "gain": (),
}
AXES: dict[str, tuple[int, ...]] = {"linear": (1,), "bias": (0,), "table": (1,), "kernel": (1, 2, 3), "gain": (0,)}

AMOS: dict[str, dict[str, Any]] = {
    "amos reduced": {"lr": 0.03, "reduce": True, "beta": 0.98},
    "amos reduced momentum": {"lr": 0.1, "reduce": True, "beta": 0.999, "momentum": 0.9},
    "amos full": {"lr": 0.03, "reduce": False, "beta": 0.98},
    "amos full momentum": {"lr": 0.5, "reduce": False, "beta": 0.9, "momentum": 0.5},
    "amos falling": {"lr": "falling", "reduce": True, "beta": 0.98, "momentum": 0.9},
    "amos extra": {"lr": 0.05, "reduce": True, "beta": 0.98, "extra_l2": 0.003, "c": 0.5, "d": 1.0},
}
OTHERS: dict[str, dict[str, Any]] = {
    "lamb": {
        "optax": {"learning_rate": 0.02, "b1": 0.9, "b2": 0.99, "eps": 1e-6, "weight_decay": 0.1},
        "torch": {"lr": 0.02, "betas": (0.9, 0.99), "eps": 1e-6, "weight_decay": 0.1},
    },
    "lion": {
        "optax": {"learning_rate": 0.01, "b1": 0.9, "b2": 0.99, "weight_decay": 0.1},
        "torch": {"lr": 0.01, "betas": (0.9, 0.99), "weight_decay": 0.1},
    },
    "adafactor": {
        "optax": {"learning_rate": 0.01, "min_dim_size_to_factor": 1, "eps": 1e-30},
        "torch": {"lr": 0.01},
    },
}


def gradient(name: str, theta: np.ndarray, step: int, seed: int) -> np.ndarray:
    """A valley's slope at ``theta`` plus noise; the last row of the table is never used and has gradient zero."""
    noise = _noise(10_000 * seed + 100 * step + len(name), theta.shape)
    slope = 0.3 * (theta - 0.1) + 0.5 * noise / (1 + 0.05 * step)
    if name == "table":
        slope[-1] = 0.0
    return slope


@cache
def _noise(seed: int, shape: tuple[int, ...]) -> np.ndarray:
    return np.random.RandomState(seed).normal(size=shape)
