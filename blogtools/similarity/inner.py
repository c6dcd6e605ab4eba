"""Exact search for the largest inner products: by faiss, or by torch where faiss is not there."""

import warnings
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
BACKENDS = ("faiss", "torch")


class InnerProduct:
    """A flat list of vectors [N, d] in float32, searched by inner product: N d multiplications a query (9336.claim1).

    ``backend`` is "faiss" or "torch", None the first of them that can be imported. Both are exact up to rounding.
    """

    def __init__(self, dimension: int, backend: str | None = None) -> None:
        if backend not in (None, *BACKENDS):
            raise ValueError(f"backend = {backend!r} must be None, {' or '.join(map(repr, BACKENDS))}")
        self._faiss = None if backend == "torch" else _faiss_index(dimension, required=backend == "faiss")
        self._vectors = torch.empty(0, dimension)
        self.backend = "torch" if self._faiss is None else "faiss"

    def __len__(self) -> int:
        return len(self._vectors) if self._faiss is None else int(self._faiss.ntotal)

    def add(self, vectors: Vectors) -> None:
        """Append ``vectors`` [n, d]; their ids go on from those there are."""
        vectors = np.ascontiguousarray(vectors, dtype=np.float32)
        if self._faiss is None:
            self._vectors = torch.cat([self._vectors, torch.from_numpy(vectors)])
        else:
            self._faiss.add(vectors)

    def search(self, queries: Vectors, k: int) -> tuple[Vectors, NDArray[np.int64]]:
        """(inner products [n, k], ids [n, k]), the largest first, of ``queries`` [n, d]; k ≤ N."""
        queries = np.ascontiguousarray(queries, dtype=np.float32)
        if self._faiss is not None:
            return self._faiss.search(queries, k)
        best = torch.topk(torch.from_numpy(queries) @ self._vectors.T, k, dim=1)
        return best.values.numpy(), best.indices.numpy()


def _faiss_index(dimension: int, *, required: bool) -> Any:
    try:
        with warnings.catch_warnings():
            # SWIG's own types warn on import.
            warnings.simplefilter("ignore", DeprecationWarning)
            import faiss
    except ImportError:
        if required:
            raise
        return None
    return faiss.IndexFlatIP(dimension)
