"""The cross by hand: the two kinds of centre, what an arm can do, and the sum as a polynomial in k (9291.claim3 on)."""

from dataclasses import dataclass
from itertools import permutations
from typing import Any

from blogtools.cross.count import count
from blogtools.cross.shape import CROSS, MOST_COLOURS, RULES, whole


@dataclass(frozen=True)
class Choice:
    """The dominating colours of the two arms of an axis, the colourings of each arm, and their product."""

    dominating: tuple[int, int]
    ways: tuple[int, int]
    product: int


@dataclass(frozen=True)
class Axis:
    """``shared``: the colours of the two edges that the arms (top, bottom or left, right) share with the centre."""

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
    """Colourings of an arm with dominating colour m whose shared edge has colour c (9291.claim4): 6 or 3 at k = 3.

    c = m: one of three edges is the other m, and two of the k−1 others fill the rest in order. c ≠ m: two of three
    edges are m, and the third is one of the k−2 colours that are neither.
    """
    k = whole("k", k, 3)
    same = whole("c", c, 0, k - 1) == whole("m", m, 0, k - 1)
    return 3 * (k - 1) * (k - 2) if same else 3 * (k - 2)


def centre_cases(k: int = 3) -> tuple[Case, Case]:
    """The tree of rule "line": "adjacent" (24 · 27 · 27 = 17496) and "opposite" (12 · 18 · 45 = 9720), 9291.claims 3-7.

    In both examples colour 0 dominates; the post's are these at k = 3. k from 3 to 30.
    """
    k = whole("k", k, 3, MOST_COLOURS)

    def axis(one: int, other: int) -> Axis:
        choices = []
        for p, q in permutations(range(1, k), 2):
            ways = arm_ways(one, p, k), arm_ways(other, q, k)
            choices.append(Choice((p, q), ways, ways[0] * ways[1]))
        return Axis((one, other), tuple(choices), sum(choice.product for choice in choices))

    cases = []
    # Of the six pairs of edges of a square four are adjacent, two opposite; two other colours fill the rest in order.
    for name, (top, right, bottom, left), pairs in (("adjacent", (0, 0, 1, 2), 4), ("opposite", (0, 1, 0, 2), 2)):
        column, row, centres = axis(top, bottom), axis(left, right), pairs * k * (k - 1) * (k - 2)
        total = centres * column.total * row.total
        cases.append(Case(name, (top, right, bottom, left), centres, column, row, total))
    return cases[0], cases[1]


def closed_form(rule: str = "line") -> Any:
    """The count of the cross as a factored sympy polynomial in k, the cases summed; true for every k ≥ 0."""
    _require_rule(rule)
    import sympy

    k = sympy.Symbol("k")
    same, other = 3 * (k - 1) * (k - 2), 3 * (k - 2)
    centres = k * (k - 1) * (k - 2)
    if rule == "adjacent":
        # An arm takes any of k−1 colours; the two shared edges of the centre's colour m bar it, the two others do not.
        barred, free = (k - 1) * other, same + (k - 2) * other
        return sympy.factor(6 * centres * barred**2 * free**2)
    # The arms' colours (p, q) are two different ones of the k−1 that are not m. Shared edges (m, m): neither matches.
    both = (k - 1) * (k - 2) * other**2
    # Shared edges (m, a): q = a for k−2 of the p, else no match.
    one = (k - 2) * other * same + (k - 2) ** 2 * other**2
    # Shared edges (a, b), a ≠ b, neither m: (p, q) = (a, b); p = a alone or q = b alone; or no match.
    none = (k - 1) * (k - 2) - 1 - 2 * (k - 3)
    apart = same**2 + 2 * (k - 3) * same * other + none * other**2
    return sympy.factor(4 * centres * one**2 + 2 * centres * both * apart)


def interpolated_form(rule: str = "line") -> Any:
    """The same polynomial from counts alone: through 0 at k = 0, 1, 2 and the centre-first counts at k = 3 … 11.

    A colouring with j colours is one of k(k−1)…(k−j+1)/j! choices of them, so the count is a polynomial of degree the
    most colours a colouring can show. That is 11: of 16 edges, each of the five squares makes two equal.
    """
    _require_rule(rule)
    import sympy

    k = sympy.Symbol("k")
    values = [0, 0, 0, *(count(CROSS, colours, rule, "centre") for colours in range(3, 12))]
    return sympy.factor(sympy.interpolate(list(enumerate(values)), k))


def _require_rule(rule: str) -> None:
    if rule not in RULES:
        raise ValueError(f"rule = {rule!r} must be one of {', '.join(map(repr, RULES))}")
