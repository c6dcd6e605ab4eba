"""Section "Probability is conserved": eq3 to eq5, from a volume that is carried to the determinant of a step."""

import functools
from typing import Any

import mpmath
import numpy as np
import sympy as sp
import torch
from scipy import optimize, stats

from blogtools.claims.heat_ode import formulas as f
from blogtools.ledger import Entry, Law, Numeric, Slope, Symbolic

SECTION = "Probability is conserved"

x, y = sp.symbols("x y", real=True)
a, b, c = sp.symbols("a b c", real=True)
step = sp.symbols("Delta", positive=True)

# eq3: maps x -> x + f Δt whose image has a law that SciPy knows, and the law they start from.
MATRIX = np.array([[1.2, 0.3, -0.1], [0.0, 0.8, 0.4], [0.2, -0.5, 1.1]])
STEPS: dict[str, Any] = {
    "f = (e^x - x)/Δt": (torch.exp, stats.norm().pdf, stats.lognorm(1.0).pdf),
    "f = (1 - 3x)/Δt": (lambda x: 1 - 2 * x, stats.norm().pdf, stats.norm(1.0, 2.0).pdf),
    "f = A x": (
        lambda x: torch.as_tensor(MATRIX) @ x,
        stats.multivariate_normal(np.zeros(3)).pdf,
        stats.multivariate_normal(np.zeros(3), MATRIX @ MATRIX.T).pdf,
    ),
    "Box and Muller": (
        lambda u: (-2 * u[0].log()).sqrt() * torch.stack([(2 * torch.pi * u[1]).cos(), (2 * torch.pi * u[1]).sin()]),
        lambda u: 1.0,
        stats.multivariate_normal(np.zeros(2)).pdf,
    ),
}


def eq3(move: str, x: np.ndarray, power: float = 1.0, absolute: bool = True) -> np.ndarray:
    """p_{t+Δt} at the end of the step times its Jacobian determinant."""
    step, _, after = STEPS[move]
    at = f.tensor(x)
    jacobian = np.atleast_2d(torch.autograd.functional.jacobian(step, at).numpy())
    det = np.linalg.det(jacobian)
    return np.squeeze(after(step(at).numpy())) * (abs(det) if absolute else det) ** power


def places(rng: np.random.Generator) -> list[dict[str, Any]]:
    """A point or two for every step."""
    return [
        *({"move": "f = (e^x - x)/Δt", "x": rng.normal()} for _ in range(3)),
        *({"move": "f = (1 - 3x)/Δt", "x": rng.normal()} for _ in range(2)),
        {"move": "f = A x", "x": rng.normal(size=3)},
        *({"move": "Box and Muller", "x": rng.uniform(0.05, 0.95, size=2)} for _ in range(2)),
    ]


GIVEN = {"blogtools.claims.heat_ode.conserved.bend": "the step is given; what it does to the density is asked"}


def bend(x: np.ndarray, dt: float) -> np.ndarray:
    """One step with f = sin 2x + x/2."""
    return x + dt * (np.sin(2 * x) + x / 2)


def folded_cdf(z: np.ndarray, dt: float, weight: str = "") -> np.ndarray:
    """Distribution function of the density that eq3 gives after the step from N(0, 1), summed where the step folds."""
    fine = np.linspace(-9, 9, 200_001)
    ends = bend(fine, dt)
    middle, width = (ends[1:] + ends[:-1]) / 2, np.abs(np.diff(ends))
    slope = np.abs(1 + dt * (2 * np.cos(2 * fine) + 0.5))[:-1] + 1e-300
    density = stats.norm.pdf((fine[1:] + fine[:-1]) / 2) / slope
    order = np.argsort(middle)
    total = np.concatenate([[0.0], np.cumsum((density * width)[order])])
    return np.interp(z, np.concatenate([[ends.min()], middle[order]]), total / total[-1])


def bent(rng: np.random.Generator, dt: float, factor: float = 1.0) -> np.ndarray:
    """3,000 draws of N(0, 1) after the step."""
    return bend(rng.normal(size=3000), factor * dt)


def summed(z: float, dt: float, first: bool = False) -> float:
    """Sum over the x that the step carries to z of N(x)/|slope|."""
    fine = np.linspace(-9, 9, 20_001)
    gap = bend(fine, dt) - z
    total = 0.0
    for k in np.nonzero(gap[1:] * gap[:-1] < 0)[0]:
        at = fine[k] - gap[k] * (fine[k + 1] - fine[k]) / (gap[k + 1] - gap[k])
        total += stats.norm.pdf(at) / abs(1 + dt * (2 * np.cos(2 * at) + 0.5))
        if first:
            break
    return total


def mass_below(z: float, dt: float) -> float:
    """P(x' ≤ z) after the step, from the places where the step crosses z, without any Jacobian."""
    fine = np.linspace(-9, 9, 2001)
    below = bend(fine, dt) <= z
    ends = [optimize.brentq(lambda x: bend(x, dt) - z, fine[k], fine[k + 1]) for k in np.nonzero(np.diff(below))[0]]
    return float(sum((1 if below[0] else -1) * (-1) ** k * stats.norm.cdf(at) for k, at in enumerate(ends)))


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
        id="9280.eq3",
        kind="identity",
        latex=r"p_t(\boldsymbol x_t)\,d\boldsymbol x_t=p_{t+\Delta t}(\boldsymbol x_{t+\Delta t})"
        r"\left|\frac{\partial\boldsymbol x_{t+\Delta t}}{\partial\boldsymbol x_t}\right|d\boldsymbol x_t",
        says="a step carries the probability of a small volume with it: where space is stretched, density falls",
        section=SECTION,
        evidence=(
            Numeric(
                statement=eq3,
                against=lambda move, x: np.squeeze(STEPS[move][1](x)),
                witnesses=places,
                rtol=1e-10,
                mutants={
                    "without the determinant": functools.partial(eq3, power=0.0),
                    "divided by the determinant": functools.partial(eq3, power=-1.0),
                    "without the absolute value": functools.partial(eq3, absolute=False),
                },
                about="steps from one law of SciPy's into another; the Jacobian by autograd",
            ),
            Law(
                statement=bent,
                against=folded_cdf,
                witnesses=({"dt": 0.3}, {"dt": 0.6}),
                mutants={
                    "unmoved": functools.partial(bent, factor=0.0),
                    "half the step": functools.partial(bent, factor=0.5),
                },
                shares=GIVEN,
                about="3,000 normal points after a step, against the density that eq3 gives",
            ),
        ),
    ),
    Entry(
        id="9280.eq3.fold",
        kind="identity",
        latex=r"p_{t+\Delta t}(\boldsymbol y)=\sum_{\boldsymbol x:\,\boldsymbol x+\boldsymbol f\Delta t=\boldsymbol y}"
        r"p_t(\boldsymbol x)\left|\frac{\partial\boldsymbol y}{\partial\boldsymbol x}\right|^{-1}",
        says="eq3 asks for a step short enough to be one-to-one: a longer one folds space, and then densities add",
        section=SECTION,
        evidence=(
            Law(
                statement=bent,
                against=folded_cdf,
                witnesses=({"dt": 0.9}, {"dt": 1.5}),
                mutants={"half the step, which does not fold": functools.partial(bent, factor=0.4)},
                shares=GIVEN,
                about="f = sin 2x + x/2: the step folds from 2/3 on",
            ),
            Numeric(
                statement=summed,
                against=lambda z, dt: (mass_below(z + 1e-3, dt) - mass_below(z - 1e-3, dt)) / 2e-3,
                witnesses=({"z": 2.7, "dt": 1.5}, {"z": -2.7, "dt": 1.5}, {"z": 2.28, "dt": 0.9}),
                rtol=1e-3,
                mutants={"only the first of them": functools.partial(summed, first=True)},
                shares=GIVEN,
                about="the sum over all x that land on one place",
            ),
        ),
    ),
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
