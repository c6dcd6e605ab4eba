"""The figures of 9305 that show digits: drawn ones, and what their quality costs."""

import math
from typing import Any, ClassVar

import numpy as np
import pytest
from scipy import stats

from blogtools import data
from blogtools.figures.poisson_flow import digits, family_digits, quality


class TestDigits:
    options: ClassVar[dict[str, Any]] = {"solver": "heun", "evaluations": 9, "T": 40.0, "own": True, "seed": 1}

    def test_the_wall_puts_pictures_in_rows(self) -> None:
        pictures = np.arange(6)[:, None, None] * np.ones((6, 2, 2)) + 1
        laid = digits.wall(pictures, 3)
        assert laid.shape == (6, 9)
        assert laid[0].tolist() == [1, 1, 0, 2, 2, 0, 3, 3, 0]
        assert laid[4].tolist() == [4, 4, 0, 5, 5, 0, 6, 6, 0]

    def test_neighbours_and_their_distances(self) -> None:
        shown = digits.digits_compute(100, **self.options)
        assert shown["readout"].startswith("9 evaluations")
        end = digits._drawn(**self.options)[1][-1][-digits.COLUMNS :]
        train = data.digits().train
        for k, sample in enumerate(end):
            assert float(shown[f"far_{k}"]) == pytest.approx(min(math.dist(sample, x) for x in train), abs=0.006)

    def test_they_are_digits_and_come_out_of_noise(self) -> None:
        real = data.digits().test
        levels, path, _ = digits._drawn(**self.options)
        assert levels[0] == pytest.approx(40)
        assert levels[-1] == 0
        assert np.abs(path[-1].mean(0) - real.mean(0)).mean() < 0.15
        noise = digits._on_the_way(levels, path, 0.0)
        assert noise.std() == pytest.approx(1, abs=0.1)
        assert np.array_equal(digits._on_the_way(levels, path, 1.0), path[-1])


class TestQuality:
    def test_every_line_of_every_view_was_measured(self) -> None:
        rows = data.digits_quality()["rows"]
        for view, lines in quality.VIEWS.items():
            assert len(lines) <= quality.LINES
            for line in lines:
                found = quality.points(rows, line.wanted)
                assert len(found) >= 3, (view, line.name)
                assert (np.diff(found[:, 0]) >= 0).all()

    def test_points_are_those_of_the_file(self) -> None:
        rows = data.digits_quality()["rows"]
        wanted = {"net": "poisson-digits", "solver": "heun", "variable": "t", "grid": "rho", "clock": "sample"}
        by_hand = {r["evaluations"]: r["frechet"][0] for r in rows if wanted.items() <= r.items()}
        assert dict(quality.points(rows, wanted)[:, :2].tolist()) == by_hand

    def test_labels_keep_their_order_and_their_distance(self) -> None:
        heights = np.array([0.5, 0.1, 0.52, 0.51, 0.9])
        moved = quality.spread_out(heights, 0.1)
        assert np.argsort(moved).tolist() == np.argsort(heights).tolist()
        assert np.diff(np.sort(moved)).min() > 0.0999
        assert moved[[1, 4]].tolist() == [0.1, 0.9]
        assert quality.spread_out(np.full(5, 0.01), 0.1).min() > 0.0499
        assert quality.spread_out(np.full(5, 0.99), 0.1).max() < 0.9501
        assert moved[[0, 2, 3]].mean() == pytest.approx(0.51)

    def test_the_readout_says_what_fits_the_budget(self) -> None:
        rows = data.digits_quality()["rows"]
        shown = quality.quality_compute("clocks", 18)
        line = quality.points(rows, quality.VIEWS["clocks"][0].wanted)
        best = line[line[:, 0] <= 18][-1]
        assert f"a clock each {best[1]:.2f}±{best[2]:.2f}" in shown["readout"]
        assert len(shown["line_5"]) == 0


class TestFamily:
    def test_heat_is_alike_to_itself_and_poisson_mostly(self) -> None:
        heat, poisson = family_digits.compute(1000.0, 0), family_digits.compute(1.0, 0)
        assert heat["now"].tolist() == [[1000.0, 100.0]]
        assert len(heat["moved"]) == 0
        assert np.array_equal(heat["this"], heat["heat"])
        assert 85 < poisson["now"][0, 1] < 100
        assert "D = ∞" in heat["readout"]
        assert poisson["ladder"][0].tolist() == poisson["now"][0].tolist()
        assert poisson["ladder"][-1].tolist() == [1000.0, 100.0]

    def test_every_end_is_the_training_digit_it_is_called(self) -> None:
        x, which = family_digits.ends(1.0, 2)
        gaps = np.linalg.norm(x[:, None] - data.digits().train, axis=-1)
        assert np.array_equal(gaps.argmin(1), which)
        assert np.quantile(gaps.min(1), 0.9) < 0.05

    def test_what_differs_is_marked(self) -> None:
        for seed in range(3):
            shown = family_digits.compute(1.0, seed)
            differ = [k for k in range(12) if np.abs((shown["this"] - shown["heat"])[:, 9 * k : 9 * k + 8]).max() > 0.2]
            assert [round((x - 3.5) / 9) for x, _ in shown["moved"]] == differ

    def test_the_start_is_one_for_every_D_and_its_clock_has_the_law_of_D(self, monkeypatch: pytest.MonkeyPatch) -> None:
        seen: list[Any] = []
        true_field, true_sample = family_digits.PosteriorMean, family_digits.sample
        monkeypatch.setattr(family_digits, "PosteriorMean", lambda x, D, **k: seen.append(D) or true_field(x, D, **k))
        monkeypatch.setattr(
            family_digits, "sample", lambda f, p, x, t, **k: seen.append((x, t[0] / 40)) or true_sample(f, p, x, t, **k)
        )
        for D in (1.0, 7.0, math.inf):
            family_digits.ends.__wrapped__(D, 5)
        assert seen[::2] == [1.0, 7.0, math.inf]
        (x, one), (other, seven), (last, ones) = seen[1::2]
        assert (x == other).all()
        assert (x == last).all()
        assert stats.kstest(x.numpy().ravel() / 40, "norm").pvalue > 1e-4
        assert stats.kstest(one.numpy(), "halfnorm").pvalue > 1e-4
        assert stats.kstest(7 * seven.numpy() ** 2, "chi2", (7,)).pvalue > 1e-4
        assert np.allclose(ones.numpy(), 1.0)

    def test_one_rank_of_the_clock_serves_every_D(self) -> None:
        ends = [family_digits.ends(D, 1)[1] for D in (1.0, 2.0, 50.0)]
        assert np.mean(ends[0] == ends[1]) > 0.9
        assert np.mean(ends[1] == ends[2]) > 0.9
        assert np.mean(ends[0] == family_digits.ends(1.0, 2)[1]) < 0.1
