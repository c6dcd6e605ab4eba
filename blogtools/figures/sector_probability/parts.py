"""What the pictures of post 9324 share: arcs and sectors as points, a duck, exact intervals, words for numbers."""

from functools import lru_cache

import numpy as np
from matplotlib.path import Path
from scipy import special

TURN = 2 * np.pi
CONFIDENCE = 0.99


def arc(start: float, width: float, radius: float = 1.0) -> np.ndarray:
    """Points [m, 2] of an arc of ``width`` radians, counterclockwise from ``start``; two degrees apart at most."""
    angles = start + np.linspace(0, width, 2 + int(width * 90 / np.pi))
    return radius * np.stack([np.cos(angles), np.sin(angles)], -1)


def sector(start: float, width: float, radius: float = 1.0) -> np.ndarray:
    """The outline [m, 2] of a sector about 0, closed; a full turn has no radii."""
    rim = arc(start, width, radius)
    return rim if width >= TURN * (1 - 1e-12) else np.concatenate([[(0.0, 0.0)], rim, [(0.0, 0.0)]])


def middle(start: float, width: float, radius: float) -> np.ndarray:
    """The point [2] halfway along an arc."""
    return radius * np.array([np.cos(start + width / 2), np.sin(start + width / 2)])


def interval(hits: np.ndarray, trials: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The exact binomial interval (Clopper and Pearson) of confidence 0.99 for the chance of a hit; any shapes."""
    tail = (1 - CONFIDENCE) / 2
    low = np.where(hits > 0, special.betaincinv(np.maximum(hits, 1), trials - hits + 1, tail), 0.0)
    high = np.where(hits < trials, special.betaincinv(hits + 1, np.maximum(trials - hits, 1), 1 - tail), 1.0)
    return low, high


@lru_cache(maxsize=64)
def checkpoints(trials: int, number: int = 120) -> np.ndarray:
    """Whole numbers from 1 to ``trials``, spaced by ratios."""
    return np.unique(np.geomspace(1, trials, number).round().astype(int))


def chance(p: float) -> str:
    """A probability in few digits that are right: 0.5000, 1.3e-5, 1 − 4e-6."""
    if p == 0 or 1e-3 <= p <= 0.9995:
        return f"{p:.4f}"
    if p > 0.5:
        return "1" if p == 1 else f"1 − {power(1 - p)}"
    return power(p)


def power(p: float) -> str:
    """A number in two digits: 3.8e−6."""
    mantissa, _, exponent = f"{p:.2g}".partition("e")
    return mantissa.replace("-", "−") + (f"e{int(exponent)}".replace("-", "−") if exponent else "")


def grouped(number: int) -> str:
    """12345 as 12,345."""
    return f"{number:,}"


def _ellipse(x: float, y: float, width: float, height: float, tilt: float = 0.0) -> np.ndarray:
    angles = np.linspace(0, TURN, 25)
    at = np.stack([width * np.cos(angles), height * np.sin(angles)])
    turn = np.array([[np.cos(tilt), -np.sin(tilt)], [np.sin(tilt), np.cos(tilt)]])
    return (turn @ at).T + np.array([x, y])


def duck() -> Path:
    """A duck seen from the side, as a marker; the middle of its body is the point."""
    body = _ellipse(0, 0, 1.0, 0.56)
    tail = np.array([(0.35, 0.3), (1.25, 0.62), (0.98, 0.0), (0.35, 0.3)])[::-1]
    head = _ellipse(-0.78, 0.72, 0.42, 0.4)
    neck = np.array([(-0.95, 0.0), (-0.3, 0.0), (-0.42, 0.75), (-1.1, 0.6), (-0.95, 0.0)])
    beak = np.array([(-1.08, 0.86), (-1.62, 0.62), (-1.1, 0.52), (-1.08, 0.86)])
    eye = _ellipse(-0.88, 0.8, 0.1, 0.1)[::-1]
    return Path.make_compound_path(*(Path(outline, closed=True) for outline in (body, tail, head, neck, beak, eye)))
