"""Section "Two logits, one, or an order": claim1 and claim2."""

import functools
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
import sympy as sp
from scipy import stats

from blogtools.claims.cosent_cross_encoder import formulas as f
from blogtools.ledger import Entry, Exact, Numeric, Symbolic
from blogtools.similarity import cosent_loss, cross_entropy, soft_cross_entropy, spearman, squared_error

SECTION = "Two logits, one, or an order"
a, b = sp.symbols("a b", real=True)


def softmax_loss(scores: list[float], labels: list[int], flip: bool = False, joined: int = 1) -> Any:
    """Mean cross-entropy of a softmax over the two logits (1, 1 + f), in mpmath."""
    total = mpmath.mpf(0)
    for score, label in zip(scores, labels, strict=True):
        logits = [mpmath.mpf(1), 1 + joined * mpmath.mpf(score)]
        chosen = logits[1 - label if flip else label]
        total += mpmath.log(sum(mpmath.exp(x) for x in logits)) - chosen
    return total / len(scores)


def two_labels(rng: np.random.Generator) -> list[dict[str, Any]]:
    """Scores of any size with labels 0 and 1."""
    return [
        {"scores": (s * rng.normal(size=n)).tolist(), "labels": rng.integers(0, 2, n).tolist()}
        for n, s in ((1, 1.0), (5, 2.0), (20, 10.0))
    ]


def stretched(labels: list[int], sign: int = 1) -> list[float]:
    """Another scale with the same order: 2^y, shifted below 0."""
    return [sign * (2.0**y - 50) for y in labels]


def cosent_of(labels_of: Callable[[list[int]], Any]) -> Any:
    """The package's eq2 on labels that were changed first."""
    return lambda scores, labels: cosent_loss(f.tensor(scores), f.tensor(labels_of(labels)))


def loss_of_stretched(loss: Any, low: float = 0.0, high: float = 1.0) -> Any:
    """Another loss of the package on labels that were stretched to [low, high] along 2^y."""

    def value(scores: list[float], labels: list[int]) -> Any:
        y = 2.0 ** np.array(labels) - 1
        return loss(f.tensor(scores), f.tensor(low + (high - low) * y / max(1.0, y.max())))

    return value


def ranks_correlate(scores: list[float], labels: list[int], sign: int = 1) -> float:
    """The package's Spearman's coefficient of e^f and stretched labels."""
    return spearman(sign * np.exp(np.array(scores) / 10), stretched(labels))


def heard(labels: list[int], see: Callable[[int], int] = lambda y: y) -> int:
    """How many of all pairs of pairs the sum of eq2 has, if ``see`` is what it knows of a label."""
    return len(f.ordered([see(y) for y in labels]))


def by_classes(labels: list[int]) -> int:
    """The same from the sizes of the classes: all pairs less those within a class."""
    sizes = [labels.count(y) for y in set(labels)]
    return (len(labels) ** 2 - sum(n * n for n in sizes)) // 2


ENTRIES = [
    Entry(
        id="9341.claim1",
        kind="identity",
        latex=r"-\log\frac{e^{a}}{e^{a}+e^{b}}=-\log\sigma(a-b)",
        says="two logits with a softmax are one logit, their difference, with a sigmoid",
        section=SECTION,
        evidence=(
            Symbolic(
                statement=-sp.log(sp.exp(a) / (sp.exp(a) + sp.exp(b))),
                against=sp.log(1 + sp.exp(b - a)),
                about="for every pair of logits",
            ),
            Numeric(
                statement=softmax_loss,
                against=lambda scores, labels: cross_entropy(f.tensor(scores), f.tensor(labels)),
                witnesses=two_labels,
                rtol=1e-12,
                atol=1e-14,
                mutants={
                    "labels exchanged": functools.partial(softmax_loss, flip=True),
                    "twice the difference": functools.partial(softmax_loss, joined=2),
                    "the sum of the logits": functools.partial(softmax_loss, joined=-1),
                },
                about="the mean over a batch, in fifty digits, against the package's cross-entropy of the one logit",
            ),
        ),
    ),
    Entry(
        id="9341.claim2",
        kind="identity",
        latex=r"L(f,\phi(y))=L(f,y)\quad\text{for every increasing }\phi",
        says="graded labels need no scale: CoSENT asks for their order alone, as Spearman's coefficient does",
        section=SECTION,
        evidence=(
            Numeric(
                statement=cosent_of(stretched),
                against=f.eq2,
                witnesses=f.batches,
                rtol=1e-11,
                atol=1e-13,
                mutants={
                    "a falling scale": cosent_of(functools.partial(stretched, sign=-1)),
                    "cut in two": cosent_of(lambda labels: [int(y > 0) for y in labels]),
                    "squared error": loss_of_stretched(squared_error),
                    "soft cross-entropy": loss_of_stretched(soft_cross_entropy),
                },
                about="the package's loss on labels stretched along 2^y against eq2 on the labels as they were",
            ),
            Numeric(
                statement=ranks_correlate,
                against=lambda scores, labels: float(stats.spearmanr(scores, labels).statistic),
                witnesses=f.uneven,
                rtol=1e-9,
                atol=1e-12,
                partial=True,
                mutants={
                    "a falling scale": functools.partial(ranks_correlate, sign=-1),
                    "the correlation of the numbers": lambda scores, labels: float(
                        np.corrcoef(np.exp(np.array(scores) / 10), stretched(labels))[0, 1]
                    ),
                },
                about="Spearman's coefficient of e^f and stretched labels is that of f and labels (SciPy)",
            ),
        ),
    ),
    Entry(
        id="9341.claim2.grades",
        kind="identity",
        latex=r"\#\{y_i>y_j\}=\tfrac12\Big(B^2-\sum_cn_c^2\Big)",
        says="what cutting graded labels in two throws away: the pairs of pairs inside each half",
        section=SECTION,
        evidence=(
            Exact(
                statement=heard,
                against=by_classes,
                witnesses=lambda rng: [
                    {"labels": rng.integers(0, k, n).tolist()} for n, k in ((1, 2), (9, 3), (30, 5))
                ],
                mutants={
                    "cut in two": functools.partial(heard, see=lambda y: int(y > 0)),
                    "one class": functools.partial(heard, see=lambda y: 0),
                },
                about="counted one by one against the sizes of the classes",
            ),
            Exact(
                statement=lambda n: Fraction(heard([0, 1, 2] * n, lambda y: int(y > 1)), heard([0, 1, 2] * n)),
                against=lambda n: Fraction(2, 3),
                witnesses=(1, 2, 7),
                partial=True,
                mutants={"all of them": lambda n: Fraction(heard([0, 1, 2] * n), heard([0, 1, 2] * n))},
                about="three equal classes, the highest against the rest: a third is lost",
            ),
        ),
    ),
]
