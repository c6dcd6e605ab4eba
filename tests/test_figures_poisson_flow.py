"""The second half of the figures of 9305: each ``compute`` against facts that do not pass through it."""

import math

import numpy as np
import pytest
import torch
from scipy import integrate, special, stats

from blogtools.diffusion import Poisson, PosteriorMean, denoising_loss, perturb_eq11, sample_prior
from blogtools.figures import figure
from blogtools.figures.poisson_flow import batches, family, flow, learning, modes, planar, priors, training


def the_field(places: np.ndarray, data: np.ndarray, t: float, power: float, masses: np.ndarray) -> np.ndarray:
    """dx/dt = F_x/F_t of sources with weights R^{-power}, written out from 9305.eq3 and eq4."""
    apart = places[:, None] - data
    weight = masses * (np.square(apart).sum(-1) + t**2) ** (-power / 2)
    return (weight[..., None] * apart).sum(1) / (t * weight.sum(1, keepdims=True))


def carried(start: np.ndarray, data: np.ndarray, T: float, power: float, masses: np.ndarray) -> np.ndarray:
    """Where the points of the plane arrive, by SciPy's DOP853 in log t."""
    return carried_until(1e-4, start, data, T, power, masses)


def carried_until(
    end: float, start: np.ndarray, data: np.ndarray, T: float, power: float, masses: np.ndarray
) -> np.ndarray:
    """Where they are at the time ``end``."""

    def slope(s: float, y: np.ndarray) -> np.ndarray:
        t = T * math.exp(-s)
        return (-t * the_field(y.reshape(-1, 2), data, t, power, masses)).ravel()

    found = integrate.solve_ivp(slope, (0, math.log(T / end)), start.ravel(), "DOP853", rtol=1e-8, atol=1e-8)
    return found.y[:, -1].reshape(-1, 2)


class TestPlanar:
    def test_a_shifted_cloud_is_two_over_pi_of_the_shift_away(self) -> None:
        points = planar.cloud("moons", 200).double().numpy()
        shift = np.array([0.3, -0.4])
        assert planar.sliced_distance(points, points + shift) == pytest.approx(0.5 * 2 / math.pi, rel=1e-3)

    def test_the_floor_is_a_distance_of_fair_redraws(self) -> None:
        points, rng = planar.cloud("rings", 400).numpy(), np.random.default_rng(5)
        fresh = [planar.sliced_distance(points[rng.integers(0, 400, 400)], points) for _ in range(20)]
        assert planar.sliced_floor("rings", 400) == pytest.approx(np.mean(fresh), rel=0.4)

    def test_history_goes_straight_between_nodes(self) -> None:
        times = np.array([4.0, 2.0, 0.0])
        path = np.array([[[0.0, 0.0]], [[2.0, 0.0]], [[2.0, 6.0]]])
        assert planar.history(times, path, 4.0)[0].tolist() == [[0, 0], [0, 0], [0, 0]]
        assert planar.history(times, path, 3.0)[0].tolist() == [[0, 0], [1, 0], [1, 0]]
        assert planar.history(times, path, 0.5)[0].tolist() == [[0, 0], [2, 0], [2, 4.5]]
        assert planar.history(times, path, 0.0)[0].tolist() == [[0, 0], [2, 0], [2, 6]]

    def test_numbers_for_a_sentence(self) -> None:
        assert [planar.plain(x) for x in (4000.4, 0.01214, 0.0, 1.5e-6)] == ["4,000", "0.0121", "0", "2e-06"]


class TestPrior:
    def test_half_of_the_mass_lies_beyond_the_median(self) -> None:
        T, d = 7.0, 3
        median = priors._beyond(d, T, 0.5)
        parts = [
            integrate.quad(lambda r: r ** (d - 1) * (r * r + T * T) ** (-(d + 1) / 2), *ends)[0]
            for ends in ((0, median), (median, np.inf))
        ]
        assert parts[0] == pytest.approx(parts[1], rel=1e-6)

    def test_a_clipped_prior_is_refuted_and_the_others_stand(self) -> None:
        honest = priors.prior_compute(3072, 40.0, 2000, False, 0)
        clipped = priors.prior_compute(3072, 40.0, 2000, True, 0)
        assert "half beyond 3,290" in honest["half_name"]["text"]
        assert "54 % lie beyond 3000" in clipped["readout"]
        assert np.abs(honest["gap_beta"]["data"][:, 1]).max() < 2.5
        assert np.abs(clipped["gap_beta"]["data"][:, 1]).max() > 3
        assert "Beta law < 1e-9" in clipped["readout"]

    def test_the_drawn_density_has_mass_one(self) -> None:
        shown = priors.prior_compute(5, 1.0, 500, False, 3)
        law = shown["law_ratio"]
        area = np.trapezoid(law[:, 1], law[:, 0])
        bars = np.array(shown["bars_ratio"])
        assert (bars[:, 2, 0] - bars[:, 0, 0]) @ bars[:, 1, 1] == pytest.approx(area, rel=0.02)


class TestFlow:
    def test_arrives_where_an_independent_solver_does(self) -> None:
        points = planar.cloud("unequal", flow.N).double().numpy()
        start = sample_prior(flow.N, 2, 40.0, torch.Generator().manual_seed(0)).double().numpy()[:40]
        found = flow._paths("unequal", "heun", "rho", 60, 40.0, 0).places[-1][:40]
        truth = carried(start, points, 40.0, 3, np.ones(len(points)))
        assert np.median(np.linalg.norm(found - truth, axis=1)) < 0.02
        wrong = carried(start, points, 40.0, 5, np.ones(len(points)))
        assert np.median(np.linalg.norm(found - wrong, axis=1)) > 0.05

    def test_the_slider_goes_from_the_prior_to_the_end_of_the_path(self) -> None:
        options = {"data": "moons", "solver": "heun", "kind": "ρ = 7", "steps": 9, "T": 40.0, "seed": 0}
        first, last = (flow.flow_compute(**options, time=time) for time in (0, 100))
        start = sample_prior(flow.N, 2, 40.0, torch.Generator().manual_seed(0)).numpy()
        assert np.allclose(first["points"] * planar.half_width(40.0), start, atol=1e-4)
        assert np.allclose(last["points"] * planar.WINDOW, flow._paths("moons", "heun", "rho", 9, 40.0, 0).places[-1])
        assert first["readout"] == last["readout"]
        assert first["readout"].startswith("17 evaluations")

    def test_more_steps_arrive_better(self) -> None:
        options = {"data": "rings", "solver": "euler", "kind": "ρ = 7", "T": 40.0, "seed": 0, "time": 100}
        gaps = [float(flow.flow_compute(**options, steps=n)["readout"].split()[-1]) for n in (3, 40)]
        assert gaps[1] < gaps[0] / 3


class TestFamily:
    def test_one_chance_serves_all(self) -> None:
        g, rank = family._chance(0)
        h = stats.norm.ppf((1 + rank) / 2)
        assert np.allclose(family.start(1.0, 0), family.T * g / h)
        assert np.allclose(family.start(math.inf, 0), family.T * g)
        assert np.allclose(family.start(1e9, 0), family.T * g, rtol=1e-3)

    def test_the_right_end_is_heat(self) -> None:
        shown = family.family_compute(1000.0, "moons", 0)
        assert shown["now"][0, 1] == 0
        assert np.array_equal(shown["ends"], shown["heat_ends"])
        points = planar.cloud("moons", family.N).double().numpy()

        def slope(s: float, y: np.ndarray) -> np.ndarray:
            t, x = family.T * math.exp(-s), y.reshape(-1, 2)
            energy = -np.square(x[:, None] - points).sum(-1) / (2 * t * t)
            weight = np.exp(energy - energy.max(1, keepdims=True))
            return (weight @ points / weight.sum(1, keepdims=True) - x).ravel()

        found = integrate.solve_ivp(slope, (0, math.log(family.T / 1e-3)), family.start(math.inf, 0)[:30].ravel())
        assert np.median(np.linalg.norm(found.y[:, -1].reshape(-1, 2) - shown["ends"][:30], axis=1)) < 0.02

    def test_the_way_from_heat_falls_like_the_root_of_D(self) -> None:
        ladder = family._ladder("moons", 0)
        assert (np.diff(ladder[:, 1]) < 0).all()
        slope = np.polyfit(np.log(ladder[2:, 0]), np.log(ladder[2:, 1]), 1)[0]
        assert -0.7 < slope < -0.35

    def test_the_law_is_that_of_the_starts(self) -> None:
        for D in (1.0, 4.0, math.inf):
            law = family._law(D)
            cdf = integrate.cumulative_simpson(law[:, 1], x=law[:, 0], initial=0)
            radii = np.log10(np.linalg.norm(family.start(D, 3), axis=1) / family.T)
            p = stats.kstest(radii, lambda r, law=law, cdf=cdf: np.interp(r, law[:, 0], cdf)).pvalue
            assert p > 1e-4


class TestTrainingPoints:
    def test_a_slice_of_eq11_follows_the_closed_form(self) -> None:
        """Many points of ``perturb_eq11`` near one t, at the edge of the band, against the kernel times the share."""
        d, sigma, tau, M, t = 3, 0.1, 0.03, 100.0, 1.5
        x, times = perturb_eq11(torch.zeros(400_000, d), sigma, tau, M, torch.Generator().manual_seed(1))
        radii = x.norm(dim=1)[(times / t).log().abs() < 0.05].double().numpy()
        assert len(radii) > 1000
        shown = training.eq11_compute(d, sigma, tau, int(M), t, 0)
        for name, fits in (("found", True), ("wanted", False)):
            height, at = shown[name].T
            cdf = np.cumsum(height) / height.sum()
            p = stats.kstest(np.log10(radii), lambda q, at=at, cdf=cdf: np.interp(q, at, cdf)).pvalue
            assert (p > 1e-3) == fits, name

    def test_half_of_the_prior_of_cifar_lies_where_no_training_point_comes(self) -> None:
        readout = training.eq11_compute(3072, 0.01, 0.03, 291, 40.0, 0)["readout"]
        assert "covers 46.2 %" in readout
        reach = 0.01 * 1.03**291 * math.sqrt(3072)
        shares = training.reached(np.array([0.9 * reach, 1.1 * reach]), 40.0, 3072, 0.01, 0.03, 291)
        assert shares[0] > 0.99
        assert shares[1] < 0.01

    def test_far_from_the_band_nothing_is_drawn(self) -> None:
        shown = training.eq11_compute(2, 0.001, 0.005, 10, 1000.0, 0)
        assert shown["found"][:, 0].max() == 0
        assert "0.0 %" in shown["readout"]


class TestWhatEq10Learns:
    masses = np.array([0.6, 0.28, 0.12])

    def test_starts_follow_their_prior(self) -> None:
        for D in (1.0, modes.LEARNED):
            r = np.linalg.norm(modes.starts(D), axis=1)
            share = stats.beta.cdf(r**2 / (r**2 + modes.T**2), 1, D / 2)
            assert stats.kstest(share, "uniform").statistic < 1.01 / modes.STARTS

    @pytest.mark.parametrize("k", range(3))
    def test_arrivals_agree_with_an_independent_solver(self, k: int) -> None:
        """The field of eq10 under eq11's density R^{-(d+1)} weighs every source by R^{-2(d+1)}, a power of 6."""
        places = modes.MODES @ modes.PLANE
        path = modes.carry(modes.all_starts(), modes.SQUARED, places, self.masses, modes.TIMES)
        ends = modes.nearest(path[-1], places)[k, ::8]
        begin = modes.starts(modes.WAYS[k].of_prior)[::8]
        truth = carried(begin, modes.MODES, modes.T, (3, 6, 6)[k], self.masses)
        assert (modes.nearest(truth @ modes.PLANE, places) == ends).mean() > 0.97

    def test_the_lines_drawn_are_those_of_an_independent_solver(self) -> None:
        """At the last time before 0, when they are all but there, and halfway, when they are still apart."""
        begin = modes.all_starts()[1:2, ::50]
        path = modes.carry(begin, modes.SQUARED[1:2], modes.MODES @ modes.PLANE, self.masses, modes.FINE)[:, 0]
        for k in (24, 34, 47):
            truth = carried_until(modes.FINE[k], modes.starts(1.0)[::50], modes.MODES, modes.T, 6, self.masses)
            apart = np.abs(truth @ modes.PLANE - path[k])
            assert np.median(apart) < 0.01
            assert np.quantile(apart, 0.9) < 0.05

    def test_shares(self) -> None:
        shown = modes.modes_compute(modes.MODES, 0.6, 0.7, modes.WAYS[0].name)
        heights = np.array([[bar[1][1] for bar in shown[f"bars_{k}"]] for k in range(3)])
        assert np.allclose(heights.sum(1), 1)
        assert np.abs(heights[[0, 2]] - self.masses).max() < 0.01
        assert heights[1, 0] < 0.53
        assert heights[1, 2] > 0.16
        assert sum(len(shown[f"lines_{i}"]) for i in range(3)) == modes.TRACED


class TestBatches:
    def test_the_slider_halts_at_the_sizes_that_are_shown(self) -> None:
        slider = figure("9305.eq12").controls["n"].spec()
        ratio = (slider["high"] / slider["low"]) ** (1 / slider["positions"])
        assert [round(slider["low"] * ratio**k) for k in range(slider["positions"] + 1)] == batches.SIZES.tolist()

    def test_the_mean_of_a_batch_is_what_a_loop_says(self) -> None:
        rng = np.random.default_rng(0)
        x0, logs = rng.normal(size=(5, 3)), rng.normal(size=5)
        members = rng.integers(0, 5, (4, 3))
        total, guess = batches._mean_of_batch(members, logs, x0)
        weight = np.exp(logs)
        for row, chosen in enumerate(members):
            expected = sum(weight[i] * x0[i] for i in chosen) / sum(weight[i] for i in chosen)
            assert guess[row] == pytest.approx(expected)
            assert total[row] / total[0] == pytest.approx(weight[chosen].sum() / weight[members[0]].sum())

    def test_sources_weigh_as_in_the_exact_field(self) -> None:
        for d in (2, 64):
            x, logs = batches._places(d, 0.3)
            known = PosteriorMean(torch.from_numpy(batches.data(d))).probabilities(torch.from_numpy(x), 0.3)
            assert np.allclose(special.softmax(logs, 1), known.numpy(), atol=1e-9)

    def test_with_the_source_only_the_target_divided_by_F_t_is_unbiased(self) -> None:
        normalized, divided, plain = (batches.bias(2, 0.3, 1, target, True) for target in batches.TARGETS)
        assert divided.mean < 2 * divided.chance
        assert normalized.mean > 3 * normalized.chance
        assert plain.mean > 3 * plain.chance

    def test_the_bias_of_one_point_is_that_of_the_whole_sum(self) -> None:
        """For n = 1 the mean target is a sum over all sources, weighted by the posterior of the source."""
        d, t = 2, 0.3
        x0 = batches.data(d)
        angles = []
        for x in batches._places(d, t)[0]:
            pull = np.concatenate([x0 - x, np.full((len(x0), 1), -t)], 1)
            R = np.linalg.norm(pull, axis=1)
            posterior = R ** -(d + 1.0) / (R ** -(d + 1.0)).sum()
            field, normalized = posterior @ pull, posterior @ (pull / R[:, None])
            cosine = field @ normalized / np.linalg.norm(field) / np.linalg.norm(normalized)
            angles.append(math.degrees(math.acos(min(cosine, 1))))
        found = batches.bias(d, t, 1, batches.TARGETS[0], True)
        assert found.mean == pytest.approx(np.sqrt(np.mean(np.square(angles))), abs=3 * found.chance)

    def test_a_large_batch_helps_and_the_source_matters(self) -> None:
        few, many = (batches.bias(64, 1.0, n, batches.TARGETS[0], False).mean for n in (1, 1024))
        assert many < few / 3
        assert batches.bias(64, 1.0, 1, batches.TARGETS[0], True).mean < few / 10


class TestLearning:
    def test_stages_do_not_depend_on_the_order(self) -> None:
        straight, piecewise = learning.Lesson("moons", 3), learning.Lesson("moons", 3)
        late = straight.stage(3)
        for k in (1, 0, 2, 3):
            piecewise.stage(k)
        same = zip(late.parameters(), piecewise.stage(3).parameters(), strict=True)
        assert all(torch.equal(a, b) for a, b in same)
        assert straight.excess == piecewise.excess

    def test_the_excess_is_the_loss_above_that_of_the_exact_field(self) -> None:
        course = learning.lesson("moons", 0)
        net = course.stage(2)
        t = learning.times(torch.rand(60_000, generator=torch.Generator().manual_seed(1)))
        x0 = course.data[torch.randint(learning.N, (60_000,), generator=torch.Generator().manual_seed(2))]
        with torch.no_grad():
            losses = [
                denoising_loss(p, Poisson(), x0, t, torch.Generator().manual_seed(3), weight=learning.weight).item()
                for p in (net, course.exact)
            ]
        assert losses[0] - losses[1] == pytest.approx(course.excess[2], rel=0.35)

    def test_it_learns(self) -> None:
        shown = learning.learning_compute(80, 0.3, "moons", 0)
        assert shown["curve"][-1, 0] == 80
        assert shown["curve"][-1, 1] < 0.1 < shown["curve"][0, 1]
        assert np.linalg.norm(shown["learned"] - shown["exact"], axis=1).mean() < 0.1
