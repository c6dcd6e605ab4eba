"""Throwing ducks (9324): how often one closed sector of angle θ holds n random points of a disc.

Three routes take the post's three statements at their word, so that their agreement is a test of 9324.claim1: ``disc``
draws points of the disc and sorts their angles, ``angles`` draws uniform angles and sorts them, ``exponentials`` breaks
a stick into E_i/ΣE_i and sorts nothing. All count max(arc) ≥ x with x = 1 − θ/2π.
"""

import math
import warnings
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from itertools import islice
from numbers import Real
from typing import Any

import numpy as np
from scipy.special import betainccinv, betaincinv

from blogtools.progress import progress
from blogtools.sector.check import LARGEST_N, require_count
from blogtools.sector.workers import shared

CHUNK = 1 << 16  # numbers drawn at a time: half a megabyte, which stays in a core's cache
BLOCK = 1 << 22  # numbers drawn from one stream: 10 to 200 milliseconds of work
FIRST_BLOCK = 64  # trials; later blocks are an eighth of what came before, so that a running estimate starts at once
GROUP = 16  # uniforms multiplied before a logarithm: 2^-53·16 is far above the smallest float
BLOCKS_A_TASK = 32  # blocks in one task of a cluster: a second or so, so that the scheduler has little to do


@dataclass(frozen=True)
class Estimate:
    """``hits`` of ``trials`` throws fell into one sector."""

    hits: int
    trials: int
    confidence: float = 0.99

    def __post_init__(self) -> None:
        require_count("trials", self.trials)
        require_count("hits", self.hits, 0, self.trials)
        if not (_is_number(self.confidence) and 0 < self.confidence < 1):
            raise ValueError(f"confidence = {self.confidence!r} must lie strictly between 0 and 1")

    @property
    def value(self) -> float:
        """The share of hits."""
        return self.hits / self.trials

    @property
    def interval(self) -> tuple[float, float]:
        """Clopper and Pearson's interval: it holds the probability in at least ``confidence`` of all experiments.

        Exact for the binomial law at any number of hits, 0 and ``trials`` among them; no normal approximation.
        """
        tail, misses = (1 - self.confidence) / 2, self.trials - self.hits
        low = float(betaincinv(self.hits, misses + 1, tail)) if self.hits else 0.0
        high = float(betainccinv(self.hits + 1, misses, tail)) if misses else 1.0
        return low, high

    def __str__(self) -> str:
        low, high = self.interval
        share = f"{self.hits:,} of {self.trials:,}"
        return f"{self.value:.7g} in [{low:.7g}, {high:.7g}] at {100 * self.confidence:g} % ({share})"


def _is_number(value: Any) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool)


def _fill_disc(rng: np.random.Generator, turns: np.ndarray) -> None:
    """Angles, in turns, of uniform points of the disc, by rejection from the square: no angle is drawn."""
    angles, filled = turns.reshape(-1), 0
    while filled < angles.size:
        x, y = rng.random((2, int(1.3 * (angles.size - filled)) + 16))
        x, y = 2 * x - 1, 2 * y - 1
        inside = np.flatnonzero(x * x + y * y <= 1)[: angles.size - filled]
        angles[filled : filled + inside.size] = np.arctan2(y[inside], x[inside])
        filled += inside.size
    angles /= math.tau


def _fill_circle(rng: np.random.Generator, turns: np.ndarray) -> None:
    rng.random(out=turns)


def _sorted_hits(
    fill: Callable[[np.random.Generator, np.ndarray], None], rng: np.random.Generator, n: int, x: float, size: int
) -> int:
    at_once = min(size, max(1, CHUNK // n))
    turns, arcs = np.empty((at_once, n)), np.empty((n, at_once))
    hits = 0
    for left in range(size, 0, -at_once):
        fill(rng, turns)
        turns.sort(axis=1)
        placed = turns.T
        np.subtract(placed[1:], placed[:-1], out=arcs[:-1])
        np.subtract(1, placed[-1] - placed[0], out=arcs[-1])
        hits += int(np.count_nonzero(arcs.max(axis=0)[:left] >= x))
    return hits


def _exponential_hits(rng: np.random.Generator, n: int, x: float, size: int) -> int:
    """E_i = −log u_i: the largest is −log min u and the sum −log Π u, so one logarithm serves up to 16 exponentials.

    Trials lie along the last axis, where NumPy multiplies and compares in vector instructions.
    """
    groups = -(-n // GROUP)
    rows = -(-n // groups)
    at_once = min(size, max(1, CHUNK // (rows * groups)))
    u, product = np.empty((rows, groups, at_once)), np.empty((groups, at_once))
    hits = 0
    # A uniform of exactly 0, one in 10^16, is an endless exponential: log 0 = −∞ is meant, and −∞·0 counts as a hit.
    with np.errstate(divide="ignore", invalid="ignore"):
        for left in range(size, 0, -at_once):
            rng.random(out=u)
            u[-1, groups - (rows * groups - n) :] = 1
            np.log(np.multiply.reduce(u, axis=0, out=product), out=product)
            missed = np.log(u.min(axis=0).min(axis=0)) > x * product.sum(axis=0)
            hits += min(left, at_once) - int(np.count_nonzero(missed[:left]))
    return hits


ROUTES: dict[str, Callable[[np.random.Generator, int, float, int], int]] = {
    "disc": partial(_sorted_hits, _fill_disc),
    "angles": partial(_sorted_hits, _fill_circle),
    "exponentials": _exponential_hits,
}
Block = tuple[int, int]


def _blocks(n: int, trials: int) -> Iterator[Block]:
    """(number, trials) of each block; they depend on n and ``trials`` only, never on who does the work."""
    done = index = 0
    while done < trials:
        size = min(max(FIRST_BLOCK, done // 8), max(1, BLOCK // n), trials - done)
        yield index, size
        done, index = done + size, index + 1


def _count(route: str, n: int, x: float, seed: int, blocks: Iterable[Block]) -> list[Block]:
    """(hits, trials) of each block, drawn from its own stream: child ``index`` of the route's child of the seed."""
    number = list(ROUTES).index(route)
    streams = ((np.random.SeedSequence(seed, spawn_key=(number, index)), size) for index, size in blocks)
    return [(ROUTES[route](np.random.Generator(np.random.SFC64(stream)), n, x, size), size) for stream, size in streams]


def running(
    n: int,
    theta: float,
    trials: int,
    *,
    route: str = "disc",
    seed: int,
    workers: int = 1,
    scheduler: str | None = None,
    confidence: float = 0.99,
) -> Generator[Estimate, None, None]:
    """The estimates on the way to that of ``simulate``, which is the last of them; the arguments are the same.

    The first stands on 64 trials (fewer from n = 65,537 on), each of the next on an eighth more, later on a block of
    about four million points more. Each interval alone has its ``confidence``; all together have less.
    """
    n, trials = require_count("n", n, at_most=LARGEST_N), require_count("trials", trials)
    seed, workers = require_count("seed", seed, at_least=0), require_count("workers", workers)
    if not (_is_number(theta) and 0 <= theta <= math.tau):
        raise ValueError(f"theta = {theta!r} must be an angle in radians from 0 to 2π")
    if route not in tuple(ROUTES):
        raise ValueError(f"route = {route!r} must be one of {', '.join(map(repr, ROUTES))}")
    if scheduler is not None and not (isinstance(scheduler, str) and scheduler):
        raise ValueError(f"scheduler = {scheduler!r} must be an address such as 'tcp://host:8786', or None")
    if scheduler is not None and workers != 1:
        raise ValueError(f"workers = {workers} goes with scheduler = None: a cluster uses all the workers it has")
    Estimate(0, 1, confidence)
    blocks, a_task = _blocks(n, trials), BLOCKS_A_TASK if scheduler else 1
    tasks = iter(lambda: list(islice(blocks, a_task)), [])
    count = partial(_count, route, n, 1 - float(theta) / math.tau, seed)

    def estimates() -> Generator[Estimate, None, None]:
        hits = done = 0
        for counted in shared(count, tasks, workers, scheduler):
            for more, size in counted:
                hits, done = hits + more, done + size
                yield Estimate(hits, done, confidence)

    return estimates()


def simulate(
    n: int,
    theta: float,
    trials: int,
    *,
    route: str = "disc",
    seed: int,
    workers: int = 1,
    scheduler: str | None = None,
    confidence: float = 0.99,
) -> Estimate:
    """How often n uniform points of a disc, n from 1 to 10^6, lie in one closed sector of ``theta`` radians in [0, 2π].

    ``route`` is ``"disc"``, ``"angles"`` or ``"exponentials"`` (9324.claim1), the last 20 times as fast as NumPy used
    plainly. The count follows from (n, theta, trials, route, seed) alone, on one version of NumPy. ``workers``
    threads share the work, or all the workers of the Dask scheduler at the address ``scheduler`` (one you trust, for
    results travel pickled; the package must be installed there). One seed throws the same points for every theta; two
    routes or two seeds never share a stream. Memory does not grow with the trials: a few megabytes for each worker,
    at n = 10^6 up to 70.

    Ctrl-C loses nothing: what is counted so far comes back, with a ``RuntimeWarning``, and its ``trials`` say how many;
    before the first count it is a ``KeyboardInterrupt`` as ever. If a worker or the cluster fails, its error carries
    the count as a note. Raises ``ValueError`` for bad arguments, ``ImportError`` without Dask, ``ConnectionError`` when
    no scheduler answers within seconds.
    """
    estimates = running(
        n, theta, trials, route=route, seed=seed, workers=workers, scheduler=scheduler, confidence=confidence
    )
    estimate = None
    try:
        with progress(total=trials, label=f"{n} points, {route}") as bar, closing(estimates):
            for later in estimates:
                bar.update(later.trials - bar.n)
                bar.set_postfix_str(f"{later.value:.6g}", refresh=False)
                estimate = later
    except KeyboardInterrupt:
        if estimate is None:
            raise
        warnings.warn(f"stopped after {estimate.trials:,} of {trials:,} trials", RuntimeWarning, stacklevel=2)
    except Exception as error:
        if estimate is not None:
            error.add_note(f"counted before this: {estimate}")
        raise
    assert estimate is not None
    return estimate
