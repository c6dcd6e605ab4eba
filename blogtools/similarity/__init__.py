"""Posts 9341 and 9336: how alike two texts are, learnt from the order of labels (CoSENT), and found again fast (CUR).

The loss (9341.eq2): ``loss``; what it is compared with: ``losses``; what scores are worth: ``measure``.
"""

from blogtools.similarity.loss import cosent_loss, pairwise_cosent
from blogtools.similarity.losses import (
    LOSSES,
    cross_entropy,
    hinge,
    ranknet,
    soft_cross_entropy,
    squared_error,
)
from blogtools.similarity.measure import accuracy, auc, best_threshold, spearman

__all__ = [
    "LOSSES",
    "accuracy",
    "auc",
    "best_threshold",
    "cosent_loss",
    "cross_entropy",
    "hinge",
    "pairwise_cosent",
    "ranknet",
    "soft_cross_entropy",
    "spearman",
    "squared_error",
]
