"""The right answers to the exercises of 9344, each against what it is to bring about."""

import math
from typing import Any

import numpy as np
import pytest
import torch

from blogtools.exercises import exercises

RIGHT = {name: exercise.truth for name, exercise in exercises().items() if name.startswith("9344.")}


def test_a_decay_to_a_centre_cancels_to_third_order() -> None:
    rng = np.random.default_rng(0)
    theta, goal, u, c = 3 + rng.normal(size=6), rng.normal(size=6), rng.normal(size=6), 0.7

    def beyond(alpha: float) -> float:
        eps = theta - goal
        after = eps - (alpha * u + RIGHT["9344.decay"](theta, goal, u, alpha, c) * (theta - c))
        return abs(float(after @ after - eps @ eps + 2 * alpha * u @ eps))

    assert math.log2(beyond(2e-3) / beyond(1e-3)) == pytest.approx(3, abs=0.05)


def test_q_of_vectors_at_a_right_angle() -> None:
    theta, goal = np.array([3.0, 4.0]), np.array([-8.0, 6.0])
    eps = theta - goal
    assert RIGHT["9344.q"](5.0, 10.0) == pytest.approx(theta @ eps / (eps @ eps))


@pytest.mark.parametrize("n", [0.0, 0.5, 1.0, 3.0])
def test_the_law_is_the_limit_of_the_recursion(n: float) -> None:
    S, r = 0.0, 1e-4
    for _ in range(20_000):
        S += r * math.exp(-(n + 1) * S)
    assert RIGHT["9344.law"](20_000, r, n) == pytest.approx(math.exp(-2 * S), rel=1e-3)


@pytest.mark.parametrize("part", [0.5, 0.1, 0.01])
def test_so_many_steps_leave_the_part(part: float) -> None:
    rate = (math.sqrt(2) - 1) / 70
    assert (rate * RIGHT["9344.steps"](70.0, part) + 1) ** -2 == pytest.approx(part)


def step_of_adamw(gradient: float, **rates: Any) -> float:
    """What a step of torch's AdamW takes from a parameter that is 1, in double precision."""
    parameter = torch.ones(1, dtype=torch.float64, requires_grad=True)
    parameter.grad = torch.full_like(parameter, gradient)
    torch.optim.AdamW([parameter], foreach=False, **rates).step()
    return 1 - parameter.item()


def test_a_first_step_has_its_part_of_the_scale() -> None:
    """Adam's first update is a sign, r = 1; with another r the rate is in inverse proportion."""
    lr = RIGHT["9344.lr"](0.02, 0.3, 1.0)
    assert step_of_adamw(2.0, lr=lr, weight_decay=0.0) == pytest.approx(0.02 * 0.3)
    assert RIGHT["9344.lr"](0.02, 0.3, 0.25) == pytest.approx(4 * lr)


def test_a_constant_weight_decay_gives_the_decay_of_the_recipe() -> None:
    alpha0, sigma, r, q, left = 0.02, 0.3, 0.25, 0.5, 0.1
    lr = RIGHT["9344.lr"](alpha0, sigma, r) * left
    taken = step_of_adamw(0.0, lr=lr, weight_decay=RIGHT["9344.torch"](alpha0, sigma, r, q))
    assert taken == pytest.approx(alpha0**2 * left / (2 * q))
