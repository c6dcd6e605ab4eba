"""Quality of digits against the number of evaluations: solvers, grids, clocks, processes, one noise for all.

python benchmarks/digits_quality.py            # prints Markdown, writes benchmarks/results and the package's copy
python benchmarks/digits_quality.py --nets ddpm-digits cold-digits      # these rows anew, the others as stored

Every row is the Fréchet distance between 797 samples and the 797 test images, mean and deviation over repetitions, in
the features of the classifier that ships; the floor (real against real) and the fitted Gaussian are measured beside it.
Ten repetitions take some thirty minutes of one core.
"""

import argparse
import itertools
import json
import math
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from blogtools.data import digits
from blogtools.data.images import DIGITS_QUALITY_FILE
from blogtools.diffusion import (
    Cold,
    Linear,
    Poisson,
    ddpm_levels,
    ddpm_share,
    generate,
    restore,
    sample,
    sample_hemisphere,
    steps_for,
)
from blogtools.diffusion.samples.quality import Judge, digits_judge, repeated
from blogtools.nets import describe, load
from blogtools.nets.files import write_whole
from blogtools.progress import progress
from blogtools.recipes import process_of

RESULTS = Path(__file__).parent / "results" / "digits_quality.json"
BUDGETS = (5, 9, 17, 35)
TOLERANCES = (0.3, 0.1, 0.03)
WAYS = (("t", "rho"), ("log t", "rho"), ("t", "log"))
NETS = ("digits-classifier", "poisson-digits", "heat-digits", "ddpm-digits", "cold-digits")
COLD = ("naive", "naive, start noise", "improved", "improved, start noise")
KEYS = ("net", "solver", "variable", "grid", "clock", "asked")


def settings() -> list[dict[str, Any]]:
    """Every row: net, solver, variable, grid, clock, and what is asked for: evaluations, or a tolerance for rk45."""
    rows: list[tuple[str, str, str, str, str, float]] = []
    for n in BUDGETS:
        for solver, (v, kind) in itertools.product(("euler", "heun"), WAYS):
            rows += [("poisson-digits", solver, v, kind, "sample", n)]
        rows += [("poisson-digits", "2m", "t", kind, "sample", n) for kind in ("rho", "log")]
        rows += [("poisson-digits", "heun", "t", "rho", "global", n)]
    rows += [("poisson-digits", "rk45", v, "rho", "sample", tol) for v in ("t", "log t") for tol in TOLERANCES]
    for n in BUDGETS:
        rows += [("heat-digits", solver, "t", "rho", "sample", n) for solver in ("euler", "heun", "2m")]
        rows += [("heat-digits", solver, "t", "ddpm", "sample", n) for solver in ("ddim", "ddpm")]
    rows += [("ddpm-digits", solver, "t", "even", "global", n) for n in BUDGETS for solver in ("ddim", "ddpm")]
    rows += [("cold-digits", solver, "t", "even", "global", n) for n in BUDGETS for solver in COLD]
    return [dict(zip(KEYS, row, strict=True)) for row in rows]


def draw(row: dict[str, Any], n: int, seed: int) -> tuple[Tensor, int]:
    """Samples and evaluations of one row; one ``seed`` is the same noise g for every row."""
    generator, predict = torch.Generator().manual_seed(seed), load(row["net"])
    if row["grid"] == "even":
        return draw_evenly(row, n, generator)
    process = {k: float(v) for k, v in describe(row["net"])["process"].items()}
    if row["grid"] == "ddpm":
        x, _ = sample_hemisphere(n, 64, process["sigma_max"], generator, D=math.inf)
        levels = ddpm_levels(row["asked"], process["sigma_max"])
        x = x * float(levels[0]) / process["sigma_max"]
        heat = Poisson(math.inf)
        fresh = ddpm_share(heat) if row["solver"] == "ddpm" else 0.0
        drawn = sample(predict, heat, x, levels, fresh=fresh, generator=generator)
        return drawn.x, drawn.evaluations
    adaptive = row["solver"] == "rk45"
    drawn = generate(
        predict,
        n,
        64,
        D=process["D"],
        sigma_max=process["sigma_max"],
        sigma_min=process["sigma_min"],
        steps=2 if adaptive else steps_for(row["asked"], row["solver"]),
        solver=row["solver"],
        variable=row["variable"],
        kind=row["grid"],
        clock=row["clock"],
        generator=generator,
        rtol=row["asked"] if adaptive else 1e-2,
    )
    return drawn.x, drawn.evaluations


def draw_evenly(row: dict[str, Any], n: int, generator: torch.Generator) -> tuple[Tensor, int]:
    """DDIM and DDPM, or cold diffusion with and without noise, in even steps from t = 1 to 0."""
    process, solver = process_of(describe(row["net"])["process"]), row["solver"]
    if isinstance(process, Cold) and not solver.endswith("start noise"):
        process = replace(process, sigma=0.0)
    fresh = ddpm_share(process) if isinstance(process, Linear) and solver == "ddpm" else float(solver[:5] == "naive")
    data = torch.from_numpy(digits().train)
    drawn = restore(load(row["net"]), process, data, n, steps=row["asked"], fresh=fresh, generator=generator)
    return drawn.x, drawn.evaluations


def measure(row: dict[str, Any], judge: Judge, repetitions: int) -> dict[str, Any]:
    """The row with its evaluations, Fréchet distance [mean, deviation, of seed 0] and copy rate."""
    drawn = [draw(row, judge.size, seed) for seed in range(repetitions)]
    found = [judge.judge(x) for x, _ in drawn]
    values = repeated([f.frechet for f in found])
    return {
        **row,
        "evaluations": round(float(np.mean([e for _, e in drawn]))),
        "frechet": [round(v, 3) for v in (values.mean, values.sd, found[0].frechet)],
        "copy_rate": round(float(np.mean([f.copy_rate for f in found])), 4),
        "one_nn": round(float(np.mean([f.one_nn for f in found])), 3),
    }


def same_noise(n: int) -> dict[str, float]:
    """Mean pixel correlation of the pictures that different nets make of one noise, and of shuffled pairs.

    Poisson and heat by Heun; "ddim" is the net of heat, and "ddpm" a net trained for the cosine schedule, both by DDIM.
    """
    base = dict(zip(KEYS, ("poisson-digits", "heun", "t", "rho", "sample", 17), strict=True))
    poisson = draw(base, n, 0)[0]
    heat = draw({**base, "net": "heat-digits"}, n, 0)[0]
    ddim = draw({**base, "net": "heat-digits", "solver": "ddim", "grid": "ddpm", "asked": 35}, n, 0)[0]
    noise, _ = sample_hemisphere(n, 64, 1.0, torch.Generator().manual_seed(0), D=math.inf)
    even = torch.linspace(1, 0, 36, dtype=torch.float64)
    ddpm = sample(load("ddpm-digits"), process_of(describe("ddpm-digits")["process"]), noise, even).x

    def correlation(a: Tensor, b: Tensor) -> float:
        mean = (a.mean(0) + b.mean(0)) / 2
        return round(torch.cosine_similarity(a - mean, b - mean, dim=-1).mean().item(), 3)

    return {
        "poisson_heat": correlation(poisson, heat),
        "poisson_ddim": correlation(poisson, ddim),
        "heat_ddim": correlation(heat, ddim),
        "poisson_ddpm": correlation(poisson, ddpm),
        "heat_ddpm": correlation(heat, ddpm),
        "shuffled": correlation(poisson, heat.roll(1, 0)),
    }


def stored_rows(anew: list[str], repetitions: int) -> dict[tuple[Any, ...], dict[str, Any]]:
    """Setting -> row as stored, without the nets ``anew``; ``ValueError`` if other repetitions or weights made them."""
    stored = json.loads(RESULTS.read_text(encoding="utf-8"))
    if stored["repetitions"] != repetitions:
        raise ValueError(f"repetitions={repetitions}: the stored rows have {stored['repetitions']}")
    for name in sorted(set(stored["weights"]) - set(anew)):
        if stored["weights"][name] != describe(name)["sha256"]:
            raise ValueError(f"nets={anew}: the stored rows are of other weights of {name}")
    return {tuple(row[k] for k in KEYS): row for row in stored["rows"] if row["net"] not in anew}


def markdown(result: dict[str, Any]) -> str:
    """The result as a table in Markdown, with floor and fitted Gaussian above it."""
    floor, gaussian = result["floor"], result["fitted_gaussian"]
    lines = [
        f"floor {floor[0]:.2f} ± {floor[1]:.2f} (real against real), fitted Gaussian {gaussian[0]:.2f}, "
        f"training images {result['train_against_test']:.2f}; {result['samples']} samples, "
        f"{result['repetitions']} repetitions",
        f"same noise, pixel correlation: {result['same_noise']}",
        "",
        "| net | solver | in | grid | clock | evaluations | Fréchet distance | copies | 1-NN |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for r in result["rows"]:
        lines.append(
            f"| {r['net']} | {r['solver']} | {r['variable']} | {r['grid']} | {r['clock']} | {r['evaluations']} "
            f"| {r['frechet'][0]:.2f} ± {r['frechet'][1]:.2f} | {100 * r['copy_rate']:.2f} % | {r['one_nn']:.2f} |"
        )
    return "\n".join(lines)


def main() -> None:
    """Measure all rows, print the table, write both copies of the JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repetitions", type=int, default=10)
    parser.add_argument("--nets", nargs="+", help="measure only the rows of these, and keep the others as stored")
    parser.add_argument("--out", type=Path, help="write here only, instead of the two files of the project")
    options = parser.parse_args()
    torch.set_num_threads(1)
    judge, began = digits_judge(), time.perf_counter()
    floor, gaussian = judge.floor(), judge.gaussian()
    kept = {} if options.nets is None else stored_rows(options.nets, options.repetitions)
    rows = [
        kept.get(tuple(row[k] for k in KEYS)) or measure(row, judge, options.repetitions)
        for row in progress(settings(), label="rows")
    ]
    result = {
        "samples": judge.size,
        "repetitions": options.repetitions,
        "weights": {name: describe(name)["sha256"] for name in NETS},
        "floor": [round(floor.mean, 3), round(floor.sd, 3)],
        "fitted_gaussian": [round(gaussian.mean, 3), round(gaussian.sd, 3)],
        "train_against_test": round(judge.train_against_test(), 3),
        "same_noise": same_noise(200),
        "rows": rows,
    }
    content = (json.dumps(result, indent=1) + "\n").encode()
    for path in (RESULTS, DIGITS_QUALITY_FILE) if options.out is None else (options.out,):
        write_whole(path, content)
    print(markdown(result))
    print(f"\n{time.perf_counter() - began:.0f} s")


if __name__ == "__main__":
    main()
