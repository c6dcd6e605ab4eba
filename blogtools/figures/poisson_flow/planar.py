"""What the pictures of flows in the plane share: points, paths at any time, a camera, a distance between clouds."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import torch

from blogtools.data.toys import toy
from blogtools.diffusion import Poisson, PosteriorMean, grid, sample
from blogtools.diffusion.sampler import Predictor

TOYS = ("moons", "rings", "checkerboard", "spiral", "gaussians", "unequal")
WINDOW = 2.7
"""Half-width of the square in which the toys lie."""
DIRECTIONS = 32
LATE = 4.0


@contextmanager
def one_thread() -> Iterator[None]:
    """Torch on one thread: on small arrays the others only get in each other's way."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


@lru_cache(maxsize=16)
def cloud(name: str, n: int, seed: int = 0) -> torch.Tensor:
    """``n`` points [n, 2] of a toy, always the same ones for a seed."""
    return torch.from_numpy(toy(name, n, np.random.default_rng(9305 + seed)))


class Paths(NamedTuple):
    """``times`` [K] falling to 0, ``places`` [K, n, 2] at those times, and the evaluations it took."""

    times: np.ndarray
    places: np.ndarray
    evaluations: int


def flow(
    predict: Predictor, D: float, start: torch.Tensor, T: float, steps: int, solver: str = "heun", kind: str = "rho"
) -> Paths:
    """Carries ``start`` [n, 2] from t = T to 0; the last time before 0 is a hundredth."""
    times = grid(T, 0.01, max(steps, 2), kind)
    with one_thread(), torch.no_grad():
        run = sample(predict, Poisson(D), start, times, solver=solver, rtol=1e-3, atol=1e-3, keep_path=True)
    assert run.times is not None
    assert run.path is not None
    return Paths(run.times.numpy(), run.path.double().numpy(), run.evaluations)


def exact(data: torch.Tensor, D: float = 1.0, weights: torch.Tensor | None = None) -> PosteriorMean:
    """The exact predictor, in blocks that suit a few hundred points of the plane."""
    return PosteriorMean(data, D, weights, rows=max(128, 40_000 // len(data)))


def clock(share: Any, T: float) -> Any:
    """The time at a share of the way from T to 0, slow where the points come to rest."""
    return T * (1.0 - share) ** LATE


def history(times: np.ndarray, path: np.ndarray, t: float) -> np.ndarray:
    """``path`` [K, n, 2] up to the time t: as many nodes, those not yet reached all at the place of t. [n, K, 2].

    Between two nodes a point goes straight and evenly in t, which is what every one of the solvers draws.
    """
    after = int(np.clip(np.searchsorted(-times, -t), 1, len(times) - 1))
    before, end = times[after - 1], times[after]
    share = np.clip((before - t) / (before - end), 0.0, 1.0)
    here = (1 - share) * path[after - 1] + share * path[after]
    passed = np.where(np.arange(len(times))[:, None, None] < after, path, here)
    return np.swapaxes(passed, 0, 1)


def half_width(t: float) -> float:
    """Of the window through which the camera sees the points at time t: it closes in on the data as t falls."""
    return float(np.hypot(WINDOW, 3.0 * t))


@lru_cache(maxsize=1)
def _directions() -> np.ndarray:
    angles = (np.arange(DIRECTIONS) + 0.5) * np.pi / DIRECTIONS
    return np.stack([np.cos(angles), np.sin(angles)])


def sliced_distance(a: np.ndarray, b: np.ndarray) -> float:
    """Sliced Wasserstein-1 distance of two clouds [n, 2] of equal size: mean |difference| of sorted shadows."""
    shadows = [np.sort(np.asarray(cloud, float) @ _directions(), axis=0) for cloud in (a, b)]
    return float(np.abs(shadows[0] - shadows[1]).mean())


@lru_cache(maxsize=32)
def sliced_floor(name: str, n: int, draws: int = 20) -> float:
    """The distance between the cloud and as many points drawn from it with replacement: what chance alone gives."""
    points, rng = cloud(name, n).numpy(), np.random.default_rng(0)
    return float(np.mean([sliced_distance(points[rng.integers(0, n, n)], points) for _ in range(draws)]))


def plain(number: float, digits: int = 3) -> str:
    """A number for a sentence: 4,000 and not 4e+03, 0.0121, 0."""
    return f"{float(f'{number:.{digits}g}'):,.10g}" if number == 0 or abs(number) >= 1e-4 else f"{number:.0e}"
