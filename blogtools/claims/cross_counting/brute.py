"""The cross from its picture and every colouring looked at: the side of the checks that takes no shortcut."""

import functools
import itertools
from collections import Counter
from collections.abc import Callable, Iterator, Sequence

import numpy as np

Squares = tuple[tuple[int, int], ...]
TOP, LEFT, CENTRE, RIGHT, BOTTOM = range(5)
CROSS: Squares = ((0, 1), (1, 0), (1, 1), (1, 2), (2, 1))
"""The five squares as (row, column), in reading order."""


def strip(n: int) -> Squares:
    """A row of n squares."""
    return tuple((0, column) for column in range(n))


def board(rows: int, columns: int) -> Squares:
    """A rectangle of squares."""
    return tuple(itertools.product(range(rows), range(columns)))


def _joined(one: tuple[int, int], other: tuple[int, int]) -> tuple[int, int, int, int]:
    return (*one, *other)


def segments(squares: Squares) -> list[tuple[tuple[int, int, int, int], ...]]:
    """The four segments of each square (top, right, bottom, left), each by its two corners."""
    return [
        tuple(
            _joined(*ends)
            for ends in (
                ((r, c), (r, c + 1)),
                ((r, c + 1), (r + 1, c + 1)),
                ((r + 1, c), (r + 1, c + 1)),
                ((r, c), (r + 1, c)),
            )
        )
        for r, c in squares
    ]


def numbered(squares: Squares) -> list[list[int]]:
    """The same with segments numbered in the order of their corners: four numbers a square."""
    around = segments(squares)
    names = sorted({name for four in around for name in four})
    return [[names.index(name) for name in four] for four in around]


def pairs(squares: Squares, rule: str = "line") -> list[tuple[int, int]]:
    """Which squares must differ: "line" all of an unbroken run, "row" those of a row, "adjacent" neighbours only."""
    known = set(squares)

    def joined(one: tuple[int, int], other: tuple[int, int]) -> bool:
        (r, c), (s, d) = one, other
        if rule == "adjacent":
            return abs(r - s) + abs(c - d) == 1
        if r == s:
            return all((r, between) in known for between in range(min(c, d), max(c, d)))
        return c == d and rule == "line" and all((between, c) in known for between in range(min(r, s), max(r, s)))

    return [(i, j) for i, j in itertools.combinations(range(len(squares)), 2) if joined(squares[i], squares[j])]


def dominating_colours(four: Sequence[int], reading: str = "post") -> list[int]:
    """All colours that dominate a square with these four edges, counted from the definition.

    ``reading`` "post": two edges of the colour and two of two different others; "meet", "face": and the two have a
    common corner, or are opposite. "two": exactly two edges of it. "more": two or more. "most": more than of any other.
    """
    counts = Counter(four)
    most = max(counts.values())
    post = sorted(counts.values()) == [1, 1, 2]
    faces = four[0] == four[2] or four[1] == four[3]
    wanted = {
        "post": lambda n: n == 2 and post,
        "meet": lambda n: n == 2 and post and not faces,
        "face": lambda n: n == 2 and post and faces,
        "two": lambda n: n == 2,
        "more": lambda n: n >= 2,
        "most": lambda n: n == most and list(counts.values()).count(most) == 1,
    }[reading]
    return [colour for colour, n in sorted(counts.items()) if wanted(n)]


@functools.cache
def table(k: int) -> np.ndarray:
    """The dominating colour of each of the k^4 colourings of one square, first edge slowest; −1 where none is."""
    found = [dominating_colours(four) for four in itertools.product(range(k), repeat=4)]
    return np.array([colours[0] if colours else -1 for colours in found], dtype=np.int8)


def chunks(squares: Squares, k: int, told: np.ndarray) -> Iterator[tuple[tuple[int, ...], np.ndarray, np.ndarray]]:
    """All k^edges colourings by chunks: the colours of the first edges, those of the last [edges, cases], and for each
    square [squares, cases] what ``told`` [k^4] says of its four edges.
    """
    around = numbered(squares)
    edges = 1 + max(map(max, around))
    tail = min(edges, 12 if k < 4 else 10)
    last = np.stack([axis.ravel() for axis in np.indices((k,) * tail, dtype=np.int8)])
    weights = [k**3, k**2, k, 1]
    fixed = edges - tail
    known = [
        sum((w * last[e - fixed].astype(np.intp) for w, e in zip(weights, four, strict=True) if e >= fixed), start=0)
        for four in around
    ]
    for first in itertools.product(range(k), repeat=fixed):
        start = [sum(w * first[e] for w, e in zip(weights, four, strict=True) if e < fixed) for four in around]
        yield first, last, np.stack([told[part + offset] for part, offset in zip(known, start, strict=True)])


@functools.cache
def colourings(squares: Squares = CROSS, k: int = 3, rule: str = "line") -> np.ndarray:
    """Every valid colouring, a row of edge colours each, found by trying all k^edges."""
    apart, found = pairs(squares, rule), []
    for first, last, dominant in chunks(squares, k, table(k)):
        good = dominant.min(0) >= 0
        for i, j in apart:
            good &= dominant[i] != dominant[j]
        head = np.broadcast_to(np.array(first, dtype=np.int8), (good.sum(), len(first)))
        found.append(np.concatenate([head, last[:, good].T], axis=1))
    return np.concatenate(found)


def count(squares: Squares = CROSS, k: int = 3, rule: str = "line") -> int:
    """How many valid colourings there are."""
    return len(colourings(squares, k, rule))


@functools.cache
def cases(squares: Squares = CROSS, k: int = 3) -> int:
    """How many colourings there are to look at, told one block after the other."""
    return sum(dominant.shape[1] for _, _, dominant in chunks(squares, k, table(k)))


def dominants(rows: np.ndarray, squares: Squares = CROSS, k: int = 3) -> np.ndarray:
    """Dominating colours [rows, squares] of colourings [rows, edges]."""
    four = np.asarray(rows, dtype=np.intp)[:, numbered(squares)]
    return table(k)[four @ np.array([k**3, k**2, k, 1])]


def centre_of(rows: np.ndarray) -> np.ndarray:
    """Top, right, bottom and left of the centre [rows, 4]."""
    return rows[:, numbered(CROSS)[CENTRE]]


def completions(centre: Sequence[int]) -> int:
    """How many of all valid colourings of the cross have this centre."""
    return int((centre_of(colourings()) == np.array(centre)).all(1).sum())


def dominated_centres(k: int = 3) -> list[tuple[int, ...]]:
    """The colourings (top, right, bottom, left) of one square that are dominated."""
    return [four for four in itertools.product(range(k), repeat=4) if dominating_colours(four)]


def arm(c: int, m: int, k: int = 3, place: int = 0) -> int:
    """Colourings of three edges that, with one of colour c in this place among four, make a square dominated by m."""
    return sum(
        dominating_colours((*rest[:place], c, *rest[place:])) == [m] for rest in itertools.product(range(k), repeat=3)
    )


def axis(c1: int, c2: int, m: int, k: int = 3) -> list[int]:
    """Colourings of the six free edges of two opposite arms, for each pair of their dominating colours that fits m."""
    found: Counter[tuple[int, int]] = Counter()
    one, other = (Counter(table(k).reshape(k, -1)[c].tolist()) for c in (c1, c2))
    for a, b in itertools.product(one, other):
        if -1 not in (a, b) and len({a, b, m}) == 3:
            found[a, b] += one[a] * other[b]
    return sorted(found.values())


def moves(squares: Squares = CROSS) -> list[list[int]]:
    """Turns and mirrors that keep a shape as high as it is wide: for each edge the one that comes to its place."""
    names = sorted({name for four in segments(squares) for name in four})
    size = max(max(name) for name in names)
    corners: list[Callable[[int, int], tuple[int, int]]] = [
        lambda r, c: (r, c),
        lambda r, c: (c, size - r),
        lambda r, c: (size - r, size - c),
        lambda r, c: (size - c, r),
        lambda r, c: (r, size - c),
        lambda r, c: (size - r, c),
        lambda r, c: (c, r),
        lambda r, c: (size - c, size - r),
    ]
    found = []
    for move in corners:
        images = [_joined(*sorted((move(r, c), move(s, d)))) for r, c, s, d in names]
        if set(images) == set(names):
            found.append([names.index(image) for image in images])
    return found


def images(
    rows: np.ndarray, space: bool = True, colours: bool = True, squares: Squares = CROSS, k: int = 3
) -> np.ndarray:
    """All pictures [moves, rows, edges] of colourings under turns and mirrors, and under new names of the colours."""
    turned = [rows[:, move] for move in (moves(squares) if space else [list(range(rows.shape[1]))])]
    names = list(itertools.permutations(range(k))) if colours else [tuple(range(k))]
    return np.stack([np.array(name)[picture] for picture in turned for name in names])


def orbit_of(
    rows: np.ndarray, space: bool = True, colours: bool = True, squares: Squares = CROSS, k: int = 3
) -> np.ndarray:
    """A number [rows] that two colourings share exactly when a symmetry takes one to the other."""
    codes = images(rows, space, colours, squares, k) @ np.array([k**e for e in range(rows.shape[1])])
    return codes.min(0)
