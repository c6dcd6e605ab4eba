"""One square and the shapes made of squares: who dominates, and which colourings count (9291.fig1, 9291.fig2)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from numbers import Integral

import numpy as np

Square = tuple[int, int]
Edge = tuple[tuple[int, int], str]
RULES = ("line", "adjacent")
BLANK = -1
MOST_COLOURS = 30
FAR = 10**6


def whole(name: str, value: object, least: int, most: int | None = None) -> int:
    """``value`` as an int; ``ValueError`` when it is not a whole number (a bool is not one) in [least, most]."""
    good = isinstance(value, Integral) and not isinstance(value, bool)
    if not good or value < least or (most is not None and value > most):  # type: ignore[operator]
        allowed = f"of at least {least}" if most is None else f"from {least} to {most}"
        raise ValueError(f"{name} = {value!r} must be a whole number {allowed}")
    return int(value)  # type: ignore[call-overload]


def dominating(colours: Sequence[int]) -> int | None:
    """The colour i of exactly two of four edges when the other two have two different other colours, else None.

    A blank edge (−1) leaves the square undecided: None.
    """
    if len(colours) != 4:
        raise ValueError(f"colours = {colours!r} must be the colours of the four edges of a square")
    four = [whole("colours", c, BLANK) for c in colours]
    if BLANK in four or len(set(four)) != 3:
        return None
    return next(c for c in four if four.count(c) == 2)


@dataclass(frozen=True)
class Shape:
    """A connected set of unit squares (row, column), row 0 on top, moved so that both begin at 0.

    ``squares`` in reading order. ``ValueError`` when empty, disconnected (squares hang together by edges, not corners)
    or not made of pairs of whole numbers.
    """

    squares: tuple[Square, ...]

    def __init__(self, squares: Iterable[Square]) -> None:
        try:
            pairs = [(r, c) for r, c in squares]
        except (TypeError, ValueError):
            raise ValueError(f"squares = {squares!r} must hold pairs (row, column)") from None
        places = {(whole("row", r, -FAR, FAR), whole("column", c, -FAR, FAR)) for r, c in pairs}
        if not places:
            raise ValueError("squares is empty, but a shape has at least one square")
        top, left = min(r for r, _ in places), min(c for _, c in places)
        moved = sorted((r - top, c - left) for r, c in places)
        object.__setattr__(self, "squares", tuple(moved))
        apart, reached = set(moved[1:]), moved[:1]
        for r, c in reached:
            near = apart & {(r - 1, c), (r + 1, c), (r, c - 1), (r, c + 1)}
            apart -= near
            reached += near
        if apart:
            raise ValueError(f"squares are disconnected: no way over edges from {moved[0]} to {min(apart)}")

    @classmethod
    def cross(cls, arm: int = 1) -> "Shape":
        """A centre with four arms of ``arm`` squares each; ``arm`` = 1 is the post's cross (16 edges)."""
        L = whole("arm", arm, 1)
        return cls({(L, c) for c in range(2 * L + 1)} | {(r, L) for r in range(2 * L + 1)})

    @classmethod
    def strip(cls, n: int) -> "Shape":
        """``n`` squares in a row."""
        return cls.board(1, n)

    @classmethod
    def board(cls, rows: int, columns: int) -> "Shape":
        """All squares of ``rows`` × ``columns``."""
        height, width = whole("rows", rows, 1), whole("columns", columns, 1)
        return cls((r, c) for r in range(height) for c in range(width))

    @classmethod
    def from_text(cls, text: str) -> "Shape":
        r"""``#`` is a square, ``.`` or a blank is none: ``Shape.from_text(".#.\n###\n.#.")`` is the cross."""
        if not isinstance(text, str):
            raise ValueError(f"text = {text!r} must be a string")
        lines = text.splitlines()
        if strange := set("".join(lines)) - set("#. "):
            raise ValueError(f"text has {min(strange)!r}, but may have only '#', '.', blanks and line ends")
        return cls((r, c) for r, line in enumerate(lines) for c, mark in enumerate(line) if mark == "#")

    @cached_property
    def edges(self) -> tuple[Edge, ...]:
        """((r, c), "h") is the top and ((r, c), "v") the left edge of (r, c); row by row, "h" before "v"."""
        found = {edge for square in self.squares for edge in _around(square)}
        return tuple(sorted(found, key=lambda edge: (edge[0][0], edge[1], edge[0][1])))

    @cached_property
    def sides(self) -> np.ndarray:
        """Integers [squares, 4]: the indices in ``edges`` of each square's top, right, bottom and left."""
        index = {edge: i for i, edge in enumerate(self.edges)}
        return _frozen(np.array([[index[edge] for edge in _around(square)] for square in self.squares]))

    @cached_property
    def neighbours(self) -> tuple[tuple[int, int], ...]:
        """Pairs of indices of squares that share an edge."""
        index = {square: i for i, square in enumerate(self.squares)}
        near = ((i, place) for (r, c), i in index.items() for place in ((r, c + 1), (r + 1, c)))
        return tuple((i, index[place]) for i, place in near if place in index)

    @cached_property
    def lines(self) -> tuple[tuple[int, ...], ...]:
        """Maximal runs of at least two squares, as indices: those in rows from the top, then those in columns."""
        index = {square: i for i, square in enumerate(self.squares)}
        runs = []
        for dr, dc in ((0, 1), (1, 0)):
            for r, c in self.squares:
                if (r - dr, c - dc) not in index:
                    run, place = [], (r, c)
                    while place in index:
                        run.append(index[place])
                        place = (place[0] + dr, place[1] + dc)
                    if len(run) > 1:
                        runs.append(tuple(run))
        return tuple(runs)

    @cached_property
    def segments(self) -> np.ndarray:
        """Numbers [edges, 2, 2]: end points (x, y) of each edge, x to the right, y up, the lower left corner at 0."""
        height = max(r for r, _ in self.squares) + 1
        ends = [((c, height - r), (c + 1, height - r) if kind == "h" else (c, height - r - 1))
                for (r, c), kind in self.edges]  # fmt: skip
        return _frozen(np.array(ends, dtype=float))

    def groups(self, rule: str) -> tuple[tuple[int, ...], ...]:
        """The sets of squares whose dominating colours must all differ: lines, or pairs of neighbours."""
        if rule not in RULES:
            raise ValueError(f"rule = {rule!r} must be one of {', '.join(map(repr, RULES))}")
        return self.lines if rule == "line" else self.neighbours


def _around(square: Square) -> tuple[Edge, Edge, Edge, Edge]:
    r, c = square
    return ((r, c), "h"), ((r, c + 1), "v"), ((r + 1, c), "h"), ((r, c), "v")


def _frozen(array: np.ndarray) -> np.ndarray:
    array.setflags(write=False)
    return array


CROSS = Shape.cross()


def require_shape(shape: object) -> Shape:
    """``shape``, or ``ValueError`` when it is no ``Shape``."""
    if not isinstance(shape, Shape):
        raise ValueError(f"shape = {shape!r} must be a Shape, such as Shape.cross() or Shape.board(2, 3)")
    return shape


def require(shape: Shape, k: int, rule: str) -> int:
    """``k`` as an int from 3 to 30, when the shape is one and the rule is known; else ``ValueError``."""
    require_shape(shape).groups(rule)
    return whole("k", k, 3, MOST_COLOURS)


def require_colouring(name: str, shape: Shape, colouring: Sequence[int], k: int | None) -> tuple[int, ...]:
    """``colouring`` as ints, one an edge, from −1 (blank) to k−1; else ``ValueError``."""
    if np.ndim(colouring) != 1 or len(colouring) != len(shape.edges):
        raise ValueError(f"{name} = {colouring!r} must be a sequence of {len(shape.edges)} colours, one an edge")
    return tuple(whole(f"{name}[{i}]", c, BLANK, None if k is None else k - 1) for i, c in enumerate(colouring))


def dominance(shape: Shape, colouring: Sequence[int]) -> list[int | None]:
    """The dominating colour of each square, None where there is none; −1 in ``colouring`` is a blank edge."""
    colours = require_colouring("colouring", require_shape(shape), colouring, None)
    return [dominating([colours[e] for e in sides]) for sides in shape.sides]


def valid(shape: Shape, colouring: Sequence[int], rule: str = "line", k: int | None = None) -> bool:
    """Whether every square is dominated and no two of a line (rule "adjacent": no two neighbours) by the same colour.

    False while an edge is blank (−1) in a square. With ``k``, colours outside 0..k−1 raise ``ValueError``.
    """
    groups = require_shape(shape).groups(rule)
    if k is not None:
        require_colouring("colouring", shape, colouring, whole("k", k, 3))
    who = dominance(shape, colouring)
    return None not in who and all(len({who[s] for s in group}) == len(group) for group in groups)
