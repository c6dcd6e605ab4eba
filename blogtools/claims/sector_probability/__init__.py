"""The claims of 9324, "n random points of a disc in one sector", in its order: one file for each stretch of it."""

from blogtools.claims.sector_probability import ducks, halfturn, joint, marginals, union, views

_PARTS = (ducks, views, joint, marginals, union, halfturn)
ENTRIES = [entry for part in _PARTS for entry in part.ENTRIES]
