"""How much of the truth a search brought back."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from blogtools.similarity.cur import require_matrix, require_whole


def topk_recall(ids: ArrayLike, scores: ArrayLike, k: int) -> NDArray[np.float64]:
    """The share of each query's k best items among the first k found, [n] numbers from 0 to 1.

    ``ids`` [n, ≥ k]: what a search returned, the best first; −1 stands for nothing, as in faiss. ``scores`` [n, N]: the
    true score of every item. Equal scores are equally good: an item counts when at most k − 1 items beat it.

    Raises ``ValueError`` for a k that is no whole number from 1 to the number of items or of columns of ``ids``, for
    shapes that do not match, ids that are not there or twice the same in a row, and scores that are not finite.
    """
    truth = require_matrix("scores", scores)
    found = np.asarray(ids)
    if found.dtype.kind not in "iu" or found.ndim != 2 or len(found) != len(truth):
        raise ValueError(
            f"ids has shape {found.shape} and dtype {found.dtype}, but must be [{len(truth)}, ≥ k] integers"
        )
    size = truth.shape[1]
    k = require_whole("k", k, 1, min(size, found.shape[1]))
    found = found[:, :k].astype(np.int64)
    if found.min() < -1 or found.max() >= size:
        raise ValueError(f"ids holds {found.min()} to {found.max()}, but must hold numbers from -1 to {size - 1}")
    in_order = np.sort(found, axis=1)
    if ((in_order[:, 1:] == in_order[:, :-1]) & (in_order[:, 1:] >= 0)).any():
        raise ValueError("ids holds the same item twice in one row")
    worst = np.partition(truth, size - k, axis=1)[:, size - k]
    right = (np.take_along_axis(truth, np.maximum(found, 0), axis=1) >= worst[:, None]) & (found >= 0)
    return right.mean(axis=1)
