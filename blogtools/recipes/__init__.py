"""The trainings behind the weights that ship, and presets for larger ones: ``blogtools train NAME``.

A recipe fixes everything but the device: network, data, loss, budget in iterations, seed. On the CPU it runs in one
thread, so the same seed gives the same file, byte for byte, on the same machine and the same PyTorch; elsewhere the
last bits of the sums, and with them the hash, may differ. Every module of this folder with a dictionary ``RECIPES``
has added its recipes.
"""

import importlib
import pkgutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import torch

from blogtools.nets import pick_device, save_weights, train
from blogtools.nets.files import refuse_existing
from blogtools.nets.ranks import Ranks
from blogtools.recipes.definition import Recipe
from blogtools.recipes.process import process_as_json, process_of

__all__ = ["RECIPES", "Recipe", "process_as_json", "process_of", "recipe", "train_recipe"]

RECIPES: dict[str, Recipe] = {
    name: found
    for module in pkgutil.iter_modules(__path__)
    for name, found in getattr(importlib.import_module(f"{__name__}.{module.name}"), "RECIPES", {}).items()
}


def recipe(name: str) -> Recipe:
    """The recipe called ``name``; ``ValueError`` names those there are."""
    if name not in RECIPES:
        raise ValueError(f"recipe {name!r}: expected one of {', '.join(RECIPES)}")
    return RECIPES[name]


def train_recipe(
    name: str,
    *,
    device: str = "auto",
    out: str | Path | None = None,
    seed: int | None = None,
    iterations: int | None = None,
    resume: str | Path | None = None,
    data_root: str | Path | None = None,
    compiled: bool = False,
) -> Path:
    """Train ``name`` and give the path of its weights, ``NAME.safetensors`` in the folder ``out`` (``runs/NAME``).

    ``device`` "auto" is the CPU for the small recipes, whose hash it reproduces, and the GPU for the GPU presets. The
    whole state is kept in ``NAME.checkpoint.safetensors`` beside the weights; ``resume`` is a folder with one, to go on
    from. Ctrl-C ends early and still writes both. ``data_root`` is a folder with larger data, such as all of MNIST.
    ``compiled`` is for ``train``, and so is torchrun, under which the first process alone writes.

    Raises ``ValueError`` for an unknown recipe or device, a GPU preset without GPU, or a checkpoint of another run;
    ``FileExistsError`` when the weights exist already; ``OSError`` when they cannot be written.
    """
    chosen = recipe(name)
    folder = Path(resume or out or Path("runs") / name)
    if resume is not None and out is not None and Path(out) != Path(resume):
        raise ValueError(f"out={str(out)!r}, resume={str(resume)!r}: a run goes on in its own folder; leave out `out`")
    weights, checkpoint = folder / f"{name}.safetensors", folder / f"{name}.checkpoint.safetensors"
    if resume is None:
        refuse_existing(weights, "choose another folder, or remove it")
    where = _device(name, chosen, device)
    rows = chosen.rows(data_root)
    seed = chosen.seed if seed is None else seed
    with _one_thread(where), torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = chosen.begin(chosen.architecture)
        result = train(
            model,
            chosen.loss,
            rows,
            iterations=chosen.iterations if iterations is None else iterations,
            batch_size=chosen.batch_size,
            lr=chosen.lr,
            ema=chosen.ema,
            seed=seed,
            device=where,
            channels_last=where.startswith("cuda"),
            compiled=compiled,
            checkpoint=checkpoint,
            resume=resume is not None,
            label=name,
        )
    about = {"recipe": name, "seed": seed, "iterations": result.iterations, "process": process_as_json(chosen.process)}
    if Ranks(pick_device(where)).index == 0:
        save_weights(weights, result.model, about, overwrite=resume is not None)
    return weights


def _device(name: str, chosen: Recipe, asked: str) -> str:
    if asked != "auto":
        return str(pick_device(asked))
    if chosen.device == "cuda" and not torch.cuda.is_available():
        raise ValueError(f"device='auto': {name} is a preset for a GPU and none is here; device='cpu' trains for days")
    return chosen.device


@contextmanager
def _one_thread(device: str) -> Iterator[None]:
    """One thread on the CPU: the order of the sums is then fixed, and two contended cores are no slower."""
    before = torch.get_num_threads()
    if device == "cpu":
        torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
