"""9341.experiment: seven losses, cross- and bi-encoder, five seeds; every run, its mean, and paired differences."""

from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure

from blogtools.figures import live_figure
from blogtools.live import Choice, Live, style
from blogtools.similarity.experiment import SCORERS, by_seed, difference, interval, losses_run

LOSSES = losses_run()
SHOWN = {
    "Spearman": "spearman",
    "AUC, 2 above 0": "auc_2v0",
    "AUC, 2 above 1": "auc_2v1",
    "AUC, 1 above 0": "auc_1v0",
    "accuracy, threshold found": "accuracy",
    "accuracy, threshold 0": "accuracy_at_0",
}
NAMES = {"cross": "cross-encoder", "bi": "bi-encoder"}


def compute(measure: str, scorer: str, reference: str) -> dict[str, Any]:
    """Runs and intervals by loss on the left, differences from the reference on the right."""
    kind = next(key for key, name in NAMES.items() if name == scorer)
    key = SHOWN[measure]
    runs = [by_seed(kind, loss, key) for loss in LOSSES]
    cells = [interval(values) for values in runs]
    gaps = [difference(kind, loss, reference, key) if loss != reference else None for loss in LOSSES]
    places = range(len(LOSSES))
    low, high = min(v.min() for v in runs), max(v.max() for v in runs)
    widest = max(abs(g.mean) + g.half for g in gaps if g is not None)
    told = difference(kind, "CoSENT, two labels", "CE", key)
    graded = difference(kind, "CoSENT", "soft CE", key)
    return {
        "runs": np.array([(value, place) for place, values in zip(places, runs, strict=True) for value in values]),
        "bars": [[(c.mean - c.half, k), (c.mean + c.half, k)] for k, c in zip(places, cells, strict=True)],
        "means": np.array([(c.mean, k) for k, c in zip(places, cells, strict=True)]),
        "left": {"xlim": (low - 0.08 * (high - low) - 1e-4, high + 0.08 * (high - low) + 1e-4)},
        "gaps": [
            [(g.mean - g.half, k), (g.mean + g.half, k)] for k, g in zip(places, gaps, strict=True) if g is not None
        ],
        "middles": np.array([(g.mean if g else 0.0, k) for k, g in zip(places, gaps, strict=True)]),
        "right": {"xlim": (-1.1 * widest, 1.1 * widest)},
        "title left": measure,
        "title right": f"difference from {reference}",
        "readout": (
            f"{measure}, {scorer}: difference from CE of CoSENT with two labels {_said(told)}; from soft CE, graded "
            f"{_said(graded)}. Bars: 95 %, {len(runs[0])} seeds"
        ),
    }


def _said(gap: Any) -> str:
    verdict = "" if abs(gap.mean) > gap.half else " (noise)"
    return f"{gap.mean:+.4f} ± {gap.half:.4f}{verdict}"


def draw(figure: Figure) -> dict[str, Artist]:
    """Two panes with the same rows."""
    left, right = figure.subplots(1, 2, sharey=True)
    left.set_yticks(range(len(LOSSES)), LOSSES)
    left.set_ylim(len(LOSSES) - 0.4, -1.2)
    right.axvline(0, ymax=0.87, color=style.SLATE, linewidth=1.2)
    for pane in (left, right):
        for k in range(len(LOSSES)):
            pane.axhline(k, **style.line("guide"), zorder=0)
        pane.locator_params(axis="x", nbins=5)
    titles = [pane.text(0.02, 0.98, "", transform=pane.transAxes, fontsize=15, va="top") for pane in (left, right)]
    return {
        "bars": left.add_collection(LineCollection([], **style.line("estimate", linewidth=5))),
        "means": left.scatter([], [], s=70, color=style.colour("estimate"), zorder=3),
        "runs": left.scatter([], [], s=22, color=style.colour("data"), zorder=4),
        "gaps": right.add_collection(LineCollection([], **style.line("field", linewidth=5))),
        "middles": right.scatter([], [], s=70, color=style.colour("field"), zorder=3),
        "left": left,
        "right": right,
        "title left": titles[0],
        "title right": titles[1],
    }


@live_figure("9341.experiment")
def losses_compared() -> Live:
    """The experiment with its intervals."""
    return Live(
        draw,
        compute,
        [
            Choice("measure", "measure", tuple(SHOWN), "Spearman"),
            Choice("scorer", "scorer", [NAMES[key] for key in SCORERS], "cross-encoder"),
            Choice("reference", "difference from", LOSSES, "CE"),
        ],
        alt="One row for each of seven losses. Left, a black dot for each seed's run and an orange bar, the interval"
        " of their mean. Right, blue bars, the intervals of the differences from a reference loss, paired by seed; one"
        " that crosses the zero line is noise.",
        size=(9.6, 4.4),
    )
