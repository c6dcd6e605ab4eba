"""Hugging Face encoders as bodies of ``CrossEncoder`` and ``BiEncoder``; needs transformers, and never the network."""

import functools
from pathlib import Path
from typing import Any

import numpy as np
from torch import Tensor
from torch.nn import functional

from blogtools.nets import pick_device


class _Pretrained:
    def __init__(self, path: str | Path, kind: str, device: str, max_length: int, **settings: Any) -> None:
        try:
            import transformers
        except ImportError as error:
            raise ImportError(
                "Hugging Face encoders need transformers: pip install 'blogtools[transformers]'"
            ) from error
        try:
            tokenizer: Any = transformers.AutoTokenizer.from_pretrained(str(path), local_files_only=True)
            net = getattr(transformers, kind).from_pretrained(str(path), local_files_only=True, **settings)
        except (OSError, ValueError) as error:
            raise ValueError(f"path = {str(path)!r} is no encoder on this disk: {error}") from error
        self.net = net.to(pick_device(device)).eval()
        self.tokenise = functools.partial(
            tokenizer, padding=True, truncation=True, max_length=max_length, return_tensors="pt"
        )

    def read(self, name: str, lines: Any) -> Any:
        """The texts as an array of objects; ``ValueError`` for none at all, or for one that is empty."""
        if isinstance(lines, str) or not len(lines):
            raise ValueError(f"{name} = {lines!r} must be a sequence of at least one text")
        for line in lines:
            if not isinstance(line, str) or not line.strip():
                raise ValueError(f"{name} holds {line!r}, but every text must have at least one character")
        return np.asarray(list(lines), dtype=object)


class PretrainedPairs(_Pretrained):
    """A sequence classifier with one output, fed with both texts."""

    def __init__(self, path: str | Path, device: str, max_length: int) -> None:
        super().__init__(path, "AutoModelForSequenceClassification", device, max_length)
        self.outputs = self.net.config.num_labels

    def scores(self, first: Any, second: Any) -> Tensor:
        """Logits (B,)."""
        return self.net(**self.tokenise(list(first), list(second)).to(self.net.device)).logits.squeeze(-1)


class PretrainedTexts(_Pretrained):
    """An encoder whose last states are averaged over the tokens of a text."""

    def __init__(self, path: str | Path, device: str, max_length: int) -> None:
        super().__init__(path, "AutoModel", device, max_length)
        self.outputs = self.net.config.hidden_size

    def vectors(self, lines: Any) -> Tensor:
        """Vectors (B, d) of length 1."""
        tokens = self.tokenise(list(lines)).to(self.net.device)
        seen = tokens["attention_mask"][..., None]
        states = self.net(**tokens).last_hidden_state
        return functional.normalize((states * seen).sum(1) / seen.sum(1), dim=-1)
