"""What fixes a training: everything but the device."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from blogtools.nets import build

Loss = Callable[[Any, Any, torch.Generator], Tensor]
Data = Tensor | tuple[Tensor, ...] | Callable[[torch.Generator], Any]
"""What ``blogtools.nets.train`` draws its batches from."""


@dataclass(frozen=True)
class Recipe:
    """One training: what it makes, of which data, with which loss, for how long.

    ``data`` names the data set, ``rows`` gives what is drawn from, from the folder that the user has it in or None;
    ``begin`` makes the untrained network. ``process``, in the words of ``process_of``, is what a sampler must know; a
    classifier or an encoder has none. ``minutes`` is roughly what one thread of a quiet core needs, or one GPU for a
    preset with ``device`` "cuda".
    """

    what: str
    data: str
    rows: Callable[[str | Path | None], Data]
    architecture: dict[str, Any]
    loss: Loss
    iterations: int
    minutes: float
    batch_size: int = 128
    lr: float = 2e-3
    ema: float = 0.999
    seed: int = 9305
    device: str = "cpu"
    process: dict[str, Any] | None = None
    begin: Callable[[dict[str, Any]], Any] = build
