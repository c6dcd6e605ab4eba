"""Parameter groups by kind: the scale that Amos expects of trained entries, the post's σ, and which slots to reduce."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from torch import Tensor, nn
from torch.nn.modules.batchnorm import _NormBase
from torch.nn.modules.conv import _ConvNd

NORMS = (nn.LayerNorm, nn.GroupNorm, nn.RMSNorm, _NormBase)
SAME_SIGMA = 0.1
"""Initial deviations nearer than about this, relatively, count as one initialiser and share a group."""


@dataclass(frozen=True)
class Scale:
    """What the recipes ask of a parameter.

    ``eta`` > 0 is Amos's η, the size expected of trained entries; ``sigma`` > 0 the post's σ (9344.claim2), None for
    the standard deviation that the entries have when asked; ``centre`` where θ counts from; ``reduce`` the axes over
    which Amos averages its slots, None for all but the first (for a vector: all).
    """

    eta: float
    sigma: float | None = None
    centre: float = 0.0
    reduce: tuple[int, ...] | None = None
    kind: str = "named"

    def __post_init__(self) -> None:
        for name in ("eta", "sigma"):
            value = getattr(self, name)
            if value is not None and not 0 < value < math.inf:
                raise ValueError(f"{name} = {value!r} must be a finite number above 0")
        if not math.isfinite(self.centre):
            raise ValueError(f"centre = {self.centre!r} must be finite")


def scales_for(
    model: nn.Module, named: Mapping[str, float | Scale] | None = None, reduce: bool = True
) -> list[dict[str, Any]]:
    """Parameter groups of ``model`` for ``Amos``, for ``recipe`` and for ``AssumptionProbe``; call it before training.

    A group has ``params``, ``names``, ``kind``, ``eta``, ``sigma``, ``centre`` and ``reduce``. With d the number of
    inputs, weights of Linear, convolutions and attention have η = √(1/d); embeddings of width d have √(2/d); biases and
    offsets .5; gains of norms 1. σ is the deviation of the initial entries (η where they are all equal), and .5 for
    biases, offsets and gains, which count from 1. Slots are one an output, one an embedded row, one a vector;
    ``reduce=False`` keeps them whole. Parameters that ask for no gradient are left out; a shared one counts where it
    first occurs.

    ``named`` gives or overrides scales by the whole name of a parameter, or else by the end of names after a dot:
    ``{"places": 0.1, "narrow.weight": Scale(0.06)}``; a number is η. For a layer behind a rectifier the paper takes
    √(2/d). ``ValueError`` for a parameter of a module of unknown kind, for a name that fits none, for a parameter that
    is not yet initialised, or holds numbers that are not finite.
    """
    given = {k: v if isinstance(v, Scale) else Scale(v) for k, v in (named or {}).items()}
    whole = {name for name, _ in model.named_parameters()}
    unused, groups, seen = set(given), {}, set()  # type: ignore[var-annotated]
    for path, module in model.named_modules():
        for own, parameter in module.named_parameters(recurse=False):
            name = f"{path}.{own}" if path else own
            if id(parameter) in seen or not parameter.requires_grad:
                continue
            seen.add(id(parameter))
            fits = [name] if name in given else [k for k in given if k not in whole and name.endswith(f".{k}")]
            unused -= set(fits)
            if isinstance(parameter, nn.UninitializedParameter):
                raise ValueError(f"{name} is not initialised; run the model on one batch first")
            scale = given[max(fits, key=len)] if fits else _scale_of(module, own, parameter, name)
            sigma = scale.sigma if scale.sigma is not None else _deviation(name, parameter) or scale.eta
            chosen = scale.reduce if scale.reduce is not None else tuple(range(1, parameter.ndim)) or (0,)
            axes = chosen if reduce and parameter.ndim else None
            alike = round(math.log(sigma) / SAME_SIGMA)
            key = (scale.kind, scale.eta, scale.centre, axes, alike, parameter.ndim if axes else 0)
            groups.setdefault(key, []).append((name, parameter, sigma))
    if unused:
        raise ValueError(f"named: no trainable parameter is called {', '.join(map(repr, sorted(unused)))}")
    return [
        {
            "params": [parameter for _, parameter, _ in members],
            "names": [name for name, _, _ in members],
            "kind": kind,
            "eta": eta,
            "sigma": _pooled([(sigma, parameter.numel()) for _, parameter, sigma in members]),
            "centre": centre,
            "reduce": axes,
        }
        for (kind, eta, centre, axes, _, _), members in groups.items()
    ]


def _scale_of(module: nn.Module, own: str, parameter: Tensor, name: str) -> Scale:
    everything = tuple(range(parameter.ndim))
    if isinstance(module, NORMS) and own == "weight":
        return Scale(1.0, 0.5, 1.0, everything, "norm gain")
    if isinstance(module, (*NORMS, nn.Linear, _ConvNd)) and own == "bias":
        return Scale(0.5, 0.5, 0.0, everything, "bias")
    if isinstance(module, nn.Linear) and own == "weight":
        return Scale(math.sqrt(1 / parameter.shape[1]), kind="linear weight")
    if isinstance(module, _ConvNd) and own == "weight":
        spatial = tuple(range(2, parameter.ndim))
        outputs = parameter.shape[1] if module.transposed else parameter.shape[0] // module.groups
        inputs = parameter.numel() // (outputs * module.groups)
        # A transposed weight is (in, out/groups, …): with groups an output is a pair of the first two axes.
        axes = ((0, *spatial) if module.groups == 1 else spatial) if module.transposed else None
        return Scale(math.sqrt(1 / inputs), reduce=axes, kind="convolution weight")
    if isinstance(module, (nn.Embedding, nn.EmbeddingBag)):
        return Scale(math.sqrt(2 / parameter.shape[1]), kind="embedding")
    if isinstance(module, nn.MultiheadAttention):
        if own.endswith("weight"):
            return Scale(math.sqrt(1 / parameter.shape[1]), kind="attention weight")
        return Scale(0.5, 0.5, 0.0, everything, "bias")
    raise ValueError(
        f"{name} of a {type(module).__name__} is of no known kind; say its scale with named={{{own!r}: 0.1}}, the size "
        "that you expect of its trained entries"
    )


def _deviation(name: str, parameter: Tensor) -> float:
    value = parameter.detach().double().std(correction=0).item()
    if not math.isfinite(value):
        raise ValueError(f"{name} holds numbers that are not finite")
    return value if parameter.numel() > 1 else parameter.detach().abs().double().mean().item()


def _pooled(sigmas: list[tuple[float, int]]) -> float:
    return math.sqrt(sum(s * s * k for s, k in sigmas) / sum(k for _, k in sigmas))
