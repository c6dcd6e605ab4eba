"""The figures of 9280: each ``compute`` against facts that do not pass through it."""

import itertools
import math
import re
from typing import Any, ClassVar

import numpy as np
import pytest
import torch
from scipy import integrate, linalg, special
from scipy.ndimage import map_coordinates
from scipy.sparse.linalg import expm_multiply

from blogtools.diffusion import (
    Heat,
    Linear,
    Mixture,
    attention_mean,
    carry,
    continuity_residual,
    downhill,
    heat_differences,
    velocity,
)
from blogtools.figures import figure
from blogtools.figures.heat_ode import attention, clouds, matrix, order, paths
from blogtools.figures.heat_ode.line import NODES, SHAPES, WIDTH, Line


def numbers(text: str) -> list[float]:
    """The numbers of a readout, in order."""
    plain = text.replace("−", "-").replace(",", "")
    return [float(found) for found in re.findall(r"-?\d+\.?\d*(?:e-?\d+)?", plain)]


def mixture(heights: np.ndarray) -> Mixture:
    return Mixture(torch.tensor(NODES)[:, None], WIDTH, torch.tensor(heights))


class TestLine:
    line, heights = Line.drawn(SHAPES["saw"]), SHAPES["saw"]

    @pytest.mark.parametrize("t", [0.0, 0.3, 2.0])
    def test_density_and_slope_are_those_of_the_package(self, t: float) -> None:
        x = torch.linspace(-3, 3, 50, dtype=torch.float64, requires_grad=True)
        logs = mixture(self.heights).log_density(x[:, None], t)
        (slope,) = torch.autograd.grad(logs.sum(), x)
        place = x.detach().numpy()
        assert np.allclose(np.log(self.line.density(place, t)), logs.detach().numpy(), atol=1e-9)
        assert np.allclose(self.line.slope(place, t), slope.numpy(), rtol=1e-6, atol=1e-7)
        whole = integrate.quad(lambda y: float(self.line.density(np.array(y), t)), -12, 0.4, limit=400)[0]
        assert float(self.line.below(np.array(0.4), t)) == pytest.approx(whole, abs=1e-6)
        assert np.allclose(
            self.line.below(self.line.place(np.array([0.01, 0.5, 0.9]), t), t), [0.01, 0.5, 0.9], atol=1e-4
        )

    def test_points_go_where_eq17_takes_them(self) -> None:
        """Against RK45 of the package along its own velocity, up and down; only the interval is the same."""
        x = np.array([-2.0, -0.4, 0.1, 1.7])
        f = velocity(mixture(self.heights), Linear(Heat()))
        for t0, t1 in ((0.05, 1.5), (1.5, 0.05)):
            end, _ = carry(f, torch.tensor(x)[:, None], t0, t1, rtol=1e-9, atol=1e-10)
            assert np.allclose(self.line.carried(x, t0, t1), end[:, 0].numpy(), atol=2e-4)

    def test_paths_pass_through_their_points(self) -> None:
        times = np.array([0.0, 0.2, 1.0, 2.0])
        found = self.line.paths(np.array([0.3, -1.0]), 0.7, times)
        assert np.allclose(self.line.carried(found[3], 2.0, 0.7), [0.3, -1.0], atol=1e-4)
        assert np.allclose(self.line.carried(found[0], 0.0, 0.7), [0.3, -1.0], atol=1e-4)


class TestClouds:
    options: ClassVar[dict[str, Any]] = {
        "p0": SHAPES["two lumps"],
        "shape": "two lumps",
        "t": 0.6,
        "n": 1500,
        "cells": 300,
    }

    def mass(self, shown: dict[str, Any], name: str) -> float:
        return float(np.trapezoid(shown[name][:, 1], shown[name][:, 0]))

    @pytest.mark.parametrize("shape", list(SHAPES))
    @pytest.mark.parametrize("t", [0.1, 1.3])
    def test_all_four_are_the_convolution(self, shape: str, t: float) -> None:
        """Gaussian noise of width √(WIDTH² + t²) on the drawn curve, by quadrature at a few places."""
        heights = SHAPES[shape]
        shown = clouds.compute(**self.options | {"p0": heights, "shape": shape, "t": t})
        s, spacing = math.hypot(WIDTH, t), NODES[1] - NODES[0]
        exact = lambda x: (  # noqa: E731
            np.exp(-((x[:, None] - NODES) ** 2) / (2 * s * s)) @ heights * spacing / math.sqrt(2 * math.pi) / s
        )
        for name, tolerance in (("analytic", 1e-12), ("fourier", 1e-12), ("differences", 0.02 if t < 1 else 1e-3)):
            x, y = shown[name].T
            assert np.abs(y - exact(x)).max() < tolerance * (1 if tolerance < 1e-9 else y.max() * 5), name
        x = np.sort(shown["rug"][:, 0])
        assert np.abs(Line.drawn(heights).below(x, t) - (np.arange(1500) + 0.5) / 1500).max() < 2 / math.sqrt(1500)
        assert self.mass(shown, "steps") == pytest.approx(heights.sum() * spacing, rel=0.01)

    def test_the_grid_lies_between_its_walls_and_is_that_of_the_package_between_the_stops_too(self) -> None:
        grid, differences = clouds._solved(SHAPES["box"].tobytes(), 200)
        assert np.allclose(grid, np.linspace(-12 + 0.06, 12 - 0.06, 200), atol=1e-12)
        for t in (0.8, 0.813):
            expected = heat_differences(Line.drawn(SHAPES["box"]).density(grid, 0.0), grid, t, rtol=1e-8)
            assert np.allclose(differences(t), expected, atol=2e-6)

    def test_particles_are_carried_by_the_ode(self) -> None:
        """Each where RK45 takes it from its own draw of p_0, and not at a quantile of p_t."""
        places = [clouds.compute(**self.options | {"t": t})["rug"][:40, 0] for t in (0.02, 1.1)]
        f = velocity(mixture(SHAPES["two lumps"]), Linear(Heat()))
        end, _ = carry(f, torch.tensor(places[0])[:, None], 0.02, 1.1, rtol=1e-8, atol=1e-9)
        assert np.allclose(end[:, 0].numpy(), places[1], atol=1e-3)
        ranks = np.sort(Line.drawn(SHAPES["two lumps"]).below(clouds.compute(**self.options)["rug"][:, 0], 0.6))
        assert np.abs(ranks - (np.arange(1500) + 0.5) / 1500).max() > 0.002

    def test_errors_fall_with_the_square_of_the_spacing_and_the_root_of_the_number(self) -> None:
        def said(**changes: Any) -> list[float]:
            return numbers(clouds.compute(**self.options | changes)["readout"].split("at σ_t")[1])

        coarse, fine = (said(cells=cells)[2] for cells in (150, 300))
        assert coarse / fine == pytest.approx(4, rel=0.1)
        few = np.mean([said(n=100, t=t)[3] for t in (0.2, 0.6, 1.0, 1.4)])
        many = np.mean([said(n=1600, t=t)[3] for t in (0.2, 0.6, 1.0, 1.4)])
        assert few / many == pytest.approx(4, rel=0.35)
        assert said()[1] < 1e-14
        rank = numbers(clouds.compute(**self.options)["readout"].splitlines()[1])[1]
        assert rank < 1e-4

    def test_a_shape_is_chosen_or_drawn(self) -> None:
        before = self.options
        chosen = clouds.react(before, before | {"shape": "box"})
        assert chosen["p0"] is SHAPES["box"]
        assert clouds.react(before, before | {"p0": SHAPES["saw"]}) == {"shape": "by hand"}
        assert clouds.react(before, before | {"t": 1.0}) == clouds.react(before, before | {"shape": "by hand"}) == {}

    def test_nothing_drawn(self) -> None:
        shown = clouds.compute(**self.options | {"p0": np.zeros(len(NODES))})
        assert "draw a density" in shown.pop("readout")
        assert set(shown) == set(clouds.compute(**self.options)) - {"readout"}


class TestPaths:
    starts = np.array([[0.0, -1.0], [0.7, 0.4], [2.5, -3.0], [1.1, 2.0]])

    def shown(self, way: str = paths.DOWN, done: float = 30.0, data: str = "two lumps") -> dict[str, Any]:
        return paths.compute(self.starts, data, way, done)

    @pytest.mark.parametrize("way", [paths.DOWN, paths.UP])
    def test_all_walk_on_the_paths_of_the_ode_through_their_starts(self, way: str) -> None:
        shown = self.shown(way)
        t = 0.3 * paths.T if way == paths.DOWN else 0.7 * paths.T
        f = velocity(mixture(SHAPES["two lumps"]), Linear(Heat()))
        for (begin, x), walker in zip(self.starts, shown["walkers"], strict=True):
            end, _ = carry(f, torch.tensor([[x]]), max(float(begin), 1e-3), t, rtol=1e-8, atol=1e-9)
            assert walker.tolist() == pytest.approx([t, float(end)], abs=2e-3)

    def test_arrows_go_down_the_hill_and_up_on_the_way_back(self) -> None:
        for way, sign in ((paths.DOWN, -1), (paths.UP, 1)):
            shown = self.shown(way, 50.0)
            height, x = shown["hill"].T
            rise = np.interp(shown["seats"][:, 1], x, np.gradient(height, x))
            along = shown["arrows"]["data"][:, 1]
            assert (sign * rise * along > 0).all()
            assert np.allclose(np.interp(shown["seats"][:, 1], x, height), shown["seats"][:, 0], atol=2e-3)

    def test_nobody_overtakes(self) -> None:
        crowd = self.shown(data="four spikes")["crowd"]
        assert (np.diff(crowd[:, :, 1], axis=0) > 0).all()
        for done in (0.0, 50.0, 100.0):
            *places, moved = numbers(self.shown(done=done)["readout"].splitlines()[1])
            assert places == sorted(places)
            assert moved < 2e-5
        shares = Line.drawn(SHAPES["four spikes"]).below(crowd[:, -1, 1], paths.T)
        assert np.allclose(shares, (np.arange(31) + 0.5) / 31, atol=1e-4)

    def test_what_is_behind_and_what_is_ahead(self) -> None:
        for way, end in ((paths.DOWN, 0.0), (paths.UP, paths.T)):
            shown = self.shown(way)
            for piece, walker, whole in zip(shown["gone"], shown["walkers"], shown["whole"], strict=True):
                begin, here = (piece[0], piece[-1]) if way == paths.DOWN else (piece[-1], piece[0])
                assert here.tolist() == walker.tolist()
                assert begin[0] == end
                assert (np.diff(piece[:, 0]) > 0).all()
                assert np.abs(np.interp(piece[:, 0], *whole.T) - piece[:, 1]).max() < 0.02

    def test_whoever_turns_round_keeps_the_path_and_with_new_data_the_rank(self) -> None:
        before = {"starts": self.starts, "data": "two lumps", "way": paths.DOWN, "done": 10.0}
        after = before | {"way": paths.UP}
        turned = np.array(paths.react(before, after)["starts"])
        assert (turned[:, 0] == paths.T).all()
        back = np.array(paths.react(after | {"starts": turned}, before | {"starts": turned})["starts"])
        assert (back[:, 0] == 0).all()
        assert back[0, 1] == pytest.approx(self.starts[0, 1], abs=1e-3)
        again = paths.compute(turned, "two lumps", paths.UP, 90.0)["walkers"]
        assert np.allclose(again, paths.compute(self.starts, "two lumps", paths.DOWN, 10.0)["walkers"], atol=1e-3)
        moved = np.array(paths.react(before, before | {"data": "box"})["starts"])
        for (t, x), (same, y) in zip(self.starts, moved, strict=True):
            assert t == same
            ranks = [Line.drawn(SHAPES[k]).below(np.array(p), t) for k, p in (("two lumps", x), ("box", y))]
            assert ranks[0] == pytest.approx(ranks[1], abs=1e-4)
        assert paths.react(before, before | {"done": 50.0}) == {}


class TestOrder:
    options: ClassVar[dict[str, float]] = {"xx": 0.8, "xy": -0.9, "yx": 0.6, "yy": 0.3, "dt": 0.2}
    M = np.array([[0.8, -0.9], [0.6, 0.3]])

    def test_the_square_is_moved_by_one_step_and_the_arrows_are_the_drift(self) -> None:
        shown = order.compute(**self.options)
        assert np.allclose(shown["moved"], [c + 0.2 * (self.M @ c) for c in order.CORNERS])
        _, _, factor, _, linear, exponential = numbers(shown["readout"].splitlines()[0])
        x, y = shown["moved"][:-1].T
        area = abs(x @ np.roll(y, -1) - y @ np.roll(x, -1)) / 2
        assert factor == pytest.approx(area / 4, abs=1e-5)
        assert linear == pytest.approx(1.22, abs=1e-5)
        assert exponential == pytest.approx(linalg.det(linalg.expm(0.2 * self.M)), abs=1e-5)
        assert f"loses {area / 4 - 1.22:.2g} in eq5" in shown["readout"]
        assert f"and {abs(math.log(area / 4) - 0.22):.2g} in eq6" in shown["readout"]
        corner = np.array([-2.0, -2.0])
        assert np.allclose(shown["arrows"][0], self.M @ corner)

    def test_errors_are_those_of_eulers_steps_against_the_flow(self) -> None:
        """All steps are made, and the flow is the exponential of the matrix, whose determinant says how it spreads."""
        for steps in (10, 40):
            whole = np.linalg.matrix_power(np.eye(2) + self.M / steps, steps)
            flow = linalg.expm(self.M)
            expected = abs(math.log(linalg.det(whole)) - math.log(linalg.det(flow)))
            eq5, one, total = order.errors(self.M, np.array([1 / steps]))[:, 0]
            assert total == pytest.approx(expected, rel=1e-9)
            assert one == pytest.approx(expected / steps, rel=1e-9)
            assert eq5 == pytest.approx(linalg.det(self.M) / steps**2, rel=1e-9)

    def test_slopes_are_two_two_and_one(self) -> None:
        for name, expected in (("eq5", 2), ("one", 2), ("all", 1)):
            shown = order.compute(**self.options)
            line = shown[name][shown[name][:, 0] < 3e-3]
            assert np.polyfit(np.log(line[:, 0]), np.log(line[:, 1]), 1)[0] == pytest.approx(expected, abs=5e-3)
            assert shown[f"{name} slope"].endswith(f"slope {expected}.00")

    def test_what_has_no_error_says_so(self) -> None:
        shear = order.compute(0.0, 1.0, 0.0, 0.0, 0.2)
        assert [shear[f"{name} slope"][-8:] for name in order.LINES] == ["no error"] * 3
        assert all(len(shear[name]) == len(shear[f"{name} now"]) == 0 for name in order.LINES)
        singular = order.compute(1.5, 1.5, 1.5, 1.5, 0.2)
        assert singular["eq5 slope"].endswith("no error")
        assert singular["one slope"].endswith("2.00")

    def test_no_line_runs_through_the_names(self) -> None:
        """For every matrix with entries at the ends of their sliders, among them those with Tr M² = 0."""
        live = figure("9280.order")
        for entries in itertools.product((-order.REACH, 0.0, order.REACH), repeat=4):
            live.set(**dict(zip(("xx", "xy", "yx", "yy"), entries, strict=True)))
            live.figure.draw_without_rendering()
            for name, other in itertools.product(order.LINES, repeat=2):
                text, line = live.artists[f"{name} slope"], live.artists[other]
                box, places = text.get_window_extent(), line.get_transform().transform(line.get_xydata())
                assert not ((places > box.min) & (places < box.max)).all(1).any(), (entries, name, other)


class TestAttention:
    query = np.array([[0.4, -1.1]])

    def weights(self, data: np.ndarray, t: float) -> np.ndarray:
        """The Gaussian posterior, written out."""
        energy = ((data - self.query) ** 2).sum(1) / (2 * t * t)
        return special.softmax(-energy)

    @pytest.mark.parametrize("data", attention.DATA)
    @pytest.mark.parametrize("t", [0.05, 0.7, 5.0])
    def test_weights_and_means_are_the_gaussian_ones(self, data: str, t: float) -> None:
        shown = attention.compute(self.query, data, t, True)
        expected = self.weights(shown["data"], t)
        assert np.allclose(shown["discs"]["sizes"] / attention.LARGEST, expected, atol=1e-12)
        assert np.allclose(shown["mean"]["data"][0], expected @ shown["data"], atol=1e-12)
        assert np.allclose(shown["exact"], shown["mean"]["data"], atol=1e-12)
        layer = attention_mean(attention.points(data), torch.from_numpy(self.query), t)
        assert np.allclose(shown["mean"]["data"], layer.numpy(), atol=1e-12)
        in_order = np.sort(expected)[::-1].clip(attention.FLOOR / 10)
        assert np.allclose(shown["weights"]["data"][:, 1], in_order, rtol=1e-6)
        assert np.allclose(shown["exact weights"][:, 1], in_order, rtol=1e-6)
        differ, means = numbers(shown["readout"].splitlines()[0].replace("x̂_0", ""))
        assert max(differ, means) < 1e-12
        count = numbers(shown["readout"].splitlines()[1])[1]
        assert count == pytest.approx(math.exp(special.entr(expected).sum()), abs=0.051)

    def test_without_its_bias_attention_is_another_thing(self) -> None:
        shown = attention.compute(self.query, "rings", 0.7, False)
        expected = special.softmax(shown["data"] @ self.query[0] / 0.49)
        assert np.allclose(shown["discs"]["sizes"] / attention.LARGEST, expected)
        differ = numbers(shown["readout"].splitlines()[0])[0]
        gap = np.abs(expected - self.weights(shown["data"], 0.7)).max()
        assert differ == pytest.approx(gap, rel=0.4)
        assert gap > 0.01

    def test_the_path_is_that_of_the_ode(self) -> None:
        shown = attention.compute(self.query, "moons", 1.2, True)
        data = shown["data"]

        def slope(t: float, x: np.ndarray) -> np.ndarray:
            return (x - special.softmax(-((data - x) ** 2).sum(1) / (2 * t * t)) @ data) / t

        end = integrate.solve_ivp(slope, (1.2, 0.02), self.query[0], "DOP853", rtol=1e-9, atol=1e-10).y[:, -1]
        assert shown["path"][0].tolist() == self.query[0].tolist()
        assert np.linalg.norm(shown["path"][-1] - end) < 0.05


class TestMatrix:
    kinds = (matrix.NUMBER, matrix.NUMBERS, matrix.MATRIX, matrix.MATRICES)

    @pytest.mark.parametrize("kind", kinds)
    def test_the_cells_obey_eq11(self, kind: str) -> None:
        """The difference matrix against autograd's ∇·(D∇p) = p (D∇log p)·∇log p + p ∇·(D∇log p)."""
        D = matrix.diffusivity(kind, 6.0)
        x = torch.tensor(np.stack(np.meshgrid(matrix.GRID, matrix.GRID, indexing="ij"), -1))

        def log_p(x: torch.Tensor, t: torch.Tensor) -> torch.Tensor:
            return -(x - torch.tensor([0.4, -0.3])).square().sum(-1) / 2

        def drift(x: torch.Tensor, t: torch.Tensor) -> torch.Tensor:
            return downhill(log_p, lambda x, _: _differentiable(kind, x))(x, t)

        assert np.allclose(_differentiable(kind, x).numpy(), D(x.numpy()))
        p = log_p(x, torch.tensor(0.0)).exp()
        # log p does not change here, so that the residual of eq8 is −∂_t p/p of eq11.
        expected = -(p * continuity_residual(log_p, drift, x, 0.0)).numpy()
        found = (matrix.operator(D) @ p.numpy().ravel()).reshape(p.shape)
        assert np.abs(found - expected)[1:-1, 1:-1].max() < 0.02 * np.abs(expected).max()

    def test_nothing_passes_the_walls(self) -> None:
        for kind in self.kinds:
            whole = matrix.operator(matrix.diffusivity(kind, 8.0)).sum(0)
            assert np.abs(np.asarray(whole)).max() < 1e-9

    @pytest.mark.parametrize("kind", kinds)
    def test_the_density_is_that_of_the_exponential(self, kind: str) -> None:
        """Against SciPy's exponential, which knows nothing of the spectrum; and ``operator`` between its extremes."""
        A = matrix.operator(matrix.diffusivity(kind, 8.0))
        found = matrix.spreading(kind, 8.0, -1.1, 1.6).density.reshape(matrix.FRAMES, -1)
        for k in (0, 1, matrix.FRAMES - 1):
            expected = expm_multiply(matrix.TIMES[k] * A, found[0])
            assert np.abs(found[k] - expected).max() < 1e-13 * expected.max()

    def test_points_move_by_the_slopes_between_the_cells(self) -> None:
        """One step of Heun's method by SciPy's interpolation, for points in the box and beyond its last cells."""
        run, dt = matrix.spreading(matrix.NUMBER, 1.0, 1.7, -1.7), matrix.TIMES[1]
        slopes = np.gradient(np.log(np.maximum(run.density[:2], 1e-30)), matrix.H, axis=(1, 2))

        def drift(x: np.ndarray, k: int) -> np.ndarray:
            at = ((x + matrix.HALF) / matrix.H - 0.5).T
            return -np.stack([map_coordinates(slope[k], at, order=1, mode="nearest") for slope in slopes], -1)

        x = run.places(0)[0]
        x = np.concatenate([x[:-2], [[2.97, -2.99], [-0.4, 2.98]]])
        first = drift(x, 0)
        expected = np.clip(x + dt / 2 * (first + drift(x + dt * first, 1)), -matrix.HALF, matrix.HALF)
        found = matrix._carried(x, run.density, matrix.diffusivity(matrix.NUMBER, 1.0))[1]
        assert np.allclose(found, expected, atol=1e-12)

    def test_one_matrix_gives_a_gaussian(self) -> None:
        run = matrix.spreading(matrix.MATRIX, 5.0, 0.0, 0.0)
        k, across = 8, np.array([-1.0, 2.0]) / math.sqrt(5)
        spread = matrix.WIDTH**2 * np.eye(2) + 2 * matrix.TIMES[k] * (np.eye(2) - 0.8 * np.outer(across, across))
        x = np.stack(np.meshgrid(matrix.GRID, matrix.GRID, indexing="ij"), -1)
        expected = np.exp(-0.5 * np.einsum("...i,ij,...j", x, np.linalg.inv(spread), x))
        expected /= 2 * math.pi * math.sqrt(np.linalg.det(spread))
        assert np.abs(run.density[k] - expected).max() < 0.015 * expected.max()

    def test_points_are_carried_as_eq10_says(self) -> None:
        """With one number the flow of a Gaussian only stretches it."""
        run = matrix.spreading(matrix.NUMBER, 1.0, 0.0, 0.0)
        k = 10
        stretch = math.sqrt(1 + 2 * matrix.TIMES[k] / matrix.WIDTH**2)
        places = run.places(k)
        inside = np.linalg.norm(places[0], axis=1) < 2 * matrix.WIDTH
        assert np.allclose(places[k][inside], stretch * places[0][inside], atol=0.03)

    @pytest.mark.parametrize("kind", kinds)
    @pytest.mark.parametrize("t", [0.0, 0.37, 1.0])
    def test_grid_and_points_agree(self, kind: str, t: float) -> None:
        """Within one standard error of the variance of 400 points, whose second moments are exact at the start."""
        said = numbers(matrix.compute(np.array([[0.9, -0.4]]), kind, 6.0, t)["readout"])
        assert said[1:4] == pytest.approx(said[4:7], abs=0.005 + math.sqrt(2 / 400) * max(said[1:3]))
        assert said[7] == 11
        assert said[8] < 6
        assert said[9] < 1e-12

    def test_points_carried_in_two_goes_are_those_of_one(self) -> None:
        once, twice = (matrix.spreading.__wrapped__(matrix.MATRICES, 5.0, 0.7, -0.2) for _ in range(2))
        first = twice.places(13).copy()
        whole = once.places(matrix.FRAMES - 1)
        assert np.array_equal(twice.places(matrix.FRAMES - 1), whole)
        assert np.array_equal(first, whole[:14])
        assert np.array_equal(twice.places(5), whole[:6])

    def test_the_points_fill_the_density(self) -> None:
        """Shares of sixteen squares, within what 400 points allow."""
        run = matrix.spreading(matrix.MATRICES, 8.0, 1.2, 0.2)
        counts = np.histogramdd(run.places(matrix.FRAMES - 1)[-1], bins=(4, 4), range=[(-3, 3), (-3, 3)])[0]
        shares = run.density[-1].reshape(4, matrix.CELLS // 4, 4, matrix.CELLS // 4).sum((1, 3)) * matrix.H**2
        assert np.abs(counts / 400 - shares).max() < 3.5 * math.sqrt(0.25 / 400)

    def test_a_wrong_matrix_leaves_a_residual(self) -> None:
        D = matrix.diffusivity(matrix.MATRICES, 6.0)
        p = matrix.spreading(matrix.MATRICES, 6.0, 1.0, 0.0).density[15]
        rate = (matrix.operator(D) @ p.ravel()).reshape(p.shape)
        assert matrix.residual(p, rate, D) < 0.05
        assert matrix.residual(p, rate, matrix.diffusivity(matrix.NUMBER, 6.0)) > 0.5
        assert matrix.residual(p, rate, matrix.diffusivity(matrix.MATRICES, 3.0)) > 0.1

    def test_ellipses_are_long_where_D_is_large(self) -> None:
        shown = matrix.compute(np.zeros((1, 2)), matrix.MATRIX, 4.0, 0.0)
        ring = shown["ellipses"][0] - shown["ellipses"][0][:-1].mean(0)
        lengths = np.linalg.norm(ring, axis=1)
        assert lengths.max() / lengths.min() == pytest.approx(2, rel=0.02)
        assert abs(ring[lengths.argmax()] @ [-1, 2]) < 0.2 * lengths.max()


def _differentiable(kind: str, x: torch.Tensor) -> torch.Tensor:
    """D(x) in torch for a ratio of 6."""
    unit = torch.eye(2, dtype=x.dtype).expand(*x.shape, 2)
    if kind == matrix.NUMBER:
        return unit
    if kind == matrix.NUMBERS:
        return (1 / 6 + 5 / 6 * torch.sigmoid(3 * x[..., 0]))[..., None, None] * unit
    across = torch.tensor([-1.0, 2.0], dtype=x.dtype) / math.sqrt(5)
    if kind == matrix.MATRICES:
        across = x / (x.square().sum(-1, keepdim=True) + 0.2).sqrt()
    return unit - 5 / 6 * across[..., :, None] * across[..., None, :]
