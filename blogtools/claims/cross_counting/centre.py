"""Sections "The centre first" and "Two kinds of centre"."""

import itertools
from collections.abc import Iterable

import numpy as np

from blogtools.claims.cross_counting import brute, hand
from blogtools.ledger import Entry, Exact

FIRST = "The centre first"
KINDS = "Two kinds of centre"

Centre = tuple[int, ...]
"""Colours of the top, right, bottom and left edge."""


def inserted(pair: int, others: tuple[int, int], places: tuple[int, int] = (3, 4)) -> list[str]:
    """The words from putting one more colour and then another into a pair, at each of so many places."""
    words = []
    for one, other in itertools.product(*map(range, places)):
        word = [pair, pair]
        word.insert(one, others[0])
        word.insert(other, others[1])
        words.append("".join(map(str, word)))
    return sorted(words)


def arranged(pair: int, others: tuple[int, int]) -> list[str]:
    """All different arrangements of the four colours."""
    return sorted({"".join(map(str, word)) for word in itertools.permutations((pair, pair, *others))})


def program(order: tuple[int, int, int, int] = (0, 1, 2, 3)) -> tuple[int, int]:
    """What the post's program does: the total, and how many squares it tries on the way.

    ``order``: in which places of the centre's word the top, right, bottom and left edge stand.
    """
    total, tried = 0, 0

    def dominated(shared: int, wanted: int) -> int:
        nonlocal tried
        squares = [(shared, *rest) for rest in itertools.product(range(3), repeat=3)]
        tried += len(squares)
        return sum(brute.dominating_colours(square) == [wanted] for square in squares)

    words = list(itertools.product(range(3), repeat=4))
    tried += len(words)
    for word in words:
        top, right, bottom, left = (word[place] for place in order)
        for m in brute.dominating_colours(word):
            rest = [i for i in range(3) if i != m]
            for up, side in itertools.product((0, 1), repeat=2):
                total += (
                    dominated(top, rest[up])
                    * dominated(bottom, rest[1 - up])
                    * dominated(left, rest[side])
                    * dominated(right, rest[1 - side])
                )
    return total, tried


def kinds(rows: Iterable[Centre]) -> tuple[int, int]:
    """How many centres have their two equal edges at one corner, and how many have them face each other."""
    facing = [(c[0] == c[2]) or (c[1] == c[3]) for c in rows]
    return len(facing) - sum(facing), sum(facing)


def orbit(centre: Centre) -> list[str]:
    """All centres that turns, mirrors and new names of the colours make of one."""
    square = ((0, 0),)
    order = brute.numbered(square)[0]
    row = np.empty((1, 4), dtype=int)
    row[0, order] = centre
    return sorted({"".join(map(str, picture[0, order])) for picture in brute.images(row, squares=square)})


def as_words(rows: Iterable[Centre]) -> list[str]:
    """Centres as words, in order."""
    return sorted("".join(map(str, row)) for row in rows)


def described(ways: tuple[int | None, ...]) -> list[str]:
    """Centres dominated by 0 whose top, bottom, left and right arm have so many colourings, for 1 and for 2 each."""
    found = []
    for top, right, bottom, left in brute.dominated_centres():
        if brute.dominating_colours((top, right, bottom, left)) == [0]:
            here = tuple(brute.arm(c, m) for c in (top, bottom, left, right) for m in (1, 2))
            if all(wanted in (None, number) for wanted, number in zip(ways, here, strict=True)):
                found.append((top, right, bottom, left))
    return as_words(found)


FIG3, FIG4 = (0, 0, 1, 2), (0, 1, 0, 2)
"""The drawn centres (red 0, yellow 1, blue 2): what the post's numbers allow, for fig3 up to a mirror left to right."""

ENTRIES = [
    Entry(
        id="9291.claim2",
        kind="identity",
        latex=r"3\times(3\times4)=36",
        says="the centre has 36 colourings: three choices of the pair, each with 3 × 4 = 12 arrangements",
        section=FIRST,
        evidence=(
            Exact(
                statement=inserted,
                against=arranged,
                witnesses=tuple(
                    {"pair": p, "others": o} for p, o in ((0, (1, 2)), (1, (0, 2)), (2, (0, 1)), (2, (1, 0)))
                ),
                mutants={
                    "three places for the last": lambda pair, others: inserted(pair, others, (3, 3)),
                    "two places for the first": lambda pair, others: inserted(pair, others, (2, 4)),
                },
                about="putting 1 and then 2 into 00 gives each arrangement once",
            ),
            Exact(
                statement=lambda: 3 * (3 * 4),
                against=lambda: len(brute.dominated_centres()),
                witnesses=((),),
                mutants={"4! arrangements": lambda: 3 * 24, "3 × 3": lambda: 3 * 9, "one pair": lambda: 12},
            ),
            Exact(
                statement=lambda: as_words(hand.centres()),
                against=lambda: as_words(brute.dominated_centres()),
                witnesses=((),),
                mutants={"adjacent only": lambda: as_words(filter(hand.is_adjacent, hand.centres()))},
                shares={"blogtools.claims.cross_counting.centre.as_words*": "writes both lists the same way"},
                about="pair, colour and two others: each centre once",
            ),
        ),
    ),
    Entry(
        id="9291.claim2.program",
        kind="algorithm",
        latex=r"81+36\cdot4\cdot4\cdot27=15633",
        says="the post's program gives 27216 after trying 15633 squares in place of 43 million crosses",
        section=FIRST,
        evidence=(
            Exact(
                statement=lambda: (hand.centre_first(), 81 + 36 * 4 * 4 * 27),
                against=program,
                witnesses=((),),
                mutants={
                    "one order of the arms": lambda: (27216, 81 + 36 * 4 * 27),
                    "each arm from 81": lambda: (27216, 81 + 36 * 4 * 4 * 81),
                    "all arms together": lambda: (27216, 36 * 27**4),
                },
            ),
        ),
    ),
    Entry(
        id="9291.claim3",
        kind="identity",
        latex=r"36=24+12",
        says="in 24 centres the two edges of the dominating colour are adjacent, in 12 opposite: 2 to 1",
        section=KINDS,
        evidence=(
            Exact(
                statement=lambda: (24, 12),
                against=lambda: kinds(brute.dominated_centres()),
                witnesses=((),),
                mutants={"exchanged": lambda: (12, 24), "half and half": lambda: (18, 18), "3 to 1": lambda: (27, 9)},
            ),
            Exact(
                statement=lambda: (4 * 3 * 2, 2 * 3 * 2),
                against=lambda: kinds(map(tuple, np.unique(brute.centre_of(brute.colourings()), axis=0).tolist())),
                witnesses=((),),
                mutants={"six pairs, all adjacent": lambda: (36, 0)},
                about="four adjacent and two opposite pairs, times colour, times order; among all valid crosses",
            ),
        ),
    ),
    Entry(
        id="9291.claim3.alike",
        kind="identity",
        latex=r"24\text{ centres}\times729,\qquad12\times810",
        says="one centre of a kind speaks for all: each adjacent one has 729 completions, each opposite one 810",
        section=KINDS,
        evidence=(
            Exact(
                statement=lambda centre: 729 if hand.is_adjacent(centre) else 810,
                against=brute.completions,
                witnesses=tuple({"centre": centre} for centre in hand.centres()),
                mutants={
                    "exchanged": lambda centre: 810 if hand.is_adjacent(centre) else 729,
                    "all alike": lambda centre: 756,
                },
            ),
        ),
    ),
    Entry(
        id="9291.fig3",
        kind="figure",
        latex="",
        says="a centre with its two red edges adjacent; symmetry makes all 24 of its kind from it",
        section=KINDS,
        evidence=(
            Exact(
                statement=lambda: as_words(c for c in hand.centres() if hand.is_adjacent(c)),
                against=lambda: orbit(FIG3),
                witnesses=((),),
                mutants={
                    "opposite": lambda: as_words(c for c in hand.centres() if not hand.is_adjacent(c)),
                    "all": lambda: as_words(hand.centres()),
                },
            ),
            Exact(
                statement=lambda: ["0012", "0210"],
                against=lambda: described((3, 3, 6, 3, None, None, None, None)),
                witnesses=((),),
                mutants={"bottom blue": lambda: ["0021", "0120"], "opposite": lambda: ["0102"]},
                about="the numbers 3, 3 and 6, 3 fit a red top and a yellow bottom: of left and right one is red, "
                "which of them the words leave open",
            ),
        ),
    ),
    Entry(
        id="9291.fig4",
        kind="figure",
        latex="",
        says="a centre with its two red edges opposite; symmetry makes all 12 of its kind from it",
        section=KINDS,
        evidence=(
            Exact(
                statement=lambda: as_words(c for c in hand.centres() if not hand.is_adjacent(c)),
                against=lambda: orbit(FIG4),
                witnesses=((),),
                mutants={
                    "adjacent": lambda: as_words(c for c in hand.centres() if hand.is_adjacent(c)),
                    "red alone": lambda: as_words(
                        c for c in hand.centres() if not hand.is_adjacent(c) and c.count(0) == 2
                    ),
                },
            ),
            Exact(
                statement=lambda: ["0102"],
                against=lambda: described((3, 3, 3, 3, 3, 6, 6, 3)),
                witnesses=((),),
                mutants={"left and right exchanged": lambda: ["0201"], "adjacent": lambda: ["0012"]},
                about="the post's numbers fit one picture only: red above and below, blue left, yellow right",
            ),
        ),
    ),
]
