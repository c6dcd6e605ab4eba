"""Training points, targets and the loss of 9305."""

import math

import numpy as np
import pytest
import torch
from scipy import stats
from torch import Tensor

from blogtools.diffusion import Poisson, PosteriorMean, denoising_loss, perturb_eq11, target_eq10, target_eq12

ALPHA = 1e-6
DATA = torch.tensor([[-1.0, 0.2], [0.7, 0.9], [1.1, -0.8]], dtype=torch.float64)


def draw(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


@pytest.mark.parametrize("d", [1, 2, 16])
def test_eq11_points(d: int) -> None:
    x0, sigma, tau, M = draw(1, d).expand(5000, d), 0.01, 0.03, 300.0
    x, t = perturb_eq11(x0, sigma, tau, M, torch.Generator().manual_seed(0))
    r = (x - x0).norm(dim=1)
    # Length over time knows nothing of the scale: χ_d over |normal|.
    assert stats.kstest(((r / t) ** 2 / d).numpy(), stats.f(d, 1).cdf).pvalue > ALPHA
    u = ((x - x0) / r[:, None])[:, 0].numpy()
    if d == 1:
        assert stats.binomtest(int((u > 0).sum()), 5000).pvalue > ALPHA
    else:
        assert stats.kstest((1 + u) / 2, stats.beta((d - 1) / 2, (d - 1) / 2).cdf).pvalue > ALPHA
    # log t is log|normal| + log σ + a uniform of width M log(1+τ): its mean and variance in closed form.
    log_t, width = t.log().numpy(), M * math.log(1 + tau)
    mean = math.log(sigma) + width / 2 - (math.log(2) + np.euler_gamma) / 2
    variance = width**2 / 12 + math.pi**2 / 8
    assert abs(log_t.mean() - mean) < 5.5 * math.sqrt(variance / 5000)
    assert abs(log_t.var() / variance - 1) < 0.08


def test_mean_of_eq10_is_the_field_of_eq8() -> None:
    x, t = 2 * draw(7, 2), torch.rand(7, dtype=torch.float64) + 0.5
    target = torch.stack([target_eq10(x, t, y.expand(7, 2)) for y in DATA]).mean(0)
    unit, log_length = PosteriorMean(DATA).field(x, t)
    torch.testing.assert_close(target, unit * log_length.exp()[:, None] * 4 * math.pi)


def test_eq12_is_the_direction_of_the_mean_of_eq10() -> None:
    x, t = 2 * draw(7, 2), 0.8
    mean = torch.stack([target_eq10(x, t, y.expand(7, 2)) for y in DATA]).mean(0)
    torch.testing.assert_close(target_eq12(x, t, DATA), mean / mean.norm(dim=1, keepdim=True))
    far = target_eq12(30 * draw(4, 784), 1.0, draw(20, 784, seed=1))  # R^{-785} is no number, its direction is
    torch.testing.assert_close(far.norm(dim=1), torch.ones(4).double())


@pytest.mark.parametrize("D", [1.0, 3.0, math.inf])
def test_the_loss_is_least_at_the_posterior_mean(D: float) -> None:
    """The error of x̂_0 is uncorrelated with every function of (x, t), and only for the right exponent."""
    process = Poisson(D)
    generator = torch.Generator().manual_seed(0)
    n, t = 200_000, 0.8
    x0 = DATA[torch.randint(3, (n,), generator=generator)]
    x = process.forward(x0, process.noise(x0, generator), t)

    def z_scores(predict: PosteriorMean) -> Tensor:
        residual = x0 - predict(x, t)
        tests = torch.stack(
            [torch.ones(n).double(), torch.tanh(x[:, 0]), torch.tanh(x[:, 1]), torch.exp(-x.norm(dim=1))]
        )
        products = tests[:, :, None] * residual
        return products.mean(1) / (products.std(1) / n**0.5)

    assert z_scores(PosteriorMean(DATA, D)).abs().max() < 5.5
    assert z_scores(PosteriorMean(DATA, DATA.shape[1] + 2.0)).abs().max() > 10


def test_the_loss_is_what_it_says() -> None:
    process, t = Poisson(1.0), torch.linspace(0.5, 2, 8)
    x0 = draw(8, 3).float()
    seen = {}

    def predict(x: Tensor, clock: Tensor) -> Tensor:
        seen["x"], seen["t"] = x, clock
        return 0.5 * x

    loss = denoising_loss(predict, process, x0, t, torch.Generator().manual_seed(4), weight=lambda s: 1 / s**2)
    eps = process.noise(x0, torch.Generator().manual_seed(4))
    x_t = x0 + t[:, None] * eps
    torch.testing.assert_close(seen["x"], x_t)
    torch.testing.assert_close(loss, (((0.5 * x_t - x0) ** 2).mean(1) / t**2).mean())
    plain = denoising_loss(
        predict, process, x0, t, torch.Generator().manual_seed(4), error=lambda a, b: (a - b).abs().sum(-1)
    )
    torch.testing.assert_close(plain, (0.5 * x_t - x0).abs().sum(-1).mean())
    assert loss.shape == ()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: perturb_eq11(DATA, 0.0, 0.03, 291), r"sigma = 0\.0"),
        (lambda: perturb_eq11(DATA, 0.01, -1.0, 291), r"tau = -1\.0"),
        (lambda: perturb_eq11(DATA, 0.01, 0.03, 0), "M = 0 must"),
        (lambda: target_eq10(DATA, 0.0, DATA), "the target of eq10 has 9 of 9 entries"),
        (lambda: target_eq10(torch.ones(2, 784) * 30, 1.0, torch.zeros(2, 784)), "eq10 underflows in torch.float32"),
        (lambda: target_eq10(torch.ones(2, 784) * 1e-3, 0.0, torch.zeros(2, 784)), "entries that are NaN or infinite"),
        (lambda: target_eq10(DATA, 1.0, torch.zeros(3, 4)), "its last axis must be d = 2"),
        (lambda: target_eq12(DATA, 1.0, torch.empty(0, 2)), r"data has shape \(0, 2\)"),
    ],
)
def test_refuses(call, message: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ValueError, match=message):
        call()
