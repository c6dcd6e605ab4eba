"""Exercises of post 9324, from four ducks to the longest piece of a stick."""

import functools
import math
from collections.abc import Callable

from blogtools.exercises import Exercise


def _longest(
    n: int,
    x: float,
    choices: Callable[[int, int], int] = math.comb,
    power: int = -1,
    sign: int = -1,
    terms: int | None = None,
    alive: bool = True,
) -> float:
    return sum(
        sign ** (k - 1) * choices(n, k) * (1 - k * x) ** (n + power)
        for k in range(1, (n if terms is None else terms) + 1)
        if 1 - k * x > 0 or not alive
    )


def _density(n: int, k: int, s: float, power: int = -1, over: int = -1) -> float:
    return math.factorial(n - 1) / math.factorial(n - k + over) * (1 - s) ** (n - k + power)


def _harmonic(n: int) -> float:
    return sum(1 / i for i in range(1, n + 1))


def _half_ball(n: int, d: int, of: int = -1, last: int = 0) -> float:
    return sum(math.comb(n + of, k) for k in range(d + last)) / 2 ** (n - 1)


def _rounding(term: float) -> float:
    """The power of ten of what one rounding of ``term`` to a float may cost."""
    return round(math.log10(term * 2.0**-53))


def _throws(z: float, half: float) -> float:
    return (z * 0.5 / half) ** 2


EXERCISES = [
    Exercise(
        "9324.three",
        lambda: 3 / 4,
        [()],
        {
            "that is the chance that one chosen duck leads the other two; any of the three may": lambda: 1 / 4,
            "that is four ducks": lambda: 1 / 2,
            "three ducks can stand round the middle at thirds of a turn: then no half holds them": lambda: 1.0,
            "one duck leads and n − 1 follow: the exponent is 2, not 3": lambda: 3 / 8,
            "that is one fixed half; the half may be turned": lambda: 1 / 8,
        },
    ),
    Exercise(
        "9324.marginal",
        _density,
        [(3, 1, 0.3), (5, 2, 0.4), (9, 4, 0.1)],
        {
            "that is the probability of eq7, which starts where the density is integrated": lambda n, k, s: (
                (1 - s) ** (n - 1)
            ),
            "each of the n − k − 1 integrals raises the power by one, from 0: the exponent is n − k − 1": (
                functools.partial(_density, power=0)
            ),
            "the constant is (n−1)!/(n−k−1)!, not (n−1)!/(n−k)!": functools.partial(_density, over=0),
            "integrating the powers divides by (n−k−1)!": lambda n, k, s: (
                math.factorial(n - 1) * (1 - s) ** (n - k - 1)
            ),
            "the density of all the pieces is (n−1)!, and that factor is missing": lambda n, k, s: (
                (1 - s) ** (n - k - 1) / math.factorial(n - k - 1)
            ),
            "one integral too many: n − k − 1 pieces are integrated away, and the last is left": functools.partial(
                _density, power=0, over=0
            ),
            "that is right for k = 1 alone: each further piece that stays costs a power": lambda n, k, s: (
                (n - 1) * (1 - s) ** (n - 2)
            ),
            "the constant grows with k: for n = 5 it is 4, then 4 · 3, then 4 · 3 · 2": lambda n, k, s: (
                (n - 1) * (1 - s) ** (n - k - 1)
            ),
            "the power is right, but a density has a constant too, so that it integrates to 1": lambda n, k, s: (
                (1 - s) ** (n - k - 1)
            ),
        },
    ),
    Exercise(
        "9324.both",
        lambda n, a, b: (1 - a - b) ** (n - 1),
        [(3, 0.2, 0.3), (4, 0.1, 0.25), (7, 0.05, 0.4)],
        {
            "the two pieces are not independent: what one takes the other cannot have": lambda n, a, b: (
                (1 - a) ** (n - 1) * (1 - b) ** (n - 1)
            ),
            "n − 1 points are thrown, not n: the exponent is n − 1": lambda n, a, b: (1 - a - b) ** n,
            "that is n = 2, with one break; n − 1 breaks make the exponent n − 1": lambda n, a, b: 1 - a - b,
            "that is the exponent of a density of one piece; the probability has n − 1": lambda n, a, b: (
                (1 - a - b) ** (n - 2)
            ),
            "the two pieces are given; C(n,2) would count every pair": lambda n, a, b: (
                math.comb(n, 2) * (1 - a - b) ** (n - 1)
            ),
            "n − 1 points must all miss the piece: its chance is (1 − a)^(n−1), not 1 − a, and the two are not"
            " independent": lambda n, a, b: (1 - a) * (1 - b),
            "the two pieces are given; n(n − 1) would count every pair, and in either order": lambda n, a, b: (
                n * (n - 1) * (1 - a - b) ** (n - 1)
            ),
            "that is: one or the other": lambda n, a, b: (
                (1 - a) ** (n - 1) + (1 - b) ** (n - 1) - (1 - a - b) ** (n - 1)
            ),
        },
    ),
    Exercise(
        "9324.longest",
        _longest,
        [(4, 0.5), (4, 0.3), (6, 0.22), (9, 0.15), (4, 0.2)],
        {
            "terms with 1 − kx ≤ 0 do not exist: k pieces longer than x would not fit": functools.partial(
                _longest, alive=False
            ),
            "that is the first term alone: for x < 1/2 two pieces can be longer than x at once": functools.partial(
                _longest, terms=1
            ),
            "pairs were counted twice: their term is taken off": functools.partial(_longest, sign=1),
            "no probability is negative: the first term counts with plus, the pairs with minus": lambda n, x: (
                -_longest(n, x)
            ),
            "each k stands for C(n,k) choices of the pieces": functools.partial(_longest, choices=lambda n, k: 1),
            "the exponent is n − 1 in every term": functools.partial(_longest, power=0),
            "after the pairs come the triples: three pieces longer than 0.3 fit into one stick": functools.partial(
                _longest, terms=2
            ),
            "that is the chance that no piece is longer": lambda n, x: round(1 - _longest(n, x), 14),
        },
    ),
    Exercise(
        "9324.beyond",
        lambda: 26 / 27,
        [()],
        {
            "that is more than 1: two ducks can both lead, and such throws are counted twice": lambda: 32 / 27,
            "that is still more than 1: of four ducks there are six pairs": lambda: 28 / 27,
            "the pairs' term is taken off, not added": lambda: 38 / 27,
            "of four ducks there are six pairs, not twelve": lambda: 20 / 27,
            "x is what the sector leaves, one third of the turn": lambda: 4 / 27,
            "that is the chance that they do not fit": lambda: 1 / 27,
            "of three ducks always; four pieces can all be shorter than a third": lambda: 1.0,
            "that is one fixed sector; the sector may be turned": lambda: (2 / 3) ** 4,
            "that is the chance that one chosen duck leads; any of the four may": lambda: (2 / 3) ** 3,
            "that is rounded; give it exactly, as a fraction": lambda: 0.96,
        },
        rtol=5e-4,
    ),
    Exercise(
        "9324.digits",
        lambda: _rounding(1.1e9),
        [()],
        {
            "so many digits stand right of the point; as a power of ten that has the sign minus": lambda: 7,
            "that is what rounding costs a number near 1; the term is 10^9 times as large": lambda: -16,
            "that is the term; rounding it costs one part in 2^53 of it": lambda: 9,
            "the term is large, 10^9 and not 10^−9; rounding it costs one part in 2^53 of it": lambda: -9,
            "a float has 16 digits; the first of this term stands at 10^9: where does the last one stand?": lambda: 16,
            "the whole sum may err by that much, since the power multiplies the rounding of 1 − kx by up to n − 1;"
            " asked is one rounding of the term": lambda: -6,
            "that is what really comes out where 1 − kx is rounded, since the power multiplies its rounding by up to"
            " n − 1; asked is one rounding of the term": lambda: -5,
            "that is the error; asked is its power of ten": lambda: 1.1e9 * 2.0**-53,
        },
        rtol=0.03,
    ),
    Exercise(
        "9324.throws",
        lambda: _throws(2.5758, 1e-3),
        [()],
        {
            "that makes the standard error a thousandth; the 99 % band is 2.58 of them to each side": lambda: _throws(
                1, 1e-3
            ),
            "that is a band of 95 %": lambda: _throws(1.96, 1e-3),
            "four times too many: one throw has the standard error 1/2, not 1, and a thousandth is to each side": (
                lambda: _throws(2.5758, 5e-4)
            ),
            "1/0.001² leaves out the 2.58, and that one throw has the standard error 1/2": lambda: 1e6,
            "the error falls like one over the root of the number of throws: square the ratio": lambda: 2.5758 * 500,
            "one throw has the standard error 1/2, and the ratio of the two errors is squared": lambda: 2.5758 / 1e-3,
            "the variance of one throw is P(1 − P) = 1/4, not 1/2": lambda: 2 * _throws(2.5758, 1e-3),
        },
        rtol=0.02,
    ),
    Exercise(
        "9324.mean",
        lambda n: _harmonic(n) / n,
        [(2,), (3,), (10,)],
        {
            "that is the mean of all the pieces; the longest is longer": lambda n: 1 / n,
            "the stick has length 1 and H_n is more: the term of k lives up to 1/k and gives 1/(kn)": _harmonic,
            "close for large n, but the sum is H_n, not its logarithm": lambda n: math.log(n) / n,
            "one step short: the sum runs to 1/n": lambda n: _harmonic(n - 1) / n,
            "n − 1 breaks make n pieces: divide by n": lambda n: _harmonic(n) / (n - 1),
            "that is the shortest piece": lambda n: 1 / n**2,
        },
    ),
    Exercise(
        "9324.ball",
        _half_ball,
        [(4, 2), (5, 3), (7, 3), (8, 5)],
        {
            "k runs to d − 1: the plane, d = 2, has the two terms 1 and n − 1": functools.partial(_half_ball, last=1),
            "one term short: on a line, d = 1, it is 2^(1−n), not 0": functools.partial(_half_ball, last=-1),
            "the binomials are of n − 1: one point may be put where one likes": functools.partial(_half_ball, of=0),
            "a choice and its opposite both fit or neither: n − 1 instead of n, above and below": lambda n, d: (
                _half_ball(n, d, of=0) / 2
            ),
            "that is the number of regions; each is one of the 2^n ways in which the coins may fall": lambda n, d: (
                2**n * _half_ball(n, d)
            ),
            "the sum begins at k = 0": lambda n, d: _half_ball(n, d) - 1 / 2 ** (n - 1),
            "that is the plane, whatever d": lambda n, d: n / 2 ** (n - 1),
            "a half and its opposite: all signs can be turned round, so divide by 2^(n−1), not 2^n": lambda n, d: (
                _half_ball(n, d) / 2
            ),
        },
    ),
]
