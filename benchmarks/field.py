"""Time and memory of the exact field, 256 queries against 60,000 points at d = 64 and 784, beside other ways to it.

    python benchmarks/field.py [--rounds 5] [--threads 1] [--device auto] [--points 60000] [--json FILE]

Every method gives the same x̂_0 (9305.eq3 as a mean) in the same run, round by round in turn. The table has medians,
ratios to ``PosteriorMean``, the memory beside the data (each method in a process of its own) and the error against
double precision.
"""

import argparse
import gc
import json
import math
import multiprocessing
import platform
import statistics
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import psutil  # type: ignore[import-untyped]
import torch
from scipy import special
from scipy.spatial.distance import cdist
from torch import Tensor
from tqdm import tqdm

from blogtools.diffusion import PosteriorMean

QUERIES, ROWS = 256, 128
Method = Callable[[Tensor, Tensor], Tensor]


def scipy_cdist(data: Tensor) -> Method:
    """SciPy's distances in double precision, weights in log space, rows in the same chunks."""
    y = data.cpu().double().numpy()

    def mean(x: Tensor, t: Tensor) -> Tensor:
        blocks = []
        for q, s in zip(x.cpu().double().split(ROWS), t.cpu().double().split(ROWS), strict=True):
            squares = cdist(q.numpy(), y, "sqeuclidean")
            blocks.append(
                special.softmax(-(y.shape[1] + 1) / 2 * np.log(squares + s.numpy()[:, None] ** 2), axis=1) @ y
            )
        return torch.as_tensor(np.concatenate(blocks))

    return mean


def torch_cdist(data: Tensor) -> Method:
    """``torch.cdist`` by differences (its product form does not repair its cancellation)."""

    def mean(x: Tensor, t: Tensor) -> Tensor:
        blocks = []
        for q, s in zip(x.split(ROWS), t.split(ROWS), strict=True):
            squares = torch.cdist(q, data, compute_mode="donot_use_mm_for_euclid_dist").square()
            blocks.append(torch.softmax(-(data.shape[1] + 1) / 2 * (squares + s[:, None] ** 2).log(), dim=1) @ data)
        return torch.cat(blocks)

    return mean


def keops(data: Tensor) -> Method | None:
    """PyKeOps' lazy tensors, when installed; the first call compiles."""
    try:
        from pykeops.torch import LazyTensor  # type: ignore[import-not-found]
    except ImportError:
        return None
    y = LazyTensor(data[None, :, :].contiguous())

    def mean(x: Tensor, t: Tensor) -> Tensor:
        squares = ((LazyTensor(x[:, None, :].contiguous()) - y) ** 2).sum(-1)
        logits = -(data.shape[1] + 1) / 2 * (squares + LazyTensor((t**2)[:, None, None].contiguous())).log()
        return logits.sumsoftmaxweight(y, axis=1)

    return mean


class Memory:
    """Peak memory above that at entry, in MiB: CUDA's own count, or the resident set looked at every 2 ms."""

    def __init__(self, device: torch.device) -> None:
        self.cuda, self.process = device.type == "cuda", psutil.Process()

    def __enter__(self) -> "Memory":
        gc.collect()
        if self.cuda:
            torch.cuda.reset_peak_memory_stats()
            self.base = torch.cuda.memory_allocated()
            return self
        self.base = self.peak = self.process.memory_info().rss
        self.done = threading.Event()
        self.watcher = threading.Thread(target=self._watch, daemon=True)
        self.watcher.start()
        return self

    def _watch(self) -> None:
        while not self.done.wait(0.002):
            self.peak = max(self.peak, self.process.memory_info().rss)

    def __exit__(self, *_: object) -> None:
        if self.cuda:
            self.peak = torch.cuda.max_memory_allocated()
        else:
            self.done.set()
            self.watcher.join()
        self.extra = (self.peak - self.base) / 2**20


METHODS: dict[str, Callable[[Tensor], Method | None]] = {
    "PosteriorMean": PosteriorMean,
    "torch.cdist": torch_cdist,
    "PyKeOps": keops,
    "SciPy cdist, float64": scipy_cdist,
}


def problem(d: int, points: int, device: torch.device) -> tuple[Tensor, Tensor, Tensor]:
    """Normal data, and queries that noise of every size has carried away from it."""
    generator = torch.Generator().manual_seed(d)
    data = torch.randn(points, d, generator=generator)
    t = torch.logspace(-2, 2, QUERIES)
    noise = torch.randn(QUERIES, d, generator=generator)
    x = data[torch.randperm(points, generator=generator)[:QUERIES]] + t[:, None] * noise
    return data.to(device), x.to(device), t.to(device)


def extra_memory(name: str, d: int, points: int, threads: int, device: str) -> float:
    """MiB beside the data that one call needs, setting-up included; for a fresh process."""
    torch.set_num_threads(threads)
    data, x, t = problem(d, points, torch.device(device))
    with Memory(torch.device(device)) as memory:
        method = METHODS[name](data)
        if method is not None:
            method(x, t)
    return memory.extra


def measure(d: int, points: int, rounds: int, device: torch.device) -> list[dict]:
    """One row a method for dimension ``d``."""
    data, x, t = problem(d, points, device)
    reference = scipy_cdist(data)(x, t)
    built = {name: build(data) for name, build in METHODS.items()}
    methods = {name: method for name, method in built.items() if method is not None}
    extras = {}
    for name, method in methods.items():
        method(x, t)
        with multiprocessing.get_context("spawn").Pool(1) as fresh:
            extras[name] = fresh.apply(extra_memory, (name, d, points, torch.get_num_threads(), str(device)))
    times: dict[str, list[float]] = {name: [] for name in methods}
    for _ in tqdm(range(rounds), desc=f"d = {d}", unit="round"):
        for name, method in methods.items():
            start = time.perf_counter()
            method(x, t)
            if device.type == "cuda":
                torch.cuda.synchronize()
            times[name].append(time.perf_counter() - start)
    ours = statistics.median(times["PosteriorMean"])
    return [
        {
            "d": d,
            "method": name,
            "seconds": statistics.median(times[name]),
            "ratio": statistics.median(times[name]) / ours,
            "extra_MiB": extras[name],
            "error": float((method(x, t).cpu().double() - reference).abs().max()),
        }
        for name, method in methods.items()
    ] + [{"d": d, "method": name, "seconds": math.nan} for name in METHODS if name not in methods]


def main() -> None:
    """Measure, print the Markdown table, write the JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--points", type=int, default=60_000)
    parser.add_argument("--device", default="auto")
    parser.add_argument("--json", type=Path, default=Path(__file__).parent / "results" / "field.json")
    wanted = parser.parse_args()
    torch.set_num_threads(wanted.threads)
    name = ("cuda" if torch.cuda.is_available() else "cpu") if wanted.device == "auto" else wanted.device
    device = torch.device(name)
    described = torch.cuda.get_device_name(device) if device.type == "cuda" else platform.processor() or "CPU"
    rows = [row for d in (64, 784) for row in measure(d, wanted.points, wanted.rounds, device)]
    setting_in_words = f"{described}, {wanted.threads} thread(s), torch {torch.__version__}"
    print(f"\n{QUERIES} queries, {wanted.points} points, {setting_in_words}\n")
    print("| d | method | seconds | × PosteriorMean | extra MiB | error |\n|--:|---|--:|--:|--:|--:|")
    for row in rows:
        if math.isnan(row["seconds"]):
            print(f"| {row['d']} | {row['method']} | not installed | | | |")
            row["seconds"] = None
        else:
            print("| {d} | {method} | {seconds:.3f} | {ratio:.1f} | {extra_MiB:.0f} | {error:.1e} |".format(**row))
    wanted.json.parent.mkdir(parents=True, exist_ok=True)
    setting = {"device": described, "threads": wanted.threads, "points": wanted.points, "rounds": wanted.rounds}
    wanted.json.write_text(json.dumps({"setting": setting, "rows": rows}, indent=1) + "\n")


if __name__ == "__main__":
    main()
