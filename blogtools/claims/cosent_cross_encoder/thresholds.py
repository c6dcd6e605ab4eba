"""Section "Where to cut": claim5, the published search for several classes (slip2) and for two (slip3)."""

import functools
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
from scipy.optimize import minimize

from blogtools.claims.cosent_cross_encoder.formulas import tensor
from blogtools.ledger import Entry, Exact
from blogtools.similarity import accuracy, best_threshold, cosent_loss

SECTION = "Where to cut"


def right_at(scores: list[float], labels: list[int], threshold: float) -> int:
    """How many pairs are right when those that reach the threshold count as alike."""
    return sum((score >= threshold) == (label == 1) for score, label in zip(scores, labels, strict=True))


def best_of_all(scores: list[float], labels: list[int]) -> int:
    """The most that any threshold gets right: each score tried, and one above all."""
    return max(right_at(scores, labels, t) for t in (*scores, np.inf))


def found(scores: list[float], labels: list[int], threshold: Callable[..., float] | None = None) -> int:
    """How many are right at the package's threshold, or at another."""
    return right_at(scores, labels, threshold(scores) if threshold else best_threshold(scores, labels)[0])


def told(scores: list[float], labels: list[int]) -> int:
    """What the package says that its threshold reaches."""
    return round(best_threshold(scores, labels)[1] * len(scores))


def scored(rng: np.random.Generator) -> list[dict[str, Any]]:
    """Scores that tell the labels somewhat, from few values and from many; one label only; shifted far away."""
    drawn = []
    for n, shift, grain in ((1, 0, 1), (6, 0, 1), (40, 3, 4), (200, -20, 50), (60, 100, 10)):
        labels = rng.integers(0, 2, n)
        scores = shift + np.round(grain * (1.5 * labels + rng.normal(size=n))) / grain
        drawn.append({"scores": scores.tolist(), "labels": labels.tolist()})
    return [*drawn, {"scores": [1.0, 2.0, 3.0], "labels": [1, 1, 1]}, {"scores": [1.0, 2.0], "labels": [0, 0]}]


def shifted(rng: np.random.Generator) -> list[dict[str, Any]]:
    """Scores of dyadic fractions, so that a shift by a whole number is exact."""
    return [
        {"scores": (rng.integers(-40, 40, 30) / 8).tolist(), "labels": rng.integers(0, 2, 30).tolist(), "by": by}
        for by in (-50, 3, 1000)
    ]


def published_search(classes: int, flat: bool) -> str:
    """Whether SciPy takes the start of the published search, one row of zeros, or the same numbers ``flat``."""
    rng = np.random.default_rng(classes)
    truth, scores = rng.integers(0, classes, 50), rng.random((50, classes))

    def loss(t: np.ndarray) -> float:
        return -float(np.mean(truth == (scores * (np.tanh(t) + 1) / 2).argmax(1)))

    start = np.zeros((1, classes))
    try:
        minimize(loss, start[0] if flat else start, method="Powell", options={"maxiter": 20})
    except ValueError:
        return "refused"
    return "runs"


def shape_taken(classes: int) -> str:
    """SciPy's rule: a start has one axis."""
    return "runs" if np.zeros(classes).ndim == 1 else "refused"


def through_tanh(scores: list[float], labels: list[int]) -> int:
    """The most that any threshold gets right on tanh of the scores in float32, as the published code compares them."""
    return best_of_all(np.tanh(np.array(scores, np.float32)).tolist(), labels)


def far_away(rng: np.random.Generator) -> list[dict[str, Any]]:
    """Scores as CoSENT may give them, all above 12: only differences count, so nothing holds them near 0."""
    return [
        {
            "scores": (12 + rng.integers(0, 4, n) + 4.5 * np.arange(n) / n).tolist(),
            "labels": (2 * np.arange(n) >= n).astype(int).tolist(),
        }
        for n in (10, 60)
    ]


ENTRIES = [
    Entry(
        id="9341.claim5",
        kind="algorithm",
        latex=r"\max_t\#\{[f\ge t]=y\}",
        says="accuracy needs a threshold; the best one lies in a gap between sorted scores, so a scan finds it exactly",
        section=SECTION,
        evidence=(
            Exact(
                statement=found,
                against=best_of_all,
                witnesses=scored,
                mutants={
                    "threshold 0": functools.partial(found, threshold=lambda scores: 0.0),
                    "the median": functools.partial(found, threshold=lambda scores: float(np.median(scores))),
                    "the mean": functools.partial(found, threshold=lambda scores: float(np.mean(scores))),
                },
                shares={"*.right_at*": "counts what a threshold gets right; the search for one is each side's own"},
                about="pairs that are right at the package's threshold against the best of all thresholds",
            ),
            Exact(
                statement=told,
                against=best_of_all,
                witnesses=scored,
                mutants={"one more": lambda scores, labels: told(scores, labels) + 1},
                about="and it says how many",
            ),
            Exact(
                statement=lambda scores, labels, by: round(accuracy([s + by for s in scores], labels) * 30),
                against=lambda scores, labels, by: right_at(scores, labels, -by),
                witnesses=shifted,
                partial=True,
                mutants={
                    "unmoved": lambda scores, labels, by: round(accuracy(scores, labels) * 30),
                },
                about="a threshold on shifted scores is a shifted threshold",
            ),
        ),
    ),
    Entry(
        id="9341.claim5.shift",
        kind="identity",
        latex=r"L(f+c,y)=L(f,y)",
        says="CoSENT cannot tell f from f + c, so 0 is no threshold for it: one must be found on validation data",
        section=SECTION,
        evidence=(
            Exact(
                statement=lambda scores, labels, by: moved(scores, labels, by) < 1e-12,
                against=lambda scores, labels, by: True,
                witnesses=shifted,
                mutants={
                    "scaled": lambda scores, labels, by: moved([s * by for s in scores], labels, 0, scores) < 1e-12,
                },
                about="its value at both, which differ by rounding; cross-entropy differs by more than 1",
            ),
        ),
    ),
    Entry(
        id="9341.slip2",
        kind="algorithm",
        latex="",
        says="8860's search of a threshold a class starts from one row of zeros, a matrix, which SciPy now refuses",
        section=SECTION,
        corrected_by="9341.slip2.right",
        evidence=(
            Exact(
                statement=functools.partial(published_search, flat=False),
                amended=functools.partial(published_search, flat=True),
                against=shape_taken,
                witnesses=(2, 3, 10),
                mutants={"refused in any form": lambda classes: "refused"},
            ),
        ),
    ),
    Entry(
        id="9341.slip2.right",
        kind="algorithm",
        latex="",
        says="from a vector of zeros it runs",
        section=SECTION,
        evidence=(
            Exact(
                statement=functools.partial(published_search, flat=True),
                against=shape_taken,
                witnesses=(2, 5),
                mutants={"as printed": functools.partial(published_search, flat=False)},
            ),
        ),
    ),
    Entry(
        id="9341.slip3",
        kind="algorithm",
        latex=r"\max_t\#\{[\tanh f>\tanh t]=y\}",
        says="the published search for two classes compares tanh of the scores: from 9 on they are all 1 in float32",
        section=SECTION,
        corrected_by="9341.slip3.right",
        evidence=(
            Exact(
                statement=through_tanh,
                amended=found,
                against=best_of_all,
                witnesses=far_away,
                mutants={"threshold 0": functools.partial(found, threshold=lambda scores: 0.0)},
                shares={"*.right_at*": "counts what a threshold gets right", "*.best_of_all*": "tries all thresholds"},
                about="scores 12 to 20 in the right order nearly everywhere",
            ),
        ),
    ),
    Entry(
        id="9341.slip3.right",
        kind="limit",
        latex=r"1-\tanh f\le2e^{-2f}",
        says="tanh f is within 2 exp(-2f) of 1, less than half of float32's last place from f = 9.02 on",
        section=SECTION,
        evidence=(
            Exact(
                statement=lambda f: int(np.float32(np.tanh(f)) == 1),
                against=lambda f: int(2 * Fraction(np.exp(-2 * f)) < Fraction(1, 2**25)),
                witnesses=(1.0, 5.0, 8.5, 8.9, 9.2, 12.0, 40.0),
                mutants={
                    "in float64": lambda f: int(np.tanh(np.float64(f)) == 1),
                    "the sigmoid": lambda f: int(1 / (1 + np.exp(-np.float32(f))) == 1),
                },
            ),
        ),
    ),
]


def moved(scores: list[float], labels: list[int], by: float, before: list[float] | None = None) -> float:
    """How far the package's loss moves when all scores do."""
    after = cosent_loss(tensor([s + by for s in scores]), tensor(labels))
    return abs(float(after - cosent_loss(tensor(before or scores), tensor(labels))))
