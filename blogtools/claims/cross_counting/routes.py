"""Sections "More routes to the same number" and "Two answers"."""

import functools
import itertools
from collections import Counter

import numpy as np

from blogtools import cross
from blogtools.claims.cross_counting import brute, hand
from blogtools.ledger import Entry, Exact, Open

ROUTES = "More routes to the same number"
ANSWERS = "Two answers"

METHODS = {
    "enumerate": "all 43 million cases",
    "centre": "the centre first, then the product of the axes",
    "contraction": "one contraction of a tensor network",
    "transfer": "square by square with a short memory",
}


def route(method: str, what: str) -> Entry:
    """The package's count by one method, under both rules, against formulas that look at no case."""
    return Entry(
        id=f"9291.routes.{method}",
        kind="algorithm",
        latex="",
        says=f"27216 by {what}",
        section=ROUTES,
        evidence=(
            Exact(
                statement=lambda: cross.count(method=method),
                against=hand.centre_first,
                witnesses=((),),
                mutants={"only neighbours differ": lambda: cross.count(rule="adjacent", method=method)},
            ),
            Exact(
                statement=lambda: cross.count(rule="adjacent", method=method),
                against=hand.messages,
                witnesses=((),),
                mutants={"the whole line differs": lambda: cross.count(method=method)},
                about="when only neighbours must differ: 104976",
            ),
        ),
    )


@functools.cache
def tally(reading: str) -> dict[str, int]:
    """Colourings of the cross in which every square is dominated in this reading, by what else is asked of them."""
    found: Counter[str] = Counter()
    for _, _, dominant in brute.chunks(brute.CROSS, 3, reading):
        top, left, centre, right, bottom = dominant[:, dominant.min(0) >= 0]
        row = (left != centre) & (right != centre)
        column = (top != centre) & (bottom != centre)
        ends = (left != right) & (top != bottom)
        alike = ((left == centre) & (right == centre)) | ((top == centre) & (bottom == centre))
        found["line"] += int((row & column & ends).sum())
        found["neighbours"] += int((row & column).sum())
        found["ends"] += int(ends.sum())
        found["row"] += int((row & (left != right)).sum())
        found["not all alike"] += int((~alike).sum())
        found["nothing"] += len(top)
    return dict(found)


def reading(name: str) -> int:
    """The count under a reading of the problem's words."""
    if name.startswith("symmetry"):
        return len(np.unique(brute.orbit_of(brute.colourings(), "space" in name, "colours" in name)))
    return tally(name.partition(": ")[0])[name.partition(": ")[2]]


READINGS = {
    "post: line": 27216,
    "post: neighbours": 104976,
    "post: ends": 342144,
    "post: row": 147744,
    "post: not all alike": 555984,
    "post: nothing": 746496,
    "most: line": 237312,
    "most: neighbours": 887040,
    "twice: line": 184680,
    "twice: neighbours": 758160,
    "three: line": 396,
    "symmetry of space": 3402,
    "symmetry of colours": 4536,
    "symmetry of space and colours": 594,
}
"""What dominates (as in the post, more edges than any other colour, exactly two edges, at least three) and what the
dominating colours of a line must do; or as in the post, but crosses that a symmetry exchanges counted once.
"""

SLIPS = {
    "none": 27216,
    "all centres adjacent": 26244,
    "all centres opposite": 29160,
    "24 and 12 exchanged": 28188,
    "3 and 6 exchanged": 108864,
    "every arm 3": 11664,
    "every arm 6": 186624,
    "one order of the arms of each axis, the first": 6804,
    "centre pair in order": 54432,
}


def slipped(slip: str) -> int:
    """The sum over the centres of the axes' products, with one mistake."""
    same, other = {"3 and 6 exchanged": (3, 6), "every arm 3": (3, 3), "every arm 6": (6, 6)}.get(slip, (6, 3))
    words = [w for w in itertools.product(range(3), repeat=4) if sorted(map(w.count, set(w))) == [1, 1, 2]]
    if slip == "centre pair in order":
        words = [
            tuple(int(mark) // 2 for mark in marked) for m in "024" for marked in itertools.permutations(_marks(m))
        ]
    ways: Counter[bool] = Counter()
    number: Counter[bool] = Counter()
    for top, right, bottom, left in words:
        m = max({top, right, bottom, left}, key=(top, right, bottom, left).count)
        a, b = (c for c in range(3) if c != m)
        product = 1
        for c, d in ((top, bottom), (left, right)):
            orders = [(a, b)] if slip.startswith("one order") else [(a, b), (b, a)]
            product *= sum((same if c == p else other) * (same if d == q else other) for p, q in orders)
        facing = top == bottom or left == right
        ways[facing] += product
        number[facing] += 1
    wrong = {"all centres adjacent": (36, 0), "all centres opposite": (0, 36), "24 and 12 exchanged": (12, 24)}
    if slip not in wrong:
        return ways.total()
    return sum(n * ways[facing] // number[facing] for facing, n in zip((False, True), wrong[slip], strict=True))


def _marks(m: str) -> str:
    """Four marked edges of the centre: twice a colour under two marks, once each of the others; colour is mark // 2."""
    return m + str(int(m) + 1) + "".join(c for c in "024" if c != m)


def marked(squares: tuple[int, ...]) -> int:
    """Valid crosses with the two equal edges of each of these squares named first and second."""
    rows = brute.colourings()
    ways = np.ones(len(rows), dtype=int)
    for square in squares:
        four = np.sort(rows[:, brute.numbered(brute.CROSS)[square]], axis=1)
        ways *= 1 + (np.diff(four, axis=1) == 0).sum(1)
    return int(ways.sum())


ENTRIES = [
    *(route(method, what) for method, what in METHODS.items()),
    Entry(
        id="9291.routes.formula",
        kind="identity",
        latex=r"162\cdot3\cdot2\cdot1^7\cdot4\cdot7=27216",
        says="27216 by the polynomial 162 k(k−1)(k−2)⁷(3k−5)(4k−5) at k = 3",
        section=ROUTES,
        evidence=(
            Exact(
                statement=lambda: 162 * 3 * 2 * 1**7 * 4 * 7,
                against=brute.count,
                witnesses=((),),
                mutants={"at k = 4": lambda: 162 * 4 * 3 * 2**7 * 7 * 11, "4k − 7": lambda: 162 * 3 * 2 * 4 * 5},
            ),
            Exact(
                statement=lambda: cross.closed_form().subs("k", 3),
                against=brute.count,
                witnesses=((),),
                mutants={"at k = 4": lambda: cross.closed_form().subs("k", 4)},
                about="the package's polynomial",
            ),
        ),
    ),
    Entry(
        id="9291.routes.messages",
        kind="algorithm",
        latex=r"\sum_{\text{centres}}\prod_{\text{arms}}\sum_{m'\neq m}a(c,m')=36\cdot6^2\cdot9^2=18^4=104976",
        says="when only neighbours must differ, no arm knows of another, and both kinds of centre are alike: 104976",
        section=ROUTES,
        evidence=(
            Exact(
                statement=lambda: hand.messages(),
                against=lambda: brute.count(rule="adjacent"),
                witnesses=((),),
                mutants={"the whole line": lambda: hand.centre_first(), "12 to the power 4": lambda: 12**4},
            ),
            Exact(
                statement=lambda: 36 * 6**2 * 9**2,
                against=lambda: brute.count(rule="adjacent"),
                witnesses=((),),
                mutants={"three of the one, one of the other": lambda: 36 * 6**3 * 9, "12 an arm": lambda: 36 * 12**4},
                about="6 for an arm at an edge of the centre's colour, 9 at another",
            ),
        ),
    ),
    Entry(
        id="9291.routes.network",
        kind="algorithm",
        latex="",
        says="27216 by a second tensor network, written from the definition in NumPy alone",
        section=ROUTES,
        evidence=(
            Exact(
                statement=lambda rule: hand.contraction(brute.CROSS, 3, rule),
                against=lambda rule: brute.count(rule=rule),
                witnesses=({"rule": "line"}, {"rule": "adjacent"}),
                mutants={"four colours": lambda rule: hand.contraction(brute.CROSS, 4, rule)},
            ),
        ),
    ),
    Entry(
        id="9291.answers.other",
        kind="identity",
        latex=r"54432",
        says="the other published answer, 54432, which the post rejects",
        section=ANSWERS,
        corrected_by="9291.claim7",
        evidence=(
            Exact(
                statement=lambda: 54432,
                amended=lambda: 27216,
                against=brute.count,
                witnesses=((),),
                mutants={"half of it": lambda: 13608},
                about="every case looked at",
            ),
        ),
    ),
    Entry(
        id="9291.answers.twice",
        kind="identity",
        latex=r"54432=2\cdot27216=72\cdot756",
        says="known: 54432 is exactly twice the count, 72 times the mean number of completions of a centre",
        section=ANSWERS,
        evidence=(
            Exact(
                statement=lambda: (54432, 72),
                against=lambda: (2 * brute.count(), 54432 * 36 // brute.count()),
                witnesses=((),),
                mutants={
                    "72 · 729": lambda: (72 * 729, 72),
                    "72 · 810": lambda: (72 * 810, 72),
                    "36": lambda: (54432, 36),
                },
            ),
        ),
    ),
    Entry(
        id="9291.answers.marked",
        kind="identity",
        latex=r"4!\cdot3\cdot756=54432",
        says="a guess that fits: with the two equal edges of one square taken for different, 4! arrangements in place "
        "of 12, one gets 54432",
        section=ANSWERS,
        evidence=(
            Exact(
                statement=lambda squares: 27216 * 2 ** len(squares),
                against=marked,
                witnesses=(
                    {"squares": ()},
                    *({"squares": (square,)} for square in range(5)),
                    {"squares": (brute.TOP, brute.BOTTOM)},
                    {"squares": tuple(range(5))},
                ),
                mutants={
                    "no difference": lambda squares: 27216,
                    "only for adjacent centres": lambda squares: 27216 + 17496 * len(squares),
                },
                about="the equal edges of the centre, of one arm, of two, of all five squares marked",
            ),
            Exact(
                statement=lambda: 54432,
                against=lambda: slipped("centre pair in order"),
                witnesses=((),),
                mutants={"12 arrangements": lambda: 27216},
            ),
        ),
    ),
    Entry(
        id="9291.answers.readings",
        kind="table",
        latex="",
        says="known: no other reading of the words tried here gives 54432, whether of “dominated”, of “all different” "
        "or of “how many”",
        section=ANSWERS,
        evidence=(
            Exact(
                statement=lambda name: (READINGS[name], 0),
                against=lambda name: (reading(name), int(reading(name) == 54432)),
                witnesses=tuple({"name": name} for name in READINGS),
                mutants={
                    "neighbours give 54432": lambda name: (54432 if name == "post: neighbours" else READINGS[name], 0),
                    "two pairs give 54432": lambda name: (54432 if name == "twice: line" else READINGS[name], 0),
                },
            ),
        ),
    ),
    Entry(
        id="9291.answers.slips",
        kind="table",
        latex="",
        says="known: of the slips in counting by hand tried here, only the pair counted in order gives 54432",
        section=ANSWERS,
        evidence=(
            Exact(
                statement=lambda slip: (SLIPS[slip], int(slip == "centre pair in order")),
                against=lambda slip: (slipped(slip), int(slipped(slip) == 54432)),
                witnesses=tuple({"slip": slip} for slip in SLIPS),
                mutants={
                    "an exchange of 3 and 6 gives it": lambda slip: (SLIPS[slip], int(slip == "3 and 6 exchanged")),
                    "an exchange of 24 and 12 gives it": lambda slip: (54432 if slip[:2] == "24" else SLIPS[slip], 0),
                },
            ),
        ),
    ),
    Entry(
        id="9291.answers.source",
        kind="identity",
        latex="",
        says="how the first author came to 54432",
        section=ANSWERS,
        open=Open(
            "The post names the number and its author, not the derivation; the article it links is not at hand.",
            "Reading the derivation in the linked article.",
        ),
    ),
]
