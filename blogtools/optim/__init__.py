"""9344, recipes derived from the idea of Amos: derivation, schedules, optimisers, a probe of what is assumed.

Post: https://kexue.fm/archives/9344; paper: arXiv 2210.11693. θ* is the goal, ε_t = θ_t − θ*.
"""

from torch.optim import Adafactor as AdaFactor

from blogtools.optim.amos import Amos
from blogtools.optim.base import slot_bytes
from blogtools.optim.derivation import cancelling_decay, distance, distance_second_order, rates, remaining_distance
from blogtools.optim.others import LAMB, Lion
from blogtools.optim.probe import AssumptionProbe, ProbeRecord
from blogtools.optim.recipe import RecipeSchedule, recipe
from blogtools.optim.results import step_results, stored_assumption, training_results
from blogtools.optim.scales import Scale, scales_for
from blogtools.optim.schedules import closed_form, exact_recursion, half_life_rate, inverse_square, inverse_time

__all__ = [
    "LAMB",
    "AdaFactor",
    "Amos",
    "AssumptionProbe",
    "Lion",
    "ProbeRecord",
    "RecipeSchedule",
    "Scale",
    "cancelling_decay",
    "closed_form",
    "distance",
    "distance_second_order",
    "exact_recursion",
    "half_life_rate",
    "inverse_square",
    "inverse_time",
    "rates",
    "recipe",
    "remaining_distance",
    "scales_for",
    "slot_bytes",
    "step_results",
    "stored_assumption",
    "training_results",
]
