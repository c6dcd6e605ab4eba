"""Section "What training really learns": eq10 with (x, t) drawn by eq11 from the same x_0."""

import functools
import math
from typing import Any

import numpy as np
from scipy import integrate, stats

from blogtools.claims.poisson_flow import formulas as f
from blogtools.claims.poisson_flow.dimension import HALVES, RING_AND_BLOB, arrivals
from blogtools.diffusion import PosteriorMean, perturb_eq11, target_eq10
from blogtools.ledger import Entry, Law, Numeric

SECTION = "What training really learns"

SIGMA, TAU, M = 1e-4, 0.05, 500.0
"""Constants of eq11 with which the scale runs from 1e-4 to 4e6, so that its ends are of no account."""


def density_eq11(R: float, d: int) -> float:
    """Density of (x, t) by eq11 at distance R from (x_0, 0), up to a factor: a normal law integrated over m."""

    def at(m: float) -> float:
        log_scale = math.log(SIGMA / R) + m * math.log1p(TAU)
        return math.exp(-(d + 1) * log_scale - math.exp(-2 * log_scale) / 2)

    middle = math.log(R / SIGMA) / math.log1p(TAU)
    whole = integrate.quad(at, max(0.0, middle - 60), min(M, middle + 400), points=[middle], epsabs=0, epsrel=1e-12)[0]
    return whole / R ** (d + 1)


def posterior_eq11(x: np.ndarray, t: float, data: np.ndarray, masses: np.ndarray) -> np.ndarray:
    """P(x_0 | x, t) under eq11, from the integrated density."""
    R = np.sqrt(((x - data) ** 2).sum(1) + t**2)
    joint = masses * np.array([density_eq11(v, data.shape[1]) for v in R])
    return joint / joint.sum()


def learned_eq10(x: np.ndarray, t: float, data: np.ndarray, masses: np.ndarray) -> np.ndarray:
    """What minimises eq10 at (x, t) then: the mean of its target over that posterior."""
    apart = np.column_stack([x - data, np.full(len(data), t)])
    target = -apart / np.sqrt((apart**2).sum(1, keepdims=True)) ** (data.shape[1] + 1)
    return posterior_eq11(x, t, data, masses) @ target


def learned_x0(x: np.ndarray, t: float, data: np.ndarray, masses: np.ndarray) -> np.ndarray:
    """What minimises the regression on x_0 itself: the mean of x_0 over that posterior."""
    return posterior_eq11(x, t, data, masses) @ data


def field_of_power(
    x: np.ndarray, t: float, data: np.ndarray, masses: np.ndarray, twice: bool, shift: int = 0
) -> np.ndarray:
    """−∫(x−x_0, t) R^{-(d+1)} p̃ of eq8 or, ``twice``, with R^{-2(d+1)}; ``shift`` is added to the power."""
    power = (data.shape[1] + 1) * (2 if twice else 1) + shift
    return -masses @ f.eq8_terms(x, t, data, power)


def package_of_D(x: np.ndarray, t: float, data: np.ndarray, masses: np.ndarray) -> np.ndarray:
    """Direction of the package's field with D = d+2."""
    D = data.shape[1] + 2
    return PosteriorMean(f.tensor(data), D=D, weights=f.tensor(masses)).field(f.tensor(x), t / math.sqrt(D))[0].numpy()


def mean_of_power(x: np.ndarray, t: float, data: np.ndarray, masses: np.ndarray, power_shift: int = 0) -> np.ndarray:
    """x̂_0 with the weights R^{-(d+1)} of eq3."""
    R2 = ((x - data) ** 2).sum(1) + t**2
    weight = masses * R2 ** (-(data.shape[1] + 1 + power_shift) / 2)
    return weight @ data / weight.sum()


def scenes(rng: np.random.Generator) -> list[dict[str, Any]]:
    """Data with masses and one (x, t) each, d = 1 ... 4."""
    return [
        {"x": rng.normal(size=k), "t": t, "data": rng.normal(size=(n, k)), "masses": rng.uniform(0.2, 1, n)}
        for k, n, t in ((1, 2, 0.5), (1, 5, 1.5), (2, 4, 0.3), (3, 4, 1.0), (4, 3, 2.0))
    ]


ATOMS = np.array([-1.0, 0.5, 2.0])


def drawn(rng: np.random.Generator, d: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """x_0 from three points of an axis of R^d, and (x, t) by the package's eq11, kept where x_1 is nearest to the last.

    The scale runs from 0.1 to 100, so that at the distances kept its ends take less than 1e-3 of any weight.
    """
    x0 = np.zeros((200_000, d))
    x0[:, 0] = rng.choice(ATOMS, len(x0))
    x, t = (v.numpy() for v in perturb_eq11(f.tensor(x0), 0.1, 1.0, math.log2(1000), f.torch_generator(rng)))
    kept = (x[:, 0] > 1.3) & (x[:, 0] < 3) & (t > 0.4) & (t < 2)
    return x0[kept], x[kept], t[kept]


def turned_from(rng: np.random.Generator, d: int, D: float) -> np.ndarray:
    """eq10's target turned away from the package's field of ``D``, one number a draw; mean 0 if that is what it learns.

    The cross product of the two in the plane of the axis and t, over the target's likely length.
    """
    x0, x, t = drawn(rng, d)
    data = np.zeros((3, d))
    data[:, 0] = ATOMS
    target = target_eq10(f.tensor(x), f.tensor(t), f.tensor(x0)).numpy()
    way = PosteriorMean(f.tensor(data), D=D).field(f.tensor(x), f.tensor(t) / math.sqrt(D))[0].numpy()
    size = (((x[:, None] - data) ** 2).sum(-1) + t[:, None] ** 2) ** (-d / 2)
    return (target[:, 0] * way[:, -1] - target[:, -1] * way[:, 0]) / size.sum(1)


def missed(rng: np.random.Generator, d: int, D: float) -> np.ndarray:
    """x_0 less the package's posterior mean of ``D``, one number a draw; mean 0 if that is E[x_0 | x, t]."""
    x0, x, t = drawn(rng, d)
    data = np.zeros((3, d))
    data[:, 0] = ATOMS
    predict = PosteriorMean(f.tensor(data), D=D)
    return x0[:, 0] - predict(f.tensor(x), f.tensor(t) / (1 if math.isinf(D) else math.sqrt(D))).numpy()[:, 0]


ENTRIES = [
    Entry(
        id="9305.slip2",
        kind="algorithm",
        latex=r"\boldsymbol s_{\theta^*}(\boldsymbol x,t)\propto-\int\frac{(\boldsymbol x-\boldsymbol x_0,t)}"
        r"{R^{d+1}}\tilde p(\boldsymbol x_0)\,d\boldsymbol x_0",
        says="eq10 with (x, t) drawn by eq11 from the same x_0 learns the field of eq8: it does not",
        section=SECTION,
        corrected_by="9305.slip2.right",
        evidence=(
            Numeric(
                statement=functools.partial(field_of_power, twice=False),
                amended=functools.partial(field_of_power, twice=True),
                against=learned_eq10,
                witnesses=scenes,
                up_to_scale=True,
                rtol=1e-6,
                atol=1e-8,
                mutants={"R^{-2d-1}": functools.partial(field_of_power, twice=True, shift=-1)},
                about="the mean of the target over the posterior of eq11, its density integrated over m by SciPy",
            ),
        ),
    ),
    Entry(
        id="9305.slip2.right",
        kind="algorithm",
        latex=r"\boldsymbol s_{\theta^*}(\boldsymbol x,t)\propto-\int\frac{(\boldsymbol x-\boldsymbol x_0,t)}"
        r"{R^{2(d+1)}}\tilde p(\boldsymbol x_0)\,d\boldsymbol x_0",
        says="it learns the field with D = d+2 in place of D = 1, for points near x_0 are met more often",
        section=SECTION,
        evidence=(
            Numeric(
                statement=functools.partial(field_of_power, twice=True),
                against=package_of_D,
                witnesses=scenes,
                up_to_scale=True,
                rtol=1e-10,
                atol=1e-12,
                mutants={
                    "R^{-(d+1)}": functools.partial(field_of_power, twice=False),
                    "R^{-2d-1}": functools.partial(field_of_power, twice=True, shift=-1),
                },
                about="the package's field with D = d+2",
            ),
            *(
                Law(
                    statement=functools.partial(turned_from, d=d, D=d + 2),
                    against=0.0,
                    test="mean",
                    mutants={
                        "D = 1": functools.partial(turned_from, d=d, D=1),
                        "D = 2d+4": functools.partial(turned_from, d=d, D=2 * d + 4),
                    },
                    about=f"draws by the package's eq11, d = {d}: the target is turned to neither side of that field",
                )
                for d in (1, 2)
            ),
        ),
    ),
    Entry(
        id="9305.slip2.cure",
        kind="algorithm",
        latex=r"\operatorname*{argmin}_{\hat{\boldsymbol x}_0}\mathbb E\lVert\hat{\boldsymbol x}_0(\boldsymbol x,t)"
        r"-\boldsymbol x_0\rVert^2=\boldsymbol x-t\,\frac{\boldsymbol F_{\boldsymbol x}}{F_t}",
        says="regression on x_0 itself, with the same training points, learns the field of eq3 exactly",
        section=SECTION,
        evidence=(
            Numeric(
                statement=mean_of_power,
                against=learned_x0,
                witnesses=scenes,
                rtol=1e-6,
                atol=1e-8,
                mutants={
                    "R^{-d}": functools.partial(mean_of_power, power_shift=-1),
                    "R^{-(d+2)}": functools.partial(mean_of_power, power_shift=1),
                },
                about="the mean of x_0 over the posterior of eq11, its density integrated over m by SciPy",
            ),
            *(
                Law(
                    statement=functools.partial(missed, d=d, D=1),
                    against=0.0,
                    test="mean",
                    mutants={
                        "D = d+2": functools.partial(missed, d=d, D=d + 2),
                        "D infinite": functools.partial(missed, d=d, D=math.inf),
                    },
                    about=f"draws by the package's eq11, d = {d}: x_0 misses its posterior mean to neither side",
                )
                for d in (1, 2)
            ),
        ),
    ),
    Entry(
        id="9305.slip2.modes",
        kind="experiment",
        latex="",
        says="what eq10 learns so sends the prior of eq5 to the wrong shares, and its own prior to the right ones",
        section=SECTION,
        evidence=(
            Law(
                statement=functools.partial(arrivals, D=4.0, own_prior=True),
                against=lambda u, data, masses: stats.uniform.cdf(u),
                witnesses=({"data": RING_AND_BLOB, "masses": HALVES},),
                mutants={"the prior of eq5": functools.partial(arrivals, D=4.0)},
                about="3000 points flow along the field with D = d+2 to ring and blob in the plane",
            ),
        ),
    ),
]
