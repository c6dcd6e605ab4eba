"""The two laws, the recursion behind them, and the derivation's formulas, against independent routes."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

from blogtools.optim import (
    cancelling_decay,
    closed_form,
    distance,
    distance_second_order,
    exact_recursion,
    half_life_rate,
    inverse_square,
    inverse_time,
    rates,
    remaining_distance,
)

LAWS = {"inverse-square": (inverse_square, 1.0), "inverse-time": (inverse_time, 2.0)}
RATES = st.floats(1e-5, 0.3)


@pytest.mark.parametrize("decay", LAWS)
def test_the_laws_solve_their_equations(decay: str) -> None:
    law, power = LAWS[decay]
    t = np.linspace(0, 400, 9)
    solved = solve_ivp(lambda _, s: 0.02 * np.exp(-power * s), (0, 400), [0.0], t_eval=t, rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(law(t, 0.02), np.exp(-2 * solved.y[0]), rtol=1e-7)
    np.testing.assert_array_equal(law(t.reshape(3, 3), 0.02), law(t, 0.02).reshape(3, 3))
    np.testing.assert_allclose(closed_form(0.02 * t) ** 2, inverse_square(t, 0.02), rtol=1e-14)


@pytest.mark.parametrize("decay", LAWS)
@given(st.floats(1e-3, 1e7))
def test_half_life(decay: str, half_life: float) -> None:
    law, _ = LAWS[decay]
    assert float(law(0, half_life_rate(half_life, decay))) == 1.0
    assert float(law(half_life, half_life_rate(half_life, decay))) == pytest.approx(0.5, rel=1e-12)


@pytest.mark.parametrize("decay", LAWS)
@given(rate=RATES, steps=st.integers(1, 200))
def test_the_recursion_step_by_step(decay: str, rate: float, steps: int) -> None:
    power = LAWS[decay][1]
    left = exact_recursion(rate, steps, decay)
    sums = -0.5 * np.log(left)
    assert sums[0] == 0
    np.testing.assert_allclose(np.diff(sums), rate * left[:-1] ** (power / 2), rtol=1e-6, atol=1e-12)
    # Each step of the recursion keeps the first slope, so it falls faster than the law.
    assert (left <= LAWS[decay][0](np.arange(steps + 1), rate) * (1 + 1e-12)).all()


def test_a_rate_for_each_step() -> None:
    np.testing.assert_array_equal(exact_recursion(np.full(20, 0.1), 20), exact_recursion(0.1, 20))
    p = 0.1 * (1 + np.sin(np.arange(500) / 40))
    left = exact_recursion(0.01 * p, 500)
    law = closed_form(0.01 * np.concatenate([[0], np.cumsum(p)])) ** 2
    np.testing.assert_allclose(left, law, rtol=1e-3)


@pytest.mark.parametrize("decay", LAWS)
def test_the_error_of_the_law_is_of_first_order(decay: str) -> None:
    law = LAWS[decay][0]
    worst = []
    for rate in (0.02, 0.01, 0.005):
        steps = round(20 / rate)
        worst.append(np.abs(exact_recursion(rate, steps, decay) / law(np.arange(steps + 1), rate) - 1).max())
    assert worst[0] / worst[1] == pytest.approx(2, rel=0.05)
    assert worst[1] / worst[2] == pytest.approx(2, rel=0.05)


def vectors(seed: int, k: int = 7) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    x, y, z = np.random.default_rng(seed).normal(size=(3, 4, k))
    return x, y, z


def test_distance_and_its_second_order() -> None:
    theta, goal, u = vectors(0)
    direct = [np.linalg.norm(x - (0.1 * w + 0.03 * x) - y) ** 2 for x, y, w in zip(theta, goal, u, strict=True)]
    np.testing.assert_allclose(distance(theta, goal, u, 0.1, 0.03), direct, rtol=1e-13)
    alphas = np.array([1e-2, 1e-3])
    gaps = [
        np.abs(distance(theta, goal, u, a, a**2) - distance_second_order(theta, goal, u, a, a**2)).max() for a in alphas
    ]
    assert math.log10(gaps[0] / gaps[1]) == pytest.approx(3, abs=0.05)
    epsilon = theta - goal
    by_hand = [e @ e - 0.2 * w @ e + 0.01 * w @ w - 0.06 * x @ e for x, e, w in zip(theta, epsilon, u, strict=True)]
    np.testing.assert_allclose(distance_second_order(theta, goal, u, 0.1, 0.03), by_hand, rtol=1e-13)
    spread = distance(theta, goal, u, np.full(4, 0.1), np.full(4, 0.03))
    np.testing.assert_array_equal(spread, distance(theta, goal, u, 0.1, 0.03))


def test_cancelling_decay_leaves_the_first_order_term() -> None:
    theta, goal, u = vectors(1)
    goal = 0.1 * goal
    rho = cancelling_decay(theta, goal, u, 0.05)
    epsilon = theta - goal
    left = distance_second_order(theta, goal, u, 0.05, rho)
    expected = (epsilon**2).sum(-1) - 0.1 * (u * epsilon).sum(-1)
    np.testing.assert_allclose(left, expected, rtol=1e-12)
    with pytest.raises(ValueError, match=r"theta·\(theta − goal\) = -.*: only where it is above 0"):
        cancelling_decay(theta, 10 * theta, u, 0.05)
    with pytest.raises(ValueError, match=r"theta·\(theta − goal\) = 0: only where it is above 0"):
        cancelling_decay([1.0, 1.0], [2.0, 0.0], [1.0, 0.0], 0.05)


def test_remaining_distance_is_the_product_of_its_steps() -> None:
    rho = np.random.default_rng(2).uniform(0, 1e-3, size=(3, 9))
    left = remaining_distance(rho, 0.3, 0.8)
    assert left.shape == rho.shape
    np.testing.assert_array_equal(left[:, 0], 1.0)
    np.testing.assert_allclose(
        left[:, 1:] / left[:, :-1], np.exp(-2 * 0.3 * np.sqrt(2 * rho[:, :-1] * 0.8)), rtol=1e-12
    )


def test_rates_close_the_circle() -> None:
    """With recipe 1's ρ_t, eq12 falls as fast as the law that went in."""
    t = np.arange(20000)
    alpha, rho = rates(1e-3, inverse_square(t, 1e-3 * 0.5), initial_distance=3.0, u_norm=2.0, q=0.7)
    np.testing.assert_allclose(alpha[0], 1e-3 * 3 / 2)
    np.testing.assert_allclose(rho[0], 1e-6 / 1.4)
    np.testing.assert_allclose(remaining_distance(rho, 0.5, 0.7), inverse_square(t, 5e-4), rtol=2e-3)
    np.testing.assert_allclose(2 * rho * 0.7 * 9, alpha**2 * 4 / inverse_square(t, 5e-4), rtol=1e-12)


BAD: list[tuple[Any, str]] = [
    (lambda: inverse_square(-1, 0.1), "t holds -1.0, but all must be finite and at least 0"),
    (lambda: inverse_time([0, math.nan], 0.1), "t holds nan"),
    (lambda: inverse_time(1, 0.0), "rate = 0.0 must be a finite number above 0"),
    (lambda: inverse_square(1, math.inf), "rate = inf"),
    (lambda: inverse_square(1, True), "rate = True"),
    (lambda: inverse_square("now", 0.1), "t has shape"),
    (lambda: inverse_square([], 0.1), "t has shape"),
    (lambda: closed_form(-0.1), "integral holds -0.1"),
    (lambda: half_life_rate(0), "half_life = 0 must be"),
    (lambda: half_life_rate(math.nan), "half_life"),
    (lambda: half_life_rate(5, "square"), "decay = 'square' must be one of"),
    (lambda: exact_recursion(0.1, 0), "steps = 0 must be a whole number of at least 1"),
    (lambda: exact_recursion(0.1, 2.0), "steps"),  # type: ignore[arg-type]
    (lambda: exact_recursion(0.1, True), "steps"),
    (lambda: exact_recursion(0.0, 5), "rate holds 0.0"),
    (lambda: exact_recursion([0.1, 0.1], 5), r"rate has shape \(2,\), but must be one number or \(5,\)"),
    (lambda: exact_recursion(0.1, 5, "cosine"), "decay"),
    (lambda: distance([1.0], [1.0, 2.0], [1.0], 0.1, 0.1), r"theta \(1,\), goal \(2,\)"),
    (lambda: distance(1.0, 1.0, 1.0, 0.1, 0.1), r"must be \(\.\.\., k\)"),
    (lambda: distance([math.inf], [1.0], [1.0], 0.1, 0.1), "theta holds inf, but all must be finite"),
    (lambda: distance_second_order([1.0], [1.0], [1.0], math.nan, 0.1), "alpha holds nan"),
    (lambda: remaining_distance(0.1, 1, 1), "rho is one number"),
    (lambda: remaining_distance([-0.1], 1, 1), "rho holds -0.1"),
    (lambda: remaining_distance([0.1], 1, -1), "q holds"),
    (lambda: rates(0.0, 1.0), "alpha0 holds 0.0, but all must be finite and above 0"),
    (lambda: rates(0.1, 1.0, q=0.0), "q holds"),
    (lambda: rates(0.1, -1.0), "decay holds"),
    (lambda: rates(0.1, 1.0, initial_distance=0), "initial_distance"),
    (lambda: rates(0.1, 1.0, u_norm=-2), "u_norm"),
    (lambda: rates(0.1, 1.0, u_norm=0), "u_norm"),
]


@pytest.mark.parametrize(("call", "match"), BAD)
def test_bad_arguments(call: Any, match: str) -> None:
    with pytest.raises(ValueError, match=match):
        call()
