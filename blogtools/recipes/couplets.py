"""Trainings on graded pairs of lines (9341): the cross-encoder and the bi-encoder that ship."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import torch
from torch import Tensor

from blogtools.data import couplet_pairs
from blogtools.recipes.definition import Loss, Recipe
from blogtools.similarity.characters import beginning, bi_scores, cross_scores
from blogtools.similarity.loss import cosent_loss
from blogtools.similarity.losses import RankingLoss

Scorer = Callable[[Any, Tensor, Tensor], Tensor]
CROSS: dict[str, Any] = {
    "kind": "CharTransformer",
    "vocabulary": 4096,
    "length": 11,
    "width": 64,
    "depth": 2,
    "heads": 4,
    "outputs": 1,
    "times": 0,
}
BI = {**CROSS, "length": 5, "outputs": 64}


def graded_pairs(n: int, seed: int) -> tuple[Tensor, Tensor, Tensor]:
    """Ids (n, 5) and (n, 5) of an odd and an even line of the training poems, and labels (n,) in 0, 1, 2."""
    pairs = couplet_pairs("train", n, np.random.default_rng(seed))
    return torch.from_numpy(pairs.first), torch.from_numpy(pairs.second), torch.from_numpy(pairs.label)


def scored(scorer: Scorer, loss: RankingLoss) -> Loss:
    """The loss of a batch (first, second, label) whose pairs ``scorer`` scores."""

    def value(model: Any, batch: tuple[Tensor, Tensor, Tensor], generator: torch.Generator) -> Tensor:
        first, second, label = batch
        return loss(scorer(model, first, second), label)

    return value


RECIPES: dict[str, Recipe] = {
    "cross-couplets": Recipe(
        what="cross-encoder of two lines of a poem, trained with CoSENT (λ = 1) on graded pairs",
        data="couplet_pairs",
        rows=lambda root: graded_pairs(300_000, 9341),
        architecture=CROSS,
        loss=scored(cross_scores, cosent_loss),
        iterations=2400,
        minutes=1.0,
        ema=0.998,
        seed=9341,
        begin=beginning,
    ),
    "bi-couplets": Recipe(
        what="bi-encoder of a line of a poem, trained with CoSENT (λ = 20) on the cosines of graded pairs",
        data="couplet_pairs",
        rows=lambda root: graded_pairs(300_000, 9341),
        architecture=BI,
        loss=scored(bi_scores, partial(cosent_loss, scale=20.0)),
        iterations=2400,
        minutes=0.6,
        ema=0.998,
        seed=9341,
        begin=beginning,
    ),
}
