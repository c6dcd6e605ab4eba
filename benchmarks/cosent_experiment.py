"""9341's experiment on lines of poems: seven losses × cross- and bi-encoder × five seeds, resumable.

    python benchmarks/cosent_experiment.py [--seeds 5]

Each run is written as soon as it is done, to benchmarks/results and to the package; a second call does what is left,
seed by seed, so that an early end leaves whole seeds. All take some ten minutes of one core.
"""

import argparse
import json
from pathlib import Path
from typing import Any

import torch

from blogtools.nets.files import write_whole
from blogtools.similarity import experiment
from blogtools.similarity.experiment import LOSSES_COMPARED, MEASURES, SCORERS, difference, interval

COPY = Path(__file__).parent / "results" / "cosent_experiment.json"
SETTING = {"batch": experiment.BATCH, "pool": experiment.POOL}
Cell = tuple[str, str, int, int]
"""Scorer, loss, seed, steps."""


def cells(seeds: int) -> list[Cell]:
    """All runs, seed by seed: every loss in both scorers, then the long ones of the cross-encoder with two labels."""
    short = [(s, k, seed, experiment.STEPS) for seed in range(seeds) for k in LOSSES_COMPARED for s in SCORERS]
    long = [("cross", k, seed, experiment.LONG) for seed in range(seeds) for k in ("CE", "CoSENT, two labels")]
    return short + long


def stored() -> list[dict[str, Any]]:
    """The runs that are there; ``ValueError`` if they were made with other settings."""
    if not COPY.exists():
        return []
    found = json.loads(COPY.read_text(encoding="utf-8"))
    if {key: found[key] for key in SETTING} != SETTING:
        raise ValueError(f"{COPY}: made with other settings than {SETTING}; remove it to begin anew")
    return found["rows"]


def markdown() -> str:
    """Mean and interval of every cell, and CoSENT less the others, paired."""
    lines = [f"| scorer | loss | {' | '.join(MEASURES)} |", f"|---|---|{'---|' * len(MEASURES)}"]
    for scorer in SCORERS:
        for loss in LOSSES_COMPARED:
            cells = [interval(experiment.by_seed(scorer, loss, m)) for m in MEASURES]
            lines.append(f"| {scorer} | {loss} | {' | '.join(f'{c.mean:.3f} ± {c.half:.3f}' for c in cells)} |")
    lines.append("")
    compared = [(s, "CoSENT, two labels", "CE", experiment.STEPS) for s in SCORERS]
    compared += [(s, "CoSENT", k, experiment.STEPS) for s in SCORERS for k in LOSSES_COMPARED if k != "CoSENT"]
    for scorer, loss, other, steps in [*compared, ("cross", "CoSENT, two labels", "CE", experiment.LONG)]:
        found = [(measure, difference(scorer, loss, other, measure, steps)) for measure in MEASURES]
        said = ", ".join(f"{measure} {gap.mean:+.3f} ± {gap.half:.3f}" for measure, gap in found)
        lines.append(f"{scorer}, {steps} steps: {loss} less {other}: {said}")
    return "\n".join(lines)


def main() -> None:
    """Run what is missing, then print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=5)
    torch.set_num_threads(1)
    rows = stored()
    there = {(row["scorer"], row["loss"], row["seed"], row["steps"]) for row in rows}
    for cell in [cell for cell in cells(parser.parse_args().seeds) if cell not in there]:
        scorer, loss, seed, steps = cell
        figures = experiment.judge(scorer, experiment.learn(scorer, loss, seed, steps).model)
        row = {"scorer": scorer, "loss": loss, "seed": seed, "steps": steps}
        rows.append(row | {measure: round(value, 5) for measure, value in figures.items()})
        content = (json.dumps({**SETTING, "rows": rows}, indent=1) + "\n").encode()
        for path in (COPY, experiment.RESULTS):
            write_whole(path, content)
        print(rows[-1], flush=True)
    print(markdown())


if __name__ == "__main__":
    main()
