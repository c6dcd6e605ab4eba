"""The recipe over several optimisers: what it does to the rates and to the parameters, and what it refuses."""

import copy
import math
from typing import Any

import pytest
import torch
from torch import nn
from torch.optim import SGD, AdamW

from blogtools.optim import (
    LAMB,
    AdaFactor,
    Amos,
    Lion,
    RecipeSchedule,
    inverse_square,
    inverse_time,
    recipe,
    scales_for,
)

PLUG_IN: dict[str, tuple[Any, dict[str, Any]]] = {
    "AdamW": (AdamW, {}),
    "AdamW fused": (AdamW, {"fused": True}),
    "Lion": (Lion, {}),
    "SGD": (SGD, {"momentum": 0.9}),
    "LAMB": (LAMB, {}),
    "AdaFactor": (AdaFactor, {}),
}


def net(scale: float = 1.0) -> nn.Module:
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(6, 8, bias=False), nn.LayerNorm(8), nn.Tanh(), nn.Linear(8, 3))
    with torch.no_grad():
        model[0].weight *= scale
    return model


def random_gradients(model: nn.Module, seed: int) -> None:
    generator = torch.Generator().manual_seed(seed)
    for parameter in model.parameters():
        parameter.grad = torch.randn(parameter.shape, generator=generator).to(parameter.dtype)


@pytest.mark.parametrize("decay", ["inverse-square", "inverse-time"])
def test_rates_follow_the_post(decay: str) -> None:
    model = net()
    optimizer, schedule = recipe(AdamW, 0.02, 50, decay, q=0.5)(model)
    rate = (math.sqrt(2) - 1) / 50 if decay == "inverse-square" else 1 / 100
    law = inverse_square if decay == "inverse-square" else inverse_time
    for step in range(120):
        left = float(law(step, rate))
        for group in optimizer.param_groups:
            assert group["lr"] == pytest.approx(0.02 * group["sigma"] * left, rel=1e-12)
            assert group["rho"] == pytest.approx(0.02**2 / (2 * 0.5) * left, rel=1e-12)
            assert group["weight_decay"] == 0.0
        assert schedule.get_last_lr() == [group["lr"] for group in optimizer.param_groups]
        if step == 50:
            assert left == pytest.approx(0.5, rel=1e-12)
        random_gradients(model, step)
        optimizer.step()
        schedule.step()


def test_assumed_adamw_is_torchs_adamw_with_constant_decay() -> None:
    """With lr = α_0 σ f, torch's AdamW, which multiplies its decay by lr, needs weight_decay = α_0/(2qσ)."""
    ours, plain = net().double(), net().double()
    optimizer, schedule = recipe(AdamW, 0.05, 20, "inverse-time", q=0.7)(ours)
    groups = [group | {"weight_decay": 0.05 / (2 * 0.7 * group["sigma"])} for group in scales_for(plain)]
    reference = AdamW(groups)
    with torch.no_grad():
        plain[1].weight -= 1.0  # the gain counts from 1 in the recipe
    for step in range(30):
        random_gradients(ours, step)
        random_gradients(plain, step)
        for group in reference.param_groups:
            group["lr"] = 0.05 * group["sigma"] / (step / 20 + 1)
        optimizer.step()
        schedule.step()
        reference.step()
    with torch.no_grad():
        plain[1].weight += 1.0
    for p, q in zip(ours.parameters(), plain.parameters(), strict=True):
        torch.testing.assert_close(p, q, rtol=0, atol=1e-12)


@pytest.mark.parametrize("name", PLUG_IN)
def test_measured_steps_have_the_length_of_eq16(name: str) -> None:
    optimizer_class, settings = PLUG_IN[name]
    model = net()
    optimizer, schedule = recipe(optimizer_class, 0.1, 10, normaliser="measured", **settings)(model)
    for step in range(15):
        random_gradients(model, step)
        left = float(inverse_square(step, (math.sqrt(2) - 1) / 10))
        before = [
            (p, p.detach().clone(), group["sigma"], group["centre"])
            for group in optimizer.param_groups
            for p in group["params"]
        ]
        optimizer.step()
        schedule.step()
        for parameter, start, sigma, centre in before:
            kept = start - 0.1**2 / 2 * left * (start - centre)
            length = (parameter.detach() - kept).norm().item()
            assert length == pytest.approx(0.1 * sigma * left * math.sqrt(parameter.numel()), rel=1e-4)


def test_measured_keeps_the_direction_and_a_step_of_length_zero() -> None:
    model = nn.Linear(4, 3)
    start = model.weight.detach().clone()
    optimizer, _ = recipe(SGD, 0.1, 10, normaliser="measured", weight_decay=False)(model)
    model.weight.grad, model.bias.grad = torch.randn(3, 4), torch.zeros(3)
    bias = model.bias.detach().clone()
    optimizer.step()
    step = start - model.weight.detach()
    assert torch.cosine_similarity(step.flatten(), model.weight.grad.flatten(), dim=0) == pytest.approx(1.0, abs=1e-5)
    assert torch.equal(model.bias, bias)


def test_assumed_lion_needs_no_measurement() -> None:
    results = []
    for normaliser in ("assumed", "measured"):
        model = net()
        optimizer, schedule = recipe(Lion, 0.1, 10, normaliser=normaliser)(model)
        for step in range(5):
            random_gradients(model, step)
            optimizer.step()
            schedule.step()
        results.append([p.detach().clone() for p in model.parameters()])
    for p, q in zip(*results, strict=True):
        torch.testing.assert_close(p, q, rtol=0, atol=1e-6)


@pytest.mark.parametrize("name", ["AdamW", "Lion"])
def test_a_layer_whose_weights_start_100_times_larger_moves_100_times_further(name: str) -> None:
    """The normalisation behind the layer hides its scale: functions agree all through training."""
    optimizer_class, settings = PLUG_IN[name]
    settings = settings | ({"eps": 1e-30} if optimizer_class is AdamW else {})
    outputs = []
    for scale in (1.0, 100.0):
        model = net(scale).double()
        model[1].eps = 0.0
        optimizer, schedule = recipe(optimizer_class, 0.05, 20, **settings)(model)
        generator = torch.Generator().manual_seed(1)
        for _ in range(25):
            x = torch.randn(16, 6, generator=generator, dtype=torch.float64)
            optimizer.zero_grad()
            (model(x) - x[:, :3]).square().mean().backward()
            optimizer.step()
            schedule.step()
        outputs.append(model(torch.eye(6, dtype=torch.float64)).detach())
    torch.testing.assert_close(*outputs, rtol=0, atol=1e-7)


@pytest.mark.parametrize("normaliser", ["assumed", "measured"])
def test_optimiser_and_schedule_resume_bit_for_bit(normaliser: str) -> None:
    model = net()
    make = recipe(AdamW, 0.05, 20, normaliser=normaliser)
    optimizer, schedule = make(model)
    for step in range(5):
        random_gradients(model, step)
        optimizer.step()
        schedule.step()
    stored = copy.deepcopy((model.state_dict(), optimizer.state_dict(), schedule.state_dict()))
    again = net()
    optimizer2, schedule2 = make(again)
    for part, state in zip((again, optimizer2, schedule2), stored, strict=True):
        part.load_state_dict(state)
    for part, optimiser, law in ((model, optimizer, schedule), (again, optimizer2, schedule2)):
        for step in range(5, 10):
            random_gradients(part, step)
            optimiser.step()
            law.step()
    assert all(torch.equal(p, q) for p, q in zip(model.parameters(), again.parameters(), strict=True))


def test_parameters_without_gradient_do_not_decay() -> None:
    model = nn.Sequential(nn.Linear(3, 3), nn.Linear(3, 3))
    before = model[1].weight.detach().clone()
    optimizer, _ = recipe(AdamW, 0.1, 10, normaliser="measured")(model)
    model[0](torch.ones(1, 3)).sum().backward()
    optimizer.step()
    assert torch.equal(model[1].weight, before)


@pytest.mark.parametrize("fused", [False, True])
@pytest.mark.parametrize("normaliser", ["assumed", "measured"])
def test_a_step_that_grad_scaler_skips_does_not_decay(fused: bool, normaliser: str) -> None:
    model = nn.Linear(3, 3)
    optimizer, _ = recipe(AdamW, 0.1, 10, normaliser=normaliser, fused=fused)(model)
    scaler = torch.amp.GradScaler("cpu", init_scale=4.0)
    scaler.scale(model(torch.ones(1, 3)).sum()).backward()
    before = model.weight.detach().clone()
    model.weight.grad[0, 0] = math.inf
    scaler.step(optimizer)
    scaler.update()
    assert torch.equal(model.weight, before)


def test_a_broken_gradient_changes_nothing_in_an_optimiser_that_skips() -> None:
    model = nn.Linear(3, 3)
    optimizer, _ = recipe(Lion, 0.1, 10)(model)
    model(torch.ones(1, 3)).sum().backward()
    before = model.weight.detach().clone()
    model.weight.grad[0, 0] = math.inf
    optimizer.step()
    assert torch.equal(model.weight, before)
    assert optimizer.skipped == 1


@pytest.mark.parametrize(
    ("arguments", "match"),
    [
        ({"alpha0": 0.0}, "alpha0 = 0.0 must be a finite number above 0"),
        ({"alpha0": math.nan}, "alpha0"),
        ({"half_life": 0}, "half_life = 0 must be"),
        ({"half_life": -3}, "half_life"),
        ({"half_life": math.inf}, "half_life"),
        ({"q": 0.0}, "q = "),
        ({"q": -0.5}, "q = "),
        ({"decay": "linear"}, "decay = 'linear' must be one of inverse-square, inverse-time"),
        ({"normaliser": "guessed"}, "normaliser = 'guessed' must be one of assumed, measured"),
        ({"lr": 0.1}, "lr = 0.1: the recipe itself sets it"),
        ({"weight_decay": 0.1}, "weight_decay = 0.1 must be True or False"),
        ({"optimizer_class": SGD}, "steps of RMS 1, which those of SGD have not; it must be 'measured'"),
        ({"optimizer_class": LAMB}, "those of LAMB"),
        ({"optimizer_class": AdaFactor}, "those of Adafactor"),
        ({"optimizer_class": Amos}, "must be an optimiser with an lr, and not Amos"),
    ],
)
def test_what_the_recipe_refuses(arguments: dict[str, Any], match: str) -> None:
    given = {"optimizer_class": AdamW, "alpha0": 0.01, "half_life": 100} | arguments
    with pytest.raises(ValueError, match=match):
        recipe(**given)


def test_a_closure_is_refused() -> None:
    model = nn.Linear(3, 3)
    optimizer, _ = recipe(AdamW, 0.01, 10)(model)
    model(torch.ones(1, 3)).sum().backward()
    before = model.weight.detach().clone()
    with pytest.raises(ValueError, match="closure: the recipe takes none"):
        optimizer.step(lambda: model(torch.ones(1, 3)).sum())
    with pytest.raises(ValueError, match="closure: the recipe takes none"):
        optimizer.step(closure=lambda: model(torch.ones(1, 3)).sum())
    assert torch.equal(model.weight, before)


def test_schedule_on_an_optimiser_made_by_hand() -> None:
    model = nn.Linear(3, 3)
    with pytest.raises(ValueError, match=r"a group has no sigma, .*scales_for\(model\)"):
        RecipeSchedule(AdamW(model.parameters(), weight_decay=0.0), 0.01, 100)
    with pytest.raises(ValueError, match=r"weight_decay = 0\.01 must be 0"):
        RecipeSchedule(AdamW(scales_for(model)), 0.01, 100)
    with pytest.raises(ValueError, match="sigma = -1"):
        RecipeSchedule(AdamW([{"params": list(model.parameters()), "sigma": -1}], weight_decay=0.0), 0.01, 100)
    with pytest.raises(ValueError, match="half_life"):
        RecipeSchedule(AdamW(scales_for(model), weight_decay=0.0), 0.01, 0)
    schedule = RecipeSchedule(AdamW(scales_for(model), weight_decay=0.0), 0.01, 100)
    assert schedule.get_last_lr() == [0.01 * group["sigma"] for group in scales_for(model)]
