"""The formulas of 9280 in NumPy, and once more in torch for its autograd: the checks hold one against the other."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from scipy import integrate, special

Array = NDArray[np.float64]
Drift = Callable[[Array, float], Array]


def torch_generator(rng: np.random.Generator) -> torch.Generator:
    """A torch generator whose seed is drawn from ``rng``."""
    return torch.Generator().manual_seed(int(rng.integers(2**63)))


def tensor(values: object) -> torch.Tensor:
    """Numbers as a double-precision tensor."""
    return torch.as_tensor(np.asarray(values, dtype=float))


@dataclass(frozen=True)
class Cloud:
    """p_0 = Σ w_i N(c_i, width² I) with ``centres`` [n, d]; under heat its p_t has (width² + σ_t²) for width²."""

    centres: Array
    width: float = 0.0
    weights: Array | None = None

    def draw(self, n: int, sigma: float, rng: np.random.Generator) -> Array:
        """``n`` draws of x_0 + σε."""
        chosen = self.centres[rng.choice(len(self.centres), n, p=self.weights)]
        return chosen + np.hypot(self.width, sigma) * rng.normal(size=chosen.shape)


def log_p(x: Array, sigma: float, cloud: Cloud) -> Array:
    """Log p_t at x [..., d], as eq13 prints it."""
    v = cloud.width**2 + sigma**2
    each = -((x[..., None, :] - cloud.centres) ** 2).sum(-1) / (2 * v)
    w = np.full(len(cloud.centres), 1 / len(cloud.centres)) if cloud.weights is None else cloud.weights
    return special.logsumexp(each, axis=-1, b=w) - x.shape[-1] / 2 * np.log(2 * np.pi * v)


def _moments(x: Array, sigma: float, cloud: Cloud) -> tuple[Array, Array]:
    """Mean [..., d] and trace of the covariance [...] of the centres, weighted by how likely x came from each."""
    apart = x[..., None, :] - cloud.centres
    logits = -(apart**2).sum(-1) / (2 * (cloud.width**2 + sigma**2))
    if cloud.weights is not None:
        logits = logits + np.log(cloud.weights)
    share = special.softmax(logits, axis=-1)
    mean = share @ cloud.centres
    return mean, (share * ((cloud.centres - mean[..., None, :]) ** 2).sum(-1)).sum(-1)


def score(x: Array, sigma: float, cloud: Cloud) -> Array:
    """∇log p_t at x [..., d]."""
    return (_moments(x, sigma, cloud)[0] - x) / (cloud.width**2 + sigma**2)


def laplacian(x: Array, sigma: float, cloud: Cloud) -> Array:
    """∇²log p_t at x [..., d]."""
    v = cloud.width**2 + sigma**2
    return _moments(x, sigma, cloud)[1] / v**2 - x.shape[-1] / v


def eq17(x: Array, t: float, cloud: Cloud, factor: float = 1.0) -> Array:
    """−σ̇σ ∇log p_t with σ_t = t."""
    return -factor * t * score(x, t, cloud)


def torch_log_p(x: torch.Tensor, sigma: torch.Tensor, cloud: Cloud) -> torch.Tensor:
    """Log p_t once more, by torch's own distributions, [...]."""
    n, d = cloud.centres.shape
    spread = torch.sqrt(cloud.width**2 + sigma**2).reshape(-1, 1, 1).expand(-1, n, d)
    w = torch.ones(n).double() if cloud.weights is None else tensor(cloud.weights)
    each = torch.distributions.Independent(torch.distributions.Normal(tensor(cloud.centres), spread), 1)
    return torch.distributions.MixtureSameFamily(torch.distributions.Categorical(w), each).log_prob(x)


def torch_derivatives(x: Array, sigma: float, cloud: Cloud) -> tuple[Array, Array]:
    """∇log p [n, d] and ∂ log p/∂σ [n] at points x [n, d], by autograd."""
    at, level = tensor(x).requires_grad_(), torch.full((len(x),), sigma, dtype=torch.float64).requires_grad_()
    gradients = torch.autograd.grad(torch_log_p(at, level, cloud).sum(), (at, level))
    return gradients[0].numpy(), gradients[1].numpy()


def flow(drift: Drift, x: Array, start: float, end: float, rtol: float = 1e-11) -> Array:
    """Where dx/dt = drift(x, t) carries x [..., d] from ``start`` to ``end``, by SciPy's DOP853."""

    def slope(t: float, y: Array) -> Array:
        return drift(y.reshape(x.shape), t).ravel()

    found = integrate.solve_ivp(slope, (start, end), x.ravel(), "DOP853", rtol=rtol, atol=rtol / 10)
    return found.y[:, -1].reshape(x.shape)


def normal_cdf(z: Array, sigma: float, cloud: Cloud, along: Array) -> Array:
    """P(u·x_t ≤ z) for a unit vector u = ``along`` [d]: a mixture of normal laws on a line."""
    spread = np.hypot(cloud.width, sigma)
    w = np.full(len(cloud.centres), 1 / len(cloud.centres)) if cloud.weights is None else cloud.weights
    return special.ndtr((np.asarray(z)[..., None] - cloud.centres @ along) / spread) @ w


TRIO = Cloud(np.array([[-1.0, 0.2], [0.4, 0.9], [0.7, -0.6]]), 0.3, np.array([0.5, 0.3, 0.2]))
"""Three blobs in the plane."""
PAIR = Cloud(np.array([[-1.0], [1.5]]), 0.2, np.array([0.4, 0.6]))
"""Two blobs on a line."""
POINTS = Cloud(TRIO.centres, 0.0, TRIO.weights)
"""Three points in the plane."""


def blobs(d: int, width: float = 0.4) -> Cloud:
    """Four blobs in d dimensions, the same at every call."""
    return Cloud(np.random.default_rng(d).normal(size=(4, d)), width)
