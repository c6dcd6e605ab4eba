"""How good are samples? A Fréchet distance with its floor, a two-sample test, and a look for copies.

All functions take NumPy arrays or torch tensors with one row a picture and compute in float64. Distances between sets
are only comparable at equal sizes: the estimate is biased upwards by about (features²) / n.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from blogtools.data import Images, digits
from blogtools.nets import load

CLOSER_THAN_UNSEEN = 0.001


@dataclass(frozen=True)
class Repeated:
    """Mean, standard deviation and number of repetitions of a measured quantity."""

    mean: float
    sd: float
    n: int

    def __str__(self) -> str:
        """Like ``1.22 ± 0.08``."""
        return f"{self.mean:.2f} ± {self.sd:.2f}"


def frechet_distance(a: Any, b: Any) -> float:
    """‖μ_a − μ_b‖² + tr(C_a + C_b − 2 (C_a C_b)^{1/2}) of two sets of features (n, k) and (m, k).

    The squared Wasserstein-2 distance of the Gaussians fitted to the two sets, by symmetric eigenvalues (no general
    matrix root), so it is real and, to rounding, not negative. Singular covariances are allowed.

    Raises ``ValueError`` for fewer than two rows, different k, NaN or infinity.
    """
    a, b = _rows("a", a, 2), _rows("b", b, 2)
    _same_width(a, b)
    mean = np.square(a.mean(0) - b.mean(0)).sum()
    ca, cb = np.atleast_2d(np.cov(a, rowvar=False)), np.atleast_2d(np.cov(b, rowvar=False))
    values, vectors = np.linalg.eigh(ca)
    root = (vectors * np.sqrt(values.clip(0.0))) @ vectors.T
    cross = np.sqrt(np.linalg.eigvalsh(root @ cb @ root).clip(0.0)).sum()
    return float(max(0.0, mean + np.trace(ca) + np.trace(cb) - 2.0 * cross))


def floor(features: Any, size: int, rng: np.random.Generator, splits: int = 100) -> Repeated:
    """What :func:`frechet_distance` gives for real against real: disjoint random sets of ``size`` rows each.

    ``features`` (n, k) of all real images, n ≥ 2 · size. The spread is that between splits.
    """
    features = _rows("features", features, 4)
    if not 2 <= size <= len(features) // 2:
        raise ValueError(f"size={size}: expected 2 … {len(features) // 2}, half of the {len(features)} rows")
    values = []
    for _ in range(splits):
        order = rng.permutation(len(features))
        values.append(frechet_distance(features[order[:size]], features[order[size : 2 * size]]))
    return repeated(values)


def fitted_gaussian(train: Any, n: int, rng: np.random.Generator) -> np.ndarray:
    """``n`` samples (n, d), float32, with the mean and covariance of the training pixels: a baseline."""
    train = _rows("train", train, 2)
    mean, covariance = train.mean(0), np.atleast_2d(np.cov(train, rowvar=False))
    values, vectors = np.linalg.eigh(covariance)
    draws = rng.standard_normal((n, len(mean))) * np.sqrt(values.clip(0.0))
    return (mean + draws @ vectors.T).astype(np.float32)


def one_nn_accuracy(a: Any, b: Any) -> float:
    """Leave-one-out accuracy of telling ``a`` from ``b`` by the nearest neighbour in the union; equal sizes.

    Near 1/2 when the two follow one law (standard deviation about 0.5/√n or a little more), 1 when they keep apart,
    below 1/2 when each point of one set sits on a point of the other: copies.
    """
    a, b = _rows("a", a, 2), _rows("b", b, 2)
    _same_width(a, b)
    if len(a) != len(b):
        raise ValueError(f"a has {len(a)} rows and b {len(b)}: expected equal numbers, or chance is not 1/2")
    both = np.concatenate([a, b])
    squares = _squared_distances(both, both)
    np.fill_diagonal(squares, np.inf)
    is_a = np.arange(len(both)) < len(a)
    return float((is_a[squares.argmin(1)] == is_a).mean())


def nearest(x: Any, train: Any) -> tuple[np.ndarray, np.ndarray]:
    """Index of, and Euclidean distance to, the nearest row of ``train`` (m, d) for each row of ``x`` (n, d)."""
    x, train = _rows("x", x, 1), _rows("train", train, 1)
    _same_width(x, train)
    squares = _squared_distances(x, train)
    index = squares.argmin(1)
    return index, np.linalg.norm(x - train[index], axis=1)


def copy_threshold(train: Any, unseen: Any, share: float = CLOSER_THAN_UNSEEN) -> float:
    """The distance to the nearest training image below which lies only the given share of unseen real images."""
    if not 0.0 <= share < 1.0:
        raise ValueError(f"share={share}: expected a number in [0, 1)")
    return float(np.quantile(nearest(unseen, train)[1], share))


def copy_rate(samples: Any, train: Any, unseen: Any, share: float = CLOSER_THAN_UNSEEN) -> float:
    """Share of the samples that lie nearer to a training image than (nearly) any unseen real image does.

    The threshold is :func:`copy_threshold`: by its making, real images that nobody trained on have a copy rate of
    ``share``, and training images, or training images with a little noise, of 1.
    """
    return float((nearest(samples, train)[1] < copy_threshold(train, unseen, share)).mean())


def nearer_to_train(samples: Any, train: Any, unseen: Any, rng: np.random.Generator) -> float:
    """Share of the samples whose nearest real image is a training image, among equally many of both kinds.

    Near 1/2 when the training images were no more to the model than others, 1 when it repeats them. A finer sign of
    memory than :func:`copy_rate`.
    """
    train, unseen = _rows("train", train, 1), _rows("unseen", unseen, 1)
    n = min(len(train), len(unseen))
    seen, new = (part[rng.choice(len(part), n, replace=False)] for part in (train, unseen))
    return float((nearest(samples, seen)[1] < nearest(samples, new)[1]).mean())


@dataclass(frozen=True)
class Judgement:
    """What a :class:`Judge` says of a set of samples; see the functions of the same names."""

    frechet: float
    one_nn: float
    copy_rate: float
    nearer_to_train: float


class Judge:
    """Judges samples against the test images of a data set, in the features of a network that ``features`` computes.

    ``features`` maps rows (n, d) float32 to (n, k). ``size`` is the number of test images: hand over as many samples.
    """

    def __init__(self, images: Images, features: Callable[[np.ndarray], np.ndarray], seed: int = 0) -> None:
        self.images, self.features, self.seed = images, features, seed
        self.size = len(images.test)
        self._train, self._test = features(images.train), features(images.test)

    def floor(self, splits: int = 100) -> Repeated:
        """Real against real at the size of the test set, over random splits of all images."""
        return floor(np.concatenate([self._train, self._test]), self._half(), np.random.default_rng(self.seed), splits)

    def train_against_test(self) -> float:
        """The Fréchet distance of as many training images from the test images: what perfect copying would score."""
        return frechet_distance(self._train[: self.size], self._test)

    def gaussian(self, repetitions: int = 3) -> Repeated:
        """The Fréchet distance of samples of the fitted Gaussian: knowing mean and covariance alone scores so."""
        rng = np.random.default_rng(self.seed)
        draws = (fitted_gaussian(self.images.train, self.size, rng) for _ in range(repetitions))
        return repeated([self.frechet(draw) for draw in draws])

    def frechet(self, samples: Any) -> float:
        """The Fréchet distance of samples (n, d) from the test images."""
        return frechet_distance(self.features(_rows("samples", samples, 2).astype(np.float32)), self._test)

    def judge(self, samples: Any) -> Judgement:
        """All measures at once; as many samples as there are test images."""
        train, test = self.images.train, self.images.test
        rng = np.random.default_rng(self.seed)
        return Judgement(
            self.frechet(samples),
            one_nn_accuracy(samples, test),
            copy_rate(samples, train, test),
            nearer_to_train(samples, train, test, rng),
        )

    def _half(self) -> int:
        return min(self.size, (len(self._train) + len(self._test)) // 2)


def digits_judge() -> Judge:
    """The judge of 8×8 digits: 797 test images in the features of the classifier that ships with the package."""
    classifier = load("digits-classifier")
    return Judge(digits(), lambda x: classifier.features(torch.from_numpy(x)).numpy())


def repeated(values: Any) -> Repeated:
    """Mean and standard deviation of a few repetitions (0 for one)."""
    v = np.asarray(values, dtype=np.float64)
    return Repeated(float(v.mean()), float(v.std(ddof=1)) if len(v) > 1 else 0.0, len(v))


def _rows(argument: str, x: Any, at_least: int) -> np.ndarray:
    if hasattr(x, "detach"):
        x = x.detach().cpu().numpy()
    rows = np.asarray(x, dtype=np.float64)
    if rows.ndim != 2 or len(rows) < at_least or rows.shape[1] < 1:
        raise ValueError(f"{argument} has shape {rows.shape}: expected at least {at_least} rows of one length")
    if not np.isfinite(rows).all():
        raise ValueError(f"{argument} holds NaN or infinity in {(~np.isfinite(rows)).any(1).sum()} of {len(rows)} rows")
    return rows


def _same_width(a: np.ndarray, b: np.ndarray) -> None:
    if a.shape[1] != b.shape[1]:
        raise ValueError(f"rows of {a.shape[1]} and of {b.shape[1]} numbers: expected equal lengths")


def _squared_distances(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return (np.square(a).sum(1)[:, None] + np.square(b).sum(1) - 2.0 * (a @ b.T)).clip(0.0)
