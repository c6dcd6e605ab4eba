"""9280.clouds: a density drawn by hand melts, in four ways at once.

The convolution of eq13, written out; eq15 by the fast Fourier transform; eq12 on a grid by SciPy's stiff Radau; and a
cloud of points that eq17 carries. They share p_0 and nothing else.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from scipy.interpolate import CubicSpline

from blogtools.diffusion.heat_ode.heat import heat_differences, heat_fft
from blogtools.figures import live_figure
from blogtools.figures.heat_ode.line import NODES, SHAPES, WIDTH, Line
from blogtools.live import Choice, Curve, Live, Slider, style

BY_HAND = "by hand"
LONGEST = 2.0
STOPS = np.linspace(0, LONGEST, 101)
"""σ_t, where the slider halts."""
VIEW = 6.0
"""Half-width of the window."""
WALL = 12.0
"""Half-width of the grids: 4.5 σ beyond all data at LONGEST."""
PLOT = np.linspace(-VIEW, VIEW, 361)
FINE = np.linspace(-WALL, WALL, 1025)
"""Grid of the Fourier transform: three spacings to a bump of p_0."""
EDGES = np.linspace(-VIEW, VIEW, 49)
BIN = float(EDGES[1] - EDGES[0])
WAYS = ("FFT error", "difference error", "particle error")
CLOCK = np.linspace(np.log(WIDTH), np.log(np.hypot(WIDTH, LONGEST)), 12)
TIMES = np.sqrt(np.maximum(np.exp(2 * CLOCK) - WIDTH**2, 0.0))
"""From 0 to LONGEST, even in the clock of the flow: where particles are kept, and errors taken."""
MOST = 2000
"""Particles."""
FIRST, TINY = 0.06, 1e-17
"""Where the axes of σ_t and of the errors begin; what is below is drawn there."""
FOURIER, DIFFERENCES, PARTICLES = style.colour("second"), style.colour("third"), style.colour("estimate")


def crowd(line: Line, n: int) -> np.ndarray:
    """The places [12, n] at TIMES of ``n`` points drawn from p_0 and carried; the same random numbers for every p_0."""
    rng = np.random.default_rng(9280)
    which = np.searchsorted(np.cumsum(line.weights), rng.random(MOST)[:n])
    x = line.centres[np.minimum(which, len(line.centres) - 1)] + line.width * rng.standard_normal(MOST)[:n]
    return line.paths(x, 0.0, TIMES)


@dataclass(frozen=True, eq=False)
class Melting:
    """One p_0, ready to be melted to any σ_t in four ways."""

    line: Line
    start: np.ndarray
    """p_0 on FINE."""
    grid: np.ndarray
    differences: CubicSpline
    """From t to p_t on ``grid``."""
    places: np.ndarray
    """Of the particles, [12, n], at TIMES."""

    def fourier(self, t: float) -> np.ndarray:
        """p_t on FINE."""
        return heat_fft(self.start, FINE, t)

    def particles(self, t: float) -> np.ndarray:
        """Their places [n] at time t, carried from the last of TIMES before it."""
        k = int(np.searchsorted(TIMES, t, side="right")) - 1
        return self.line.carried(self.places[k], float(TIMES[k]), t)

    def errors(self, t: float) -> np.ndarray:
        """∫|error| dx/2 of Fourier transform, differences and histogram: the probability in the wrong place."""
        few, cell = FINE[::4], self.grid[1] - self.grid[0]
        bins = np.diff(self.line.below(EDGES, t)) / BIN
        gaps = (
            (few[1] - few[0]) * (self.fourier(t)[::4] - self.line.density(few, t)),
            cell * (self.differences(t) - self.line.density(self.grid, t)),
            BIN * (histogram(self.particles(t)) - bins),
        )
        return np.array([np.abs(gap).sum() / 2 for gap in gaps])


def histogram(x: np.ndarray) -> np.ndarray:
    """The density of the points ``x`` [n] in each bin of EDGES."""
    return np.histogram(x, EDGES)[0] / (len(x) * BIN)


@lru_cache(maxsize=16)
def _crowd(heights: bytes, n: int) -> np.ndarray:
    return crowd(Line.drawn(np.frombuffer(heights)), n)


@lru_cache(maxsize=16)
def _solved(heights: bytes, cells: int) -> tuple[np.ndarray, CubicSpline]:
    """The middles of the cells, and p_t on them: solved at every stop of the slider, smooth between them."""
    grid = WALL * (2 * np.arange(cells) + 1 - cells) / cells
    p0 = Line.drawn(np.frombuffer(heights)).density(grid, 0.0)
    return grid, CubicSpline(STOPS, heat_differences(p0, grid, STOPS))


@lru_cache(maxsize=16)
def _melting(heights: bytes, n: int, cells: int) -> tuple[Melting, np.ndarray]:
    """The melting, and its errors [11, 3] at TIMES after 0."""
    line = Line.drawn(np.frombuffer(heights))
    melting = Melting(line, line.density(FINE, 0.0), *_solved(heights, cells), _crowd(heights, n))
    return melting, np.array([melting.errors(float(t)) for t in TIMES[1:]])


def react(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """A shape that is chosen replaces the curve; a curve that is drawn has no name."""
    if after["shape"] != before["shape"]:
        return {"p0": SHAPES[after["shape"]]} if after["shape"] in SHAPES else {}
    return {} if np.array_equal(after["p0"], before["p0"]) else {"shape": BY_HAND}


def compute(p0: np.ndarray, shape: str, t: float, n: int, cells: int) -> dict[str, Any]:
    """p_t at σ_t = ``t`` for the curve ``p0`` [121] ≥ 0, by ``n`` particles and on a grid of ``cells`` cells."""
    if not p0.any():
        nothing = np.empty((0, 2))
        names = ("analytic", "fourier", "differences", "steps", "rug", *(f"{w}{m}" for w in WAYS for m in ("", " now")))
        return dict.fromkeys(names, nothing) | {"readout": "Nothing to melt: draw a density."}
    melting, errors = _melting(p0.tobytes(), n, cells)
    # The picture keeps the scale of the drawing; densities are what the numbers speak of.
    mass = p0.sum() * (NODES[1] - NODES[0])
    stride = max(1, cells // 100)
    x = melting.particles(t)
    shown: dict[str, Any] = {
        "analytic": np.stack([PLOT, mass * melting.line.density(PLOT, t)], 1),
        "fourier": np.stack([FINE, mass * melting.fourier(t)], 1),
        "differences": np.stack([melting.grid, mass * melting.differences(t)], 1)[stride // 2 :: stride],
        "steps": np.stack([np.repeat(EDGES, 2), np.append(0, np.append(np.repeat(mass * histogram(x), 2), 0))], 1),
        "rug": np.stack([x, -0.085 + 0.09 * (np.arange(n) * 0.618 % 1 - 0.5)], 1),
    }
    now = melting.errors(t)
    for way, past, error in zip(WAYS, errors.T, now, strict=True):
        shown[way] = np.stack([TIMES[1:], np.maximum(past, TINY)], 1)
        shown[f"{way} now"] = np.array([[max(t, FIRST), max(error, TINY)]])
    moved = np.abs(melting.line.below(x, t) - melting.line.below(melting.places[0], 0.0)).max()
    return shown | {
        "readout": f"error ∫|p − p_t| dx/2 at σ_t = {t:.2f}: FFT {_power(now[0])} · differences {_power(now[1])} ·"
        f" particles {_power(now[2])} (1/√n = {_power(n**-0.5)})\n"
        f"{n:,} particles, carried and not placed: none changed its rank by more than {_power(moved)}"
    }


def _power(value: float) -> str:
    """A number in two digits: 3.8e−6, 0.012."""
    return f"{value:.2g}".replace("e-0", "e−").replace("e-", "e−")


def draw(figure: Figure) -> dict[str, Artist]:
    """The melting density, and beside it the errors against σ_t."""
    axes, errors = figure.subplots(1, 2, width_ratios=[2.15, 1])
    return _draw_density(axes) | _draw_errors(errors)


def _draw_density(axes: Axes) -> dict[str, Artist]:
    axes.set(xlim=(-4.7, 5.0), ylim=(-0.15, 1.04), yticks=[], xticks=range(-4, 5, 2), xlabel="$x$")
    axes.spines["left"].set_visible(False)
    axes.set_title("Draw $p_0$ and let it melt")
    axes.plot([-3, 3, 3, -3, -3], [0, 0, 1, 1, 0], **style.line("guide"), zorder=0)
    labels = (
        ("thin: $p_0$ as drawn", style.BLACK), ("thick: convolution", style.SLATE), ("dashes: FFT", FOURIER),
        ("dots: differences", DIFFERENCES), ("bars: particles", PARTICLES),
    )  # fmt: skip
    above_the_box = {"facecolor": "white", "linewidth": 0, "pad": 1}
    for row, (text, colour) in enumerate(labels):
        axes.text(5, 1 - 0.075 * row, text, color=colour, fontsize=12, ha="right", va="center", bbox=above_the_box)
    axes.axhline(0, color=style.SLATE, linewidth=1.0, zorder=1)
    return {
        "steps": axes.fill([0], [0], color=PARTICLES, alpha=0.35, linewidth=0, zorder=1)[0],
        "rug": axes.scatter([], [], s=5, color=PARTICLES, linewidths=0, zorder=1),
        "p0": axes.plot([], [], color=style.BLACK, linewidth=1.4, zorder=2)[0],
        "analytic": axes.plot([], [], **style.line("theory", linewidth=4.5), zorder=3)[0],
        "fourier": axes.plot([], [], color=FOURIER, linewidth=2.2, linestyle=(0, (2, 2)), zorder=4)[0],
        "differences": axes.scatter([], [], s=26, color=DIFFERENCES, linewidths=0, zorder=5),
    }


def _draw_errors(axes: Axes) -> dict[str, Artist]:
    axes.set(xscale="log", yscale="log", xlim=(FIRST, LONGEST), ylim=(TINY, 3), xlabel="$σ_t$")
    axes.set_xticks([0.1, 1], ["0.1", "1"])
    axes.set_yticks([1, 1e-5, 1e-10, 1e-15], ["1", "$10^{-5}$", "$10^{-10}$", "$10^{-15}$"])
    axes.minorticks_off()
    axes.set_title("Error $∫|p-p_t|\\,dx/2$")
    artists: dict[str, Artist] = {}
    for name, error, colour in (
        ("FFT", 3e-15, FOURIER),
        ("differences", 1e-7, DIFFERENCES),
        ("particles", 0.3, PARTICLES),
    ):
        axes.text(FIRST, error, f" {name}", color=colour, fontsize=14)
    for way, colour in zip(WAYS, (FOURIER, DIFFERENCES, PARTICLES), strict=True):
        artists[way] = axes.plot([], [], color=colour, linewidth=2.2)[0]
        artists[f"{way} now"] = axes.scatter([], [], s=110, color=colour, zorder=4, clip_on=False)
    return artists


@live_figure("9280.clouds")
def four_clouds() -> Live:
    """A density drawn by hand melts in four ways."""
    return Live(
        draw,
        compute,
        [
            Curve("p0", "the density p_0", "p0", NODES, SHAPES["two lumps"], 0.0, 1.0),
            Choice("shape", "p_0", [*SHAPES, BY_HAND], "two lumps"),
            Slider("t", "σ_t", 0.0, LONGEST, 0.5, step=0.02, play=True),
            Slider("n", "particles", 100, MOST, 1000, log=True, integer=True),
            Slider("cells", "grid cells", 100, 600, 240, log=True, integer=True),
        ],
        alt="A density drawn by hand, a black line, melts into a smooth one. Four solutions of the heat equation lie on"
        " each other: a dark line for the convolution with a Gaussian, green dashes for the Fourier transform, purple"
        " dots for differences on a grid, and the orange histogram of particles, which are strewn below it. Beside it"
        " their errors against σ_t on logarithmic axes: rounding for the Fourier transform, the square of the"
        " spacing for the grid, one over the root of their number for the particles.",
        size=(9.2, 4.6),
        react=react,
    )
