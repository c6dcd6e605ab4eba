"""CUR: a matrix through some of its own rows and columns (9336.eq3, eq4), and the limit for its rank.

S ≈ F G H: F holds the columns of the representatives 𝒰, H the rows of the representatives 𝒱, and G is the
pseudo-inverse of what both share, F∩H = S[𝒱, 𝒰], so G is |𝒰| × |𝒱|.
"""

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Matrix = NDArray[np.float64]


class CUR:
    """S ≈ F G H + μ (9336.eq4) for ``matrix`` S [m, n] of finite numbers, from some of its ``rows`` and ``columns``.

    With ``center`` the mean μ of all entries is taken off first and put back at the end; otherwise μ = 0. Singular
    values of F∩H up to ``rcond`` times the largest count as 0; None leaves out rounding alone, max(|𝒰|, |𝒱|) · 2^−52.

    Exact when S − μ and its part F∩H − μ have the same rank (9336.claim3, where μ = 0). Where F∩H has a small singular
    value s that S does not share, what S has beyond that rank comes back multiplied by 1/s. That is worst for
    |𝒰| = |𝒱|, since a random square matrix is the one that is nearly singular; a cut-off, or more rows than columns,
    cures it. Choose the cut-off after centring: on raw scores the mean is the largest singular value.

    Attributes: ``mean`` μ; F [m, |columns|], G [|columns|, |rows|], H [|rows|, n], in float64; ``singular_values`` of
    F∩H − μ, and ``rank``, how many of them are kept. Two equal rows or columns only lower the rank.

    Raises ``ValueError`` for entries that are no finite real numbers, and for rows or columns that are none, twice the
    same, or not there.
    """

    def __init__(
        self,
        matrix: ArrayLike,
        rows: ArrayLike,
        columns: ArrayLike,
        center: bool = True,
        rcond: float | None = None,
    ) -> None:
        S = require_matrix("matrix", matrix)
        self.rows = require_places("rows", rows, S.shape[0])
        self.columns = require_places("columns", columns, S.shape[1])
        self.mean = float(S.mean()) if center else 0.0
        self.F = S[:, self.columns] - self.mean
        self.H = S[self.rows] - self.mean
        self.G, self.singular_values, self.rank = pseudo_inverse(self.H[:, self.columns], rcond)

    def reconstruct(self) -> Matrix:
        """F G H + μ [m, n]."""
        return self.F @ self.G @ self.H + self.mean

    def predict(self, scores: ArrayLike) -> Matrix:
        """Approximate scores [..., n] of a query, no row of S perhaps, with all items, from those with 𝒰 [..., |𝒰|].

        A row of F is enough for a row of S: that is the search of 9336 (claim4).
        """
        known = np.asarray(scores, dtype=np.float64)
        if known.shape[-1:] != self.columns.shape or not np.isfinite(known).all():
            raise ValueError(f"scores of shape {known.shape} must be [..., {len(self.columns)}] of finite numbers")
        return (known - self.mean) @ self.G @ self.H + self.mean


def pseudo_inverse(matrix: Matrix, rcond: float | None = None) -> tuple[Matrix, Matrix, int]:
    """(pseudo-inverse [n, m], all singular values, rank) of ``matrix`` [m, n]; ``rcond`` as in :class:`CUR`."""
    if rcond is None:
        rcond = max(matrix.shape) * float(np.finfo(np.float64).eps)
    elif isinstance(rcond, bool) or not 0 <= rcond < 1:
        raise ValueError(f"rcond = {rcond!r} must be None or a number in [0, 1)")
    U, s, Vt = np.linalg.svd(matrix, full_matrices=False)
    rank = int((s > rcond * s[0]).sum())
    return (Vt[:rank].T / s[:rank]) @ U[:, :rank].T, s, rank


def best_core(matrix: ArrayLike, rows: ArrayLike, columns: ArrayLike, center: bool = True) -> Matrix:
    """The G [|columns|, |rows|] for which F G H is nearest to S: F† S H†, which needs all of S and not only F∩H.

    What a pseudo-inverse of F∩H loses against it is the price of never having seen the rest. Arguments, μ and errors as
    in :class:`CUR`.
    """
    parts = CUR(matrix, rows, columns, center)
    S = require_matrix("matrix", matrix) - parts.mean
    return pseudo_inverse(parts.F)[0] @ S @ pseudo_inverse(parts.H)[0]


def svd_limit(matrix: ArrayLike, rank: int, center: bool = True) -> Matrix:
    """The nearest matrix [m, n] of this rank (plus μ with ``center``): no CUR of the rank has a smaller error.

    A limit and no method, for it needs all of S (Eckart and Young). Rank 0 is the mean; ``ValueError`` for a rank that
    is no whole number from 0 to min(m, n).
    """
    S = require_matrix("matrix", matrix)
    rank = require_whole("rank", rank, 0, min(S.shape))
    mean = S.mean() if center else 0.0
    U, s, Vt = np.linalg.svd(S - mean, full_matrices=False)
    return (U[:, :rank] * s[:rank]) @ Vt[:rank] + mean


def relative_error(matrix: ArrayLike, approximation: ArrayLike) -> float:
    """‖S − S̃‖ / ‖S − mean S‖ in the Frobenius norm: 0 is exact, 1 is as bad as the mean alone.

    ``ValueError`` where S is constant, unequal in shape, or not finite.
    """
    S, other = require_matrix("matrix", matrix), require_matrix("approximation", approximation)
    if S.shape != other.shape:
        raise ValueError(f"approximation has shape {other.shape}, but matrix {S.shape}")
    spread = float(np.linalg.norm(S - S.mean()))
    if spread <= 1e-14 * float(np.abs(S).max()) * math.sqrt(S.size):
        raise ValueError("matrix is constant, so that there is nothing to approximate")
    return float(np.linalg.norm(S - other)) / spread


def require_matrix(name: str, values: ArrayLike) -> Matrix:
    """``values`` as float64 [m, n], m and n ≥ 1; ``ValueError`` unless all are finite real numbers."""
    array = np.asarray(values)
    if array.dtype.kind not in "iuf" or array.ndim != 2 or array.size == 0:
        raise ValueError(f"{name} has shape {array.shape} and dtype {array.dtype}, but must be [m, n] of real numbers")
    if not np.isfinite(array).all():
        first = tuple(int(i) for i in np.argwhere(~np.isfinite(array))[0])
        raise ValueError(f"{name}{list(first)} = {array[first]}, but all must be finite")
    return array.astype(np.float64)


def require_places(name: str, values: ArrayLike, size: int) -> NDArray[np.int64]:
    """``values`` as int64 [k], k ≥ 1; ``ValueError`` unless they are different whole numbers from 0 to size − 1."""
    array = np.asarray(values)
    if array.dtype.kind not in "iu" or array.ndim != 1 or array.size == 0:
        raise ValueError(f"{name} = {values!r} must be a list of whole numbers, and not empty")
    if array.min() < 0 or array.max() >= size:
        wrong = array[(array < 0) | (array >= size)][0]
        raise ValueError(f"{name} holds {wrong}, but must hold numbers from 0 to {size - 1}")
    unique, counts = np.unique(array, return_counts=True)
    if len(unique) < len(array):
        raise ValueError(f"{name} holds {unique[counts > 1][0]} more than once")
    return array.astype(np.int64)


def require_whole(name: str, value: Any, least: int, most: int) -> int:
    """``value`` as an int; ``ValueError`` unless it is a whole number from ``least`` to ``most`` (True is not one)."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or not least <= value <= most:
        raise ValueError(f"{name} = {value!r} must be a whole number from {least} to {most}")
    return int(value)
