"""9305.flow: points of the prior follow the exact field of a data set down to the data (9305.eq4), with no network."""

from functools import lru_cache
from typing import Any

import numpy as np
import torch
from matplotlib.artist import Artist
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure

from blogtools.diffusion import sample_prior
from blogtools.figures import live_figure
from blogtools.figures.poisson_flow import planar
from blogtools.live import Button, Choice, Live, Slider, style

N = 400
"""Points of data, and as many that flow."""
TRACED = 90
"""So many of them leave a line behind."""
NODES = 60
SIDE = 2000.0
GRIDS = {"ρ = 7": "rho", "log": "log"}


@lru_cache(maxsize=12)
def _paths(data: str, solver: str, kind: str, steps: int, T: float, seed: int) -> planar.Paths:
    start = sample_prior(N, 2, T, torch.Generator().manual_seed(seed))
    return planar.flow(planar.exact(planar.cloud(data, N)), 1.0, start, T, steps, solver, kind)


def flow_compute(data: str, solver: str, kind: str, steps: int, T: float, time: float, seed: int) -> dict[str, Any]:
    """Where the points are after a share ``time`` (in %) of the way, their lines, and how well they arrive."""
    times, path, evaluations = _paths(data, solver, GRIDS[kind], steps, T, seed)
    t = planar.clock(time / 100, T)
    width = planar.half_width(t)
    lines = planar.history(times, path, t)
    here = lines[:, -1]
    points = planar.cloud(data, N).double().numpy()
    side = _side(times, path[:, :TRACED])
    end = path[-1]
    nearest = np.sqrt(np.square(end[:, None] - points).sum(-1).min(1))
    return {
        "data": points / width,
        "lines": lines[:TRACED] / width,
        "points": here / width,
        "zoom": f"t = {planar.plain(t)}     window ±{planar.plain(width)}",
        "side_lines": side,
        "side_points": np.stack([np.full(TRACED, t), here[:TRACED, 0]], -1),
        "now": np.array([[t, -SIDE], [t, SIDE]]),
        "readout": (
            f"{evaluations} evaluations · sliced W1 to the data {planar.sliced_distance(end, points):.3f}"
            f" (by chance {planar.sliced_floor(data, N):.3f}) · median gap to a data point {np.median(nearest):.4f}"
        ),
    }


def _side(times: np.ndarray, path: np.ndarray) -> np.ndarray:
    """x_1 against t with nodes even to the eye: straight steps in t are curves on a stretched axis. [n, NODES, 2]."""
    fine = planar.clock(np.linspace(0, 1, NODES), times[0])
    each = np.stack([np.interp(-fine, -times, x) for x in path[..., 0].T])
    return np.stack([np.broadcast_to(fine, each.shape), each], -1)


def flow_draw(figure: Figure) -> dict[str, Artist]:
    """The points from above, through a camera that closes in, and from the side with t across."""
    above, side = figure.subplots(1, 2, width_ratios=[1, 1.12])
    above.set(xlim=(-1, 1), ylim=(-1, 1), xticks=[], yticks=[], aspect="equal")
    above.set_title("From above")
    for spine in above.spines.values():
        spine.set(visible=True, color=style.PALE)
    artists: dict[str, Artist] = {
        "lines": above.add_collection(LineCollection([], **style.line("field", linewidth=0.7, alpha=0.45))),
        "data": above.scatter([], [], s=7, color=style.colour("data"), linewidth=0, zorder=3),
        "points": above.scatter([], [], s=15, color=style.colour("field"), linewidth=0, zorder=4),
        "zoom": above.set_xlabel(" "),
    }
    side.set_xscale("asinh", linear_width=0.02)
    side.set_yscale("asinh", linear_width=1.0)
    side.set(xlim=(100, 0), ylim=(-SIDE, SIDE), xlabel="t  (stretched)", ylabel=r"$x_1$  (stretched)")
    side.set_xticks([100, 10, 1, 0.1, 0], ["100", "10", "1", "0.1", "0"])
    side.set_yticks([-1000, -100, -10, -1, 0, 1, 10, 100, 1000])
    side.set_yticklabels(["−1000", "−100", "−10", "−1", "0", "1", "10", "100", "1000"])
    side.minorticks_off()
    side.set_title("From the side")
    artists["side_lines"] = side.add_collection(LineCollection([], **style.line("field", linewidth=0.6, alpha=0.5)))
    artists["now"] = side.plot([], [], color=style.SLATE, linewidth=1.2, linestyle=":")[0]
    artists["side_points"] = side.scatter([], [], s=13, color=style.colour("field"), linewidth=0, zorder=4)
    return artists


@live_figure("9305.flow")
def prior_to_data() -> Live:
    """The prior on t = T flows along the exact field of a toy data set to t = 0."""
    return Live(
        flow_draw,
        flow_compute,
        [
            Slider("time", "way down", 0, 100, 62, step=0.5, unit="%", play=True),
            Choice("data", "data", planar.TOYS, "moons"),
            Choice("solver", "solver", ("euler", "heun", "2m", "rk45"), "heun"),
            Choice("kind", "grid", tuple(GRIDS), "ρ = 7"),
            Slider("steps", "steps", 2, 60, 12, log=True, integer=True),
            Slider("T", "T", 1.0, 100.0, 40.0, log=True),
            Button("seed", "other points"),
        ],
        alt="Blue points that start far out follow blue lines towards a cloud of black data points, seen from above"
        " through a window that narrows, and from the side, where the lines fan in as t falls to 0.",
        size=(9.0, 4.5),
    )
