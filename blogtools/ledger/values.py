"""Evaluating the two sides of a statement at a witness."""

import math
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
import sympy as sp

Witness = Any
"""Arguments of both sides: a mapping is passed by name, a tuple by position, anything else as the one argument."""
Witnesses = Sequence[Witness] | Callable[[np.random.Generator], Sequence[Witness]]


def is_expression(side: object) -> bool:
    """Whether a side is a sympy expression or matrix."""
    return isinstance(side, sp.Expr | sp.MatrixBase)


def draw(witnesses: Witnesses, rng: np.random.Generator) -> list[Witness]:
    """The witnesses as a list; a callable draws them from ``rng``."""
    return list(witnesses(rng) if callable(witnesses) else witnesses)


def describe(witness: Witness) -> str:
    """A witness on one short line."""
    text = ", ".join(f"{k}={v}" for k, v in witness.items()) if isinstance(witness, Mapping) else str(witness)
    text = " ".join(text.split())
    return text if len(text) <= 80 else text[:77] + "..."


def apply(side: Any, witness: Witness) -> Any:
    """Value of one side: a callable is called, an expression evaluated with mpmath, anything else is the value."""
    if is_expression(side):
        return _evaluate(side, witness)
    if not callable(side):
        return side
    if isinstance(witness, Mapping):
        return side(**witness)
    return side(*witness) if isinstance(witness, tuple) else side(witness)


def _evaluate(expression: Any, witness: Witness) -> Any:
    """Value of an expression at the working precision of mpmath; the witness maps names of symbols to numbers."""
    symbols = sorted(expression.free_symbols, key=str)
    if not symbols:
        values: dict[str, Any] = {}
    elif not isinstance(witness, Mapping):
        raise ValueError(f"witness = {describe(witness)} must map the names {', '.join(map(str, symbols))} to numbers")
    else:
        values = {str(name): value for name, value in witness.items()}
    missing = [str(s) for s in symbols if str(s) not in values]
    if missing:
        raise ValueError(f"witness = {describe(witness)} lacks {', '.join(missing)}")
    digits = mpmath.mp.dps
    point = {s: _sympy_number(values[str(s)], digits + 15) for s in symbols}
    value = expression.subs(point).doit().evalf(digits)
    if isinstance(value, sp.MatrixBase):
        return [_mpmath_number(component) for component in value]
    return _mpmath_number(value)


def _sympy_number(value: Any, digits: int) -> Any:
    """A witness as sympy number: integers and fractions exact, so that they stay indices, the rest a long decimal."""
    value = value.item() if hasattr(value, "item") else value
    if isinstance(value, bool | int | Fraction | sp.Basic):
        return sp.sympify(value)
    return sp.sympify(value if isinstance(value, complex) else sp.Float(value, digits))


def _mpmath_number(value: Any) -> Any:
    """An evaluated expression as mpmath number; NaN where a formula has no value (a pole, zero to a negative power)."""
    if value in (sp.nan, sp.zoo):
        return mpmath.nan
    if not value.is_number or value.atoms(sp.Function, sp.Sum, sp.Integral, sp.Derivative):
        raise ValueError(f"{_short(value)} cannot be evaluated to a number")
    return mpmath.mpmathify(value)


def _short(value: Any) -> str:
    text = str(value)
    return text if len(text) <= 60 else text[:57] + "..."


def high_precision(value: Any) -> Any:
    """A number as mpmath or int, without loss."""
    if isinstance(value, bool | int | np.integer):
        return int(value)
    if isinstance(value, Fraction | sp.Rational):
        return mpmath.mpf(int(value.numerator)) / int(value.denominator)
    if isinstance(value, sp.Basic):
        return mpmath.mpmathify(value.evalf(mpmath.mp.dps + 5))
    return mpmath.mpmathify(value.item() if hasattr(value, "item") else value)


def numbers(value: Any) -> np.ndarray:
    """A value as an array: float64 or complex128, or object with mpmath numbers where there is one among them."""
    if hasattr(value, "detach"):
        value = value.detach().cpu().numpy()
    if isinstance(value, list | tuple):
        parts = [numbers(v) for v in value]
        if len({p.shape for p in parts}) > 1:
            return np.concatenate([p.ravel() for p in parts])
        return np.stack(parts) if parts else np.empty(0)
    if isinstance(value, sp.Basic | Fraction | mpmath.mpf | mpmath.mpc):
        out = np.empty((), dtype=object)
        out[()] = mpmath.mpmathify(high_precision(value))
        return out
    array = np.asarray(value)
    if array.dtype == object:
        return numbers(array.tolist())
    return array.astype(np.complex128 if np.iscomplexobj(array) else np.float64)


def exact(value: Any) -> Any:
    """A value made of integers, fractions, strings and tuples of them; ``ValueError`` for a float."""
    if hasattr(value, "detach"):
        value = value.detach().cpu().numpy()
    if isinstance(value, np.ndarray | list | tuple):
        return tuple(exact(v) for v in value)
    if isinstance(value, set | frozenset):
        return frozenset(exact(v) for v in value)
    if isinstance(value, Mapping):
        return frozenset((exact(k), exact(v)) for k, v in value.items())
    if isinstance(value, bool | np.bool_ | int | np.integer):
        return int(value)
    if isinstance(value, sp.Rational):
        return Fraction(int(value.p), int(value.q))
    if isinstance(value, Fraction | str) or value is None:
        return value
    raise ValueError(f"value = {value!r} of type {type(value).__name__} is not exact (integer, fraction or string)")


def finite(array: np.ndarray) -> np.ndarray:
    """Where an array of numbers is finite."""
    if array.dtype != object:
        return np.isfinite(array)
    flat = [bool(mpmath.isfinite(v)) for v in array.ravel()]
    return np.array(flat, dtype=bool).reshape(array.shape)


def as_float(value: Any) -> float:
    """A real number as float; too large becomes infinite."""
    try:
        return float(value)
    except OverflowError:
        return math.inf
