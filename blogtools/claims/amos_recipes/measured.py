"""Section "The assumptions, measured": what the derivation takes for granted, in small trainings on the digits."""

from collections.abc import Callable
from functools import partial
from typing import Any, Literal

from blogtools.claims.amos_recipes.measures import (
    above_a_walk,
    batch_gain,
    bias_ratio,
    distance_by_hand,
    distance_by_probe,
    first_distance,
    goal_size,
    last_rms,
    loss_gap,
    mean_cosine,
    misfit,
    own_minus_twin,
    q_after,
    start_angle,
)
from blogtools.ledger import Entry, Experiment, Numeric
from blogtools.ledger.evidence import Evidence

SECTION = "The assumptions, measured"
Measure = Callable[[int], float]


def experiment(
    side: Literal["above", "below"],
    limit: float,
    about: str,
    statement: Measure,
    mutants: dict[str, Measure],
    **rest: Any,
) -> Experiment:
    """Evidence that a quantity is on one side of a limit, over five seeds if nothing else is said."""
    return Experiment(statement=statement, against=limit, side=side, mutants=mutants, about=about, **rest)


def entry(id: str, latex: str, says: str, *evidence: Evidence, section: str = SECTION, corrected_by: str = "") -> Entry:
    """An entry of this section."""
    return Entry(
        id=id, kind="experiment", latex=latex, says=says, section=section, evidence=evidence, corrected_by=corrected_by
    )


def negative(measure: Callable[..., float], **fixed: Any) -> Measure:
    """The measure with the other sign."""
    return lambda seed: -measure(seed, **fixed)


early, late = partial(mean_cosine, goal="twin", part="early"), partial(mean_cosine, goal="twin", part="late")
stranger_q = partial(q_after, kind="matrices", goal="stranger", method="recipe 2")
THREE = (0, 1, 2)

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
                mutants={"the end of another run": partial(distance_by_probe, goal="twin")},
            ),
        ),
    ),
    entry(
        "9344.claim2",
        r"\|\boldsymbol\theta^*\|^2\approx k\sigma^2",
        "matrices end near the size that they begin with: within a factor 2 in length",
        experiment(
            "below",
            4.0,
            "AdamW, ‖θ*‖²/kσ² (or its inverse) below 4",
            partial(goal_size, kind="matrices"),
            {"σ three times too small": partial(goal_size, kind="matrices", scale=9.0)},
        ),
        experiment(
            "below",
            2.0,
            "recipe 2, below 2",
            partial(goal_size, kind="matrices", method="recipe 2"),
            {"σ a third": partial(goal_size, kind="matrices", method="recipe 2", scale=9.0)},
        ),
    ),
    entry(
        "9344.claim2.vectors",
        r"\|\boldsymbol\theta^*\|^2\approx k\cdot0.5^2\quad\text{(biases)}",
        "biases end near ±0.5, whatever trains them",
        experiment(
            "above",
            0.25,
            "AdamW with one rate for all: ‖θ*‖²/kσ² for σ = 0.5 stays below ¼; for σ = 0.1 it is above",
            partial(goal_size, kind="biases", fold=False),
            {"σ = 1": partial(goal_size, kind="biases", fold=False, scale=0.25)},
            amended=partial(goal_size, kind="biases", fold=False, scale=1 / 0.04),
        ),
        corrected_by="9344.claim2.vectors.right",
    ),
    entry(
        "9344.claim2.vectors.right",
        r"\|\boldsymbol\theta^*\|^2\approx k\cdot0.2^2\ \text{(AdamW)},\quad k\cdot0.35^2\ \text{(recipe 2)}",
        "biases end where their rate lets them: a σ that one assumes is in part the σ that one gets",
        experiment(
            "above",
            2.0,
            "‖θ*‖² of the biases with recipe 2, which has σ = 0.5 in its rate, over that with AdamW",
            bias_ratio,
            {"half of it": lambda seed: bias_ratio(seed) / 2},
        ),
    ),
    entry(
        "9344.eq14.measured",
        r"\boldsymbol\theta_0\cdot\boldsymbol\theta^*\approx0",
        "matrices end at a right angle to where they begin",
        experiment(
            "above",
            0.9,
            "‖ε_0‖² over ‖θ_0‖² + ‖θ*‖²; printed: to the run's own end, right: to the end of a stranger",
            partial(first_distance, goal="own"),
            {"a fifth less": partial(first_distance, goal="stranger", scale=0.8)},
            amended=partial(first_distance, goal="stranger"),
        ),
        corrected_by="9344.eq14.measured.right",
    ),
    entry(
        "9344.eq14.measured.right",
        r"\cos(\boldsymbol\theta_0,\boldsymbol\theta^*)>\tfrac12",
        "a net learns near its first weights: cos(θ_0, θ*) is about 0.6 (AdamW) and 0.8 (recipe 2)",
        *(
            experiment(
                "above",
                limit,
                method,
                partial(start_angle, method=method),
                {"half of it": partial(start_angle, method=method, share=0.5)},
            )
            for method, limit in (("AdamW", 0.5), ("recipe 2", 0.7))
        ),
    ),
    entry(
        "9344.eq7.measured",
        r"q_t=\frac{\boldsymbol\theta_t\cdot\boldsymbol\varepsilon_t}{\|\boldsymbol\varepsilon_t\|^2}>0",
        "θ·ε is positive in training, so that a decay can cancel",
        *(
            experiment(
                "above",
                0.0,
                f"AdamW after 100 steps, {kind}, towards the {goal}'s end",
                partial(q_after, kind=kind, goal=goal),
                {"q of a stranger's end": negative(q_after, kind="matrices", goal="stranger")},
                amended=negative(q_after, kind=kind, goal=goal),
            )
            for kind, goal in (("matrices", "own"), ("matrices", "twin"), ("biases", "own"), ("gains", "own"))
        ),
        corrected_by="9344.eq7.measured.right",
    ),
    entry(
        "9344.eq7.measured.right",
        r"q_t<0\ \text{(own end, twin)},\qquad q_t\approx\tfrac12\ \text{(stranger)}",
        "weights grow towards their goal, so q < 0 and eq5 has no solution; only a stranger's end gives q near ½",
        experiment(
            "below",
            0.0,
            "recipe 2, its own end: below 0 too",
            partial(q_after, kind="matrices", goal="own", method="recipe 2"),
            {"a stranger's end": stranger_q},
        ),
        experiment(
            "below",
            0.1,
            "recipe 2, a stranger's end: within 0.1 of the ½ of slip3.right",
            lambda seed: abs(stranger_q(seed) - 0.5),
            {"from 1": lambda seed: abs(stranger_q(seed) - 1)},
        ),
    ),
    entry(
        "9344.eq10.measured",
        r"\cos(\boldsymbol u_t,\boldsymbol\varepsilon_t)\sim p>0",
        "updates point to the goal on average: holds in the first third of training, for an end near by",
        experiment(
            "above",
            0.3,
            "AdamW, mean cosine with the way to a twin's end, first third",
            early,
            {"a stranger's end": partial(mean_cosine, goal="stranger", part="early")},
        ),
        experiment(
            "above",
            0.3,
            "recipe 2",
            partial(early, method="recipe 2"),
            {"turned round": partial(early, method="recipe 2", sign=-1.0)},
        ),
    ),
    entry(
        "9344.eq10.constant",
        r"p=\text{const}",
        "the p of recipe 1: the last third of training has at least half the cosine of the first",
        experiment(
            "above",
            0.0,
            "AdamW, matrices, a twin's end",
            lambda seed: late(seed) - early(seed) / 2,
            {"nothing is left": lambda seed: -late(seed) - 0.05},
            amended=lambda seed: early(seed) / 2 - late(seed),
        ),
        corrected_by="9344.eq10.constant.right",
    ),
    entry(
        "9344.eq10.constant.right",
        r"p_t:\ 0.2\to0.6\to0",
        "p rises in the first steps and falls to nothing, and it depends on the batch",
        experiment("below", 0.15, "AdamW, matrices, last third", late, {"the first third": early}),
        experiment(
            "above",
            0.0,
            "mean cosine of the first third with batches of 64 minus that with batches of 8",
            batch_gain,
            {"the other way round": negative(batch_gain)},
        ),
    ),
    entry(
        "9344.eq10.self",
        r"\cos(\boldsymbol u_t,\boldsymbol\theta_t-\boldsymbol\theta_T)",
        "with the run's own end as θ* the late cosine is in part self-reference: every walk ends where it ends",
        experiment(
            "above",
            0.2,
            "AdamW, last third: cosine with its own end minus that with a twin's",
            partial(own_minus_twin, part="late"),
            {"the first third": partial(own_minus_twin, part="early")},
        ),
        experiment(
            "above",
            0.1,
            "and more than a walk without aim has, whose steps do not take after each other",
            above_a_walk,
            {"a twin's end": partial(above_a_walk, goal="twin")},
        ),
    ),
    entry(
        "9344.claim6",
        r"p_t=p_0e^{-S_t}\propto\|\boldsymbol\varepsilon_t\|",
        "a p that falls with the distance fits better than a constant one: holds for matrices under AdamW",
        experiment(
            "below",
            -0.2,
            "AdamW, logarithm of its squared misfit over a constant's",
            partial(misfit, kind="matrices"),
            {"inversely": partial(misfit, kind="matrices", power=-1)},
        ),
        section="Convergence that slows down",
    ),
    entry(
        "9344.claim6.vectors",
        r"p_t\propto\|\boldsymbol\varepsilon_t\|\quad\text{(biases, gains)}",
        "the same for biases and gains",
        *(
            experiment(
                "below",
                0.0,
                f"{kind}; right: matrices",
                partial(misfit, kind=kind),
                {"inversely": partial(misfit, kind="matrices", power=-1)},
                amended=partial(misfit, kind="matrices"),
            )
            for kind in ("biases", "gains")
        ),
        corrected_by="9344.claim6.vectors.right",
    ),
    entry(
        "9344.claim6.vectors.right",
        r"p_t\approx\text{const}\quad\text{(biases, gains)}",
        "for biases and gains the constant p of recipe 1 fits better",
        *(
            experiment(
                "above",
                0.0,
                f"AdamW, {kind}: logarithm of the misfit of p ∝ ‖ε‖ over that of a constant",
                partial(misfit, kind=kind),
                {"for matrices": partial(misfit, kind="matrices")},
            )
            for kind in ("biases", "gains")
        ),
    ),
    entry(
        "9344.rms",
        r"\|\boldsymbol u_t\|\approx\sqrt k",
        "Adam's update keeps the size √k, so that no norm need be measured",
        experiment(
            "above",
            0.5,
            "RMS(u) at the end; printed: AdamW, right: Lion",
            partial(last_rms, method="AdamW"),
            {"AdamW, recipe 2": partial(last_rms, method="recipe 2")},
            amended=partial(last_rms, method="Lion, recipe 2"),
            seeds=THREE,
        ),
        corrected_by="9344.rms.right",
    ),
    entry(
        "9344.rms.right",
        r"\mathrm{RMS}(\boldsymbol u_t):\ 1\to0.16\ \text{(Adam)},\quad1\ \text{(Lion)}",
        "Lion's update is a sign and keeps the size; Adam's falls to a sixth, and with it the rate that one set",
        experiment(
            "below",
            0.3,
            "AdamW at the last step",
            partial(last_rms, method="AdamW"),
            {"Lion": partial(last_rms, method="Lion, recipe 2")},
            seeds=THREE,
        ),
    ),
    entry(
        "9344.claim3",
        r"\alpha_0\approx10^{-3},\quad10^{-2}\ \text{for easy tasks}",
        "the digits are easy: 10⁻² learns more in 240 steps than 10⁻³; yet 10⁻¹ learns more still",
        *(
            experiment(
                "below",
                0.0,
                f"recipe 2 over AdamW: loss on digits not seen, α_0 = {better:g} minus α_0 = {worse:g}",
                partial(loss_gap, better=better, worse=worse),
                {"the other way round": partial(loss_gap, better=worse, worse=better)},
                seeds=THREE,
            )
            for better, worse in ((0.01, 0.001), (0.1, 0.01))
        ),
        section="Separating the scale",
    ),
]
