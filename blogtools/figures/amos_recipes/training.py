"""9344.training and 9344.assumptions: digits learned step by step, and what the derivation assumes of such a run."""

import math
from functools import lru_cache
from typing import Any

import numpy as np
import torch
from matplotlib.artist import Artist
from matplotlib.figure import Figure
from torch import nn

from blogtools.data import digits
from blogtools.figures import live_figure
from blogtools.live import Button, Choice, Live, Slider, style
from blogtools.optim import Amos, Lion, recipe, runs, scales_for

METHODS = {
    "AdamW": ("field", runs.METHODS["AdamW"]),
    "AdamW + recipe 1": ("estimate", recipe(torch.optim.AdamW, 0.1, runs.HALF_LIFE)),
    "AdamW + recipe 2": ("second", recipe(torch.optim.AdamW, 0.1, runs.HALF_LIFE, "inverse-time")),
    "Lion + recipe 2": ("third", recipe(Lion, 0.05, runs.HALF_LIFE, "inverse-time")),
    "Amos": ("data", lambda model: (Amos(scales_for(model), lr=0.05), None)),
}
LAST, EVERY, BATCH = 240, 20, 64
LOW, HIGH = 0.09, 2.7
"""The losses on the axis."""
APART = 0.22
"""Distance of two names, in the logarithm of the loss."""
GOALS = {"its own end": "own", "the end of a twin": "twin", "the end of a stranger": "stranger"}
RECORDED = {"AdamW": "AdamW", "AdamW + recipe 2": "recipe 2", "Lion + recipe 2": "Lion, recipe 2"}


class Course:
    """One training in pieces of EVERY steps; ``losses[k]`` on digits it never sees, after k pieces."""

    def __init__(self, method: str, seed: int) -> None:
        self.model = runs.network(seed)
        self.optimizer, self.schedule = METHODS[method][1](self.model)
        self.generator = torch.Generator().manual_seed(seed)
        self.losses = [self._loss()]

    def to(self, k: int) -> list[float]:
        """The losses up to piece k; trains what is missing, and keeps it."""
        images = digits()
        x, y = torch.from_numpy(images.train), torch.from_numpy(images.train_labels)
        while len(self.losses) <= k:
            for _ in range(EVERY):
                rows = torch.randint(len(x), (BATCH,), generator=self.generator)
                self.optimizer.zero_grad()
                nn.functional.cross_entropy(self.model(x[rows]), y[rows]).backward()
                self.optimizer.step()
                if self.schedule is not None:
                    self.schedule.step()
            self.losses.append(self._loss())
        return self.losses[: k + 1]

    def _loss(self) -> float:
        images = digits()
        with torch.no_grad():
            output = self.model(torch.from_numpy(images.test))
            return float(nn.functional.cross_entropy(output, torch.from_numpy(images.test_labels)))


@lru_cache(maxsize=32)
def course(method: str, seed: int) -> Course:
    """The training by a method from the weights of a seed, as far as it has come: ``course(...).model`` is the net."""
    return Course(method, seed)


def training_compute(steps: float, seed: int) -> dict[str, Any]:
    """The losses of all methods up to a step."""
    k = round(steps / EVERY)
    shown: dict[str, Any] = {}
    for name in METHODS:
        losses = course(name, seed).to(k)
        at = np.stack([EVERY * np.arange(k + 1), losses], 1)
        shown |= {name: at, f"{name} now": at[-1:]}
    order = sorted(METHODS, key=lambda name: float(shown[name][-1, 1]))
    heights = apart([float(shown[name][-1, 1]) for name in order])
    shown |= {f"{name} name": {"x": k * EVERY + 5, "y": y} for name, y in zip(order, heights, strict=True)}
    return shown | {"readout": f"step {k * EVERY}: " + " · ".join(f"{name} {shown[name][-1, 1]:.3f}" for name in order)}


def apart(losses: list[float]) -> list[float]:
    """Heights for the names at rising losses: at the loss, or APART above the name below; all on the axis."""
    y: list[float] = []
    for row, loss in enumerate(losses):
        lowest = y[-1] + APART if y else math.log(LOW) + APART / 2
        highest = math.log(HIGH) - APART * (len(losses) - row - 0.5)
        y.append(max(lowest, min(highest, math.log(loss))))
    return [math.exp(value) for value in y]


def training_draw(figure: Figure) -> dict[str, Artist]:
    """Loss against steps."""
    axes = figure.subplots()
    axes.set(xlim=(0, LAST + 75), ylim=(LOW, HIGH), yscale="log", xlabel="step", title="Loss on digits not seen")
    axes.set_yticks([0.1, 0.3, 1], ["0.1", "0.3", "1"])
    axes.minorticks_off()
    axes.set_xticks(range(0, LAST + 1, 40))
    artists: dict[str, Artist] = {}
    for name, (role, _) in METHODS.items():
        # The two recipes lie nearly on each other: the first is the broad one below.
        below = name == "AdamW + recipe 1"
        look: dict[str, Any] = {"color": style.colour(role), "zorder": 2 if below else 3}
        artists[name] = axes.plot([], [], linewidth=6 if below else 2.2, **look)[0]
        artists[f"{name} now"] = axes.plot([], [], "o", markersize=11 if below else 6, **look)[0]
        artists[f"{name} name"] = axes.text(0, 1, name, va="center", color=look["color"])
    return artists


def training_react(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """Other weights begin at step 0."""
    return {"steps": 0} if before["seed"] != after["seed"] else {}


@live_figure("9344.training")
def training_live() -> Live:
    """Press play: five methods learn side by side; stop, and what they have learned is kept."""
    return Live(
        training_draw,
        training_compute,
        [Slider("steps", "steps", 0, LAST, LAST, step=EVERY, play=True), Button("seed", "other first weights")],
        alt="Loss on unseen digits, on a logarithmic axis, against steps for AdamW at a constant rate of 0.003, AdamW"
        " with recipe 1 and 2, which lie nearly on each other, Lion with recipe 2, and Amos. The curves grow as the"
        " slider plays.",
        size=(8.4, 4.4),
        react=training_react,
    )


def assumptions_compute(method: str, goal: str, kind: str, seed: int) -> dict[str, Any]:
    """Cosine, q and distance over the steps of a recorded run, towards a goal."""
    found = runs.record(RECORDED[method], seed, GOALS[goal])
    cosine, q, far = (runs.column(found, what, kind) for what in ("cosine", "q", "distance"))
    null = runs.column(found, "null", kind)
    at = found.steps
    size = float(runs.column(found, "goal_norm", kind))
    return {
        "cosine": np.stack([at, cosine], 1),
        "null": np.stack([at, null], 1),
        "q": np.stack([at, np.clip(q, -4.9, 1.9)], 1),
        "least": f"down to {q.min():.1f}".replace("-", "−") if q.min() < -4.9 else "",
        "far": np.stack([at, far], 1),
        "far axes": {"ylim": (0, 1.1 * max(2.0, float(np.nanmax(far))))},
        "readout": (
            f"{kind}: cos(u, ε) first third {cosine[:8].mean():.2f}, last {cosine[-8:].mean():.2f} ·"
            f" q after 100 steps {q[10]:.2f} · ‖ε₀‖²/kσ² {far[0]:.2f}, ‖θ*‖²/kσ² {size:.2f}"
        ).replace("-", "−"),
    }


def assumptions_draw(figure: Figure) -> dict[str, Artist]:
    """Three panels: the angle, q, the distance."""
    angle, share, far = figure.subplots(1, 3)
    for axes, title, low, high in (
        (angle, "cos(u, ε)", -0.5, 1.05),
        (share, "q = θ·ε/‖ε‖²", -5, 2),
        (far, "‖ε‖²/kσ²", 0, 3),
    ):
        axes.set(xlim=(0, runs.STEPS), ylim=(low, high), xlabel="step", title=title)
        axes.set_xticks([0, 100, 200])
    angle.axhline(0, **style.line("guide"))
    share.axhline(1, **style.line("theory", linestyle="--"))
    share.text(8, 1.15, "the post: 1", color=style.SLATE, fontsize=12)
    share.axhline(0, **style.line("guide"))
    far.axhline(2, **style.line("theory", linestyle="--"))
    far.text(235, 2.05, "eq14: 2", color=style.SLATE, fontsize=12, ha="right")
    line = style.line("estimate", linewidth=2.8)
    angle.text(235, -0.42, "grey: a random walk", color=style.GREY, fontsize=12, ha="right")
    return {
        "cosine": angle.plot([], [], **line)[0],
        "null": angle.plot([], [], **style.line("prior", linestyle=":"))[0],
        "q": share.plot([], [], **line)[0],
        "least": share.text(8, -4.6, "", color=style.ORANGE, fontsize=12),
        "far": far.plot([], [], **line)[0],
        "far axes": far,
    }


@live_figure("9344.assumptions")
def assumptions_live() -> Live:
    """What the derivation assumes, during a real run."""
    return Live(
        assumptions_draw,
        assumptions_compute,
        [
            Choice("method", "method", tuple(RECORDED), "AdamW"),
            Choice("goal", "θ* is", tuple(GOALS), "the end of a twin"),
            Choice("kind", "parameters", tuple(runs.KINDS), "matrices"),
            Button("seed", "other first weights"),
        ],
        alt="During a training on digits: the cosine of update and way to the goal rises and falls to zero for a twin's"
        " end; q is far below the one of the post and negative; the squared distance starts below the 2 of eq14.",
        size=(9.6, 3.7),
    )
