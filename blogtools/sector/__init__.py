"""Post 9324: n random points of a disc in one sector of angle θ; x = 1 − θ/2π is the arc left over, in turns.

Disc, circle, stick (claim1): ``geometry``. Some of the pieces, one longer than x (eq1-eq10), in fractions: ``exact``.
Up to half a turn and beyond (eq10-eq13), in floating point: ``law``. Throwing ducks: ``simulate``. The longest piece
(claim4): ``longest``. More dimensions (claim3), arcs that cover the circle, many points: ``relatives``.

>>> exact_probability(4, Fraction(1, 2))                            # claim2: Fraction(1, 2)
>>> probability(1000, 6.2)                                          # eq10, 13 digits
>>> quantile(10**6, 0.5)                                            # the median of the longest of a million arcs
"""

from blogtools.sector.exact import exact_exceedance, exact_probability
from blogtools.sector.geometry import arcs, points_in_disc, smallest_sector
from blogtools.sector.law import complement, log_complement, longest_exceeds, probability, textbook
from blogtools.sector.longest import density, expected_longest, quantile
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
