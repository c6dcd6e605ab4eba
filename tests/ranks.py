"""What each of two processes does under torchrun; ``test_nets_ranks.py`` looks at what they leave in the folder."""

import os
import sys
from pathlib import Path

import torch
from safetensors.torch import save_file

from blogtools.nets import loop, train

FOLDER, RANK = Path(sys.argv[1]), int(os.environ["RANK"])
DATA = torch.randn(48, 3, generator=torch.Generator().manual_seed(5))


class Noisy(torch.nn.Module):
    """Dropout, and a buffer that follows the batches."""

    def __init__(self):
        super().__init__()
        self.net = torch.nn.Sequential(torch.nn.Linear(3, 16), torch.nn.Dropout(0.3), torch.nn.Linear(16, 3))
        self.normalise = torch.nn.BatchNorm1d(3)

    def forward(self, x):
        return self.normalise(self.net(x))


def noisy_loss(model, x, g):
    return (model(x + 0.1 * torch.randn(x.shape, generator=g)) - x).square().mean()


def keep(name, done):
    """What this process has got, for the test to read."""
    state = {f"ema.{k}": v for k, v in done.model.state_dict().items()}
    state |= {f"raw.{k}": v for k, v in done.raw.state_dict().items()} | {"losses": done.losses}
    save_file(state, FOLDER / f"{name}.{RANK}.safetensors")


def noisy(name, loss=noisy_loss, **changes):
    torch.manual_seed(RANK)
    return train(
        Noisy(),
        loss,
        DATA,
        iterations=30,
        batch_size=8,
        seed=3,
        device="cpu",
        checkpoint=FOLDER / f"{name}.safetensors",
        checkpoint_every=10,
        **changes,
    )


def crashing(at):
    calls = 0

    def loss(model, x, g):
        nonlocal calls
        calls += 1
        if calls == at:
            raise RuntimeError("power cut")
        return noisy_loss(model, x, g)

    return loss


def refuse(*_):
    raise AssertionError("only the first process writes")


if RANK > 0:
    loop.write_checkpoint = refuse
torch.set_num_threads(1)
keep("whole", noisy("whole"))
try:
    noisy("broken", crashing(at=25))
except RuntimeError:
    keep("resumed", noisy("broken", resume=True))

# The mean of two halves' gradients is that of the whole batch.
torch.manual_seed(0)
half = train(
    torch.nn.Linear(3, 3),
    lambda model, x, g: (model(x) - x).square().mean(),
    lambda g: DATA[RANK::2],
    iterations=20,
    optimizer=lambda p: torch.optim.SGD(p, lr=0.1),
    clip=100.0,
    device="cpu",
)
keep("half", half)


def stopped(model, x, g):
    """A loss during which the second process is told to end, early."""
    if RANK == 1 and not (FOLDER / "told").exists():
        (FOLDER / "told").touch()
        os.kill(os.getpid(), 15)
    return (model(x) - x).square().mean()


ended = train(torch.nn.Linear(3, 3), stopped, DATA, iterations=200, batch_size=8, device="cpu")
(FOLDER / f"ended.{RANK}").write_text(str(ended.iterations))
try:
    train(torch.nn.Linear(3, 3), noisy_loss, DATA, iterations=1, batch_size=7, device="cpu")
except ValueError as error:
    (FOLDER / f"odd.{RANK}").write_text(str(error))
