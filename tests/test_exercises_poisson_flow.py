"""The right answers to the exercises of 9305, each against the package or against what it is to bring about."""

import numpy as np
import pytest
import torch

from blogtools.diffusion import Poisson, PosteriorMean, field_lines, gravity, multipole, sample
from blogtools.exercises import exercises

RIGHT = {name: exercise.truth for name, exercise in exercises().items() if name.startswith("9305.")}
DATA = torch.randn(7, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
MEAN = PosteriorMean(DATA)
X = torch.tensor([2.0, -1.0, 0.5], dtype=torch.float64)


@pytest.mark.parametrize("d", [1, 2, 3, 5])
def test_pull_is_gravity(d: int) -> None:
    x, y = DATA.flatten()[:d], DATA.flatten()[d : 2 * d]
    assert RIGHT["9305.pull"](x.numpy(), y.numpy()) == pytest.approx(gravity(x, y[None]).numpy())


def test_share_of_the_lines_on_the_heavy_mass() -> None:
    masses, places = torch.tensor([3.0, 1, 1, 1]), torch.tensor([[0.0, 0.0], [1.0, 0.2], [-0.8, 0.9], [-0.3, -1.1]])
    angle = torch.arange(60) * (2 * torch.pi / 60) + 0.01
    seeds = 30 * torch.stack([angle.cos(), angle.sin()], 1) + masses @ places / 6
    ended = field_lines(lambda x: gravity(x, places, masses), seeds, 0.1, 400, places).source
    assert int((ended == 0).sum()) == RIGHT["9305.share"]()


def test_far_is_what_three_times_the_distance_leaves() -> None:
    def apart(distance: float) -> float:
        x = distance * X / X.norm()
        exact = gravity(x, DATA)
        return float((exact - multipole(x, DATA)).norm() / exact.norm())

    assert apart(9e3) / apart(3e3) == pytest.approx(RIGHT["9305.far"](), rel=1e-2)


def test_radius_lies_on_the_ray() -> None:
    g, h, T = np.array([0.3, -1.2, 2.0]), -0.7, 40.0
    r = RIGHT["9305.radius"](g, h, T)
    assert r / np.hypot(r, T) == pytest.approx(np.linalg.norm(g) / np.linalg.norm([*g, h]))


def test_target_is_the_posterior_mean() -> None:
    F = MEAN.field(X, 0.8)[0].numpy()
    assert RIGHT["9305.target"](X.numpy(), 0.8, F[:-1], F[-1]) == pytest.approx(MEAN(X, 0.8).numpy())


def mean(x: np.ndarray, t: float) -> np.ndarray:
    return MEAN(torch.as_tensor(x), t).numpy()


def sampled(solver: str) -> np.ndarray:
    return sample(MEAN, Poisson(), X, torch.tensor([3.0, 1.2], dtype=torch.float64), solver=solver).x.numpy()


def test_steps_are_those_of_the_sampler() -> None:
    x = X.numpy()
    assert RIGHT["9305.step"](x, mean(x, 3.0), 3.0, 1.2) == pytest.approx(sampled("euler"))
    assert RIGHT["9305.heun"](x, 3.0, 1.2, mean) == pytest.approx(sampled("heun"))


def test_mean_of_images() -> None:
    # Seen from so far all five count.
    x, *near = torch.randn(6, 784, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    data = 0.05 * torch.stack(near)
    assert RIGHT["9305.mean"](x.numpy(), 0.5, data.numpy()) == pytest.approx(PosteriorMean(data)(x, 0.5).numpy())


def test_learned_field_has_the_exponent_of_two_factors() -> None:
    d = 3072
    assert d + RIGHT["9305.learned"]() == 2 * (d + 1)
