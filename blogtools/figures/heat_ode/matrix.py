"""9280.matrix: eq11 with D from a number to a matrix at every place: density on a grid, and points that eq10 carries.

The density is advanced by the exponential of its difference matrix A, the points by Heun's method along −D∇log p. No
eigenvalue of −A is above that of D = 1, 8/h², so exp(tA) is a short sum of Chebyshev polynomials of A, the same ones
at every t.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.figure import Figure
from scipy.sparse import csr_array, diags_array, eye_array, kron
from scipy.special import ive

from blogtools.figures import live_figure
from blogtools.live import Choice, Live, Points, Slider, style

HALF, CELLS = 3.0, 52
"""The box |x|, |y| ≤ HALF, walls all around, and cells a side."""
H = 2 * HALF / CELLS
GRID = -HALF + H * (np.arange(CELLS) + 0.5)
T, FRAMES = 1.0, 41
TIMES = np.linspace(0, T, FRAMES)
WIDTH = 0.46
"""Standard deviation of the blob that p_0 is: four cells."""
PARTICLES, TRACED = 400, 60
NUMBER, NUMBERS, MATRIX, MATRICES = (
    "one number", "a number at every place", "one matrix", "a matrix at every place",
)  # fmt: skip
GLYPHS = np.linspace(-2.4, 2.4, 7)
GLYPH = 0.34
"""Half-axis of an ellipse for D = 1."""


def diffusivity(kind: str, ratio: float) -> Callable[[np.ndarray], np.ndarray]:
    """D(x): places [..., 2] to symmetric matrices [..., 2, 2] with eigenvalues between 1/``ratio`` and 1."""
    slow = 1 / ratio

    def D(x: np.ndarray) -> np.ndarray:
        unit = np.broadcast_to(np.eye(2), (*x.shape, 2))
        if kind == NUMBER:
            return unit.copy()
        if kind == NUMBERS:
            return (slow + (1 - slow) / (1 + np.exp(-3 * x[..., :1, None]))) * unit
        across = np.array([-1.0, 2.0]) / np.sqrt(5)
        if kind == MATRICES:
            across = x / np.sqrt((x * x).sum(-1, keepdims=True) + 0.2)
        return unit - (1 - slow) * across[..., :, None] * across[..., None, :]

    return D


def operator(D: Callable[[np.ndarray], np.ndarray]) -> csr_array:
    """The matrix [n², n²] of p ↦ ∇·(D∇p) on the cells (y fast): fluxes through the faces, none through walls."""
    one = eye_array(CELLS)
    between = GRID[:-1] + H / 2
    step = diags_array([-np.ones(CELLS), np.ones(CELLS - 1)], offsets=(0, 1), shape=(CELLS - 1, CELLS)) / H
    mean = abs(step) * (H / 2)
    slope = diags_array([-np.ones(CELLS - 1), np.ones(CELLS - 1)], offsets=(-1, 1)).tolil() / (2 * H)
    slope[0, :2] = slope[-1, -2:] = [-1 / H, 1 / H]
    through_x = D(np.stack(np.meshgrid(between, GRID, indexing="ij"), -1)).reshape(-1, 2, 2)
    through_y = D(np.stack(np.meshgrid(GRID, between, indexing="ij"), -1)).reshape(-1, 2, 2)
    flux_x = diags_array(through_x[:, 0, 0]) @ kron(step, one) + diags_array(through_x[:, 0, 1]) @ kron(mean, slope)
    flux_y = diags_array(through_y[:, 1, 1]) @ kron(one, step) + diags_array(through_y[:, 1, 0]) @ kron(slope, mean)
    return csr_array(-(kron(step, one).T @ flux_x) - (kron(one, step).T @ flux_y))


class Spreading:
    """``density`` [41, n, n] at TIMES, indexed by x then y, and the points that it carries from ``start`` [n, 2]."""

    def __init__(self, density: np.ndarray, start: np.ndarray, D: Callable[[np.ndarray], np.ndarray]) -> None:
        self.density, self._D, self._places = density, D, start[None]

    def places(self, last: int) -> np.ndarray:
        """The places [last + 1, n, 2] at TIMES; carried as far as has been asked for, no further."""
        known = len(self._places)
        if last >= known:
            further = _carried(self._places[-1], self.density[known - 1 : last + 1], self._D)
            self._places = np.concatenate([self._places, further[1:]])
        return self._places[: last + 1]


@lru_cache(maxsize=8)
def _extreme(kind: str, ratio: float) -> csr_array:
    return operator(diffusivity(kind, ratio))


@lru_cache(maxsize=16)
def _operator(kind: str, ratio: float) -> csr_array:
    """``operator`` of this D, which is linear in 1/``ratio``."""
    return _extreme(kind, 1.0) / ratio + _extreme(kind, np.inf) * (1 - 1 / ratio)


TERMS = 160
"""So many polynomials leave out less than 1e-17 at T."""


@lru_cache(maxsize=1)
def _terms() -> np.ndarray:
    """What of T_k(1 + A h²/4) there is in exp(tA), [41, 180]: twice (for k = 0 once) e^{−z} I_k(z) with z = 4t/h²."""
    terms = 2 * ive(np.arange(TERMS), 4 / H**2 * TIMES[:, None])
    terms[:, 0] /= 2
    return terms


def advanced(A: csr_array, p0: np.ndarray) -> np.ndarray:
    """The vectors exp(tA) ``p0`` at TIMES, [41, n²], for the ``operator`` of a D between 0 and 1."""
    twice = A * (H * H / 2) + 2 * eye_array(len(p0), format="csr")
    chebyshev = np.empty((TERMS, len(p0)))
    chebyshev[0], chebyshev[1] = p0, twice @ p0 / 2
    for k in range(2, TERMS):
        np.subtract(twice @ chebyshev[k - 1], chebyshev[k - 2], out=chebyshev[k])
    return _terms() @ chebyshev


@lru_cache(maxsize=32)
def spreading(kind: str, ratio: float, x: float, y: float) -> Spreading:
    """A blob that begins at (x, y), until T."""
    bumps = [np.exp(-((GRID - c) ** 2) / (2 * WIDTH**2)) for c in (x, y)]
    p0 = np.outer(*bumps)
    p0 /= p0.sum() * H * H
    density = advanced(_operator(kind, ratio), p0.ravel()).reshape(FRAMES, CELLS, CELLS)
    return Spreading(density, [x, y] + WIDTH * _noise(), diffusivity(kind, ratio))


@lru_cache(maxsize=1)
def _noise() -> np.ndarray:
    """Normal points [400, 2], in pairs ±, and stretched so that their covariance is the unit matrix."""
    half = np.random.default_rng(9280).standard_normal((PARTICLES // 2, 2))
    both = np.concatenate([half, -half])
    return np.random.default_rng(0).permutation(both @ np.linalg.inv(np.linalg.cholesky(np.cov(both.T, bias=True))).T)


def _carried(x: np.ndarray, density: np.ndarray, D: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
    """The places [K, n, 2] of ``x`` [n, 2] at the times of ``density`` [K, ...], by Heun's method along −D∇log p."""
    logs = np.log(np.maximum(density, 1e-30))
    gx, gy = np.gradient(logs, H, axis=(1, 2))
    # D is applied on the grid, once for all the points.
    at = D(np.stack(np.meshgrid(GRID, GRID, indexing="ij"), -1))
    drifts = -np.stack([at[..., i, 0] * gx + at[..., i, 1] * gy for i in range(2)], 1).reshape(-1, 2, CELLS**2)

    def drift(x: np.ndarray, k: int) -> np.ndarray:
        at = np.clip(x / H + (HALF / H - 0.5), 0, CELLS - 1)
        cell = np.minimum(at.astype(int), CELLS - 2)
        right, up = at - cell
        left = cell[0] * CELLS + cell[1]
        corner = drifts[k].take
        low = (1 - up) * corner(left, 1) + up * corner(left + 1, 1)
        high = (1 - up) * corner(left + CELLS, 1) + up * corner(left + CELLS + 1, 1)
        return (1 - right) * low + right * high

    x, dt = x.T, T / (FRAMES - 1)
    places = [x]
    for k in range(len(density) - 1):
        first = drift(x, k)
        x = np.clip(x + dt / 2 * (first + drift(x + dt * first, k + 1)), -HALF, HALF)
        places.append(x)
    return np.swapaxes(places, 1, 2)


def residual(p: np.ndarray, rate: np.ndarray, D: Callable[[np.ndarray], np.ndarray]) -> float:
    """The largest |∂_t p − ∇·(D∇p)| on ``p`` [n, n], in parts of the largest |∂_t p|, by other differences.

    D:∇∇p + (∇·D)·∇p, two cells from the walls.
    """
    at = D(np.stack(np.meshgrid(GRID, GRID, indexing="ij"), -1))
    gradient = np.gradient(p, H)
    second = [np.gradient(g, H) for g in gradient]
    spread = sum(
        at[..., i, j] * second[i][j] + np.gradient(at[..., i, j], H, axis=i) * gradient[j]
        for i in range(2)
        for j in range(2)
    )
    return float(np.abs(rate - spread)[2:-2, 2:-2].max() / np.abs(rate).max())


def compute(centre: np.ndarray, kind: str, ratio: float, t: float) -> dict[str, Any]:
    """The blob that began at ``centre`` [1, 2], at time ``t``: cells, points, their paths, and D as ellipses."""
    x, y = map(float, centre[0].round(2))
    D = diffusivity(kind, ratio)
    run = spreading(kind, ratio, x, y)
    k, part = divmod(t / T * (FRAMES - 1), 1)
    k, after = int(k), min(int(k) + 1, FRAMES - 1)
    density = (1 - part) * run.density[k] + part * run.density[after]
    nodes = run.places(after)
    places = (1 - part) * nodes[k] + part * nodes[after]
    passed = np.concatenate([nodes[: k + 1, :TRACED], places[None, :TRACED]])
    rate = (_operator(kind, ratio) @ run.density[k].ravel()).reshape(CELLS, CELLS)
    spread, scatter = _covariance(density), np.cov(places.T, bias=True)
    return {
        "cells": (density / density.max()).clip(0).T ** 0.7,
        "points": places,
        "paths": list(np.swapaxes(passed, 0, 1)),
        "ellipses": _ellipses(D),
        "readout": (
            f"t = {t:.2f}: variances along x and y, covariance: grid {_entries(spread)} · points {_entries(scatter)}"
            f"\neq11 by other differences is off by {100 * residual(run.density[k], rate, D):.1f} % of ∂_t p at most;"
            f" probability kept to {abs(density.sum() * H * H - 1) + 1e-16:.0e}"
        )
        .replace("-", "−")
        .replace("e−0", "e−"),
    }


def _covariance(density: np.ndarray) -> np.ndarray:
    """[2, 2], of cells [n, n]."""
    share = density / density.sum()
    x, y = share.sum(1), share.sum(0)
    mean = np.array([x @ GRID, y @ GRID])
    across = GRID @ share @ GRID - mean[0] * mean[1]
    return np.array([[x @ (GRID - mean[0]) ** 2, across], [across, y @ (GRID - mean[1]) ** 2]])


def _entries(matrix: np.ndarray) -> str:
    return f"{matrix[0, 0]:.2f}, {matrix[1, 1]:.2f}, {matrix[0, 1] + 0.0:.2f}"


def _ellipses(D: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
    """At each of 49 places the image [33, 2] of a circle under √D, so that it is long where the density spreads far."""
    x = np.stack(np.meshgrid(GLYPHS, GLYPHS), -1).reshape(-1, 2)
    values, axes = np.linalg.eigh(D(x))
    root = axes @ (np.sqrt(values)[..., None] * np.swapaxes(axes, -1, -2))
    angles = np.linspace(0, 2 * np.pi, 33)
    return x[:, None] + GLYPH * np.stack([np.cos(angles), np.sin(angles)], -1) @ root


def draw(figure: Figure) -> dict[str, Artist]:
    """D and the paths on the left, the density and the points on the right."""
    field, cloud = figure.subplots(1, 2)
    for axes, title in ((field, "$D(x)$, and paths: drag the start"), (cloud, "$p_t$, and the points")):
        axes.set(xlim=(-HALF, HALF), ylim=(-HALF, HALF), aspect="equal", xticks=[-2, 0, 2], yticks=[-2, 0, 2])
        axes.set_title(title)
        for side in ("top", "right"):
            axes.spines[side].set_visible(True)
    return _draw_field(field) | _draw_cloud(cloud)


def _draw_field(axes: Axes) -> dict[str, Artist]:
    look = style.line("field")
    return {
        "ellipses": axes.add_collection(PolyCollection([], facecolors=style.PALE, edgecolors=style.GREY, zorder=1)),
        "paths": axes.add_collection(LineCollection([], colors=look["color"], linewidths=1.2, alpha=0.8, zorder=2)),
        "centre": axes.scatter([], [], s=260, color=style.colour("data"), edgecolors="white", zorder=3),
    }


def _draw_cloud(axes: Axes) -> dict[str, Artist]:
    image = axes.imshow(
        np.zeros((CELLS, CELLS)), cmap="gray_r", vmin=0, vmax=1.5, origin="lower", extent=(-HALF, HALF, -HALF, HALF)
    )
    return {
        "cells": image,
        "points": axes.scatter([], [], s=16, color=style.colour("estimate"), linewidths=0, zorder=2),
    }


@live_figure("9280.matrix")
def matrix_field() -> Live:
    """The diffusion equation with D from a number to a matrix field."""
    kinds = (NUMBER, NUMBERS, MATRIX, MATRICES)
    return Live(
        draw,
        compute,
        [
            Points("centre", "start", "centre", [[1.4, 0.3]], -1.7, 1.7),
            Choice("kind", "D", kinds, MATRICES),
            Slider("ratio", "largest D : smallest", 1.0, 8.0, 8.0, step=0.5),
            Slider("t", "t", 0.0, T, 0.6, step=0.02, play=True),
        ],
        alt="Two squares. In the left one grey ellipses show the matrix D at many places, long where it is large, and"
        " blue paths lead from a black start along them. In the right one the density, shaded, has spread in the same"
        " shape, and orange points that the drift −D∇log p carries fill it evenly. With a matrix that follows circles"
        " the blob becomes a crescent.",
        size=(9.2, 5.0),
    )
