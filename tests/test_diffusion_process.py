"""The Poisson process: its noise has the law of the post, and ``recover`` undoes ``forward``."""

import math

import numpy as np
import pytest
import torch
from scipy import stats

from blogtools.diffusion import Cosine, Heat, Levelled, Linear, Poisson, VarianceExploding, VariancePreserving
from blogtools.diffusion.process import Process

ALPHA = 1e-6
"""Significance of one law test: of a hundred such tests at fresh seeds, one false alarm in ten thousand suites."""

LINEAR = [Linear(s) for s in (Heat(), VariancePreserving(), VarianceExploding(), Cosine())]


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@pytest.mark.parametrize("D", [1.0, 2.5, 7.0, 2048.0])
@pytest.mark.parametrize("d", [1, 2, 64])
def test_noise_is_a_multivariate_student_law(D: float, d: int) -> None:
    eps = Poisson(D).noise(torch.empty(5000, d, dtype=torch.float64), seeded())
    # ‖g‖²/d over χ²_D/D is Fisher's F, one coordinate is Student's t.
    assert stats.kstest(eps.square().sum(-1).numpy() / d, stats.f(d, D).cdf).pvalue > ALPHA
    assert stats.kstest(eps[:, 0].numpy(), stats.t(D).cdf).pvalue > ALPHA


def test_noise_at_infinite_D_is_gaussian() -> None:
    eps = Poisson(math.inf).noise(torch.empty(5000, 3, dtype=torch.float64), seeded())
    assert stats.kstest(eps.flatten().numpy(), stats.norm.cdf).pvalue > ALPHA
    assert torch.equal(eps, torch.randn(5000, 3, dtype=torch.float64, generator=seeded()))


def test_one_clock_for_all_coordinates_of_a_sample() -> None:
    eps = Poisson(1.0).noise(torch.empty(4000, 2, dtype=torch.float64), seeded())
    correlation = stats.spearmanr(eps[:, 0].abs().numpy(), eps[:, 1].abs().numpy()).statistic
    assert correlation > 0.3  # two Cauchy draws that shared nothing would give 0 ± 0.016


def test_noise_follows_the_generator_and_the_like() -> None:
    like = torch.empty(2, 3, 5, dtype=torch.float64)
    a, b = (Poisson(1.0).noise(like, seeded(7)) for _ in range(2))
    assert torch.equal(a, b)
    assert a.shape == like.shape
    assert a.dtype == like.dtype
    assert not torch.equal(a, Poisson(1.0).noise(like, seeded(8)))
    torch.manual_seed(3)
    c = Poisson(1.0).noise(like)
    torch.manual_seed(3)
    assert torch.equal(c, Poisson(1.0).noise(like))


@pytest.mark.parametrize("process", LINEAR, ids=repr)
def test_noise_of_linear_processes_is_gaussian(process: Linear) -> None:
    assert process.gaussian
    assert torch.equal(process.noise(torch.empty(5000, 3), seeded()), torch.randn(5000, 3, generator=seeded()))


@pytest.mark.parametrize("process", [*LINEAR, Poisson(1.0)], ids=repr)
@pytest.mark.parametrize("t", [0.3, torch.tensor(0.3), torch.tensor([0.3, 0.9, 1.0]), torch.tensor([[0.1], [0.7]])])
def test_recover_undoes_forward(t: float | torch.Tensor, process: Linear) -> None:
    x0 = torch.randn(2, 3, 4, generator=seeded(), dtype=torch.float64)
    eps = process.noise(x0, seeded(1))
    x_t = process.forward(x0, eps, t)
    a, b = (np.broadcast_to(v.double().numpy(), (2, 3))[..., None] for v in process.schedule(t)[:2])
    np.testing.assert_allclose(x_t.numpy(), a * x0.numpy() + b * eps.numpy(), rtol=1e-6, atol=1e-9)
    torch.testing.assert_close(process.recover(x0, x_t, t), eps, rtol=1e-9, atol=1e-9)
    assert torch.equal(process.forward(x0, eps, 0.0), x0)
    np.testing.assert_allclose(process.level(t).numpy(), process.schedule(t)[1] / process.schedule(t)[0])
    inside = torch.as_tensor(t)[torch.as_tensor(t) < 1]
    torch.testing.assert_close(process.time(process.level(inside)), inside, rtol=1e-5, atol=1e-6)


def test_poisson_flow_is_linear_with_another_noise() -> None:
    x0 = torch.randn(3, 4, generator=seeded())
    torch.testing.assert_close(Poisson().forward(x0, x0 + 1, 50.0), x0 + 50 * (x0 + 1))
    assert torch.equal(Poisson(math.inf).noise(x0, seeded()), Linear(Heat()).noise(x0, seeded()))
    assert repr(Poisson(2.0)) == "Poisson(D=2.0)"
    assert Poisson(2.0) == Poisson(2.0) != Poisson(1.0)


def test_what_has_a_level_says_so() -> None:
    processes: list[Process] = [*LINEAR, Poisson()]
    assert all(isinstance(process, Levelled) for process in processes)


def test_times_in_double_precision_leave_the_dtype_alone() -> None:
    x0 = torch.zeros(3, 2)
    assert Poisson().forward(x0, x0 + 1, torch.ones(3, dtype=torch.float64)).dtype == torch.float32


@pytest.mark.parametrize("D", [0.5, 0.0, -1.0, math.nan])
def test_refuses_D_below_one(D: float) -> None:
    with pytest.raises(ValueError, match=f"D = {D} must"):
        Poisson(D)


def test_refuses_to_recover_at_zero_and_clocks_that_do_not_fit() -> None:
    x = torch.zeros(3, 2)
    for process in (Poisson(), *LINEAR):
        with pytest.raises(ValueError, match=r"t = 0\.0 must be above 0 to recover the noise"):
            process.recover(x, x, 0.0)
        with pytest.raises(ValueError, match=r"t = 0\.0 must be above 0"):
            process.recover(x, x, torch.tensor([0.5, 0.0, 0.2]))
        with pytest.raises(ValueError, match=r"t = -1 must"):
            process.forward(x, x, -1.0)
    with pytest.raises(ValueError, match=r"t = 1\.5 must lie in \[0, 1\]"):
        Linear(Cosine()).forward(x, x, 1.5)
    with pytest.raises(ValueError, match=r"t has shape \(2,\), but must be a scalar or fit the batch \(3,\)"):
        Poisson().forward(x, x, torch.ones(2))
