"""9291.fig3 and fig4: the two kinds of centre, and what each lets its arms do."""

from collections.abc import Iterator
from functools import lru_cache
from itertools import permutations, product
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.figure import Figure

from blogtools.cross import CROSS, centre_cases, dominating
from blogtools.figures import live_figure
from blogtools.figures.cross_counting.drawing import (
    BLANK,
    CENTRE,
    COLOURS,
    INCH,
    LETTERS,
    SQUARES,
    Pen,
    boxes,
    sheet,
    sides_of,
)  # fmt: skip
from blogtools.live import Button, Live, Picks, Slider, style

Four = tuple[int, int, int, int]
"""Colours of the top, right, bottom and left edge."""
KINDS = {case.name: case for case in centre_cases()}
ARMS = (("top", "bottom"), ("left", "right"))
"""The two arms of each axis."""
TOWARDS = {"top": (0, 2), "right": (1, 3), "bottom": (2, 0), "left": (3, 1)}
"""Which edge of the centre an arm shares, and which of its own that is."""
WIDTH, HEIGHT = 9.8, 5.45
UNIT = 1.22
"""Side of a square of the large cross, in inches."""
CORNER = np.array([0.25, 0.9])
"""Its lower left corner."""
SMALL, PITCH = 0.33, 0.46
"""Side of a small square and the distance from one to the next, in inches."""
ROWS = (4.27, 3.19, 1.65, 0.57)
"""Heights of the rows: two choices of dominating colours for the column, two for the row."""
GROUPS = (5.42, 7.03)
"""Where the small squares of the first and of the second arm begin."""
MOST = 6
PEN = Pen("cross")


@lru_cache(maxsize=2)
def centres(kind: str) -> tuple[Four, ...]:
    """All dominated centres whose two equal edges are "adjacent" or "opposite", the post's example first."""
    found = []
    for top, right, bottom, left in product(range(3), repeat=4):
        four = (top, right, bottom, left)
        if dominating(four) is not None and (top == bottom or left == right) == (kind == "opposite"):
            found.append(four)
    return tuple(found)


@lru_cache(maxsize=128)
def arm_options(arm: str, shared: int, wanted: int) -> tuple[Four, ...]:
    """The colourings of an arm dominated by ``wanted`` whose edge towards the centre has the colour ``shared``."""
    own = TOWARDS[arm][1]
    fours: Iterator[Any] = product(range(3), repeat=4)
    return tuple(four for four in fours if four[own] == shared and dominating(four) == wanted)


def rows_of(centre: Four) -> list[tuple[int, tuple[int, int], tuple[tuple[Four, ...], tuple[Four, ...]]]]:
    """The four rows: axis, dominating colours of its two arms, and the colourings of each of the two."""
    others = [c for c in range(3) if c != dominating(centre)]
    rows = []
    for axis, arms in enumerate(ARMS):
        for wanted in permutations(others):
            one, other = (arm_options(a, centre[TOWARDS[a][0]], w) for a, w in zip(arms, wanted, strict=True))
            rows.append((axis, (wanted[0], wanted[1]), (one, other)))
    return rows


def _example(rows: list[Any], chosen: list[int], draw: int) -> dict[str, int]:
    """For each arm, which of its colourings is shown: all the first ones, then some by chance."""
    rng = np.random.default_rng([9291, draw])
    return {
        arm: int(rng.integers(len(options))) if draw else 0
        for row in chosen
        for arm, options in zip(ARMS[rows[row][0]], rows[row][2], strict=True)
    }


def centres_compute(kind: str, centre: int, rows: np.ndarray, draw: int) -> dict[str, Any]:
    """Centre number ``centre`` of its kind, all that its arms can do, and one example in the chosen rows."""
    four = centres(kind)[centre - 1]
    table = rows_of(four)
    chosen = np.flatnonzero(rows).tolist()
    example = _example(table, chosen, draw)
    colours = np.full(len(CROSS.edges), BLANK)
    who = [-1] * len(SQUARES)
    middle = SQUARES.index("centre")
    colours[CROSS.sides[middle]] = four
    who[middle] = next(c for c in four if four.count(c) == 2)
    shown: dict[str, Any] = {}
    pieces: list[np.ndarray] = []
    paint: list[str] = []
    wide: list[float] = []
    rings = []
    products = []
    for r, ((axis, wanted, groups), y) in enumerate(zip(table, ROWS, strict=True)):
        for arm, colour, options, left in zip(ARMS[axis], wanted, groups, GROUPS, strict=True):
            middles = _slots(left, y, len(options))
            for i, (option, at) in enumerate(zip(options, middles, strict=True)):
                pieces.extend(sides_of(at[None], SMALL)[0])
                paint.extend(COLOURS[c] for c in option)
                wide.extend(6.5 if e == TOWARDS[arm][1] else 3.0 for e in range(4))
                if r in chosen and i == example[arm]:
                    rings.append(at)
                    colours[CROSS.sides[SQUARES.index(arm)]] = option
                    who[SQUARES.index(arm)] = colour
        sizes = [len(options) for options in groups]
        products.append(sizes[0] * sizes[1])
        first, second = ARMS[axis]
        shown[f"who {r}"] = f"{first} {LETTERS[wanted[0]]}\n{second} {LETTERS[wanted[1]]}"
        shown[f"times {r}"] = f"{sizes[0]} × {sizes[1]} = {products[-1]}"
    column, row = sum(products[:2]), sum(products[2:])
    shown["sum 0"] = f"top and bottom: {products[0]} + {products[1]} = {column}"
    shown["sum 1"] = f"left and right: {products[2]} + {products[3]} = {row}"
    number = len(centres(kind))
    total = f"{number * column * row:,}".replace(",", "\u2009")
    return (
        shown
        | PEN.show(CROSS.segments * UNIT + CORNER, colours, CENTRE * UNIT + CORNER, who, UNIT * INCH)
        | {
            "small": {"data": pieces, "color": paint, "linewidths": wide},
            "rings": boxes(np.array(rings), 0.215),
            "chosen": [_band(ROWS[r]) for r in chosen],
            "readout": (
                f"centre {centre} of {number} whose equal edges are {kind}: {column} × {row} = {column * row}"
                f" colourings of the arms; all {number} centres: {total}"
            ),
        }
    )


def _slots(left: float, y: float, number: int) -> np.ndarray:
    """Middles of so many small squares, three in a line, around the height ``y``."""
    i = np.arange(number)
    lines = -(-number // 3)
    return np.stack([left + PITCH * (i % 3) + SMALL / 2, y + PITCH * ((lines - 1) / 2 - i // 3)], 1)


def _band(y: float) -> np.ndarray:
    return np.array([(4.15, y - 0.5), (WIDTH - 0.05, y - 0.5), (WIDTH - 0.05, y + 0.5), (4.15, y + 0.5)])


def centres_react(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """One choice of dominating colours for each axis: the one that was clicked."""
    rows = after["rows"]
    for pair in (slice(0, 2), slice(2, 4)):
        if rows[pair].sum() != 1:
            rows[pair] = 1 - before["rows"][pair]
    return {"rows": rows}


def centres_draw(figure: Figure) -> dict[str, Artist]:
    """Left the cross, right what its arms can do."""
    axes = sheet(figure)
    artists = PEN.on(axes)
    for k, (top, below) in enumerate(((ROWS[0], ROWS[1]), (ROWS[2], ROWS[3]))):
        artists[f"sum {k}"] = axes.text(4.2, top + 0.72, "", fontsize=16, va="center")
        for r, y in ((2 * k, top), (2 * k + 1, below)):
            artists[f"who {r}"] = axes.text(4.3, y, "", fontsize=14, va="center", color=style.SLATE, linespacing=1.4)
            artists[f"times {r}"] = axes.text(9.65, y, "", fontsize=14, ha="right", va="center")
            axes.text(GROUPS[1] - 0.17, y, "×", fontsize=15, ha="center", va="center", color=style.GREY)
    return artists | {
        "sheet": axes,
        "chosen": axes.add_collection(PolyCollection([], facecolors=style.PALE, alpha=0.45, linewidths=0, zorder=0)),
        "small": axes.add_collection(LineCollection([], capstyle="round", zorder=2)),
        "rings": axes.add_collection(
            PolyCollection([], facecolors="none", edgecolors=style.BLACK, linewidths=1.6, zorder=3)
        ),
    }


def _figure(kind: str, alt: str) -> Live:
    number = len(centres(kind))
    return Live(
        centres_draw,
        lambda **parameters: centres_compute(kind, **parameters),
        [
            Slider("centre", "centre", 1, number, 1, integer=True, unit=f"of {number}"),
            Picks(
                "rows", "dominating colours", "sheet", [[(4.3, y), (9.65, y)] for y in ROWS], (0, 1, 0, 1), 2,
                blank=False, words=("not shown", "shown"), reach=50.0, thickness=98.0,
                names=("column, first choice", "column, second choice", "row, first choice", "row, second choice"),
            ),
            Button("draw", "another example"),
        ],
        alt=alt,
        size=(WIDTH, HEIGHT),
        react=centres_react,
    )  # fmt: skip


@live_figure("9291.fig3")
def adjacent_centre() -> Live:
    """A centre whose two equal edges are adjacent."""
    return _figure(
        "adjacent",
        "A cross whose centre has its two equal edges adjacent. Beside it all colourings of its arms as small squares:"
        " 3 times 3 and 3 times 6 for top and bottom, the same for left and right, 27 for each axis.",
    )


@live_figure("9291.fig4")
def opposite_centre() -> Live:
    """A centre whose two equal edges are opposite."""
    return _figure(
        "opposite",
        "A cross whose centre has its two equal edges opposite. Beside it all colourings of its arms as small squares:"
        " 3 times 3 twice for one axis, together 18, and 3 times 3 and 6 times 6 for the other, together 45.",
    )
