"""9305.learn: a small network learns x̂_0 of a toy data set before one's eyes, beside the exact field."""

import math
from functools import lru_cache
from typing import Any

import numpy as np
import torch
from matplotlib.artist import Artist
from matplotlib.figure import Figure

from blogtools.diffusion import Poisson, denoising_loss, sample_prior
from blogtools.figures import live_figure
from blogtools.figures.poisson_flow import planar
from blogtools.live import Button, Choice, Live, Slider, style
from blogtools.nets import MLP, train

N = 400
T = 40.0
LEAST_T = 0.03
LAST = 400
EVERY = 20
BATCH = 256
RATE = 8e-3
SAMPLER_STEPS = 10
TICKS = np.linspace(-2.4, 2.4, 11)
PLACES = np.stack(np.meshgrid(TICKS, TICKS), -1).reshape(-1, 2)
ARROW = 0.42


def weight(t: torch.Tensor) -> torch.Tensor:
    """Of the loss at time t: small times count more, where the shape of the data is decided."""
    return 1 + 0.3 / t


def times(share: torch.Tensor) -> torch.Tensor:
    """Times even in log t from LEAST_T to T, for shares in [0, 1]."""
    return LEAST_T * (T / LEAST_T) ** share


class Lesson:
    """One training, cut into pieces of EVERY iterations; ``stages[k]`` is the network after k pieces.

    The stages depend on the data and the seed alone, not on the order in which they are asked for.
    """

    def __init__(self, name: str, seed: int) -> None:
        self.data, self.seed = planar.cloud(name, N), seed
        self.exact = planar.exact(self.data)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self._net = MLP(2, width=64, depth=2)
        self._optimizer = torch.optim.Adam(self._net.parameters(), lr=RATE, betas=(0.9, 0.99))
        self.stages = [MLP(2, width=64, depth=2).eval()]
        self.stages[0].load_state_dict(self._net.state_dict())
        generator = torch.Generator().manual_seed(7)
        x0 = self.data[torch.randint(N, (512,), generator=generator)]
        self._t = times(torch.rand(512, generator=generator))
        self._x = Poisson().forward(x0, Poisson().noise(x0, generator), self._t)
        self._aim = self.exact(self._x, self._t)
        self.excess = [self._excess(self.stages[0])]

    def stage(self, k: int) -> MLP:
        """The network after k pieces; trains those that are missing."""
        while len(self.stages) <= k:
            self._piece(len(self.stages))
        return self.stages[k]

    def _piece(self, k: int) -> None:
        begun = (k - 1) * EVERY

        def loss(net: Any, x0: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
            t = times(torch.rand(len(x0), generator=generator))
            return denoising_loss(net, Poisson(), x0, t, generator, weight=weight)

        def optimizer(_: Any) -> torch.optim.Optimizer:
            for group in self._optimizer.param_groups:
                group["lr"] = RATE
            return self._optimizer

        def schedule(i: int) -> float:
            return min(1.0, (begun + i + 1) / EVERY) * 0.5 * (1.02 + math.cos(math.pi * (begun + i) / LAST))

        with planar.one_thread():
            piece = train(
                self._net, loss, self.data, iterations=EVERY, batch_size=BATCH, optimizer=optimizer, schedule=schedule,
                ema=0.9, seed=1000 * self.seed + k, device="cpu", label="learning",
            )  # fmt: skip
        self.stages.append(piece.model)
        self.excess.append(self._excess(piece.model))

    def _excess(self, net: MLP) -> float:
        """Weighted mean of ‖x̂_0 − E[x_0|x, t]‖²/2: the loss above that of the exact predictor, without its noise."""
        with planar.one_thread(), torch.no_grad():
            error = (net(self._x, self._t) - self._aim).square().mean(-1)
            return float((weight(self._t) * error).mean())


@lru_cache(maxsize=6)
def lesson(data: str, seed: int) -> Lesson:
    """The training on a toy from the first weights of a seed."""
    return Lesson(data, seed)


@lru_cache(maxsize=64)
def _samples(data: str, seed: int, k: int) -> tuple[np.ndarray, float]:
    """Where the network of a stage takes points of the prior, [N, 2], and their distance to the data."""
    start = sample_prior(N, 2, T, torch.Generator().manual_seed(0))
    ends = planar.flow(lesson(data, seed).stage(k), 1.0, start, T, SAMPLER_STEPS).places[-1]
    return ends, planar.sliced_distance(ends, planar.cloud(data, N).numpy())


@lru_cache(maxsize=8)
def _reference(data: str) -> float:
    """The same distance for the exact field, from the same points with the same steps."""
    start = sample_prior(N, 2, T, torch.Generator().manual_seed(0))
    ends = planar.flow(planar.exact(planar.cloud(data, N)), 1.0, start, T, SAMPLER_STEPS).places[-1]
    return planar.sliced_distance(ends, planar.cloud(data, N).numpy())


def _horizontal(x0: np.ndarray, t: float) -> np.ndarray:
    """The part of the unit field (F_x, F_t) in the plane, at PLACES, from x̂_0."""
    pull = x0 - PLACES
    return ARROW * pull / np.sqrt(np.square(pull).sum(1, keepdims=True) + t**2)


def learning_compute(iterations: float, t: float, data: str, seed: int) -> dict[str, Any]:
    """Field, samples and loss after so many iterations (a multiple of EVERY)."""
    k = round(iterations / EVERY)
    course = lesson(data, seed)
    net = course.stage(k)
    x = torch.from_numpy(PLACES).float()
    with planar.one_thread(), torch.no_grad():
        learned = _horizontal(net(x, t).double().numpy(), t)
        exact = _horizontal(course.exact(x, t).double().numpy(), t)
    cosine = (
        np.sum(learned * exact, 1)
        + (ARROW**2 - np.square(learned).sum(1)) ** 0.5 * (ARROW**2 - np.square(exact).sum(1)) ** 0.5
    )
    angle = np.degrees(np.arccos(np.clip(cosine / ARROW**2, -1, 1)))
    ends, apart = _samples(data, seed, k)
    steps = EVERY * np.arange(k + 1)
    curve = np.stack([steps, course.excess[: k + 1]], -1)
    return {
        "exact": exact,
        "learned": learned,
        "samples": ends,
        "data": planar.cloud(data, N).numpy(),
        "curve": curve,
        "now": curve[-1:],
        "readout": (
            f"iteration {k * EVERY}: loss {course.excess[k]:.3f} above exact · arrows off by"
            f" {np.median(angle):.1f}° · sliced W1 {apart:.3f} (exact field {_reference(data):.3f})"
        ),
    }


def learning_draw(figure: Figure) -> dict[str, Artist]:
    """Left the exact and the learned field, in the middle data and samples, right the loss."""
    field, plane, loss = figure.subplots(1, 3, width_ratios=[1.15, 1.15, 0.95])
    for pane in (field, plane):
        pane.set(xlim=(-2.8, 2.8), ylim=(-2.8, 2.8), xticks=[], yticks=[], aspect="equal")
        for spine in pane.spines.values():
            spine.set(visible=True, color=style.PALE)
    field.set_title("Field at t")
    field.set_xlabel("orange: learned     dark: exact")
    arrows = {"angles": "xy", "scale_units": "xy", "scale": 1, "headwidth": 4, "headlength": 4.5, "headaxislength": 4}
    nothing = np.zeros(len(PLACES))
    artists: dict[str, Artist] = {
        "exact": field.quiver(*PLACES.T, nothing, nothing, color=style.SLATE, width=0.009, zorder=2, **arrows),
        "learned": field.quiver(*PLACES.T, nothing, nothing, color=style.ORANGE, width=0.007, zorder=3, **arrows),
    }
    plane.set_title("Samples")
    plane.set_xlabel("orange: network     black: data")
    artists["data"] = plane.scatter([], [], s=7, color=style.colour("data"), linewidth=0)
    artists["samples"] = plane.scatter([], [], s=13, color=style.colour("estimate"), alpha=0.85, linewidth=0, zorder=3)
    loss.set(xlim=(-10, LAST + 10), ylim=(0.003, 10), yscale="log", xlabel="iteration")
    loss.set_yticks([0.01, 0.1, 1, 10], ["0.01", "0.1", "1", "10"])
    loss.minorticks_off()
    loss.set_title("Loss above exact")
    artists["curve"] = loss.plot([], [], **style.line("estimate", linewidth=2.6))[0]
    artists["now"] = loss.plot([], [], "o", color=style.colour("estimate"), markersize=10)[0]
    return artists


@live_figure("9305.learn")
def learning_live() -> Live:
    """A network of 30 thousand numbers learns the field of a toy data set by the loss on x̂_0."""
    return Live(
        learning_draw,
        learning_compute,
        [
            Slider("iterations", "iterations", 0, LAST, 80, step=EVERY, play=True),
            Slider("t", "arrows at t", 0.03, 10.0, 0.3, log=True),
            Choice("data", "data", ("moons", "rings", "checkerboard", "gaussians"), "moons"),
            Button("seed", "other first weights"),
        ],
        alt="With every twenty iterations the orange arrows of the network turn towards the dark arrows of the exact"
        " field, its samples gather on the black data, and the loss above that of the exact field falls.",
        size=(9.4, 3.9),
    )
