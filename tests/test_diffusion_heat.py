"""Heat four ways, densities along any drift, likelihoods, and attention: each against something that shares no code."""

import math
import re
import warnings
from collections.abc import Sequence

import numpy as np
import pytest
import torch
from scipy.integrate import quad
from scipy.stats import kstest, norm
from torch import Tensor

from blogtools.data import digits
from blogtools.diffusion import (
    Cosine,
    Heat,
    Linear,
    Mixture,
    PosteriorMean,
    VariancePreserving,
    attention_mean,
    carry,
    continuity_residual,
    denoising_loss,
    divergence,
    downhill,
    grid,
    heat_differences,
    heat_fft,
    log_likelihood,
    prior_kl,
    sample,
    score,
    score_target,
    score_weight,
    velocity,
)

HEAT = Linear(Heat())
DOUBLE = torch.float64


def draw(*shape: int, seed: int = 0, dtype: torch.dtype = DOUBLE) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=dtype)


def slope(steps: Sequence[float], errors: Sequence[float]) -> float:
    return float(np.polyfit(np.log(steps), np.log(errors), 1)[0])


NODES = np.linspace(-2, 2, 41)
CURVE = np.where(NODES < 0.3, np.maximum(0, 1 + NODES), 2.0 * (NODES > 1.2))
DRAWN = Mixture(torch.as_tensor(NODES)[:, None], 0.15, torch.as_tensor(CURVE))
PLANE = Mixture(torch.tensor([[-1.0, 0.3], [0.8, 1.0], [0.5, -1.2]], dtype=DOUBLE), 0.4, torch.tensor([5, 3, 2]))


def by_hand(x: np.ndarray, t: float) -> np.ndarray:
    """Density of ``DRAWN``, by SciPy."""
    return norm.pdf(x[:, None], NODES, math.hypot(0.15, t)) @ (CURVE / CURVE.sum())


def cdf(x: np.ndarray, t: float) -> np.ndarray:
    return norm.cdf(np.ravel(x)[:, None], NODES, math.hypot(0.15, t)) @ (CURVE / CURVE.sum())


@pytest.mark.parametrize("t", [0.0, 0.05, 0.7])
def test_the_mixture_and_fourier_are_one_cloud(t: float) -> None:
    x = np.linspace(-8, 8, 257)
    np.testing.assert_allclose(DRAWN.log_density(torch.as_tensor(x)[:, None], t).exp(), by_hand(x, t), 1e-12, 1e-300)
    np.testing.assert_allclose(heat_fft(by_hand(x, 0), x, t), by_hand(x, t), atol=1e-14)
    # A narrow window loses what leaves it, and nothing comes back round the corner.
    window = x[64:193]
    inside = by_hand(x, 0) * (abs(x) <= window[-1])
    np.testing.assert_allclose(heat_fft(inside[64:193], window, t), heat_fft(inside, x, t)[64:193], atol=1e-14)


def test_finite_differences_join_them_to_second_order() -> None:
    sizes, errors = [81, 161, 321], []
    for n in sizes:
        x = np.linspace(-6, 6, n)
        errors.append(abs(heat_differences(by_hand(x, 0), x, 0.7) - by_hand(x, 0.7)).max())
    order = slope([1 / (n - 1) for n in sizes], errors)
    print(f"finite differences: order {order:.3f}, errors {errors}")
    assert abs(order - 2) < 0.1
    assert errors[-1] < 1e-4
    x = np.linspace(-6, 6, 161)
    constant, clock = heat_differences(by_hand(x, 0), x, 0.49, 0.5), heat_differences(by_hand(x, 0), x, 0.7)
    np.testing.assert_allclose(constant, clock, atol=1e-8)
    assert (heat_differences(CURVE, NODES, 0.0) == CURVE).all()
    assert (heat_differences(0 * CURVE, NODES, 1.0) == 0).all()


@pytest.mark.parametrize("D", [None, 0.3, lambda x, t: 0.5 + t + x**2])
def test_one_run_gives_many_moments_in_any_order(D) -> None:  # type: ignore[no-untyped-def]
    moments = np.array([0.4, 0.0, 0.7, 0.4])
    together = heat_differences(CURVE, NODES, moments, D, rtol=1e-8)
    alone = [heat_differences(CURVE, NODES, t, D, rtol=1e-8) for t in moments]
    np.testing.assert_allclose(together, alone, atol=1e-6)
    assert (together[1] == CURVE).all()
    assert abs(together[0] - together[2]).max() > 0.01
    rough = abs(heat_differences(CURVE, NODES, 0.7, D, rtol=1e-3) - together[2]).max()
    assert 1e-6 < rough < 1e-2
    assert heat_differences(CURVE, NODES, [0.0, 0.0], D).shape == (2, 41)


@pytest.mark.parametrize(("solver", "order"), [("euler", 1), ("heun", 2)])
def test_particles_join_them_with_the_order_of_the_solver(solver: str, order: int) -> None:
    u = (np.arange(40) + 0.5) / 40
    wide = np.linspace(-20, 20, 20001)
    start = torch.as_tensor(np.interp(u, cdf(wide, 4.0), wide))[:, None]
    u = cdf(start.numpy(), 4.0)
    steps, errors = [64, 128, 256], []
    for n in steps:
        end = sample(DRAWN, HEAT, start, grid(4.0, 0.3, n, to_zero=False), solver=solver).x
        # On the line nobody overtakes: each particle keeps its share of the cloud to its left.
        errors.append(abs(cdf(end.numpy(), 0.3) - u).max())
    found = -slope(steps, errors)
    print(f"particles, {solver}: order {found:.3f}, errors {errors}")
    assert abs(found - order) < 0.1
    assert errors[-1] < {1: 5e-3, 2: 1e-4}[order]


def test_particles_bring_their_density_with_them() -> None:
    x = torch.linspace(-1, 1.8, 15, dtype=DOUBLE)[:, None]
    f = downhill(DRAWN.log_density, lambda x, t: t)
    there, gained = carry(f, x, 0.0, 1.0, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(
        np.log(by_hand(x.ravel().numpy(), 0)) - gained.numpy(), np.log(by_hand(there.ravel().numpy(), 1.0)), atol=1e-7
    )
    assert (carry(f, x, 0.5, 0.5)[0] == x).all()
    back, lost = carry(f, there, 1.0, 0.0, rtol=1e-9, atol=1e-9)
    torch.testing.assert_close(back, x, atol=1e-6, rtol=0)
    torch.testing.assert_close(lost, -gained, atol=1e-6, rtol=0)


def test_a_diffusivity_that_depends_on_place() -> None:
    """∂_t p = ∂((1 − x²) ∂p): Legendre polynomials fade like e^{−n(n+1)t}."""
    errors = []
    for n in (100, 200):
        x = (np.arange(n) + 0.5) * 2 / n - 1
        legendre = (3 * x**2 - 1) / 2
        found = heat_differences(0.5 + 0.4 * legendre, x, 0.2, lambda x, t: 1 - x**2)
        errors.append(abs(found - 0.5 - 0.4 * math.exp(-6 * 0.2) * legendre).max())
        assert abs(found.sum() / n - 0.5) < 1e-3
        assert abs(found.sum() - (0.5 + 0.4 * legendre).sum()) < 1e-7 * n
    assert abs(math.log2(errors[0] / errors[1]) - 2) < 0.1
    assert errors[1] < 1e-3


def test_the_mixture_predicts() -> None:
    x = np.linspace(-3, 3, 7)
    expected = []
    for place in x:
        weigh = lambda y: norm.pdf(place, y, 0.6) * by_hand(np.array([y]), 0)[0]  # noqa: B023, E731
        top, bottom = (quad(g, -4, 4, points=[0, 1, 2], limit=200)[0] for g in (lambda y: y * weigh(y), weigh))  # noqa: B023
        expected.append(top / bottom)
    np.testing.assert_allclose(DRAWN(torch.as_tensor(x)[:, None], 0.6).ravel(), expected, rtol=1e-7)
    points = Mixture(draw(9, 3), 0.0)
    torch.testing.assert_close(
        points(draw(5, 3, seed=1), 0.5), PosteriorMean(draw(9, 3), math.inf)(draw(5, 3, seed=1), 0.5)
    )
    torch.testing.assert_close(DRAWN(torch.zeros(1, 1, dtype=DOUBLE), 0.0), torch.zeros(1, 1, dtype=DOUBLE))


@pytest.mark.parametrize("t", [0.0, 0.5])
def test_draws_follow_the_density(t: float) -> None:
    x = DRAWN.draw(4000, t, torch.Generator().manual_seed(3))
    assert kstest(x.ravel().numpy(), lambda y: cdf(y, t)).pvalue > 1e-4


def vp_density(x: Tensor, t: Tensor) -> Tensor:
    """PLANE destroyed by the variance-preserving schedule: heat at the level b/a, seen in units of a."""
    a, b, _, _ = VariancePreserving()(t)
    return PLANE.log_density(x / a[..., None], b / a) - x.shape[-1] * a.log()


def vp_predict(x: Tensor, t: Tensor) -> Tensor:
    a, b, _, _ = VariancePreserving()(t)
    return PLANE(x / a[..., None], b / a)


VP = Linear(VariancePreserving())
CARRIED = {
    "eq17": (PLANE.log_density, velocity(PLANE, HEAT)),
    "eq10": (PLANE.log_density, downhill(PLANE.log_density, lambda x, t: t)),
    "preserving": (vp_density, velocity(vp_predict, VP)),
}


@pytest.mark.parametrize("name", CARRIED)
def test_probability_is_conserved(name: str) -> None:
    log_p, f = CARRIED[name]
    x, t = draw(20, 2), torch.linspace(0.2, 0.9, 20, dtype=DOUBLE)
    assert continuity_residual(log_p, f, x, t).abs().max() < 1e-12
    assert continuity_residual(log_p, f, x[0], 0.3).shape == ()
    assert continuity_residual(log_p, lambda x, t: -f(x, t), x, t).abs().max() > 0.5
    assert continuity_residual(log_p, lambda x, t: 1.01 * f(x, t), x, t).abs().max() > 5e-3


def test_many_drifts_carry_one_cloud() -> None:
    """Claim 1: what turns the cloud round its own level lines may be added to f."""

    def turned(x: Tensor, t: Tensor) -> Tensor:
        with torch.enable_grad():
            at = x if x.requires_grad else x.detach().requires_grad_()
            log_p = PLANE.log_density(at, t)
            (s,) = torch.autograd.grad(log_p.sum(), at, create_graph=True)
        return velocity(PLANE, HEAT)(x, t) + torch.stack([-s[..., 1], s[..., 0]], -1)

    assert continuity_residual(PLANE.log_density, turned, draw(20, 2), 0.7).abs().max() < 1e-12


A = torch.tensor([[1.3, 0.7], [0.7, 0.6]], dtype=DOUBLE)


def gaussian_under_A(x: Tensor, t: Tensor) -> Tensor:
    """N(0, I + 2At), which solves ∂_t p = ∇·(A∇p)."""
    spread = torch.eye(2, dtype=DOUBLE) + 2 * A * t[..., None, None]
    return -(x * torch.linalg.solve(spread, x)).sum(-1) / 2 - torch.logdet(spread) / 2


def sheared(x: Tensor, t: Tensor) -> Tensor:
    """PLANE's heat in y = (x_1, x_2 + sin 2x_1), whose Jacobian J has determinant 1: ∂_t p = ∇·(t (JᵀJ)^{-1} ∇p)."""
    return PLANE.log_density(torch.stack([x[..., 0], x[..., 1] + torch.sin(2 * x[..., 0])], -1), t)


def shear_D(x: Tensor, t: Tensor, sign: float = -1.0) -> Tensor:
    k, one = 2 * torch.cos(2 * x[..., 0]), torch.ones_like(x[..., 0])
    inverse = torch.stack([torch.stack([one, sign * k], -1), torch.stack([sign * k, 1 + k**2], -1)], -1)
    return t[..., None, None] * inverse


def test_a_matrix_that_depends_on_place() -> None:
    x, t = draw(20, 2), torch.linspace(0.2, 0.9, 20, dtype=DOUBLE)
    assert continuity_residual(gaussian_under_A, downhill(gaussian_under_A, A), x, t).abs().max() < 1e-12
    assert continuity_residual(gaussian_under_A, downhill(gaussian_under_A, A.diag().diag()), x, t).abs().max() > 0.1
    assert continuity_residual(sheared, downhill(sheared, shear_D), x, t).abs().max() < 1e-11
    wrong = downhill(sheared, lambda x, t: shear_D(x, t, sign=1.0))
    assert continuity_residual(sheared, wrong, x, t).abs().max() > 1
    # A field of numbers is that field times the identity.
    field = downhill(sheared, lambda x, t: 1 + x[..., 0] ** 2)(x, t)
    matrix = downhill(sheared, lambda x, t: (1 + x[..., 0] ** 2)[..., None, None] * torch.eye(2, dtype=DOUBLE))(x, t)
    torch.testing.assert_close(field, matrix)


def test_eq5_and_eq6_converge_as_they_should() -> None:
    f, x, t = velocity(PLANE, HEAT), draw(6, 2), 0.6
    steps = [2.0**-k for k in range(4, 9)]
    trace = divergence(f, x, t)
    jacobian = torch.stack([torch.func.jacrev(lambda y: f(y, torch.tensor(t)))(row) for row in x])
    determinant, change = [], []
    for dt in steps:
        exact = torch.linalg.det(torch.eye(2, dtype=DOUBLE) + dt * jacobian).abs()
        determinant.append(float((exact - 1 - dt * trace).abs().max()))
        before, after = PLANE.log_density(x, t), PLANE.log_density(x + dt * f(x, torch.tensor(t)), t + dt)
        change.append(float((after - before + dt * trace).abs().max()))
    along = []
    for n in (64, 128, 256, 512):
        place, total = x, PLANE.log_density(x, 0.6)
        for k in range(n):
            now = 0.6 + k / n
            place, total = place + f(place, torch.tensor(now)) / n, total - divergence(f, place, now) / n
        along.append(float((total - PLANE.log_density(place, 1.6)).abs().max()))
    orders = [slope(steps, determinant), slope(steps, change), slope([1 / n for n in (64, 128, 256, 512)], along)]
    print(f"eq5, eq6 in one step, eq6 along the path: orders {orders}")
    np.testing.assert_allclose(orders, [2, 2, 1], atol=0.1)


@pytest.mark.parametrize("d", [2, 64])
@pytest.mark.parametrize(("trace", "probes"), [("exact", 1), ("hutchinson", 0)])
def test_likelihood_of_a_mixture(d: int, trace: str, probes: int) -> None:
    cloud, at = Mixture(draw(5, d), 0.5), Mixture(torch.zeros(1, d, dtype=DOUBLE), 0.0)
    x, T = cloud.draw(4, 0.1, torch.Generator().manual_seed(1)), 5000.0
    found = log_likelihood(
        velocity(cloud, HEAT),
        x,
        0.1,
        T,
        lambda y: at.log_density(y, T),
        trace=trace,
        probes=probes or d,
        generator=torch.Generator().manual_seed(2),
    )
    by_scipy = np.logaddexp.reduce(norm.logpdf(x[:, None], draw(5, d), math.hypot(0.5, 0.1)).sum(-1), 1) - math.log(5)
    print(f"d = {d}, {trace}: off by {abs(found.numpy() - by_scipy).max():.2g} nats")
    np.testing.assert_allclose(found, by_scipy, atol=1e-3)


def test_likelihood_under_another_schedule() -> None:
    x = draw(5, 2)
    normal = Mixture(torch.zeros(1, 2, dtype=DOUBLE), 1.0)
    found = log_likelihood(velocity(vp_predict, VP), x, 0.2, 1.0, lambda y: vp_density(y, torch.tensor(1.0)))
    torch.testing.assert_close(found, vp_density(x, torch.tensor(0.2, dtype=DOUBLE)), atol=1e-5, rtol=0)
    near = log_likelihood(velocity(vp_predict, VP), x, 0.2, 1.0, lambda y: normal.log_density(y, 0.0))
    torch.testing.assert_close(near, found, atol=0.02, rtol=0)


def test_one_probe_is_right_on_average() -> None:
    cloud = Mixture(draw(3, 4), 0.3)
    x = cloud.draw(1, 0.2, torch.Generator().manual_seed(1)).expand(3000, 4)
    found = log_likelihood(
        velocity(cloud, HEAT),
        x,
        0.2,
        3.0,
        lambda y: cloud.log_density(y, 3.0),
        trace="hutchinson",
        generator=torch.Generator().manual_seed(5),
        rtol=1e-4,
        atol=1e-4,
    )
    error = found - cloud.log_density(x[0], 0.2)
    deviation = float(error.std())
    print(f"one probe in d = 4: {float(error.mean()):.4f} off on average, {deviation:.3f} each")
    assert deviation > 0.05
    assert abs(float(error.mean())) < 4.5 * deviation / math.sqrt(3000)


def test_divergence_of_what_one_can_do_by_hand() -> None:
    x = draw(4, 3)
    cube = lambda x, t: t * x**3  # noqa: E731
    torch.testing.assert_close(divergence(cube, x, 2.0), 6 * x.square().sum(-1))
    assert (divergence(lambda x, t: torch.ones_like(x), x, 1.0) == 0).all()
    probes = math.sqrt(3) * torch.eye(3, dtype=DOUBLE)[:, None].expand(3, 4, 3)
    torch.testing.assert_close(divergence(cube, x, 2.0, probes), 6 * x.square().sum(-1))


@pytest.mark.parametrize("process", [HEAT, VP, Linear(Cosine())], ids=["heat", "preserving", "cosine"])
def test_conditional_score_matching_is_regression_on_x0(process: Linear) -> None:
    x0, t = draw(300, 2), torch.linspace(0.1, 0.9, 300, dtype=DOUBLE)
    guess = lambda x, t: torch.tanh(x) * torch.as_tensor(t)[..., None]  # noqa: E731
    loss = denoising_loss(guess, process, x0, t, torch.Generator().manual_seed(4), weight=score_weight(process))
    x_t = process.forward(x0, process.noise(x0, torch.Generator().manual_seed(4)), t)
    a, b, _, _ = process.schedule(t)
    normal = torch.distributions.MultivariateNormal(
        a[:, None] * x0, b.square()[:, None, None] * torch.eye(2, dtype=DOUBLE)
    )
    at = x_t.clone().requires_grad_()
    (target,) = torch.autograd.grad(normal.log_prob(at).sum(), at)
    torch.testing.assert_close(score_target(x0, x_t, t, process), target)
    eq20 = (score(guess, process)(x_t, t) - target).square().sum(-1)
    torch.testing.assert_close(loss, (b.square() * eq20).mean() / 2)


def test_score_of_the_mixture() -> None:
    x, t = draw(20, 2), torch.linspace(0.2, 0.9, 20, dtype=DOUBLE)
    torch.testing.assert_close(score(PLANE, HEAT)(x, t), -downhill(PLANE.log_density, 1.0)(x, t))
    torch.testing.assert_close(score(vp_predict, VP)(x, t), -downhill(vp_density, 1.0)(x, t))


def test_the_price_of_a_small_sigma() -> None:
    one = torch.tensor([[3.0]], dtype=DOUBLE)
    with pytest.warns(UserWarning, match=r"sigma_T = 6 .* 0\.125 nats .*from 6\.71 on it is below 0\.1"):
        assert prior_kl(one, 6.0) == pytest.approx(0.125)
    two = Mixture(torch.tensor([[3.0], [-3.0]], dtype=DOUBLE), 0.0)
    for T in (10.0, 30.0):
        y = T * torch.linspace(-12, 12, 20001, dtype=DOUBLE)[:, None]
        log_p = two.log_density(y, T)
        gap = log_p - torch.as_tensor(norm.logpdf(y.ravel(), 0, T))
        # For points at ±3 the first order cancels, so the bound is far from tight; for one point it is the KL itself.
        assert 0 < torch.trapezoid(log_p.exp() * gap, y.ravel()) < 0.2 * prior_kl(two.centres, T)
        log_p = torch.as_tensor(norm.logpdf(y.ravel(), 3, T))
        kl = torch.trapezoid(log_p.exp() * (log_p - torch.as_tensor(norm.logpdf(y.ravel(), 0, T))), y.ravel())
        assert float(kl) == pytest.approx(prior_kl(one, T), rel=0.05)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert prior_kl(torch.as_tensor(digits().train), 40.0) < 0.02


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
@pytest.mark.parametrize("d", [64, 784])
def test_attention_is_the_posterior_mean(d: int, dtype: torch.dtype) -> None:
    data = draw(400, d, dtype=dtype).clamp(-1, 1) + 5
    weights = torch.rand(400, generator=torch.Generator().manual_seed(1))
    weights[7] = 0
    direct = PosteriorMean(data.double(), math.inf, weights)
    for t in (1e-3, 0.02, 0.5, 3.0, 100.0):
        x = data[:12] + t * draw(12, d, seed=2, dtype=dtype)
        x[0] = (data[1] + data[2]) / 2
        found = attention_mean(data, x, t, weights)
        assert found.dtype == dtype
        error = (found.double() - direct(x.double(), t)).abs().amax(1)
        rounding = max(24 * torch.finfo(dtype).eps, 1e-16 * d)
        assert error[1:].max() < rounding, t
        # Half way between two sources the logits' rounding, ε‖x‖²/t², is left whole.
        assert error[0] < max(rounding, 1e-15 * d / t**2), t
    times = torch.logspace(-2, 1, 12, dtype=DOUBLE)
    x = data[:12] + times.to(dtype)[:, None] * draw(12, d, seed=2, dtype=dtype)
    torch.testing.assert_close(
        attention_mean(data, x, times).double(), PosteriorMean(data.double(), math.inf)(x.double(), times)
    )
    assert attention_mean(data, x.reshape(3, 4, d), 1.0).shape == (3, 4, d)


X, G = draw(4, 2), np.linspace(-1, 1, 5)
F = velocity(PLANE, HEAT)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: Mixture(draw(3, 2), -1.0), "width = -1.0 must be"),
        (lambda: Mixture(draw(3, 2), math.nan), "width = nan must be"),
        (lambda: Mixture(draw(0, 2), 1.0), "data has shape (0, 2)"),
        (lambda: Mixture(draw(3, 2), 0.0).log_density(X, 0.0), "t = 0 must be above 0 where width = 0"),
        (lambda: PLANE.log_density(X, -0.1), "t = -0.1 must not be negative"),
        (lambda: PLANE.log_density(draw(4, 3), 0.1), "x has shape (4, 3)"),
        (lambda: PLANE(X, math.nan), "t = nan must not be"),
        (lambda: PLANE.draw(0), "n = 0 must be a whole number"),
        (lambda: PLANE.draw(3, -1.0), "t = -1 must not be negative"),
        (lambda: heat_fft(G, G**3, 0.1), "grid has spacings 0.125 … 0.875, but must be even"),
        (lambda: heat_fft(G, -G, 0.1), "grid has spacings"),
        (lambda: heat_fft(G[:4], G, 0.1), "p0 has shape (4,)"),
        (lambda: heat_fft(G + math.inf, G, 0.1), "p0 has shape (5,), but must be finite"),
        (lambda: heat_fft(G, G, -0.1), "t = -0.1 must be finite and not negative"),
        (lambda: heat_fft(G, G, 1e7), "t = 10000000.0 must not exceed"),
        (lambda: heat_differences(G, G[:2], 0.1), "grid has shape (2,)"),
        (lambda: heat_differences(np.stack([G, G]), G, 0.1), "p0 has shape (2, 5)"),
        (lambda: heat_differences(G, G, 0.1, -1.0), "D = -1.0 must be finite and not negative"),
        (lambda: heat_differences(G, G, 0.1, math.inf), "D = inf must be finite"),
        (lambda: heat_differences(G, G, []), "t has shape (0,)"),
        (lambda: heat_differences(G, G, np.ones((2, 2))), "t has shape (2, 2)"),
        (lambda: heat_differences(G, G, np.array([0.1, -0.1])), "must be finite and not negative"),
        (lambda: heat_differences(G, G, 0.1, rtol=0.0), "rtol = 0.0 must be"),
        (lambda: heat_differences(G, G, 0.1, lambda x, t: x), "D at t = 0 must be"),
        (lambda: F(X, torch.tensor(0.0)), "t = 0.0 must be above 0"),
        (lambda: downhill(PLANE.log_density, lambda x, t: x)(X, torch.tensor(1.0)), "D has shape (4, 2) at x (4, 2)"),
        (lambda: downhill(PLANE.log_density, draw(3, 3))(X, torch.tensor(1.0)), "D has shape (3, 3)"),
        (lambda: divergence(lambda x, t: x[..., :1], X, 1.0), "the drift returned shape (4, 1)"),
        (lambda: carry(lambda x, t: x / 0, X, 0.1, 1.0), "the drift has 8 of 8 entries"),
        (lambda: carry(F, X, 0.1, math.inf), "t0 = 0.1 and t1 = inf must be finite"),
        (lambda: carry(F, X, 0.1, 1.0, rtol=0.0), "rtol = 0.0 must be"),
        (lambda: carry(F, X[:0], 0.1, 1.0), "x has shape (0, 2)"),
        (lambda: carry(F, X * math.nan, 0.1, 1.0), "x has 8 of 8 entries"),
        (lambda: log_likelihood(F, X, 0.1, 1.0, torch.sum, trace="skilling"), "trace = 'skilling' is not one of"),
        (lambda: log_likelihood(F, X, 0.1, 1.0, torch.sum, trace="hutchinson", probes=3), "probes = 3 must be"),
        (lambda: log_likelihood(F, X, 0.1, 1.0, torch.sum, trace="hutchinson", probes=True), "probes = True"),
        (lambda: prior_kl(draw(0, 2), 1.0), "data has shape (0, 2)"),
        (lambda: prior_kl(X, 0.0), "sigma_T = 0.0 must be"),
        (lambda: prior_kl(X * math.nan, 1.0), "data has 8 of 8 entries"),
        (lambda: score_target(X, X, 0.0, HEAT), "t = 0.0 must be above 0"),
        (lambda: attention_mean(X, X, 0.0), "t = 0 must be at least"),
        (lambda: attention_mean(X, X, 1e-6), "use PosteriorMean"),
        (lambda: attention_mean(X, X, math.nan), "t = nan must not be"),
        (lambda: attention_mean(X, draw(4, 3), 1.0), "x has shape (4, 3)"),
        (lambda: attention_mean(X, X / 0, 1.0), "x has 8 of 8 entries"),
        (lambda: attention_mean(draw(0, 2), X, 1.0), "data has shape (0, 2)"),
    ],
)  # fmt: skip
def test_bad_input_is_refused(call, message: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ValueError, match=re.escape(message)):
        call()


def test_rk45_that_cannot_go_on_says_so() -> None:
    with pytest.raises(RuntimeError, match=r"rk45 gave up between t = 0\.0 and 2\.0"):
        carry(lambda x, t: x**2, torch.ones(1, 1, dtype=DOUBLE), 0.0, 2.0)
