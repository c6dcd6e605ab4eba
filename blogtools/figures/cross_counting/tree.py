"""9291.cases: the count of the cross as a tree to be opened node by node, each with an example."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.figure import Figure

from blogtools.cross import CROSS, Axis, Choice, centre_cases
from blogtools.figures import live_figure
from blogtools.figures.cross_counting.centres import ARMS, Four, arm_options
from blogtools.figures.cross_counting.drawing import BLANK, CENTRE, INCH, LETTERS, SQUARES, UNNAMED, Pen, sheet
from blogtools.live import Button, Live, Memory, Picks, style

WIDTH, HEIGHT = 10.1, 5.3
COLUMNS = (1.0, 2.88, 4.62, 6.27)
"""Middles of the columns of nodes, in inches, and the half widths and half heights of their boxes."""
HALF = ((0.92, 0.5), (0.8, 0.55), (0.76, 0.42), (0.75, 0.26))
UNIT = 0.92
CORNER = np.array([7.16, 1.75])
PEN = Pen("example")


@dataclass(frozen=True)
class Node:
    """One node: its place and parent, what is always written on it, what is covered, and its example.

    ``example``: colours of the edges, BLANK where open; ``who`` dominates each square, UNNAMED where it is not said.
    """

    depth: int
    y: float
    parent: int
    title: str
    sum: str
    number: int
    words: str
    example: tuple[int, ...]
    who: tuple[int, ...]


def _plain(number: int) -> str:
    return f"{number:,}".replace(",", "\u2009")


def _cross(centre: Four | None, arms: dict[str, tuple[int, Four]]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Edges and squares of a cross with this centre and these arms (dominating colour and edges)."""
    colours, who = np.full(len(CROSS.edges), BLANK), [UNNAMED] * len(SQUARES)
    for name, m, four in [
        *([("centre", next(c for c in centre if centre.count(c) == 2), centre)] if centre else []),
        *((name, m, four) for name, (m, four) in arms.items()),
    ]:
        s = SQUARES.index(name)
        colours[CROSS.sides[s]], who[s] = four, m
    return tuple(colours.tolist()), tuple(who)


def _first_arms(axis: Axis, arms: tuple[str, str], choice: Choice) -> dict[str, tuple[int, Four]]:
    """Of two arms with these dominating colours, the first colourings."""
    told = zip(arms, axis.shared, choice.dominating, strict=True)
    return {arm: (m, arm_options(arm, shared, m)[0]) for arm, shared, m in told}


@lru_cache(maxsize=1)
def nodes() -> tuple[Node, ...]:
    """The tree of ``centre_cases()``, every node after its parent, the root first."""
    cases = centre_cases()
    y = np.linspace(HEIGHT - 0.78, 0.36, 8)
    axes = [((case.column, ARMS[0]), (case.row, ARMS[1])) for case in cases]
    whole = {k: v for axis, arms in axes[0] for k, v in _first_arms(axis, arms, axis.choices[0]).items()}
    total, sums = sum(case.total for case in cases), " + ".join(_plain(case.total) for case in cases)
    centres = " + ".join(str(case.centres) for case in cases)
    title = f"{sum(case.centres for case in cases)} = {centres} centres"
    words = " and ".join(f"{case.centres} {case.name}" for case in cases) + " centres"
    found = [Node(0, float(y.mean()), 0, title, sums, total, words, *_cross(cases[0].example, whole))]
    for i, case in enumerate(cases):
        kind, heights = len(found), y[4 * i : 4 * i + 4]
        factors = f"{case.centres} × {case.column.total} × {case.row.total}"
        words = f"{case.centres} of the 36 centres have their two equal edges {case.name}"
        centre = _cross(case.example, {})
        found.append(Node(1, float(heights.mean()), 0, case.name, factors, case.total, words, *centre))
        for (axis, arms), pair in zip(axes[i], heights.reshape(2, 2), strict=True):
            line, parts = len(found), " + ".join(str(choice.product) for choice in axis.choices)
            words = f"{arms[0]} and {arms[1]}: one of the two other colours dominates each"
            found.append(Node(2, float(pair.mean()), kind, " and ".join(arms), parts, axis.total, words, *centre))
            for choice, height in zip(axis.choices, pair.tolist(), strict=True):
                told = zip(arms, choice.dominating, choice.ways, strict=True)
                words = ", ".join(f"{arm} dominated by {LETTERS[m]} in {ways} ways" for arm, m, ways in told)
                title = ", ".join(LETTERS[m] for m in choice.dominating)
                product = " × ".join(map(str, choice.ways))
                example = _cross(case.example, _first_arms(axis, arms, choice))
                found.append(Node(3, height, line, title, product, choice.product, words, *example))
    return tuple(found)


def tree_compute(opened: np.ndarray, chosen: int, **_: Any) -> dict[str, Any]:
    """The nodes, open or covered, and the example of the chosen one."""
    tree = nodes()
    shown: dict[str, Any] = {
        "boxes": {
            "data": [_box(node) for node in tree],
            "facecolors": ["white" if is_open else style.PALE for is_open in opened],
        },
        "chosen": [_box(tree[chosen])],
    }
    for i, (node, is_open) in enumerate(zip(tree, opened, strict=True)):
        shown[f"node {i}"] = _text(node) if is_open else _covered(node)
    node = tree[chosen]
    if opened[chosen]:
        edges, who = node.example, node.who
        shown["readout"] = f"{node.words}: {node.sum} = {_plain(node.number)}"
    else:
        edges, who = (BLANK,) * len(CROSS.edges), (UNNAMED,) * len(SQUARES)
        shown["readout"] = "covered: guess, then click"
    left = int((opened == 0).sum())
    shown["rest"] = f"{left} covered" if left else "all open"
    return shown | PEN.show(CROSS.segments * UNIT + CORNER, edges, CENTRE * UNIT + CORNER, who, UNIT * INCH)


def _text(node: Node) -> str:
    if node.depth == 3:
        return f"{node.title}:  {node.sum} = {node.number}"
    if node.depth == 2:
        return f"{node.title}\n{node.sum} = {node.number}"
    return f"{node.title}\n{node.sum}\n= {_plain(node.number)}"


def _covered(node: Node) -> str:
    title = node.title if node.depth else "the cross"
    return f"{title}:  ?" if node.depth == 3 else f"{title}\n?"


def _box(node: Node) -> np.ndarray:
    x, (w, h) = COLUMNS[node.depth], HALF[node.depth]
    return np.array([(x - w, node.y - h), (x + w, node.y - h), (x + w, node.y + h), (x - w, node.y + h)])


def tree_react(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """A click opens a node and shows it; a click on another open one shows that; on the one shown, covers it."""
    opened, chosen = after["opened"], after["chosen"]
    if after["all"] > before["all"]:
        return {"opened": np.ones_like(opened)}
    if after["none"] > before["none"]:
        return {"opened": np.zeros_like(opened)}
    for i in np.flatnonzero(opened != before["opened"]).tolist():
        if not opened[i] and i != before["chosen"]:
            opened[i] = 1
        chosen = i
    return {"opened": opened, "chosen": chosen}


def tree_draw(figure: Figure) -> dict[str, Artist]:
    """Left the tree, right the example of a node."""
    axes, tree = sheet(figure), nodes()
    links = [
        [
            (COLUMNS[(up := tree[node.parent]).depth] + HALF[up.depth][0], up.y),
            (COLUMNS[node.depth] - HALF[node.depth][0], node.y),
        ]
        for node in tree[1:]
    ]
    axes.add_collection(LineCollection(links, color=style.GREY, linewidths=1.2, zorder=0.5))
    for x, words in zip(COLUMNS, ("all", "kind of centre", "axis", "dominating"), strict=True):
        axes.text(x, HEIGHT - 0.2, words, ha="center", va="center", fontsize=13, color=style.GREY)
    axes.text(CORNER[0] + 1.5 * UNIT, HEIGHT - 0.2, "example", ha="center", va="center", fontsize=13, color=style.GREY)
    look: dict[str, Any] = {"edgecolors": style.SLATE, "linewidths": 1.2, "zorder": 1}
    artists = PEN.on(axes) | {
        "sheet": axes,
        "boxes": axes.add_collection(PolyCollection([], **look)),
        "chosen": axes.add_collection(PolyCollection([], facecolors="none", edgecolors=style.BLUE, linewidths=3.2)),
        "rest": axes.text(CORNER[0] + 1.5 * UNIT, 1.2, "", ha="center", fontsize=13, color=style.GREY),
    }
    for i, node in enumerate(tree):
        artists[f"node {i}"] = axes.text(
            COLUMNS[node.depth], node.y, "", ha="center", va="center", fontsize=13, linespacing=1.25, zorder=4
        )
    return artists


@live_figure("9291.cases")
def tree_of_cases() -> Live:
    """The count as a tree."""
    tree = nodes()
    places = [[(COLUMNS[n.depth] - HALF[n.depth][0], n.y), (COLUMNS[n.depth] + HALF[n.depth][0], n.y)] for n in tree]
    names = [" of ".join(t.title for t in (node, *_above(tree, node))) for node in tree]
    # At first the adjacent kind is open, and the opposite one is to be guessed.
    start = [int(i == 0 or tree[1] in (node, *_above(tree, node))) for i, node in enumerate(tree)]
    return Live(
        tree_draw,
        tree_compute,
        [
            Picks(
                "opened", "cases", "sheet", places, start, 2, blank=False, words=("covered", "open"), names=names,
                reach=52.0, thickness=46.0,
            ),
            Memory("chosen", 4),
            Button("all", "open all"),
            Button("none", "cover all"),
        ],
        alt="A tree of cases: 27216 is 17496 and 9720. The first, adjacent kind is 24 centres times 27 times 27, where"
        " 27 is 9 and 18, that is 3 times 3 and 3 times 6; the second, opposite kind is 12 times 18 times 45, where 18"
        " is 9 and 9, and 45 is 9 and 36. A clicked node shows an example.",
        size=(WIDTH, HEIGHT),
        react=tree_react,
    )  # fmt: skip


def _above(tree: tuple[Node, ...], node: Node) -> list[Node]:
    """The parents of a node, up to but without the root."""
    found = []
    while node.depth > 1:
        node = tree[node.parent]
        found.append(node)
    return found
