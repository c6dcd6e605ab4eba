"""The probe on runs whose answers are known: a straight walk, a walk without aim, decay, and a goal from elsewhere."""

import math
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
from torch.optim import SGD, AdamW

from blogtools.optim import Amos, AssumptionProbe, Lion, recipe, scales_for


def walk(optimizer: Any, gradients: Any, steps: int) -> None:
    for step in range(steps):
        for index, group in enumerate(optimizer.param_groups):
            for parameter in group["params"]:
                parameter.grad = gradients(step, index, parameter)
        optimizer.step()


def test_a_straight_walk_points_at_its_end() -> None:
    parameter = nn.Parameter(torch.zeros(50))
    direction = torch.linspace(-1, 1, 50)
    optimizer = SGD([{"params": [parameter], "kind": "line", "sigma": 2.0}], lr=0.1)
    with AssumptionProbe(optimizer, every=2) as probe:
        walk(optimizer, lambda *_: direction, 5)
    record = probe.against()
    np.testing.assert_array_equal(record.steps, [0, 2, 4])
    assert record.kinds == ("line",)
    assert record.size.tolist() == [50]
    np.testing.assert_allclose(record.cosine[:, 0], 1.0, atol=1e-6)
    rms = direction.square().mean().sqrt().item()
    np.testing.assert_allclose(record.rms_u[:, 0], rms, rtol=1e-5)
    # θ_t = −0.1 t d and θ* = −0.5 d
    np.testing.assert_allclose(record.distance[:, 0], [(0.1 * (5 - t) * rms / 2) ** 2 for t in (0, 2, 4)], rtol=1e-5)
    np.testing.assert_allclose(record.q[:, 0], [-t / (5 - t) for t in (0, 2, 4)], atol=1e-5)
    np.testing.assert_allclose(record.goal_norm, [(0.5 * rms / 2) ** 2], rtol=1e-5)
    np.testing.assert_allclose(record.null[:, 0], [1 / math.sqrt(5 - t) for t in (0, 2, 4)], rtol=1e-5)
    np.testing.assert_allclose(record.null_deviation, [1 / math.sqrt(50)])
    assert np.isnan(record.cos_start_goal).all()


def test_a_walk_without_aim_is_the_null() -> None:
    torch.manual_seed(0)
    parameter = nn.Parameter(torch.zeros(20000))
    optimizer = SGD([parameter], lr=0.1)
    probe = AssumptionProbe(optimizer, every=1)
    walk(optimizer, lambda step, _, p: (1 + step) * torch.randn(p.shape), 12)
    own, other = probe.against(), probe.against([torch.randn(20000)])
    assert np.abs(own.cosine - own.null).max() < 5 / math.sqrt(20000)
    assert own.null[-1, 0] == 1.0
    assert own.null[0, 0] == pytest.approx(1 / math.sqrt(sum(s * s for s in range(1, 13))), rel=0.02)
    np.testing.assert_array_equal(other.null, 0.0)
    assert np.abs(other.cosine).max() < 5 / math.sqrt(20000)


def test_kinds_scales_and_centres_come_from_the_groups() -> None:
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(6, 8), nn.LayerNorm(8), nn.Linear(8, 3))
    start = {name: p.detach().clone() for name, p in model.named_parameters()}
    optimizer = AdamW(scales_for(model), lr=0.01, weight_decay=0.0)
    probe = AssumptionProbe(optimizer, every=1)
    walk(optimizer, lambda *a: torch.ones_like(a[2]), 2)
    record = probe.against()
    assert record.kinds == ("linear weight", "bias", "norm gain")
    assert record.size.tolist() == [72, 19, 8]
    end = {name: p.detach() for name, p in model.named_parameters()}
    gain = end["1.weight"] - 1
    np.testing.assert_allclose(record.goal_norm[2], gain.square().mean() / 0.25, rtol=1e-5)
    sigma = {name: group["sigma"] for group in optimizer.param_groups for name in group["names"]}
    matrices = ["0.weight", "2.weight"]
    unit = sum(start[n].numel() * sigma[n] ** 2 for n in matrices)
    moved = sum(float((start[n] - end[n]).square().sum()) for n in matrices)
    np.testing.assert_allclose(record.distance[0, 0], moved / unit, rtol=1e-5)
    flat = [torch.cat([x[n].flatten() for n in matrices]) for x in (start, end)]
    assert record.cos_start_goal[0] == pytest.approx(float(torch.cosine_similarity(*flat, dim=0)), rel=1e-5)
    np.testing.assert_allclose(record.rms_u, 1.0, rtol=1e-4)


@pytest.mark.parametrize("name", ["AdamW", "Lion", "recipe", "Amos"])
def test_the_step_is_seen_without_its_decay_and_in_units_of_lr(name: str) -> None:
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(6, 8), nn.LayerNorm(8))
    if name == "AdamW":
        optimizer: Any = AdamW(scales_for(model), lr=0.01, weight_decay=0.5)
    elif name == "Lion":
        optimizer = Lion(scales_for(model), lr=0.01, weight_decay=0.5)
    elif name == "recipe":
        optimizer, _ = recipe(AdamW, 0.2, 100)(model)
    else:
        optimizer = Amos(scales_for(model), lr=0.01)
    probe = AssumptionProbe(optimizer, every=1)
    walk(optimizer, lambda *a: torch.full_like(a[2], 0.3), 1)
    record = probe.against([torch.full_like(p, -7.0) for p in probe.parameters()])
    # First steps of all four are signs; Amos's holds its decay, which is ξ/2η of the parameter.
    np.testing.assert_allclose(record.rms_u[0], 1.0, rtol=0.02 if name == "Amos" else 1e-4)


def test_without_groups_the_scale_is_the_deviation_at_the_start() -> None:
    parameter = nn.Parameter(torch.tensor([1.0, 3.0]))
    probe = AssumptionProbe(SGD([parameter], lr=0.1))
    walk(probe.optimizer, lambda *_: torch.ones(2), 1)
    np.testing.assert_allclose(probe.against([torch.tensor([2.0, 0.0])]).goal_norm, [2.0])


def test_steps_left_out_are_not_counted_and_close_ends_the_watch() -> None:
    parameter = nn.Parameter(torch.zeros(3))
    optimizer = Lion([parameter], lr=0.1)
    with AssumptionProbe(optimizer, every=1) as probe:
        walk(optimizer, lambda step, *_: torch.full((3,), math.nan if step == 1 else 1.0), 3)
    walk(optimizer, lambda *_: torch.ones(3), 2)
    record = probe.against()
    np.testing.assert_array_equal(record.steps, [0, 1])
    np.testing.assert_allclose(record.distance[:, 0], [0.04, 0.01], rtol=1e-5)


def test_a_kind_that_stands_still_ends_no_step_and_the_first_close_counts() -> None:
    moving, still = nn.Parameter(torch.zeros(3)), nn.Parameter(torch.ones(2))
    groups = [{"params": [moving], "kind": "moving", "sigma": 1.0}, {"params": [still], "kind": "still", "sigma": 1.0}]
    probe = AssumptionProbe(SGD(groups, lr=0.1), every=1)
    walk(probe.optimizer, lambda _, index, p: torch.full(p.shape, 1.0 - index), 2)
    probe.close()
    with torch.no_grad():
        moving += 5
    probe.close()
    record = probe.against()
    np.testing.assert_array_equal(record.steps, [0, 1])
    np.testing.assert_allclose(record.distance[:, 0], [0.04, 0.01], rtol=1e-5)


def test_what_is_zero_gives_no_angle() -> None:
    parameter = nn.Parameter(torch.ones(3))
    optimizer = SGD([parameter], lr=0.1)
    probe = AssumptionProbe(optimizer, every=1)
    walk(optimizer, lambda *_: torch.ones(3), 1)
    record = probe.against([torch.ones(3)])
    assert np.isnan(record.cosine).all()
    assert np.isnan(record.q).all()
    assert record.distance.tolist() == [[0.0]]


def test_what_the_probe_refuses() -> None:
    parameter = nn.Parameter(torch.ones(3))
    optimizer = SGD([parameter], lr=0.1)
    for every in (0, -1, 2.5, True):
        with pytest.raises(ValueError, match=r"every = .* must be a whole number of at least 1"):
            AssumptionProbe(optimizer, every=every)  # type: ignore[arg-type]
    probe = AssumptionProbe(optimizer)
    with pytest.raises(ValueError, match="the probe has seen no step"):
        probe.against()
    walk(optimizer, lambda *_: torch.ones(3), 1)
    with pytest.raises(ValueError, match=r"goal holds shapes \[\(4,\)\], but the run \[\(3,\)\]"):
        probe.against([torch.ones(4)])
    with pytest.raises(ValueError, match=r"goal holds shapes \[\]"):
        probe.against([])
