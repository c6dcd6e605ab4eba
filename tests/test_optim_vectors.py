"""The optimisers against their reference implementations, over the same hundred gradients."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from optim_cases import AMOS, AXES, ETA, KEPT, OTHERS, START, STEPS, gradient

from blogtools.optim import LAMB, AdaFactor, Amos, Lion

VECTORS = np.load(Path(__file__).parent / "vectors" / "optim.npz")


def run(make: Any, seed: int, dtype: torch.dtype, falling: bool = False) -> tuple[Any, dict[str, Any]]:
    """The optimiser after all steps, and the parameters at the steps kept."""
    params = {name: torch.nn.Parameter(torch.tensor(value, dtype=dtype)) for name, value in START.items()}
    optimizer = make(params)
    kept: dict[str, list[np.ndarray]] = {name: [] for name in params}
    for step in range(1, STEPS + 1):
        for name, parameter in params.items():
            theta = parameter.detach().numpy().astype(np.float64)
            parameter.grad = torch.tensor(gradient(name, theta, step, seed), dtype=dtype)
        if falling:
            for group in optimizer.param_groups:
                group["lr"] = 0.05 / (1 + 0.1 * step)
        optimizer.step()
        if step in KEPT:
            for name, parameter in params.items():
                kept[name].append(parameter.detach().numpy().copy())
    return (optimizer, params), {name: np.stack(rows) for name, rows in kept.items()}


@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float64, 1e-12), (torch.float32, 1e-6)])
@pytest.mark.parametrize("foreach", [None, False])
@pytest.mark.parametrize("case", AMOS)
def test_amos_is_the_reference(case: str, foreach: bool | None, dtype: torch.dtype, tolerance: float) -> None:
    settings = dict(AMOS[case])
    reduce, lr = settings.pop("reduce"), settings.pop("lr")

    def make(params: dict[str, Any]) -> Amos:
        groups = [{"params": [p], "eta": ETA[n], "reduce": AXES[n] if reduce else None} for n, p in params.items()]
        return Amos(groups, lr=0.05 if lr == "falling" else lr, foreach=foreach, **settings)

    (optimizer, params), kept = run(make, list(AMOS).index(case), dtype, falling=lr == "falling")
    for name, rows in kept.items():
        np.testing.assert_allclose(rows, VECTORS[f"{case}/{name}"], rtol=0, atol=tolerance, err_msg=name)
        for slot in "vb":
            found = optimizer.state[params[name]][slot].numpy().reshape(-1)
            wanted = VECTORS[f"{case}/{slot}/{name}"].reshape(-1)
            np.testing.assert_allclose(found, wanted, rtol=20 * tolerance, atol=0, err_msg=f"{slot} of {name}")


@pytest.mark.parametrize(
    ("case", "dtype", "tolerance"),
    [
        ("lamb", torch.float64, 1e-12),
        ("lamb", torch.float32, 1e-6),
        # In float32 a sign here and there differs, which moves an entry by 2 lr.
        ("lion", torch.float64, 1e-12),
        # optax computes Adafactor's exponent of the step in float32 throughout.
        ("adafactor", torch.float64, 1e-8),
        ("adafactor", torch.float32, 1e-6),
    ],
)
def test_lamb_lion_and_adafactor_are_the_references(case: str, dtype: torch.dtype, tolerance: float) -> None:
    maker = {"lamb": LAMB, "lion": Lion, "adafactor": AdaFactor}[case]
    # Beyond two axes optax factors the two largest and torch the last two.
    names = [name for name in START if not (case == "adafactor" and START[name].ndim > 2)]
    _, kept = run(lambda params: maker(list(params.values()), **OTHERS[case]["torch"]), list(OTHERS).index(case), dtype)
    for name in names:
        np.testing.assert_allclose(kept[name], VECTORS[f"{case}/{name}"], rtol=0, atol=tolerance, err_msg=name)
