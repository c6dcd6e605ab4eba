"""Trained weights as safetensors in half precision, each with its architecture in its header, its hash in a manifest.

The manifest ``weights/manifest.json`` says of every file that ships: the command that makes it, seed, iterations,
SHA-256, architecture, the process it was trained for, and the figures measured on it. Nothing is unpickled.
"""

import hashlib
import json
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load as load_tensors
from safetensors.torch import save
from torch import nn

from blogtools.nets.device import pick_device
from blogtools.nets.files import refuse_existing, write_whole
from blogtools.nets.models import build

FOLDER = Path(__file__).parent / "weights"
FORMAT = "blogtools weights 1"


def manifest(folder: Path = FOLDER) -> dict[str, dict[str, Any]]:
    """What ships: name -> {file, command, seed, iterations, sha256, architecture, process, figures, …}."""
    path = folder / "manifest.json"
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, json.JSONDecodeError) as error:
        raise ValueError(f"{path}: no readable manifest of weights ({error}); reinstall the package") from error


def describe(name: str, folder: Path = FOLDER) -> dict[str, Any]:
    """The manifest's entry for ``name``; ``ValueError`` names those there are."""
    entries = manifest(folder)
    if name not in entries:
        raise ValueError(f"weights {name!r}: expected one of {', '.join(entries)}, or the path of a .safetensors file")
    return entries[name]


def check_weights(folder: Path = FOLDER) -> dict[str, str]:
    """For each file that ships, an empty string, or one line that says what is wrong (hash, architecture, missing)."""
    verdict = {}
    for name in manifest(folder):
        try:
            load(name, folder=folder)
            verdict[name] = ""
        except (OSError, ValueError) as error:
            verdict[name] = str(error)
    return verdict


def save_weights(path: str | Path, model: Any, about: dict[str, Any], *, overwrite: bool = False) -> str:
    """Write the model in half precision, with its architecture and ``about`` in the header; returns the SHA-256.

    The same weights give the same bytes. Raises ``FileExistsError`` when the file exists and ``overwrite`` is False,
    ``OSError`` when it cannot be written (an earlier file is then untouched), ``ValueError`` when a weight does not fit
    into half precision.
    """
    path = Path(path)
    if not overwrite:
        refuse_existing(path, "pass another path, or overwrite=True")
    tensors = {}
    for key, value in model.state_dict().items():
        half = (
            value.detach().cpu().half().contiguous() if value.is_floating_point() else value.detach().cpu().contiguous()
        )
        if half.is_floating_point() and not torch.isfinite(half).all():
            raise ValueError(f"{key}: a weight is not finite in half precision (largest {value.abs().max().item():g})")
        tensors[key] = half
    header = {"format": FORMAT, "architecture": model.architecture, "about": about}
    content = save(tensors, metadata={"blogtools": json.dumps(header, sort_keys=True)})
    write_whole(path, content)
    return hashlib.sha256(content).hexdigest()


def load(source: str | Path, *, device: str = "cpu", into: nn.Module | None = None, folder: Path = FOLDER) -> Any:
    """The network called ``source`` in the manifest, or in the file ``source`` (a path that ends in .safetensors).

    It comes in float32, in evaluation mode and without gradients: a predictor (x, t) -> x̂_0, or a classifier. With
    ``into`` the weights are put into that network, which must have the architecture the file names.

    Raises ``ValueError``, naming what was expected and what was found, for an unknown name, a wrong hash, a file of
    another kind, and weights of another architecture; ``FileNotFoundError`` when the file is missing.
    """
    device_found = pick_device(device)
    if str(source).endswith(".safetensors"):
        path, expected_hash, expected = Path(source), None, None
    else:
        entry = describe(str(source), folder)
        path, expected_hash, expected = folder / entry["file"], entry["sha256"], entry["architecture"]
    content = path.read_bytes()
    found_hash = hashlib.sha256(content).hexdigest()
    if expected_hash is not None and found_hash != expected_hash:
        raise ValueError(
            f"{path.name}: SHA-256 {found_hash}, expected {expected_hash}; reinstall, or: {entry['command']}"
        )
    found = read_header(content, path)["architecture"]
    if into is not None:
        expected = into.architecture
    if expected is not None and found != expected:
        raise ValueError(f"{path.name}: weights of the architecture {found}, expected {expected}")
    model = into if into is not None else build(found)
    try:
        model.load_state_dict({k: v.float() for k, v in load_tensors(content).items()})
    except RuntimeError as error:
        raise ValueError(f"{path.name}: the tensors do not fit the architecture {found}: {error}") from error
    return model.to(device_found).eval().requires_grad_(False)


def read_header(content: bytes, path: Path) -> dict[str, Any]:
    """The JSON that :func:`save_weights` put into the header; ``ValueError`` when this is another kind of file."""
    try:
        load_tensors(content)
    except SafetensorError as error:
        raise ValueError(f"{path.name}: not a safetensors file ({error})") from error
    length = int.from_bytes(content[:8], "little")
    stored = json.loads(content[8 : 8 + length]).get("__metadata__", {}).get("blogtools", "{}")
    header = json.loads(stored)
    if header.get("format") != FORMAT:
        raise ValueError(f"{path.name}: format {header.get('format')!r}, expected {FORMAT!r}")
    return header
