"""Exercises of post 9291, the cross."""

import itertools
import math
from collections.abc import Callable, Iterable

from blogtools.exercises import Exercise


def _arm(c: int, m: int, k: int = 3) -> int:
    return 3 * (k - 2) * (k - 1 if c == m else 1)


def _axis(c: int, d: int, m: int, arm: Callable[[int, int], int] = _arm) -> int:
    a, b = _others(m)
    return arm(c, a) * arm(d, b) + arm(c, b) * arm(d, a)


def _axis_of(c: int, d: int, colours: Iterable[int]) -> int:
    """Both arms dominated by any of these colours, alike or not."""
    choices = itertools.product(tuple(colours), repeat=2)
    return sum(_arm(c, a) * _arm(d, b) for a, b in choices)


def _others(m: int) -> list[int]:
    return [i for i in range(3) if i != m]


def _cross(k: int, both: int | None = None, one: int | None = None, none: int | None = None) -> int:
    """The sum of the two cases with k colours; any of the three axes may be given another number."""
    common = 9 * (k - 2) ** 3
    both = common * (k - 1) if both is None else both
    one = common * (2 * k - 3) if one is None else one
    none = common * (4 * k - 7) if none is None else none
    return k * (k - 1) * (k - 2) * (4 * one**2 + 2 * both * none)


def _fixed_arms(k: int) -> int:
    """With 3 and 6 for an arm, whatever k."""
    pairs = (k - 1) * (k - 2)
    rest = pairs - 1 - 2 * (k - 3)
    return _cross(k, 9 * pairs, 18 * (k - 2) + 9 * (k - 2) ** 2, 36 + 36 * (k - 3) + 9 * rest)


EXERCISES = [
    Exercise(
        "9291.square",
        lambda: 36,
        [()],
        {
            "that is for one dominating colour; there are three": lambda: 12,
            "the two equal edges exchanged give the same colouring: 4!/2! arrangements, not 4!": lambda: 72,
            "you counted the 18 squares of two pairs too; there the other two edges are alike": lambda: 54,
            "18 are the squares of two pairs, or your two single edges lack an order: which has which colour matters": (
                lambda: 18
            ),
            "those are all colourings of a square, dominated or not": lambda: 81,
            "the pair can be adjacent or opposite: you counted only the adjacent ones": lambda: 24,
        },
    ),
    Exercise(
        "9291.arm",
        _arm,
        list(itertools.product(range(3), repeat=2)),
        {
            "exchanged: for c = m one more m and the two others are wanted, 3! = 6 orders; for c ≠ m it is m, m and "
            "the third colour, 3 orders": lambda c, m: 3 if c == m else 6,
            "when c = m the square needs one more m and the two other colours, in any order: 3! = 6": lambda c, m: 3,
            "that is the count with the shared edge free; here it has its colour already": lambda c, m: 12,
            "when c ≠ m two edges must be m and the last the third colour, in one of three places: were it c, there "
            "would be two pairs": lambda c, m: 6,
            "when c ≠ m the third colour can stand in any of the three places": lambda c, m: 6 if c == m else 1,
        },
    ),
    Exercise(
        "9291.axis",
        _axis,
        [(c, d, m) for c, d, m in itertools.product(range(3), repeat=3) if c != d or c == m],
        {
            "one order only: the arms can exchange their dominating colours": lambda c, d, m: (
                _arm(c, _others(m)[0]) * _arm(d, _others(m)[1])
            ),
            "one order only; the other one counts as well": lambda c, d, m: (
                _arm(c, _others(m)[1]) * _arm(d, _others(m)[0])
            ),
            "the two arms must also differ from each other": lambda c, d, m: _axis_of(c, d, _others(m)),
            "the three squares of a line must be dominated by three different colours": lambda c, d, m: _axis_of(
                c, d, range(3)
            ),
            "inside one choice of colours the two arms multiply; only the choices add up": lambda c, d, m: sum(
                _arm(c, a) + _arm(d, b) for a, b in itertools.permutations(_others(m))
            ),
            "3 and 6 are exchanged": lambda c, d, m: _axis(c, d, m, lambda c, m: 3 if c == m else 6),
            "the arms are dominated by the two colours other than m": lambda c, d, m: _arm(c, m) * _arm(d, m),
            "that is right for an adjacent centre only": lambda c, d, m: 27,
            "the other way round: an edge of colour m gives its arm 3 ways whatever is asked": lambda c, d, m: (
                18,
                27,
                45,
            )[(c == m) + (d == m)],
        },
    ),
    Exercise(
        "9291.program",
        lambda: 36 * 4 * 4 * 27,
        [()],
        {
            "two factors of four: four choices of the arms' dominating colours, and four arms in each": lambda: (
                36 * 4 * 27
            ),
            "each of the four choices of dominating colours tries each of the four arms": lambda: 36 * 27,
            "the shared edge is known: an arm has 27 colourings to try, not 81": lambda: 36 * 4 * 4 * 81,
            "the arms are tried one by one and their numbers multiplied, not all four together": lambda: 36 * 27**4,
            "two choices for the row and two for the column make 2 · 2": lambda: 36 * 8 * 27,
            "those are the cases of brute force": lambda: 3**16,
            "that counts the 81 centres tried at the start too; asked are the arms": lambda: 36 * 4 * 4 * 27 + 81,
            "only the 36 dominated centres go on, not all 81": lambda: 81 * 4 * 4 * 27,
            "that is the number of colourings found; asked is how many arms are tried on the way": lambda: 27216,
        },
    ),
    Exercise(
        "9291.neighbours",
        lambda: 104976,
        [()],
        {
            "that is the count when the whole line must differ; now the two ends may agree": lambda: 27216,
            "an arm must still differ from the centre: 3 + 3 = 6 colourings at an edge of the centre's colour, "
            "3 + 6 = 9 at another, not 12": lambda: 36 * 12**4,
            "6² · 9² is one centre; there are 36": lambda: 2916,
            "6 is for an edge of the centre's colour; at another an arm has 3 + 6 = 9": lambda: 36 * 6**4,
            "9 is for an edge of another colour than the centre's; at one of its colour an arm has 3 + 3 = 6": lambda: (
                36 * 9**4
            ),
            "you counted the adjacent centres only": lambda: 24 * 2916,
            "you counted the opposite centres only": lambda: 12 * 2916,
        },
    ),
    Exercise(
        "9291.share",
        lambda: 5 / 14,
        [()],
        {
            "12 of the 36 centres are opposite, but an opposite centre has more completions: 810 against 729": lambda: (
                1 / 3
            ),
            "that is the chance of an adjacent centre": lambda: 9 / 14,
            "that is the ratio of opposite to adjacent; the chance is opposite to all": lambda: 5 / 9,
            "810 and 729 must be weighted by how many centres there are: 12 and 24": lambda: 810 / (810 + 729),
            "that is the number of colourings; asked is their share": lambda: 9720,
            "that is rounded; give it exactly, as a fraction": lambda: 0.36,
        },
        rtol=1e-3,
    ),
    Exercise(
        "9291.colours",
        _cross,
        [(3,), (4,), (5,), (6,), (10,)],
        {
            "3 and 6 are for three colours: with k an arm has 3(k − 2) or 3(k − 1)(k − 2) colourings": _fixed_arms,
            "choosing three of the k colours counts only the crosses that have no more than three in all": lambda k: (
                27216 * math.comb(k, 3)
            ),
            "when neither shared edge has the centre's colour there are also arms of which one or none is dominated by "
            "the colour of its shared edge: 9(k − 2)³(4k − 7)": lambda k: _cross(
                k, none=9 * (k - 2) ** 2 * ((k - 1) ** 2 + 1)
            ),
            "only three dominating colours are used: with k there are (k − 1)(k − 2) choices for two opposite arms": (
                lambda k: _cross(
                    k,
                    2 * _arm(0, 1, k) ** 2,
                    _arm(0, 1, k) ** 2 + _arm(0, 1, k) * _arm(1, 1, k),
                    _arm(1, 1, k) ** 2 + _arm(0, 1, k) ** 2,
                )
            ),
        },
    ),
    Exercise(
        "9291.turned",
        lambda: 3402,
        [()],
        {
            "that divides by the four turns; the four mirrors are symmetries too": lambda: 6804,
            "that divides by the six renamings of the colours; asked are turns and mirrors": lambda: 4536,
            "27216/48 divides by the renamings too, and would not even be right then: Burnside gives 594": lambda: 567,
            "that counts crosses up to turns, mirrors and new names of the colours": lambda: 594,
            "that is the count without any symmetry": lambda: 27216,
            "that divides by two, but the square has eight symmetries": lambda: 13608,
        },
    ),
    Exercise(
        "9291.twice",
        lambda: 72,
        [()],
        {
            "36 is right and gives 27216; which wrong number in its place gives 54432?": lambda: 36,
            "that is by how much it is too large; asked is the number of centres": lambda: 2,
            "that is what one pair of equal edges gives, 4!; there are three colours for it": lambda: 24,
            "those are all colourings of one square: they would give 61236": lambda: 81,
            "that counts the 18 squares of two pairs too: it would give 40824": lambda: 54,
        },
    ),
]
