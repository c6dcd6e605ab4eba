"""Networks, the training loop and its checkpoints, files that are whole or absent, weights and recipes."""

import errno
import json
import math
import os
import signal
import threading
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
import torch

from blogtools import recipes
from blogtools.diffusion import Cold, Cosine, Linear, Poisson, PosteriorMean
from blogtools.nets import (
    MLP,
    Classifier,
    UNet,
    build,
    check_weights,
    describe,
    load,
    manifest,
    pick_device,
    save_weights,
    train,
    warmup_cosine,
    weights,
)
from blogtools.nets.files import write_whole
from blogtools.recipes import images
from blogtools.recipes.process import BLUR, COSINE

SMALL = {"device": "cpu", "batch_size": 8}


@pytest.fixture(autouse=True)
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


# --- networks


@pytest.mark.parametrize(
    "net",
    [
        MLP(64, width=32),
        UNet((8, 8), (8, 16), width=16),
        UNet((28, 28), (4, 8, 8), width=8),
        UNet((3, 8, 8), (4, 8), width=8),
    ],
)
def test_predictors_keep_the_shape_and_take_any_clock(net):
    x = torch.randn(3, 2, net.d, generator=generator())
    clocks = (0.5, torch.tensor(0.5), torch.full((2,), 0.5), torch.full((3, 2), 0.5))
    with torch.no_grad():
        answers = [net(x, t) for t in clocks]
        single = net(x[1, 1], 0.5)
    assert answers[0].shape == x.shape
    assert answers[0].dtype == torch.float32
    assert all(torch.allclose(a, answers[0], atol=1e-5) for a in answers)
    assert torch.allclose(single, answers[0][1, 1], atol=1e-5)


@pytest.mark.parametrize("net", [MLP(4, width=16), UNet((4, 4), (8, 8), width=8)])
def test_predictors_see_both_the_clock_and_the_norm_and_survive_heavy_tails(net):
    x = torch.randn(5, net.d, generator=generator())
    with torch.no_grad():
        assert not torch.allclose(net(x, 0.1), net(x, 1.0))
        assert not torch.allclose(net(x, 0.1), net(10 * x, 0.1) / 10, atol=1e-3)
        for scale in (0.0, 1e-6, 1e6, 1e12):
            for t in (0.0, 1e-8, 1e8):
                assert torch.isfinite(net(scale * x, t)).all()


def test_the_network_proper_sees_a_scaled_picture_and_the_norm_as_a_feature():
    net, seen = MLP(4, width=16), []
    net.conditioning.register_forward_hook(lambda _, inputs, output: seen.append(inputs))
    net.enter.register_forward_hook(lambda _, inputs, output: seen.append(inputs))
    x = 1e4 * torch.randn(5, 4, generator=generator())
    net(x, 3.0)
    (t, r), (scaled,) = seen
    assert torch.equal(t, torch.full((5,), 3.0))
    assert torch.allclose(r, x.square().mean(-1).sqrt())
    assert torch.allclose(scaled.square().mean(-1), torch.ones(5))


def test_every_colour_sees_the_others():
    net = UNet((3, 8, 8), (4, 8), width=8)
    x = torch.randn(192, generator=generator())
    other = torch.cat([x[:64], x[64:].flip(0)])
    with torch.no_grad():
        assert not torch.allclose(net(x, 1.0)[:64], net(other, 1.0)[:64], atol=1e-4)


def test_predictors_follow_double_precision():
    net = MLP(3, width=8).double()
    assert net(torch.randn(2, 3, dtype=torch.float64), 1.0).dtype == torch.float64


@pytest.mark.parametrize("net", [MLP(64, width=32), UNet((8, 8), (8, 16), width=16)])
def test_mixed_precision_changes_digits_not_dtypes_nor_gradients(net):
    """What a GPU does in bf16 autocast, on the CPU."""
    x = torch.randn(16, 64, generator=generator())
    with torch.autocast("cpu", torch.bfloat16):
        mixed = net(x, 0.7)
        (mixed - 1.0).square().mean().backward()
    assert mixed.dtype == torch.float32
    assert torch.allclose(mixed, net(x, 0.7), atol=0.05)
    assert all(
        p.grad is not None and p.grad.dtype == torch.float32 and p.grad.isfinite().all() for p in net.parameters()
    )


def test_wrong_shapes_are_named():
    with pytest.raises(ValueError, match="d=64"):
        MLP(64, width=8)(torch.zeros(2, 63), 1.0)
    with pytest.raises(ValueError, match="divisible by 4"):
        UNet((6, 8), (8, 8, 8))
    with pytest.raises(ValueError, match="kind='ViT'"):
        build({"kind": "ViT"})


def test_an_architecture_rebuilds_its_network():
    for net in (MLP(5, width=8, depth=2), UNet((8, 8), (8, 16), 16), Classifier((8, 8), channels=4, features=6)):
        again = build(json.loads(json.dumps(net.architecture)))
        assert {k: v.shape for k, v in again.state_dict().items()} == {k: v.shape for k, v in net.state_dict().items()}


def test_features_are_the_layer_under_the_scores():
    net = Classifier((8, 8), channels=4, features=6).eval()
    x = torch.randn(3, 64)
    assert net.features(x).shape == (3, 6)
    assert torch.equal(net(x), net.leave(net.features(x)))


def test_devices():
    assert pick_device("cpu").type == "cpu"
    assert pick_device("auto").type == ("cuda" if torch.cuda.is_available() else "cpu")
    for wrong in ("tpu", "gpu", "cpu:1", "cuda:x", ""):
        with pytest.raises(ValueError, match="expected auto, cpu, cuda"):
            pick_device(wrong)
    with pytest.raises(ValueError, match="CUDA devices here"):
        pick_device("cuda:99")


# --- the loop


class Noisy(torch.nn.Module):
    """A network with dropout and a buffer that counts, so that every kind of state must be restored."""

    def __init__(self):
        super().__init__()
        self.net = torch.nn.Sequential(torch.nn.Linear(3, 16), torch.nn.Dropout(0.3), torch.nn.Linear(16, 3))
        self.normalise = torch.nn.BatchNorm1d(3)

    def forward(self, x):
        return self.normalise(self.net(x))


DATA = torch.randn(50, 3, generator=generator(5))


def noisy_loss(model, x, g):
    return (model(x + 0.1 * torch.randn(x.shape, generator=g)) - x).square().mean()


def run(loss=noisy_loss, **changes):
    torch.manual_seed(1)
    return train(Noisy(), loss, DATA, **({"iterations": 40, "seed": 3, **SMALL} | changes))


def same(a, b):
    return all(torch.equal(x, y) for x, y in zip(a.state_dict().values(), b.state_dict().values(), strict=True))


def interrupting(at, how):
    """noisy_loss that is interrupted at its ``at``-th call, before or after it has drawn."""
    calls = 0

    def loss(model, x, g):
        nonlocal calls
        calls += 1
        value = noisy_loss(model, x, g)
        if calls == at:
            how()
        return value

    return loss


def raise_interrupt():
    raise KeyboardInterrupt


def ctrl_c():
    signal.raise_signal(signal.SIGINT)


def test_training_lowers_the_loss_and_averages_the_weights():
    done = run(iterations=300, lr=1e-2)
    assert done.iterations == 300
    assert not done.interrupted
    assert done.losses[-50:].mean() < 0.7 * done.losses[:20].mean()
    assert not same(done.model, done.raw)
    assert not done.model.training


def test_a_seed_fixes_everything_and_leaves_the_callers_generator_alone():
    torch.manual_seed(7)
    before = torch.get_rng_state()
    first, second, other = run(), run(), run(seed=4)
    assert same(first.model, second.model)
    assert not same(first.model, other.model)
    torch.manual_seed(7)
    train(Noisy(), noisy_loss, DATA, iterations=2, **SMALL)
    after_model = torch.get_rng_state()
    torch.manual_seed(7)
    Noisy()
    assert torch.equal(after_model, torch.get_rng_state())
    assert before.shape == after_model.shape


@pytest.mark.parametrize("how", [raise_interrupt, ctrl_c])
@pytest.mark.parametrize("at", [1, 17])
def test_an_interrupted_run_resumes_bitwise_as_if_nothing_had_happened(tmp_path, how, at):
    whole = run()
    path = tmp_path / "run.safetensors"
    half = run(interrupting(at, how), checkpoint=path)
    assert half.interrupted
    assert half.iterations == (at if how is ctrl_c else at - 1)
    assert torch.isfinite(half.model(DATA)).all()
    again = run(checkpoint=path, resume=True)
    assert not again.interrupted
    assert same(again.model, whole.model)
    assert same(again.raw, whole.raw)
    assert torch.equal(again.losses, whole.losses)


def test_it_resumes_from_a_periodic_checkpoint_after_a_crash(tmp_path):
    def crash():
        raise RuntimeError("power cut")

    path = tmp_path / "run.safetensors"
    with pytest.raises(RuntimeError, match="power cut"):
        run(interrupting(33, crash), checkpoint=path, checkpoint_every=10)
    assert same(run(checkpoint=path, resume=True).model, run().model)


def test_ctrl_c_is_handled_as_before_once_training_is_over():
    handler = signal.getsignal(signal.SIGINT)
    run(iterations=2)
    assert signal.getsignal(signal.SIGINT) is handler


def test_training_works_outside_the_main_thread():
    found = []
    worker = threading.Thread(target=lambda: found.append(run(iterations=3).iterations))
    worker.start()
    worker.join()
    assert found == [3]


def test_any_torch_optimizer_and_any_source_of_batches(tmp_path):
    path = tmp_path / "sgd.safetensors"
    settings = {
        "optimizer": lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.9),
        "schedule": lambda k: 1.0,
        "data": lambda g: torch.randn(4, 3, generator=g),
    }

    def sgd(loss=noisy_loss, **changes):
        torch.manual_seed(0)
        return train(Noisy(), loss, iterations=12, device="cpu", **settings, **changes)

    sgd(interrupting(5, raise_interrupt), checkpoint=path)
    assert same(sgd(checkpoint=path, resume=True).model, sgd().model)
    pair = train(Noisy(), lambda m, b, g: noisy_loss(m, b[0], g) * b[1].mean(), (DATA, DATA), iterations=2, **SMALL)
    assert pair.iterations == 2


def test_a_compiled_network_is_trained_as_the_plain_one(monkeypatch):
    """By torch's tracing alone, without the C++ that it would write: a minute less."""
    monkeypatch.setattr(torch, "compile", partial(torch.compile, backend="aot_eager"))
    asked = []

    def loss(model, x, g):
        asked.append(model)
        return (model(x, torch.rand(len(x), generator=g)) - x).square().mean()

    def fit(compiled):
        torch.manual_seed(0)
        return train(MLP(3, width=8, depth=1), loss, DATA, iterations=6, compiled=compiled, **SMALL)

    plain, traced = fit(False), fit(True)
    assert torch.allclose(plain.losses, traced.losses, rtol=1e-5)
    assert plain.model.state_dict().keys() == traced.model.state_dict().keys()
    assert [type(m).__name__ for m in (asked[0], asked[-1])] == ["MLP", "OptimizedModule"]


def test_wrong_arguments_are_named(tmp_path):
    with pytest.raises(ValueError, match="iterations=0"):
        run(iterations=0)
    with pytest.raises(ValueError, match="device='tpu'"):
        run(device="tpu")
    with pytest.raises(ValueError, match="rows"):
        train(Noisy(), noisy_loss, torch.zeros(0, 3), iterations=1, **SMALL)
    with pytest.raises(ValueError, match="rows"):
        train(Noisy(), noisy_loss, (DATA, DATA[:3]), iterations=1, **SMALL)
    with pytest.raises(ValueError, match="no checkpoint"):
        run(checkpoint=tmp_path / "absent", resume=True)
    with pytest.raises(ValueError, match="resume=True"):
        run(resume=True)


def test_a_checkpoint_is_never_overwritten_unasked_nor_mistaken(tmp_path):
    path = tmp_path / "run.safetensors"
    run(checkpoint=path, iterations=4)
    before = path.read_bytes()
    with pytest.raises(FileExistsError, match="resume=True"):
        run(checkpoint=path, iterations=4)
    with pytest.raises(ValueError, match=r"seed=4 \(there 3\)"):
        run(checkpoint=path, iterations=4, seed=4, resume=True)
    assert path.read_bytes() == before
    path.write_bytes(b"my thesis")
    with pytest.raises(ValueError, match="not a safetensors file"):
        run(checkpoint=path, resume=True)
    save_weights(tmp_path / "weights.safetensors", MLP(2, width=4), {})
    with pytest.raises(ValueError, match="expected 'blogtools checkpoint 1'"):
        run(checkpoint=tmp_path / "weights.safetensors", resume=True)


def test_a_loss_that_is_not_finite_stops_and_keeps_the_last_good_checkpoint(tmp_path):
    path = tmp_path / "run.safetensors"
    calls = 0

    def loss(model, x, g):
        nonlocal calls
        calls += 1
        return noisy_loss(model, x, g) * (math.nan if calls > 25 else 1.0)

    with pytest.raises(FloatingPointError, match="no longer finite"):
        run(loss, checkpoint=path, checkpoint_every=10)
    assert same(run(checkpoint=path, resume=True).model, run().model)


def test_the_schedule_rises_and_falls():
    factor = warmup_cosine(100, 10)
    values = [factor(k) for k in range(100)]
    assert max(values) == values[9] == values[10] == 1.0
    assert values[0] == 0.1
    assert 0 < values[99] < 1e-3


# --- files


def full_disk(monkeypatch):
    """Every write of more than a few bytes fails half-way, as on a full disk."""
    import builtins

    real = builtins.open

    def opener(file, mode="r", *args, **kwargs):
        handle = real(file, mode, *args, **kwargs)
        if "w" not in mode or "b" not in mode:
            return handle

        class Full:
            def __enter__(self):
                return self

            def __exit__(self, *_):
                handle.close()

            def write(self, content):
                handle.write(content[: len(content) // 2])
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        return Full()

    monkeypatch.setattr(builtins, "open", opener)


def test_a_full_disk_leaves_the_old_file_and_no_half_of_the_new(tmp_path, monkeypatch):
    path = tmp_path / "run.safetensors"
    run(interrupting(5, raise_interrupt), checkpoint=path)
    before = path.read_bytes()
    full_disk(monkeypatch)
    with pytest.raises(OSError, match=r"could not save .*run\.safetensors .*No space left.*untouched"):
        run(checkpoint=path, resume=True, checkpoint_every=10)
    with pytest.raises(OSError, match="No space left"):
        save_weights(tmp_path / "new.safetensors", MLP(2, width=4), {})
    monkeypatch.undo()
    assert [p.name for p in tmp_path.iterdir()] == [path.name]
    assert path.read_bytes() == before
    assert same(run(checkpoint=path, resume=True).model, run().model)


def test_a_real_limit_on_file_size_is_reported(tmp_path):
    resource = pytest.importorskip("resource")
    path = tmp_path / "big.bin"
    write_whole(path, b"old")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))
        with pytest.raises(OSError, match=r"could not save .*big\.bin"):
            write_whole(path, bytes(5000))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, handler)
    assert path.read_bytes() == b"old"
    assert len(list(tmp_path.iterdir())) == 1


# --- weights


@pytest.fixture
def shelf(tmp_path):
    """A folder with one small network and its manifest."""
    torch.manual_seed(0)
    net = MLP(2, width=4)
    digest = save_weights(tmp_path / "tiny.safetensors", net, {"seed": 0})
    entry = {
        "file": "tiny.safetensors",
        "sha256": digest,
        "architecture": net.architecture,
        "command": "blogtools train tiny",
    }
    (tmp_path / "manifest.json").write_text(json.dumps({"tiny": entry}))
    return tmp_path


def test_weights_come_back_in_half_precision_and_without_gradients(shelf):
    torch.manual_seed(0)
    net, back = MLP(2, width=4), load("tiny", folder=shelf)
    for key, value in back.state_dict().items():
        assert torch.equal(value, net.state_dict()[key].half().float())
    assert not back.training
    assert not any(p.requires_grad for p in back.parameters())
    assert same(load(shelf / "tiny.safetensors"), back)
    assert same(load("tiny", folder=shelf, into=MLP(2, width=4)), back)
    assert check_weights(shelf) == {"tiny": ""}


def test_a_wrong_hash_names_both(shelf):
    path = shelf / "tiny.safetensors"
    expected = describe("tiny", shelf)["sha256"]
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    with pytest.raises(ValueError, match=f"SHA-256 .* expected {expected}; reinstall, or: blogtools train tiny"):
        load("tiny", folder=shelf)
    assert "expected" in check_weights(shelf)["tiny"]


def test_another_architecture_names_both(shelf):
    with pytest.raises(ValueError, match=r"'width': 4.* expected .*'width': 8"):
        load("tiny", folder=shelf, into=MLP(2, width=8))
    entry = describe("tiny", shelf)
    entry["architecture"] = UNet((8, 8)).architecture
    (shelf / "manifest.json").write_text(json.dumps({"tiny": entry}))
    with pytest.raises(ValueError, match=r"'MLP'.* expected .*'UNet'"):
        load("tiny", folder=shelf)


def test_tensors_that_do_not_fit_their_header_are_refused(shelf):
    class Liar(MLP):
        """Claims another width than it has."""

    liar = Liar(2, width=4)
    liar.architecture = {**liar.architecture, "width": 6}
    save_weights(shelf / "liar.safetensors", liar, {})
    with pytest.raises(ValueError, match="do not fit"):
        load(shelf / "liar.safetensors")


def test_missing_and_foreign_weights_are_named(shelf, tmp_path):
    with pytest.raises(ValueError, match="expected one of tiny"):
        load("poison", folder=shelf)
    (tmp_path / "text.safetensors").write_bytes(b"no weights at all")
    with pytest.raises(ValueError, match="not a safetensors file"):
        load(tmp_path / "text.safetensors")
    with pytest.raises(FileNotFoundError):
        load(tmp_path / "absent.safetensors")
    with pytest.raises(ValueError, match="no readable manifest"):
        manifest(tmp_path / "nowhere")
    run(iterations=2, checkpoint=tmp_path / "run.safetensors")
    with pytest.raises(ValueError, match="expected 'blogtools weights 1'"):
        load(tmp_path / "run.safetensors")


def test_weights_are_never_overwritten_unasked_and_must_fit_half_precision(shelf):
    with pytest.raises(FileExistsError, match="left as it is"):
        save_weights(shelf / "tiny.safetensors", MLP(2, width=4), {})
    net = MLP(2, width=4)
    net.leave.bias.data[0] = 1e6
    with pytest.raises(ValueError, match=r"leave\.bias.*largest 1e\+06"):
        save_weights(shelf / "large.safetensors", net, {})


def test_the_weights_that_ship_are_whole_and_say_how_they_were_made():
    assert not any(check_weights().values())
    for name, entry in manifest().items():
        chosen = recipes.recipe(name)
        assert entry["command"] == f"blogtools train {name}"
        assert entry["architecture"] == chosen.architecture
        assert entry["seed"] == chosen.seed
        assert entry["iterations"] == chosen.iterations
        assert entry["process"] == recipes.process_as_json(chosen.process)
        assert entry["figures"]
        assert (weights.FOLDER / entry["file"]).stat().st_size < 2_000_000
    # 5 MB of pictures, 10 MB of text.
    for of_text, limit in ((False, 5_000_000), (True, 10_000_000)):
        files = [e["file"] for e in manifest().values() if (e["architecture"]["kind"] == "CharTransformer") == of_text]
        assert sum((weights.FOLDER / file).stat().st_size for file in files) < limit


# --- recipes


@pytest.fixture
def tiny_recipe(monkeypatch):
    small = replace(
        recipes.RECIPES["poisson-digits"],
        architecture={"kind": "MLP", "d": 64, "width": 8, "depth": 1},
        iterations=12,
    )
    monkeypatch.setitem(recipes.RECIPES, "poisson-digits", small)


def test_a_recipe_gives_the_same_file_for_the_same_seed(tmp_path, tiny_recipe):
    first, second = (recipes.train_recipe("poisson-digits", out=tmp_path / name) for name in "ab")
    other = recipes.train_recipe("poisson-digits", out=tmp_path / "c", seed=1)
    assert first == tmp_path / "a" / "poisson-digits.safetensors"
    assert first.read_bytes() == second.read_bytes() != other.read_bytes()
    assert load(first)(torch.zeros(2, 64), 1.0).shape == (2, 64)
    header = weights.read_header(first.read_bytes(), first)
    assert header["about"]["iterations"] == 12
    assert header["about"]["process"] == {"D": 1.0, "sigma_max": 40.0, "sigma_min": 0.05}


def test_ctrl_c_in_a_recipe_keeps_weights_and_resumes_to_the_same_file(tmp_path, tiny_recipe, monkeypatch):
    chosen = recipes.RECIPES["poisson-digits"]
    calls = 0

    def interrupted(model, batch, g):
        nonlocal calls
        calls += 1
        if calls == 7:
            raise KeyboardInterrupt
        return chosen.loss(model, batch, g)

    monkeypatch.setitem(recipes.RECIPES, "poisson-digits", replace(chosen, loss=interrupted))
    half = recipes.train_recipe("poisson-digits", out=tmp_path / "a")
    assert weights.read_header(half.read_bytes(), half)["about"]["iterations"] == 6
    monkeypatch.setitem(recipes.RECIPES, "poisson-digits", chosen)
    with pytest.raises(FileExistsError):
        recipes.train_recipe("poisson-digits", out=tmp_path / "a")
    done = recipes.train_recipe("poisson-digits", resume=tmp_path / "a")
    assert done.read_bytes() == recipes.train_recipe("poisson-digits", out=tmp_path / "b").read_bytes()


def test_recipes_refuse_what_they_cannot_do(tmp_path):
    with pytest.raises(ValueError, match=r"expected one of .*poisson-digits"):
        recipes.train_recipe("poisson-digit", out=tmp_path)
    with pytest.raises(ValueError, match="device='tpu'"):
        recipes.train_recipe("poisson-digits", out=tmp_path, device="tpu")
    with pytest.raises(ValueError, match="in its own folder"):
        recipes.train_recipe("poisson-digits", out=tmp_path, resume=tmp_path / "other")
    with pytest.raises(ValueError, match="no checkpoint"):
        recipes.train_recipe("poisson-digits", resume=tmp_path / "other")
    assert not list(Path(tmp_path).iterdir())


@pytest.mark.parametrize("name", ["ddpm-digits", "cold-digits"])
def test_the_first_iterations_of_a_recipe_are_the_same_each_time(tmp_path, name):
    first, second = (recipes.train_recipe(name, out=tmp_path / k, iterations=3) for k in "ab")
    assert first.read_bytes() == second.read_bytes()
    other = recipes.train_recipe(name, out=tmp_path / "c", iterations=3, seed=1)
    assert not same(load(first), load(other))


@pytest.mark.parametrize("name", ["poisson-mnist", "ddpm-mnist", "poisson-cifar10", "ddpm-cifar10"])
def test_the_gpu_presets_ask_for_a_gpu_and_run_in_small_on_a_cpu(tmp_path, monkeypatch, name):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(ValueError, match="preset for a GPU"):
        recipes.train_recipe(name, out=tmp_path)
    chosen = recipes.RECIPES[name]
    architecture = {**chosen.architecture, "channels": [4, 8, 8], "width": 8}
    d = math.prod(architecture["shape"])
    changes = {} if chosen.data == "mnist" else {"rows": lambda root: torch.zeros(4, d)}
    small = replace(chosen, batch_size=2, iterations=2, architecture=architecture, **changes)
    monkeypatch.setitem(recipes.RECIPES, name, small)
    made = load(recipes.train_recipe(name, out=tmp_path, device="cpu"))
    assert made(torch.zeros(1, d), 1.0).shape == (1, d)


@pytest.mark.parametrize("D", [1.0, 4.0, math.inf])
@pytest.mark.parametrize(("low", "high", "near", "far"), [(0.2, 0.6, 0.3, 0.6), (0.6, 1.4, 0.8, 1.2)])
def test_the_recipes_loss_is_least_at_the_exact_field_of_its_process(D, low, high, near, far):
    """Two charges on a line: a constant added to the exact posterior mean inside one cell of (x, t) must not pay."""
    charges = torch.tensor([[-1.0], [1.0]])
    exact = PosteriorMean(charges, D=D)
    x0 = charges[torch.randint(2, (400_000,), generator=generator(1))]
    added = torch.zeros((), requires_grad=True)
    inside = 0

    def predict(x, t):
        nonlocal inside
        cell = (x[:, 0] > low) & (x[:, 0] < high) & (t > near) & (t < far)
        inside = int(cell.sum())
        answer = x0.clone()
        answer[cell] = exact(x[cell], t[cell]) + added
        return answer

    loss = images.denoising(D, 300.0, 0.003)(predict, x0, generator(2))
    slope = torch.autograd.grad(loss, added, create_graph=True)[0]
    curvature = torch.autograd.grad(slope, added)[0]
    best = -(slope / curvature).item()
    assert inside > 1500
    assert abs(best) < 4.5 / math.sqrt(inside)


def test_a_recipe_names_its_process():
    assert recipes.process_of({"D": "inf", "sigma_max": 40.0, "sigma_min": 0.05}) == Poisson(math.inf)
    assert recipes.process_of({"schedule": "cosine"}) == Linear(Cosine())
    cold = recipes.process_of({"blur": 8, "sigma": 0.25})
    assert isinstance(cold, Cold)
    assert cold.sigma == 0.25
    with pytest.raises(ValueError, match="linear"):
        recipes.process_of({"schedule": "linear"})


@pytest.mark.parametrize("described", [COSINE, BLUR])
def test_the_recipes_of_hot_and_cold_see_every_time_and_weigh_by_it(described):
    process, seen = recipes.process_of(described), []

    def one_off(x, t):
        seen.append((x, t))
        return x0 + 1.0

    x0 = torch.full((50_000, 64), 0.5)
    loss = images.even_times(described, softening=0.3)(one_off, x0, generator(4))
    ((x, t),) = seen
    sorted_t = t.sort().values
    assert (sorted_t - torch.linspace(0, 1, len(t))).abs().max() < 1.95 / math.sqrt(len(t))
    noise = process.recover(x0[1:], x[1:], t[1:])
    assert noise.std().item() == pytest.approx(described.get("sigma", 1.0), rel=0.01)
    weight = 1.0 / (process.level(t) + 0.3) if isinstance(process, Linear) else torch.ones_like(t)
    assert loss.item() == pytest.approx(weight.mean().item(), rel=1e-5)


def test_pictures_for_the_classifier_are_shifted_by_at_most_one_pixel():
    seen = []

    def recorder(x):
        seen.append(x)
        return torch.zeros(len(x), 10)

    x = torch.full((200, 8, 8), -1.0)
    x[:, 4, 4] = 1.0
    loss = images.classification(8, noise=0.0)(
        recorder, (x.flatten(1), torch.zeros(200, dtype=torch.long)), generator()
    )
    places = {(int(i) // 8, int(i) % 8) for i in seen[0].argmax(1)}
    assert places == {(i, j) for i in (3, 4, 5) for j in (3, 4, 5)}
    assert loss.item() == pytest.approx(math.log(10))
