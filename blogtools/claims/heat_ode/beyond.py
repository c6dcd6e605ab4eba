"""Section "What the post leaves out": likelihoods along the flow, and attention."""

import functools
import math
from typing import Any

import numpy as np
import torch
from scipy import integrate, special

from blogtools.claims.heat_ode import formulas as f
from blogtools.diffusion import Heat, Linear, Mixture, attention_mean, divergence, log_likelihood, velocity
from blogtools.ledger import Entry, Law, Numeric

SECTION = "What the post leaves out"


def package_mixture(cloud: f.Cloud) -> Mixture:
    """The package's mixture for a cloud."""
    return Mixture(f.tensor(cloud.centres), cloud.width, None if cloud.weights is None else f.tensor(cloud.weights))


def along_flow(x: f.Array, t: float, T: float, cloud: f.Cloud, factor: float = 1.0) -> f.Array:
    """Log p_t(x) as log p_T at the end of the path plus ∫∇·f dt along it, eq6 and eq17 by SciPy."""
    n, d = x.shape

    def slope(s: float, y: f.Array) -> f.Array:
        at = y[: n * d].reshape(n, d)
        return np.concatenate([f.eq17(at, s, cloud).ravel(), -s * f.laplacian(at, s, cloud)])

    y = integrate.solve_ivp(slope, (t, T), np.append(x.ravel(), np.zeros(n)), "DOP853", rtol=1e-9, atol=1e-10).y[:, -1]
    return f.log_p(y[: n * d].reshape(n, d), T, cloud) + factor * y[n * d :]


def package_likelihood(x: f.Array, t: float, T: float, cloud: f.Cloud, probes: int = 0) -> f.Array:
    """The package's, from a plain normal law at T; ``probes`` > 0 takes Hutchinson's trace."""
    drift = velocity(package_mixture(cloud), Linear(Heat()))

    def log_prior(end: torch.Tensor) -> torch.Tensor:
        return -end.square().sum(-1) / (2 * T**2) - cloud.centres.shape[1] / 2 * math.log(2 * math.pi * T**2)

    how: dict[str, Any] = {"rtol": 1e-6, "atol": 1e-6}
    if probes:
        how |= {"trace": "hutchinson", "probes": probes, "generator": torch.Generator().manual_seed(0)}
    return log_likelihood(drift, f.tensor(x), t, T, log_prior, **how).numpy()


def places(rng: np.random.Generator, T: float) -> list[dict[str, Any]]:
    """Two points in a centred cloud, 1 ... 4 dimensions."""
    found = []
    for d in (1, 2, 4):
        centres = rng.normal(size=(4, d))
        cloud = f.Cloud(centres - centres.mean(0), 0.4)
        found.append({"x": rng.normal(size=(2, d)), "t": 0.1, "T": T, "cloud": cloud})
    return found


def probed(rng: np.random.Generator, d: int, signs: bool = True, scale: float = 1.0) -> f.Array:
    """v·(∂f/∂x)v of the package's drift at one x and t = 0.8, for 2,000 random v."""
    drift = velocity(package_mixture(f.blobs(d)), Linear(Heat()))
    v = np.sign(rng.normal(size=(1, 2000, d))) if signs else rng.normal(size=(1, 2000, d))
    x = f.tensor(np.tile(np.linspace(-1, 1, d) if d > 1 else np.ones(1), (2000, 1)))
    return divergence(drift, x, 0.8, probes=f.tensor(scale * v)).numpy()


def layer(x: f.Array, t: float, data: f.Array, weights: f.Array, bias: bool = True, scale: str = "1/t^2") -> f.Array:
    """softmax(x Kᵀ/t² + b) K with b_i = log w_i − ‖x_i‖²/2t²."""
    logits = x @ data.T * (1 / t**2 if scale == "1/t^2" else x.shape[-1] ** -0.5)
    if bias:
        logits = logits + np.log(weights) - (data**2).sum(1) / (2 * t**2)
    return special.softmax(logits, axis=-1) @ data


def scenes(rng: np.random.Generator) -> list[dict[str, Any]]:
    """Queries, data and masses, d = 1 ... 64."""
    return [
        {
            "x": rng.normal(size=(3, d)),
            "t": t,
            "data": 2 + rng.normal(size=(n, d)),
            "weights": rng.dirichlet(np.ones(n)),
        }
        for d, n, t in ((1, 4, 0.5), (2, 7, 0.3), (64, 20, 1.0))
    ]


ENTRIES = [
    Entry(
        id="9280.beyond.likelihood",
        kind="identity",
        latex=r"\log p_t(\boldsymbol x_t)=\log p_T(\boldsymbol x_T)+"
        r"\int_t^T\nabla\cdot\boldsymbol f_s(\boldsymbol x_s)ds",
        says="eq6 summed along the flow gives the likelihood of a sample from the law of the noise alone",
        section=SECTION,
        evidence=(
            Numeric(
                statement=along_flow,
                against=lambda x, t, T, cloud: f.torch_log_p(f.tensor(x), f.tensor([t] * len(x)), cloud).numpy(),
                witnesses=functools.partial(places, T=3.0),
                rtol=1e-6,
                atol=1e-6,
                mutants={
                    "without the divergence": functools.partial(along_flow, factor=0.0),
                    "minus": functools.partial(along_flow, factor=-1.0),
                },
                about="SciPy along the printed flow, against the closed form of the mixture",
            ),
            Numeric(
                statement=along_flow,
                against=package_likelihood,
                witnesses=functools.partial(places, T=500.0),
                atol=1e-3,
                rtol=0.0,
                mutants={
                    "without the divergence": functools.partial(along_flow, factor=0.0),
                },
                about="the package's, which starts from a plain normal law at σ_T = 500, in nats",
            ),
        ),
    ),
    Entry(
        id="9280.beyond.trace",
        kind="law",
        latex=r"\mathbb E_{\boldsymbol v}\Bigl[\boldsymbol v\cdot\frac{\partial\boldsymbol f}{\partial\boldsymbol x}"
        r"\boldsymbol v\Bigr]=\nabla\cdot\boldsymbol f\quad(\mathbb E\,\boldsymbol v\boldsymbol v^\top=\boldsymbol I)",
        says="the divergence without d derivatives: random directions give it on average (Hutchinson)",
        section=SECTION,
        evidence=(
            Law(
                statement=probed,
                against=lambda d: (
                    -0.8 * float(f.laplacian(np.linspace(-1, 1, d) if d > 1 else np.ones(1), 0.8, f.blobs(d)))
                ),
                test="mean",
                witnesses=({"d": 3}, {"d": 20}),
                mutants={"directions a fifth too long": functools.partial(probed, scale=1.2)},
                shares={"*.blobs": "the data are given"},
                about="2,000 random signs put to the package's divergence, against the closed form",
            ),
            Numeric(
                statement=functools.partial(package_likelihood, probes=2),
                against=lambda x, t, T, cloud: f.log_p(x, t, cloud),
                witnesses=lambda rng: [places(rng, 500.0)[1]],
                atol=1e-3,
                rtol=0.0,
                mutants={"one direction of two": functools.partial(package_likelihood, probes=1)},
                about="with d orthogonal directions it is exact: the package's likelihood, d = 2",
            ),
        ),
    ),
    Entry(
        id="9280.beyond.attention",
        kind="identity",
        latex=r"\hat{\boldsymbol x}_0=\mathrm{softmax}"
        r"\Bigl(\frac{\boldsymbol xK^\top}{\sigma_t^2}+\boldsymbol b\Bigr)K,"
        r"\quad b_i=\log w_i-\frac{\lVert\boldsymbol x_i\rVert^2}{2\sigma_t^2}",
        says="the exact predictor of a data set is one attention layer whose keys and values are the data",
        section=SECTION,
        evidence=(
            Numeric(
                statement=layer,
                against=lambda x, t, data, weights: attention_mean(
                    f.tensor(data), f.tensor(x), t, f.tensor(weights)
                ).numpy(),
                witnesses=scenes,
                rtol=1e-9,
                atol=1e-10,
                mutants={
                    "without the bias": functools.partial(layer, bias=False),
                    "scaled by the root of d": functools.partial(layer, scale="root"),
                },
                about="the package's, by torch's scaled_dot_product_attention",
            ),
            Numeric(
                statement=lambda x, t, data, weights: (layer(x, t, data, weights) - x) / t**2,
                against=lambda x, t, data, weights: f.torch_derivatives(x, t, f.Cloud(data, 0.0, weights))[0],
                witnesses=scenes,
                rtol=1e-9,
                atol=1e-9,
                mutants={
                    "without the bias": lambda x, t, data, weights: (layer(x, t, data, weights, bias=False) - x) / t**2,
                },
                about="and so the score of eq13, by autograd",
            ),
        ),
    ),
]
