"""The one sampler, against solvers written out plainly, and against the orders that theory gives them."""

import itertools
import math

import numpy as np
import pytest
import torch
from scipy.integrate import solve_ivp
from scipy.stats import chi2, kstest, norm
from torch import Tensor

from blogtools.diffusion import (
    Cosine,
    Heat,
    Linear,
    Poisson,
    PosteriorMean,
    Spread,
    VarianceExploding,
    VariancePreserving,
    analytic_sigma_bar,
    ddpm_share,
    eta_share,
    grid,
    revise,
    sample,
    sample_hemisphere,
    sample_prior,
    steps_for,
)
from blogtools.diffusion.sampler import Predictor, Share
from blogtools.diffusion.schedule import Schedule

INF = math.inf
HEAT = Poisson(INF)


def draw(*shape: int, seed: int = 0, dtype: torch.dtype = torch.float64) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=dtype)


CENTRES = torch.tensor([[-1.5, 0.0], [1.0, 1.0], [0.5, -1.2]], dtype=torch.float64)


def mixture(x: Tensor, t: Tensor) -> Tensor:
    """E[x_0 | x] of three round Gaussians of width ½ under heat, in closed form and smooth in x and t."""
    wide = 0.25 + torch.as_tensor(t, dtype=x.dtype)[..., None] ** 2
    apart = x[..., None, :] - CENTRES
    p = torch.softmax(-apart.square().sum(-1) / (2 * wide), -1)
    return (p[..., None] * (CENTRES + 0.25 / wide[..., None] * apart)).sum(-2)


POINTS = PosteriorMean(CENTRES)
STARTS = {INF: 2 * draw(6, 2), 1.0: 4 * draw(6, 2)}


def tightly(predict, x: Tensor, t_from: float, t_to: float) -> Tensor:  # type: ignore[no-untyped-def]
    """Reference: dx/dt = (x − x̂_0)/t by DOP853 at 1e-12, past the sampler altogether."""

    def slope(t: float, y: np.ndarray) -> np.ndarray:
        place = torch.as_tensor(y).reshape(x.shape)
        return ((place - predict(place, torch.tensor(t))) / t).numpy().ravel()

    found = solve_ivp(slope, (t_from, t_to), x.numpy().ravel(), "DOP853", rtol=1e-12, atol=1e-12)
    return torch.as_tensor(found.y[:, -1]).reshape(x.shape)


@pytest.mark.parametrize(("D", "predict", "span"), [(INF, mixture, (3.0, 0.1)), (1.0, POINTS, (6.0, 1.0))])
@pytest.mark.parametrize(
    ("solver", "variable", "order"),
    [("euler", "t", 1), ("euler", "log t", 1), ("heun", "t", 2), ("heun", "log t", 2), ("2m", "t", 2)],
)
@pytest.mark.parametrize("kind", ["rho", "log"])
def test_order_of_convergence(
    D: float, predict: Predictor, span: tuple[float, float], solver: str, variable: str, order: int, kind: str
) -> None:
    truth = tightly(predict, STARTS[D], *span)
    steps = np.array([32, 64, 128, 256])
    errors = [
        float(
            (
                sample(
                    predict,
                    Poisson(D),
                    STARTS[D],
                    grid(span[0], span[1], int(n), kind, to_zero=False),
                    solver=solver,
                    variable=variable,
                ).x
                - truth
            ).norm()
        )
        for n in steps
    ]
    slope = -np.polyfit(np.log(steps), np.log(errors), 1)[0]
    assert abs(slope - order) < 0.1, (slope, errors)
    assert errors[-1] < {1: 0.03, 2: 1e-3}[order]


@pytest.mark.parametrize("variable", ["t", "log t"])
def test_rk45_meets_its_tolerance(variable: str) -> None:
    truth = tightly(mixture, STARTS[INF], 3.0, 0.1)
    errors = []
    for tolerance in (1e-3, 1e-6, 1e-9):
        found = sample(
            mixture, HEAT, STARTS[INF], torch.tensor([3.0, 0.1]).double(), solver="rk45", variable=variable,
            rtol=tolerance, atol=tolerance,
        )  # fmt: skip
        errors.append(float((found.x - truth).abs().max() / tolerance))
    assert max(errors) < 30, errors


def test_rk45_and_the_steps_agree_for_a_clock_per_sample() -> None:
    x, h = sample_hemisphere(20, 2, 5.0, torch.Generator().manual_seed(0), dtype=torch.float64)
    times = grid(5.0, 0.5, 400, "log", to_zero=False).outer(h)
    stepped = sample(POINTS, Poisson(), x, times, solver="heun").x
    for variable in ("t", "log t"):
        found = sample(POINTS, Poisson(), x, times, solver="rk45", variable=variable, rtol=1e-8, atol=1e-8)
        torch.testing.assert_close(found.x, stepped, rtol=0, atol=1e-4)
    one = sample(POINTS, Poisson(), x[3], times[:, 3], solver="heun").x
    torch.testing.assert_close(one, stepped[3])


@pytest.mark.parametrize("D", [1.0, 16.0, INF])
def test_euler_step_is_eq4_of_9305_and_of_9271(D: float) -> None:
    predict, x, t, after = PosteriorMean(draw(40, 5), D), 3 * draw(8, 5, seed=1), 2.0, 1.7
    stepped = sample(predict, Poisson(D), x, torch.tensor([t, after])).x
    x0 = predict(x, t)
    torch.testing.assert_close(stepped, x + (after - t) * (x - x0) / t)  # 9305.eq4 and its dx/dt = (x − x̂_0)/t
    torch.testing.assert_close(stepped, x0 + after * ((x - x0) / t))  # 9271.eq4
    if D == 1:
        unit, _ = predict.field(x, t)
        torch.testing.assert_close(stepped, x + (after - t) * unit[:, :5] / unit[:, 5:])  # F_x/F_t


def test_euler_step_in_log_t() -> None:
    x, t, after = 3 * draw(8, 2), torch.tensor(2.0).double(), torch.tensor(1.3).double()
    stepped = sample(mixture, HEAT, x, torch.stack([t, after]), variable="log t").x
    torch.testing.assert_close(stepped, x + torch.log(after / t) * (x - mixture(x, t)))


def test_heun_in_log_t() -> None:
    x, t, after = 3 * draw(8, 2), torch.tensor(2.0).double(), torch.tensor(1.3).double()
    h = torch.log(after / t)
    k1 = x - mixture(x, t)
    k2 = x + h * k1 - mixture(x + h * k1, after)
    stepped = sample(mixture, HEAT, x, torch.stack([t, after]), solver="heun", variable="log t").x
    torch.testing.assert_close(stepped, x + h / 2 * (k1 + k2))


@pytest.mark.parametrize(("D", "predict"), [(INF, mixture), (1.0, POINTS)])
def test_heun_is_that_of_karras_and_others(D: float, predict) -> None:  # type: ignore[no-untyped-def]
    """Algorithm 1 of arXiv 2206.00364 without its noise, line by line."""
    times = grid(5.0, 0.05, 9)
    x = start = 5 * draw(7, 2)
    evaluations = 0
    for t, after in itertools.pairwise(times):
        d_i = (x - predict(x, t)) / t
        evaluations += 1
        x_next = x + (after - t) * d_i
        if after != 0:
            d_next = (x_next - predict(x_next, after)) / after
            evaluations += 1
            x_next = x + (after - t) * (d_i / 2 + d_next / 2)
        x = x_next
    found = sample(predict, Poisson(D), start, times, solver="heun")
    torch.testing.assert_close(found.x, x, rtol=1e-10, atol=1e-10)
    assert found.evaluations == evaluations == 17


def test_2m_is_dpm_solver_plus_plus() -> None:
    """Algorithm 2 of arXiv 2211.01095 with α = 1, λ = −log σ, line by line; lower order at the end."""
    times = grid(5.0, 0.05, 9)
    x = start = 5 * draw(7, 2)
    x0_before, h_before = None, torch.tensor(1.0)
    for t, after in itertools.pairwise(times):
        x0 = mixture(x, t)
        h = torch.log(t / after)
        D = x0
        if x0_before is not None and after > 0:
            r = h_before / h
            D = (1 + 1 / (2 * r)) * x0 - 1 / (2 * r) * x0_before
        x = after / t * x - torch.expm1(-h) * D
        x0_before, h_before = x0, h
    found = sample(mixture, HEAT, start, times, solver="2m")
    torch.testing.assert_close(found.x, x, rtol=1e-10, atol=1e-10)
    assert found.evaluations == 9


def scaled(schedule: Schedule) -> Predictor:
    """E[x_0 | x_t] of the same three Gaussians in a process x_t = a x_0 + b ε."""

    def predict(x: Tensor, t: Tensor) -> Tensor:
        a, b, _, _ = schedule(t)
        return mixture(x / a, b / a)

    return predict


SCHEDULES: list[Schedule] = [VariancePreserving(), VarianceExploding(), Cosine()]


@pytest.mark.parametrize(
    ("solver", "variable"), [("euler", "t"), ("euler", "log t"), ("heun", "t"), ("heun", "log t"), ("2m", "t"),
                             ("rk45", "t"), ("rk45", "log t")],
)  # fmt: skip
@pytest.mark.parametrize("to_zero", [True, False])
@pytest.mark.parametrize("schedule", [*SCHEDULES, Heat()], ids=repr)
def test_every_solver_is_the_same_in_any_linear_process(
    solver: str, variable: str, to_zero: bool, schedule: Schedule
) -> None:
    sigmas = grid(3.0, 0.1, 12, to_zero=to_zero)
    plain = sample(mixture, HEAT, STARTS[INF], sigmas, solver=solver, variable=variable).x
    times = schedule.time(sigmas)
    a, _, _, _ = schedule(times)
    start = a[0] * STARTS[INF]
    turned = sample(scaled(schedule), Linear(schedule), start, times, solver=solver, variable=variable).x / a[-1]
    torch.testing.assert_close(turned, plain, rtol=1e-8, atol=1e-8)


@pytest.mark.parametrize(("schedule", "first", "last"), [(SCHEDULES[0], 0.6, 0.12), (SCHEDULES[1], 0.7, 0.25),
                                                        (SCHEDULES[2], 0.8, 0.1)])  # fmt: skip
@pytest.mark.parametrize(
    ("solver", "variable", "order"),
    [("euler", "t", 1), ("euler", "log t", 1), ("heun", "t", 2), ("heun", "log t", 2), ("2m", "t", 2)],
)
def test_order_of_convergence_on_even_times_of_a_schedule(
    schedule: Schedule, first: float, last: float, solver: str, variable: str, order: int
) -> None:
    a, b, _, _ = schedule(torch.tensor([first, last], dtype=torch.float64))
    truth = a[1] * tightly(mixture, STARTS[INF], float(b[0] / a[0]), float(b[1] / a[1]))
    steps = np.array([64, 128, 256])
    errors = []
    for n in steps:
        times = torch.linspace(first, last, int(n) + 1, dtype=torch.float64)
        found = sample(scaled(schedule), Linear(schedule), a[0] * STARTS[INF], times, solver=solver, variable=variable)
        errors.append(float((found.x - truth).norm()))
    slope = -np.polyfit(np.log(steps), np.log(errors), 1)[0]
    assert abs(slope - order) < 0.1, (slope, errors)


@pytest.mark.parametrize("schedule", [*SCHEDULES, Heat()], ids=repr)
@pytest.mark.parametrize(("variable", "steps"), [("t", (64, 96, 128)), ("log t", (24, 32, 48, 64))])
def test_rk45_is_of_fifth_order(schedule: Schedule, variable: str, steps: tuple[int, ...]) -> None:
    """One step of SciPy's for each pair of times, its tolerance being loose; one Gaussian, for its ODE is solved."""
    process, errors = Linear(schedule), []

    def predict(x: Tensor, t: Tensor) -> Tensor:
        a, b, _, _ = schedule(t)
        return a / 4 / (a**2 / 4 + b**2) * x

    for n in steps:
        levels = torch.linspace(3, 0.1, n + 1, dtype=torch.float64) if variable == "t" else even_in_log(n)
        a, b, _, _ = schedule(schedule.time(levels))
        width = (a**2 / 4 + b**2).sqrt()
        x = start = width[0] * draw(6, 2)
        for pair in schedule.time(levels).unfold(0, 2, 1):
            found = sample(predict, process, x, pair, solver="rk45", variable=variable, rtol=100, atol=100)
            x = found.x
        errors.append(float((x - start * width[-1] / width[0]).norm()))
    slope = -np.polyfit(np.log(steps), np.log(errors), 1)[0]
    assert abs(slope - 5) < 0.1, (slope, errors)


def even_in_log(steps: int) -> Tensor:
    return grid(3.0, 0.1, steps, "log", to_zero=False)


def test_heat_is_the_linear_process_and_poisson_flow_of_infinite_D() -> None:
    x, times = STARTS[INF], grid(3.0, 0.1, 6)
    for solver in ("euler", "heun", "2m", "rk45"):
        heat = sample(mixture, Linear(Heat()), x, times, solver=solver).x
        assert torch.equal(heat, sample(mixture, HEAT, x, times, solver=solver).x)


def test_exact_field_carries_the_prior_to_the_data() -> None:
    generator = torch.Generator().manual_seed(0)
    weights = torch.tensor([0.6, 0.3, 0.1])
    start = sample_prior(4000, 2, 200.0, generator)
    predict = PosteriorMean(CENTRES.float(), weights=weights)
    found = sample(predict, Poisson(), start, grid(200.0, 1e-6, 120, "log"), solver="heun").x
    distance, nearest = torch.cdist(found, CENTRES.float()).min(1)
    assert distance.max() < 0.01
    shares = torch.bincount(nearest, minlength=3) / 4000
    # Five standard deviations of a share are below 0.04.
    assert (shares - weights).abs().max() < 0.04


ALPHA = 1e-4 / 100
"""Significance of one law test: a hundred of them make one false alarm in ten thousand fresh seeds."""


@pytest.mark.parametrize("schedule", [*SCHEDULES, Heat()], ids=repr)
@pytest.mark.parametrize("fresh", [0.0, 0.3, 1.0, "ddpm", "eta 0.5", "eta 2"])
def test_every_rule_keeps_the_marginal(fresh: float | str, schedule: Schedule) -> None:
    """9262.eq7 for eq3, eq4, eq5: with the true x_0, x' is again a' x_0 + b' ε; f is how much of ε is new."""
    process, n, t, after = Linear(schedule), 40_000, torch.tensor(0.8).double(), torch.tensor(0.7).double()
    generator = torch.Generator().manual_seed(1)
    x0 = torch.where(torch.rand(n, 1, generator=generator) < 0.3, 2.0, -1.0).double()
    eps = process.noise(x0, generator)
    share = {"ddpm": ddpm_share(process), "eta 0.5": eta_share(process, 0.5), "eta 2": eta_share(process, 2.0)}
    f = float(share[fresh](t, after)) if isinstance(fresh, str) else fresh
    revised = revise(process, x0, process.forward(x0, eps, t), t, after, fresh=f, generator=generator)
    a, b, _, _ = schedule(after)
    new = (revised - a * x0) / b
    assert kstest(new.flatten().numpy(), norm.cdf).pvalue > ALPHA
    apart = (new - math.sqrt(1 - f**2) * eps).flatten().numpy()
    assert np.abs(apart).max() < 1e-12 if f == 0 else kstest(apart, norm(scale=f).cdf).pvalue > ALPHA


@pytest.mark.parametrize("steps", [10, 1000])
def test_share_of_ddpm_is_claim1_of_9271(steps: int) -> None:
    """σ_t = β̄_{t−1} β_t/β̄_t with ᾱ a product and α² + β² = 1, built here from the β of every single step."""
    process = Linear(VariancePreserving())
    times = torch.arange(1, steps + 1, dtype=torch.float64) / steps
    bar_alpha = process.schedule(times)[0]
    alpha = bar_alpha[1:] / bar_alpha[:-1]
    bar_beta, beta = (1 - bar_alpha.square()).sqrt(), (1 - alpha.square()).sqrt()
    sigma = bar_beta[:-1] * beta / bar_beta[1:]
    for eta in (0.0, 0.5, 1.0):
        share = eta_share(process, eta)(times[1:], times[:-1])
        torch.testing.assert_close(bar_beta[:-1] * share, eta * sigma, rtol=1e-10, atol=0)
    torch.testing.assert_close(ddpm_share(process)(times[1:], times[:-1]), beta / bar_beta[1:], rtol=1e-10, atol=0)


@pytest.mark.parametrize("schedule", [*SCHEDULES, Heat()], ids=repr)
def test_ddpm_steps_back_as_the_markov_chain_came(schedule: Schedule) -> None:
    """(x_t', x_t) given x_0 has the covariance of the chain x_t = (a/a') x_t' + fresh noise."""
    t, after = torch.tensor(0.7).double(), torch.tensor(0.4).double()
    (a, b, _, _), (a1, b1, _, _) = schedule(t), schedule(after)
    f = ddpm_share(Linear(schedule))(t, after)
    torch.testing.assert_close((1 - f**2).sqrt() * b * b1, a / a1 * b1**2)


def test_eta_goes_from_ddim_to_eq3() -> None:
    process, t, after = Linear(VariancePreserving()), torch.tensor(0.8).double(), torch.tensor(0.7).double()
    found = torch.stack([eta_share(process, eta)(t, after) for eta in (0.0, 0.5, 1.0, 1.5, 100.0)])
    assert found[0] == 0
    assert (found.diff() >= 0).all()
    torch.testing.assert_close(found[1:3], torch.tensor([0.5, 1.0]).double() * found[2])
    assert found[-1] == 1
    assert ddpm_share(process)(t, torch.tensor(0.0)) == 1
    assert ddpm_share(Linear(Cosine()))(torch.tensor(1.0), after) == 1
    for eta in (-0.1, math.nan, INF):
        with pytest.raises(ValueError, match=f"eta = {eta} must be a finite number of at least 0"):
            eta_share(process, eta)
    with pytest.raises(ValueError, match="eta_share needs a process with a level b/a, which Masks has not"):
        ddpm_share(Masks())  # type: ignore[arg-type]


def test_fresh_settings_are_eq3_eq4_and_eq5() -> None:
    x, times = 3 * draw(8, 2), torch.tensor([2.0, 1.3]).double()
    x0 = mixture(x, times[0])

    def run(fresh: Share) -> Tensor:
        return sample(mixture, HEAT, x, times, fresh=fresh, generator=torch.Generator().manual_seed(5)).x

    new = torch.randn(8, 2, generator=torch.Generator().manual_seed(5), dtype=torch.float64)
    old = (x - x0) / 2
    torch.testing.assert_close(run(1.0), x0 + 1.3 * new)
    torch.testing.assert_close(run(0.0), x0 + 1.3 * old)
    torch.testing.assert_close(run(0.6), x0 + 1.3 * (0.8 * old + 0.6 * new))
    each = torch.tensor([0.0, 0.6, 1.0, 0.6, 0.0, 1.0, 0.3, 0.0], dtype=torch.float64)
    mixed = (1 - each[:, None] ** 2).sqrt() * old + each[:, None] * new
    torch.testing.assert_close(run(each), x0 + 1.3 * mixed)
    torch.testing.assert_close(run(lambda t, after: (t - after) - 0.1), run(0.6))
    # DDPM is one of them: eq10 with σ_t as in claim1, at a = 1: σ_t² = t'²(t² − t'²)/t².
    f = math.sqrt(1 - 1.3**2 / 2**2)
    ddpm = x + (1 - 1.3**2 / 4) * (x0 - x) + 1.3 * f * new
    torch.testing.assert_close(run(f), ddpm)
    torch.testing.assert_close(run(ddpm_share(HEAT)), ddpm)


@pytest.mark.parametrize("eta", [0.0, 0.7, 1.0])
def test_a_share_set_step_by_step_is_eq10_of_9271(eta: float) -> None:
    """Several steps of eq10, line by line in the post's letters, with the same noise."""
    schedule = VariancePreserving()
    times = torch.linspace(0.9, 0.1, 6, dtype=torch.float64)
    start, predict = 2 * draw(8, 2), scaled(schedule)
    x, generator = start, torch.Generator().manual_seed(5)
    for t, after in itertools.pairwise(times):
        (a, b, _, _), (a1, b1, _, _) = schedule(t), schedule(after)
        alpha = a / a1
        sigma = eta * b1 * (1 - alpha**2).sqrt() / b
        x0 = predict(x, t)
        eps = torch.randn(8, 2, generator=generator, dtype=torch.float64) if eta else 0
        x = a1 * x0 + (b1**2 - sigma**2).sqrt() * (x - a * x0) / b + sigma * eps
    process, generator = Linear(schedule), torch.Generator().manual_seed(5)
    found = sample(predict, process, start, times, fresh=eta_share(process, eta), generator=generator)
    torch.testing.assert_close(found.x, x)


def gaussian(x: Tensor, t: Tensor) -> Tensor:
    """E[x_0 | x_t] for x_0 ~ N(0, ¼) under the variance-preserving process."""
    a, b, _, _ = VariancePreserving()(t)
    return a / 4 / (a**2 / 4 + b**2) * x


@pytest.mark.parametrize("t", [0.1, 0.5, 0.95])
def test_analytic_sigma_bar_is_the_posterior_deviation_of_gaussian_data(t: float) -> None:
    data, process = 0.5 * draw(5000, 3), Linear(VariancePreserving())
    a, b, _, _ = process.schedule(t)
    exact = float(b**2 / 4 / (a**2 / 4 + b**2))
    found = analytic_sigma_bar(gaussian, process, data, t, torch.Generator().manual_seed(3))
    assert chi2(15_000).cdf(15_000 * found**2 / exact) == pytest.approx(0.5, abs=0.5 - ALPHA / 2)
    assert found == pytest.approx(math.sqrt(exact), rel=0.03)


def test_analytic_sigma_bar_has_the_two_forms_of_analytic_dpm() -> None:
    """(b/a)² (1 − E ‖ε̂‖²/d), of arXiv 2201.06503, for a mixture; and the most likely σ̄ of 9271.eq7."""
    n, process, t = 100_000, Linear(VariancePreserving()), torch.tensor(0.3).double()
    generator = torch.Generator().manual_seed(4)
    which = torch.randint(3, (n,), generator=generator)
    data = CENTRES[which] + 0.5 * torch.randn(n, 2, generator=generator, dtype=torch.float64)
    predict, (a, b, _, _) = scaled(process.schedule), process.schedule(t)
    found = analytic_sigma_bar(predict, process, data, t, generator)
    x_t = process.forward(data, process.noise(data, generator), t)
    noise = process.recover(predict(x_t, t), x_t, t)
    assert found == pytest.approx(float(b / a * (1 - noise.square().mean()).sqrt()), rel=0.01)
    error = (data - predict(x_t, t)).square().sum(-1)

    def surprise(sigma: float) -> float:
        return float((error / (2 * sigma**2)).mean() + 2 * math.log(sigma))

    assert surprise(found) < min(surprise(0.95 * found), surprise(1.05 * found))


def test_analytic_dpm_makes_gaussian_data_in_three_steps() -> None:
    """x̂_0 + σ̄_t ε is then a draw from the posterior, and eq10 exact however large the step; without it, too narrow."""
    process, n, generator = Linear(VariancePreserving()), 40_000, torch.Generator().manual_seed(6)
    times = torch.tensor([0.9, 0.5, 0.3, 0.1]).double()
    a, b, _, _ = process.schedule(times)
    widths = (a**2 / 4 + b**2).sqrt()
    start = widths[0] * draw(n, 1)
    data = 0.5 * draw(400_000, 1, seed=1)
    for share in (eta_share(process, 0.0), ddpm_share(process), 1.0):
        spread = Spread(gaussian, lambda t: analytic_sigma_bar(gaussian, process, data, t, generator), generator)
        found = sample(spread, process, start, times, fresh=share, generator=generator).x / widths[-1]
        assert kstest(found.flatten().numpy(), norm.cdf).pvalue > ALPHA
        without = sample(gaussian, process, start, times, fresh=share, generator=generator).x / widths[-1]
        # Euler's step alone keeps the law too, up to its order: hence the loose bound.
        assert without.std() < 0.97


def test_spread_takes_a_number_or_a_function_and_refuses_others() -> None:
    x, t = torch.zeros(20_000, 1).double(), torch.tensor(0.5).double()
    still = Spread(lambda x, t: x, 0.0)(x, t)
    assert torch.equal(still, x)
    for width in (0.3, lambda t: 0.6 * t):
        drawn = Spread(lambda x, t: x, width, torch.Generator().manual_seed(0))(x, t)
        assert kstest(drawn.flatten().numpy(), norm(scale=0.3).cdf).pvalue > ALPHA
    for wrong in (-0.1, math.nan, lambda t: torch.tensor(INF)):
        with pytest.raises(ValueError, match=r"sigma_bar = .* at t = 0\.5 must be finite and not negative"):
            Spread(lambda x, t: x, wrong)(x, t)


@pytest.mark.parametrize(
    ("data", "t", "message"),
    [
        (torch.zeros(0, 2), 0.5, r"data has shape \(0, 2\), but must be \[N, d\] with N ≥ 1"),
        (torch.zeros(3), 0.5, r"data has shape \(3,\)"),
        (torch.full((3, 2), math.nan), 0.5, "data has 6 of 6 entries"),
        (torch.zeros(3, 2), torch.rand(3), r"t has shape \(3,\), but must be a scalar"),
        (torch.zeros(3, 2), 1.5, r"t = 1\.5 must lie in \[0, 1\]"),
    ],
)
def test_analytic_sigma_bar_refuses(data: Tensor, t: float, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        analytic_sigma_bar(gaussian, Linear(VariancePreserving()), data, t)


def test_one_point_of_data_leaves_nothing_to_spread() -> None:
    point = draw(1, 3)
    assert analytic_sigma_bar(PosteriorMean(point, INF), HEAT, point, 2.0) == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize(("solver", "variable"), [("heun", "t"), ("2m", "t"), ("rk45", "t"), ("euler", "log t")])
def test_only_euler_begins_where_nothing_of_the_data_is_left(solver: str, variable: str) -> None:
    """At the end of the cosine schedule the level is infinite."""
    process, x, times = Linear(Cosine()), draw(4, 2), torch.tensor([1.0, 0.5, 0.2, 0.0]).double()

    def predict(x: Tensor, t: Tensor) -> Tensor:
        return 0.3 * x

    assert torch.isfinite(sample(predict, process, x, times, fresh=ddpm_share(process)).x).all()
    torch.testing.assert_close(sample(predict, process, x, times[:2]).x, 1.3 * math.sqrt(0.5) * x)
    with pytest.raises(ValueError, match=r"times\[0\] = 1 has an infinite level; only euler in 't' can begin there"):
        sample(predict, process, x, times, solver=solver, variable=variable)


def test_fresh_one_serves_any_noise() -> None:
    x = 3 * draw(8, 2)
    found = sample(POINTS, Poisson(), x, grid(3.0, 0.1, 5), fresh=1.0, generator=torch.Generator().manual_seed(0))
    assert torch.isfinite(found.x).all()


@pytest.mark.parametrize(("solver", "evaluations"), [("euler", 8), ("heun", 15), ("2m", 8)])
def test_counts_evaluations_and_keeps_the_path(solver: str, evaluations: int) -> None:
    calls, seen = [], []

    def predict(x: Tensor, t: Tensor) -> Tensor:
        calls.append(float(t))
        return mixture(x, t)

    times = grid(3.0, 0.1, 8)
    found = sample(
        predict, HEAT, STARTS[INF], times, solver=solver, keep_path=True, progress=lambda k, n: seen.append((k, n))
    )
    assert found.evaluations == len(calls) == evaluations
    assert steps_for(evaluations, solver) == 8
    assert found.path is not None
    assert found.times is not None
    assert torch.equal(found.path[0], STARTS[INF])
    assert torch.equal(found.path[-1], found.x)
    assert torch.equal(found.times, times)
    assert seen == [(k, 8) for k in range(1, 9)]
    last = mixture(found.path[-2], times[-2])
    torch.testing.assert_close(found.x, last, rtol=0, atol=1e-15)
    assert 0 not in calls


def test_rk45_counts_keeps_and_ends_at_zero() -> None:
    calls = []

    def predict(x: Tensor, t: Tensor) -> Tensor:
        calls.append(t)
        return mixture(x, t)

    found = sample(predict, HEAT, STARTS[INF], torch.tensor([3.0, 0.1, 0.0]), solver="rk45", keep_path=True)
    assert found.evaluations == len(calls)
    assert found.path is not None
    assert found.times is not None
    assert (found.times[:-1] > found.times[1:]).all()
    assert len(found.path) == len(found.times)
    torch.testing.assert_close(found.x, mixture(found.path[-2], found.times[-2]))
    bare = sample(mixture, HEAT, STARTS[INF], torch.tensor([3.0, 0.1, 0.0]), solver="rk45")
    torch.testing.assert_close(bare.x, found.x)
    assert bare.path is None


def test_log_time_saves_rk45_evaluations() -> None:
    data = draw(100, 2)
    start, times = sample_prior(50, 2, 100.0, dtype=torch.float64), torch.tensor([100.0, 1e-2, 0.0])
    spent = [
        sample(PosteriorMean(data), Poisson(), start, times, solver="rk45", variable=v).evaluations
        for v in ("t", "log t")
    ]
    assert spent[1] < spent[0]


@pytest.mark.parametrize("solver", ["euler", "heun", "2m"])
@pytest.mark.parametrize("variable", ["t", "log t"])
def test_samples_may_end_at_different_times(solver: str, variable: str) -> None:
    times = torch.tensor([[3.0, 3.0], [1.0, 1.2], [0.3, 0.5], [0.0, 0.1]]).double()
    both = sample(mixture, HEAT, STARTS[INF][:2], times, solver=solver, variable=variable).x
    for k in range(2):
        alone = sample(mixture, HEAT, STARTS[INF][k], times[:, k], solver=solver, variable=variable).x
        torch.testing.assert_close(both[k], alone)


def test_single_precision_in_single_precision_out() -> None:
    x = STARTS[INF].float()
    predict = PosteriorMean(CENTRES.float(), INF)
    for solver in ("euler", "heun", "2m", "rk45"):
        assert sample(predict, HEAT, x, grid(3.0, 0.1, 5), solver=solver).x.dtype == torch.float32


@pytest.mark.parametrize(("solver", "variable"), [("euler", "log t"), ("heun", "log t"), ("heun", "t"), ("2m", "t")])
def test_times_that_single_precision_cannot_tell_apart(solver: str, variable: str) -> None:
    x = STARTS[INF].float()
    times = torch.linspace(1, 1 - 3e-9, 4, dtype=torch.float64)
    found = sample(PosteriorMean(CENTRES.float(), INF), HEAT, x, times, solver=solver, variable=variable).x
    torch.testing.assert_close(found, x)


def test_no_gradients_are_recorded() -> None:
    scale = torch.ones(1, dtype=torch.float64, requires_grad=True)
    assert not sample(lambda x, t: scale * mixture(x, t), HEAT, STARTS[INF], grid(3.0, 0.1, 3)).x.requires_grad


class Masks:
    """Tokens hidden one by one in the order ε: a discrete process without level, to hold the sampler to its word."""

    gaussian = False

    def noise(self, like: Tensor, generator: torch.Generator | None = None) -> Tensor:
        return torch.rand(like.shape, generator=generator).argsort(-1)

    def forward(self, x0: Tensor, eps: Tensor, t) -> Tensor:  # type: ignore[no-untyped-def]
        return torch.where(eps < torch.as_tensor(t), -1, x0)

    def recover(self, x0: Tensor, x_t: Tensor, t, generator: torch.Generator | None = None) -> Tensor:  # type: ignore[no-untyped-def]
        hidden = (x_t == -1).double()
        return (-hidden - 0.5 * torch.rand(x0.shape, generator=generator)).argsort(-1).argsort(-1)


def test_tokens_go_through_the_same_sampler() -> None:
    truth = torch.arange(10).expand(4, 10)
    seen = []

    def predict(x: Tensor, t: Tensor) -> Tensor:
        seen.append(int((x == -1).sum(-1).unique()))
        return truth

    start = torch.full((4, 10), -1)
    found = sample(predict, Masks(), start, torch.arange(10, -1, -1), keep_path=True)
    assert torch.equal(found.x, truth)
    assert seen == list(range(10, 0, -1))
    assert found.path is not None
    revealed = found.path != -1
    assert (revealed[1:] >= revealed[:-1]).all()  # what is shown stays shown


@pytest.mark.parametrize("kind", ["rho", "log"])
@pytest.mark.parametrize("to_zero", [True, False])
def test_grids(kind: str, to_zero: bool) -> None:
    times = grid(80.0, 0.002, 18, kind, to_zero=to_zero)
    assert len(times) == 19
    positive = times[:-1] if to_zero else times
    assert (times[1:] < times[:-1]).all()
    torch.testing.assert_close(positive[[0, -1]], torch.tensor([80.0, 0.002]).double())
    assert (times[-1] == 0) == to_zero
    even = positive ** (1 / 7) if kind == "rho" else positive.log()
    torch.testing.assert_close(even.diff(), even.diff().mean().expand(len(even) - 1))
    assert torch.equal(grid(80.0, 0.002, 1), torch.tensor([80.0, 0.0]).double())


@pytest.mark.parametrize(
    ("args", "kwargs", "message"),
    [
        ((80.0, 0.1, 0), {}, "steps = 0 must"),
        ((80.0, 0.1, -3), {}, "steps = -3 must"),
        ((80.0, 0.1, 2.5), {}, r"steps = 2\.5"),
        ((0.0, 0.1, 3), {}, r"t_max = 0\.0"),
        ((-1.0, 0.1, 3), {}, r"t_max = -1\.0"),
        ((INF, 0.1, 3), {}, "t_max = inf"),
        ((80.0, 0.0, 3), {}, r"t_min = 0\.0"),
        ((80.0, 80.0, 3), {}, r"t_min = 80\.0 must be below t_max = 80\.0"),
        ((80.0, math.nan, 3), {}, "t_min = nan"),
        ((80.0, 0.1, 3, "cosine"), {}, "kind = 'cosine'"),
        ((80.0, 0.1, 3), {"rho": 0}, "rho = 0"),
    ],
)
def test_grid_refuses(args: tuple, kwargs: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        grid(*args, **kwargs)


def test_steps_for_a_number_of_evaluations() -> None:
    assert [steps_for(n, "heun") for n in (1, 2, 3, 18)] == [1, 1, 2, 9]
    assert [steps_for(n, "heun", to_zero=False) for n in (2, 3, 18)] == [1, 1, 9]
    assert steps_for(5, "2m") == steps_for(5) == 5
    for solver, evaluations, to_zero in (("euler", 0, True), ("heun", 1, False), ("heun", -4, True), ("2m", 0, True)):
        with pytest.raises(ValueError, match=f"evaluations = {evaluations} must be a whole number of at least"):
            steps_for(evaluations, solver, to_zero=to_zero)
    with pytest.raises(ValueError, match=r"solver = 'rk45' is not one of .* a fixed number of evaluations"):
        steps_for(10, "rk45")


GOOD = {"predict": mixture, "process": HEAT, "x": STARTS[INF], "times": torch.tensor([3.0, 1.0, 0.0])}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"solver": "magic"}, "solver = 'magic' is not one of euler, heun, 2m, rk45"),
        ({"variable": "sqrt t"}, "variable = 'sqrt t'"),
        ({"fresh": 1.5}, r"fresh = 1\.5 must lie in"),
        ({"fresh": math.nan}, "fresh = nan must lie in"),
        ({"fresh": 0.5, "process": Poisson(1.0)}, r"fresh = 0\.5 mixes two noises, which needs a Gaussian"),
        ({"fresh": 0.5, "solver": "heun"}, "needs solver='euler'"),
        ({"fresh": lambda t, after: 0.5, "solver": "heun"}, "needs solver='euler'"),
        ({"fresh": lambda t, after: t, "solver": "euler"}, r"fresh = 3 must lie in \[0, 1\] \(step from t = 3 to 1\)"),
        ({"fresh": torch.tensor([0.5, 0, 0, 0, 0, -1])}, r"fresh = -1 … 0\.5 must lie in"),
        (
            {"fresh": lambda t, after: 0.5, "process": Poisson(2.0)},
            r"mixes .*Poisson\(D=2\.0\) allows 0 and 1",
        ),
        ({"fresh": 0.5, "variable": "log t"}, "needs solver='euler' in variable 't'"),
        ({"rtol": 0.0}, r"rtol = 0\.0"),
        ({"atol": -1.0}, r"atol = -1\.0"),
        ({"times": torch.tensor([3.0])}, r"times has shape \(1,\)"),
        ({"times": torch.tensor(3.0)}, r"times has shape \(\)"),
        ({"times": torch.tensor([1.0, 1.0])}, "times must decrease strictly"),
        ({"times": torch.tensor([1.0, 2.0])}, "times must decrease strictly"),
        ({"times": torch.tensor([1.0, -1.0])}, "stay at 0 or above"),
        ({"times": torch.tensor([math.nan, 1.0])}, "times has 1 of 2 entries"),
        ({"times": torch.ones(3, 4)}, r"times\[0\] has shape \(4,\), but must be a scalar or fit the batch \(6,\)"),
        ({"times": torch.tensor([3.0, 0.0]), "solver": "rk45"}, "a time before 0 to stop at"),
        ({"x": torch.full((2, 2), math.nan)}, "x has 4 of 4 entries"),
        ({"x": torch.zeros(0, 2)}, "at least one sample"),
        ({"predict": lambda x, t: x[:1]}, r"predict returned shape \(1, 2\) at t = 3, but must return .* \(6, 2\)"),
        ({"predict": lambda x, t: None}, "predict returned shape NoneType at t = 3"),
        ({"predict": lambda x, t: mixture(x, t) / (t > 2)}, "predict's answer has .* at t = 1, the first at index"),
        ({"predict": lambda x, t: x * math.nan, "solver": "rk45"}, "predict's answer has 12 of 12 .* at t = 3"),
    ],
)
def test_sample_refuses(change: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        sample(**{**GOOD, **change})


def test_rk45_that_gives_up_says_so() -> None:
    def explosive(x: Tensor, t: Tensor) -> Tensor:
        return x + t * x**2  # dx/dt = −x², which reaches infinity on the way down from t = 3 to 0.1

    with pytest.raises(RuntimeError, match=r"rk45 gave up between t = 3 and 0\.1"):
        sample(explosive, HEAT, torch.ones(1, 1).double(), torch.tensor([3.0, 0.1]), solver="rk45")
