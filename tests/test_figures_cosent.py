"""The figures of 9341: each ``compute`` against facts that do not pass through it."""

import re
from typing import Any

import numpy as np
import pytest
import torch
from scipy import stats

from blogtools.figures.cosent_cross_encoder import cost, experiment, line, pulls
from blogtools.similarity import cosent_loss, cross_entropy
from blogtools.similarity.experiment import (
    LONG,
    LOSSES_COMPARED,
    MEASURES,
    SCORERS,
    STEPS,
    by_seed,
    difference,
    results,
)


def numbers(text: str) -> list[float]:
    return [float(found.replace(",", "").replace("−", "-")) for found in re.findall(r"[-+−]?\d[\d,]*\.?\d*", text)]


class TestLine:
    def shown(self, points: Any = line.START, loss: str = "CoSENT", scale: float = 1.0) -> dict[str, Any]:
        return line.compute(np.array(points, float), loss, scale, 0, 0)

    @pytest.mark.parametrize("name", line.LOSSES)
    def test_pulls_are_the_slope_of_the_loss(self, name: str) -> None:
        toward, step = line.pull(name, line.START, 1.3), 1e-6
        for k in range(len(line.START)):
            low, high = line.START.copy(), line.START.copy()
            low[k, 0] -= step
            high[k, 0] += step
            slope = (line.value(name, high, 1.3) - line.value(name, low, 1.3)) / (2 * step)
            assert toward[k] == pytest.approx(-slope, abs=1e-6)

    @pytest.mark.parametrize("name", line.LOSSES)
    def test_going_downhill_goes_down(self, name: str) -> None:
        after = line.react(
            {"down": 0, "again": 0}, {"down": 1, "again": 0, "points": line.START, "loss": name, "scale": 1.0}
        )["points"]
        assert line.value(name, after, 1.0) < line.value(name, line.START, 1.0)
        assert np.abs(after[:, 0]).max() <= line.EDGE
        assert (after[:, 1] == line.START[:, 1]).all()

    def test_only_the_losses_of_single_scores_mind_a_shift(self) -> None:
        shown = self.shown()
        for name in line.LOSSES:
            height = shown[f"curve {name}"][:, 1].max()
            assert (height < 1e-9) == (name in ("CoSENT", "hinge", "RankNet"))

    def test_dashes_of_the_three_at_zero_take_turns(self) -> None:
        (begin, (on, off)), (later, other) = (line.LABELS[name][2] for name in ("hinge", "RankNet"))
        assert begin == 0
        assert other == (on, off)
        assert on <= on + off - later <= off - on, "RankNet's dash begins after hinge's, with room for CoSENT below"

    def test_the_readout_is_right_and_the_arrows_point_where_the_loss_pulls(self) -> None:
        shown = self.shown()
        scores, labels = line.START[:, 0], line.START[:, 1]
        found = numbers(shown["readout"])
        assert found[0] == pytest.approx(float(cosent_loss(torch.tensor(scores), torch.tensor(labels))), abs=5e-4)
        assert stats.spearmanr(scores, labels).statistic == pytest.approx(found[5], abs=5e-4)
        wrong = sum(
            a > b for a, x in zip(scores, labels, strict=True) for b, y in zip(scores, labels, strict=True) if x < y
        )
        assert found[6:8] == [wrong, 21]
        for (start, y), (end, _) in shown["shafts"]:
            k = int(np.flatnonzero((scores == start) & (labels == y))[0])
            assert np.sign(end - start) == np.sign(line.pull("CoSENT", line.START, 1.0)[k])

    def test_a_handle_between_rows_has_the_label_of_the_nearer_one(self) -> None:
        points = line.START.copy()
        points[0, 1] = 1.6
        assert line.labels_of(points)[0] == 2
        assert self.shown(points)["readout"] == self.shown(np.where(points == 1.6, 2, points))["readout"]

    def test_one_label_has_no_rank_correlation_and_no_pull(self) -> None:
        points = line.START.copy()
        points[:, 1] = 1
        shown = self.shown(points)
        assert "Spearman undefined" in shown["readout"]
        assert len(shown["heads"]) == 0

    def test_the_second_button_puts_all_back(self) -> None:
        moved = {"down": 1, "again": 1, "points": line.START + 0.5, "loss": "MSE", "scale": 1.0}
        assert (line.react({"down": 1, "again": 0}, moved)["points"] == line.START).all()
        assert line.react(moved, moved) == {}


class TestPulls:
    @pytest.mark.parametrize("see", list(pulls.SEES))
    @pytest.mark.parametrize("scale", [0.1, 1.0, 20.0])
    def test_shares_add_up_to_the_gradient_of_the_loss(self, see: str, scale: float) -> None:
        scores, labels = pulls.batch(3)
        told = np.array(pulls.SEES[see])[labels]
        share = np.nan_to_num(pulls.shares(scores, told, scale))
        leaf = torch.tensor(scores, requires_grad=True)
        loss = cosent_loss(leaf, torch.tensor(told), scale)
        (gradient,) = torch.autograd.grad(loss, leaf)
        np.testing.assert_allclose(scale * (share.sum(0) - share.sum(1)), gradient.numpy(), atol=1e-9)
        shown = pulls.compute(see, scale, 3)
        assert numbers(shown["readout"])[-1] == pytest.approx(float(loss.detach()), abs=6e-4)
        tips = {int(k): g for (k, _), (_, g) in [*shown["up"], *shown["down"]]}
        assert all(tips.get(k, 0.0) == pytest.approx(-g / scale, abs=1e-9) for k, g in enumerate(gradient.tolist()))

    def test_cutting_in_two_blanks_a_third(self) -> None:
        heard = {see: int(np.isfinite(pulls.compute(see, 1.0, 0)["square"]).sum()) for see in pulls.SEES}
        assert heard == {"graded": 75, "2 against the rest": 50, "0 against the rest": 50, "all alike": 0}

    def test_a_large_scale_listens_to_few(self) -> None:
        few, many = (numbers(pulls.compute("graded", scale, 0)["readout"])[2] for scale in (20.0, 0.1))
        assert 1 <= few < 3
        assert 60 < many <= 75


class TestCost:
    def test_what_was_measured_is_on_the_curves(self) -> None:
        for form, found in cost.measured().items():
            for batch, ms in found:
                assert cost.milliseconds(form, batch) == pytest.approx(ms)
        pairwise, fast = cost.measured()["pairwise"], cost.measured()["sorted"]
        at = pairwise[:, 0] == 4096
        assert pairwise[at, 1] > 50 * fast[fast[:, 0] == 4096, 1]
        assert fast[-1, 0] == 2**20
        assert fast[-1, 1] < 2000

    def test_beyond_the_measured_it_goes_on_with_its_power(self) -> None:
        assert cost.milliseconds("pairwise", 2**20) == pytest.approx(4 * cost.milliseconds("pairwise", 2**19))
        assert "along B²" in cost.compute(2**20)["readout"]
        assert "along B²" not in cost.compute(4096)["readout"]

    def test_words(self) -> None:
        assert [cost.in_words(ms) for ms in (0.5, 1500.0, 120_000.0, 7.2e6)] == ["0.5 ms", "1.5 s", "2 min", "2 h"]
        sizes = [cost.in_bytes(size) for size in (999, 2000, 3e6, 4e9, 5e12)]
        assert sizes == ["999 B", "2 kB", "3 MB", "4 GB", "5 TB"]


class TestExperiment:
    def test_all_cells_have_the_same_seeds(self) -> None:
        for scorer in SCORERS:
            for loss in LOSSES_COMPARED:
                for measure in MEASURES:
                    assert len(by_seed(scorer, loss, measure)) == len(by_seed("cross", "CE", "spearman")) >= 5

        for loss in ("CE", "CoSENT, two labels"):
            assert len(by_seed("cross", loss, "accuracy", LONG)) >= 5

    def test_differences_are_paired(self) -> None:
        a, b = (by_seed("bi", loss, "accuracy") for loss in ("CoSENT", "CE"))
        found = difference("bi", "CoSENT", "CE", "accuracy")
        expected = stats.ttest_rel(a, b).confidence_interval(0.95)
        assert found.mean - found.half == pytest.approx(expected.low)
        assert found.mean + found.half == pytest.approx(expected.high)

    @pytest.mark.parametrize("measure", list(experiment.SHOWN))
    @pytest.mark.parametrize("scorer", list(experiment.NAMES.values()))
    def test_bars_are_where_the_runs_are(self, measure: str, scorer: str) -> None:
        shown = experiment.compute(measure, scorer, "MSE")
        kind, key = {v: k for k, v in experiment.NAMES.items()}[scorer], experiment.SHOWN[measure]
        rows = [row for row in results()["rows"] if row["steps"] == STEPS]
        for k, loss in enumerate(LOSSES_COMPARED):
            runs = [row[key] for row in rows if (row["scorer"], row["loss"]) == (kind, loss)]
            assert shown["means"][k, 0] == pytest.approx(np.mean(runs))
            assert sorted(v for v, place in shown["runs"] if place == k) == pytest.approx(sorted(runs))
        assert len(shown["gaps"]) == len(LOSSES_COMPARED) - 1
        assert shown["middles"][list(LOSSES_COMPARED).index("MSE"), 0] == 0

    def test_a_bar_over_zero_is_called_noise(self) -> None:
        for scorer in experiment.NAMES.values():
            kind = {v: k for k, v in experiment.NAMES.items()}[scorer]
            gap = difference(kind, "CoSENT, two labels", "CE", "accuracy")
            readout = experiment.compute("accuracy, threshold found", scorer, "CE")["readout"]
            said = readout.split("CE ")[1].split(";")[0]
            assert ("(noise)" in said) == (abs(gap.mean) <= gap.half)

    def test_cross_entropy_is_the_one_told_two_labels(self) -> None:
        loss, told = LOSSES_COMPARED["CE"]
        assert loss is cross_entropy
        assert told(torch.tensor([0, 1, 2])).tolist() == [False, False, True]
        assert LOSSES_COMPARED["soft CE"][1](torch.tensor([0, 1, 2])).tolist() == [0, 0.5, 1]

    def test_what_is_not_there_is_named(self) -> None:
        with pytest.raises(ValueError, match="is not among the results"):
            by_seed("cross", "hinge", "accuracy")
        with pytest.raises(ValueError, match="is not among the results"):
            by_seed("cross", "CE", "f1")
