"""The formulas of 9305 as printed, in NumPy, mpmath and sympy: one side of the checks, written without the package."""

from collections.abc import Callable

import mpmath
import numpy as np
import sympy as sp
import torch

Field = Callable[[np.ndarray], np.ndarray]
"""Points [n, d] to vectors [n, d]."""


def torch_generator(rng: np.random.Generator) -> torch.Generator:
    """A torch generator whose seed is drawn from ``rng``."""
    return torch.Generator().manual_seed(int(rng.integers(2**63)))


def tensor(values: object) -> torch.Tensor:
    """Numbers as a double-precision tensor."""
    return torch.as_tensor(np.asarray(values, dtype=float))


def sphere_area(d: int) -> mpmath.mpf:
    """S_d(1) without a Gamma function: S_1 = 2, S_2 = 2π, S_{d+2} = 2π S_d/d."""
    area, k = (mpmath.mpf(2), 1) if d % 2 else (2 * mpmath.pi, 2)
    while k < d:
        area, k = area * 2 * mpmath.pi / k, k + 2
    return area


def sphere_area_formula(d: sp.Expr) -> sp.Expr:
    """S_d(1) = 2π^{d/2}/Γ(d/2)."""
    return 2 * sp.pi ** (d / 2) / sp.gamma(d / 2)


def eq2(x: np.ndarray, sources: np.ndarray, masses: np.ndarray | None = None, power: float | None = None) -> np.ndarray:
    """9305.eq2 summed over ``sources`` [n, d] at points [..., d]; ``power`` d unless another is asked for."""
    d = x.shape[-1]
    apart = x[..., None, :] - sources
    r = np.sqrt((apart**2).sum(-1))
    m = np.ones(len(sources)) if masses is None else masses
    pull = m * r ** -float(d if power is None else power)
    return -(pull[..., None] * apart).sum(-2) / float(sphere_area(d))


def eq8_terms(x: np.ndarray, t: float | np.ndarray, x0: np.ndarray, power: float | None = None) -> np.ndarray:
    """(x−x_0, t)/(‖x−x_0‖²+t²)^{(d+1)/2} for each x_0 [n, d] at one (x, t), [n, d+1]; ``power`` for d+1."""
    apart = np.concatenate([x - x0, np.broadcast_to(np.asarray(t, dtype=float)[..., None], (*x0.shape[:-1], 1))], -1)
    R2 = (apart**2).sum(-1, keepdims=True)
    return apart * R2 ** (-(x0.shape[-1] + 1 if power is None else power) / 2)


def unit(v: np.ndarray) -> np.ndarray:
    """Vectors [..., k] at length one."""
    return v / np.linalg.norm(v, axis=-1, keepdims=True)


def flux_out(field: Field, d: int, radius: float, nodes: int = 400) -> float:
    """Flux of a field, symmetric about the first axis, through the sphere round 0, by Gauss and Legendre."""
    if d == 1:
        ends = np.array([[-radius], [radius]])
        return float((field(ends) * np.sign(ends)).sum())
    s, w = np.polynomial.legendre.leggauss(nodes)
    theta = np.pi * (s + 1) / 2
    normal = np.zeros((nodes, d))
    normal[:, 0], normal[:, 1] = np.cos(theta), np.sin(theta)
    through = (field(radius * normal) * normal).sum(1)
    area = float(sphere_area(d - 1)) * radius ** (d - 1)
    return area * float((w * np.pi / 2 * np.sin(theta) ** (d - 2) * through).sum())


def circle(n: int, radius: float = 1.0) -> np.ndarray:
    """Give n points [n, 2] evenly round a circle, none of them on an axis."""
    angle = 2 * np.pi * (np.arange(n) + 0.37) / n
    return radius * np.stack([np.cos(angle), np.sin(angle)], 1)


def seeds_of_equal_flux(field: Field, n: int, radius: float) -> np.ndarray:
    """Give n points on a circle with equal flux of a plane field between them: each stands for as many lines."""
    fine = 2 * np.pi * np.arange(20001) / 20000
    normal = np.stack([np.cos(fine), np.sin(fine)], 1)
    inward = -(field(radius * normal) * normal).sum(1)
    flux = np.concatenate([[0.0], np.cumsum((inward[1:] + inward[:-1]) / 2)])
    angle = np.interp((np.arange(n) + 0.37) / n * flux[-1], flux, fine)
    return radius * np.stack([np.cos(angle), np.sin(angle)], 1)


def ranks(rng: np.random.Generator, arrived: np.ndarray, data: np.ndarray, masses: np.ndarray) -> np.ndarray:
    """Uniform on [0, 1] exactly if the arrivals [n, d] choose among the rows of ``data`` by mass; else not.

    The share of mass before the chosen row plus a uniform part of the row's own.
    """
    chosen = ((arrived[:, None, :] - data) ** 2).sum(-1).argmin(1)
    before = np.concatenate([[0.0], np.cumsum(masses)]) / masses.sum()
    return before[chosen] + rng.random(len(chosen)) * (before[chosen + 1] - before[chosen])
