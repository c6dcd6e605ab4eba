"""Post 9291 in its order: one square, the cross, brute force, the centre first, adding up, and beyond.

>>> count(), count(method="enumerate"), count(method="contraction")        # 27216, three times
>>> count(Shape.board(6, 6), rule="adjacent")                              # 84 edges, exactly
>>> sample(CROSS, 3, "line", 10, np.random.default_rng(0))                 # ten colourings, each as likely as any
"""

from blogtools.cross.cnf import cnf, dimacs
from blogtools.cross.costs import measured_costs
from blogtools.cross.count import count
from blogtools.cross.formula import Axis, Case, Choice, arm_ways, centre_cases, closed_form, interpolated_form
from blogtools.cross.misreadings import Misreading, misreadings
from blogtools.cross.sample import colourings, completions, sample
from blogtools.cross.shape import CROSS, Shape, dominance, dominating, valid
from blogtools.cross.symmetry import count_up_to_symmetry, symmetries

__all__ = [
    "CROSS",
    "Axis",
    "Case",
    "Choice",
    "Misreading",
    "Shape",
    "arm_ways",
    "centre_cases",
    "closed_form",
    "cnf",
    "colourings",
    "completions",
    "count",
    "count_up_to_symmetry",
    "dimacs",
    "dominance",
    "dominating",
    "interpolated_form",
    "measured_costs",
    "misreadings",
    "sample",
    "symmetries",
    "valid",
]
