"""Section "The experiment": claim3 and claim4 asked of lines of poems, over five seeds, from the runs that ship."""

import functools

from blogtools.ledger import Entry, Experiment
from blogtools.similarity.experiment import LONG, STEPS, by_seed

SECTION = "The experiment"
COSENT, CE, CENTRED = "CoSENT, two labels", "CE", "CE, centred"


def stored(seed: int, scorer: str, loss: str, measure: str, steps: int = STEPS) -> float:
    """One figure of one run."""
    return float(by_seed(scorer, loss, measure, steps)[seed])


def gain(seed: int, scorer: str, loss: str, other: str, measure: str, steps: int = STEPS) -> float:
    """One loss less another, in one seed."""
    return stored(seed, scorer, loss, measure, steps) - stored(seed, scorer, other, measure, steps)


def ahead(scorer: str, loss: str, other: str) -> Experiment:
    """That one loss has the higher Spearman's coefficient after the short training."""
    return Experiment(
        statement=functools.partial(gain, scorer=scorer, loss=loss, other=other, measure="spearman"),
        against=0.0,
        side="above",
        mutants={
            "the other way round": functools.partial(gain, scorer=scorer, loss=other, other=loss, measure="spearman"),
            "scores shuffled": lambda seed: -stored(seed, scorer, other, "spearman"),
        },
        about=f"{scorer}-encoder: {loss} less {other}, Spearman, {STEPS} steps",
    )


def close(scorer: str, other: str, within: float, steps: int) -> Experiment:
    """That the accuracies of CoSENT with two labels and another loss are nearer than ``within``."""
    return Experiment(
        statement=lambda seed: abs(gain(seed, scorer, COSENT, other, "accuracy", steps)),
        against=within,
        side="below",
        confidence=0.95,
        seeds=range(len(by_seed(scorer, COSENT, "accuracy", steps))),
        mutants={
            "a threshold of 0": lambda seed: abs(
                stored(seed, scorer, COSENT, "accuracy_at_0", steps) - stored(seed, scorer, other, "accuracy", steps)
            ),
            "always 2": lambda seed: abs(1 / 3 - stored(seed, scorer, other, "accuracy", steps)),
        },
        about=f"{scorer}-encoder: accuracy of {COSENT} and {other} after {steps} steps, how far apart",
    )


ENTRIES = [
    Entry(
        id="9341.claim3.here",
        kind="experiment",
        latex="",
        says="on couplets, once both have learned, cross-entropy and CoSENT are within two points of accuracy",
        section=SECTION,
        evidence=(close("cross", CE, 0.02, LONG), close("bi", CENTRED, 0.02, STEPS)),
    ),
    Entry(
        id="9341.claim4.here",
        kind="experiment",
        latex="",
        says="on couplets, after a short training, CoSENT is ahead of cross-entropy with the same two labels",
        section=SECTION,
        evidence=(ahead("cross", COSENT, CE), ahead("bi", COSENT, CE)),
    ),
    Entry(
        id="9341.claim4.zero",
        kind="experiment",
        latex=r"f\to f-\bar f-\log2",
        says="and so is cross-entropy once it need not learn where 0 is: scores less their mean over the batch",
        section=SECTION,
        evidence=(ahead("cross", CENTRED, CE), ahead("bi", CENTRED, CE)),
    ),
]
