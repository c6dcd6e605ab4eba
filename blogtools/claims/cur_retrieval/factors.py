"""Section "Matrix factorisation": eq1, eq2, and what a diagonal G makes of them (claim2, slip2)."""

import functools
from typing import Any

import numpy as np
import sympy as sp
from scipy import linalg

from blogtools.claims.cur_retrieval.problem import whole
from blogtools.ledger import Entry, Exact, Numeric, Open
from blogtools.similarity import CUR, svd_limit

SECTION = "Matrix factorisation"


def crosses(rng: np.random.Generator) -> list[dict[str, Any]]:
    """A matrix, rows and columns: square intersections, tall ones, wide ones."""
    found = []
    for m, n, v, u in ((4, 5, 1, 1), (6, 9, 3, 3), (9, 7, 5, 2), (8, 12, 3, 6)):
        rows, columns = rng.permutation(m)[:v].tolist(), rng.permutation(n)[:u].tolist()
        found.append({"S": rng.normal(size=(m, n)), "V": rows, "U": columns})
    return found


def eq1(S: np.ndarray, V: list[int], U: list[int], slip: str = "") -> np.ndarray:
    """The double sum over representatives, pair by pair; g is NumPy's pseudo-inverse."""
    g = np.linalg.pinv(S[np.ix_(V, U)])
    out = np.zeros_like(S)
    for q in range(len(S)):
        for k in range(S.shape[1]):
            for i, u in enumerate(U):
                for j, v in enumerate(V):
                    if slip == "one pair of representatives" and i != j:
                        continue
                    weight = 1.0 if slip == "no weights" else g[i, j]
                    out[q, k] += S[q, u] * weight * (S[q, k] if slip == "h of the query itself" else S[v, k])
    return out


def by_package(S: np.ndarray, V: list[int], U: list[int]) -> np.ndarray:
    """F G H by the package."""
    return CUR(S, V, U, center=False).reconstruct()


def eq2(F: np.ndarray, G: np.ndarray, H: np.ndarray, order: str = "FGH") -> list[list[int]]:
    """The product of the three matrices."""
    product = {"FGH": F @ G @ H, "F G^T H": F @ G.T @ H, "F H": F @ H}[order]
    return product.tolist()


def written_out(F: np.ndarray, G: np.ndarray, H: np.ndarray) -> list[list[int]]:
    """The same by eq1, in Python's whole numbers."""
    f, g, h = F.tolist(), G.tolist(), H.tolist()
    return [
        [
            sum(f[q][u] * g[u][v] * h[v][k] for u in range(len(g)) for v in range(len(h)))
            for k in range(len(h[0]))
        ]
        for q in range(len(f))
    ]  # fmt: skip


def by_eigenvectors(S: np.ndarray, r: int, slip: str = "") -> np.ndarray:
    """F G H with G the diagonal of the r largest singular values, from the eigenvectors of S Sᵀ."""
    values, vectors = np.linalg.eigh(S @ S.T)
    if slip == "the smallest":
        values, vectors = values[::-1], vectors[:, ::-1]
    values, F = values[::-1][: r - (slip == "one fewer")], vectors[:, ::-1][:, : r - (slip == "one fewer")]
    root = np.sqrt(values)
    H = (F / root).T @ S
    return F @ np.diag(values if slip == "squares" else root) @ H


def left_over(S: np.ndarray, r: int, first: int = 0, power: int = 2) -> float:
    """Root of the sum of the squares of the singular values beyond the first r."""
    return float((linalg.svdvals(S)[r + first :] ** power).sum() ** 0.5)


def distance(S: np.ndarray, r: int) -> float:
    """‖S − its nearest matrix of rank r‖, by the package."""
    return float(np.linalg.norm(S - svd_limit(S, r, center=False)))


def matrices(rng: np.random.Generator) -> list[dict[str, Any]]:
    """Some matrices, and a rank below theirs."""
    return [{"S": rng.normal(size=shape), "r": r} for shape, r in (((5, 8), 3), ((6, 6), 1), ((9, 12), 8))]


def diagonal(S: np.ndarray, orthonormal: bool) -> np.ndarray:
    """The diagonal G of an exact S = F G H: F and H orthonormal, or triangular with ones on the diagonal (L D U)."""
    if orthonormal:
        return np.sqrt(np.linalg.eigvalsh(S @ S.T))[::-1]
    L, D, rest = np.eye(len(S)), np.zeros(len(S)), S.copy()
    for i in range(len(S)):
        D[i] = rest[i, i]
        L[:, i] = rest[:, i] / D[i]
        rest = rest - np.outer(L[:, i], rest[i])
    return np.sort(np.abs(D))[::-1]


def squares(rng: np.random.Generator) -> list[dict[str, Any]]:
    """Square matrices without a small pivot."""
    return [{"S": rng.normal(size=(n, n)) + 4 * np.eye(n)} for n in (2, 4, 7)]


ENTRIES = [
    Entry(
        id="9336.eq1",
        kind="identity",
        latex=r"s(q,k)\approx\sum_{u\in\mathcal U,\,v\in\mathcal V}f(q,u)\,g(u,v)\,h(v,k)",
        says="a score through representatives: the query meets some u, the item some v, and g weighs the pairs",
        section=SECTION,
        evidence=(
            Numeric(
                statement=eq1,
                against=by_package,
                witnesses=crosses,
                rtol=1e-8,
                atol=1e-9,
                mutants={
                    slip: functools.partial(eq1, slip=slip)
                    for slip in (
                        "one pair of representatives",
                        "no weights",
                        "h of the query itself",
                    )
                },
                about="the double sum pair by pair against the package's matrices, for CUR's f, g and h",
            ),
        ),
    ),
    Entry(
        id="9336.eq2",
        kind="identity",
        latex=r"\boldsymbol S\approx\boldsymbol F\boldsymbol G\boldsymbol H,\quad"
        r"\boldsymbol F\in\mathbb R^{|\mathcal Q|\times|\mathcal U|},\ "
        r"\boldsymbol G\in\mathbb R^{|\mathcal U|\times|\mathcal V|},\ "
        r"\boldsymbol H\in\mathbb R^{|\mathcal V|\times|\mathcal K|}",
        says="the same for all pairs at once: a product of three matrices",
        section=SECTION,
        evidence=(
            Exact(
                statement=eq2,
                against=written_out,
                witnesses=lambda rng: [
                    {"F": whole(rng, q, u), "G": whole(rng, u, u), "H": whole(rng, u, k)}
                    for q, u, k in ((2, 2, 3), (5, 3, 4), (3, 6, 7))
                ],
                mutants={order: functools.partial(eq2, order=order) for order in ("F G^T H", "F H")},
                about="whole numbers, G square so that a transposed one fits too",
            ),
            Exact(
                statement=lambda F, G, H: int(sp.Matrix(F @ G @ H).rank()),
                against=lambda F, G, H: min(G.shape),
                witnesses=lambda rng: [
                    {"F": whole(rng, 8, u), "G": whole(rng, u, v), "H": whole(rng, v, 9)}
                    for u, v in ((1, 4), (3, 5), (4, 2))
                ],
                mutants={"the rank of F": lambda F, G, H: int(sp.Matrix(np.c_[F, F[:, :1] + G.sum() ** 2 + 1]).rank())},
                partial=True,
                about="why it compresses: the rank is that of G, at most the smaller number of representatives",
            ),
        ),
    ),
    Entry(
        id="9336.claim2",
        kind="identity",
        latex=r"\boldsymbol S\approx\boldsymbol F\,\mathrm{diag}(\sigma_1,\dots,\sigma_r)\,\boldsymbol H,\quad"
        r"\boldsymbol F^\top\boldsymbol F=\boldsymbol H\boldsymbol H^\top=\boldsymbol I",
        says="with a diagonal G and orthonormal F and H it is the SVD, and no matrix of its rank is nearer",
        section=SECTION,
        evidence=(
            Numeric(
                statement=by_eigenvectors,
                against=lambda S, r: svd_limit(S, r, center=False),
                witnesses=matrices,
                rtol=1e-7,
                atol=1e-8,
                mutants={
                    slip: functools.partial(by_eigenvectors, slip=slip)
                    for slip in (
                        "one fewer",
                        "the smallest",
                        "squares",
                    )
                },
                about="from eigenvectors of S S^T, against the package's limit",
            ),
            Numeric(
                statement=left_over,
                against=distance,
                witnesses=matrices,
                rtol=1e-9,
                mutants={
                    "one value more": functools.partial(left_over, first=-1),
                    "not squared": functools.partial(left_over, power=1),
                },
                about="what is left over: all singular values that are not used",
            ),
            Numeric(
                statement=functools.partial(diagonal, orthonormal=True),
                against=lambda S: linalg.svdvals(S),
                witnesses=squares,
                rtol=1e-8,
                mutants={"triangular F and H": functools.partial(diagonal, orthonormal=False)},
                about="its diagonal is that of the singular values",
            ),
        ),
    ),
    Entry(
        id="9336.claim2.readable",
        kind="experiment",
        latex="",
        says="representatives that are members are easier to understand than the SVD's invented ones",
        section=SECTION,
        open=Open(
            "what readers understand is not in a matrix",
            "a study that asks people what a representative stands for, member or singular vector",
        ),
    ),
    Entry(
        id="9336.slip2",
        kind="identity",
        latex=r"\boldsymbol G\ \text{diagonal},\ \boldsymbol F,\boldsymbol H\ \text{free}"
        r"\ \Rightarrow\ \boldsymbol G=\mathrm{diag}(\sigma_1,\dots,\sigma_n)",
        says="a diagonal G alone does not give the SVD: L D U has one too, and other numbers on it",
        section="Errata and remarks",
        corrected_by="9336.claim2",
        evidence=(
            Numeric(
                statement=functools.partial(diagonal, orthonormal=False),
                amended=lambda S: np.sqrt(np.linalg.eigvals(S.T @ S).real)[
                    np.argsort(-np.linalg.eigvals(S.T @ S).real)
                ],
                against=lambda S: linalg.svdvals(S),
                witnesses=squares,
                rtol=1e-8,
                about="an exact S = L D U, its D sorted, against the singular values; right: orthonormal F and H",
            ),
        ),
    ),
]
