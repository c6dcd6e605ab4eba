"""Two processes under torchrun, over loopback, train as one: same weights, other batches, exact resume, one writer."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from blogtools.nets import train

ROOT = Path(__file__).parent.parent


def torchrun(*arguments):
    """Run by two processes; their output when they fail."""
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2", *arguments]
    environment = os.environ | {"OMP_NUM_THREADS": "1", "GLOO_SOCKET_IFNAME": "lo", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=240, check=False)
    assert done.returncode == 0, done.stderr[-4000:]
    return done.stdout


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("ranks")
    torchrun(str(ROOT / "tests" / "ranks.py"), str(folder))
    return folder


def found(folder, name):
    return [load_file(folder / f"{name}.{rank}.safetensors") for rank in (0, 1)]


def weights_of(state):
    return {k: v for k, v in state.items() if k != "losses"}


@pytest.mark.parametrize("name", ["whole", "resumed", "half"])
def test_both_end_with_the_same_weights_and_statistics_but_saw_other_rows(folder, name):
    first, second = found(folder, name)
    assert all(torch.equal(first[k], second[k]) for k in weights_of(first))
    assert not torch.equal(first["losses"][-5:], second["losses"][-5:])


def test_a_run_that_broke_off_resumes_bitwise_in_both(folder):
    for whole, resumed in zip(found(folder, "whole"), found(folder, "resumed"), strict=True):
        assert all(torch.equal(whole[k], resumed[k]) for k in weights_of(whole))
        assert torch.equal(whole["losses"][-10:], resumed["losses"][-10:])


def test_two_halves_of_a_batch_are_one_batch(folder):
    data = torch.randn(48, 3, generator=torch.Generator().manual_seed(5))
    torch.manual_seed(0)
    whole = train(
        torch.nn.Linear(3, 3),
        lambda model, x, g: (model(x) - x).square().mean(),
        lambda g: data,
        iterations=20,
        optimizer=lambda p: torch.optim.SGD(p, lr=0.1),
        clip=100.0,
        device="cpu",
    )
    first, second = found(folder, "half")
    for name, value in whole.raw.state_dict().items():
        assert torch.allclose(first[f"raw.{name}"], value, atol=1e-6)
    assert torch.allclose((first["losses"] + second["losses"]) / 2, whole.losses, atol=1e-6)


def test_what_one_is_told_both_do(folder):
    assert [(folder / f"ended.{rank}").read_text() for rank in (0, 1)] == ["50", "50"]


def test_a_batch_is_dealt_out_evenly_or_not_at_all(folder):
    for rank in (0, 1):
        assert (folder / f"odd.{rank}").read_text().startswith("batch_size=7: expected a multiple of 2")


def test_a_checkpoint_of_two_is_not_gone_on_with_by_one(folder):
    with pytest.raises(ValueError, match=r"ranks=1 \(there 2\)"):
        train(
            torch.nn.Linear(3, 3),
            lambda model, x, g: model(x).sum(),
            torch.zeros(4, 3),
            iterations=30,
            batch_size=8,
            seed=3,
            device="cpu",
            checkpoint=folder / "whole.safetensors",
            resume=True,
        )


def test_the_command_under_torchrun_writes_its_weights_once(tmp_path):
    said = torchrun("-m", "blogtools.cli", "train", "ddpm-digits", "--iterations", "3", "--out", str(tmp_path))
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "ddpm-digits.checkpoint.safetensors",
        "ddpm-digits.safetensors",
    ]
    assert "ddpm-digits.safetensors" in said
