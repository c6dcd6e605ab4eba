"""What the rooms of ``diffusion`` ask of their arguments, and how they say no."""

import math
from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor


def require_positive(name: str, value: float, *, at_least: float | None = None) -> None:
    """``value`` is finite and above zero; with ``at_least`` instead, not below that, infinity included."""
    if at_least is not None:
        if not value >= at_least:
            raise ValueError(f"{name} = {value} must be a number of at least {at_least}")
    elif not (value > 0 and math.isfinite(value)):
        raise ValueError(f"{name} = {value} must be a finite number above 0")


def require_whole(name: str, value: Any, least: int = 1, most: float = math.inf, where: str = "") -> None:
    """``value`` is a whole number from ``least`` to ``most``; the message ends with ``where``."""
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        allowed = f"of at least {least}" if most == math.inf else f"in {least} … {most}"
        raise ValueError(f"{name} = {value!r} must be a whole number {allowed}{where}")


def require_choice(name: str, value: Any, allowed: Iterable[str], where: str = "") -> None:
    """``value`` is one of ``allowed``; the message ends with ``where``."""
    if value not in (known := tuple(allowed)):
        raise ValueError(f"{name} = {value!r} is not one of {', '.join(known)}{where}")


def require_finite(name: str, x: Tensor, remark: str = "") -> None:
    """No NaN and no infinity in ``x``; the message counts them and says where the first one stands."""
    # The extremes carry every NaN and infinity, and need no memory; the mask is for the message.
    if x.numel() and not torch.isfinite(torch.stack(torch.aminmax(x))).all():
        bad = ~torch.isfinite(x)
        first = tuple(bad.nonzero()[0].tolist())
        raise ValueError(
            f"{name} has {int(bad.sum())} of {x.numel()} entries that are NaN or infinite{remark}, "
            f"the first at index {first}; only finite numbers are allowed"
        )


def require_vectors(name: str, x: Tensor, d: int | None = None) -> None:
    """``x`` holds vectors in its last axis: floating point, at least one coordinate, ``d`` of them if given."""
    if not isinstance(x, Tensor):
        raise ValueError(f"{name} is a {type(x).__name__}, but must be a torch.Tensor [..., d]")
    if x.dtype not in (torch.float32, torch.float64):
        raise ValueError(f"{name} has dtype {x.dtype}, but must be float32 or float64")
    if x.ndim == 0 or x.shape[-1] == 0:
        raise ValueError(f"{name} has shape {tuple(x.shape)}, but must be [..., d] with d ≥ 1")
    if d is not None and x.shape[-1] != d:
        raise ValueError(f"{name} has shape {tuple(x.shape)}, but its last axis must be d = {d}")


def require_rows(name: str, x: Tensor, d: int | None = None) -> None:
    """``x`` [N, d] holds at least one vector, and finite numbers only."""
    require_vectors(name, x, d)
    if x.ndim != 2 or len(x) == 0:
        raise ValueError(f"{name} has shape {tuple(x.shape)}, but must be [N, d] with N ≥ 1")
    require_finite(name, x)


def require_device(name: str, device: torch.device | str) -> torch.device:
    """The device of this name, which exists on this machine."""
    try:
        found = torch.device(device)
        torch.empty(0, device=found)
    except (RuntimeError, AssertionError) as error:
        raise ValueError(f"{name} = {str(device)!r} is not a device that can be used here: {error}") from error
    return found


def span(t: Tensor) -> str:
    """From the least to the largest, in words."""
    low, high = float(t.min()), float(t.max())
    return f"{low:.6g} … {high:.6g}" if low < high else f"{high:.6g}"


def clock(t: float | Tensor, x: Tensor, *, name: str = "t") -> Tensor:
    """``t`` ready to multiply ``x``, with its dtype and device: a scalar stays one, [*batch] becomes [*batch, 1]."""
    dtype = x.dtype if x.is_floating_point() else None
    moved = torch.as_tensor(t, dtype=dtype, device=x.device)
    if moved.ndim == 0:
        return moved
    try:
        # The shapes are compared first, for torch's way to broadcast them costs as much as the product that follows.
        fits = moved.shape == x.shape[:-1] or torch.broadcast_shapes(moved.shape, x.shape[:-1]) == x.shape[:-1]
    except RuntimeError:
        fits = False
    if not fits:
        raise ValueError(
            f"{name} has shape {tuple(moved.shape)}, but must be a scalar or fit the batch {tuple(x.shape[:-1])}"
        )
    return moved.unsqueeze(-1)
