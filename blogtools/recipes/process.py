"""Processes in numbers and words, as recipes and manifests describe them."""

import math
from typing import Any

from blogtools.diffusion import Cold, Cosine, Edit, Linear, Mask, Poisson, Process, blur

POISSON = {"D": 1.0, "sigma_max": 40.0, "sigma_min": 0.05}
HEAT = {**POISSON, "D": math.inf}
COSINE = {"schedule": "cosine"}
BLUR = {"blur": 8, "sigma": 0.1}
MASKED = {"mask": 3}
"""The id that hides a character in ``blogtools.data``."""
EDIT = {"edit": 4092, "first": 4}
"""All characters of the vocabulary, whose ids begin at 4."""


def process_of(described: dict[str, Any]) -> Process:
    """The process that a recipe, or a manifest's entry, describes in numbers and words.

    {"D", "sigma_max", "sigma_min"} is ``Poisson(D)`` between these levels, {"schedule": "cosine"} is
    ``Linear(Cosine())``, {"blur": side, "sigma"} is ``Cold(blur(side), sigma)``, {"mask": id} is ``Mask(id)``,
    {"edit": size, "first"} is ``Edit(size, first=first)``; else ``ValueError``.
    """
    if "D" in described:
        return Poisson(float(described["D"]))
    if "blur" in described:
        return Cold(blur(described["blur"]), described["sigma"])
    if "mask" in described:
        return Mask(described["mask"])
    if "edit" in described:
        return Edit(described["edit"], first=described["first"])
    if described != COSINE:
        raise ValueError(f"process={described}: expected the keys D, blur and sigma, mask, edit and first, or {COSINE}")
    return Linear(Cosine())


def process_as_json(process: dict[str, Any] | None) -> dict[str, Any] | None:
    """JSON knows no infinity: D = ∞ is written "inf"."""
    return None if process is None else {k: "inf" if v == math.inf else v for k, v in process.items()}
