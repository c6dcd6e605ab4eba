"""The line of data and the projection of 9305: each ``compute`` against facts that do not pass through it."""

import itertools
import math
import re
from typing import Any, ClassVar

import numpy as np
import pytest
from scipy import integrate, optimize

from blogtools.figures.poisson_flow import one_line, projection

UNEVEN = np.array([[-3.0, 0.0], [0.4, 0.0], [-0.2, 0.0], [2.1, 0.0]])


def field_of(x: np.ndarray, t: float, places: np.ndarray, masses: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """F_x and F_t of 9305.eq3 for d = 1, written out, S_2(1) = 2π."""
    square = (x[..., None] - places) ** 2 + t**2
    return (
        -((x[..., None] - places) / square * masses).sum(-1) / (2 * np.pi),
        -(t / square * masses).sum(-1) / (2 * np.pi),
    )


class TestLineOfData:
    options: ClassVar[dict[str, Any]] = {"data": UNEVEN, "T": 3.0, "lines": 30, "mass": 2.5, "centred": True}
    masses = np.array([2.5, 1.0, 1.0, 1.0]) / 5.5

    def lines_by_end(self, **changes: Any) -> list[np.ndarray]:
        shown = one_line.compute(**self.options | changes)
        return [np.asarray(shown[f"lines {name}"]) for name in one_line.NAMES]

    def test_the_lines_are_those_of_the_ode(self) -> None:
        """SciPy's DOP853 along dx/dt = F_x/F_t (9305.eq4), in log t, from where each drawn line begins."""
        drawn = np.concatenate(self.lines_by_end())

        def slope(s: float, x: np.ndarray) -> np.ndarray:
            t = math.exp(-s)
            along, down = field_of(x, t, UNEVEN[:, 0], self.masses)
            return -t * along / down

        times = -np.log(drawn[0, :-1, 1])
        found = integrate.solve_ivp(
            slope, (times[0], times[-1]), drawn[:, 0, 0], "DOP853", t_eval=times, rtol=1e-8, atol=1e-9
        ).y
        assert np.allclose(found, drawn[:, :-1, 0], atol=2e-3)

    def test_they_begin_at_equal_shares_of_the_prior_and_end_on_their_points(self) -> None:
        by_end = self.lines_by_end(T=2.0)
        start = np.sort(np.concatenate([lines[:, 0] for lines in by_end]), axis=0)
        centre = UNEVEN[:, 0] @ self.masses
        below = [integrate.quad(lambda x: 2 / np.pi / (x * x + 4), -np.inf, x - centre)[0] for x in start[:, 0]]
        assert np.allclose(below, (np.arange(30) + 0.5) / 30)
        assert np.allclose(start[:, 1], 2.0)
        for lines, place in zip(by_end, UNEVEN, strict=True):
            assert np.array_equal(lines[:, -1], np.broadcast_to(place, (len(lines), 2)))
            assert np.abs(lines[:, -2, 0] - place[0]).max() < 0.1

    def test_a_point_receives_its_lines_evenly_from_all_sides(self) -> None:
        for lines, mass in zip(self.lines_by_end(T=100.0, lines=100), self.masses, strict=True):
            away = lines[:, np.abs(lines[0, :, 1] - 0.02).argmin()] - lines[:, -1]
            turn = np.sort(np.arctan2(away[:, 1], away[:, 0]))
            gaps = np.diff(turn[(turn > 0.4) & (turn < math.pi - 0.4)])
            assert len(gaps) > 10
            assert np.allclose(gaps, math.pi / 100 / mass, rtol=0.05)

    @pytest.mark.parametrize("mass", [0.0, 0.3, 1.0, 6.0])
    def test_from_high_up_every_point_has_its_mass_within_one_line(self, mass: float) -> None:
        counts = np.array([len(lines) for lines in self.lines_by_end(T=100.0, lines=60, mass=mass)])
        masses = np.array([mass, 1, 1, 1]) / (mass + 3)
        assert counts.sum() == 60
        assert np.abs(counts - 60 * masses).max() <= 1
        assert np.abs(np.array([len(lines) for lines in self.lines_by_end(T=0.5)]) - 30 * self.masses).max() > 3

    def test_areas_bars_and_readout_tell_the_same_shares(self) -> None:
        shown = one_line.compute(**self.options | {"lines": 120, "T": 4.0})
        said = [float(share) for share in re.findall(r"[A-D] ([\d.]+) \(", shown["readout"])]
        assert sum(said) == pytest.approx(100, abs=0.2)
        for bar, share in zip(shown["bars"], said, strict=True):
            assert bar[1, 0] == pytest.approx(share, abs=100 / 120)
        inside = []
        for name in one_line.NAMES:
            (area,) = shown[f"area {name}"]
            inside.append(float(np.trapezoid(area[:, 1], area[:, 0])))
        order = np.argsort(UNEVEN[:, 0])
        assert inside[order[1]] == pytest.approx(said[order[1]] / 100, abs=1e-3)
        assert inside[order[2]] == pytest.approx(said[order[2]] / 100, abs=1e-3)
        assert sum(inside) < 1

    def test_the_dark_line_is_the_flux_of_eq3(self) -> None:
        s, density = one_line.compute(**self.options)["true"].T
        places = UNEVEN[:, 0]
        whole = integrate.quad(lambda x: field_of(np.array(x), 3.0, places, self.masses)[1], -np.inf, np.inf)[0]
        assert np.allclose(density, 3.0 * field_of(3.0 * s, 3.0, places, self.masses)[1] / whole)

    @pytest.mark.parametrize(("T", "centre"), [(0.5, 0.3), (3.0, 0.0), (50.0, 0.3)])
    def test_total_variation_against_quadrature(self, T: float, centre: float) -> None:
        def gap(u: np.ndarray) -> np.ndarray:
            x = centre + T * np.tan(np.pi * (u - 0.5))
            flux = (T / ((x[..., None] - UNEVEN[:, 0]) ** 2 + T**2)) @ self.masses
            return 1 - flux * ((x - centre) ** 2 + T**2) / T

        fine = np.linspace(0, 1, 2001)[1:-1]
        crossing = np.flatnonzero(np.diff(np.sign(gap(fine))))
        roots = [optimize.brentq(lambda u: float(gap(np.array(u))), fine[k], fine[k + 1]) for k in crossing]
        ends = [0.0, *roots, 1.0]
        pieces = [integrate.quad(lambda u: float(gap(np.array(u))), a, b)[0] for a, b in itertools.pairwise(ends)]
        found = one_line.total_variation(np.array([T]), UNEVEN[:, 0], self.masses, centre)[0]
        assert found == pytest.approx(np.abs(pieces).sum() / 2, rel=2e-3)

    @pytest.mark.parametrize(("centred", "order"), [(True, -2), (False, -1)])
    def test_the_error_falls_faster_above_the_centroid(self, centred: bool, order: int) -> None:
        shown = one_line.compute(**self.options | {"T": 100.0, "centred": centred})
        T, error = shown["errors"].T
        assert (np.diff(error) < 0).all()
        assert np.polyfit(np.log(T[-5:]), np.log(error[-5:]), 1)[0] == pytest.approx(order, abs=0.05)
        assert f"T^{order}.0" in shown["readout"]

    def test_no_share_is_off_by_more_than_the_total_variation(self) -> None:
        for T in (0.5, 2.0, 20.0):
            readout = one_line.compute(**self.options | {"T": T})["readout"]
            total, largest = map(float, re.findall(r"([\d.]+) %", readout.splitlines()[1]))
            assert 0 < largest <= total

    def test_points_that_coincide_are_one(self) -> None:
        together = np.full((4, 2), 1.3)
        shown = one_line.compute(together, 0.7, 20, 1.0, True)
        assert "total variation 0 % · largest error of a share" in shown["readout"]
        assert sum(len(shown[f"lines {name}"]) for name in one_line.NAMES) == 20
        assert np.allclose(shown["true"][:, 1], 1 / np.pi / (1 + (shown["true"][:, 0] - 1.3 / 0.7) ** 2))


class TestProjection:
    witnesses = tuple(itertools.product((0.0, 0.01, 1.3, 2.4), (1.0, 1.8, 2.5), np.radians([0.05, 1.0, 10.0])))

    def test_the_points_lie_where_the_post_puts_them(self) -> None:
        for x, T, arc in self.witnesses:
            O, A, B, C, D = projection.corners(x, T, arc)  # noqa: E741
            assert A.tolist() == [0, T]
            assert B.tolist() == [x, T]
            assert np.linalg.norm(D - O) == pytest.approx(np.linalg.norm(B - O))
            assert math.atan2(*D) - math.atan2(*B) == pytest.approx(arc)
            assert C[1] == pytest.approx(T)
            assert np.cross([*C, 0], [*D, 0])[2] == pytest.approx(0, abs=1e-12)

    def test_the_ratio_has_its_closed_form(self) -> None:
        """With φ at O: |BC| = R sin α / cos(φ+α) by the law of sines, |BD| = 2R sin(α/2)."""
        for x, T, arc in self.witnesses:
            phi = math.atan2(x, T)
            on_plane, across = projection.ratios(projection.corners(x, T, arc))
            assert on_plane == pytest.approx(math.cos(arc / 2) / math.cos(phi + arc), rel=1e-10)
            assert across == pytest.approx(math.sqrt(x * x + T * T) / T)

    @pytest.mark.parametrize(("x", "T", "order"), [(1.8, 1.8, 1), (2.4, 1.0, 1), (0.5, 2.5, 1), (0.0, 1.5, 2)])
    def test_eq6_is_the_limit_and_the_error_is_of_first_order(self, x: float, T: float, order: int) -> None:
        arcs = np.geomspace(1e-4, 1e-3, 6)
        measured = np.array([np.subtract(*projection.ratios(projection.corners(x, T, arc))) for arc in arcs])
        slope, constant = np.polyfit(np.log(arcs), np.log(measured), 1)
        assert slope == pytest.approx(order, abs=5e-3)
        expected = x * math.hypot(x, T) / T**2 if order == 1 else 3 / 8
        assert math.exp(constant) == pytest.approx(expected, rel=0.05)
        said = projection.compute(x, T, 0.05)["readout"].splitlines()[1].split()
        assert float(said[-1]) == pytest.approx(x * math.hypot(x, T) / T**2, abs=1e-4)
        assert float(said[4]) == pytest.approx(float(said[-1]), abs=0.02)

    def test_the_shrunk_triangle_becomes_the_small_one(self) -> None:
        def misfit(arc: float) -> float:
            shown = projection.compute(1.8, 1.2, arc)
            return float(np.linalg.norm(shown["near OAB"][1] - shown["near BDC"][1]))

        assert misfit(0.1) < 0.005
        assert misfit(8.0) / misfit(4.0) == pytest.approx(2, rel=0.2)
        shown = projection.compute(1.8, 1.2, 3.0)
        copied, whole = (np.linalg.norm(np.diff(shown[k], axis=0), axis=1) for k in ("near OAB", "OAB"))
        # O, A, B and back to O: the sides of the copy are B-D, D-C, C-B.
        sides = np.array([whole[0], whole[1], np.linalg.norm(shown["OAB"][2])])
        assert np.allclose(copied, sides / sides[2])

    def test_the_enlargement_shows_the_same_triangle(self) -> None:
        for x, T, arc in ((1.8, 1.8, 8.0), (0.0, 2.5, 0.05), (2.4, 1.0, 10.0)):
            shown = projection.compute(x, T, arc)
            small, near = shown["BDC"], shown["near BDC"]
            assert np.allclose((small - small[0]) / (small[2, 0] - small[0, 0]), near, atol=1e-9)
            aside = np.linalg.norm(shown["near sphere"][:, None] - near[:2], axis=-1).min(0)
            assert aside.max() < 0.02
