"""How a colouring is drawn: colours that differ also by a letter, blank edges grey, squares by who dominates them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.figure import Figure

from blogtools.cross import CROSS
from blogtools.live import style

LETTERS = "RYBGS"
WORDS = ("red", "yellow", "blue", "green", "sky")
COLOURS = (style.PURPLE, style.ORANGE, style.BLUE, style.GREEN, style.SKY)
"""Colours 0, 1, 2 of the post are red, yellow and blue; these are the red, yellow and blue that all tell apart."""
BLANK = -1
UNDECIDED, WRONG, UNNAMED = -1, -2, -3
"""Of a square: not yet dominated (–), dominated by none with all its edges coloured (×), and not to be marked."""
SQUARES = ("top", "left", "centre", "right", "bottom")
"""The squares of the cross in the order of ``CROSS.squares``."""
CENTRE = np.array([(1.5, 2.5), (0.5, 1.5), (1.5, 1.5), (2.5, 1.5), (1.5, 0.5)])
"""Their middles, in the units of ``CROSS.segments``."""
INCH = 72.0
"""Points."""


def sheet(figure: Figure) -> Axes:
    """Axes without frame over the whole figure, measured in inches from the lower left corner."""
    figure.set_layout_engine("none")
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, figure.get_figwidth()), ylim=(0, figure.get_figheight()))
    axes.set_axis_off()
    return axes


def middles(squares: Sequence[tuple[int, int]]) -> np.ndarray:
    """Middles [s, 2] of squares (row, column), in the units of ``Shape.segments``."""
    places = np.asarray(squares, float)
    height = places[:, 0].max() + 1
    return np.stack([places[:, 1] + 0.5, height - places[:, 0] - 0.5], 1)


def boxes(middle: np.ndarray, half: float) -> np.ndarray:
    """Corners [s, 4, 2] of squares around their middles."""
    corners = half * np.array([(-1.0, -1.0), (1.0, -1.0), (1.0, 1.0), (-1.0, 1.0)])
    return np.asarray(middle)[:, None] + corners


def sides_of(middle: np.ndarray, side: float = 1.0) -> np.ndarray:
    """The top, right, bottom and left [s, 4, 2, 2] of squares around their middles [s, 2]."""
    square = np.array([[(-1, 1), (1, 1)], [(1, 1), (1, -1)], [(-1, -1), (1, -1)], [(-1, 1), (-1, -1)]]) / 2
    return np.asarray(middle)[:, None, None] + side * square


def edge_names() -> tuple[str, ...]:
    """The edges of the cross in words: "left of top", and "between top and centre" where two squares share one."""
    names = []
    for e in range(len(CROSS.edges)):
        owners = [(SQUARES[s], ("top", "right", "bottom", "left")[side]) for s, side in np.argwhere(CROSS.sides == e)]
        shared = " and ".join(owner for owner, _ in owners)
        names.append(f"between {shared}" if len(owners) > 1 else f"{owners[0][1]} of {owners[0][0]}")
    return tuple(names)


@dataclass(frozen=True)
class Pen:
    """Draws coloured edges and marks squares; ``name`` begins the names of its artists.

    ``letters`` writes the letter of its colour on every edge; ``colours`` is how many there may be.
    """

    name: str
    colours: int = 3
    letters: bool = True

    def on(self, axes: Axes) -> dict[str, Artist]:
        """Its artists, made on these axes."""
        wrong = PolyCollection([], facecolors="none", edgecolors=style.VERMILION, linestyles="--", zorder=2.5)
        artists: dict[str, Artist] = {
            "tints": axes.add_collection(PolyCollection([], alpha=0.2, linewidths=0, zorder=1)),
            "edges": axes.add_collection(LineCollection([], capstyle="round", zorder=2)),
            "wrong": axes.add_collection(wrong),
            "discs": axes.scatter([], [], facecolors="white", edgecolors=style.PALE, linewidths=1, zorder=3),
        }
        for c in range(self.colours):
            letter: dict[str, Any] = {"c": COLOURS[c], "marker": f"$\\mathrm{{{LETTERS[c]}}}$", "linewidths": 0.4}
            if self.letters:
                artists[f"edge {c}"] = axes.scatter([], [], zorder=3.5, **letter)
            artists[f"square {c}"] = axes.scatter([], [], zorder=3, **letter)
        for mark, state, colour in (("-", UNDECIDED, style.GREY), (r"\times", WRONG, style.VERMILION)):
            artists[f"square {state}"] = axes.scatter([], [], c=colour, marker=f"${mark}$", linewidths=0.6, zorder=3)
        return {f"{self.name} {key}": artist for key, artist in artists.items()}

    def show(
        self,
        segments: np.ndarray,
        colours: Sequence[int] | np.ndarray,
        middle: np.ndarray,
        who: Sequence[int | None],
        unit: float,
        outlined: Sequence[int] = (),
        widths: Sequence[float] | None = None,
        letters_at: np.ndarray | None = None,
    ) -> dict[str, Any]:
        """What ``compute`` returns for edges [e, 2, 2] with ``colours`` [e] and squares at ``middle`` [s, 2].

        ``who`` dominates each square (or UNDECIDED, WRONG, UNNAMED); ``unit`` is the side of a square in points;
        squares in ``outlined`` are marked as wrong; ``widths`` [e] multiplies the width of the edges, and
        ``letters_at`` [e, 2] is where their letters stand (in the middle of each by default).
        """
        paint = np.asarray(colours, int)
        states = np.array([UNDECIDED if w is None else w for w in who], int).reshape(-1)
        middle = np.asarray(middle, float).reshape(-1, 2)
        halfway = np.asarray(segments, float).mean(1) if letters_at is None else letters_at
        half = float(np.abs(segments[0][1] - segments[0][0]).max()) / 2
        named = states >= 0
        # Blank edges first, so that the round ends of coloured ones lie over them.
        order = np.argsort(paint >= 0, kind="stable")
        stroke = unit * 0.075 * (np.ones(len(paint)) if widths is None else np.asarray(widths, float))
        shown: dict[str, Any] = {
            "tints": {
                "data": boxes(middle[named], half),
                "facecolors": [COLOURS[c] for c in states[named]] or ["none"],
            },
            "edges": {
                "data": np.asarray(segments)[order],
                "color": [COLOURS[c] if c >= 0 else style.PALE for c in paint[order]],
                "linewidths": stroke[order],
            },
            "discs": {"offsets": halfway[(paint >= 0) & self.letters], "sizes": [(0.25 * unit) ** 2]},
            "wrong": {"data": boxes(middle[list(outlined)], 0.78 * half), "linewidths": 0.025 * unit},
        }
        for c in range(self.colours if self.letters else 0):
            shown[f"edge {c}"] = {"offsets": halfway[paint == c], "sizes": [(0.15 * unit) ** 2]}
        for state in (*range(self.colours), UNDECIDED, WRONG):
            size = 0.16 if state == UNDECIDED else 0.3
            shown[f"square {state}"] = {"offsets": middle[states == state], "sizes": [(size * unit) ** 2]}
        return {f"{self.name} {key}": value for key, value in shown.items()}
