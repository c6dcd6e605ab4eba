"""The problem as clauses, for any model counter: one model a colouring."""

from collections.abc import Iterator
from itertools import combinations, product

from blogtools.cross.shape import Shape, dominating, require

Clause = tuple[int, ...]


def cnf(shape: Shape, k: int, rule: str) -> tuple[int, list[Clause]]:
    """The number of variables and the clauses, as in DIMACS: v is variable v true, −v false; variables from 1.

    Variable 1 + k e + c says that edge e has colour c; after those of all edges come those of the squares, whether
    colour m dominates square s. Every variable is fixed by the edges' colours: a free one would double the count.
    """
    k = require(shape, k, rule)
    variables = k * (len(shape.edges) + len(shape.squares))

    def one_of(which: int) -> Iterator[Clause]:
        yield tuple(range(1 + k * which, 1 + k * which + k))
        yield from combinations(range(-k * which - k, -k * which), 2)

    clauses = [clause for which in range(variables // k) for clause in one_of(which)]
    for s, sides in enumerate(shape.sides.tolist(), start=len(shape.edges)):
        for four in product(range(k), repeat=4):
            m = dominating(four)
            unless = tuple(-(1 + k * e + c) for e, c in zip(sides, four, strict=True))
            clauses.append(unless if m is None else (*unless, 1 + k * s + m))
    pairs = {(s, t) for group in shape.groups(rule) for s, t in combinations(sorted(group), 2)}
    for (s, t), m in product(sorted(pairs), range(k)):
        clauses.append((-(1 + k * (len(shape.edges) + s) + m), -(1 + k * (len(shape.edges) + t) + m)))
    return variables, clauses


def dimacs(shape: Shape, k: int, rule: str) -> str:
    """The same as a DIMACS file's text."""
    variables, clauses = cnf(shape, k, rule)
    lines = (" ".join(map(str, (*clause, 0))) for clause in clauses)
    return "\n".join((f"p cnf {variables} {len(clauses)}", *lines, ""))
