"""9291.fig1: the cross to be coloured edge by edge, with what dominates each square and how many ways are left."""

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.figure import Figure

from blogtools.cross import CROSS, completions, dominance, sample
from blogtools.figures import live_figure
from blogtools.figures.cross_counting.drawing import (
    BLANK,
    CENTRE,
    LETTERS,
    SQUARES,
    UNDECIDED,
    WORDS,
    WRONG,
    Pen,
    edge_names,
)  # fmt: skip
from blogtools.live import Button, Live, Memory, Picks, style

Colouring = tuple[int, ...]
EDGES = len(CROSS.edges)
ALL = 27216
PEN = Pen("cross")
STEPS = 60
"""At most so many are remembered."""
UNIT = 96.0
"""Side of a square in points."""
NONE_LEFT = -0.7
"""Where 0 stands on the axis of log10 of the ways left."""
EMPTY: Colouring = (BLANK,) * EDGES
START: tuple[Colouring, ...] = tuple(
    tuple(dict(zip(CROSS.sides[2][:shown].tolist(), (0, 0, 1, 2), strict=False)).get(e, BLANK) for e in range(EDGES))
    for shown in range(5)
)
"""The centre of 9291.fig3, edge by edge."""


@lru_cache(maxsize=4096)
def ways_left(colouring: Colouring) -> int:
    """How many valid colourings agree with this one, blank edges open."""
    return completions(CROSS, 3, "line", colouring)


def troubles(colouring: Sequence[int]) -> tuple[list[str], list[int]]:
    """What is wrong already, in words, and the squares (indices) that it concerns."""
    who, words, squares = dominance(CROSS, colouring), [], []
    for s, sides in enumerate(CROSS.sides):
        if who[s] is None and all(colouring[e] != BLANK for e in sides):
            words.append(f"{SQUARES[s]}: no colour dominates")
            squares.append(s)
    for line in CROSS.lines:
        for i, s in enumerate(line):
            for t in line[i + 1 :]:
                colour = who[s]
                if colour is not None and colour == who[t]:
                    words.append(f"{SQUARES[s]} and {SQUARES[t]} are both {LETTERS[colour]}")
                    squares += [s, t]
    return words, sorted(set(squares))


def game_compute(edges: np.ndarray, past: tuple[Colouring, ...], **_: Any) -> dict[str, Any]:
    """The cross as coloured, and the ways left after each step, against the number of coloured edges."""
    now: Colouring = tuple(edges.tolist())
    words, squares = troubles(now)
    who = [
        WRONG if w is None and all(now[e] != BLANK for e in sides) else UNDECIDED if w is None else w
        for w, sides in zip(dominance(CROSS, now), CROSS.sides, strict=True)
    ]
    path = np.array([(EDGES - state.count(BLANK), _height(ways_left(state))) for state in _run((*past, now))])
    left, coloured = ways_left(now), int(path[-1, 0])
    dead = path[-1:] if left == 0 else np.empty((0, 2))
    if words:
        verdict = f"not valid: {' · '.join(words)}"
    elif left == 0:
        verdict = "no square is wrong yet, but no way is left to complete this: take a step back"
    elif coloured == EDGES:
        verdict = f"valid: one of the {ALL:,} colourings".replace(",", "\u2009")
    else:
        ways = "1 way remains" if left == 1 else f"{left:,} ways remain".replace(",", "\u2009")
        verdict = f"{coloured} of {EDGES} edges coloured: {ways} to complete it"
    return PEN.show(CROSS.segments, now, CENTRE, who, UNIT, squares) | {
        "path": path,
        "here": path[-1:] if left else np.empty((0, 2)),
        "dead": dead,
        "left": {
            "text": f"{left:,}".replace(",", "\u2009"),
            "position": (path[-1, 0] + 0.4, path[-1, 1] + 0.22),
            "color": style.colour("theory" if left else "wrong"),
        },
        "readout": verdict,
    }


def game_react(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """What the buttons do; every change is remembered, so that it can be taken back."""
    edges: Colouring = tuple(after["edges"].tolist())
    past: tuple[Colouring, ...] = after["past"]
    if edges != (old := tuple(before["edges"].tolist())):
        past = (*past, old)
    wanted = edges
    if after["clear"] > before["clear"]:
        wanted = EMPTY
    if after["random"] > before["random"]:
        wanted = _drawn(EMPTY, after["random"])
    if after["complete"] > before["complete"] and ways_left(edges):
        wanted = _drawn(edges, after["complete"])
    if wanted != edges:
        past, edges = (*past, edges), wanted
    for _ in range(min(after["undo"] - before["undo"], len(past))):
        past, edges = past[:-1], past[-1]
    return {"edges": np.array(edges), "past": past[-STEPS:]}


def _drawn(given: Colouring, seed: int) -> Colouring:
    return tuple(sample(CROSS, 3, "line", 1, np.random.default_rng([9291, seed]), given)[0].tolist())


def _run(states: Sequence[Colouring]) -> Sequence[Colouring]:
    """The last of these states before which the number of coloured edges never fell."""
    blanks = [state.count(BLANK) for state in states]
    return states[max((i for i in range(1, len(states)) if blanks[i] > blanks[i - 1]), default=0) :]


def _height(ways: int) -> float:
    return math.log10(ways) if ways else NONE_LEFT


def game_draw(figure: Figure) -> dict[str, Artist]:
    """Left the cross, right the ways left."""
    cross, ways = figure.subplots(1, 2, width_ratios=[1.25, 1])
    cross.set(xlim=(-0.14, 3.14), ylim=(-0.14, 3.14), aspect="equal")
    cross.set_axis_off()
    ways.set(xlim=(-0.4, 18.6), ylim=(-1.0, 5.1), xlabel="coloured edges")
    ways.set_title("Ways left")
    ways.set_xticks([0, 4, 8, 12, 16])
    ways.set_yticks([NONE_LEFT, 0, 1, 2, 3, 4], ["0", "1", "10", "100", "1\u2009000", "10\u2009000"])
    ways.spines["bottom"].set_bounds(0, 16)
    ends = np.array([0.0, math.log(ALL) / math.log(3)])
    ways.plot(ends, (math.log(ALL) - ends * math.log(3)) / math.log(10), **style.line("guide", linewidth=2.4))
    ways.text(
        0.1, 0.45, "grey: mean over\nall colourings of\nso many edges", color=style.GREY, fontsize=12, va="center"
    )
    return PEN.on(cross) | {
        "cross": cross,
        "path": ways.plot([], [], **style.line("theory"), marker="o", markersize=5, zorder=3)[0],
        "here": ways.scatter([], [], s=110, color=style.colour("theory"), zorder=4),
        "dead": ways.scatter([], [], s=130, color=style.colour("wrong"), marker="X", linewidths=0, zorder=4),
        "left": ways.text(0, 0, "", fontsize=16, zorder=5),
    }


@live_figure("9291.fig1")
def colour_the_cross() -> Live:
    """The problem as a game."""
    return Live(
        game_draw,
        game_compute,
        [
            Picks(
                "edges", "edges of the cross", "cross", CROSS.segments, START[-1], 3,
                words=("blank", *WORDS[:3]), names=edge_names(),
            ),
            Memory("past", START[:-1]),
            Button("undo", "undo"),
            Button("clear", "clear"),
            Button("complete", "complete it for me"),
            Button("random", "random valid colouring"),
        ],
        alt="A cross of five squares with sixteen edges, each grey or in one of three colours with a letter. In each"
        " square stands the letter of the colour that dominates it, or a dash; squares in conflict are outlined in"
        " dashes. Beside it the number of ways left to complete the colouring falls with each coloured edge.",
        size=(9.2, 4.9),
        react=game_react,
    )  # fmt: skip
