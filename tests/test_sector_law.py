"""The law of the longest arc: against fractions, rigorous balls, SciPy and counting; bad input; properties."""

import importlib.util
import itertools
import math
import subprocess
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from flint import arb, ctx
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate

from blogtools.sector import (
    arcs,
    complement,
    covering,
    density,
    exact_exceedance,
    exact_probability,
    expected_longest,
    gumbel,
    half_ball,
    log_complement,
    longest_exceeds,
    pairs,
    points_in_disc,
    probability,
    quantile,
    smallest_sector,
    textbook,
)

_spec = importlib.util.spec_from_file_location(
    "sector_accuracy", Path(__file__).parents[1] / "benchmarks" / "sector_accuracy.py"
)
assert _spec is not None
assert _spec.loader is not None
accuracy = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(accuracy)

TURN = 2 * math.pi
# The promise is 1e-13; what is measured is below 5e-15.
TOLERANCE = Fraction(2e-14)


def assert_right(n: int, theta: float) -> None:
    P, Q = accuracy.reference(n, accuracy.angle(theta))
    assert accuracy.error(probability(n, theta), P) < TOLERANCE, (n, theta)
    assert accuracy.error(complement(n, theta), Q) < TOLERANCE, (n, theta)


def test_four_ducks_and_half_a_turn() -> None:
    # 9324.claim2 and eq11; float64's π is 4e-17 of itself too small.
    assert longest_exceeds(4, 0.5) == 0.5
    assert math.isclose(probability(4, math.pi), 0.5, rel_tol=3e-16)
    n = np.arange(1, 40)
    np.testing.assert_allclose(longest_exceeds(n, 0.5), n / 2.0 ** (n - 1), rtol=4e-16)


def test_ends_are_exact() -> None:
    n = np.array([1, 2, 3, 10, 10**3, 10**6])
    assert probability(n, 0.0).tolist() == [1, 0, 0, 0, 0, 0]
    assert complement(n, 0.0).tolist() == [0, 1, 1, 1, 1, 1]
    assert probability(n, TURN).tolist() == [1] * 6
    assert complement(n, TURN).tolist() == [0] * 6
    assert probability(1, [0.0, 1e-300, 3.0, TURN]).tolist() == [1] * 4
    # One piece is not longer than itself, but the closed sector of angle 0 holds one point.
    assert longest_exceeds(1, 1.0) == 0
    assert longest_exceeds([1, 2, 5], [0.99, 0.5, 0.2]).tolist() == [1, 1, 1]


@pytest.mark.parametrize("n", [2, 3, 4, 5, 6, 7, 8, 9, 13, 30, 60])
def test_agrees_with_fractions(n: int) -> None:
    rng = np.random.default_rng(n)
    breaks = 1 / np.arange(1, n + 1)
    for x in np.concatenate([rng.random(40), 1 / rng.uniform(1, n, 60), np.nextafter(breaks, 0), breaks]):
        P = exact_probability(n, 1 - Fraction(float(x)))
        for got, true in ((longest_exceeds(n, x), P), (covering(n, x), 1 - P)):
            assert abs(Fraction(float(got)) - true) <= max(TOLERANCE * true, Fraction(accuracy.SMALLEST))


@pytest.mark.parametrize("regime", accuracy.REGIMES)
def test_agrees_with_rigorous_balls(regime: str) -> None:
    rng = np.random.default_rng(len(regime))
    for n in np.unique((10 ** rng.uniform(math.log10(2), 5, 30)).astype(int)):
        for theta in np.minimum(accuracy.REGIMES[regime](int(n), rng, 3), TURN):
            assert_right(int(n), float(theta))


def test_agrees_with_rigorous_balls_at_a_million() -> None:
    rng = np.random.default_rng(6)
    for above in rng.uniform(-6.5, 12, 8):
        assert_right(10**6, TURN * (1 - (math.log(1e6) + above) / 1e6))
    for first in (0.4999, 0.5001, 0.9999, 1.0001):
        assert_right(10**6, TURN * math.exp(math.log(first / 1e6) / (1e6 - 1)))


def test_floats_beside_the_angles_where_terms_die() -> None:
    # 1 − P is (nx−1)^{n−1} here, with nx − 1 of the order of the last digit of θ.
    for n in range(2, 26):
        middle = TURN * (1 - 1 / n)
        for theta in np.concatenate([middle + np.arange(-5, 6) * np.spacing(middle), [math.pi]]):
            assert_right(n, float(theta))


def test_tiny_angles() -> None:
    for n, theta in [(2, 1e-307), (2, 1e-290), (3, 1e-150), (5, 1e-75), (30, 2e-10), (1000, 3.1)]:
        assert_right(n, theta)
    assert probability(3, 1e-200) == 0


def test_log_complement_where_the_complement_underflows() -> None:
    for n, x in [(50, 1.0001 / 50), (300, 1.02 / 300), (400, 1.9 / 400), (400, 2.2 / 400), (30, 0.9), (30, 0.999)]:
        theta = TURN * (1 - x)
        ctx.prec = 4000
        X = accuracy.angle(theta)()
        terms = [arb(math.comb(n, k)) * (1 - k * X) ** (n - 1) * (-1) ** k for k in range(n + 1) if 1 - k * X > 0]
        true = sum(terms, arb(0)).log()
        assert true.rel_accuracy_bits() > 80
        assert accuracy.error(-log_complement(n, theta), -true) < TOLERANCE
    assert log_complement(4, 6.0) == -np.inf
    assert math.isclose(log_complement(1000, 1e-3), -1000 * (1e-3 / TURN) ** 999, abs_tol=1e-300)


@pytest.mark.parametrize("n", [2, 3, 8, 20, 60, 200])
def test_irwin_hall_route_by_scipy(n: int) -> None:
    theta = TURN * (1 - np.array([1.5, 2.5, math.log(n) + 0.7]) / n)
    theta = theta[theta > 0]
    np.testing.assert_allclose(accuracy.irwin_hall(n, theta), complement(n, theta), rtol=1e-10)


def test_textbook_sum_breaks() -> None:
    n, theta = np.array([100, 200, 1030]), TURN * (1 - 1.2 / np.array([100, 200, 1030]))
    wrong = np.abs(textbook(n, theta) - 1)
    assert 1e-7 < wrong[0] < 1e-4
    assert wrong[1] > 1
    assert np.isnan(wrong[2])
    assert probability(n, theta).tolist() == [1, 1, 1]
    np.testing.assert_allclose(textbook(7, [0.0, 1.0, 3.0, 4.0]), probability(7, [0.0, 1.0, 3.0, 4.0]), rtol=1e-13)


def test_density_is_the_derivative() -> None:
    rng = np.random.default_rng(0)
    for n in (2, 3, 4, 7, 15, 40, 80):
        for x in np.concatenate([rng.random(15), 1 / rng.uniform(1, n, 25)]):
            X = Fraction(float(x))
            true = sum(
                (
                    (-1) ** (k - 1) * math.comb(n, k) * k * (n - 1) * (1 - k * X) ** (n - 2)
                    for k in range(1, n + 1)
                    if k * X < 1
                ),
                Fraction(0),
            )
            assert abs(Fraction(float(density(n, x))) - true) <= TOLERANCE * true
    assert density([2, 2, 2, 3, 3], [0.49, 0.5, 1.0, 1 / 3, 1.0]).tolist() == [0, 2, 2, 0, 0]
    for n, low, high in [(2, 0.5, 1), (6, 1 / 6, 1), (1000, 0.003, 0.04)]:
        assert math.isclose(integrate.quad(lambda x, n=n: density(n, x), low, high, limit=200)[0], 1, rel_tol=1e-8)
    ctx.prec = 3000
    for n, above in itertools.product((3000, 100_000), (-4.0, -1.0, 0.0, 3.0, 40.0)):
        x = (math.log(n) + above) / n
        terms = min(int(1 / x), int(3 * n * (1 - x) ** (n - 1)) + 150)
        derivative = sum(
            (
                arb(-1) ** (k - 1) * arb(math.comb(n, k)) * k * (n - 1) * (1 - k * arb(x)) ** (n - 2)
                for k in range(1, terms + 1)
            ),
            arb(0),
        )
        assert accuracy.error(density(n, x), derivative) < TOLERANCE
    x, h = 14e-6, 1e-12
    slope = (longest_exceeds(10**6, x - h) - longest_exceeds(10**6, x + h)) / (2 * h)
    assert math.isclose(density(10**6, x), slope, rel_tol=1e-6)


def test_quantile_inverts() -> None:
    n = np.array([2, 3, 5, 10, 100, 10**4, 10**6])[:, None]
    q = np.array([2.3e-308, 1e-30, 1e-3, 0.3, 0.5, 0.7, 0.999, 1 - 2**-40, 1 - 2**-53])
    x = quantile(n, q)
    step = 4 * np.spacing(x)
    low, high = np.clip(x - step, 0, 1), np.clip(x + step, 0, 1)
    # 1−q is exact, and 1−P as a function of x grows; near 1 it is P that tells.
    assert np.all(covering(n, low) <= q)
    assert np.all(covering(n, high) >= q)
    assert np.all(longest_exceeds(n, low) >= 1 - q)
    assert np.all(longest_exceeds(n, high) <= 1 - q)
    assert quantile([4, 4, 1, 1], [0.0, 1.0, 0.0, 0.3]).tolist() == [0.25, 1.0, 1.0, 1.0]
    assert math.isclose(quantile(2, 0.25), 0.625)
    assert math.isclose(quantile(10, 5e-324), 0.1, rel_tol=1e-15)
    assert 0.001 < quantile(1000, 5e-324) < quantile(1000, 2.3e-308)


def test_mean_of_the_longest() -> None:
    for n in (1, 2, 3, 10, 50, 1000):
        true = sum((Fraction(1, k) for k in range(1, n + 1)), Fraction(0)) / n
        assert math.isclose(expected_longest(n), true, rel_tol=1e-15)
    mean, _ = integrate.quad(lambda x: longest_exceeds(50, x), 0, 1, limit=200)
    assert math.isclose(expected_longest(50), mean, rel_tol=1e-8)
    assert expected_longest(np.array([[1, 2]])).shape == (1, 2)


def test_exact_functions() -> None:
    assert exact_probability(4, Fraction(1, 2)) == Fraction(1, 2)
    assert exact_probability(3, Fraction(2, 3)) == 1
    assert exact_probability(1, 0) == 1
    assert exact_probability(2, 0) == 0
    assert exact_probability(5, 1) == 1
    assert exact_exceedance(3, [Fraction(1, 4), Fraction(1, 4)]) == Fraction(1, 4)
    assert exact_exceedance(3, [Fraction(1, 2), Fraction(1, 2)]) == exact_exceedance(1, [1]) == 0
    assert exact_exceedance(4, []) == 1
    # 9324.eq9: inclusion and exclusion over the subsets of pieces, one by one.
    for n, x in itertools.product(range(1, 8), (Fraction(1, 7), Fraction(2, 9), Fraction(2, 5), Fraction(5, 8))):
        union = Fraction(0)
        for k in range(1, n + 1):
            for _ in itertools.combinations(range(n), k):
                union += (-1) ** (k - 1) * exact_exceedance(n, [x] * k)
        assert union == exact_probability(n, 1 - x)


def test_half_ball() -> None:
    assert [half_ball(n, 1) for n in (1, 2, 3)] == [1, Fraction(1, 2), Fraction(1, 4)]
    assert all(half_ball(n, 2) == exact_probability(n, Fraction(1, 2)) for n in range(1, 30))
    assert half_ball(4, 3) == Fraction(7, 8)
    assert half_ball(3, 8) == 1
    assert half_ball(6, 3) == half_ball(6, 6 - 3) == Fraction(1, 2)
    # Wendel's reason: of the 2^n choices of signs for n vectors the same number lies in a half, whatever the vectors.
    vectors = np.random.default_rng(2).normal(size=(5, 2))
    signs = np.array(list(itertools.product([-1, 1], repeat=5)))
    angles = np.arctan2(signs * vectors[:, 1], signs * vectors[:, 0])
    assert Fraction(int((smallest_sector(angles)[1] < math.pi).sum()), 2**5) == half_ball(5, 2)


def test_covering() -> None:
    assert covering(3, Fraction(1, 2)) == Fraction(1, 4)
    assert covering(1, Fraction(1)) == covering(1, 1.0) == 1
    assert covering(1, Fraction(1, 2)) == covering(1, 0.5) == 0
    assert covering(4, Fraction(1, 4)) == 0
    rng = np.random.default_rng(1)
    begin, arc, trials = rng.random((20_000, 9)), 0.3, 20_000
    covered = (arcs(TURN * begin).max(axis=-1) <= arc).mean()
    p = covering(9, arc)
    assert abs(covered - p) < 5 * math.sqrt(p * (1 - p) / trials)


def test_gumbel_is_the_limit() -> None:
    for n in (10**3, 10**4, 10**5, 10**6):
        x = (math.log(n) + np.array([-1.5, 0.0, 2.0, 8.0])) / n
        assert np.all(np.abs(gumbel(n, x) / longest_exceeds(n, x) - 1) < (n * x) ** 2 / n)
    assert not np.allclose(gumbel(50, 0.08), longest_exceeds(50, 0.08), rtol=1e-2)


def test_points_arcs_and_sector() -> None:
    rng = np.random.default_rng(3)
    points = points_in_disc(5, rng, (4, 10_000))
    assert points.shape == (4, 10_000, 5, 2)
    radius = np.linalg.norm(points, axis=-1)
    assert radius.max() <= 1
    # The square of the radius is uniform: mean 1/2, variance 1/12, over 200,000 points.
    assert abs((radius**2).mean() - 0.5) < 5 * math.sqrt(1 / 12 / radius.size)
    angles = np.arctan2(points[..., 1], points[..., 0])
    gaps = arcs(angles)
    np.testing.assert_allclose(gaps.sum(axis=-1), 1, rtol=1e-14)
    start, width = smallest_sector(angles)
    np.testing.assert_allclose(width, TURN * (1 - gaps.max(axis=-1)), atol=1e-14)
    inside = np.mod(angles - start[..., None] + 1e-9, TURN)
    assert np.all(inside <= width[..., None] + 2e-9)
    p, trials = probability(5, 4.0), width.size
    assert abs((width <= 4.0).mean() - p) < 5 * math.sqrt(p * (1 - p) / trials)
    assert arcs([0.3]).tolist() == [1.0]
    np.testing.assert_allclose(arcs([7 * math.pi, 0.0, -TURN - 1]), [0.5, 0.5 - 1 / TURN, 1 / TURN])
    assert [float(a) for a in smallest_sector([0.3])] == pytest.approx([0.3, 0.0])
    np.testing.assert_allclose(smallest_sector([6.2, 0.1]), [6.2, 0.1 + TURN - 6.2])


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(-20, 20), min_size=1, max_size=8), st.floats(-10, 10))
def test_sector_turns_with_its_points(angles: list[float], by: float) -> None:
    before, after = smallest_sector(angles)[1], smallest_sector(np.array(angles) + by)[1]
    assert math.isclose(before, after, abs_tol=1e-13)
    assert 0 <= before <= TURN * (1 - 1 / len(angles)) + 1e-14


COUNT = st.one_of(st.integers(1, 40), st.integers(1, 10**6))
REACH = st.one_of(st.floats(0, TURN), st.floats(-8, 3.2).map(lambda e: TURN * (1 - math.exp(-(10**e)))))


@settings(max_examples=150, deadline=None)
@given(COUNT, REACH, REACH)
def test_grows_with_the_angle(n: int, one: float, other: float) -> None:
    small, large = sorted([one, other])
    assert probability(n, small) <= probability(n, large) * (1 + 1e-13)
    assert complement(n, small) * (1 + 1e-13) >= complement(n, large)


@settings(max_examples=150, deadline=None)
@given(COUNT, st.integers(1, 50), REACH)
def test_falls_with_the_number_of_points(n: int, more: int, theta: float) -> None:
    more = min(n + more, 10**6)
    assert probability(more, theta) <= probability(n, theta) * (1 + 1e-13)
    assert complement(more, theta) * (1 + 1e-13) >= complement(n, theta)


@settings(max_examples=150, deadline=None)
@given(COUNT, REACH)
def test_sums_to_one(n: int, theta: float) -> None:
    P, Q = probability(n, theta), complement(n, theta)
    assert 0 <= P <= 1
    assert 0 <= Q <= 1
    assert abs(P + Q - 1) <= 2**-52
    if Q > 1e-300:
        assert math.isclose(
            log_complement(n, theta), math.log(Q) if P > 0.5 else math.log1p(-P), rel_tol=1e-13, abs_tol=0
        )


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 25), st.fractions(0, 1, max_denominator=10**6))
def test_fractions_of_a_turn(n: int, turn: Fraction) -> None:
    # θ carries an error of one rounding, which n/(nx−1) multiplies at most: P itself only by n.
    P = float(exact_probability(n, turn))
    assert math.isclose(probability(n, min(float(turn) * TURN, TURN)), P, rel_tol=n * 1e-15, abs_tol=0)


def test_shapes() -> None:
    theta = np.linspace(0, TURN, 7)
    grid = probability(np.array([[1], [4], [30]]), theta)
    assert grid.shape == (3, 7)
    assert grid.dtype == np.float64
    assert all(grid[i, j] == probability(n, theta[j]) for i, n in enumerate([1, 4, 30]) for j in range(7))
    assert np.ndim(probability(4, 1.0)) == np.ndim(quantile(4, 0.5)) == np.ndim(density(4, 0.3)) == 0
    assert probability(3, []).shape == quantile(3, []).shape == density(3, []).shape == (0,)
    for size in (1024, 1025, 5000):
        many = probability(np.arange(1, size + 1), 6.0)
        assert many[[0, 1023, size - 1]].tolist() == [probability(k, 6.0) for k in (1, 1024, size)]


@pytest.mark.parametrize("n", [0, -1, 2.5, 2.0, True, 10**6 + 1, 10**30, "4", None, math.nan, [3, 0], [[1], [2, 3]]])
def test_wrong_counts(n: Any) -> None:
    for function in (probability, complement, log_complement, textbook, longest_exceeds, gumbel, density, quantile):
        with pytest.raises(ValueError, match=r"^n = "):
            function(n, 0.5)
    with pytest.raises(ValueError, match=r"^n = "):
        expected_longest(n)


@pytest.mark.parametrize("n", [0, -1, 2.5, True, "4", [3]])
def test_wrong_single_counts(n: Any) -> None:
    rng = np.random.default_rng(0)
    for call in (
        lambda: exact_probability(n, Fraction(1, 2)),
        lambda: exact_exceedance(n, []),
        lambda: half_ball(n, 2),
        lambda: covering(n, Fraction(1, 2)),
        lambda: points_in_disc(n, rng),
    ):
        with pytest.raises(ValueError, match=r"^n = "):
            call()
    with pytest.raises(ValueError, match=r"^d = "):
        half_ball(3, n)


@pytest.mark.parametrize("value", [-1e-9, 6.2832, math.nan, math.inf, "1", None, 1j, True, [1.0, math.nan]])
def test_wrong_reals(value: Any) -> None:
    for by_angle in (probability, complement, log_complement, textbook):
        with pytest.raises(ValueError, match=r"^theta = "):
            by_angle(4, value)
    for by_arc in (longest_exceeds, density, gumbel):
        with pytest.raises(ValueError, match=r"^x = "):
            by_arc(4, value)
    with pytest.raises(ValueError, match=r"^q = "):
        quantile(4, value)


def test_other_wrong_arguments() -> None:
    for function in (probability, longest_exceeds, density, quantile, gumbel):
        with pytest.raises(ValueError, match=r"shapes do not broadcast: n \(3,\), .* \(2,\)"):
            function([2, 3, 4], [0.1, 0.2])
    for turn in (0.5, Fraction(3, 2), Fraction(-1, 2), True, "1/2"):
        with pytest.raises(ValueError, match=r"^turn = "):
            exact_probability(3, turn)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r"^c = "):
        exact_exceedance(3, [Fraction(-1, 2)])
    with pytest.raises(ValueError, match="3 thresholds"):
        exact_exceedance(2, [Fraction(1, 9)] * 3)
    with pytest.raises(ValueError, match=r"^n = 1 must be whole numbers from 2"):
        density(1, 0.5)
    with pytest.raises(ValueError, match=r"^arc = "):
        covering(3, Fraction(5, 4))
    for angles in ([], 3.0, [math.nan], ["a"], [True]):
        with pytest.raises(ValueError, match=r"^angles = "):
            arcs(angles)
        with pytest.raises(ValueError, match=r"^angles = "):
            smallest_sector(angles)


@settings(max_examples=150, deadline=None)
@given(st.floats(-1e3, 1e3), st.floats(-1e-14, 1e-14), st.floats(0.01, 1e3), st.floats(-30, 30))
def test_pairs_hold_31_digits(a: float, small: float, b: float, y: float) -> None:
    def exact(p: pairs.Pair) -> Fraction:
        return Fraction(float(p[0])) + Fraction(float(p[1]))

    p = pairs.add(pairs.pair(a), pairs.pair(small))
    q = pairs.over(pairs.pair(b), pairs.TURN)
    A, B = exact(p), exact(q)
    assert abs(exact(pairs.add(p, q)) - (A + B)) <= abs(A + B) * Fraction(1e-31)
    assert abs(exact(pairs.times(p, q)) - A * B) <= abs(A * B) * Fraction(1e-31) + Fraction(1e-300)
    assert abs(exact(pairs.over(p, q)) - A / B) <= abs(A / B) * Fraction(1e-31) + Fraction(1e-300)
    ctx.prec = 200
    hi, lo = (arb(float(part)) for part in pairs.exp(np.array(y)))
    assert abs((hi + lo) / arb(y).exp() - 1) < 2e-21
    hi, lo = (arb(float(part)) for part in pairs.log(q))
    assert abs(hi + lo - (arb(float(q[0])) + arb(float(q[1]))).log()) < 2e-21


def test_room_is_light() -> None:
    heavy = "{'torch', 'matplotlib', 'ipywidgets', 'sympy', 'distributed', 'mpmath'}"
    code = f"import sys, blogtools.sector; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
