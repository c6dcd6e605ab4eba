"""Section "Two answers": what gives 54432 and what does not."""

import functools
import itertools
from collections import Counter
from collections.abc import Callable

import numpy as np

from blogtools import cross
from blogtools.claims.cross_counting import brute
from blogtools.ledger import Entry, Exact, Open

SECTION = "Two answers"

Line = Callable[[int, int, int], bool]
"""Whether dominating colours of one end, the centre and the other end go together."""
LINES: dict[str, Line] = {
    "differ": lambda p, m, q: p != m != q != p,
    "neighbours": lambda p, m, q: p != m != q,
    "not alike": lambda p, m, q: not p == m == q,
    "any": lambda p, m, q: True,
}
READINGS = {
    "as stated": ("post", "differ", "differ", 27216),
    "neighbours differ": ("post", "neighbours", "neighbours", 104976),
    "not all alike": ("post", "not alike", "not alike", 555984),
    "row alone": ("post", "any", "differ", 147744),
    "row or column": ("post", "differ", "differ", 268272),
    "two and two": ("two", "differ", "differ", 792180),
    "two or more": ("more", "differ", "differ", 2778840),
    "most frequent": ("most", "differ", "differ", 237312),
    "equal edges meet": ("meet", "differ", "differ", 3456),
    "equal edges face": ("face", "differ", "differ", 120),
    "up to turns and mirrors": ("space", "", "", 3402),
    "up to colours as well": ("space and colours", "", "", 594),
}
"""By the package's name: what dominates a square, what is asked of the column and of the row, and the count."""
SLIPS = {
    "72 centres": 54432,
    "row first, column first": 54432,
    "told apart everywhere": 870912,
    "ends in two orders": 108864,
    "all centres adjacent": 26244,
    "all centres opposite": 29160,
    "kinds exchanged": 28188,
    "arm's cases exchanged": 108864,
    "arm always 3": 11664,
    "arm always 6": 186624,
}
"""By the package's name: the count with this slip."""
OWN_SLIPS = {
    "one order of the arms": 6804,
    "arm's cases exchanged, one order in the column": 54432,
}
"""Two more."""


@functools.cache
def tally(reading: str) -> np.ndarray:
    """How many of the 3^16 cases have these sets of dominating colours: an array with one axis of 8 sets a square."""
    sets = [sum(1 << c for c in brute.dominating_colours(f, reading)) for f in itertools.product(range(3), repeat=4)]
    found = np.zeros(8**5, dtype=np.int64)
    for _, _, told in brute.chunks(brute.CROSS, 3, np.array(sets, dtype=np.int16)):
        place = functools.reduce(lambda code, one: code * 8 + one, told)
        found += np.bincount(place, minlength=8**5)
    return found.reshape((8,) * 5)


def fits(line: Line) -> np.ndarray:
    """For the sets of two ends and of the centre [8, 8, 8] which colours of the centre, as a set, some ends go with."""
    members = [[c for c in range(3) if chosen >> c & 1] for chosen in range(8)]
    out = np.zeros((8, 8, 8), dtype=int)
    for one, centre, other in itertools.product(range(8), repeat=3):
        ends = list(itertools.product(members[one], members[other]))
        out[one, centre, other] = sum(1 << m for m in members[centre] if any(line(p, m, q) for p, q in ends))
    return out


def reading(name: str) -> int:
    """The count under a reading of the problem's words."""
    dominates, column, row, _ = READINGS[name]
    if dominates.startswith("space"):
        return len(np.unique(brute.orbit_of(brute.colourings(), True, "colours" in dominates)))
    top, left, centre, right, bottom = sets = np.indices((8,) * 5)
    lines = fits(LINES[column])[top, centre, bottom], fits(LINES[row])[left, centre, right]
    counts = lines[0] | lines[1] if name == "row or column" else lines[0] & lines[1]
    return int(tally(dominates)[(sets.min(0) > 0) & (counts > 0)].sum())


def slipped(slip: str) -> int:
    """The sum over the centres of the axes' products, with a slip."""
    same, other = (3, 6) if "exchanged" in slip and "arm" in slip else (6, 3)
    if slip.startswith("arm always"):
        same = other = int(slip[-1])
    words = [w for w in itertools.product(range(3), repeat=4) if sorted(map(w.count, set(w))) == [1, 1, 2]]
    if slip == "72 centres":
        marked = ("0012", "1120", "2201")
        words = [tuple(int(word[i]) for i in order) for word in marked for order in itertools.permutations(range(4))]
    ways: Counter[bool] = Counter()
    number: Counter[bool] = Counter()
    for top, right, bottom, left in words:
        m = max({top, right, bottom, left}, key=(top, right, bottom, left).count)
        a, b = (c for c in range(3) if c != m)
        product = 1
        for axis, (c, d) in {"column": (top, bottom), "row": (left, right)}.items():
            orders = [(a, b), (b, a)]
            if slip == "one order of the arms" or slip.endswith(f"one order in the {axis}"):
                orders = orders[:1]
            product *= sum((same if c == p else other) * (same if d == q else other) for p, q in orders)
        facing = top == bottom or left == right
        ways[facing] += product
        number[facing] += 1
    wrong = {"all centres adjacent": (36, 0), "all centres opposite": (0, 36), "kinds exchanged": (12, 24)}
    if slip in wrong:
        return sum(n * ways[facing] // number[facing] for facing, n in zip((False, True), wrong[slip], strict=True))
    times = {"row first, column first": 2, "told apart everywhere": 2**5, "ends in two orders": 2 * 2}
    return ways.total() * times.get(slip, 1)


def marked(squares: tuple[int, ...]) -> int:
    """Valid crosses with the two equal edges of each of these squares named first and second."""
    rows = brute.colourings()
    ways = np.ones(len(rows), dtype=int)
    for square in squares:
        four = np.sort(rows[:, brute.numbered(brute.CROSS)[square]], axis=1)
        ways *= 1 + (np.diff(four, axis=1) == 0).sum(1)
    return int(ways.sum())


ENTRIES = [
    Entry(
        id="9291.answers.other",
        kind="identity",
        latex=r"54432",
        says="the other published answer, 54432, which the post rejects",
        section=SECTION,
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
        section=SECTION,
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
        section=SECTION,
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
        ),
    ),
    Entry(
        id="9291.answers.readings",
        kind="table",
        latex="",
        says="known: no other reading tried here, of “dominated”, “all different” or “how many”, gives 54432",
        section=SECTION,
        evidence=(
            Exact(
                statement=lambda name: (READINGS[name][-1], 0),
                against=lambda name: (reading(name), int(reading(name) == 54432)),
                witnesses=tuple({"name": name} for name in READINGS),
                mutants={
                    "neighbours give 54432": lambda name: (54432 if name[0] == "n" else READINGS[name][-1], 0),
                    "two pairs give 54432": lambda name: (54432 if name == "two and two" else READINGS[name][-1], 0),
                },
                about="all cases looked at",
            ),
            Exact(
                statement=lambda name: {m.name: m.number for m in cross.misreadings()}[name],
                against=reading,
                witnesses=tuple({"name": name} for name in READINGS),
                mutants={"27216 for all": lambda name: 27216},
                about="the package's numbers",
            ),
        ),
    ),
    Entry(
        id="9291.answers.slips",
        kind="table",
        latex="",
        says="known: of the single slips tried here only those that count each cross twice give 54432; two at once can "
        "too, so that none of them is more than a guess",
        section=SECTION,
        evidence=(
            Exact(
                statement=lambda slip: (SLIPS | OWN_SLIPS)[slip],
                against=slipped,
                witnesses=tuple({"slip": slip} for slip in SLIPS | OWN_SLIPS),
                mutants={
                    "an exchange of 3 and 6 gives it": lambda slip: 54432 if "exchanged" in slip else SLIPS[slip],
                    "every arm 6 gives it": lambda slip: 54432 if slip == "arm always 6" else (SLIPS | OWN_SLIPS)[slip],
                },
                about="the sum over the centres with the slip made",
            ),
            Exact(
                statement=lambda slip: {m.name: m.number for m in cross.misreadings()}[slip],
                against=slipped,
                witnesses=tuple({"slip": slip} for slip in SLIPS),
                mutants={"27216 for all": lambda slip: 27216},
                about="the package's numbers",
            ),
        ),
    ),
    Entry(
        id="9291.answers.source",
        kind="identity",
        latex="",
        says="how the first author came to 54432",
        section=SECTION,
        open=Open(
            "The post names the number and its author, not the derivation; the article it links is not at hand.",
            "Reading the derivation in the linked article.",
        ),
    ),
]
