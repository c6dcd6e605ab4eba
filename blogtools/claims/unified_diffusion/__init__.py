"""The claims of 9271, "The unified diffusion model, applied", in the order of the post: one file a stretch."""

from blogtools.claims.unified_diffusion import (
    analytic,
    cold,
    ddpm,
    edit,
    encode,
    forgets,
    framework,
    hot,
    mask,
    revision,
    steps,
)

_PARTS = (framework, steps, hot, ddpm, analytic, cold, revision, forgets, edit, mask, encode)
ENTRIES = [entry for part in _PARTS for entry in part.ENTRIES]
