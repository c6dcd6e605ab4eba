"""Section "More colours, longer arms, boards"."""

import functools
import itertools

import sympy as sp

from blogtools import cross
from blogtools.claims.cross_counting import brute, hand
from blogtools.ledger import Entry, Exact, Symbolic

SECTION = "More colours, longer arms, boards"
k = hand.k

COUNTS = {3: 27216, 4: 19160064, 5: 1062882000, 6: 19667681280}
"""The cross by number of colours."""
ARMS = {(1, 3): 104976, (2, 3): 302342544, (3, 3): 887115329424, (1, 4): 41990400, (2, 4): 12099711799296}
"""Crosses whose neighbours differ, by length of the arms and number of colours."""
BOARDS = {(1, 1): 36, (1, 2): 270, (1, 3): 1998, (2, 2): 3168, (2, 3): 33222, (3, 3): 397656}
"""Boards of three colours whose neighbours differ, by rows and columns."""


def cross_of(arm: int) -> brute.Squares:
    """A cross with arms of this length."""
    along = [(arm, c) for c in range(2 * arm + 1)]
    return tuple(sorted({*along, *((c, r) for r, c in along)}))


def coefficient(pairs_chosen: int = 6) -> int:
    """Ways to say which two edges of each square are alike, such that all else may differ and the rule can hold.

    With one colour for each class of edges that the choice makes alike, every square must have three and the squares of
    a line must be dominated by different ones. ``pairs_chosen``: how many of the six pairs a square has to choose from.
    """
    around = brute.numbered(brute.CROSS)
    choices = list(itertools.combinations(range(4), 2))[:pairs_chosen]
    found = 0
    for chosen in itertools.product(choices, repeat=5):
        group = list(range(16))
        for four, (i, j) in zip(around, chosen, strict=True):
            old, new = group[four[i]], group[four[j]]
            group = [new if g == old else g for g in group]
        own = [brute.dominating_colours([group[e] for e in four]) for four in around]
        found += all(own) and all(own[a] != own[b] for a, b in brute.pairs(brute.CROSS))
    return found


def strip_of(n: int, colours: int, rule: str) -> int:
    """A row of n squares, by memory of the last edge and of the dominating colours so far ("line"), or the last one."""
    states: dict[tuple[int, tuple[int, ...]], int] = {(c, ()): 1 for c in range(colours)}
    for _ in range(n):
        after: dict[tuple[int, tuple[int, ...]], int] = {}
        for (edge, before), ways in states.items():
            for top, right, bottom in itertools.product(range(colours), repeat=3):
                four = (top, right, bottom, edge)
                m = max(set(four), key=four.count)
                if len(set(four)) == 3 and m not in before:
                    seen = tuple(sorted((*before, m))) if rule == "line" else (m,)
                    after[right, seen] = after.get((right, seen), 0) + ways
        states = after
    return sum(states.values())


AXES = {
    "both": (hand.BOTH, 9 * (k - 2) ** 3 * (k - 1), (0, 0)),
    "one": (hand.ONE, 9 * (k - 2) ** 3 * (2 * k - 3), (0, 1)),
    "none": (hand.NONE, 9 * (k - 2) ** 3 * (4 * k - 7), (1, 2)),
}
"""Sum over the arms' dominating colours, the same in factors, and an example of shared edges when the centre's is 0."""

NEIGHBOURS = 486 * k * (k - 1) ** 3 * (k - 2) ** 5 * (2 * k - 3) ** 2
"""Colourings of the cross when only neighbours must differ."""

ENTRIES = [
    Entry(
        id="9291.colours.axis",
        kind="identity",
        latex=r"9(k-2)^3(k-1),\quad9(k-2)^3(2k-3),\quad9(k-2)^3(4k-7)",
        says="the colourings of an axis whose shared edges have the centre's colour twice, once, never: 18, 27 and 45",
        section=SECTION,
        evidence=(
            *(
                Symbolic(statement=factors, against=cases, domain={"k": (3, 12)}, about=f"{name}: summed case by case")
                for name, (cases, factors, _) in AXES.items()
            ),
            Exact(
                statement=lambda name, colours: AXES[name][1].subs(k, colours),
                against=lambda name, colours: sum(brute.axis(*AXES[name][2], 0, colours)),
                witnesses=tuple({"name": name, "colours": n} for name in AXES for n in (3, 4, 5, 6)),
                mutants={
                    "k = 3 times (k − 2)³": lambda name, colours: AXES[name][1].subs(k, 3) * (colours - 2) ** 3,
                    "4k − 5": lambda name, colours: AXES[name][1].subs(k, colours) + 18 * (name == "none"),
                },
            ),
        ),
    ),
    Entry(
        id="9291.colours.closed",
        kind="identity",
        latex=r"N(k)=162\,k(k-1)(k-2)^7(3k-5)(4k-5)",
        says="the cross with k colours, of degree 11 in k",
        section=SECTION,
        evidence=(
            Symbolic(
                statement=hand.CLOSED,
                against=4 * hand.PLACED * hand.ONE**2 + 2 * hand.PLACED * hand.BOTH * hand.NONE,
                domain={"k": (3, 12)},
                about="the post's two cases, summed with k colours",
            ),
            Exact(
                statement=lambda colours: hand.CLOSED.subs(k, colours),
                against=lambda colours: hand.contraction(brute.CROSS, colours),
                witnesses=tuple({"colours": n} for n in range(1, 13)),
                mutants={
                    "exponent 6": lambda colours: (hand.CLOSED / (k - 2)).cancel().subs(k, colours),
                    "4k − 7": lambda colours: (hand.CLOSED * (4 * k - 7) / (4 * k - 5)).cancel().subs(k, colours),
                    "27216 times binomial": lambda colours: 27216 * sp.binomial(colours, 3),
                    "right at 1 to 11 only": lambda colours: (
                        hand.CLOSED.subs(k, colours) + sp.prod([colours - n for n in range(1, 12)])
                    ),
                },
                about="by interpolation: at most 16 − 5 colours occur at once, so the degree is at most 11, and the "
                "counts at k = 1 to 12, by tensor contraction, fix the polynomial",
            ),
            *(
                Exact(
                    statement=lambda colours, form=form: form().subs("k", colours),
                    against=lambda colours: hand.contraction(brute.CROSS, colours),
                    witnesses=tuple({"colours": n} for n in range(3, 13)),
                    mutants={"three of k colours": lambda colours: 27216 * sp.binomial(colours, 3)},
                    about=about,
                )
                for form, about in (
                    (functools.cache(cross.closed_form), "the package's polynomial, from the cases"),
                    (functools.cache(cross.interpolated_form), "the package's polynomial, from counts"),
                )
            ),
        ),
    ),
    Entry(
        id="9291.colours.neighbours",
        kind="identity",
        latex=r"6k(k-1)(k-2)\cdot\bigl(3(k-1)(k-2)\bigr)^2\bigl(3(k-2)(2k-3)\bigr)^2=486\,k(k-1)^3(k-2)^5(2k-3)^2",
        says="when only neighbours must differ there is one case: two arms at the centre's colour and two at others",
        section=SECTION,
        evidence=(
            Symbolic(
                statement=NEIGHBOURS,
                against=6 * hand.PLACED * ((k - 1) * hand.OTHER) ** 2 * (hand.SAME + (k - 2) * hand.OTHER) ** 2,
                domain={"k": (3, 12)},
            ),
            Exact(
                statement=lambda colours: NEIGHBOURS.subs(k, colours),
                against=lambda colours: hand.contraction(brute.CROSS, colours, "adjacent"),
                witnesses=tuple({"colours": n} for n in range(1, 13)),
                mutants={"2k − 5": lambda colours: (NEIGHBOURS / (2 * k - 3) * (2 * k - 5)).subs(k, colours)},
                about="by interpolation, as for the line",
            ),
            Exact(
                statement=lambda colours: cross.closed_form("adjacent").subs("k", colours),
                against=lambda colours: NEIGHBOURS.subs(k, colours),
                witnesses=tuple({"colours": n} for n in range(3, 13)),
                mutants={"the line": lambda colours: cross.closed_form("line").subs("k", colours)},
                about="the package's polynomial",
            ),
        ),
    ),
    Entry(
        id="9291.colours.leading",
        kind="identity",
        latex=r"N(k)\sim\frac{6^5}{4}k^{11}=1944\,k^{11}",
        says="with many colours the count is that of the ways to place five pairs, 6 to the power 5, of which a quarter"
        " keeps the arms apart from the centre",
        section=SECTION,
        evidence=(
            Exact(
                statement=lambda: 6**5 // 4,
                against=coefficient,
                witnesses=((),),
                mutants={"all": lambda: 6**5, "half": lambda: 6**5 // 2, "adjacent only": lambda: 6 * 6**4 // 6},
                about="every placing looked at",
            ),
            Exact(
                statement=lambda: 6**5 // 4,
                against=lambda: sp.Poly(hand.CLOSED, k).LC(),
                witnesses=((),),
                mutants={"all": lambda: 6**5, "162": lambda: 162},
                about="the polynomial's leading coefficient",
            ),
        ),
    ),
    Entry(
        id="9291.colours.counts",
        kind="table",
        latex=r"27216,\;19160064,\;1062882000,\;19667681280",
        says="the cross with 3, 4, 5 and 6 colours",
        section=SECTION,
        evidence=tuple(
            Exact(
                statement=COUNTS.get,
                against=against,
                witnesses=tuple(COUNTS),
                mutants={
                    "three of k colours": lambda colours: 27216 * sp.binomial(colours, 3),
                    "one more": lambda colours: COUNTS[colours] + (colours == 6),
                },
                about=about,
            )
            for against, about in (
                (hand.centre_first, "the sum over the centres"),
                (lambda colours: cross.count(k=colours, method="contraction"), "the package's contraction"),
                (lambda colours: cross.count(k=colours, method="transfer"), "the package's transfer"),
            )
        ),
    ),
    Entry(
        id="9291.arms",
        kind="table",
        latex="",
        says="crosses with longer arms, neighbours differing",
        section=SECTION,
        evidence=tuple(
            Exact(
                statement=lambda arm, colours: ARMS[arm, colours],
                against=against,
                witnesses=tuple({"arm": a, "colours": n} for a, n in ARMS),
                mutants={"one square more": lambda arm, colours: ARMS.get((arm + 1, colours), 0)},
                about=about,
            )
            for against, about in (
                (lambda arm, colours: hand.messages(colours, arm), "messages along the arms"),
                (lambda arm, colours: cross.count(cross.Shape.cross(arm), colours, "adjacent"), "the package's centre"),
                (
                    lambda arm, colours: cross.count(cross.Shape.cross(arm), colours, "adjacent", "transfer"),
                    "the package's transfer",
                ),
            )
        ),
    ),
    Entry(
        id="9291.arms.line",
        kind="table",
        latex="",
        says="with arms of two squares a line has five, so it takes five colours: 0, 0 and 94747172152320 for 3, 4, 5",
        section=SECTION,
        evidence=tuple(
            Exact(
                statement=lambda colours: {3: 0, 4: 0, 5: 94747172152320}[colours],
                against=against,
                witnesses=({"colours": 3}, {"colours": 4}, {"colours": 5}),
                mutants={"neighbours only": lambda colours: cross.count(cross.Shape.cross(2), colours, "adjacent")},
                about=about,
            )
            for against, about in (
                (lambda colours: hand.contraction(cross_of(2), colours), "a tensor network written here"),
                (lambda colours: cross.count(cross.Shape.cross(2), colours), "the package's centre"),
            )
        ),
    ),
    Entry(
        id="9291.strips",
        kind="table",
        latex="",
        says="rows of one to four squares, under both rules",
        section=SECTION,
        evidence=(
            Exact(
                statement=strip_of,
                against=lambda n, colours, rule: brute.count(brute.strip(n), colours, rule),
                witnesses=tuple(
                    {"n": n, "colours": colours, "rule": rule}
                    for n, colours in ((1, 3), (2, 3), (3, 3), (4, 3), (1, 4), (2, 4), (3, 4), (1, 5), (2, 5))
                    for rule in ("line", "adjacent")
                ),
                mutants={"the other rule": lambda n, colours, rule: strip_of(n, colours, _other(rule))},
                about="all cases looked at",
            ),
            Exact(
                statement=lambda n, colours, rule: cross.count(cross.Shape.strip(n), colours, rule),
                against=strip_of,
                witnesses=tuple(
                    {"n": n, "colours": colours, "rule": rule}
                    for n, colours in ((2, 3), (4, 3), (9, 3), (3, 4), (4, 4), (3, 6))
                    for rule in ("line", "adjacent")
                ),
                mutants={
                    "the other rule": lambda n, colours, rule: cross.count(cross.Shape.strip(n), colours, _other(rule))
                },
                about="the package's count",
            ),
        ),
    ),
    Entry(
        id="9291.boards",
        kind="table",
        latex="",
        says="boards up to 3 × 3 with three colours, neighbours differing: 36, 270, 1998, 3168, 33222, 397656",
        section=SECTION,
        evidence=(
            Exact(
                statement=lambda rows, columns: BOARDS[rows, columns],
                against=hand.profile,
                witnesses=tuple({"rows": r, "columns": c} for r, c in BOARDS),
                mutants={"without a corner": lambda rows, columns: BOARDS[rows, max(1, columns - 1)]},
                about="a profile of lower edges and colours",
            ),
            Exact(
                statement=lambda rows, columns: BOARDS[rows, columns],
                against=lambda rows, columns: brute.count(brute.board(rows, columns), 3, "adjacent"),
                witnesses=tuple({"rows": r, "columns": c} for r, c in BOARDS if r * c < 6),
                mutants={"without a corner": lambda rows, columns: BOARDS[rows, max(1, columns - 1)]},
                about="all cases looked at, up to 2 × 2",
            ),
            Exact(
                statement=lambda rows, columns, colours: cross.count(
                    cross.Shape.board(rows, columns), colours, "adjacent", "transfer"
                ),
                against=hand.profile,
                witnesses=tuple(
                    {"rows": r, "columns": c, "colours": n}
                    for r, c, n in ((1, 1, 3), (2, 2, 3), (2, 3, 3), (3, 2, 3), (3, 3, 3), (4, 2, 3), (2, 2, 4))
                ),
                mutants={
                    "one row more": lambda rows, columns, colours: cross.count(
                        cross.Shape.board(rows + 1, columns), colours, "adjacent", "transfer"
                    )
                },
                about="the package's transfer",
            ),
            Exact(
                statement=lambda rows, columns, rule: cross.count(
                    cross.Shape.board(rows, columns), 3, rule, "contraction"
                ),
                against=lambda rows, columns, rule: hand.contraction(brute.board(rows, columns), 3, rule),
                witnesses=tuple(
                    {"rows": r, "columns": c, "rule": rule}
                    for r, c in ((1, 3), (2, 2), (2, 3))
                    for rule in ("line", "adjacent")
                ),
                mutants={
                    "the other rule": lambda rows, columns, rule: cross.count(
                        cross.Shape.board(rows, columns), 3, _other(rule), "contraction"
                    )
                },
                about="the package's contraction",
            ),
        ),
    ),
]


def _other(rule: str) -> str:
    return "adjacent" if rule == "line" else "line"
