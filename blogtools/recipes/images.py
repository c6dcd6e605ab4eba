"""Trainings on pictures: the classifier that judges them; Poisson flow, heat, hot and cold diffusion."""

import math
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from blogtools.data import Images, cifar10, digits, mnist
from blogtools.diffusion.loss import denoising_loss, squared_error
from blogtools.diffusion.process import Linear, chi
from blogtools.recipes.definition import Data, Loss, Recipe
from blogtools.recipes.process import BLUR, COSINE, HEAT, POISSON, process_of


def pictures(images: Images) -> Tensor:
    """The training pictures (n, d)."""
    return torch.from_numpy(images.train)


def labelled(images: Images) -> Data:
    """The training pictures and what they show."""
    return pictures(images), torch.from_numpy(images.train_labels)


def denoising(D: float, sigma_max: float, sigma_min: float, softening: float = 0.2) -> Loss:
    """Regression on x_0 from (x, t) = (x_0 + σ g, σ χ_D/√D), which is x_0 + t ε with the noise ε of ``Poisson(D)``.

    σ is log-uniform on [σ_min, σ_max], the levels that a sampler with a clock per sample visits; away from these ends
    that is the same as t log-uniform and ε drawn for itself, so the minimiser is E[x_0 | x, t] under the weights
    (‖x−x_0‖² + D t²)^{-(d+D)/2}, 9305.eq8 for D = 1. A weight that depends on σ would change the exponent, for σ tells
    something of x_0 that (x, t) does not; a function of t does not, and 1/(t + ``softening``) keeps the hopeless large
    times from drowning the rest.
    """
    octaves = math.log(sigma_max / sigma_min)

    def loss(model: Any, x0: Tensor, generator: torch.Generator) -> Tensor:
        u = torch.rand(x0.shape[:-1], generator=generator, device=x0.device)
        sigma = sigma_min * torch.exp(octaves * u)
        g = torch.randn(x0.shape, generator=generator, device=x0.device)
        t = sigma * chi(x0, D, generator).squeeze(-1)
        return (squared_error(model(x0 + sigma[..., None] * g, t), x0) / (t + softening)).mean()

    return loss


def even_times(described: dict[str, Any], softening: float = 0.2) -> Loss:
    """``denoising_loss`` along the process of ``described``, t uniform on [0, 1].

    With a level σ = b/a its weight is 1/(σ + ``softening``), as in ``denoising``; a cold process has none and weight 1.
    """
    process = process_of(described)
    weight = (lambda t: 1.0 / (process.level(t) + softening)) if isinstance(process, Linear) else None

    def loss(model: Any, x0: Tensor, generator: torch.Generator) -> Tensor:
        t = torch.rand(x0.shape[:-1], generator=generator, device=x0.device)
        return denoising_loss(model, process, x0, t, generator, weight=weight)

    return loss


def classification(side: int, noise: float = 0.1) -> Loss:
    """Cross-entropy on pictures shifted by up to one pixel each way, with Gaussian noise."""
    pixels = torch.arange(side)

    def loss(model: Any, batch: tuple[Tensor, Tensor], generator: torch.Generator) -> Tensor:
        x, labels = batch
        n, device = len(x), x.device
        framed = functional.pad(x.reshape(n, side, side), (1, 1, 1, 1), value=-1.0)
        down, right = torch.randint(3, (2, n, 1), generator=generator, device=device) + pixels.to(device)
        shifted = framed[torch.arange(n, device=device)[:, None, None], down[:, :, None], right[:, None, :]].reshape(
            n, -1
        )
        return functional.cross_entropy(
            model(shifted + noise * torch.randn(x.shape, generator=generator, device=device)), labels
        )

    return loss


SMALL_UNET = {"kind": "UNet", "shape": [8, 8], "channels": [24, 48, 64], "width": 96}
LARGE_UNET = {"kind": "UNet", "shape": [28, 28], "channels": [64, 128, 256], "width": 256}
COLOUR_UNET = {"kind": "UNet", "shape": [3, 32, 32], "channels": [128, 256, 256, 256], "width": 512}
COLOUR_POISSON = {"D": 1.0, "sigma_max": 80.0, "sigma_min": 0.01}

RECIPES: dict[str, Recipe] = {
    "digits-classifier": Recipe(
        what="classifier of the 8×8 digits; its features serve the Fréchet distance",
        data="digits",
        rows=lambda root: labelled(digits()),
        architecture={"kind": "Classifier", "shape": [8, 8], "classes": 10, "channels": 32, "features": 128},
        loss=classification(8),
        iterations=2000,
        minutes=0.4,
        ema=0.998,
        seed=0,
    ),
    "poisson-digits": Recipe(
        what="x̂_0 of Poisson flow (D = 1) on the 8×8 digits",
        data="digits",
        rows=lambda root: pictures(digits()),
        architecture=SMALL_UNET,
        loss=denoising(**POISSON),
        iterations=4000,
        minutes=4.5,
        lr=4e-3,
        process=POISSON,
    ),
    "heat-digits": Recipe(
        what="x̂_0 of heat (D = ∞) on the 8×8 digits; DDPM and DDIM use it too",
        data="digits",
        rows=lambda root: pictures(digits()),
        architecture=SMALL_UNET,
        loss=denoising(**HEAT),
        iterations=4000,
        minutes=4.5,
        lr=4e-3,
        process=HEAT,
    ),
    "ddpm-digits": Recipe(
        what="x̂_0 of hot diffusion (cosine schedule) on the 8×8 digits, for DDIM and DDPM",
        data="digits",
        rows=lambda root: pictures(digits()),
        architecture=SMALL_UNET,
        loss=even_times(COSINE),
        iterations=4000,
        minutes=4.5,
        lr=4e-3,
        seed=9271,
        process=COSINE,
    ),
    "cold-digits": Recipe(
        what="x̂_0 of cold diffusion (blur, and noise of deviation .1) on the 8×8 digits",
        data="digits",
        rows=lambda root: pictures(digits()),
        architecture=SMALL_UNET,
        loss=even_times(BLUR),
        iterations=4000,
        minutes=4.5,
        lr=4e-3,
        seed=9271,
        process=BLUR,
    ),
    "poisson-mnist": Recipe(
        what="x̂_0 of Poisson flow (D = 1) on MNIST 28×28; a preset for a GPU, best with all 60,000 images",
        data="mnist",
        rows=lambda root: pictures(mnist(root)),
        architecture=LARGE_UNET,
        loss=denoising(**POISSON),
        iterations=40_000,
        minutes=30.0,
        batch_size=256,
        lr=1e-3,
        ema=0.9995,
        device="cuda",
        process=POISSON,
    ),
    "ddpm-mnist": Recipe(
        what="x̂_0 of hot diffusion (cosine schedule) on MNIST 28×28; a preset for a GPU, best with all 60,000 images",
        data="mnist",
        rows=lambda root: pictures(mnist(root)),
        architecture=LARGE_UNET,
        loss=even_times(COSINE),
        iterations=40_000,
        minutes=30.0,
        batch_size=256,
        lr=1e-3,
        ema=0.9995,
        seed=9271,
        device="cuda",
        process=COSINE,
    ),
    "poisson-cifar10": Recipe(
        what="x̂_0 of Poisson flow (D = 1) on CIFAR-10, 32×32 in colour; a preset for GPUs, not yet run",
        data="cifar10",
        rows=lambda root: pictures(cifar10(root)),
        architecture=COLOUR_UNET,
        loss=denoising(**COLOUR_POISSON),
        iterations=150_000,
        minutes=300.0,
        batch_size=256,
        lr=5e-4,
        ema=0.9999,
        device="cuda",
        process=COLOUR_POISSON,
    ),
    "ddpm-cifar10": Recipe(
        what="x̂_0 of hot diffusion (cosine schedule) on CIFAR-10, 32×32 in colour; a preset for GPUs, not yet run",
        data="cifar10",
        rows=lambda root: pictures(cifar10(root)),
        architecture=COLOUR_UNET,
        loss=even_times(COSINE),
        iterations=150_000,
        minutes=300.0,
        batch_size=256,
        lr=5e-4,
        ema=0.9999,
        seed=9271,
        device="cuda",
        process=COSINE,
    ),
}
