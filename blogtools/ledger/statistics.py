"""Evidence that chance or a slope decides: order of convergence, law of a random variable, trained experiment."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from scipy import stats

from blogtools.ledger.evidence import Evidence, Outcome
from blogtools.ledger.values import apply, as_float, describe, numbers


@dataclass(frozen=True, kw_only=True, eq=False)
class Slope(Evidence):
    """The distance of two sides falls like a power of the step: slope of a log-log fit against the declared ``order``.

    ``statement(h)`` and ``against(h)`` are numbers or arrays (``against`` may be the limit itself); the witnesses are
    the steps h, at least three. The error told is ``|slope - order|``.
    """

    order: float
    tolerance: float = 0.1

    def check(self, statement: Any, rng: np.random.Generator, level: float) -> Outcome:
        """See ``Evidence.check``."""
        steps = [float(h) for h in (self.witnesses(rng) if callable(self.witnesses) else self.witnesses)]
        if len(set(steps)) < 3:
            return Outcome.undecided(f"no witness: a slope needs three steps, there are {len(set(steps))}")
        errors = []
        for h in steps:
            one, other = (numbers(apply(side, h)) for side in (statement, self.against))
            if one.size == 0 or (other.size > 1 and one.shape != other.shape):
                return Outcome.undecided(f"shapes {one.shape} and {other.shape} do not match at h={h:g}")
            error = as_float(np.max(np.abs(one - other)))
            if not math.isfinite(error) or error <= 0:
                return Outcome.undecided(f"error {error} at h={h:g} has no logarithm", len(steps))
            errors.append(error)
        slope = float(np.polyfit(np.log(steps), np.log(errors), 1)[0])
        gap = abs(slope - self.order)
        detail = f"slope {slope:.3f}, declared {self.order:g}"
        return Outcome(gap <= self.tolerance, not gap <= self.tolerance, detail, gap, self.tolerance, points=len(steps))


@dataclass(frozen=True, kw_only=True, eq=False)
class Law(Evidence):
    """A random variable has the law that is claimed, by Monte Carlo; one p-value for each witness.

    ``statement(rng, **witness)`` gives a one-dimensional sample. ``against`` is, by ``test``,

    - ``"cdf"``: the cumulative distribution function ``against(x, **witness)`` (Kolmogorov-Smirnov);
    - ``"sampler"``: a second sampler ``against(rng, **witness)`` (two-sample Kolmogorov-Smirnov);
    - ``"mean"``: the expected value ``against(**witness)`` or a number (t-test; take samples of 1,000 and more, and of
      finite variance).

    The sample must be drawn from the ``numpy.random.Generator`` that is given, so that a fresh seed is a fresh sample.
    """

    witnesses: Sequence[Any] = ({},)
    test: Literal["cdf", "sampler", "mean"] = "cdf"

    @property
    def p_values(self) -> int:
        """One for each witness."""
        return len(self.witnesses)

    def check(self, statement: Any, rng: np.random.Generator, level: float) -> Outcome:
        """See ``Evidence.check``."""
        if not self.witnesses:
            return Outcome.undecided("no witness: the check tries nothing")
        smallest, where, points = 1.0, "", 0
        for witness, stream in zip(self.witnesses, rng.spawn(len(self.witnesses)), strict=True):
            sample = np.asarray(numbers(statement(stream, **witness)), dtype=float)
            if sample.ndim != 1 or sample.size < 2:
                return Outcome.undecided(f"sample of shape {sample.shape} is not a row of numbers")
            at = f" at {describe(witness)}" if witness else ""
            if not np.isfinite(sample).all():
                return Outcome.undecided(f"sample has a NaN or an infinity{at}")
            p = self._p_value(sample, stream, witness)
            if not 0 <= p <= 1:
                return Outcome.undecided(f"p-value is {p}{at}")
            points += sample.size
            if p <= smallest:
                smallest, where = p, at
        holds = smallest >= level
        detail = f"smallest p = {smallest:.2g}{where}, level {level:.1g}"
        return Outcome(holds, not holds, detail, p_value=smallest, tolerance=level, points=points)

    def _p_value(self, sample: np.ndarray, rng: np.random.Generator, witness: Any) -> float:
        if self.test == "cdf":
            return float(stats.ks_1samp(sample, lambda x: self.against(x, **witness), method="exact").pvalue)
        if self.test == "sampler":
            second = np.asarray(numbers(self.against(rng, **witness)), dtype=float)
            if second.ndim != 1 or second.size < 2 or not np.isfinite(second).all():
                raise ValueError(f"the second sample of shape {second.shape} is not a row of finite numbers")
            return float(stats.ks_2samp(sample, second, method="asymp").pvalue)
        expected = float(self.against(**witness) if callable(self.against) else self.against)
        spread = float(sample.std(ddof=1))
        if not spread > 0:
            if not math.isclose(float(sample.mean()), expected, rel_tol=1e-9, abs_tol=1e-12):
                return 0.0
            raise ValueError("the sample has no spread, so its mean tests nothing")
        t = (float(sample.mean()) - expected) / (spread / math.sqrt(sample.size))
        return float(2 * stats.t.sf(abs(t), sample.size - 1))


@dataclass(frozen=True, kw_only=True, eq=False)
class Experiment(Evidence):
    """A trained or simulated quantity lies on the claimed side of a threshold, with its interval.

    ``statement(seed)`` runs once and gives a number; ``against`` is the threshold or, for a paired comparison,
    ``against(seed)``. Holds when the t-interval of the mean difference over ``seeds`` lies wholly on the claimed
    ``side``, is refuted when it lies wholly on the other. The seeds are part of the claim, so that the verdict does not
    depend on the seed of the run and no false alarm comes from here.
    """

    side: Literal["below", "above"]
    seeds: Sequence[int] = (0, 1, 2, 3, 4)
    confidence: float = 0.99

    def check(self, statement: Any, rng: np.random.Generator, level: float) -> Outcome:
        """See ``Evidence.check``."""
        if len(set(self.seeds)) < 3:
            return Outcome.undecided(f"no witness: an interval needs three seeds, there are {len(set(self.seeds))}")
        values = np.array([float(apply(statement, seed)) for seed in self.seeds])
        limits = np.array([float(apply(self.against, seed)) for seed in self.seeds])
        if not (np.isfinite(values).all() and np.isfinite(limits).all()):
            return Outcome.undecided("a run gives a NaN or an infinity", len(values))
        gaps = (values - limits) * (1 if self.side == "above" else -1)
        half = float(stats.t.ppf((1 + self.confidence) / 2, len(gaps) - 1) * gaps.std(ddof=1) / math.sqrt(len(gaps)))
        middle = float(gaps.mean())
        detail = (
            f"mean {values.mean():.4g} {self.side} {limits.mean():.4g} by {middle:.3g} ± {half:.2g} "
            f"({self.confidence:.0%}, {len(gaps)} seeds)"
        )
        return Outcome(middle - half > 0, middle + half < 0, detail, half, abs(middle), points=len(gaps))
