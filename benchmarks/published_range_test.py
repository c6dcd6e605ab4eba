"""The p-value of published range tests on nearly even points, beside the right one: the sum of 9324.eq10 in float64.

Needs ``pip install pycircstat2`` (0.1.15 was measured), which is no dependency here; without it nothing is run.
"""

import importlib.util
import json
from importlib.metadata import version
from pathlib import Path

import numpy as np

from blogtools import sector

RESULT = Path(__file__).parent / "results" / "published_range_test.json"


def main() -> None:
    """Prints and stores the table; one line where the package is not there."""
    if importlib.util.find_spec("pycircstat2") is None:
        print("pycircstat2 is not installed: pip install pycircstat2")
        return
    from pycircstat2.hypothesis import circ_range_test

    rows = []
    for n in (50, 100, 150, 200, 250):
        jitter = np.random.default_rng(0).uniform(-0.1, 0.1, n)
        angles = (np.arange(n) + jitter) * 2 * np.pi / n % (2 * np.pi)
        found = circ_range_test(angles)
        right = float(sector.probability(n, min(found.range_stat, 2 * np.pi)))
        rows.append({"n": n, "published": found.pval, "right": right})
        print(f"n = {n:3d}: published p = {found.pval:.6g}, right {right:.6g}")
    RESULT.write_text(json.dumps({"pycircstat2": version("pycircstat2"), "rows": rows}, indent=1) + "\n")


if __name__ == "__main__":
    main()
