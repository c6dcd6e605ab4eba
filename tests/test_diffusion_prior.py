"""The prior of 9305: three routes to one law, held to SciPy's closed forms for d from 1 to 3072."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, stats

from blogtools.diffusion import Poisson, radius_cdf, radius_log_pdf, sample_hemisphere, sample_prior
from blogtools.diffusion.poisson_flow.prior import _angle_table

ALPHA = 1e-6
ROUTES = ("ratio", "beta", "inverse_cdf")
INF = math.inf


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("D", [1.0, 2.5, 128.0])
@pytest.mark.parametrize("d", [1, 2, 64, 3072])
def test_radius(d: int, D: float, route: str) -> None:
    T = 40.0
    x = sample_prior(2000, d, T, seeded(d), D=D, route=route, dtype=torch.float64)
    assert x.shape == (2000, d)
    r = x.norm(dim=-1).numpy()
    # r²/dT² is χ²_d/d over χ²_D/D: Fisher's F, which none of the routes draws from.
    assert stats.kstest(r**2 / (d * T**2), stats.f(d, D).cdf).pvalue > ALPHA


@pytest.mark.parametrize("D", [1.0, 2.5, 128.0, 1e4])
@pytest.mark.parametrize("d", [1, 2, 64, 3072])
def test_tabulated_angle(d: int, D: float) -> None:
    psi, cdf = _angle_table(d, D)
    at = np.linspace(psi[0], psi[-1], 1001)[1:-1]
    expected = stats.f(d, D).sf((np.sqrt(D) / np.tan(at)) ** 2 / d)  # P(ψ' ≤ ψ) = P(r ≥ R cot ψ)
    np.testing.assert_allclose(np.interp(at, psi, cdf), expected, rtol=0, atol=1e-7)


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("d", [1, 2, 3, 64])
def test_direction_is_uniform_and_independent_of_the_radius(d: int, route: str) -> None:
    x = sample_prior(4000, d, 40.0, seeded(d), route=route, dtype=torch.float64).numpy()
    r = np.linalg.norm(x, axis=1)
    if d == 1:
        assert stats.binomtest(int((x > 0).sum()), 4000).pvalue > ALPHA
        assert stats.kstest(x[:, 0], stats.cauchy(scale=40).cdf).pvalue > ALPHA
    else:
        # One coordinate of a uniform unit vector: (1 + u)/2 ~ Beta((d−1)/2, (d−1)/2).
        law = stats.beta((d - 1) / 2, (d - 1) / 2).cdf
        for k in (0, d - 1):
            assert stats.kstest((1 + x[:, k] / r) / 2, law).pvalue > ALPHA
    assert stats.spearmanr(r, x[:, 0] / r).pvalue > ALPHA


def test_gaussian_end() -> None:
    x = sample_prior(3000, 5, 3.0, seeded(), D=INF, dtype=torch.float64).norm(dim=-1).numpy()
    assert stats.kstest(x, stats.chi(5, scale=3).cdf).pvalue > ALPHA


def test_ratio_is_the_noise_of_the_process() -> None:
    like = torch.empty(50, 7)
    torch.testing.assert_close(sample_prior(50, 7, 40.0, seeded(3)), 40 * Poisson(1.0).noise(like, seeded(3)))


@pytest.mark.parametrize("D", [1.0, 4.0, 200.0, INF])
@pytest.mark.parametrize("d", [1, 2, 64, 3072])
def test_density_and_distribution(d: int, D: float) -> None:
    T = 5.0
    r = T * math.sqrt(d) * np.array([0.05, 0.5, 0.9, 1.0, 1.3, 4.0, 200.0])
    law = stats.chi(d, scale=T) if math.isinf(D) else None
    expected = law.cdf(r) if law else stats.f(d, D).cdf(r**2 / (d * T**2))
    np.testing.assert_allclose(radius_cdf(r, d, T, D), expected, rtol=1e-8, atol=1e-13)
    log_pdf = law.logpdf(r) if law else stats.f(d, D).logpdf(r**2 / (d * T**2)) + np.log(2 * r / (d * T**2))
    np.testing.assert_allclose(radius_log_pdf(r, d, T, D), log_pdf, rtol=1e-8, atol=1e-8)
    mass, _ = integrate.quad(lambda s: math.exp(radius_log_pdf(s, d, T, D)), r[1], r[3], limit=200)
    np.testing.assert_allclose(mass, expected[3] - expected[1], rtol=1e-7, atol=1e-13)


def test_radius_law_has_the_shape_of_the_post() -> None:
    d, T = 6, 3.0
    r = np.linspace(0.1, 40, 50)
    shape = np.log(r ** (d - 1) * (r**2 + T**2) ** (-(d + 1) / 2))
    difference = radius_log_pdf(r, d, T) - shape
    np.testing.assert_allclose(difference, difference[0], rtol=0, atol=1e-12)


@pytest.mark.parametrize("D", [1.0, 9.0])
def test_hemisphere(D: float) -> None:
    x, h = sample_hemisphere(4000, 2, 7.0, seeded(), D=D, dtype=torch.float64)
    assert (x.shape, h.shape) == ((4000, 2), (4000,))
    assert (h > 0).all()
    assert stats.kstest((x / 7).flatten().numpy(), stats.norm.cdf).pvalue > ALPHA
    assert stats.kstest(D * h.square().numpy(), stats.chi2(D).cdf).pvalue > ALPHA
    if D == 1:
        # Archimedes: the height of a uniform point of the half sphere of R³ is uniform.
        height = 7 * h / torch.sqrt(x.square().sum(-1) + (7 * h) ** 2)
        assert stats.kstest(height.numpy(), stats.uniform.cdf).pvalue > ALPHA


@settings(max_examples=60, deadline=None)
@given(
    st.integers(1, 4000),
    st.floats(-6, 6),
    st.one_of(st.just(1.0), st.floats(1, 1e4)),
    st.sampled_from(ROUTES),
    st.sampled_from([torch.float32, torch.float64]),
    st.integers(0, 2**31),
)
def test_never_nan_and_scales_with_T(d: int, log_T: float, D: float, route: str, dtype: torch.dtype, seed: int) -> None:
    T = 10**log_T
    x = sample_prior(8, d, T, seeded(seed), D=D, route=route, dtype=dtype)
    assert x.dtype == dtype
    assert torch.isfinite(x).all()
    one = sample_prior(8, d, 1.0, seeded(seed), D=D, route=route, dtype=dtype)
    torch.testing.assert_close(x, T * one, rtol=1e-5, atol=0)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"n": 0}, "n = 0 must be a whole number"),
        ({"n": -3}, "n = -3"),
        ({"d": 0}, "d = 0 must be a whole number"),
        ({"d": 2.5}, r"d = 2\.5"),
        ({"T": 0.0}, r"T = 0\.0 must be a finite number above 0"),
        ({"T": -4.0}, r"T = -4\.0"),
        ({"T": math.nan}, "T = nan"),
        ({"D": 0.0}, r"D = 0\.0"),
        ({"route": "guess"}, "route = 'guess' is not one of ratio, beta, inverse_cdf"),
        ({"route": "beta", "D": INF}, "needs a finite D"),
        ({"device": "abacus"}, "device = 'abacus' is not a device"),
        ({"device": "cuda:97"}, "device = 'cuda:97' is not a device"),
    ],
)
def test_refuses(change: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        sample_prior(**{"n": 3, "d": 2, "T": 40.0, **change})
    if not {"route"} & set(change):
        renamed = {("sigma" if k == "T" else k): v for k, v in {"n": 3, "d": 2, "T": 40.0, **change}.items()}
        with pytest.raises(ValueError, match=message.replace("T = ", "sigma = ")):
            sample_hemisphere(**renamed)


def test_radius_law_refuses() -> None:
    with pytest.raises(ValueError, match=r"r = -1\.0 must not be negative"):
        radius_log_pdf(np.array([1.0, -1.0]), 3, 1.0)
    with pytest.raises(ValueError, match="d = 0"):
        radius_cdf(np.array([1.0]), 0, 1.0)
