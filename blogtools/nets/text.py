"""A small transformer over characters: one body for the denoisers of 9271 and the encoders of 9341 and 9336.

From random vectors such a network stays at the frequencies of single characters for as long as a CPU can wait. Two
things get it going: vectors learned beforehand from who stands beside whom (``embeddings``, which the embedding and
the tied output share), multiplied by √width on the way in; and small last layers of the branches, so that it begins as
the identity.
"""

import math
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

PADDING = 0
"""The id that fills up shorter rows; no position attends to it."""


class Block(nn.Module):
    """Attention and a dense layer, each normalised first and added to its input."""

    def __init__(self, width: int, heads: int, depth: int) -> None:
        super().__init__()
        self.heads = heads
        self.before_attention = nn.LayerNorm(width)
        self.query_key_value = nn.Linear(width, 3 * width)
        self.attended = nn.Linear(width, width)
        self.before_dense = nn.LayerNorm(width)
        self.widen = nn.Linear(width, 4 * width)
        self.narrow = nn.Linear(4 * width, width)
        for layer in (self.attended, self.narrow):
            nn.init.normal_(layer.weight, std=0.02 / math.sqrt(2 * depth))
            nn.init.zeros_(layer.bias)

    def forward(self, h: Tensor, seen: Tensor | None) -> Tensor:
        """(B, L, width) to the same; ``seen`` (B, 1, 1, L) marks what may be attended to, None is all."""
        rows, length, width = h.shape
        split = self.query_key_value(self.before_attention(h)).view(rows, length, 3, self.heads, width // self.heads)
        query, key, value = split.permute(2, 0, 3, 1, 4)
        mixed = functional.scaled_dot_product_attention(query, key, value, attn_mask=seen)
        h = h + self.attended(mixed.transpose(1, 2).reshape(rows, length, width))
        return h + self.narrow(functional.gelu(self.widen(self.before_dense(h))))


class CharTransformer(nn.Module):
    """Ids (..., L) with L ≤ ``length`` to numbers (..., L, ``outputs``); without ``outputs`` to logits of characters.

    ``vocabulary`` is the number of ids, ``width`` a multiple of ``heads``. ``times`` > 0 gives the network a second
    input t in 0 … times−1. ``outputs`` None ties the logits to the embedding. ``embeddings`` (vocabulary, k ≤ width)
    begins the first k coordinates of the embedding, scaled to the size of a random one; rows of zeros stay random.
    Ids equal to ``PADDING`` are attended to by none. ``ValueError`` for sizes that do not fit together.
    """

    def __init__(
        self,
        vocabulary: int,
        length: int,
        width: int = 128,
        depth: int = 3,
        heads: int = 4,
        outputs: int | None = None,
        times: int = 0,
        embeddings: Any = None,
    ) -> None:
        super().__init__()
        if min(vocabulary, length, width, depth, heads) < 1 or width % heads:
            raise ValueError(
                f"vocabulary={vocabulary}, length={length}, width={width}, depth={depth}, heads={heads}: "
                "expected at least 1 each, and heads that divide the width"
            )
        self.architecture: dict[str, Any] = {
            "kind": "CharTransformer",
            "vocabulary": vocabulary,
            "length": length,
            "width": width,
            "depth": depth,
            "heads": heads,
            "outputs": outputs,
            "times": times,
        }
        self.vocabulary, self.length, self.width, self.times = vocabulary, length, width, times
        self.characters = nn.Embedding(vocabulary, width)
        self.places = nn.Parameter(torch.randn(length, width) / math.sqrt(width))
        self.clock = nn.Embedding(times, width) if times else None
        self.blocks = nn.ModuleList(Block(width, heads, depth) for _ in range(depth))
        self.normalise = nn.LayerNorm(width)
        self.leave = nn.Linear(width, outputs) if outputs is not None else None
        self.bias = nn.Parameter(torch.zeros(vocabulary)) if outputs is None else None
        for table in (self.characters, self.clock):
            if table is not None:
                nn.init.normal_(table.weight, std=1 / math.sqrt(width))
        if embeddings is not None:
            self._begin_with(torch.as_tensor(embeddings, dtype=torch.float32))

    @torch.no_grad()
    def _begin_with(self, embeddings: Tensor) -> None:
        if embeddings.ndim != 2 or len(embeddings) != self.vocabulary or not 1 <= embeddings.shape[1] <= self.width:
            raise ValueError(
                f"embeddings has shape {tuple(embeddings.shape)}, expected ({self.vocabulary}, k) with k in "
                f"1 … {self.width}, of the vocabulary that the network reads"
            )
        known = embeddings.any(1)
        scaled = embeddings / embeddings[known].square().mean().sqrt() / math.sqrt(self.width)
        if not torch.isfinite(scaled).all():
            raise ValueError("embeddings: expected finite numbers, not all of them zero")
        self.characters.weight[known, : embeddings.shape[1]] = scaled[known]

    def hidden(self, ids: Tensor, t: Tensor | int | None = None) -> Tensor:
        """States (..., L, width) of ids (..., L); ``t``, a whole number or one a row, only with ``times``.

        ``ValueError`` for ids that are no whole numbers in 0 … vocabulary−1, a longer or empty row, or a wrong t.
        """
        if ids.is_floating_point() or ids.ndim == 0 or not 1 <= ids.shape[-1] <= self.length or not ids.numel():
            raise ValueError(
                f"ids has shape {tuple(ids.shape)} and dtype {ids.dtype}, expected whole numbers (..., L) with L in "
                f"1 … {self.length}"
            )
        low, high = ids.aminmax()
        if low < 0 or high >= self.vocabulary:
            raise ValueError(f"ids run from {low} to {high}, expected 0 … {self.vocabulary - 1}")
        rows = ids.reshape(-1, ids.shape[-1]).long()
        h = self.characters(rows) * math.sqrt(self.width) + self.places[: rows.shape[1]] * math.sqrt(self.width)
        if (t is None) != (self.clock is None):
            raise ValueError(f"t={t!r}: this network was built with times={self.times}")
        if self.clock is not None:
            h = h + self._embedded(t, ids.shape[:-1])[:, None]
        seen = None
        if low == PADDING:
            seen = (rows != PADDING)[:, None, None, :]
            if not seen.any(-1).all():
                raise ValueError("ids holds a row of nothing but padding")
        for block in self.blocks:
            h = block(h, seen)
        return self.normalise(h).reshape(*ids.shape, self.width)

    def _embedded(self, t: Any, batch: torch.Size) -> Tensor:
        clock = torch.as_tensor(t, device=self.places.device)
        if not (clock == clock.long()).all() or clock.min() < 0 or clock.max() >= self.times:
            raise ValueError(f"t={t}: expected whole numbers in 0 … {self.times - 1}")
        assert self.clock is not None
        return self.clock(clock.long().broadcast_to(batch).reshape(-1)) * math.sqrt(self.width)

    def head(self, h: Tensor) -> Tensor:
        """What is read off states (..., width): (..., outputs), or logits (..., vocabulary)."""
        if self.leave is not None:
            return self.leave(h)
        return functional.linear(h, self.characters.weight, self.bias)

    def forward(self, ids: Tensor, t: Tensor | int | None = None) -> Tensor:
        """``head`` of ``hidden``."""
        return self.head(self.hidden(ids, t))
