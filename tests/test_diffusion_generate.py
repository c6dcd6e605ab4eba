"""Sampling from what is left at t = 1, and the networks of hot and cold diffusion that ship."""

import numpy as np
import pytest
import torch

from blogtools.data import digits, digits_quality
from blogtools.diffusion import Cold, Cosine, Linear, blur, ddpm_share, restore
from blogtools.diffusion.samples.quality import digits_judge
from blogtools.nets import describe, load
from blogtools.recipes import process_of


@pytest.fixture(autouse=True, scope="module")
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def judge():
    return digits_judge()


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


DATA = torch.randn(20, 16, generator=generator(1)) + 3.0


def test_hot_diffusion_begins_in_pure_noise():
    start = restore(lambda x, t: x, Linear(Cosine()), DATA, 5000, steps=2, generator=generator(), keep_path=True).path[
        0
    ]
    other = restore(lambda x, t: x, Linear(Cosine()), -DATA, 5000, steps=2, generator=generator(), keep_path=True)
    assert torch.equal(start, other.path[0])
    assert abs(start.mean().item()) < 4 / 5000**0.5 / 4
    assert start.var().item() == pytest.approx(1.0, abs=0.02)


def test_cold_diffusion_begins_in_the_means_of_pictures_and_noise():
    cold = Cold(blur(4), sigma=0.0)
    path = restore(lambda x, t: x, cold, DATA, 200, steps=3, generator=generator(), keep_path=True).path
    means = DATA.mean(1)
    assert (path[0] - path[0].mean(1, keepdim=True)).abs().max() < 1e-5
    apart = (path[0].mean(1)[:, None] - means).abs()
    assert apart.min(1).values.max() < 1e-5
    assert len(apart.argmin(1).unique()) == len(DATA)
    noisy = restore(lambda x, t: x, Cold(blur(4), 0.5), DATA, 4000, steps=3, generator=generator(), keep_path=True)
    assert noisy.path[0].var(1).mean().item() == pytest.approx(0.25, rel=0.02)


def test_the_steps_are_even_and_cost_one_evaluation_each():
    seen = []

    def predict(x, t):
        seen.append(float(t))
        return torch.zeros_like(x)

    drawn = restore(predict, Linear(Cosine()), DATA, 3, steps=4, generator=generator())
    assert seen == [1.0, 0.75, 0.5, 0.25]
    assert drawn.evaluations == 4
    assert torch.equal(drawn.x, torch.zeros(3, 16))


def test_wrong_arguments_are_named():
    for changes, message in (
        ({"n": 0}, "n = 0"),
        ({"n": True}, "n = True"),
        ({"steps": 0}, "steps = 0"),
        ({"steps": 2.5}, "steps = 2.5"),
        ({"data": DATA[0]}, r"\(16,\)"),
        ({"data": DATA[:0]}, r"\(0, 16\)"),
        ({"data": DATA / 0}, "data"),
    ):
        arguments = {"n": 3, "steps": 2, "data": DATA} | changes
        data, n = arguments.pop("data"), arguments.pop("n")
        with pytest.raises(ValueError, match=message):
            restore(lambda x, t: x, Linear(Cosine()), data, n, **arguments)


# --- the weights that ship


def frechet(judge, name, seeds, *, sigma=None, fresh=0.0):
    process = process_of(describe(name)["process"])
    if sigma is not None:
        process = Cold(process.operator, sigma)
    share = ddpm_share(process) if fresh == "ddpm" else fresh
    net, data, steps = load(name), torch.from_numpy(digits().train), describe(name)["figures"]["evaluations"]
    drawn = [
        restore(net, process, data, judge.size, steps=steps, fresh=share, generator=generator(seed)) for seed in seeds
    ]
    return np.mean([judge.frechet(one.x) for one in drawn])


@pytest.mark.parametrize("name", ["ddpm-digits", "cold-digits"])
def test_the_networks_give_the_figures_of_their_manifest(judge, name):
    mean, deviation = describe(name)["figures"]["frechet"]
    assert abs(frechet(judge, name, range(2)) - mean) < 3 * deviation / 2**0.5
    assert mean < judge.gaussian(1).mean / 2


def test_the_improved_sampling_of_cold_diffusion_lives_on_its_start_noise(judge):
    """9271.claim5: begun without noise it fails; with noise it beats the naive sampling."""
    with_noise = frechet(judge, "cold-digits", range(1))
    assert frechet(judge, "cold-digits", range(1), sigma=0.0) > 5 * with_noise
    assert frechet(judge, "cold-digits", range(1), fresh=1.0) > 1.2 * with_noise


def test_one_network_serves_ddim_and_ddpm(judge):
    ddim, ddpm = (frechet(judge, "ddpm-digits", range(1), fresh=fresh) for fresh in (0.0, "ddpm"))
    assert ddim < judge.floor().mean + 1.0
    assert ddpm < judge.gaussian(1).mean / 5


def test_one_noise_gives_one_digit_through_networks_of_other_processes():
    """Stored by benchmarks/digits_quality.py; 9271.claim9."""
    same = digits_quality()["same_noise"]
    assert min(same[pair] for pair in ("poisson_heat", "poisson_ddpm", "heat_ddpm")) > 0.8
    assert abs(same["shuffled"]) < 0.1
