"""Section "CUR": eq3, eq4, and when it is exact (claim3)."""

import functools
from typing import Any

import numpy as np
import sympy as sp

from blogtools.claims.cur_retrieval.factors import by_package, crosses
from blogtools.claims.cur_retrieval.problem import whole
from blogtools.ledger import Entry, Exact, Numeric, Symbolic
from blogtools.similarity import CUR, pseudo_inverse

SECTION = "CUR"


def parts(S: np.ndarray, V: list[int], U: list[int]) -> list[list[list[int]]]:
    """F and H by the package, in whole numbers."""
    found = CUR(S, V, U, center=False)
    return [found.F.astype(int).tolist(), found.H.astype(int).tolist()]


def members(S: np.ndarray, V: list[int], U: list[int], slip: str = "") -> list[list[list[int]]]:
    """s(q, u) for all q, and s(v, k) for all k."""
    if slip == "columns of V, rows of U":
        V, U = [u % len(S) for u in U], [v % S.shape[1] for v in V]
    if slip == "the next item":
        U = [(u + 1) % S.shape[1] for u in U]
    F = [[int(row[u]) for u in U] for row in S.tolist()]
    H = [[int(x) for x in S.tolist()[v]] for v in V]
    return [F, H]


def whole_crosses(rng: np.random.Generator) -> list[dict[str, Any]]:
    """The same in whole numbers."""
    return [w | {"S": whole(rng, *w["S"].shape)} for w in crosses(rng)]


def newcomers(rng: np.random.Generator) -> list[dict[str, Any]]:
    """A cross, and the scores of a query that is no row with all items."""
    return [w | {"query": rng.normal(size=w["S"].shape[1])} for w in crosses(rng)]


def eq3(S: np.ndarray, V: list[int], U: list[int], query: np.ndarray, slip: str = "") -> np.ndarray:
    """Σ s(q, u) g(u, v) s(v, k) for a new query, in order of v; g by least squares column by column."""
    shared = S[np.ix_(V, U)]
    out = np.zeros(S.shape[1])
    known = np.zeros(len(U)) if slip == "without the query" else query[U]
    for j, v in enumerate(V):
        unit = np.zeros(len(V))
        unit[j] = 1
        g = np.linalg.lstsq(shared, unit, rcond=1e-12)[0]
        row = S[(v + 1) % len(S)] if slip == "another row" else S[v]
        out += (-1 if slip == "a sign" and j == 0 else 1) * (known @ g) * row
    return out


def eq4(S: np.ndarray, V: list[int], U: list[int], slip: str = "") -> np.ndarray:
    """F (F∩H)^† H, the pseudo-inverse as the shortest least-squares solution of (F∩H) X = H."""
    F, H, shared = S[:, U], S[V], S[np.ix_(V, U)]
    if slip == "without the pseudo-inverse":
        return F @ shared.T @ H
    if slip == "one over each entry":
        return F @ (1 / shared).T @ H
    X = np.linalg.lstsq(shared, H, rcond=1e-10)[0]
    return F @ X * (len(V) / len(U) if slip == "a factor" else 1) + (0.01 * S if slip == "a bit of S" else 0)


def singular_crosses(rng: np.random.Generator) -> list[dict[str, Any]]:
    """Crosses of matrices of low rank too, so that F∩H has no inverse."""
    low = {"S": rng.normal(size=(7, 2)) @ rng.normal(size=(2, 8)), "V": [0, 3, 5, 6], "U": [7, 1, 2]}
    return [*crosses(rng)[2:], low]


def penrose(A: np.ndarray, slip: str = "") -> np.ndarray:
    """What the four conditions of Moore and Penrose leave over for the package's G."""
    G = pseudo_inverse(A, 0.5 if slip == "cut too early" else 1e-10)[0]
    if slip == "transposed":
        G = A.T
    if slip == "one inverse of many":
        G = G + np.ones_like(G) - G @ A @ np.ones_like(G) @ A @ G
    parts = A @ G @ A - A, G @ A @ G - G, (A @ G).T - A @ G, (G @ A).T - G @ A
    return np.array([float(np.abs(part).max()) for part in parts])


def thin(rng: np.random.Generator) -> list[dict[str, Any]]:
    """Intersections of several shapes, the last two of rank 2."""
    A = [rng.normal(size=shape) for shape in ((3, 3), (5, 2), (2, 6))]
    low = [rng.normal(size=(m, 2)) @ rng.normal(size=(2, n)) for m, n in ((4, 4), (6, 5))]
    return [{"A": matrix} for matrix in (*A, *low)]


def core(S: np.ndarray, slip: str = "") -> np.ndarray:
    """G of the package with everything as representative."""
    found = CUR(S, range(len(S)), range(len(S)), center=slip == "centred").G
    return found.T if slip == "transposed" else found


def fitting(S: np.ndarray, V: list[int], U: list[int], slip: str = "") -> np.ndarray:
    """What the package rebuilds of S."""
    if slip == "a row too few":
        V = V[: max(1, np.linalg.matrix_rank(S) - 1)]
    if slip == "a percent of noise":
        S = S * (1 + 0.01 * np.sin(np.arange(S.size)).reshape(S.shape))
    return CUR(S, V, U, center=False, rcond=1e-8).reconstruct()


def low_crosses(rng: np.random.Generator) -> list[dict[str, Any]]:
    """Matrices of low rank, with as many representatives or more: a cut-off for those that are nearly singular."""
    found = []
    for m, n, rank, v, u in ((5, 6, 1, 1, 1), (9, 9, 3, 3, 3), (20, 30, 4, 7, 5), (30, 20, 6, 6, 12)):
        # Orthonormal factors, so that rows and columns at random share the rank without being near a lower one.
        left, right = (np.linalg.qr(rng.normal(size=(size, rank)))[0] for size in (m, n))
        S = left @ np.diag(1.0 + np.arange(rank)) @ right.T
        found.append({"S": S, "V": rng.permutation(m)[:v].tolist(), "U": rng.permutation(n)[:u].tolist()})
    return found


def rank_of_product(S: np.ndarray, V: list[int], U: list[int]) -> int:
    """Rank of F G H by the package."""
    return int(np.linalg.matrix_rank(CUR(S, V, U, center=False, rcond=1e-9).reconstruct(), tol=1e-7))


a, b, c, d, e, f = sp.symbols("a b c d e f", real=True)
p, q, r, s, t, w = sp.symbols("p q r s t w", real=True)
LOW = sp.Matrix([[a, b], [c, d], [e, f]]) * sp.Matrix([[p, q, r], [s, t, w]])
"""Any 3 × 3 matrix of rank 2."""

ENTRIES = [
    Entry(
        id="9336.eq3",
        kind="identity",
        latex=r"s(q,k)\approx\sum_{u\in\mathcal U,\,v\in\mathcal V}s(q,u)\,g(u,v)\,s(v,k),\quad"
        r"\mathcal U\subset\mathcal K,\ \mathcal V\subset\mathcal Q",
        says="CUR: the representatives are members, so that f and h are the scorer itself",
        section=SECTION,
        evidence=(
            Exact(
                statement=members,
                against=parts,
                witnesses=whole_crosses,
                mutants={slip: functools.partial(members, slip=slip) for slip in (
                    "columns of V, rows of U", "the next item",
                )},
                about="F and H of the package are columns and rows of S, entry by entry",
            ),
            Numeric(
                statement=eq3,
                against=lambda S, V, U, query: CUR(S, V, U, center=False).predict(query[U]),
                witnesses=newcomers,
                rtol=1e-8,
                atol=1e-9,
                mutants={slip: functools.partial(eq3, slip=slip) for slip in (
                    "without the query", "another row", "a sign",
                )},
                about="a query that is no row of S: from its scores with U alone, against the package's predict",
            ),
        ),
    ),
    Entry(
        id="9336.eq4",
        kind="identity",
        latex=r"\boldsymbol S\approx\boldsymbol F\,(\boldsymbol F\cap\boldsymbol H)^\dagger\,\boldsymbol H",
        says="G is the pseudo-inverse of what F and H share",
        section=SECTION,
        evidence=(
            Numeric(
                statement=eq4,
                against=by_package,
                witnesses=singular_crosses,
                rtol=1e-7,
                atol=1e-8,
                mutants={slip: functools.partial(eq4, slip=slip) for slip in (
                    "without the pseudo-inverse", "one over each entry", "a factor", "a bit of S",
                )},
                about="shortest least-squares solutions in place of a pseudo-inverse, against the package",
            ),
            Numeric(
                statement=penrose,
                against=lambda A: np.zeros(4),
                witnesses=thin,
                rtol=0,
                atol=1e-9,
                mutants={slip: functools.partial(penrose, slip=slip) for slip in (
                    "transposed", "cut too early", "one inverse of many",
                )},
                about="the package's G satisfies the four conditions of Moore and Penrose",
            ),
        ),
    ),
    Entry(
        id="9336.claim3",
        kind="identity",
        latex=r"\mathrm{rank}(\boldsymbol F\cap\boldsymbol H)=\mathrm{rank}(\boldsymbol S)\ \Rightarrow\ "
        r"\boldsymbol S=\boldsymbol F(\boldsymbol F\cap\boldsymbol H)^\dagger\boldsymbol H",
        says="with everything as representative G is the inverse; and it is exact wherever the ranks agree",
        section=SECTION,
        evidence=(
            Symbolic(
                statement=LOW[2, 0] * LOW[0, 2] * LOW[1, 1]
                + LOW[2, 1] * LOW[1, 2] * LOW[0, 0]
                - LOW[2, 0] * LOW[1, 2] * LOW[0, 1]
                - LOW[2, 1] * LOW[0, 2] * LOW[1, 0],
                against=LOW[2, 2] * (LOW[0, 0] * LOW[1, 1] - LOW[0, 1] * LOW[1, 0]),
                no_automatic="forty products of letters; the mutants are those that could be meant",
                mutants={
                    "a product left out": LOW[2, 0] * LOW[0, 2] * LOW[1, 1]
                    + LOW[2, 1] * LOW[1, 2] * LOW[0, 0]
                    - LOW[2, 0] * LOW[1, 2] * LOW[0, 1],
                    "G transposed": LOW[2, 0] * LOW[0, 2] * LOW[1, 1]
                    + LOW[2, 1] * LOW[1, 2] * LOW[0, 0]
                    - LOW[2, 0] * LOW[1, 2] * LOW[1, 0]
                    - LOW[2, 1] * LOW[0, 2] * LOW[0, 1],
                },
                partial=True,
                about="any 3 x 3 matrix of rank 2 from its first two rows and columns: the last entry, times det(F∩H)",
            ),
            Numeric(
                statement=core,
                against=lambda S: np.array(sp.Matrix(S).inv().tolist(), dtype=float),
                witnesses=lambda rng: [{"S": whole(rng, n, n) + 50 * np.eye(n, dtype=int)} for n in (1, 2, 4)],
                rtol=1e-10,
                atol=1e-12,  # a 0 of S may be a 0 of its inverse
                mutants={"centred": functools.partial(core, slip="centred"),
                         "transposed": functools.partial(core, slip="transposed")},
                about="U = K, V = Q: the package's G is the inverse by sympy in fractions",
            ),
            Numeric(
                statement=fitting,
                against=lambda S, V, U: S,
                witnesses=low_crosses,
                rtol=0,
                atol=1e-6,
                mutants={
                    "a row too few": functools.partial(fitting, slip="a row too few"),
                    "a percent of noise": functools.partial(fitting, slip="a percent of noise"),
                },
                about="matrices of rank 1 to 6, from the rank's number of representatives and more",
            ),
        ),
    ),
    Entry(
        id="9336.claim3.only",
        kind="identity",
        latex=r"\mathrm{rank}(\boldsymbol F(\boldsymbol F\cap\boldsymbol H)^\dagger\boldsymbol H)"
        r"=\mathrm{rank}(\boldsymbol F\cap\boldsymbol H)",
        says="and nowhere else: what comes back has the rank of the intersection",
        section=SECTION,
        evidence=(
            Exact(
                statement=rank_of_product,
                against=lambda S, V, U: int((np.linalg.svd(S[np.ix_(V, U)])[1] > 1e-9).sum()),
                witnesses=lambda rng: [w | {"V": w["V"][:2], "U": w["U"][:4]} for w in low_crosses(rng)[1:]],
                mutants={"the rank of S": lambda S, V, U: int(np.linalg.matrix_rank(S))},
                about="two rows of matrices of rank 3 to 6",
            ),
        ),
    ),
]  # fmt: skip
