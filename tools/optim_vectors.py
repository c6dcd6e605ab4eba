"""Writes tests/vectors/optim.npz: what the reference implementations of the optimisers do with known gradients.

python tools/optim_vectors.py FOLDER

FOLDER holds ``amos.py`` of github.com/google-research/jestimator. Needs jax, flax and optax, which this project does
not depend on: the numbers were made once, with jax 0.10.2, flax 0.12.8 and optax 0.2.8, in double precision.
"""

import importlib.util
import sys
from pathlib import Path
from typing import Any

import jax
import numpy as np
import optax

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
from optim_cases import AMOS, ETA, KEPT, OTHERS, REDUCED, START, STEPS, gradient

TARGET = Path(__file__).parents[1] / "tests" / "vectors" / "optim.npz"


def follow(transform: Any, seed: int) -> tuple[dict[str, np.ndarray], Any]:
    """Parameters after the steps of ``KEPT`` under the seeded gradients, and the last state."""
    params = {name: jax.numpy.asarray(value) for name, value in START.items()}
    state, kept = transform.init(params), {name: [] for name in params}
    for step in range(1, STEPS + 1):
        grads = {name: jax.numpy.asarray(gradient(name, np.asarray(params[name]), step, seed)) for name in params}
        updates, state = transform.update(grads, state, params)
        params = optax.apply_updates(params, updates)
        if step in KEPT:
            for name, value in params.items():
                kept[name].append(np.asarray(value))
    return {name: np.stack(rows) for name, rows in kept.items()}, state


def main() -> None:
    """Every case of ``optim_cases``, one array (len(KEPT), *shape) a parameter."""
    jax.config.update("jax_enable_x64", True)
    spec = importlib.util.spec_from_file_location("amos", Path(sys.argv[1]) / "amos.py")
    assert spec is not None
    assert spec.loader is not None
    amos = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(amos)
    arrays: dict[str, np.ndarray] = {}
    for seed, (case, settings) in enumerate(AMOS.items()):
        settings = dict(settings)
        reduce, rate = settings.pop("reduce"), settings.pop("lr")
        transform = amos.amos(
            (lambda count: 0.05 / (1 + 0.1 * count)) if rate == "falling" else rate,
            lambda name, shape: ETA[name[-1]],
            shape_fn=(lambda name, shape: REDUCED[name[-1]]) if reduce else None,
            d_coef=settings.pop("d", 0.25),
            c_coef=settings.pop("c", 0.25),
            **settings,
        )
        kept, state = follow(transform, seed)
        last = state if hasattr(state, "v") else state[0]
        arrays |= {f"{case}/{name}": value for name, value in kept.items()}
        arrays |= {f"{case}/{slot}/{name}": np.asarray(getattr(last, slot)[name]) for slot in "vb" for name in kept}
    makers = {"lamb": optax.lamb, "lion": optax.lion, "adafactor": optax.adafactor}
    for seed, (case, settings) in enumerate(OTHERS.items()):
        kept, _ = follow(makers[case](**settings["optax"]), seed)
        arrays |= {f"{case}/{name}": value for name, value in kept.items()}
    np.savez_compressed(TARGET, **arrays)


if __name__ == "__main__":
    main()
