"""Section "One piece longer than x": eq8, eq9 and eq10."""

import functools
import itertools
import math
from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from typing import Any

import numpy as np
import sympy as sp

from blogtools.claims.sector_probability import formulas as f
from blogtools.ledger import Entry, Exact, Law, Symbolic
from blogtools.sector import exact_probability

SECTION = "One piece longer than x"

k, j, m, n = sp.symbols("k j m n", integer=True, positive=True)
x, y, z = sp.symbols("x y z", positive=True)

Rows = frozenset[tuple[int, ...]]


def compositions(n: int, total: int) -> Rows:
    """All ways to break a stick of ``total`` steps into n pieces of whole steps."""
    return frozenset(row for row in itertools.product(range(total + 1), repeat=n) if sum(row) == total)


def max_over(n: int, total: int, longest: int) -> Rows:
    """Those whose longest piece is over ``longest`` steps."""
    return frozenset(row for row in compositions(n, total) if max(row) > longest)


def either(n: int, total: int, longest: int, join: Callable[..., Rows] = frozenset.union) -> Rows:
    """The ways with x_1 over ``longest``, or x_2, and so on; another ``join`` makes a mutant."""
    ways = compositions(n, total)
    return functools.reduce(join, (frozenset(row for row in ways if row[i] > longest) for i in range(n)))


BROKEN = ((1, 5, 3), (2, 9, 4), (3, 8, 1), (3, 12, 3), (4, 9, 2), (5, 7, 1))
"""Pieces, steps and the length to exceed."""


def long_pieces(n: int, total: int, longest: int) -> list[set[Any]]:
    """For each piece the ways with that piece over ``longest``."""
    return [{row for row in compositions(n, total) if row[i] > longest} for i in range(n)]


def fixed_places(n: int) -> list[set[Any]]:
    """For each place the permutations that leave it as it is."""
    return [{order for order in itertools.permutations(range(n)) if order[i] == i} for i in range(n)]


def drawn(rng: np.random.Generator) -> list[set[Any]]:
    """Random sets that overlap much."""
    return [set(np.flatnonzero(rng.random(60) < share).tolist()) for share in rng.uniform(0.1, 0.9, 6)]


def families(rng: np.random.Generator) -> list[tuple[list[set[Any]]]]:
    """Events of three sorts; among the pieces, two and three can be long at once."""
    return [(long_pieces(*way),) for way in BROKEN] + [(fixed_places(n),) for n in (3, 4, 6)] + [(drawn(rng),)]


def in_turn(
    sets: Sequence[set[Any]],
    sign: int = -1,
    up_to: int | None = None,
    choose: Callable[..., Iterable[Any]] = itertools.combinations,
) -> int:
    """eq9: singles less pairs plus triples less fours …; the keywords make mutants."""
    return sum(
        sign ** (k - 1) * sum(len(set.intersection(*some)) for some in choose(sets, k))
        for k in range(1, (up_to or len(sets)) + 1)
    )


def neighbours(sets: Sequence[set[Any]], k: int) -> Iterable[Any]:
    """Only k sets in a row, as if the others could not meet."""
    return (sets[i : i + k] for i in range(len(sets) - k + 1))


def one_at_least(n: int) -> sp.Expr:
    """The indicator of the union, as a polynomial in the indicators of n events."""
    return 1 - sp.prod([1 - v for v in sp.symbols(f"I1:{n + 1}")])


def symmetric(n: int, sign: int = -1) -> sp.Expr:
    """eq9 for indicators: elementary symmetric polynomials in turn."""
    indicators = sp.symbols(f"I1:{n + 1}")
    return sp.Add(
        *(sign ** (k - 1) * sp.prod(some) for k in range(1, n + 1) for some in itertools.combinations(indicators, k))
    )


def longest_piece(rng: np.random.Generator, n: int, more: int = 0) -> np.ndarray:
    """Longest piece of a broken stick."""
    return f.breaks(rng, n + more, 4000).max(1)


def even_parts(rng: np.random.Generator, n: int) -> np.ndarray:
    """Longest of n uniform numbers over their sum: not the pieces of a broken stick."""
    parts = rng.random((4000, n))
    return parts.max(1) / parts.sum(1)


EQ10_MUTANTS: dict[str, Any] = {
    "no binomials": functools.partial(f.eq10_at, choices=lambda n, k: 1),
    "binomials of n - 1": functools.partial(f.eq10_at, choices=lambda n, k: math.comb(n - 1, k)),
    "exponent n": functools.partial(f.eq10_at, power=0),
    "all signs plus": functools.partial(f.eq10_at, sign=1),
    "one term": functools.partial(f.eq10_at, terms=1),
    "two terms": functools.partial(f.eq10_at, terms=2),
    "dead terms kept": functools.partial(f.eq10_at, alive=False),
}

ENTRIES = [
    Entry(
        id="9324.eq8",
        kind="identity",
        latex=r"\max(x_1,\dots,x_n)>x\iff x_1>x\ \text{or}\ x_2>x\ \text{or}\ \cdots\ \text{or}\ x_n>x",
        says="the longest exceeds x when any piece does: a union of n events",
        section=SECTION,
        evidence=(
            Exact(
                statement=either,
                against=max_over,
                witnesses=BROKEN,
                mutants={
                    "and": functools.partial(either, join=frozenset.intersection),
                    "just one": functools.partial(either, join=frozenset.symmetric_difference),
                },
                shares={"*.compositions*": "the ways to break the stick, which the statement is about"},
                about="every way to break a stick of whole steps",
            ),
        ),
    ),
    Entry(
        id="9324.eq9",
        kind="identity",
        latex=r"\Bigl|\bigcup_iA_i\Bigr|=\sum_{k=1}^n(-1)^{k-1}\sum_{|S|=k}\Bigl|\bigcap_{i\in S}A_i\Bigr|",
        says="singles, less pairs, plus triples, less fours, and so on",
        section=SECTION,
        evidence=(
            Symbolic(
                statement=sp.Sum((-1) ** (k - 1) * sp.binomial(j, k), (k, 1, j)),
                against=sp.Integer(1),
                domain={"j": (2, 8)},
                mutants={"all signs plus": sp.Sum(sp.binomial(j, k), (k, 1, j))},
                about="an outcome that lies in j of the events is counted once, for a j that is a symbol",
            ),
            *(
                Symbolic(
                    statement=symmetric(count),
                    against=one_at_least(count),
                    partial=True,
                    no_automatic="" if count == 2 else "those of two events are enough",
                    mutants={"all signs plus": symmetric(count, sign=1)},
                    about=f"indicators of {count} events",
                )
                for count in (2, 3, 5)
            ),
            Exact(
                statement=in_turn,
                against=lambda sets: len(set.union(*sets)),
                witnesses=families,
                partial=True,
                mutants={
                    "all signs plus": functools.partial(in_turn, sign=1),
                    "singles only": functools.partial(in_turn, up_to=1),
                    "up to pairs": functools.partial(in_turn, up_to=2),
                    "neighbours only": functools.partial(in_turn, choose=neighbours),
                },
                about="broken sticks, permutations with fixed places, and random sets",
            ),
        ),
    ),
    Entry(
        id="9324.eq10",
        kind="identity",
        latex=r"P_n(\max(x_1,\dots,x_n)>x)=\sum_{k\ge1,\ 1-kx>0}(-1)^{k-1}\binom nk(1-kx)^{n-1}",
        says="the main result: eq7 put into eq9, with as many terms as pieces longer than x have room",
        section=SECTION,
        evidence=(
            Symbolic(
                statement=(y - k * x) ** m - (y - (k + 1) * x) ** m,
                against=sp.Integral(m * (z - k * x) ** (m - 1), (z, y - x, y)),
                domain={"x": (0.01, 0.1)},
                partial=True,
                about="without inclusion and exclusion, by induction on n = m + 1: a first piece of up to x leaves a "
                "stick of length z; each term of its sum integrates to two",
            ),
            Symbolic(
                statement=sp.binomial(n, k),
                against=sp.binomial(n - 1, k) + sp.binomial(n - 1, k - 1),
                domain={"n": (3, 9), "k": (1, 3)},
                about="and the two that meet in each power add up by Pascal's rule, which closes the induction",
            ),
            Exact(
                statement=f.eq10_at,
                against=f.longest_over,
                witnesses=f.LENGTHS,
                partial=True,
                mutants=EQ10_MUTANTS,
                about="counting lattice points, 42 cases: x from below 1/n to beyond 1/2",
            ),
            Exact(
                statement=lambda n, p, q: exact_probability(n, 1 - Fraction(p, q)),
                against=f.eq10_at,
                witnesses=lambda rng: [
                    *f.LENGTHS,
                    *((int(rng.integers(2, 90)), int(rng.integers(1, 400)), 401) for _ in range(40)),
                    (300, 1, 200),
                ],
                partial=True,
                mutants={
                    "one piece more": lambda n, p, q: exact_probability(n + 1, 1 - Fraction(p, q)),
                    "theta for x": lambda n, p, q: exact_probability(n, Fraction(p, q)),
                },
                about="the package's fractions",
            ),
            Law(
                statement=longest_piece,
                against=f.longest_cdf,
                witnesses=({"n": 3}, {"n": 4}, {"n": 10}),
                mutants={
                    "a break too many": functools.partial(longest_piece, more=1),
                    "uniform numbers over their sum": even_parts,
                },
                about="4000 broken sticks: all x at once",
            ),
        ),
    ),
]
