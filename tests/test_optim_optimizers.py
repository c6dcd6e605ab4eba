"""Amos, LAMB and Lion as members of torch.optim: resuming, skipping, half precision, and what they refuse."""

import copy
import io
import math
from typing import Any

import pytest
import torch
from torch import nn

from blogtools.optim import LAMB, Amos, Lion, scales_for, slot_bytes

MAKERS: dict[str, Any] = {
    "Amos": lambda params, **k: Amos(params, lr=0.05, **k),
    "Amos momentum": lambda params, **k: Amos(params, lr=0.05, momentum=0.9, **k),
    "LAMB": lambda params, **k: LAMB(params, lr=0.02, weight_decay=0.01, **k),
    "Lion": lambda params, **k: Lion(params, lr=0.01, weight_decay=0.01, **k),
}


def net(dtype: torch.dtype = torch.float32) -> nn.Module:
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(6, 5), nn.LayerNorm(5), nn.Tanh(), nn.Linear(5, 3)).to(dtype)


def advance(model: nn.Module, optimizer: torch.optim.Optimizer, steps: int, seed: int = 0) -> None:
    generator = torch.Generator().manual_seed(seed)
    for _ in range(steps):
        x = torch.randn(16, 6, generator=generator).to(next(model.parameters()).dtype)
        optimizer.zero_grad()
        (model(x) - x[:, :3]).square().mean().backward()
        optimizer.step()


def values(model: nn.Module) -> list[torch.Tensor]:
    return [p.detach().clone() for p in model.parameters()]


def same(a: list[torch.Tensor], b: list[torch.Tensor]) -> bool:
    return all(torch.equal(x, y) for x, y in zip(a, b, strict=True))


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float16])
@pytest.mark.parametrize("maker", MAKERS)
def test_a_state_dict_resumes_bit_for_bit(maker: str, dtype: torch.dtype) -> None:
    model = net(dtype)
    optimizer = MAKERS[maker](scales_for(model))
    advance(model, optimizer, 5)
    file = io.BytesIO()
    torch.save({"model": model.state_dict(), "optimizer": optimizer.state_dict()}, file)
    advance(model, optimizer, 5, seed=1)

    file.seek(0)
    stored = torch.load(file, weights_only=True)
    again = net(dtype)
    resumed = MAKERS[maker](scales_for(again))
    again.load_state_dict(stored["model"])
    resumed.load_state_dict(stored["optimizer"])
    advance(again, resumed, 5, seed=1)
    assert same(values(model), values(again))
    for ours, theirs in zip(model.parameters(), again.parameters(), strict=True):
        for name, slot in optimizer.state[ours].items():
            assert slot.dtype == torch.float32
            assert torch.equal(slot, resumed.state[theirs][name])


def test_loading_keeps_nothing_of_the_loaded_tensors() -> None:
    model = net()
    optimizer = Amos(scales_for(model))
    advance(model, optimizer, 2)
    stored = copy.deepcopy(optimizer.state_dict())
    optimizer.load_state_dict(stored)
    before = copy.deepcopy(stored)
    advance(model, optimizer, 1)
    assert torch.equal(stored["state"][0]["v"], before["state"][0]["v"])


@pytest.mark.parametrize("maker", MAKERS)
def test_half_precision_learns_about_the_same(maker: str) -> None:
    losses = []
    for dtype in (torch.float32, torch.bfloat16):
        model = net(dtype)
        advance(model, MAKERS[maker](scales_for(model)), 60)
        x = torch.randn(64, 6, generator=torch.Generator().manual_seed(5))
        losses.append((model(x.to(dtype)).float() - x[:, :3]).square().mean().item())
    assert losses[0] < 0.8
    assert losses[1] == pytest.approx(losses[0], rel=0.2)


@pytest.mark.parametrize("maker", MAKERS)
def test_maximize_is_the_negative_gradient(maker: str) -> None:
    up, down = net(), net()
    first, second = MAKERS[maker](scales_for(up), maximize=True), MAKERS[maker](scales_for(down))
    for seed in range(3):
        generator = torch.Generator().manual_seed(seed)
        for p, q in zip(up.parameters(), down.parameters(), strict=True):
            p.grad = torch.randn(p.shape, generator=generator)
            q.grad = -p.grad
        first.step()
        second.step()
    assert same(values(up), values(down))


@pytest.mark.parametrize("maker", MAKERS)
def test_one_after_the_other_gives_the_same_numbers(maker: str) -> None:
    results = []
    for foreach in (True, False):
        model = net()
        advance(model, MAKERS[maker](scales_for(model), foreach=foreach), 10)
        results.append(values(model))
    assert same(*results)


@pytest.mark.parametrize("reduce", [True, False])
@pytest.mark.parametrize("maker", ["Amos", "Amos momentum"])
def test_pieces_of_amos_give_the_same_numbers(maker: str, reduce: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    results = []
    for entries in (2**20, 4):
        monkeypatch.setattr("blogtools.optim.amos.PIECE", entries)
        model = net()
        advance(model, MAKERS[maker](scales_for(model, reduce=reduce)), 5)
        results.append(values(model))
    assert same(*results)


@pytest.mark.parametrize("maker", MAKERS)
def test_parameters_of_several_ages_move_as_if_alone(maker: str) -> None:
    """Vectors of slots that come, split and join as gradients are there or not, and copies on the way."""
    gradients = torch.randn(6, 3, 4, generator=torch.Generator().manual_seed(0))
    present = [(0, 1), (0, 1, 2), (1, 2), (0,), (0, 1, 2), (2, 1)]
    together = [nn.Parameter(torch.ones(4)) for _ in range(3)]
    alone = [nn.Parameter(torch.ones(4)) for _ in range(3)]
    optimizer = MAKERS[maker](together)
    single = [MAKERS[maker]([p]) for p in alone]
    for step, indices in enumerate(present):
        for index in range(3):
            together[index].grad = gradients[step, index].clone() if index in indices else None
            alone[index].grad = gradients[step, index].clone() if index in indices else None
        optimizer.step()
        for own in single:
            own.step()
        if step == 3:
            together, optimizer = copy.deepcopy((together, optimizer))
    assert same([p.detach() for p in together], [p.detach() for p in alone])
    for p, q, own in zip(together, alone, single, strict=True):
        assert optimizer.state[p].keys() == own.state[q].keys()
        assert all(torch.equal(slot, own.state[q][name]) for name, slot in optimizer.state[p].items())


def test_a_slot_that_was_put_in_by_hand_is_used() -> None:
    first, second = nn.Parameter(torch.ones(4)), nn.Parameter(torch.ones(4))
    optimizer = Amos([first, second])
    for step in range(2):
        first.grad, second.grad = torch.ones(4), torch.ones(4)
        optimizer.step()
        if not step:
            assert torch.equal(first, second)
            optimizer.state[second]["b"] = torch.full((4,), 9.0)
    assert (optimizer.state[second]["b"] > 9.0).all()
    assert (second > first).all()


@pytest.mark.parametrize("maker", MAKERS)
@pytest.mark.parametrize("bad", [math.inf, -math.inf, math.nan, 1e30])
def test_a_step_with_a_broken_gradient_is_left_out_and_counted(maker: str, bad: float) -> None:
    model = net()
    optimizer = MAKERS[maker](scales_for(model))
    advance(model, optimizer, 2)
    before, state = values(model), copy.deepcopy(optimizer.state_dict()["state"])
    list(model.parameters())[-1].grad[1] = bad
    assert optimizer.step() is None
    assert same(values(model), before)
    assert optimizer.skipped == 1
    for index, slots in optimizer.state_dict()["state"].items():
        assert all(torch.equal(slot, state[index][name]) for name, slot in slots.items())
    stored = copy.deepcopy(optimizer.state_dict())
    advance(model, optimizer, 1)
    assert optimizer.skipped == 1
    assert not same(values(model), before)
    other = MAKERS[maker](scales_for(net()))
    other.load_state_dict(stored)
    assert other.skipped == 1


@pytest.mark.parametrize("maker", MAKERS)
def test_grad_scaler_unscales_and_skips(maker: str) -> None:
    model, plain = net(), net()
    optimizer, reference = MAKERS[maker](scales_for(model)), MAKERS[maker](scales_for(plain))
    scaler = torch.amp.GradScaler("cpu", init_scale=1024.0)
    x = torch.randn(16, 6, generator=torch.Generator().manual_seed(0))
    scaler.scale(model(x).square().mean()).backward()
    scaler.step(optimizer)
    scaler.update()
    plain(x).square().mean().backward()
    reference.step()
    assert same(values(model), values(plain))
    next(model.parameters()).grad[0, 0] = math.inf
    scaler.step(optimizer)
    scaler.update()
    assert same(values(model), values(plain))
    assert scaler.get_scale() == 512.0
    assert optimizer.skipped == 0


@pytest.mark.parametrize("maker", MAKERS)
def test_closure_is_called_with_gradients_on(maker: str) -> None:
    model = net()
    optimizer = MAKERS[maker](model.parameters())
    x = torch.ones(4, 6)

    def closure() -> torch.Tensor:
        optimizer.zero_grad()
        loss = model(x).square().mean()
        loss.backward()
        return loss

    first = optimizer.step(closure)
    assert first.requires_grad
    for _ in range(20):
        last = optimizer.step(closure)
    assert last < first


@pytest.mark.parametrize("maker", MAKERS)
def test_parameters_without_gradient_or_entries_stay(maker: str) -> None:
    parameters = [nn.Parameter(torch.ones(2)), nn.Parameter(torch.ones(2)), nn.Parameter(torch.ones(0))]
    optimizer = MAKERS[maker](parameters)
    parameters[0].grad, parameters[2].grad = torch.ones(2), torch.ones(0)
    optimizer.step()
    assert (parameters[0] < 1).all()
    assert (parameters[1] == 1).all()
    assert set(optimizer.state) == {parameters[0]}
    assert MAKERS[maker]([nn.Parameter(torch.ones(1))]).step() is None


@pytest.mark.parametrize("maker", MAKERS)
def test_what_cannot_be_optimised_is_refused(maker: str) -> None:
    make = MAKERS[maker]
    parameter = nn.Parameter(torch.ones(2, 2))
    with pytest.raises(ValueError, match=r"shape \(2, 2\) is there twice"):
        make([parameter, parameter])
    with pytest.raises(ValueError, match="there twice"):
        make([{"params": [parameter]}, {"params": [parameter]}])
    with pytest.raises(ValueError, match="there twice"):
        make(parameter for _ in range(2))
    with pytest.raises(ValueError, match=r"dtype torch\.complex64, but all must be real"):
        make([nn.Parameter(torch.ones(2, dtype=torch.complex64))])
    table = nn.Embedding(5, 3, sparse=True)
    optimizer = make(table.parameters())
    table(torch.tensor([1])).sum().backward()
    with pytest.raises(
        RuntimeError, match=r"takes no sparse gradients \(parameter of shape \(5, 3\)\); .*sparse=False"
    ):
        optimizer.step()


def test_named_parameters_and_a_later_group_are_taken() -> None:
    model = net()
    optimizer = Amos(model.named_parameters())
    assert optimizer.param_groups[0]["param_names"][0] == "0.weight"
    more = nn.Parameter(torch.ones(3))
    optimizer.add_param_group({"params": [("more", more)], "lr": 0.1})
    assert optimizer.param_groups[1]["lr"] == 0.1
    with pytest.raises(ValueError, match="there twice"):
        optimizer.add_param_group({"params": [("more", more)]})


@pytest.mark.parametrize(
    ("settings", "match"),
    [
        ({"lr": -0.1}, r"lr = -0\.1 must be a finite number above 0"),
        ({"lr": 0.0}, "lr"),
        ({"lr": math.nan}, "lr = nan"),
        ({"lr": math.inf}, "lr = inf"),
        ({"lr": "fast"}, "lr = 'fast'"),
        ({"eta": 0.0}, "eta"),
        ({"eps": 0.0}, "eps"),
        ({"beta": 1.0}, r"beta = 1\.0 must be a finite number of at least 0 and below 1"),
        ({"beta": -0.1}, "beta"),
        ({"momentum": 1.0}, "momentum"),
        ({"extra_l2": -1e-3}, "extra_l2"),
        ({"c": -1.0}, "c = "),
        ({"d": math.nan}, "d = "),
        ({"reduce": (2,)}, r"reduce = \(2,\) must be different axes of a parameter \(2, 2\)"),
        ({"reduce": (0, 0)}, "reduce"),
        ({"reduce": (-1,)}, "reduce"),
    ],
)
def test_hyper_parameters_of_amos(settings: dict[str, Any], match: str) -> None:
    parameter = nn.Parameter(torch.ones(2, 2))
    with pytest.raises(ValueError, match=match):
        Amos([parameter], **settings)
    with pytest.raises(ValueError, match=match):
        Amos([{"params": [parameter], **settings}])


@pytest.mark.parametrize("maker", [LAMB, Lion])
@pytest.mark.parametrize(
    ("settings", "match"),
    [
        ({"lr": -1.0}, "lr"),
        ({"lr": math.nan}, "lr"),
        ({"weight_decay": -1.0}, "weight_decay"),
        ({"betas": (0.9, 1.0)}, r"betas\[1\] = 1\.0"),
        ({"betas": (-0.1, 0.9)}, r"betas\[0\]"),
        ({"betas": 0.9}, "betas = 0.9 must be two numbers"),
        ({"betas": (0.9,)}, "two numbers"),
    ],
)
def test_hyper_parameters_of_the_others(maker: Any, settings: dict[str, Any], match: str) -> None:
    with pytest.raises(ValueError, match=match):
        maker([nn.Parameter(torch.ones(2))], **settings)


def test_lamb_leaves_zero_where_it_stands_and_lets_it_go() -> None:
    """A parameter of length 0 takes the plain step of Adam, not one scaled by 0; without a gradient it stays."""
    moved, still = nn.Parameter(torch.zeros(3)), nn.Parameter(torch.ones(3))
    moved.grad, still.grad = torch.tensor([1.0, -2.0, 3.0]), torch.zeros(3)
    LAMB([moved, still], lr=0.1).step()
    torch.testing.assert_close(moved.detach(), torch.tensor([-0.1, 0.1, -0.1]), atol=1e-5, rtol=0)
    assert torch.equal(still.detach(), torch.ones(3))


def test_eps_of_lamb() -> None:
    with pytest.raises(ValueError, match="eps"):
        LAMB([nn.Parameter(torch.ones(2))], eps=0.0)


def test_a_state_of_another_model_or_optimiser_is_refused() -> None:
    model = net()
    optimizer = Amos(scales_for(model))
    advance(model, optimizer, 1)
    stored = optimizer.state_dict()
    with pytest.raises(ValueError, match=r"groups of \[1, 3, 1, 1\] parameters, but this optimiser of \[4\]"):
        Amos(nn.Sequential(nn.Linear(6, 5), nn.Linear(5, 3)).parameters()).load_state_dict(stored)
    wider = nn.Sequential(nn.Linear(6, 9), nn.LayerNorm(9), nn.Tanh(), nn.Linear(9, 3))
    with pytest.raises(ValueError, match=r"slots .*'v': \(5, 1\).* where this model asks for .*'v': \(9, 1\)"):
        Amos(scales_for(wider)).load_state_dict(stored)
    with pytest.raises(ValueError, match="no betas, weight_decay: it comes from another optimiser"):
        LAMB(scales_for(model)).load_state_dict(stored)
    assert not Amos(scales_for(net())).state


def test_slots_are_what_the_paper_promises() -> None:
    layer = nn.TransformerEncoderLayer(256, 4, 1024, batch_first=True)
    model = nn.Sequential(nn.Embedding(5000, 256), nn.TransformerEncoder(layer, 2, enable_nested_tensor=False))
    kept = {}
    for name, make in {
        "AdamW": lambda: torch.optim.AdamW(model.parameters()),
        "Amos": lambda: Amos(scales_for(model)),
        "momentum": lambda: Amos(scales_for(model), momentum=0.9),
    }.items():
        optimizer = make()
        assert slot_bytes(optimizer) == 0
        for parameter in model.parameters():
            parameter.grad = torch.ones_like(parameter)
        optimizer.step()
        kept[name] = slot_bytes(optimizer)
    assert kept["AdamW"] == pytest.approx(8 * sum(p.numel() for p in model.parameters()), rel=1e-3)
    assert kept["Amos"] < 0.005 * kept["AdamW"]
    assert kept["momentum"] < 0.505 * kept["AdamW"]


def test_amos_finds_the_bottom_of_a_bowl() -> None:
    theta = nn.Parameter(torch.tensor([-1.0, 10.0, 1.0]))
    goal = torch.tensor([1.0, -1.0, 1.0])
    optimizer = Amos([theta], lr=1.0, reduce=(0,))
    for _ in range(3000):
        optimizer.zero_grad()
        (theta - goal).square().sum().backward()
        optimizer.step()
    torch.testing.assert_close(theta.detach(), goal, atol=1e-3, rtol=0)
