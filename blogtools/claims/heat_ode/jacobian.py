"""Section "Probability is conserved": eq4 and eq5, the Jacobian of a step and its determinant."""

import functools

import mpmath
import numpy as np
import sympy as sp
import torch

from blogtools.claims.heat_ode import formulas as f
from blogtools.claims.heat_ode.conserved import SECTION
from blogtools.ledger import Entry, Numeric, Slope, Symbolic

x, y = sp.symbols("x y", real=True)
a, b, c = sp.symbols("a b c", real=True)
step = sp.symbols("Delta", positive=True)

# eq4 and eq5
DRIFT = sp.Matrix([a * x * y + b * sp.sin(x), c * x**2 - y**3])
"""A drift in the plane without symmetry."""


def det_of(d: int) -> sp.Expr:
    """det(I + JΔ) for a matrix J of d² symbols."""
    J = sp.Matrix(d, d, sp.symbols(f"J:{d}:{d}", real=True))
    return sp.expand((sp.eye(d) + J * step).det(method="berkowitz"))


def trace_of(d: int) -> sp.Expr:
    """The trace of the same J."""
    return sum(sp.symbols(f"J{i}{i}", real=True) for i in range(d))


def tanh_jacobian(x: np.ndarray, W: np.ndarray, dt: float, identity: bool = True, turned: bool = False) -> np.ndarray:
    """I + ∂f/∂x Δt for f = tanh(W x)."""
    J = (1 - np.tanh(W @ x) ** 2)[:, None] * W
    return (np.eye(len(x)) if identity else 0) + dt * (J.T if turned else J)


def autograd_jacobian(x: np.ndarray, W: np.ndarray, dt: float) -> np.ndarray:
    """∂(x + fΔt)/∂x by autograd."""
    return torch.autograd.functional.jacobian(lambda x: x + dt * torch.tanh(f.tensor(W) @ x), f.tensor(x)).numpy()


JACOBIANS = {d: np.random.default_rng(d).normal(size=(d, d)) / d**0.5 for d in (1, 2, 10, 64)}


def determinant(h: float, d: int) -> float:
    """|I + JΔ|."""
    return float(abs(np.linalg.det(np.eye(d) + h * JACOBIANS[d])))


def first_order(h: float, d: int, form: str = "sum", of: str = "trace") -> float:
    """1 + Tr J Δ or e^{Tr J Δ}."""
    J = JACOBIANS[d]
    value = {"trace": np.trace(J), "all entries": J.sum() + 1, "no": 0.0, "turned": -np.trace(J)}[of]
    return 1 + float(value) * h if form == "sum" else float(np.exp(value * h))


def missed(h: float, J: np.ndarray, form: str, sign: float = 1.0) -> mpmath.mpf:
    """What 1 + Tr J Δ or e^{Tr J Δ} lacks to |I + JΔ|, over Δ², for small Δ."""
    square, trace = np.trace(J @ J), np.trace(J)
    return sign * ((trace**2 - square) / 2 if form == "sum" else -square / 2)


def lacking(h: float, J: np.ndarray, form: str) -> mpmath.mpf:
    """The same from the determinant, by mpmath."""
    trace = mpmath.fsum(J[i, i] for i in range(len(J))) * h
    det = mpmath.det(mpmath.eye(len(J)) + h * mpmath.matrix(J.tolist()))
    return (det - (1 + trace if form == "sum" else mpmath.exp(trace))) / mpmath.mpf(h) ** 2


def logdet_slope(J: np.ndarray) -> float:
    """d/dΔ log|I + JΔ| at Δ = 0."""
    at = torch.zeros((), dtype=torch.float64, requires_grad=True)
    log_det = torch.linalg.slogdet(torch.eye(len(J)).double() + at * f.tensor(J))[1]
    return float(torch.autograd.grad(log_det, at)[0])


ENTRIES = [
    Entry(
        id="9280.eq4",
        kind="identity",
        latex=r"\frac{\partial\boldsymbol x_{t+\Delta t}}{\partial\boldsymbol x_t}=\boldsymbol I+"
        r"\frac{\partial\boldsymbol f_t(\boldsymbol x_t)}{\partial\boldsymbol x_t}\Delta t",
        says="the Jacobian of one step",
        section=SECTION,
        evidence=(
            Symbolic(
                statement=sp.Matrix(
                    [
                        [1 + (a * y + b * sp.cos(x)) * step, a * x * step],
                        [2 * c * x * step, 1 - 3 * y**2 * step],
                    ]
                ),
                against=sp.Matrix(
                    2, 2, lambda i, j: sp.Derivative((x, y)[i] + DRIFT[i] * step, (x, y)[j])
                ).as_immutable(),
                about="a drift in the plane without symmetry",
            ),
            Numeric(
                statement=tanh_jacobian,
                against=autograd_jacobian,
                witnesses=lambda rng: [
                    {"x": rng.normal(size=d), "W": rng.normal(size=(d, d)), "dt": dt}
                    for d, dt in ((1, 0.3), (3, 0.1), (20, 1.0))
                ],
                rtol=1e-11,
                atol=1e-12,
                mutants={
                    "without I": functools.partial(tanh_jacobian, identity=False),
                    "transposed": functools.partial(tanh_jacobian, turned=True),
                },
                about="f = tanh(W x), against torch's autograd",
            ),
        ),
    ),
    Entry(
        id="9280.eq5",
        kind="order",
        latex=r"\left|\boldsymbol I+\frac{\partial\boldsymbol f}{\partial\boldsymbol x}\Delta t\right|\approx"
        r"1+\mathrm{Tr}\frac{\partial\boldsymbol f}{\partial\boldsymbol x}\Delta t=1+\nabla\cdot\boldsymbol f\,\Delta t"
        r"\approx e^{\nabla\cdot\boldsymbol f\,\Delta t}",
        says="to first order the determinant of a step is one plus its trace; the error is of order 2 in the step",
        section=SECTION,
        evidence=(
            *(
                Symbolic(
                    statement=trace_of(d),
                    against=sp.Subs(sp.Derivative(det_of(d), step), step, 0),
                    no_automatic="" if d < 4 else "each takes long, and they die for d = 3",
                    mutants={"the first entry twice": trace_of(d) + sp.Symbol("J00", real=True)},
                    about=f"the determinant expanded in the step, any J, d = {d}",
                )
                for d in (1, 2, 3, 4)
            ),
            *(
                Slope(
                    statement=functools.partial(first_order, d=d, form=form),
                    against=functools.partial(determinant, d=d),
                    order=2,
                    witnesses=(8e-3, 4e-3, 2e-3, 1e-3),
                    mutants={
                        "without the trace": functools.partial(first_order, d=d, form=form, of="no"),
                        "with the other sign": functools.partial(first_order, d=d, form=form, of="turned"),
                        "all entries": functools.partial(first_order, d=d, form=form, of="all entries"),
                    },
                    about=f"d = {d}, " + ("1 + Tr" if form == "sum" else "the exponential"),
                )
                for d, form in ((1, "exp"), (2, "sum"), (10, "sum"), (10, "exp"), (64, "sum"), (64, "exp"))
            ),
            Numeric(
                statement=lambda J: np.trace(J),
                against=logdet_slope,
                witnesses=lambda rng: [rng.normal(size=(d, d)) for d in (1, 5, 64, 256)],
                rtol=1e-10,
                atol=1e-10,
                mutants={
                    "the sum of all entries": lambda J: J.sum() + 1,
                    "the trace over d": lambda J: np.trace(J) / (len(J) + 1),
                },
                about="slope of log|I + JΔ| at 0 by autograd, up to d = 256",
            ),
        ),
    ),
    Entry(
        id="9280.eq5.error",
        kind="order",
        latex=r"\left|\boldsymbol I+\boldsymbol J\Delta t\right|=1+\mathrm{Tr}\boldsymbol J\,\Delta t+"
        r"\tfrac12\bigl((\mathrm{Tr}\boldsymbol J)^2-\mathrm{Tr}\boldsymbol J^2\bigr)\Delta t^2+\dots",
        says="what eq5 leaves out; in one dimension 1 + Tr is exact, and the exponential is exact for the flow itself",
        section=SECTION,
        evidence=(
            Symbolic(
                statement=((sp.Symbol("p") + sp.Symbol("q")) ** 2 - sp.Symbol("p") ** 2 - sp.Symbol("q") ** 2) / 2
                - sp.Symbol("r") * sp.Symbol("s"),
                against=sp.Subs(
                    sp.Derivative(
                        sp.Matrix(
                            [
                                [1 + sp.Symbol("p") * step, sp.Symbol("r") * step],
                                [sp.Symbol("s") * step, 1 + sp.Symbol("q") * step],
                            ]
                        ).det(),
                        (step, 2),
                    ),
                    step,
                    0,
                )
                / 2,
                about="in the plane",
            ),
            *(
                Numeric(
                    statement=functools.partial(missed, form=form),
                    against=functools.partial(lacking, form=form),
                    witnesses=lambda rng: [{"h": 1e-12, "J": rng.normal(size=(d, d)) / d**0.5} for d in (2, 3, 12)],
                    rtol=1e-9,
                    atol=1e-9,
                    digits=60,
                    mutants={"with the other sign": functools.partial(missed, form=form, sign=-1.0)},
                    about="in d = 2, 3, 12 at a step of 1e-12, by mpmath: "
                    + ("of 1 + Tr" if form == "sum" else "of the exponential"),
                )
                for form in ("sum", "exp")
            ),
        ),
    ),
]
