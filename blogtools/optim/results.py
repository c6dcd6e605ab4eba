"""What the benchmarks of the optimisers measured, as it was stored."""

import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent


def training_results() -> dict[str, Any]:
    """What ``benchmarks/optim_training.py`` measured: losses and steps to a loss by seed, with intervals."""
    return json.loads((FOLDER / "training.json").read_text())


def step_results() -> dict[str, Any]:
    """What ``benchmarks/optim_step.py`` measured: bytes of state a parameter, and milliseconds a step."""
    return json.loads((FOLDER / "step.json").read_text())
