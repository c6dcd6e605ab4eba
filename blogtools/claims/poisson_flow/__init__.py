"""The claims of 9305, "From gravity to diffusion", in the order of the post: one file for each of its stretches."""

from blogtools.claims.poisson_flow import (
    batches,
    beyond,
    dimension,
    gravity,
    learning,
    lines,
    ode,
    perturbation,
    prior,
    shell,
    truth,
)

_PARTS = (gravity, lines, shell, dimension, ode, prior, learning, perturbation, batches, truth, beyond)
ENTRIES = [entry for part in _PARTS for entry in part.ENTRIES]
