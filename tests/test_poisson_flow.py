"""The routes by which the ledger of 9305 checks the post, held to what is known of them."""

import math
from fractions import Fraction

import numpy as np
import pytest
from scipy import stats

from blogtools.claims.poisson_flow import ENTRIES, batches, dimension, formulas, ode, shell

HEADINGS = (
    "Gravity in any dimension",
    "Follow the lines",
    "Far away, one mass",
    "Where lines never go",
    "One dimension more",
    "The ODE and where it starts",
    "Learning the field",
    "What training really learns",
    "What the paper reports",
    "What the post leaves out",
)


def test_every_entry_stands_under_a_heading_of_the_notebook() -> None:
    assert {entry.section for entry in ENTRIES} == set(HEADINGS)


@pytest.mark.parametrize(("d", "area"), [(1, 2), (2, 2 * math.pi), (3, 4 * math.pi), (4, 2 * math.pi**2)])
def test_area_of_the_sphere(d: int, area: float) -> None:
    assert float(formulas.sphere_area(d)) == pytest.approx(area, rel=1e-14)


@pytest.mark.parametrize("d", [1, 2, 3, 7])
def test_flux_of_the_place_itself_is_d_times_the_ball(d: int) -> None:
    ball = float(formulas.sphere_area(d)) / d
    assert formulas.flux_out(lambda x: x, d, 1.5) == pytest.approx(d * ball * 1.5**d, rel=1e-12)


def test_seeds_of_equal_flux_crowd_towards_the_source() -> None:
    near = np.array([[0.9, 0.0]])
    seeds = formulas.seeds_of_equal_flux(lambda x: formulas.eq2(x, near), 1000, 1.0)
    np.testing.assert_allclose(np.hypot(*seeds.T), 1, rtol=1e-12)
    seen_from_source = np.sort(np.arctan2(seeds[:, 1], seeds[:, 0] - 0.9) % (2 * math.pi))
    np.testing.assert_allclose(np.diff(seen_from_source), 2 * math.pi / 1000, rtol=0.01)


def test_ranks_are_uniform_only_for_the_right_shares() -> None:
    rng = np.random.default_rng(0)
    data, masses = np.array([[0.0], [1.0], [5.0]]), np.array([0.2, 0.5, 0.3])
    right = data[rng.choice(3, 5000, p=masses)] + 0.1
    wrong = data[rng.choice(3, 5000)]
    p_right, p_wrong = (
        stats.kstest(formulas.ranks(rng, arrived, data, masses), "uniform").pvalue for arrived in (right, wrong)
    )
    assert p_right > 1e-4
    assert p_wrong < 1e-12


@pytest.mark.parametrize("delta", [0.1, 1.0, 3.0])
def test_divergence_of_two_cauchy_laws(delta: float) -> None:
    assert ode.divergence_of_shift(delta, 1) == pytest.approx(math.log1p(delta**2 / 4) / delta**2, rel=1e-9)


@pytest.mark.parametrize("t", [0.2, 1.0, 5.0])
def test_field_on_the_axis_of_a_ring(t: float) -> None:
    across, down = dimension.over_ring(0.0, t)
    assert across == 0
    assert down == pytest.approx(-t / (4 * math.pi * (1 + t**2) ** 1.5), rel=1e-12)


def test_field_of_a_shell_at_once_inside_and_outside() -> None:
    assert float(shell.shell_field(3, 0.5)) == pytest.approx(0, abs=1e-12)
    assert float(shell.shell_field(3, 2.0)) == pytest.approx(-1 / (16 * math.pi), rel=1e-9)


def test_a_batch_of_the_source_alone_gives_the_posterior_mean() -> None:
    data, masses = [Fraction(-1), Fraction(3)], [Fraction(1, 4), Fraction(3, 4)]
    found = batches.batch_expectation(Fraction(0), Fraction(1), data, masses, 1)
    weights = [Fraction(1, 8), Fraction(3, 40)]
    assert found == (-weights[0] + 3 * weights[1]) / sum(weights)
