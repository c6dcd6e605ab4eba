"""9271.destroy: one digit destroyed five ways under one t, and by an operator of your own (9271.eq1)."""

from functools import lru_cache
from typing import Any

import numpy as np
import torch
from matplotlib.artist import Artist
from matplotlib.figure import Figure
from torch import Tensor

from blogtools import data
from blogtools.diffusion import Cold, Cosine, Linear, Poisson, blur, mask_out, pixelate
from blogtools.diffusion.cold import Operator
from blogtools.figures import live_figure
from blogtools.figures.poisson_flow.planar import one_thread
from blogtools.live import Button, Choice, Live, Slider, style

SIDE = 28
TIMES = np.linspace(0.0, 1.0, 61)
DRAWS = 24
"""Of the chance, over which the curves are averaged."""


Way = Linear | Cold


class HeavyNoise(Linear):
    """a x_0 + b ε with the ε of Poisson flow: heat with a random clock, on the schedule of the noise beside it."""

    def noise(self, like: Tensor, generator: torch.Generator | None = None) -> Tensor:
        return Poisson().noise(like, generator)


WAYS: dict[str, Way] = {
    "noise": Linear(Cosine()),
    "Poisson": HeavyNoise(Cosine()),
    "blur": Cold(blur(SIDE)),
    "pixels": Cold(pixelate(SIDE)),
    "mask": Cold(mask_out(SIDE)),
}
COLOURS = (style.ORANGE, style.BLUE, style.GREEN, style.PURPLE, style.BLACK, style.VERMILION)


@lru_cache(maxsize=16)
def picture(digit: str, which: int) -> Tensor:
    """An unseen handwritten digit, [784]; ``which`` counts through those of its kind."""
    images = data.mnist()
    same = images.test[images.test_labels == int(digit)]
    return torch.from_numpy(same[which % len(same)])


def left_of(x0: Tensor, x: Tensor) -> np.ndarray:
    """⟨x, x_0⟩/(‖x_0‖ max(‖x‖, ‖x_0‖)) over the pixels less their mean, for ``x`` [..., d] and ``x0`` [d].

    How much of x_0 is in x, or how much of x is x_0 (their correlation), whichever is smaller: 1 for x_0, 0 for one
    grey and, about, for noise.
    """
    x, x0 = (v.double() - v.double().mean(-1, keepdim=True) for v in (x, x0))
    whole = torch.linalg.vector_norm(x0)
    return ((x @ x0) / (whole * torch.linalg.vector_norm(x, dim=-1).clamp(min=whole))).numpy()


def destroyed(process: Way, x0: Tensor, t: float, seed: int) -> Tensor:
    """x_t with the same chance at every t: as t moves, one and the same ε comes in."""
    return process.forward(x0, process.noise(x0, torch.Generator().manual_seed(seed)), t)


@lru_cache(maxsize=64)
def faded(process: Way, digit: str, which: int) -> np.ndarray:
    """Columns t and the what is left of x_0 in x_t, averaged over chance. [K, 2]."""
    x0, times = picture(digit, which), torch.from_numpy(TIMES)
    draws = 1 if isinstance(process, Cold) else DRAWS
    with one_thread():
        many = x0.expand(len(TIMES), draws, -1)
        eps = process.noise(many[:1], torch.Generator().manual_seed(9271)).expand_as(many)
        left = left_of(x0, process.forward(many, eps, times[:, None]))
    return np.column_stack([TIMES, left.mean(1)])


def destroy(operator: Operator | None = None) -> Live:
    """The figure; with ``operator`` (hashable: x_0 [..., 784], t in [0, 1] → [..., 784]) a sixth column is your own."""
    ways = WAYS if operator is None else WAYS | {"yours": Cold(operator)}

    def compute(t: float, digit: str, which: int, seed: int) -> dict[str, Any]:
        x0 = picture(digit, which)
        shown: dict[str, Any] = {"whole": (x0.numpy().reshape(SIDE, SIDE) + 1) / 2, "now": [[t, 0.0], [t, 1.0]]}
        words = []
        for name, process in ways.items():
            x = destroyed(process, x0, t, seed)
            left = float(left_of(x0, x))
            curve = faded(process, digit, which)
            shown[name] = np.clip((x.numpy().reshape(SIDE, SIDE) + 1) / 2, 0, 1)
            shown[f"{name} left"] = f"{100 * left:.0f} %".replace("-", "−")
            shown[f"{name} curve"] = curve
            shown[f"{name} dot"] = [[t, np.interp(t, *curve.T)]]
            words.append(f"{name} {left:.3f}".replace("-", "−"))
        return shown | {"readout": f"t = {t:.2f} · left in this draw: " + " · ".join(words)}

    def draw(figure: Figure) -> dict[str, Artist]:
        rows = figure.add_gridspec(2, 1, height_ratios=[1, 1.25])
        panes = rows[0].subgridspec(1, len(ways) + 1).subplots(squeeze=False)[0]
        below = figure.add_subplot(rows[1])
        artists: dict[str, Artist] = {}
        names = ["whole", *ways]
        for pane, name, colour in zip(panes, names, ("black", *COLOURS), strict=False):
            pane.set(xticks=[], yticks=[])
            for spine in pane.spines.values():
                spine.set(visible=True, color=style.PALE)
            artists[name] = pane.imshow(np.zeros((SIDE, SIDE)), vmin=0, vmax=1, interpolation="none")
            pane.set_title("the digit" if name == "whole" else name, color=colour, loc="center")
            if name != "whole":
                artists[f"{name} left"] = pane.text(
                    0.5,
                    -0.13,
                    "100 %",
                    color=colour,
                    fontsize=14,
                    ha="center",
                    va="center",
                    transform=pane.transAxes,
                )
        below.set(xlim=(0, 1), ylim=(-0.03, 1.03), xlabel="t", ylabel="left of this digit,\non average")
        below.set_yticks([0, 0.5, 1], ["0", "50 %", "100 %"])
        artists["now"] = below.plot([], [], **style.line("guide"))[0]
        for name, colour in zip(ways, COLOURS, strict=False):
            artists[f"{name} curve"] = below.plot([], [], color=colour, linewidth=2.4)[0]
            artists[f"{name} dot"] = below.plot([], [], "o", color=colour, markersize=9, clip_on=False)[0]
        return artists

    return Live(
        draw,
        compute,
        [
            Slider("t", "t", 0.0, 1.0, 0.4, step=0.01, play=True),
            Choice("digit", "digit", [str(k) for k in range(10)], "5"),
            Button("which", "another hand"),
            Button("seed", "other chance"),
        ],
        alt=f"One digit, and beside it what {', '.join(ways)} leave of it at t, in one draw; below, what is left of"
        " this digit on average over chance falls from all at t = 0 to about nothing at t = 1, along a curve of its own"
        " for each way, with a dot at t.",
        size=(1.55 * (len(ways) + 1), 5.0),
    )


@live_figure("9271.destroy")
def one_digit_destroyed() -> Live:
    """One digit destroyed five ways."""
    return destroy()
