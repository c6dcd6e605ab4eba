"""Points of the plane with a shape one recognises at a glance; the caller brings the chance.

Each toy takes ``n`` ≥ 1 and a ``numpy.random.Generator`` and returns float32 (n, 2) with coordinates of order one
(inside [-2.5, 2.5] save for rare tails), roughly centred.
"""

from collections.abc import Callable

import numpy as np


def moons(n: int, rng: np.random.Generator, spread: float = 0.06) -> np.ndarray:
    """Two half circles that reach into one another."""
    upper = rng.integers(0, 2, n) == 0
    angle = rng.uniform(0.0, np.pi, n)
    x = np.where(upper, np.cos(angle), 1.0 - np.cos(angle)) - 0.5
    y = np.where(upper, np.sin(angle), 0.5 - np.sin(angle)) - 0.25
    return _with_spread(np.stack([x, y], -1) * 1.2, spread, rng)


def rings(n: int, rng: np.random.Generator, spread: float = 0.04) -> np.ndarray:
    """Two concentric circles, radii 0.7 and 1.6, with equal masses."""
    radius = np.where(rng.integers(0, 2, n) == 0, 0.7, 1.6)
    angle = rng.uniform(0.0, 2.0 * np.pi, n)
    return _with_spread(np.stack([radius * np.cos(angle), radius * np.sin(angle)], -1), spread, rng)


def checkerboard(n: int, rng: np.random.Generator) -> np.ndarray:
    """Uniform on the eight dark squares of a 4×4 board over [-2, 2]²."""
    column = rng.integers(0, 4, n)
    row = 2 * rng.integers(0, 2, n) + column % 2
    return _with_spread(np.stack([column, row], -1) + rng.uniform(0.0, 1.0, (n, 2)) - 2.0, 0.0, rng)


def spiral(n: int, rng: np.random.Generator, spread: float = 0.04) -> np.ndarray:
    """One arm of a spiral, two turns, equal mass for equal length of arm (nearly)."""
    angle = 4.0 * np.pi * np.sqrt(rng.uniform(0.02, 1.0, n))
    radius = angle / (2.0 * np.pi)
    return _with_spread(np.stack([radius * np.cos(angle), radius * np.sin(angle)], -1), spread, rng)


def gaussians(n: int, rng: np.random.Generator, side: int = 3, spread: float = 0.08) -> np.ndarray:
    """A grid of side × side round clouds over [-1.6, 1.6]²."""
    if side < 1:
        raise ValueError(f"side={side}: expected an integer of at least 1")
    ticks = np.linspace(-1.6, 1.6, side) if side > 1 else np.zeros(1)
    return _with_spread(np.stack([ticks[rng.integers(0, side, n)] for _ in range(2)], -1), spread, rng)


def unequal(n: int, rng: np.random.Generator, spread: float = 0.08) -> np.ndarray:
    """Three clouds with masses 0.6, 0.3 and 0.1: shows at once when modes get the wrong weight."""
    centres = np.array([[-1.2, -0.6], [1.3, -0.5], [0.1, 1.4]])
    return _with_spread(centres[rng.choice(3, n, p=[0.6, 0.3, 0.1])], spread, rng)


TOYS: dict[str, Callable[[int, np.random.Generator], np.ndarray]] = {
    "moons": moons,
    "rings": rings,
    "checkerboard": checkerboard,
    "spiral": spiral,
    "gaussians": gaussians,
    "unequal": unequal,
}


def toy(name: str, n: int, rng: np.random.Generator) -> np.ndarray:
    """``n`` points of the toy called ``name``; ``ValueError`` names those there are."""
    if name not in TOYS:
        raise ValueError(f"name={name!r}: expected one of {', '.join(TOYS)}")
    return TOYS[name](n, rng)


def _with_spread(points: np.ndarray, spread: float, rng: np.random.Generator) -> np.ndarray:
    if len(points) == 0:
        raise ValueError("n=0: expected an integer of at least 1")
    return (points + spread * rng.standard_normal(points.shape)).astype(np.float32)
