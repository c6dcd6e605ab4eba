"""9305.family.digits: the slider from Poisson flow to heat, for pictures: the same noise, mostly the same digit."""

import math
from functools import lru_cache
from typing import Any

import numpy as np
import torch
from matplotlib.artist import Artist
from matplotlib.figure import Figure
from scipy import stats

from blogtools import data
from blogtools.diffusion import Poisson, PosteriorMean, grid, sample
from blogtools.diffusion.samples.quality import nearest
from blogtools.figures import live_figure
from blogtools.figures.poisson_flow.digits import SIDE, wall
from blogtools.figures.poisson_flow.family import LAST
from blogtools.figures.poisson_flow.planar import one_thread
from blogtools.live import Button, Live, Slider, style

N, SHOWN = 100, 12
TOP, STEPS = 40.0, 9
LADDER = np.geomspace(1.0, 300.0, 6)


@lru_cache(maxsize=48)
def ends(D: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Pictures [N, 64] from the same g and the same rank of χ for every D, by the exact field; and which digits."""
    rng = np.random.default_rng(seed)
    g, rank = torch.from_numpy(rng.standard_normal((N, SIDE**2))), rng.uniform(size=N)
    clock = torch.ones(N) if math.isinf(D) else torch.from_numpy(np.sqrt(stats.chi2.ppf(rank, D) / D))
    train = data.digits().train
    with one_thread():
        predict = PosteriorMean(torch.from_numpy(train), D, rows=N)
        times = grid(TOP, 0.02, STEPS).outer(clock.double())
        x = sample(predict, Poisson(D), TOP * g.float(), times, solver="heun").x.numpy()
    return x, nearest(x, train)[0]


def _alike(D: float, seed: int) -> float:
    """The share of the noises, in %, that end at the digit at which heat lets them end."""
    return 100 * float(np.mean(ends(D, seed)[1] == ends(math.inf, seed)[1]))


@lru_cache(maxsize=8)
def _ladder(seed: int) -> np.ndarray:
    return np.array([*((D, _alike(float(D), seed)) for D in LADDER), (LAST, 100.0)])


def compute(D: float, seed: int) -> dict[str, Any]:
    """The first digits at one D, those of heat, and how many of all are the same."""
    D = math.inf if D >= LAST else D
    images, name = data.digits(), "∞" if math.isinf(D) else f"{D:.3g}"
    (x, which), (heat, other) = ends(D, seed), ends(math.inf, seed)
    labels = images.train_labels
    alike, kind = _alike(D, seed), 100 * float(np.mean(labels[which] == labels[other]))
    moved = np.flatnonzero(which[:SHOWN] != other[:SHOWN])
    return {
        "this": wall(images.pictures(x[:SHOWN]), SHOWN),
        "title": f"this D = {name}",
        "heat": wall(images.pictures(heat[:SHOWN]), SHOWN),
        "moved": np.stack([(SIDE + 1) * moved + SIDE / 2 - 0.5, np.full(len(moved), SIDE + 0.3)], 1),
        "ladder": _ladder(seed),
        "now": np.array([[min(D, LAST), alike]]),
        "readout": f"D = {name}: of {N} noises {alike:.0f} % end at the training digit at which heat lets them end,"
        f" {kind:.0f} % at one of the same figure · by chance 0.1 % and 10 %",
    }


def draw(figure: Figure) -> dict[str, Artist]:
    """Left two rows of digits, right the share that stays."""
    cells = figure.add_gridspec(2, 2, width_ratios=[1.75, 1])
    artists: dict[str, Artist] = {}
    for row, (name, title) in enumerate((("this", "this D"), ("heat", "heat, D = ∞"))):
        pane = figure.add_subplot(cells[row, 0])
        blank = np.zeros((SIDE + 1, SHOWN * (SIDE + 1)))
        artists[name] = pane.imshow(blank, vmin=0, vmax=1, cmap="gray_r", interpolation="none")
        written = pane.text(0, 1.08, title, fontsize=14, va="bottom", transform=pane.transAxes)
        pane.axis("off")
        if name == "this":
            artists["title"] = written
            artists["moved"] = pane.scatter([], [], s=60, marker="^", color=style.VERMILION, clip_on=False)
    share = figure.add_subplot(cells[:, 1])
    share.set(xscale="log", xlim=(0.85, 1300), ylim=(0, 104), xlabel="D")
    share.set_xticks([1, 10, 100, 1000], ["1", "10", "100", "∞"])
    share.minorticks_off()
    share.set_title("Same digit as heat, in %", fontsize=14)
    artists["ladder"] = share.plot([], [], **style.line("theory"))[0]
    artists["now"] = share.plot([], [], "o", color=style.colour("field"), markersize=11, clip_on=False)[0]
    return artists


@live_figure("9305.family.digits")
def one_noise_along_the_family() -> Live:
    """The same Gaussian numbers and the same luck of the clock at every D, through the exact field of 1,000 digits."""
    return Live(
        draw,
        compute,
        [
            Slider("D", "D (right end: ∞)", 1.0, LAST, 1.0, log=True, play=True),
            Button("seed", "other noise"),
        ],
        alt="Two rows of twelve digits, above at the chosen D, below by heat; triangles mark those that differ. Beside"
        " them the share of noises that end at the same digit as by heat, at every D about nine in ten or more.",
        size=(9.4, 3.4),
    )
