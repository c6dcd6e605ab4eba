"""Exercises of post 9271, from one step back to what a blur forgets."""

import functools
import math

import numpy as np
from numpy.typing import NDArray

from blogtools.exercises import Exercise

Array = NDArray[np.float64]


def _rest(a: float) -> float:
    return math.sqrt(1 - a**2)


def _parts(kept: float, taken: float, variance: float, b: float) -> tuple[float, float]:
    """U and v of kept x_0 + √variance (x_t − taken x_0)/b."""
    v = math.sqrt(variance) / b
    return kept - taken * v, v


def _ddpm(after: float, now: float) -> float:
    return _rest(after) * _rest(now / after) / _rest(now)


def _best(a: float, b: float, s: float) -> float:
    return s * b / math.sqrt(a**2 * s**2 + b**2)


def _only(p: Array) -> Array:
    """The chance of each place that it differs and no other does."""
    return p / (1 - p) * (1 - p).prod()


def _alone(p: Array, i: int) -> float:
    return float(_only(p)[i] / _only(p).sum())


def _surprise(x0: Array, guess: Array, tau: float, power: int = 1, width: float = 2.0) -> float:
    return float((np.abs(x0 - guess) ** power).sum()) / tau + len(x0) * math.log(width * tau)


def _vectors(seed: int, n: int, *dimensions: int) -> list[list[Array]]:
    rng = np.random.default_rng(seed)
    return [[rng.normal(size=d) for _ in range(n)] for d in dimensions]


_STEPS = [
    (a, _rest(a), a1, _rest(a1), share * _rest(a1))
    for a, a1, share in ((0.3, 0.6, 0.8), (0.5, 0.7, 0.9), (0.3, 0.6, 0.9))
]

EXERCISES = [
    Exercise(
        "9271.guess",
        lambda a, b: b / a,
        [(0.4, _rest(0.4)), (0.9, _rest(0.9)), (0.02, _rest(0.02))],
        {
            "upside down": lambda a, b: a / b,
            "that is the error of a x_0: divide by a": lambda a, b: b,
            "the noise in x_t has size b, not 1": lambda a, b: 1 / a,
            "x_t is given; what is wrong is b ε alone": lambda a, b: (1 + b) / a,
            "asked is the error, not its square": lambda a, b: (b / a) ** 2,
            "asked is how large it is, without the sign": lambda a, b: -b / a,
            "a ε is not in x_t: a goes with the data and b with the noise": lambda a, b: 1.0,
            "x_t holds a x_0: divide by a, do not multiply": lambda a, b: a * b,
            "a and b stand before x_0 and ε themselves; the roots belong to the letters of DDPM": lambda a, b: (
                math.sqrt((1 - a) / a)
            ),
        },
    ),
    Exercise(
        "9271.step",
        lambda a, b, a1, b1, sigma: _parts(a1, a, b1**2 - sigma**2, b),
        _STEPS,
        {
            "the old noise is (x − a x_0)/b: it takes off some of x_0 too": lambda a, b, a1, b1, sigma: _parts(
                a1, 0, b1**2 - sigma**2, b
            ),
            "the two variances must add up to b1²: take σ² off under the root": lambda a, b, a1, b1, sigma: _parts(
                a1, a, b1**2 + sigma**2, b
            ),
            "variances add, not deviations: √(b1² − σ²), not b1 − σ": lambda a, b, a1, b1, sigma: _parts(
                a1, a, (b1 - sigma) ** 2, b
            ),
            "that is DDIM: σ is not taken off": lambda a, b, a1, b1, sigma: _parts(a1, a, b1**2, b),
            "that is eq3: x_t is not looked at": lambda a, b, a1, b1, sigma: _parts(a1, a, 0, b),
            "x − a x_0 is b times the old noise: divide by b": lambda a, b, a1, b1, sigma: _parts(
                a1, a, b1**2 - sigma**2, 1
            ),
            "the noise in x_t has the size b, that of t": lambda a, b, a1, b1, sigma: _parts(
                a1, a, b1**2 - sigma**2, b1
            ),
            "σ² comes off b1², the noise of t − 1, not off b²": lambda a, b, a1, b1, sigma: _parts(
                a1, a, b**2 - sigma**2, b
            ),
            "b1² − σ² is a variance: take the root": lambda a, b, a1, b1, sigma: _parts(
                a1, a, (b1**2 - sigma**2) ** 2, b
            ),
            "what is taken off x_t is a x_0, not x_0": lambda a, b, a1, b1, sigma: _parts(a1, 1, b1**2 - sigma**2, b),
            "x_t belongs to t: a x_0 is in it, not a1 x_0": lambda a, b, a1, b1, sigma: _parts(
                a1, a1, b1**2 - sigma**2, b
            ),
            "at t − 1 there is a1 of x_0, not a": lambda a, b, a1, b1, sigma: _parts(a, a, b1**2 - sigma**2, b),
            "at t − 1 there is a1 of x_0, not all of it": lambda a, b, a1, b1, sigma: _parts(1, a, b1**2 - sigma**2, b),
            "a x_0 is taken off x_t, not put on": lambda a, b, a1, b1, sigma: _parts(a1, -a, b1**2 - sigma**2, b),
            "u goes with x_0 and v with x_t: they are the wrong way round": lambda a, b, a1, b1, sigma: _parts(
                a1, a, b1**2 - sigma**2, b
            )[::-1],
            "σ itself, not its share of b1: √(b1² − σ²), not b1 √(1 − σ²)": lambda a, b, a1, b1, sigma: _parts(
                a1, a, b1**2 * (1 - sigma**2), b
            ),
        },
    ),
    Exercise(
        "9271.ddpm",
        _ddpm,
        [(0.9, 0.8), (0.5, 0.45), (0.99, 0.2)],
        {
            "that is the noise of one step forward; knowing x_0 as well makes it smaller": lambda after, now: _rest(
                now / after
            ),
            "upside down: β̄_{t−1} is the smaller one and stands above": lambda after, now: (
                _rest(now) * _rest(now / after) / _rest(after)
            ),
            "β_t belongs to one step, α_t = ᾱ_t/ᾱ_{t−1}; with β̄_t for it that is eq3": lambda after, now: _rest(after),
            "that is the variance; σ_t is its root": lambda after, now: _ddpm(after, now) ** 2,
            "that is DDIM": lambda after, now: 0.0,
            "here ᾱ² + β̄² = 1: √(1 − ᾱ²), not √(1 − ᾱ)": lambda after, now: math.sqrt(
                (1 - after) * (1 - now / after) / (1 - now)
            ),
            "β_t is √(1 − α_t²), not 1 − α_t; α_t = ᾱ_t/ᾱ_{t−1}": lambda after, now: (
                _rest(after) * (1 - now / after) / _rest(now)
            ),
            "β̄_{t−1} β_t is still to be divided by β̄_t": lambda after, now: _rest(after) * _rest(now / after),
        },
    ),
    Exercise(
        "9271.half",
        lambda: math.sqrt(0.5),
        [()],
        {
            "eq4 would keep it; eq3 adds new noise to a mean, and a mean has less spread than the data": lambda: 1.0,
            "that is the variance; asked is the standard deviation": lambda: 0.5,
            "the new noise of each step keeps the samples apart": lambda: 0.0,
            "half of the variance comes out, so of the deviation √(1/2)": lambda: 0.25,
        },
        rtol=0.01,
    ),
    Exercise(
        "9271.cauchy",
        lambda f: 1 - f,
        [(0.2,), (0.6,), (0.9,)],
        {
            "that is for Gaussian noise, whose squares add; of Cauchy noise the factors themselves do": lambda f: (
                math.sqrt(1 - f**2)
            ),
            "that is the new noise": lambda f: f,
            "the factors add up to 1, so the root is not needed": lambda f: math.sqrt(1 - f),
            "the factors add up to 1: no square": lambda f: 1 - f**2,
        },
    ),
    Exercise(
        "9271.best",
        _best,
        [(0.8, 0.6, 1.0), (0.3, 0.95, 0.5), (0.99, 0.1, 2.0)],
        {
            "that is right for data far wider than the noise; x_0 is never less certain than s": lambda a, b, s: b / a,
            "that is the variance; σ̄_t is its root": lambda a, b, s: _best(a, b, s) ** 2,
            "that is how far x_0 lies from 0; x_t tells something of it": lambda a, b, s: s,
            "x_t holds a x_0, so the data have the variance a² s² in it": lambda a, b, s: (
                s * b / math.sqrt(s**2 + b**2)
            ),
            "that is the deviation of x_t": lambda a, b, s: math.sqrt(a**2 * s**2 + b**2),
            "0 is what DDIM takes, the mean as it is; the mean has an error, and its size is asked": lambda a, b, s: (
                0.0
            ),
            "that is the noise in x_t; it tells of a x_0, and x_0 was known to s before": lambda a, b, s: b,
            "that is how well a x_0 is known: divide by a": lambda a, b, s: a * _best(a, b, s),
            "that is how far the means x̂_0 spread; asked is the spread of x_0 about its mean": lambda a, b, s: (
                a * s**2 / math.sqrt(a**2 * s**2 + b**2)
            ),
            "that is what x_t is multiplied by to give the mean; asked is the spread about it": lambda a, b, s: (
                a * s**2 / (a**2 * s**2 + b**2)
            ),
            "below the line add variances and take the root, do not add widths": lambda a, b, s: s * b / (a * s + b),
            "upside down: 1/s² and a²/b² add up to 1/σ̄_t²": lambda a, b, s: 1 / _best(a, b, s),
            "1/s² and a²/b² add up to 1/σ̄_t², s² and b²/a² to nothing that is asked": lambda a, b, s: math.sqrt(
                s**2 + b**2 / a**2
            ),
        },
    ),
    Exercise(
        "9271.laplace",
        _surprise,
        [(x0, guess, tau) for (x0, guess), tau in zip(_vectors(13, 2, 1, 3, 64), (0.2, 1.5, 0.05), strict=True)],
        {
            "log Z is missing; it counts as soon as τ is to be compared or learned": lambda x0, guess, tau: (
                float(np.abs(x0 - guess).sum()) / tau
            ),
            "∫e^(−|x|/τ)dx is 2τ: both sides of the middle": functools.partial(_surprise, width=1.0),
            "each of the d pixels brings its own 2τ": lambda x0, guess, tau: (
                float(np.abs(x0 - guess).sum()) / tau + math.log(2 * tau)
            ),
            "that is log q; asked is −log q": lambda x0, guess, tau: -_surprise(x0, guess, tau),
            "the l1 norm is a sum over the pixels, not a mean": lambda x0, guess, tau: (
                float(np.abs(x0 - guess).mean()) / tau + len(x0) * math.log(2 * tau)
            ),
            "that is the square norm: the exponent has the l1 norm": functools.partial(_surprise, power=2),
            "that is the l2 norm: the exponent has the l1 norm": lambda x0, guess, tau: (
                float(np.linalg.norm(x0 - guess)) / tau + len(x0) * math.log(2 * tau)
            ),
            "−log q has log Z with a plus": lambda x0, guess, tau: (
                float(np.abs(x0 - guess).sum()) / tau - len(x0) * math.log(2 * tau)
            ),
        },
    ),
    Exercise(
        "9271.improved",
        lambda wrong, now, after: (after - now) * wrong,
        [(-1.0, 0.6, 0.7), (2.0, 0.1, 0.4), (0.3, 0.8, 0.9)],
        {
            "that is the naive step": lambda wrong, now, after: after * wrong,
            "the other way round: F_t(x̂_0) is taken off and F_{t−1}(x̂_0) put on": lambda wrong, now, after: (
                (now - after) * wrong
            ),
            "that is the error of F_t(x̂_0); F_{t−1}(x̂_0) has one too": lambda wrong, now, after: now * wrong,
            "F_t(x̂_0) is taken off, so its error has a minus; and F_{t−1}(x̂_0) has one too": lambda wrong, now, after: (
                -now * wrong
            ),
            "that is the error of the guess; the step uses F of it": lambda wrong, now, after: wrong,
            "x_t is right, but what is added to it comes from the guess": lambda wrong, now, after: 0.0,
            "F_t(x̂_0) is taken off, and its error with it": lambda wrong, now, after: (after + now) * wrong,
            "the guess comes in twice, as k_{t−1} x̂_0 and as −k_t x̂_0": lambda wrong, now, after: (after - 1) * wrong,
            "k_{t−1} − k_t, not one over the other": lambda wrong, now, after: after / now * wrong,
            "where the guess is too small, so is x_{t−1}: with the sign": lambda wrong, now, after: abs(
                (after - now) * wrong
            ),
            "that is for a guess too large by 1": lambda wrong, now, after: after - now,
        },
    ),
    Exercise(
        "9271.blur",
        lambda: 3,
        [()],
        {
            "that is one colour; each of the three has a mean of its own": lambda: 1,
            "that is what it begins with": lambda: 3072,
            "those are the pixels": lambda: 1024,
        },
    ),
    Exercise(
        "9271.code",
        lambda: math.log(2),
        [()],
        {
            "that is in bits; −log is the natural logarithm": lambda: 1.0,
            "the variance falls to a quarter; the loss has half of its logarithm": lambda: math.log(4),
            "the larger the code, the less the noise hides of it": lambda: 0.0,
            "it falls: give by how much, a positive number": lambda: -math.log(2),
            "that is in bits, and with the sign turned": lambda: -1.0,
            "the variance falls to a quarter, not to a half": lambda: math.log(2) / 2,
            "that is the factor of the code; its logarithm is asked": lambda: 2.0,
            "that is the factor of the variance; the loss has half of its logarithm": lambda: 0.25,
            "that is with the logarithm to base 10; nats have the natural one": lambda: math.log10(2),
            "that is for a code ten times as large, as in the cell; asked is twice": lambda: math.log(10),
            "that is from c = 1 to 2, where the data's own width still counts; asked is c large": lambda: (
                math.log(5 / 2) / 2
            ),
        },
        rtol=0.01,
    ),
    Exercise(
        "9271.thinned",
        lambda L, t, V: 1 - t / L * (V - 1) / V,
        [(20, 5, 2), (20, 12, 3), (20, 20, 4), (30, 3, 4092)],
        {
            "some tokens are replaced by themselves": lambda L, t, V: 1 - t / L,
            "that is how likely it has changed": lambda L, t, V: t / L * (V - 1) / V,
            "that is for a replaced token; a given one need not be among them": lambda L, t, V: 1 / V,
            "by itself is replaced one in |V| of the t/l that are replaced": lambda L, t, V: 1 - t / L + 1 / V,
            "those that were not replaced are the old ones too": lambda L, t, V: t / L / V,
            "that is how many of the l; asked is the chance of one": lambda L, t, V: L - t * (V - 1) / V,
            "a replaced token is the old one in one case of |V|, and another in the rest": lambda L, t, V: (
                1 - t / L / V
            ),
            "of the V tokens one is the old one: V − 1 of V change it": lambda L, t, V: 1 - t / L * (V - 2) / (V - 1),
            "t places of l are replaced, not one": lambda L, t, V: 1 - (V - 1) / V / L,
            "that is the chance that no replaced token has changed": lambda L, t, V: float(V) ** -t,
        },
    ),
    Exercise(
        "9271.ways",
        lambda L, t, k: (t - k) / (L - k),
        [(4, 2, 1), (20, 5, 3), (20, 18, 4), (6, 3, 3)],
        {
            "that is before one looks; k of the t are known": lambda L, t, k: t / L,
            "the t − k others lie among the l − k places that do not differ": lambda L, t, k: (t - k) / L,
            "the k that differ are among the t for certain: t − k are left": lambda L, t, k: t / (L - k),
            "that is how likely it was not replaced": lambda L, t, k: (L - t) / (L - k),
            "that is the number of sets of replaced places; in what part of them is this one?": lambda L, t, k: (
                math.comb(L - k, t - k)
            ),
            "that is one set of replaced places; several have this place in them": lambda L, t, k: (
                1 / math.comb(L - k, t - k)
            ),
            "that is how many of the replaced ones do not differ": lambda L, t, k: (t - k) / t,
            "that is how many of the replaced ones differ": lambda L, t, k: k / t,
            "that is if one more were replaced; there are t − k": lambda L, t, k: 1 / (L - k),
            "that is how many of the places differ": lambda L, t, k: k / L,
            "that is for tokens that must differ": lambda L, t, k: 0.0,
        },
    ),
    Exercise(
        "9271.exactly",
        _alone,
        [(np.array([0.9, 0.5, 0.2, 0.1]), 1), (np.array([0.5, 0.5, 0.5]), 2), (np.array([0.01, 0.3]), 0)],
        {
            "the other places have to say no as well": lambda p, i: p[i] / p.sum(),
            "place i itself says yes: the others alone say no": lambda p, i: p[i] * (1 - p).prod(),
            "that is the chance that i alone differs; divide by that of exactly one": lambda p, i: _only(p)[i],
            "that is before one knows that exactly one differs": lambda p, i: p[i],
            "that is the chance that exactly one differs; is it i?": lambda p, i: _only(p).sum(),
            "below the line stands the chance of exactly one, not of at least one": lambda p, i: (
                _only(p)[i] / (1 - (1 - p).prod())
            ),
            "above the line too the other places must say no": lambda p, i: p[i] / _only(p).sum(),
            "below the line the other places must say no too": lambda p, i: _only(p)[i] / p.sum(),
            "it is the other places that say no, not this one": lambda p, i: p[i] * (1 - p[i]) / (p * (1 - p)).sum(),
            "those are the odds of i before one knows; divide by the sum of all": lambda p, i: p[i] / (1 - p[i]),
            "those are the odds of i against the others": lambda p, i: _alone(p, i) / (1 - _alone(p, i)),
            "only where all places are alike": lambda p, i: 1 / len(p),
            "that is the chance that i does not differ": lambda p, i: 1 - _alone(p, i),
        },
    ),
    Exercise(
        "9271.memory",
        lambda L, V: (V - 1) ** L,
        [(4, 2), (4, 3), (5, 10)],
        {
            "one token is ruled out at each place, not one text of all": lambda L, V: V**L - 1,
            "at each place one token is ruled out": lambda L, V: V**L,
            "the places go each its own way: multiply, do not add": lambda L, V: L * (V - 1),
            "the other way round: a choice at each place": lambda L, V: L ** (V - 1),
            "that is one place; there are l": lambda L, V: V - 1,
            "only the new token is ruled out; V − 1 are left": lambda L, V: (V - 2) ** L,
            "that is its logarithm": lambda L, V: L * math.log(V - 1),
            "that is what x_l tells, in nats": lambda L, V: L * math.log(V / (V - 1)),
            "a token may come again at another place": lambda L, V: math.perm(V - 1, L),
            "that is its share of all texts": lambda L, V: ((V - 1) / V) ** L,
        },
    ),
    Exercise(
        "9271.naive",
        lambda: 3 / 8,
        [()],
        {
            "the last step mends one pair; the other may be wrong": lambda: 0.0,
            "a pair guessed apart is right half the time": lambda: 1.0,
            "that is if x_3 showed a letter of the hidden pair; it may have shown one of the other": lambda: 1 / 2,
            "that is if x_3 showed a letter of the other pair; it may have shown one of the hidden": lambda: 1 / 4,
            "that is before the last step, if x_3 showed a letter of the hidden pair": lambda: 3 / 4,
            "that is how often it ends well, or how often it is bad before the last step mends one pair": lambda: 5 / 8,
            "that is with the third in which x_2 hides a whole pair; here it does": lambda: 1 / 8,
            "that is how often it ends well, whatever x_2 hides": lambda: 7 / 8,
            "a share lies between 0 and 1": lambda: 37.5,
        },
        rtol=0.002,
    ),
    Exercise(
        "9271.bound",
        lambda losses, t, L: L / t * float(np.sum(losses)),
        [(np.array([5.0, 6.5, 4.0]), 3, 20), (np.array([2.0]), 1, 4)],
        {
            "t masked places stand for all l: weigh by l/t": lambda losses, t, L: float(np.sum(losses)),
            "that is a character; the whole text has l of them": lambda losses, t, L: float(np.sum(losses)) / t,
            "upside down": lambda losses, t, L: t / L * float(np.sum(losses)),
            "the losses are of the t masked places alone": lambda losses, t, L: float(np.sum(losses)) / L,
            "weigh by l/t, not by l: the sum has t terms already": lambda losses, t, L: L * float(np.sum(losses)),
            "the losses are −log q already: no minus before them": lambda losses, t, L: -L / t * float(np.sum(losses)),
            "divided by t twice: the mean is weighed by l, the sum by l/t": lambda losses, t, L: (
                L / t * float(np.mean(losses))
            ),
            "add the losses of the masked places": lambda losses, t, L: L / t * np.asarray(losses),
            "l/t is no whole number here: / and not //": lambda losses, t, L: L // t * float(np.sum(losses)),
        },
    ),
    Exercise(
        "9271.pinned",
        lambda L, pinned, steps: math.ceil((L - pinned) / steps),
        [(20, 5, 15), (20, 0, 5), (20, 5, 4), (20, 7, 10)],
        {
            "pinned places are never masked, so they need no step": lambda L, pinned, steps: math.ceil(L / steps),
            "a step fills whole characters: round up": lambda L, pinned, steps: (L - pinned) / steps,
            "the largest step, so round up": lambda L, pinned, steps: (L - pinned) // steps,
            "at most: round up, and not to the nearest": lambda L, pinned, steps: round((L - pinned) / steps),
            "where it divides evenly there is no larger step: round up, not down plus 1": lambda L, pinned, steps: (
                (L - pinned) // steps + 1
            ),
            "that is how many are filled in all": lambda L, pinned, steps: L - pinned,
            "so many steps, not one fewer": lambda L, pinned, steps: math.ceil((L - pinned) / (steps - 1)),
            "upside down": lambda L, pinned, steps: math.ceil(steps / (L - pinned)),
        },
    ),
]
