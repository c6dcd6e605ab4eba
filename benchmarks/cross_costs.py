"""What counting costs against size: seconds and memory of each method on crosses, strips and boards.

python benchmarks/cross_costs.py            # prints Markdown, writes benchmarks/results and the package's copy

Each row is a process of its own on one core, which imports, then counts once. Seconds are of the processor, so other
work on the machine does not show; memory is the peak less what was held after importing. A row that is refused, or that
needs more than two minutes on the clock, says so in place of a number.
"""

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from blogtools import cross
from blogtools.cross.costs import COSTS_FILE
from blogtools.nets.files import write_whole
from blogtools.progress import progress

RESULTS = Path(__file__).parent / "results" / "cross_costs.json"
METHODS = ("enumerate", "centre", "contraction", "transfer")
LIMIT = 120.0


def shape_of(family: str, size: int) -> cross.Shape:
    """A cross by its arm, a strip by its length, a board by its side."""
    if family == "board":
        return cross.Shape.board(size, size)
    return cross.Shape.cross(size) if family == "cross" else cross.Shape.strip(size)


def jobs() -> list[dict[str, Any]]:
    """Every row to measure."""
    cases = [("board", n, 3, "adjacent") for n in range(1, 8)] + [("board", n, 3, "line") for n in (2, 3)]
    cases += [("strip", n, 3, "adjacent") for n in (1, 2, 3, 4, 5, 6, 8, 12, 16, 32, 64)]
    cases += [("cross", 1, k, rule) for rule in ("line", "adjacent") for k in range(3, 9)]
    cases += [("cross", 2, 5, "line"), ("cross", 3, 7, "line"), *(("cross", L, 3, "adjacent") for L in (2, 3, 4, 8))]
    return [
        {"family": family, "size": size, "k": k, "rule": rule, "method": method}
        for family, size, k, rule in cases
        for method in METHODS
        if family == "cross" or method != "centre"
    ] + [
        {
            "family": "cross",
            "size": 1,
            "k": k,
            "rule": rule,
            "method": f"classes, colours {'one' if named else 'apart'}",
        }
        for rule in ("line", "adjacent")
        for k in range(3, 7)
        for named in (True, False)
    ]


def once(job: dict[str, Any]) -> dict[str, Any]:
    """The row's number, seconds and MiB, measured in this process."""
    shape = shape_of(job["family"], job["size"])
    before, started = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    try:
        if job["method"].startswith("classes"):
            number = cross.count_up_to_symmetry(shape, job["k"], job["rule"], job["method"].endswith("one"))
        else:
            number = cross.count(shape, job["k"], job["rule"], job["method"])
    except ValueError as error:
        return {"refused": str(error)}
    seconds = time.process_time() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {"count": number, "seconds": round(seconds, 6), "mib": round((peak - before) / 1024, 1)}


def measure(job: dict[str, Any]) -> dict[str, Any]:
    """The row with its size in squares and edges and what its process found."""
    shape = shape_of(job["family"], job["size"])
    row = {**job, "squares": len(shape.squares), "edges": len(shape.edges)}
    command = [sys.executable, __file__, "--once", json.dumps(job)]
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT, check=True, env=environment)
    except subprocess.TimeoutExpired:
        return {**row, "refused": f"longer than {LIMIT:.0f} s"}
    return {**row, **json.loads(done.stdout)}


def markdown(rows: list[dict[str, Any]]) -> str:
    """The rows as a table."""
    lines = ["| shape | k | rule | edges | method | count | seconds | MiB |", "|---|--:|---|--:|---|--:|--:|--:|"]
    for row in rows:
        found = f"{row['count']} | {row['seconds']:.4f} | {row['mib']}" if "count" in row else f"{row['refused']} | |"
        start = f"| {row['family']} {row['size']} | {row['k']} | {row['rule']} | {row['edges']} | {row['method']}"
        lines.append(f"{start} | {found} |")
    return "\n".join(lines)


def main() -> None:
    """Measure all rows and write them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--once", type=json.loads, help="one row as JSON, measured in this process and printed as JSON")
    arguments = parser.parse_args()
    if arguments.once:
        print(json.dumps(once(arguments.once)))
        return
    rows = [measure(job) for job in progress(jobs(), label="counting")]
    machine = {"cores": os.cpu_count(), "load": round(os.getloadavg()[0], 1), "python": platform.python_version()}
    content = (
        json.dumps({"machine": machine, "limit_seconds_on_the_clock": LIMIT, "rows": rows}, indent=1).encode() + b"\n"
    )
    for path in (RESULTS, COSTS_FILE):
        write_whole(path, content)
    print(markdown(rows))


if __name__ == "__main__":
    main()
