"""9336.recall: how many of the best next lines are found, against the calls of the cross-encoder, for each method."""

from functools import lru_cache
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.figure import Figure

from blogtools.data.couplet_scores import retrieval_results
from blogtools.figures import live_figure
from blogtools.live import Choice, Live, Slider, style

METHODS = {
    "adaptive anchors": ("adaptive", "estimate"),
    "adaptive anchors, over the bi-encoder": ("adaptive, over the\nbi-encoder", "second"),
    "pivoted-QR anchors": ("pivoted QR", "field"),
    "random anchors": ("random anchors", "third"),
    "bi-encoder, re-ranked": ("bi-encoder,\nre-ranked", "prior"),
}
"""What is drawn, by its name in the results: its name here and its colour."""
HEIGHTS = (98, 85, 72, 63, 35)
"""Where the names stand, in percent."""
TOPS = ("10 best", "best one", "50 best")


@lru_cache(maxsize=64)
def curve(method: str, top: int) -> np.ndarray:
    """Columns calls, recall in percent, lower and upper end of its interval. [K, 4]."""
    rows = [row for row in retrieval_results()["methods"][method]["recall"] if f"top {top}" in row]
    found = [(row["calls"], row[f"top {top}"]["mean"], row[f"top {top}"]["half"]) for row in rows]
    calls, mean, half = np.array(found).T
    return np.column_stack([calls, 100 * mean, 100 * (mean - half), np.minimum(100, 100 * (mean + half))])


def compute(budget: int, top: str) -> dict[str, Any]:
    """The curves, and their values at the budget between measured ones."""
    items = retrieval_results()["items"]
    number = {"best one": 1, "10 best": 10, "50 best": 50}[top]
    shown: dict[str, Any] = {"here": [[budget, 0], [budget, 100]]}
    words = []
    for method, (name, _) in METHODS.items():
        found = curve(method, number)
        at, low = (np.interp(np.log(budget), np.log(found[:, 0]), column) for column in (found[:, 1], found[:, 2]))
        shown[method] = found[:, :2]
        shown[f"{method} band"] = found[:, [0, 2, 3]]
        shown[f"{method} now"] = [[budget, at]] if budget >= found[0, 0] else np.empty((0, 2))
        if budget >= found[0, 0]:
            words.append(f"{name.replace(chr(10), ' ')} {at:.1f} ± {at - low:.1f}")
    return shown | {
        "readout": (
            f"{budget} of {items:,} calls, {100 * budget / items:.1f} %; recall of the {top} in %: {' · '.join(words)}"
        )
    }


def draw(figure: Figure) -> dict[str, Artist]:
    """Recall over calls."""
    axes = figure.subplots()
    axes.set(xlim=(24, 1000), ylim=(0, 101), xscale="log", xlabel="calls of the cross-encoder", ylabel="found / %")
    axes.spines["bottom"].set_bounds(25, 400)
    axes.set_xticks([25, 50, 100, 200, 400], ["25", "50", "100", "200", "400"])
    axes.minorticks_off()
    axes.set_title(f"Recall of the best among {retrieval_results()['items']:,}, 95 % intervals")
    artists: dict[str, Artist] = {"here": axes.plot([], [], **style.line("guide"))[0]}
    for place, (method, (name, role)) in enumerate(METHODS.items()):
        colour = style.colour(role)
        band = axes.fill_between([25, 400], [0, 0], [0, 0], color=colour, alpha=0.2, linewidth=0)
        artists[f"{method} band"] = band
        artists[method] = axes.plot([], [], color=colour, linewidth=2.4)[0]
        artists[f"{method} now"] = axes.plot([], [], "o", color=colour, markersize=9, clip_on=False)[0]
        axes.text(430, HEIGHTS[place], name, color=colour, fontsize=13, va="center", linespacing=1.1)
    return artists


@live_figure("9336.recall")
def recall_over_calls() -> Live:
    """What ``benchmarks/retrieval.py`` measured."""
    return Live(
        draw,
        compute,
        [
            Slider("budget", "calls", 25, 400, 100, log=True, integer=True, play=True),
            Choice("top", "of the", TOPS, TOPS[0]),
        ],
        alt="Recall in percent over the number of calls of the cross-encoder, five rising curves with narrow bands."
        " Adaptive anchors, with the bi-encoder or without, lie highest; pivoted QR and random anchors follow; the"
        " re-ranked bi-encoder stays far below.",
        size=(8.6, 4.6),
    )
