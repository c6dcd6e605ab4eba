"""Which items represent the others (9336.claim6): orders in which to take them, the best first.

Every rule has one signature, (matrix [m, n], count, rng) -> ``count`` different columns: the matrix holds a column an
item, its scores with the anchor queries or its features. All are nested but k-means: the first 50 of 100 are the choice
of 50. Rows are chosen by handing over the transposed matrix.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from blogtools.similarity.cur import Matrix, require_matrix, require_whole

Places = NDArray[np.int64]
Rule = Callable[[ArrayLike, int, np.random.Generator], Places]


def random_columns(matrix: ArrayLike, count: int, rng: np.random.Generator) -> Places:
    """Uniformly at random without repetition, as in the published ANNCUR."""
    size = np.asarray(matrix).shape[-1]
    return rng.permutation(size)[: require_whole("count", count, 1, size)]


def pivoted_qr(matrix: ArrayLike, count: int, rng: np.random.Generator | None = None) -> Places:
    """Greedily: always the column with most left after projection on those chosen, the mean entry taken off first.

    The columns of a QR decomposition with pivoting; m n min(m, n) operations. After min(m, n) columns, or where they
    span all the others, nothing is left to tell the rest apart: they follow in the order of LAPACK. No chance is
    involved, ``rng`` is not used.
    """
    from scipy.linalg import qr

    S, count = _centred(matrix, count)
    return qr(S, mode="r", pivoting=True)[1][:count].astype(np.int64)


def leverage_scores(matrix: ArrayLike, rank: int) -> NDArray[np.float64]:
    """What each column [n] weighs in the ``rank`` best right singular vectors, after centring: sums to 1."""
    S = require_matrix("matrix", matrix)
    rank = require_whole("rank", rank, 1, min(S.shape))
    Vt = np.linalg.svd(S - S.mean(), full_matrices=False)[2]
    return np.square(Vt[:rank]).sum(axis=0) / rank


def leverage(matrix: ArrayLike, count: int, rng: np.random.Generator) -> Places:
    """At random without repetition, with the leverage scores of rank min(m, n, 50) as odds (Mahoney and Drineas)."""
    S, count = _centred(matrix, count)
    scores = leverage_scores(S, min(50, *S.shape))
    # The largest of log p + Gumbel noise are draws one after the other without replacement; p = 0 comes last.
    with np.errstate(divide="ignore"):
        keys = np.log(scores) + rng.gumbel(size=len(scores))
    return np.argsort(-keys, kind="stable")[:count]


def k_means(matrix: ArrayLike, count: int, rng: np.random.Generator) -> Places:
    """The column nearest to each of ``count`` cluster centres, as 9336 proposes; the largest cluster first.

    Where one column is the nearest to two centres, the smaller cluster takes its next.
    """
    from sklearn.cluster import KMeans

    S, count = _centred(matrix, count)
    found = KMeans(count, n_init=1, max_iter=50, random_state=int(rng.integers(2**31))).fit(S.T)
    distances = found.transform(S.T)
    sizes = np.bincount(found.labels_, minlength=count)
    chosen = np.empty(count, dtype=np.int64)
    for place, centre in enumerate(np.argsort(-sizes, kind="stable")):
        chosen[place] = np.argmin(distances[:, centre])
        distances[chosen[place]] = np.inf
    return chosen


def _centred(matrix: ArrayLike, count: int) -> tuple[Matrix, int]:
    S = require_matrix("matrix", matrix)
    return S - S.mean(), require_whole("count", count, 1, S.shape[1])


ANCHORS: dict[str, Rule] = {
    "random": random_columns,
    "qr": pivoted_qr,
    "leverage": leverage,
    "k-means": k_means,
}
