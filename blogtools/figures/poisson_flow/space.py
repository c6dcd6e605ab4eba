"""Three dimensions on a flat page: a view, a sphere to enter, lines that pale with distance."""

import numpy as np

from blogtools.figures.poisson_flow.fields import Lines

SHADES = 8
"""Between the middle and the front, and as many to the back."""
PALEST = 0.2
"""Of its colour, what is left at the back."""


def view(azimuth: float, elevation: float) -> np.ndarray:
    """Rotation [3, 3] whose rows are right, up and towards the viewer; angles in degrees, the third axis upright."""
    a, e = np.radians([azimuth, elevation])
    right = [-np.sin(a), np.cos(a), 0.0]
    up = [-np.sin(e) * np.cos(a), -np.sin(e) * np.sin(a), np.cos(e)]
    towards = [np.cos(e) * np.cos(a), np.cos(e) * np.sin(a), np.sin(e)]
    return np.array([right, up, towards])


def enter(lines: Lines, radius: float) -> Lines:
    """The same lines inside the sphere about 0: points before it stand where it is entered."""
    points = lines.points
    rows, within = np.arange(len(points)), np.linalg.norm(points, axis=-1) < radius
    first = np.maximum(within.argmax(1), 1)
    outer = points[rows, first - 1]
    step = points[rows, first] - outer
    # The smaller root s of ‖outer + s·step‖ = radius.
    a, b, c = (step**2).sum(1), (outer * step).sum(1), (outer**2).sum(1) - radius**2
    s = (-b - np.sqrt(np.maximum(b**2 - a * c, 0))) / a
    before = np.arange(points.shape[1]) < first[:, None]
    entered = np.where(before[..., None], (outer + s[:, None] * step)[:, None], points)
    return Lines(entered[:, int(first.min()) - 1 :], lines.source)


def even_directions(number: int) -> np.ndarray:
    """Unit vectors [number, 3] evenly over the sphere, by the golden angle."""
    k = np.arange(number) + 0.5
    z, turn = 1 - 2 * k / number, k * np.pi * (3 - np.sqrt(5))
    return np.stack([np.sqrt(1 - z * z) * np.cos(turn), np.sqrt(1 - z * z) * np.sin(turn), z], 1)


def pieces(points: np.ndarray, source: np.ndarray, radius: float) -> tuple[list[np.ndarray], np.ndarray, np.ndarray]:
    """Lines [n, m, 3] cut where their shade changes, from back to front: pieces [k, 2], the mass and depth of each.

    Depth is that of ``faded``, −1 and 1 at ``radius``. Where a line stands still there is nothing.
    """
    middle = (points[:, 1:, 2] + points[:, :-1, 2]) / 2
    shade = np.floor(SHADES / radius * middle)
    moving = (points[:, 1:] != points[:, :-1]).any(2)
    cut = np.ones((len(points), points.shape[1]), bool)
    cut[:, 1:-1] = (shade[:, 1:] != shade[:, :-1]) | (moving[:, 1:] != moving[:, :-1])
    line, first = np.nonzero(moving & cut[:, :-1])
    end = np.nonzero(moving & cut[:, 1:])[1] + 2
    flat, depth = points[..., :2], (shade[line, first] + 0.5) / SHADES
    order = np.argsort(depth, kind="stable")
    return [flat[line[k], first[k] : end[k]] for k in order], source[line[order]], depth[order]


def faded(colours: np.ndarray, depth: np.ndarray) -> np.ndarray:
    """Colours [n, 3] mixed with white by their depth [n], from −1 at the back to 1 in front."""
    left = PALEST + (1 - PALEST) * np.clip(0.5 + 0.5 * depth, 0, 1)[:, None]
    return 1 - left * (1 - colours)


def circle() -> np.ndarray:
    """The unit circle [121, 2], closed."""
    angles = np.arange(121) * np.pi / 60
    return np.stack([np.cos(angles), np.sin(angles)], 1)
