"""9271.edits: replace t tokens by any or by a different one, and count what has changed (claim7)."""

from typing import Any

import numpy as np
import torch
from matplotlib.artist import Artist
from matplotlib.collections import PolyCollection
from matplotlib.figure import Figure
from scipy import stats

from blogtools.diffusion import Edit
from blogtools.figures import live_figure
from blogtools.live import Button, Live, Slider, style

LENGTH, DRAWS = 20, 2000
ROWS = {"any": 1.0, "different": 0.0}


def edited(kind: str, size: int, t: int, seed: int, n: int = DRAWS) -> tuple[np.ndarray, np.ndarray]:
    """Which places are replaced and which are changed, both bool [n, 20]."""
    process, generator = Edit(size, different=kind == "different"), torch.Generator().manual_seed(seed)
    x0 = torch.randint(size, (n, LENGTH), generator=generator)
    eps = process.noise(x0, generator)
    return (eps // size < t).numpy(), (process.forward(x0, eps, t) != x0).numpy()


def bars(counts: np.ndarray, shift: float) -> list[np.ndarray]:
    """Bars of the shares of each number of changed tokens."""
    return [
        np.array([[k + shift - 0.2, 0], [k + shift - 0.2, v], [k + shift + 0.2, v], [k + shift + 0.2, 0]])
        for k, v in enumerate(counts)
    ]


def compute(t: int, size: int, seed: int) -> dict[str, Any]:
    """One text edited by both rules, and how many of 2,000 had how many changes."""
    shown: dict[str, Any] = {}
    means = {}
    for kind, y in ROWS.items():
        replaced, changed = edited(kind, size, t, seed)
        places = np.arange(LENGTH)
        shown[f"{kind} replaced"] = np.column_stack([places, np.full(LENGTH, y)])[replaced[0]]
        shown[f"{kind} changed"] = np.column_stack([places, np.full(LENGTH, y)])[changed[0]]
        found = changed.sum(1)
        means[kind] = found.mean()
        shown[f"{kind} bars"] = bars(np.bincount(found, minlength=LENGTH + 1) / DRAWS, -0.2 if kind == "any" else 0.2)
    law = stats.binom(t, 1 - 1 / size)
    shown["law"] = np.column_stack([np.arange(LENGTH + 1) - 0.2, law.pmf(np.arange(LENGTH + 1))])
    return shown | {
        "readout": (
            f"t = {t} of {LENGTH} replaced, {size} tokens · changed on average: by any {means['any']:.2f} (exactly"
            f" {t * (1 - 1 / size):.2f}, deviation {law.std():.2f}), by a different one {means['different']:.2f}"
        )
    }


def draw(figure: Figure) -> dict[str, Artist]:
    """Two rows of twenty places, and the two laws below them."""
    rows, law = figure.subplots(2, 1, height_ratios=[1, 2.2])
    artists: dict[str, Artist] = {}
    rows.set(xlim=(-5.2, LENGTH), ylim=(-0.6, 1.7))
    rows.axis("off")
    for kind, y in ROWS.items():
        rows.text(-1, y, f"by {'any' if kind == 'any' else 'a different one'}", ha="right", va="center", fontsize=13)
        rows.plot(np.arange(LENGTH), np.full(LENGTH, y), "s", color=style.PALE, markersize=14)
        artists[f"{kind} replaced"] = rows.scatter([], [], s=190, marker="s", color=style.SKY, linewidth=0)
        artists[f"{kind} changed"] = rows.scatter([], [], s=60, marker="s", color=style.BLACK, linewidth=0)
    rows.set_title("blue: replaced     black inside: changed", fontsize=14)
    law.set(xlim=(-0.6, LENGTH + 0.6), ylim=(0, 1.02), xlabel="changed tokens of twenty", ylabel="share of 2,000 texts")
    law.set_xticks(range(0, LENGTH + 1, 2))
    for kind, colour in (("any", style.ORANGE), ("different", style.BLUE)):
        artists[f"{kind} bars"] = law.add_collection(PolyCollection([], color=colour, linewidth=0))
    artists["law"] = law.plot([], [], "o", color=style.SLATE, markersize=5)[0]
    for x, words, colour in (
        (0.0, "orange: by any", style.ORANGE),
        (0.25, "dots: Binomial(t, 1 − 1/V)", style.SLATE),
        (0.65, "blue: by a different one", style.BLUE),
    ):
        law.text(x, 1.06, words, color=colour, fontsize=13, transform=law.transAxes)
    return artists


@live_figure("9271.edits")
def changed_tokens() -> Live:
    """How many tokens an edit changes, by either rule."""
    return Live(
        draw,
        compute,
        [
            Slider("t", "replaced t", 0, LENGTH, 12, integer=True, play=True),
            Slider("size", "tokens V", 2, 100, 3, integer=True, log=True),
            Button("seed", "another text"),
        ],
        alt="Two rows of twenty places with the replaced ones blue. Replaced by any token, some are unchanged, and the"
        " number of changed ones spreads as a binomial law below t; replaced by a different token it is t always.",
        size=(8.2, 4.6),
    )
