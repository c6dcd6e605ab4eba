"""Section "One square": which of its colourings are dominated."""

import itertools
from collections import Counter

import sympy as sp

from blogtools import cross
from blogtools.claims.cross_counting import brute, hand
from blogtools.ledger import Entry, Exact, Symbolic

SECTION = "One square"
k = hand.k


def number_of(pattern: str, colours: int) -> int:
    """Colourings of four edges whose colours occur as often as the letters of ``pattern``."""
    wanted = sorted(Counter(pattern).values())
    tried = itertools.product(range(colours), repeat=4)
    return sum(sorted(Counter(four).values()) == wanted for four in tried)


PATTERNS = {
    "aaaa": k,
    "aaab": 4 * k * (k - 1),
    "aabb": 3 * k * (k - 1),
    "aabc": 6 * k * (k - 1) * (k - 2),
    "abcd": k * (k - 1) * (k - 2) * (k - 3),
}

ENTRIES = [
    Entry(
        id="9291.square",
        kind="identity",
        latex=r"\#\{\text{dominated squares}\}=\binom42k(k-1)(k-2)=6k(k-1)(k-2)",
        says="a square with k colours is dominated in 6k(k−1)(k−2) ways: 36 of 81 for three colours",
        section=SECTION,
        evidence=(
            Exact(
                statement=lambda colours: 6 * colours * (colours - 1) * (colours - 2),
                against=lambda colours: number_of("aabc", colours),
                witnesses=tuple({"colours": n} for n in range(1, 8)),
                mutants={
                    "4 places for the pair": lambda colours: 4 * colours * (colours - 1) * (colours - 2),
                    "12 places": lambda colours: 12 * colours * (colours - 1) * (colours - 2),
                    "the two others may be alike": lambda colours: 6 * colours * (colours - 1) ** 2,
                },
            ),
            Exact(
                statement=lambda: 36,
                against=lambda: len(brute.dominated_centres()),
                witnesses=((),),
                mutants={
                    "the pair counted in order": lambda: 72,
                    "two pairs too": lambda: 54,
                    "one colour": lambda: 12,
                },
                about="three colours",
            ),
        ),
    ),
    Entry(
        id="9291.square.patterns",
        kind="identity",
        latex=r"k+4k(k-1)+3k(k-1)+6k(k-1)(k-2)+k(k-1)(k-2)(k-3)=k^4",
        says="the patterns aaaa, aaab, aabb, aabc, abcd are all there is: 3 + 24 + 18 + 36 + 0 = 81 for three colours",
        section=SECTION,
        evidence=(
            Symbolic(statement=sp.Add(*PATTERNS.values()), against=k**4),
            Exact(
                statement=lambda pattern, colours: PATTERNS[pattern].subs(k, colours),
                against=number_of,
                witnesses=tuple({"pattern": p, "colours": n} for p in PATTERNS for n in range(1, 7)),
                mutants={
                    "aabb counted in order": lambda pattern, colours: (
                        PATTERNS[pattern].subs(k, colours) * (2 if pattern == "aabb" else 1)
                    )
                },
            ),
        ),
    ),
    Entry(
        id="9291.square.one",
        kind="identity",
        latex="",
        says="no square is dominated by two colours: what the post calls two dominating colours of the centre "
        "are the two edges of the one",
        section=SECTION,
        evidence=(
            Exact(
                statement=lambda four: 1 if len(set(four)) == 3 else 0,
                against=lambda four: len(brute.dominating_colours(four)),
                witnesses=tuple({"four": four} for four in itertools.product(range(4), repeat=4)),
                mutants={
                    "two pairs dominate": lambda four: 1 if len(set(four)) in (2, 3) else 0,
                    "two dominating colours": lambda four: 2 if len(set(four)) == 3 else 0,
                },
            ),
            Exact(
                statement=cross.dominating,
                against=lambda colours: next(iter(brute.dominating_colours(colours)), None),
                witnesses=tuple({"colours": four} for four in itertools.product(range(4), repeat=4)),
                mutants={"two pairs dominate": lambda colours: _first_pair(colours)},
                about="the package's colour",
            ),
        ),
    ),
    Entry(
        id="9291.square.guard",
        kind="algorithm",
        latex="",
        says="the post's helper names a colour that occurs twice, also in the 18 squares of two pairs that nobody "
        "dominates: it is right only after its test for three different colours",
        section=SECTION,
        evidence=(
            Exact(
                statement=lambda: (36, 18),
                against=lambda: _named_and_guarded(),
                witnesses=((),),
                mutants={"the helper alone": lambda: (54, 0), "two pairs in order": lambda: (36, 36)},
            ),
        ),
    ),
]


def _first_pair(four: tuple[int, ...]) -> int | None:
    return next((c for c in sorted(set(four)) if four.count(c) == 2), None)


def _named_and_guarded() -> tuple[int, int]:
    """How many squares get a colour with the test for three colours, and how many more without."""
    named = [four for four in itertools.product(range(3), repeat=4) if brute.dominating_colours(four, "two")]
    return sum(len(set(four)) == 3 for four in named), sum(len(set(four)) != 3 for four in named)
