"""9341.eq2 in O(B log B) time and O(B) memory, and the O(B²) form that it equals.

Only the order of the labels counts: every pair whose label is higher should get the higher score.

    loss = log(1 + Σ_{labels[i] > labels[j]} exp(λ (scores[j] − scores[i])))

Sorted by label, the sum over j is a running log-sum-exp over all strictly lower labels, so that equal labels never
meet. sentence-transformers computes its bi-encoder loss so as well (its pull request 4030).
"""

import torch
from torch import Tensor

from blogtools.similarity.check import require_positive, require_scored


def cosent_loss(scores: Tensor, labels: Tensor, scale: float = 1.0) -> Tensor:
    """CoSENT (9341.eq2; eq1 where the scores are cosines): a scalar ≥ 0 from scores [B] and labels [B].

    ``scale`` is λ: 1 for raw scores, as in 9341, and 20 for cosines, as in 8847. Labels are any real numbers (or
    truth values) and only their order counts; where all are the same there is nothing to order, and both the loss and
    its gradient are 0. float16 and bfloat16 are summed in, and answered in, float32; else the scores' dtype stays.

    Raises ``ValueError`` for NaN or infinity, shapes other than two equal [B] with B ≥ 1, and a λ that is not positive.
    """
    require_positive("scale", scale)
    scores, labels = require_scored(scores, labels)
    labels, order = torch.sort(labels)
    scaled = scale * scores[order]
    running = torch.cat([scaled.new_full((1,), -torch.inf), torch.logcumsumexp(scaled, 0)])
    strictly_lower = running[torch.searchsorted(labels, labels)]
    return torch.logsumexp(torch.cat([scaled.new_zeros(1), strictly_lower - scaled]), 0)


def pairwise_cosent(scores: Tensor, labels: Tensor, scale: float = 1.0) -> Tensor:
    """The same from all B² differences, as 9341.eq2 is written; arguments, result and errors as in ``cosent_loss``."""
    require_positive("scale", scale)
    scores, labels = require_scored(scores, labels)
    i, j = torch.nonzero(labels[:, None] > labels[None, :], as_tuple=True)
    return torch.logsumexp(torch.cat([scores.new_zeros(1), scale * (scores[j] - scores[i])]), 0)
