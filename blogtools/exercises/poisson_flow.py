"""Exercises of post 9305, from gravity to Poisson flow."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from blogtools.exercises import Exercise

Array = NDArray[np.float64]


def _pull(x: Array, y: Array, power: float, sign: float = -1.0, area: float | None = None) -> Array:
    d = len(x)
    area = 2 * math.pi ** (d / 2) / math.gamma(d / 2) if area is None else area
    return sign / area * (x - y) / np.linalg.norm(x - y) ** power


def _places(*dimensions: int) -> list[tuple[Any, ...]]:
    rng = np.random.default_rng(9305)
    return [(rng.normal(size=d), rng.normal(size=d)) for d in dimensions]


def _posterior_mean(x: Array, t: float, data: Array, power: float, squared: bool = True) -> Array:
    distance = np.square(x - data).sum(1) + t**2
    logits = -power * np.log(distance if squared else np.sqrt(distance))
    weights = np.exp(logits - logits.max())
    return weights @ data / weights.sum()


def _gaussian_mean(x: Array, t: float, data: Array) -> Array:
    logits = -np.square(x - data).sum(1) / (2 * t**2)
    weights = np.exp(logits - logits.max())
    return weights @ data / weights.sum()


def _seen_from(x: Array, t: float) -> Array:
    """A smooth stand-in for the mean of the data as seen from (x, t)."""
    return np.tanh(x) / (1 + t)


def _heun(
    x: Array, t: float, after: float, mean: Callable[..., Array], second: Callable[[Array], Array], share: float = 0.5
) -> Array:
    slope = (x - mean(x, t)) / t
    return x + (after - t) * share * (slope + second(x + (after - t) * slope))


def _without_logs(x: Array, t: float, data: Array) -> Array:
    with np.errstate(all="ignore"):
        weights = (np.square(x - data).sum(1) + t**2) ** (-(len(x) + 1) / 2)
        return weights @ data / weights.sum()


def _image_trials() -> list[tuple[Any, ...]]:
    rng = np.random.default_rng(784)
    data = rng.normal(size=(5, 784))
    return [(data[2] + rng.normal(size=784), 0.5, data), (40 * rng.normal(size=784), 30.0, data)]


EXERCISES = [
    Exercise(
        "9305.pull",
        lambda x, y: _pull(x, y, len(x)),
        _places(1, 2, 3, 5),
        {
            "that is the law of three dimensions, eq1; the trials run over several d": lambda x, y: _pull(
                x, y, 3, area=4 * math.pi
            ),
            "it points away from the source: gravity pulls": lambda x, y: _pull(x, y, len(x), sign=1.0),
            "the power in the denominator is d, and the 3 of eq1 is that d": lambda x, y: _pull(x, y, 3),
            "the numerator has length ‖x−y‖ of its own: the denominator needs power d, not d−1": lambda x, y: _pull(
                x, y, len(x) - 1
            ),
            "1/4π belongs to three dimensions; in d dimensions divide by S_d(1)": lambda x, y: _pull(
                x, y, len(x), area=4 * math.pi
            ),
            "the area S_d(1) of the unit sphere is missing": lambda x, y: _pull(x, y, len(x), area=1.0),
        },
    ),
    Exercise(
        "9305.share",
        lambda: 30,
        [()],
        {
            "that would be the share if all four masses were equal; Gauss gives each mass its own": lambda: 15,
            "that is the share of one light mass": lambda: 10,
            "that is the share; asked is how many of the sixty lines": lambda: 0.5,
            "a third of the lines would be one mass against two others; here it is 3 against 1 + 1 + 1": lambda: 20,
            "three to one of the others each, not of all the others together": lambda: 45,
        },
    ),
    Exercise(
        "9305.far",
        lambda: 1 / 9,
        [()],
        {
            "that would be so about any other point; about the centroid the 1/R term is zero": lambda: 1 / 3,
            "the next term of the expansion is the quadrupole, (a/R)², not (a/R)³": lambda: 1 / 27,
            "it shrinks: give the factor below one": lambda: 9.0,
            "it shrinks, and the exponent is not one": lambda: 3.0,
            "it shrinks, and the exponent is not three": lambda: 27.0,
        },
        rtol=1e-2,
    ),
    Exercise(
        "9305.radius",
        lambda g, h, T: T * np.linalg.norm(g) / abs(h),
        [(np.array([0.3, -1.2]), -0.7, 40.0), (np.array([2.0]), 0.1, 3.0), (np.ones(64), 1.5, 100.0)],
        {
            "that is the point itself; asked is its distance from the axis": lambda g, h, T: T * g / abs(h),
            "h can be negative, a radius cannot": lambda g, h, T: T * np.linalg.norm(g) / h,
            "that is a Gaussian radius: the division by |h| makes the heavy tail": lambda g, h, T: (
                T * np.linalg.norm(g)
            ),
            "upside down: the point lies where the ray through (g, |h|) meets the height T": lambda g, h, T: (
                T * abs(h) / np.linalg.norm(g)
            ),
            "T scales the plane: a ray meets t = T at T times its slope": lambda g, h, T: np.linalg.norm(g) / abs(h),
        },
    ),
    Exercise(
        "9305.target",
        lambda x, t, F_x, F_t: x - t * F_x / F_t,
        [(np.array([1.0, 2.0]), 3.0, np.array([-0.2, 0.1]), -0.4), (np.array([0.5]), 0.1, np.array([-2.0]), -1.0)],
        {
            "the sign: x − x̂_0 is t·F_x/F_t, so x̂_0 is x minus that": lambda x, t, F_x, F_t: x + t * F_x / F_t,
            "F_x/F_t is a slope; over the height t it moves x by t times as much": lambda x, t, F_x, F_t: x - F_x / F_t,
            "that is the slope; x̂_0 is where it leads from x over the height t": lambda x, t, F_x, F_t: F_x / F_t,
            "eq4 divides F_x by F_t, not the other way round": lambda x, t, F_x, F_t: x - t * F_t / F_x,
        },
    ),
    Exercise(
        "9305.step",
        lambda x, x0, t, after: x0 + after / t * (x - x0),
        [(np.array([4.0, -2.0]), np.array([1.0, 1.0]), 2.0, 0.5), (np.array([7.0]), np.array([-1.0]), 40.0, 4.0)],
        {
            "that walks away from x̂_0: t' − t is negative": lambda x, x0, t, after: x + (t - after) * (x - x0) / t,
            "the ratio is t'/t: at t' = 0 one must arrive": lambda x, x0, t, after: x0 + t / after * (x - x0),
            "the slope is that at t, not at t'": lambda x, x0, t, after: x + (after - t) * (x - x0) / after,
            "that goes all the way to x̂_0: only the part (t − t')/t of it is due": lambda x, x0, t, after: x0,
            "the slope is (x − x̂_0)/t; the t is missing": lambda x, x0, t, after: x + (after - t) * (x - x0),
        },
    ),
    Exercise(
        "9305.mean",
        lambda x, t, data: _posterior_mean(x, t, data, (len(x) + 1) / 2),
        _image_trials(),
        {
            "the powers underflow to 0/0 at d = 784: take logarithms and subtract the largest": _without_logs,
            "the added dimension counts: the exponent is (d+1)/2 of the squared distance": lambda x, t, data: (
                _posterior_mean(x, t, data, len(x) / 2)
            ),
            "the exponent d+1 belongs to the distance, (d+1)/2 to its square": lambda x, t, data: _posterior_mean(
                x, t, data, len(x) + 1
            ),
            "those are Gaussian weights: they belong to heat, not to gravity": _gaussian_mean,
            "the height t is part of the distance: add t² to ‖x−x_0‖²": lambda x, t, data: _posterior_mean(
                x, 0.0, data, (len(x) + 1) / 2
            ),
            "that is the plain mean of the data: nearer sources pull harder": lambda x, t, data: data.mean(0),
        },
    ),
    Exercise(
        "9305.heun",
        lambda x, t, after, mean: _heun(x, t, after, mean, lambda guess: (guess - mean(guess, after)) / after),
        [(np.array([4.0, -2.0]), 2.0, 0.5, _seen_from), (np.array([7.0]), 40.0, 4.0, _seen_from)],
        {
            "that is Euler's step: Heun looks a second time, at the guess": lambda x, t, after, mean: (
                mean(x, t) + after / t * (x - mean(x, t))
            ),
            "two slopes: take their mean, not their sum": lambda x, t, after, mean: _heun(
                x, t, after, mean, lambda guess: (guess - mean(guess, after)) / after, share=1.0
            ),
            "the second slope is that at the guess, not at x": lambda x, t, after, mean: _heun(
                x, t, after, mean, lambda guess: (x - mean(x, after)) / after
            ),
            "the second slope is taken at the height t', so divide by t'": lambda x, t, after, mean: _heun(
                x, t, after, mean, lambda guess: (guess - mean(guess, after)) / t
            ),
            "the guess lies at the height t': ask for the mean seen from there": lambda x, t, after, mean: _heun(
                x, t, after, mean, lambda guess: (guess - mean(guess, t)) / after
            ),
            "that walks away from the data: t' - t is negative": lambda x, t, after, mean: (
                2 * x - _heun(x, t, after, mean, lambda guess: (guess - mean(guess, after)) / after)
            ),
        },
    ),
    Exercise(
        "9305.learned",
        lambda: 3074,
        [()],
        {
            "that would be so if x_0 were independent of (x, t); here (x, t) is made from it": lambda: 1,
            "two factors R^-(d+1): the exponent 2(d+1) is d+D": lambda: 3073,
            "the exponent 2(d+1) is d+D, and D exceeds d by two": lambda: 3072,
            "that is the exponent 2(d+1), which is d+D; asked is D": lambda: 6146,
        },
    ),
]
