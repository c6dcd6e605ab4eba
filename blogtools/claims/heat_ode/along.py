"""Section "Probability is conserved": eq6 and eq7, how log p changes along a path."""

import functools

import numpy as np
import sympy as sp

from blogtools.claims.heat_ode import formulas as f
from blogtools.claims.heat_ode.conserved import SECTION
from blogtools.ledger import Entry, Slope, Symbolic

x, t = sp.symbols("x t", real=True)
a, b, c = sp.symbols("a b c", real=True)
step = sp.symbols("Delta", positive=True)

CLOUD = f.blobs(3)
HERE = np.random.default_rng(0).normal(size=(6, 3))


def change(h: float, factor: float = -1.0) -> np.ndarray:
    """−∇·f Δt of eq6 at t = 1, for the drift of eq17."""
    return factor * h * -1.0 * f.laplacian(HERE, 1.0, CLOUD)


def torch_drift(x: np.ndarray, t: float) -> np.ndarray:
    """The drift of eq17 by autograd."""
    return -t * f.torch_derivatives(x, t, CLOUD)[0]


def changed(h: float) -> np.ndarray:
    """Difference of log p_{t+Δt} after the step and log p_t before it."""
    return f.log_p(HERE + h * torch_drift(HERE, 1.0), 1.0 + h, CLOUD) - f.log_p(HERE, 1.0, CLOUD)


def change_along(h: float, factor: float = -1.0) -> np.ndarray:
    """The changes of eq6 summed along Euler's path from t = 0.5 to 2."""
    at, total = HERE, np.zeros(len(HERE))
    for k in range(round(1.5 / h)):
        now = 0.5 + k * h
        total = total + factor * h * -now * f.laplacian(at, now, CLOUD)
        at = at + h * f.eq17(at, now, CLOUD)
    return total


def changed_along(h: float) -> np.ndarray:
    """Difference of log p_2 at the end of that path and log p_{1/2} at its start."""
    at = HERE
    for k in range(round(1.5 / h)):
        at = at + h * torch_drift(at, 0.5 + k * h)
    return f.log_p(at, 2.0, CLOUD) - f.log_p(HERE, 0.5, CLOUD)


def taylor(h: float, move: float = 1.0, time: float = 1.0) -> np.ndarray:
    """(x' − x)·∇log p + Δt ∂_t log p at t = 1, for a step of f = sin x, by autograd."""
    gradient, rate = f.torch_derivatives(HERE, 1.0, CLOUD)
    return move * h * (np.sin(HERE) * gradient).sum(1) + time * h * rate


def exactly(h: float) -> np.ndarray:
    """The difference itself."""
    return f.log_p(HERE + h * np.sin(HERE), 1.0 + h, CLOUD) - f.log_p(HERE, 1.0, CLOUD)


LOG_P = a * x**2 + b * sp.sin(x) * t + c * x * t**2
"""Some log p_t(x)."""

ENTRIES = [
    Entry(
        id="9280.eq6",
        kind="order",
        latex=r"\log p_{t+\Delta t}(\boldsymbol x_{t+\Delta t})-\log p_t(\boldsymbol x_t)\approx"
        r"-\nabla_{\boldsymbol x_t}\cdot\boldsymbol f_t(\boldsymbol x_t)\Delta t",
        says="along its path a particle's log-density falls by the divergence; error of order 2 a step, 1 for the way",
        section=SECTION,
        evidence=(
            Slope(
                statement=change,
                against=changed,
                order=2,
                witnesses=(0.04, 0.02, 0.01, 0.005),
                mutants={
                    "plus": functools.partial(change, factor=1.0),
                    "without the divergence": functools.partial(change, factor=0.0),
                    "twice": functools.partial(change, factor=-2.0),
                },
                about="one step in the heat of four blobs, d = 3",
            ),
            Slope(
                statement=change_along,
                against=changed_along,
                order=1,
                witnesses=(1.5 / 40, 1.5 / 80, 1.5 / 160, 1.5 / 320),
                mutants={
                    "plus": functools.partial(change_along, factor=1.0),
                    "half": functools.partial(change_along, factor=-0.5),
                },
                about="summed from t = 0.5 to 2",
            ),
        ),
    ),
    Entry(
        id="9280.eq7",
        kind="order",
        latex=r"\log p_{t+\Delta t}(\boldsymbol x_{t+\Delta t})-\log p_t(\boldsymbol x_t)\approx"
        r"(\boldsymbol x_{t+\Delta t}-\boldsymbol x_t)\cdot\nabla\log p_t+\Delta t\,\partial_t\log p_t",
        says="the same change by Taylor, for a step of any drift; error of order 2",
        section=SECTION,
        evidence=(
            Slope(
                statement=taylor,
                against=exactly,
                order=2,
                witnesses=(0.04, 0.02, 0.01, 0.005),
                mutants={
                    "without the change in time": functools.partial(taylor, time=0.0),
                    "without the change of place": functools.partial(taylor, move=0.0),
                    "time runs back": functools.partial(taylor, time=-1.0),
                },
                about="four blobs, d = 3; derivatives by autograd",
            ),
            Symbolic(
                statement=sp.sin(x) * (2 * a * x + b * sp.cos(x) * t + c * t**2) + b * sp.sin(x) + 2 * c * x * t,
                against=sp.Subs(
                    sp.Derivative(
                        LOG_P.subs({x: x + sp.sin(x) * step, t: t + step}, simultaneous=True) - LOG_P,
                        step,
                    ),
                    step,
                    0,
                ),
                partial=True,
                about="the slope in the step, for one log p and the drift sin x",
            ),
        ),
    ),
]
