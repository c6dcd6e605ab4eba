"""The file of an index: safetensors with its texts and settings in the header, and a hash of all of it."""

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load, save

from blogtools.nets.files import refuse_existing, write_whole

FORMAT = "blogtools cur index 1"
Tensors = dict[str, NDArray[Any]]


def write_index(path: Path, tensors: Tensors, about: dict[str, Any], *, half: bool, overwrite: bool) -> str:
    """Write ``tensors`` (as float16 with ``half``, else float32) and ``about``; returns the file's SHA-256.

    The same index gives the same bytes. Errors as in ``CURIndex.save``.
    """
    if not overwrite:
        refuse_existing(path, "pass another path, or overwrite=True")
    with np.errstate(over="ignore"):
        stored = {
            key: np.ascontiguousarray(value, np.float16 if half else np.float32) for key, value in tensors.items()
        }
    for key, value in stored.items():
        if not np.isfinite(value).all():
            raise ValueError(f"{key}: a number is not finite in {value.dtype}")
    about = about | {name: [_plain(name, value) for value in about[name]] for name in ("items", "anchor_queries")}
    text = json.dumps(about, sort_keys=True)
    header = {"format": FORMAT, "about": text, "sha256": _digest(stored, text)}
    content = save(stored, metadata={"blogtools": json.dumps(header)})
    write_whole(path, content)
    return hashlib.sha256(content).hexdigest()


def read_index(path: Path, sha256: str | None = None) -> tuple[Tensors, dict[str, Any]]:
    """(tensors, about) as written; ``ValueError`` for another kind of file, and where a hash does not fit."""
    content = path.read_bytes()
    found = hashlib.sha256(content).hexdigest()
    if sha256 is not None and found != sha256:
        raise ValueError(f"{path}: SHA-256 {found}, expected {sha256}")
    try:
        tensors = load(content)
        length = int.from_bytes(content[:8], "little")
        header = json.loads(json.loads(content[8 : 8 + length])["__metadata__"]["blogtools"])
        kind, text, expected = header["format"], header["about"], header["sha256"]
    except (SafetensorError, KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{path}: not the file of an index ({error!r})") from error
    if kind != FORMAT:
        raise ValueError(f"{path}: format {kind!r}, expected {FORMAT!r}")
    if _digest(tensors, text) != expected:
        raise ValueError(f"{path}: its content does not fit its hash; the file is damaged or was altered")
    return tensors, json.loads(text)


def _digest(tensors: Tensors, text: str) -> str:
    digest = hashlib.sha256(text.encode())
    for key in sorted(tensors):
        digest.update(f"{key} {tensors[key].dtype} {tensors[key].shape}".encode())
        digest.update(tensors[key].tobytes())
    return digest.hexdigest()


def _plain(name: str, value: Any) -> str | int:
    if isinstance(value, bool) or not isinstance(value, str | int | np.integer):
        raise ValueError(f"{name} holds {value!r}, but an index is saved only with texts or whole numbers")
    return value if isinstance(value, str) else int(value)
