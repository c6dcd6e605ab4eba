"""Relative errors of P and of 1−P (9324.eq10) for n to 10^6, against rigorous balls; beside the textbook sum and SciPy.

    python benchmarks/sector_accuracy.py [--angles 40] [--seed 0] [--json FILE]

For each n and regime: the worst relative error over random angles, for exactly the float64 angle, of P and of 1−P by
``blogtools.sector``, by eq10 in float64 (``textbook``; PyPI's pycircstat2 sums the same terms for its range test), and
by ``scipy.stats.irwinhall``'s density up to n = 1000 (times (n−1)! x^{n−1}, in logarithms). Wall time in µs of a value
when 1000 are computed at once, and of one alone. The reference is eq10 in python-flint's ball arithmetic at a precision
where no digit is lost: its radius is part of the answer. Errors count down to 2.2e-308; a value below that must come
out below that.
"""

import argparse
import json
import math
import platform
import statistics
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
from flint import arb, ctx, fmpz
from numpy.typing import NDArray
from scipy import stats
from scipy.special import gammaln
from tqdm import tqdm

from blogtools.sector import complement, probability, textbook

SMALLEST = 2.2250738585072014e-308
COUNTS = (2, 3, 5, 8, 12, 20, 50, 100, 200, 1000, 10**4, 10**5, 10**6)
Angles = Callable[[int, np.random.Generator, int], NDArray[np.float64]]


def angle(theta: float) -> Callable[[], arb]:
    """The arc x = 1 − θ/2π of exactly the float64 ``theta``, at whatever precision is set when it is called."""
    return lambda: 1 - arb(theta) / (2 * arb.pi())


def reference(n: int, x: Callable[[], arb]) -> tuple[arb, arb]:
    """Balls around P_n(max > x) and its complement, 24 digits, or a complement that is known to be below 2^-1080."""
    ctx.prec = 160
    while True:
        X = x()
        if n * X <= 1:
            return arb(1), arb(0)
        # The k-th term is at most first^k/k!. As the arcs are negatively associated (Joag-Dev, Proschan 1983),
        # 1−P ≤ (1−(1−x)^{n−1})^n ≤ e^{−first}.
        first = n * (1 - X) ** (n - 1)
        if first > 800:
            return arb(1), arb(0)
        P, choose, bound, known = arb(0), fmpz(1), arb(1), True
        for k in range(1, n + 1):
            rest = 1 - k * X
            if not rest > 0:
                known = bool(rest <= 0)
                break
            choose = choose * (n - k + 1) // k
            P += (choose if k % 2 else -choose) * rest ** (n - 1)
            bound = bound * first / k
            if k > 2 * first + 2 and bound < arb(2) ** -1600:
                P += arb(0, (2 * bound).upper())
                break
        Q = 1 - P
        if known and P.rel_accuracy_bits() > 80 and Q.rel_accuracy_bits() > 80:
            return P, Q
        if known and Q.abs_upper() < arb(2) ** -1080:
            return P, arb(0)
        ctx.prec *= 2


def error(got: float, true: arb) -> float:
    """|got/true − 1|; where both are below the smallest normal float 0, NaN and ∞ counted as infinitely wrong."""
    if true < SMALLEST:
        return 0.0 if abs(got) <= SMALLEST * (1 + 1e-13) else math.inf
    return float(abs(arb(float(got)) / true - 1).upper()) if math.isfinite(got) else math.inf


def _from_arc(arc: Callable[[int, np.random.Generator, int], NDArray[np.float64]]) -> Angles:
    return lambda n, rng, size: 2 * np.pi * (1 - np.clip(arc(n, rng, size), 0, 1))


def _log_uniform(rng: np.random.Generator, low: float, high: float, size: int) -> NDArray[np.float64]:
    return 10 ** rng.uniform(low, high, size)


def _border(n: int, rng: np.random.Generator, size: int) -> NDArray[np.float64]:
    """Arcs where the method changes: n(1−x)^{n−1} is 1/2 or 1, from either end of the Irwin-Hall density."""
    x = 1 - (rng.choice([0.5, 1.0], size) * (1 + 1e-3 * rng.normal(size)) / n) ** (1 / (n - 1))
    return np.where(rng.random(size) < 0.5, x, 1 / np.maximum(n - 1 / x, 1))


REGIMES: dict[str, Angles] = {
    "all of P: nx < 1": _from_arc(lambda n, rng, size: rng.random(size) / n),
    "nx − 1 from 1e-16 to 1": _from_arc(lambda n, rng, size: (1 + _log_uniform(rng, -16, 0, size)) / n),
    "nx from 1 to 5": _from_arc(lambda n, rng, size: rng.uniform(1, 5, size) / n),
    "nx − log n from −7 to 20": _from_arc(lambda n, rng, size: (math.log(n) + rng.uniform(-7, 20, size)) / n),
    "a term dies: x near 1/k": _from_arc(
        lambda n, rng, size: (
            (1 + rng.normal(size) * _log_uniform(rng, -16, -2, size)) / rng.integers(1, min(n, 2000) + 1, size)
        )
    ),
    "where the method changes": _from_arc(_border),
    "θ near π": _from_arc(lambda n, rng, size: 0.5 + rng.normal(size) * _log_uniform(rng, -16, -1, size)),
    "θ from 1e-300 to 1": lambda n, rng, size: _log_uniform(rng, -300 / (n - 1), 0, size),
    "θ uniform": lambda n, rng, size: rng.uniform(0, 2 * np.pi, size),
}


def irwin_hall(n: int, theta: NDArray[np.float64]) -> NDArray[np.float64]:
    """1 − P = (n−1)! x^{n−1} f(1/x) by ``scipy.stats.irwinhall``, with its warnings unheard."""
    x = 1 - theta / (2 * np.pi)
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        return np.exp(gammaln(n) + (n - 1) * np.log(x) + np.log(stats.irwinhall.pdf(1 / x, n)))


def measure(n: int, theta: NDArray[np.float64]) -> dict[str, float]:
    """Worst relative errors over ``theta`` [N]."""
    P, Q, sums = probability(n, theta), complement(n, theta), textbook(n, theta)
    found = {"P": (P, 0), "1-P": (Q, 1), "textbook P": (sums, 0), "textbook 1-P": (1 - sums, 1)}
    if n <= 1000:
        hall = irwin_hall(n, theta)
        found |= {"irwinhall P": (1 - hall, 0), "irwinhall 1-P": (hall, 1)}
    true = [reference(n, angle(float(t))) for t in theta]
    return {
        name: max(error(got, pair[side]) for got, pair in zip(values, true, strict=True))
        for name, (values, side) in found.items()
    }


def microseconds(n: int, theta: NDArray[np.float64]) -> float:
    """Wall time of one call of ``probability``, the median of 7."""
    walls = []
    for _ in range(7):
        begin = time.perf_counter()
        probability(n, theta)
        walls.append(time.perf_counter() - begin)
    return round(statistics.median(walls) * 1e6, 1)


def main() -> None:
    """Print the table and write it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--angles", type=int, default=40, help="random angles for each n and regime")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", type=Path, default=Path(__file__).parent / "results" / "sector_accuracy.json")
    options = parser.parse_args()
    rng = np.random.default_rng(options.seed)
    rows = []
    cases = [(n, name) for n in COUNTS for name in REGIMES]
    for n, name in tqdm(cases, delay=2):
        theta = np.minimum(REGIMES[name](n, rng, 1000), 2 * np.pi)
        times = {"us": microseconds(n, theta) / len(theta), "us_alone": microseconds(n, theta[0])}
        rows.append({"n": n, "regime": name, **measure(n, theta[: options.angles]), **times})
    columns = ["P", "1-P", "textbook P", "textbook 1-P", "irwinhall P", "irwinhall 1-P"]
    print(
        f"{'n':>8} {'regime':25} " + " ".join(f"{name:>13}" for name in columns) + f" {'µs a value':>11} {'alone':>6}"
    )
    for row in rows:
        errors = " ".join(f"{row[name]:13.1e}" if name in row else f"{'':13}" for name in columns)
        print(f"{row['n']:8} {row['regime']:25} {errors} {row['us']:11.1f} {row['us_alone']:6.0f}")
    worst = {name: max(row[name] for row in rows) for name in ("P", "1-P")}
    print(f"\nworst of {len(rows) * options.angles} angles: P {worst['P']:.1e}, 1−P {worst['1-P']:.1e}")
    finite = [{k: (str(v) if v == math.inf else v) for k, v in row.items()} for row in rows]
    machine = {"python": platform.python_version(), "numpy": np.__version__, "machine": platform.machine()}
    result = {"seed": options.seed, "angles": options.angles, "worst": worst, **machine, "rows": finite}
    options.json.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
