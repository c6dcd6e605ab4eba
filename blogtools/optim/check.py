"""What the functions of this room ask of their arguments, and how they say no."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

DECAYS = ("inverse-square", "inverse-time")
"""The two laws of the post: recipe 1 and recipe 2."""


def require_number(name: str, value: Any, low: float, high: float = math.inf, *, open_below: bool = False) -> None:
    """``value`` is a finite number with low ≤ value < high (low < value with ``open_below``)."""
    try:
        number = math.nan if isinstance(value, bool) else float(value)
    except (TypeError, ValueError):
        number = math.nan
    if not (low < number if open_below else low <= number) or not number < high:
        above = f"{'above' if open_below else 'of at least'} {low:g}"
        below = "" if high == math.inf else f" and below {high:g}"
        raise ValueError(f"{name} = {value!r} must be a finite number {above}{below}")


def require_decay(decay: str) -> None:
    """``decay`` is one of ``DECAYS``."""
    if decay not in DECAYS:
        raise ValueError(f"decay = {decay!r} must be one of {', '.join(DECAYS)}")


def array(name: str, value: Any, low: float = -math.inf, *, open_below: bool = False) -> NDArray[np.float64]:
    """``value`` as finite float64, each entry ≥ low (> low with ``open_below``)."""
    given = np.asarray(value)
    if given.dtype.kind not in "iuf" or given.size == 0:
        raise ValueError(f"{name} has shape {given.shape} and dtype {given.dtype}, but must be real numbers")
    x = given.astype(np.float64)
    bad = ~np.isfinite(x) | ((x <= low) if open_below else (x < low))
    if bad.any():
        where = "finite" if low == -math.inf else f"finite and {'above' if open_below else 'at least'} {low:g}"
        raise ValueError(f"{name} holds {x[bad].flat[0]}, but all must be {where}")
    return x
