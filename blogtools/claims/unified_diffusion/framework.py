"""Section "Destroy, predict, revise": eq1 and eq2."""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import torch
from torch import Tensor

from blogtools.claims.unified_diffusion import formulas as f
from blogtools.diffusion import Cold, Linear, Poisson, PosteriorMean, VariancePreserving, blur, sample
from blogtools.ledger import Entry, Exact, Law, Numeric

SECTION = "Destroy, predict, revise"


@dataclass(frozen=True)
class Product:
    """x_t = x_0 e^{tε}, pixel by pixel: noise that multiplies, invertible in ε wherever x_0 is not 0."""

    gaussian: bool = True

    def noise(self, like: Tensor, generator: torch.Generator | None = None) -> Tensor:
        return torch.randn(like.shape, dtype=like.dtype, generator=generator)

    def forward(self, x0: Tensor, eps: Tensor, t: Any) -> Tensor:
        return x0 * torch.exp(t * eps)

    def recover(self, x0: Tensor, x_t: Tensor, t: Any, generator: torch.Generator | None = None) -> Tensor:
        return torch.log(x_t / x0) / t


HOT = Linear(VariancePreserving())
PROCESSES: dict[str, Any] = {
    "hot": HOT,
    "cold": Cold(blur(3), f.COLD_SIGMA),
    "gravity": Poisson(),
    "product": Product(),
}
DRAWS = 3000


def seen(process: str, x: Tensor) -> np.ndarray:
    """Draws [n, 9] along a direction, of their logarithms where noise multiplies."""
    return ((x.abs().log() if process == "product" else x) @ f.tensor(f.ALONG)).numpy()


def destroyed(
    rng: np.random.Generator, process: str, t: float, change: Callable[[Tensor], Tensor] = lambda eps: eps
) -> np.ndarray:
    """3,000 draws of x_t of one picture by the package."""
    x0 = f.tensor(f.X0).expand(DRAWS, -1)
    kind = PROCESSES[process]
    return seen(process, kind.forward(x0, change(kind.noise(x0, f.torch_generator(rng))), t))


def there_and_back(process: str, t: float, eps: np.ndarray, late: float = 0.0) -> np.ndarray:
    """The package's ε that leads from x_0 to F_t(x_0, ε), looked for at t + ``late``."""
    x0, kind = f.tensor(f.X0), PROCESSES[process]
    return kind.recover(x0, kind.forward(x0, f.tensor(eps), t), t + late).numpy()


def tables(rng: np.random.Generator) -> list[dict[str, Any]]:
    """Joint laws of (x_0, x_t, x_{t-1}) on 3 × 2 × 4 values as integer weights, some of them 0."""
    return [{"joint": rng.integers(1, 30, (3, 2, 4)) * (rng.random((3, 2, 4)) < p)} for p in (1.1, 1.1, 0.8)]


def in_two_draws(joint: np.ndarray, prior: bool = False, forget: bool = False) -> list[list[Fraction]]:
    """Σ p(x_{t-1} | x_t, x_0) p(x_0 | x_t): rows x_t; with ``prior`` p(x_0), with ``forget`` p(x_{t-1} | x_0)."""
    out = []
    for now in range(joint.shape[1]):
        row = [Fraction(0)] * joint.shape[2]
        for first in range(joint.shape[0]):
            both = int(joint[first, now].sum())
            guess = Fraction(int(joint[first].sum()), int(joint.sum())) if prior else None
            share = Fraction(both, int(joint[:, now].sum())) if guess is None else guess
            step = joint[first].sum(0) if forget else joint[first, now]
            for k, weight in enumerate(step):
                row[k] += share * Fraction(int(weight), max(int(step.sum()), 1))
        out.append(row)
    return out


def direct(joint: np.ndarray) -> list[list[Fraction]]:
    """p(x_{t-1} | x_t) from the joint law without x_0."""
    return [[Fraction(int(v), int(pair.sum())) for v in pair] for pair in joint.sum(0)]


ATOMS, MASSES = np.array([-1.0, 0.2, 1.5]), np.array([0.4, 0.25, 0.35])
TIMES = (0.9, 0.6, 0.35, 0.2)


def guess(x: Tensor, t: Tensor, generator: torch.Generator, how: str) -> Tensor:
    """x̂_0 [n, 1]: a draw from the exact p(x_0 | x_t), or what ``how`` names in its place."""
    a, b, _, _ = HOT.schedule(t)
    exact = PosteriorMean(f.tensor(ATOMS)[:, None], np.inf, f.tensor(MASSES))
    if how == "mean":
        return exact(x / a, b / a)
    chances = exact.probabilities(x / a, b / a) if how == "draw" else f.tensor(MASSES).expand(len(x), -1)
    return f.tensor(ATOMS)[torch.multinomial(chances, 1, generator=generator)]


def walked(rng: np.random.Generator, share: float, how: str = "draw") -> np.ndarray:
    """3,000 draws of x at t = 0.2, three steps of the package's sampler below draws of x at t = 0.9."""
    generator = f.torch_generator(rng)
    x0 = f.tensor(rng.choice(ATOMS, (DRAWS, 1), p=MASSES))
    start = HOT.forward(x0, HOT.noise(x0, generator), TIMES[0])
    predict = functools.partial(guess, generator=generator, how=how)
    return sample(predict, HOT, start, f.tensor(TIMES), fresh=share, generator=generator).x[:, 0].numpy()


ENTRIES = [
    Entry(
        id="9271.eq1",
        kind="law",
        latex=r"\boldsymbol x_t=\boldsymbol{\mathcal F}_t(\boldsymbol x_0,\boldsymbol\varepsilon),\quad"
        r"\boldsymbol\varepsilon\sim q(\boldsymbol\varepsilon)",
        says="a process destroys: x_t has the law it should, and the noise that did it can be found again",
        section=SECTION,
        evidence=(
            Law(
                statement=destroyed,
                against=f.cdf,
                witnesses=tuple({"process": p, "t": t} for p in PROCESSES for t in (0.2, 0.8)),
                mutants={
                    "noise once more by half": functools.partial(destroyed, change=lambda eps: 1.5 * eps),
                    "one noise for all pixels": functools.partial(destroyed, change=lambda eps: eps[:, :1] + 0 * eps),
                    "without noise's sign": functools.partial(destroyed, change=torch.abs),
                },
                about="hot, cold, gravity, and noise that multiplies: the package's draws against SciPy's laws",
            ),
            Numeric(
                statement=there_and_back,
                against=lambda process, t, eps: eps,
                witnesses=lambda rng: [
                    {"process": p, "t": t, "eps": rng.normal(size=9)} for p in PROCESSES for t in (0.2, 0.8)
                ],
                rtol=1e-10,
                atol=1e-10,
                mutants={"looked for at another time": functools.partial(there_and_back, late=0.1)},
                about="the noise found again from x_0 and x_t",
            ),
        ),
    ),
    Entry(
        id="9271.eq2",
        kind="law",
        latex=r"\hat{\boldsymbol x}_0\sim p(\boldsymbol x_0\mid\boldsymbol x_t)\ \&\ \boldsymbol x_{t-1}\sim "
        r"p(\boldsymbol x_{t-1}\mid\boldsymbol x_t,\boldsymbol x_0=\hat{\boldsymbol x}_0)",
        says="predict, then revise: two draws that together are one draw of x_{t-1} given x_t",
        section=SECTION,
        evidence=(
            Exact(
                statement=in_two_draws,
                against=direct,
                witnesses=tables,
                partial=True,
                mutants={
                    "x_0 drawn without a look at x_t": functools.partial(in_two_draws, prior=True),
                    "x_t forgotten where it still counts": functools.partial(in_two_draws, forget=True),
                },
                about="joint laws on finite sets, in fractions",
            ),
            Law(
                statement=walked,
                against=lambda x, share: f.mixture_cdf(x, ATOMS, MASSES, f.keep(TIMES[-1]), f.rest(TIMES[-1])),
                witnesses=tuple({"share": share} for share in (0.0, 0.5, 1.0)),
                mutants={
                    "the mean in place of a draw": functools.partial(walked, how="mean"),
                    "a draw of the data in its place": functools.partial(walked, how="data"),
                },
                about="three long steps of the package's sampler, x_0 drawn from the exact posterior of three points",
            ),
        ),
    ),
]
