"""The two ways to compare (9341, 8860): read both texts together, or each alone and compare two vectors.

A cross-encoder gives f(a, b), any number, at the price of one pass of the network a pair; a bi-encoder gives a vector a
text, once, and the cosine of two. Both stand on a body: a small transformer over characters that ships with the
package, or any Hugging Face encoder on disk.

>>> encoder = CrossEncoder.load("cross-couplets")
>>> encoder.rank("白日依山盡", ["黃河入海流", "低頭思故鄉"], top_k=1)
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, Self

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from blogtools.nets import load
from blogtools.similarity.characters import Characters

Scores = NDArray[np.float32]


class Body(Protocol):
    """A network with what it takes to read: texts are read once, then taken by rows."""

    outputs: int

    def read(self, name: str, lines: Any) -> Any:
        """N texts as something with a length that an array of integers can index; ``ValueError`` names ``name``."""
        ...


class PairBody(Body, Protocol):
    """One that reads two texts together."""

    def scores(self, first: Any, second: Any) -> Tensor:
        """Scores f (B,) of rows of ``read``."""
        ...


class TextBody(Body, Protocol):
    """One that reads a text alone."""

    def vectors(self, lines: Any) -> Tensor:
        """Vectors (B, d) of length 1 of rows of ``read``."""
        ...


@dataclass(frozen=True)
class Ranked:
    """One document in a ranking: its position in the list that was ranked, and its score."""

    index: int
    score: float


class _Encoder:
    """What the two share: where they come from, and how their scores are asked for."""

    def __init__(self, body: Body, batch_size: int = 512) -> None:
        if batch_size < 1:
            raise ValueError(f"batch_size = {batch_size} must be at least 1")
        self.body = body
        self.batch_size = batch_size

    @classmethod
    def load(cls, source: str | Path, *, device: str = "cpu") -> Self:
        """One that ships ("cross-couplets", "bi-couplets") or a .safetensors file; errors as of ``nets.load``."""
        return cls(Characters(load(source, device=device)))

    def predict(self, pairs: Any) -> Scores:
        """Scores (N,), not squashed, of N pairs: a list of (text, text), or an object with columns first and second.

        ``ValueError`` for an empty list and for what the body cannot read.
        """
        first, second = (pairs.first, pairs.second) if hasattr(pairs, "first") else _columns(pairs)
        first, second = self.body.read("first", first), self.body.read("second", second)
        if len(first) != len(second):
            raise ValueError(f"{len(first)} first texts and {len(second)} second ones, but pairs are expected")
        return self._paired(first, second, np.arange(len(first)), np.arange(len(first)))

    def matrix(self, queries: Any, documents: Any) -> Scores:
        """Scores (Q, N) of every query with every document."""
        first, second = self.body.read("queries", queries), self.body.read("documents", documents)
        return self._crossed(first, second)

    def rank(self, query: str, documents: Any, top_k: int | None = None) -> list[Ranked]:
        """The ``top_k`` documents (all where None or more than there are) of highest score, best first."""
        if top_k is not None and top_k < 1:
            raise ValueError(f"top_k = {top_k} must be at least 1, or None for all")
        scores = self.matrix([query], documents)[0]
        return [Ranked(int(i), float(scores[i])) for i in np.argsort(-scores, kind="stable")[:top_k]]

    def _paired(self, first: Any, second: Any, i: NDArray[np.int64], j: NDArray[np.int64]) -> Scores:
        raise NotImplementedError

    def _crossed(self, first: Any, second: Any) -> Scores:
        raise NotImplementedError

    def _chunks(self, n: int) -> Iterator[slice]:
        return (slice(begin, begin + self.batch_size) for begin in range(0, n, self.batch_size))


class CrossEncoder(_Encoder):
    """f(a, b) from both texts read together: 9341's interaction model, an unbounded score for 9341.eq2."""

    body: PairBody

    def __init__(self, body: PairBody, batch_size: int = 512) -> None:
        if body.outputs != 1:
            raise ValueError(f"body has {body.outputs} outputs, but a cross-encoder must have one")
        super().__init__(body, batch_size)

    @classmethod
    def from_pretrained(cls, path: str | Path, *, device: str = "cpu", max_length: int = 128) -> Self:
        """A Hugging Face encoder on disk (folder, or name in the local cache) with one output for sequence pairs."""
        from blogtools.similarity.pretrained import PretrainedPairs

        return cls(PretrainedPairs(path, device, max_length), batch_size=32)

    @torch.inference_mode()
    def _paired(self, first: Any, second: Any, i: NDArray[np.int64], j: NDArray[np.int64]) -> Scores:
        parts = [self.body.scores(first[i[rows]], second[j[rows]]).float().cpu() for rows in self._chunks(len(i))]
        return torch.cat(parts).numpy()

    def _crossed(self, first: Any, second: Any) -> Scores:
        i, j = (axis.ravel() for axis in np.indices((len(first), len(second))))
        return self._paired(first, second, i, j).reshape(len(first), len(second))


class BiEncoder(_Encoder):
    """A vector a text, and the cosine of two: 9341.eq1, the representation model of 8847 and 8860."""

    body: TextBody

    def __init__(self, body: TextBody, batch_size: int = 512) -> None:
        if body.outputs < 2:
            raise ValueError(f"body has {body.outputs} output, but a bi-encoder must have at least two")
        super().__init__(body, batch_size)

    @classmethod
    def from_pretrained(cls, path: str | Path, *, device: str = "cpu", max_length: int = 128) -> Self:
        """A Hugging Face encoder on disk (folder, or name in the local cache); its last states are averaged."""
        from blogtools.similarity.pretrained import PretrainedTexts

        return cls(PretrainedTexts(path, device, max_length), batch_size=32)

    def encode(self, lines: Any) -> NDArray[np.float32]:
        """Vectors (N, d) of length 1: their inner products are the scores."""
        return self._encoded(self.body.read("lines", lines))

    @torch.inference_mode()
    def _encoded(self, lines: Any) -> NDArray[np.float32]:
        return torch.cat([self.body.vectors(lines[rows]).float().cpu() for rows in self._chunks(len(lines))]).numpy()

    def _paired(self, first: Any, second: Any, i: NDArray[np.int64], j: NDArray[np.int64]) -> Scores:
        return np.einsum("nd,nd->n", self._encoded(first[i]), self._encoded(second[j]))

    def _crossed(self, first: Any, second: Any) -> Scores:
        return self._encoded(first) @ self._encoded(second).T


def _columns(pairs: Any) -> tuple[list[Any], list[Any]]:
    if isinstance(pairs, str) or not len(pairs) or any(isinstance(p, str) or len(p) != 2 for p in pairs):
        raise ValueError("pairs must be a list of at least one (text, text)")
    first, second = zip(*pairs, strict=True)
    return list(first), list(second)
