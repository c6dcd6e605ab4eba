"""The claims of 9305, "From gravity to diffusion", in the order of the post: one file for each of its stretches."""

from blogtools.claims.poisson_flow import beyond, dimension, gravity, learning, lines, ode, truth

ENTRIES = [entry for part in (gravity, lines, dimension, ode, learning, truth, beyond) for entry in part.ENTRIES]
