"""9341.pulls: which pairs of pairs CoSENT hears, and how loud each is; graded labels and labels cut in two."""

from functools import lru_cache
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.figure import Figure

from blogtools.figures import live_figure
from blogtools.live import Button, Choice, Live, Slider, style

N = 15
SEES = {"graded": (0, 1, 2), "2 against the rest": (0, 0, 1), "0 against the rest": (0, 1, 1), "all alike": (0, 0, 0)}
"""What the loss is told in place of the labels 0, 1, 2."""


@lru_cache(maxsize=64)
def batch(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Scores that tell the labels somewhat, sorted by label, then by score."""
    rng = np.random.default_rng([9341, seed])
    labels = np.repeat([0, 1, 2], N // 3)
    scores = 0.7 * labels + rng.normal(size=N)
    order = np.lexsort([scores, labels])
    return scores[order], labels[order]


def shares(scores: np.ndarray, labels: np.ndarray, scale: float) -> np.ndarray:
    """Share of each pair of pairs (i, j), y_i > y_j, in the gradient: its term over the whole; NaN for no term."""
    heard = labels[:, None] > labels[None, :]
    exponent = np.where(heard, scale * (scores[None, :] - scores[:, None]), -np.inf)
    top = max(0.0, exponent.max())
    terms = np.exp(exponent - top)
    return np.where(heard, terms / (np.exp(-top) + terms.sum()), np.nan)


def compute(see: str, scale: float, seed: int) -> dict[str, Any]:
    """The square of shares, and what they add up to for each score."""
    scores, labels = batch(seed)
    told = np.array(SEES[see])[labels]
    share = shares(scores, told, scale)
    full = np.nan_to_num(share)
    gradient = full.sum(1) - full.sum(0)
    heard = int(np.isfinite(share).sum())
    all_pairs = N * N // 3
    loudest = np.sort(full.ravel())[::-1]
    top = full.max()
    effective = 1 / np.square(full / full.sum()).sum() if heard else 0.0
    return {
        "square": np.where(np.isfinite(share), full / max(top, 1e-300), np.nan),
        "up": [[(k, 0), (k, g)] for k, g in enumerate(gradient) if g > 0],
        "down": [[(k, 0), (k, g)] for k, g in enumerate(gradient) if g < 0],
        "scores": np.column_stack([np.arange(N), scores]),
        "readout": (
            f"{heard} of {all_pairs} pairs of pairs are heard; they count like {effective:.1f} equally loud ones · "
            f"the loudest three have {100 * loudest[:3].sum():.0f} % of the pull · loss "
            f"{_loss(scores, told, scale):.3f}"
        ),
    }


def _loss(scores: np.ndarray, labels: np.ndarray, scale: float) -> float:
    heard = labels[:, None] > labels[None, :]
    gaps = scale * (scores[None, :] - scores[:, None])[heard]
    return float(np.logaddexp.reduce(np.concatenate([[0.0], gaps])))


def draw(figure: Figure) -> dict[str, Artist]:
    """The square of pairs of pairs; scores and pulls over the same order."""
    panes = figure.subplot_mosaic([["square", "scores"], ["square", "pull"]], width_ratios=[1, 1.25])
    square, scores, pull = panes["square"], panes["scores"], panes["pull"]
    square.set(xlabel="pair j, pushed down", ylabel="pair i, pulled up", title="How loud is (i, j)?")
    image = square.imshow(
        np.full((N, N), np.nan), cmap="Blues", vmin=-0.15, vmax=1, origin="lower", extent=(-0.5, N - 0.5, -0.5, N - 0.5)
    )
    middle = [N // 6 + k * N // 3 for k in range(3)]
    for axis in (square.xaxis, square.yaxis):
        axis.set_ticks(middle, ["0", "1", "2"])
    for edge in (N / 3 - 0.5, 2 * N / 3 - 0.5):
        square.axhline(edge, **style.line("guide"))
        square.axvline(edge, **style.line("guide"))
        for pane in (scores, pull):
            pane.axvline(edge, **style.line("guide"), zorder=0)
    for pane in (scores, pull):
        pane.set(xlim=(-0.7, N - 0.3))
        pane.set_xticks(middle, ["label 0", "label 1", "label 2"])
    scores.set(ylim=(-3.2, 4.2), ylabel="score f")
    pull.set(ylabel=r"pull $-\partial L/\partial f\,/\,\lambda$", ylim=(-1.2, 1.2))
    pull.set_yscale("symlog", linthresh=0.1)
    pull.set_yticks([-1, -0.1, 0, 0.1, 1], ["−1", "−0.1", "0", "0.1", "1"])
    pull.axhline(0, **style.line("guide"), zorder=0)
    return {
        "square": image,
        "scores": scores.scatter([], [], s=40, color=style.colour("data"), zorder=3),
        "up": pull.add_collection(_bars(style.BLUE)),
        "down": pull.add_collection(_bars(style.VERMILION)),
    }


def _bars(colour: str) -> Any:
    from matplotlib.collections import LineCollection

    return LineCollection([], color=colour, linewidth=9, capstyle="butt")


@live_figure("9341.pulls")
def who_is_heard() -> Live:
    """Every pair of pairs with its share in the gradient."""
    return Live(
        draw,
        compute,
        [
            Choice("see", "labels", tuple(SEES), "graded"),
            Slider("scale", "λ", 0.1, 20.0, 1.0, log=True, play=True),
            Button("seed", "other scores"),
        ],
        alt="A square of fifteen by fifteen scores sorted by label: blue where the first should stand above the second,"
        " darker where the loss pulls harder, blank where it hears nothing. Beside it the scores and the pull on each:"
        " blue bars up, vermilion bars down. With labels cut in two a third of the square goes blank; with a large"
        " lambda only the worst pair of pairs is heard.",
        size=(9.4, 4.4),
    )
