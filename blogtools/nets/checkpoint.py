"""The whole state of a training in one safetensors file: tensors as tensors, all else as JSON in its header."""

import json
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor, nn

from blogtools.nets.files import write_whole

FORMAT = "blogtools checkpoint 1"


def random_state(generator: torch.Generator) -> dict[str, Tensor]:
    """The state of ``generator`` and of torch's own generators (dropout draws from those)."""
    state = {"random.batches": generator.get_state(), "random.cpu": torch.get_rng_state()}
    if generator.device.type == "cuda":
        state["random.cuda"] = torch.cuda.get_rng_state(generator.device)
    return state


def restore_random_state(state: dict[str, Tensor], generator: torch.Generator) -> None:
    """Undo everything drawn since :func:`random_state`."""
    generator.set_state(state["random.batches"])
    torch.set_rng_state(state["random.cpu"])
    if "random.cuda" in state:
        torch.cuda.set_rng_state(state["random.cuda"], generator.device)


def write_checkpoint(
    path: Path,
    model: nn.Module,
    ema: dict[str, Tensor],
    optimizer: torch.optim.Optimizer,
    random: dict[str, Tensor],
    losses: Tensor,
    iteration: int,
    settings: dict[str, Any],
) -> None:
    """Write all of it in one step; what was at ``path`` stays until the new file is whole."""
    tensors = {f"model.{k}": v for k, v in model.state_dict().items()} | {f"ema.{k}": v for k, v in ema.items()}
    tensors |= random | {"losses": losses[:iteration]}
    state = optimizer.state_dict()
    numbers: dict[str, dict[str, Any]] = {}
    for index, slots in state["state"].items():
        for name, value in slots.items():
            if isinstance(value, Tensor):
                tensors[f"optimizer.{index}.{name}"] = value
            else:
                numbers.setdefault(str(index), {})[name] = value
    header = {
        "format": FORMAT,
        "iteration": iteration,
        "settings": settings,
        "optimizer_groups": state["param_groups"],
        "optimizer_numbers": numbers,
    }
    contiguous = {k: v.detach().cpu().contiguous().clone() for k, v in tensors.items()}
    write_whole(path, save(contiguous, metadata={"blogtools": json.dumps(header)}))


def read_checkpoint(path: Path) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """Tensors and header of a checkpoint; ``ValueError`` when the file is not one."""
    if not path.is_file():
        raise ValueError(f"resume: there is no checkpoint at {path}")
    try:
        with safe_open(path, framework="pt") as file:
            header = json.loads((file.metadata() or {}).get("blogtools", "{}"))
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except SafetensorError as error:
        raise ValueError(f"{path}: not a safetensors file ({error})") from error
    if header.get("format") != FORMAT:
        raise ValueError(f"{path}: format {header.get('format')!r}, expected {FORMAT!r}")
    return tensors, header


def restore(
    tensors: dict[str, Tensor],
    header: dict[str, Any],
    model: nn.Module,
    optimizer: torch.optim.Optimizer,
    generator: torch.Generator,
) -> dict[str, Tensor]:
    """Put a checkpoint back into the model, the optimiser and the generators; gives the EMA weights."""
    model.load_state_dict(_under("model.", tensors))
    slots: dict[int, dict[str, Any]] = {int(i): dict(numbers) for i, numbers in header["optimizer_numbers"].items()}
    for name, value in _under("optimizer.", tensors).items():
        index, _, slot = name.partition(".")
        slots.setdefault(int(index), {})[slot] = value
    optimizer.load_state_dict({"state": slots, "param_groups": header["optimizer_groups"]})
    restore_random_state({k: v for k, v in tensors.items() if k.startswith("random.")}, generator)
    device = next(model.parameters()).device
    return {k: v.to(device) for k, v in _under("ema.", tensors).items()}


def _under(prefix: str, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    return {k.removeprefix(prefix): v for k, v in tensors.items() if k.startswith(prefix)}
