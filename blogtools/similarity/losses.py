"""What CoSENT is compared with (9341.claim1-3): losses with one signature, (scores [B], labels [B]) -> scalar.

Scores are raw numbers f of any sign, without a sigmoid. The losses of single pairs (cross-entropy, squared error) want
labels on a scale, those of ordered pairs (RankNet, hinge, CoSENT) only their order. Half precision is answered in
float32; NaN, infinity and other shapes are refused with ``ValueError``, as in ``cosent_loss``.
"""

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional

from blogtools.similarity.check import require_positive, require_scored
from blogtools.similarity.loss import cosent_loss

RankingLoss = Callable[[Tensor, Tensor], Tensor]


def cross_entropy(scores: Tensor, labels: Tensor) -> Tensor:
    """Binary cross-entropy of σ(f), 9341.claim1; two logits with a softmax are the same with f their difference.

    Labels must be 0 or 1; ``ValueError`` otherwise: graded ones have to be cut in two first, or softened.
    """
    scores, labels = require_scored(scores, labels)
    if not ((labels == 0) | (labels == 1)).all():
        raise ValueError(f"labels hold {labels[(labels != 0) & (labels != 1)][0].item()}, but must be 0 or 1")
    return soft_cross_entropy(scores, labels)


def soft_cross_entropy(scores: Tensor, labels: Tensor) -> Tensor:
    """−y log σ(f) − (1−y) log(1−σ(f)), the mean over the batch, for labels y anywhere in [0, 1]."""
    scores, labels = require_scored(scores, labels)
    if not ((labels >= 0) & (labels <= 1)).all():
        raise ValueError(f"labels hold {labels[(labels < 0) | (labels > 1)][0].item()}, but must lie in [0, 1]")
    return functional.binary_cross_entropy_with_logits(scores, labels.to(scores.dtype))


def squared_error(scores: Tensor, labels: Tensor) -> Tensor:
    """The regression that graded labels need where the loss knows no order (9341.claim2): the mean of (f − y)²."""
    scores, labels = require_scored(scores, labels)
    return functional.mse_loss(scores, labels.to(scores.dtype))


def ranknet(scores: Tensor, labels: Tensor) -> Tensor:
    """The mean of log(1 + exp(f_j − f_i)) over all y_i > y_j; 0 where there is no such pair. O(B²) memory."""
    return _over_ordered_pairs(scores, labels, functional.softplus)


def hinge(scores: Tensor, labels: Tensor, margin: float = 1.0) -> Tensor:
    """The mean of max(0, margin + f_j − f_i) over all y_i > y_j; 0 where there is no such pair. O(B²) memory."""
    require_positive("margin", margin)
    return _over_ordered_pairs(scores, labels, lambda difference: functional.relu(margin + difference))


def _over_ordered_pairs(scores: Tensor, labels: Tensor, loss: Callable[[Tensor], Tensor]) -> Tensor:
    scores, labels = require_scored(scores, labels)
    i, j = torch.nonzero(labels[:, None] > labels[None, :], as_tuple=True)
    return loss(scores[j] - scores[i]).sum() / max(1, len(i))


LOSSES: dict[str, RankingLoss] = {
    "cross_entropy": cross_entropy,
    "soft_cross_entropy": soft_cross_entropy,
    "squared_error": squared_error,
    "ranknet": ranknet,
    "hinge": hinge,
    "cosent": cosent_loss,
}
