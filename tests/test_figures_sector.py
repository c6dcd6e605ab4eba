"""The figures of 9324: each ``compute`` against facts that do not pass through it."""

import itertools
import math
import re
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from matplotlib.path import Path
from scipy import optimize, stats

from blogtools.figures import figure
from blogtools.figures.sector_probability import alternating, ball, ducks, longest, parts, running, views
from blogtools.live import style
from blogtools.sector import probability, textbook


def needed(angles: np.ndarray) -> float:
    """Degrees of the smallest sector: from each point once around to the last of the others."""
    return float(np.degrees(np.mod(angles - angles[:, None], 2 * np.pi).max(1).min()))


def numbers(text: str) -> list[float]:
    """The numbers of a readout, in order."""
    return [float(found.replace(",", "")) for found in re.findall(r"\d[\d,]*\.?\d*", text)]


class TestParts:
    @pytest.mark.parametrize(("hits", "trials"), [(0, 7), (7, 7), (1, 1), (3, 40), (999, 1000)])
    def test_the_interval_is_that_of_scipy(self, hits: int, trials: int) -> None:
        expected = stats.binomtest(hits, trials).proportion_ci(0.99, "exact")
        assert np.allclose(parts.interval(np.array([hits]), np.array([trials])), [[expected.low], [expected.high]])

    def test_an_arc_and_a_sector(self) -> None:
        rim = parts.arc(1.0, 2.5, 3.0)
        assert np.allclose(np.linalg.norm(rim, axis=1), 3)
        assert np.linalg.norm(np.diff(rim, axis=0), axis=1).sum() == pytest.approx(7.5, rel=1e-3)
        whole, part = parts.sector(0.3, parts.TURN), parts.sector(0.3, 1.0)
        assert np.abs(np.linalg.norm(whole, axis=1) - 1).max() < 1e-12
        assert part[0].tolist() == part[-1].tolist() == [0, 0]

    def test_words_for_a_chance(self) -> None:
        words = [parts.chance(p) for p in (0.0, 0.5, 1.0, 1 - 4e-6, 1.3e-5)]
        assert words == ["0.0000", "0.5000", "1", "1 − 4e−6", "1.3e−5"]
        assert [parts.power(p) for p in (673791.6, 2.4e-7, 17.0)] == ["6.7e5", "2.4e−7", "17"]


class TestDucks:
    def shown(self, n: int = 4, theta: float = 180, count: int = 100, more: int = 0, seed: int = 0) -> dict[str, Any]:
        return ducks.compute(n, theta, count, more, seed)

    @pytest.mark.parametrize("n", [1, 2, 4, 12])
    def test_the_drawn_sector_is_the_smallest(self, n: int) -> None:
        for count in range(1, 30):
            shown = self.shown(n, count=count)
            angles = np.arctan2(*shown["ducks"].T[::-1])
            width = needed(angles)
            said, _, gap = numbers(shown["readout"].splitlines()[0])[1:4]
            assert said == pytest.approx(width, abs=0.051)
            assert gap == pytest.approx(360 - width, abs=0.051)
            green = shown["sector"]["facecolor"] == style.GREEN
            assert green == (width <= 180)
            outline = Path(1.001 * shown["edge"]["data"])
            if width > 1:
                assert outline.contains_points(0.999 * shown["ducks"], radius=0.01).all()
                rim = shown["edge"]["data"][1:-1]
                assert np.linalg.norm(np.diff(rim, axis=0), axis=1).sum() == pytest.approx(np.radians(width), rel=1e-3)

    def test_the_gaps_go_around_once_and_the_longest_is_marked(self) -> None:
        shown = self.shown(5, count=1)
        assert len(shown["gaps"]) == 5
        lengths = np.array([np.linalg.norm(np.diff(gap, axis=0), axis=1).sum() for gap in shown["gaps"]]) / ducks.RIM
        assert lengths.sum() == pytest.approx(2 * np.pi - 10 * ducks.BETWEEN, rel=1e-3)
        marked = np.linalg.norm(np.diff(shown["longest"], axis=0), axis=1).sum() / ducks.RIM
        assert marked == pytest.approx(lengths.max())
        assert np.allclose(shown["longest"][[0, -1]], shown["gaps"][int(lengths.argmax())][[0, -1]])

    def test_the_share_counts_the_throws(self) -> None:
        places = ducks.throws(3)[:250, :5]
        fits = [needed(np.arctan2(throw[:, 1], throw[:, 0])) <= 250 for throw in places]
        shown = self.shown(5, 250, 200, 50, 3)
        said = numbers(shown["readout"].splitlines()[1])
        assert said[:2] == [sum(fits), 250]
        interval = stats.binomtest(sum(fits), 250).proportion_ci(0.99, "exact")
        assert said[4:6] == [round(interval.low, 4), round(interval.high, 4)]
        at, share = shown["share"].T
        assert share.tolist() == [np.mean(fits[: int(k)]) for k in at]
        assert shown["band"][-1, 1:].tolist() == pytest.approx([interval.low, interval.high])

    def test_four_ducks_in_half_a_pond(self) -> None:
        """9324.claim2; and the law of two ducks, 2·θ/2π for θ ≤ π."""
        shown = self.shown(count=ducks.THROWS)
        assert shown["exact name"]["text"] == "exact 0.5000"
        assert shown["band"][-1, 1] < 0.5 < shown["band"][-1, 2]
        assert np.ptp(shown["band"][-1, 1:]) < 0.02
        assert self.shown(2, 90)["exact"][:, 1].tolist() == pytest.approx([0.5, 0.5])

    def test_the_short_formula_is_right_to_half_a_turn_and_then_too_large(self) -> None:
        """9324.eq11; for four ducks the law between 180° and 240° has the pairs' term −6(1 − 2x)³."""
        for theta in (10, 90, 180):
            shown = self.shown(theta=theta)
            assert len(shown["short"]) == 0
            assert shown["short name"]["text"] == ""
            assert shown["readout"].endswith("= n(θ/2π)ⁿ⁻¹")
        for theta in (181, 200, 226):
            shown = self.shown(theta=theta)
            turn = theta / 360
            assert shown["short"][:, 1] == pytest.approx(2 * [4 * turn**3])
            assert shown["exact"][0, 1] == pytest.approx(4 * turn**3 - 6 * (2 * turn - 1) ** 3)
            assert shown["readout"].endswith(f", n(θ/2π)ⁿ⁻¹ = {4 * turn**3:.4f}")
        shown = self.shown(theta=227)
        assert len(shown["short"]) == 0
        assert shown["short name"]["text"] == "n(θ/2π)ⁿ⁻¹ = 1.003"
        assert self.shown(1, 300)["short name"]["text"] == ""

    def test_names_stand_on_no_line_and_not_on_each_other(self) -> None:
        for n, theta in itertools.product((2, 3, 4, 7, 12), range(181, 361, 3)):
            shown = self.shown(n, theta)
            lines = [shown[key][0, 1] for key in ("exact", "short") if len(shown[key])]
            spans = []
            for key in ("exact name", "short name"):
                y, under = shown[key]["y"], shown[key]["va"] == "top"
                spans.append((y - 0.06, y) if under else (y, y + 0.06))
            assert all(not low < line < high for line in lines for low, high in spans)
            (first, other) = sorted(spans)
            assert first[1] <= other[0]
            assert first[0] > 0
            assert other[1] < 1

    def test_a_duck_more_leaves_the_others_and_a_button_throws_once(self) -> None:
        assert np.array_equal(self.shown(6)["ducks"][:5], self.shown(5)["ducks"])
        assert np.array_equal(self.shown(count=8, more=3)["ducks"], self.shown(count=11)["ducks"])
        assert not np.array_equal(self.shown(seed=1)["ducks"], self.shown()["ducks"])
        assert "throw 20,000" in self.shown(count=ducks.THROWS, more=40)["readout"]

    def test_the_ducks_lie_evenly_on_the_disc(self) -> None:
        x, y = ducks.throws(5)[:500].reshape(-1, 2).T
        assert stats.kstest(x**2 + y**2, "uniform").pvalue > 1e-3
        assert stats.kstest(np.arctan2(y, x) / (2 * np.pi) + 0.5, "uniform").pvalue > 1e-3


class TestViews:
    @staticmethod
    def at(degrees: list[float], radius: float = 0.7) -> np.ndarray:
        angles = np.radians(degrees)
        swimming = radius * np.stack([np.cos(angles), np.sin(angles)], -1)
        return np.concatenate([swimming, np.tile([0.0, views.BANK], (views.DUCKS - len(degrees), 1))])

    def test_all_views_show_the_same_pieces(self) -> None:
        shown = views.compute(self.at([20, 200, 80, 290]), 200)
        lengths = np.array([60, 120, 90, 90]) / 360
        ends = np.cumsum(lengths)
        assert shown["breaks"][:, 0] == pytest.approx(ends[:-1])
        between = views.BETWEEN / (2 * np.pi)
        on_stick = [np.ptp(piece[:, 0]) + 2 * between for piece in shown["stick"]["data"]]
        assert on_stick == pytest.approx(lengths)
        on_circle = [np.linalg.norm(np.diff(piece, axis=0), axis=1).sum() for piece in shown["arcs"]["data"]]
        assert np.array(on_circle) + 2 * views.BETWEEN == pytest.approx(2 * np.pi * lengths, rel=1e-3)
        assert np.allclose(shown["points"], self.at([20, 80, 200, 290], 1.0)[:4])
        weights = np.linalg.solve(
            np.vstack([views.CORNERS[3].T, np.ones(3)]),
            [*views.compute(self.at([20, 80, 200]), 200)["state"][0], 1],
        )
        assert weights == pytest.approx([60 / 360, 120 / 360, 180 / 360])

    def test_turning_and_swimming_outward_change_nothing(self) -> None:
        one, other = (views.compute(places, 130) for places in (self.at([10, 50, 300]), self.at([95, 135, 25], 0.2)))
        for key in ("stick", "state", "readout", "longest"):
            first, second = (shown[key]["data"] if key == "stick" else shown[key] for shown in (one, other))
            assert first == second if isinstance(first, (str, dict)) else np.allclose(first, second)

    @pytest.mark.parametrize("theta", [30, 120, 180, 200, 230, 239, 300])
    def test_the_green_part_of_the_triangle_is_the_probability(self, theta: float) -> None:
        """A million barycentric points, uniform in the triangle, against the drawn triangles and against max > x."""
        shown = views.compute(self.at([0, 100, 200]), theta)
        weights = np.random.default_rng(int(theta)).dirichlet(np.ones(3), 100_000)
        where = weights @ views.CORNERS[3]
        green = np.any([Path(face).contains_points(where) for face in shown["faces"]["data"]], axis=0)
        assert np.mean(green != (weights.max(1) > 1 - theta / 360)) < 1e-3
        exact = 1.0 if theta >= 240 else float(numbers(shown["part"])[0])
        assert green.mean() == pytest.approx(exact, abs=6e-3)

    @pytest.mark.parametrize("theta", [100, 170, 260])
    def test_green_means_long_enough_everywhere(self, theta: float) -> None:
        rng = np.random.default_rng(int(theta))
        for n in range(1, 7):
            places = self.at(list(rng.uniform(0, 360, n)))
            shown = views.compute(places, theta)
            fits = needed(np.arctan2(places[:n, 1], places[:n, 0])) <= theta
            assert (shown["sector"]["facecolor"] == style.GREEN) == fits
            assert (style.GREEN in shown["stick"]["color"]) == fits
            assert (style.GREEN in shown["arcs"]["color"]) == fits
            assert ("do not hold all" in shown["readout"]) != fits
            assert f"{needed(np.arctan2(places[:n, 1], places[:n, 0])):.1f}° are enough" in shown["readout"]

    def test_ducks_on_the_bank_do_not_count(self) -> None:
        places = self.at([0, 120])
        places[5] = [0.9, 0.9]
        assert views.compute(places, 180)["readout"].startswith("n = 2:")
        assert "Drag a duck" in views.compute(self.at([]), 180)["readout"]


class TestAlternatingSum:
    def exact(self, n: int, c: float) -> Fraction:
        x = 1 - Fraction(float(alternating.angles(n, c))) / Fraction(2 * math.pi)
        terms = ((-1) ** (k - 1) * math.comb(n, k) * (1 - k * x) ** (n - 1) for k in range(1, n + 1) if k * x < 1)
        return sum(terms, Fraction(0))

    @pytest.mark.parametrize("n", [2, 7, 60])
    def test_the_dark_line_is_the_sum_in_fractions(self, n: int) -> None:
        at, drawn = alternating.compute(n, 1.2)["exact"].T
        chosen = range(0, len(at), 9)
        assert drawn[chosen] == pytest.approx([float(self.exact(n, float(at[k]))) for k in chosen], abs=2e-14)

    def test_where_float64_fails(self) -> None:
        n, error = alternating.compute(100, 1.2)["errors"].T
        assert (error[n <= 20] < 1e-13).all()
        assert 1e-8 < np.median(error[(n > 80) & (n < 125)]) < 1e-4
        assert (error[(n >= 200) & (n < 1030)] > 100).all()
        assert np.isnan(error[n >= 1030]).all()
        said = alternating.compute(1030, 1.2)
        assert "float64 sum NaN, exact 1 − 1e−72" in said["readout"]
        assert said["now"]["data"].shape == (0, 2)
        assert said["lost name"]["text"] == "NaN"

    def test_without_a_number_where_a_binomial_overflows(self) -> None:
        """From n = 1030 on where nx is at most 2; at nx = 3 as soon as C(n, k) with 3k < n exceeds the floats."""
        for c in (1.2, 2.0, 3.0):
            n, error = alternating.compute(100, c)["errors"].T
            beyond = [math.comb(int(m), min(int(m) // 2, math.ceil(m / c) - 1)) >= 2**1024 for m in n]
            assert np.isnan(error).tolist() == beyond
            assert ((n >= 1030) == beyond).all() == (c <= 2)
        assert "error 4.6e6" in alternating.compute(1100, 3.0)["readout"]

    def test_errors_of_exactly_zero_are_hollow(self) -> None:
        shown = alternating.compute(100, 1.2)
        dots, zeros = shown["errors"][:, 0], shown["zeros"]
        assert sorted([*dots, *zeros[:, 0]]) == alternating.NUMBERS.tolist()
        assert (zeros[:, 1] == alternating.FLOOR).all()
        assert len(zeros) > 2
        for n, _ in zeros:
            theta = alternating.angles(int(n), 1.2)
            assert textbook(int(n), theta) == probability(int(n), theta)
            assert alternating.compute(int(n), 1.2)["now"]["facecolor"] == "white"
        assert shown["now"]["facecolor"] == style.VERMILION

    def test_the_error_said_is_the_error_drawn(self) -> None:
        shown = alternating.compute(150, 1.3)
        said = float(re.findall(r"error ([\d.e−]+)", shown["readout"])[0].replace("−", "-"))
        assert shown["now"]["data"][0][1] == pytest.approx(said, rel=0.05)
        near = np.abs(shown["error"][:, 0] - 1.3).argmin()
        assert shown["error"][near, 1] == pytest.approx(said, rel=0.05)

    @pytest.mark.parametrize(("n", "c"), [(5, 1.2), (80, 1.4), (300, 3.0)])
    def test_the_largest_term_and_what_rounding_does_to_one(self, n: int, c: float) -> None:
        x = Fraction(c) / n
        terms = {k: math.comb(n, k) * (1 - k * x) ** (n - 1) for k in range(1, n + 1) if k * x < 1}
        largest, cost = alternating.rounding(n, c)
        assert float(largest) == pytest.approx(float(max(terms.values())), rel=1e-9)
        unit = Fraction(1, 2**53)
        moved = [
            abs(math.comb(n, k) * (1 - k * x * (1 + unit)) ** (n - 1) * (1 + unit) - term) for k, term in terms.items()
        ]
        assert 0.3 * float(max(moved)) <= float(cost) < 3 * float(max(moved))

    def test_the_break_is_seen_at_the_start(self) -> None:
        shown = alternating.compute(**figure("9324.sum").parameters)
        assert np.abs(shown["summed"] - shown["exact"])[:, 1].max() > 1

    def test_nx_never_exceeds_n(self) -> None:
        assert "θ = 0.000°" in alternating.compute(2, 9.0)["readout"]


class TestRunning:
    on: tuple[bool, bool, bool] = (True, True, True)

    @pytest.mark.parametrize(("route", "n"), tuple(itertools.product(running.ROUTES, (2, 5, 20))))
    def test_every_route_draws_the_longest_of_n_pieces(self, route: str, n: int) -> None:
        drawn = running.longest(route, n, 1)[:4000]
        rng = np.random.default_rng(n)
        by_cuts = np.diff(np.sort(rng.random((4000, n - 1)), axis=1), prepend=0, append=1).max(1)
        assert stats.ks_2samp(drawn, by_cuts).pvalue > 1e-3

    @pytest.mark.parametrize(("n", "theta", "exact"), [(4, 180, 0.5), (2, 90, 0.5), (3, 240, 1.0), (3, 216, 0.96)])
    def test_estimates_and_intervals(self, n: int, theta: float, exact: float) -> None:
        shown = running.compute(n, theta, 2000, *self.on, 0)
        for route in running.ROUTES:
            hits = int((running.longest(route, n, 0)[:2000] >= 1 - theta / 360).sum())
            low, high = stats.binomtest(hits, 2000).proportion_ci(0.99, "exact")
            assert low <= exact <= high
            assert f"{route} {hits / 20:.2f} ± {50 * (high - low):.2f}" in shown["readout"]
            assert shown[f"share {route}"][-1] == pytest.approx([2000, 100 * (hits / 2000 - exact)], abs=1e-9)
            assert shown[f"interval {route}"][:, 1] == pytest.approx([100 * (low - exact), 100 * (high - exact)])
            assert shown[f"half {route}"][-1] == pytest.approx([2000, 50 * (high - low)])
            assert shown[f"dot {route}"][0] == pytest.approx([2000, 50 * (high - low)])

    def test_one_digit_takes_a_hundred_times_as_many_throws(self) -> None:
        shown = running.compute(4, 180, 100_000, *self.on, 0)
        normal = dict(shown["normal"])
        assert normal[10] / normal[100_000] == pytest.approx(100)
        assert normal[100_000] == pytest.approx(100 * 2.5758 * 0.5 / 100_000**0.5, rel=1e-4)
        for route in running.ROUTES:
            at, half = shown[f"half {route}"].T
            assert np.interp([1000, 100_000], at, half) == pytest.approx([4.07, 0.407], rel=0.02)
        assert len(running.compute(3, 240, 50, *self.on, 0)["normal"]) == 0

    def test_the_funnel_holds_99_of_100_estimates(self) -> None:
        shown = running.compute(4, 180, 100, *self.on, 0)
        row = shown["fair"][shown["fair"][:, 0] == 100]
        at, low, high = row[0] if len(row) else shown["fair"][np.abs(shown["fair"][:, 0] - 100).argmin()]
        hits = np.arange(round(at) + 1)
        inside = (100 * (hits / at - 0.5) >= low - 1e-9) & (100 * (hits / at - 0.5) <= high + 1e-9)
        assert 0.99 <= stats.binom.pmf(hits, round(at), 0.5)[inside].sum() < 0.996

    def test_a_route_that_is_off_is_not_shown(self) -> None:
        shown = running.compute(4, 180, 500, True, False, False, 0)
        assert len(shown["share disc"]) > 5
        for route in ("angles", "exponentials"):
            assert all(len(shown[f"{part} {route}"]) == 0 for part in ("share", "interval", "half", "dot"))
            assert route not in shown["readout"]
        assert "no route is on" in running.compute(4, 180, 500, False, False, False, 0)["readout"]


class TestBall:
    @pytest.mark.parametrize("n", [1, 2, 3, 4, 6, 9, 12])
    def test_the_smallest_cap_by_linear_programming_and_by_search(self, n: int) -> None:
        rng = np.random.default_rng(n)
        trial = ball.directions(20_000, 3, rng)
        for seed in range(12):
            points, middle, depth = ball.smallest_cap(n, seed)
            assert np.linalg.norm(middle) == pytest.approx(1)
            assert depth == pytest.approx(float((points @ middle).min()))
            found = optimize.linprog([0, 0, 0, -1], np.c_[-points, np.ones(n)], np.zeros(n), bounds=[(-1, 1)] * 4)
            assert (found.x[3] > 1e-9) == (depth > 0)
            best = float((trial @ points.T).min(1).max())
            assert best <= depth + 1e-12
            assert best > depth - 0.1
            assert ball.in_half_ball(points[None])[0] == (depth > 0)

    @pytest.mark.parametrize(("n", "d"), tuple(itertools.product((2, 3, 4, 7), (1, 2, 3))))
    def test_a_half_ball_by_linear_programming(self, n: int, d: int) -> None:
        throws = ball.directions(n, d, np.random.default_rng([n, d]), (60,))
        for points, held in zip(throws, ball.in_half_ball(throws), strict=True):
            bounds = [(-1, 1)] * (d + 1)
            found = optimize.linprog([0] * d + [-1], np.c_[-points, np.ones(n)], np.zeros(n), bounds=bounds)
            assert held == (found.x[-1] > 1e-9)

    def test_wendel_is_in_every_interval(self) -> None:
        """Two sides: throws, and the number of parts into which n planes through 0 cut the space."""
        for n in range(1, ball.POINTS + 1):
            for d, hits in enumerate(ball.counted(n), 1):
                regions = 2 * sum(math.comb(n - 1, k) for k in range(d))
                low, high = stats.binomtest(hits, ball.THROWS).proportion_ci(0.999, "exact")
                assert low <= regions / 2**n <= high
                assert ball.compute(n, 0, 0, 0)["bars"][d - 1][2, 1] == pytest.approx(regions / 2**n)

    def test_what_is_left_out_is_vermilion_and_the_view_is_a_rotation(self) -> None:
        turned = ball.view(37, -20)
        assert np.allclose(turned @ turned.T, np.eye(3))
        assert np.linalg.det(turned) == pytest.approx(1)
        for seed in range(10):
            points, middle, depth = ball.smallest_cap(7, seed)
            shown = ball.compute(7, 37, -20, seed)
            out = int((points @ middle < -1e-9).sum())
            assert (shown["points"]["facecolor"] == style.VERMILION).sum() == out
            assert shown["verdict"]["text"] == (
                "a half-ball holds all" if depth > 0 else f"no half-ball holds all; this one leaves out {out}"
            )

    @pytest.mark.parametrize(("azimuth", "elevation"), [(0, 0), (120, 50), (300, -90)])
    def test_the_shades_are_the_half_ball_in_front_and_behind(self, azimuth: float, elevation: float) -> None:
        points = ball.directions(3000, 3, np.random.default_rng(2))
        for seed in range(6):
            _, middle, _ = ball.smallest_cap(5, seed)
            shown = ball.compute(5, azimuth, elevation, seed)
            seen = points @ ball.view(azimuth, elevation).T
            clear = (np.abs(points @ middle) > 0.05) & (np.abs(seen[:, 2]) > 0.1)
            for side, part in (("front", seen[:, 2] > 0), ("back", seen[:, 2] < 0)):
                inside = Path(shown[side]["data"][0]).contains_points(seen[:, :2])
                here = part & clear
                assert np.array_equal(inside[here], (points @ middle > 0)[here])


class TestLongest:
    @pytest.mark.parametrize("n", [2, 3, 8, 200, 1_000_000])
    def test_the_density_has_area_one_and_the_shade_its_share(self, n: int) -> None:
        shown = longest.compute(n, 70)
        assert np.trapezoid(*shown["exact"].T[::-1]) == pytest.approx(1, abs=0.01)
        (below,) = shown["below"]
        assert np.trapezoid(*below[:-1].T[::-1]) == pytest.approx(0.7, abs=0.01)

    @pytest.mark.parametrize("n", [2, 3, 8, 50])
    def test_mean_and_quantile_of_sticks_broken_at_random(self, n: int) -> None:
        rng = np.random.default_rng(n)
        drawn = np.diff(np.sort(rng.random((40_000, n - 1)), axis=1), prepend=0, append=1).max(1)
        shown = longest.compute(n, 30)
        centre, edge = (float(shown[key][0, 0] + np.log(n)) / n for key in ("mean", "quantile"))
        assert centre == pytest.approx(sum(1 / k for k in range(1, n + 1)) / n)
        assert centre == pytest.approx(drawn.mean(), abs=5 * drawn.std() / 200)
        assert np.mean(drawn < edge) == pytest.approx(0.3, abs=0.012)

    def test_the_mean_is_told_on_its_axis_and_as_a_part(self) -> None:
        """H_12 − ln 12 and H_12/12; towards Euler's 0.5772 for many."""
        assert longest.compute(12, 50)["mean name"]["text"] == "mean 0.62\n(x = 0.2586)"
        assert longest.compute(1_000_000, 50)["mean name"]["text"].startswith("mean 0.58")

    def test_the_law_approaches_its_limit(self) -> None:
        n, far = longest.distances().T
        assert (np.diff(far) < 0).all()
        assert far[-1] < 5e-5
        g, density = longest.compute(1_000_000, 50)["exact"][1:-1].T
        assert np.abs(density - np.exp(-g - np.exp(-g))).max() < 1e-4
        assert np.polyfit(np.log(n[-3:]), np.log(far[-3:]), 1)[0] == pytest.approx(-0.85, abs=0.08)
        assert longest.compute(7, 50)["now"].tolist() == [[7, longest.distance(7)]]

    def test_the_curve_begins_at_one_nth(self) -> None:
        for n in (2, 10):
            assert longest.law(n)[0, 0] == pytest.approx(1 - np.log(n))
            assert np.ptp(longest.compute(n, 99)["exact"][:, 1]) > 0.3


def test_every_tick_of_a_log_slider_draws() -> None:
    """The top of the density window follows n; n and nx = c meet at n = c."""
    for n in (4, 5, 20, 21, 1_000_000):
        shown = longest.compute(n, 50)
        assert shown["exact"][:, 1].max() < shown["axes"]["ylim"][1]
    for c in (1.0, 2.0, 9.99):
        alternating.compute(2, c)
