"""The claims of 9344, "Training recipes derived from the idea of Amos", in the order of the post."""

from blogtools.claims.amos_recipes import buys, closed, feasible, measured, scale, setting, shrinking, slowing

_PARTS = (setting, feasible, shrinking, scale, closed, slowing, measured, buys)
ENTRIES = [entry for part in _PARTS for entry in part.ENTRIES]
