"""A small ledger in which everything is wrong in its own way; the names of the ids say how."""

import functools
import os
import time

import numpy as np
import sympy as sp
from scipy import stats

from blogtools.ledger import Entry, Evidence, Exact, Experiment, Law, Numeric, Slope, Symbolic

y = sp.symbols("y", real=True)
STARTED = time.perf_counter()


def square(n: float) -> float:
    """The square."""
    return n * n


def broken(n: float) -> float:
    """Raises."""
    raise ZeroDivisionError(f"nothing at {n}")


def sleepy(n: float) -> float:
    """Never ends in the time allowed."""
    time.sleep(600)
    return n


def dying(n: float) -> float:
    """Takes its process with it."""
    os._exit(7)


def entry(name: str, *evidence: Evidence, corrected_by: str = "", timeout: float = 60.0) -> Entry:
    """An entry that is only a name and its evidence."""
    return Entry(
        id=f"bad.{name}",
        kind="identity",
        latex="",
        says=name,
        evidence=evidence,
        corrected_by=corrected_by,
        timeout=timeout,
    )


SQUARED = {"statement": lambda n: n**2, "against": square, "witnesses": (1, 2, 3.5)}
WRONG = {"mutants": {"cube": lambda n: n**3}}

ENTRIES = [
    entry("right", Numeric(**SQUARED, **WRONG)),
    entry("same-callable", Numeric(statement=square, against=square, witnesses=(1, 2), **WRONG)),
    entry("same-partial", Numeric(statement=functools.partial(square), against=square, witnesses=(1, 2), **WRONG)),
    entry("same-lambda", Numeric(statement=lambda n: n + 1, against=lambda n: n + 1, witnesses=(1, 2), **WRONG)),
    entry(
        "same-inside",
        Numeric(statement=lambda n: square(n), against=lambda n: 1.0 * square(n), witnesses=(1,), **WRONG),
    ),
    entry("shares-unsaid", Numeric(**SQUARED, **WRONG, shares={"ledger_unsound.square": ""})),
    entry("same-expression", Symbolic(statement=sp.sin(y) + 1, against=1 + sp.sin(y))),
    entry("no-witness", Numeric(statement=lambda n: n**2, against=square, witnesses=(), **WRONG)),
    entry("no-witness-drawn", Exact(statement=lambda n: n**2, against=square, witnesses=lambda rng: [], **WRONG)),
    entry("no-witness-symbolic", Symbolic(statement=sp.sin(y) ** 2, against=1 - sp.cos(y) ** 2, witnesses=())),
    entry(
        "no-witness-law", Law(statement=lambda rng: rng.normal(size=9), against=stats.norm.cdf, witnesses=(), **WRONG)
    ),
    entry("two-steps", Slope(statement=square, against=0.0, order=2, witnesses=(1, 0.5), **WRONG)),
    entry("two-seeds", Experiment(statement=float, against=9.0, side="below", seeds=(1, 2), **WRONG)),
    entry("empty-sample", Law(statement=lambda rng: np.empty(0), against=stats.norm.cdf, **WRONG)),
    entry("raises", Numeric(statement=broken, against=square, witnesses=(1, 2), **WRONG)),
    entry("times-out", Numeric(statement=sleepy, against=square, witnesses=(1, 2), **WRONG), timeout=1.0),
    entry("dies", Numeric(statement=dying, against=square, witnesses=(1, 2), **WRONG)),
    entry("nan", Numeric(statement=lambda n: np.nan, against=square, witnesses=(1, 2), **WRONG)),
    entry("nan-both", Numeric(statement=lambda n: np.nan, against=lambda n: np.nan * n, witnesses=(1, 2), **WRONG)),
    entry("nan-sample", Law(statement=lambda rng: np.full(9, np.nan), against=stats.norm.cdf, **WRONG)),
    entry("shapes", Numeric(statement=lambda n: np.ones(3), against=square, witnesses=(1,), **WRONG)),
    entry("float", Exact(statement=lambda n: n**2, against=lambda n: 1.0 * n * n, witnesses=(1, 2), **WRONG)),
    entry("differs", Numeric(statement=lambda n: n**2 + 1e-6, against=square, witnesses=(1, 2), **WRONG)),
    entry("unknown", Symbolic(statement=sp.Function("f")(y), against=sp.Function("g")(y))),
    entry("no-evidence"),
    entry("no-mutant", Numeric(**SQUARED)),
    entry("mutant-survives", Numeric(**SQUARED, mutants={"unseen": lambda n: n * n + 1e-12})),
    entry("mutant-raises", Numeric(**SQUARED, mutants={"broken": broken})),
    entry("mutant-times-out", Numeric(**SQUARED, mutants={"sleepy": sleepy}), timeout=1.0),
    entry("mutant-is-other-side", Numeric(**SQUARED, mutants={"square": square})),
    entry("excuses-nothing", Symbolic(statement=sp.sin(y) ** 2, against=1 - sp.cos(y) ** 2, excused={"none": "why"})),
    entry(
        "erratum-holds",
        Symbolic(statement=2 * sp.sin(y) * sp.cos(y), amended=sp.sin(y) * sp.cos(y) * 2, against=sp.sin(2 * y)),
        corrected_by="bad.right",
    ),
    entry(
        "erratum-amended-fails",
        Symbolic(statement=sp.sin(y) * sp.cos(y), amended=3 * sp.sin(y) * sp.cos(y), against=sp.sin(2 * y)),
        corrected_by="bad.right",
    ),
    entry("erratum-not-amended", Numeric(**SQUARED, **WRONG), corrected_by="bad.right"),
]
