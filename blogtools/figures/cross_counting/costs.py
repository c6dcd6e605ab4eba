"""9291.costs: what each way of counting was measured to cost, against the size of the problem."""

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.figure import Figure

from blogtools.cross.costs import measured_costs
from blogtools.figures import live_figure
from blogtools.live import Choice, Live, Slider, style

METHODS = {
    "enumerate": ("brute force", style.VERMILION),
    "contraction": ("contraction", style.BLUE),
    "transfer": ("transfer", style.GREEN),
    "centre": ("centre first", style.ORANGE),
}
"""Name and colour of each."""
LOW, HIGH = 2e-4, 2e5
"""Of the axis, in seconds."""
UNITS = (("years", 365.25 * 86400), ("days", 86400.0), ("hours", 3600.0), ("minutes", 60.0))


@dataclass(frozen=True)
class View:
    """Which rows of the measurement, against which of their keys, in which words, and the ticks of that axis."""

    wanted: dict[str, Any]
    against: str
    words: str
    ticks: tuple[int, ...]


VIEWS = {
    "boards n × n": View({"family": "board", "rule": "adjacent", "k": 3}, "edges", "edges", (4, 12, 24, 40, 60, 112)),
    "strips": View({"family": "strip", "rule": "adjacent", "k": 3}, "edges", "edges", (4, 10, 25, 49, 97, 193)),
    "crosses with longer arms": View(
        {"family": "cross", "rule": "adjacent", "k": 3}, "edges", "edges", (16, 28, 40, 52, 100)
    ),
    "the cross, more colours": View(
        {"family": "cross", "rule": "line", "size": 1}, "k", "colours k", (3, 4, 5, 6, 7, 8)
    ),
}


@lru_cache(maxsize=1)
def speed() -> float:
    """Cases a second of brute force, at the most cases that were measured."""
    measured = [row for row in measured_costs() if row["method"] == "enumerate" and "seconds" in row]
    return max((row["k"] ** row["edges"], row["k"] ** row["edges"] / row["seconds"]) for row in measured)[1]


@lru_cache(maxsize=8)
def rows(view: str, method: str) -> list[dict[str, Any]]:
    """The rows of a view and a method by size, refused ones among them."""
    wanted, against = VIEWS[view].wanted | {"method": method}, VIEWS[view].against
    return sorted((r for r in measured_costs() if wanted.items() <= r.items()), key=lambda row: row[against])


def curve(view: str, method: str) -> np.ndarray:
    """Size and seconds [n, 2] of what was measured."""
    against = VIEWS[view].against
    return np.array([(r[against], r["seconds"]) for r in rows(view, method) if "seconds" in r]).reshape(-1, 2)


def brute(view: str) -> np.ndarray:
    """Size and seconds [n, 2] that brute force would take at its measured speed, also where it was refused."""
    against = VIEWS[view].against
    return np.array([(r[against], r["k"] ** r["edges"] / speed()) for r in rows(view, "enumerate")])


def place(view: str, size: Any) -> Any:
    """Where a size stands on the axis: edges by their logarithm, colours as they are."""
    return np.asarray(size, float) if VIEWS[view].against == "k" else np.log10(size)


def duration(seconds: float) -> str:
    """Seconds in words, in the largest unit of which there is one."""
    for name, length in UNITS:
        if seconds >= length:
            number = seconds / length
            return f"{number:.2g} {name}" if number < 1e4 else f"10^{math.log10(number):.0f} {name}"
    return f"{seconds:.2g} s"


def apart(heights: dict[str, float], gap: float) -> dict[str, float]:
    """The same heights, the higher ones raised so that no two are closer than ``gap``."""
    raised: dict[str, float] = {}
    least = -math.inf
    for name in sorted(heights, key=lambda name: heights[name]):
        raised[name] = least = max(heights[name], least)
        least += gap
    return raised


def costs_compute(view: str, budget: float) -> dict[str, Any]:
    """The curves of a view, and the largest size that each method does within ``budget`` seconds."""
    ticks, words = place(view, VIEWS[view].ticks), VIEWS[view].words
    last = rows(view, "enumerate")[-1]
    left, right = ticks[0], float(place(view, last[VIEWS[view].against]))
    shown: dict[str, Any] = {
        "pane": {
            "xlim": (left - 0.04 * (right - left), right + 0.3 * (right - left)),
            "xlabel": words,
            "xticks": ticks.tolist(),
            "xticklabels": [str(tick) for tick in VIEWS[view].ticks],
        },
        "budget": np.array([(left, budget), (right, budget)]),
    }
    reached, stopped, ends = [], [], {}
    for method, (name, _) in METHODS.items():
        line = curve(view, method)
        shown[method] = np.stack([place(view, line[:, 0]), line[:, 1]], 1)
        if len(line):
            within = line[line[:, 1] <= budget, 0]
            reached.append(f"{name} {within.max():g}" if len(within) else f"{name} none")
            ends[method] = math.log10(line[-1, 1])
            if "refused" in rows(view, method)[-1] and method != "enumerate":
                stopped.append(shown[method][-1])
    heights = ends | apart({method: end for method, end in ends.items() if shown[method][-1, 0] == right}, 0.5)
    for method, (name, _) in METHODS.items():
        at = shown[method][-1] if method in ends else (left, LOW)
        shift = 0.02 * (right - left)
        # A line that ends within the picture has its name above, left of a cross; brute force, if one point, below it.
        inside, naive = method in ends and at[0] < right, method == "enumerate" and at[0] == left
        height = 10 ** heights.get(method, 0.0) * (0.35 if naive else 1.8 if inside else 1.0)
        shown[f"name {method}"] = {
            "position": (at[0] + (shift if naive or not inside else -shift), height),
            "ha": "left" if naive or not inside else "right",
            "text": name if method in ends else "",
        }
    would = brute(view)
    measured = shown["enumerate"]
    beyond = np.stack([place(view, would[:, 0]), would[:, 1]], 1)[len(measured) :]
    shown["would"] = np.concatenate([measured[-1:], beyond])
    shown["stopped"] = np.array(stopped).reshape(-1, 2)
    shown["readout"] = (
        f"{words} done within {duration(budget)}: {' · '.join(reached)}\n"
        f"brute force on the largest, {last['k']}^{last['edges']} cases: {duration(would[-1, 1])}"
    )
    return shown


def costs_draw(figure: Figure) -> dict[str, Artist]:
    """Seconds against size, both by ratios."""
    pane = figure.subplots()
    pane.set(yscale="log", ylim=(LOW, HIGH), ylabel="time of one core")
    pane.set_yticks([1e-3, 1, 60, 3600, 86400], ["1 ms", "1 s", "1 min", "1 h", "1 day"])
    pane.minorticks_off()
    naive = METHODS["enumerate"][1]
    artists: dict[str, Artist] = {
        "pane": pane,
        "budget": pane.plot([], [], color=style.GREY, linewidth=1.4, linestyle=":")[0],
        "would": pane.plot([], [], **style.line("wrong"))[0],
        "stopped": pane.scatter([], [], s=170, color=style.BLACK, marker="x", linewidths=2.4, zorder=4),
    }
    pane.text(0.99, 0.97, "dashed: at the measured pace", transform=pane.transAxes, ha="right", va="top", color=naive)
    pane.text(0.99, 0.9, "× refuses the next size", transform=pane.transAxes, ha="right", va="top")
    for method, (_, colour) in METHODS.items():
        artists[method] = pane.plot([], [], "o-", color=colour, linewidth=2.4, markersize=7, zorder=3)[0]
        artists[f"name {method}"] = pane.text(0, 1, "", color=colour, va="center", fontsize=14, zorder=5)
    return artists


@live_figure("9291.costs")
def costs_of_counting() -> Live:
    """Cost against size for each method, as measured by benchmarks/cross_costs.py."""
    return Live(
        costs_draw,
        costs_compute,
        [
            Choice("view", "count", tuple(VIEWS), next(iter(VIEWS))),
            Slider("budget", "budget", 1e-3, 100.0, 0.1, log=True, unit="s"),
        ],
        alt="On logarithmic axes the time of brute force rises as a power of the number of edges and leaves the picture"
        " soon; contraction rises slowly and then fast; the transfer of states from square to square goes furthest.",
        size=(8.8, 4.8),
    )
