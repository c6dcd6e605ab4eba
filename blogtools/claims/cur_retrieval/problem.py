"""Section "The problem": what a bi-encoder's search is, and why a cross-encoder has nothing like it (claim1)."""

import functools
from typing import Any

import numpy as np
import sympy as sp

from blogtools.ledger import Entry, Exact
from blogtools.similarity import InnerProduct

SECTION = "The problem"


def whole(rng: np.random.Generator, *shape: int) -> np.ndarray:
    """Whole numbers from −20 to 20."""
    return rng.integers(-20, 21, size=shape)


def found(queries: np.ndarray, items: np.ndarray, k: int, backend: str, by: str = "inner product") -> list[list[int]]:
    """The k best inner products of each query, by the package's search; ``by`` another measure where it says so."""
    keys = items / np.linalg.norm(items, axis=1, keepdims=True) if by == "cosine" else items
    if by == "distance":
        keys, queries = np.c_[2 * items, -(items**2).sum(1)], np.c_[queries, np.ones(len(queries))]
    flat = InnerProduct(keys.shape[1], backend)
    flat.add(keys.astype(np.float32))
    ids = flat.search(queries.astype(np.float32), k)[1]
    return [
        [int(np.dot(query[: items.shape[1]], items[i])) for i in row] for query, row in zip(queries, ids, strict=True)
    ]


def by_sorting(queries: np.ndarray, items: np.ndarray, k: int, backend: str) -> list[list[int]]:
    """All inner products in whole numbers, sorted."""
    rows = [[sum(a * b for a, b in zip(q, e, strict=True)) for e in items.tolist()] for q in queries.tolist()]
    return [sorted(row, reverse=True)[:k] for row in rows]


def searches(rng: np.random.Generator) -> list[dict[str, Any]]:
    """A few queries and items, for both backends."""
    sizes = ((1, 3, 1, 2), (4, 30, 10, 5), (3, 200, 7, 16))
    return [
        {"queries": whole(rng, n, d), "items": whole(rng, m, d), "k": k, "backend": backend}
        for n, m, k, d in sizes
        for backend in ("faiss", "torch")
    ]


def rank(d: int, kind: str = "bi") -> int:
    """Rank of the scores of 9 queries with 10 items by vectors of d whole numbers; "cross" squares every score."""
    rng = np.random.default_rng(d)
    scores = whole(rng, 9, d) @ whole(rng, d, 10)
    return int(sp.Matrix(scores**2 if kind == "cross" else scores).rank())


ENTRIES = [
    Entry(
        id="9336.claim1",
        kind="identity",
        latex=r"s(q,k)=\boldsymbol E(q)^\top\boldsymbol E(k)",
        says="a bi-encoder's scores are a product of two thin matrices; the items' one is cached and searched",
        section=SECTION,
        evidence=(
            Exact(
                statement=found,
                against=by_sorting,
                witnesses=searches,
                mutants={
                    "nearest by distance": functools.partial(found, by="distance"),
                    "largest cosine": functools.partial(found, by="cosine"),
                },
                about="faiss and torch over cached items, against sums in whole numbers, sorted",
            ),
            Exact(
                statement=rank,
                against=lambda d: d,
                witnesses=({"d": 1}, {"d": 3}, {"d": 5}),
                mutants={"an interaction, the square": lambda d: rank(d + 1, "cross")},
                about="rank of the scores: the number of dimensions; by sympy",
            ),
        ),
    ),
]
