"""9305.digits: the shipped network draws digits from points of the prior; the nearest training images stand below."""

from functools import lru_cache
from typing import Any

import numpy as np
import torch
from matplotlib.artist import Artist
from matplotlib.figure import Figure

from blogtools import data
from blogtools.diffusion import Poisson, grid, sample, sample_hemisphere, steps_for
from blogtools.diffusion.samples.quality import copy_threshold, nearest
from blogtools.figures import live_figure
from blogtools.figures.poisson_flow.planar import one_thread
from blogtools.live import Button, Choice, Live, Slider, Toggle, style
from blogtools.nets import load

NET = "poisson-digits"
ROWS, COLUMNS = 3, 12
SIDE = 8
SIGMA_MIN = 0.05


@lru_cache(maxsize=1)
def _net() -> Any:
    return load(NET)


@lru_cache(maxsize=1)
def _images() -> tuple[data.Images, float, float]:
    """The digits; how far unseen ones are from the nearest training image: one in a thousand is nearer, and half."""
    images = data.digits()
    return images, copy_threshold(images.train, images.test), float(np.median(nearest(images.test, images.train)[1]))


@lru_cache(maxsize=12)
def _drawn(solver: str, evaluations: int, T: float, own: bool, seed: int) -> tuple[np.ndarray, np.ndarray, int]:
    """Levels [K], pictures on the way [K, n, 64], and the evaluations it took."""
    n = ROWS * COLUMNS
    x, h = sample_hemisphere(n, SIDE**2, T, torch.Generator().manual_seed(seed))
    levels = grid(T, SIGMA_MIN, 2 if solver == "rk45" else max(2, steps_for(evaluations, solver)))
    times = levels.outer(h.double()) if own else levels
    with one_thread(), torch.no_grad():
        run = sample(
            _net(), Poisson(), x if own else x / h[:, None], times, solver=solver, rtol=0.03, atol=0.03, keep_path=True
        )
    assert run.path is not None
    assert run.times is not None
    passed = run.times / h if own else run.times
    return (passed[:, 0] if own else passed).double().numpy(), run.path.double().numpy(), run.evaluations


def _on_the_way(levels: np.ndarray, path: np.ndarray, share: float) -> np.ndarray:
    """Pictures [n, 64] at a share of the steps, shrunk as noise grows, so that noise and digit are both seen."""
    place = share * (len(levels) - 1)
    before = min(int(place), len(levels) - 2)
    part = place - before
    x = (1 - part) * path[before] + part * path[before + 1]
    level = (1 - part) * levels[before] + part * levels[before + 1]
    return x / np.sqrt(1 + np.square(level))


def wall(pictures: np.ndarray, columns: int) -> np.ndarray:
    """Pictures (n, height, width) side by side in rows of ``columns``, one pixel of paper (0) between them."""
    n, height, width = pictures.shape
    padded = np.pad(pictures, ((0, 0), (0, 1), (0, 1)))
    return (
        padded.reshape(n // columns, columns, height + 1, width + 1).swapaxes(1, 2).reshape(-1, columns * (width + 1))
    )


def digits_compute(time: float, solver: str, evaluations: int, T: float, own: bool, seed: int) -> dict[str, Any]:
    """The wall of pictures at a share ``time`` (in %) of the steps, and the nearest training images of its last row."""
    levels, path, used = _drawn(solver, evaluations, T, own, seed)
    images, threshold, usual = _images()
    index, distance = nearest(path[-1], images.train)
    last = slice((ROWS - 1) * COLUMNS, None)
    shown: dict[str, Any] = {
        "wall": wall(images.pictures(_on_the_way(levels, path, time / 100)), COLUMNS),
        "nearest": wall(images.pictures(images.train[index[last]]), COLUMNS),
    }
    for k, far in enumerate(distance[last]):
        shown[f"far_{k}"] = f"{far:.2f}"
    copies = int((distance < threshold).sum())
    return shown | {
        "readout": (
            f"{used} evaluations · copies: {copies} of {len(distance)} (nearer than {threshold:.2f}, as 1 in 1000"
            f" unseen real digits) · median distance {np.median(distance):.2f} (unseen real digits {usual:.2f})"
        )
    }


def digits_draw(figure: Figure) -> dict[str, Artist]:
    """Above the wall of drawn digits, below the row of training images with their distances."""
    top, below = figure.subplots(2, 1, height_ratios=[ROWS, 1.25])
    artists: dict[str, Artist] = {}
    for pane, name, rows in ((top, "wall", ROWS), (below, "nearest", 1)):
        blank = np.zeros((rows * (SIDE + 1), COLUMNS * (SIDE + 1)))
        artists[name] = pane.imshow(blank, vmin=0, vmax=1, cmap="gray_r", interpolation="none")
        pane.axis("off")
    top.set_title("Drawn by the network")
    below.set_title("Nearest training image of the last row, and how far it is (64 pixels from −1 to 1)", fontsize=13)
    for k in range(COLUMNS):
        x = (SIDE + 1) * k + SIDE / 2 - 0.5
        artists[f"far_{k}"] = below.text(x, SIDE + 2.2, "", ha="center", va="center", fontsize=12, color=style.SLATE)
    return artists


@live_figure("9305.digits")
def digits_from_the_prior() -> Live:
    """Digits that the shipped network draws along its field."""
    return Live(
        digits_draw,
        digits_compute,
        [
            Slider("time", "way down", 0, 100, 100, step=2, unit="%", play=True),
            Choice("solver", "solver", ("euler", "heun", "2m", "rk45"), "heun"),
            Slider("evaluations", "evaluations", 3, 60, 17, log=True, integer=True),
            Slider("T", "T", 2.0, 80.0, 40.0, log=True),
            Toggle("own", "a clock for each", True),
            Button("seed", "other digits"),
        ],
        alt="Thirty-six digits drawn by the network in three rows; as the slider moves they come out of noise. Under"
        " the last row stands the nearest training image of each, alike but not the same.",
        size=(9.0, 4.1),
    )
