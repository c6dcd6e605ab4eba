"""9291.fig2: the cells of the cross, or of another shape, taken apart: edges shared, and how many colourings."""

from functools import lru_cache
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure

from blogtools.cross import CROSS, Shape, count, dominance, sample
from blogtools.figures import live_figure
from blogtools.figures.cross_counting.drawing import BLANK, INCH, SQUARES, UNNAMED, Pen, middles, sheet, sides_of
from blogtools.live import Button, Choice, Live, Slider, style

SHAPES = {
    "cross": CROSS,
    "cross, arms of two": Shape.cross(2),
    "one square": Shape.strip(1),
    "strip of three": Shape.strip(3),
    "board 2 × 2": Shape.board(2, 2),
    "board 2 × 3": Shape.board(2, 3),
    "board 3 × 3": Shape.board(3, 3),
    "ring": Shape.from_text("###\n#.#\n###"),
    "stairs": Shape.from_text("##..\n.##.\n..##"),
}
RULES = {"all squares of a line differ": "line", "neighbours differ": "adjacent"}
COLOURS = 4
KEPT = 32
"""Colourings drawn at once."""
WIDTH, HEIGHT = 9.0, 5.2
ROOM = 4.7
"""Side of the square, in inches, in which the shape lies."""
GAP = 0.75
"""Between cells taken wholly apart, in sides of a square."""
LETTER = 0.25
"""Room that a letter takes, in sides of a square."""
PEN = Pen("cell", COLOURS)


@lru_cache(maxsize=64)
def number(shape: str, k: int, rule: str) -> int:
    """The count of one of SHAPES."""
    return count(SHAPES[shape], k, rule)


@lru_cache(maxsize=64)
def drawn(shape: str, k: int, rule: str, block: int) -> np.ndarray:
    """KEPT colourings [KEPT, edges], each as likely as any; blank edges where there is none."""
    if not number(shape, k, rule):
        return np.full((KEPT, len(SHAPES[shape].edges)), BLANK)
    return sample(SHAPES[shape], k, rule, KEPT, np.random.default_rng([9291, block]))


def cells_compute(shape: str, k: int, rule: str, apart: float, draw: int) -> dict[str, Any]:
    """The cells pulled apart by ``apart`` (0 to 1), coloured by draw number ``draw``."""
    form, ways = SHAPES[shape], number(shape, k, RULES[rule])
    colours = drawn(shape, k, RULES[rule], draw // KEPT)[draw % KEPT]
    middle = middles(form.squares)
    centre = (middle.min(0) + middle.max(0)) / 2
    spread = (middle - centre) * (1 + GAP * apart)
    scale = ROOM / (float(np.ptp(middle, axis=0).max()) * (1 + GAP) + 1)
    scale = min(scale, 1.2)
    place = np.array([WIDTH - ROOM / 2 - 0.35, HEIGHT / 2])
    sides = sides_of(spread * scale + place, scale)
    who: list[int | None] = [UNNAMED] * len(middle) if not ways else dominance(form, colours)
    edges, squares = len(form.edges), len(form.squares)
    twice = 4 * squares - edges
    seen: dict[int, list[np.ndarray]] = {}
    for cell, mine in zip(sides, form.sides.tolist(), strict=True):
        for side, e in zip(cell, mine, strict=True):
            seen.setdefault(e, []).append(side.mean(0))
    ties = [copies for copies in seen.values() if len(copies) == 2]
    # The two letters of a shared edge stand as one until there is room for both.
    between = np.array([np.mean(seen[e], axis=0) for e in form.sides.ravel().tolist()])
    shown = PEN.show(
        sides.reshape(-1, 2, 2), colours[form.sides].ravel(), spread * scale + place, who, scale * INCH,
        letters_at=between if GAP * apart < LETTER else None,
    )  # fmt: skip
    text = _plain(f"{ways:,}")
    cases = _plain(f"{k**edges:,}").replace("\u2009", r"\,")
    if k**edges > 1e8:
        head, _, power = f"{k**edges:.2e}".partition("e+")
        cases = rf"{head} \times 10^{{{int(power)}}}"
    return shown | {
        "ties": ties if apart > 0 else [],
        "sum": f"4 · {squares} − {twice} = {edges} edges",
        "all": f"${k}^{{{edges}}} = {cases}$",
        "valid": text,
        "share": f"one in {_share(k**edges / ways)}" if ways else "none",
        "readout": _readout(form, k, RULES[rule], ways, text),
    }


def _plain(text: str) -> str:
    """Thousands apart by a thin space."""
    return text.replace(",", "\u2009")


def _share(number: float) -> str:
    return _plain(f"{number:,.0f}") if number >= 100 else f"{number:.3g}"


def _readout(form: Shape, k: int, rule: str, ways: int, text: str) -> str:
    longest = max((len(line) for line in form.lines), default=1)
    if not ways:
        return f"{longest} squares in a line need {longest} different dominating colours, and there are only {k}"
    number = len(form.squares)
    cells = "squares: " + ", ".join(SQUARES) if form == CROSS else f"{number} square{'s' * (number > 1)}"
    return f"{cells} · {len(form.neighbours)} shared edges · {text} valid colourings with {k} colours"


def cells_draw(figure: Figure) -> dict[str, Artist]:
    """Right the cells, left the numbers."""
    axes = sheet(figure)
    artists = PEN.on(axes) | {
        "ties": axes.add_collection(LineCollection([], color=style.GREY, linewidths=1.4, linestyles=":", zorder=0.5)),
    }
    rows = {"sum": "sides less those shared", "all": "all colourings", "valid": "valid colourings", "share": "that is"}
    for row, (key, words) in enumerate(rows.items()):
        y = HEIGHT - 0.75 - 1.15 * row
        axes.text(0.25, y + 0.38, words, fontsize=13, color=style.GREY)
        artists[key] = axes.text(0.25, y, "", fontsize=20, color=style.BLACK if key == "sum" else style.SLATE)
    return artists


@live_figure("9291.fig2")
def cells_of_a_shape() -> Live:
    """The cells of a shape, together and apart."""
    return Live(
        cells_draw,
        cells_compute,
        [
            Slider("apart", "taken apart", 0.0, 1.0, 0.5, step=0.02),
            Choice("shape", "shape", tuple(SHAPES), "cross"),
            Slider("k", "colours k", 3, COLOURS, 3, integer=True),
            Choice("rule", "rule", tuple(RULES), next(iter(RULES))),
            Button("draw", "another colouring"),
        ],
        alt="A shape of unit squares taken apart into its cells, each with four coloured sides and the letter of the"
        " colour that dominates it; dotted ties join the two copies of a shared edge. Beside it the number of its"
        " edges, of all colourings, and of the valid ones.",
        size=(WIDTH, HEIGHT),
    )
