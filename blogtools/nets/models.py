"""Small predictors (x, t) -> x̂_0, and the classifier in whose features pictures are compared.

A predictor takes x (..., d) and t, a number or a tensor that broadcasts to x.shape[:-1], and gives x̂_0 of x's shape.
Poisson noise is heavy-tailed: at one t the norm of x spreads over decades, and ‖x‖ tells the noise level better than t
does. So each network sees x / r with r = √(σ_d² + ‖x‖²/d), and log t and log r as features.
"""

import itertools
import math
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from blogtools.nets.text import CharTransformer

SIGMA_DATA = 0.5
SMALLEST_T = 1e-6
HIGHEST_OCTAVE = 3.0


class Conditioning(nn.Module):
    """log t and log r as waves of slow to quick phase, then two dense layers; (B,) and (B,) to (B, width)."""

    frequencies: Tensor

    def __init__(self, width: int, waves: int = 16) -> None:
        super().__init__()
        self.register_buffer("frequencies", 2.0 ** torch.linspace(-3.0, HIGHEST_OCTAVE, waves), persistent=False)
        self.net = nn.Sequential(nn.Linear(4 * waves + 2, width), nn.SiLU(), nn.Linear(width, width), nn.SiLU())

    def forward(self, t: Tensor, r: Tensor) -> Tensor:
        """The embedding of t and r, both (B,) and positive."""
        u = torch.stack([t.clamp_min(SMALLEST_T).log(), r.log()], -1)
        phase = (u[..., None] * self.frequencies).flatten(1)
        return self.net(torch.cat([u / 4.0, phase.sin(), phase.cos()], -1))


class Predictor(nn.Module):
    """What all predictors share: flatten the batch, scale by r, embed (t, r), restore the shape."""

    architecture: dict[str, Any]

    def __init__(self, d: int, width: int) -> None:
        super().__init__()
        self.d = d
        self.conditioning = Conditioning(width)
        self.gate = nn.Linear(width, 1)

    def forward(self, x: Tensor, t: Tensor | float) -> Tensor:
        """x̂_0 (..., d) from x (..., d) and t that broadcasts to x.shape[:-1]; ``ValueError`` for another d."""
        if x.shape[-1] != self.d:
            raise ValueError(f"x has {x.shape[-1]} coordinates, this network was built for d={self.d}")
        rows = x.reshape(-1, self.d)
        clock = torch.as_tensor(t, dtype=x.dtype, device=x.device).broadcast_to(x.shape[:-1]).reshape(-1)
        r = (SIGMA_DATA**2 + rows.square().mean(-1)).sqrt()
        e = self.conditioning(clock, r)
        skip = torch.sigmoid(self.gate(e))
        return (skip * rows + (1.0 - skip) * self.body(rows / r[:, None], e)).to(x.dtype).reshape(x.shape)

    def body(self, x: Tensor, e: Tensor) -> Tensor:
        """The network proper on scaled rows (B, d) and their embedding (B, width)."""
        raise NotImplementedError


class MLP(Predictor):
    """Residual dense layers, each shifted and scaled by the embedding; for toys and small pictures."""

    def __init__(self, d: int, width: int = 256, depth: int = 3) -> None:
        super().__init__(d, width)
        self.architecture = {"kind": "MLP", "d": d, "width": width, "depth": depth}
        self.enter = nn.Linear(d, width)
        self.modulate = nn.ModuleList(nn.Linear(width, 2 * width) for _ in range(depth))
        self.layers = nn.ModuleList(nn.Linear(width, width) for _ in range(depth))
        self.leave = nn.Linear(width, d)

    def body(self, x: Tensor, e: Tensor) -> Tensor:
        """Rows (B, d) to rows (B, d)."""
        h = self.enter(x)
        for modulate, layer in zip(self.modulate, self.layers, strict=True):
            shift, scale = modulate(e).chunk(2, -1)
            h = h + layer(functional.silu(functional.layer_norm(h, h.shape[-1:]) * (1.0 + scale) + shift))
        return self.leave(functional.silu(h))


class Residual(nn.Module):
    """Two 3×3 convolutions beside a short cut; the embedding shifts and scales between them."""

    def __init__(self, inner: int, outer: int, width: int) -> None:
        super().__init__()
        self.norm_in, self.norm_out = nn.GroupNorm(_groups(inner), inner), nn.GroupNorm(_groups(outer), outer)
        self.first, self.second = nn.Conv2d(inner, outer, 3, padding=1), nn.Conv2d(outer, outer, 3, padding=1)
        self.modulate = nn.Linear(width, 2 * outer)
        self.short = nn.Conv2d(inner, outer, 1) if inner != outer else nn.Identity()

    def forward(self, x: Tensor, e: Tensor) -> Tensor:
        """(B, inner, height, width) to (B, outer, height, width)."""
        h = self.first(functional.silu(self.norm_in(x)))
        shift, scale = self.modulate(e)[..., None, None].chunk(2, 1)
        h = self.second(functional.silu(self.norm_out(h) * (1.0 + scale) + shift))
        return self.short(x) + h


class UNet(Predictor):
    """A small U-Net on pictures given as rows: ``channels`` from the finest to the coarsest level, halving each time.

    ``shape`` is (height, width) or (colours, height, width); both sides must be divisible by 2^(levels-1): 8×8 takes up
    to four levels, 28×28 up to three.
    """

    def __init__(self, shape: Sequence[int], channels: Sequence[int] = (32, 64), width: int = 96) -> None:
        *planes, height, breadth = shape
        colours = math.prod(planes)
        factor = 2 ** (len(channels) - 1)
        if not channels or height % factor or breadth % factor:
            raise ValueError(
                f"shape={tuple(shape)}: both sides must be divisible by {factor} for {len(channels)} levels"
            )
        super().__init__(colours * height * breadth, width)
        self.architecture = {"kind": "UNet", "shape": list(shape), "channels": list(channels), "width": width}
        self.shape = (colours, height, breadth)
        self.enter = nn.Conv2d(colours, channels[0], 3, padding=1)
        steps = list(itertools.pairwise(channels))
        self.down = nn.ModuleList(Residual(c, c, width) for c in channels)
        self.shrink = nn.ModuleList(nn.Conv2d(a, b, 3, stride=2, padding=1) for a, b in steps)
        self.middle = Residual(channels[-1], channels[-1], width)
        self.grow = nn.ModuleList(nn.Conv2d(b, a, 3, padding=1) for a, b in reversed(steps))
        self.up = nn.ModuleList(Residual(2 * a, a, width) for a, _ in reversed(steps))
        self.leave = nn.Conv2d(channels[0], colours, 3, padding=1)

    def body(self, x: Tensor, e: Tensor) -> Tensor:
        """Rows (B, colours · height · breadth) to the same."""
        h = self.enter(x.reshape(-1, *self.shape))
        kept = []
        for level, block in enumerate(self.down):
            h = block(h, e)
            if level < len(self.shrink):
                kept.append(h)
                h = self.shrink[level](h)
        h = self.middle(h, e)
        for grow, block in zip(self.grow, self.up, strict=True):
            h = grow(functional.interpolate(h, scale_factor=2.0, mode="nearest"))
            h = block(torch.cat([h, kept.pop()], 1), e)
        return self.leave(functional.silu(h)).flatten(1)


class Classifier(nn.Module):
    """A convolutional classifier whose last hidden layer, ``features`` wide, serves to compare sets of pictures.

    That layer is standardised (mean 0 and variance 1 of each feature over the training images), so distances measured
    in it have a scale: the total variance is the number of features.
    """

    def __init__(self, shape: Sequence[int], classes: int = 10, channels: int = 32, features: int = 64) -> None:
        super().__init__()
        self.architecture = {
            "kind": "Classifier",
            "shape": list(shape),
            "classes": classes,
            "channels": channels,
            "features": features,
        }
        self.shape = tuple(shape)
        self.convolutions = nn.Sequential(
            nn.Conv2d(1, channels, 3, padding=1),
            nn.ReLU(),
            nn.Conv2d(channels, channels, 3, padding=1),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Conv2d(channels, 2 * channels, 3, padding=1),
            nn.ReLU(),
            nn.MaxPool2d(2),
        )
        coarse = math.prod(side // 4 for side in self.shape)
        self.hidden = nn.Linear(2 * channels * coarse, features)
        self.standardise = nn.BatchNorm1d(features, affine=False)
        self.leave = nn.Linear(features, classes)

    def features(self, x: Tensor) -> Tensor:
        """The last hidden layer, standardised: rows (n, d) to (n, features)."""
        hidden = self.hidden(self.convolutions(x.reshape(-1, 1, *self.shape)).flatten(1))
        return self.standardise(functional.silu(hidden))

    def forward(self, x: Tensor) -> Tensor:
        """Class scores (n, classes) of rows (n, d)."""
        return self.leave(self.features(x))


KINDS: dict[str, type[nn.Module]] = {
    "MLP": MLP,
    "UNet": UNet,
    "Classifier": Classifier,
    "CharTransformer": CharTransformer,
}


def build(architecture: dict[str, Any]) -> Any:
    """The untrained network that ``architecture`` (a kind and its arguments) describes."""
    arguments = dict(architecture)
    kind = arguments.pop("kind", None)
    if kind not in KINDS:
        raise ValueError(f"architecture kind={kind!r}: expected one of {', '.join(KINDS)}")
    return KINDS[kind](**arguments)


def count_parameters(model: nn.Module) -> int:
    """How many trained numbers the network holds."""
    return sum(p.numel() for p in model.parameters())


def _groups(channels: int) -> int:
    return math.gcd(8, channels)
