"""A small ledger in which everything is as it should be, one entry for each kind of evidence and verdict."""

from fractions import Fraction

import mpmath
import numpy as np
import sympy as sp
from scipy import stats

from blogtools.ledger import Entry, Exact, Experiment, Law, Numeric, Open, Slope, Symbolic

x, T = sp.symbols("x T", positive=True)
d = sp.symbols("d", integer=True, positive=True)
y = sp.symbols("y", real=True)


def odd_sum(n: int) -> int:
    """Sum of the first n odd numbers, one by one."""
    return sum(range(1, 2 * n, 2))


def one_sided(h: float) -> float:
    """Forward difference of exp at 0."""
    return float(np.expm1(h) / h)


ENTRIES = [
    Entry(
        id="9305.eq1",
        kind="identity",
        latex=r"\sin^2 y = 1-\cos^2 y",
        says="sine and cosine lie on a circle",
        section="The circle",
        evidence=(Symbolic(statement=sp.sin(y) ** 2, against=1 - sp.cos(y) ** 2),),
    ),
    Entry(
        id="9305.eq2",
        kind="identity",
        latex=r"\frac{d}{dx}(x^2+T^2)^{(1-d)/2}",
        says="derivative of a potential",
        section="The potential",
        evidence=(
            Symbolic(
                statement=(1 - d) * x * (x**2 + T**2) ** (-(d + 1) / 2),
                against=sp.Derivative((x**2 + T**2) ** ((1 - d) / 2), x),
            ),
        ),
    ),
    Entry(
        id="9305.eq3",
        kind="identity",
        latex=r"1+3+\dots+(2n-1)=n^2",
        says="odd numbers add up to squares",
        evidence=(
            Exact(
                statement=lambda n: n**2,
                against=odd_sum,
                witnesses=(0, 1, 2, 10),
                mutants={"one more": lambda n: n**2 + 1},
            ),
        ),
    ),
    Entry(
        id="9305.eq4",
        kind="identity",
        latex=r"S_d(1)=\frac{2\pi^{d/2}}{\Gamma(d/2)}",
        says="area of the unit sphere",
        evidence=(
            Numeric(
                statement=2 * sp.pi ** (d / 2) / sp.gamma(d / 2),
                against=lambda d: d * mpmath.pi ** (mpmath.mpf(d) / 2) / mpmath.gamma(mpmath.mpf(d) / 2 + 1),
                witnesses=tuple({"d": k} for k in (1, 2, 3, 64, 3072)),
                rtol=1e-30,
            ),
        ),
    ),
    Entry(
        id="9305.eq5",
        kind="identity",
        latex=r"p(x)\propto (x^2+T^2)^{-(d+1)/2}",
        says="a prior up to its constant, which may hold T but not x",
        evidence=(
            Numeric(
                statement=(x**2 + T**2) ** (-(d + 1) / 2),
                against=lambda x, T, d: float(stats.t.pdf(x * d**0.5 / T, df=d)),
                witnesses=tuple({"x": v, "T": t, "d": k} for v in (0.5, 1, 3) for t in (1.0, 2.0) for k in (1, 4)),
                up_to_scale=("x",),
            ),
        ),
    ),
    Entry(
        id="9305.eq6",
        kind="order",
        latex=r"\frac{e^h-e^{-h}}{2h}=1+O(h^2)",
        says="a central difference is of second order",
        evidence=(
            Slope(
                statement=lambda h: np.sinh(h) / h,
                against=1.0,
                order=2,
                witnesses=(0.1, 0.05, 0.025),
                mutants={"one-sided": one_sided},
            ),
        ),
    ),
    Entry(
        id="9305.eq7",
        kind="law",
        latex=r"g/|h|\sim\mathrm{Cauchy}",
        says="a ratio of two normals is Cauchy",
        evidence=(
            Law(
                statement=lambda rng: rng.normal(size=5000) / np.abs(rng.normal(size=5000)),
                against=stats.cauchy.cdf,
                mutants={"one normal": lambda rng: rng.normal(size=5000)},
            ),
            Law(
                statement=lambda rng, k: rng.chisquare(k, size=4000),
                against=lambda rng, k: (rng.normal(size=(4000, k)) ** 2).sum(axis=1),
                test="sampler",
                witnesses=({"k": 1}, {"k": 5}),
                mutants={"half the freedom": lambda rng, k: rng.chisquare(k / 2, size=4000)},
                partial=True,
            ),
            Law(
                statement=lambda rng: rng.uniform(size=4000) ** 2,
                against=Fraction(1, 3),
                test="mean",
                mutants={"no square": lambda rng: rng.uniform(size=4000)},
            ),
        ),
    ),
    Entry(
        id="9305.eq8",
        kind="experiment",
        latex="",
        says="a mean of a hundred lies nearer to its limit than one half",
        evidence=(
            Experiment(
                statement=lambda seed: abs(np.random.default_rng(seed).normal(size=100).mean()),
                against=0.5,
                side="below",
                mutants={"four": lambda seed: 4 + abs(np.random.default_rng(seed).normal())},
                about="five samples",
            ),
        ),
    ),
    Entry(
        id="9305.eq9",
        kind="identity",
        latex=r"\sin 2y=\sin y\cos y",
        says="double angle, as printed without its factor",
        corrected_by="9305.eq9.corrected",
        evidence=(Symbolic(statement=sp.sin(y) * sp.cos(y), amended=2 * sp.sin(y) * sp.cos(y), against=sp.sin(2 * y)),),
    ),
    Entry(
        id="9305.eq9.corrected",
        kind="identity",
        latex=r"\sin 2y=2\sin y\cos y",
        says="double angle",
        evidence=(Symbolic(statement=2 * sp.sin(y) * sp.cos(y), against=sp.sin(2 * y)),),
    ),
    Entry(
        id="9305.claim10",
        kind="experiment",
        latex="",
        says="a figure of the paper",
        open=Open("It needs eight days of a GPU.", "Train the released configuration."),
    ),
]
