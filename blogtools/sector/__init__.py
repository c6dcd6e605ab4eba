"""Post 9324: n random points of a disc in one sector of angle θ; x = 1 − θ/2π is the arc left over, in turns.

>>> probability(4, math.pi)                                         # claim2: 0.5
>>> exact_probability(4, Fraction(2, 3))                            # eq10 in fractions
>>> quantile(10**6, 0.5)                                            # the median of the longest of a million arcs
"""

from blogtools.sector.exact import exact_exceedance, exact_probability
from blogtools.sector.geometry import arcs, points_in_disc, smallest_sector
from blogtools.sector.law import (
    complement,
    density,
    expected_longest,
    log_complement,
    longest_exceeds,
    probability,
    quantile,
    textbook,
)
from blogtools.sector.relatives import covering, gumbel, half_ball
from blogtools.sector.simulate import ROUTES, Estimate, running, simulate

__all__ = [
    "ROUTES",
    "Estimate",
    "arcs",
    "complement",
    "covering",
    "density",
    "exact_exceedance",
    "exact_probability",
    "expected_longest",
    "gumbel",
    "half_ball",
    "log_complement",
    "longest_exceeds",
    "points_in_disc",
    "probability",
    "quantile",
    "running",
    "simulate",
    "smallest_sector",
    "textbook",
]
