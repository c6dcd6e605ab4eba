"""The claims of 9280, "The diffusion ODE, head-on", in the order of the post: one file for each of its stretches."""

from blogtools.claims.heat_ode import (
    along,
    beyond,
    clouds,
    conserved,
    downhill,
    drift,
    frequencies,
    heat,
    jacobian,
    learning,
    levels,
    matrices,
    noise,
    weighed,
)

_PARTS = (
    clouds, conserved, jacobian, along, drift, downhill, heat, frequencies, noise, levels, learning, weighed, beyond,
    matrices,
)  # fmt: skip
ENTRIES = [entry for part in _PARTS for entry in part.ENTRIES]
