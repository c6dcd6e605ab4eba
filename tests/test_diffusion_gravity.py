"""Gravity in d dimensions: against closed forms, complex analysis in the plane, and Gauss's law."""

import math

import numpy as np
import pytest
import torch
from torch import Tensor

from blogtools.diffusion import centroid, field_lines, gravity, log_sphere_area, multipole, sphere_area


def draw(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def around(n: int, R: float) -> Tensor:
    """Points evenly on a circle of radius R."""
    angle = torch.arange(n, dtype=torch.float64) * 2 * math.pi / n
    return R * torch.stack([angle.cos(), angle.sin()], dim=1)


def test_sphere_areas() -> None:
    known = {1: 2.0, 2: 2 * math.pi, 3: 4 * math.pi, 4: 2 * math.pi**2, 5: 8 * math.pi**2 / 3}
    for d, area in known.items():
        assert math.isclose(sphere_area(d), area, rel_tol=1e-14)
    # S_{d+2} = S_d · 2π/d, followed up to 3072 dimensions.
    steps = sum(math.log(2 * math.pi / d) for d in range(2, 3072, 2))
    assert math.isclose(log_sphere_area(3072), math.log(2 * math.pi) + steps, rel_tol=1e-12)


def test_gravity_in_three_dimensions_is_eq1() -> None:
    x, y = draw(10, 3), draw(1, 3, seed=1)
    r = (x - y).norm(dim=1, keepdim=True)
    torch.testing.assert_close(gravity(x, y), -(x - y) / (4 * math.pi * r**3))


@pytest.mark.parametrize("d", [1, 2, 3, 4, 7])
def test_gravity_is_the_gradient_of_greens_function(d: int) -> None:
    x, sources, masses = draw(10, d).requires_grad_(), draw(6, d, seed=1), draw(6, seed=2)
    r = torch.cdist(x, sources)
    green = -r.log() if d == 2 else r ** (2 - d) / (d - 2)
    (gradient,) = torch.autograd.grad((green @ masses).sum() / sphere_area(d), x)
    torch.testing.assert_close(gravity(x.detach(), sources, masses), gradient)


@pytest.mark.parametrize("d", [1, 2, 3, 5])
def test_flux_through_a_sphere_is_the_mass_inside(d: int) -> None:
    """Gauss's law, which fixes both the exponent and 1/S_d: −∮F·n = Σ of the masses within."""
    sources = torch.cat([0.3 * draw(4, d) / d**0.5, 6 + draw(3, d, seed=1).abs()])
    masses = torch.tensor([1.0, 2.0, 0.5, 1.0, 5.0, 5.0, 5.0]).double()
    n = torch.nn.functional.normalize(draw(200_000, d, seed=2), dim=1)
    n = torch.cat([n, -n])
    radius = 2.0
    inward = -(gravity(radius * n, sources, masses) * n).sum(1)
    mean, error = float(inward.mean()), float(inward.std() / len(n) ** 0.5)
    area = sphere_area(d) * radius ** (d - 1)
    assert abs(mean * area - 4.5) < 6 * error * area + 1e-9


def test_the_shell_is_empty_inside() -> None:
    """claim3 in the plane, exactly: n even charges on the unit circle pull at z with n z̄^{n−1}/(z̄^n − 1)."""
    for n in (3, 12, 50):
        x = torch.cat([0.9 * torch.rand(20, 2, generator=torch.Generator().manual_seed(n)), 2 + draw(10, 2).abs()])
        x = x.double()
        z = np.conj(x[:, 0].numpy() + 1j * x[:, 1].numpy())
        pull = -n * z ** (n - 1) / (z**n - 1) / (2 * math.pi)
        found = gravity(x, around(n, 1.0)).numpy()
        np.testing.assert_allclose(found[:, 0] + 1j * found[:, 1], pull, rtol=1e-9, atol=1e-12)
    inside = 0.5 * torch.nn.functional.normalize(draw(20, 2), dim=1)
    assert gravity(inside, around(100, 1.0), torch.full((100,), 0.01)).norm(dim=1).max() < 1e-15


def test_a_source_does_not_pull_itself() -> None:
    sources = draw(5, 3)
    pulled = gravity(sources, sources)
    assert torch.isfinite(pulled).all()
    torch.testing.assert_close(pulled[2], gravity(sources[2], sources[[0, 1, 3, 4]]))
    around_it = torch.nn.functional.normalize(draw(1000, 3, seed=1), dim=1)
    ball = sources[2] + 1e-4 * torch.cat([around_it, -around_it])
    torch.testing.assert_close(gravity(ball, sources).mean(0), pulled[2], rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("d", [1, 2, 3, 6])
@pytest.mark.parametrize("order", [0, 1, 2, 3, 5])
def test_multipole_error_falls_with_its_order(d: int, order: int) -> None:
    sources, masses = draw(7, d), 1 + draw(7, seed=1).abs()
    middle = centroid(sources, masses)
    direction = torch.nn.functional.normalize(draw(20, d, seed=2), dim=1)
    radii = np.array([20.0, 40.0, 80.0])
    errors = []
    for R in radii:
        exact = gravity(middle + R * direction, sources, masses)
        error = (multipole(middle + R * direction, sources, masses, order) - exact).norm(dim=1) / exact.norm(dim=1)
        errors.append(float(error.max()))
    if d == 1:
        assert max(errors) < 1e-13  # on a line the one equivalent point is exact
        return
    slope = np.polyfit(np.log(radii), np.log(errors), 1)[0]
    assert abs(slope + max(order, 1) + 1) < 0.2, (slope, errors)  # order 1 adds nothing to order 0


def test_multipoles_converge_outside_the_sources() -> None:
    sources = torch.nn.functional.normalize(draw(9, 3), dim=1)
    x = 2.5 * torch.nn.functional.normalize(draw(5, 3, seed=1), dim=1) + centroid(sources)
    torch.testing.assert_close(multipole(x, sources, order=60), gravity(x, sources), rtol=1e-7, atol=1e-9)


def test_multipole_zero_is_the_equivalent_point() -> None:
    sources, masses = draw(4, 3), torch.tensor([1.0, 2.0, 3.0, 4.0])
    x = 4 * draw(6, 3, seed=1)
    point = centroid(sources, masses)
    torch.testing.assert_close(multipole(x, sources, masses), gravity(x, point[None], torch.tensor([10.0])))
    assert torch.equal(multipole(point, sources, masses, 2), torch.zeros(3).double())


FOUR = torch.tensor([[-1.0, -0.5], [1.2, -0.8], [0.3, 1.1], [-0.6, 0.9]]).double()


def test_lines_from_afar_end_on_sources_in_their_shares() -> None:
    """claim1, and Gauss's law: of lines that start evenly on a far circle each source catches its share of the mass."""
    masses = torch.tensor([1.0, 2.0, 3.0, 4.0])
    lines = field_lines(lambda x: gravity(x, FOUR, masses), around(400, 100.0), 0.05, 2300, FOUR)
    assert (lines.source >= 0).float().mean() > 0.99
    shares = torch.bincount(lines.source[lines.source >= 0], minlength=4) / 400
    assert (shares - masses / 10).abs().max() < 0.01
    torch.testing.assert_close(lines.points[:, -1], FOUR[lines.source])
    assert lines.points.shape == (400, 2301, 2)


def test_along_a_line_the_stream_function_stands_still() -> None:
    """In the plane Σ m_i · angle around source i is constant along a field line."""
    masses = torch.tensor([1.0, 2.0, 1.5, 1.0]).double()
    lines = field_lines(lambda x: gravity(x, FOUR, masses), around(16, 6.0) + 0.01, 0.02, 200)
    apart = lines.points[:, :, None] - FOUR
    stream = torch.atan2(apart[..., 1], apart[..., 0]) @ masses
    wrapped = torch.remainder(stream - stream[:, :1] + math.pi / 2, math.pi) - math.pi / 2
    assert wrapped.abs().max() < 1e-6
    lengths = lines.points.diff(dim=1).norm(dim=-1)
    torch.testing.assert_close(lengths, torch.full_like(lengths, 0.02), rtol=1e-3, atol=0)


def test_one_source_draws_straight_lines_and_scaling_changes_nothing() -> None:
    y = torch.zeros(1, 3).double()
    seeds = 5 * torch.nn.functional.normalize(draw(10, 3), dim=1)
    lines = field_lines(lambda x: gravity(x, y), seeds, 0.1, 60, y)
    assert torch.equal(lines.points[:, -1], torch.zeros(10, 3).double())
    torch.testing.assert_close(lines.points[:, 10], seeds * 0.8)
    scaled = field_lines(lambda x: (2 + x[:, :1].sin()) * gravity(x, y), seeds, 0.1, 60, y)  # claim7
    torch.testing.assert_close(scaled.points, lines.points)


def test_a_line_stays_where_the_field_vanishes() -> None:
    two = torch.tensor([[-1.0, 0.0], [1.0, 0.0]]).double()
    lines = field_lines(lambda x: gravity(x, two), torch.zeros(1, 2).double(), 0.1, 5, two)
    assert torch.equal(lines.points, torch.zeros(1, 6, 2).double())
    assert lines.source.tolist() == [-1]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: gravity(torch.zeros(2, 3), torch.empty(0, 3)), r"sources has shape \(0, 3\)"),
        (lambda: gravity(torch.zeros(2, 3), torch.zeros(4, 2)), "its last axis must be d = 3"),
        (lambda: gravity(torch.full((2, 3), math.nan), torch.zeros(4, 3)), "x has 6 of 6 entries"),
        (lambda: gravity(torch.zeros(2, 3), torch.full((4, 3), math.inf)), "sources has 12 of 12"),
        (lambda: gravity(torch.zeros(2, 3), torch.zeros(4, 3), torch.ones(3)), r"masses has shape \(3,\)"),
        (lambda: multipole(torch.ones(3), torch.zeros(4, 3), order=-1), "order = -1"),
        (lambda: centroid(torch.zeros(2, 3), torch.tensor([1.0, -1.0])), "masses sum to 0"),
        (lambda: field_lines(lambda x: x, torch.zeros(2, 2), 0.0, 5), r"step = 0\.0"),
        (lambda: field_lines(lambda x: x, torch.zeros(2, 2), 0.1, 0), "steps = 0"),
        (lambda: field_lines(lambda x: x, torch.full((2, 2), math.nan), 0.1, 3), "seeds has 4 of 4"),
        (lambda: sphere_area(0), "d = 0 must"),
    ],
)
def test_refuses(call, message: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ValueError, match=message):
        call()
