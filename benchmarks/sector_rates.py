"""Trials a second of the three routes of ``sector.simulate`` beside NumPy as one would write it (9324), n = 2 to 1000.

    python benchmarks/sector_rates.py [--rounds 7] [--seconds 0.25] [--json FILE]

Plain NumPy throws points in the disc, takes ``arctan2``, sorts and takes differences, one array for all trials (the
best of three sizes of that array). In each round every contestant has one turn, so that a busy machine is busy for all;
the table has medians and the ratio of each to plain NumPy. θ is such that about half of the trials are hits. "one
thread" and "two threads" are ``workers`` = 1 and 2; all else runs in one thread.
"""

import argparse
import json
import math
import os
import platform
import statistics
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
from scipy.optimize import brentq
from tqdm import tqdm

from blogtools.sector import ROUTES, probability, simulate

NUMBERS = (2, 4, 10, 100, 1000)
PLAIN = "plain NumPy: disc, arctan2, sort"
POINTS_AT_ONCE = (1 << 15, 1 << 17, 1 << 20)
TO_REACH = {4: 4.0, 1000: 4.0}


def plain(points: int, n: int, theta: float, trials: int) -> None:
    """The reader's own simulation, ``points`` points at a time."""
    rng = np.random.default_rng()
    at_once = max(1, points // n)
    for _ in range(0, trials, at_once):
        radius, angle = np.sqrt(rng.random((at_once, n))), 2 * np.pi * rng.random((at_once, n))
        x, y = radius * np.cos(angle), radius * np.sin(angle)
        angles = np.sort(np.arctan2(y, x), axis=1)
        gaps = np.diff(angles, axis=1, append=angles[:, :1] + 2 * np.pi)
        np.count_nonzero(gaps.max(axis=1) >= 2 * np.pi - theta)


def contestants(n: int, theta: float) -> dict[str, Callable[[int], object]]:
    """What takes a number of trials and throws them."""
    ways: dict[str, Callable[[int], object]] = {
        f"{PLAIN} ({points} points at once)": partial(plain, points, n, theta) for points in POINTS_AT_ONCE
    }
    for route in ROUTES:
        for workers, said in ((1, "one thread"), (2, "two threads")):
            ways[f"{route}, {said}"] = partial(simulate, n, theta, route=route, seed=1, workers=workers)
    return ways


def enough(throw: Callable[[int], object], n: int, seconds: float) -> int:
    """A number of trials that takes about so many seconds, whole arrays of plain NumPy where it can be."""
    trials = max(1, POINTS_AT_ONCE[-1] // n)
    start = time.perf_counter()
    throw(trials)
    return max(1, round(seconds / (time.perf_counter() - start))) * trials


def measure(n: int, rounds: int, seconds: float) -> list[dict]:
    """One row for each contestant; the three sizes of plain NumPy count as their fastest."""
    # Below n = 3 every angle from π on is a sure hit, and at half of that the chance is a half.
    theta = brentq(lambda angle: float(probability(n, angle)) - 0.5, 1e-3, math.tau - 1e-3) if n > 2 else math.pi / 2
    ways = contestants(n, theta)
    trials = {name: enough(throw, n, seconds) for name, throw in ways.items()}
    rates: dict[str, list[float]] = {name: [] for name in ways}
    for _ in tqdm(range(rounds), desc=f"n = {n}", leave=False):
        for name, throw in ways.items():
            start = time.perf_counter()
            throw(trials[name])
            rates[name].append(trials[name] / (time.perf_counter() - start))
    median = {name: statistics.median(rate) for name, rate in rates.items()}
    best = max((name for name in median if name.startswith(PLAIN)), key=median.__getitem__)
    rows = [{"n": n, "theta": theta, "method": best, "trials_per_second": median[best], "ratio": 1.0}]
    for name in (name for name in median if not name.startswith(PLAIN)):
        # Ratios of turns in one round, so that what slows a whole round slows neither side of it alone.
        ratio = statistics.median(one / other for one, other in zip(rates[name], rates[best], strict=True))
        rows.append({"n": n, "theta": theta, "method": name, "trials_per_second": median[name], "ratio": ratio})
    return rows


def main() -> None:
    """Measure, print the Markdown table, write the JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=0.25)
    parser.add_argument("--json", type=Path, default=Path(__file__).parent / "results" / "sector_rates.json")
    wanted = parser.parse_args()
    rows = [row for n in NUMBERS for row in measure(n, wanted.rounds, wanted.seconds)]
    setting = {
        "machine": platform.processor() or platform.machine(),
        "cores": os.cpu_count(),
        "load": os.getloadavg()[0],
        "numpy": np.__version__,
        "rounds": wanted.rounds,
        "seconds_a_turn": wanted.seconds,
    }
    print(f"\n{setting}\n\n| n | method | trials a second | × plain NumPy |\n|--:|---|--:|--:|")
    for row in rows:
        print("| {n} | {method} | {trials_per_second:.2e} | {ratio:.1f} |".format(**row))
    for n, factor in TO_REACH.items():
        fastest = max((row for row in rows if row["n"] == n and "two" not in row["method"]), key=lambda r: r["ratio"])
        verdict = "reached" if fastest["ratio"] >= factor else "MISSED"
        print(f"n = {n}: {fastest['method']} {fastest['ratio']:.1f} times plain NumPy, {factor:g} to reach: {verdict}")
    wanted.json.parent.mkdir(parents=True, exist_ok=True)
    wanted.json.write_text(json.dumps({"setting": setting, "rows": rows}, indent=1) + "\n")


if __name__ == "__main__":
    main()
