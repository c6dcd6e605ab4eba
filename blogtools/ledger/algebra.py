"""The little that is asked of sympy: is this zero, are these proportional, and a random point where they differ."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import sympy as sp

Domain = Mapping[str, tuple[float, float]]
_POINTS = 8
_DIGITS = 30
_GRID = 64  # simple fractions keep sympy's integrals quick


def is_zero(difference: Any) -> bool:
    """Whether sympy reduces an expression or every component of a matrix to zero; unknown counts as no."""
    if isinstance(difference, sp.MatrixBase):
        return all(is_zero(component) for component in difference)
    reductions = (
        lambda e: e.doit(),
        sp.simplify,
        lambda e: sp.simplify(sp.expand(sp.expand_func(e))),
        lambda e: sp.gammasimp(sp.powsimp(sp.expand_power_base(e, force=False))),
        lambda e: sp.simplify(e.rewrite(sp.exp)),
    )
    for reduce in reductions:
        difference = reduce(difference)
        if difference == 0:
            return True
    return difference.equals(0) is True


def random_point(symbols: Any, rng: np.random.Generator, domain: Domain) -> dict[sp.Symbol, Any]:
    """Values that the symbols' assumptions and ``domain`` allow, as exact rationals, no two reals alike."""
    point: dict[sp.Symbol, Any] = {}
    for symbol in sorted(symbols, key=str):
        if str(symbol) in domain:
            low, high = domain[str(symbol)]
        elif symbol.is_integer:
            low, high = (1, 7) if symbol.is_positive else (0, 6) if symbol.is_nonnegative else (-5, 6)
        else:
            low, high = (0.2, 3) if symbol.is_nonnegative else (-3, -0.2) if symbol.is_nonpositive else (-3, 3)
        if symbol.is_integer:
            step = 2 if symbol.is_even or symbol.is_odd else 1
            value = sp.Integer(int(rng.integers(int(low), int(high) + 1)) * step + (1 if symbol.is_odd else 0))
        else:
            value = _fraction(rng, low, high)
            while value in point.values():
                value = _fraction(rng, low, high)
        point[symbol] = value
    return point


def _fraction(rng: np.random.Generator, low: float, high: float) -> Any:
    scale = _GRID * max(1, math.ceil(1 / (high - low)))
    return sp.Rational(round(scale * rng.uniform(low, high)), scale)


def value_at(expression: Any, point: Mapping[sp.Symbol, Any]) -> Any:
    """Numerical value with its sums, integrals and derivatives done.

    NaN where the expression is infinite (a pole, a divergent integral), ``None`` where sympy cannot tell, as at 0/0.
    """
    try:
        done = expression.subs(point).doit()
        if done.has(sp.zoo, sp.oo, -sp.oo) and not done.has(sp.Integral, sp.Sum, sp.Product):
            return sp.nan
        if done is sp.nan and expression.has(sp.Integral, sp.Sum, sp.Product):
            return sp.nan
        value = done.evalf(_DIGITS)
    except (ValueError, TypeError, AttributeError, ZeroDivisionError, NotImplementedError, RecursionError):
        return None  # AttributeError: a Derivative of a Derivative, put in where the inner one is zero
    if not value.is_number or value is sp.nan or value.is_finite is None:
        return None
    # A zero that comes out of cancellation is a tiny number with a single bit of precision.
    noise = {number: sp.Integer(0) for number in value.atoms(sp.Float) if number._prec == 1}
    return value.xreplace(noise) if value.is_finite else sp.nan


def counterexample(one: Any, other: Any, rng: np.random.Generator, domain: Domain) -> str:
    """A random point at which two expressions differ, in words; empty when none was met."""
    if isinstance(one, sp.MatrixBase) or isinstance(other, sp.MatrixBase):
        if getattr(one, "shape", ()) != getattr(other, "shape", ()):
            return f"shapes {getattr(one, 'shape', ())} and {getattr(other, 'shape', ())}"
        return next(filter(None, (counterexample(a, b, rng, domain) for a, b in zip(one, other, strict=True))), "")
    for _ in range(_POINTS):
        point = random_point(one.free_symbols | other.free_symbols, rng, domain)
        a, b = value_at(one, point), value_at(other, point)
        if a is None or b in (None, sp.nan):
            continue
        if a is sp.nan:
            return f"no finite value at {_words(point)}"
        if abs(a - b) > sp.Float("1e-15") * (abs(a) + abs(b)):
            return f"{sp.N(a, 6)} against {sp.N(b, 6)}" + (f" at {_words(point)}" if point else "")
    return ""


def _words(point: Mapping[sp.Symbol, Any]) -> str:
    return ", ".join(f"{symbol}={sp.N(value, 4)}" for symbol, value in point.items())


def proportional(
    one: Any, other: Any, names: bool | tuple[str, ...], rng: np.random.Generator, domain: Domain
) -> tuple[bool | None, str]:
    """Whether ``one`` is ``other`` times a positive factor without the variables ``names`` (``True``: a number).

    ``(True, "")``, ``(False, a point in words)`` or ``(None, "")`` when sympy cannot tell. Matrices share one factor.
    """
    ones, others = (list(e) if isinstance(e, sp.MatrixBase) else [e] for e in (one, other))
    if len(ones) != len(others):
        return False, "shapes do not match"
    symbols = set().union(*(e.free_symbols for e in (*ones, *others)))
    varying = symbols if names is True else {s for s in symbols if isinstance(names, tuple) and str(s) in names}
    fixed = random_point(symbols, rng, domain)
    base = [value_at(e, fixed) for e in (ones[0], others[0])]
    if base[0] is sp.nan and base[1] not in (None, sp.nan):
        return False, f"no finite value at {_words(fixed)}"
    if any(value in (None, sp.nan, 0) for value in base):
        return None, ""
    if not sp.N(base[0] / base[1]).is_positive:
        return False, f"the factor is {sp.N(base[0] / base[1], 6)} at {_words(fixed)}"
    # a(x) b(x0) = a(x0) b(x) for all x says that a/b does not depend on x.
    start = {s: fixed[s] for s in varying}
    left = sp.Matrix([a * others[0].subs(start) for a in ones])
    right = sp.Matrix([b * ones[0].subs(start) for b in others])
    if point := counterexample(left, right, rng, domain):
        return False, point
    return (True, "") if is_zero(left - right) else (None, "")
