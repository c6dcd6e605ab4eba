"""9341.cost: time and memory of the loss and its gradient, all pairs of pairs against one sorted pass."""

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.figure import Figure

import blogtools.data
from blogtools.figures import live_figure
from blogtools.live import Live, Slider, style

STORED = Path(blogtools.data.__file__).parent / "cosent_cost.json"
FORMS = {"pairwise": "wrong", "sorted": "theory", "sentence-transformers": "estimate"}


@lru_cache(maxsize=1)
def measured() -> dict[str, np.ndarray]:
    """Columns batch, milliseconds of each form, as ``benchmarks/cosent_loss.py`` found them."""
    rows = json.loads(STORED.read_text(encoding="utf-8"))["rows"]
    return {form: np.array([(row["batch"], row[form]) for row in rows if form in row]) for form in FORMS}


def milliseconds(form: str, batch: float) -> float:
    """On the measured curve, straight on the double logarithmic axes; beyond its end along its law."""
    known = np.log(measured()[form])
    at = np.log(batch)
    if at <= known[-1, 0]:
        return float(np.exp(np.interp(at, known[:, 0], known[:, 1])))
    return float(np.exp(known[-1, 1] + (2 if form == "pairwise" else 1) * (at - known[-1, 0])))


def in_words(ms: float) -> str:
    """A time with its unit."""
    for limit, unit, size in ((1e3, "ms", 1.0), (6e4, "s", 1e3), (3.6e6, "min", 6e4)):
        if ms < limit:
            return f"{ms / size:.3g} {unit}"
    return f"{ms / 3.6e6:.3g} h"


def in_bytes(size: float) -> str:
    """A size with its unit."""
    for limit, unit in ((1e3, "B"), (1e6, "kB"), (1e9, "MB"), (1e12, "GB")):
        if size < limit:
            return f"{1e3 * size / limit:.3g} {unit}"
    return f"{size / 1e12:.3g} TB"


def compute(batch: int) -> dict[str, Any]:
    """Where a batch stands on the curves."""
    last = measured()["pairwise"][-1]
    ahead = np.geomspace(last[0], 2**20, 20)
    fast, slow = milliseconds("sorted", batch), milliseconds("pairwise", batch)
    guess = " (along B²)" if batch > last[0] else ""
    return {
        **{form: found for form, found in measured().items()},
        "along": np.column_stack([ahead, [milliseconds("pairwise", b) for b in ahead]]),
        "here": np.array([[batch, 1e-3], [batch, 1e9]]),
        "now": np.array([[batch, slow], [batch, fast]]),
        "readout": (
            f"B = {batch:,}: {batch * batch / 3:.3g} pairs of pairs with three equal labels · all pairs "
            f"{in_words(slow)}{guess}, {in_bytes(4 * batch * batch)} for their differences · sorted {in_words(fast)}, "
            f"{in_bytes(4 * batch)} · {slow / fast:,.0f} times faster"
        ),
    }


def draw(figure: Figure) -> dict[str, Artist]:
    """Milliseconds over the batch, both logarithmic."""
    axes = figure.subplots()
    axes.set(xscale="log", yscale="log", xlim=(64, 2**20), ylim=(0.05, 1e8), xlabel="pairs in a batch, B")
    axes.set_title("Loss and gradient, one thread")
    axes.set_xticks([2**k for k in (6, 8, 10, 12, 14, 16, 18, 20)], ["64", "256", "1,024", "4,096", "16,384", "65,536",
                                                                    "262,144", "1,048,576"])  # fmt: skip
    axes.set_yticks([0.1, 1, 10, 100, 1e3, 6e4, 3.6e6], ["0.1 ms", "1 ms", "10 ms", "0.1 s", "1 s", "1 min", "1 h"])
    axes.minorticks_off()
    axes.tick_params(axis="x", labelsize=10.5)
    axes.text(80, 3e4, "all pairs of pairs", color=style.colour("wrong"), fontsize=14)
    axes.text(2**13, 0.12, "sorted, one pass", color=style.colour("theory"), fontsize=14)
    axes.text(80, 3e3, "■ sentence-transformers", color=style.colour("estimate"), fontsize=14)
    return {
        "here": axes.plot([], [], color=style.SLATE, linewidth=1.4, linestyle=":", zorder=1)[0],
        "pairwise": axes.plot([], [], marker="o", **style.line("wrong", linestyle="-"))[0],
        "along": axes.plot([], [], **style.line("wrong"))[0],
        "sentence-transformers": axes.plot([], [], marker="s", **style.line("estimate"))[0],
        "sorted": axes.plot([], [], marker="o", **style.line("theory"))[0],
        "now": axes.scatter([], [], s=130, facecolors="none", edgecolors=style.SLATE, linewidths=2, zorder=4),
    }


@live_figure("9341.cost")
def two_forms() -> Live:
    """What a batch costs in either form."""
    return Live(
        draw,
        compute,
        [Slider("batch", "pairs B", 64, 2**20, 4096, log=True, integer=True, play=True)],
        alt="Time over the number of pairs in a batch, both axes logarithmic. The form with all pairs of pairs,"
        " vermilion, rises twice as steeply as the sorted one, dark; dashed beyond what was measured. The loss of"
        " sentence-transformers, orange squares, runs beside the sorted one.",
        size=(8.6, 4.4),
    )
