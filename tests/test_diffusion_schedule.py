"""Schedules: derivatives against autograd, coefficients against their definitions, and the way back from the level."""

import math

import numpy as np
import pytest
import torch
from scipy.integrate import quad

from blogtools.diffusion import Cosine, Heat, VarianceExploding, VariancePreserving
from blogtools.diffusion.schedule import Schedule

SCHEDULES: list[Schedule] = [
    Heat(),
    VariancePreserving(),
    VariancePreserving(2.0, 2.0),
    VarianceExploding(),
    VarianceExploding(5.0, 0.3),
    Cosine(),
]
INSIDE = torch.linspace(0.001, 0.999, 101, dtype=torch.float64)


@pytest.mark.parametrize("schedule", SCHEDULES, ids=repr)
def test_derivatives_are_those_of_autograd(schedule: Schedule) -> None:
    t = INSIDE.clone().requires_grad_()
    a, b, da, db = schedule(t)
    for value, slope in ((a, da), (b, db)):
        constant = not value.requires_grad
        expected = torch.zeros_like(t) if constant else torch.autograd.grad(value.sum(), t, retain_graph=True)[0]
        torch.testing.assert_close(slope, expected, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("schedule", SCHEDULES, ids=repr)
def test_time_is_the_inverse_of_the_level(schedule: Schedule) -> None:
    a, b, _, _ = schedule(INSIDE)
    torch.testing.assert_close(schedule.time(b / a), INSIDE, rtol=1e-12, atol=1e-12)
    for dtype in (torch.float32, torch.float64):
        ends = torch.tensor([0.0, 1.0], dtype=dtype)
        a, b, _, _ = schedule(ends)
        back = schedule.time(b / a)
        torch.testing.assert_close(back, ends, rtol=1e-5, atol=0)
        assert back.dtype == dtype


@pytest.mark.parametrize("schedule", SCHEDULES[1:], ids=repr)
def test_rounding_never_leads_past_the_end(schedule: Schedule) -> None:
    """A level that rounding put a hair above the last one is the end, for the schedule refuses any later time."""
    a, b, _, _ = schedule(1.0)
    assert schedule.time(b / a * (1 + 1e-9)) == 1


@pytest.mark.parametrize("schedule", SCHEDULES, ids=repr)
def test_time_zero_is_the_data_and_the_level_grows(schedule: Schedule) -> None:
    a, b, _, _ = schedule(torch.linspace(0, 1, 200, dtype=torch.float64))
    assert (a[0], b[0]) == (1, 0)
    assert ((b / a).diff() > 0).all()


def test_coefficients_are_those_of_the_papers() -> None:
    for t in (0.03, 0.4, 1.0):
        a, b, _, _ = (float(v) for v in VariancePreserving(0.1, 20.0)(t))
        kept = math.exp(-quad(lambda s: 0.1 + s * 19.9, 0, t)[0])  # arXiv 2011.13456, eq. 33
        assert (a**2, b**2) == pytest.approx((kept, 1 - kept), rel=1e-12)
        a, b, _, _ = (float(v) for v in VarianceExploding(50.0, 0.01)(t))
        grown = quad(lambda s: 2 * math.log(5000) * 0.01**2 * 5000 ** (2 * s), 0, t)[0]  # eq. 30, less σ_min²
        assert (a, b**2) == pytest.approx((1, grown), rel=1e-10)
        assert Cosine()(t)[0].square() + Cosine()(t)[1].square() == pytest.approx(1, rel=1e-15)
    assert [float(v) for v in Cosine()(1 / 3)[:2]] == pytest.approx([math.sqrt(3) / 2, 1 / 2], rel=1e-15)
    assert [float(v) for v in Heat()(7.0)] == [1, 7, 0, 1]


def test_nothing_of_the_data_is_left_at_the_end_of_the_cosine() -> None:
    for dtype in (torch.float32, torch.float64):
        a, b, _, _ = Cosine()(torch.ones((), dtype=dtype))
        assert (a, b) == (0, 1)
    assert Cosine().time(math.inf) == 1


def test_discrete_ddpm_is_the_variance_preserving_schedule() -> None:
    """ᾱ of a thousand steps with β from 1e-4 to 0.02 is a² to the error of a Riemann sum."""
    kept = np.cumprod(1 - np.linspace(1e-4, 0.02, 1000))
    a, _, _, _ = VariancePreserving()(torch.arange(1, 1001, dtype=torch.float64) / 1000)
    assert np.abs(kept - a.square().numpy()).max() < 2e-3


@pytest.mark.parametrize("schedule", SCHEDULES, ids=repr)
def test_a_number_is_taken_in_double_precision_and_shapes_follow(schedule: Schedule) -> None:
    assert all(v.dtype == torch.float64 and v.shape == () for v in schedule(0.3))
    assert all(v.dtype == torch.float32 and v.shape == (2, 3) for v in schedule(torch.full((2, 3), 0.3)))
    torch.testing.assert_close(torch.stack(schedule(1)), torch.stack(schedule(1.0)))


@pytest.mark.parametrize("schedule", SCHEDULES[1:], ids=repr)
@pytest.mark.parametrize("t", [-0.1, 1.5, math.nan, math.inf])
def test_refuses_times_outside(schedule: Schedule, t: float) -> None:
    with pytest.raises(ValueError, match=rf"t = {t:.6g} must lie in \[0, 1\]"):
        schedule(t)
    with pytest.raises(ValueError, match=rf"t = {t:.6g} must lie in \[0, 1\]"):
        schedule(torch.tensor([0.5, t, 0.2]))


@pytest.mark.parametrize("t", [-1e-9, math.nan])
def test_heat_refuses_negative_times(t: float) -> None:
    with pytest.raises(ValueError, match=f"t = {t:.6g} must not be negative"):
        Heat()(t)


@pytest.mark.parametrize(
    ("schedule", "level"),
    [(VariancePreserving(), 200.0), (VariancePreserving(), math.inf), (VarianceExploding(), 51.0)],
)
def test_refuses_levels_that_are_never_reached(schedule: Schedule, level: float) -> None:
    with pytest.raises(ValueError, match=f"level = {level:.6g} must not be above the level of t = 1"):
        schedule.time(level)


def test_refuses_levels_that_are_none() -> None:
    for schedule in SCHEDULES:
        for level in (-1.0, math.nan):
            with pytest.raises(ValueError, match=f"level = {level:.6g} must"):
                schedule.time(level)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: VariancePreserving(beta_min=0.0), r"beta_min = 0\.0"),
        (lambda: VariancePreserving(beta_min=math.nan), "beta_min = nan"),
        (lambda: VariancePreserving(beta_max=math.inf), "beta_max = inf"),
        (lambda: VariancePreserving(3.0, 2.0), r"beta_max = 2\.0 must not be below beta_min = 3\.0"),
        (lambda: VarianceExploding(-1.0), r"sigma_max = -1\.0"),
        (lambda: VarianceExploding(1.0, 0.0), r"sigma_min = 0\.0"),
        (lambda: VarianceExploding(1.0, 1.0), r"sigma_min = 1\.0 must be below sigma_max = 1\.0"),
    ],
)
def test_refuses_parameters(make, message: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ValueError, match=message):
        make()
