"""9341's experiment on lines of poems: losses × (cross-, bi-encoder), same steps, same seeds, paired differences.

A run is 250 steps of 128 pairs; of the cross-encoder with two labels there are runs of 1000 steps too. Runs with one
seed begin with the same network and see the same pairs in the same order; only the loss differs. ``results`` are the
runs that ship, made by ``benchmarks/cosent_experiment.py``.
"""

import json
import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from scipy import stats
from torch import Tensor

from blogtools.data import Pairs, couplet_pairs
from blogtools.nets import train
from blogtools.similarity.characters import beginning, bi_scores, cross_scores
from blogtools.similarity.loss import cosent_loss
from blogtools.similarity.losses import RankingLoss, cross_entropy, ranknet, soft_cross_entropy, squared_error
from blogtools.similarity.measure import accuracy, auc, best_threshold, spearman

RESULTS = Path(__file__).parents[1] / "data" / "cosent_experiment.json"
STEPS, LONG, BATCH, POOL = 250, 1000, 128, 100_000
BASE = {"kind": "CharTransformer", "vocabulary": 4096, "width": 64, "depth": 2, "heads": 4}
MEASURES = ("spearman", "auc_2v0", "auc_2v1", "auc_1v0", "accuracy", "accuracy_at_0")


@dataclass(frozen=True)
class Scorer:
    """A network and how it scores ids (B, 5) and (B, 5); ``span`` stretches the score for all but the squared error."""

    architecture: dict[str, Any]
    score: Callable[[Any, Tensor, Tensor], Tensor]
    span: float


SCORERS = {
    "cross": Scorer({**BASE, "length": 11, "outputs": 1}, cross_scores, 1.0),
    "bi": Scorer({**BASE, "length": 5, "outputs": 64}, bi_scores, 20.0),
}


def centred_cross_entropy(scores: Tensor, labels: Tensor) -> Tensor:
    """Cross-entropy that need not learn where 0 is: scores less their mean, plus the log-odds of a third of ones."""
    return cross_entropy(scores - scores.mean() - math.log(2), labels)


LOSSES_COMPARED: dict[str, tuple[RankingLoss, Callable[[Tensor], Tensor]]] = {
    "CE": (cross_entropy, lambda label: label == 2),
    "CE, centred": (centred_cross_entropy, lambda label: label == 2),
    "CoSENT, two labels": (cosent_loss, lambda label: label == 2),
    "soft CE": (soft_cross_entropy, lambda label: label / 2),
    "MSE": (squared_error, lambda label: label / 2),
    "RankNet": (ranknet, lambda label: label),
    "CoSENT": (cosent_loss, lambda label: label),
}
"""By name: the loss, and what it is told of the labels 0, 1, 2."""


@lru_cache(maxsize=1)
def pool() -> tuple[Tensor, ...]:
    """Ids and labels that every run draws from."""
    pairs = couplet_pairs("train", POOL, np.random.default_rng(9341))
    return tuple(torch.from_numpy(column) for column in (pairs.first, pairs.second, pairs.label))


@lru_cache(maxsize=2)
def held_out(split: str) -> Pairs:
    """Graded pairs of poems that no run trains on."""
    return couplet_pairs(split, 4500, np.random.default_rng(8847))


def learn(scorer: str, loss: str, seed: int, steps: int = STEPS) -> Any:
    """The training of one run; ``ValueError`` for an unknown scorer or loss."""
    if scorer not in SCORERS or loss not in LOSSES_COMPARED:
        raise ValueError(
            f"scorer = {scorer!r}, loss = {loss!r}: expected one of {', '.join(SCORERS)} and one of "
            f"{', '.join(LOSSES_COMPARED)}"
        )
    chosen, (measure, told) = SCORERS[scorer], LOSSES_COMPARED[loss]
    span = 1.0 if loss == "MSE" else chosen.span

    def value(model: Any, batch: tuple[Tensor, Tensor, Tensor], generator: torch.Generator) -> Tensor:
        first, second, label = batch
        return measure(span * chosen.score(model, first, second), told(label))

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        net = beginning(chosen.architecture)
    return train(
        net, value, pool(), iterations=steps, batch_size=BATCH, ema=0.98, seed=seed, device="cpu",
        label=f"{scorer}, {loss}, seed {seed}",
    )  # fmt: skip


@torch.inference_mode()
def judge(scorer: str, net: Any) -> dict[str, float]:
    """What a network is worth on the test poems; its threshold comes from the validation poems."""
    scores = {}
    for split in ("validation", "test"):
        pairs = held_out(split)
        rows = [(torch.from_numpy(pairs.first[i : i + 500]), torch.from_numpy(pairs.second[i : i + 500]))
                for i in range(0, len(pairs.label), 500)]  # fmt: skip
        scores[split] = torch.cat([SCORERS[scorer].score(net, *row) for row in rows]).numpy()
    threshold, _ = best_threshold(scores["validation"], held_out("validation").label == 2)
    found, label = scores["test"], held_out("test").label
    return {
        "spearman": spearman(found, label),
        **{f"auc_{high}v{low}": auc(found, label, low, high) for low, high in ((0, 2), (1, 2), (0, 1))},
        "accuracy": accuracy(found, label == 2, threshold),
        "accuracy_at_0": accuracy(found, label == 2),
    }


@lru_cache(maxsize=1)
def results() -> dict[str, Any]:
    """The runs that ship: ``batch``, ``pool`` and ``rows`` with scorer, loss, seed, steps and ``MEASURES``."""
    return json.loads(RESULTS.read_text(encoding="utf-8"))


def losses_run() -> tuple[str, ...]:
    """The losses that the results have runs of, in the order of ``LOSSES_COMPARED``."""
    return tuple(loss for loss in LOSSES_COMPARED if any(row["loss"] == loss for row in results()["rows"]))


def by_seed(scorer: str, loss: str, measure: str, steps: int = STEPS) -> np.ndarray:
    """One measure of all runs of a cell, by seed [seeds]; ``ValueError`` for a cell or a measure that is not there."""
    rows = [row for row in results()["rows"] if (row["scorer"], row["loss"], row["steps"]) == (scorer, loss, steps)]
    if not rows or measure not in MEASURES:
        raise ValueError(
            f"scorer = {scorer!r}, loss = {loss!r}, measure = {measure!r}, steps = {steps} is not among the results"
        )
    return np.array([row[measure] for row in sorted(rows, key=lambda row: row["seed"])])


class Interval(NamedTuple):
    """A mean over seeds and half the width of its t-interval."""

    mean: float
    half: float


def interval(values: np.ndarray, confidence: float = 0.95) -> Interval:
    """Mean and t-interval of values [seeds], seeds ≥ 2."""
    half = stats.t.ppf((1 + confidence) / 2, len(values) - 1) * values.std(ddof=1) / math.sqrt(len(values))
    return Interval(float(values.mean()), float(half))


def difference(scorer: str, loss: str, other: str, measure: str, steps: int = STEPS) -> Interval:
    """``loss`` less ``other``, paired by seed, with its 95 % interval."""
    return interval(by_seed(scorer, loss, measure, steps) - by_seed(scorer, other, measure, steps))
