"""CoSENT inside sentence-transformers: drop-in losses for its two trainers.

Its bi-encoders have a ``CoSENTLoss`` of their own, its cross-encoders none (9341 is about that one). Nothing here
imports the library: a loss only calls the model it was given.

>>> CrossEncoderTrainer(model=model, train_dataset=data, loss=CrossEncoderCoSENTLoss(model)).train()
"""

from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor, nn

from blogtools.similarity.check import require_positive
from blogtools.similarity.loss import cosent_loss

CITATION = """
@online{kexuefm-9341,
    title={CoSENT（三）：作为交互式相似度的损失函数},
    author={苏剑林},
    year={2022},
    month={Nov},
    url={https://spaces.ac.cn/archives/9341},
}
"""


class CrossEncoderCoSENTLoss(nn.Module):
    """9341.eq2 on the one logit of a sentence-transformers ``CrossEncoder``, used as its ``BinaryCrossEntropyLoss`` is.

    The data set has two columns of text and one of labels, whose order alone counts; ``scale`` is λ. ``ValueError`` for
    a model with more than one output, for other columns, and where ``cosent_loss`` raises it.
    """

    def __init__(self, model: Any, scale: float = 1.0) -> None:
        super().__init__()
        require_positive("scale", scale)
        if model.num_labels != 1:
            raise ValueError(f"model has {model.num_labels} outputs, but must have one (num_labels=1)")
        self.model = model
        self.scale = scale

    def forward(
        self, inputs: list[list[str]], labels: Tensor, prompt: str | None = None, task: str | None = None
    ) -> Tensor:
        """The loss of a batch: ``inputs`` holds the column of first texts and that of second ones, B each."""
        if len(inputs) != 2:
            raise ValueError(f"the data set has {len(inputs)} columns beside the label, but must have 2")
        pairs = list(zip(*inputs, strict=True))
        features = self.model.preprocess(pairs, prompt=prompt, task=task)
        features = {k: v.to(self.model.device) if isinstance(v, Tensor) else v for k, v in features.items()}
        return cosent_loss(self.model(features)["scores"].reshape(-1), labels.reshape(-1), self.scale)

    def get_config_dict(self) -> dict[str, Any]:
        """What the model card says of this loss."""
        return {"scale": self.scale}

    @property
    def citation(self) -> str:
        """What the model card cites."""
        return CITATION


class CoSENTLoss(nn.Module):
    """9341.eq1 on a ``SentenceTransformer``; the same arguments and defaults as sentence-transformers' own.

    ``similarity_fct`` takes two [B, d] and gives [B]: cosines where none is named. The data set has two columns of text
    and one of labels; ``ValueError`` for other columns and where ``cosent_loss`` raises it.
    """

    def __init__(
        self,
        model: Any,
        scale: float = 20.0,
        similarity_fct: Callable[[Tensor, Tensor], Tensor] = torch.cosine_similarity,
    ) -> None:
        super().__init__()
        require_positive("scale", scale)
        self.model = model
        self.scale = scale
        self.similarity_fct = similarity_fct

    def forward(self, sentence_features: Iterable[dict[str, Tensor]], labels: Tensor) -> Tensor:
        """The loss of a batch from the tokens of both columns, each embedded by the model."""
        embeddings = [self.model(features)["sentence_embedding"] for features in sentence_features]
        return self.compute_loss_from_embeddings(embeddings, labels)

    def compute_loss_from_embeddings(self, embeddings: list[Tensor], labels: Tensor) -> Tensor:
        """The loss of a batch from the vectors of both columns, [B, d] each."""
        if len(embeddings) != 2:
            raise ValueError(f"the data set has {len(embeddings)} columns beside the label, but must have 2")
        return cosent_loss(self.similarity_fct(*embeddings), labels.reshape(-1), self.scale)

    def get_config_dict(self) -> dict[str, Any]:
        """What the model card says of this loss."""
        return {"scale": self.scale, "similarity_fct": self.similarity_fct.__name__}

    @property
    def citation(self) -> str:
        """What the model card cites."""
        return CITATION
