"""A small transformer over characters as the network behind both encoders; lines of one length, such as five."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from blogtools.data import SEPARATOR, character_vectors, vocabulary
from blogtools.nets import build

ATTENTION_TO_LIKE = 0.6
Lines = Sequence[str] | NDArray[Any] | Tensor


def beginning(architecture: dict[str, Any]) -> Any:
    """The untrained network of ``architecture``, with what lets it learn from few pairs.

    Its embedding begins with who stands beside whom in the training poems; where it reads two lines, the same place
    of both begins alike; and queries and keys begin with a multiple of the identity (arXiv 2305.09828), so that a
    character looks first at those like it and at the one it is parallel to. Chance is torch's own.
    """
    net = build({**architecture, "embeddings": character_vectors(architecture["width"])})
    width = net.width
    with torch.no_grad():
        if architecture["outputs"] == 1:
            line = net.length // 2
            net.places[line + 1 :] = net.places[:line]
        for block in net.blocks:
            for part in (slice(width), slice(width, 2 * width)):
                block.query_key_value.weight[part] += ATTENTION_TO_LIKE * torch.eye(width)
    return net


def cross_scores(net: Any, first: Tensor, second: Tensor) -> Tensor:
    """Scores f (B,) of ids (B, n) and (B, n), a separator between; the mean of what each place answers."""
    between = first.new_full((len(first), 1), SEPARATOR)
    return net(torch.cat([first, between, second], 1)).squeeze(-1).mean(1)


def bi_vectors(net: Any, ids: Tensor) -> Tensor:
    """Vectors (B, d) of length 1 of ids (B, n), each read alone; the mean over its places."""
    return functional.normalize(net(ids).mean(1), dim=-1)


def bi_scores(net: Any, first: Tensor, second: Tensor) -> Tensor:
    """Cosines (B,) of ids (B, n) and (B, n)."""
    one, other = bi_vectors(net, torch.cat([first, second])).chunk(2)
    return (one * other).sum(-1)


class Characters:
    """A ``CharTransformer`` as body of a cross-encoder (one output) or a bi-encoder (d outputs)."""

    def __init__(self, net: Any) -> None:
        outputs = net.architecture.get("outputs")
        if outputs is None:
            kind = net.architecture["kind"]
            raise ValueError(f"net is a {kind} without outputs, but must have one (cross-encoder) or d (bi-encoder)")
        if outputs == 1 and net.length % 2 == 0:
            raise ValueError(f"net reads {net.length} characters, but a cross-encoder's two lines make 2n + 1")
        self.net = net.eval()
        self.outputs = outputs
        self.line = net.length // 2 if outputs == 1 else net.length

    def read(self, name: str, lines: Lines) -> Tensor:
        """Ids (N, n) of N lines; unknown Chinese characters become the id for unknown.

        ``ValueError`` for no lines at all, for a line that is not n characters long and for another script.
        """
        if isinstance(lines, Tensor | np.ndarray) and np.asarray(lines).dtype.kind in "iu":
            ids = torch.as_tensor(np.asarray(lines)).long()
            if ids.ndim != 2 or not len(ids) or ids.shape[1] != self.line:
                raise ValueError(f"{name} has shape {tuple(ids.shape)}, but must be ids (N, {self.line}) with N ≥ 1")
            return ids
        if isinstance(lines, str) or not len(lines):
            raise ValueError(f"{name} = {lines!r} must be a sequence of at least one line")
        for line in lines:
            if not isinstance(line, str) or len(line) != self.line:
                raise ValueError(f"{name} holds {line!r}, but every line must have {self.line} characters")
        return torch.stack([torch.as_tensor(np.asarray(vocabulary().encode(line))).long() for line in lines])

    def scores(self, first: Tensor, second: Tensor) -> Tensor:
        """Scores f (B,) of ids read together."""
        return cross_scores(self.net, first.to(self.device), second.to(self.device))

    def vectors(self, lines: Tensor) -> Tensor:
        """Vectors (B, d) of length 1 of ids read alone."""
        return bi_vectors(self.net, lines.to(self.device))

    @property
    def device(self) -> torch.device:
        """Where the network is."""
        return next(self.net.parameters()).device
