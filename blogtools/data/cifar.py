"""CIFAR-10, 32×32 in colour, from where its usual loaders put it; read and not unpickled.

Its files for Python are pickles, which may run any code. Here they are only taken apart: the pixels are the one long
string in them, the labels the whole numbers after the word ``labels``.
"""

import itertools
import pickletools
from pathlib import Path
from typing import Any

import numpy as np

from blogtools.data.images import Images

PLACES = (Path("data"), Path.home() / "data", Path.home() / ".keras" / "datasets")
FOLDER = "cifar-10-batches-py"
ROWS, PIXELS = 10_000, 3 * 32 * 32


def cifar10(root: str | Path | None = None) -> Images:
    """The 50,000 and 10,000 pictures of CIFAR-10 as rows of 3 · 32 · 32 numbers in [-1, 1], all of red first.

    Read from ``cifar-10-batches-py`` in ``root``, or in one of ``PLACES``, where torchvision and Keras unpack it.
    ``FileNotFoundError`` when it is not there, ``ValueError`` for files of another kind.
    """
    tried = [Path(root)] if root is not None else list(PLACES)
    folder = next((place / FOLDER for place in tried if (place / FOLDER).is_dir()), None)
    if folder is None:
        raise FileNotFoundError(
            f"no {FOLDER} in {' or '.join(map(str, tried))}: unpack cifar-10-python.tar.gz there, or name its folder"
        )
    names = [f"data_batch_{k}" for k in range(1, 6)]
    train, test = [read_batch(folder / name) for name in names], read_batch(folder / "test_batch")
    pixels, labels = (np.concatenate(parts) for parts in zip(*train, strict=True))
    return Images("cifar10", (3, 32, 32), _scaled(pixels), labels, _scaled(test[0]), test[1])


def read_batch(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """Pixels (10000, 3072) uint8 and labels (10000,) of one file; ``ValueError`` when it does not hold them."""
    try:
        marks: list[tuple[str, Any]] = [(code.name, value) for code, value, _ in pickletools.genops(path.read_bytes())]
    except ValueError as error:
        raise ValueError(f"{path}: no file of CIFAR-10 ({error})") from error
    values = [value for _, value in marks]
    long = [value for value in values if isinstance(value, str | bytes) and len(value) == ROWS * PIXELS]
    after = itertools.islice(marks, values.index("labels") + 1 if "labels" in values else len(marks), None)
    numbers = itertools.takewhile(lambda mark: not isinstance(mark[1], str | bytes), after)
    labels = [value for name, value in numbers if name == "BININT1"]
    if len(long) != 1 or len(labels) != ROWS or max(labels) > 9:
        raise ValueError(f"{path}: {len(long)} blocks of pixels and {len(labels)} labels, expected 1 and {ROWS}")
    pixels = long[0].encode("latin-1") if isinstance(long[0], str) else long[0]
    return np.frombuffer(pixels, np.uint8).reshape(ROWS, PIXELS), np.array(labels)


def _scaled(pixels: np.ndarray) -> np.ndarray:
    return pixels.astype(np.float32) / 127.5 - 1.0
