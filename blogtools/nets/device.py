"""Where to compute."""

import torch


def pick_device(name: str = "auto") -> torch.device:
    """The device called ``name``: "cpu", "cuda", "cuda:1" …, or "auto": CUDA where there is one, else the CPU.

    Raises ``ValueError`` for an unknown name and for a device this machine does not have.
    """
    if name == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    kind, _, number = name.partition(":")
    if kind not in ("cpu", "cuda") or (number and not (kind == "cuda" and number.isdigit())):
        raise ValueError(f"device={name!r}: expected auto, cpu, cuda or cuda:N")
    found = torch.cuda.device_count() if torch.cuda.is_available() else 0
    if kind == "cuda" and int(number or 0) >= found:
        raise ValueError(f"device={name!r}: PyTorch finds {found} CUDA devices here; use cpu or auto")
    return torch.device(name)
