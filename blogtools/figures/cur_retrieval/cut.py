"""9336.cut: as many anchor items as anchor queries is the worst number, and a cut-off cures it."""

from functools import lru_cache
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.figure import Figure

from blogtools.data.couplet_scores import couplet_scores
from blogtools.figures import live_figure
from blogtools.live import Button, Live, Slider, Toggle, style
from blogtools.similarity import pseudo_inverse

V = 60
"""Anchor queries; the other 190 are asked."""
ITEMS = 500
NUMBERS = (5, 10, 15, 20, 25, 30, 35, 40, 45, 50, 54, 57, 60, 63, 66, 70, 80, 90, 100, 120, 150, 200)
MOST = max(NUMBERS)


@lru_cache(maxsize=4)
def piece(seed: int) -> np.ndarray:
    """Scores [250, 500], rows and columns in random order: the first 60 rows are known, the first columns anchors."""
    known, rng = couplet_scores(), np.random.default_rng([9336, seed])
    rows, columns = rng.permutation(len(known.anchor_queries)), rng.permutation(len(known.items))[:ITEMS]
    return known.anchor_scores[np.ix_(rows, columns)].astype(float)


@lru_cache(maxsize=2048)
def error(u: int, cut: float, center: bool, seed: int) -> float:
    """Relative error of the estimates for queries and items that are no anchors."""
    S = piece(seed)
    mean = float(S[:V].mean()) if center else 0.0
    core = pseudo_inverse(S[:V, :u] - mean, cut or None)[0]
    again = (S[V:, :u] - mean) @ core @ (S[:V, MOST:] - mean) + mean
    truth = S[V:, MOST:]
    return float(np.linalg.norm(truth - again) / np.linalg.norm(truth - truth.mean()))


def compute(u: int, cut: float, center: bool, seed: int) -> dict[str, Any]:
    """Singular values of F∩H with the cut-off, and the error over the number of anchor items."""
    S = piece(seed)
    mean = float(S[:V].mean()) if center else 0.0
    s = np.linalg.svd(S[:V, :u] - mean, compute_uv=False)
    values = np.column_stack([np.arange(1, len(s) + 1), s / s[0]])
    kept = values[:, 1] > cut
    curves = {
        name: np.array([(n, error(n, at, center, seed)) for n in NUMBERS])
        for name, at in (("plain", 0.0), ("cut", cut))
    }
    without, with_it = error(u, 0.0, center, seed), error(u, cut, center, seed)
    return {
        "kept": values[kept],
        "dropped": values[~kept],
        "line": [[0, cut], [V + 1, cut]],
        **curves,
        "now plain": [[u, without]],
        "now cut": [[u, with_it]],
        "readout": (
            f"{V} anchor queries, {u} anchor items: the smallest of {len(s)} singular values is {values[-1, 1]:.1e} of"
            f" the largest; {kept.sum()} are kept\nerror of the estimates without a cut-off {_percent(without)},"
            f" with it {_percent(with_it)}; 100 % is the mean alone"
        ).replace("e-", "e−"),
    }


def _percent(value: float) -> str:
    return f"{value:,.0%}".replace(",", "\u2009").replace("%", "\u2009%")


def draw(figure: Figure) -> dict[str, Artist]:
    """Left the singular values, right the error."""
    values, errors = figure.subplots(1, 2, width_ratios=[1, 1.3])
    values.set(xlim=(0, V + 1), ylim=(1e-5, 2), yscale="log", xlabel="number", title="Singular values of F∩H")
    values.text(2, 2e-5, "in parts of the largest", color=style.GREY, fontsize=12)
    errors.set(xlim=(0, MOST + 4), ylim=(0.3, 300), yscale="log", xlabel="anchor items", title="Error of estimates")
    errors.set_yticks([0.3, 1, 3, 10, 30, 100, 300], ["30 %", "100 %", "300 %", "×10", "×30", "×100", "×300"])
    for axes in (values, errors):
        axes.minorticks_off()
    errors.axvline(V, **style.line("guide"))
    errors.axhline(1, **style.line("guide"))
    errors.text(V + 2, 200, "as many as queries", color=style.GREY, fontsize=12, va="top")
    errors.text(MOST, 30, "no cut-off", color=style.VERMILION, fontsize=13, ha="right")
    errors.text(MOST, 15, "with it", color=style.ORANGE, fontsize=13, ha="right")
    return {
        "line": values.plot([], [], **style.line("estimate"))[0],
        "kept": values.plot([], [], "o", color=style.colour("data"), markersize=5)[0],
        "dropped": values.plot([], [], "o", color=style.colour("wrong"), markersize=5, markerfacecolor="none")[0],
        "plain": errors.plot([], [], **style.line("wrong"))[0],
        "cut": errors.plot([], [], **style.line("estimate"))[0],
        "now plain": errors.plot([], [], "o", color=style.colour("wrong"), markersize=9, clip_on=False)[0],
        "now cut": errors.plot([], [], "o", color=style.colour("estimate"), markersize=9, clip_on=False)[0],
    }


@live_figure("9336.cut")
def where_the_pseudo_inverse_fails() -> Live:
    """The singularity at |U| = |V|."""
    return Live(
        draw,
        compute,
        [
            Slider("u", "anchor items", 5, MOST, V, integer=True, play=True),
            Slider("cut", "cut-off", 1e-4, 0.5, 3e-2, log=True),
            Toggle("center", "mean taken off", True),
            Button("seed", "other anchors"),
        ],
        alt="Left, singular values falling over five decades, those below a horizontal line hollow. Right, the error"
        " of estimates over the number of anchor items: the dashed curve without a cut-off has a sharp peak where"
        " there are as many items as queries; the orange one with a cut-off has none.",
        size=(9.2, 4.2),
    )
