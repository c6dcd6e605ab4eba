"""9341.line: scores on a line, to drag; five losses, the pull of each on every score, and Spearman's coefficient."""

from typing import Any

import numpy as np
import torch
from matplotlib.artist import Artist
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure

from blogtools.figures import live_figure
from blogtools.live import Button, Choice, Live, Points, Slider, style
from blogtools.similarity import cosent_loss, hinge, ranknet, soft_cross_entropy, spearman, squared_error

EDGE = 4.0
START = np.array([[-1.6, 0], [-0.2, 0], [1.9, 0], [-2.6, 1], [0.6, 1], [1.2, 1], [0.1, 2], [2.7, 2]], float)
"""Columns score and label, 0, 1 or 2."""
LOSSES = ("CoSENT", "soft CE", "MSE", "hinge", "RankNet")
WALK = 40
"""Steps downhill at a press."""
SHIFTS = np.linspace(-EDGE, EDGE, 33)
COLOURS = {"CoSENT": "theory", "soft CE": "estimate", "MSE": "third", "hinge": "second", "RankNet": "field"}
LABELS: dict[str, tuple[float, float, Any]] = {
    "CoSENT": (-2.6, -0.3, "-"),
    "soft CE": (0, 3.8, (0, (6, 1))),
    "MSE": (0, 3.5, (0, (6, 2))),
    "hinge": (0, -0.3, (0, (6, 12))),
    "RankNet": (2.6, -0.3, (12, (6, 12))),
}
"""Where a name stands, and the dashes of its curve; the three at 0 under any shift take turns there."""


def loss_of(name: str, scores: torch.Tensor, labels: torch.Tensor, scale: float) -> torch.Tensor:
    """A loss of scores and labels 0, 1, 2; those that want a scale of labels get 0, ½, 1."""
    if name == "CoSENT":
        return cosent_loss(scores, labels, scale)
    by_name = {"soft CE": soft_cross_entropy, "MSE": squared_error, "hinge": hinge, "RankNet": ranknet}
    return by_name[name](scores, labels / 2 if name in ("soft CE", "MSE") else labels)


def pull(name: str, points: np.ndarray, scale: float) -> np.ndarray:
    """−∂L/∂f: where the loss wants each score to go [n]."""
    scores = torch.tensor(points[:, 0], dtype=torch.float64, requires_grad=True)
    (gradient,) = torch.autograd.grad(loss_of(name, scores, labels_of(points), scale), scores)
    return -gradient.numpy()


def labels_of(points: np.ndarray) -> torch.Tensor:
    """The row that each handle is nearest to."""
    return torch.tensor(np.floor(points[:, 1] + 0.5).astype(np.int64))


def value(name: str, points: np.ndarray, scale: float, shift: float = 0.0) -> float:
    """The loss with all scores shifted."""
    return float(loss_of(name, torch.tensor(points[:, 0] + shift), labels_of(points), scale))


def descended(points: np.ndarray, name: str, scale: float) -> np.ndarray:
    """``WALK`` steps of gradient descent, each score by 0.3 at most, inside the picture."""
    points = points.copy()
    for _ in range(WALK):
        step = pull(name, points, scale)
        points[:, 0] = np.clip(points[:, 0] + 0.1 * step / max(1.0, np.abs(step).max() / 3), -EDGE, EDGE)
    return points


def react(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """The buttons move the handles."""
    if after["down"] != before["down"]:
        return {"points": descended(after["points"], after["loss"], after["scale"])}
    if after["again"] != before["again"]:
        return {"points": START}
    return {}


def rank_correlation(points: np.ndarray) -> str:
    """Spearman's coefficient in words; it has none when all labels or all scores are alike."""
    try:
        return f"{spearman(points[:, 0], labels_of(points)):+.3f}"
    except ValueError:
        return "undefined"


def compute(points: np.ndarray, loss: str, scale: float, down: int, again: int) -> dict[str, Any]:
    """Arrows at the handles, every loss under a common shift, and the numbers."""
    labels = labels_of(points).numpy()
    toward = pull(loss, points, scale)
    longest = np.abs(toward).max()
    shown = 1.3 * toward / longest if longest > 1e-9 else 0 * toward
    seats = np.column_stack([points[:, 0], labels])
    heads = np.column_stack([points[:, 0] + shown, labels])
    moving = np.abs(shown) > 0.02
    curves = {name: np.array([value(name, points, scale, shift) for shift in SHIFTS]) for name in LOSSES}
    wrong = sum(a > b for a, la in zip(points[:, 0], labels, strict=True)
                for b, lb in zip(points[:, 0], labels, strict=True) if la < lb)  # fmt: skip
    pairs = sum(int((labels < y).sum()) for y in labels)
    said = " · ".join(f"{name} {value(name, points, scale):.3f}" for name in LOSSES)
    return {
        "shafts": list(np.stack([seats, heads], 1)[moving]),
        "heads": heads[moving],
        **{f"curve {name}": np.column_stack([SHIFTS, curve - curve.min()]) for name, curve in curves.items()},
        "readout": (
            f"{said}\nSpearman {rank_correlation(points)} · {wrong} of {pairs} pairs of pairs in the wrong order · "
            f"strongest pull of {loss} {longest:.3g}"
        ),
    }


def draw(figure: Figure) -> dict[str, Artist]:
    """Three rows of handles, and the losses under a shift."""
    rows, shifted = figure.subplots(1, 2, width_ratios=[1.5, 1])
    rows.set(xlim=(-EDGE, EDGE), ylim=(-0.5, 2.5), xlabel="score f", title="Drag a score; up or down: its label")
    rows.set_yticks([0, 1, 2], ["label 0", "label 1", "label 2"])
    for y in range(3):
        rows.axhline(y, **style.line("guide"), zorder=0)
    shifted.set(xlim=(-EDGE, EDGE), ylim=(-0.6, 4), xlabel="all scores shifted by", title="Loss above its least")
    artists: dict[str, Artist] = {
        "shafts": rows.add_collection(LineCollection([], color=style.BLUE, linewidth=3)),
        "heads": rows.scatter([], [], s=42, marker="D", color=style.BLUE, zorder=3),
        "handles": rows.scatter([], [], s=150, color=style.colour("data"), zorder=4),
    }
    for name, (x, height, dashes) in LABELS.items():
        line = shifted.plot([], [], **style.line(COLOURS[name], linestyle=dashes, linewidth=2.4))[0]
        artists[f"curve {name}"] = line
        shifted.text(x, height, name, color=style.colour(COLOURS[name]), fontsize=13, ha="center", va="center")
    return artists


@live_figure("9341.line")
def scores_on_a_line() -> Live:
    """Scores to drag, with the pull of a loss on each."""
    return Live(
        draw,
        compute,
        [
            Points("points", "scores", "handles", START, (-EDGE, 0.0), (EDGE, 2.0)),
            Choice("loss", "loss", LOSSES, "CoSENT"),
            Slider("scale", "λ of CoSENT", 0.25, 20.0, 1.0, log=True),
            Button("down", f"{WALK} steps downhill"),
            Button("again", "as before"),
        ],
        alt="Left, eight scores as black dots on three rows, one for each label, with blue lines from each dot to a"
        " diamond: where the chosen loss pulls it, the longest pull always drawn alike. Right, how five losses change"
        " when all scores are shifted by the same amount: CoSENT, hinge and RankNet are flat, cross-entropy and squared"
        " error are valleys.",
        size=(9.6, 4.2),
        react=react,
    )
