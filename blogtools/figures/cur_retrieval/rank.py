"""9336.rank: the error of CUR against its rank, for each way to choose representatives, and the limit by SVD."""

from functools import lru_cache
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.figure import Figure

from blogtools.data.couplet_scores import couplet_scores
from blogtools.figures import live_figure
from blogtools.live import Button, Choice, Live, Slider, style
from blogtools.similarity import ANCHORS, CUR, best_core, relative_error

ITEMS = 500
RANKS = (2, 5, 10, 15, 20, 30, 40, 60, 80, 100)
CORES = ("pseudo-inverse", "pseudo-inverse, cut at 3 %", "best core, which sees all scores")
COLOURS = {"random": "estimate", "qr": "field", "leverage": "second", "k-means": "third"}
TOP = 100.0
"""Errors above this are drawn at the upper edge, as triangles."""
NAMES = {"random": "random", "qr": "pivoted QR", "leverage": "leverage", "k-means": "k-means"}


@lru_cache(maxsize=1)
def scores() -> np.ndarray:
    """250 anchor queries with 500 random items."""
    known = couplet_scores()
    columns = np.random.default_rng(9336).permutation(len(known.items))[:ITEMS]
    return known.anchor_scores[:, columns].astype(float)


@lru_cache(maxsize=1)
def limit() -> np.ndarray:
    """Columns rank and relative error of the SVD, all ranks. [101, 2]."""
    S = scores()
    s = np.linalg.svd(S - S.mean(), compute_uv=False)
    left = np.sqrt(np.append(np.cumsum((s**2)[::-1])[::-1], 0.0))
    return np.column_stack([np.arange(101), (left / left[0])[:101]])


@lru_cache(maxsize=16)
def chosen(rule: str, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """The hundred rows and columns, the best first."""
    rng, most = np.random.default_rng([9336, seed]), max(RANKS)
    return ANCHORS[rule](scores().T, most, rng), ANCHORS[rule](scores(), most, rng)


@lru_cache(maxsize=512)
def error(rule: str, rank: int, core: str, seed: int) -> float:
    """Relative error from ``rank`` rows and columns; k-means is not nested, its largest clusters are taken."""
    rows, columns = chosen(rule, seed)
    if core == CORES[2]:
        parts = CUR(scores(), rows[:rank], columns[:rank])
        best = parts.F @ best_core(scores(), rows[:rank], columns[:rank]) @ parts.H + parts.mean
        return relative_error(scores(), best)
    found = CUR(scores(), rows[:rank], columns[:rank], rcond=3e-2 if core == CORES[1] else None)
    return relative_error(scores(), found.reconstruct())


def compute(rank: int, core: str, seed: int) -> dict[str, Any]:
    """A curve for each rule, and their values at ``rank``."""
    shown: dict[str, Any] = {"svd": limit(), "here": [[rank, 1e-3], [rank, 1e3]]}
    words, beyond = [], [np.empty((0, 2))]
    for rule in ANCHORS:
        found = np.array([(r, error(rule, r, core, seed)) for r in RANKS])
        shown[rule] = np.minimum(found, [np.inf, TOP])
        beyond.append(shown[rule][found[:, 1] > TOP])
        words.append(f"{NAMES[rule]} {100 * error(rule, rank, core, seed):.0f} %")
    return shown | {
        "beyond": np.concatenate(beyond),
        "readout": (
            f"{rank} rows and {rank} columns: relative error {' · '.join(words)} · SVD of that rank"
            f" {100 * limit()[rank, 1]:.0f} %; triangles: above ×{TOP:.0f}"
        ),
    }


def draw(figure: Figure) -> dict[str, Artist]:
    """Error over rank."""
    axes = figure.subplots()
    axes.set(xlim=(0, 124), ylim=(0.1, TOP), yscale="log", xlabel="rank: rows, and as many columns")
    axes.set_title(f"Relative error, {len(scores())} lines × {ITEMS} next lines")
    axes.set_yticks([0.1, 0.3, 1, 3, 10, 30, TOP], ["10 %", "30 %", "100 %", "×3", "×10", "×30", "×100"])
    axes.set_xticks([0, 20, 40, 60, 80, 100])
    axes.spines["bottom"].set_bounds(0, 100)
    axes.minorticks_off()
    axes.plot([0, 100], [1, 1], **style.line("guide"))
    axes.text(100, 0.93, "the mean alone", color=style.GREY, fontsize=12, ha="right", va="top")
    artists: dict[str, Artist] = {
        "here": axes.plot([], [], **style.line("guide"))[0],
        "svd": axes.plot([], [], **style.line("theory"))[0],
    }
    axes.text(103, limit()[100, 1], "SVD, the limit", color=style.SLATE, fontsize=13, va="center")
    for place, (rule, role) in enumerate(COLOURS.items()):
        artists[rule] = axes.plot([], [], color=style.colour(role), marker="o", markersize=4, linewidth=2)[0]
        axes.text(103, 50 / 1.8**place, NAMES[rule], color=style.colour(role), fontsize=13, va="center")
    artists["beyond"] = axes.plot(
        [], [], "^", color=style.SLATE, markersize=9, markerfacecolor="white", clip_on=False, zorder=5
    )[0]
    return artists


@live_figure("9336.rank")
def error_over_rank() -> Live:
    """SVD against CUR."""
    return Live(
        draw,
        compute,
        [
            Slider("rank", "rank", 2, 100, 40, integer=True, play=True),
            Choice("core", "G", CORES, CORES[0]),
            Button("seed", "other chance"),
        ],
        alt="Relative error over rank on a logarithmic scale. The dark curve of the SVD falls steadily. The curves of"
        " CUR with random, pivoted QR, leverage and k-means representatives lie above it and leap up and down, for"
        " G is the pseudo-inverse of a square matrix; with a cut-off, or with the best core, they fall as well.",
        size=(8.6, 4.4),
    )
