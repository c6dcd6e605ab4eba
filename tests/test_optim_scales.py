"""Groups of parameters by kind: every layer that the room knows, and what it says to those it does not."""

import math
from typing import Any

import pytest
import torch
from torch import nn

from blogtools.optim import Amos, Scale, scales_for


def found(model: nn.Module, **settings: Any) -> dict[str, dict[str, Any]]:
    """Name of each parameter to its group."""
    return {name: group for group in scales_for(model, **settings) for name in group["names"]}


def check(group: dict[str, Any], kind: str, eta: float, reduce: Any, sigma: float | None = None) -> None:
    assert (group["kind"], group["reduce"]) == (kind, reduce)
    assert group["eta"] == pytest.approx(eta)
    if sigma is not None:
        assert group["sigma"] == pytest.approx(sigma)


def test_linear_embedding_and_norms() -> None:
    torch.manual_seed(0)
    model = nn.ModuleDict(
        {
            "table": nn.Embedding(50, 8),
            "layer": nn.LayerNorm(8),
            "batch": nn.BatchNorm2d(8),
            "group": nn.GroupNorm(2, 8),
            "rms": nn.RMSNorm(8),
            "instance": nn.InstanceNorm1d(8, affine=True),
            "bag": nn.EmbeddingBag(50, 8),
            "out": nn.Linear(8, 3),
        }
    )
    groups = found(model)
    assert set(groups) == {name for name, _ in model.named_parameters()}
    for name in ("table", "bag"):
        check(groups[f"{name}.weight"], "embedding", math.sqrt(2 / 8), (1,))
    check(groups["out.weight"], "linear weight", math.sqrt(1 / 8), (1,), model["out"].weight.std(correction=0).item())
    check(groups["out.bias"], "bias", 0.5, (0,), 0.5)
    for name in ("layer", "batch", "group", "rms", "instance"):
        check(groups[f"{name}.weight"], "norm gain", 1.0, (0,), 0.5)
        assert groups[f"{name}.weight"]["centre"] == 1.0
    for name in ("layer", "batch", "group", "instance"):
        check(groups[f"{name}.bias"], "bias", 0.5, (0,), 0.5)
        assert groups[f"{name}.bias"]["centre"] == 0.0


def test_convolutions_count_what_one_output_reads() -> None:
    groups = found(nn.ModuleDict({"a": nn.Conv2d(4, 6, 3), "b": nn.Conv2d(4, 6, 3, groups=2), "c": nn.Conv1d(4, 6, 5)}))
    check(groups["a.weight"], "convolution weight", math.sqrt(1 / 36), (1, 2, 3))
    check(groups["b.weight"], "convolution weight", math.sqrt(1 / 18), (1, 2, 3))
    check(groups["c.weight"], "convolution weight", math.sqrt(1 / 20), (1, 2))
    check(groups["a.bias"], "bias", 0.5, (0,))
    back = found(
        nn.ModuleDict({"a": nn.ConvTranspose2d(4, 6, 3), "b": nn.ConvTranspose2d(4, 6, 3, groups=2, bias=False)})
    )
    check(back["a.weight"], "convolution weight", math.sqrt(1 / 36), (0, 2, 3))
    check(back["b.weight"], "convolution weight", math.sqrt(1 / 18), (2, 3))
    optimizer = Amos(scales_for(model := nn.ConvTranspose2d(4, 6, 3)))
    model(torch.ones(1, 4, 5, 5)).sum().backward()
    optimizer.step()
    assert optimizer.state[model.weight]["v"].shape == (1, 6, 1, 1)


def test_attention() -> None:
    alike = found(nn.MultiheadAttention(8, 2, add_bias_kv=True))
    check(alike["in_proj_weight"], "attention weight", math.sqrt(1 / 8), (1,))
    check(alike["in_proj_bias"], "bias", 0.5, (0,), 0.5)
    check(alike["bias_k"], "bias", 0.5, (0, 1, 2), 0.5)
    check(alike["out_proj.weight"], "linear weight", math.sqrt(1 / 8), (1,))
    unlike = found(nn.MultiheadAttention(8, 2, kdim=4, vdim=6))
    check(unlike["k_proj_weight"], "attention weight", math.sqrt(1 / 4), (1,))
    check(unlike["v_proj_weight"], "attention weight", math.sqrt(1 / 6), (1,))


def test_whole_slots_on_request() -> None:
    assert {group["reduce"] for group in scales_for(nn.Linear(4, 3), reduce=False)} == {None}


def test_one_initialiser_is_one_group_and_a_rescaled_layer_another() -> None:
    torch.manual_seed(0)
    model = nn.Sequential(*(nn.Linear(64, 64, bias=False) for _ in range(3)))
    (group,) = scales_for(model)
    pooled = torch.stack([layer.weight for layer in model]).square().mean().sqrt().item()
    assert group["sigma"] == pytest.approx(pooled, rel=1e-3)
    with torch.no_grad():
        model[1].weight *= 100
    groups = found(model)
    assert groups["1.weight"]["sigma"] == pytest.approx(100 * groups["0.weight"]["sigma"], rel=0.05)
    assert groups["0.weight"] is groups["2.weight"]
    assert groups["1.weight"]["eta"] == groups["0.weight"]["eta"]


def test_equal_entries_take_eta_for_sigma() -> None:
    layer = nn.Linear(16, 4)
    nn.init.zeros_(layer.weight)
    assert found(layer)["weight"]["sigma"] == 0.25


def test_a_single_number_is_its_own_scale() -> None:
    layer = nn.Linear(1, 1, bias=False)
    nn.init.constant_(layer.weight, -0.2)
    assert found(layer)["weight"]["sigma"] == pytest.approx(0.2)


def test_shared_and_frozen_parameters() -> None:
    model = nn.ModuleDict({"table": nn.Embedding(9, 4), "out": nn.Linear(4, 9), "still": nn.Linear(4, 4)})
    model["out"].weight = model["table"].weight
    model["still"].requires_grad_(False)
    groups = found(model)
    assert set(groups) == {"table.weight", "out.bias"}
    assert groups["table.weight"]["kind"] == "embedding"


class Own(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.places = nn.Parameter(torch.randn(5, 4, generator=torch.Generator().manual_seed(0)))
        self.bias = nn.Parameter(torch.zeros(3))
        self.temperature = nn.Parameter(torch.tensor(2.0))
        self.out = nn.Linear(4, 3)


def test_an_unknown_parameter_is_an_error_that_says_what_to_do() -> None:
    with pytest.raises(ValueError, match=r"places of a Own is of no known kind; say its scale with named=\{'places': "):
        scales_for(Own())
    named = {"places": 0.3, "bias": Scale(0.5, 0.4), "temperature": Scale(1.0, 0.1, 2.0)}
    model = Own()
    groups = found(model, named=named)
    check(groups["places"], "named", 0.3, (1,), model.places.std(correction=0).item())
    check(groups["bias"], "named", 0.5, (0,), 0.4)
    check(groups["temperature"], "named", 1.0, None, 0.1)
    assert groups["temperature"]["centre"] == 2.0
    check(groups["out.bias"], "bias", 0.5, (0,), 0.5)
    optimizer = Amos(scales_for(model, named))
    model.temperature.grad = torch.tensor(1.0)
    optimizer.step()
    assert model.temperature < 2.0


def test_names_override_by_their_end() -> None:
    model = nn.Sequential(nn.Linear(4, 8), nn.Sequential(nn.Linear(8, 4)))
    groups = found(model, named={"0.weight": 0.1, "weight": 0.2, "1.0.bias": Scale(0.7, reduce=())})
    assert groups["0.weight"]["eta"] == 0.1
    assert groups["1.0.weight"]["eta"] == 0.2
    assert groups["1.0.bias"]["eta"] == 0.7
    assert groups["1.0.bias"]["reduce"] == ()
    nested = nn.Sequential(nn.Sequential(nn.Linear(4, 8)))
    assert found(nested, named={"weight": 0.2, "0.weight": 0.1, "bias": 0.3})["0.0.weight"]["eta"] == 0.1
    with pytest.raises(ValueError, match="no trainable parameter is called 'eight'"):
        scales_for(model, {"eight": 0.1})


def test_scales_that_cannot_be() -> None:
    for wrong in (0.0, -1.0, math.nan, math.inf):
        with pytest.raises(ValueError, match="eta = "):
            scales_for(nn.Linear(2, 2), {"weight": wrong})
        with pytest.raises(ValueError, match="sigma = "):
            Scale(1.0, wrong)
    with pytest.raises(ValueError, match="centre = nan"):
        Scale(1.0, 1.0, math.nan)
    model = nn.Linear(2, 2)
    with torch.no_grad():
        model.weight[0, 0] = math.nan
    with pytest.raises(ValueError, match="weight holds numbers that are not finite"):
        scales_for(model)
    with pytest.raises(ValueError, match="weight is not initialised; run the model on one batch first"):
        scales_for(nn.LazyLinear(3))
