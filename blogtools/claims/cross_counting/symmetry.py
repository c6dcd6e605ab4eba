"""Section "Up to symmetry": crosses that a turn, a mirror or new names of the colours exchange are counted once."""

import itertools
from fractions import Fraction

import numpy as np

from blogtools import cross
from blogtools.claims.cross_counting import brute
from blogtools.ledger import Entry, Exact

SECTION = "Up to symmetry"

MOVES = (
    "stay",
    "quarter",
    "half",
    "three quarters",
    "mirror in x",
    "mirror in y",
    "mirror in a diagonal",
    "in the other",
)
"""The moves of ``brute.moves``, in its order."""
FIXED = {("stay", "none"): 27216, ("half", "swap"): 216, (MOVES[6], "swap"): 108, (MOVES[7], "swap"): 108}
"""Crosses that a move followed by a change of the colours' names leaves as they are; pairs not named fix none."""
NAMES = {"none": 1, "swap": 3, "cycle": 2}
"""How many of the six changes of names there are of each kind."""


def kind_of(name: tuple[int, ...]) -> str:
    """What a change of names does: "none", "swap" or "cycle", by how many colours keep theirs."""
    return {3: "none", 1: "swap", 0: "cycle"}[sum(i == c for i, c in enumerate(name))]


def fixed(move: str, name: tuple[int, ...]) -> int:
    """Crosses that look the same after the move and the change of names, counted one by one."""
    rows = brute.colourings()
    return int((np.array(name)[rows[:, brute.moves()[MOVES.index(move)]]] == rows).all(1).sum())


def burnside(space: bool, colours: bool, table: dict[tuple[str, str], int] = FIXED) -> Fraction:
    """Mean number of crosses that a symmetry fixes."""
    moves, kinds = (MOVES if space else MOVES[:1]), (NAMES if colours else {"none": 1})
    total = sum(table.get((move, kind), 0) * number for move in moves for kind, number in kinds.items())
    return Fraction(total, len(moves) * sum(kinds.values()))


def orbits(space: bool, colours: bool, squares: brute.Squares = brute.CROSS, k: int = 3, rule: str = "line") -> int:
    """How many classes there are: every colouring is put to the least of its pictures."""
    return len(np.unique(brute.orbit_of(brute.colourings(squares, k, rule), space, colours, squares, k)))


ENTRIES = [
    Entry(
        id="9291.symmetry.fixed",
        kind="table",
        latex="",
        says="only a half turn and the diagonal mirrors, each with two colours exchanged, leave a cross as it is",
        section=SECTION,
        evidence=(
            Exact(
                statement=lambda move, name: FIXED.get((move, kind_of(name)), 0),
                against=fixed,
                witnesses=tuple({"move": m, "name": name} for m in MOVES for name in itertools.permutations(range(3))),
                mutants={
                    "a quarter turn too": lambda move, name: (
                        108 if move == "quarter" and kind_of(name) == "swap" else FIXED.get((move, kind_of(name)), 0)
                    ),
                    "without exchange": lambda move, name: FIXED.get((move, "swap"), 0) if move != "stay" else 27216,
                    "diagonals like the half turn": lambda move, name: (
                        216
                        if (move, kind_of(name)) in FIXED and move != "stay"
                        else FIXED.get((move, kind_of(name)), 0)
                    ),
                },
            ),
        ),
    ),
    Entry(
        id="9291.symmetry.free",
        kind="identity",
        latex=r"\frac{27216}8=3402,\qquad\frac{27216}{3!}=4536",
        says="no turn or mirror alone fixes a valid cross, nor do new names alone: 3402 crosses up to the one, "
        "4536 up to the other",
        section=SECTION,
        evidence=(
            Exact(
                statement=lambda space, colours: 27216 // (8 if space else 6),
                against=orbits,
                witnesses=({"space": True, "colours": False}, {"space": False, "colours": True}),
                mutants={
                    "turns only": lambda space, colours: 27216 // (4 if space else 6),
                    "cycles only": lambda space, colours: 27216 // (8 if space else 3),
                },
            ),
        ),
    ),
    Entry(
        id="9291.symmetry.both",
        kind="identity",
        latex=r"\frac{27216+3\cdot216+2\cdot3\cdot108}{48}=594",
        says="up to both there are 594 crosses, not 27216/48 = 567: some survive a move with two colours exchanged",
        section=SECTION,
        evidence=(
            Exact(
                statement=lambda space, colours: Fraction(27216 + 3 * 216 + 2 * 3 * 108, 48),
                against=orbits,
                witnesses=({"space": True, "colours": True},),
                mutants={
                    "27216/48": lambda space, colours: Fraction(27216, 48),
                    "one diagonal": lambda space, colours: Fraction(27216 + 3 * 216 + 3 * 108, 48),
                    "one exchange": lambda space, colours: Fraction(27216 + 216 + 2 * 108, 48),
                },
            ),
            Exact(
                statement=burnside,
                against=orbits,
                witnesses=tuple({"space": s, "colours": c} for s in (True, False) for c in (True, False)),
                mutants={
                    "nothing but staying": lambda space, colours: burnside(space, colours, {("stay", "none"): 27216})
                },
                about="Burnside's mean of fixed crosses, for all four choices",
            ),
        ),
    ),
    Entry(
        id="9291.symmetry.package",
        kind="algorithm",
        latex="",
        says="the package's count up to symmetry: the cross, and small shapes of other symmetry and other rule",
        section=SECTION,
        evidence=(
            Exact(
                statement=lambda colours: cross.count_up_to_symmetry(colours=colours),
                against=lambda colours: orbits(True, colours),
                witnesses=({"colours": True}, {"colours": False}),
                mutants={"the other way": lambda colours: cross.count_up_to_symmetry(colours=not colours)},
            ),
            Exact(
                statement=lambda squares, k, rule, colours: cross.count_up_to_symmetry(
                    cross.Shape(squares), k, rule, colours
                ),
                against=lambda squares, k, rule, colours: orbits(True, colours, squares, k, rule),
                witnesses=tuple(
                    {"squares": squares, "k": k, "rule": rule, "colours": colours}
                    for squares, k, rule in (
                        (brute.strip(1), 3, "line"),
                        (brute.strip(1), 4, "line"),
                        (((0, 0), (0, 1), (1, 0)), 3, "line"),
                        (brute.board(2, 2), 3, "adjacent"),
                    )
                    for colours in (True, False)
                ),
                mutants={
                    "colours told apart": lambda squares, k, rule, colours: cross.count_up_to_symmetry(
                        cross.Shape(squares), k, rule, False
                    )
                },
                about="one square, a corner of three, four in a block",
            ),
            Exact(
                statement=lambda squares: len(cross.symmetries(cross.Shape(squares))),
                against=lambda squares: len(brute.moves(squares)),
                witnesses=(
                    {"squares": brute.CROSS},
                    {"squares": ((0, 0), (0, 1), (1, 0))},
                    {"squares": brute.board(2, 2)},
                ),
                mutants={"eight for all": lambda squares: 8},
                about="how many turns and mirrors keep a shape",
            ),
        ),
    ),
]
