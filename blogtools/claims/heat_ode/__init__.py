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
    learning,
    noise,
)

_PARTS = (clouds, conserved, along, drift, downhill, heat, frequencies, noise, learning, beyond)
ENTRIES = [entry for part in _PARTS for entry in part.ENTRIES]
