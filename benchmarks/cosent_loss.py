"""Time and memory of 9341.eq2 and its gradient, sorted and pairwise, beside sentence-transformers' own, B = 64 to 2^20.

    python benchmarks/cosent_loss.py [--rounds 7] [--json FILE]

One thread, float32, labels 0, 1, 2. In each round every contestant has one turn at each B, so that a busy machine is
busy for all; the table has medians of CPU milliseconds. The pairwise form needs B² differences: it stops at 16384.
"""

import argparse
import json
import os
import platform
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from sentence_transformers.sentence_transformer.losses import CoSENTLoss
from torch import Tensor

import blogtools.data
from blogtools.nets.files import write_whole
from blogtools.progress import progress
from blogtools.similarity import cosent_loss, pairwise_cosent

BATCHES = (64, 256, 1024, 4096, 16384, 65536, 2**20)
LARGEST_SQUARE = 16384
RESULTS = (
    Path(__file__).parent / "results" / "cosent_loss.json",
    Path(blogtools.data.__file__).parent / "cosent_cost.json",
)


def theirs(scores: Tensor, labels: Tensor) -> Tensor:
    """The bi-encoder loss of sentence-transformers (λ = 1) on scores that are there already."""
    loss = CoSENTLoss(None, scale=1.0, similarity_fct=lambda one, other: one)
    return loss.compute_loss_from_embeddings([scores, scores], labels)


FORMS: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "pairwise": pairwise_cosent,
    "sorted": cosent_loss,
    "sentence-transformers": theirs,
}


def milliseconds(loss: Callable[[Tensor, Tensor], Tensor], batch: int) -> float:
    """CPU time of the loss and its gradient, the mean of as many as a twentieth of a second holds, one at least.

    One goes before the clock starts: what ran last may have left the memory in another shape.
    """
    g = torch.Generator().manual_seed(batch)
    scores, labels = torch.randn(batch, generator=g), torch.randint(3, (batch,), generator=g)

    def once() -> None:
        loss(scores.clone().requires_grad_(), labels).backward()

    once()
    times, began = 0, time.thread_time()
    while times == 0 or time.thread_time() - began < 0.05:
        once()
        times += 1
    return 1000 * (time.thread_time() - began) / times


def main() -> None:
    """Measure, print the Markdown table, write the JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--json", type=Path, help="write here only, instead of the two files of the project")
    wanted = parser.parse_args()
    torch.set_num_threads(1)
    turns = [(n, k) for n in BATCHES for k in FORMS if k != "pairwise" or n <= LARGEST_SQUARE]
    found: dict[tuple[int, str], list[float]] = {turn: [] for turn in turns}
    for _ in progress(range(wanted.rounds), label="rounds"):
        for n, k in turns:
            found[n, k].append(milliseconds(FORMS[k], n))
    rows: list[dict[str, Any]] = [
        {"batch": n, **{k: round(statistics.median(found[n, k]), 4) for k in FORMS if (n, k) in found}} for n in BATCHES
    ]
    setting = {
        "machine": platform.processor() or platform.machine(),
        "cores": os.cpu_count(),
        "load": os.getloadavg()[0],
        "torch": torch.__version__,
        "rounds": wanted.rounds,
    }
    print(f"{setting}\n\n| B | {' | '.join(FORMS)} | pairwise : sorted |\n|--:|{'--:|' * (len(FORMS) + 1)}")
    for row in rows:
        cells = [f"{row[k]:.3g} ms" if k in row else "" for k in FORMS]
        ratio = f"{row['pairwise'] / row['sorted']:.0f}" if "pairwise" in row else ""
        print(f"| {row['batch']} | {' | '.join(cells)} | {ratio} |")
    for path in RESULTS if wanted.json is None else (wanted.json,):
        write_whole(path, (json.dumps({"setting": setting, "rows": rows}, indent=1) + "\n").encode())


if __name__ == "__main__":
    main()
