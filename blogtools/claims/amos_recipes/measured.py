"""Section "The assumptions, measured": what the derivation takes for granted, in small trainings on the digits.

θ* is the end of the same run ("own"), of a run from the same weights over other batches ("twin"), or of one from other
weights ("stranger").
"""

import functools
from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from blogtools.ledger import Entry, Experiment, Numeric
from blogtools.optim import runs

SECTION = "The assumptions, measured"
Measure = Callable[[int], float]


def goal_size(seed: int, kind: str, method: str = "AdamW", fold: bool = True, scale: float = 1.0) -> float:
    """‖θ*‖²/kσ² at the end of a run; ``fold``: the larger of it and its inverse."""
    size = scale * float(runs.column(runs.record(method, seed, "own"), "goal_norm", kind))
    return max(size, 1 / size) if fold else size


def bias_ratio(seed: int) -> float:
    """‖θ*‖² of the biases with recipe 2 over that with AdamW."""
    return goal_size(seed, "biases", "recipe 2", fold=False) / goal_size(seed, "biases", fold=False)


def start_angle(seed: int, method: str = "AdamW") -> float:
    """cos(θ_0, θ*) of the matrices for a run's own end."""
    return float(runs.column(runs.record(method, seed, "own"), "cos_start_goal", "matrices"))


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


def above(statement: Measure, limit: float, mutant: Measure, name: str, about: str) -> Experiment:
    """Evidence that a quantity is above a limit over five seeds."""
    return Experiment(statement=statement, against=limit, side="above", mutants={name: mutant}, about=about)


def negative(measure: Callable[..., float], **fixed: Any) -> Measure:
    """The measure with the other sign."""
    return lambda seed: -measure(seed, **fixed)


ENTRIES = [
    Entry(
        id="9344.probe",
        kind="algorithm",
        latex=r"\|\boldsymbol\varepsilon_0\|^2,\quad q_0,\quad\cos(\boldsymbol\theta_0,\boldsymbol\theta^*)",
        says="the probe measures what it says: its first numbers, worked out again from the weights",
        section=SECTION,
        evidence=(
            Numeric(
                statement=distance_by_probe,
                against=distance_by_hand,
                witnesses=(0, 1),
                rtol=1e-4,
                shares={"*.runs.*": "the same training", "*": "the same training"},
                mutants={"the end of another run": functools.partial(distance_by_probe, goal="twin")},
            ),
        ),
    ),
    Entry(
        id="9344.claim2",
        kind="experiment",
        latex=r"\|\boldsymbol\theta^*\|^2\approx k\sigma^2",
        says="matrices end near the size that they begin with: within a factor 2 in length",
        section=SECTION,
        evidence=(
            Experiment(
                statement=functools.partial(goal_size, kind="matrices"),
                against=4.0,
                side="below",
                mutants={"σ three times too small": functools.partial(goal_size, kind="matrices", scale=9.0)},
                about="AdamW, ‖θ*‖²/kσ² (or its inverse) below 4",
            ),
            Experiment(
                statement=functools.partial(goal_size, kind="matrices", method="recipe 2"),
                against=2.0,
                side="below",
                mutants={
                    "σ a third": functools.partial(goal_size, kind="matrices", method="recipe 2", scale=9.0),
                },
                about="recipe 2, below 2",
            ),
        ),
    ),
    Entry(
        id="9344.claim2.vectors",
        kind="experiment",
        latex=r"\|\boldsymbol\theta^*\|^2\approx k\cdot0.5^2\quad\text{(biases)}",
        says="biases end near ±0.5, whatever trains them",
        section=SECTION,
        corrected_by="9344.claim2.vectors.right",
        evidence=(
            Experiment(
                statement=functools.partial(goal_size, kind="biases", fold=False),
                amended=functools.partial(goal_size, kind="biases", fold=False, scale=1 / 0.04),
                against=0.25,
                side="above",
                mutants={"σ = 1": functools.partial(goal_size, kind="biases", fold=False, scale=0.25)},
                about="AdamW with one rate for all: ‖θ*‖²/kσ² for σ = 0.5 stays below ¼; for σ = 0.1 it is above",
            ),
        ),
    ),
    Entry(
        id="9344.claim2.vectors.right",
        kind="experiment",
        latex=r"\|\boldsymbol\theta^*\|^2\approx k\cdot0.2^2\ \text{(AdamW)},\quad k\cdot0.35^2\ \text{(recipe 2)}",
        says="biases end where their rate lets them: a σ that one assumes is in part the σ that one gets",
        section=SECTION,
        evidence=(
            above(
                bias_ratio,
                2.0,
                lambda seed: bias_ratio(seed) / 2,
                "half of it",
                "‖θ*‖² of the biases with recipe 2, which has σ = 0.5 in its rate, over that with AdamW",
            ),
        ),
    ),
    Entry(
        id="9344.eq14.measured",
        kind="experiment",
        latex=r"\boldsymbol\theta_0\cdot\boldsymbol\theta^*\approx0",
        says="matrices end at a right angle to where they begin",
        section=SECTION,
        corrected_by="9344.eq14.measured.right",
        evidence=(
            Experiment(
                statement=functools.partial(first_distance, goal="own"),
                amended=functools.partial(first_distance, goal="stranger"),
                against=0.9,
                side="above",
                mutants={"a fifth less": functools.partial(first_distance, goal="stranger", scale=0.8)},
                about="‖ε_0‖² over ‖θ_0‖² + ‖θ*‖²; printed: to the run's own end, right: to the end of a stranger",
            ),
        ),
    ),
    Entry(
        id="9344.eq14.measured.right",
        kind="experiment",
        latex=r"\cos(\boldsymbol\theta_0,\boldsymbol\theta^*)>\tfrac12",
        says="a net learns near its first weights: cos(θ_0, θ*) is about 0.6 (AdamW) and 0.8 (recipe 2)",
        section=SECTION,
        evidence=tuple(
            Experiment(
                statement=functools.partial(start_angle, method=method),
                against=limit,
                side="above",
                mutants={"half of it": lambda seed, method=method: start_angle(seed, method) / 2},
                about=method,
            )
            for method, limit in (("AdamW", 0.5), ("recipe 2", 0.7))
        ),
    ),
    Entry(
        id="9344.eq7.measured",
        kind="experiment",
        latex=r"q_t=\frac{\boldsymbol\theta_t\cdot\boldsymbol\varepsilon_t}{\|\boldsymbol\varepsilon_t\|^2}>0",
        says="θ·ε is positive in training, so that a decay can cancel",
        section=SECTION,
        corrected_by="9344.eq7.measured.right",
        evidence=tuple(
            Experiment(
                statement=functools.partial(q_after, kind=kind, goal=goal),
                amended=negative(q_after, kind=kind, goal=goal),
                against=0.0,
                side="above",
                mutants={"q of a stranger's end": negative(q_after, kind="matrices", goal="stranger")},
                about=f"AdamW after 100 steps, {kind}, towards the {goal}'s end",
            )
            for kind, goal in (("matrices", "own"), ("matrices", "twin"), ("biases", "own"), ("gains", "own"))
        ),
    ),
    Entry(
        id="9344.eq7.measured.right",
        kind="experiment",
        latex=r"q_t<0\ \text{(own end, twin)},\qquad q_t\approx\tfrac12\ \text{(stranger)}",
        says="weights grow towards their goal, so q < 0 and eq5 has no solution; only a stranger's end gives q near ½",
        section=SECTION,
        evidence=(
            Experiment(
                statement=functools.partial(q_after, kind="matrices", goal="own", method="recipe 2"),
                against=0.0,
                side="below",
                mutants={
                    "a stranger's end": functools.partial(q_after, kind="matrices", goal="stranger", method="recipe 2")
                },
                about="recipe 2, its own end: below 0 too",
            ),
            Experiment(
                statement=lambda seed: abs(q_after(seed, "matrices", "stranger", method="recipe 2") - 0.5),
                against=0.1,
                side="below",
                mutants={"from 1": lambda seed: abs(q_after(seed, "matrices", "stranger", method="recipe 2") - 1)},
                about="recipe 2, a stranger's end: within 0.1 of the ½ of slip3.right",
            ),
        ),
    ),
    Entry(
        id="9344.eq10.measured",
        kind="experiment",
        latex=r"\cos(\boldsymbol u_t,\boldsymbol\varepsilon_t)\sim p>0",
        says="updates point to the goal on average: holds in the first third of training, for an end near by",
        section=SECTION,
        evidence=(
            above(
                functools.partial(mean_cosine, goal="twin", part="early"),
                0.3,
                functools.partial(mean_cosine, goal="stranger", part="early"),
                "a stranger's end",
                "AdamW, mean cosine with the way to a twin's end, first third",
            ),
            above(
                functools.partial(mean_cosine, goal="twin", part="early", method="recipe 2"),
                0.3,
                functools.partial(mean_cosine, goal="twin", part="early", method="recipe 2", sign=-1.0),
                "turned round",
                "recipe 2",
            ),
        ),
    ),
    Entry(
        id="9344.eq10.constant",
        kind="experiment",
        latex=r"p=\text{const}",
        says="the p of recipe 1: the last third of training has at least half the cosine of the first",
        section=SECTION,
        corrected_by="9344.eq10.constant.right",
        evidence=(
            Experiment(
                statement=lambda seed: mean_cosine(seed, "twin", "late") - mean_cosine(seed, "twin", "early") / 2,
                amended=lambda seed: mean_cosine(seed, "twin", "early") / 2 - mean_cosine(seed, "twin", "late"),
                against=0.0,
                side="above",
                mutants={"nothing is left": lambda seed: -mean_cosine(seed, "twin", "late") - 0.05},
                about="AdamW, matrices, a twin's end",
            ),
        ),
    ),
    Entry(
        id="9344.eq10.constant.right",
        kind="experiment",
        latex=r"p_t:\ 0.2\to0.6\to0",
        says="p rises in the first steps and falls to nothing, and it depends on the batch",
        section=SECTION,
        evidence=(
            Experiment(
                statement=functools.partial(mean_cosine, goal="twin", part="late"),
                against=0.15,
                side="below",
                mutants={"the first third": functools.partial(mean_cosine, goal="twin", part="early")},
                about="AdamW, matrices, last third",
            ),
            Experiment(
                statement=batch_gain,
                against=0.0,
                side="above",
                mutants={"the other way round": lambda seed: -batch_gain(seed)},
                about="mean cosine of the first third with batches of 64 minus that with batches of 8",
            ),
        ),
    ),
    Entry(
        id="9344.eq10.self",
        kind="experiment",
        latex=r"\cos(\boldsymbol u_t,\boldsymbol\theta_t-\boldsymbol\theta_T)",
        says="with the run's own end as θ* the late cosine is self-reference: every walk ends where it ends",
        section=SECTION,
        evidence=(
            above(
                functools.partial(own_minus_twin, part="late"),
                0.2,
                functools.partial(own_minus_twin, part="early"),
                "the first third",
                "AdamW, last third: cosine with its own end minus that with a twin's",
            ),
        ),
    ),
    Entry(
        id="9344.claim6",
        kind="experiment",
        latex=r"p_t=p_0e^{-S_t}\propto\|\boldsymbol\varepsilon_t\|",
        says="a p that falls with the distance fits better than a constant one: holds for matrices under AdamW",
        section="Convergence that slows down",
        evidence=(
            Experiment(
                statement=functools.partial(misfit, kind="matrices"),
                against=-0.2,
                side="below",
                mutants={"inversely": functools.partial(misfit, kind="matrices", power=-1)},
                about="AdamW, logarithm of its squared misfit over a constant's",
            ),
        ),
    ),
    Entry(
        id="9344.claim6.vectors",
        kind="experiment",
        latex=r"p_t\propto\|\boldsymbol\varepsilon_t\|\quad\text{(biases, gains)}",
        says="the same for biases and gains",
        section=SECTION,
        corrected_by="9344.claim6.vectors.right",
        evidence=tuple(
            Experiment(
                statement=functools.partial(misfit, kind=kind),
                amended=functools.partial(misfit, kind="matrices"),
                against=0.0,
                side="below",
                mutants={"inversely": functools.partial(misfit, kind="matrices", power=-1)},
                about=f"{kind}; right: matrices",
            )
            for kind in ("biases", "gains")
        ),
    ),
    Entry(
        id="9344.claim6.vectors.right",
        kind="experiment",
        latex=r"p_t\approx\text{const}\quad\text{(biases, gains)}",
        says="for biases and gains the constant p of recipe 1 fits better",
        section=SECTION,
        evidence=tuple(
            above(
                functools.partial(misfit, kind=kind),
                0.0,
                functools.partial(misfit, kind="matrices"),
                "for matrices",
                f"AdamW, {kind}: logarithm of the misfit of p ∝ ‖ε‖ over that of a constant",
            )
            for kind in ("biases", "gains")
        ),
    ),
    Entry(
        id="9344.rms",
        kind="experiment",
        latex=r"\|\boldsymbol u_t\|\approx\sqrt k",
        says="Adam's update keeps the size √k, so that no norm need be measured",
        section=SECTION,
        corrected_by="9344.rms.right",
        evidence=(
            Experiment(
                statement=functools.partial(last_rms, method="AdamW"),
                amended=functools.partial(last_rms, method="Lion, recipe 2"),
                against=0.5,
                side="above",
                seeds=(0, 1, 2),
                mutants={"AdamW, recipe 2": functools.partial(last_rms, method="recipe 2")},
                about="RMS(u) at the end; printed: AdamW, right: Lion",
            ),
        ),
    ),
    Entry(
        id="9344.rms.right",
        kind="experiment",
        latex=r"\mathrm{RMS}(\boldsymbol u_t):\ 1\to0.16\ \text{(Adam)},\quad1\ \text{(Lion)}",
        says="Lion's update is a sign and keeps the size; Adam's falls to a sixth, and with it the rate that one set",
        section=SECTION,
        evidence=(
            Experiment(
                statement=functools.partial(last_rms, method="AdamW"),
                against=0.3,
                side="below",
                mutants={"Lion": functools.partial(last_rms, method="Lion, recipe 2")},
                seeds=(0, 1, 2),
                about="AdamW at the last step",
            ),
        ),
    ),
    Entry(
        id="9344.claim3",
        kind="experiment",
        latex=r"\alpha_0\approx10^{-3},\quad10^{-2}\ \text{for easy tasks}",
        says="the digits are easy: 10⁻² learns more in 240 steps than 10⁻³; yet 10⁻¹ learns more still",
        section="Separating the scale",
        evidence=tuple(
            Experiment(
                statement=functools.partial(loss_gap, better=better, worse=worse),
                against=0.0,
                side="below",
                seeds=(0, 1, 2),
                mutants={"the other way round": functools.partial(loss_gap, better=worse, worse=better)},
                about=f"recipe 2 over AdamW: loss on digits not seen, α_0 = {better:g} minus α_0 = {worse:g}",
            )
            for better, worse in ((0.01, 0.001), (0.1, 0.01))
        ),
    ),
]
