"""9341's experiment on lines of poems: six losses × cross- and bi-encoder × five seeds, resumable.

    python benchmarks/cosent_experiment.py [--seeds 5] [--only CE CoSENT]

Each run is written as soon as it is done, to benchmarks/results and to the package; a second call does what is left,
seed by seed, so that an early end leaves whole seeds. All take some eight minutes of one core.
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
SETTING = {"steps": experiment.STEPS, "batch": experiment.BATCH, "pool": experiment.POOL}


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
    for scorer in SCORERS:
        for loss, other in (("CoSENT, two labels", "CE"), *(("CoSENT", name) for name in LOSSES_COMPARED)):
            if loss != other:
                cells = [difference(scorer, loss, other, m) for m in MEASURES]
                said = ", ".join(f"{m} {c.mean:+.3f} ± {c.half:.3f}" for m, c in zip(MEASURES, cells, strict=True))
                lines.append(f"{scorer}: {loss} less {other}: {said}")
    return "\n".join(lines)


def main() -> None:
    """Run what is missing, then print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--only", nargs="+", default=list(LOSSES_COMPARED))
    wanted = parser.parse_args()
    torch.set_num_threads(1)
    rows = stored()
    there = {(row["scorer"], row["loss"], row["seed"]) for row in rows}
    for cell in ((s, k, seed) for seed in range(wanted.seeds) for k in wanted.only for s in SCORERS):
        if cell in there:
            continue
        scorer, loss, seed = cell
        figures = experiment.judge(scorer, experiment.learn(scorer, loss, seed).model)
        rows.append({"scorer": scorer, "loss": loss, "seed": seed, **{k: round(v, 5) for k, v in figures.items()}})
        content = (json.dumps({**SETTING, "rows": rows}, indent=1) + "\n").encode()
        for path in (COPY, experiment.RESULTS):
            write_whole(path, content)
        print(rows[-1], flush=True)
    print(markdown())


if __name__ == "__main__":
    main()
