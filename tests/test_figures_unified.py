"""The figures of 9271: each ``compute`` against facts that do not pass through it."""

import itertools
import re
from typing import Any, ClassVar

import numpy as np
import pytest
import torch
from scipy import fft, ndimage, special

from blogtools import data
from blogtools.diffusion import generate
from blogtools.figures import figure
from blogtools.figures.poisson_flow import planar
from blogtools.figures.unified_diffusion import analytic, cold, destroy, eta, hot, same, samplers, steps
from blogtools.live import style
from blogtools.nets import load


def numbers(text: str) -> list[float]:
    """The numbers of a readout, in order."""
    plain = text.replace("−", "-").replace(",", "")
    return [float(found) for found in re.findall(r"-?\d+\.?\d*(?:e-?\d+)?", plain)]


class TestDestroy:
    options: ClassVar[dict[str, Any]] = {"digit": "3", "which": 2, "seed": 1}

    def shown(self, t: float, **changes: Any) -> dict[str, Any]:
        return dict(destroy.one_digit_destroyed().compute(t=t, **self.options | changes))

    def test_it_is_an_unseen_digit_whole_at_first_and_gone_at_last(self) -> None:
        images = data.mnist()
        first, last = self.shown(0.0), self.shown(1.0)
        same = images.pictures(images.test[images.test_labels == 3])
        assert np.allclose(first["whole"], same[2])
        for name in destroy.WAYS:
            assert np.allclose(first[name], first["whole"], atol=1e-6)
            assert first[f"{name} left"] == "100 %"
            assert abs(float(last[f"{name} left"].split()[0].replace("−", "-"))) < 15
        assert not np.allclose(self.shown(0.0, which=3)["whole"], first["whole"])

    def test_each_way_is_the_one_it_is_called(self) -> None:
        t = 0.5
        shown, whole = self.shown(t), 2 * self.shown(t)["whole"] - 1
        width = destroy.SIDE / 4 * np.tan(np.pi * t / 2)
        blurred = ndimage.gaussian_filter(whole, width, mode="reflect", truncate=8)
        assert np.allclose(2 * shown["blur"] - 1, blurred, atol=2e-3)
        edges = np.floor(np.arange(28) / np.sqrt(28) + 1e-9)
        block = whole[np.ix_(edges == 2, edges == 3)]
        assert np.allclose(2 * shown["pixels"][np.ix_(edges == 2, edges == 3)] - 1, block.mean(), atol=1e-6)
        assert shown["mask"][14, 14] == 0.5
        assert shown["mask"][0, 0] == shown["whole"][0, 0]
        g = torch.randn(784, generator=torch.Generator().manual_seed(1)).numpy().reshape(28, 28)
        noisy = np.sqrt(0.5) * (whole + g)
        assert np.allclose(shown["noise"], np.clip((noisy + 1) / 2, 0, 1), atol=1e-6)
        inside = (shown["Poisson"] > 0) & (shown["Poisson"] < 1)
        longer = ((2 * shown["Poisson"] - 1) / np.sqrt(0.5) - whole)[inside] / g[inside]
        assert np.ptp(longer) < 1e-3 * longer.mean(), "one random clock for the whole picture"

    def test_what_is_left(self) -> None:
        rng = np.random.default_rng(0)
        x0, other = (torch.from_numpy(rng.standard_normal(784)) for _ in range(2))
        correlation = np.corrcoef(x0, x0 + 3 * other)[0, 1]
        for x, expected in ((x0 / 4 + 7, 0.25), (x0 + 3 * other, correlation), (torch.ones(784), 0.0), (-x0, -1.0)):
            assert float(destroy.left_of(x0, x)) == pytest.approx(expected, abs=1e-9)

    def test_the_curve_of_noise_is_its_schedule_where_noise_is_all(self) -> None:
        """Noise is about as long as √784, so that what is left is a ‖x_0‖/√(a²‖x_0‖² + 784 b²), ‖·‖ without mean."""
        shown = self.shown(0.3)
        x0 = 2 * shown["whole"] - 1
        square = np.square(x0 - x0.mean()).sum()
        t, left = shown["noise curve"].T
        a, b = np.cos(np.pi * t / 2), np.sin(np.pi * t / 2)
        assert np.allclose(left, a * np.sqrt(square / (a**2 * square + 784 * b**2)), atol=0.03)
        assert (left >= shown["Poisson curve"][:, 1] - 1e-9).all()
        for name, said in zip(destroy.WAYS, numbers(shown["readout"].split(":")[1].replace("x_0", "")), strict=True):
            assert shown[f"{name} dot"][0][0] == 0.3
            if name not in ("noise", "Poisson"):
                assert said == pytest.approx(np.interp(0.3, *shown[f"{name} curve"].T), abs=2e-3)

    def test_an_operator_of_ones_own_is_a_sixth_column(self) -> None:
        live = destroy.destroy(lambda x0, t: (1 - torch.as_tensor(t)[..., None]) * x0)
        live.set(t=0.25)
        assert live.readout.endswith("yours 0.750")
        assert "yours" not in figure("9271.destroy").artists


def coefficients(t: Any) -> tuple[Any, Any]:
    """The a and b of DDPM's process, β from 0.1 to 20, written out."""
    a = np.exp(-(0.05 * t + 19.9 * t * t / 4))
    return a, np.sqrt(1 - a * a)


def exact_mean(data: np.ndarray, x: np.ndarray, t: float) -> np.ndarray:
    a, b = coefficients(t)
    return special.softmax(-((x[:, None] - a * data) ** 2).sum(-1) / (2 * b * b), axis=1) @ data


class TestSteps:
    data = planar.cloud("moons", hot.N).double().numpy()

    def test_eq4_is_the_exact_mean_and_the_noise_that_was_there(self) -> None:
        way = steps.points("moons", steps.MEAN, 10, 3)["eq4"]
        x = way.places[0]
        assert np.array_equal(x, hot.start(3).double().numpy())
        for k, (t, after) in enumerate(zip(np.arange(10, 0, -1) / 10, np.arange(9, -1, -1) / 10, strict=True)):
            guess = exact_mean(self.data, x, t)
            assert np.allclose(way.guesses[k], guess, atol=2e-3)
            (a, b), (a_after, b_after) = coefficients(t), coefficients(after)
            x = a_after * guess + b_after * (x - a * guess) / b
            assert np.allclose(way.places[k + 1], x, atol=5e-3)
            x = way.places[k + 1]

    @pytest.mark.parametrize(("rule", "share"), [("eq3", 1.0), ("eq4", 0.0), ("eq5", None)])
    def test_new_noise_is_as_large_as_the_rule_says(self, rule: str, share: float | None) -> None:
        way = steps.points("moons", steps.MEAN, 12, 0)[rule]
        t, after = 6 / 12, 5 / 12
        (a, b), (a_after, b_after) = coefficients(t), coefficients(after)
        if share is None:
            # claim1: σ_t = β̄_{t-1} β_t/β̄_t with ᾱ_t = α_t ᾱ_{t-1}
            share = np.sqrt(1 - (a / a_after) ** 2) / b
        old, guess = (way.places[6] - a * way.guesses[6]) / b, way.guesses[6]
        new = (way.places[7] - a_after * guess) / b_after - np.sqrt(1 - share**2) * old
        assert new.std() == pytest.approx(share, abs=0.1)
        assert abs(np.corrcoef(new.ravel(), old.ravel())[0, 1]) < 0.2 or share == 0

    def test_eq3_loses_what_it_has_and_the_more_the_more_steps(self) -> None:
        few, many = (
            {r: steps.changed(w) for r, w in steps.points("moons", steps.MEAN, n, 0).items()} for n in (10, 30)
        )
        assert few["eq3"] > few["eq5"] > few["eq4"]
        assert many["eq3"] > 2 * few["eq3"]
        assert many["eq4"] < 1.3 * few["eq4"]

    def test_what_moves_in_the_first_half_does_not_count(self) -> None:
        guesses = np.array([0.0, 5.0, 9.0, 1.0, 3.0, 2.0])[:, None, None] * np.array([[3.0, 4.0], [0.0, 0.0]])
        assert steps.changed(steps.Way(guesses, guesses)) == pytest.approx(5 * (2 + 1) / 2)

    def test_with_draws_every_rule_has_the_law_of_the_data(self) -> None:
        for rule in steps.RULES:
            drawn = np.concatenate([steps.points("moons", steps.DRAW, 5, seed)[rule].places[-1] for seed in range(4)])
            assert planar.sliced_distance(drawn, np.tile(self.data, (4, 1))) < 0.07
            mean = np.concatenate([steps.points("moons", steps.MEAN, 5, seed)[rule].places[-1] for seed in range(4)])
            assert planar.sliced_distance(mean, np.tile(self.data, (4, 1))) > 0.15

    def test_what_is_shown_at_a_step(self) -> None:
        shown = steps.steps_compute(50, 10, "moons", steps.MEAN, 0)
        way = steps.points("moons", steps.MEAN, 10, 0)["eq5"]
        assert np.array_equal(shown["eq5 dots"], way.places[5])
        assert np.array_equal(shown["eq5 guess"], way.guesses[4, : steps.TRACED])
        assert np.array_equal(shown["eq5 paths"][:, -1], shown["eq5 walkers"])
        assert shown["readout"].startswith("step 5 of 10, t = 0.50")
        assert (
            f"eq5 {steps.changed(way):.2f} and {planar.sliced_distance(way.places[-1], self.data):.3f}"
            in shown["readout"]
        )
        film = shown["eq3 film"].reshape(3, 9, 8, 9).swapaxes(1, 2)
        assert film[:, :3, :8, :8].min((0, 2, 3)).max() < 0.1 < film[:, :3].max((0, 2, 3)).min()
        assert not film[:, 3:].any(), "steps 6 to 10 are not done"
        first = np.clip((steps.pictures(steps.MEAN, 10, 0)["eq3"].guesses[2] + 1) / 2, 0, 1)
        assert np.allclose(film[:, 0, :8, :8].reshape(3, 64), first)


class TestEta:
    data = planar.cloud("rings", hot.N).double().numpy()

    @pytest.mark.parametrize("value", [0.0, 0.6, 1.0, 1.3, 4.0])
    def test_steps_are_those_of_eq10(self, value: float) -> None:
        """σ_t = η β̄_{t-1} β_t/β̄_t, and what it leaves of β̄_{t-1} is old noise, as far as there is any."""
        places, forgot = eta.walk("rings", value, 10, 0)
        times, forgotten = np.linspace(1, 0, 11), 0
        for k, (t, after) in enumerate(itertools.pairwise(times[:-1])):
            (a, b), (a_after, b_after) = coefficients(t), coefficients(after)
            guess = exact_mean(self.data, places[k], t)
            sigma = min(value * b_after * np.sqrt(1 - (a / a_after) ** 2) / b, b_after)
            forgotten += sigma == b_after
            old = np.sqrt(b_after**2 - sigma**2) * (places[k] - a * guess) / b
            new = places[k + 1] - a_after * guess - old
            assert new.std() == pytest.approx(sigma, rel=0.12, abs=5e-3)
        assert forgot == forgotten
        assert np.allclose(places[-1], exact_mean(self.data, places[-2], 0.1), atol=2e-3)

    def test_the_curve_is_what_single_walks_are_on_average(self) -> None:
        found = eta.curve("rings", 6)
        assert (found[:, 2] <= found[:, 1]).all()
        assert (found[:, 1] <= found[:, 3]).all()
        for row in (0, 4, -1):
            single = np.mean([eta.apart("rings", float(found[row, 0]), 6, seed) for seed in range(5)])
            assert single == pytest.approx(found[row, 1], abs=0.035)
        assert found[-1, 1] > found[4, 1] > found[0, 1]

    def test_the_readout(self) -> None:
        shown = eta.compute(4.0, 6, "rings", 2)
        here = planar.sliced_distance(shown["ends"], self.data)
        assert shown["now"] == [[4.0, here]]
        assert f"data {here:.3f}" in shown["readout"]
        assert shown["readout"].endswith("5 of 5 before the last")
        assert "(DDPM)" in eta.compute(1.0, 6, "rings", 2)["readout"]


class TestCold:
    sigma, count = 0.15, 12
    train = data.digits().train.astype(float)

    def blurred(self, x: np.ndarray, t: float) -> np.ndarray:
        """The heat equation in SciPy's cosines."""
        k = np.pi / 8 * np.arange(8)
        damped = np.exp(-((8 / 4 * np.tan(np.pi * t / 2)) ** 2) * (k[:, None] ** 2 + k**2) / 2)
        return fft.idctn(damped * fft.dctn(x.reshape(-1, 8, 8), axes=(1, 2)), axes=(1, 2)).reshape(-1, 64)

    def guessed(self, x: np.ndarray, t: float) -> np.ndarray:
        known = self.blurred(self.train, t)
        squares = ((x[:, None] - known) ** 2).sum(-1)
        return special.softmax(-squares / (2 * self.sigma**2), axis=1) @ self.train

    @pytest.mark.parametrize("k", [0, 3, 7, 11])
    def test_steps_are_eq15_and_eq16(self, k: int) -> None:
        path = cold.walked(self.sigma, self.count, 1)
        t, after = 1 - k / self.count, 1 - (k + 1) / self.count
        for row, x in enumerate(path[k, :, :6]):
            guess = self.guessed(x, t)
            expected = self.blurred(guess, after)
            if row > 0:
                expected = x + expected - self.blurred(guess, t)
            assert np.allclose(path[k + 1, row, :6], expected, atol=4e-3)

    def test_all_begin_as_one_grey_and_one_row_with_noise(self) -> None:
        naive, quiet, noisy = cold.walked(self.sigma, self.count, 1)[0]
        assert np.ptp(quiet, axis=1).max() < 1e-5
        assert np.allclose(quiet[:, 0], cold.originals(1).mean(1))
        assert np.array_equal(naive, noisy)
        assert (noisy - quiet).std() == pytest.approx(self.sigma, rel=0.05)

    @pytest.mark.parametrize("seed", range(3))
    def test_without_noise_much_is_forgotten_and_noise_brings_it_back(self, seed: int) -> None:
        (naive, near), (quiet, _), (noisy, far) = cold.ends(self.sigma, 20, seed)
        assert max(naive, quiet) < cold.N / 2 < 0.9 * cold.N < noisy
        whole = cold.spread(cold.originals(seed).double().numpy())
        assert near < 0.5 * whole < 0.85 * whole < far
        assert cold.ends(0.5, 20, seed)[0][0] <= 2
        # A grey read to many digits is a catalogue number: the training digits are found again by it.
        assert cold.ends(0.01, 20, seed)[0][0] > 25

    def test_what_is_shown(self) -> None:
        shown = cold.compute(50, self.sigma, self.count, 1)
        expected = np.clip((cold.walked(self.sigma, self.count, 1)[6, 2, 3] + 1) / 2, 0, 1)
        assert np.allclose(shown["noisy"][:8, 27:35].reshape(64), expected)
        ends = cold.walked(self.sigma, self.count, 1)[-1]
        for (name, (title, _)), x in zip(cold.ROWS.items(), ends, strict=True):
            different = len({int(((end - self.train) ** 2).sum(1).argmin()) for end in x})
            gaps = np.mean([np.linalg.norm(a - b) for a, b in itertools.combinations(x, 2)])
            assert shown[f"{name} title"] == f"{title}: 36 starts, {different} different ends"
            said = {"naive": "naive", "quiet": "improved, no noise", "noisy": "improved, with noise"}[name]
            assert f"{said} {different} and {gaps:.2f}" in shown["readout"]
        assert shown["readout"].startswith("step 6 of 12, t = 0.50")


class TestAnalytic:
    data = planar.cloud("rings", hot.N).double().numpy()

    def test_sigma_bar_is_that_of_the_posterior_covariance(self) -> None:
        """σ̄_t² as the mean over x_t of Tr Cov[x_0 | x_t]/2, where the package takes the error of the mean."""
        rng, found = np.random.default_rng(1), analytic.spread_over_time("rings")
        assert found[0].tolist() == [0, 0]
        for t, sigma_bar in found[[2, 6, 12, 25]]:
            a, b = coefficients(t)
            x = np.tile(a * self.data, (20, 1)) + b * rng.standard_normal((20 * hot.N, 2))
            p = special.softmax(-((x[:, None] - a * self.data) ** 2).sum(-1) / (2 * b * b), axis=1)
            covariance = p @ np.square(self.data).sum(1) - np.square(p @ self.data).sum(1)
            assert sigma_bar == pytest.approx(np.sqrt(covariance.mean() / 2), rel=0.03)
        assert found[-1, 1] == pytest.approx(np.sqrt(self.data.var(0).mean()), rel=0.02)

    def test_one_step_gives_what_eq11_says(self) -> None:
        """From t = 1 in one step: x̂_0 there, and noise of the factor times σ̄_1 about it."""
        ends = analytic.ended("rings", (0.0, 1.0, 1.7), 1, "eq4 (DDIM)", 0)
        guess = exact_mean(self.data, hot.start(0).double().numpy(), 1.0)
        assert np.allclose(ends[0], guess, atol=1e-3)
        width = analytic.spread_over_time("rings")[-1, 1]
        for end, factor in zip(ends[1:], (1.0, 1.7), strict=True):
            assert (end - guess).std() == pytest.approx(factor * width, rel=0.1)

    @pytest.mark.parametrize("rule", list(analytic.RULES))
    @pytest.mark.parametrize("name", ["moons", "rings"])
    def test_in_few_steps_the_best_spread_is_best(self, rule: str, name: str) -> None:
        for steps_ in (2, 4):
            found = analytic.curve(name, steps_, rule)
            assert 0.7 < found[found[:, 1].argmin(), 0] < 1.3
            assert found[4, 0] == 1
            assert found[4, 1] < 0.7 * min(found[0, 1], found[-1, 1])

    def test_rules_differ_by_the_new_noise_of_the_step(self) -> None:
        """Without spread eq4 is the walk of eta at 0, and eq5 is not."""
        walk = eta.walk("rings", 0.0, 6, 2).places[-1]
        assert np.allclose(analytic.pair("rings", 1.0, 6, "eq4 (DDIM)", 2)[0], walk, atol=1e-4)
        assert np.abs(analytic.pair("rings", 1.0, 6, "eq5 (DDPM)", 2)[0] - walk).max() > 0.1

    def test_what_is_shown(self) -> None:
        shown = analytic.compute(0.5, 4, "eq5 (DDPM)", "rings", 1)
        found = analytic.spread_over_time("rings")
        assert shown["used"][:, 0].tolist() == [1, 0.75, 0.5, 0.25]
        assert np.allclose(shown["used"][:, 1], 0.5 * np.interp([1, 0.75, 0.5, 0.25], *found.T))
        plain, spread = (planar.sliced_distance(shown[name], self.data) for name in ("without", "with"))
        assert f"without σ̄ₜ {plain:.3f}, with 0.50 σ̄ₜ {spread:.3f}" in shown["readout"]
        assert shown["now"] == [[0.5, spread]]
        assert spread < plain


class TestSamplers:
    def test_every_line_is_there_and_no_two_are_alike(self) -> None:
        rows = [row for family in samplers.FAMILIES.values() for row in family]
        lines = [samplers.compute("all", 17)[f"line_{k}"]["data"] for k in range(len(rows))]
        assert [len(line) for line in lines] == [4] * len(rows)
        assert len({tuple(line[:, 1]) for line in lines}) == len({row.name for row in rows}) == len(rows)
        found = [r for r in data.digits_quality()["rows"] if (r["net"], r["solver"]) == ("ddpm-digits", "ddim")]
        by_hand = [(r["evaluations"], r["frechet"][0]) for r in found]
        assert lines[[row.name for row in rows].index("DDIM")].tolist() == [list(pair) for pair in sorted(by_hand)]

    def test_the_readout_ranks_what_is_looked_at(self) -> None:
        said = samplers.compute("all", 17)["readout"]
        assert said.startswith("At most 17 evaluations, best first: heat, 2M 1.40±0.39 · heat, Heun 1.43±0.43 · DDIM")
        values = [float(found) for found in re.findall(r"(\d+\.\d+)±", said)]
        assert len(values) == 9
        assert values[:-1] == sorted(values[:-1])
        assert values[-1] == round(data.digits_quality()["floor"][0], 2)
        shown = samplers.compute("cold", 9)
        assert re.findall(r"cold \w+", shown["readout"]) == ["cold improved", "cold naive"]
        assert "DDIM" not in shown["readout"]

    def test_what_is_looked_at_lies_over_the_pale_rest(self) -> None:
        shown = samplers.compute("heat", 9)
        looks = [(shown[f"name_{k}"]["text"], shown[f"line_{k}"]["color"]) for k in range(8)]
        assert looks[-2:] == [("heat, Heun", style.PURPLE), ("heat, 2M", style.PURPLE)]
        assert {colour for _, colour in looks[:-2]} == {style.PALE}

    def test_each_name_has_a_piece_of_its_line_beside_it(self) -> None:
        shown = samplers.compute("all", 17)
        for k in range(8):
            name, leader = shown[f"name_{k}"], shown[f"leader_{k}"]
            assert (leader["linestyle"], leader["color"]) == (("-", "--")[k % 2], name["color"])
            assert leader["data"][1:, 1].tolist() == [name["y"]] * 2
            assert np.ptp(np.log(leader["data"][1:, 0])) > 0.2


class TestSame:
    def test_correlation_is_numpys_without_the_mean_picture(self) -> None:
        rng = np.random.default_rng(0)
        a, b = rng.standard_normal((2, 5, 400))
        b += 0.7 * a
        # In coordinates whose mean over a row is 0, cosine and correlation are one.
        a, b = (x - x.mean(1, keepdims=True) for x in (a, b))
        mean = (a.mean(0) + b.mean(0)) / 2
        expected = [np.corrcoef(x - mean, y - mean)[0, 1] for x, y in zip(a, b, strict=True)]
        assert np.allclose(same.correlations(a, b), expected, atol=1e-12)

    def test_the_hot_way_is_ddim_from_the_noise_that_the_others_begin_with(self) -> None:
        g = torch.randn(same.N, 64, generator=torch.Generator().manual_seed(3))
        net, x = load("ddpm-digits"), g.clone()
        with planar.one_thread():
            for t, after in itertools.pairwise(np.linspace(1, 0, 6)):
                guess = net(x, torch.tensor(t, dtype=torch.float32))
                a, b = np.cos(np.pi * t / 2), np.sin(np.pi * t / 2)
                x = np.cos(np.pi * after / 2) * guess + np.sin(np.pi * after / 2) / b * (x - a * guess)
        assert np.allclose(same.ends("hot", 5, 0.0, 3), x.numpy(), atol=1e-3)
        assert np.abs(same.ends("hot", 5, 1.0, 3) - x.numpy()).mean() > 0.05

    def test_one_noise_gives_one_digit_and_fresh_noise_another(self) -> None:
        stored = data.digits_quality()["same_noise"]
        quiet, fresh = (same.compute("17", eta, 0) for eta in (0.0, 1.0))
        means = [quiet[f"mean {k}"][0, 0] for k in range(3)]
        expected = [stored["poisson_heat"], stored["poisson_ddpm"], stored["heat_ddpm"]]
        assert np.allclose(means, expected, atol=0.06)
        for k, mean in enumerate(means):
            assert quiet[f"mean {k}"][:, 0] == pytest.approx(quiet[f"same {k}"][:, 0].mean())
            assert abs(quiet[f"none {k}"][:, 0].mean()) < 0.12
            assert f"{mean:.2f} ({quiet[f'none {k}'][:, 0].mean():.2f})".replace("-", "−") in quiet["readout"]
        assert fresh["mean 0"][0, 0] == means[0]
        assert fresh["mean 1"][0, 0] < 0.7
        alone = generate(load("poisson-digits"), same.N, 64, generator=torch.Generator().manual_seed(0)).x
        assert np.allclose(same.ends("Poisson", 17, 0.0, 0), alone.numpy(), atol=1e-4)
        pictures = data.digits().pictures(same.ends("heat", 17, 0.0, 0))
        assert np.allclose(quiet["heat"][:8, 9:17], pictures[1])
