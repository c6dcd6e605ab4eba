"""54432 = 2 · 27216: what other readings of the problem, and slips in counting it, would give.

How the larger of the two published answers was found is not known to us. Other readings give other numbers, none of
them 54432; slips that count everything twice give it, and that any of them was made is a guess.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from itertools import product
from typing import NamedTuple

from blogtools.cross.symmetry import count_up_to_symmetry

Four = tuple[int, ...]
Who = Callable[[Four], frozenset[int]]
Line = Callable[[int, int, int], bool]


class Misreading(NamedTuple):
    """A reading or a slip, what it changes, and the number that comes out."""

    name: str
    changed: str
    number: int


def as_stated(four: Four) -> frozenset[int]:
    """Two edges of one colour, the other two of two others."""
    return frozenset(c for c in four if four.count(c) == 2 and len(set(four)) == 3)


def pair(four: Four) -> frozenset[int]:
    """Exactly two edges of one colour, whatever the others: both colours of a 2 + 2 square dominate."""
    return frozenset(c for c in four if four.count(c) == 2)


def at_least_two(four: Four) -> frozenset[int]:
    """Two or more edges of one colour."""
    return frozenset(c for c in four if four.count(c) >= 2)


def most_frequent(four: Four) -> frozenset[int]:
    """The one colour that occurs most often, none in a tie."""
    most = max(map(four.count, four))
    best = frozenset(c for c in four if four.count(c) == most)
    return best if len(best) == 1 else frozenset()


def neighbouring(four: Four) -> frozenset[int]:
    """As stated, and the two equal edges meet in a corner."""
    return as_stated(four) if any(four[i] == four[i - 1] for i in range(4)) else frozenset()


def facing(four: Four) -> frozenset[int]:
    """As stated, and the two equal edges are opposite."""
    return as_stated(four) if four[0] == four[2] or four[1] == four[3] else frozenset()


def all_differ(p: int, m: int, q: int) -> bool:
    """The post's rule for three squares in a line."""
    return len({p, m, q}) == 3


def neighbours_differ(p: int, m: int, q: int) -> bool:
    """The middle one differs from both ends, which may agree."""
    return m not in (p, q)


def not_all_alike(p: int, m: int, q: int) -> bool:
    """Not three times the same."""
    return not p == m == q


def anything(p: int, m: int, q: int) -> bool:
    """No condition on the line."""
    return True


def count_reading(who: Who = as_stated, column: Line = all_differ, row: Line | None = None) -> int:
    """Colourings of the cross with 3 colours for which dominating colours by ``who`` can be chosen that fit both lines.

    ``row`` is ``column`` when not given.
    """
    squares = {four: who(four) for four in product(range(3), repeat=4) if who(four)}
    arms = [Counter(found for four, found in squares.items() if four[0] == c) for c in range(3)]

    def axis(fits: Line, centre: frozenset[int], one: int, other: int) -> Counter[frozenset[int]]:
        """How many pairs of arms leave the centre which of its colours."""
        left: Counter[frozenset[int]] = Counter()
        for p, ways in arms[one].items():
            for q, more in arms[other].items():
                left[frozenset(m for m in centre if any(fits(a, m, b) for a in p for b in q))] += ways * more
        return left

    total = 0
    for (top, right, bottom, left), centre in squares.items():
        rows = axis(row or column, centre, left, right)
        for one, ways in axis(column, centre, top, bottom).items():
            total += ways * sum(more for other, more in rows.items() if one & other)
    return total


def count_apart() -> int:
    """Five squares with four edges each of their own, twenty in all."""
    each = Counter(next(iter(as_stated(four))) for four in product(range(3), repeat=4) if as_stated(four))
    lines = product(range(3), repeat=5)
    return sum(
        each[m] * each[top] * each[bottom] * each[left] * each[right]
        for m, top, bottom, left, right in lines
        if all_differ(top, m, bottom) and all_differ(left, m, right)
    )


def count_by_hand(centres: tuple[int, int] = (24, 12), same: int = 6, other: int = 3) -> int:
    """The post's sum with other numbers of adjacent and opposite centres, or of an arm's colourings."""
    adjacent, opposite = centres
    mixed = other * other + other * same
    return adjacent * mixed**2 + opposite * (2 * other**2) * (other**2 + same**2)


def _everything() -> Iterator[tuple[str, str, int]]:
    yield "as stated", "nothing", count_reading()
    yield "neighbours differ", "the ends of a line may agree", count_reading(as_stated, neighbours_differ)
    yield "not all alike", "two squares of a line may agree, all three may not", count_reading(as_stated, not_all_alike)
    row = count_reading(as_stated, anything, all_differ)
    yield "row alone", "no condition on the column", row
    yield "row or column", "one of the two conditions is enough", 2 * row - count_reading()
    yield "two and two", "a colour with two edges dominates, whatever the other two are", count_reading(pair)
    yield "two or more", "a colour with at least two edges dominates", count_reading(at_least_two)
    yield "most frequent", "the one colour with most edges dominates", count_reading(most_frequent)
    yield "equal edges meet", "the two equal edges of a square have a common corner", count_reading(neighbouring)
    yield "equal edges face", "the two equal edges of a square are opposite", count_reading(facing)
    yield "five squares apart", "no edge is shared: 20 edges in place of 16", count_apart()
    yield (
        "up to turns and mirrors",
        "colourings alike but for a turn or a mirror are one",
        count_up_to_symmetry(colours=False),
    )
    yield "up to colours as well", "and those alike but for the names of the colours", count_up_to_symmetry()
    yield "72 centres", "slip: the two equal edges of the centre are told apart, 72 = 3 · 4!", count_by_hand((48, 24))
    yield (
        "row first, column first",
        "slip: each colouring is met in two orders and counted in both",
        2 * count_by_hand(),
    )
    yield "told apart everywhere", "slip: the two equal edges of every square are told apart", 2**5 * count_by_hand()
    yield "ends in two orders", "slip: each line is counted from both of its ends", 2 * 2 * count_by_hand()
    yield "all centres adjacent", "slip: 36 · 27 · 27", count_by_hand((36, 0))
    yield "all centres opposite", "slip: 36 · 18 · 45", count_by_hand((0, 36))
    yield "kinds exchanged", "slip: 12 adjacent and 24 opposite centres", count_by_hand((12, 24))
    yield "arm's cases exchanged", "slip: 3 ways where the colours agree, 6 where not", count_by_hand(same=3, other=6)
    yield "arm always 3", "slip: 3 ways in both cases", count_by_hand(same=3, other=3)
    yield "arm always 6", "slip: 6 ways in both cases", count_by_hand(same=6, other=6)


def misreadings() -> tuple[Misreading, ...]:
    """Other readings, the post's own first, then slips (``changed`` says so) in counting the problem as it stands."""
    return tuple(Misreading(*entry) for entry in _everything())
