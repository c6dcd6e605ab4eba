"""The claims of 9324, "n random points of a disc in one sector", in its order: one file for each stretch of it."""

from blogtools.claims.sector_probability import (
    arithmetic,
    balls,
    ducks,
    halfturn,
    joint,
    kin,
    longest,
    marginals,
    thresholds,
    throwing,
    union,
    views,
)

_PARTS = (ducks, views, joint, marginals, thresholds, union, halfturn, arithmetic, throwing, longest, balls, kin)
ENTRIES = [entry for part in _PARTS for entry in part.ENTRIES]
