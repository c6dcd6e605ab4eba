"""Processes, one a GPU, that train one network together: ``torchrun --nproc-per-node 4 -m blogtools.cli train NAME``.

Each draws rows of its own and works out their gradient; the mean over all is what every one of them steps along, so
that their weights stay the same. Gradients are averaged here and not by torch's wrapper of the network, for a loss may
call any part of a network, and the wrapper offers only the whole.
"""

import atexit
import os

import numpy as np
import torch
from torch import Tensor, distributed


class Ranks:
    """``number`` processes, of which this is the one called ``index``, on ``device``; 0 of 1 without torchrun.

    Once they have met they stay in touch until they end, for torchrun lets them meet once only. With more than one,
    "cuda" is the GPU that torchrun means for this process.
    """

    def __init__(self, device: torch.device) -> None:
        self.number, self.index = int(os.environ.get("WORLD_SIZE", "1")), int(os.environ.get("RANK", "0"))
        cuda = device.type == "cuda" and self.number > 1
        self.device = torch.device("cuda", int(os.environ["LOCAL_RANK"])) if cuda else device

    def meet(self) -> None:
        """Wait for the others, the first time."""
        if self.number > 1 and not distributed.is_initialized():
            if self.device.type == "cuda":
                torch.cuda.set_device(self.device)
            distributed.init_process_group("nccl" if self.device.type == "cuda" else "gloo")
            atexit.register(distributed.destroy_process_group)

    def seed(self, seed: int) -> int:
        """A seed for each rank: ``seed`` itself for the first, unrelated ones for the others."""
        return seed if self.index == 0 else int(np.random.SeedSequence([seed, self.index]).generate_state(1)[0])

    def share(self, rows: int) -> int:
        """How many of ``rows`` are this rank's; ``ValueError`` when they cannot be dealt out evenly."""
        if rows % self.number:
            raise ValueError(f"batch_size={rows}: expected a multiple of {self.number}, the processes that share it")
        return rows // self.number

    @torch.no_grad()
    def same(self, tensors: list[Tensor]) -> None:
        """Give each of ``tensors`` the value that it has on the first rank."""
        for tensor in tensors if self.number > 1 else []:
            distributed.broadcast(tensor, 0)

    @torch.no_grad()
    def average(self, tensors: list[Tensor]) -> None:
        """Replace each of ``tensors`` by its mean over the ranks."""
        if self.number > 1 and tensors:
            flat = torch.cat([tensor.reshape(-1) for tensor in tensors])
            distributed.all_reduce(flat)
            parts = flat.div_(self.number).split([tensor.numel() for tensor in tensors])
            for tensor, mean in zip(tensors, parts, strict=True):
                tensor.copy_(mean.view_as(tensor))

    def any(self, here: bool) -> bool:
        """Whether ``here`` is true on any rank."""
        return bool(self.gather(torch.tensor(here)).any())

    def gather(self, tensor: Tensor) -> Tensor:
        """``tensor`` of every rank, [number, …], or ``tensor`` itself where there is one."""
        if self.number == 1:
            return tensor
        here = tensor.to(self.device)
        found = [torch.empty_like(here) for _ in range(self.number)]
        distributed.all_gather(found, here)
        return torch.stack(found).to(tensor.device)

    def own(self, gathered: Tensor) -> Tensor:
        """The part of this rank in what ``gather`` gave."""
        return gathered if self.number == 1 else gathered[self.index].clone()
