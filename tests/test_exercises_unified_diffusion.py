"""The answers of 9271's exercises against what they say: the package's steps, and listing every case."""

import itertools
from fractions import Fraction

import numpy as np
import pytest
import torch

from blogtools.diffusion import Cold, Cosine, Linear, log_included, revise
from blogtools.exercises import exercises

KNOWN = exercises()


def test_an_error_of_the_noise_grows_by_b_over_a() -> None:
    """x̂_0 solves x_t = F_t(x̂_0, ε): Newton's step on the package's own forward, which is linear, finds it."""
    process, t = Linear(Cosine()), 0.3
    a, b, _, _ = process.schedule(t)
    x_t, zero = torch.ones(1, dtype=torch.float64), torch.zeros(1, dtype=torch.float64, requires_grad=True)
    found = []
    for eps in (0.4, 0.41):
        gap = x_t - process.forward(zero, torch.full_like(x_t, eps), t)
        (slope,) = torch.autograd.grad(gap, zero)
        found.append(float((-gap / slope).detach()))
    assert abs(found[1] - found[0]) / 0.01 == pytest.approx(KNOWN["9271.guess"].truth(float(a), float(b)))


def test_the_parts_of_the_hot_step_are_the_packages() -> None:
    process, t, after, share = Linear(Cosine()), 0.6, 0.4, 0.7
    (a, b, _, _), (a1, b1, _, _) = process.schedule(t), process.schedule(after)

    def step(x0: float, x: float) -> float:
        numbers = torch.tensor([[x0], [x]], dtype=torch.float64)
        return float(revise(process, *numbers, t, after, fresh=share, generator=torch.Generator().manual_seed(0)))

    nothing = step(0.0, 0.0)
    expected = KNOWN["9271.step"].truth(*map(float, (a, b, a1, b1, share * b1)))
    assert (step(1.0, 0.0) - nothing, step(0.0, 1.0) - nothing) == pytest.approx(expected)


def test_what_is_wrong_in_an_improved_step() -> None:
    process = Cold(lambda x, t: x * (1 - torch.as_tensor(t) / 10))
    x0, wrong = torch.tensor([0.7, -0.2], dtype=torch.float64), torch.tensor([0.3, -1.0], dtype=torch.float64)
    before = revise(process, x0 + wrong, process.operator(x0, 4), 4, 3)
    expected = KNOWN["9271.improved"].truth(wrong.numpy(), 0.6, 0.7)
    assert (before - process.operator(x0, 3)).numpy() == pytest.approx(expected)


@pytest.mark.parametrize(("t", "V"), [(1, 2), (2, 3), (3, 2), (4, 3)])
def test_replaced_places_by_listing_all_noises(t: int, V: int) -> None:
    """A text of four equal tokens: every set of t places and every way to fill them, all alike."""
    L = 4
    cases = [
        (places, sum(token != 0 for token in new), dict(zip(places, new, strict=True)).get(0, 0))
        for places in itertools.combinations(range(L), t)
        for new in itertools.product(range(V), repeat=t)
    ]
    kept = Fraction(sum(first == 0 for _, _, first in cases), len(cases))
    assert KNOWN["9271.thinned"].truth(L, t, V) == pytest.approx(float(kept))
    for k in range(min(t, L - 1) + 1):
        like = [places for places, changed, first in cases if changed == k and first == 0]
        if like:
            share = Fraction(sum(0 in places for places in like), len(like))
            assert KNOWN["9271.ways"].truth(L, t, k) == pytest.approx(float(share))


def test_the_one_that_differs_is_the_packages() -> None:
    p = np.array([0.9, 0.5, 0.2, 0.1])
    yes = torch.from_numpy(p)
    chances = log_included(yes.log(), (1 - yes).log(), torch.tensor(1)).exp()
    assert [KNOWN["9271.exactly"].truth(p, i) for i in range(4)] == pytest.approx(chances.tolist())


@pytest.mark.parametrize(("L", "V"), [(1, 2), (2, 3), (3, 4)])
def test_texts_that_differ_everywhere(L: int, V: int) -> None:
    texts = itertools.product(range(V), repeat=L)
    assert KNOWN["9271.memory"].truth(L, V) == sum(all(token != 0 for token in text) for text in texts)
