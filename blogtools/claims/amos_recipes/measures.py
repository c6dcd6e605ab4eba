"""What the small trainings on the digits show of the derivation's assumptions, as one number for each seed.

θ* is the end of the same run ("own"), of a run from the same weights over other batches ("twin"), or of one from other
weights ("stranger").
"""

import numpy as np
import torch

from blogtools.optim import runs


def goal_size(seed: int, kind: str, method: str = "AdamW", fold: bool = True, scale: float = 1.0) -> float:
    """‖θ*‖²/kσ² at the end of a run; ``fold``: the larger of it and its inverse."""
    size = scale * float(runs.column(runs.record(method, seed, "own"), "goal_norm", kind))
    return max(size, 1 / size) if fold else size


def bias_ratio(seed: int) -> float:
    """‖θ*‖² of the biases with recipe 2 over that with AdamW."""
    return goal_size(seed, "biases", "recipe 2", fold=False) / goal_size(seed, "biases", fold=False)


def start_angle(seed: int, method: str = "AdamW", share: float = 1.0) -> float:
    """cos(θ_0, θ*) of the matrices for a run's own end."""
    return share * float(runs.column(runs.record(method, seed, "own"), "cos_start_goal", "matrices"))


def first_distance(seed: int, goal: str, method: str = "AdamW", scale: float = 1.0) -> float:
    """‖ε_0‖² of the matrices over ‖θ_0‖² + ‖θ*‖²: 1 where the two are at right angles."""
    found = runs.record(method, seed, goal)
    both = float(runs.column(found, "goal_norm", "matrices")) + start_norm(seed)
    return scale * float(runs.column(found, "distance", "matrices")[0]) / both


def start_norm(seed: int) -> float:
    """‖θ_0‖²/kσ² of the matrices, from the first weights themselves."""
    weights = [m.weight.detach() for m in runs.network(seed) if isinstance(m, torch.nn.Linear)]
    return sum(float(w.square().sum()) for w in weights) / sum(len(w.flatten()) * float(w.var()) for w in weights)


def q_after(seed: int, kind: str, goal: str, step: int = 100, method: str = "AdamW") -> float:
    """The q after so many steps."""
    return float(runs.column(runs.record(method, seed, goal), "q", kind)[step // runs.EVERY])


def mean_cosine(
    seed: int, goal: str, part: str, kind: str = "matrices", method: str = "AdamW", batch: int = 64, sign: float = 1.0
) -> float:
    """Mean of cos(u_t, ε_t) over the first or the last third of a run, or all of it."""
    cosine = runs.column(runs.record(method, seed, goal, batch), "cosine", kind)
    third = len(cosine) // 3
    return sign * float({"early": cosine[:third], "late": cosine[-third:], "all": cosine}[part].mean())


def batch_gain(seed: int) -> float:
    """What larger batches add to the early cosine."""
    return mean_cosine(seed, "twin", "early") - mean_cosine(seed, "twin", "early", batch=8)


def own_minus_twin(seed: int, part: str) -> float:
    """What a run's own end adds to the cosine."""
    return mean_cosine(seed, "own", part) - mean_cosine(seed, "twin", part)


def above_a_walk(seed: int, goal: str = "own") -> float:
    """Late cosine minus that of a walk without aim, with the same lengths of steps, towards its own end."""
    walk = runs.column(runs.record("AdamW", seed, "own"), "null", "matrices")
    return mean_cosine(seed, goal, "late") - float(walk[-(len(walk) // 3) :].mean())


def misfit(seed: int, kind: str, method: str = "AdamW", power: int = 1) -> float:
    """Logarithm of the squared misfit of p_t = c‖ε_t‖ over that of a constant p, towards the twin's end.

    Below 0 it fits better.
    """
    found = runs.record(method, seed, "twin")
    cosine = runs.column(found, "cosine", kind)
    length = np.sqrt(runs.column(found, "distance", kind)) ** power
    rest = cosine - (cosine @ length) / (length @ length) * length
    return float(np.log(np.mean(rest**2) / np.var(cosine)))


def last_rms(seed: int, method: str) -> float:
    """RMS(u) of the matrices at the last recorded step."""
    return float(runs.column(runs.record(method, seed, "own"), "rms_u", "matrices")[-1])


def final_loss(seed: int, alpha0: float) -> float:
    """Loss on digits not seen, after recipe 2 over AdamW with this α_0."""
    return runs.run("recipe 2", seed, seed, 64, alpha0).loss


def loss_gap(seed: int, better: float, worse: float) -> float:
    """Difference of two such losses."""
    return final_loss(seed, better) - final_loss(seed, worse)


def distance_by_hand(seed: int) -> list[float]:
    """The first recorded quantities of the matrices once more: ‖ε_0‖², θ_0·ε_0/‖ε_0‖², cos(θ_0, θ*), from weights."""
    start = [m.weight.detach().double().flatten() for m in runs.network(seed) if isinstance(m, torch.nn.Linear)]
    end = [p.double().flatten() for p in runs.run("AdamW", seed, seed).end if p.dim() == 2]
    theta, goal = torch.cat(start), torch.cat(end)
    eps = theta - goal
    unit = sum(len(w) * float(w.var(correction=0)) for w in start)
    return [
        float(eps @ eps) / unit,
        float(theta @ eps / (eps @ eps)),
        float(theta @ goal / theta.norm() / goal.norm()),
    ]


def distance_by_probe(seed: int, goal: str = "own") -> list[float]:
    """The same three from the probe."""
    found = runs.record("AdamW", seed, goal)
    return [
        float(runs.column(found, "distance", "matrices")[0]),
        float(runs.column(found, "q", "matrices")[0]),
        float(runs.column(found, "cos_start_goal", "matrices")),
    ]
