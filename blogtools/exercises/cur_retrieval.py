"""Exercises of post 9336, from the rank of a bi-encoder to the query at which an index has paid for itself."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from blogtools.exercises import Exercise

Array = NDArray[Any]


def _crosses() -> list[tuple[Any, ...]]:
    rng = np.random.default_rng(9336)
    sizes = ((6, 8, 3, 3, 3), (7, 9, 2, 4, 3), (9, 7, 5, 3, 5))
    return [
        (
            rng.normal(size=(m, rank)) @ rng.normal(size=(rank, n)) + 0.1 * rng.normal(size=(m, n)),
            rng.permutation(m)[:v],
            rng.permutation(n)[:u],
        )
        for m, n, rank, v, u in sizes
    ]


def _cur(S: Array, V: Array, U: Array) -> Array:
    return S[:, U] @ np.linalg.pinv(S[np.ix_(V, U)]) @ S[V]


def _predicted() -> list[tuple[Any, ...]]:
    return [(S[-1, U], S[np.ix_(V, U)], S[V]) for S, V, U in _crosses()]


def _estimate(known: Array, shared: Array, H: Array) -> Array:
    return known @ np.linalg.pinv(shared) @ H


def _found() -> list[tuple[Any, ...]]:
    rng = np.random.default_rng(0)
    return [(rng.permutation(12)[:8], rng.normal(size=12), k) for k in (2, 3, 5)]


def _recall(ids: Array, scores: Array, k: int) -> float:
    return len(set(ids[:k].tolist()) & set(np.argsort(-scores)[:k].tolist())) / k


def _cut() -> list[tuple[Any, ...]]:
    rng = np.random.default_rng(3)
    left, right = (np.linalg.qr(rng.normal(size=(6, 6)))[0] for _ in range(2))
    values = np.array([9.0, 4.0, 1.5, 0.4, 0.05, 0.001])
    return [(left @ np.diag(values) @ right.T, rcond) for rcond in (1e-1, 3e-2, 1e-3)]


def _pinv(A: Array, rcond: float) -> Array:
    return np.linalg.pinv(A, rcond=rcond)


EXERCISES = [
    Exercise(
        "9336.rank",
        lambda Q, K, d: min(Q, K, d),
        [(100, 3000, 64), (10, 3000, 64), (500, 20, 64)],
        {
            "vectors of d dimensions give a rank of at most d, whatever the size of the matrix": lambda Q, K, d: min(
                Q, K
            ),
            "few rows or columns bound the rank as well": lambda Q, K, d: d,
            "the rank of a product is that of the thinnest factor, not the sum": lambda Q, K, d: 2 * d,
        },
    ),
    Exercise(
        "9336.core",
        _cur,
        _crosses(),
        {
            "F holds the columns U, and the query's side comes first: that is H, core and F the other way round": (
                lambda S, V, U: _swapped(S, V, U)
            ),
            "V are rows and U are columns; they are taken the other way round": lambda S, V, U: _cur(S, U, V),
            "that holds where the block is square and far from singular; np.linalg.pinv holds for every block": (
                lambda S, V, U: S[:, U] @ np.linalg.inv(S[np.ix_(V, U)]) @ S[V]
            ),
            "S[V, U] pairs the first of V with the first of U; np.ix_(V, U) takes the whole block": lambda S, V, U: (
                S[:, U] @ np.linalg.pinv(S[V, U]) @ S[V]
            ),
            "the intersection itself is not G: invert it": lambda S, V, U: S[:, U] @ S[np.ix_(V, U)].T @ S[V],
            "that is the best core for F and H, which needs all of S": lambda S, V, U: (
                S[:, U] @ (np.linalg.pinv(S[:, U]) @ S @ np.linalg.pinv(S[V])) @ S[V]
            ),
            "that inverts each entry; the pseudo-inverse inverts the matrix": lambda S, V, U: (
                S[:, U] @ (1 / S[np.ix_(V, U)]).T @ S[V]
            ),
            "G is missing": lambda S, V, U: S[:, U] @ np.ones((len(U), len(V))) @ S[V],
        },
    ),
    Exercise(
        "9336.query",
        _estimate,
        _predicted(),
        {
            "that is GH, which is cached; multiply it by the query's scores": lambda known, shared, H: (
                np.linalg.pinv(shared) @ H
            ),
            "the query's scores meet G before they meet H": lambda known, shared, H: known.sum() * H.sum(0),
            "that is the intersection transposed; G is its pseudo-inverse": lambda known, shared, H: (
                known @ shared.T @ H
            ),
            "those are the weights of the anchor queries; multiply them by H": lambda known, shared, H: (
                known @ np.linalg.pinv(shared)
            ),
        },
    ),
    Exercise(
        "9336.calls",
        lambda V, K: V * K / (K - 100),
        [(250, 3000), (10, 400), (1000, 10**6)],
        {
            "that is what is paid beforehand; each query saves K − 100 calls": lambda V, K: V * K,
            "a query with the index still makes 100 calls": lambda V, K: V,
            "that is the share that is saved": lambda V, K: (K - 100) / K,
            "upside down: what was paid beforehand stands above": lambda V, K: (K - 100) / (V * K),
            "asked is the number itself; leave it unrounded": lambda V, K: math.ceil(V * K / (K - 100)),
            "divide by what one query saves, not by what it costs": lambda V, K: V * K / 100,
            "a query saves 2,900 calls of 3,000 items only": lambda V, K: V * K / 2900,
            "/ and not //: leave it unrounded": lambda V, K: V * K // (K - 100),
        },
    ),
    Exercise(
        "9336.recall",
        _recall,
        _found(),
        {
            "that asks whether the order agrees as well; recall does not": lambda ids, scores, k: float(
                np.mean(ids[:k] == np.argsort(-scores)[:k])
            ),
            "the best have the highest scores, so sort downwards": lambda ids, scores, k: (
                len(set(ids[:k].tolist()) & set(np.argsort(scores)[:k].tolist())) / k
            ),
            "divide by k": lambda ids, scores, k: float(
                len(set(ids[:k].tolist()) & set(np.argsort(-scores)[:k].tolist()))
            ),
            "divide by k, not by all that were found": lambda ids, scores, k: _recall(ids, scores, k) * k / len(ids),
            "only the first k that were found count": lambda ids, scores, k: (
                len(set(ids.tolist()) & set(np.argsort(-scores)[:k].tolist())) / k
            ),
        },
    ),
    Exercise(
        "9336.cut",
        _pinv,
        _cut(),
        {
            "small singular values are inverted as well: that is the pseudo-inverse without a cut-off": lambda A, r: (
                np.linalg.pinv(A)
            ),
            "the cut-off is a part of the largest singular value, not a number by itself": lambda A, r: _absolute(A, r),
            "that is the matrix without its small parts; invert what is left": lambda A, r: _kept(A, r),
            "the inverse of U s V' is V 1/s U', and numpy's svd gives V' already": lambda A, r: _pinv(A, r).T,
            "that lifts small singular values to the cut-off; here they count as zero, and so do their inverses": (
                lambda A, r: _clipped(A, r)
            ),
            "that adds the cut-off to every singular value; here the small ones count as zero": lambda A, r: _damped(
                A, r
            ),
        },
    ),
    Exercise(
        "9336.error",
        lambda s, r: math.sqrt(sum(x * x for x in s[r:])),
        [((3.0, 2.0, 1.0), 1), ((5.0, 4.0, 3.0, 2.0), 2), ((2.0, 1.0, 0.5), 0)],
        {
            "the norm is the root of the sum of squares": lambda s, r: sum(x * x for x in s[r:]),
            "that is the largest value left, the error in the spectral norm": lambda s, r: s[r],
            "those are the values that are kept; the error is made of the rest": lambda s, r: math.sqrt(
                sum(x * x for x in s[:r])
            ),
            "squares add, not the values": lambda s, r: sum(s[r:]),
            "that is in parts of the matrix's own norm; asked is the distance": lambda s, r: math.sqrt(
                sum(x * x for x in s[r:]) / sum(x * x for x in s)
            ),
            "the first r are kept, so s[r] is the first that is lost": lambda s, r: math.sqrt(
                sum(x * x for x in s[r + 1 :])
            ),
        },
    ),
]


def _swapped(S: Array, V: Array, U: Array) -> Array:
    return S[V].T @ np.linalg.pinv(S[np.ix_(V, U)]).T @ S[:, U].T


def _absolute(A: Array, r: float) -> Array:
    U, s, Vt = np.linalg.svd(A)
    kept = s > r
    return (Vt[kept].T / s[kept]) @ U[:, kept].T


def _kept(A: Array, r: float) -> Array:
    U, s, Vt = np.linalg.svd(A)
    kept = s > r * s[0]
    return (U[:, kept] * s[kept]) @ Vt[kept]


def _clipped(A: Array, r: float) -> Array:
    U, s, Vt = np.linalg.svd(A)
    return (Vt.T / np.maximum(s, r * s[0])) @ U.T


def _damped(A: Array, r: float) -> Array:
    U, s, Vt = np.linalg.svd(A)
    return (Vt.T / (s + r * s[0])) @ U.T
