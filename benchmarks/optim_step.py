"""Memory and time of one step: Amos without and with momentum, AdamW fused and foreach, LAMB, Lion, AdaFactor.

    python benchmarks/optim_step.py [--processes 9] [--rounds 15] [--threads 1] [--device auto]

Transformers of about 0.8 and 30 million parameters take their steps in turn, round by round, with the same random
gradients: a process gives the median of its rounds, of the time and of the ratio to AdamW fused in the same round.
Where the tensors lie in memory moves the ratio by a tenth from one process to the next, so there are several, one after
the other; the table has the medians of the processes, and for the ratio the interval that holds its median with 95 %.
Bytes are those of all tensors that the optimiser keeps, also for the shapes of BERT-base. Writes
``benchmarks/results`` and the package's copy.
"""

import argparse
import json
import multiprocessing
import platform
import statistics
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import torch
from scipy.stats import binom
from torch import nn

from blogtools.nets import count_parameters, pick_device
from blogtools.nets.files import write_whole
from blogtools.optim import LAMB, AdaFactor, Amos, Lion, scales_for, slot_bytes
from blogtools.optim.results import FOLDER
from blogtools.progress import progress

RESULTS = Path(__file__).parent / "results" / "optim_step.json"
SIZES = {
    "0.8M": {"vocabulary": 1600, "length": 32, "width": 128, "depth": 3},
    "30M": {"vocabulary": 20000, "length": 512, "width": 512, "depth": 6},
    "BERT-base": {"vocabulary": 30522, "length": 512, "width": 768, "depth": 12},
}
METHODS: dict[str, Callable[[nn.Module], torch.optim.Optimizer]] = {
    "AdamW fused": lambda model: torch.optim.AdamW(model.parameters(), fused=True),
    "AdamW foreach": lambda model: torch.optim.AdamW(model.parameters(), foreach=True),
    "Amos": lambda model: Amos(scales_for(model)),
    "Amos momentum": lambda model: Amos(scales_for(model), momentum=0.9),
    "LAMB": lambda model: LAMB(model.parameters()),
    "Lion": lambda model: Lion(model.parameters()),
    "AdaFactor": lambda model: AdaFactor(model.parameters()),
}


def transformer(vocabulary: int, length: int, width: int, depth: int) -> nn.Module:
    """The parameters of an encoder with embeddings of characters and places."""
    layer = nn.TransformerEncoderLayer(width, max(1, width // 64), 4 * width, batch_first=True)
    body = nn.TransformerEncoder(layer, depth, enable_nested_tensor=False)
    parts = [nn.Embedding(vocabulary, width), nn.Embedding(length, width), nn.LayerNorm(width), body]
    return nn.Sequential(*parts)


def measure(size: str, rounds: int, threads: int, device: torch.device) -> list[dict[str, Any]]:
    """One row a method: bytes of its state, median milliseconds a step and median ratio (neither for 0 rounds)."""
    torch.set_num_threads(threads)
    rows: list[dict[str, Any]] = []
    clocks: dict[str, tuple[torch.optim.Optimizer, list[float]]] = {}
    for method, make in METHODS.items():
        torch.manual_seed(0)
        model = transformer(**SIZES[size]).to(device)
        for parameter in model.parameters():
            parameter.grad = 1e-3 * torch.randn_like(parameter)
        optimizer = make(model)
        optimizer.step()
        parameters, kept = count_parameters(model), slot_bytes(optimizer)
        rows.append({"size": size, "method": method, "parameters": parameters, "bytes": kept})
        if rounds:
            clocks[method] = (optimizer, [])
    for _ in range(rounds):
        for optimizer, seconds in clocks.values():
            began = time.perf_counter()
            optimizer.step()
            if device.type == "cuda":
                torch.cuda.synchronize()
            seconds.append(time.perf_counter() - began)
    for row in rows:
        row["share"] = row["bytes"] / rows[0]["bytes"]
        if rounds:
            own, base = clocks[row["method"]][1], clocks["AdamW fused"][1]
            row["ms"] = 1e3 * statistics.median(own)
            row["ratio"] = statistics.median(one / other for one, other in zip(own, base, strict=True))
    return rows


def across(runs: list[list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """The rows of all processes as one: medians, and the ratios of all with the interval for their median."""
    rows = []
    outside = max(1, int(binom.ppf(0.025, len(runs), 0.5)))
    for same in zip(*runs, strict=True):
        ratios = sorted(row["ratio"] for row in same)
        rows.append(
            same[0] | {
                "ms": statistics.median(row["ms"] for row in same), "ratio": statistics.median(ratios),
                "interval": [ratios[outside - 1], ratios[-outside]], "ratios": ratios,
            }
        )  # fmt: skip
    return rows


def main() -> None:
    """Measure, print Markdown, write the results."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--processes", type=int, default=9)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--device", default="auto")
    asked = parser.parse_args()
    device, rows = pick_device(asked.device), []
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn"), max_tasks_per_child=1) as pool:
        for size in ("0.8M", "30M"):
            turns = progress(range(asked.processes), label=size)
            rows += across([pool.submit(measure, size, asked.rounds, asked.threads, device).result() for _ in turns])
    rows += measure("BERT-base", 0, asked.threads, device)
    machine = torch.cuda.get_device_name() if device.type == "cuda" else f"CPU, {platform.machine()}"
    setting = {
        "device": machine,
        "threads": asked.threads,
        "rounds": asked.rounds,
        "processes": asked.processes,
        "torch": torch.__version__,
    }
    content = json.dumps({"setting": setting, "rows": rows}, indent=1).encode() + b"\n"
    for path in (RESULTS, FOLDER / "step.json"):
        write_whole(path, content)
    print("| size | method | slots a parameter | of AdamW's | ms | to AdamW fused |" + "\n" + "|---" * 6 + "|")
    for row in rows:
        clock = "- | -"
        if "ms" in row:
            clock = "{:.1f} | {:.2f} ({:.2f} to {:.2f})".format(row["ms"], row["ratio"], *row["interval"])
        slots = row["bytes"] / 4 / row["parameters"]
        print(f"| {row['size']} | {row['method']} | {slots:.4f} | {100 * row['share']:.2f} % | {clock} |")


if __name__ == "__main__":
    main()
