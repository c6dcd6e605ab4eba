"""Section "Learning the score": eq20 and what it learns (claim4)."""

import functools
import math
from typing import Any

import numpy as np
import sympy as sp
from scipy import optimize

from blogtools.claims.heat_ode import formulas as f
from blogtools.diffusion import Heat, Linear, PosteriorMean, score_target
from blogtools.ledger import Entry, Numeric, Symbolic

SECTION = "Learning the score"
x, x0, a, b, c, S = sp.symbols("x x0 a b c S", real=True)
s, p, q = sp.symbols("s p q", positive=True)
KERNELS = [w * sp.exp(-((x - at) ** 2) / (2 * s**2)) for w, at in ((p, a), (q, b), (1, c))]
"""Three points with masses p : q : 1 under heat."""

MEAN = p * a + q * b + (1 - p - q) * c


def loss(m: sp.Expr) -> sp.Expr:
    """E(s−target)² for the targets a, b, c with posterior probabilities p, q, 1−p−q."""
    return p * (a - m) ** 2 + q * (b - m) ** 2 + (1 - p - q) * (c - m) ** 2


def conditional_scores(x: f.Array, t: float, data: f.Array) -> f.Array:
    """∇ log N(x_t; x_0, σ²I) for each x_0 [n, d]."""
    return (data - x) / t**2


def minimiser(
    x: f.Array, t: float, data: f.Array, sign: float = 1.0, power: int = 2, posterior: bool = True
) -> f.Array:
    """The s that makes eq20 least at one x_t, by SciPy from values of the loss alone."""
    logits = -((x - data) ** 2).sum(1) / (2 * t**2)
    share = np.exp(logits - logits.max()) if posterior else np.ones(len(data))
    target = sign * conditional_scores(x, t, data)

    def loss(s: f.Array) -> float:
        return float(share @ np.linalg.norm(s - target, axis=1) ** power / share.sum())

    return optimize.minimize(loss, np.zeros(len(x)), method="BFGS", options={"gtol": 1e-9}).x


def autograd_score(x: f.Array, t: float, data: f.Array) -> f.Array:
    """∇log p_t by autograd."""
    return f.torch_derivatives(x[None], t, f.Cloud(data))[0][0]


def scenes(rng: np.random.Generator) -> list[dict[str, Any]]:
    """Data and one (x, t) each."""
    return [
        {"x": rng.normal(size=d), "t": t, "data": rng.normal(size=(6, d))} for d, t in ((1, 0.8), (2, 1.0), (5, 1.5))
    ]


MODELS: dict[str, Any] = {
    "nothing": lambda x: 0 * x,
    "a line": lambda x: 0.3 - 0.5 * x,
    "a wave": lambda x: np.sin(2 * x) - x,
}


def conditional(one: str, other: str, t: float, unconditional: bool = False) -> float:
    """eq20 of one model minus eq20 of another, over x_0 of two points and x_t, by Gauss and Hermite."""
    z, w = np.polynomial.hermite_e.hermegauss(80)
    total = 0.0
    for centre, mass in ((-1.0, 0.3), (1.5, 0.7)):
        x = centre + t * z
        target = -x / (t**2 + 1) if unconditional else -z / t
        gap = (MODELS[one](x) - target) ** 2 - (MODELS[other](x) - target) ** 2
        total += mass * float(w @ gap) / math.sqrt(2 * math.pi)
    return total


def explicit(one: str, other: str, t: float) -> float:
    """The same of the loss against the true score, on a fine grid."""
    cloud = f.Cloud(np.array([[-1.0], [1.5]]), 0.0, np.array([0.3, 0.7]))
    x = np.linspace(-1 - 10 * t, 1.5 + 10 * t, 4001)
    truth = f.score(x[:, None], t, cloud)[:, 0]
    gap = (MODELS[one](x) - truth) ** 2 - (MODELS[other](x) - truth) ** 2
    return float((gap * np.exp(f.log_p(x[:, None], t, cloud))).sum() * (x[1] - x[0]))


ENTRIES = [
    Entry(
        id="9280.eq20",
        kind="algorithm",
        latex=r"\mathbb E\Bigl[\bigl\lVert\boldsymbol s_\theta(\boldsymbol x_t,t)-\nabla_{\boldsymbol x_t}"
        r"\log\mathcal N(\boldsymbol x_t;\boldsymbol x_0,\sigma_t^2\boldsymbol I)\bigr\rVert^2\Bigr]",
        says="a regression on the score of single blobs, -ε/σ, whose answer at each x_t is the score of them all",
        section=SECTION,
        evidence=(
            Symbolic(
                statement=-(x - x0) / s**2,
                against=sp.Derivative(-sp.log(2 * sp.pi * s**2) / 2 - (x - x0) ** 2 / (2 * s**2), x),
                partial=True,
                about="the target is -(x_t - x_0)/σ² = -ε/σ",
            ),
            Numeric(
                statement=conditional_scores,
                against=lambda x, t, data: score_target(f.tensor(data), f.tensor(x), t, Linear(Heat())).numpy(),
                witnesses=scenes,
                rtol=1e-11,
                mutants={
                    "-ε for -ε/σ": lambda x, t, data: t * conditional_scores(x, t, data),
                    "the other sign": lambda x, t, data: -conditional_scores(x, t, data),
                },
                about="the package's target",
            ),
            Numeric(
                statement=minimiser,
                against=autograd_score,
                witnesses=scenes,
                rtol=1e-5,
                atol=1e-6,
                mutants={
                    "the target turned round": functools.partial(minimiser, sign=-1.0),
                    "the fourth power of the error": functools.partial(minimiser, power=4),
                    "x_0 independent of x_t": functools.partial(minimiser, posterior=False),
                },
                about="minimised by SciPy from values of the loss alone, which gives five digits",
            ),
            Numeric(
                statement=lambda x, t, data: (
                    (PosteriorMean(f.tensor(data), math.inf)(f.tensor(x), t).numpy() - x) / t**2
                ),
                against=minimiser,
                witnesses=scenes,
                rtol=1e-5,
                atol=1e-6,
                mutants={
                    "without σ²": lambda x, t, data: (
                        PosteriorMean(f.tensor(data), math.inf)(f.tensor(x), t).numpy() - x
                    ),
                },
                about="the package's predictor as a score, (x̂_0 - x)/σ²",
            ),
        ),
    ),
    Entry(
        id="9280.claim4",
        kind="identity",
        latex=r"\mathbb E\lVert\boldsymbol s-\nabla\log p(\boldsymbol x_t|\boldsymbol x_0)\rVert^2="
        r"\mathbb E\lVert\boldsymbol s-\nabla\log p_t(\boldsymbol x_t)\rVert^2+\text{const}",
        says="eq20 and the regression on the true score differ by a constant, so they have one minimiser",
        section=SECTION,
        evidence=(
            Symbolic(
                statement=sum(-k * (x - at) / s**2 for k, at in zip(KERNELS, (a, b, c), strict=True)) / sum(KERNELS),
                against=sp.Derivative(sp.log(sum(KERNELS)), x),
                no_automatic="three kernels that share their terms; the mutants by hand change one thing each",
                mutants={
                    "one mass forgotten": sum(-k * (x - at) / s**2 for k, at in zip(KERNELS, (a, b, c), strict=True))
                    / sum(KERNELS[1:]),
                    "without the minus": sum(k * (x - at) / s**2 for k, at in zip(KERNELS, (a, b, c), strict=True))
                    / sum(KERNELS),
                },
                about="the true score is the mean of the single scores under the posterior",
            ),
            Symbolic(
                statement=(S - MEAN) ** 2,
                against=loss(S) - loss(MEAN),
                domain={"p": (0.1, 0.4), "q": (0.1, 0.4)},
                about="and what another answer costs is its squared distance from that mean",
            ),
            Numeric(
                statement=conditional,
                against=explicit,
                witnesses=tuple(
                    {"one": one, "other": other, "t": t}
                    for one, other in (("nothing", "a line"), ("a wave", "a line"))
                    for t in (0.5, 1.5)
                ),
                rtol=1e-9,
                mutants={"against the score of one normal law": functools.partial(conditional, unconditional=True)},
                shares={"blogtools.claims.heat_ode.learning.<lambda>": "the three models"},
                about="differences of the two losses for three models, integrated two ways",
            ),
        ),
    ),
]
