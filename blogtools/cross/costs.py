"""What each method was measured to cost."""

import json
from pathlib import Path
from typing import Any

COSTS_FILE = Path(__file__).with_name("costs.json")


def measured_costs() -> list[dict[str, Any]]:
    """The rows of ``benchmarks/cross_costs.py``: family, size, k, rule, method, squares, edges, then what was found.

    That is ``count``, ``seconds`` and ``mib`` (memory at its peak), or ``refused`` with the reason.
    """
    rows: list[dict[str, Any]] = json.loads(COSTS_FILE.read_text(encoding="utf-8"))["rows"]
    return rows
