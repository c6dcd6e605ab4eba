"""The exact posterior mean and field, against oracles that share no code with them."""

import math
import subprocess
import sys

import mpmath
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special
from scipy.spatial.distance import cdist
from torch import Tensor

from blogtools.diffusion import PosteriorMean, exact

INF = math.inf


def draw(*shape: int, seed: int = 0, dtype: torch.dtype = torch.float64) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=dtype)


def by_broadcasting(data: Tensor, x: Tensor, t: Tensor, D: float, weights: Tensor | None = None) -> np.ndarray:
    """The formula written out in NumPy's double precision, differences and all."""
    y, q, clock = data.double().numpy(), x.double().numpy(), t.double().numpy()[:, None]
    squares = cdist(q, y, "sqeuclidean")
    masses = np.ones(len(y)) if weights is None else weights.double().numpy()
    energy = squares / (2 * clock**2) if math.isinf(D) else (y.shape[1] + D) / 2 * np.log(squares + D * clock**2)
    return special.softmax(np.log(masses) - energy, axis=1) @ y


@pytest.mark.parametrize("D", [1.0, 3.5, 128.0, INF])
@pytest.mark.parametrize("d", [1, 2, 3, 8, 9, 64, 784])
@pytest.mark.parametrize("scale", [0.1, 1.0, 30.0])
def test_agrees_with_the_formula_written_out(d: int, D: float, scale: float) -> None:
    data, t = draw(300, d), scale * (1 + draw(40, seed=2).abs())
    x = data[:40] + t[:, None] * draw(40, d, seed=1)
    weights = draw(300, seed=3).exp()
    for w in (None, weights):
        found = PosteriorMean(data, D, w, rows=16)(x, t).numpy()
        np.testing.assert_allclose(found, by_broadcasting(data, x, t, D, w), rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("D", [1.0, 64.0, INF])
@pytest.mark.parametrize("d", [2, 64, 784, 3072])
def test_single_precision_keeps_its_digits(d: int, D: float) -> None:
    data, t = draw(400, d, dtype=torch.float32), torch.logspace(-2, 2, 30)
    x = data[:30] + t[:, None] * draw(30, d, seed=1, dtype=torch.float32)
    found = PosteriorMean(data, D)(x, t)
    assert found.dtype == torch.float32
    np.testing.assert_allclose(found.numpy(), by_broadcasting(data, x, t, D), atol=2e-3)


def neighbours(d: int, gap: float) -> tuple[Tensor, Tensor]:
    """Far sources with one close neighbour each, and queries between: where a product of matrices goes wrong."""
    far = 30 * draw(50, d, dtype=torch.float32)
    step = gap * torch.nn.functional.normalize(draw(50, d, seed=1, dtype=torch.float32), dim=1)
    return torch.cat([far, far + step]), far + 0.45 * step


@pytest.mark.parametrize("D", [1.0, INF])
@pytest.mark.parametrize(
    ("gap", "t", "repaired", "broken", "constant", "value"),
    [
        (0.2, 0.2, 1e-4, 1e-2, "CANCELLATION", INF),
        (2.0, 1.0, 2e-5, 2e-4, "CANCELLATION", INF),
        (2.0, 1.0, 2e-5, 2e-4, "NEGLIGIBLE", 0.0),
    ],
)
def test_cancellation_is_repaired(
    D: float, gap: float, t: float, repaired: float, broken: float, constant: str, value: float,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    data, x = neighbours(64, gap)
    expected = by_broadcasting(data, x, torch.full((50,), t), D)

    def error() -> float:
        return float(np.abs(PosteriorMean(data, D)(x, t).numpy() - expected).max() / gap)

    assert error() < repaired
    monkeypatch.setattr(exact, constant, value)
    assert error() > broken


def test_a_far_offset_costs_no_digits() -> None:
    data, t = draw(200, 64, dtype=torch.float32), torch.full((20,), 0.5)
    x = data[:20] + 0.5 * draw(20, 64, seed=1, dtype=torch.float32)
    far = 4096.0  # its sum with numbers of order 1 keeps 11 bits
    data, x = data + far, x + far
    torch.testing.assert_close(PosteriorMean(data).centre, data.mean(0))  # kept about its mean, so nothing to repair
    np.testing.assert_allclose(PosteriorMean(data)(x, t).numpy(), by_broadcasting(data, x, t, 1.0), atol=1e-3)


def test_weights_at_d_784_to_many_digits() -> None:
    mpmath.mp.dps = 40
    data, x, t, d = draw(5, 784), draw(784, seed=1) * 2, 1.7, 784
    powers = []
    for y in data.tolist():
        square = mpmath.fsum((mpmath.mpf(a) - mpmath.mpf(b)) ** 2 for a, b in zip(x.tolist(), y, strict=True))
        powers.append((square + mpmath.mpf(t) ** 2) ** (-mpmath.mpf(d + 1) / 2))
    total = mpmath.fsum(powers)
    predictor = PosteriorMean(data)
    np.testing.assert_allclose(predictor.probabilities(x, t).numpy(), [float(p / total) for p in powers], rtol=1e-10)
    _, log_length = predictor.field(x, t)
    vector = [
        mpmath.fsum(p * (mpmath.mpf(a) - mpmath.mpf(y[k])) for p, y in zip(powers, data.tolist(), strict=True)) / 5
        for k, a in enumerate(x.tolist())
    ]
    square = mpmath.fsum(v**2 for v in vector) + (mpmath.mpf(t) * total / 5) ** 2
    area = 2 * mpmath.pi ** (mpmath.mpf(d + 1) / 2) / mpmath.gamma(mpmath.mpf(d + 1) / 2)
    assert math.isclose(float(mpmath.log(square) / 2 - mpmath.log(area)), float(log_length), rel_tol=1e-12)


def test_one_source_is_the_answer_everywhere() -> None:
    y = draw(1, 5)
    for D in (1.0, 9.0, INF):
        torch.testing.assert_close(PosteriorMean(y, D)(draw(7, 5, seed=1), 0.7), y.expand(7, 5))


@pytest.mark.parametrize("D", [1.0, 4.0, INF])
def test_two_sources_in_closed_form(D: float) -> None:
    d, t = 3, 0.8
    a = torch.tensor([1.0, -0.5, 2.0], dtype=torch.float64)
    x = 3 * draw(50, d)
    plus, minus = (x - a).square().sum(1), (x + a).square().sum(1)
    if math.isinf(D):
        half_log_odds = (x @ a) / t**2
    else:
        half_log_odds = (d + D) / 4 * torch.log((minus + D * t**2) / (plus + D * t**2))
    torch.testing.assert_close(PosteriorMean(torch.stack([a, -a]), D)(x, t), torch.tanh(half_log_odds)[:, None] * a)


def test_at_infinite_D_it_is_one_attention_layer() -> None:
    data, x, t = draw(200, 16), draw(30, 16, seed=1), 0.6
    mask = -data.square().sum(1) / (2 * t**2)
    attended = torch.nn.functional.scaled_dot_product_attention(
        x / t, data / t, data, attn_mask=mask.expand(30, 200), scale=1.0
    )
    torch.testing.assert_close(PosteriorMean(data, INF)(x, t), attended)


def test_large_D_tends_to_the_gaussian_like_one_over_D() -> None:
    data, x = draw(100, 3), draw(20, 3, seed=1)
    limit = PosteriorMean(data, INF)(x, 0.7)
    gaps = [float((PosteriorMean(data, D)(x, 0.7) - limit).abs().max()) for D in (1e3, 1e4, 1e5)]
    slope = np.polyfit([3, 4, 5], np.log10(gaps), 1)[0]
    assert abs(slope + 1) < 0.05


@pytest.mark.parametrize("d", [1, 2, 3, 6, 12])
def test_field_is_the_gradient_of_the_potential_of_eq3(d: int) -> None:
    data, t = draw(30, d), torch.tensor(0.4, dtype=torch.float64)
    z = torch.cat([draw(10, d, seed=1), t.expand(10, 1)], dim=1).requires_grad_()
    r = (z[:, None] - torch.nn.functional.pad(data, (0, 1))).norm(dim=-1)
    area = 2 * math.pi ** ((d + 1) / 2) / math.gamma((d + 1) / 2)
    green = (-r.log() if d == 1 else r ** (1 - d) / (d - 1)).mean(1) / area
    (gradient,) = torch.autograd.grad(green.sum(), z)
    unit, log_length = PosteriorMean(data).field(z[:, :d].detach(), t)
    torch.testing.assert_close(unit * log_length.exp()[:, None], gradient, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("D", [1.0, 5.0])
def test_the_field_and_the_mean_are_one_ode(D: float) -> None:
    data, x, t = draw(50, 4), draw(9, 4, seed=1), torch.rand(9, dtype=torch.float64) + 0.1
    predictor = PosteriorMean(data, D)
    unit, _ = predictor.field(x, t)
    # dx/dr = F_x/F_r with r = t√D is dx/dt = (x − x̂_0)/t (9305.eq4).
    torch.testing.assert_close(unit[:, :4] / unit[:, 4:] * D**0.5, (x - predictor(x, t)) / t[:, None])


@pytest.mark.parametrize("D", [1.0, 6.0, INF])
@pytest.mark.parametrize("d", [3, 20])
def test_differentiable_in_x(d: int, D: float) -> None:
    data = draw(15, d)
    predictor = PosteriorMean(data, D, rows=2)
    x = (data[:3] + 0.3 * draw(3, d, seed=1)).requires_grad_()
    assert torch.autograd.gradcheck(lambda q: predictor(q, 0.9), (x,))
    if D < INF:
        assert torch.autograd.gradcheck(lambda q: predictor.field(q, 0.9), (x,))


@pytest.mark.parametrize("d", [2, 40])
def test_limits_at_t_zero(d: int) -> None:
    data = draw(20, d)
    data[7] = data[3]  # a duplicate
    x = torch.cat([data[:5], 0.5 * (data[:1] + data[1:2])])
    found = PosteriorMean(data)(x, 0.0)
    torch.testing.assert_close(found[:5], data[:5], rtol=0, atol=1e-13)
    torch.testing.assert_close(found, PosteriorMean(data)(x, 1e-9), rtol=0, atol=1e-6)
    unit, log_length = PosteriorMean(data).field(x, 0.0)
    assert torch.equal(unit[:5], torch.nn.functional.pad(torch.zeros(5, d), (0, 1), value=-1.0).double())
    assert torch.isposinf(log_length[:5]).all()
    assert torch.isfinite(log_length[5])
    assert unit[5, -1] == 0
    torch.testing.assert_close(PosteriorMean(data, INF)(data + 1e-6, 0.0), data, rtol=0, atol=1e-13)


def test_gaussian_at_t_zero_shares_a_tie_by_mass_and_opposite_pulls_cancel() -> None:
    data = torch.tensor([[-1.0], [1.0], [1.0]])
    x = torch.zeros(1, 1)
    torch.testing.assert_close(PosteriorMean(data, INF)(x, 0.0), torch.tensor([[1 / 3]]))
    unit, log_length = PosteriorMean(data[:2]).field(x, 0.0)
    assert torch.equal(unit, torch.zeros(1, 2))
    assert torch.isneginf(log_length).all()


def test_duplicates_are_masses_and_zero_masses_are_absent() -> None:
    data, x = draw(6, 3), draw(4, 3, seed=1)
    twice = PosteriorMean(torch.cat([data, data[:2]]))(x, 0.5)
    weights = torch.tensor([2.0, 2, 1, 1, 1, 1])
    torch.testing.assert_close(PosteriorMean(data, weights=weights)(x, 0.5), twice)
    torch.testing.assert_close(PosteriorMean(data, weights=7 * weights)(x, 0.5), twice)  # 9305.claim7
    tiny = 1e-60 * weights.double()  # no number of single precision
    single = PosteriorMean(data.float(), weights=tiny)(x, 0.5)
    torch.testing.assert_close(single, twice, rtol=1e-5, atol=1e-5)
    torch.testing.assert_close(
        PosteriorMean(data, weights=torch.tensor([1.0, 1, 0, 0, 0, 0]))(x, 0.5), PosteriorMean(data[:2])(x, 0.5)
    )


def test_batches_of_any_shape_and_rows_of_any_number() -> None:
    data, x, t = draw(30, 3), draw(4, 5, 3, seed=1), 0.1 + draw(5, seed=2).abs()
    whole = PosteriorMean(data)(x, t)
    assert whole.shape == x.shape
    torch.testing.assert_close(PosteriorMean(data, rows=3)(x, t), whole)
    torch.testing.assert_close(PosteriorMean(data)(x[2, 4], t[4]), whole[2, 4])
    unit, log_length = PosteriorMean(data).field(x, t)
    assert (unit.shape, log_length.shape) == ((4, 5, 4), (4, 5))
    assert PosteriorMean(data).probabilities(x, t).shape == (4, 5, 30)
    assert PosteriorMean(data)(x[:0], 1.0).shape == (0, 5, 3)


places = st.integers(1, 12).flatmap(
    lambda d: st.tuples(
        st.just(d),
        st.integers(1, 20),
        st.integers(0, 2**31),
        st.floats(-12, 12),
        st.floats(-6, 6),
        st.floats(-6, 6),
        st.sampled_from([1.0, 2.0, 30.0, INF]),
        st.sampled_from([torch.float32, torch.float64]),
    )
)


@settings(max_examples=150, deadline=None)
@given(places)
def test_always_a_finite_point_of_the_convex_hull(place) -> None:  # type: ignore[no-untyped-def]
    d, n, seed, log_t, log_x, log_data, D, dtype = place
    data = 10**log_data * draw(n, d, seed=seed, dtype=dtype)
    x = 10**log_x * draw(6, d, seed=seed + 1, dtype=dtype)
    x[0] = data[0]
    predictor = PosteriorMean(data, D)
    found = predictor(x, 10**log_t)
    slack = 1e-5 * data.abs().max()
    assert (found >= data.amin(0) - slack).all()
    assert (found <= data.amax(0) + slack).all()
    p = predictor.probabilities(x, 10**log_t)
    torch.testing.assert_close(p.sum(-1), torch.ones(6, dtype=dtype))
    if D < INF:
        unit, log_length = predictor.field(x, 10**log_t)
        torch.testing.assert_close(unit.norm(dim=-1), torch.ones(6, dtype=dtype))
        assert not log_length.isnan().any()
        assert (unit[:, -1] <= 0).all()


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 20), st.integers(0, 2**31), st.floats(-2, 2), st.sampled_from([1.0, 7.0, INF]))
def test_moves_turns_and_scales_with_the_data(d: int, seed: int, log_scale: float, D: float) -> None:
    data, x, shift = draw(25, d, seed=seed), draw(6, d, seed=seed + 1), 5 * draw(d, seed=seed + 2)
    turn, _ = torch.linalg.qr(draw(d, d, seed=seed + 3))
    c, t = 10**log_scale, 0.7
    there = PosteriorMean(c * (data @ turn) + shift, D)(c * (x @ turn) + shift, c * t)
    here = PosteriorMean(data, D)(x, t)
    torch.testing.assert_close(there, c * (here @ turn) + shift, rtol=1e-7, atol=1e-7 * (c + 1))


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 10), st.integers(0, 2**31), st.floats(3, 6))
def test_far_away_it_is_one_mass_at_the_centroid(d: int, seed: int, log_distance: float) -> None:
    data, R = draw(12, d, seed=seed), 10**log_distance
    unit, log_length = PosteriorMean(data).field(R * torch.nn.functional.normalize(draw(5, d, seed=seed + 1), dim=1), R)
    one, log_one = PosteriorMean(data.mean(0, keepdim=True)).field(
        R * torch.nn.functional.normalize(draw(5, d, seed=seed + 1), dim=1), R
    )
    # About the centroid the dipole vanishes: the error is of second order.
    bound = 20 * (d + 1) ** 2 * (data - data.mean(0)).square().sum(1).max() / R**2 + 1e-11
    assert (unit - one).abs().max() < bound
    assert (log_length - log_one).abs().max() < bound


@pytest.mark.parametrize(
    ("data", "kwargs", "message"),
    [
        (torch.empty(0, 3), {}, r"data has shape \(0, 3\), but must be \[N, d\] with N ≥ 1"),
        (torch.empty(3, 0), {}, r"data has shape \(3, 0\)"),
        (torch.zeros(3), {}, r"data has shape \(3,\)"),
        (torch.zeros(3, 2, dtype=torch.long), {}, "dtype torch.int64"),
        (torch.tensor([[0.0, math.nan]]), {}, r"data has 1 of 2 entries that are NaN or infinite.* index \(0, 1\)"),
        (torch.tensor([[0.0, INF]]), {}, "data has 1 of 2"),
        (torch.full((2, 2), 1e25), {}, r"data reaches 1e\+25, whose square overflows in torch.float32"),
        (torch.zeros(2, 2), {"D": 0.5}, "D = 0.5"),
        (torch.zeros(2, 2), {"weights": torch.ones(3)}, r"weights has shape \(3,\)"),
        (torch.zeros(2, 2), {"weights": torch.tensor([1.0, -1.0])}, "weights must not be negative"),
        (torch.zeros(2, 2), {"weights": torch.zeros(2)}, "not all zero"),
        (torch.zeros(2, 2), {"rows": 0}, "rows = 0"),
    ],
)
def test_refuses_bad_data(data: Tensor, kwargs: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        PosteriorMean(data, **kwargs)


@pytest.mark.parametrize(
    ("x", "t", "message"),
    [
        (torch.zeros(4, 3), 1.0, r"x has shape \(4, 3\), but its last axis must be d = 2"),
        (torch.full((4, 2), math.nan), 1.0, "x has 8 of 8 entries"),
        (torch.full((4, 2), 1e30), 1.0, r"x reaches 1e\+30, whose square overflows"),
        (torch.zeros(4, 2), -1.0, "t must be finite and not negative"),
        (torch.zeros(4, 2), math.nan, "t must be finite"),
        (torch.zeros(4, 2), 1e30, r"t√D reaches 1e\+30, whose square overflows"),
        (torch.zeros(4, 2), torch.ones(3), r"t has shape \(3,\)"),
        (torch.zeros(4, 2, dtype=torch.long), 1.0, "x has dtype torch.int64"),
    ],
)
def test_refuses_bad_queries(x: Tensor, t: float | Tensor, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        PosteriorMean(torch.zeros(2, 2))(x, t)


def test_no_field_at_infinite_D() -> None:
    with pytest.raises(ValueError, match="D = inf has no field"):
        PosteriorMean(torch.zeros(2, 2), INF).field(torch.zeros(1, 2), 1.0)


MEMORY = """
import sys
import torch
torch.set_num_threads(1)
from resource import RUSAGE_SELF, getrusage
from blogtools.diffusion import PosteriorMean
data = torch.rand(60_000, 784)
x = data[:256] + 0.05
before = getrusage(RUSAGE_SELF).ru_maxrss
PosteriorMean(data)(x, torch.logspace(-2, 1.6, 256))
print((getrusage(RUSAGE_SELF).ru_maxrss - before) / (2**20 if sys.platform == "darwin" else 2**10))
"""


def test_extra_memory_at_sixty_thousand_sources() -> None:
    done = subprocess.run([sys.executable, "-c", MEMORY], capture_output=True, text=True, check=True, timeout=120)
    assert float(done.stdout) < 300
