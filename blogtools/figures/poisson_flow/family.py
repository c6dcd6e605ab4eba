"""9305.family: one slider from Poisson flow (D = 1) to the heat equation (D = ∞), after PFGM++ (arXiv 2302.04265)."""

import math
from functools import lru_cache
from typing import Any

import numpy as np
import torch
from matplotlib.artist import Artist
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from scipy import stats

from blogtools.diffusion import radius_log_pdf
from blogtools.figures import live_figure
from blogtools.figures.poisson_flow import planar
from blogtools.live import Button, Choice, Live, Slider, style

N = 300
TRACED = 70
T = 40.0
STEPS = 16
LAST = 1000.0
"""The right end of the slider stands for D = ∞."""
DECADES = np.linspace(-1.0, 3.0, 321)
LADDER = np.geomspace(1.0, 300.0, 6)


@lru_cache(maxsize=2)
def _chance(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Normal g [N, 2] and the uniform numbers [N, 1] whose quantiles are the χ of every D."""
    rng = np.random.default_rng(seed)
    return rng.standard_normal((N, 2)), rng.uniform(size=(N, 1))


def start(D: float, seed: int) -> np.ndarray:
    """T g √D/χ_D from the same g and the same rank of χ for every D. [N, 2]."""
    g, rank = _chance(seed)
    return T * g if math.isinf(D) else T * g * np.sqrt(D / stats.chi2.ppf(rank, D))


@lru_cache(maxsize=64)
def _path(data: str, D: float, seed: int) -> planar.Paths:
    begin = torch.from_numpy(start(D, seed)).float()
    return planar.flow(planar.exact(planar.cloud(data, N), D), D, begin, T, STEPS)


def _moved(data: str, D: float, seed: int) -> float:
    """Mean distance between where a point ends at D and where the same chance ends at D = ∞."""
    return float(
        np.linalg.norm(_path(data, D, seed).places[-1] - _path(data, math.inf, seed).places[-1], axis=1).mean()
    )


@lru_cache(maxsize=8)
def _ladder(data: str, seed: int) -> np.ndarray:
    return np.stack([LADDER, [_moved(data, float(D), seed) for D in LADDER]], -1)


def _law(D: float) -> np.ndarray:
    """Density over log10 of the radius of x_t − x_0 in units of t; d = 2."""
    r = 10.0**DECADES
    return np.stack([DECADES, np.exp(radius_log_pdf(r, 2, 1.0, D)) * r * np.log(10)], -1)


def family_compute(D: float, data: str, seed: int) -> dict[str, Any]:
    """The law of the noise, the end of the paths, and the way from the heat end, at one D."""
    D = math.inf if D >= LAST else D
    _, path, evaluations = _path(data, D, seed)
    heat = _path(data, math.inf, seed).places
    points = planar.cloud(data, N).double().numpy()
    moved, apart = _moved(data, D, seed), planar.sliced_distance(path[-1], points)
    name = "∞" if math.isinf(D) else f"{D:.3g}"
    law = _law(D)
    peak = law[law[:, 1].argmax()]
    return {
        "law": law,
        "law_name": {"text": f"D = {name}", "x": peak[0], "y": peak[1] + 0.08},
        "data": points,
        "heat_lines": np.swapaxes(heat[:, :TRACED], 0, 1),
        "lines": np.swapaxes(path[:, :TRACED], 0, 1),
        "links": np.stack([heat[-1], path[-1]], 1),
        "heat_ends": heat[-1],
        "ends": path[-1],
        "ladder": _ladder(data, seed),
        "now": np.array([[min(D, LAST), moved]]),
        "readout": (
            f"D = {name}: same chance, ends {moved:.3f} from those of heat on average · starts reach "
            f"{planar.plain(np.abs(path[0]).max(), 2)} · sliced W1 to the data {apart:.3f}"
            f" (by chance {planar.sliced_floor(data, N):.3f}) · {evaluations} evaluations"
        ),
    }


def family_draw(figure: Figure) -> dict[str, Artist]:
    """Left the law of the radius, in the middle paths and ends near the data, right the way from the heat end."""
    law, plane, away = figure.subplots(1, 3, width_ratios=[1, 1.15, 1])
    law.set(xlim=(-1, 3), ylim=(0, 2.15), yticks=[], xlabel="radius of the noise, units of t")
    law.set_xticks(range(-1, 4), ["0.1", "1", "10", "100", "1000"])
    law.spines["left"].set_visible(False)
    law.set_title("Law of the noise")
    artists: dict[str, Artist] = {}
    for D, name, place in ((1.0, "Poisson (D = 1)", (1.0, 0.5)), (math.inf, "heat (D = ∞)", (0.62, 1.2))):
        law.plot(*_law(D).T, **style.line("guide", linewidth=3))
        law.text(*place, name, color=style.GREY, fontsize=13)
    artists["law"] = law.plot([], [], **style.line("field", linewidth=2.6))[0]
    artists["law_name"] = law.text(0, 0, "", color=style.colour("field"), ha="center", fontsize=14)
    plane.set(xlim=(-3, 3), ylim=(-3, 3), xticks=[], yticks=[], aspect="equal")
    plane.set_title("One noise, two flows")
    plane.set_xlabel("blue: this D     grey: heat")
    for spine in plane.spines.values():
        spine.set(visible=True, color=style.PALE)
    artists["heat_lines"] = plane.add_collection(LineCollection([], **style.line("prior", linewidth=0.8, alpha=0.6)))
    artists["lines"] = plane.add_collection(LineCollection([], **style.line("field", linewidth=0.8, alpha=0.55)))
    artists["links"] = plane.add_collection(LineCollection([], color=style.SLATE, linewidth=0.8))
    artists["data"] = plane.scatter([], [], s=5, color=style.colour("data"), linewidth=0)
    artists["heat_ends"] = plane.scatter([], [], s=13, color=style.colour("prior"), linewidth=0, zorder=3)
    artists["ends"] = plane.scatter([], [], s=13, color=style.colour("field"), linewidth=0, zorder=4)
    away.set_yscale("asinh", linear_width=0.01)
    away.set(xscale="log", xlim=(0.85, 1300), ylim=(-0.002, 1), xlabel="D")
    away.set_xticks([1, 10, 100, 1000], ["1", "10", "100", "∞"])
    away.set_yticks([0, 0.01, 0.03, 0.1, 0.3, 1], ["0", "0.01", "0.03", "0.1", "0.3", "1"])
    away.minorticks_off()
    away.set_title("Distance of the ends")
    artists["ladder"] = away.plot([], [], **style.line("theory"))[0]
    artists["now"] = away.plot([], [], "o", color=style.colour("field"), markersize=11)[0]
    return artists


@live_figure("9305.family")
def from_poisson_to_heat() -> Live:
    """Post XIII at D = 1, post XII at D = ∞, and all that lies between them."""
    return Live(
        family_draw,
        family_compute,
        [
            Slider("D", "D (right end: ∞)", 1.0, LAST, 3.0, log=True, play=True),
            Choice("data", "data", planar.TOYS, "rings"),
            Button("seed", "other chance"),
        ],
        alt="As D grows from 1, the heavy-tailed law of the noise tightens to that of heat, the blue ends of the paths"
        " slide onto the grey ends of the heat flow, and the mean distance between them falls to 0.",
        size=(9.4, 3.9),
    )
