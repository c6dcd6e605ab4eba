"""Section "Is every similarity an inner product?": claim6, and the slip of 8860 in its proof (slip1)."""

import functools
from collections.abc import Callable
from fractions import Fraction
from itertools import combinations, product
from typing import Any

import numpy as np
import sympy as sp

from blogtools.ledger import Entry, Exact, Slope

SECTION = "Is every similarity an inner product?"
Matrix = list[list[Fraction]]
COUNTEREXAMPLE = [[1, 1, 0], [1, 1, 1], [0, 1, 1]]


def fractions(rows: Any) -> Matrix:
    """The matrix in fractions."""
    return [[Fraction(v) for v in row] for row in rows]


def similarities(rng: np.random.Generator) -> list[dict[str, Matrix]]:
    """Matrices of similarities in [0, 1]: the counterexample, symmetric and not, and one of rank 1."""
    drawn = [fractions(rng.integers(0, 9, (n, n))) for n in (2, 3, 5)]
    scaled = [[[v / 8 for v in row] for row in m] for m in drawn]
    symmetric = [[(row[j] + m[j][i]) / 2 for j in range(len(m))] for m in scaled for i, row in enumerate(m)]
    return [
        {"S": fractions(COUNTEREXAMPLE)},
        {"S": fractions(np.eye(3, dtype=int))},
        {"S": fractions([[1, 1], [1, 1]])},
        *({"S": m} for m in scaled),
        {"S": symmetric[2:5]},
    ]


def times(one: Matrix, other: Matrix) -> Matrix:
    """The product of two matrices."""
    return [[sum((a * b for a, b in zip(row, column, strict=True)), Fraction(0)) for column in zip(*other, strict=True)]
            for row in one]  # fmt: skip


def factors(S: Matrix) -> tuple[Matrix, Matrix]:
    """A and B of as few rows as may be with S = AᵀB, by elimination with the largest entry left as pivot."""
    rest = [row[:] for row in S]
    A: Matrix = []
    B: Matrix = []
    n = range(len(S))
    while any(any(row) for row in rest):
        i, j = max(product(n, n), key=lambda at: abs(rest[at[0]][at[1]]))
        column, row = [r[j] / rest[i][j] for r in rest], rest[i][:]
        A, B = [*A, column], [*B, row]
        rest = [[rest[p][q] - column[p] * row[q] for q in n] for p in n]
    return A, B


def encoded(S: Matrix, change: Callable[[Matrix, Matrix], tuple[Matrix, Matrix]] = lambda A, B: (A, B)) -> Matrix:
    """AᵀB: the inner products of what two encoders give."""
    A, B = change(*factors(S))
    if not A:
        return [[Fraction(0)] * len(S) for _ in S]
    return times([list(column) for column in zip(*A, strict=True)], B)


def determinant_sign(S: Matrix) -> int:
    """The sign of the determinant, 1 for a 0."""
    return int(sp.sign(sp.Matrix(S).det())) or 1


def least_sign(S: Matrix) -> int:
    """−1 where xᵀSx < 0 for some x, else 1: by the principal minors of the symmetric S."""
    n = len(S)
    minors = [
        sp.Matrix([[S[i][j] for j in chosen] for i in chosen]).det()
        for size in range(1, n + 1)
        for chosen in combinations(range(n), size)
    ]
    return -1 if any(minor < 0 for minor in minors) else 1


def tried_sign(S: Matrix) -> int:
    """The same by trying all x with entries from −2 to 2."""
    n = range(len(S))
    forms = (sum(x[i] * S[i][j] * x[j] for i in n for j in n) for x in product(range(-2, 3), repeat=len(S)))
    return -1 if any(value < 0 for value in forms) else 1


def symmetric(rng: np.random.Generator) -> list[dict[str, Matrix]]:
    """Symmetric similarities in [0, 1] with 1 on the diagonal, with and without a negative direction."""
    return [
        {"S": fractions(rows)}
        for rows in (
            COUNTEREXAMPLE,
            [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
            [[1, 1, 1], [1, 1, 1], [1, 1, 1]],
            [[int((i - j) % 5 in (0, 1, 4)) for j in range(5)] for i in range(5)],
            [["1", "1/2", "1/4"], ["1/2", "1", "1/2"], ["1/4", "1/2", "1"]],
            [["1", "9/10", "0"], ["9/10", "1", "9/10"], ["0", "9/10", "1"]],
        )
    ]


def error_of_projection(d: float, spread: float = 0.5) -> float:
    """Mean absolute error of 400 inner products of unit vectors of 300 numbers after a random projection to d."""
    rng = np.random.default_rng(8860)
    vectors = rng.normal(size=(40, 300))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    errors = []
    for _ in range(30):
        down = vectors @ rng.normal(size=(300, int(d))) / d**spread
        errors.append(np.abs(down @ down.T - vectors @ vectors.T).mean())
    return float(np.mean(errors))


ENTRIES = [
    Entry(
        id="9341.claim6",
        kind="identity",
        latex=r"S=A^{\top}B,\quad S_{ij}=\langle a_i,b_j\rangle",
        says="in principle inner products represent any similarity: one vector for the first text, one for the second",
        section=SECTION,
        evidence=(
            Exact(
                statement=encoded,
                against=lambda S: S,
                witnesses=similarities,
                mutants={
                    "one encoder for both": functools.partial(encoded, change=lambda A, B: (B, B)),
                    "one coordinate fewer": functools.partial(encoded, change=lambda A, B: (A[1:], B[1:])),
                    "the encoders exchanged": functools.partial(encoded, change=lambda A, B: (B, A)),
                },
                about="in fractions, symmetric or not, definite or not",
            ),
            Slope(
                statement=error_of_projection,
                against=0.0,
                order=-0.5,
                witnesses=(10, 20, 40, 80, 160),
                partial=True,
                mutants={
                    "too long by a root": functools.partial(error_of_projection, spread=0.25),
                    "too short": functools.partial(error_of_projection, spread=1.0),
                },
                about="and few coordinates do, nearly: a random projection to d errs like d^(-1/2)",
            ),
        ),
    ),
    Entry(
        id="9341.slip1",
        kind="identity",
        latex=r"S=S^{\top},\ 0\le S_{ij}\le1\ \Rightarrow\ S\succeq0",
        says="8860's proof takes a symmetric matrix of similarities in [0, 1] to be positive semi-definite",
        section=SECTION,
        corrected_by="9341.slip1.right",
        evidence=(
            Exact(
                statement=lambda S: 1,
                amended=least_sign,
                against=tried_sign,
                witnesses=symmetric,
                mutants={"never": lambda S: -1, "the determinant tells": determinant_sign},
                about="[[1,1,0],[1,1,1],[0,1,1]]: x = (1,-1,1) gives -1, and the least eigenvalue is 1 - sqrt 2",
            ),
        ),
    ),
    Entry(
        id="9341.slip1.right",
        kind="identity",
        latex=r"\lambda_{\min}\begin{pmatrix}1&1&0\\1&1&1\\0&1&1\end{pmatrix}=1-\sqrt2",
        says="it need not be: then no single encoder has these inner products, and two encoders still do",
        section=SECTION,
        evidence=(
            Exact(
                statement=lambda: sorted(sp.Matrix(COUNTEREXAMPLE).eigenvals(), key=float)[0] - (1 - sp.sqrt(2)),
                against=lambda: 0,
                witnesses=((),),
                mutants={
                    "of the identity": lambda: sp.Integer(1),
                    "the largest": lambda: sp.simplify(
                        sorted(sp.Matrix(COUNTEREXAMPLE).eigenvals(), key=float)[-1] - (1 + sp.sqrt(2)) + 1
                    ),
                },
                about="the least eigenvalue",
            ),
            Exact(
                statement=lambda: encoded(fractions(COUNTEREXAMPLE)),
                against=lambda: COUNTEREXAMPLE,
                witnesses=((),),
                mutants={
                    "one encoder for both": lambda: encoded(fractions(COUNTEREXAMPLE), lambda A, B: (B, B)),
                },
                about="two encoders of three numbers",
            ),
        ),
    ),
]
