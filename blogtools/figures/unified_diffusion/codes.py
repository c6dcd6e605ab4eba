"""9271.codes: codes of a few words learned by eq18, with and without a price on their norm (slip2)."""

from functools import lru_cache
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure

from blogtools.diffusion.text.codes import Learned, learn_codes
from blogtools.figures import live_figure
from blogtools.figures.poisson_flow.planar import one_thread
from blogtools.live import Button, Choice, Live, Slider, style

STEPS, EVERY, MOST = 300, 10, 12
NORMS = {"nothing": 0.0, "0.005 ‖F‖²": 0.01, "0.05 ‖F‖²": 0.1, "0.5 ‖F‖²": 1.0}
"""What the menu adds to the loss, and the ``norm`` of ``learn_codes``."""


@lru_cache(maxsize=64)
def learned(words: int, price: str, seed: int) -> Learned:
    """The training of so many words."""
    with one_thread():
        return learn_codes(words, NORMS[price], steps=STEPS, every=EVERY, seed=seed)


def compute(step: int, words: int, price: str, seed: int) -> dict[str, Any]:
    """The codes after ``step`` steps, their size and the loss so far."""
    found = learned(words, price, seed)
    path, k = found.path.double().numpy(), step // EVERY
    sizes = np.sqrt(np.square(path).sum(-1).mean(-1))
    times, losses = EVERY * np.arange(len(path)), found.losses.double().numpy()
    # Of the whole training: limits that moved with the step would have the axes painted anew in every picture.
    reach = max(1.0, np.abs(path).max()) * 1.15
    return {
        "plane": {"xlim": (-reach, reach), "ylim": (-reach, reach)},
        "codes": path[k],
        "trails": [path[: k + 1, i] for i in range(words)],
        "noise": np.column_stack([np.cos(CIRCLE), np.sin(CIRCLE)]),
        "size": np.column_stack([times, sizes])[: k + 1],
        "loss": np.column_stack([times, losses])[: k + 1],
        "readout": (
            f"step {step}, {words} words, added to the loss: {price} · root mean square of the codes {sizes[k]:.2f}"
            f" · loss (eq18) {losses[k]:.3f} nats; who knows nothing has log {words} = {np.log(words):.3f}"
        ),
    }


CIRCLE = np.linspace(0, 2 * np.pi, 60)


def draw(figure: Figure) -> dict[str, Artist]:
    """The plane of the codes, and size and loss over the steps."""
    grid = figure.add_gridspec(2, 2, width_ratios=[1.1, 1])
    plane, size, loss = figure.add_subplot(grid[:, 0]), figure.add_subplot(grid[0, 1]), figure.add_subplot(grid[1, 1])
    plane.set(aspect="equal", title="Codes $F(x_0)$")
    artists: dict[str, Artist] = {"plane": plane}
    artists["noise"] = plane.plot([], [], **style.line("prior", linestyle=":"))[0]
    artists["trails"] = plane.add_collection(LineCollection([], **style.line("field", linewidth=0.9, alpha=0.5)))
    artists["codes"] = plane.scatter([], [], s=60, color=style.colour("data"), zorder=3)
    plane.set_xlabel("dotted: the noise, deviation 1", fontsize=13)
    size.set(xlim=(0, STEPS), ylim=(0, 13), ylabel="size of F")
    loss.set(xlim=(0, STEPS), ylim=(0, 2.6), ylabel="loss / nats", xlabel="step of the training")
    artists["size"] = size.plot([], [], **style.line("wrong", linestyle="-"))[0]
    artists["loss"] = loss.plot([], [], **style.line("estimate"))[0]
    return artists


@live_figure("9271.codes")
def the_runaway_encoder() -> Live:
    """An encoder that is trained by eq18, with a price on the norm or none."""
    return Live(
        draw,
        compute,
        [
            Slider("step", "step", 0, STEPS, STEPS, step=EVERY, integer=True, play=True),
            Choice("price", "added to the loss", list(NORMS), "nothing"),
            Slider("words", "words", 2, MOST, 8, integer=True),
            Button("seed", "other start"),
        ],
        alt="Codes of eight words in the plane fly apart while the loss falls; with a price on their norm they come"
        " to rest.",
        size=(8.8, 4.4),
    )
