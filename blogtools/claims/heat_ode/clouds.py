"""Section "An ODE moves a cloud": eq1 and its Euler step eq2."""

import functools
import math
from typing import Any

import numpy as np
from scipy import linalg

from blogtools.claims.heat_ode import formulas as f
from blogtools.diffusion import Poisson, PosteriorMean, sample
from blogtools.ledger import Entry, Law, Numeric, Slope

SECTION = "An ODE moves a cloud"

START = np.array([[1.3, -0.4], [-0.2, 0.8], [0.9, 1.7]])

GIVEN = {"blogtools.claims.heat_ode.clouds.pendulum": "the drift is given; the way along it is asked"}


def pendulum(x: f.Array, t: float) -> f.Array:
    """A pushed pendulum: angle and speed."""
    return np.stack([x[..., 1], -np.sin(x[..., 0]) - 0.1 * x[..., 1] + 0.3 * math.cos(t)], -1)


def there_and_back(x: f.Array, end: float, sign: float = 1.0, lag: float = 0.0) -> f.Array:
    """From t = 0 to ``end``, and from there back."""
    there = f.flow(pendulum, x, 0.0, end)
    return f.flow(lambda x, t: sign * pendulum(x, t + lag), there, end, 0.0)


def linear_flow(x: f.Array, A: f.Array, end: float, euler: int = 0) -> f.Array:
    """dx/dt = A x by SciPy, or by a number of Euler steps."""
    if not euler:
        return f.flow(lambda x, t: A @ x, x, 0.0, end)
    for _ in range(euler):
        x = x + end / euler * A @ x
    return x


def systems(rng: np.random.Generator) -> list[dict[str, Any]]:
    """Linear systems in 1 ... 8 dimensions."""
    return [{"x": rng.normal(size=d), "A": rng.normal(size=(d, d)) / d**0.5, "end": 1.5} for d in (1, 2, 8)]


def logistic(rng: np.random.Generator, end: float, factor: float = 1.0) -> f.Array:
    """Where dx/dt = x(1−x) has carried 2,000 uniform x_0 at t = ``end``."""
    return f.flow(lambda x, t: factor * x * (1 - x), rng.random(2000), 0.0, end, rtol=1e-7)


def euler(h: float, method: str = "euler") -> f.Array:
    """The pendulum at t = 2 in steps of h by eq2, or by a better or worse rule."""
    x = START
    for k in range(round(2 / h)):
        slope = pendulum(x, k * h)
        if method == "heun":
            slope = (slope + pendulum(x + h * slope, (k + 1) * h)) / 2
        x = x + (h if method != "nine tenths of the step" else 0.9 * h) * slope
    return x


def one_step(h: float, factor: float = 1.0) -> f.Array:
    """One step of eq2 from t = 0.5."""
    return START + factor * h * pendulum(START, 0.5)


def printed_step(x: f.Array, t: float, after: float, cloud: f.Cloud, sign: float = 1.0, at: str = "t") -> f.Array:
    """eq2 with the drift of eq17."""
    return x + sign * (after - t) * f.eq17(x, t if at == "t" else after, cloud)


def package_step(x: f.Array, t: float, after: float, cloud: f.Cloud) -> f.Array:
    """One Euler step of the package's sampler on the heat process."""
    exact = PosteriorMean(f.tensor(cloud.centres), math.inf, f.tensor(np.ones(len(cloud.centres))))
    return sample(exact, Poisson(math.inf), f.tensor(x), f.tensor([t, after])).x.numpy()


ENTRIES = [
    Entry(
        id="9280.eq1",
        kind="identity",
        latex=r"\frac{d\boldsymbol x_t}{dt}=\boldsymbol f_t(\boldsymbol x_t)",
        says="an ODE carries each x_0 to one x_T, and run backwards it brings each x_T home",
        section=SECTION,
        evidence=(
            Numeric(
                statement=there_and_back,
                against=lambda x, end: x,
                witnesses=({"x": START, "end": 1.0}, {"x": START, "end": 6.0}, {"x": -10 * START, "end": 3.0}),
                rtol=1e-8,
                atol=1e-8,
                mutants={
                    "back along the same drift turned round": functools.partial(there_and_back, sign=-1.0),
                    "back by a clock that lags": functools.partial(there_and_back, lag=0.1),
                },
                about="a pushed pendulum, there and back by SciPy, solved to 1e-11",
            ),
            Numeric(
                statement=linear_flow,
                against=lambda x, A, end: linalg.expm(A * end) @ x,
                witnesses=systems,
                rtol=1e-8,
                atol=1e-9,
                mutants={"in 100 Euler steps": functools.partial(linear_flow, euler=100)},
                about="where the drift is linear, against the exponential of its matrix",
            ),
            Law(
                statement=logistic,
                against=lambda z, end: z / (z + (1 - z) * math.exp(end)),
                witnesses=({"end": 0.5}, {"end": 2.0}),
                mutants={
                    "at rest": functools.partial(logistic, factor=0.0),
                    "at half the speed": functools.partial(logistic, factor=0.5),
                },
                about="a cloud: 2,000 even x_0 under dx/dt = x(1-x), whose flow has a closed inverse",
            ),
        ),
    ),
    Entry(
        id="9280.eq2",
        kind="order",
        latex=r"\boldsymbol x_{t+\Delta t}-\boldsymbol x_t=\boldsymbol f_t(\boldsymbol x_t)\Delta t",
        says="the Euler step misses the path by the square of the step, and the end of the path by the step",
        section=SECTION,
        evidence=(
            Slope(
                statement=euler,
                against=lambda h: f.flow(pendulum, START, 0.0, 2.0),
                order=1,
                witnesses=(1 / 64, 1 / 128, 1 / 256, 1 / 512),
                mutants={
                    "Heun's step": functools.partial(euler, method="heun"),
                    "nine tenths of the step": functools.partial(euler, method="nine tenths of the step"),
                },
                shares=GIVEN,
                about="the whole way, against SciPy",
            ),
            Slope(
                statement=one_step,
                against=lambda h: f.flow(pendulum, START, 0.5, 0.5 + h),
                order=2,
                witnesses=(0.04, 0.02, 0.01, 0.005),
                mutants={"twice the step": functools.partial(one_step, factor=2.0)},
                shares=GIVEN,
                about="one step, against SciPy",
            ),
            Numeric(
                statement=printed_step,
                against=package_step,
                witnesses=lambda rng: [
                    {
                        "x": 2 * rng.normal(size=(3, d)),
                        "t": 1.2,
                        "after": after,
                        "cloud": f.Cloud(rng.normal(size=(5, d))),
                    }
                    for d, after in ((1, 0.9), (2, 1.1), (20, 0.3))
                ],
                rtol=1e-10,
                atol=1e-11,
                mutants={
                    "the other way": functools.partial(printed_step, sign=-1.0),
                    "the drift of the end": functools.partial(printed_step, at="after"),
                },
                about="with the drift of eq17 it is the Euler step of the package's one sampler",
            ),
        ),
    ),
]
