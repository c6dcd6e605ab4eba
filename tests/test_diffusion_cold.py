"""Cold processes: operators against SciPy, and the steps of 9271.eq15 and eq16 against their algebra."""

import itertools
import math

import numpy as np
import pytest
import torch
from scipy import fft, ndimage, stats
from torch import Tensor

from blogtools.diffusion import Cold, blur, blur_width, denoising_loss, mask_out, pixelate, revise, sample
from blogtools.diffusion.cold import Operator

ALPHA = 1e-6
"""Significance of one law test: a hundred such tests at fresh seeds give one false alarm in ten thousand suites."""
OPERATORS = {"blur": blur, "pixelate": pixelate, "mask_out": mask_out}


def draw(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def matrix(operator: Operator, d: int, t: float) -> Tensor:
    """A with F_t(x_0) = A x_0, read off the unit vectors."""
    return operator(torch.eye(d, dtype=torch.float64), t).T


@pytest.fixture(params=OPERATORS, ids=str)
def operator(request: pytest.FixtureRequest) -> Operator:
    return OPERATORS[request.param](6)


# --- operators


@pytest.mark.parametrize("t", [0.1, 0.3, 0.5, 0.9])
def test_blur_multiplies_the_cosine_transform(t: float) -> None:
    side = 8
    picture = draw(side, side)
    omega = np.pi * np.arange(side) / side
    width = side / 4 * math.tan(math.pi * t / 2)
    damping = np.exp(-(width**2) * (omega[:, None] ** 2 + omega**2) / 2)  # the heat equation's, 9280.eq15
    expected = fft.idctn(fft.dctn(picture.numpy(), norm="ortho") * damping, norm="ortho")
    found = blur(side)(picture.flatten(), t).reshape(side, side)
    np.testing.assert_allclose(found, expected, atol=1e-13)


@pytest.mark.parametrize("width", [2.0, 3.0, 6.0])
def test_blur_is_the_gaussian_filter_with_reflecting_edges(width: float) -> None:
    side = 16
    t = 2 / math.pi * math.atan(4 * width / side)
    assert float(blur_width(side, t)) == pytest.approx(width, rel=1e-12)
    picture = draw(side, side)
    expected = ndimage.gaussian_filter(picture.numpy(), width, mode="reflect", truncate=9)
    np.testing.assert_allclose(blur(side)(picture.flatten(), t).reshape(side, side), expected, atol=1e-8)


def test_pixelate_takes_means_over_blocks() -> None:
    picture = draw(8, 8)
    for block in (1, 2, 4, 8):
        t = math.log(block, 8)
        means = picture.numpy().reshape(8 // block, block, 8 // block, block).mean((1, 3))
        found = pixelate(8)(picture.flatten(), t).reshape(8, 8)
        np.testing.assert_allclose(found, np.kron(means, np.ones((block, block))), atol=1e-14)


def test_mask_out_opens_a_hole_in_the_middle() -> None:
    picture = torch.ones(9, 9, dtype=torch.float64)
    seen = [mask_out(9)(picture.flatten(), t).reshape(9, 9) for t in np.linspace(0, 1, 30)]
    for before, after in itertools.pairwise(seen):
        assert (after <= before).all()
        assert after.sum() < before.sum()
        torch.testing.assert_close(after, after.T)
        torch.testing.assert_close(after, after.flip(0))
    assert seen[15][4, 4] == 0
    assert seen[15][0, 0] == 1


def test_operators_begin_at_the_data_and_end_at_the_mean_or_at_nothing(operator: Operator) -> None:
    x0 = draw(3, 36)
    torch.testing.assert_close(operator(x0, 0.0), x0, rtol=0, atol=1e-14)
    end = operator(x0, 1.0)
    if operator(torch.ones(36), 1.0).any():
        torch.testing.assert_close(end, x0.mean(-1, keepdim=True).expand_as(x0), rtol=0, atol=1e-14)
    else:
        assert not end.any()


def test_operators_are_linear_and_keep_batch_clock_and_channels(operator: Operator) -> None:
    x0, t = draw(4, 5, 3 * 36), torch.linspace(0, 1, 20, dtype=torch.float64).reshape(4, 5)
    left = operator(x0, t)
    torch.testing.assert_close(operator(2 * x0 + x0.flip(0), t), 2 * left + operator(x0.flip(0), t))
    for i in ((0, 0), (1, 3), (3, 4)):
        channels = [operator(x0[i][36 * c : 36 * (c + 1)], float(t[i])) for c in range(3)]
        torch.testing.assert_close(left[i], torch.cat(channels))
    assert operator(x0.float(), t).dtype == torch.float32
    torch.testing.assert_close(operator(x0.float(), t).double(), left, rtol=0, atol=1e-5)


@pytest.mark.parametrize("make", OPERATORS.values(), ids=OPERATORS)
def test_operators_refuse(make) -> None:  # type: ignore[no-untyped-def]
    for side in (0, -1, 2.5, True):
        with pytest.raises(ValueError, match=f"side = {side!r} must be a whole number of at least 1"):
            make(side)
    for t in (-0.1, 1.1, math.nan):
        with pytest.raises(ValueError, match=rf"t = {t} must lie in \[0, 1\]"):
            make(4)(draw(2, 16), t)
    with pytest.raises(ValueError, match=r"x0 has shape \(2, 15\), but its last axis must be a multiple of side² = 16"):
        make(4)(draw(2, 15), 0.5)
    with pytest.raises(ValueError, match=r"t has shape \(3,\), but must be a scalar or fit the batch \(2,\)"):
        make(4)(draw(2, 16), torch.rand(3))


# --- the process


@pytest.mark.parametrize("sigma", [0.0, 0.1])
def test_forward_recover_and_the_law_of_the_noise(operator: Operator, sigma: float) -> None:
    process, x0 = Cold(operator, sigma), draw(400, 36)
    eps = process.noise(x0, torch.Generator().manual_seed(1))
    x_t = process.forward(x0, eps, 0.4)
    torch.testing.assert_close(process.recover(x0, x_t, 0.4), eps, rtol=0, atol=1e-14)
    torch.testing.assert_close(x_t, operator(x0, 0.4) + eps)
    assert eps.std() == 0 if sigma == 0 else stats.kstest(eps.flatten(), stats.norm(scale=sigma).cdf).pvalue > ALPHA


def test_fresh_one_is_the_naive_step_and_fresh_zero_the_improved(operator: Operator) -> None:
    x, guess, t, after = draw(5, 36), draw(5, 36, seed=1), 0.6, 0.5
    # 9271.eq15 and eq16, to the letter.
    torch.testing.assert_close(revise(Cold(operator), guess, x, t, after, fresh=1), operator(guess, after))
    improved = x + operator(guess, after) - operator(guess, t)
    for sigma in (0.0, 1e-300, 0.1):
        torch.testing.assert_close(revise(Cold(operator, sigma), guess, x, t, after), improved)


def test_both_steps_are_exact_with_the_true_x0_and_err_differently_without(operator: Operator) -> None:
    x0, wrong, t, after = draw(36), draw(36, seed=1), 0.6, 0.5
    process, x_t = Cold(operator), operator(x0, t)
    A, A_after = matrix(operator, 36, t), matrix(operator, 36, after)
    for fresh, passed_on in ((0.0, A_after - A), (1.0, A_after)):
        torch.testing.assert_close(revise(process, x0, x_t, t, after, fresh=fresh), operator(x0, after))
        error = revise(process, x0 + wrong, x_t, t, after, fresh=fresh) - operator(x0, after)
        torch.testing.assert_close(error, passed_on @ wrong)


@pytest.mark.parametrize("steps", [1, 7])
def test_improved_sampling_does_not_need_a_good_predictor_where_the_way_is_straight(steps: int) -> None:
    """For F_t(x_0) = x_0 + t e with e fixed, eq16 arrives whatever x̂_0 is; naive sampling is where x̂_0 is."""
    e, x0 = draw(5), draw(4, 5, seed=1)
    process = Cold(lambda x, t: x + torch.as_tensor(t, dtype=x.dtype)[..., None] * e)
    start, times = process.forward(x0, torch.zeros_like(x0), 1.0), torch.linspace(1, 0, steps + 1)

    def useless(x: Tensor, t: Tensor) -> Tensor:
        return 3 * torch.sin(x)

    torch.testing.assert_close(sample(useless, process, start, times).x, x0)
    naive = sample(useless, process, start, times, fresh=1.0).x
    assert (naive - x0).abs().max() > 0.5


def test_the_exact_predictor_of_two_pictures_brings_each_back(operator: Operator) -> None:
    """Between t = 0.7 and 0 two pictures can still be told apart, so x̂_0 is exact and so are both ways back."""
    pictures, process = draw(2, 36), Cold(operator)
    x = operator(pictures, 0.7)

    def predict(x: Tensor, t: Tensor) -> Tensor:
        return pictures[torch.cdist(x, operator(pictures, t)).argmin(1)]

    for fresh in (0.0, 1.0):
        found = sample(predict, process, x, torch.linspace(0.7, 0, 8, dtype=torch.float64), fresh=fresh).x
        torch.testing.assert_close(found, pictures, rtol=0, atol=1e-12)


def test_gaussian_data_are_made_anew_from_noise_by_the_exact_posterior() -> None:
    """With x̂_0 drawn from p(x_0 | x_t) each of eq3, eq4, eq5 keeps the law N(0, A S Aᵀ + σ² I) of x_t (9271.eq2)."""
    operator, sigma, n = blur(2), 0.3, 20_000
    S = torch.diag(torch.tensor([1.0, 0.5, 2.0, 0.2], dtype=torch.float64))
    t, after = 0.5, 0.3
    A, A_after = matrix(operator, 4, t), matrix(operator, 4, after)
    noise = sigma**2 * torch.eye(4, dtype=torch.float64)
    process = Cold(operator, sigma)
    x = draw(n, 4) @ torch.linalg.cholesky(A @ S @ A.T + noise).T
    gain = S @ A.T @ torch.linalg.inv(A @ S @ A.T + noise)
    x0 = x @ gain.T + draw(n, 4, seed=1) @ torch.linalg.cholesky(S - gain @ A @ S).T
    whiten = torch.linalg.inv(torch.linalg.cholesky(A_after @ S @ A_after.T + noise))
    for fresh in (0.0, 0.6, 1.0):
        revised = revise(process, x0, x, t, after, fresh=fresh, generator=torch.Generator().manual_seed(2))
        white = revised @ whiten.T
        assert stats.kstest(white.square().sum(-1), stats.chi2(4).cdf).pvalue > ALPHA, fresh
        assert stats.kstest((white @ torch.full((4,), 0.5, dtype=torch.float64)).numpy(), "norm").pvalue > ALPHA, fresh


def test_a_blur_forgets_all_but_the_mean() -> None:
    """9271.claim6: at t = 1 one number is left of each channel, and with σ = 0 the way back is a function of it."""
    x0 = draw(2, 3 * 64)
    x0[1] += (x0[0] - x0[1]).reshape(3, 64).mean(-1).repeat_interleave(64)
    process, times = Cold(blur(8)), torch.linspace(1, 0, 6)
    start = process.forward(x0, torch.zeros_like(x0), 1.0)
    torch.testing.assert_close(start[0], start[1])
    assert int(torch.linalg.matrix_rank(matrix(blur(8), 3 * 64, 1.0))) == 3
    back = sample(lambda x, t: torch.sin(5 * x) * (1 + t), process, start, times).x
    torch.testing.assert_close(back[0], back[1], rtol=0, atol=1e-9)


def test_it_trains_with_the_one_loss() -> None:
    x0 = draw(6, 36)

    def absolute(x0_hat: Tensor, x0: Tensor) -> Tensor:
        return (x0_hat - x0).abs().sum(-1)  # 9271.eq14

    t = torch.linspace(0, 1, 6, dtype=torch.float64)
    loss = denoising_loss(lambda x, t: x, Cold(blur(6)), x0, t, error=absolute)
    torch.testing.assert_close(loss, (x0 - blur(6)(x0, t)).abs().sum(-1).mean())


# --- the reader's own operator


def test_an_operator_that_gives_nan_is_told_at_which_t() -> None:
    def dims(x: Tensor, t: float | Tensor) -> Tensor:
        return x * torch.log(torch.as_tensor(0.45 - t, dtype=x.dtype))[..., None]

    x = torch.ones(3, 4)
    with pytest.raises(ValueError, match=r"operator's answer has 12 of 12 entries .* the first at t = 0\.5$"):
        Cold(dims).forward(x, x, 0.5)
    with pytest.raises(ValueError, match=r"has 4 of 12 entries that are NaN or infinite, the first at t = 0\.75$"):
        Cold(dims).forward(x, x, torch.tensor([0.25, 0.75, 0.0]))
    with pytest.raises(ValueError, match=r"operator's answer has 12 of 12 entries .* the first at t = 0\.6$"):
        sample(lambda x, t: x, Cold(dims), x, torch.tensor([0.6, 0.2, 0.0]))


def test_an_operator_with_a_wrong_shape_is_told_at_which_t() -> None:
    x = torch.ones(3, 4)
    for wrong, shape in ((lambda x, t: x[..., :2], r"\(3, 2\)"), (lambda x, t: None, "NoneType")):
        with pytest.raises(ValueError, match=rf"operator returned shape {shape} at t = 0\.5, but must .* \(3, 4\)"):
            Cold(wrong).forward(x, x, 0.5)  # type: ignore[arg-type]


def test_an_operator_with_chance_of_its_own_cannot_be_undone() -> None:
    generator = torch.Generator().manual_seed(0)

    def drops(x: Tensor, t: float | Tensor) -> Tensor:
        return x * (torch.rand(x.shape, generator=generator) > float(t))

    x, times = torch.ones(3, 4), torch.tensor([0.5, 0.2, 0.0])
    with pytest.raises(ValueError, match=r"answers the same x0 differently each time at t = 0\.5: .* only fresh=1"):
        sample(lambda x, t: x, Cold(drops), x, times)
    assert sample(lambda x, t: torch.ones_like(x), Cold(drops), x, times, fresh=1.0).x.shape == (3, 4)


@pytest.mark.parametrize("sigma", [-0.1, math.nan, math.inf])
def test_refuses_sigma(sigma: float) -> None:
    with pytest.raises(ValueError, match=f"sigma = {sigma} must be a finite number of at least 0"):
        Cold(blur(4), sigma)


@pytest.mark.parametrize(("solver", "variable"), [("heun", "t"), ("2m", "t"), ("rk45", "t"), ("euler", "log t")])
def test_solvers_that_need_a_level_say_so(solver: str, variable: str) -> None:
    with pytest.raises(ValueError, match="needs a process with a level b/a, which Cold has not"):
        sample(lambda x, t: x, Cold(blur(2)), draw(3, 4), torch.tensor([0.5, 0.2]), solver=solver, variable=variable)
