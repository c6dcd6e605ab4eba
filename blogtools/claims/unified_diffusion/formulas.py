"""The processes of 9271 once more, in NumPy and SciPy: one side of the checks, written without the package."""

import numpy as np
import torch
from numpy.typing import NDArray
from scipy import fft, stats

Array = NDArray[np.float64]

X0 = np.array([0.9, -0.4, 0.2, 1.3, -1.1, 0.6, 0.1, -0.7, 0.5])
"""A picture of 3×3 pixels."""
ALONG = np.array([2.0, 1.0, -1.0, 0.5, 0.0, 1.5, -0.5, 1.0, 1.0]) / np.sqrt(11.75)
"""A direction in which pictures are looked at: noise has the same law along all of them."""
COLD_SIGMA = 0.4


def torch_generator(rng: np.random.Generator) -> torch.Generator:
    """A torch generator whose seed is drawn from ``rng``."""
    return torch.Generator().manual_seed(int(rng.integers(2**63)))


def tensor(values: object) -> torch.Tensor:
    """Numbers as a double-precision tensor."""
    return torch.as_tensor(np.asarray(values, dtype=float))


def keep(t: float) -> float:
    """ᾱ of DDPM's schedule in continuous time, β from 0.1 to 20."""
    return float(np.exp(-(0.1 * t + 19.9 * t**2 / 2) / 2))


def rest(t: float) -> float:
    """β̄ = √(1 − ᾱ²) of the same."""
    return float(np.sqrt(1 - keep(t) ** 2))


def blurred(x0: Array, t: float) -> Array:
    """A Gaussian blur of width (side/4) tan(πt/2) of square pictures [..., side²], by SciPy's cosine transform."""
    side = int(np.sqrt(x0.shape[-1]))
    omega = np.pi / side * np.arange(side)
    damping = np.exp(-((side / 4 * np.tan(np.pi * t / 2)) ** 2) * (omega[:, None] ** 2 + omega**2) / 2)
    pictures = x0.reshape(*x0.shape[:-1], side, side)
    back = fft.idctn(fft.dctn(pictures, axes=(-2, -1), norm="ortho") * damping, axes=(-2, -1), norm="ortho")
    return back.reshape(x0.shape)


def law(process: str, t: float, after: float = 0.0, weight: float = 0.0, share: float = 1.0) -> stats.rv_continuous:
    """Law of x_t along ``ALONG`` given x_0 = ``X0``; with a weight, of x_after − weight · x_t after the step eq5.

    ``share`` is σ̃ of eq5, so 0 is eq4 and 1 eq3. "hot" is eq6, "cold" eq12 with a blur, "gravity" x_0 + tε with
    multivariate Cauchy ε (share 0 or 1), and "product" the logarithm of x_0 e^{tε}, pixel by pixel.
    """
    middle = float(ALONG @ X0)
    moved = {
        "hot": lambda s: (keep(s) * middle, rest(s)),
        "cold": lambda s: (float(ALONG @ blurred(X0, s)), COLD_SIGMA),
        "gravity": lambda s: (middle, s),
        "product": lambda s: (float(ALONG @ np.log(np.abs(X0))), s),
    }[process]
    mean, noise = moved(t)
    if after:
        (new_mean, new), old = moved(after), noise
        mean = new_mean - weight * mean
        parts = [new * share, abs(new * np.sqrt(1 - share**2) - weight * old)]
        noise = sum(parts) if process == "gravity" else float(np.hypot(*parts))
    return (stats.cauchy if process == "gravity" else stats.norm)(mean, noise)


def cdf(x: Array, **where: object) -> Array:
    """Its distribution function."""
    return law(**where).cdf(x)  # type: ignore[arg-type]


def mixture_cdf(x: Array, centres: Array, weights: Array, a: float, b: float) -> Array:
    """Distribution function of a x_0 + b ε on the line, x_0 one of the ``centres``."""
    return stats.norm.cdf((np.asarray(x)[..., None] - a * centres) / b) @ weights
