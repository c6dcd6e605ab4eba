"""The first half of the figures of 9305: each ``compute`` against facts that do not pass through it."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import lab
import numpy as np
import pytest
import torch
from matplotlib.path import Path as Outline
from playwright.sync_api import Page

from blogtools.diffusion.poisson_flow.gravity import field_lines, gravity, multipole, sphere_area
from blogtools.figures import registry
from blogtools.figures.poisson_flow import far_field, fields, four_masses, masses3d, shell, space


def by_the_library(x: np.ndarray, sources: np.ndarray, masses: np.ndarray) -> np.ndarray:
    d = x.shape[1]
    force = gravity(torch.from_numpy(x), torch.from_numpy(sources), torch.from_numpy(masses))
    return force.numpy() * sphere_area(d)


class TestFields:
    @pytest.mark.parametrize("d", [2, 3, 5])
    def test_pull_is_the_field_of_eq2(self, d: int) -> None:
        rng = np.random.default_rng(d)
        x, sources, masses = rng.normal(size=(40, d)), rng.normal(size=(6, d)), rng.uniform(0, 2, 6)
        x[0] = sources[0]
        assert np.allclose(fields.pull(x, sources, masses), by_the_library(x, sources, masses), rtol=1e-10)

    @pytest.mark.parametrize("d", [2, 3])
    def test_lines_end_where_small_steps_of_the_library_end(self, d: int) -> None:
        rng = np.random.default_rng(1)
        sources, masses = rng.uniform(-1, 1, (5, d)), np.array([1.0, 0.0, 2.0, 0.5, 1.0])
        seeds = rng.normal(size=(24, d))
        seeds *= 4 / np.linalg.norm(seeds, axis=1, keepdims=True)
        coarse = fields.trace(seeds, sources, masses, 60)
        y, m = torch.from_numpy(sources), torch.from_numpy(masses)
        fine = field_lines(lambda x: gravity(x, y, m), torch.from_numpy(seeds), 0.02, 300, y[m > 0])
        assert (np.flatnonzero(masses > 0)[fine.source.numpy()] == coarse.source).mean() > 0.95
        assert (coarse.source >= 0).all()
        assert coarse.counts(5).sum() == 24

    def test_a_view_is_a_rotation(self) -> None:
        turned = space.view(37, 21)
        assert np.allclose(turned @ turned.T, np.eye(3))
        assert np.linalg.det(turned) == pytest.approx(1)
        assert turned[1] @ [0, 0, 1] > 0


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    with lab.browser() as chromium:
        yield chromium.new_page()


def flat(value: object) -> list[np.ndarray]:
    """A value of ``compute``, from Python or from the page, as flat arrays."""
    pieces = value if len(value) and np.ndim(value[0]) > 0 else [value]  # type: ignore[arg-type, index]
    if isinstance(value, np.ndarray) and value.ndim == 2:
        pieces = [value]
    return [np.asarray(piece, float).ravel() for piece in pieces]  # type: ignore[union-attr]


class TestFourMasses:
    @pytest.mark.parametrize("mass", [0.0, 0.4, 1.0, 5.0])
    @pytest.mark.parametrize("lines", [12, 61, 120])
    def test_gauss_each_mass_gets_its_share_of_lines(self, mass: float, lines: int) -> None:
        shown = four_masses.compute(four_masses.START, mass, lines, True, False)
        counts = np.array([len(shown[f"lines {name}"]) for name in "ABCD"])
        arcs = np.array([len(shown[f"basin {name}"]) for name in "ABCD"])
        assert counts.sum() == lines
        assert (np.abs(counts - lines * np.array([mass, 1, 1, 1]) / (mass + 3)) <= arcs).all()
        assert arcs.sum() <= 6

    def test_arrows_are_unit_vectors_along_the_field(self) -> None:
        shafts = four_masses.compute(four_masses.START, 2.0, 12, False, False)["arrows"]
        along = (shafts[:, 1] - shafts[:, 0]) / 0.27
        force = by_the_library(four_masses.TAILS, four_masses.START, np.array([2.0, 1, 1, 1]))
        assert np.allclose(along, force / np.linalg.norm(force, axis=1, keepdims=True))

    def test_on_the_circle_the_difference_is_ten_percent(self) -> None:
        masses = np.array([3.0, 1, 1, 1])
        centre = masses @ four_masses.START / 6
        radius = four_masses.far_radius(four_masses.START, masses, centre)
        angles = np.linspace(0, 2 * np.pi, 500)
        around = centre + radius * np.stack([np.cos(angles), np.sin(angles)], 1)
        one = by_the_library(around, centre[None], np.array([6.0]))
        difference = np.linalg.norm(by_the_library(around, four_masses.START, masses) - one, axis=1)
        assert (difference / np.linalg.norm(one, axis=1)).max() == pytest.approx(0.1, rel=0.03)

    def test_basins_hold_the_lines_and_fill_the_plane(self) -> None:
        shown = four_masses.compute(four_masses.START, 1.0, 60, True, True)
        rng = np.random.default_rng(0)
        places = rng.uniform(-2.5, 2.5, (300, 2))
        ends = fields.trace(places, four_masses.START, np.ones(4), 60).source
        inside = np.stack(
            [
                np.any([Outline(region).contains_points(places) for region in shown[f"basin {name}"]], 0)
                for name in "ABCD"
            ]
        )
        assert (inside.sum(0) <= 1).mean() > 0.99
        assert inside.any(0).mean() > 0.97
        found = inside.any(0)
        assert (inside.argmax(0)[found] == ends[found]).mean() > 0.99

    @pytest.mark.parametrize("mass", [0.3, 1.0, 3.0])
    def test_no_hole_where_the_field_is_zero(self, mass: float) -> None:
        """The zeros by NumPy's roots of the polynomial Σ m Π(z − y) over the other masses."""
        z, masses = four_masses.START @ [1, 1j], (mass, 1.0, 1.0, 1.0)
        numerator = sum(m * np.poly(np.delete(z, k)) for k, m in enumerate(masses))
        shown = four_masses.compute(four_masses.START, mass, 60, True, False)
        rng = np.random.default_rng(1)
        for null in np.roots(numerator):
            around = null + 0.15 * np.sqrt(rng.uniform(size=500)) * np.exp(2j * np.pi * rng.uniform(size=500))
            regions = [Outline(region) for name in "ABCD" for region in shown[f"basin {name}"]]
            inside = [region.contains_points(plane_points(around)) for region in regions]
            assert np.any(inside, 0).mean() > 0.95
            assert np.sum(inside, 0).max() <= 2

    @pytest.mark.parametrize(
        ("places", "mass", "lines", "basins", "circle"),
        [
            (four_masses.START, 1.0, 60, True, True),
            (np.add(four_masses.START, [0.31, -0.23]), 0.0, 60, True, False),
            (four_masses.START[::-1] * 1.3, 4.7, 37, True, True),
            (four_masses.START * 0.5, 1.0, 61, False, True),
            (np.repeat(four_masses.START[:1], 4, 0), 1.0, 12, True, True),
            (np.random.default_rng(3).uniform(-2, 2, (4, 2)), 2.0, 120, True, True),
        ],
    )
    def test_the_page_computes_the_same(
        self, page: Page, places: np.ndarray, mass: float, lines: int, basins: bool, circle: bool
    ) -> None:
        source = Path(four_masses.__file__).with_name("four_masses.js").read_text(encoding="utf-8")
        settings = {"places": places, "mass": mass, "lines": lines, "basins": basins, "circle": circle}
        python = four_masses.compute(**settings)
        script = lab.page_compute(page, source, settings | {"places": places.tolist()})
        assert script.keys() == python.keys()
        assert script.pop("readout") == python.pop("readout")
        for name, value in python.items():
            ours, theirs = flat(value), flat(script[name])
            assert len(ours) == len(theirs), name
            for a, b in zip(ours, theirs, strict=True):
                assert a == pytest.approx(b, abs=1e-6), name


class TestFourMassesInSpace:
    def shown(self, **changes: float) -> dict[str, Any]:
        settings = {"height": 0.9, "mass": 1.0, "lines": 240, "azimuth": 35, "elevation": 20} | changes
        return masses3d.compute(masses3d.START, **settings)

    @pytest.mark.parametrize("mass", [0.0, 1.0, 6.0])
    def test_gauss_holds_in_space(self, mass: float) -> None:
        bars = np.array(self.shown(mass=mass)["bars"])[:, 1, 0]
        assert bars.sum() == pytest.approx(100)
        assert np.abs(bars - 100 * np.array([mass, 1, 1, 1]) / (mass + 3)).max() < 2.5

    def test_lines_enter_on_the_sphere_and_end_on_their_mass(self) -> None:
        at = np.column_stack([masses3d.START, masses3d.HEIGHTS])
        found = masses3d.inside_lines(tuple(at.ravel()), 1.0, 90)
        assert np.linalg.norm(found.points[:, 0], axis=1) == pytest.approx(masses3d.RADIUS)
        assert np.allclose(found.points[:, -1], at[found.source])
        assert np.linalg.norm(found.points, axis=2).max() <= masses3d.RADIUS + 1e-9
        nearest = np.linalg.norm(found.points[:, :-1, None] - at, axis=3).min(2)
        assert (np.linalg.norm(np.diff(found.points, axis=1), axis=2) <= fields.LONG * nearest + fields.CAPTURE).all()

    def test_turning_by_half_a_turn_mirrors_the_view_from_above(self) -> None:
        one, other = (self.shown(azimuth=a, elevation=90)["masses"] for a in (20, 200))
        assert np.allclose(one, -other)
        assert np.allclose(self.shown(azimuth=270, elevation=90)["masses"], masses3d.START)

    def test_the_front_is_painted_last_and_darkest(self) -> None:
        dots = self.shown(azimuth=0, elevation=0)["dots"]
        assert np.allclose(dots["data"], self.shown(azimuth=360, elevation=0)["dots"]["data"])
        darkness = 1 - dots["facecolor"].min(1)
        assert darkness[:40].mean() < 0.5 * darkness[-40:].mean()

    def test_pieces_are_the_lines_in_shades(self) -> None:
        """Their lengths add up to those of the lines, mass by mass, and they are far fewer than the steps."""
        at = np.column_stack([masses3d.START, masses3d.HEIGHTS])
        found = masses3d.inside_lines(tuple(at.ravel()), 1.0, 40)
        points = found.points @ space.view(35, 20).T
        parts, owners, depth = space.pieces(points, found.source, masses3d.RADIUS)
        steps = np.linalg.norm(np.diff(points[..., :2], axis=1), axis=2).sum(1)
        lengths = [np.linalg.norm(np.diff(part, axis=0), axis=1).sum() for part in parts]
        for k in range(4):
            assert sum(np.array(lengths)[owners == k]) == pytest.approx(steps[found.source == k].sum())
        assert (np.diff(depth) >= 0).all()
        assert len(parts) < 0.4 * (np.diff(points, axis=1) != 0).any(2).sum()
        assert -1 <= depth.min() < -0.6 < 0.6 < depth.max() <= 1

    def test_even_directions_fill_caps_evenly(self) -> None:
        directions = space.even_directions(2000)
        assert np.linalg.norm(directions, axis=1) == pytest.approx(1)
        for axis in np.eye(3):
            assert (directions @ axis > 0.6).mean() == pytest.approx(0.2, abs=0.01)


def plane_points(z: np.ndarray) -> np.ndarray:
    return np.stack([z.real, z.imag], -1)


@pytest.mark.parametrize("shape", far_field.SHAPES)
class TestFarField:
    def test_cloud_and_multipoles_are_those_of_the_library(self, shape: str) -> None:
        places = plane_points(far_field.cloud(shape))
        assert np.allclose(places.mean(0), 0)
        z = 1.7 * np.exp(1j * np.linspace(0, 6, 30))
        for order in (0, 1, 2, 3, 5, 8):
            short = multipole(*map(torch.from_numpy, (plane_points(z), places)), order=order).numpy() * 2 * np.pi
            assert np.allclose(plane_points(far_field.expansion(z, shape, order)), short, atol=1e-9)
        true = by_the_library(plane_points(z), places, np.ones(far_field.NUMBER))
        assert np.allclose(plane_points(far_field.field(z, shape)), true)

    @pytest.mark.parametrize("order", range(9))
    def test_the_slope_is_minus_the_first_order_left_out(self, shape: str, order: int) -> None:
        first, size = far_field.leading(shape, order)
        assert first > order
        assert first % far_field.SHAPES[shape] == 0
        near, far = far_field.difference(np.array([6.0, 12.0]), shape, order)
        if far > 1e-12:
            assert np.log2(near / far) == pytest.approx(first, abs=0.35)
            assert near == pytest.approx(size * 6.0**-first, rel=0.35)

    def test_at_the_printed_radius_the_difference_is_one_percent(self, shape: str) -> None:
        for order in (0, 2, 4):
            radius = far_field.small_from(shape, order)
            found = far_field.difference(np.array([radius]), shape, order)[0]
            assert found == pytest.approx(0.01, rel=0.01) or radius == far_field.RADII[0]
            assert f"{radius:.3g}" in far_field.error_chart(shape, 2.0, order)["readout"]

    def test_the_circle_fits_the_window_at_every_radius(self, shape: str) -> None:
        for radius in (1.1, 10.0, 100.0):
            shown = far_field.side_by_side(shape, radius, 4)
            ring = np.linalg.norm(shown["cloud ring"], axis=1)
            assert ring.max() < 1
            bar = np.ptp(shown["scale"][:, 0])
            count = float(shown["scale says"].split(" ×")[0]) if "×" in shown["scale says"] else 1.0
            assert ring[0] / bar == pytest.approx(radius / count)
            assert np.isfinite(shown["one lines"]).all()


class TestShell:
    @pytest.mark.parametrize("t", [0.1, 0.8])
    def test_the_pull_is_that_of_the_library(self, t: float) -> None:
        place = np.array([0.2, -0.3])
        sources = np.concatenate([shell.ring(7), place[None]])
        masses = np.array([1 / 7] * 7 + [0.4])
        found = shell.force(shell.TAILS, t, 7, False, place, 0.4, False)
        assert np.allclose(found, by_the_library(shell.TAILS, sources, masses))
        above = np.pad(shell.TAILS, ((0, 0), (0, 1)), constant_values=t)
        found = shell.force(shell.TAILS, t, 7, False, place, 0.4, True)
        assert np.allclose(found, by_the_library(above, np.pad(sources, ((0, 0), (0, 1))), masses))

    def test_a_smeared_ring_is_the_limit_of_many_masses(self) -> None:
        x = shell.TAILS[np.abs(np.linalg.norm(shell.TAILS, axis=1) - 1) > 0.05]
        place = np.array([0.2, 0.1])
        many = shell.force(x, 0.0, 2000, False, place, 0.3, False)
        assert np.allclose(shell.force(x, 0.0, 3, True, place, 0.3, False), many, atol=1e-9)

    @pytest.mark.parametrize("n", [3, 8, 20, 30])
    def test_the_hole_has_the_depth_of_the_formula_and_closes_above(self, n: int) -> None:
        exact = 2.0 ** (2 - n) * (1 + 2.0**-n) / (1 - 2.0**-n)
        assert shell.inside_to_outside(n, False, 0.5, False) == pytest.approx(exact, rel=1e-5)
        assert shell.inside_to_outside(n, False, 0.5, True) > 1
        assert shell.inside_to_outside(n, True, 0.5, False) == 0

    @pytest.mark.parametrize("space_too", [False, True])
    @pytest.mark.parametrize("percent", [0, 20, 100])
    def test_a_point_inside_gets_its_share(self, space_too: bool, percent: int) -> None:
        found = shell.lines(20, False, (0.25, 0.1), percent / 100, space_too, 1200)
        share = percent / (100 + percent)
        assert found.source.mean() == pytest.approx(share, abs=0.006)
        ends = found.points[:, -1]
        assert np.allclose(ends[found.source == 1][:, :2], [0.25, 0.1])
        assert np.allclose(np.linalg.norm(ends[found.source == 0], axis=1), 1)

    def test_a_smeared_ring_loses_every_line_to_the_point_inside_but_not_in_space(self) -> None:
        flat = shell.lines(20, True, (0.25, 0.1), 0.2, False)
        assert (flat.source == 1).all()
        assert np.allclose(flat.points[:, -1], [0.25, 0.1])
        assert shell.lines(20, True, (0.25, 0.1), 0.2, True, 600).source.mean() == pytest.approx(1 / 6, abs=0.01)
        stopped = shell.lines(20, True, (0.25, 0.1), 0.0, False)
        assert np.allclose(np.linalg.norm(stopped.points[:, -1], axis=1), 1)
        assert (stopped.source == 0).all()


FIGURES = {
    "9305.fig1": four_masses.four_masses,
    "9305.fig1.3d": masses3d.four_masses_3d,
    "9305.fig2": far_field.far_field,
    "9305.fig3": far_field.equivalent_source,
    "9305.fig4": shell.shell,
}


@pytest.mark.parametrize("name", FIGURES)
def test_every_corner_of_the_controls_gives_a_picture(name: str) -> None:
    assert registry()[name] is FIGURES[name]
    live, rng = FIGURES[name](), np.random.default_rng(0)
    assert len(live.alt) > 100
    for _ in range(25):
        live.set(**{key: control.stops[rng.integers(len(control.stops))] for key, control in live.controls.items()})
        assert live.readout
        assert not re.search("nan|inf", live.readout)
    assert live.errors == []
