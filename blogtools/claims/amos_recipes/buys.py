"""Sections "Four questions" and "What the recipes buy": claim1, memory (claim5, claim7), other optimisers (claim8)."""

import functools
import itertools
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import sympy as sp
import torch
from torch import nn

from blogtools.claims.amos_recipes import formulas as f
from blogtools.ledger import Entry, Exact, Numeric, Open
from blogtools.optim import LAMB, Amos, Lion, recipe, scales_for, slot_bytes

QUESTIONS = "Four questions"
BUYS = "What the recipes buy"

a0, p, q, k, sigma, T, U, t = sp.symbols("alpha_0 p q k sigma T U t", positive=True)
RECIPE_1 = sp.Matrix([a0 * sp.sqrt(k) * sigma / U / (a0 * p * t + 1) ** 2, a0**2 / (2 * q) / (a0 * p * t + 1) ** 2])
HALVED = RECIPE_1.subs(p, (sp.sqrt(2) - 1) / T / a0)
"""eq21 with eq14's scale, and with eq22 put in."""


def unknowns(expression: sp.Matrix, measured: tuple[str, ...] = ("U", "k", "t")) -> list[str]:
    """The letters that somebody must choose, in order."""
    return sorted({str(symbol) for symbol in expression.free_symbols} - set(measured))


Shape = tuple[int, ...]
OPTIMISERS: dict[str, Callable[[nn.Module], torch.optim.Optimizer]] = {
    "AdamW": lambda model: torch.optim.AdamW(model.parameters()),
    "LAMB": lambda model: LAMB(model.parameters()),
    "Lion": lambda model: Lion(model.parameters()),
    "Adafactor": lambda model: torch.optim.Adafactor(model.parameters()),
    "Amos": lambda model: Amos(scales_for(model)),
    "Amos with momentum": lambda model: Amos(scales_for(model), momentum=0.9),
}
WIDTHS = ((8, 5), (64, 7), (3, 40, 4))
"""Layers of small nets: linear maps and a norm behind each but the last."""


def small(widths: Shape) -> nn.Module:
    """A net with a table of 11 rows in front."""
    layers: list[nn.Module] = [nn.Embedding(11, widths[0])]
    for inputs, outputs in itertools.pairwise(widths):
        layers += [nn.Linear(inputs, outputs), nn.LayerNorm(outputs)]
    return nn.Sequential(*layers)


def shapes_of(widths: Shape) -> list[Shape]:
    """The shapes of its parameters."""
    found: list[Shape] = [(11, widths[0])]
    for inputs, outputs in itertools.pairwise(widths):
        found += [(outputs, inputs), (outputs,), (outputs,), (outputs,)]
    return found


def slots(name: str, shapes: list[Shape], factor: int = 1) -> int:
    """Numbers that an optimiser keeps for parameters of these shapes, without the counter of steps.

    Amos keeps two an output, two an embedded row, two a vector; Adafactor a row and a column; ``factor`` counts twice.
    """
    whole = sum(int(np.prod(shape)) for shape in shapes)
    reduced = {
        "AdamW": 2 * whole,
        "LAMB": 2 * whole,
        "Lion": whole,
        "Adafactor": sum(sum(shape) for shape in shapes),
        "Amos": 2 * sum(shape[0] if len(shape) > 1 else 1 for shape in shapes),
    }
    return factor * (reduced["Amos"] + whole if name == "Amos with momentum" else reduced[name])


def slots_held(name: str, widths: Shape) -> int:
    """The same counted in the optimiser's state after one step, the counters of steps left out."""
    model = small(widths)
    optimizer = OPTIMISERS[name](model)
    for parameter in model.parameters():
        parameter.grad = torch.ones_like(parameter)
    optimizer.step()
    kept = [v for state in optimizer.state.values() for key, v in state.items() if key != "step"]
    numbers = sum(v.numel() for v in kept if isinstance(v, torch.Tensor))
    steps = [v for state in optimizer.state.values() for key, v in state.items() if key == "step"]
    counted = sum(v.numel() * v.element_size() for v in steps if isinstance(v, torch.Tensor))
    if slot_bytes(optimizer) != 4 * numbers + counted:
        raise ValueError("slot_bytes does not agree with the state")
    return numbers


def bert_base() -> list[Shape]:
    """Shapes of BERT-base: vocabulary 30522, 512 places, width 768, twelve layers."""
    d, inner = 768, 3072
    layer: list[Shape] = [(d, d), (d,)] * 4 + [(inner, d), (inner,), (d, inner), (d,)] + [(d,)] * 4
    return [(30522, d), (512, d), (2, d), (d,), (d,), *layer * 12]


def share_on_bert(name: str) -> Fraction:
    """Slots on BERT-base over AdamW's."""
    return Fraction(slots(name, bert_base()), slots("AdamW", bert_base()))


def by_counting(name: str) -> bool:
    """Whether they are at most 51 % of it, by adding up the layers' outputs."""
    parameters = (30522 + 512 + 2) * 768 + 2 * 768 + 12 * (4 * 768 * 769 + 2 * 768 * 3072 + 3072 + 768 + 4 * 768)
    outputs = (30522 + 512 + 2) + 12 * (4 * 768 + 3072 + 768)
    vectors = 2 + 12 * (4 + 1 + 1 + 4)
    kept = {"Amos": 0, "Amos with momentum": parameters, "AdamW": 2 * parameters}[name]
    reduced = 0 if name == "AdamW" else 2 * (outputs + vectors)
    return 100 * (kept + reduced) <= 51 * 2 * parameters


def factors(first: float = 1.0) -> Callable[[Any, Any, Any, Any], list[Any]]:
    """α_t and ρ_t of the later post for Lion and Tiger with κ = 2α_0p_0, at time t."""

    def rates(alpha_0: Any, sigma: Any, kappa: Any, t: Any) -> list[Any]:
        return [alpha_0 * sigma / (kappa * t + first), alpha_0**2 / (2 * (kappa * t + first))]

    return rates


def lion_steps(alpha_0: float, sigma: float, kappa: float, t: int) -> list[float]:
    """The lr and ρ after t steps of the package's recipe 2 over Lion, read off the parameters."""
    rng = np.random.default_rng(t)
    parameter = nn.Parameter(torch.from_numpy(rng.normal(size=50)))
    gradient = torch.from_numpy(rng.normal(size=50))
    optimizer, schedule = recipe(Lion, alpha_0, 1 / kappa, "inverse-time")([{"params": [parameter], "sigma": sigma}])
    for _ in range(t + 1):
        before = parameter.detach().clone()
        parameter.grad = gradient
        optimizer.step()
        schedule.step()
    moved = (before - parameter.detach()).numpy()
    parts = np.linalg.lstsq(np.stack([np.sign(gradient.numpy()), before.numpy()], 1), moved, rcond=None)[0]
    return parts.tolist()


def decayed_by(lr: float, weight_decay: float, product: bool = True) -> f.Array:
    """What AdamW's decay takes from θ = (1, −2) in one step."""
    return np.array([1.0, -2.0]) * (lr * weight_decay if product else weight_decay)


def decayed_by_torch(lr: float, weight_decay: float) -> f.Array:
    """The same in torch, with a gradient of 0."""
    theta = nn.Parameter(torch.tensor([1.0, -2.0], dtype=torch.float64))
    theta.grad = torch.zeros(2, dtype=torch.float64)
    torch.optim.AdamW([theta], lr=lr, weight_decay=weight_decay, foreach=False).step()
    return np.array([1.0, -2.0]) - theta.detach().numpy()


def decay_of_constant(alpha0: float, sigma: float, q: float, t: int, power: int = 1) -> float:
    """ρ_t of recipe 2 (T = 10) as torch sees it: lr_t times the constant α_0/(2qσ)."""
    lr = alpha0 * sigma / (1 + t / 10)
    return lr * alpha0 / (2 * q * sigma**power)


def by_torch_constant(alpha0: float, sigma: float, q: float, t: int) -> float:
    """What torch's AdamW takes from θ = 1, gradient 0, with lr of recipe 2 and that constant as weight_decay."""
    theta = nn.Parameter(torch.ones(1, dtype=torch.float64))
    _, rho = f.rates_by_post(alpha0, 10.0, t, sigma, q, "inverse-time")
    lr, _ = f.rates_by_post(alpha0, 10.0, t, sigma, q, "inverse-time")
    theta.grad = torch.zeros(1, dtype=torch.float64)
    torch.optim.AdamW([theta], lr=lr, weight_decay=rho / lr, foreach=False).step()
    return 1 - float(theta.detach())


SMALL_NETS = tuple({"name": name, "widths": widths} for name in OPTIMISERS for widths in WIDTHS)

ENTRIES = [
    Entry(
        id="9344.claim1",
        kind="algorithm",
        latex=r"\alpha_0,\ T,\ \sigma,\ q",
        says="four questions; for the first three the recipes leave α_0 and T to choose, with σ and q guessed",
        section=QUESTIONS,
        evidence=(
            Exact(
                statement=lambda half: unknowns(HALVED if half else RECIPE_1),
                against=lambda half: ["T", "alpha_0", "q", "sigma"] if half else ["alpha_0", "p", "q", "sigma"],
                witnesses=(True, False),
                mutants={
                    "the optimiser's ‖u‖ too": lambda half: unknowns(HALVED if half else RECIPE_1, ("k", "t")),
                    "p left over": lambda half: unknowns(RECIPE_1),
                },
                about="letters of eq21 that nobody measures, with and without eq22",
            ),
        ),
    ),
    Entry(
        id="9344.claim5",
        kind="table",
        latex=r"\text{slots: Adam }2N,\ \text{Lion }N,\ \text{AdaFactor }\sum(m+n),\ \text{Amos }2\sum m",
        says="memory is saved by dropping the momentum, and by averaging or factorising the second moment",
        section=QUESTIONS,
        evidence=(
            Exact(
                statement=lambda name, widths: slots(name, shapes_of(widths)),
                against=slots_held,
                witnesses=SMALL_NETS,
                mutants={
                    "twice as many": lambda name, widths: slots(name, shapes_of(widths), factor=2),
                    "Adam's for all": lambda name, widths: slots("AdamW", shapes_of(widths)),
                },
                about="counted in the state of six optimisers on three small nets",
            ),
        ),
    ),
    Entry(
        id="9344.claim7",
        kind="table",
        latex=r"\text{slots of Amos}\le0.51\cdot\text{slots of AdamW}\quad\text{(BERT-base)}",
        says="the paper's 51 % of AdamW's memory: with momentum 50.1 %, without 0.1 %, on the shapes of BERT-base",
        section=BUYS,
        evidence=(
            Exact(
                statement=lambda name: share_on_bert(name) <= Fraction(51, 100),
                against=by_counting,
                witnesses=tuple({"name": name} for name in ("Amos", "Amos with momentum", "AdamW")),
                mutants={
                    "half of it": lambda name: share_on_bert(name) <= Fraction(50, 100),
                    "AdamW too": lambda name: share_on_bert(name) <= 1,
                },
                about="the count of claim5 on BERT-base, against outputs and vectors added up by hand",
            ),
        ),
    ),
    Entry(
        id="9344.claim7.steps",
        kind="experiment",
        latex=r"\text{steps of Amos}\le0.7\cdot\text{steps of AdamW}",
        says="the paper's 70 % of AdamW's steps in pre-training BERT, to the same loss",
        section=BUYS,
        open=Open(
            "It needs pre-training of BERT by several optimisers over several seeds; on small nets the order of the"
            " methods is another one from task to task.",
            "Pre-train BERT-base with both, each with tuned rates, over five seeds, and compare the steps to one loss.",
        ),
    ),
    Entry(
        id="9344.claim8",
        kind="algorithm",
        latex=r"\alpha_t=\frac{\alpha_0\sigma}{\kappa t+1},\quad\rho_t=\frac{\alpha_0^2}{2(\kappa t+1)}",
        says="recipe 2 over Lion or Tiger (post 9473): their u is a sign, ‖u‖ = √k exactly, and κ = 2α_0p_0 = 1/T",
        section=BUYS,
        evidence=(
            Numeric(
                statement=factors(),
                against=lion_steps,
                witnesses=tuple(
                    {"alpha_0": 0.01, "sigma": s, "kappa": c, "t": n}
                    for s, c, n in ((0.125, 0.05, 0), (0.125, 0.05, 20), (2.0, 0.3, 7))
                ),
                rtol=1e-9,
                mutants={
                    "κt + 2": factors(2.0),
                    "decay of first order": lambda alpha_0, sigma, kappa, t: [
                        alpha_0 * sigma / (kappa * t + 1),
                        alpha_0 / (2 * (kappa * t + 1)),
                    ],
                    "one rate for all scales": lambda alpha_0, sigma, kappa, t: [
                        alpha_0 / (kappa * t + 1),
                        alpha_0**2 / (2 * (kappa * t + 1)),
                    ],
                },
                about="read off the parameters after steps of the package's recipe over Lion",
            ),
        ),
    ),
    Entry(
        id="9344.adamw",
        kind="algorithm",
        latex=r"\rho_t=\texttt{lr}\cdot\texttt{weight\_decay}",
        says="torch's AdamW multiplies its decay by lr: ρ_t of a recipe is a constant weight_decay = α_0/(2qσ)",
        section=BUYS,
        evidence=(
            Numeric(
                statement=decayed_by,
                against=decayed_by_torch,
                witnesses=((0.1, 0.01), (1e-3, 0.5)),
                rtol=1e-10,
                mutants={"not multiplied": functools.partial(decayed_by, product=False)},
                about="one step with a gradient of 0",
            ),
            Numeric(
                statement=decay_of_constant,
                against=by_torch_constant,
                witnesses=((0.01, 0.125, 1.0, 0), (0.01, 0.125, 1.0, 15), (0.05, 2.0, 0.5, 40)),
                rtol=1e-8,
                mutants={
                    "without σ": functools.partial(decay_of_constant, power=0),
                    "σ²": functools.partial(decay_of_constant, power=2),
                },
                about="with lr = α_0σf(t) and that constant torch takes ρ_t = α_0²f(t)/2q",
            ),
        ),
    ),
]
