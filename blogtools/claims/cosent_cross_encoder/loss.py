"""Section "A loss that only sees the order": eq1, eq2, its gradient, and the sum over pairs of pairs in one pass."""

import functools
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import torch

from blogtools.claims.cosent_cross_encoder import formulas as f
from blogtools.ledger import Entry, Exact, Numeric
from blogtools.similarity import cosent_loss, pairwise_cosent
from blogtools.similarity.adapters import CoSENTLoss

SECTION = "A loss that only sees the order"


def eq1(u: np.ndarray, v: np.ndarray, labels: list[int], scale: int = 20, of: Any = f.cosine, **changed: Any) -> Any:
    """eq1 in mpmath, from the vectors of both sides."""
    return f.eq2([of(a, b) for a, b in zip(u, v, strict=True)], labels, scale, **changed)


def package_eq1(u: np.ndarray, v: np.ndarray, labels: list[int]) -> Any:
    """The package's bi-encoder loss."""
    return CoSENTLoss(None).compute_loss_from_embeddings([torch.tensor(u), torch.tensor(v)], torch.tensor(labels))


def vectors(rng: np.random.Generator) -> list[dict[str, Any]]:
    """Vectors of many lengths, and labels."""
    return [
        {
            "u": rng.normal(size=(n, d)) * rng.uniform(0.1, 5, (n, 1)),
            "v": rng.normal(size=(n, d)),
            "labels": rng.permutation(np.arange(n) % 3).tolist(),
        }
        for n, d in ((2, 2), (6, 3), (9, 20))
    ]


def package_eq2(scores: list[float], labels: list[int], scale: float, form: Callable[..., Any] = cosent_loss) -> Any:
    """The package's eq2."""
    return form(f.tensor(scores), f.tensor(labels), scale)


def package_slope(scores: list[float], labels: list[int], scale: float) -> Any:
    """Its gradient by autograd."""
    leaf = f.tensor(scores).requires_grad_()
    (gradient,) = torch.autograd.grad(cosent_loss(leaf, f.tensor(labels), scale), leaf)
    return gradient


def scaled(rng: np.random.Generator) -> list[dict[str, Any]]:
    """``batches`` at λ = 1 and λ = 20."""
    return [batch | {"scale": scale} for batch in f.batches(rng) for scale in (1, 20)]


def at_least(one: Any, other: Any) -> bool:
    """≥ in the place of >."""
    return bool(one >= other)


def below(one: Any, other: Any) -> bool:
    """The other way round."""
    return bool(one < other)


def neighbours(one: Any, other: Any) -> bool:
    """Only labels next to each other."""
    return bool(one == other + 1)


def term_by_term(w: list[Fraction], labels: list[int], ranks: f.Ranks = f.above) -> Fraction:
    """1 + Σ w_j / w_i over all pairs of pairs, one term each."""
    return 1 + sum((w[j] / w[i] for i, j in f.ordered(labels, ranks)), Fraction(0))


def in_one_pass(w: list[Fraction], labels: list[int]) -> Fraction:
    """The same from the sum of all lower w, which grows as one goes up the sorted labels."""
    total, lower, waiting, level = Fraction(1), Fraction(0), Fraction(0), None
    for label, weight in sorted(zip(labels, w, strict=True)):
        if label != level:
            lower, waiting, level = lower + waiting, Fraction(0), label
        total, waiting = total + lower / weight, waiting + weight
    return total


def shares(w: list[Fraction], labels: list[int]) -> list[Fraction]:
    """The gradient for λ = 1."""
    pairs = f.ordered(labels)
    return [sum(((j == m) - (i == m)) * w[j] / w[i] for i, j in pairs) / term_by_term(w, labels) for m in range(len(w))]


ENTRIES = [
    Entry(
        id="9341.eq1",
        kind="algorithm",
        latex=r"\log\Big(1+\sum_{\mathrm{sim}(i,j)>\mathrm{sim}(k,l)}e^{\lambda(\cos(u_k,u_l)-\cos(u_i,u_j))}\Big)",
        says="CoSENT on sentence vectors: each pair of pairs in the wrong order costs; lambda is 20",
        section=SECTION,
        evidence=(
            Numeric(
                statement=eq1,
                against=package_eq1,
                witnesses=vectors,
                rtol=1e-11,
                atol=1e-13,
                mutants={
                    "lambda = 1": functools.partial(eq1, scale=1),
                    "inner products": functools.partial(eq1, of=f.dot),
                    "at least as similar": functools.partial(eq1, ranks=at_least),
                    "less similar": functools.partial(eq1, ranks=below),
                    "only labels next to each other": functools.partial(eq1, ranks=neighbours),
                },
                about="in loops and fifty digits against the package's bi-encoder loss",
            ),
        ),
    ),
    Entry(
        id="9341.eq2",
        kind="algorithm",
        latex=r"\log\Big(1+\sum_{\mathrm{sim}(i,j)>\mathrm{sim}(k,l)}e^{\lambda(f(k,l)-f(i,j))}\Big)",
        says="CoSENT on any scorer f: a number a pair is all it needs",
        section=SECTION,
        evidence=tuple(
            Numeric(
                statement=f.eq2,
                against=functools.partial(package_eq2, form=form),
                witnesses=scaled,
                rtol=1e-11,
                atol=1e-13,
                mutants={
                    "at least as similar": functools.partial(f.eq2, ranks=at_least),
                    "less similar": functools.partial(f.eq2, ranks=below),
                    "the sign of the exponent": functools.partial(f.eq2, sign=-1),
                    "only labels next to each other": functools.partial(f.eq2, ranks=neighbours),
                    "without lambda": lambda scores, labels, scale: f.eq2(scores, labels),
                },
                about=f"in loops and fifty digits against {form.__name__}; ties, one label only, one pair",
            )
            for form in (cosent_loss, pairwise_cosent)
        ),
    ),
    Entry(
        id="9341.eq2.gradient",
        kind="identity",
        latex=r"\frac{\partial L}{\partial f_m}=\lambda\frac{\sum_{y_i>y_m}e^{\lambda(f_m-f_i)}-"
        r"\sum_{y_m>y_j}e^{\lambda(f_j-f_m)}}{1+\sum_{y_i>y_j}e^{\lambda(f_j-f_i)}}",
        says="each pair of pairs pulls with its share of the whole, so that the worst order is mended first",
        section=SECTION,
        evidence=(
            Numeric(
                statement=f.slope,
                against=package_slope,
                witnesses=scaled,
                rtol=1e-9,
                atol=1e-12,
                mutants={
                    "without lambda": lambda scores, labels, scale: f.slope(scores, labels),
                    "at least as similar": functools.partial(f.slope, ranks=at_least),
                    "uphill": functools.partial(f.slope, ranks=below),
                },
                about="the shares in fifty digits against autograd through the sorted form",
            ),
            Exact(
                statement=lambda w, labels: sum(shares(w, labels), Fraction(0)),
                against=lambda w, labels: 0,
                witnesses=f.weights,
                partial=True,
                mutants={"pulls without sign": lambda w, labels: sum((abs(s) for s in shares(w, labels)), Fraction(0))},
                about="the gradients of a batch add up to 0: a common shift of all scores costs nothing",
            ),
        ),
    ),
    Entry(
        id="9341.eq2.sorted",
        kind="algorithm",
        latex=r"\sum_{y_i>y_j}e^{\lambda(f_j-f_i)}=\sum_ie^{-\lambda f_i}\sum_{j:\,y_j<y_i}e^{\lambda f_j}",
        says="the sum over pairs of pairs has O(B^2) terms; sorted by label it is one pass, O(B log B) with the sort",
        section=SECTION,
        evidence=(
            Exact(
                statement=term_by_term,
                against=in_one_pass,
                witnesses=f.weights,
                mutants={
                    "equal labels meet": functools.partial(term_by_term, ranks=at_least),
                    "the other way round": functools.partial(term_by_term, ranks=below),
                    "only labels next to each other": functools.partial(term_by_term, ranks=neighbours),
                },
                about="in fractions, w = e^{lambda f}",
            ),
        ),
    ),
]
