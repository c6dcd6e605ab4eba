"""What scores are worth: rank correlation, area under the curve, and accuracy with the best threshold (8860)."""

from typing import Any

import numpy as np
from scipy.stats import rankdata

from blogtools.similarity.check import require_columns


def spearman(scores: Any, labels: Any) -> float:
    """Spearman's coefficient of scores [B] and labels [B]: the correlation of their ranks, ties at their mean rank.

    ``ValueError`` where either column is constant, for then it is undefined; NaN and infinity are refused.
    """
    scores, labels = require_columns(scores, labels)
    ranks = [rankdata(column) - (len(column) + 1) / 2 for column in (scores, labels)]
    norms = [np.sqrt(np.square(r).sum()) for r in ranks]
    if not all(norms):
        raise ValueError("all scores or all labels are the same: Spearman's coefficient is undefined")
    return float(np.clip(ranks[0] @ ranks[1] / (norms[0] * norms[1]), -1.0, 1.0))


def auc(scores: Any, labels: Any, low: float = 0, high: float = 1) -> float:
    """P(a score with label ``high`` beats one with label ``low``), ties counting half; other labels are left out.

    ``ValueError`` where one of the two labels does not occur.
    """
    scores, labels = require_columns(scores, labels)
    above, below = scores[labels == high], scores[labels == low]
    if not len(above) or not len(below):
        raise ValueError(f"labels {low} and {high} occur {len(below)} and {len(above)} times, but both must occur")
    ranks = rankdata(np.concatenate([above, below]))[: len(above)]
    return float((ranks.sum() - len(above) * (len(above) + 1) / 2) / (len(above) * len(below)))


def accuracy(scores: Any, labels: Any, threshold: float = 0.0) -> float:
    """The share of pairs whose score is ≥ ``threshold`` exactly where their label is 1; labels are 0 or 1."""
    scores, labels = _binary(scores, labels)
    return float(((scores >= threshold) == (labels == 1)).mean())


def best_threshold(scores: Any, labels: Any) -> tuple[float, float]:
    """(threshold, accuracy): no other threshold has a higher ``accuracy`` on these scores [B] and labels [B] in {0,1}.

    An exact scan over the gaps between sorted scores, where 8860 searches by Powell's method (9341.claim5). The
    threshold lies in the middle of its gap, the lowest of equally good ones; −∞ and ∞ mean "all" and "none".
    """
    scores, labels = _binary(scores, labels)
    order = np.argsort(scores, kind="stable")
    scores, labels = scores[order], labels[order]
    # Cutting below the k lowest: their zeros are right, and so are the ones above.
    right = np.concatenate([[0], np.cumsum(labels == 0)]) + np.concatenate([np.cumsum(labels[::-1])[::-1], [0]])
    cuts = np.flatnonzero(np.concatenate([[True], scores[1:] > scores[:-1], [True]]))
    best = int(cuts[np.argmax(right[cuts])])
    if best in (0, len(scores)):
        return (-np.inf if best == 0 else np.inf), float(right[best] / len(scores))
    below, above = scores[best - 1], scores[best]
    middle = below + (above - below) / 2
    return float(middle if middle > below else above), float(right[best] / len(scores))


def _binary(scores: Any, labels: Any) -> tuple[Any, Any]:
    scores, labels = require_columns(scores, labels)
    if not np.isin(labels, (0, 1)).all():
        raise ValueError(f"labels hold {labels[~np.isin(labels, (0, 1))][0]:g}, but must be 0 or 1")
    return scores, labels
