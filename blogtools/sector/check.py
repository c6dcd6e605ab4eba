"""What the functions of this room ask of their arguments."""

from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

LARGEST_N = 10**6


def require_count(name: str, value: Any, at_least: int = 1, at_most: int | None = None) -> int:
    """``value`` as an int; ``ValueError`` unless it is one whole number in the range (True is not a number)."""
    whole = isinstance(value, int | np.integer) and not isinstance(value, bool)
    if not whole or value < at_least or (at_most is not None and value > at_most):
        limit = f"of at least {at_least}" if at_most is None else f"from {at_least} to {at_most}"
        raise ValueError(f"{name} = {value!r} must be a whole number {limit}")
    return int(value)


def _array(name: str, values: Any, kinds: str, what: str, low: float, high: float) -> NDArray[Any]:
    try:
        array = np.asarray(values)
    except ValueError:
        raise ValueError(f"{name} = {values!r} must be {what}, in an array of one shape") from None
    if array.dtype.kind not in kinds:
        raise ValueError(f"{name} = {values!r} must be {what}")
    wrong = array[~((array >= low) & (array <= high))]
    if wrong.size:
        raise ValueError(f"{name} = {wrong[0]} must be {what}")
    return array


def require_counts(name: str, values: Any, at_least: int = 1) -> NDArray[np.int64]:
    """``values`` as an integer array; ``ValueError`` unless all are whole numbers from ``at_least`` to 10^6."""
    what = f"whole numbers from {at_least} to {LARGEST_N}"
    return _array(name, values, "iu", what, at_least, LARGEST_N).astype(np.int64)


def require_between(name: str, values: Any, low: float, high: float) -> NDArray[np.float64]:
    """``values`` as a float64 array; ``ValueError`` unless all are real numbers in [low, high]."""
    return _array(name, values, "iuf", f"real numbers from {low} to {high}", low, high).astype(np.float64)


def require_fraction(name: str, value: Any, low: int = 0, high: int | None = 1) -> Fraction:
    """``value`` as a Fraction; ``ValueError`` unless it is a Fraction or an int in [low, high]."""
    exact = isinstance(value, Fraction | int) and not isinstance(value, bool)
    if not exact or value < low or (high is not None and value > high):
        limit = f"of at least {low}" if high is None else f"from {low} to {high}"
        raise ValueError(f"{name} = {value!r} must be a Fraction (or an int) {limit}")
    return Fraction(value)


def require_broadcast(**arrays: NDArray[Any]) -> list[NDArray[Any]]:
    """The named arrays in one common shape; ``ValueError`` naming their shapes when there is none."""
    try:
        return list(np.broadcast_arrays(*arrays.values()))
    except ValueError:
        shapes = ", ".join(f"{name} {array.shape}" for name, array in arrays.items())
        raise ValueError(f"shapes do not broadcast: {shapes}") from None
