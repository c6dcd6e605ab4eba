"""The claims of 9291, "A try at the cross counting problem", in the order of the notebook."""

from blogtools.claims.cross_counting import adding, answers, beyond, centre, chance, picture, routes, square, symmetry

_PARTS = (square, picture, centre, adding, routes, answers, beyond, symmetry, chance)
ENTRIES = [entry for part in _PARTS for entry in part.ENTRIES]
