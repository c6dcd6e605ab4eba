"""Sections "What an arm can do" and "Adding up"."""

import itertools
from fractions import Fraction
from typing import Any

import numpy as np

from blogtools import cross
from blogtools.claims.cross_counting import brute, hand
from blogtools.ledger import Entry, Exact

ARM = "What an arm can do"
SUM = "Adding up"
SHARED_AND_OWN = tuple({"c": c, "m": m} for c, m in itertools.product(range(3), repeat=2))


def of_kind(adjacent: bool) -> int:
    """Valid crosses whose centre has its equal edges adjacent, or opposite, among all that brute force finds."""
    top, right, bottom, left = brute.centre_of(brute.colourings()).T
    facing = (top == bottom) | (right == left)
    return int((facing != adjacent).sum())


def both_axes(centre: tuple[int, ...]) -> list[list[int]]:
    """Colourings of the column's and the row's arms for each fitting choice of dominating colours, smaller first."""
    top, right, bottom, left = centre
    m = brute.dominating_colours(centre)[0]
    return sorted((brute.axis(top, bottom, m), brute.axis(left, right, m)))


def total(adjacent: tuple[int, int] = (24, 27), opposite: tuple[int, int, int] = (12, 18, 45)) -> int:
    """Centres times column times row, for both kinds."""
    return adjacent[0] * adjacent[1] ** 2 + opposite[0] * opposite[1] * opposite[2]


def package_tree(k: int = 3) -> list[tuple[Any, ...]]:
    """The package's tree: name, number, products of the column, of the row, total."""
    return [
        (
            case.name,
            case.centres,
            sorted(choice.product for choice in case.column.choices),
            sorted(choice.product for choice in case.row.choices),
            case.total,
        )
        for case in cross.centre_cases(k)
    ]


def tree() -> list[tuple[Any, ...]]:
    """The same from brute force."""
    out: list[tuple[Any, ...]] = []
    for name, (top, right, bottom, left) in (("adjacent", (0, 0, 1, 2)), ("opposite", (0, 1, 0, 2))):
        facing = name == "opposite"
        number = sum(((c[0] == c[2]) or (c[1] == c[3])) == facing for c in brute.dominated_centres())
        out.append((name, number, brute.axis(top, bottom, 0), brute.axis(left, right, 0), of_kind(not facing)))
    return out


ENTRIES = [
    Entry(
        id="9291.claim4",
        kind="identity",
        latex=r"a(c,m)=\begin{cases}3&c\neq m\\6&c=m\end{cases}",
        says="an arm dominated by m has 3 colourings when its shared edge c is not m, and 6 when it is",
        section=ARM,
        evidence=(
            Exact(
                statement=lambda c, m: 6 if c == m else 3,
                against=brute.arm,
                witnesses=SHARED_AND_OWN,
                mutants={
                    "exchanged": lambda c, m: 3 if c == m else 6,
                    "always 3": lambda c, m: 3,
                    "always 4, the mean": lambda c, m: 4,
                    "the shared edge left free": lambda c, m: 12,
                },
            ),
            Exact(
                statement=cross.arm_ways,
                against=brute.arm,
                witnesses=tuple(w | {"k": n} for n in (3, 4, 5) for w in SHARED_AND_OWN),
                mutants={"exchanged": lambda c, m, k: cross.arm_ways(c, (m + (c == m)) % k, k)},
                about="the package's numbers",
            ),
        ),
    ),
    Entry(
        id="9291.claim4.colours",
        kind="identity",
        latex=r"a(c,m)=\begin{cases}3(k-2)&c\neq m\\3(k-1)(k-2)&c=m\end{cases}",
        says="with k colours an arm has 3(k−2) colourings, or 3(k−1)(k−2); where its shared edge lies does not matter",
        section=ARM,
        evidence=(
            Exact(
                statement=lambda c, m, k, place: hand.arm(c, m, k),
                against=brute.arm,
                witnesses=tuple(
                    w | {"k": n, "place": place} for n in (3, 4, 5) for w in SHARED_AND_OWN for place in range(4)
                ),
                mutants={
                    "exchanged": lambda c, m, k, place: 3 * (k - 2) * (1 if c == m else k - 1),
                    "3 and 6 for all k": lambda c, m, k, place: 6 if c == m else 3,
                    "others may be alike": lambda c, m, k, place: 3 * (k - 1) ** 2 if c == m else 3 * (k - 2),
                },
            ),
        ),
    ),
    Entry(
        id="9291.claim4.sum",
        kind="identity",
        latex=r"\sum_ca(c,m)=2\cdot3+6=12,\qquad\sum_ma(c,m)=12",
        says="checks on 3 and 6: over the colours of the shared edge an arm has 12 colourings, over its own colour too",
        section=ARM,
        evidence=(
            Exact(
                statement=lambda fixed: (2 * 3 + 6, 2 * 3 + 6),
                against=lambda fixed: (
                    sum(brute.dominating_colours(four) == [fixed] for four in itertools.product(range(3), repeat=4)),
                    sum(
                        len(brute.dominating_colours((fixed, *rest))) for rest in itertools.product(range(3), repeat=3)
                    ),
                ),
                witnesses=tuple({"fixed": c} for c in range(3)),
                mutants={"exchanged": lambda fixed: (2 * 6 + 3, 2 * 6 + 3), "all 6": lambda fixed: (18, 18)},
            ),
        ),
    ),
    Entry(
        id="9291.claim5",
        kind="identity",
        latex=r"(9+18)^2\cdot24=17496",
        says="adjacent: each of the two axes has 9 + 18 = 27 colourings, so 27² for each of 24 centres",
        section=SUM,
        evidence=(
            Exact(
                statement=lambda centre: [[9, 18], [9, 18]],
                against=both_axes,
                witnesses=tuple({"centre": centre} for centre in hand.centres() if hand.is_adjacent(centre)),
                mutants={
                    "9 + 9": lambda centre: [[9, 9], [9, 18]],
                    "the opposite case": lambda centre: [[9, 9], [9, 36]],
                    "one order only": lambda centre: [[18], [18]],
                },
                about="both orders of the arms' colours, on both axes, for each of the 24",
            ),
            Exact(
                statement=lambda adjacent: (9 + 18) ** 2 * 24,
                against=of_kind,
                witnesses=({"adjacent": True},),
                mutants={
                    "12 centres": lambda adjacent: (9 + 18) ** 2 * 12,
                    "one axis": lambda adjacent: (9 + 18) * 24,
                    "9 × 18": lambda adjacent: (9 * 18) ** 2 * 24,
                    "9² + 18²": lambda adjacent: (9**2 + 18**2) * 24,
                    "3 and 6 exchanged": lambda adjacent: (36 + 18) ** 2 * 24,
                },
            ),
        ),
    ),
    Entry(
        id="9291.claim6",
        kind="identity",
        latex=r"(9+9)(9+36)\cdot12=9720",
        says="opposite: one axis has 9 + 9 = 18 colourings, the other 9 + 36 = 45, for each of 12 centres",
        section=SUM,
        evidence=(
            Exact(
                statement=lambda centre: [[9, 9], [9, 36]],
                against=both_axes,
                witnesses=tuple({"centre": centre} for centre in hand.centres() if not hand.is_adjacent(centre)),
                mutants={
                    "the adjacent case": lambda centre: [[9, 18], [9, 18]],
                    "both alike": lambda centre: [[9, 9], [9, 9]],
                    "6 × 3": lambda centre: [[9, 9], [18, 36]],
                },
            ),
            Exact(
                statement=lambda adjacent: (9 + 9) * (9 + 36) * 12,
                against=of_kind,
                witnesses=({"adjacent": False},),
                mutants={
                    "24 centres": lambda adjacent: 18 * 45 * 24,
                    "18²": lambda adjacent: 18**2 * 12,
                    "45²": lambda adjacent: 45**2 * 12,
                    "18 + 45": lambda adjacent: (18 + 45) * 12,
                    "3 and 6 exchanged": lambda adjacent: 72 * 45 * 12,
                },
            ),
        ),
    ),
    Entry(
        id="9291.claim7",
        kind="identity",
        latex=r"17496+9720=27216",
        says="there are 27216 colourings of the cross",
        section=SUM,
        evidence=(
            Exact(
                statement=lambda: 17496 + 9720,
                against=brute.count,
                witnesses=((),),
                mutants={
                    "the other published answer": lambda: 54432,
                    "24 and 12 exchanged": lambda: total((12, 27), (24, 18, 45)),
                    "adjacent only": lambda: 17496,
                    "adjacent for all 36": lambda: 36 * 27**2,
                    "3 and 6 exchanged": lambda: total((24, 54), (12, 72, 45)),
                    "an exponent lost": lambda: 24 * 27 + 12 * 18 * 45,
                },
                about="every one of 43046721 cases looked at",
            ),
            Exact(
                statement=lambda: 27216,
                against=hand.centre_first,
                witnesses=((),),
                mutants={"off by one": lambda: 27217},
                about="the cases added up by a loop",
            ),
        ),
    ),
    Entry(
        id="9291.claim7.mean",
        kind="identity",
        latex=r"\frac{27216}{36}=\frac{24\cdot729+12\cdot810}{36}=756",
        says="a centre has 756 completions on average",
        section=SUM,
        evidence=(
            Exact(
                statement=lambda: Fraction(24 * 729 + 12 * 810, 36),
                against=lambda: Fraction(sum(map(brute.completions, brute.dominated_centres())), 36),
                witnesses=((),),
                mutants={
                    "mean of the two kinds": lambda: Fraction(729 + 810, 2),
                    "24 and 12 exchanged": lambda: Fraction(12 * 729 + 24 * 810, 36),
                },
            ),
        ),
    ),
    Entry(
        id="9291.claim7.tree",
        kind="algorithm",
        latex="",
        says="the tree of cases that the package draws is the one that brute force finds",
        section=SUM,
        evidence=(
            Exact(
                statement=package_tree,
                against=tree,
                witnesses=((),),
                mutants={
                    "cases exchanged": lambda: package_tree()[::-1],
                    "four colours": lambda: package_tree(4),
                },
            ),
        ),
    ),
    Entry(
        id="9291.claim7.valid",
        kind="algorithm",
        latex="",
        says="the package's test accepts a cross exactly when brute force does, also after an edge is changed",
        section=SUM,
        evidence=(
            Exact(
                statement=lambda row, rule: cross.valid(cross.CROSS, row, rule),
                against=lambda row, rule: _good(row, rule),
                witnesses=lambda rng: _crosses(rng),
                mutants={"the weaker rule": lambda row, rule: cross.valid(cross.CROSS, row, "adjacent")},
            ),
        ),
    ),
]


def _crosses(rng: np.random.Generator) -> list[dict[str, Any]]:
    """Valid crosses, by the rule and by its weaker form, and each with one edge changed, in the package's order."""
    witnesses = []
    for rule in ("line", "adjacent"):
        for row in rng.choice(to_package(brute.colourings(rule=rule)), 40):
            near = row.copy()
            near[rng.integers(16)] = rng.integers(3)
            witnesses += [{"row": tuple(map(int, r)), "rule": "line"} for r in (row, near)]
    return witnesses


def to_package(rows: np.ndarray) -> np.ndarray:
    """Colourings [rows, edges] of the cross with edges in the package's order."""
    out = np.empty(rows.shape, dtype=int)
    out[:, cross.CROSS.sides] = rows[:, brute.numbered(brute.CROSS)]
    return out


def from_package(rows: np.ndarray) -> np.ndarray:
    """The way back."""
    out = np.empty(rows.shape, dtype=int)
    out[:, brute.numbered(brute.CROSS)] = rows[:, cross.CROSS.sides]
    return out


def _good(row: tuple[int, ...], rule: str) -> int:
    colours = brute.dominants(from_package(np.array([row])))[0].tolist()
    return int(-1 not in colours and all(colours[i] != colours[j] for i, j in brute.pairs(brute.CROSS, rule)))
