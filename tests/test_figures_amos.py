"""The figures of 9344: each ``compute`` against facts that do not pass through it."""

import math
import re

import numpy as np
import pytest
import torch
from torch import nn

from blogtools.data import digits
from blogtools.figures.amos_recipes import schedules, stored, training, valley
from blogtools.optim import runs, training_results


@pytest.mark.parametrize("T", [1, 40, 1000])
def test_both_laws_are_halved_at_the_half_life(T: int) -> None:
    shown = schedules.compute(0.01, 0.5, 1.0, T)
    for law in schedules.LAWS:
        at, left = shown[law].T
        assert np.interp(1.0, at, left) == pytest.approx(0.5)
    assert shown["inverse-square"][-1, 1] < shown["inverse-time"][-1, 1]


def test_dots_follow_the_difference_equation_and_errors_the_bound() -> None:
    T = 50
    shown = schedules.compute(0.01, 0.5, 1.0, T)
    rate, S, expected = (math.sqrt(2) - 1) / T, 0.0, []
    for step in range(8 * T + 1):
        if step % 5 == 0:
            expected.append(math.exp(-2 * S))
        S += rate * math.exp(-S)
    assert shown["inverse-square exact"][:, 1] == pytest.approx(expected)
    for law in schedules.LAWS:
        assert shown[f"{law} error"][:, 1].max() == pytest.approx(1 / math.e, rel=0.03)
    assert "half after 83 steps" in shown["readout"]


def test_slopes_in_the_valley_and_where_no_decay_cancels() -> None:
    shown = valley.compute(valley.START, 0.3, 1.0, 4)
    for name, order in (("bare", 2), ("decayed", 3)):
        h, rest = shown[name][:20].T
        assert np.polyfit(np.log(h), np.log(rest), 1)[0] == pytest.approx(order, abs=0.1)
    half = valley.compute(valley.START, 0.3, 0.5, 4)
    h, rest = half["decayed"][:20].T
    assert np.polyfit(np.log(h), np.log(rest), 1)[0] == pytest.approx(2, abs=0.1)
    assert (shown["slope"], half["slope"]) == ("with decay, small α: slope 3", "with decay, small α: slope 2")
    beyond = valley.compute(np.array([[0.5, 0.0], [2.0, 0.0]]), 0.3, 1.0, 4)
    assert len(beyond["decayed"]) == 0
    assert beyond["slope"] == ""
    assert "no decay cancels" in beyond["readout"]
    assert beyond["bare walk"] == pytest.approx(np.column_stack([0.5 + 0.3 * np.arange(5), np.zeros(5)]))


def test_together_all_points_are_drawn() -> None:
    assert "nan" in valley.compute(np.ones((2, 2)), 0.3, 1.0, 3)["readout"]


def test_a_training_goes_on_where_it_stopped() -> None:
    training.course.cache_clear()
    first = training.training_compute(20, 0)["AdamW"]
    later = training.training_compute(40, 0)["AdamW"]
    training.course.cache_clear()
    assert np.array_equal(later[:2], first)
    assert np.array_equal(training.training_compute(40, 0)["AdamW"], later)


@pytest.mark.parametrize("losses", [[2.4] * 5, [0.1, 0.1, 0.11, 0.5, 0.51], [0.05, 0.3, 1.0]])
def test_names_stay_on_the_axis_apart_and_in_order(losses: list[float]) -> None:
    heights = np.log(training.apart(losses))
    half = training.APART / 2
    assert np.diff(heights).min() >= training.APART - 1e-12
    assert math.log(training.LOW) + half - 1e-12 <= heights[0]
    assert heights[-1] <= math.log(training.HIGH) - half + 1e-12
    assert math.exp(training.apart([0.2, 0.9])[-1] - 0.9) == pytest.approx(1)


def test_names_stand_beside_their_dots_and_in_the_readout_by_loss() -> None:
    shown = training.training_compute(40, 0)
    rising = sorted((float(shown[f"{name} now"][0, 1]), name) for name in training.METHODS)
    heights = training.apart([loss for loss, _ in rising])
    assert [shown[f"{name} name"] for _, name in rising] == [{"x": 45, "y": height} for height in heights]
    assert shown["readout"] == "step 40: " + " · ".join(f"{name} {loss:.3f}" for loss, name in rising)


def test_other_first_weights_begin_at_the_first_step() -> None:
    live = training.training_live()
    live.set(seed=1)
    assert live.parameters["steps"] == 0
    live.set(steps=20)
    assert live.parameters["steps"] == 20


def test_the_loss_shown_is_that_of_the_network_kept() -> None:
    training.course.cache_clear()
    shown, images = training.training_compute(40, 0), digits()
    net = training.course("Amos", 0).model
    with torch.no_grad():
        output = net(torch.from_numpy(images.test))
        loss = nn.functional.cross_entropy(output, torch.from_numpy(images.test_labels))
    assert shown["Amos now"][0] == pytest.approx([40, float(loss)])


def test_assumptions_begin_where_the_weights_begin() -> None:
    shown = training.assumptions_compute("AdamW", "its own end", "matrices", 0)
    start = torch.cat([m.weight.detach().flatten() for m in runs.network(0) if isinstance(m, nn.Linear)])
    end = torch.cat([p.flatten() for p in runs.run("AdamW", 0, 0).end if p.dim() == 2])
    eps = start - end
    assert shown["q"][0, 1] == pytest.approx(float(start @ eps / (eps @ eps)), rel=1e-4)
    assert float(re.findall(r"ε₀‖²/kσ² ([\d.]+)", shown["readout"])[0]) == pytest.approx(shown["far"][0, 1], abs=0.006)


@pytest.mark.parametrize("theta", [(0.2, 0.4), (1.4, 0.4), (-0.3, 0.1)])
def test_the_circle_is_where_no_decay_cancels(theta: tuple[float, float]) -> None:
    goal = np.array([0.6, 0.9])
    rim = valley.compute(np.array([theta, goal]), 0.3, 1.0, 4)["circle"]
    assert np.sum(rim * (rim - goal), axis=1) == pytest.approx(np.zeros(len(rim)), abs=1e-12)


def test_a_walk_without_aim_also_points_to_its_own_end() -> None:
    shown = training.assumptions_compute("AdamW", "its own end", "matrices", 0)
    assert shown["null"][-1, 1] > 0.2
    assert not training.assumptions_compute("AdamW", "the end of a twin", "matrices", 0)["null"][:, 1].any()
    assert float(shown["least"].split()[-1].replace("−", "-")) < -4.9


@pytest.mark.parametrize("task", stored.TASKS)
def test_stored_curves_and_differences_are_those_of_the_table(task: str) -> None:
    rows = training_results()["tasks"][task]["methods"]
    for name in stored.METHODS:
        shown = stored.compute(task, name, stored.BASE, stored.SEEDS[0])
        if name not in rows:
            assert "not tried" in shown["readout"]
            assert not len(shown["method"])
            continue
        (loss, half), (gap, width) = rows[name]["loss"], rows[name]["against_base"]
        assert shown["method"][-1, 1] == pytest.approx(loss, rel=1e-3)
        top, bottom = shown["method band"][0][[len(shown["method"]), len(shown["method"]) - 1], 1]
        assert (top - bottom) / 2 == pytest.approx(half, rel=0.02)
        if name != stored.BASE:
            assert shown["picked"] == pytest.approx(np.array([[gap, stored.METHODS.index(name)]]), abs=2e-4)
            low, high = next(
                bar
                for bar, (_, row) in zip(shown["bars"], shown["means"], strict=True)
                if stored.METHODS[int(row)] == name
            )
            assert (high[0] - low[0]) / 2 == pytest.approx(width, rel=0.05)
        goal = training_results()["tasks"][task]["goal"]
        assert (shown["goal name"]["y"], *shown["goal"][:, 1]) == (goal, goal, goal)
        alone = stored.compute(task, name, stored.BASE, "2")
        assert alone["method"][:, 1].tolist() == rows[name]["curves"][2]
        assert alone["method band"] == []


def test_q_sets_the_first_decay() -> None:
    assert schedules.compute(0.01, 0.5, 0.5, 50)["rho"] == "ρ₀ = α₀²/2q = 0.0001"
