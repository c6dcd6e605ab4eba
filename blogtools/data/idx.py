"""The IDX format in which MNIST is published: a magic number, the sizes, then the bytes."""

import gzip
import struct
from pathlib import Path

import numpy as np

MNIST_FILES = (
    "train-images-idx3-ubyte",
    "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
)
UNSIGNED_BYTE = 0x08


def read_idx(path: Path) -> np.ndarray:
    """The uint8 array in an IDX file, gzipped or not. Raises ``ValueError`` when it is no IDX file or is cut short."""
    raw = path.read_bytes()
    if raw[:2] == b"\x1f\x8b":
        try:
            raw = gzip.decompress(raw)
        except (EOFError, OSError) as error:
            raise ValueError(f"{path}: a damaged gzip file ({error})") from error
    if len(raw) < 4 or raw[0] or raw[1] or raw[2] != UNSIGNED_BYTE:
        raise ValueError(f"{path}: begins with {raw[:4].hex()}, expected the IDX magic 000008xx (unsigned bytes)")
    header = 4 + 4 * raw[3]
    if len(raw) < header:
        raise ValueError(f"{path}: {len(raw)} bytes, too short for the IDX header of {raw[3]} dimensions")
    sizes = struct.unpack(f">{raw[3]}I", raw[4:header])
    expected = header + int(np.prod(sizes, dtype=np.int64))
    if len(raw) != expected:
        raise ValueError(f"{path}: {len(raw)} bytes, expected {expected} for the sizes {sizes}")
    return np.frombuffer(raw, dtype=np.uint8, offset=header).reshape(sizes)


def read_mnist_folder(root: Path) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Train images, train labels, test images, test labels from ``root`` or ``root/MNIST/raw``."""
    arrays = [read_idx(_find(root, name)) for name in MNIST_FILES]
    for images, labels, name in (arrays[0], arrays[1], MNIST_FILES[0]), (arrays[2], arrays[3], MNIST_FILES[2]):
        if images.shape[1:] != (28, 28) or labels.shape != images.shape[:1]:
            raise ValueError(f"{name}: images {images.shape} and labels {labels.shape}, expected (n, 28, 28) and (n,)")
    return arrays[0], arrays[1], arrays[2], arrays[3]


def _find(root: Path, name: str) -> Path:
    for folder in (root, root / "MNIST" / "raw"):
        for candidate in (folder / name, folder / f"{name}.gz"):
            if candidate.is_file():
                return candidate
    raise FileNotFoundError(f"root={str(root)!r}: no {name} or {name}.gz there or in its MNIST/raw")
