"""The claims of 9305, "From gravity to diffusion", in the order of the post: one file for each of its stretches."""

from blogtools.claims.poisson_flow import dimension, gravity, lines, ode

ENTRIES = [*gravity.ENTRIES, *lines.ENTRIES, *dimension.ENTRIES, *ode.ENTRIES]
