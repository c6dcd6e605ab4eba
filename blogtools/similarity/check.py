"""What the functions of this room ask of their arguments, and how they say no."""

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor


def require_positive(name: str, value: float) -> None:
    """``value`` is a finite number above 0."""
    if isinstance(value, bool) or not 0 < value < float("inf"):
        raise ValueError(f"{name} = {value!r} must be a finite number above 0")


def require_scored(scores: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
    """Scores in at least float32 and labels in int64 or float64: two tensors [B] of finite numbers, B ≥ 1."""
    for name, x in (("scores", scores), ("labels", labels)):
        if not isinstance(x, Tensor):
            raise ValueError(f"{name} is a {type(x).__name__}, but must be a torch.Tensor [B]")
        if x.ndim != 1 or len(x) == 0 or x.shape != scores.shape:
            raise ValueError(
                f"scores has shape {tuple(scores.shape)} and labels {tuple(labels.shape)}, but both must be [B], B ≥ 1"
            )
        if x.is_complex():
            raise ValueError(f"{name} has dtype {x.dtype}, but must be real")
        if x.is_floating_point() and not torch.isfinite(x).all():
            first = int((~torch.isfinite(x)).nonzero()[0])
            raise ValueError(f"{name}[{first}] = {x[first].item()}, but all must be finite")
    if not scores.is_floating_point():
        raise ValueError(f"scores has dtype {scores.dtype}, but must be floating point")
    if scores.dtype in (torch.float16, torch.bfloat16):
        scores = scores.float()
    return scores, labels.to(torch.float64 if labels.is_floating_point() else torch.int64)


def require_columns(scores: Any, labels: Any) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Two float64 arrays [B] of finite numbers, B ≥ 1, from arrays, sequences or tensors."""
    columns = []
    for name, values in (("scores", scores), ("labels", labels)):
        column = np.asarray(values.detach().cpu().double() if isinstance(values, Tensor) else values)
        if column.dtype.kind not in "biuf" or column.ndim != 1 or len(column) == 0:
            raise ValueError(f"{name} has shape {column.shape} and dtype {column.dtype}, but must be [B] of numbers")
        if not np.isfinite(column).all():
            first = int(np.flatnonzero(~np.isfinite(column))[0])
            raise ValueError(f"{name}[{first}] = {column[first]}, but all must be finite")
        columns.append(column.astype(np.float64))
    if len(columns[0]) != len(columns[1]):
        raise ValueError(f"{len(columns[0])} scores and {len(columns[1])} labels, but one label a score is expected")
    return columns[0], columns[1]
