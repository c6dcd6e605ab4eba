"""The losses inside sentence-transformers' own trainers, and Hugging Face encoders from disk: tiny models, no network.

Libraries of others may warn of themselves; only the warnings of this project are errors here.
"""

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from blogtools.similarity import BiEncoder, CrossEncoder, cosent_loss
from blogtools.similarity.adapters import CoSENTLoss, CrossEncoderCoSENTLoss

transformers = pytest.importorskip("transformers")
sentence_transformers = pytest.importorskip("sentence_transformers")
datasets = pytest.importorskip("datasets")

pytestmark = [pytest.mark.filterwarnings("default")]

WORDS = ("cat", "dog", "sun", "moon", "red", "blue")
SENTENCES = [f"{one} {other}" for one in WORDS for other in WORDS]


@pytest.fixture(autouse=True)
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "HF_DATASETS_OFFLINE"):
        monkeypatch.setenv(name, "1")


def tiny(folder: Path, labels: int | None) -> Path:
    """A BERT of two layers and sixteen dimensions, made of its configuration; a classifier with so many ``labels``."""
    known = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *WORDS)
    transformers.BertTokenizer(vocab={word: i for i, word in enumerate(known)}).save_pretrained(folder)
    config = transformers.BertConfig(
        vocab_size=len(known),
        hidden_size=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=40,
        num_labels=labels or 2,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
        initializer_range=0.3,
    )
    torch.manual_seed(0)
    kind = transformers.BertModel if labels is None else transformers.BertForSequenceClassification
    kind(config).save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def classifier(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny(tmp_path_factory.mktemp("models") / "classifier", 1)


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny(tmp_path_factory.mktemp("models") / "encoder", None)


def graded() -> Any:
    """Pairs of sentences with the number of words that they share as label."""
    pairs = [(a, b) for a in SENTENCES[::3] for b in SENTENCES[::4]]
    shared = [float(len(set(a.split()) & set(b.split()))) for a, b in pairs]
    return datasets.Dataset.from_dict(
        {"sentence1": [a for a, _ in pairs], "sentence2": [b for _, b in pairs], "label": shared}
    )


def settings(kind: Any, folder: Path) -> Any:
    return kind(
        output_dir=str(folder),
        max_steps=120,
        per_device_train_batch_size=27,
        learning_rate=5e-3,
        report_to="none",
        save_strategy="no",
        logging_steps=1,
        use_cpu=True,
        disable_tqdm=True,
        seed=1,
    )


def logged(trainer: Any) -> list[float]:
    return [entry["loss"] for entry in trainer.state.log_history if "loss" in entry]


def test_a_cross_encoder_trains_in_the_librarys_trainer(classifier: Path, tmp_path: Path) -> None:
    model = sentence_transformers.CrossEncoder(str(classifier), device="cpu", local_files_only=True)
    loss = CrossEncoderCoSENTLoss(model)
    data = graded()
    trainer = sentence_transformers.CrossEncoderTrainer(
        model=model,
        args=settings(sentence_transformers.CrossEncoderTrainingArguments, tmp_path / "out"),
        train_dataset=data,
        loss=loss,
    )
    trainer.train()
    losses = logged(trainer)
    assert np.mean(losses[-5:]) < 0.6 * np.mean(losses[:5])
    # What it minimised is the loss of this package on the library's own raw scores.
    first, second, labels = data["sentence1"][:60], data["sentence2"][:60], torch.tensor(data["label"][:60])
    raw = model.predict(
        list(zip(first, second, strict=True)), activation_fn=torch.nn.Identity(), convert_to_tensor=True
    )
    with torch.no_grad():
        torch.testing.assert_close(loss([first, second], labels), cosent_loss(raw.cpu(), labels))
    assert loss.get_config_dict() == {"scale": 1.0}
    assert "9341" in loss.citation


def test_a_bi_encoder_trains_in_the_librarys_trainer_as_with_its_own_loss(encoder: Path, tmp_path: Path) -> None:
    found = []
    for kind in (CoSENTLoss, sentence_transformers.sentence_transformer.losses.CoSENTLoss):
        torch.manual_seed(0)
        model = sentence_transformers.SentenceTransformer(str(encoder), device="cpu", local_files_only=True)
        trainer = sentence_transformers.SentenceTransformerTrainer(
            model=model,
            args=settings(sentence_transformers.SentenceTransformerTrainingArguments, tmp_path / kind.__module__),
            train_dataset=graded(),
            loss=kind(model),
        )
        trainer.train()
        found.append(logged(trainer))
    ours, theirs = found
    assert np.mean(ours[-5:]) < 0.7 * np.mean(ours[:5])
    np.testing.assert_allclose(ours[:10], theirs[:10], rtol=1e-3)


def test_the_losses_have_the_signatures_of_the_librarys(encoder: Path, classifier: Path) -> None:
    vectors = torch.randn(2, 9, 4, generator=torch.Generator().manual_seed(0))
    labels = torch.arange(9) % 3
    ours = CoSENTLoss(None, scale=7.0)
    theirs = sentence_transformers.sentence_transformer.losses.CoSENTLoss(None, scale=7.0)
    torch.testing.assert_close(
        ours.compute_loss_from_embeddings(list(vectors), labels[:, None]),
        theirs.compute_loss_from_embeddings(list(vectors), labels[:, None]),
    )
    assert ours.get_config_dict().keys() == theirs.get_config_dict().keys()
    dot = CoSENTLoss(None, 1.0, lambda one, other: (one * other).sum(-1))
    torch.testing.assert_close(
        dot.compute_loss_from_embeddings(list(vectors), labels), cosent_loss((vectors[0] * vectors[1]).sum(-1), labels)
    )
    with pytest.raises(ValueError, match="3 columns beside the label"):
        ours.compute_loss_from_embeddings([*vectors, vectors[0]], labels)
    with pytest.raises(ValueError, match="labels"):
        ours.compute_loss_from_embeddings(list(vectors), labels[:5])
    model = sentence_transformers.CrossEncoder(str(classifier), device="cpu", local_files_only=True)
    with pytest.raises(ValueError, match="1 columns beside the label"):
        CrossEncoderCoSENTLoss(model)([["cat"]], torch.ones(1))
    for wrong in (0.0, -1.0):
        with pytest.raises(ValueError, match="scale"):
            CrossEncoderCoSENTLoss(model, wrong)
        with pytest.raises(ValueError, match="scale"):
            CoSENTLoss(None, wrong)


def test_a_classifier_of_several_classes_is_refused(tmp_path: Path) -> None:
    model = sentence_transformers.CrossEncoder(str(tiny(tmp_path / "three", 3)), device="cpu", local_files_only=True)
    with pytest.raises(ValueError, match="model has 3 outputs, but must have one"):
        CrossEncoderCoSENTLoss(model)


def test_encoders_from_disk_give_the_librarys_scores(classifier: Path, encoder: Path) -> None:
    pairs = [("cat", "red dog moon"), ("sun blue", "moon"), ("red red red red", "blue")]
    theirs = sentence_transformers.CrossEncoder(str(classifier), device="cpu", local_files_only=True)
    expected = theirs.predict(pairs, activation_fn=torch.nn.Identity())
    cross = CrossEncoder.from_pretrained(classifier)
    np.testing.assert_allclose(cross.predict(pairs), expected, rtol=1e-4, atol=1e-5)
    assert cross.rank("cat", ["cat", "blue sun"], top_k=1)[0].score == cross.matrix(["cat"], ["cat", "blue sun"]).max()
    model = sentence_transformers.SentenceTransformer(str(encoder), device="cpu", local_files_only=True)
    bi = BiEncoder.from_pretrained(encoder)
    texts = [text for pair in pairs for text in pair]
    expected = model.encode(texts, normalize_embeddings=True)
    np.testing.assert_allclose(bi.encode(texts), expected, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(bi.predict(pairs), (expected[::2] * expected[1::2]).sum(1), rtol=1e-4, atol=1e-5)


def test_encoders_from_disk_say_what_is_wrong(classifier: Path, encoder: Path, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="is no encoder on this disk"):
        BiEncoder.from_pretrained(tmp_path)
    with pytest.raises(ValueError, match="is no encoder on this disk"):
        CrossEncoder.from_pretrained("nobody/nothing")
    with pytest.raises(ValueError, match="body has 3 outputs, but a cross-encoder must have one"):
        CrossEncoder.from_pretrained(tiny(tmp_path / "three", 3))
    bi = BiEncoder.from_pretrained(encoder)
    for empty in ([], ["cat", " "], "cat", [3]):
        with pytest.raises(ValueError, match="lines"):
            bi.encode(empty)


def test_without_the_extra_one_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch, encoder: Path) -> None:
    monkeypatch.setitem(sys.modules, "transformers", None)
    with pytest.raises(ImportError, match=r"pip install 'blogtools\[transformers\]'"):
        BiEncoder.from_pretrained(encoder)
