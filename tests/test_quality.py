"""Measures of quality against known answers, and the quality of the weights that ship."""

import importlib.util
import json
import math
from pathlib import Path

import numpy as np
import pytest
import torch
from scipy import linalg

from blogtools.data import digits, digits_quality
from blogtools.diffusion import Poisson, PosteriorMean, ddpm_levels, ddpm_share, generate, sample
from blogtools.diffusion.samples import quality
from blogtools.nets import describe, load

EVALUATIONS = 17
BENCHMARK = Path(__file__).parent.parent / "benchmarks" / "digits_quality.py"


def rng(seed=0):
    return np.random.default_rng(seed)


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def judge():
    return quality.digits_judge()


# --- measures with known answers


def test_frechet_distance_of_two_gaussians_is_the_closed_form():
    draws = rng().standard_normal((200_000, 3))
    mean, scale = np.array([1.0, -2.0, 0.5]), np.array([2.0, 0.5, 1.0])
    expected = np.square(mean).sum() + np.square(scale - 1.0).sum()
    found = quality.frechet_distance(draws, rng(1).standard_normal((200_000, 3)) * scale + mean)
    assert found == pytest.approx(expected, rel=0.01)


def test_frechet_distance_agrees_with_the_matrix_square_root():
    a = rng().standard_normal((300, 8)) @ rng(1).standard_normal((8, 8))
    b = rng(2).standard_normal((400, 8)) @ rng(3).standard_normal((8, 8)) + 1.0
    ca, cb = np.cov(a, rowvar=False), np.cov(b, rowvar=False)
    root = linalg.sqrtm(ca @ cb).real
    expected = np.square(a.mean(0) - b.mean(0)).sum() + np.trace(ca + cb - 2 * root)
    assert quality.frechet_distance(a, b) == pytest.approx(expected, rel=1e-8)
    assert quality.frechet_distance(torch.from_numpy(b), a) == pytest.approx(expected, rel=1e-8)


def test_frechet_distance_of_a_set_from_itself_is_zero_even_when_flat():
    flat = np.repeat(rng().standard_normal((50, 1)), 4, axis=1)
    assert quality.frechet_distance(flat, flat) == pytest.approx(0.0, abs=1e-6)
    assert quality.frechet_distance(flat, flat + 3.0) == pytest.approx(36.0)


def test_the_floor_is_that_of_equal_laws_and_falls_with_the_size():
    features = rng().standard_normal((4000, 6))
    small, large = quality.floor(features, 100, rng(1)), quality.floor(features, 2000, rng(1))
    assert 0 < large.mean < small.mean / 10
    assert large.sd < small.sd
    expected = quality.frechet_distance(rng(2).standard_normal((100, 6)), rng(3).standard_normal((100, 6)))
    assert abs(small.mean - expected) < 6 * small.sd
    assert str(quality.Repeated(1.224, 0.081, 9)) == "1.22 ± 0.08"


def test_the_fitted_gaussian_has_the_mean_and_covariance_of_the_data():
    data = np.abs(rng().standard_normal((2000, 3))) @ np.array([[1.0, 0.5, 0.0], [0.0, 1.0, 0.0], [0.0, 0.2, 0.3]])
    draws = quality.fitted_gaussian(data, 100_000, rng(1))
    assert np.allclose(draws.mean(0), data.mean(0), atol=0.02)
    assert np.allclose(np.cov(draws.T), np.cov(data.T), atol=0.02)


def test_one_nn_accuracy_is_a_half_for_one_law_one_for_two_and_less_for_copies():
    a, b = rng().standard_normal((1000, 4)), rng(1).standard_normal((1000, 4))
    assert abs(quality.one_nn_accuracy(a, b) - 0.5) < 0.05
    assert quality.one_nn_accuracy(a, b + 20.0) == 1.0
    assert quality.one_nn_accuracy(a, a + 1e-6) == 0.0


def test_nearest_agrees_with_brute_force():
    x, train = rng().standard_normal((30, 5)), rng(1).standard_normal((40, 5))
    index, distance = quality.nearest(x, train)
    table = np.linalg.norm(x[:, None] - train, axis=-1)
    assert np.array_equal(index, table.argmin(1))
    assert np.allclose(distance, table.min(1))
    assert np.array_equal(quality.nearest(train, train)[1], np.zeros(40))


def test_copies_are_seen_and_unseen_images_are_not():
    data = digits()
    noisy = data.train + 0.05 * rng().standard_normal(data.train.shape)
    assert quality.copy_rate(data.train, data.train, data.test) == 1.0
    assert quality.copy_rate(noisy, data.train, data.test) == 1.0
    assert quality.copy_rate(data.test, data.train, data.test) <= 2 / len(data.test)
    half = np.concatenate([data.train[:100], data.test[:100]])
    assert abs(quality.copy_rate(half, data.train, data.test) - 0.5) < 0.02
    assert quality.nearer_to_train(data.train, data.train, data.test, rng()) > 0.85
    blurred = 0.5 * (data.train[:500] + data.test[:500])
    assert abs(quality.nearer_to_train(blurred, data.train, data.test, rng()) - 0.5) < 0.12


def test_bad_input_is_named():
    good = rng().standard_normal((10, 3))
    for call, message in (
        (lambda: quality.frechet_distance(good[:1], good), "a has shape"),
        (lambda: quality.frechet_distance(good, good[:, 0]), "b has shape"),
        (lambda: quality.frechet_distance(good, good[:, :2]), "3 and of 2"),
        (lambda: quality.frechet_distance(good, np.where(good > 0, np.nan, good)), "b holds NaN"),
        (lambda: quality.floor(good, 6, rng()), "size=6"),
        (lambda: quality.one_nn_accuracy(good, good[:5]), "equal numbers"),
        (lambda: quality.nearest(good[:0], good), "x has shape"),
        (lambda: quality.copy_threshold(good, good, 1.5), "share=1.5"),
        (lambda: generate(lambda x, t: x, 2, 3, clock="wall"), "clock = 'wall' is not one of sample, global"),
    ):
        with pytest.raises(ValueError, match=message):
            call()


# --- generating


@pytest.mark.parametrize("clock", ["sample", "global"])
@pytest.mark.parametrize("D", [1.0, math.inf])
def test_generate_ends_at_the_data_and_counts_evaluations(D, clock):
    point = torch.full((3,), 0.7)
    drawn = generate(lambda x, t: point.expand_as(x), 20, 3, D=D, clock=clock, steps=9, generator=torch.Generator())
    assert drawn.evaluations == EVALUATIONS
    assert torch.allclose(drawn.x, point.expand(20, 3), atol=1e-5)


def test_the_clocks_begin_where_they_should():
    seen = []

    def predict(x, t):
        seen.append((x, torch.as_tensor(t)))
        return torch.zeros_like(x)

    for clock in ("sample", "global"):
        generate(predict, 4000, 64, sigma_max=10.0, steps=1, clock=clock, generator=torch.Generator().manual_seed(0))
    (x, t), (y, s) = seen[0], seen[1]
    assert x.square().mean().sqrt().item() == pytest.approx(10.0, rel=0.02)
    assert t.median().item() == pytest.approx(6.745, rel=0.08)
    assert (s == 10.0).all()
    assert torch.allclose(y / s[..., None] if s.ndim else y / s, x / t[:, None], rtol=1e-4)


def test_ddim_in_its_own_variables_is_euler_on_the_levels_of_ddpm():
    data = torch.tensor([[1.0, 0.0], [-1.0, 0.5]])
    predict, levels = PosteriorMean(data, D=math.inf), ddpm_levels(12, 40.0)
    assert levels[0] <= 40.0
    assert levels[0] > 38.0
    x = levels[0] * torch.randn(50, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    euler = sample(predict, Poisson(math.inf), x, levels).x
    kept = 1.0 / (1.0 + levels.square())
    y = x * kept[0].sqrt()
    for a, b, level in zip(kept[:-1], kept[1:], levels[:-1], strict=True):
        x0 = predict(y / a.sqrt(), level)
        y = b.sqrt() * x0 + (1 - b).sqrt() * (y - a.sqrt() * x0) / (1 - a).sqrt()
    assert torch.allclose(y, euler, atol=1e-6)
    with pytest.raises(ValueError, match="steps = 5000 must be a whole number in 1 … "):
        ddpm_levels(5000, 40.0)


def test_ddpm_has_the_marginals_of_the_heat_process():
    """With the exact predictor of a Gaussian the variance at each level is known: 1 + σ²."""
    levels = torch.linspace(10.0, 2.0, 80, dtype=torch.float64)
    x = math.sqrt(101.0) * torch.randn(20_000, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    heat = Poisson(math.inf)
    drawn = sample(
        lambda x, t: x / (1.0 + t**2),
        heat,
        x,
        levels,
        fresh=ddpm_share(heat),
        generator=torch.Generator().manual_seed(1),
    )
    assert drawn.evaluations == 79
    # Each step moves by x̂_0 instead of a draw from its posterior, which costs at most one step's posterior variance.
    assert drawn.x.var().item() == pytest.approx(5.0, rel=0.03)


# --- the weights that ship


def test_the_classifier_is_good_enough_to_judge(judge):
    classifier = load("digits-classifier")
    accuracy = (classifier(torch.from_numpy(judge.images.test)).argmax(1).numpy() == judge.images.test_labels).mean()
    assert accuracy >= 0.98
    assert accuracy == pytest.approx(describe("digits-classifier")["figures"]["test_accuracy"], abs=2e-3)


@pytest.mark.parametrize(("name", "noises"), [("poisson-digits", 3), ("heat-digits", 2)])
def test_samples_come_within_one_of_the_floor_and_are_no_copies(judge, name, noises):
    process = {k: float(v) for k, v in describe(name)["process"].items()}
    net, found = load(name), []
    for seed in range(noises):
        drawn = generate(net, judge.size, 64, **process, steps=9, generator=torch.Generator().manual_seed(seed))
        assert drawn.evaluations == EVALUATIONS
        found.append(judge.judge(drawn.x))
    mean = {key: np.mean([getattr(f, key) for f in found]) for key in ("frechet", "copy_rate", "one_nn")}
    assert mean["frechet"] < judge.floor().mean + 1.0
    assert mean["frechet"] < judge.gaussian(1).mean / 5
    assert mean["copy_rate"] < 0.01
    assert mean["one_nn"] < 0.7
    assert all(0.4 < f.nearer_to_train < 0.7 for f in found)


@pytest.fixture(scope="module")
def benchmark():
    spec = importlib.util.spec_from_file_location("digits_quality", BENCHMARK)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_stored_table_is_complete_and_belongs_to_the_weights_that_ship(benchmark):
    stored = digits_quality()
    assert json.loads(benchmark.RESULTS.read_text()) == stored
    assert stored["weights"] == {name: describe(name)["sha256"] for name in stored["weights"]}
    assert [{k: row[k] for k in benchmark.KEYS} for row in stored["rows"]] == benchmark.settings()


@pytest.mark.parametrize(
    ("net", "solver", "grid", "asked"),
    [("poisson-digits", "heun", "rho", 17), ("poisson-digits", "2m", "rho", 9), ("heat-digits", "ddpm", "ddpm", 9)],
)
def test_rows_of_the_stored_table_can_be_measured_again(benchmark, judge, net, solver, grid, asked):
    wanted = {"net": net, "solver": solver, "variable": "t", "grid": grid, "clock": "sample", "asked": asked}
    (row,) = [r for r in digits_quality()["rows"] if {k: r[k] for k in benchmark.KEYS} == wanted]
    again = benchmark.measure(wanted, judge, 1)
    assert again["evaluations"] == row["evaluations"]
    assert again["frechet"][0] == pytest.approx(row["frechet"][2], abs=0.05)


def test_the_stored_headline_holds():
    stored = digits_quality()
    within = [
        row
        for row in stored["rows"]
        if row["net"] == "poisson-digits"
        and row["evaluations"] <= 18
        and row["frechet"][0] < stored["floor"][0] + 1.0
        and row["copy_rate"] < 0.01
    ]
    assert within
    same = stored["same_noise"]
    assert same["poisson_heat"] > 0.5 > abs(same["shuffled"])
