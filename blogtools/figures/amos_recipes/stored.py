"""9344.stored: the long trainings of ``benchmarks/optim_training.py``, two methods side by side, and all at the end."""

import math
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.figure import Figure
from scipy import stats

from blogtools.figures import live_figure
from blogtools.live import Choice, Live, style
from blogtools.optim import training_results

RESULTS = training_results()
TASKS: dict[str, Any] = RESULTS["tasks"]
BASE: str = RESULTS["base"]
METHODS: tuple[str, ...] = max((tuple(content["methods"]) for content in TASKS.values()), key=len)
SEEDS = ("all, with intervals", *map(str, range(min(content["seeds"] for content in TASKS.values()))))
PAIR = {"method": "estimate", "rival": "field"}
"""The two that one picks, by the role of their colour."""


def curves(task: str, method: str) -> np.ndarray | None:
    """Losses (seed, look) of a method on unseen data, NaN where a run had none; None where it was not tried."""
    row = TASKS[task]["methods"].get(method)
    return None if row is None else np.array(row["curves"], dtype=float)


def interval(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean over the first axis (n, ...), and half the width of its 95 % interval by Student's t."""
    n = len(values)
    return values.mean(0), stats.t.ppf(0.975, n - 1) * values.std(0, ddof=1) / math.sqrt(n)


def compute(task: str, method: str, rival: str, seed: str) -> dict[str, Any]:
    """Curves of the two methods, and for every method the last loss less the rival's, paired by seed."""
    content = TASKS[task]
    at = content["look"] * np.arange(1, content["steps"] // content["look"] + 1)
    ends = {name: found[:, -1] for name in METHODS if (found := curves(task, name)) is not None}
    low = min(float(np.nanmin(last)) for last in ends.values())
    high = float(np.nanmedian([curves(task, name) for name in ends], axis=(0, 1))[1])
    shown: dict[str, Any] = {
        "left": {"xlim": (0, 1.02 * at[-1]), "ylim": (low - 0.06 * (high - low), high)},
        "goal": np.array([[0, content["goal"]], [1.02 * at[-1], content["goal"]]]),
        "goal name": {"y": content["goal"], "text": "target"},
        "method name": short(method),
        "rival name": short(rival),
    }
    for key, name in (("method", method), ("rival", rival)):
        shown |= _drawn(key, at, curves(task, name), seed)
    gaps = {name: interval(ends[name] - ends[rival]) for name in ends if rival in ends and name != rival}
    rows = [(METHODS.index(name), float(mean), float(half)) for name, (mean, half) in gaps.items() if mean == mean]
    widest = 4 * float(np.median([abs(mean) + half for _, mean, half in rows] or [1.0]))
    return shown | {
        "bars": [[(mean - half, k), (mean + half, k)] for k, mean, half in rows],
        "means": np.array([(mean, k) for k, mean, _ in rows]).reshape(-1, 2),
        "picked": np.array([(mean, k) for k, mean, _ in rows if METHODS[k] == method]).reshape(-1, 2),
        "right": {"xlim": (-widest, widest)},
        "readout": _said(task, method, rival, ends, gaps),
    }


def short(name: str) -> str:
    """The name for a tick."""
    return name.replace(" with momentum", "").replace(", measured", " (measured)")


def _drawn(key: str, at: np.ndarray, found: np.ndarray | None, seed: str) -> dict[str, Any]:
    if found is None:
        return {key: np.empty((0, 2)), f"{key} runs": [], f"{key} band": []}
    runs = [np.stack([at, run], 1) for run in found]
    if seed != SEEDS[0]:
        return {key: runs[int(seed)], f"{key} runs": [], f"{key} band": []}
    mean, half = interval(found)
    band = np.concatenate([np.stack([at, mean - half], 1), np.stack([at, mean + half], 1)[::-1]])
    return {key: np.stack([at, mean], 1), f"{key} runs": runs, f"{key} band": [band]}


def _said(task: str, method: str, rival: str, ends: dict[str, Any], gaps: dict[str, Any]) -> str:
    missing = [name for name in (method, rival) if name not in ends]
    if missing:
        return f"{' and '.join(missing)}: not tried on the {task}"
    mean, half = interval(ends[method])
    text = f"{task}: {method} {mean:.3f} ± {half:.3f}"
    if method == rival:
        return text + f" at the end, {len(ends[method])} seeds, 95 %"
    gap, width = gaps[method]
    verdict = "" if abs(gap) > width else " (noise)"
    return f"{text}, less {rival} {gap:+.3f} ± {width:.3f}{verdict}; {len(ends[method])} seeds, 95 %".replace("-", "−")


def draw(figure: Figure) -> dict[str, Artist]:
    """Curves on the left, differences on the right."""
    left, right = figure.subplots(1, 2, width_ratios=[1.15, 1])
    left.set(xlabel="step", title="Loss on unseen data")
    right.set_title("Last loss less the rival's")
    artists: dict[str, Artist] = {"left": left, "right": right, "goal": left.plot([], [], **style.line("guide"))[0]}
    for row, (key, role) in enumerate(PAIR.items()):
        colour = style.colour(role)
        artists[f"{key} band"] = left.add_collection(PolyCollection([], color=colour, alpha=0.22, linewidth=0))
        artists[f"{key} runs"] = left.add_collection(LineCollection([], color=colour, alpha=0.5, linewidth=0.9))
        artists[key] = left.plot([], [], color=colour, linewidth=2.8)[0]
        place = {"ha": "right", "va": "top", "transform": left.transAxes}
        artists[f"{key} name"] = left.text(0.99, 0.97 - 0.09 * row, "", color=colour, **place)
    right.set_yticks(range(len(METHODS)), [short(name) for name in METHODS], fontsize=11)
    right.yaxis.tick_right()
    right.spines["right"].set_visible(True)
    right.spines["left"].set_visible(False)
    right.set_ylim(len(METHODS) - 0.4, -0.6)
    right.locator_params(axis="x", nbins=4)
    right.axvline(0, color=style.SLATE, linewidth=1.2)
    for k in range(len(METHODS)):
        right.axhline(k, **style.line("guide"), zorder=0)
    artists["bars"] = right.add_collection(LineCollection([], color=style.GREY, linewidth=4))
    artists["means"] = right.scatter([], [], s=45, color=style.colour("data"), zorder=3)
    artists["picked"] = right.scatter([], [], s=110, color=style.colour("estimate"), zorder=4)
    artists["goal name"] = left.text(4, 0, "", color=style.GREY, fontsize=12, va="top")
    return artists


@live_figure("9344.stored")
def stored() -> Live:
    """The long table as a picture."""
    return Live(
        draw,
        compute,
        [
            Choice("task", "task", tuple(TASKS), "digits"),
            Choice("method", "method", METHODS, "AdamW, recipe 1"),
            Choice("rival", "rival", METHODS, BASE),
            Choice("seed", "seeds", SEEDS, SEEDS[0]),
        ],
        alt="Left, loss on unseen data against steps for two methods, each seed a thin line, the mean thick with its 95"
        " percent band, or one seed alone. Right, for every method a bar, the interval of its last loss less the"
        " rival's, paired by seed; a bar that crosses the zero line is noise.",
        size=(10.4, 4.4),
    )
