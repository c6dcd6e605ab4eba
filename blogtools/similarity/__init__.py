"""Posts 9341 and 9336: how alike two texts are, learnt from the order of labels (CoSENT), and found again fast (CUR).

The loss (9341.eq2): ``loss``; what it is compared with: ``losses``; what scores are worth: ``measure``. What
scores two texts: ``encoders``; the losses in sentence-transformers' trainers: ``adapters``.
A matrix through its own rows and columns (9336.eq4): ``cur``; which ones: ``anchors``; search in few calls: ``index``.
"""

from blogtools.similarity.anchors import ANCHORS, k_means, leverage, leverage_scores, pivoted_qr, random_columns
from blogtools.similarity.cur import CUR, best_core, pseudo_inverse, relative_error, svd_limit
from blogtools.similarity.encoders import BiEncoder, CrossEncoder, Ranked
from blogtools.similarity.index import CURIndex, Settings, Trace
from blogtools.similarity.inner import InnerProduct
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
from blogtools.similarity.recall import topk_recall

__all__ = [
    "ANCHORS",
    "CUR",
    "LOSSES",
    "BiEncoder",
    "CURIndex",
    "CrossEncoder",
    "InnerProduct",
    "Ranked",
    "Settings",
    "Trace",
    "accuracy",
    "auc",
    "best_core",
    "best_threshold",
    "cosent_loss",
    "cross_entropy",
    "hinge",
    "k_means",
    "leverage",
    "leverage_scores",
    "pairwise_cosent",
    "pivoted_qr",
    "pseudo_inverse",
    "random_columns",
    "ranknet",
    "relative_error",
    "soft_cross_entropy",
    "spearman",
    "squared_error",
    "svd_limit",
    "topk_recall",
]
