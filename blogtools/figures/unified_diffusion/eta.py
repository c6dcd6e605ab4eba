"""9271.eta: from DDIM (η = 0) over DDPM (η = 1) to the step that forgets (9271.eq10, claim1, claim2)."""

from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import torch
from matplotlib.artist import Artist
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure

from blogtools.diffusion import eta_share, sample
from blogtools.figures import live_figure
from blogtools.figures.poisson_flow import planar
from blogtools.figures.unified_diffusion import hot
from blogtools.live import Button, Choice, Live, Slider, style

LAST = 4.0
LADDER = np.array([0.0, 0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 2.0, 3.0, LAST])
REPEATS = 3
"""Runs with other chance behind every point of the curve."""
TRACED = 12


class Walk(NamedTuple):
    """x_t of every point at every step [K + 1, n, 2], and how many of the steps forgot x_t altogether."""

    places: np.ndarray
    forgot: int


@lru_cache(maxsize=64)
def walk(data: str, eta: float, steps: int, seed: int) -> Walk:
    """The points of ``start(seed)`` brought back with σ_t = η times DDPM's, as far as eq10 allows it."""
    share, times = eta_share(hot.PROCESS, eta), hot.even(steps)
    with planar.one_thread():
        run = sample(
            hot.seen_by(hot.posterior(data)), hot.PROCESS, hot.start(seed), times,
            fresh=share, generator=torch.Generator().manual_seed(seed), keep_path=True,
        )  # fmt: skip
    assert run.path is not None
    # The last step ends at t = 0, where no noise is left to keep or to renew.
    forgot = int((share(times[:-2], times[1:-1]) >= 1).sum())
    return Walk(run.path.double().numpy(), forgot)


def apart(data: str, eta: float, steps: int, seed: int) -> float:
    """Sliced W1 from the end cloud to the data."""
    return planar.sliced_distance(walk(data, eta, steps, seed).places[-1], planar.cloud(data, hot.N).numpy())


@lru_cache(maxsize=64)
def curve(data: str, steps: int) -> np.ndarray:
    """Columns η, mean, lowest, highest sliced W1 of ``REPEATS`` runs, all η of a run in one batch. [K, 4]."""
    shares = [eta_share(hot.PROCESS, eta) for eta in LADDER.tolist()]
    cloud = planar.cloud(data, hot.N).numpy()
    ends = []
    for seed in range(REPEATS):
        start = hot.start(1000 + seed).expand(len(LADDER), -1, -1)
        with planar.one_thread():
            run = sample(
                hot.seen_by(hot.posterior(data)), hot.PROCESS, start, hot.even(steps),
                fresh=lambda t, after: torch.stack([share(t, after) for share in shares])[:, None],
                generator=torch.Generator().manual_seed(seed),
            )  # fmt: skip
        ends.append([planar.sliced_distance(end, cloud) for end in run.x.double().numpy()])
    found = np.array(ends)
    return np.column_stack([LADDER, found.mean(0), found.min(0), found.max(0)])


def compute(eta: float, steps: int, data: str, seed: int) -> dict[str, Any]:
    """Paths and end cloud at η, the curve over η, and where it stands."""
    places, forgot = walk(data, eta, steps, seed)
    cloud, found = planar.cloud(data, hot.N).double().numpy(), curve(data, steps)
    here, floor = apart(data, eta, steps, seed), planar.sliced_floor(data, hot.N)
    lines = np.swapaxes(places[:, :TRACED], 0, 1)
    name = " (DDIM)" if eta == 0 else " (DDPM)" if eta == 1 else ""
    return {
        "data": cloud,
        "paths": lines,
        "starts": places[0, :TRACED],
        "end data": cloud,
        "ends": places[-1],
        "band": found[:, [0, 2, 3]],
        "mean": found[:, :2],
        "floor": [[0, floor], [LAST, floor]],
        "now": [[eta, here]],
        "readout": (
            f"η = {eta:.2f}{name} · sliced W1 of the end cloud to the data {here:.3f} (by chance {floor:.3f};"
            f" {apart(data, 0.0, steps, seed):.3f} at η = 0, {apart(data, 1.0, steps, seed):.3f} at η = 1) · steps that"
            f" keep nothing of xₜ, which are eq3: {forgot} of {steps - 1} before the last"
        ),
    }


def draw(figure: Figure) -> dict[str, Artist]:
    """Paths, end cloud over the data, and the distance over η."""
    way, end, away = figure.subplots(1, 3, width_ratios=[1, 1, 1.1])
    artists: dict[str, Artist] = {}
    for pane, name, title in ((way, "data", "On the way"), (end, "end data", "At the end")):
        hot.frame(pane)
        pane.set_title(title)
        artists[name] = pane.scatter([], [], s=9, color=style.colour("data"), linewidth=0)
    artists["paths"] = way.add_collection(LineCollection([], **style.line("field", linewidth=0.9, alpha=0.6)))
    artists["starts"] = way.scatter([], [], s=14, color=style.colour("prior"), linewidth=0, zorder=3)
    artists["ends"] = end.scatter([], [], s=15, color=style.colour("estimate"), linewidth=0, zorder=3)
    way.set_xlabel("black: data     grey: start", fontsize=13)
    end.set_xlabel("black: data     orange: $x_0$", fontsize=13)
    away.set(xlim=(0, LAST), ylim=(0, 0.5), xlabel="η", title="Sliced W1 to the data")
    away.set_xticks([0, 1, 2, 3, 4], ["0\nDDIM", "1\nDDPM", "2", "3", "4"])
    artists["floor"] = away.plot([], [], **style.line("prior", linestyle=":"))[0]
    away.text(
        LAST,
        0.49,
        "dot: this run\nline, band: mean and range\nof three others",
        color=style.GREY,
        fontsize=12,
        ha="right",
        va="top",
    )
    away.text(LAST, 0.005, "dotted: by chance", color=style.GREY, fontsize=12, ha="right", va="bottom")
    artists["band"] = away.fill_between([0, 1], [0, 0], [0, 0], **style.line("band"))
    artists["mean"] = away.plot([], [], **style.line("estimate"))[0]
    artists["now"] = away.plot([], [], "o", color=style.colour("field"), markersize=11, clip_on=False)[0]
    return artists


@live_figure("9271.eta")
def from_ddim_to_ddpm() -> Live:
    """One slider from DDIM to DDPM, and beyond."""
    return Live(
        draw,
        compute,
        [
            Slider("eta", "η", 0.0, LAST, 1.0, step=0.05, play=True),
            Slider("steps", "steps", 3, 24, 10, log=True, integer=True),
            Choice("data", "data", planar.TOYS, "moons"),
            Button("seed", "other chance"),
        ],
        alt="At η = 0 the paths are smooth, at η = 1 they are random walks, beyond it they leap. At few steps and η"
        " near 1 and above the end cloud shrinks towards the middle, and its distance to the data rises: a curve of the"
        " mean of three runs with their range as a band, and a dot for the run that is shown.",
        size=(9.6, 3.9),
    )
