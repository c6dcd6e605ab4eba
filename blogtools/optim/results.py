"""What the benchmarks of the optimisers measured, as it was stored."""

import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

FOLDER = Path(__file__).parent


def training_results() -> dict[str, Any]:
    """What ``benchmarks/optim_training.py`` measured: losses and steps to a loss by seed, with intervals."""
    return json.loads((FOLDER / "training.json").read_text())


def step_results() -> dict[str, Any]:
    """What ``benchmarks/optim_step.py`` measured: bytes of state a parameter, and milliseconds a step."""
    return json.loads((FOLDER / "step.json").read_text())


def stored_assumption(
    task: str, method: str, what: str, goal: str = "other", kind: str = "linear weight"
) -> NDArray[np.float64]:
    """What the probe saw in the stored runs of ``task`` by ``method``: (seeds, records), or (seeds,) for one number.

    ``what`` is a field of :class:`blogtools.optim.ProbeRecord` or "steps"; ``goal`` "own" is the end of the run itself,
    "other" that of a run from the same weights over other batches. ``ValueError`` for what was not stored.
    """
    runs = training_results()["tasks"].get(task, {}).get("assumptions", {}).get(method)
    if not runs:
        raise ValueError(f"task = {task!r}, method = {method!r}: no assumptions are stored for these")
    if what == "steps":
        return np.array([run["steps"] for run in runs], dtype=float)
    views = [run.get(goal, {}) for run in runs]
    if any(what not in view or kind not in run["kinds"] for view, run in zip(views, runs, strict=True)):
        raise ValueError(f"goal = {goal!r}, what = {what!r}, kind = {kind!r}: not among what was stored")
    return np.array(
        [
            np.array(view[what], dtype=float)[..., run["kinds"].index(kind)]
            for view, run in zip(views, runs, strict=True)
        ]
    )
