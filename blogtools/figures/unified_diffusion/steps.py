"""9271.steps: the steps back of 9271.eq3, eq4 and eq5, from one start, with one exact predictor."""

import math
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import torch
from matplotlib.artist import Artist
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from torch import Tensor

from blogtools import data as datasets
from blogtools.diffusion import PosteriorMean, ddpm_share, sample
from blogtools.diffusion.sampler import Predictor, Share
from blogtools.figures import live_figure
from blogtools.figures.poisson_flow import planar
from blogtools.figures.poisson_flow.digits import wall
from blogtools.figures.unified_diffusion import hot
from blogtools.live import Button, Choice, Live, Slider, style

RULES: dict[str, Share] = {"eq3": 1.0, "eq4": 0.0, "eq5": ddpm_share(hot.PROCESS)}
TITLES = {"eq3": "eq3: forget $x_t$", "eq4": "eq4: keep all its noise", "eq5": "eq5: a part of it (DDPM)"}
LEGEND = {"eq3": "thin: three of the $x_t$", "eq4": r"orange: their $\hat{x}_0$", "eq5": "grey: all $x_t$; pale: data"}
COLOURS = {"eq3": style.VERMILION, "eq4": style.BLUE, "eq5": style.GREEN}
MEAN, DRAW = "their mean", "a draw"
TRACED = 3
PICTURES, FRAMES, SIDE = 3, 8, 8
FIRST = 0.3
"""The film of x̂_0 begins at this share of the steps: before it all are the mean of the digits."""


class Way(NamedTuple):
    """x_t at the K + 1 times and x̂_0 at the K steps, of points or pictures. [K + 1, n, d] and [K, n, d]."""

    places: np.ndarray
    guesses: np.ndarray


def drawing(mean: PosteriorMean, data: Tensor, generator: torch.Generator) -> Predictor:
    """In place of the mean of x_0 given x_t, one of the data drawn from the posterior, as 9271.eq2 has it."""

    def draw(x: Tensor, t: Tensor) -> Tensor:
        p = mean.probabilities(x, t)
        return data[torch.multinomial(p.flatten(0, -2), 1, generator=generator).reshape(p.shape[:-1])]

    return draw


def all_rules(t: Tensor, after: Tensor) -> Tensor:
    """The share of new noise for a batch whose first third steps by eq3, the second by eq4, the last by eq5. [3, 1]."""
    return torch.stack([torch.as_tensor(f(t, after) if callable(f) else f).double() for f in RULES.values()])[:, None]


def walked(mean: PosteriorMean, data: Tensor, start: Tensor, predictor: str, steps: int, seed: int) -> dict[str, Way]:
    """``start`` [n, d] brought back by every rule, all in one batch, with everything that was predicted on the way."""
    generator = torch.Generator().manual_seed(seed)
    guess = hot.seen_by(drawing(mean, data, generator) if predictor == DRAW else mean)
    guesses: list[Tensor] = []

    def predict(x: Tensor, t: Tensor) -> Tensor:
        guesses.append(guess(x, t))
        return guesses[-1]

    begin = start.expand(len(RULES), -1, -1)
    with planar.one_thread():
        run = sample(predict, hot.PROCESS, begin, hot.even(steps), fresh=all_rules, generator=generator, keep_path=True)
    assert run.path is not None
    places, predicted = run.path.double().numpy(), torch.stack(guesses).double().numpy()
    return {rule: Way(places[:, k], predicted[:, k]) for k, rule in enumerate(RULES)}


@lru_cache(maxsize=32)
def points(data: str, predictor: str, steps: int, seed: int) -> dict[str, Way]:
    """The points of the plane."""
    return walked(hot.posterior(data), planar.cloud(data, hot.N), hot.start(seed), predictor, steps, seed)


@lru_cache(maxsize=32)
def pictures(predictor: str, steps: int, seed: int) -> dict[str, Way]:
    """The digits."""
    start = torch.randn(PICTURES, SIDE**2, generator=torch.Generator().manual_seed(seed))
    return walked(_posterior(), torch.from_numpy(_images().train), start, predictor, steps, seed)


@lru_cache(maxsize=1)
def _posterior() -> PosteriorMean:
    return PosteriorMean(torch.from_numpy(_images().train), math.inf)


@lru_cache(maxsize=1)
def _images() -> datasets.Images:
    return datasets.digits()


def changed(way: Way) -> float:
    """How far x̂_0 goes from the middle of the steps to the last, a point on average, all ways there and back counted.

    In the first half x̂_0 must move, for it begins as the mean of all; what moves later is work done again.
    """
    late = way.guesses[len(way.guesses) // 2 :]
    return float(np.linalg.norm(np.diff(late, axis=0), axis=-1).sum(0).mean())


def film(guesses: np.ndarray, done: int) -> np.ndarray:
    """x̂_0 [K, n, 64] of every digit in a row, ``FRAMES`` of the steps from ``FIRST`` on; those not done are paper."""
    steps = np.round(np.linspace(FIRST, 1, FRAMES) * len(guesses)).astype(int)
    shown = _images().pictures(guesses[np.maximum(steps - 1, 0)])
    shown[steps > done] = 0
    return wall(np.concatenate(list(shown.swapaxes(0, 1))), FRAMES)


def steps_compute(share: float, steps: int, data: str, predictor: str, seed: int) -> dict[str, Any]:
    """The three rules after ``share`` % of the steps."""
    cloud = planar.cloud(data, hot.N).double().numpy()
    done = round(share / 100 * steps)
    asked = max(done - 1, 0)
    shown: dict[str, Any] = {}
    words = []
    drawn = pictures(predictor, steps, seed)
    for rule, way in points(data, predictor, steps, seed).items():
        shown |= {
            f"{rule} data": cloud,
            f"{rule} dots": way.places[done],
            f"{rule} paths": np.swapaxes(way.places[: done + 1, :TRACED], 0, 1),
            f"{rule} walkers": way.places[done, :TRACED],
            f"{rule} guesses": np.swapaxes(way.guesses[: asked + 1, :TRACED], 0, 1),
            f"{rule} guess": way.guesses[asked, :TRACED],
            f"{rule} film": film(drawn[rule].guesses, done),
        }
        apart = planar.sliced_distance(way.places[-1], cloud)
        words.append(f"{rule} {changed(way):.2f} and {apart:.3f}")
    floor = planar.sliced_floor(data, hot.N)
    return shown | {
        "readout": (
            f"step {done} of {steps}, t = {1 - done / steps:.2f} · path length of x̂₀ in the second half of the steps,"
            f" and sliced W1 of the end cloud to the data (by chance {floor:.3f}): " + " · ".join(words)
        )
    }


def steps_draw(figure: Figure) -> dict[str, Artist]:
    """A column for each rule: above points of the plane, below what is predicted for three digits, step by step."""
    panes = figure.subplots(2, 3, height_ratios=[2.6, 1])
    artists: dict[str, Artist] = {}
    for plane, strip, (rule, colour) in zip(*panes, COLOURS.items(), strict=True):
        hot.frame(plane)
        plane.set_title(TITLES[rule], color=colour)
        artists[f"{rule} data"] = plane.scatter([], [], s=5, color=style.colour("guide"), linewidth=0)
        artists[f"{rule} dots"] = plane.scatter([], [], s=6, color=style.colour("prior"), linewidth=0, zorder=2)
        artists[f"{rule} guesses"] = plane.add_collection(
            LineCollection([], color=style.ORANGE, linewidth=2.2, zorder=4)
        )
        artists[f"{rule} paths"] = plane.add_collection(
            LineCollection([], color=colour, linewidth=0.9, alpha=0.7, zorder=3)
        )
        artists[f"{rule} guess"] = plane.scatter([], [], s=52, color=style.ORANGE, linewidth=0, zorder=5)
        artists[f"{rule} walkers"] = plane.scatter([], [], s=34, color=colour, linewidth=0, zorder=6)
        blank = np.zeros((PICTURES * (SIDE + 1), FRAMES * (SIDE + 1)))
        artists[f"{rule} film"] = strip.imshow(blank, vmin=0, vmax=1, interpolation="none")
        strip.set(xticks=[], yticks=[], anchor="N")
        strip.set_xlabel(rf"$\hat{{x}}_0$ of three digits, t = {1 - FIRST:.1f} to 0", fontsize=13)
        strip.spines[:].set_visible(False)
        plane.set_xlabel(LEGEND[rule], fontsize=13)
    return artists


@live_figure("9271.steps")
def three_ways_to_step_back() -> Live:
    """The three rules side by side."""
    return Live(
        steps_draw,
        steps_compute,
        [
            Slider("share", "steps done", 0, 100, 100, step=5, unit="%", play=True),
            Slider("steps", "steps in all", 4, 30, 20, integer=True),
            Choice("data", "data", planar.TOYS, "moons"),
            Choice("predictor", "x̂₀", (MEAN, DRAW), MEAN),
            Button("seed", "other chance"),
        ],
        alt="Three planes with the same start points, grey over the pale data, and of three the paths that they"
        " and their predictions have gone; under each, step by step, the digits that are predicted. By eq3 points and"
        " predictions jump about at every step; by eq4 both settle; eq5 lies between.",
        size=(9.6, 5.4),
    )
