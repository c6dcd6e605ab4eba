"""The cross by hand: the two kinds of centre, what an arm can do, and the sum as a polynomial in k."""

from dataclasses import dataclass
from typing import Any

from blogtools.cross.shape import dominating, whole


@dataclass(frozen=True)
class Choice:
    """Dominating colours of the two arms of an axis, the colourings of each arm, and their product."""

    dominating: tuple[int, int]
    ways: tuple[int, int]
    product: int


@dataclass(frozen=True)
class Axis:
    """``shared``: the colours of the two edges that the centre shares with the arms."""

    shared: tuple[int, int]
    choices: tuple[Choice, ...]
    total: int


@dataclass(frozen=True)
class Case:
    """One kind of centre: an example (top, right, bottom, left), how many there are, both axes, and all together."""

    name: str
    example: tuple[int, int, int, int]
    centres: int
    column: Axis
    row: Axis
    total: int


def arm_ways(c: int, m: int, k: int = 3) -> int:
    """Colourings of an arm with dominating colour m whose shared edge has colour c, 9291.claim4."""
    return 3 * (k - 1) * (k - 2) if c == m else 3 * (k - 2)


def _axis(m: int, shared: tuple[int, int], k: int) -> Axis:
    choices = []
    for p in range(k):
        for q in range(k):
            if len({p, q, m}) == 3:
                ways = arm_ways(shared[0], p, k), arm_ways(shared[1], q, k)
                choices.append(Choice((p, q), ways, ways[0] * ways[1]))
    return Axis(shared, tuple(choices), sum(choice.product for choice in choices))


def centre_cases(k: int = 3) -> tuple[Case, Case]:
    """The post's tree: "adjacent" (24 · 27 · 27 = 17496) and "opposite" (12 · 18 · 45 = 9720), 9291.claims 3-7."""
    k = whole("k", k, 3)
    cases = []
    for name, example, centres in (("adjacent", (0, 0, 1, 2), 4), ("opposite", (0, 1, 0, 2), 2)):
        m = dominating(example)
        assert m is not None
        column, row = _axis(m, (example[0], example[2]), k), _axis(m, (example[3], example[1]), k)
        number = centres * k * (k - 1) * (k - 2)
        cases.append(Case(name, example, number, column, row, number * column.total * row.total))
    return cases[0], cases[1]


def closed_form() -> Any:
    """The number of colourings of the cross under rule "line" as a sympy polynomial in k, valid for all k ≥ 3."""
    import sympy

    k = sympy.Symbol("k")
    equal, other = 3 * (k - 1) * (k - 2), 3 * (k - 2)
    both = (k - 1) * (k - 2) * other**2
    one = (k - 2) * other * equal + (k - 2) ** 2 * other**2
    apart = equal**2 + 2 * (k - 3) * equal * other + (1 + (k - 3) * (k - 2)) * other**2
    centres = k * (k - 1) * (k - 2)
    return sympy.factor(4 * centres * one**2 + 2 * centres * both * apart)


def misreadings() -> tuple[tuple[str, str, int], ...]:
    """(name, what is changed, count) for readings of the problem other than the post's."""
    return (("as stated", "nothing", 27216),)
