"""The claims of 9271, "The unified diffusion model, applied", in the order of the post: one file a stretch."""

from blogtools.claims.unified_diffusion import (
    analytic,
    bounds,
    codes,
    cold,
    ddpm,
    edit,
    encode,
    ends,
    forgets,
    framework,
    gibbs,
    guessed,
    hot,
    mask,
    revision,
    steps,
    undone,
)

_PARTS = (
    framework, steps, hot, ddpm, guessed, ends, analytic, cold, revision, forgets, edit, undone, mask, gibbs, bounds,
    encode, codes,
)  # fmt: skip
ENTRIES = [entry for part in _PARTS for entry in part.ENTRIES]
