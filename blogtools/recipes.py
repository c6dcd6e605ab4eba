"""The trainings behind the weights that ship, and presets for larger ones: ``blogtools train NAME``.

A recipe fixes everything but the device: network, data, loss, budget in iterations, seed. On the CPU it runs in one
thread, so the same seed gives the same file, byte for byte, on the same machine and the same PyTorch; elsewhere the
last bits of the sums, and with them the hash, may differ.
"""

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from blogtools.data import digits, mnist
from blogtools.diffusion.cold import Cold, blur
from blogtools.diffusion.poisson import denoising_loss, squared_error
from blogtools.diffusion.process import Linear, Poisson, Process, chi
from blogtools.diffusion.schedule import Cosine
from blogtools.nets import build, pick_device, save_weights, train
from blogtools.nets.files import refuse_existing

Loss = Callable[[Any, Any, torch.Generator], Tensor]


@dataclass(frozen=True)
class Recipe:
    """One training: what it makes, of which data, with which loss, for how long.

    ``process``, in the words of ``process_of``, is what a sampler must know; a classifier has none. ``minutes`` is
    roughly what one thread of a quiet core needs, or one GPU for a preset with ``device`` "cuda".
    """

    what: str
    data: str
    architecture: dict[str, Any]
    loss: Loss
    iterations: int
    minutes: float
    batch_size: int = 128
    lr: float = 2e-3
    ema: float = 0.999
    seed: int = 9305
    device: str = "cpu"
    process: dict[str, Any] | None = None


def process_of(described: dict[str, Any]) -> Process:
    """The process that a recipe, or a manifest's entry, describes in numbers and words.

    {"D", "sigma_max", "sigma_min"} is ``Poisson(D)`` between these levels, {"schedule": "cosine"} is
    ``Linear(Cosine())``, {"blur": side, "sigma"} is ``Cold(blur(side), sigma)``; else ``ValueError``.
    """
    if "D" in described:
        return Poisson(float(described["D"]))
    if "blur" in described:
        return Cold(blur(described["blur"]), described["sigma"])
    if described != COSINE:
        raise ValueError(f"process={described}: expected the keys D, blur and sigma, or {COSINE}")
    return Linear(Cosine())


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


POISSON = {"D": 1.0, "sigma_max": 40.0, "sigma_min": 0.05}
HEAT = {**POISSON, "D": math.inf}
COSINE = {"schedule": "cosine"}
BLUR = {"blur": 8, "sigma": 0.1}
SMALL_UNET = {"kind": "UNet", "shape": [8, 8], "channels": [24, 48, 64], "width": 96}
LARGE_UNET = {"kind": "UNet", "shape": [28, 28], "channels": [64, 128, 256], "width": 256}

RECIPES: dict[str, Recipe] = {
    "digits-classifier": Recipe(
        what="classifier of the 8×8 digits; its features serve the Fréchet distance",
        data="digits",
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
}


def recipe(name: str) -> Recipe:
    """The recipe called ``name``; ``ValueError`` names those there are."""
    if name not in RECIPES:
        raise ValueError(f"recipe {name!r}: expected one of {', '.join(RECIPES)}")
    return RECIPES[name]


def train_recipe(
    name: str,
    *,
    device: str = "auto",
    out: str | Path | None = None,
    seed: int | None = None,
    iterations: int | None = None,
    resume: str | Path | None = None,
    data_root: str | Path | None = None,
) -> Path:
    """Train ``name`` and give the path of its weights, ``NAME.safetensors`` in the folder ``out`` (``runs/NAME``).

    ``device`` "auto" is the CPU for the small recipes, whose hash it reproduces, and the GPU for the GPU presets. The
    whole state is kept in ``NAME.checkpoint.safetensors`` beside the weights; ``resume`` is a folder with one, to go on
    from. Ctrl-C ends early and still writes both. ``data_root`` is a folder with all of MNIST.

    Raises ``ValueError`` for an unknown recipe or device, a GPU preset without GPU, or a checkpoint of another run;
    ``FileExistsError`` when the weights exist already; ``OSError`` when they cannot be written.
    """
    chosen = recipe(name)
    folder = Path(resume or out or Path("runs") / name)
    if resume is not None and out is not None and Path(out) != Path(resume):
        raise ValueError(f"out={str(out)!r}, resume={str(resume)!r}: a run goes on in its own folder; leave out `out`")
    weights, checkpoint = folder / f"{name}.safetensors", folder / f"{name}.checkpoint.safetensors"
    if resume is None:
        refuse_existing(weights, "choose another folder, or remove it")
    where = _device(name, chosen, device)
    images = digits() if chosen.data == "digits" else mnist(data_root)
    x, labels = torch.from_numpy(images.train), torch.from_numpy(images.train_labels)
    seed = chosen.seed if seed is None else seed
    with _one_thread(where), torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = build(chosen.architecture)
        result = train(
            model,
            chosen.loss,
            x if chosen.process else (x, labels),
            iterations=chosen.iterations if iterations is None else iterations,
            batch_size=chosen.batch_size,
            lr=chosen.lr,
            ema=chosen.ema,
            seed=seed,
            device=where,
            channels_last=where.startswith("cuda"),
            checkpoint=checkpoint,
            resume=resume is not None,
            label=name,
        )
    about = {"recipe": name, "seed": seed, "iterations": result.iterations, "process": process_as_json(chosen.process)}
    save_weights(weights, result.model, about, overwrite=resume is not None)
    return weights


def process_as_json(process: dict[str, Any] | None) -> dict[str, Any] | None:
    """JSON knows no infinity: D = ∞ is written "inf"."""
    return None if process is None else {k: "inf" if v == math.inf else v for k, v in process.items()}


def _device(name: str, chosen: Recipe, asked: str) -> str:
    if asked != "auto":
        return str(pick_device(asked))
    if chosen.device == "cuda" and not torch.cuda.is_available():
        raise ValueError(f"device='auto': {name} is a preset for a GPU and none is here; device='cpu' trains for days")
    return chosen.device


@contextmanager
def _one_thread(device: str) -> Iterator[None]:
    """One thread on the CPU: the order of the sums is then fixed, and two contended cores are no slower."""
    before = torch.get_num_threads()
    if device == "cpu":
        torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
